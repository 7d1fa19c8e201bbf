//! What records add to what is kept of all parcels: notices, refused keys, orders, the key table.

use std::collections::{BTreeMap, BTreeSet};

use super::hub::{Hub, Share};
use super::keys::{Key, home_of, unit_of};
use super::quick::Quick;
use super::record::Record;
use super::settle::Settling;
use super::shared::OrderShare;
use super::store::Store;
use crate::model::TrackingNumber;

impl<S: Store> Settling<'_, '_, S> {
    /// The notices of what is refused for other reasons than the number of holders.
    pub fn note(&mut self, records: &mut BTreeMap<u64, Record>) {
        for (at, notice) in std::mem::take(&mut self.seen.sorted.found.notices) {
            if let Some(home) = self.homes.get(&self.unit_at(at)) {
                records.entry(*home).or_default().notices.push(notice);
            }
        }
        for record in records.values_mut() {
            record.notices.sort();
            record.notices.dedup();
            let new = record.notices.iter();
            self.applied.notices.extend(
                new.filter(|notice| !self.notices_before.contains(*notice))
                    .cloned(),
            );
        }
    }

    /// What the records add to keys that are refused.
    pub fn share(&mut self, records: &mut BTreeMap<u64, Record>) {
        let refused = std::mem::take(&mut self.seen.sorted.found.refused);
        for (key, members) in refused {
            let is_new = !self.work.shared.hubs.contains_key(&key);
            let mut of_record: BTreeMap<u64, Vec<_>> = BTreeMap::new();
            for member in members {
                if let Some(home) = self.homes.get(&self.unit_at(member.at)) {
                    of_record.entry(*home).or_default().push(member);
                }
            }
            let hub = self.work.shared.hubs.entry(key.clone()).or_default();
            for (id, members) in of_record {
                hub.add(id, Share::of(&key, &self.seen.nodes, &members));
                records.entry(id).or_default().hubs.push(key.clone());
            }
            if is_new {
                self.applied.notices.extend(hub.notices(&key));
            }
        }
        for key in std::mem::take(&mut self.work.touched) {
            let hubs = &mut self.work.shared.hubs;
            if hubs
                .get(&key)
                .is_some_and(|hub: &Hub| hub.shares.is_empty())
            {
                hubs.remove(&key);
            }
        }
    }

    /// What the records add to orders.
    pub fn share_orders(&mut self, records: &mut BTreeMap<u64, Record>) {
        let mut shares: BTreeMap<(usize, u64), OrderShare> = BTreeMap::new();
        let attached = &self.seen.sorted.attached;
        for (order, roots) in &attached.parcels {
            for root in roots {
                if let Some(home) = self.homes.get(&self.unit_at(*root)) {
                    shares.entry((*order, *home)).or_default().parcels += 1;
                }
            }
        }
        for ((order, name), (holders, roots)) in &attached.unproven {
            let mut told = |at: usize, is_named: bool| {
                if let Some(home) = self.homes.get(&self.unit_at(at)) {
                    let share = shares.entry((*order, *home)).or_default();
                    let known = share.names.entry(name.clone()).or_default();
                    *known = (known.0 || is_named, known.1 || !is_named);
                }
            };
            holders.iter().for_each(|at| told(*at, true));
            roots.iter().for_each(|at| told(*at, false));
        }
        for ((order, home), share) in shares {
            let order = self.seen.nodes[order].use_id();
            let hub = self.work.shared.orders.entry(order.clone()).or_default();
            hub.add(home, share);
            records.entry(home).or_default().orders.push(order);
        }
        for order in self.work.orders.keys() {
            let orders = &mut self.work.shared.orders;
            if orders.get(order).is_some_and(|hub| hub.shares.is_empty()) {
                orders.remove(order);
            }
        }
    }

    /// Notes which keys the numbers hold, and where they are kept.
    pub fn hold(&mut self, records: &mut BTreeMap<u64, Record>) {
        let mut reaches: BTreeMap<u64, BTreeSet<&TrackingNumber>> = BTreeMap::new();
        for (at, number) in &self.seen.sorted.found.reaches {
            let unit = unit_of(&self.seen.nodes[*at].id.number);
            reaches.entry(unit).or_default().insert(number);
        }
        let is_alone = self.work.units.len() == 1 && self.work.looked.is_empty();
        for (id, mut unit) in std::mem::take(&mut self.work.units) {
            let home = self.homes.get(&id).copied();
            let mut held = std::mem::take(&mut unit.held);
            let mut table: BTreeSet<u64> = unit.keys.all.iter().map(Key::digest).collect();
            let reached = reaches.get(&id).into_iter().flatten();
            table.extend(reached.map(|number| Key::Reaches((*number).clone()).digest()));
            let before: BTreeSet<u64> = held.table.iter().copied().collect();
            let store = &mut *self.work.store;
            before
                .difference(&table)
                .for_each(|key| store.release(*key, id));
            table
                .difference(&before)
                .for_each(|key| store.hold(*key, id));
            if home != unit.record {
                let key = home_of(id);
                unit.record
                    .into_iter()
                    .for_each(|old| store.release(key, old));
                home.into_iter().for_each(|new| store.hold(key, new));
            }
            if unit.keys.lists {
                self.work.shared.lists.insert(id);
            } else {
                self.work.shared.lists.remove(&id);
            }
            let Some(record) = home.map(|home| records.entry(home).or_default()) else {
                continue;
            };
            held.id = id;
            held.table = table.into_iter().collect();
            if unit.is_changed {
                held.kept = unit.kept;
            }
            let is_free = is_alone && record.hubs.is_empty() && record.orders.is_empty();
            let only = unit
                .uses
                .as_deref()
                .filter(|_| is_free && held.kept.is_none());
            held.quick = match only {
                Some([only]) => Quick::of(only).map(Box::new),
                _ => None,
            };
            held.nodes = (!is_free).then(|| unit.nodes.into_boxed_slice());
            record.units.push(held);
        }
    }
}
