//! What the model answers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::context::Level;
use super::shape::Shape;
use crate::model::{Milestone, Stage};

/// When a parcel will arrive, as seen at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The moment at which it was made; only what was known then went into it.
    pub made: DateTime<Utc>,
    /// One in ten comes earlier. Like the others: of those that arrive at all, and never before
    /// `made`.
    pub p10: DateTime<Utc>,
    /// Half come earlier.
    pub p50: DateTime<Utc>,
    /// Eight in ten come earlier: what to promise.
    pub p80: DateTime<Utc>,
    /// Nine in ten come earlier.
    pub p90: DateTime<Utc>,
    /// Probability that it never arrives at its recipient: lost, returned or destroyed. While the
    /// model is [untrained](Basis::is_trained) it is a general curve of silence, fit to be improved
    /// but not to be told: neither rules nor briefing use it.
    pub loss: f64,
    /// Probability that it is not there by the promise; none if nothing was promised, or the model
    /// is [untrained](Basis::is_trained).
    pub miss_promise: Option<f64>,
    /// The carrier's or the shop's own promise.
    pub promise: Option<DateTime<Utc>>,
    /// P10, P50, P80 and P90 as the model gave them, before any
    /// [`Calibration`](super::Calibration).
    pub uncorrected: [DateTime<Utc>; 4],
    /// The whole distribution, before any calibration.
    pub shape: Shape,
    /// Stage of the last event that moved the parcel.
    pub stage: Option<Stage>,
    /// That event: what the estimate counts from.
    pub milestone: Milestone,
    /// Where the parcel goes, as far as corrections tell destinations apart: country and region.
    pub destination: Option<SmolStr>,
    /// What it rests on.
    pub basis: Basis,
    /// What spoke for it, weightiest first.
    pub explanation: Vec<Factor>,
}

/// What an estimate rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// The finest level that had enough observations to speak.
    pub level: Level,
    /// Its observations, weighted by recency: one of the newest date counts 1.
    pub observations: f64,
    /// Journeys that can be compared, weighted by recency: those that had such an event with the
    /// same carrier, or with any where the carrier is not known.
    #[serde(default)]
    pub comparable: f64,
    /// Where the prior comes from that stands in where observations are few: the page of the
    /// carrier's published service standard, or what was assumed. Empty where observations are so
    /// many that it does not count, and where no standard of the carrier is known.
    pub prior: SmolStr,
    /// The latest that the data supports: a quarter more than the longest time ever seen between
    /// such an event and a delivery. No quantile lies beyond it, unless the silence does. None
    /// while estimates come from curves alone.
    #[serde(default)]
    pub latest: Option<DateTime<Utc>>,
    /// Whether the answer ends where the data does: P90 is [`latest`](Self::latest), or the silence
    /// has outlasted all that was seen. The estimate then says that it knows no better.
    #[serde(default)]
    pub is_bounded: bool,
}

impl Basis {
    /// With fewer comparable journeys than this, a model is untrained.
    pub const MIN_OBSERVATIONS: f64 = 10.0;

    /// Whether there were enough comparable journeys to learn from. An untrained model gives no
    /// odds: the carrier's promise leads, and the thresholds of the rules' settings hold.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        self.comparable >= Self::MIN_OBSERVATIONS
    }
}

/// One thing that spoke for an estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// What it is, such as `lane`, `carrier`, `promise`, `silence`, or `bound` where the data ends.
    pub name: SmolStr,
    /// What it stood at, such as `CN → DE` or `36 h`.
    pub value: SmolStr,
    /// How much it counts among the factors, from 0 to 1: the share of the loss that splits on it
    /// removed, over all that was learned. 0 where the estimate came from levels of evidence alone,
    /// whose order tells.
    pub weight: f64,
    /// How many observations it had, weighted by recency.
    pub observations: f64,
    /// When such parcels typically arrive, by this alone.
    pub says: DateTime<Utc>,
}

/// What may come next.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    /// Where in the chain.
    pub stage: Option<Stage>,
    /// What.
    pub milestone: Milestone,
    /// How often it does, of all that follow such an event.
    pub share: f64,
    /// Half of those come sooner after the last event.
    pub typical: TimeDelta,
}
