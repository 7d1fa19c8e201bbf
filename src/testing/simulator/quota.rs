//! Request limits, counted on the carrier's side.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::words;

words! {
    /// A limit of a [`Quota`].
    Limit {
        /// Requests in any second.
        PerSecond = "per_second",
        /// Requests in a run.
        PerDay = "per_day",
        /// Requests in flight at once.
        Concurrent = "concurrent",
        /// The minimum time between two requests for one number.
        PerNumberInterval = "per_number_interval",
    }
}

/// How far the arrival of a request may deviate from its sending before it counts as too early.
const JITTER: Duration = Duration::from_millis(100);

/// The limits of one credential. Nothing is limited unless set.
///
/// The server is strict: the limit holds in *any* second (less a tenth for network jitter), and
/// rejected requests count too. Token requests do not.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::testing::simulator::Quota;
/// let of_a_new_dhl_key = Quota::default().with_per_day(250).with_per_second(1).with_per_number_interval(Duration::from_secs(600));
/// assert_eq!(of_a_new_dhl_key.per_day, Some(250));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// Requests in any second.
    pub per_second: Option<u32>,
    /// Requests in a run of the simulator, which stands for a day.
    pub per_day: Option<u32>,
    /// Requests in flight at once.
    pub max_concurrent: Option<u32>,
    /// The minimum time between two answered requests for one number.
    pub per_number_interval: Option<Duration>,
}

impl Quota {
    /// Limits the requests in any second.
    #[must_use]
    pub fn with_per_second(mut self, requests: u32) -> Self {
        self.per_second = Some(requests);
        self
    }

    /// Limits the requests of the whole run.
    #[must_use]
    pub fn with_per_day(mut self, requests: u32) -> Self {
        self.per_day = Some(requests);
        self
    }

    /// Limits the requests in flight at once.
    #[must_use]
    pub fn with_max_concurrent(mut self, requests: u32) -> Self {
        self.max_concurrent = Some(requests);
        self
    }

    /// Demands a minimum time between two answered requests for one number.
    #[must_use]
    pub fn with_per_number_interval(mut self, pause: Duration) -> Self {
        self.per_number_interval = Some(pause);
        self
    }
}

/// Counts requests against a quota.
#[derive(Debug)]
pub(super) struct QuotaCounter {
    quota: Quota,
    state: Arc<Mutex<Snapshot>>,
}

#[derive(Debug, Default)]
struct Snapshot {
    recent: VecDeque<Instant>,
    today: u32,
    in_flight: u32,
    answered: HashMap<String, Instant>,
}

/// A request in flight, until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Mutex<Snapshot>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

impl QuotaCounter {
    pub fn new(quota: Quota) -> Self {
        Self {
            quota,
            state: Arc::default(),
        }
    }

    /// Counts a request; returns the limits that it breaks.
    pub fn enter(&self, numbers: &[String]) -> (InFlight, Vec<Limit>) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.in_flight += 1;
        state.today = state.today.saturating_add(1);
        while state
            .recent
            .front()
            .is_some_and(|at| now - *at >= Duration::from_secs(1) - JITTER)
        {
            state.recent.pop_front();
        }
        state.recent.push_back(now);
        let is_over =
            |limit: Option<u32>, count: usize| limit.is_some_and(|limit| count > limit as usize);
        let is_early = |pause: Duration| {
            let early = |last: &Instant| now - *last + JITTER.min(pause / 10) < pause;
            numbers
                .iter()
                .any(|number| state.answered.get(number).is_some_and(early))
        };
        let limits = [
            (
                Limit::PerSecond,
                is_over(self.quota.per_second, state.recent.len()),
            ),
            (
                Limit::PerDay,
                is_over(self.quota.per_day, state.today as usize),
            ),
            (
                Limit::Concurrent,
                is_over(self.quota.max_concurrent, state.in_flight as usize),
            ),
            (
                Limit::PerNumberInterval,
                self.quota.per_number_interval.is_some_and(is_early),
            ),
        ];
        let broken = limits
            .into_iter()
            .filter(|(_, is_broken)| *is_broken)
            .map(|(limit, _)| limit)
            .collect();
        drop(state);
        (InFlight(Arc::clone(&self.state)), broken)
    }

    /// Records that requests for these numbers were answered.
    pub fn answered(&self, numbers: &[String]) {
        if self.quota.per_number_interval.is_some() {
            let now = Instant::now();
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state
                .answered
                .extend(numbers.iter().map(|number| (number.clone(), now)));
        }
    }
}
