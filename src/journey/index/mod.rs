//! Deliveries about many parcels, sorted into journeys as they come: [`Journeys`].

mod applied;
mod change;
mod hub;
mod keys;
mod quick;
mod read;
mod record;
mod settle;
mod shared;
mod shares;
mod store;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use applied::Applied;
pub(in crate::journey) use hub::{
    Hub, Member, Share, UseId, several_go_on, several_parcels, too_many,
};
pub(in crate::journey) use keys::Key;
pub use record::{JourneyKey, Record};
pub use store::{Memory, Store};

use super::uses::whole;
use super::{Journey, LegId};
use crate::model::Shipment;
use keys::unit_of;
use record::Held;
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
