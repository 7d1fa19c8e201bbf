//! Puts what was looked at back into the store, sorted anew: [`settle`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::linked::{LinkedParcel, named_by};
use super::super::sorting::Group;
use super::super::union::Union;
use super::super::{Journey, LegId};
use super::applied::Applied;
use super::hub::UseId;
use super::keys::unit_of;
use super::record::{Record, Told};
use super::store::Store;
use super::work::{Seen, Work};
use crate::model::{Notice, Shipment};

/// A parcel found, with the nodes that it is made of and the orders that it is told of.
#[derive(Default)]
struct Parcel {
    group: Group,
    members: Vec<usize>,
    orders: Vec<usize>,
}

/// Sorts what is looked at and puts it back. Says what is different.
pub(super) fn settle<S: Store>(mut work: Work<'_, S>) -> Applied {
    let seen = work.sort();
    Settling::of(&mut work, seen).finish()
}

pub(super) struct Settling<'s, 'w, S> {
    pub work: &'s mut Work<'w, S>,
    pub seen: Seen,
    parcels: BTreeMap<usize, Parcel>,
    /// The new record of each unit.
    pub homes: BTreeMap<u64, u64>,
    before: BTreeMap<Box<[UseId]>, Told>,
    pub notices_before: BTreeSet<Notice>,
    pub applied: Applied,
}

impl<'s, 'w, S: Store> Settling<'s, 'w, S> {
    fn of(work: &'s mut Work<'w, S>, mut seen: Seen) -> Self {
        let parcels = parcels(work, &mut seen);
        let mut settling = Self {
            work,
            seen,
            parcels,
            homes: BTreeMap::new(),
            before: BTreeMap::new(),
            notices_before: BTreeSet::new(),
            applied: Applied::default(),
        };
        settling.find_homes();
        settling
    }

    pub fn unit_at(&self, at: usize) -> u64 {
        unit_of(&self.seen.nodes[at].id.number)
    }

    /// Numbers whose uses share a parcel share a record. It stays the same where its numbers do.
    fn find_homes(&mut self) {
        let units: Vec<u64> = self.work.units.keys().copied().collect();
        let place: BTreeMap<u64, usize> = units.iter().copied().zip(0..).collect();
        let mut union = Union::new(units.len());
        for parcel in self.parcels.values() {
            for pair in parcel.members.windows(2) {
                union.tie(place[&self.unit_at(pair[0])], place[&self.unit_at(pair[1])]);
            }
        }
        let mut groups: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for (at, unit) in units.iter().enumerate() {
            if !self.work.units[unit].nodes.is_empty() {
                groups.entry(union.root(at)).or_default().push(*unit);
            }
        }
        let mut taken: BTreeSet<u64> = BTreeSet::new();
        for group in groups.into_values() {
            let known = self.work.units[&group[0]].record;
            let id = known.filter(|id| taken.insert(*id)).unwrap_or_else(|| {
                self.work.shared.records += 1;
                self.work.shared.records
            });
            self.homes.extend(group.into_iter().map(|unit| (unit, id)));
        }
    }

    fn finish(mut self) -> Applied {
        let switched = self.switched();
        let rebuilt = self.rebuilt(&switched);
        for unit in rebuilt {
            self.work.uses(unit);
        }
        self.take_records();
        let mut records: BTreeMap<u64, Record> = BTreeMap::new();
        let said = self.say();
        self.tell(&switched, &mut records);
        self.note(&mut records);
        self.share(&mut records);
        self.share_orders(&mut records);
        self.hold(&mut records);
        self.say_to_others(said);
        self.work.shared.journeys += records
            .values()
            .map(|record| record.told.len())
            .sum::<usize>();
        for (id, record) in records {
            self.work.store.put(id, record);
        }
        self.applied.settle();
        self.applied
    }

    /// Orders that are told otherwise than before.
    fn switched(&self) -> BTreeSet<UseId> {
        let is_switched = |(order, before): &(&UseId, &usize)| {
            self.work.parcels_of(order, &self.seen).min(2) != **before
        };
        let orders = self.work.orders.iter().filter(is_switched);
        orders.map(|(order, _)| order.clone()).collect()
    }

    fn is_as_before(&self, parcel: &Parcel, switched: &BTreeSet<UseId>) -> bool {
        parcel.group.uses.iter().all(|one| {
            let unit = self.work.units.get(&unit_of(&one.0.number));
            !unit.is_some_and(|unit| unit.is_changed) && !switched.contains(one)
        })
    }

    /// The numbers whose deliveries have to be sorted into journeys anew.
    fn rebuilt(&self, switched: &BTreeSet<UseId>) -> BTreeSet<u64> {
        let known: BTreeSet<&[UseId]> = self
            .work
            .records
            .values()
            .flat_map(|record| &record.told)
            .map(|told| &*told.uses)
            .collect();
        let is_new = |parcel: &&Parcel| {
            let uses: Vec<UseId> = parcel.group.uses.iter().cloned().collect();
            !known.contains(uses.as_slice()) || !self.is_as_before(parcel, switched)
        };
        let parcels = self.parcels.values().filter(is_new);
        parcels
            .flat_map(|parcel| parcel.members.iter().chain(&parcel.orders))
            .map(|at| self.unit_at(*at))
            .collect()
    }

    fn take_records(&mut self) {
        for (_, record) in std::mem::take(&mut self.work.records) {
            self.work.shared.journeys -= record.told.len();
            self.notices_before.extend(record.notices);
            for told in record.told {
                self.applied.gone.insert(told.key());
                self.before.insert(told.uses.clone(), told);
            }
        }
    }

    /// The journeys.
    fn tell(&mut self, switched: &BTreeSet<UseId>, records: &mut BTreeMap<u64, Record>) {
        let mut orders: BTreeMap<usize, Vec<Arc<Shipment>>> = BTreeMap::new();
        let newest = self.newest();
        for (root, parcel) in std::mem::take(&mut self.parcels) {
            let uses: Box<[UseId]> = parcel.group.uses.iter().cloned().collect();
            let known = self.before.remove(&uses);
            let is_same = known.is_some() && self.is_as_before(&parcel, switched);
            let before = known.as_ref().map(|told| {
                let (links, linked) = (&told.journey.declared.links, &told.journey.declared.linked);
                (links.clone(), linked.clone())
            });
            let mut journey = match known {
                Some(told) if is_same => told.journey,
                _ => self.journey(&parcel, &mut orders),
            };
            (journey.declared.links, journey.declared.linked) = self.links(root, &parcel, &newest);
            let told = Told {
                first: parcel.group.first,
                uses,
                root: self.seen.nodes[root].use_id(),
                journey,
            };
            let after = (&told.journey.declared.links, &told.journey.declared.linked);
            let is_same = is_same && before.as_ref().is_some_and(|(a, b)| (a, b) == after);
            let is_known = self.applied.gone.remove(&told.key());
            if !(is_same && is_known) {
                self.applied.changed.insert(told.key());
            }
            let unit = parcel.members.first().map(|at| self.unit_at(*at));
            if let Some(home) = unit.and_then(|unit| self.homes.get(&unit)) {
                records.entry(*home).or_default().told.push(told);
            }
        }
    }

    fn journey(
        &mut self,
        parcel: &Parcel,
        orders: &mut BTreeMap<usize, Vec<Arc<Shipment>>>,
    ) -> Journey {
        let mut journey = Journey::default();
        for at in &parcel.members {
            let (unit, node) = (self.unit_at(*at), &self.seen.nodes[*at]);
            let (id, nth) = (&node.id, node.nth);
            let is_it = |one: &&super::super::uses::Use| (&one.node.id, one.node.nth) == (id, nth);
            let uses = self.work.uses(unit).iter().find(is_it);
            for shipment in uses.into_iter().flat_map(|one| &one.shipments) {
                journey.apply(Arc::clone(shipment));
            }
        }
        for at in &parcel.orders {
            let told = orders.entry(*at).or_insert_with(|| {
                let order = self.seen.nodes[*at].use_id();
                let parcels = self.work.parcels_of(&order, &self.seen);
                self.work.told_of(&order, parcels)
            });
            told.iter().for_each(|shipment| {
                journey.apply(Arc::clone(shipment));
            });
        }
        journey
    }

    /// For each number, the root of its newest use.
    fn newest(&mut self) -> BTreeMap<LegId, usize> {
        let mut newest = BTreeMap::new();
        for (at, node) in self.seen.nodes.iter().enumerate() {
            if self.seen.here[at] {
                newest.insert(node.id.clone(), self.seen.sorted.union.root(at));
            }
        }
        newest
    }

    /// What is declared of a parcel, and what others say of it: it is said of the newest use of a
    /// number.
    fn links(
        &self,
        root: usize,
        parcel: &Parcel,
        newest: &BTreeMap<LegId, usize>,
    ) -> (BTreeSet<(LegId, LegId)>, BTreeSet<LinkedParcel>) {
        let (mut links, mut linked) = (BTreeSet::new(), BTreeSet::new());
        let own: BTreeSet<&LegId> = self
            .parcel_ids(root, parcel)
            .into_iter()
            .filter(|id| newest.get(*id) == Some(&root))
            .collect();
        for id in own {
            links.extend(self.work.links_of(id));
            let said = self.work.shared.said_of.get(id).into_iter().flatten();
            linked.extend(said.filter(|other| !parcel.group.has(&other.id)).cloned());
        }
        (links, linked)
    }

    /// The numbers that are one with a parcel: its own, and orders that are declared to be.
    fn parcel_ids(&self, root: usize, parcel: &Parcel) -> BTreeSet<&LegId> {
        let members = parcel.members.iter();
        let mut ids: BTreeSet<&LegId> = members.map(|at| &self.seen.nodes[*at].id).collect();
        ids.extend(
            self.declared_orders(root)
                .into_iter()
                .map(|at| &self.seen.nodes[at].id),
        );
        ids
    }

    fn declared_orders(&self, root: usize) -> Vec<usize> {
        let nodes = self.seen.nodes.iter().enumerate();
        let orders = nodes.filter(|(at, node)| node.is_order && self.seen.here[*at]);
        orders
            .map(|(at, _)| at)
            .filter(|at| self.seen.sorted.union.root_of(*at) == root)
            .collect()
    }

    /// Keeps what is said of others, and gives what was not known.
    fn say(&mut self) -> Vec<(LegId, LinkedParcel)> {
        let nodes = self.seen.nodes.iter().zip(&self.seen.here);
        let said = nodes
            .filter(|(_, here)| **here)
            .flat_map(|(node, _)| named_by(node));
        let said_of = &mut self.work.shared.said_of;
        said.filter(|(named, parcel)| {
            let of_named = said_of.entry(named.clone()).or_default();
            of_named.insert(parcel.clone())
        })
        .collect()
    }

    /// Tells the parcels that were not looked at what is now said of them.
    fn say_to_others(&mut self, said: Vec<(LegId, LinkedParcel)>) {
        for (named, parcel) in said {
            let unit = unit_of(&named.number);
            if self.homes.contains_key(&unit) {
                continue;
            }
            let Some(home) = self.work.home(unit) else {
                continue;
            };
            let Some(mut record) = self.work.store.take(home) else {
                continue;
            };
            if let Some(told) = record
                .told
                .iter_mut()
                .filter(|told| told.has(&named))
                .max_by_key(|told| newest_use(told, &named))
                && told.journey.declared.linked.insert(parcel)
            {
                self.applied.changed.insert(told.key());
            }
            self.work.store.put(home, record);
        }
    }
}

/// The newest use of a number in a journey.
fn newest_use(told: &Told, id: &LegId) -> Option<u32> {
    let of_number = told.uses.iter().filter(|(known, _)| known == id);
    of_number.map(|(_, nth)| *nth).max()
}

/// What is one parcel of what is looked at.
fn parcels<S: Store>(work: &Work<'_, S>, seen: &mut Seen) -> BTreeMap<usize, Parcel> {
    let mut parcels: BTreeMap<usize, Parcel> = BTreeMap::new();
    for at in 0..seen.nodes.len() {
        if !seen.here[at] {
            continue;
        }
        let node = Arc::clone(&seen.nodes[at]);
        if node.is_order && work.parcels_of(&node.use_id(), seen) > 0 {
            continue;
        }
        let parcel = parcels.entry(seen.sorted.union.root(at)).or_default();
        parcel.group.take(&node);
        parcel.members.push(at);
    }
    for (order, roots) in &seen.sorted.attached.parcels {
        for root in roots {
            let parcel = parcels.entry(*root).or_default();
            parcel.group.take(&seen.nodes[*order]);
            parcel.orders.push(*order);
        }
    }
    parcels
}
