//! How fast the transit model learns and answers, and how large it is: `cargo bench --bench eta`
//! prints the tables that stand in the README.
//!
//! The floor of an answer is what the plainest estimator does: find the lane by its name, search
//! its sorted durations. The floor of learning is to sort a duration into its lane. Each is timed
//! in turns with ours, so that a noisy machine disturbs both alike. With `--test` everything runs
//! once, small.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::eta::{ModelSettings, TransitModel};
use parceltrail::history::{HistoryEnd, Passage, Station};
use parceltrail::{History, Milestone, Stage};

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (journeys, lanes, turns) = if is_test {
        (400, 10, 1)
    } else {
        (20_000, 200, 31)
    };
    let mut dice = Dice(1);
    let histories: Vec<History> = (0..journeys)
        .map(|nth| journey(nth, lanes, &mut dice))
        .collect();
    let now = day(400.0);

    let learning = in_turns(
        turns.min(5),
        || floor(&histories).len(),
        || model(&histories, now).journeys(),
    );
    println!("learning {journeys} finished journeys of 4 events on {lanes} lanes, one core");
    println!("| | µs a journey | journeys a minute |\n|---|---:|---:|");
    let a_journey = |micros: f64| micros / f64::from(journeys);
    for (name, micros) in [
        ("floor: sort into the lane", learning.0),
        ("learn", learning.1),
    ] {
        println!(
            "| {name} | {:.2} | {:.0} |",
            a_journey(micros),
            60e6 / a_journey(micros)
        );
    }
    println!("ratio {:.1}", learning.2);

    let lanes_seen = floor(&histories);
    let mut model = model(&histories, now);
    let start = Instant::now();
    model.fit();
    println!(
        "\nfitting the trees: {:.2} s",
        start.elapsed().as_secs_f64()
    );

    let open: Vec<(History, DateTime<Utc>)> = (0..200)
        .map(|nth| {
            let whole = journey(journeys + nth, lanes, &mut dice);
            let at = whole.events[nth as usize % 3].at;
            (
                whole.known_at(at),
                at + TimeDelta::hours(i64::from(nth % 30)),
            )
        })
        .collect();
    let answering = in_turns(
        turns,
        || {
            open.iter()
                .map(|(history, _)| quantiles(&lanes_seen, history)[1])
                .sum::<f64>()
        },
        || {
            open.iter()
                .filter_map(|(history, now)| model.estimate(history, *now))
                .map(|estimate| estimate.p50.timestamp() as f64)
                .sum::<f64>()
        },
    );
    println!("\nan estimate, mean of {} parcels", open.len());
    println!("| | µs |\n|---|---:|");
    println!(
        "| floor: four quantiles of the lane's sorted durations | {:.2} |",
        answering.0 / open.len() as f64
    );
    println!("| estimate | {:.2} |", answering.1 / open.len() as f64);
    println!("ratio {:.1}", answering.2);

    let written = serde_json::to_vec(&model).unwrap().len() as f64;
    println!(
        "\nsize as JSON: {:.0} bytes a journey, {:.1} KB a lane ({} journeys a lane)",
        written / f64::from(journeys),
        written / 1024.0 / f64::from(lanes),
        journeys / lanes
    );
}

/// What the plainest estimator keeps.
fn floor(histories: &[History]) -> BTreeMap<String, Vec<f64>> {
    let mut lanes: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for history in histories {
        let took = (history.events[3].at - history.events[0].at).num_seconds() as f64;
        let durations = lanes.entry(lane(history)).or_default();
        let place = durations.partition_point(|known| *known < took);
        durations.insert(place, took);
    }
    lanes
}

fn lane(history: &History) -> String {
    let name = |station: &Station| station.postcode.as_deref().unwrap_or_default().to_owned();
    format!("{}>{}", name(&history.origin), name(&history.destination))
}

fn quantiles(lanes: &BTreeMap<String, Vec<f64>>, history: &History) -> [f64; 4] {
    let Some(durations) = lanes.get(&lane(history)) else {
        return [0.0; 4];
    };
    [0.1, 0.5, 0.8, 0.9].map(|share| durations[((durations.len() - 1) as f64 * share) as usize])
}

fn model(histories: &[History], now: DateTime<Utc>) -> TransitModel {
    let mut model = TransitModel::new(ModelSettings::default());
    histories
        .iter()
        .for_each(|history| model.learn(history, now));
    model
}

fn day(day: f64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_735_689_600 + (day * 86_400.0) as i64, 0).unwrap()
}

fn journey(nth: u32, lanes: u32, dice: &mut Dice) -> History {
    let lane = (dice.uniform() * f64::from(lanes)) as u32;
    let typical = 2.0 + f64::from(lane % 17) * 0.6;
    let mut at = f64::from(nth) / 60.0;
    let steps = [
        (Stage::Order, Milestone::Announced, 0.0),
        (Stage::FirstMile, Milestone::PickedUp, 0.6),
        (Stage::LineHaul, Milestone::Arrived, typical * 0.6),
        (Stage::LastMile, Milestone::Delivered, typical * 0.4),
    ];
    let events = steps.map(|(stage, milestone, days)| {
        at += days * (0.5 + dice.uniform());
        let place = Station::new().with_postcode(format!("{:05}", 10_000 + lane * 7));
        Passage::new(day(at), milestone)
            .with_stage(stage)
            .with_place(place)
    });
    let station = |country: &str, postcode: String| {
        Station::new()
            .with_country(country.parse().ok())
            .with_postcode(postcode)
    };
    let history = History::new(nth.to_string())
        .with_carrier(["acme", "fast"][lane as usize % 2])
        .with_service("standard")
        .with_origin(station("CN", format!("{:06}", 200_000 + lane % 9)))
        .with_destination(station("DE", format!("{:05}", 10_000 + lane * 7)))
        .with_promised(day(at + 1.0))
        .with_outcome(HistoryEnd::Delivered);
    events.into_iter().fold(history, History::with_event)
}

/// Microseconds of two things run in turns, and the median of their ratios.
fn in_turns<A, B>(
    turns: usize,
    mut first: impl FnMut() -> A,
    mut second: impl FnMut() -> B,
) -> (f64, f64, f64) {
    let mut times: Vec<(f64, f64)> = (0..turns)
        .map(|_| {
            let start = Instant::now();
            black_box(first());
            let between = Instant::now();
            black_box(second());
            (
                (between - start).as_secs_f64() * 1e6,
                between.elapsed().as_secs_f64() * 1e6,
            )
        })
        .collect();
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        times.sort_by(|a, b| of(a).total_cmp(&of(b)));
        of(&times[times.len() / 2])
    };
    (
        median(|time| time.0),
        median(|time| time.1),
        median(|time| time.1 / time.0),
    )
}

/// Random numbers that are the same everywhere.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
