//! Requests at an even pace, in the order in which they came.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
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
}

impl Pace {
    /// None when the pause is none.
    pub fn new(pause: Duration, burst: u32) -> Option<Self> {
        let quota = Quota::with_period(pause)?.allow_burst(NonZeroU32::new(burst)?);
        let clock = RuntimeClock(Instant::now());
        let gate = RateLimiter::direct_with_clock(quota, clock.clone());
        Some(Self { gate, clock, pause, front: tokio::sync::Mutex::default(), waiting: AtomicU32::new(0) })
    }

    /// Waits until the gate opens. Who would have to wait too long is told at once.
    pub async fn pass(&self, until: Instant) -> Result<(), TooLong> {
        let place = Place::take(&self.waiting);
        let ahead = self.pause.saturating_mul(place.ahead);
        if Instant::now() + ahead > until {
            return Err(Some(ahead));
        }
        let _front = timeout_at(until, self.front.lock()).await.map_err(|_| Some(self.pause))?;
        loop {
            let Err(closed) = self.gate.check() else { return Ok(()) };
            let wait = closed.wait_time_from(self.clock.now());
            if Instant::now() + wait > until {
                return Err(Some(wait));
            }
            sleep(wait).await;
        }
    }
}

/// A place in the line; given up when dropped.
struct Place<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicU32) -> Self {
        Self { waiting, ahead: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
