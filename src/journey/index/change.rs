//! What has to be looked at again when a number's deliveries are others than before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::LegId;
use super::super::linked::{LinkedParcel, named_by};
use super::super::uses::Node;
use super::keys::{Key, Keys, unit_of};
use super::quick::{last_seen_the_same, look_the_same};
use super::record::uses_of;
use super::store::Store;
use super::work::{Deliveries, Work};
use crate::model::TrackingNumber;

impl<S: Store> Work<'_, S> {
    /// Puts other deliveries in the place of a number's; what looks at the number is looked at too.
    pub fn change(&mut self, id: u64, deliveries: &Deliveries) {
        self.load(id);
        let unit = self.units.entry(id).or_default();
        unit.held.id = id;
        let before = std::mem::take(&mut unit.nodes);
        let keys_before = std::mem::take(&mut unit.keys);
        let (uses, kept) = uses_of(deliveries);
        unit.nodes = uses.iter().map(|one| Arc::clone(&one.node)).collect();
        unit.keys = Keys::of(unit.nodes.iter().map(AsRef::as_ref));
        (unit.uses, unit.kept, unit.is_changed) = (Some(uses), kept, true);
        let after = unit.nodes.clone();
        let keys_after = unit.keys.clone();
        self.queue.push_back(id);
        let numbers: BTreeSet<TrackingNumber> = before
            .iter()
            .chain(&after)
            .map(|node| node.id.number.clone())
            .collect();
        self.unsay(&before, &after);
        let is_same = look_the_same(&before, &after);
        for number in numbers {
            if !is_same {
                self.load_holders(&Key::Names(number));
            } else if !last_seen_the_same(&before, &after) {
                self.load_holders(&Key::ShopNames(number));
            }
        }
        // What is no longer said: a list says less than its parts, and an order names no parcel.
        for named in keys_before.named.difference(&keys_after.named) {
            self.load(unit_of(&named.number));
        }
        for key in keys_before.all.difference(&keys_after.all) {
            if key.is_shared() && !self.shared.is_shut(key) {
                self.load_holders(key);
            }
        }
        for key in keys_before.all.iter().chain(&keys_after.all) {
            match key {
                Key::OrderName(name) => self.load_holders(&Key::OfOrder(name.clone())),
                Key::Waybill(number) => self.load(unit_of(number)),
                _ => {}
            }
        }
    }

    /// Takes back what is no longer said of others.
    fn unsay(&mut self, before: &[Arc<Node>], after: &[Arc<Node>]) {
        let said = |nodes: &[Arc<Node>]| -> BTreeSet<(LegId, LinkedParcel)> {
            nodes.iter().flat_map(|node| named_by(node)).collect()
        };
        for (named, parcel) in &said(before) - &said(after) {
            if let Some(of_named) = self.shared.said_of.get_mut(&named) {
                of_named.remove(&parcel);
                if of_named.is_empty() {
                    self.shared.said_of.remove(&named);
                }
            }
            self.load(unit_of(&named.number));
        }
    }

    fn load_holders(&mut self, key: &Key) {
        for holder in self.store.holders(key.digest()).into_owned() {
            self.load(holder);
        }
    }

    /// Looks at everything that may be tied to what is looked at.
    pub fn close(&mut self) {
        while let Some(id) = self.queue.pop_front() {
            let Some(unit) = self.units.get(&id) else {
                continue;
            };
            let ids: BTreeSet<LegId> = unit.nodes.iter().map(|node| node.id.clone()).collect();
            let numbers: BTreeSet<TrackingNumber> =
                ids.iter().map(|id| id.number.clone()).collect();
            let shared: Vec<Key> = unit
                .keys
                .all
                .iter()
                .filter(|key| key.is_shared() && !self.shared.is_shut(key))
                .cloned()
                .collect();
            let named: Vec<u64> = unit
                .keys
                .named
                .iter()
                .filter(|named| {
                    named.is_predecessor
                        || named.keys.iter().any(|key| !self.shared.is_shut(key))
                        || named.is_claim && self.name_back(id, &numbers, &named.number)
                })
                .map(|named| unit_of(&named.number))
                .collect();
            shared.iter().for_each(|key| self.load_holders(key));
            named.into_iter().for_each(|unit| self.load(unit));
            for number in numbers {
                self.load_holders(&Key::Reaches(number));
            }
            for partner in ids
                .iter()
                .flat_map(|id| self.shared.partners(id))
                .collect::<Vec<_>>()
            {
                self.load(unit_of(&partner.number));
            }
        }
    }

    /// Whether a number that is named names one of these back.
    fn name_back(
        &self,
        id: u64,
        numbers: &BTreeSet<TrackingNumber>,
        named: &TrackingNumber,
    ) -> bool {
        let other = unit_of(named);
        other != id
            && match self.units.get(&other) {
                Some(unit) => unit
                    .keys
                    .named
                    .iter()
                    .any(|back| numbers.contains(&back.number)),
                None => numbers.iter().any(|number| {
                    self.store
                        .holders(Key::Names(number.clone()).digest())
                        .contains(&other)
                }),
            }
    }
}
