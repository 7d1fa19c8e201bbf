//! The rules, one file each: what it means, its settings and their defaults, its logic, and the journeys on which it must and must not fire.
//!
//! Defaults are conservative: they hold where no transit model tells better. All of them together: [`DEFAULTS`](super::DEFAULTS).

use super::catalogue::Catalogue;

mod customs_dwell;
mod late;
mod never_collected;
mod stalled;
#[cfg(test)]
mod trial;

pub use customs_dwell::CustomsDwell;
pub use late::Late;
pub use never_collected::NeverCollected;
pub use stalled::Stalled;

/// Every rule of this crate, in the order of a journey.
pub(super) fn builtin() -> Catalogue {
    Catalogue::default().with::<NeverCollected>().with::<Stalled>().with::<CustomsDwell>().with::<Late>()
}
