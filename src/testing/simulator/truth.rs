//! What is true, and how far what an application holds differs from it.

use chrono::{DateTime, FixedOffset, Utc};
use smol_str::SmolStr;

use crate::model::{Event, EventId};

/// Something that did happen to a simulated parcel and that its carrier tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueEvent {
    /// When, in the time of the place.
    pub at: DateTime<FixedOffset>,
    /// The carrier's code for it, as [`CarrierCode::value`](crate::model::CarrierCode::value) keeps
    /// it.
    pub code: SmolStr,
    /// When the carrier began to tell of it.
    pub published: DateTime<Utc>,
}

impl TrueEvent {
    /// Whether an event tells of this: the same code, and a time that the true instant lies in.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.code.value == self.code
            && event.time.earliest() <= self.at
            && self.at <= event.time.latest()
    }
}

/// How far what is held differs from the truth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// True, and not held: lost, or not fetched yet.
    pub missing: Vec<TrueEvent>,
    /// Held more than once.
    pub repeated: Vec<EventId>,
    /// Held, and not true: withdrawn, or never told.
    pub unexpected: Vec<EventId>,
}

impl Difference {
    /// Compares what is held with what is true, one to one.
    #[must_use]
    pub fn between(truth: &[TrueEvent], held: &[Event]) -> Self {
        let mut found = vec![false; truth.len()];
        let mut difference = Self::default();
        for event in held {
            let mut told = truth
                .iter()
                .enumerate()
                .filter(|(_, one)| one.matches(event))
                .map(|(at, _)| at)
                .peekable();
            if told.peek().is_none() {
                difference.unexpected.push(event.id());
                continue;
            }
            match told.find(|at| !found[*at]) {
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
