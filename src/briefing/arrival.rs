//! When it arrives, as far as that may be said.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::eta::Estimate;
use crate::journey::State;
use crate::model::{EventTime, Milestone, serialize_instant};

/// When a parcel arrives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Arrival {
    /// Nobody knows.
    Unknown,
    /// It has arrived.
    Delivered {
        /// When.
        at: EventTime,
    },
    /// It goes back to the sender.
    Returning,
    /// It ended otherwise: returned, lost, cancelled, destroyed, seized.
    Ended,
    /// Only the carrier says when.
    Stated {
        /// The day or window that it names.
        promise: Window,
    },
    /// Our own estimate.
    Expected {
        /// Eight in ten of comparable parcels arrive within it: from the 10th to the 90th percentile.
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
pub struct Window {
    /// The earliest moment.
    #[serde(serialize_with = "serialize_instant")]
    pub from: DateTime<Utc>,
    /// The latest moment.
    #[serde(serialize_with = "serialize_instant")]
    pub to: DateTime<Utc>,
    /// Whether only days were named: then hours say nothing.
    pub days_only: bool,
}

/// How sure an estimate is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Odds {
    /// The probability that it comes later than promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miss_promise: Option<f64>,
    /// The probability that it never arrives.
    pub loss: f64,
    /// How many comparable parcels it rests on, weighted by recency.
    pub observations: f64,
}

impl Odds {
    /// With fewer comparable parcels than this, an estimate is mostly the published service standard.
    const FEW: f64 = 10.0;

    /// Whether there is little experience behind the estimate.
    #[must_use]
    pub fn is_rough(&self) -> bool {
        self.observations < Self::FEW
    }
}

impl Arrival {
    /// What the journey alone tells.
    pub(super) fn of(state: &State) -> Self {
        let Some(parcel) = &state.parcel else { return stated(state) };
        match parcel.milestone {
            Milestone::Delivered => Self::Delivered { at: parcel.since.clone() },
            Milestone::Returning => Self::Returning,
            _ if parcel.terminal => Self::Ended,
            _ => stated(state),
        }
    }

    /// The same, with an estimate where it is still open.
    pub(super) fn estimated(self, estimate: &Estimate) -> Self {
        let promise = match self {
            Self::Stated { promise } => Some(promise),
            Self::Unknown => None,
            settled => return settled,
        };
        let odds = Odds { miss_promise: estimate.miss_promise, loss: estimate.loss, observations: estimate.basis.observations };
        let window = Window { from: estimate.p10.max(estimate.made), to: estimate.p90.max(estimate.made), days_only: odds.is_rough() };
        Self::Expected { window, promise, odds }
    }
}

fn stated(state: &State) -> Arrival {
    let Some(stated) = &state.promise else { return Arrival::Unknown };
    let promise = &stated.promise;
    let from = promise.from.as_ref().unwrap_or(&promise.by);
    let days_only = !promise.by.is_exact();
    Arrival::Stated { promise: Window { from: middle_if_wide(from), to: middle_if_wide(&promise.by), days_only } }
}

/// A moment that falls on the day that was meant: an exact one itself, else the middle of what is possible.
fn middle_if_wide(time: &EventTime) -> DateTime<Utc> {
    if time.is_exact() { time.earliest() } else { time.middle() }
}
