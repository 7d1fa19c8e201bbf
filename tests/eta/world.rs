//! Journeys made up for tests: seeded, so that every run sees the same.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::eta::{Estimate, ModelSettings, TransitModel};
use parceltrail::history::{HistoryEnd, Passage, Station};
use parceltrail::{History, Milestone, Stage};

/// Random numbers that are the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().max(1e-12).ln()).sqrt()
            * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

pub fn day(day: f64) -> DateTime<Utc> {
    // 2025-01-06 is a Monday.
    "2025-01-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
        + TimeDelta::seconds((day * 86_400.0) as i64)
}

pub fn passage(at: DateTime<Utc>, stage: Stage, milestone: Milestone) -> Passage {
    Passage::new(at, milestone).with_stage(stage)
}

/// A parcel of one carrier on one lane: picked up, and if `took` says so delivered that many days
/// later.
pub fn parcel(id: &str, lane: (&str, &str), picked_up: f64, took: Option<f64>) -> History {
    let mut events = vec![passage(
        day(picked_up),
        Stage::FirstMile,
        Milestone::PickedUp,
    )];
    if let Some(took) = took {
        events.push(passage(
            day(picked_up + took),
            Stage::LastMile,
            Milestone::Delivered,
        ));
    }
    let station = |country: &str| Station::new().with_country(country.parse().ok());
    let history = History::new(id)
        .with_carrier("acme")
        .with_origin(station(lane.0))
        .with_destination(station(lane.1))
        .with_outcome(took.map(|_| HistoryEnd::Delivered));
    events.into_iter().fold(history, History::with_event)
}

/// A model that has learned and was fitted.
pub fn model(histories: &[History], now: DateTime<Utc>) -> TransitModel {
    let mut model = learned(histories, now);
    model.fit();
    model
}

/// A model that has learned.
pub fn learned(histories: &[History], now: DateTime<Utc>) -> TransitModel {
    let mut model = TransitModel::new(ModelSettings::default());
    histories
        .iter()
        .for_each(|history| model.learn(history, now));
    model
}

/// Days from `from` to each of P10, P50, P80, P90.
pub fn days(estimate: &Estimate, from: DateTime<Utc>) -> [f64; 4] {
    [estimate.p10, estimate.p50, estimate.p80, estimate.p90]
        .map(|at| (at - from).num_seconds() as f64 / 86_400.0)
}

/// A small network: two carriers, five lanes of their own speeds, weekends without delivery, a scan
/// on the way, one in fifty lost, some still open.
pub fn network(count: usize, seed: u64) -> (Vec<History>, DateTime<Utc>) {
    let mut dice = Dice(seed);
    let lanes = [
        ("CN", "DE"),
        ("CN", "FR"),
        ("DE", "DE"),
        ("DE", "FR"),
        ("CN", "US"),
    ];
    let until = day(120.0);
    let histories = (0..count)
        .map(|nth| {
            let lane = (dice.uniform() * 5.0) as usize;
            let start = 120.0 * nth as f64 / count as f64;
            let typical = [8.0, 10.0, 1.5, 3.0, 14.0][lane] * if nth % 2 == 0 { 1.0 } else { 0.7 };
            let scanned = start + 0.3 * typical * (0.3 * dice.normal()).exp();
            let mut came = scanned + 0.7 * typical * (0.3 * dice.normal()).exp();
            if came.rem_euclid(7.0) >= 5.0 {
                came = (came / 7.0).ceil() * 7.0 + 0.4;
            }
            let is_lost = dice.uniform() < 0.02;
            let mut history = parcel(&nth.to_string(), lanes[lane], start, Some(came - start));
            history.carrier = Some(if nth % 2 == 0 { "slow" } else { "fast" }.into());
            history.events.insert(
                1,
                passage(day(scanned), Stage::LineHaul, Milestone::Arrived),
            );
            if is_lost {
                history.events.pop();
                history.outcome = (start < 60.0).then_some(HistoryEnd::Lost);
            }
            if is_lost {
                history
            } else {
                history.known_at(until)
            }
        })
        .collect();
    (histories, until)
}
