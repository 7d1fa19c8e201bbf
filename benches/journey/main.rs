//! What a journey costs that lives for weeks: `cargo bench --bench journey` prints the table that
//! stands in the README.
//!
//! Payloads of 12 events of each feed, with places and sentences that differ from event to event,
//! are decoded and applied: once, a thousand times, and growing to 13 events over 500 polls. Memory
//! is what stays allocated, counted by the allocator. With `--test` everything runs once and
//! nothing is timed.

#[path = "../speed/floor.rs"]
mod floor;
#[path = "../speed/payloads.rs"]
#[allow(dead_code, reason = "only the payloads are used")]
mod payloads;
mod varied;

use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::journey::{Journey, PersonalData};
use parceltrail::{Payload, Registry, Shipment};

const POLLS: i64 = 1_000;
const GROWING: i64 = 500;
const INCREMENTS: usize = 16_000;

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let registry = Registry::builtin();
    let repeats = if is_test { 1 } else { 2_000 };
    println!(
        "| feed | in memory B | as bytes B | after 1,000 polls B | as bytes B | 500 polls growing to 13 B | `at` ns | after 1,000 polls ns | apply a repeat ns |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut rows: Vec<Row> = Vec::new();
    for case in payloads::all(12) {
        let growing: Vec<Vec<Shipment>> = [12, 13]
            .map(|events| decoded(&registry, case.feed, events))
            .into();
        let row = Row::measured(&growing[0], &growing[1], repeats);
        println!("| {} | {row} |", case.feed);
        rows.push(row);
    }
    println!("| mean | {} |", Row::mean(&rows));
    println!("| aim | 2500 | 700 | +1 % | +1 % | 4000 | 5000 | as after one | |");
    increments(&registry, if is_test { 160 } else { INCREMENTS });
}

fn start() -> DateTime<Utc> {
    "2025-06-01T08:00:00Z".parse().expect("a time")
}

fn decoded(registry: &Registry, feed: &str, events: usize) -> Vec<Shipment> {
    let case = payloads::all(events)
        .into_iter()
        .find(|case| case.feed == feed)
        .expect("the same feeds");
    let bytes = varied::varied(&String::from_utf8(case.bytes).expect("UTF-8"));
    let adapter = registry.get(feed).expect("a feed");
    let batch = adapter.decode(Payload::new(bytes.as_bytes(), start()));
    batch.expect("a payload").shipments
}

fn at(shipment: &Shipment, received: DateTime<Utc>) -> Shipment {
    let mut shipment = shipment.clone();
    shipment.received = received;
    shipment
}

fn polled(shipments: &[Shipment], polls: i64) -> Journey {
    let mut journey = Journey::default();
    for poll in 0..polls {
        for shipment in shipments {
            journey.apply(at(shipment, start() + TimeDelta::minutes(37 * poll)));
        }
    }
    journey
}

/// Snapshots that begin with one event and end with all.
fn grown(shipments: &[Shipment], polls: i64) -> Journey {
    let mut journey = Journey::default();
    for poll in 0..polls {
        for shipment in shipments {
            let mut shipment = at(shipment, start() + TimeDelta::minutes(37 * poll));
            let all = shipment.events.len();
            let known = 1
                + (all - 1) * usize::try_from(poll).unwrap_or(0) * 13
                    / (12 * usize::try_from(polls).unwrap_or(1));
            let newest_first = shipment.events.first().map(|it| it.time.latest())
                > shipment.events.last().map(|it| it.time.latest());
            let known = known.min(all);
            shipment.events = match newest_first {
                true => shipment.events.split_off(all - known),
                false => shipment.events.into_iter().take(known).collect(),
            };
            journey.apply(shipment);
        }
    }
    journey
}

/// The figures of one feed.
#[derive(Clone, Copy, Default)]
struct Row([f64; 8]);

impl Row {
    fn measured(twelve: &[Shipment], thirteen: &[Shipment], repeats: u32) -> Self {
        let now = start() + TimeDelta::days(60);
        let (once, often) = (polled(twelve, 1), polled(twelve, POLLS));
        let stored = |journey: &Journey| journey.to_bytes(PersonalData::Kept).len();
        let mut repeat = once.clone();
        let mut poll = 0;
        let again: Vec<Vec<Shipment>> = (1..=i64::from(repeats))
            .map(|poll| {
                let received = start() + TimeDelta::minutes(37 * poll);
                twelve.iter().map(|it| at(it, received)).collect()
            })
            .collect();
        let mut again = again.into_iter();
        let apply = nanos(repeats, || {
            poll += 1;
            for shipment in again.next().unwrap_or_default() {
                black_box(repeat.apply(shipment));
            }
        });
        Self([
            held(|| polled(twelve, 1)),
            stored(&once) as f64,
            held(|| polled(twelve, POLLS)),
            stored(&often) as f64,
            held(|| grown(thirteen, GROWING)),
            nanos(repeats, || _ = black_box(once.at(now))),
            nanos(repeats, || _ = black_box(often.at(now))),
            apply,
        ])
    }

    fn mean(rows: &[Self]) -> Self {
        let mut mean = Self::default();
        for (at, value) in mean.0.iter_mut().enumerate() {
            *value = rows.iter().map(|row| row.0[at]).sum::<f64>() / rows.len() as f64;
        }
        mean
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<String> = self.0.iter().map(|value| format!("{value:.0}")).collect();
        f.write_str(&texts.join(" | "))
    }
}

/// What stays allocated while a journey is held.
fn held(make: impl Fn() -> Journey) -> f64 {
    let mut kept = None;
    let counted = allocation_counter::measure(|| kept = Some(make()));
    drop(kept);
    counted.bytes_current as f64 + size_of::<Journey>() as f64
}

/// The fastest of several rounds: what others do on the machine only ever adds.
fn nanos(repeats: u32, mut run: impl FnMut()) -> f64 {
    let rounds = repeats.clamp(1, 20);
    let each = repeats / rounds;
    (0..rounds)
        .map(|_| {
            let clock = Instant::now();
            (0..each).for_each(|_| run());
            clock.elapsed().as_nanos() as f64 / f64::from(each)
        })
        .fold(f64::INFINITY, f64::min)
}

/// One event a delivery, as pushes bring them.
fn increments(registry: &Registry, count: usize) {
    let shipments = decoded(registry, "ups.track", 12);
    let deliveries: Vec<Shipment> = (0..count)
        .map(|nth| {
            let passed = TimeDelta::minutes(i64::try_from(nth).unwrap_or(0));
            let mut shipment = at(&shipments[0], start() + passed);
            shipment.delivery = parceltrail::adapter::DeliveryKind::Increment;
            let mut event = shipment.events[nth % 12].clone();
            event.code.value = format!("C{nth}").into();
            shipment.events = vec![event];
            shipment
        })
        .collect();
    let mut journey = Journey::default();
    let clock = Instant::now();
    for delivery in deliveries {
        journey.apply(delivery);
    }
    let each = clock.elapsed().as_nanos() as f64 / count as f64;
    println!();
    println!("{count} increments of one event: {each:.0} ns each (aim 5000)");
    black_box(journey);
}
