//! What an index keeps of all parcels together: [`Shared`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::linked::LinkedParcel;
use super::super::{LegId, orders};
use super::hub::{Hub, UseId};
use super::keys::Key;
use crate::model::{Notice, TrackingNumber};

/// What an index keeps of all parcels together: little, unless much is refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    /// What the application declared, and the same from the other end.
    pub links: BTreeSet<(LegId, LegId)>,
    pub linked_from: BTreeSet<(LegId, LegId)>,
    /// Keys that are refused.
    pub hubs: HashMap<Key, Hub>,
    /// The parcels of orders.
    pub orders: HashMap<UseId, OrderHub>,
    /// What others say of a number.
    pub said_of: HashMap<LegId, BTreeSet<LinkedParcel>>,
    /// Numbers that name lists or placeholders.
    pub lists: BTreeSet<u64>,
    /// How many journeys there are.
    pub journeys: usize,
    /// The last record.
    pub records: u64,
}

/// The parcels of an order.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderHub {
    pub shares: HashMap<u64, OrderShare>,
    pub parcels: usize,
}

/// What one record adds to an order.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderShare {
    pub parcels: usize,
    /// For an order that proves nothing, by name: whether a parcel names it and whether it had one
    /// by then.
    pub names: BTreeMap<TrackingNumber, (bool, bool)>,
}

impl OrderHub {
    pub fn add(&mut self, record: u64, share: OrderShare) {
        self.parcels += share.parcels;
        self.shares.insert(record, share);
    }

    pub fn take(&mut self, record: u64) {
        if let Some(share) = self.shares.remove(&record) {
            self.parcels -= share.parcels;
        }
    }

    /// The names under which it is told of no parcel.
    fn refused_names(&self) -> impl Iterator<Item = &TrackingNumber> {
        let mut names: BTreeMap<&TrackingNumber, (bool, bool)> = BTreeMap::new();
        for (name, (is_named, has_one)) in self.shares.values().flat_map(|share| &share.names) {
            let known = names.entry(name).or_default();
            *known = (known.0 || *is_named, known.1 || *has_one);
        }
        names
            .into_iter()
            .filter(|(_, (is_named, has_one))| *is_named && !has_one)
            .map(|(name, _)| name)
    }
}

impl Shared {
    /// Whether a key is known to be refused.
    pub fn is_shut(&self, key: &Key) -> bool {
        self.hubs.contains_key(key)
    }

    /// The other ends of what is declared of a number.
    pub fn partners(&self, id: &LegId) -> BTreeSet<LegId> {
        let other_ends = |links: &BTreeSet<(LegId, LegId)>| -> Vec<LegId> {
            let from = (id.clone(), LegId::new("", ""));
            links
                .range(from..)
                .take_while(|(near, _)| near == id)
                .map(|(_, far)| far.clone())
                .collect()
        };
        let mut partners: BTreeSet<LegId> = other_ends(&self.links).into_iter().collect();
        partners.extend(other_ends(&self.linked_from));
        partners
    }

    /// The notices of keys and orders.
    pub fn notices(
        &self,
        order: impl Fn(&UseId) -> Option<std::sync::Arc<super::super::uses::Node>>,
    ) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self
            .hubs
            .iter()
            .flat_map(|(key, hub)| hub.notices(key))
            .collect();
        for (id, hub) in &self.orders {
            let names: Vec<&TrackingNumber> = hub.refused_names().collect();
            if let Some(node) = (!names.is_empty()).then(|| order(id)).flatten() {
                notices.extend(
                    names
                        .into_iter()
                        .filter_map(|name| orders::unproven(&node, name)),
                );
            }
        }
        notices
    }
}
