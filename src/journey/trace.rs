//! The evidence for each derived value: [`Trace`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{EventId, words};

words! {
    /// A part of a parcel's state that rests on evidence of its own.
    TraceField {
        /// The controls and releases by which paperwork is told from news.
        Customs = "customs",
        /// The scan of a later leg that makes a hand-over of a "delivered".
        HandOver = "hand_over",
        /// The leg that the parcel is on.
        Leg = "leg",
        /// The milestone, and what the statement that decided it tells besides: reason, where it
        /// was left, attempt.
        Milestone = "milestone",
        /// The states of all pieces, where feeds tell pieces apart.
        Pieces = "pieces",
        /// The last reported place.
        Place = "place",
        /// That the parcel goes back.
        Returning = "returning",
        /// When the state began.
        Since = "since",
        /// The stage.
        Stage = "stage",
    }
}

/// The events that each derived value rests on: with these alone it comes out the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// For each part of the parcel's state.
    pub state: BTreeMap<TraceField, BTreeSet<EventId>>,
    /// For the customs track.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub customs: BTreeSet<EventId>,
    /// For the last sign of life.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub last_seen: BTreeSet<EventId>,
}

impl Trace {
    /// The events that one part of the parcel's state rests on, in order of their ids.
    pub fn of(&self, field: TraceField) -> impl Iterator<Item = EventId> + '_ {
        self.state.get(&field).into_iter().flatten().copied()
    }

    /// Whether one part of the parcel's state rests on an event.
    #[must_use]
    pub fn rests_on(&self, field: TraceField, event: EventId) -> bool {
        self.state
            .get(&field)
            .is_some_and(|events| events.contains(&event))
    }

    /// Every event that the parcel's state rests on.
    #[must_use]
    pub fn of_state(&self) -> BTreeSet<EventId> {
        self.state.values().flatten().copied().collect()
    }
}
