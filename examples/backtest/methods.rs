//! The methods compared: ours, the promise, and quantiles of what was observed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::eta::score::{Forecast, LEVELS};
use parceltrail::eta::{Calibration, ModelSettings, TransitModel};
use parceltrail::history::Passage;
use parceltrail::{History, Milestone};
use smol_str::SmolStr;

use crate::ranked::Ranked;

/// Outcomes from which on a lane speaks for itself.
const ENOUGH_ON_A_LANE: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    Ours,
    Promise,
    Global,
    Lane,
}

impl Method {
    pub const ALL: [Self; 4] = [Self::Ours, Self::Promise, Self::Global, Self::Lane];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Promise => "promise",
            Self::Global => "global",
            Self::Lane => "lane",
        }
    }
}

/// What we say at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Ours {
    pub forecast: Forecast,
    pub promise: Option<DateTime<Utc>>,
    pub miss_promise: Option<f64>,
    pub loss: Option<f64>,
}

/// What each method has learned so far.
pub struct Methods {
    model: TransitModel,
    calibration: Calibration,
    /// Hours from a milestone to delivery.
    global: HashMap<Milestone, Ranked>,
    lanes: HashMap<SmolStr, HashMap<Milestone, Ranked>>,
}

impl Methods {
    pub fn new() -> Self {
        Self {
            model: TransitModel::new(ModelSettings::default()),
            calibration: Calibration::default(),
            global: HashMap::new(),
            lanes: HashMap::new(),
        }
    }

    /// A journey as it stands at `now`: over or still under way.
    pub fn learn(&mut self, known: &History, now: DateTime<Utc>) {
        self.model.learn(known, now);
    }

    /// A delivery that was observed, for the plain quantiles.
    pub fn learn_durations(
        &mut self,
        events: &[Passage],
        lane: Option<&SmolStr>,
        delivered: DateTime<Utc>,
    ) {
        let mut of_lane = lane.map(|lane| self.lanes.entry(lane.clone()).or_default());
        for event in events.iter().filter(|event| event.at < delivered) {
            let hours = ((delivered - event.at).as_seconds_f64() / 3600.0) as f32;
            self.global.entry(event.milestone).or_default().add(hours);
            if let Some(lane) = &mut of_lane {
                lane.entry(event.milestone).or_default().add(hours);
            }
        }
    }

    /// Our estimate, corrected by what was observed of earlier ones, and kept under `key` to be
    /// judged itself.
    pub fn ours(&mut self, known: &History, now: DateTime<Utc>, key: &str) -> Option<Ours> {
        if self.model.is_stale() {
            self.model.fit();
        }
        let estimate = self.model.estimate(known, now)?;
        self.calibration.issued(key, &estimate);
        let shown = self.calibration.adjust(&estimate);
        Some(Ours {
            forecast: Forecast::of(&shown),
            promise: shown.promise,
            miss_promise: shown.miss_promise,
            loss: shown.basis.is_trained().then_some(shown.loss),
        })
    }

    /// What became of the parcel behind an estimate.
    pub fn settled(&mut self, key: &str, delivered: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        self.calibration.settled(key, delivered, now);
    }

    /// The methods that need no model, after a milestone and the silence since.
    pub fn baseline(
        &self,
        method: Method,
        known: &History,
        lane: Option<&SmolStr>,
        (milestone, silence): (Milestone, TimeDelta),
        now: DateTime<Utc>,
    ) -> Option<Forecast> {
        let global = self.global.get(&milestone);
        match method {
            Method::Ours => None,
            Method::Promise => {
                let planned = || {
                    known
                        .schedule
                        .iter()
                        .rev()
                        .find(|step| step.milestone == Milestone::Delivered)
                        .map(|step| step.at)
                };
                known
                    .promised
                    .or_else(planned)
                    .map(|by| Forecast::promise(now, by))
            }
            Method::Global => quantiles(global?, silence, now),
            Method::Lane => {
                let of_lane = lane
                    .and_then(|lane| self.lanes.get(lane)?.get(&milestone))
                    .filter(|ranked| ranked.len() >= ENOUGH_ON_A_LANE);
                quantiles(of_lane.or(global)?, silence, now)
            }
        }
    }
}

/// The quantiles of what was observed to take longer than the silence so far, from `now`.
fn quantiles(observed: &Ranked, silence: TimeDelta, now: DateTime<Utc>) -> Option<Forecast> {
    let silent = silence.as_seconds_f64() / 3600.0;
    let mut out = [now; 4];
    for (slot, level) in out.iter_mut().zip(LEVELS) {
        *slot = now.checked_add_signed(TimeDelta::seconds(
            ((observed.quantile_after(silent, level)? - silent).max(0.0) * 3600.0).round() as i64,
        ))?;
    }
    Some(Forecast::quantiles(now, out))
}
