//! The simulated clock: paused until it is advanced, or faster than real time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Monday, 2 March 2026, 00:00 UTC: the default start of the simulated time.
const FIRST_MOMENT: i64 = 1_772_409_600;

/// How simulated time passes. Tokens, quotas and timeouts follow real time.
///
/// ```
/// use parceltrail::testing::simulator::SimulatedClock;
/// let paused = SimulatedClock::paused();
/// assert_eq!(paused.start().to_rfc3339(), "2026-03-02T00:00:00+00:00");
/// let an_hour_a_second = SimulatedClock::running(3600.0).with_start("2026-10-24T12:00:00Z".parse()?);
/// assert_eq!(an_hour_a_second.speed(), 3600.0);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedClock {
    start: DateTime<Utc>,
    speed: f64,
}

impl SimulatedClock {
    /// Time passes only by [`Simulator::advance`](super::Simulator::advance).
    #[must_use]
    pub fn paused() -> Self {
        Self::running(0.0)
    }

    /// Time passes `speed` times as fast as real time. A value that is not a positive number pauses
    /// it.
    #[must_use]
    pub fn running(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            0.0
        };
        Self {
            start: DateTime::from_timestamp(FIRST_MOMENT, 0).unwrap_or_default(),
            speed,
        }
    }

    /// Sets the start of the simulated time.
    #[must_use]
    pub fn with_start(mut self, start: DateTime<Utc>) -> Self {
        self.start = start;
        self
    }

    /// The start of the simulated time.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// Simulated seconds a real second.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

impl Default for SimulatedClock {
    fn default() -> Self {
        Self::paused()
    }
}

/// A clock that was started.
#[derive(Debug)]
pub(super) struct Ticking {
    clock: SimulatedClock,
    began: Instant,
    advanced: Mutex<TimeDelta>,
}

impl Ticking {
    pub fn new(clock: SimulatedClock) -> Self {
        Self {
            clock,
            began: Instant::now(),
            advanced: Mutex::new(TimeDelta::zero()),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        let run = TimeDelta::try_milliseconds(
            (self.began.elapsed().as_secs_f64() * self.clock.speed * 1000.0) as i64,
        )
        .unwrap_or_default();
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = run.checked_add(&advanced).unwrap_or(run);
        self.clock
            .start
            .checked_add_signed(moved)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    pub fn advance(&self, by: Duration) {
        let mut advanced = self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
        *advanced = advanced.checked_add(&by).unwrap_or(TimeDelta::MAX);
    }
}
