//! The true events, and how the events of an application differ from them.

use chrono::{DateTime, FixedOffset, Utc};
use smol_str::SmolStr;

use crate::model::{Event, EventId};

/// An event of a simulated parcel that its carrier reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrueEvent {
    /// When it happened, with the offset of the place.
    pub at: DateTime<FixedOffset>,
    /// The carrier's code, as [`CarrierCode::value`](crate::model::CarrierCode::value) holds it.
    pub code: SmolStr,
    /// When the carrier began to report it.
    pub published: DateTime<Utc>,
}

impl TrueEvent {
    /// Whether an event reports this one: the same code, and a time span that contains the true
    /// instant.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.code.value == self.code
            && event.time.earliest() <= self.at
            && self.at <= event.time.latest()
    }
}

/// How the events of an application differ from the true ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// True events that the application lacks: lost, or not fetched yet.
    pub missing: Vec<TrueEvent>,
    /// Events that it has more than once.
    pub repeated: Vec<EventId>,
    /// Events that it has although they are not true: withdrawn, or never reported.
    pub unexpected: Vec<EventId>,
}

impl Difference {
    /// Compares the events of an application with the true ones, one to one.
    ///
    /// ```
    /// use parceltrail::testing::simulator::Difference;
    /// assert!(Difference::between(&[], &[]).is_empty());
    /// ```
    #[must_use]
    pub fn between(truth: &[TrueEvent], held: &[Event]) -> Self {
        let mut found = vec![false; truth.len()];
        let mut difference = Self::default();
        for event in held {
            let mut matching = truth
                .iter()
                .enumerate()
                .filter(|(_, one)| one.matches(event))
                .map(|(at, _)| at)
                .peekable();
            if matching.peek().is_none() {
                difference.unexpected.push(event.id());
                continue;
            }
            match matching.find(|at| !found[*at]) {
                Some(at) => found[at] = true,
                None => difference.repeated.push(event.id()),
            }
        }
        difference.missing = truth
            .iter()
            .zip(found)
            .filter(|(_, found)| !found)
            .map(|(one, _)| one.clone())
            .collect();
        difference
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
