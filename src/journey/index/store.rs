//! Where an index keeps its keys and parcels: [`Store`], and [`Memory`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::record::Record;

/// Where an index keeps which numbers hold which keys, and what is known of the parcels. An
/// application may keep both in a database; [`Memory`] keeps them in memory.
///
/// Keys, numbers and records are told apart by what an index makes up for them: 64 bits each,
/// which mean nothing by themselves. A store gives back what was put in and knows no more.
///
/// ```
/// use std::borrow::Cow;
/// use parceltrail::journey::{Journeys, Memory, Record, Store};
/// use parceltrail::testing::shipment;
/// use parceltrail::{Milestone, Stage};
///
/// /// Counts how often a record is written.
/// #[derive(Debug, Default)]
/// struct Counting { kept: Memory, written: usize }
///
/// impl Store for Counting {
///     fn holders(&self, key: u64) -> Cow<'_, [u64]> { self.kept.holders(key) }
///     fn hold(&mut self, key: u64, holder: u64) { self.kept.hold(key, holder) }
///     fn release(&mut self, key: u64, holder: u64) { self.kept.release(key, holder) }
///     fn record(&self, id: u64) -> Option<Cow<'_, Record>> { self.kept.record(id) }
///     fn take(&mut self, id: u64) -> Option<Record> { self.kept.take(id) }
///     fn put(&mut self, id: u64, record: Record) { self.written += 1; self.kept.put(id, record) }
///     fn ids(&self) -> Vec<u64> { self.kept.ids() }
/// }
///
/// let mut journeys = Journeys::with_store(Counting::default());
/// for number in ["A10001", "A10002"] {
///     journeys.apply(shipment("acme.track", number)
///         .event("2026-03-01T10:00:00Z", Stage::FirstMile, Milestone::PickedUp));
/// }
/// assert_eq!((journeys.len(), journeys.store().written), (2, 2));
/// ```
pub trait Store {
    /// What holds a key, each once, in any order.
    fn holders(&self, key: u64) -> Cow<'_, [u64]>;
    /// Notes that something holds a key, which it did not before.
    fn hold(&mut self, key: u64, holder: u64);
    /// Notes that something no longer holds a key.
    fn release(&mut self, key: u64, holder: u64);
    /// A record.
    fn record(&self, id: u64) -> Option<Cow<'_, Record>>;
    /// Takes a record out.
    fn take(&mut self, id: u64) -> Option<Record>;
    /// Puts a record in.
    fn put(&mut self, id: u64, record: Record);
    /// Every record, in any order.
    fn ids(&self) -> Vec<u64>;
}

/// Keeps an index in memory.
#[derive(Clone, Default)]
pub struct Memory {
    holders: HashMap<u64, Holders>,
    records: HashMap<u64, Record>,
}

/// Most keys are held once.
#[derive(Clone)]
enum Holders {
    One(u64),
    Many(Vec<u64>),
}

impl Store for Memory {
    fn holders(&self, key: u64) -> Cow<'_, [u64]> {
        Cow::Borrowed(match self.holders.get(&key) {
            None => &[],
            Some(Holders::One(holder)) => std::slice::from_ref(holder),
            Some(Holders::Many(holders)) => holders,
        })
    }

    fn hold(&mut self, key: u64, holder: u64) {
        match self.holders.get_mut(&key) {
            None => {
                self.holders.insert(key, Holders::One(holder));
            }
            Some(known) => match known {
                Holders::One(first) => *known = Holders::Many(vec![*first, holder]),
                Holders::Many(holders) => holders.push(holder),
            },
        }
    }

    fn release(&mut self, key: u64, holder: u64) {
        let is_free = match self.holders.get_mut(&key) {
            None => false,
            Some(Holders::One(known)) => *known == holder,
            Some(Holders::Many(holders)) => {
                if let Some(at) = holders.iter().position(|known| *known == holder) {
                    holders.swap_remove(at);
                }
                holders.is_empty()
            }
        };
        if is_free {
            self.holders.remove(&key);
        }
    }

    fn record(&self, id: u64) -> Option<Cow<'_, Record>> {
        self.records.get(&id).map(Cow::Borrowed)
    }

    fn take(&mut self, id: u64) -> Option<Record> {
        self.records.remove(&id)
    }

    fn put(&mut self, id: u64, record: Record) {
        self.records.insert(id, record);
    }

    fn ids(&self) -> Vec<u64> {
        self.records.keys().copied().collect()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("keys", &self.holders.len())
            .field("records", &self.records.len())
            .finish()
    }
}
