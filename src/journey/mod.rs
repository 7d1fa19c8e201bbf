//! What many feeds say about one parcel: [`Journey`], and [`Journeys`] for deliveries about many.
//!
//! A journey is the set of deliveries of statements about one parcel; everything else is computed
//! from that set and `now`. So the order, the repetition and the batching of deliveries cannot
//! matter, and the state at any past moment can be asked for.

mod claims;
mod conflicts;
mod customs;
mod instances;
mod joining;
mod legs;
mod linked;
mod links;
mod merge;
mod orders;
mod pieces;
mod position;
mod promises;
mod scans;
mod set;
mod shop_numbers;
mod sighting;
mod state;
mod ties;
mod union;
mod uses;
mod walker;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use conflicts::{Conflict, ConflictKind};
pub use customs::{Customs, CustomsTrack, Hold};
pub use instances::ShipmentId;
pub use legs::{Leg, LegId, LinkEvidence};
pub use linked::{Claim, LinkRole, LinkedParcel};
pub use orders::OrderState;
pub use pieces::{PieceCount, PieceState};
pub use promises::StatedPromise;
pub use scans::SameScan;
pub use set::Journeys;
pub use sighting::Sighting;
pub use state::{ParcelState, Trace};

use crate::model::{Event, EventId, Shipment};
use crate::model::{FnvHasher, Notice};

/// What many feeds say about one parcel.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use parceltrail::{Journey, Milestone, Payload, Registry};
///
/// let registry = Registry::builtin();
/// let body = br#"{"shipments":[{"id":"7100000042","service":"express","events":[
///   {"timestamp":"2025-03-06T11:40:00+01:00","status":"OK","statusCode":"delivered"},
///   {"timestamp":"2025-03-03T17:05:00+08:00","status":"PU","statusCode":"transit"}]}]}"#;
/// let received: DateTime<Utc> = "2025-03-06T12:00:00Z".parse()?;
///
/// let mut journey = Journey::default();
/// for shipment in registry.get("dhl.unified").unwrap().decode(Payload::new(body, received))?.shipments {
///     journey.apply(shipment);
/// }
/// let state = journey.at(received).parcel.unwrap();
/// assert_eq!(state.milestone, Milestone::Delivered);
/// assert!(state.terminal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Journey {
    deliveries: BTreeMap<DeliveryKey, Vec<Arc<Shipment>>>,
    links: BTreeSet<(LegId, LegId)>,
    /// Parcels of their own whose deliveries say that they belong to this one.
    linked: BTreeSet<LinkedParcel>,
}

/// Orders deliveries the same way wherever they came from. The digest only sorts; equality decides
/// repetition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DeliveryKey {
    received: DateTime<Utc>,
    digest: u64,
}

impl DeliveryKey {
    fn of(shipment: &Shipment) -> Self {
        Self {
            received: shipment.received,
            digest: digest(shipment),
        }
    }
}

impl Journey {
    /// Takes in what one feed said in one delivery. Says whether it was new.
    pub fn apply(&mut self, shipment: impl Into<Arc<Shipment>>) -> bool {
        let shipment = shipment.into();
        self.insert(DeliveryKey::of(&shipment), shipment)
    }

    fn insert(&mut self, key: DeliveryKey, shipment: Arc<Shipment>) -> bool {
        let same = self.deliveries.entry(key).or_default();
        let is_new = !same.contains(&shipment);
        if is_new {
            same.push(shipment);
        }
        is_new
    }

    /// Declares that the parcel goes on from one carrier's number to another's, which no feed may
    /// say.
    pub fn link(&mut self, from: LegId, to: LegId) {
        self.links.insert((from, to));
    }

    /// Takes in everything that another copy of this journey holds: two copies that exchange all
    /// deliveries agree.
    pub fn merge(&mut self, other: &Self) {
        for shipment in other.shipments() {
            self.apply(Arc::clone(shipment));
        }
        self.links.extend(other.links.iter().cloned());
        self.linked.extend(other.linked.iter().cloned());
    }

    /// Every delivery, in canonical order.
    pub fn shipments(&self) -> impl Iterator<Item = &Arc<Shipment>> {
        self.deliveries.values().flatten()
    }

    /// Whether nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// Everything that follows from all deliveries, at `now`: statements about the future do not
    /// count yet.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Snapshot {
        self.at_known(DateTime::<Utc>::MAX_UTC, now)
    }

    /// What was known at `known_at` about `now`: only deliveries received until then count.
    #[must_use]
    pub fn at_known(&self, known_at: DateTime<Utc>, now: DateTime<Utc>) -> Snapshot {
        let known: Vec<&Shipment> = self
            .shipments()
            .map(AsRef::as_ref)
            .filter(|shipment| shipment.received <= known_at)
            .collect();
        state::derive(&known, &self.links, &self.linked, now)
    }

    /// The same journey, with only those events that `keep` names: what a [`Trace`] is checked
    /// with.
    #[must_use]
    pub fn retaining(&self, keep: impl Fn(&Event) -> bool) -> Self {
        let mut out = Self {
            links: self.links.clone(),
            linked: self.linked.clone(),
            ..Self::default()
        };
        for shipment in self.shipments() {
            let mut shipment = Shipment::clone(shipment);
            shipment.events.retain(&keep);
            out.apply(shipment);
        }
        out
    }
}

/// A content hash that sorts deliveries; the same on every machine of one version.
fn digest(value: &impl Hash) -> u64 {
    let mut hasher = FnvHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Everything that follows from a journey at a moment. It serialises to the object that `track
/// --json journey` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
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
    /// The orders that it belongs to, where a shop tells of them.
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
    /// Every statement that stands, oldest first.
    pub events: Vec<Event>,
}
