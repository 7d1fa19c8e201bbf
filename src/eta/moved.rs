//! Why an estimate is not what it was: [`Moved`].

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::shape::Shape;
use crate::model::Milestone;

crate::model::words! {
    /// What moves an estimate.
    Why {
        /// Nothing was heard, and parcels that had not come by then come later.
        Silence = "silence",
        /// Something happened.
        Event = "event",
        /// Something else is promised.
        Promise = "promise",
        /// The model has learned, or other facts of the parcel became known.
        Learned = "learned",
        /// Comparable estimates turned out too early or too late.
        Correction = "correction",
    }
}

/// One thing that moved an estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// What.
    pub why: Why,
    /// The last event, if that is what moved it.
    pub milestone: Option<Milestone>,
    /// By how much it moved P50; negative is earlier.
    #[serde(with = "seconds")]
    pub by: TimeDelta,
}

/// How an estimate moved since an earlier one of the same parcel, and why. Its text says it in
/// English: `1.4 d later: silence +2.0 d, departed -0.6 d`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moved {
    /// By how much P50 moved; negative is earlier.
    #[serde(with = "seconds")]
    pub by: TimeDelta,
    /// By how much P90 moved.
    #[serde(with = "seconds")]
    pub p90_by: TimeDelta,
    /// What moved P50, the strongest first. Together they are `by`.
    pub causes: Vec<Cause>,
}

impl Estimate {
    /// How it moved since an earlier estimate of the same parcel.
    ///
    /// The earlier one says itself how it would have moved in silence: its distribution, of those
    /// that had not come. What the next event changed is what is left at the moment of that event;
    /// without an event, what is left is what was learned, or promised, in between.
    #[must_use]
    pub fn moved_since(&self, earlier: &Self) -> Moved {
        let happened = self.shape.since();
        let is_news = happened != earlier.shape.since() || self.milestone != earlier.milestone;
        let heard_until = if is_news { happened } else { self.made };
        let mut silence = waiting(&earlier.shape, earlier.made, heard_until);
        if is_news {
            silence += waiting(&self.shape, happened, self.made);
        }
        let corrected = |estimate: &Self| estimate.p50 - estimate.uncorrected[1];
        let correction = corrected(self) - corrected(earlier);
        let by = self.p50 - earlier.p50;
        let left = by - silence - correction;
        let why = if is_news {
            Why::Event
        } else if self.promise != earlier.promise {
            Why::Promise
        } else {
            Why::Learned
        };
        let mut causes: Vec<Cause> = [
            (Why::Silence, silence),
            (why, left),
            (Why::Correction, correction),
        ]
        .into_iter()
        .filter(|(_, by)| !by.is_zero())
        .map(|(why, by)| Cause {
            why,
            milestone: (why == Why::Event).then_some(self.milestone),
            by,
        })
        .collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.by.abs()));
        Moved {
            by,
            p90_by: self.p90 - earlier.p90,
            causes,
        }
    }
}

/// How far silence between two moments moves the median of a distribution.
fn waiting(shape: &Shape, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let median = |at: DateTime<Utc>| {
        let half = std::f64::consts::LN_2;
        shape.at_depth(shape.depth_at(at) + half).max(at)
    };
    if to > from {
        median(to) - median(from)
    } else {
        TimeDelta::zero()
    }
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days = |by: TimeDelta| by.as_seconds_f64() / 86_400.0;
        match days(self.by) {
            by if by.abs() < 0.05 => f.write_str("unchanged")?,
            by if by > 0.0 => write!(f, "{by:.1} d later")?,
            by => write!(f, "{:.1} d earlier", -by)?,
        }
        let mut mark = ": ";
        for cause in &self.causes {
            if days(cause.by).abs() >= 0.05 {
                let why = cause
                    .milestone
                    .map_or(cause.why.as_str(), Milestone::as_str);
                write!(f, "{mark}{why} {:+.1} d", days(cause.by))?;
                mark = ", ";
            }
        }
        Ok(())
    }
}

/// Spans as seconds.
mod seconds {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        span: &TimeDelta,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(span.num_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<TimeDelta, D::Error> {
        let seconds = i64::deserialize(deserializer)?;
        TimeDelta::try_seconds(seconds)
            .ok_or_else(|| serde::de::Error::custom("a span beyond all times"))
    }
}
