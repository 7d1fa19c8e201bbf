//! An index of journeys is at any moment what sorting everything from scratch gives.
//!
//! `INDEX_CASES` says in how many worlds (40 by default); a failure prints the seed.

#[path = "../order_law/chance.rs"]
mod chance;
#[path = "../order_law/feeds.rs"]
mod feeds;
mod hubs;
#[path = "../order_law/story.rs"]
mod story;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chance::Chance;
use chrono::{DateTime, Utc};
use parceltrail::journey::{Applied, Journey, JourneyKey, Journeys, LegId};
use parceltrail::model::{Milestone, Reference, Role, Shipment, Stage};
use parceltrail::testing::shipment;
use parceltrail::{Notice, NoticeKind};
use world::{Step, steps};

fn cases() -> u64 {
    std::env::var("INDEX_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(40)
}

fn now() -> DateTime<Utc> {
    "2027-03-20T00:00:00Z".parse().unwrap()
}

/// All that a journey holds, and what follows from it.
fn shown(journey: &Journey) -> String {
    let state = serde_json::to_string(&journey.at(now())).unwrap();
    format!("{state} {:?}", journey.shipments().collect::<Vec<_>>())
}

fn all_shown((journeys, notices): (Vec<Journey>, Vec<Notice>)) -> (Vec<String>, Vec<Notice>) {
    (journeys.iter().map(shown).collect(), notices)
}

/// An index beside all that it was told, and what it said of its journeys.
#[derive(Default)]
struct Checked {
    index: Journeys,
    told: Vec<Arc<Shipment>>,
    links: BTreeSet<(LegId, LegId)>,
    mirror: BTreeMap<JourneyKey, String>,
}

impl Checked {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Tell(shipments) => {
                for shipment in shipments.iter().cloned().map(Arc::new) {
                    self.told.push(Arc::clone(&shipment));
                    let applied = self.index.apply(shipment);
                    self.note(&applied);
                }
            }
            Step::Link(from, to) => {
                self.links.insert((from.clone(), to.clone()));
                let applied = self.index.link(from.clone(), to.clone());
                self.note(&applied);
            }
        }
    }

    /// Follows the index by what it says of itself.
    fn note(&mut self, applied: &Applied) {
        assert!(applied.is_new || applied.changed.is_empty() && applied.gone.is_empty());
        for gone in &applied.gone {
            assert!(self.mirror.remove(gone).is_some(), "{gone:?} was not known");
        }
        for changed in &applied.changed {
            let journey = self.index.journey(changed).expect("what changed is there");
            self.mirror.insert(changed.clone(), shown(&journey));
        }
    }

    #[track_caller]
    fn agrees(&self, what: &str) {
        let expected = <Journeys>::sorted_from_scratch(&self.told, &self.links);
        let numbers: Vec<(LegId, usize)> = self
            .told
            .iter()
            .map(|told| LegId::new(told.carrier.clone(), told.number.as_str()))
            .map(|id| {
                let is_its = |told: &Arc<Shipment>| {
                    (&told.carrier, &told.number) == (&id.carrier, &id.number)
                };
                let holding = |journey: &&Journey| journey.shipments().any(|told| is_its(&told));
                (id.clone(), expected.0.iter().filter(holding).count())
            })
            .collect();
        let (expected, notices) = all_shown(expected);
        let (found, found_notices) = all_shown(self.index.sorted());
        assert_eq!(expected.len(), found.len(), "{what}");
        assert!(expected == found, "{what}: other journeys");
        assert_eq!(notices, found_notices, "{what}");
        assert_eq!(found_notices, self.index.notices(), "{what}");
        assert_eq!(self.index.len(), found.len(), "{what}");
        assert_eq!(self.index.is_empty(), found.is_empty(), "{what}");
        let mut mirrored: Vec<&String> = self.mirror.values().collect();
        let mut expected: Vec<&String> = expected.iter().collect();
        mirrored.sort();
        expected.sort();
        assert!(mirrored == expected, "{what}: changes that were not said");
        assert_eq!(self.index.iter().count(), self.mirror.len(), "{what}");
        for (id, many) in numbers {
            assert_eq!(self.index.get_leg(&id).len(), many, "{what}: {id:?}");
            assert!(self.index.get(id.number.as_str()).len() >= many, "{what}");
        }
    }
}

#[test]
fn at_any_moment_it_is_what_sorting_from_scratch_gives() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let steps = steps(&mut chance);
        let mut checked = Checked::default();
        for (at, step) in steps.iter().enumerate() {
            checked.take(step);
            if at + 1 == steps.len() || chance.once_in(8) {
                checked.agrees(&format!("seed {seed}, step {at}"));
            }
        }
    }
}

#[test]
fn many_deliveries_at_once_are_as_one_after_another() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let mut told: Vec<Shipment> = steps(&mut chance)
            .into_iter()
            .flat_map(|step| match step {
                Step::Tell(shipments) => shipments,
                Step::Link(..) => Vec::new(),
            })
            .collect();
        chance.shuffle(&mut told);
        let (first, rest) = told.split_at(chance.below(told.len() + 1));
        let mut index: Journeys = first.iter().cloned().collect();
        index.extend(rest.iter().cloned());
        let told: Vec<Arc<Shipment>> = told.into_iter().map(Arc::new).collect();
        let expected = <Journeys>::sorted_from_scratch(&told, &BTreeSet::new());
        assert!(
            all_shown(index.sorted()) == all_shown(expected),
            "seed {seed}"
        );
    }
}

/// What is left is what sorting the deliveries that are left gives.
#[test]
fn a_journey_that_was_removed_leaves_no_trace() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let mut checked = Checked::default();
        for step in steps(&mut chance) {
            checked.take(&step);
        }
        let keys: Vec<JourneyKey> = checked.index.iter().map(|(key, _)| key).collect();
        for key in keys {
            let Some((journey, applied)) = checked.index.remove(&key) else {
                continue;
            };
            assert!(!journey.is_empty());
            checked.note(&applied);
        }
        assert_eq!(checked.mirror.len(), checked.index.len(), "seed {seed}");
        let left: Vec<JourneyKey> = checked.index.iter().map(|(key, _)| key).collect();
        for key in left {
            checked.index.remove(&key);
        }
        let (journeys, notices) = checked.index.sorted();
        if journeys.is_empty() {
            assert_eq!(notices, [], "seed {seed}");
        }
    }
}

fn moved(number: &str, day: u32) -> Shipment {
    let at = format!("2026-03-{day:02}T10:00:00Z");
    shipment("ups.track", number)
        .event(&at, Stage::FirstMile, Milestone::PickedUp)
        .received(&at)
        .shipment()
}

#[test]
fn a_delivery_says_what_it_changed() {
    let mut index = Journeys::default();
    let first = index.apply(moved("1ZA0000001", 1));
    assert!(first.is_new && first.gone.is_empty() && first.notices.is_empty());
    let key = first.changed.first().unwrap().clone();
    assert_eq!((key.id.number.as_str(), key.nth), ("1ZA0000001", 0));
    assert!(!index.apply(moved("1ZA0000001", 1)).is_new);
    let poll = index.apply(moved("1ZA0000001", 2));
    assert_eq!(poll.changed, first.changed);
    assert_eq!(index.get("1za 0000001")[0].shipments().count(), 2);

    // Two that become one.
    let second = index.apply(moved("1ZB0000002", 3));
    let mut master = moved("1ZB0000002", 4);
    let reference = Reference::new(Role::MasterWaybill, "1ZA0000001");
    master.references.push(reference);
    let tied = index.apply(master);
    assert_eq!(
        (&tied.changed, &tied.gone),
        (&first.changed, &second.changed)
    );
    assert_eq!(index.len(), 1);

    let (journey, left) = index.remove(&key).unwrap();
    assert_eq!(journey.shipments().count(), 4);
    assert_eq!((left.gone, index.len()), (first.changed, 0));
    assert!(index.get("1ZA0000001").is_empty() && index.remove(&key).is_none());
}

#[test]
fn a_key_that_too_many_name_is_said_once() {
    let mut index = Journeys::default();
    let of_declaration = |number: &str| {
        let mut told = moved(number, 1);
        let reference = Reference::new(Role::Declaration, "COP-00203");
        told.references.push(reference);
        told
    };
    let mut said = Vec::new();
    for nth in 0..6 {
        let applied = index.apply(of_declaration(&format!("1ZC000000{nth}")));
        said.push((index.len(), applied.notices.len()));
    }
    // Papers never tie two parcels to each other; beyond three, the number is that of a list.
    assert_eq!(said.last(), Some(&(6, 0)));
    assert_eq!(said.iter().map(|(_, notices)| notices).sum::<usize>(), 2);
    let notices = index.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].kind, NoticeKind::LinkRefused);
}
