//! What is known when it is asked when to ask: [`PollQuestion`].

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::adapter::{Outcome, PollLimits};
use crate::anomaly::Expectations;
use crate::history::History;
use crate::journey::Snapshot;

/// Beyond all but this share of stays, a model has nothing to say.
const FEW: f64 = 0.01;
const STEPS: usize = 20;

/// What is asked about, and what asking costs.
#[derive(Clone, Copy)]
pub struct PollQuestion<'a> {
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) last: Option<&'a LastPoll>,
    limits: Option<PollLimits>,
    parcels: u32,
    model: Option<(&'a dyn Expectations, &'a History)>,
}

/// When a carrier was asked about a parcel last, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LastPoll {
    /// When.
    pub at: DateTime<Utc>,
    /// How it answered.
    pub outcome: Outcome,
}

impl LastPoll {
    /// A question and its answer.
    #[must_use]
    pub const fn new(at: DateTime<Utc>, outcome: Outcome) -> Self {
        Self { at, outcome }
    }
}

impl<'a> PollQuestion<'a> {
    /// A parcel of which this is known.
    #[must_use]
    pub const fn about(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot: Some(snapshot),
            ..Self::about_unknown()
        }
    }

    /// A parcel of which nothing is known yet.
    #[must_use]
    pub const fn about_unknown() -> Self {
        Self {
            snapshot: None,
            last: None,
            limits: None,
            parcels: 1,
            model: None,
        }
    }

    /// Says when it was asked about last, and how the carrier answered. Unless said, the last
    /// delivery of the snapshot counts as an answer.
    #[must_use]
    pub const fn with_last(mut self, last: &'a LastPoll) -> Self {
        self.last = Some(last);
        self
    }

    /// Sets what the feed allows, as [`Poll::limits`](crate::Poll::limits) has it.
    #[must_use]
    pub const fn with_limits(mut self, limits: PollLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets how many parcels share what the feed allows. One, unless said.
    #[must_use]
    pub const fn with_parcels(mut self, parcels: u32) -> Self {
        self.parcels = parcels;
        self
    }

    /// Adds a transit model and the parcel's history. An untrained one changes nothing.
    #[must_use]
    pub const fn with_model(mut self, model: &'a dyn Expectations, history: &'a History) -> Self {
        self.model = Some((model, history));
        self
    }

    /// When it was asked about last.
    pub(super) fn asked(&self) -> Option<DateTime<Utc>> {
        let received = || {
            let feeds = self.snapshot.iter().flat_map(|it| &it.feeds);
            feeds.map(|feed| feed.last_received).max()
        };
        self.last.map(|last| last.at).or_else(received)
    }

    /// The shortest time between two questions about each of all parcels that the feed allows.
    pub(super) fn least(&self) -> TimeDelta {
        let Some(limits) = self.limits else {
            return TimeDelta::zero();
        };
        let numbers = u64::try_from(limits.max_numbers.max(1)).unwrap_or(u64::MAX);
        let requests = u64::from(self.parcels.max(1)).div_ceil(numbers);
        let pause = limits.pause.map_or(0, |pause| pause.as_millis());
        // Rounded up, so that the day's last question is not one too many.
        let share = limits
            .per_day
            .map_or(0, |most| 86_400_000_u128.div_ceil(most.max(1).into()));
        let wait = pause.max(share).saturating_mul(requests.into());
        let wait = i64::try_from(wait).unwrap_or(i64::MAX);
        TimeDelta::try_milliseconds(wait).unwrap_or(TimeDelta::MAX)
    }

    /// When the chance reaches `chance` that something has happened since `asked`.
    pub(super) fn expected(&self, asked: DateTime<Utc>, chance: f64) -> Option<DateTime<Utc>> {
        let (model, history) = self.model?;
        let at = |left: f64| model.patience(history, left);
        // How many of comparable parcels were still waiting when it was asked about.
        let (mut low, mut high) = (FEW, 1.0);
        if at(FEW)? <= asked {
            return None;
        }
        if at(high)? < asked {
            for _ in 0..STEPS {
                let middle = f64::midpoint(low, high);
                if at(middle)? < asked {
                    high = middle;
                } else {
                    low = middle;
                }
            }
        }
        at((high * (1.0 - chance)).max(FEW))
    }
}

impl fmt::Debug for PollQuestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollQuestion")
            .field("last", &self.last)
            .field("limits", &self.limits)
            .field("parcels", &self.parcels)
            .finish_non_exhaustive()
    }
}
