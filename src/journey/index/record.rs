//! What an index keeps of parcels that share a journey: [`Record`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::super::sorting::place;
use super::super::uses::{Node, Use, uses, whole};
use super::super::{Journey, LegId};
use super::hub::UseId;
use super::keys::{Key, unit_of};
use super::quick::Quick;
use crate::model::{Notice, Shipment};

/// A journey's name, while its first number in order of carrier and number stays the same: that
/// number, and which of its uses it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct JourneyKey {
    /// The carrier and number.
    pub id: LegId,
    /// Which of the number's uses, counted from 0, oldest first.
    pub nth: u32,
}

/// What a [`Store`](super::Store) keeps of parcels whose numbers have to be kept together: their
/// journeys with all deliveries, and what sorting found.
#[derive(Clone, Default)]
pub struct Record {
    pub(super) units: Vec<Held>,
    pub(super) told: Vec<Told>,
    pub(super) notices: Vec<Notice>,
    /// The refused keys that these hold.
    pub(super) hubs: Vec<Key>,
    /// The orders that these belong to.
    pub(super) orders: Vec<UseId>,
}

/// The uses of one number.
#[derive(Clone, Default)]
pub(super) struct Held {
    pub id: u64,
    /// What it holds in the table.
    pub table: Box<[u64]>,
    /// Kept where others look at it.
    pub nodes: Option<Box<[Arc<Node>]>>,
    /// Deliveries that the journeys do not hold as they came.
    pub kept: Option<Box<Kept>>,
    /// Absent where a delivery cannot be taken in without looking at the others.
    pub quick: Option<Box<Quick>>,
}

/// Deliveries that were divided among several uses, and those about orders, which each parcel is
/// told.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub deliveries: BTreeMap<LegId, Vec<Arc<Shipment>>>,
    /// What each of several parcels is told of an order.
    pub told_to_each: BTreeMap<UseId, Vec<Arc<Shipment>>>,
}

/// A journey with what names and sorts it.
#[derive(Clone)]
pub(super) struct Told {
    pub journey: Journey,
    pub first: Option<DateTime<Utc>>,
    /// Its uses and those of its orders, by number.
    pub uses: Box<[UseId]>,
    /// The use that names it.
    pub root: UseId,
}

impl Told {
    pub fn key(&self) -> JourneyKey {
        let (id, nth) = self.root.clone();
        JourneyKey { id, nth }
    }

    /// Its place among all journeys: by first event and number.
    pub fn place(&self) -> (Option<DateTime<Utc>>, Vec<&LegId>, &UseId) {
        place(self.first, self.uses.iter(), &self.root)
    }

    pub fn has(&self, id: &LegId) -> bool {
        self.uses.iter().any(|(known, _)| known == id)
    }
}

impl Record {
    /// The journeys.
    pub fn journeys(&self) -> impl Iterator<Item = &Journey> {
        self.told.iter().map(|told| &told.journey)
    }

    /// Every delivery about the numbers of a unit, put together again.
    pub(super) fn deliveries(&self, unit: u64) -> BTreeMap<LegId, Vec<Arc<Shipment>>> {
        let kept = self.units.iter().find(|held| held.id == unit);
        let kept = kept.and_then(|held| held.kept.as_deref());
        let mut all: BTreeMap<LegId, Vec<Arc<Shipment>>> =
            kept.map(|kept| kept.deliveries.clone()).unwrap_or_default();
        let of_journeys = self.told.iter().flat_map(|told| told.journey.shipments());
        for shipment in of_journeys.filter(|shipment| unit_of(&shipment.number) == unit) {
            let id = LegId {
                carrier: shipment.carrier.clone(),
                number: shipment.number.clone(),
            };
            if kept.is_none_or(|kept| !kept.deliveries.contains_key(&id)) {
                all.entry(id).or_default().push(shipment);
            }
        }
        all.into_iter()
            .map(|(id, shipments)| (id, whole(shipments)))
            .collect()
    }
}

/// The uses of a unit's numbers, and which deliveries their journeys will not hold as they came.
pub(super) fn uses_of(
    deliveries: &BTreeMap<LegId, Vec<Arc<Shipment>>>,
) -> (Vec<Use>, Option<Box<Kept>>) {
    let mut all = Vec::new();
    let mut kept = Kept::default();
    for (id, shipments) in deliveries {
        let of_number = uses(id, shipments);
        let parts: usize = of_number.iter().map(|one| one.shipments.len()).sum();
        let orders = || of_number.iter().filter(|one| one.node.is_order);
        if parts != shipments.len() || orders().next().is_some() {
            kept.deliveries.insert(id.clone(), shipments.clone());
        }
        for order in orders() {
            let told = super::super::orders::told_in_each(&order.shipments, 2);
            kept.told_to_each.insert(order.node.use_id(), told);
        }
        all.extend(of_number);
    }
    let kept = (!kept.deliveries.is_empty()).then(|| Box::new(kept));
    (all, kept)
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("journeys", &self.told.len())
            .field("numbers", &self.units.len())
            .finish_non_exhaustive()
    }
}
