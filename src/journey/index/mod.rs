//! Deliveries about many parcels, sorted into journeys as they come: [`Journeys`].

mod applied;
mod hub;
mod keys;
mod quick;
mod record;
mod settle;
mod shared;
mod store;
mod work;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use applied::Applied;
pub(in crate::journey) use hub::{
    Hub, Member, Share, UseId, several_go_on, several_parcels, too_many,
};
pub(in crate::journey) use keys::Key;
pub use record::{JourneyKey, Record};
pub use store::{Memory, Store};

use super::uses::{Node, whole};
use super::{Journey, LegId, joining};
use crate::model::{CarrierId, Notice, Shipment, TrackingNumber};
use keys::{home_of, unit_of};
use record::{Held, Told, uses_of};
use settle::settle;
use shared::Shared;
use work::{Deliveries, Work};

/// Deliveries about many parcels, sorted into journeys as they come.
///
/// Which deliveries belong together is a pure function of the set of deliveries and declarations:
/// however they arrive, in any order and however often, the index holds the same journeys.
/// - deliveries about one number of one carrier belong together, unless the number was used again:
///   another shipment by the feed's own identity, or a new beginning after two months of silence. A
///   second identity that goes on where the first was left open is the same parcel;
/// - a return under another number is the same parcel only if it was scanned and the outbound
///   parcel had not been delivered; else it is a parcel of its own, as replacements and signed
///   receipts are, and [`Snapshot::linked`](super::Snapshot::linked) names each to the other;
/// - an authority's statement about a carrier's number belongs to the use of that number nearest in
///   time;
/// - a shop's order number or reference ties legs of *different* carriers and papers of
///   authorities, if it names one parcel of each, the two lie within four months, and one carrier
///   alone collected at the sender. One order may be several parcels: then it ties nothing, and a
///   notice says so;
/// - what a shop says of an order belongs to every parcel of it: those whose waybills the shop
///   names, and those of which a carrier or authority names the order's number. While there is
///   none, the order is a journey by itself.
///
/// # Who may tie parcels together
/// Feeds name other numbers of a parcel. Such a statement ties only what its speaker can know, so
/// that nobody's message changes the parcel of another:
/// - **A carrier's proven statement** (see [`Proof`](crate::model::Proof)) ties the numbers of that
///   carrier (master, piece, alternate number, house waybill, redirection, return), and the
///   successor that it names with carrier and number. Where a number stands without a carrier, it
///   is the partner's if the carrier's pack names a partner whose numbers look like it.
/// - **An authority's papers** belong to the parcel whose waybill they are about, and to each
///   other. They never tie two parcels.
/// - **The application's own data** may tie anything, and so may [`Journeys::link`].
/// - **Everything else is a claim**: what a feed says that proves nothing, whom a carrier says it
///   took the parcel from, a number of another carrier without a role that the speaker can know. A
///   claim is kept with its witness in [`Snapshot::claims`](super::Snapshot::claims). It ties when
///   the other side names the number back and one of the two is proven, or when the application
///   declares it.
/// - **Placeholders** (`N/A`, `0`, `TEST`, `123456`, one character repeated, words without a digit)
///   **and lists** (manifest, bag, container, master air waybill) tie nothing, and neither does a
///   number that more parcels name than can share it: 999 pieces have one master, 32 papers one
///   waybill, 3 papers one declaration, 4 numbers one alternate number, and a parcel goes on as
///   one.
/// - **A tie joins forward only**: a number that moved before its alleged predecessor began is not
///   its successor.
///
/// Each refusal that leaves two journeys apart is a notice:
/// [`NoticeKind::LinkRefused`](crate::NoticeKind::LinkRefused) or, where several parcels may be
/// meant, [`NoticeKind::AmbiguousLink`](crate::NoticeKind::AmbiguousLink).
///
/// # An index
/// A delivery is compared only with what it is connected with: what holds a key that it names (a
/// number, a shop's number, an order), and what those hold in turn. What later knowledge undoes (a
/// number found to be used again, a number that turns out to be named by too many) is undone, and
/// [`Applied`] says which journeys changed, which are no more, and what could not be tied.
///
/// - The usual poll of a parcel that nothing else is connected with goes straight into its journey,
///   however many there are.
/// - A key that is refused because too many hold it connects nothing any more: an order of ten
///   thousand parcels costs each of them what it costs alone. What really is one parcel (a master
///   and up to 999 pieces, numbers that the application links) is sorted together each time.
/// - Deliveries are kept in the journeys alone, and beside them only what journeys do not hold as it
///   came: what is told of orders, and what was divided among several uses of a number.
/// - Keys and journeys are kept in a [`Store`]: [`Memory`], or an application's own.
///
/// ```
/// use parceltrail::journey::Journeys;
/// use parceltrail::model::{Reference, Role};
/// use parceltrail::testing::shipment;
/// use parceltrail::{Milestone, Stage};
///
/// let told = |number| shipment("acme.track", number)
///     .event("2026-03-01T10:00:00Z", Stage::FirstMile, Milestone::PickedUp);
/// let mut journeys = Journeys::default();
/// journeys.apply(told("A10001"));
/// journeys.apply(told("A10002"));
/// assert_eq!(journeys.len(), 2);
///
/// let of_one_shipment = Reference::new(Role::MasterWaybill, "A10001");
/// let applied = journeys.apply(told("A10002").refers_to(of_one_shipment));
/// assert_eq!((applied.changed.len(), applied.gone.len()), (1, 1));
/// assert_eq!(journeys.get("A10002")[0].shipments().count(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Journeys<S = Memory> {
    store: S,
    shared: Shared,
}

impl Journeys {
    /// An index in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::with_store(Memory::default())
    }
}

impl<S: Store> Journeys<S> {
    /// An index that keeps its keys and parcels in `store`, which is empty.
    #[must_use]
    pub fn with_store(store: S) -> Self {
        Self {
            store,
            shared: Shared::default(),
        }
    }

    /// Where the keys and parcels are kept.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Takes in a delivery. Says what it changed.
    pub fn apply(&mut self, shipment: impl Into<Arc<Shipment>>) -> Applied {
        let shipment = shipment.into();
        match self.apply_quickly(&shipment) {
            Some(applied) => applied,
            None => self.apply_all([shipment]),
        }
    }

    /// Takes in many deliveries at once, which is quicker where they are about the same parcels.
    pub fn apply_all(
        &mut self,
        shipments: impl IntoIterator<Item = impl Into<Arc<Shipment>>>,
    ) -> Applied {
        let mut of_unit: BTreeMap<u64, Deliveries> = BTreeMap::new();
        for shipment in shipments {
            let shipment: Arc<Shipment> = shipment.into();
            let id = leg_of(&shipment);
            let of_unit = of_unit.entry(unit_of(&id.number)).or_default();
            of_unit.entry(id).or_default().push(shipment);
        }
        let mut changed: BTreeMap<u64, Deliveries> = BTreeMap::new();
        for (unit, new) in of_unit {
            let mut known = self.deliveries(unit);
            let mut is_new = false;
            for (id, new) in new {
                let of_number = known.entry(id).or_default();
                let all = whole(of_number.iter().cloned().chain(new).collect());
                is_new |= all != *of_number;
                *of_number = all;
            }
            if is_new {
                changed.insert(unit, known);
            }
        }
        if changed.is_empty() {
            return Applied::default();
        }
        let mut work = Work::new(&mut self.store, &mut self.shared);
        for (unit, deliveries) in changed {
            work.change(unit, &deliveries);
        }
        Applied {
            is_new: true,
            ..settle(work)
        }
    }

    /// Declares that a parcel goes on from one carrier's number to another's.
    pub fn link(&mut self, from: LegId, to: LegId) -> Applied {
        let is_new = self.shared.links.insert((from.clone(), to.clone()));
        if !is_new {
            return Applied::default();
        }
        let units = [unit_of(&from.number), unit_of(&to.number)];
        self.shared.linked_from.insert((to, from));
        let mut work = Work::new(&mut self.store, &mut self.shared);
        units.into_iter().for_each(|unit| work.load(unit));
        Applied {
            is_new,
            ..settle(work)
        }
    }

    /// Takes a journey out, with the deliveries about its numbers: a parcel that has ended. What it
    /// changed of others is in the second value. An order that the parcel belongs to stays. If
    /// something is told of the parcel later, that begins a new journey.
    pub fn remove(&mut self, key: &JourneyKey) -> Option<(Journey, Applied)> {
        let home = self.home(&key.id.number)?;
        let mut left = self.store.record(home)?.into_owned();
        let at = left.told.iter().position(|told| told.key() == *key)?;
        let told = left.told.remove(at);
        let is_member = |held: &Held| {
            let is_order = |one: &UseId| {
                let kept = held.kept.as_ref();
                kept.is_some_and(|kept| kept.told_to_each.contains_key(one)) && *one != told.root
            };
            let of_unit = |one: &&UseId| unit_of(&one.0.number) == held.id;
            told.uses.iter().filter(of_unit).any(|one| !is_order(one))
        };
        let units: Vec<u64> = left
            .units
            .iter()
            .filter(|held| is_member(held))
            .map(|held| held.id)
            .collect();
        left.units.iter_mut().for_each(|held| held.kept = None);
        let mut work = Work::new(&mut self.store, &mut self.shared);
        for unit in units {
            work.change(unit, &left.deliveries(unit));
        }
        let applied = Applied {
            is_new: true,
            ..settle(work)
        };
        Some((told.journey, applied))
    }

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
        super::sorting::from_scratch(shipments, links)
    }

    fn home(&self, number: &TrackingNumber) -> Option<u64> {
        let home = home_of(unit_of(number));
        self.store.holders(home).first().copied()
    }

    fn record_of(&self, unit: u64) -> Option<Cow<'_, Record>> {
        let home = self.store.holders(home_of(unit)).first().copied()?;
        self.store.record(home)
    }

    fn deliveries(&self, unit: u64) -> Deliveries {
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
        super::uses::ByNumber::of(&nodes)
            .get(number.as_str())
            .iter()
            .map(|at| &nodes[*at])
            .any(|node| {
                node.use_id() != speaker.use_id()
                    && carrier.is_none_or(|carrier| *carrier == node.id.carrier)
            })
    }

    /// Takes in the usual poll: it says nothing new of other numbers, of a parcel that nothing else
    /// is connected with.
    fn apply_quickly(&mut self, shipment: &Arc<Shipment>) -> Option<Applied> {
        let home = self.home(&shipment.number)?;
        let is_quick = {
            let record = self.store.record(home)?;
            matches!(record.units.as_slice(), [held] if held.quick.is_some())
                && quick::is_named_by_nobody(&self.store, &record)
        };
        if !is_quick {
            return None;
        }
        let mut record = self.store.take(home)?;
        let applied = record.take_quickly(shipment);
        self.store.put(home, record);
        applied
    }
}

impl Default for Journeys {
    fn default() -> Self {
        Self::with_store(Memory::default())
    }
}

impl<T: Into<Arc<Shipment>>> FromIterator<T> for Journeys {
    fn from_iter<I: IntoIterator<Item = T>>(shipments: I) -> Self {
        let mut journeys = Self::default();
        journeys.apply_all(shipments);
        journeys
    }
}

impl<S: Store, T: Into<Arc<Shipment>>> Extend<T> for Journeys<S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, shipments: I) {
        self.apply_all(shipments);
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

impl Record {
    fn take_quickly(&mut self, shipment: &Arc<Shipment>) -> Option<Applied> {
        let ([held], [told]) = (self.units.as_mut_slice(), self.told.as_mut_slice()) else {
            return None;
        };
        let id = &told.root.0;
        if id.number != shipment.number || id.carrier != shipment.carrier {
            return None;
        }
        if !held.quick.as_mut()?.take(shipment) {
            return None;
        }
        let first = quick::first_of(shipment);
        told.first = [told.first, first].into_iter().flatten().min();
        told.journey.apply(Arc::clone(shipment));
        held.nodes = None;
        Some(Applied {
            is_new: true,
            changed: [told.key()].into(),
            ..Applied::default()
        })
    }
}

fn leg_of(shipment: &Shipment) -> LegId {
    LegId {
        carrier: shipment.carrier.clone(),
        number: shipment.number.clone(),
    }
}
