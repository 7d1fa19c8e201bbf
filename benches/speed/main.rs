//! How fast it is, as ratios measured in one run: `cargo bench --bench speed` prints the table that
//! stands in the README.
//!
//! Every decode is timed in turns with its floor on the same payload of 12 events, so that a noisy
//! machine disturbs both alike; the ratio is the median of the turns. With `--test` everything runs
//! once and nothing is timed.

mod floor;
mod payloads;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone, Utc};
use parceltrail::model::{CarrierCode, Event, EventTime, Shipment, Stage};
use parceltrail::number::identify;
use parceltrail::{Journey, Milestone, Payload, Registry, TrackingNumber};

const EVENTS: usize = 12;
const TURNS: usize = 101;
const TURN: Duration = Duration::from_micros(400);

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let clock = Clock {
        turns: if is_test { 1 } else { TURNS },
        is_test,
    };
    let registry = Registry::builtin();

    println!(
        "decode, {EVENTS} events: bytes to normalised events, against a bare parse of the same bytes"
    );
    println!("| feed | floor | floor µs | decode µs | ratio | aim |");
    println!("|---|---|---:|---:|---:|---:|");
    for case in payloads::all(EVENTS) {
        let Some(adapter) = registry.get(case.feed) else {
            panic!("no feed {}", case.feed)
        };
        let payload = Payload::new(&case.bytes, received());
        let events: usize = adapter
            .decode(payload)
            .unwrap()
            .shipments
            .iter()
            .map(|shipment| shipment.events.len())
            .sum();
        assert_eq!(events, EVENTS, "{}", case.feed);
        let times = clock.in_turns(
            || (case.floor)(&case.bytes),
            || _ = black_box(adapter.decode(payload)),
        );
        println!(
            "| `{}` | {} | {:.1} | {:.1} | {:.2} | {:.1} |",
            case.feed, case.floor_name, times.first, times.second, times.ratio, case.aim
        );
    }

    println!("\njourney: one delivery applied and the state derived");
    println!("| events | µs | ns an event |");
    println!("|---:|---:|---:|");
    for count in [10, 1_000, 10_000] {
        let shipment = std::sync::Arc::new(story(&registry, count));
        let times = clock.in_turns(
            || (),
            || {
                let mut journey = Journey::default();
                journey.apply(std::sync::Arc::clone(&shipment));
                black_box(journey.at(received()));
            },
        );
        println!(
            "| {count} | {:.1} | {:.0} |",
            times.second,
            times.second * 1000.0 / count as f64
        );
    }

    println!("\nlook-ups");
    println!("| what | ns |");
    println!("|---|---:|");
    let numbers = [
        "1Z0000000300000017",
        "7100000042",
        "449000000001",
        "SF1000000000017",
        "9200190000000000000017",
        "RR123456785CN",
    ];
    let times = clock.in_turns(
        || (),
        || {
            numbers
                .iter()
                .for_each(|number| _ = black_box(identify(black_box(number))))
        },
    );
    println!(
        "| identify a number (mean of {}) | {:.0} |",
        numbers.len(),
        times.second * 1000.0 / numbers.len() as f64
    );
    let ups = parceltrail::carriers::packs()
        .iter()
        .find(|pack| pack.carrier().as_str() == "ups")
        .map(|pack| pack.codes())
        .unwrap_or_default();
    let codes = [("X", "DJ"), ("I", "OT"), ("D", "FS"), ("status", "021")];
    let times = clock.in_turns(
        || (),
        || {
            codes
                .iter()
                .for_each(|(table, code)| _ = black_box(ups.get(black_box(table), black_box(code))))
        },
    );
    println!(
        "| look a code up in {} rows | {:.0} |",
        ups.len(),
        times.second * 1000.0 / codes.len() as f64
    );
}

fn received() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap()
}

/// A parcel with very many scans, ten minutes apart.
fn story(registry: &Registry, count: usize) -> Shipment {
    let descriptor = registry.get("ups.track").unwrap().descriptor();
    let number = TrackingNumber::new("1Z0000000300000017");
    let mut shipment = descriptor.shipment(number.clone(), received());
    let start = Utc.with_ymd_and_hms(2025, 3, 1, 0, 0, 0).unwrap();
    let milestones = [
        Milestone::Arrived,
        Milestone::InTransit,
        Milestone::Departed,
        Milestone::Delayed,
    ];
    shipment.events = (0..count)
        .map(|nth| {
            let at = start + chrono::Duration::minutes(10 * nth as i64);
            Event::new(
                descriptor.feed.clone(),
                descriptor.carrier.clone(),
                number.clone(),
                milestones[nth % milestones.len()],
                EventTime::at_offset(at.to_rfc3339(), at.naive_utc(), 0),
            )
            .with_stage(Stage::LineHaul)
            .with_code(CarrierCode::new(format!("C{}", nth % 50)))
        })
        .collect();
    shipment
}

/// Microseconds of two things run in turns, and the median of their ratios.
struct Times {
    first: f64,
    second: f64,
    ratio: f64,
}

struct Clock {
    turns: usize,
    is_test: bool,
}

impl Clock {
    fn in_turns(&self, mut first: impl FnMut(), mut second: impl FnMut()) -> Times {
        let (first_repeats, second_repeats) = (self.repeats(&mut first), self.repeats(&mut second));
        let mut pairs: Vec<(f64, f64)> = (0..self.turns)
            .map(|_| {
                (
                    time(first_repeats, &mut first),
                    time(second_repeats, &mut second),
                )
            })
            .collect();
        let median = |pairs: &mut Vec<(f64, f64)>, of: fn(&(f64, f64)) -> f64| {
            pairs.sort_by(|a, b| of(a).total_cmp(&of(b)));
            of(&pairs[pairs.len() / 2])
        };
        Times {
            first: median(&mut pairs, |pair| pair.0),
            second: median(&mut pairs, |pair| pair.1),
            ratio: median(&mut pairs, |pair| pair.1 / pair.0),
        }
    }

    /// How often to repeat within a turn.
    fn repeats(&self, run: &mut impl FnMut()) -> u32 {
        if self.is_test {
            return 1;
        }
        let once = time(3, run).max(0.001);
        ((TURN.as_secs_f64() * 1e6 / once) as u32).clamp(1, 100_000)
    }
}

fn time(repeats: u32, run: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| run());
    start.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
}
