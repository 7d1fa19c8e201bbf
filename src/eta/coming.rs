//! How probably a silent parcel still comes: what a journey under way counts for when durations are learned.
//!
//! Durations are about parcels that come. A parcel that was lost without a word looks like one that is still under way, and would be taught as longer and
//! longer. So it counts only by the probability that it still goes on after so long a silence, as the stays of all journeys tell.

use std::collections::BTreeMap;

use super::arrival::Arrival;
use super::curve::{Curve, Seen, Spread};
use super::fallback;
use super::kind::Kind;
use super::record::{End, Record, Step};

/// Observations that the belief about stays is worth.
const STRENGTH: f64 = 20.0;

/// What stays say of silence, by kind of event.
pub(super) struct Coming {
    stays: BTreeMap<Kind, Arrival>,
}

impl Coming {
    /// Learns from every stay of some journeys, each weighing as `weight` says.
    pub(super) fn of<'r>(records: impl Iterator<Item = &'r Record>, weight: impl Fn(&Record) -> f64) -> Self {
        let mut spreads: BTreeMap<Kind, Spread> = BTreeMap::new();
        for record in records {
            let weight = weight(record);
            for (nth, step) in record.steps.iter().enumerate() {
                if !step.kind.milestone().is_terminal() {
                    spreads.entry(step.kind).or_default().add(stay(record, step, record.steps.get(nth + 1)), weight);
                }
            }
        }
        let learned = |spread: &Spread| Curve::arrival(&fallback::stay().after(spread, 1.0, STRENGTH));
        Self { stays: spreads.iter().map(|(kind, spread)| (*kind, learned(spread))).collect() }
    }

    /// The probability that a journey still goes on.
    pub(super) fn probability(&self, record: &Record) -> f64 {
        let Some(last) = record.steps.last() else { return 1.0 };
        self.stays.get(&last.kind).map_or(1.0, |stay| 1.0 - stay.never_after((record.seen - last.at).max(0) as f64))
    }
}

/// What became of a stay: the next event, nothing yet, or nothing ever.
pub(super) fn stay(record: &Record, step: &Step, next: Option<&Step>) -> Seen {
    match next {
        Some(next) if next.kind.milestone() == crate::model::Milestone::Lost => Seen::Never,
        Some(next) => Seen::Ended((next.at - step.at) as f64),
        None if record.end == End::Never => Seen::Never,
        None => Seen::Going((record.seen - step.at) as f64),
    }
}
