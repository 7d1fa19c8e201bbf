//! When it arrives, as far as that may be said.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::Here;
use crate::eta::{Basis, Estimate};
use crate::journey::Snapshot;
use crate::model::{EventTime, Milestone, Promise, PromiseKind, serialize_instant};

/// When a parcel arrives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Arrival {
    /// Nobody knows.
    Unknown,
    /// Nobody knows, and it has been silent for longer than the rest of its way should take.
    Silent,
    /// It has arrived.
    Delivered {
        /// When.
        at: EventTime,
    },
    /// It lies ready: it arrives when its recipient collects it.
    Waiting,
    /// It goes back to the sender.
    Returning,
    /// It ended otherwise: returned, lost, cancelled, destroyed, seized.
    Ended,
    /// The carrier expects delivery when, and there is no experience that could say it better.
    Stated {
        /// The day or window that it names. It may have [passed](Window::passed).
        promise: Window,
        /// What it is worth.
        worth: PromiseKind,
    },
    /// Our own estimate.
    Expected {
        /// Eight in ten of comparable parcels arrive within it: from the 10th to the 90th
        /// percentile.
        window: Window,
        /// What the carrier says, beside it.
        #[serde(skip_serializing_if = "Option::is_none")]
        promise: Option<Window>,
        /// How sure it is.
        odds: Odds,
    },
}

/// From when to when, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Window {
    /// The earliest moment.
    #[serde(serialize_with = "serialize_instant")]
    pub from: DateTime<Utc>,
    /// The latest moment.
    #[serde(serialize_with = "serialize_instant")]
    pub to: DateTime<Utc>,
    /// Whether only days were named: then hours say nothing.
    pub days_only: bool,
    /// The first calendar day that the carrier named, by the clock of the place of delivery. It is
    /// the same day for every reader. Absent in an estimate of our own, and where the feed tells an
    /// instant without a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// Whether it was over when the briefing was made: a day is over when it is so everywhere that
    /// the delivery may take place.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub passed: bool,
}

/// How sure an estimate is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Odds {
    /// The probability that it comes later than promised. Absent without a promise, and while there
    /// are too few [observations](Odds::observations).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miss_promise: Option<f64>,
    /// The probability that it never arrives. Absent while there are too few observations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// How many comparable parcels it rests on, weighted by recency. With fewer than
    /// [`Basis::MIN_OBSERVATIONS`] an estimate is mostly the published service standard: the
    /// carrier's promise is told in its place, and no odds are.
    pub observations: f64,
}

impl Odds {
    fn of(estimate: &Estimate) -> Self {
        let odds = Self {
            miss_promise: estimate.miss_promise,
            loss: Some(estimate.loss),
            observations: estimate.basis.comparable,
        };
        if odds.is_rough() {
            Self {
                miss_promise: None,
                loss: None,
                ..odds
            }
        } else {
            odds
        }
    }

    /// Whether there is too little experience behind the estimate for odds.
    #[must_use]
    pub fn is_rough(&self) -> bool {
        self.observations < Basis::MIN_OBSERVATIONS
    }
}

/// A shorter silence says nothing against published delivery times.
const SHORT_SILENCE: TimeDelta = TimeDelta::days(2);

impl Arrival {
    /// What the journey alone tells.
    pub(super) fn of(state: &Snapshot) -> Self {
        let Some(parcel) = &state.parcel else {
            return stated(state);
        };
        match parcel.milestone {
            Milestone::Delivered => Self::Delivered {
                at: parcel.since.clone(),
            },
            Milestone::Returning => Self::Returning,
            Milestone::AvailableForPickup => Self::Waiting,
            _ if parcel.terminal => Self::Ended,
            _ => stated(state),
        }
    }

    /// The same, with an estimate where it is still open. While that is rough, a promise stays
    /// alone.
    pub(super) fn estimated(self, estimate: &Estimate, here: Option<&Here>) -> Self {
        let odds = Odds::of(estimate);
        let promise = match self {
            Self::Stated { .. } if odds.is_rough() || is_past(estimate) => return self,
            Self::Stated { promise, .. } => Some(promise),
            Self::Unknown => None,
            settled => return settled,
        };
        if is_past(estimate)
            || odds.is_rough() && here.is_some_and(|here| is_silent(estimate, here))
        {
            return Self::Silent;
        }
        let from = estimate.p10.max(estimate.made);
        Self::Expected {
            window: Window::estimated(from, estimate.p90, odds.is_rough()),
            promise,
            odds,
        }
    }
}

impl Arrival {
    /// The same, where it is not told from published delivery times alone.
    pub(super) fn without_guess(self) -> Self {
        match self {
            Self::Expected {
                odds,
                promise: None,
                ..
            } if odds.is_rough() => Self::Silent,
            other => other,
        }
    }
}

/// Whether nothing of the estimate lies ahead.
fn is_past(estimate: &Estimate) -> bool {
    estimate.p90 <= estimate.made
}

/// Whether the silence is longer than what should be left of the way: then published delivery times
/// say no more.
fn is_silent(estimate: &Estimate, here: &Here) -> bool {
    let silence = estimate.made - here.heard();
    silence > SHORT_SILENCE && silence > estimate.p90 - estimate.made
}

impl Window {
    /// A window of our own.
    fn estimated(from: DateTime<Utc>, to: DateTime<Utc>, days_only: bool) -> Self {
        Self {
            from,
            to,
            days_only,
            first_day: None,
            last_day: None,
            passed: false,
        }
    }

    /// What a carrier's promise means.
    pub(crate) fn promised(promise: &Promise, now: DateTime<Utc>) -> Self {
        Self {
            from: promise.begin(),
            to: promise.end(),
            days_only: promise.is_day() || !promise.by.is_exact(),
            first_day: promise.first_day(),
            last_day: promise.last_day(),
            passed: promise.end() < now,
        }
    }
}

fn stated(state: &Snapshot) -> Arrival {
    let Some(stated) = &state.promise else {
        return Arrival::Unknown;
    };
    Arrival::Stated {
        promise: Window::promised(&stated.promise, state.at),
        worth: stated.promise.kind,
    }
}
