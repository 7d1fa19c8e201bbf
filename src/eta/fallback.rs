//! Stand-ins until the prior from published standards is here.

use super::curve::Curve;
use crate::model::Milestone;

const HOUR: f64 = 3600.0;

/// How long until delivery after such an event, knowing nothing.
pub(super) fn remaining(milestone: Milestone, abroad: bool) -> (Curve, &'static str) {
    let days = |p10: f64, p50: f64, p80: f64, p90: f64| [p10, p50, p80, p90].map(|days| days * 24.0 * HOUR);
    let quantiles = match (milestone, abroad) {
        (Milestone::OutForDelivery, _) => [1.0, 5.0, 10.0, 26.0].map(|hours| hours * HOUR),
        (Milestone::AvailableForPickup, _) => days(0.2, 1.2, 4.0, 7.0),
        (_, false) => days(1.0, 2.5, 5.0, 7.0),
        (_, true) => days(3.0, 8.0, 16.0, 25.0),
    };
    (Curve::between(quantiles, NEVER), "generic")
}

/// The share of parcels that never arrive, where nothing is known. With the tail of the prior it gives about the loss that is seen after silence.
pub(super) const NEVER: f64 = 0.005;

/// How long until the next scan after such an event, knowing nothing.
pub(super) fn stay() -> Curve {
    Curve::between([1.0, 14.0, 48.0, 96.0].map(|hours| hours * HOUR), 0.002)
}
