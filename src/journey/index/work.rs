//! What has to be looked at again when something is told: [`Work`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::super::LegId;
use super::super::joining::Scene;
use super::super::sorting::{Sorted, sort};
use super::super::uses::{Node, Use};
use super::hub::{Share, UseId};
use super::keys::{Key, Keys, home_of, unit_of};
use super::record::{Held, Kept, Record, uses_of};
use super::shared::Shared;
use super::store::Store;
use crate::model::Shipment;

/// Every delivery about the numbers of a unit.
pub(super) type Deliveries = BTreeMap<LegId, Vec<Arc<Shipment>>>;

/// One number's uses while they are looked at.
#[derive(Default)]
pub(super) struct Unit {
    /// Its record, as it was.
    pub record: Option<u64>,
    pub held: Held,
    pub nodes: Vec<Arc<Node>>,
    /// With their deliveries, where they were needed.
    pub uses: Option<Vec<Use>>,
    pub kept: Option<Box<Kept>>,
    pub keys: Keys,
    pub is_changed: bool,
}

/// What is looked at together: a set of records that is closed under the keys by which anything can
/// be tied, taken out of the store.
pub(super) struct Work<'w, S> {
    pub store: &'w mut S,
    pub shared: &'w mut Shared,
    pub records: BTreeMap<u64, Record>,
    pub units: BTreeMap<u64, Unit>,
    /// Orders that records belonged to, and how many parcels they had: none, one, several.
    pub orders: BTreeMap<UseId, usize>,
    /// Keys of which a record's share was taken back.
    pub touched: BTreeSet<Key>,
    /// What is only looked at.
    pub looked: BTreeMap<u64, Vec<Arc<Node>>>,
    pub queue: VecDeque<u64>,
}

/// The uses that were looked at together, and what they are to each other.
pub(super) struct Seen {
    pub nodes: Vec<Arc<Node>>,
    pub here: Vec<bool>,
    pub sorted: Sorted,
}

impl Seen {
    /// Where a use stands among the nodes.
    pub fn at(&self, (id, nth): &UseId) -> Option<usize> {
        self.nodes
            .binary_search_by(|node| (&node.id, node.nth).cmp(&(id, *nth)))
            .ok()
    }
}

impl<'w, S: Store> Work<'w, S> {
    pub fn new(store: &'w mut S, shared: &'w mut Shared) -> Self {
        Self {
            store,
            shared,
            records: BTreeMap::new(),
            units: BTreeMap::new(),
            orders: BTreeMap::new(),
            touched: BTreeSet::new(),
            looked: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }

    pub fn home(&self, unit: u64) -> Option<u64> {
        self.store.holders(home_of(unit)).first().copied()
    }

    /// Takes a number's record out of the store.
    pub fn load(&mut self, unit: u64) {
        if self.units.contains_key(&unit) {
            return;
        }
        if let Some(record) = self.home(unit) {
            self.load_record(record);
        }
    }

    fn load_record(&mut self, id: u64) {
        if self.records.contains_key(&id) {
            return;
        }
        let Some(mut record) = self.store.take(id) else {
            return;
        };
        for key in std::mem::take(&mut record.hubs) {
            if let Some(hub) = self.shared.hubs.get_mut(&key) {
                hub.take(id);
            }
            self.touched.insert(key);
        }
        for order in std::mem::take(&mut record.orders) {
            if let Some(hub) = self.shared.orders.get_mut(&order) {
                self.orders.entry(order).or_insert(hub.parcels.min(2));
                hub.take(id);
            }
        }
        for held in std::mem::take(&mut record.units) {
            let mut unit = Unit {
                record: Some(id),
                ..Unit::default()
            };
            match &held.nodes {
                Some(nodes) => unit.nodes = nodes.to_vec(),
                None => {
                    record.units = vec![held.clone()];
                    let (uses, _) = uses_of(&record.deliveries(held.id));
                    unit.nodes = uses.iter().map(|one| Arc::clone(&one.node)).collect();
                    unit.uses = Some(uses);
                }
            }
            unit.keys = Keys::of(unit.nodes.iter().map(AsRef::as_ref));
            self.queue.push_back(held.id);
            unit.held = held;
            self.units.insert(unit.held.id, unit);
        }
        record.units.clear();
        self.records.insert(id, record);
    }

    /// The uses of a unit with their deliveries.
    pub fn uses(&mut self, id: u64) -> &[Use] {
        let Some(unit) = self.units.get_mut(&id) else {
            return &[];
        };
        if unit.uses.is_none() {
            let mut deliveries = Deliveries::new();
            if let Some(record) = unit.record.and_then(|id| self.records.get_mut(&id)) {
                record.units = vec![std::mem::take(&mut unit.held)];
                deliveries = record.deliveries(id);
                unit.held = record.units.pop().unwrap_or_default();
            }
            unit.uses = Some(uses_of(&deliveries).0);
        }
        unit.uses.as_deref().unwrap_or_default()
    }

    /// The uses of a number that is only looked at. They are kept for the next time.
    fn look(&mut self, unit: u64) {
        if self.units.contains_key(&unit) || self.looked.contains_key(&unit) {
            return;
        }
        let Some(home) = self.home(unit) else {
            return;
        };
        let nodes = {
            let Some(record) = self.store.record(home) else {
                return;
            };
            let held = record.units.iter().find(|held| held.id == unit);
            match held.and_then(|held| held.nodes.as_ref()) {
                Some(nodes) => nodes.to_vec(),
                None => {
                    let (uses, _) = uses_of(&record.deliveries(unit));
                    let nodes: Vec<_> = uses.into_iter().map(|one| one.node).collect();
                    drop(record);
                    self.keep_nodes(home, unit, &nodes);
                    nodes
                }
            }
        };
        self.looked.insert(unit, nodes);
    }

    fn keep_nodes(&mut self, home: u64, unit: u64, nodes: &[Arc<Node>]) {
        if let Some(mut record) = self.store.take(home) {
            if let Some(held) = record.units.iter_mut().find(|held| held.id == unit) {
                held.nodes = Some(nodes.into());
            }
            self.store.put(home, record);
        }
    }

    /// What has to be looked at beside.
    fn look_around(&mut self) {
        self.looked.clear();
        let mut wanted: BTreeSet<u64> = BTreeSet::new();
        for unit in self.units.values() {
            for node in unit.nodes.iter().filter(|node| !node.is_order) {
                let key = Key::Waybill(node.id.number.clone());
                wanted.extend(self.store.holders(key.digest()).iter());
            }
            for key in &unit.keys.all {
                match key {
                    Key::Names(number) => {
                        wanted.insert(unit_of(number));
                    }
                    Key::OfOrder(name) => {
                        let key = Key::OrderName(name.clone());
                        wanted.extend(self.store.holders(key.digest()).iter());
                    }
                    _ => {}
                }
            }
        }
        wanted.into_iter().for_each(|unit| self.look(unit));
    }

    /// Sorts what is looked at, and looks at more until nothing beyond it can matter.
    pub fn sort(&mut self) -> Seen {
        loop {
            self.close();
            self.look_around();
            let seen = self.sort_once();
            let is_open = self.reopen(&seen);
            if !self.count_parcels(&seen) && !is_open {
                return seen;
            }
        }
    }

    fn sort_once(&self) -> Seen {
        let mut all: Vec<(Arc<Node>, bool)> = self
            .units
            .values()
            .flat_map(|unit| unit.nodes.iter().map(|node| (Arc::clone(node), true)))
            .collect();
        let looked = self.looked.values().flatten();
        all.extend(looked.map(|node| (Arc::clone(node), false)));
        all.sort_by(|(a, _), (b, _)| (&a.id, a.nth).cmp(&(&b.id, b.nth)));
        let (nodes, here): (Vec<Arc<Node>>, Vec<bool>) = all.into_iter().unzip();
        let links = nodes
            .iter()
            .zip(&here)
            .filter(|(_, here)| **here)
            .flat_map(|(node, _)| self.links_of(&node.id))
            .collect();
        let scene = Scene {
            nodes: &nodes,
            here: &here,
            shut: &|key| self.shared.is_shut(key),
        };
        let sorted = sort(&scene, &links);
        Seen {
            nodes,
            here,
            sorted,
        }
    }

    /// What is declared of a number.
    pub fn links_of(&self, id: &LegId) -> Vec<(LegId, LegId)> {
        let partners = self.shared.partners(id).into_iter();
        partners
            .flat_map(|other| [(id.clone(), other.clone()), (other, id.clone())])
            .filter(|link| self.shared.links.contains(link))
            .collect()
    }

    /// Opens the keys that were refused and may tie now. Says whether there were any.
    fn reopen(&mut self, seen: &Seen) -> bool {
        let refused = &seen.sorted.found.refused;
        let keys: BTreeSet<Key> = refused.keys().chain(&self.touched).cloned().collect();
        let mut is_open = false;
        for key in keys {
            let Some(hub) = self.shared.hubs.get_mut(&key) else {
                continue;
            };
            let members = refused.get(&key).map_or(&[][..], Vec::as_slice);
            hub.add(0, Share::of(&key, &seen.nodes, members));
            let is_refused = hub.refuses(&key);
            hub.take(0);
            if is_refused {
                continue;
            }
            let hub = self.shared.hubs.remove(&key).unwrap_or_default();
            is_open = true;
            for record in hub.shares.keys() {
                self.load_record(*record);
            }
            self.queue.extend(self.units.keys());
        }
        is_open
    }

    /// Looks at the parcels of orders that become one, several or none, because they are told of
    /// the order otherwise. Says whether there is more to be looked at.
    fn count_parcels(&mut self, seen: &Seen) -> bool {
        let before = self.units.len();
        let mut orders: BTreeSet<UseId> = self.orders.keys().cloned().collect();
        let attached = &seen.sorted.attached.parcels;
        orders.extend(attached.keys().map(|at| seen.nodes[*at].use_id()));
        for order in orders {
            let kept = self.shared.orders.get(&order);
            let elsewhere = kept.map_or(0, |hub| hub.parcels);
            let known = *self.orders.entry(order.clone()).or_insert(elsewhere.min(2));
            if self.parcels_of(&order, seen).min(2) == known {
                continue;
            }
            let records: Vec<u64> = self
                .shared
                .orders
                .get(&order)
                .map(|hub| hub.shares.keys().copied().collect())
                .unwrap_or_default();
            records
                .into_iter()
                .for_each(|record| self.load_record(record));
            self.load(unit_of(&order.0.number));
        }
        self.units.len() > before
    }

    /// How many parcels an order has.
    pub fn parcels_of(&self, order: &UseId, seen: &Seen) -> usize {
        let elsewhere = self.shared.orders.get(order).map_or(0, |hub| hub.parcels);
        let here = seen.at(order);
        let here = here.and_then(|at| seen.sorted.attached.parcels.get(&at));
        elsewhere + here.map_or(0, BTreeSet::len)
    }

    /// What each parcel is told of an order.
    pub fn told_of(&mut self, order: &UseId, parcels: usize) -> Vec<Arc<Shipment>> {
        let unit = unit_of(&order.0.number);
        let kept = |kept: Option<&Kept>| {
            let told = kept.and_then(|kept| kept.told_to_each.get(order));
            told.filter(|_| parcels > 1).cloned()
        };
        if let Some(known) = self.units.get(&unit) {
            let known = known.kept.as_deref().or(known.held.kept.as_deref());
            return kept(known).unwrap_or_else(|| {
                let of_order = |one: &&Use| one.node.use_id() == *order;
                let uses = self.uses(unit).iter().find(of_order);
                uses.map(|one| one.shipments.clone()).unwrap_or_default()
            });
        }
        let record = self.home(unit).and_then(|home| self.store.record(home));
        let Some(record) = record.as_ref().map(Cow::as_ref) else {
            return Vec::new();
        };
        let held = record.units.iter().find(|held| held.id == unit);
        kept(held.and_then(|held| held.kept.as_deref())).unwrap_or_else(|| {
            let (uses, _) = uses_of(&record.deliveries(unit));
            let one = uses.into_iter().find(|one| one.node.use_id() == *order);
            one.map(|one| one.shipments).unwrap_or_default()
        })
    }
}
