//! The rules, one file each: what it means, its settings and their defaults, its logic, and the
//! journeys on which it must and must not fire.
//!
//! Defaults are conservative: they hold where no transit model tells better. All of them together:
//! [`DEFAULTS`](super::DEFAULTS).

use super::catalogue::Catalogue;

mod address_problem;
mod attempts_exhausted;
mod carrier_problem;
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
pub use carrier_problem::CarrierProblem;
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

// The way, the data, feeds and lanes, and the shop's own part.
mod clock_skew;
mod contradiction;
mod delivered_elsewhere;
mod duplicate_order;
mod feed_silent;
mod impossible_travel;
mod lane_disrupted;
mod misrouted;
mod moved_after_delivery;
mod never_handed_over;
mod not_shipped_in_time;
mod number_reused;
mod payment_failed;
mod pickup_expiring;
mod route_loop;
mod stock_short;

pub use clock_skew::ClockSkew;
pub use contradiction::Contradiction;
pub use delivered_elsewhere::DeliveredElsewhere;
pub use duplicate_order::DuplicateOrder;
pub use feed_silent::FeedSilent;
pub use impossible_travel::ImpossibleTravel;
pub use lane_disrupted::LaneDisrupted;
pub use misrouted::Misrouted;
pub use moved_after_delivery::MovedAfterDelivery;
pub use never_handed_over::NeverHandedOver;
pub use not_shipped_in_time::NotShippedInTime;
pub use number_reused::NumberReused;
pub use payment_failed::PaymentFailed;
pub use pickup_expiring::PickupExpiring;
pub use route_loop::RouteLoop;
pub use stock_short::StockShort;

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
        .with::<CarrierProblem>()
        .with::<LostRisk>()
        .with::<Lost>()
        .with::<Refused>()
        .with::<ReturningUnasked>()
        // The way, the data, feeds and lanes, and the shop's own part.
        .with::<Misrouted>()
        .with::<RouteLoop>()
        .with::<ImpossibleTravel>()
        .with::<NeverHandedOver>()
        .with::<PickupExpiring>()
        .with::<DeliveredElsewhere>()
        .with::<MovedAfterDelivery>()
        .with::<Contradiction>()
        .with::<NumberReused>()
        .with::<ClockSkew>()
        .with::<PaymentFailed>()
        .with::<StockShort>()
        .with::<NotShippedInTime>()
        .with_cohort::<FeedSilent>()
        .with_cohort::<LaneDisrupted>()
        .with_cohort::<DuplicateOrder>()
}
