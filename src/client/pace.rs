//! Requests at an even pace, in the order in which they came.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::{Instant, sleep, timeout_at};

use super::quota::TooLong;

/// The runtime's clock, which tests may pause.
#[derive(Clone, Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// A line at a gate that opens at even times.
#[derive(Debug)]
pub(super) struct Pace {
    gate: RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<Nanos>>,
    clock: RuntimeClock,
    pause: Duration,
    /// Only the first of the line looks at the gate, so that nobody overtakes.
    front: tokio::sync::Mutex<()>,
    waiting: AtomicU32,
    /// When the gate was passed last.
    passed: Mutex<Option<Instant>>,
}

impl Pace {
    /// None when the pause is none.
    pub fn new(pause: Duration, burst: u32) -> Option<Self> {
        let quota = Quota::with_period(pause)?.allow_burst(NonZeroU32::new(burst)?);
        let clock = RuntimeClock(Instant::now());
        let gate = RateLimiter::direct_with_clock(quota, clock.clone());
        Some(Self {
            gate,
            clock,
            pause,
            front: tokio::sync::Mutex::default(),
            waiting: AtomicU32::new(0),
            passed: Mutex::default(),
        })
    }

    /// Waits until the gate opens, and tells whether it had to. Who would have to wait too long is
    /// told at once.
    pub async fn pass(&self, until: Instant) -> Result<bool, TooLong> {
        let place = Place::take(&self.waiting);
        let expected = self.expected(place.ahead);
        if super::from_now(expected) > until {
            return Err(Some(expected));
        }
        let _front = timeout_at(until, self.front.lock())
            .await
            .map_err(|_| Some(self.pause))?;
        let mut has_waited = place.ahead > 0;
        loop {
            let Err(closed) = self.gate.check() else {
                *self.passed() = Some(Instant::now());
                return Ok(has_waited);
            };
            let wait = closed.wait_time_from(self.clock.now());
            if super::from_now(wait) > until {
                return Err(Some(wait));
            }
            sleep(wait).await;
            has_waited = true;
        }
    }

    /// How long it takes until those ahead have passed: nobody waits unless the gate is closed.
    fn expected(&self, ahead: u32) -> Duration {
        if ahead == 0 {
            return Duration::ZERO;
        }
        let opens = self
            .passed()
            .map(|passed| self.pause.saturating_sub(passed.elapsed()));
        self.pause
            .saturating_mul(ahead)
            .saturating_add(opens.unwrap_or_default())
    }

    fn passed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line; given up when dropped.
struct Place<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicU32) -> Self {
        Self {
            waiting,
            ahead: waiting.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
