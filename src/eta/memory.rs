//! The journeys that a model remembers: a set from which everything else follows.
//!
//! Of each journey the record that tells most is kept, whatever the order of teaching. When there
//! are too many, those of lowest priority go; a priority depends on nothing but the journey's name
//! and start, so which ones stay depends only on the set of all that were taught. That makes
//! [`merge`](Memory::merge) the union of two memories.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::context::Hashed;
use super::record::{Record, hashed, mix, packed};
use super::settings::ModelSettings;
use crate::model::Country;

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Forget {
    /// One journey, by its id.
    Journey(String),
    /// Everything of a carrier.
    Carrier(String),
    /// Everything between two countries.
    Lane(Country, Country),
    /// Every journey that began before a moment.
    Before(DateTime<Utc>),
}

/// The set.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    records: HashMap<u64, Record, Hashed>,
    order: BTreeSet<(Priority, u64)>,
}

/// How early a record goes when there are too many: the largest first. Compares as the `f64` it
/// stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Priority(i64);

impl Memory {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.order.iter().filter_map(|(_, id)| self.records.get(id))
    }

    /// Takes a record in, and says what came in and what went.
    pub(super) fn insert(
        &mut self,
        record: Record,
        settings: &ModelSettings,
        mut change: impl FnMut(&Record, f64),
    ) {
        if let Some(old) = self.records.get(&record.id) {
            if !record.supersedes(old) {
                return;
            }
            change(old, -1.0);
            self.order.remove(&(priority(old, settings), old.id));
        }
        change(&record, 1.0);
        self.order.insert((priority(&record, settings), record.id));
        self.records.insert(record.id, record);
        while self.records.len() > settings.capacity {
            let Some((_, id)) = self.order.pop_last() else {
                break;
            };
            if let Some(old) = self.records.remove(&id) {
                change(&old, -1.0);
            }
        }
    }

    pub(super) fn forget(
        &mut self,
        what: &Forget,
        settings: &ModelSettings,
        mut change: impl FnMut(&Record, f64),
    ) {
        let goes = |record: &Record| match what {
            Forget::Journey(id) => record.id == super::record::hash(id.as_bytes()),
            Forget::Carrier(carrier) => record.route.carrier == hashed(Some(carrier)),
            Forget::Lane(from, to) => {
                record.route.from.country == packed(from) && record.route.to.country == packed(to)
            }
            Forget::Before(at) => record.start() < at.timestamp(),
        };
        let gone: Vec<u64> = self
            .records()
            .filter(|record| goes(record))
            .map(|record| record.id)
            .collect();
        for id in gone {
            if let Some(old) = self.records.remove(&id) {
                change(&old, -1.0);
                self.order.remove(&(priority(&old, settings), id));
            }
        }
    }
}

/// Sampling without replacement in proportion to recency: `-ln u / weight`, in logarithms.
fn priority(record: &Record, settings: &ModelSettings) -> Priority {
    let uniform = ((mix(record.id) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    let age = record.start() as f64 / 86_400.0 / (2.0 * settings.half_life_days.max(1.0));
    let bits = ((-uniform.ln()).ln() - age * std::f64::consts::LN_2)
        .to_bits()
        .cast_signed();
    Priority(bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed())
}
