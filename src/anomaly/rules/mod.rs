//! The rules, one file each: what it means, its settings and their defaults, its logic, and the journeys on which it must and must not fire.
//!
//! Defaults are conservative: they hold where no transit model tells better. All of them together: [`DEFAULTS`](super::DEFAULTS).

use super::catalogue::Catalogue;

mod address_problem;
mod attempts_exhausted;
mod customs_action_needed;
mod customs_dwell;
mod customs_rejected;
mod damaged;
mod delivery_failed;
mod eta_slipping;
mod late;
mod late_risk;
mod lost;
mod lost_risk;
mod never_collected;
mod refused;
mod returning_unasked;
mod stalled;
#[cfg(test)]
mod trial;

pub use address_problem::AddressProblem;
pub use attempts_exhausted::AttemptsExhausted;
pub use customs_action_needed::CustomsActionNeeded;
pub use customs_dwell::CustomsDwell;
pub use customs_rejected::CustomsRejected;
pub use damaged::Damaged;
pub use delivery_failed::DeliveryFailed;
pub use eta_slipping::EtaSlipping;
pub use late::Late;
pub use late_risk::LateRisk;
pub use lost::Lost;
pub use lost_risk::LostRisk;
pub use never_collected::NeverCollected;
pub use refused::Refused;
pub use returning_unasked::ReturningUnasked;
pub use stalled::Stalled;

/// Every rule of this crate, in the order of a journey.
pub(super) fn builtin() -> Catalogue {
    Catalogue::default()
        .with::<NeverCollected>()
        .with::<Stalled>()
        .with::<CustomsDwell>()
        .with::<CustomsActionNeeded>()
        .with::<CustomsRejected>()
        .with::<LateRisk>()
        .with::<Late>()
        .with::<EtaSlipping>()
        .with::<DeliveryFailed>()
        .with::<AttemptsExhausted>()
        .with::<AddressProblem>()
        .with::<Damaged>()
        .with::<LostRisk>()
        .with::<Lost>()
        .with::<Refused>()
        .with::<ReturningUnasked>()
}
