//! Everything that follows from a journey at a moment: [`Snapshot`].

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasherDefault;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::merge::Standing;
use super::{
    Claim, Conflict, Customs, Details, FeedState, FirstTold, Leg, LegId, LinkedParcel, OrderState,
    ParcelState, PieceCount, PieceState, SameScan, ShipmentId, Sighting, StatedPromise, Trace,
    TraceField,
};
use crate::model::{Event, EventId, FnvHasher, Notice, instant_text, serialize_instant};

/// Everything that follows from a journey at a moment, derived once by
/// [`Journey::at`](super::Journey::at): rules, histories, estimates and briefings read this and
/// nothing else.
///
/// It serialises to the object that `track --json journey` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The moment that it is about: statements about later do not count yet.
    #[serde(serialize_with = "serialize_instant")]
    pub at: DateTime<Utc>,
    /// Until when deliveries count, by their receipt; absent where all do.
    #[serde(
        serialize_with = "serialize_known_at",
        skip_serializing_if = "Option::is_none"
    )]
    pub known_at: Option<DateTime<Utc>>,
    /// Every number that the parcel travels under, with the carrier.
    pub numbers: Vec<LegId>,
    /// The feeds' own identities of the shipment behind a number, where they have any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<ShipmentId>,
    /// The carriers' legs, in order of travel.
    pub legs: Vec<Leg>,
    /// Where the parcel stands; absent while no statement tells.
    #[serde(rename = "state", skip_serializing_if = "Option::is_none")]
    pub parcel: Option<ParcelState>,
    /// The last sign of life: the last thing that somebody who handles the parcel says happened to
    /// it, its meaning known or not. It may be later than [`Snapshot::parcel`], which rests on what
    /// is understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Sighting>,
    /// What is told beside events: service, weight, origin, destination, pickup point, dues and
    /// more. In JSON its fields stand beside the others.
    #[serde(flatten)]
    pub details: Details,
    /// Whether a feed marks it as a return shipment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_return: bool,
    /// Customs, a track of its own.
    #[serde(skip_serializing_if = "Customs::is_empty")]
    pub customs: Customs,
    /// Each piece, when the feeds tell them apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<PieceState>,
    /// How many pieces there are and how far they have come, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub piece_count: Option<PieceCount>,
    /// When the carrier of the last leg says, now, that it will deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<StatedPromise>,
    /// Everything that the carrier of the last leg has ever stated of the day of delivery, oldest
    /// first; a repetition is left out. A leg that has not begun and promises nothing is not the
    /// last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<StatedPromise>,
    /// Parcels of their own that belong to this one: its return, its replacement, the receipt that
    /// was signed for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<LinkedParcel>,
    /// What was said about the number of another carrier by somebody who cannot know or prove it,
    /// and nobody has confirmed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// The statements of a "delivered" that only ended a leg: the parcel went on.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub handed_over: BTreeSet<EventId>,
    /// The orders that it belongs to, where a shop reports them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderState>,
    /// Statements that cannot both be true.
    pub conflicts: Vec<Conflict>,
    /// What was withdrawn or set aside.
    pub notices: Vec<Notice>,
    /// Which events each derived field rests on.
    pub trace: Trace,
    /// Events that several feeds report of one scan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_scans: Vec<SameScan>,
    /// The feeds that report it, by name, and when they did.
    pub feeds: Vec<FeedState>,
    /// What was told first, which later deliveries do not change.
    #[serde(skip)]
    pub first_told: FirstTold,
    /// Every statement that stands, oldest first.
    pub events: Vec<Event>,
    #[serde(skip)]
    pub(super) receipts: Receipts,
}

impl Snapshot {
    /// When a statement that stands was first received, of the deliveries that count.
    #[must_use]
    pub fn first_received(&self, event: EventId) -> Option<DateTime<Utc>> {
        self.receipts.0.get(&event).copied()
    }

    /// The statement that decided the parcel's milestone, if it says that milestone itself. A
    /// "delivered" that only ended a leg, or was made on the way back, says another.
    #[must_use]
    pub fn decisive(&self) -> Option<&Event> {
        let milestone = self.parcel.as_ref()?.milestone;
        self.events.iter().rev().find(|event| {
            event.milestone == milestone && self.trace.rests_on(TraceField::Milestone, event.id())
        })
    }
}

/// When each statement was first received.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Receipts(HashMap<EventId, DateTime<Utc>, BuildHasherDefault<FnvHasher>>);

impl Receipts {
    pub fn of(events: &[Standing<'_>]) -> Self {
        Self(
            events
                .iter()
                .map(|one| (one.id, one.first_received))
                .collect(),
        )
    }
}

fn serialize_known_at<S: serde::Serializer>(
    known_at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    known_at.map(instant_text).serialize(serializer)
}
