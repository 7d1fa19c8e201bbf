//! What many feeds say about one parcel: [`Journey`], and [`Journeys`] for deliveries about many.
//!
//! A journey is the set of deliveries of statements about one parcel; everything else is computed
//! from that set and `now`. So the order, the repetition and the batching of deliveries cannot
//! matter, and the state at any past moment can be asked for.

mod aliases;
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
mod ledger;
#[cfg(test)]
mod ledger_law;
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
pub use ledger::StorageError;
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

use self::ledger::{Declared, Ledger};
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
#[derive(Clone, Default)]
pub struct Journey {
    ledger: Ledger,
    /// Declared links, and parcels of their own whose deliveries say that they belong to this one.
    declared: Declared,
}

/// Whether personal data are kept where a journey is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonalData {
    /// Everything is kept. The bytes need the protection that personal data need.
    Kept,
    /// Names, sentences, exact positions, codes and addresses that act are masked, as they are in
    /// JSON. The events keep their ids.
    LeftOut,
}

impl Journey {
    /// Takes in what one feed said in one delivery. Says whether it was new: a delivery that is
    /// known is not, nor one among many that said the same.
    pub fn apply(&mut self, shipment: impl Into<Arc<Shipment>>) -> bool {
        self.ledger.insert(&shipment.into())
    }

    /// Declares that the parcel goes on from one carrier's number to another's, which no feed may
    /// say.
    pub fn link(&mut self, from: LegId, to: LegId) {
        self.declared.links.insert((from, to));
    }

    /// Takes in everything that another copy of this journey holds: two copies that exchange all
    /// deliveries agree.
    pub fn merge(&mut self, other: &Self) {
        self.ledger.merge(&other.ledger);
        let Declared { links, linked } = other.declared.clone();
        self.declared.links.extend(links);
        self.declared.linked.extend(linked);
    }

    /// The deliveries, oldest first; of one moment in an order of their own. Of deliveries that
    /// repeat each other only some are kept: the first, the last and those beside which another
    /// came.
    pub fn shipments(&self) -> impl Iterator<Item = Arc<Shipment>> + use<> {
        self.ledger.deliveries().into_iter()
    }

    /// Whether nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ledger.is_empty()
    }

    /// Everything that follows from all deliveries, at `now`: statements about the future do not
    /// count yet.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Snapshot {
        self.derive(None, now)
    }

    /// What was known at `known_at` about `now`: only deliveries received until then count. A
    /// delivery that said nothing new may count from the next one on that is kept.
    #[must_use]
    pub fn at_known(&self, known_at: DateTime<Utc>, now: DateTime<Utc>) -> Snapshot {
        self.derive(Some(known_at), now)
    }

    fn derive(&self, known_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Snapshot {
        let moment = derive::Moment { known_at, now };
        derive::derive(self.ledger.view(known_at), &self.declared, moment)
    }

    /// The same journey, with only those events that `keep` names: what a [`Trace`] is checked
    /// with.
    #[must_use]
    pub fn retaining(&self, keep: impl Fn(&Event) -> bool) -> Self {
        self.changed(|shipment| shipment.events.retain(&keep))
    }

    /// The journey as bytes that a store keeps; [`Journey::from_bytes`] reads them.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use parceltrail::journey::{Journey, PersonalData};
    ///
    /// let journey = Journey::default();
    /// let now = DateTime::<Utc>::UNIX_EPOCH;
    /// let read = Journey::from_bytes(&journey.to_bytes(PersonalData::Kept))?;
    /// assert_eq!(read.at(now).events, journey.at(now).events);
    /// # Ok::<(), parceltrail::journey::StorageError>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self, personal: PersonalData) -> Vec<u8> {
        match personal {
            PersonalData::Kept => ledger::write(&self.ledger, &self.declared),
            PersonalData::LeftOut => {
                let without = self.changed(Shipment::forget_personal_data);
                ledger::write(&without.ledger, &without.declared)
            }
        }
    }

    /// Reads what [`Journey::to_bytes`] wrote, in this version or an earlier one.
    ///
    /// # Errors
    /// If the bytes are no journey, were written by a newer version, or were cut off or changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError> {
        let (ledger, declared) = ledger::read(bytes)?;
        Ok(Self { ledger, declared })
    }

    /// Masks names, sentences, exact positions, codes and addresses that act, for good. The trail
    /// stays, and so do the ids of its events.
    pub fn forget_personal_data(&mut self) {
        *self = self.changed(Shipment::forget_personal_data);
    }

    fn changed(&self, change: impl Fn(&mut Shipment)) -> Self {
        let mut out = Self {
            ledger: Ledger::default(),
            declared: self.declared.clone(),
        };
        for mut shipment in self.shipments() {
            change(Arc::make_mut(&mut shipment));
            out.apply(shipment);
        }
        out
    }
}

/// Shows how much it holds, not what.
impl std::fmt::Debug for Journey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journey")
            .field("ledger", &self.ledger)
            .field("declared", &self.declared)
            .finish()
    }
}

/// A content hash that sorts deliveries; the same on every machine of one version.
fn digest(value: &impl Hash) -> u64 {
    let mut hasher = FnvHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
