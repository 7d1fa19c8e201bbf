//! How fast parcels are inspected: `cargo bench --bench rules` prints the table that stands in the
//! README.
//!
//! A healthy parcel of 12 events is inspected with all rules, in turns with a floor: one walk over
//! its facts that compares each time with the clock. Re-inspection goes over many distinct parcels,
//! more than caches hold, with and without the comparison that shows that there is nothing to do
//! yet. With `--test` everything runs once and nothing is timed.

use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::anomaly::{Expectations, Inspector, Parcel, Settings};
use parceltrail::model::{EventTime, Place, Promise, PromiseKind};
use parceltrail::testing::shipment;
use parceltrail::{History, Journey, Milestone, Stage};

const DISTINCT: usize = 20_000;
const ALL: usize = 1_000_000;
const TURNS: usize = 101;
const REPEATS: u32 = 500;

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let inspector = Inspector::new(settings()).unwrap();
    let now = start() + TimeDelta::hours(98);
    let parcel = parcel(&inspector, 0, now);
    assert!(
        inspector.inspect(&parcel, now).found.is_empty(),
        "a healthy parcel: {:?}",
        inspector.inspect(&parcel, now).found
    );

    let rules = inspector.catalogue().rules().count();
    let turns = if is_test { 1 } else { TURNS };
    let repeats = if is_test { 1 } else { REPEATS };
    let mut pairs: Vec<(f64, f64)> = (0..turns)
        .map(|_| {
            (
                nanos(repeats, || _ = black_box(walk(black_box(&parcel), now))),
                nanos(repeats, || {
                    _ = black_box(inspector.inspect(black_box(&parcel), now))
                }),
            )
        })
        .collect();
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        pairs.sort_by(|a, b| of(a).total_cmp(&of(b)));
        of(&pairs[pairs.len() / 2])
    };
    println!(
        "inspect: {rules} rules on a healthy parcel of {} events, with overrides for a carrier and a lane",
        parcel.facts.len()
    );
    println!("| floor: one walk over its events ns | all rules ns | ratio | aim ns |");
    println!("|---:|---:|---:|---:|");
    println!(
        "| {:.0} | {:.0} | {:.1} | 3000 |",
        median(|pair| pair.0),
        median(|pair| pair.1),
        median(|pair| pair.1 / pair.0)
    );

    let distinct = if is_test { 20 } else { DISTINCT };
    let all = if is_test { 20 } else { ALL };
    let parcels: Vec<Parcel> = (0..distinct)
        .map(|nth| crate::parcel(&inspector, nth, now))
        .collect();
    let again: Vec<Option<DateTime<Utc>>> = parcels
        .iter()
        .map(|parcel| inspector.inspect(parcel, now).next_check)
        .collect();
    let later = now + TimeDelta::minutes(5);
    let round = |inspect: &dyn Fn(usize) -> usize| -> (f64, usize) {
        let clock = Instant::now();
        let found = (0..all).map(|nth| inspect(nth % distinct)).sum();
        (clock.elapsed().as_secs_f64(), found)
    };
    let (full, found) = round(&|nth| inspector.inspect(&parcels[nth], later).found.len());
    let due = |nth: usize| again[nth].is_some_and(|again| again <= later);
    let (watched, same) = round(&|nth| {
        if due(nth) {
            inspector.inspect(&parcels[nth], later).found.len()
        } else {
            0
        }
    });
    assert_eq!(found, same);
    let (floor, _) = round(&|nth| black_box(walk(&parcels[nth], later)));
    println!("\nre-inspect: {all} parcels ({distinct} distinct) five minutes later, one core");
    println!("| what | s | ratio to floor | aim s |");
    println!("|---|---:|---:|---:|");
    println!("| floor: one walk over the events of each | {floor:.2} | 1.0 | |");
    println!(
        "| every parcel with all rules | {full:.2} | {:.1} | 5 |",
        full / floor
    );
    println!(
        "| only those that asked to be looked at again | {watched:.3} | {:.2} | |",
        watched / floor
    );

    let journey = journey(0, now);
    let digest = nanos(repeats, || {
        _ = black_box(inspector.digest(&black_box(&journey).at_known(now, now)))
    });
    println!(
        "\ndigest of a journey of {} events, its state included: {:.1} µs",
        parcel.facts.len(),
        digest / 1000.0
    );
}

/// What no inspection can be faster than: looking at every event once.
fn walk(parcel: &Parcel, now: DateTime<Utc>) -> usize {
    parcel
        .facts
        .iter()
        .filter(|fact| fact.latest > now || fact.milestone.is_terminal())
        .count()
}

fn nanos(repeats: u32, mut run: impl FnMut()) -> f64 {
    let clock = Instant::now();
    (0..repeats).for_each(|_| run());
    clock.elapsed().as_secs_f64() * 1e9 / f64::from(repeats)
}

fn settings() -> Settings {
    Settings::from_json(
        r#"{"override":[
            {"carrier":"acme","rules":{"never-collected":{"after":"5d"}}},
            {"lane":"CN-DE","rules":{"stalled":{"abroad":"20d"}}}]}"#,
    )
    .unwrap()
}

fn start() -> DateTime<Utc> {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// A parcel with what a model expects of it.
fn parcel(inspector: &Inspector, nth: usize, now: DateTime<Utc>) -> Parcel {
    inspector.digest_expecting(&journey(nth, now).at_known(now, now), None, &Patient)
}

/// A parcel from China that lies in a German depot, on time.
fn journey(nth: usize, now: DateTime<Utc>) -> Journey {
    let steps = [
        (0, Stage::Order, Milestone::Announced, ""),
        (6, Stage::FirstMile, Milestone::PickedUp, "Shenzhen, CN"),
        (10, Stage::FirstMile, Milestone::Arrived, "Guangzhou, CN"),
        (
            12,
            Stage::ExportCustoms,
            Milestone::CustomsSubmitted,
            "Guangzhou, CN",
        ),
        (
            14,
            Stage::ExportCustoms,
            Milestone::CustomsReleased,
            "Guangzhou, CN",
        ),
        (20, Stage::LineHaul, Milestone::Departed, "Guangzhou, CN"),
        (40, Stage::LineHaul, Milestone::Arrived, "Leipzig, DE"),
        (
            42,
            Stage::ImportCustoms,
            Milestone::CustomsSubmitted,
            "Leipzig, DE",
        ),
        (
            50,
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
            "Leipzig, DE",
        ),
        (60, Stage::LineHaul, Milestone::Departed, "Leipzig, DE"),
        (80, Stage::LastMile, Milestone::Arrived, "Berlin, DE"),
        (96, Stage::LastMile, Milestone::InTransit, "Berlin, DE"),
    ];
    let shift = TimeDelta::seconds(nth as i64 % 3600);
    let mut shipment = shipment("acme.track", &format!("A{nth:07}"));
    for (hours, stage, milestone, place) in steps {
        shipment = shipment
            .event(
                &(start() + TimeDelta::hours(hours) + shift).to_rfc3339(),
                stage,
                milestone,
            )
            .at(place);
    }
    let by = now + TimeDelta::days(2);
    let promise = Promise::by(PromiseKind::Committed, EventTime::instant("", by));
    let mut shipment = shipment
        .promised(promise)
        .received(&now.to_rfc3339())
        .shipment();
    let country = |code: &str| Some(Place::new().with_country(code.parse().ok()));
    (shipment.origin, shipment.destination) = (country("CN"), country("DE"));
    let mut journey = Journey::default();
    journey.apply(shipment);
    journey
}

/// A model that expects news within a few days.
struct Patient;

impl Expectations for Patient {
    fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>> {
        Some(history.events.last()?.at + TimeDelta::days(if tail < 0.001 { 6 } else { 4 }))
    }

    fn loss_patience(&self, history: &History, _: f64) -> Option<DateTime<Utc>> {
        Some(history.events.last()?.at + TimeDelta::days(20))
    }

    fn miss(&self, _: &History, by: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64> {
        Some(if now > by - TimeDelta::hours(8) {
            0.9
        } else {
            0.1
        })
    }
}
