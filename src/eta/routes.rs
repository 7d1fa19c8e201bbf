//! How usual a place is, given the lane, the direction and the place before: [`Routes`].

use std::collections::BTreeMap;

use super::context::Map;
use super::record::{End, Record, mix};
use super::saved::{Packer, Unpacker};

/// Steps that must have been seen towards a country before anything there is called unusual.
const ENOUGH: u32 = 100;
/// How many steps of a finer context weigh as much as the coarser one.
const STRENGTH: f64 = 1.0;
/// Contexts, coarse to fine.
const CONTEXTS: usize = 4;

/// Counts of places by context. Learned from parcels that arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    /// Places in order, and how often each was next.
    next: Map<Vec<(u32, u32)>>,
}

/// The place before, and a place, wherever the two differ; the first place has none before.
fn legs(record: &Record) -> impl Iterator<Item = (u32, u32)> {
    let places = record.steps.iter().map(|step| step.place);
    let mut before = 0;
    places.filter(|place| *place != 0).filter_map(move |place| {
        let leg = (before, place);
        before = place;
        (leg.0 != leg.1).then_some(leg)
    })
}

/// The contexts of a step, coarse to fine: the country it goes to; that and the place before; the
/// lane; that and the place before.
fn contexts(record: &Record, before: u32) -> [u64; CONTEXTS] {
    let (from, to) = (&record.route.from, &record.route.to);
    let key = |nth: u64, a: u32, b: u32, c: u32| {
        mix(mix((nth << 32) ^ u64::from(a)) ^ mix(u64::from(b) << 32 | u64::from(c)))
    };
    [
        key(1, to.country, 0, 0),
        key(2, to.country, before, 0),
        key(3, 0, from.lane_end(), to.lane_end()),
        key(4, before, from.lane_end(), to.lane_end()),
    ]
}

impl Routes {
    pub(super) fn of(records: &[&Record]) -> Self {
        let mut counts: Map<BTreeMap<u32, u32>> = Map::default();
        let arrived = |record: &&&Record| matches!(record.end, End::Delivered(_));
        for record in records.iter().filter(arrived) {
            for (before, place) in legs(record) {
                for key in contexts(record, before) {
                    let count = counts.entry(key).or_default().entry(place).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        let next = counts
            .into_iter()
            .map(|(key, places)| (key, places.into_iter().collect()))
            .collect();
        Self { next }
    }

    /// The share of comparable steps that lead to a place as rare as the last one of a journey, or
    /// rarer. None if the last event tells no new place, or too little was seen.
    pub(super) fn rarity(&self, record: &Record) -> Option<f64> {
        let last = record.steps.last().filter(|step| step.place != 0)?;
        let (before, place) = legs(record).last().filter(|leg| leg.1 == last.place)?;
        let mut rarity = 1.0;
        for (nth, key) in contexts(record, before).into_iter().enumerate() {
            let places = self.next.get(&key).map_or(&[][..], Vec::as_slice);
            let all: u32 = places.iter().map(|(_, count)| count).sum();
            if nth == 0 && all < ENOUGH {
                return None;
            }
            let own = places
                .binary_search_by_key(&place, |(known, _)| *known)
                .map_or(0, |at| places[at].1);
            // Of a place never seen before, as many are expected as places were seen but once.
            let as_rare: u32 = places
                .iter()
                .map(|(_, count)| count)
                .filter(|count| **count <= own.max(1))
                .sum();
            rarity = (f64::from(as_rare) + STRENGTH * rarity) / (f64::from(all) + STRENGTH);
        }
        Some(rarity)
    }

    pub(super) fn pack(&self, out: &mut Packer) {
        let mut contexts: Vec<_> = self.next.iter().collect();
        contexts.sort_unstable_by_key(|(key, _)| **key);
        out.count(contexts.len());
        for (key, places) in contexts {
            out.wide(*key);
            out.count(places.len());
            for (place, count) in places {
                out.int(*place);
                out.int(*count);
            }
        }
    }

    pub(super) fn unpack(from: &mut Unpacker<'_>) -> Result<Self, &'static str> {
        let mut routes = Self::default();
        for _ in 0..from.count(12)? {
            let key = from.wide()?;
            let mut places = Vec::new();
            let mut all = 0_u32;
            for _ in 0..from.count(8)? {
                let (place, count) = (from.int()?, from.int()?);
                all = all.checked_add(count).ok_or("more steps than there are")?;
                places.push((place, count));
            }
            if !places.is_sorted() {
                return Err("places out of order");
            }
            routes.next.insert(key, places);
        }
        Ok(routes)
    }
}
