//! What an index holds: journeys by number or name, all of them, and what could not be tied.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::uses::{ByNumber, Node};
use super::super::{Journey, LegId, joining, sorting};
use super::Journeys;
use super::keys::{home_of, unit_of};
use super::record::{JourneyKey, Record, Told, uses_of};
use super::store::Store;
use super::work::Deliveries;
use crate::model::{CarrierId, Notice, Shipment, TrackingNumber};

impl<S: Store> Journeys<S> {
    /// The journeys that hold a number, of whichever carrier, oldest first. Several, if several
    /// carriers have it, if it was used again, or if it is that of an order of several parcels.
    pub fn get(&self, number: &str) -> Vec<Cow<'_, Journey>> {
        let number = TrackingNumber::new(number);
        self.holding(&number, |id| id.number == number)
    }

    /// The journeys that hold a carrier's number, oldest first.
    pub fn get_leg(&self, id: &LegId) -> Vec<Cow<'_, Journey>> {
        self.holding(&id.number, |known| known == id)
    }

    /// The journey of this name.
    pub fn journey(&self, key: &JourneyKey) -> Option<Cow<'_, Journey>> {
        let record = self.store.record(self.home(&key.id.number)?)?;
        let mut told = told_of(record);
        Some(journey_of(told.find(|told| told.key() == *key)?))
    }

    /// Every journey with its name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (JourneyKey, Cow<'_, Journey>)> {
        let records = self.store.ids().into_iter();
        let records = records.filter_map(|id| self.store.record(id));
        records
            .flat_map(told_of)
            .map(|told| (told.key(), journey_of(told)))
    }

    fn holding(
        &self,
        number: &TrackingNumber,
        is_it: impl Fn(&LegId) -> bool,
    ) -> Vec<Cow<'_, Journey>> {
        let mut records: BTreeSet<u64> = self.home(number).into_iter().collect();
        for order in self
            .nodes(unit_of(number))
            .iter()
            .filter(|node| node.is_order)
        {
            let parcels = self.shared.orders.get(&order.use_id());
            records.extend(
                parcels
                    .into_iter()
                    .flat_map(|parcels| parcels.shares.keys()),
            );
        }
        let records = records.into_iter().filter_map(|id| self.store.record(id));
        let mut told: Vec<Cow<'_, Told>> = records
            .flat_map(told_of)
            .filter(|told| told.uses.iter().any(|(id, _)| is_it(id)))
            .collect();
        told.sort_by(|a, b| a.place().cmp(&b.place()));
        told.into_iter().map(journey_of).collect()
    }

    /// How many journeys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.shared.journeys
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What could not be tied for sure, of all parcels.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices = self.shared.notices(|(id, nth)| {
            let nodes = self.nodes(unit_of(&id.number));
            nodes
                .into_iter()
                .find(|node| node.id == *id && node.nth == *nth)
        });
        for id in self.store.ids() {
            if let Some(record) = self.store.record(id) {
                notices.extend(record.notices.iter().cloned());
            }
        }
        for unit in &self.shared.lists {
            for node in self.nodes(*unit) {
                notices.extend(joining::lists(&node, |number, carrier| {
                    self.is_reported(&node, number, carrier)
                }));
            }
        }
        notices.sort();
        notices.dedup();
        notices
    }

    /// The journeys, ordered by first event and number; and what could not be tied for sure.
    #[must_use]
    pub fn sorted(&self) -> (Vec<Journey>, Vec<Notice>) {
        let mut all: Vec<Told> = Vec::new();
        for id in self.store.ids() {
            if let Some(record) = self.store.record(id) {
                all.extend(record.told.iter().cloned());
            }
        }
        all.sort_by(|a, b| a.place().cmp(&b.place()));
        (
            all.into_iter().map(|told| told.journey).collect(),
            self.notices(),
        )
    }

    /// The same as [`sorted`](Self::sorted) of an index of these deliveries, without one: each call
    /// sorts everything. Tests compare the two.
    #[doc(hidden)]
    #[must_use]
    pub fn sorted_from_scratch(
        shipments: &[Arc<Shipment>],
        links: &BTreeSet<(LegId, LegId)>,
    ) -> (Vec<Journey>, Vec<Notice>) {
        sorting::from_scratch(shipments, links)
    }

    pub(super) fn home(&self, number: &TrackingNumber) -> Option<u64> {
        let home = home_of(unit_of(number));
        self.store.holders(home).first().copied()
    }

    fn record_of(&self, unit: u64) -> Option<Cow<'_, Record>> {
        let home = self.store.holders(home_of(unit)).first().copied()?;
        self.store.record(home)
    }

    pub(super) fn deliveries(&self, unit: u64) -> Deliveries {
        self.record_of(unit)
            .map(|record| record.deliveries(unit))
            .unwrap_or_default()
    }

    fn nodes(&self, unit: u64) -> Vec<Arc<Node>> {
        let Some(record) = self.record_of(unit) else {
            return Vec::new();
        };
        let held = record.units.iter().find(|held| held.id == unit);
        match held.and_then(|held| held.nodes.as_ref()) {
            Some(nodes) => nodes.to_vec(),
            None => {
                let (uses, _) = uses_of(&record.deliveries(unit));
                uses.into_iter().map(|one| one.node).collect()
            }
        }
    }

    /// Whether another use of a number is known, of a carrier that has not too many.
    fn is_reported(
        &self,
        speaker: &Node,
        number: &TrackingNumber,
        carrier: Option<&CarrierId>,
    ) -> bool {
        let nodes = self.nodes(unit_of(number));
        ByNumber::of(&nodes)
            .get(number.as_str())
            .iter()
            .map(|at| &nodes[*at])
            .any(|node| {
                node.use_id() != speaker.use_id()
                    && carrier.is_none_or(|carrier| *carrier == node.id.carrier)
            })
    }
}

/// What a record holds, without a copy where it is kept in memory.
fn told_of(record: Cow<'_, Record>) -> impl Iterator<Item = Cow<'_, Told>> {
    let (lent, own) = match record {
        Cow::Borrowed(record) => (record.told.as_slice(), Vec::new()),
        Cow::Owned(record) => (&[][..], record.told),
    };
    let lent = lent.iter().map(Cow::Borrowed);
    lent.chain(own.into_iter().map(Cow::Owned))
}

fn journey_of(told: Cow<'_, Told>) -> Cow<'_, Journey> {
    match told {
        Cow::Borrowed(told) => Cow::Borrowed(&told.journey),
        Cow::Owned(told) => Cow::Owned(told.journey),
    }
}
