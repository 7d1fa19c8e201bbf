//! The law of the ledger: whatever is applied in whatever order, divided, repeated, merged and
//! stored, it answers as the bag of all deliveries did.
//!
//! Payloads are made by chance for all feeds. `LEDGER_CASES` says how many histories (120 by
//! default); a failure prints the seed. A million:
//! `LEDGER_CASES=1000000 cargo test --release --all-features --lib ledger_law`.

mod bag;
#[path = "../../../tests/order_law/chance.rs"]
mod chance;
#[path = "../../../tests/order_law/feeds.rs"]
mod feeds;
mod kept;
#[path = "../../../tests/order_law/story.rs"]
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Duration, Utc};

use self::bag::Bag;
use self::chance::Chance;
use self::feeds::{FEEDS, payloads};
use self::story::Telling;
use super::{Journey, PersonalData};
use crate::model::Shipment;
use crate::{Payload, Registry};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

#[expect(
    clippy::disallowed_methods,
    reason = "a test, which is told how long to run"
)]
fn cases() -> u64 {
    std::env::var("LEDGER_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(120)
}

fn start() -> DateTime<Utc> {
    "2026-03-10T00:00:00Z".parse().unwrap()
}

/// Moments at which something is known or asked.
fn moments() -> [DateTime<Utc>; 4] {
    [-20, 2, 7, 40].map(|days| start() + Duration::days(days))
}

fn decoded(feed: &story::Feed, tellings: &[Telling]) -> Vec<Shipment> {
    let adapter = REGISTRY.get(feed.id).unwrap();
    let shipments = |body: String| {
        let batch = adapter.decode(Payload::new(body.as_bytes(), start()));
        batch.map(|batch| batch.shipments).unwrap_or_default()
    };
    payloads(feed, tellings)
        .into_iter()
        .flat_map(shipments)
        .collect()
}

/// What a feed says of a few numbers changes a few times, comes back, and is asked for again and
/// again.
fn history(chance: &mut Chance, polls: usize) -> Vec<Arc<Shipment>> {
    let mut all = Vec::new();
    for _ in 0..1 + chance.below(3) {
        let feed = &FEEDS[chance.below(FEEDS.len())];
        let mut states: Vec<Vec<Shipment>> = Vec::new();
        let mut tellings = vec![Telling::random(chance, feed)];
        for _ in 0..1 + chance.below(4) {
            states.push(decoded(feed, &tellings));
            change(chance, feed, &mut tellings);
        }
        for _ in 0..1 + chance.below(polls) {
            let received = start() + Duration::hours(i64::try_from(chance.below(12)).unwrap());
            for shipment in chance.pick(&states) {
                all.push(Arc::new(Shipment {
                    received,
                    ..shipment
                }));
            }
        }
    }
    all
}

/// The next state of what a feed says: a scan more, one less, another promise, another number.
fn change(chance: &mut Chance, feed: &story::Feed, tellings: &mut Vec<Telling>) {
    let other = Telling::random(chance, feed);
    let at = chance.below(tellings.len());
    let telling = &mut tellings[at];
    match chance.below(5) {
        0 => telling.scans.extend(other.scans),
        1 => drop(telling.scans.pop()),
        2 => telling.dues = other.dues,
        3 => telling.others = other.others,
        _ => tellings.push(other),
    }
}

fn text(snapshot: &super::Snapshot) -> String {
    serde_json::to_string_pretty(snapshot).unwrap()
}

/// What is derived but not written.
fn unwritten(snapshot: &super::Snapshot) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        snapshot.first_told,
        snapshot.handed_over,
        snapshot.orders,
        snapshot
            .events
            .iter()
            .map(|event| snapshot.first_received(event.id()))
            .collect::<Vec<_>>()
    )
}

#[track_caller]
fn agree(seed: u64, what: &str, expected: &super::Snapshot, found: &super::Snapshot) {
    let (a, b) = (text(expected), text(found));
    if let Some((a, b)) = a.lines().zip(b.lines()).find(|(a, b)| a != b) {
        panic!("seed {seed}, {what}: {a}, but {b}");
    }
    assert_eq!(a, b, "seed {seed}, {what}");
    assert_eq!(unwritten(expected), unwritten(found), "seed {seed}, {what}");
}

/// Deliveries into a journey in any order: some twice, some divided, parts of it in copies that
/// are merged, written and read in between.
fn journey_of(chance: &mut Chance, deliveries: &[Arc<Shipment>]) -> Journey {
    let mut copies = [Journey::default(), Journey::default()];
    for shipment in deliveries {
        let at = chance.below(2);
        copies[at].apply(Arc::clone(shipment));
        if chance.once_in(3) {
            copies[1 - at].apply(Arc::clone(shipment));
        }
        if chance.once_in(4) {
            copies[at] = Journey::from_bytes(&copies[at].to_bytes(PersonalData::Kept)).unwrap();
        }
        if chance.once_in(8) {
            let other = copies[1 - at].clone();
            copies[at].merge(&other);
        }
    }
    let [mut one, other] = copies;
    one.merge(&other);
    one
}

fn divided(chance: &mut Chance, shipment: &Arc<Shipment>) -> Vec<Arc<Shipment>> {
    if !chance.once_in(3) {
        return vec![Arc::clone(shipment)];
    }
    let cut = chance.below(shipment.events.len() + 1);
    let (first, second) = shipment.events.split_at(cut);
    let part = |events: &[crate::Event]| {
        let mut part = Shipment::clone(shipment);
        part.events = events.to_vec();
        Arc::new(part)
    };
    vec![part(first), part(second)]
}

#[test]
fn the_ledger_answers_as_the_bag_of_all_deliveries_did() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let mut deliveries: Vec<Arc<Shipment>> = history(&mut chance, 5)
            .iter()
            .flat_map(|shipment| divided(&mut chance, shipment))
            .collect();
        chance.shuffle(&mut deliveries);
        let mut bag = Bag::default();
        deliveries.iter().for_each(|shipment| bag.apply(shipment));
        let journey = journey_of(&mut chance, &deliveries);
        for now in moments() {
            agree(seed, "now", &bag.at(None, now), &journey.at(now));
        }
        for hour in [0, 3, 6, 9, 11] {
            let known = start() + Duration::hours(hour);
            let expected = bag.at(Some(known), known);
            agree(seed, "known", &expected, &journey.at_known(known, known));
        }
    }
}

/// With more repeated polls than are kept, in the order of their receipt, the answer is that of the
/// bag without the polls that said nothing new.
#[test]
fn polls_that_say_nothing_new_change_nothing() {
    for seed in 0..cases() / 4 {
        let mut chance = Chance(seed);
        let mut deliveries = history(&mut chance, 5);
        deliveries.sort_by_key(|shipment| shipment.received);
        // Each feed is asked forty times between two answers.
        let mut polled: Vec<Arc<Shipment>> = Vec::new();
        let mut standing: BTreeMap<_, Vec<Arc<Shipment>>> = BTreeMap::new();
        for hour in 0..12 {
            let at = start() + Duration::hours(hour);
            for minute in 0..40 {
                let now = at + Duration::minutes(minute);
                if minute == 0 {
                    let mut fresh: BTreeSet<_> = BTreeSet::new();
                    for shipment in deliveries.iter().filter(|it| it.received == at) {
                        let voice = (shipment.feed.clone(), shipment.number.clone());
                        if fresh.insert(voice.clone()) {
                            standing.remove(&voice);
                        }
                        standing
                            .entry(voice)
                            .or_default()
                            .push(Arc::clone(shipment));
                    }
                }
                polled.extend(standing.values().flatten().map(|shipment| {
                    let mut again = Shipment::clone(shipment);
                    again.received = now;
                    Arc::new(again)
                }));
            }
        }
        let (mut bag, mut news) = (Bag::default(), Bag::default());
        let mut journey = Journey::default();
        for shipment in &polled {
            journey.apply(Arc::clone(shipment));
            bag.apply(shipment);
        }
        said_something(&polled)
            .iter()
            .for_each(|shipment| news.apply(shipment));
        for now in moments() {
            agree(seed, "now", &bag.at(None, now), &journey.at(now));
        }
        for hour in 0..12 {
            let known = start() + Duration::hours(hour);
            let expected = news.at(Some(known), known);
            agree(seed, "known", &expected, &journey.at_known(known, known));
        }
    }
}

/// The deliveries of moments at which a feed says of a number something else than before or after.
fn said_something(polled: &[Arc<Shipment>]) -> Vec<Arc<Shipment>> {
    type Moments<'p> = BTreeMap<DateTime<Utc>, (BTreeSet<String>, Vec<&'p Arc<Shipment>>)>;
    let mut voices: BTreeMap<_, Moments<'_>> = BTreeMap::new();
    for shipment in polled {
        let moments = voices
            .entry((&shipment.feed, &shipment.number))
            .or_default();
        let (said, all) = moments.entry(shipment.received).or_default();
        let mut timeless = Shipment::clone(shipment);
        timeless.received = start();
        said.insert(format!("{timeless:?}"));
        all.push(shipment);
    }
    let mut kept = Vec::new();
    for moments in voices.into_values() {
        let moments: Vec<_> = moments.into_values().collect();
        for (at, (said, all)) in moments.iter().enumerate() {
            let same =
                |other: Option<&(BTreeSet<String>, _)>| other.is_some_and(|it| it.0 == *said);
            let before = at.checked_sub(1).and_then(|at| moments.get(at));
            if !(same(before) && same(moments.get(at + 1))) {
                kept.extend(all.iter().map(|it| Arc::clone(it)));
            }
        }
    }
    kept
}

#[test]
fn forgetting_personal_data_leaves_the_trail() {
    for seed in 0..cases() / 4 {
        let mut chance = Chance(seed);
        let deliveries = history(&mut chance, 3);
        let journey = journey_of(&mut chance, &deliveries);
        let now = start() + Duration::days(40);
        let (before, mut forgotten) = (journey.at(now), journey.clone());
        forgotten.forget_personal_data();
        let stored = Journey::from_bytes(&journey.to_bytes(PersonalData::LeftOut)).unwrap();
        let ids = |snapshot: &super::Snapshot| {
            snapshot
                .events
                .iter()
                .map(crate::Event::id)
                .collect::<Vec<_>>()
        };
        for after in [forgotten.at(now), stored.at(now)] {
            assert_eq!(ids(&before), ids(&after), "seed {seed}");
            assert_eq!(before.parcel, after.parcel, "seed {seed}");
        }
        for shipment in journey.shipments() {
            let mut without = Shipment::clone(&shipment);
            without.forget_personal_data();
            let read: Shipment =
                serde_json::from_str(&serde_json::to_string(&*shipment).unwrap()).unwrap();
            assert_eq!(
                read, without,
                "seed {seed}: what JSON hides is what is forgotten"
            );
        }
    }
}
