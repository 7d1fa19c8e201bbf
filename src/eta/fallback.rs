//! What is believed before anything was observed.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::arrival::Arrival;
use super::curve::Curve;
use super::prior;
use super::record::Record;
use crate::History;
use crate::model::Milestone;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// The share of parcels that never arrive. With it and a tail of slow parcels,
/// [`prior::lost_after`] comes out about as measured.
pub(super) const NEVER: f64 = 0.005;

/// How long until delivery after such an event, and where that comes from: the carrier's published
/// standard, counted from hand-over. Where it has none, a wide assumption that own observations
/// soon outweigh, and no source.
pub(super) fn remaining(history: &History, record: &Record, nth: usize) -> (Curve, &'static str) {
    let step = record.steps[nth];
    match step.kind.milestone() {
        Milestone::OutForDelivery => {
            return (
                Curve::between([1.0, 5.0, 10.0, 26.0].map(|hours| hours * HOUR), NEVER),
                "assumed: delivered that day",
            );
        }
        Milestone::AvailableForPickup => {
            return (
                Curve::between([0.2, 1.2, 4.0, 7.0].map(|days| days * DAY), NEVER),
                "assumed: collected within a week",
            );
        }
        _ => {}
    }
    let (origin, destination) = (history.origin.country, history.destination.country);
    let standard = prior::transit(
        history.carrier.as_deref(),
        history.service.as_deref(),
        origin,
        destination,
    );
    let from = handed_over(record).unwrap_or(step.at);
    let Some(start) = DateTime::<Utc>::from_timestamp(from, 0) else {
        return (
            Curve::between([1.0, 3.0, 6.0, 10.0].map(|days| days * DAY), NEVER),
            "",
        );
    };
    // Before hand-over another day is believed to pass.
    let before = if handed_over(record).is_some() {
        0.0
    } else {
        DAY
    };
    let seconds = |at: DateTime<Utc>| (at - start).num_seconds().max(3600) as f64;
    let (quantiles, source) = match standard {
        Some(standard) => (
            standard.instants(start, destination).map(seconds),
            standard.source,
        ),
        None => (
            assumed(
                origin
                    .zip(destination)
                    .map(|(origin, destination)| origin != destination),
            )
            .map(|days| days * DAY),
            "",
        ),
    };
    let quantiles = quantiles.map(|seconds| seconds + before);
    let whole: Arrival = Curve::between(quantiles, NEVER).arrival();
    let gone = (step.at - from).max(0) as f64;
    (
        Curve::between(
            [0.1, 0.5, 0.8, 0.9].map(|share| (whole.quantile_after(gone, share) - gone).max(HOUR)),
            NEVER,
        ),
        source,
    )
}

/// Days from hand-over to delivery (P10, P50, P80, P90) where no standard is published: so wide
/// that little is said.
const fn assumed(abroad: Option<bool>) -> [f64; 4] {
    match abroad {
        Some(false) => [0.7, 3.0, 4.9, 6.0],
        Some(true) => [3.0, 9.0, 14.0, 18.0],
        None => [0.7, 6.0, 10.5, 14.0],
    }
}

/// Stands in for the prior where observations drown it.
pub(super) fn drowned() -> &'static Curve {
    static CURVE: LazyLock<Curve> =
        LazyLock::new(|| Curve::between([1.0, 3.0, 7.0, 12.0].map(|days| days * DAY), NEVER));
    &CURVE
}

/// When the carrier first held it.
pub(super) fn handed_over(record: &Record) -> Option<i64> {
    record
        .steps
        .iter()
        .find(|step| !step.kind.milestone().is_before_pickup())
        .map(|step| step.at)
}

/// How long until the next event, knowing nothing.
pub(super) fn stay() -> Curve {
    static CURVE: LazyLock<Curve> =
        LazyLock::new(|| Curve::between([1.0, 14.0, 48.0, 96.0].map(|hours| hours * HOUR), 0.002));
    CURVE.clone()
}
