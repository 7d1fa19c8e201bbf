//! What many feeds say about one parcel: [`Journey`], and [`Journeys`] for deliveries about many.
//!
//! A journey is the set of deliveries of statements about one parcel; everything else is computed
//! from that set and `now`. So the order, the repetition and the batching of deliveries cannot
//! matter, and the state at any past moment can be asked for.

mod claims;
mod clearance;
mod conflicts;
mod customs;
mod derive;
mod details;
mod feeds;
mod first_told;
mod index;
mod instances;
mod joining;
mod legs;
mod linked;
mod links;
mod merge;
mod namings;
mod node;
mod orders;
mod papers;
mod parcel_state;
mod pieces;
mod position;
mod promises;
mod scans;
mod shop_numbers;
mod sighting;
mod snapshot;
mod sorting;
mod step;
mod successors;
mod ties;
mod trace;
mod union;
mod uses;
mod voices;
mod walker;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use conflicts::{Conflict, ConflictKind};
pub use customs::{Customs, CustomsTrack, Hold};
pub use details::Details;
pub use feeds::FeedState;
pub use first_told::FirstTold;
pub use index::{Applied, JourneyKey, Journeys, Memory, Record, Store};
pub use instances::ShipmentId;
pub use legs::{Leg, LegId, LinkEvidence};
pub use linked::{Claim, LinkRole, LinkedParcel};
pub use orders::OrderState;
pub use parcel_state::ParcelState;
pub use pieces::{PieceCount, PieceState};
pub use promises::StatedPromise;
pub use scans::SameScan;
pub use sighting::Sighting;
pub use snapshot::Snapshot;
pub use trace::{Trace, TraceField};

use crate::model::{Event, FnvHasher, Shipment};

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
        self.derive(None, now)
    }

    /// What was known at `known_at` about `now`: only deliveries received until then count.
    #[must_use]
    pub fn at_known(&self, known_at: DateTime<Utc>, now: DateTime<Utc>) -> Snapshot {
        self.derive(Some(known_at), now)
    }

    fn derive(&self, known_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Snapshot {
        let is_known =
            |shipment: &&Shipment| known_at.is_none_or(|known_at| shipment.received <= known_at);
        let known: Vec<&Shipment> = self
            .shipments()
            .map(AsRef::as_ref)
            .filter(is_known)
            .collect();
        let moment = derive::Moment { known_at, now };
        derive::derive(&known, &self.links, &self.linked, moment)
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
