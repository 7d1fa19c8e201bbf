//! The order law: the same deliveries give the same bytes, in any order, repeated, divided, batched
//! or merged, for every feed.
//!
//! Payloads are made by chance for all feeds: few numbers, few moments, several promises, orders,
//! references across carriers. `ORDER_LAW_CASES` says how many (2,000 by default); a failure prints
//! the seed.

mod chance;
mod changes;
mod feeds;
mod story;

use std::sync::LazyLock;

use chance::Chance;
use chrono::{DateTime, Duration, Utc};
use feeds::{FEEDS, payloads};
use parceltrail::journey::{Journey, Journeys};
use parceltrail::{Payload, Registry, Shipment};
use story::Telling;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fn cases() -> u64 {
    std::env::var("ORDER_LAW_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(600)
}

/// Payloads of a few feeds, each with when it was received: one moment for most.
type Told = Vec<(usize, Vec<Telling>, DateTime<Utc>)>;

fn told(chance: &mut Chance) -> Told {
    let start: DateTime<Utc> = "2026-03-10T00:00:00Z".parse().unwrap();
    (0..1 + chance.below(4))
        .map(|_| {
            let feed = chance.below(FEEDS.len());
            let tellings = (0..1 + chance.below(3))
                .map(|_| Telling::random(chance, &FEEDS[feed]))
                .collect();
            (
                feed,
                tellings,
                start + Duration::hours(i64::try_from(chance.below(3) / 2).unwrap()),
            )
        })
        .collect()
}

fn decoded(told: &Told) -> Vec<Shipment> {
    let decode = |(feed, tellings, received): &(usize, Vec<Telling>, DateTime<Utc>)| {
        let feed = &FEEDS[*feed];
        let adapter = REGISTRY.get(feed.id).unwrap();
        let shipments = |body: String| {
            adapter
                .decode(Payload::new(body.as_bytes(), *received))
                .map(|batch| batch.shipments)
                .unwrap_or_default()
        };
        payloads(feed, tellings)
            .into_iter()
            .flat_map(shipments)
            .collect::<Vec<_>>()
    };
    told.iter().flat_map(decode).collect()
}

fn now() -> DateTime<Utc> {
    "2026-03-20T00:00:00Z".parse().unwrap()
}

/// Everything that is derived: the journeys' states, and what could not be tied.
fn sorted(shipments: impl IntoIterator<Item = Shipment>) -> Vec<String> {
    let mut journeys = Journeys::default();
    shipments
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    let (sorted, notices) = journeys.sorted();
    let states = sorted
        .iter()
        .map(|journey| serde_json::to_string_pretty(&journey.at(now())).unwrap());
    states
        .chain([serde_json::to_string_pretty(&notices).unwrap()])
        .collect()
}

/// One journey of all deliveries, whatever they are about.
fn single(shipments: impl IntoIterator<Item = Shipment>) -> Vec<String> {
    let mut journey = Journey::default();
    shipments
        .into_iter()
        .for_each(|shipment| _ = journey.apply(shipment));
    vec![serde_json::to_string_pretty(&journey.at(now())).unwrap()]
}

/// A delivery's events by chance over two deliveries of the same moment, in another order.
fn divided(chance: &mut Chance, shipment: &Shipment) -> Vec<Shipment> {
    let mut events = shipment.events.clone();
    chance.shuffle(&mut events);
    let cut = chance.below(events.len() + 1);
    let (first, second) = events.split_at(cut);
    [first, second]
        .map(|events| {
            let mut part = shipment.clone();
            part.events = events.to_vec();
            part
        })
        .into()
}

/// Holds that two ways of telling the same come to the same; names the feeds and shows the first
/// lines that differ.
#[track_caller]
fn agree(what: &str, seed: u64, told: &Told, expected: &[String], found: &[String]) {
    if expected == found {
        return;
    }
    let feeds: Vec<&str> = told.iter().map(|(feed, ..)| FEEDS[*feed].id).collect();
    let lines = |all: &[String]| {
        all.iter()
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let (a, b) = (lines(expected), lines(found));
    let at = a
        .iter()
        .zip(&b)
        .position(|(a, b)| a != b)
        .unwrap_or(a.len().min(b.len()));
    let near = |all: &[String]| all[at.saturating_sub(12)..(at + 6).min(all.len())].join("\n");
    panic!(
        "{what}, seed {seed}, {feeds:?}: {} and {} journeys\n{}\n--- but\n{}",
        expected.len(),
        found.len(),
        near(&a),
        near(&b)
    );
}

#[test]
fn every_feed_tells_something() {
    for (at, feed) in FEEDS.iter().enumerate() {
        let mut chance = Chance(7);
        let told: Told = (0..40)
            .map(|_| (at, vec![Telling::random(&mut chance, feed)], now()))
            .collect();
        let shipments = decoded(&told);
        let events = shipments
            .iter()
            .map(|shipment| shipment.events.len())
            .sum::<usize>();
        assert!(events > 40, "{}: {events} events", feed.id);
        let milestones: std::collections::BTreeSet<_> = shipments
            .iter()
            .flat_map(|shipment| &shipment.events)
            .map(|event| event.milestone)
            .collect();
        assert!(milestones.len() > 2, "{}: {milestones:?}", feed.id);
    }
    assert_eq!(
        FEEDS.len(),
        REGISTRY.iter().count(),
        "a feed without a generator"
    );
}

#[test]
fn order_repetition_and_division_of_deliveries_do_not_matter() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let told = told(&mut chance);
        let plain = decoded(&told);
        for derive in [sorted, single] as [fn(Vec<Shipment>) -> Vec<String>; 2] {
            let expected = derive(plain.clone());
            let mut other = plain.clone();
            other.extend(
                plain
                    .iter()
                    .filter(|_| chance.once_in(3))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            chance.shuffle(&mut other);
            agree(
                "shuffled and repeated",
                seed,
                &told,
                &expected,
                &derive(other.clone()),
            );
            let mut parts: Vec<Shipment> = other
                .iter()
                .flat_map(|shipment| divided(&mut chance, shipment))
                .collect();
            chance.shuffle(&mut parts);
            agree("divided", seed, &told, &expected, &derive(parts));
        }
    }
}

/// Payloads of one feed alone, and the same told otherwise by `change`: every feed that gives
/// another answer, with its first seed.
fn feeds_that_differ(what: &str, change: impl Fn(&mut Chance, &Told) -> Told) {
    let mut differ = Vec::new();
    for (at, feed) in FEEDS.iter().enumerate() {
        let differs = |seed: &u64| {
            let mut chance = Chance(*seed);
            let records = |chance: &mut Chance| {
                (0..1 + chance.below(3))
                    .map(|_| Telling::random(chance, feed))
                    .collect::<Vec<_>>()
            };
            let told: Told = (0..1 + chance.below(2))
                .map(|_| (at, records(&mut chance), now()))
                .collect();
            let other = change(&mut chance, &told);
            let (expected, found) = (sorted(decoded(&told)), sorted(decoded(&other)));
            (expected != found).then_some((*seed, told, expected, found))
        };
        let mut different = (0..cases() / 8).filter_map(|seed| differs(&seed));
        if let Some(first) = different.next() {
            println!("{}: {} of {}", feed.id, different.count() + 1, cases() / 8);
            differ.push(first);
        }
    }
    if let Some((seed, told, expected, found)) = differ.into_iter().next_back() {
        println!("{told:?}");
        agree(what, seed, &told, &expected, &found);
    }
}

#[test]
fn the_order_within_a_payload_does_not_matter() {
    feeds_that_differ("another order in the payload", |chance, told| {
        let mut other = told.clone();
        chance.shuffle(&mut other);
        for (_, tellings, _) in &mut other {
            chance.shuffle(tellings);
            tellings
                .iter_mut()
                .for_each(|telling| chance.shuffle(&mut telling.scans));
        }
        other
    });
}

/// Several records of one number in one answer are distinguished by the feed; records of different
/// numbers are not read together.
#[test]
fn how_numbers_are_batched_does_not_matter() {
    feeds_that_differ("each number in a payload of its own", |_, told| {
        let mut alone = Told::new();
        for (feed, tellings, at) in told {
            let numbers: std::collections::BTreeSet<&str> =
                tellings.iter().map(|telling| telling.number).collect();
            for number in numbers {
                alone.push((
                    *feed,
                    tellings
                        .iter()
                        .filter(|telling| telling.number == number)
                        .cloned()
                        .collect(),
                    *at,
                ));
            }
        }
        alone
    });
}

#[test]
fn copies_that_exchange_everything_agree() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let told = told(&mut chance);
        let (mut here, mut there, mut all) =
            (Journey::default(), Journey::default(), Journey::default());
        for shipment in decoded(&told) {
            all.apply(shipment.clone());
            match chance.below(3) {
                0 => _ = here.apply(shipment),
                1 => _ = there.apply(shipment),
                _ => _ = (here.apply(shipment.clone()), there.apply(shipment)),
            }
        }
        let (before, mut back) = (here.clone(), there.clone());
        here.merge(&there);
        back.merge(&before);
        let bytes =
            |journey: &Journey| vec![serde_json::to_string_pretty(&journey.at(now())).unwrap()];
        agree("merged", seed, &told, &bytes(&all), &bytes(&here));
        agree(
            "merged the other way",
            seed,
            &told,
            &bytes(&all),
            &bytes(&back),
        );
    }
}
