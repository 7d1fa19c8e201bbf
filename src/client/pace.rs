//! Requests at an even pace, first come, first served.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::{Instant, sleep, timeout_at};

use super::moment::Moment;
use super::rate_limiter::TooLong;

/// The runtime's clock, which tests may pause.
#[derive(Clone, Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// A queue before a limiter that admits one request an interval.
#[derive(Debug)]
pub(super) struct Pace {
    limiter: RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<Nanos>>,
    clock: RuntimeClock,
    interval: Duration,
    /// Only the head of the queue tries the limiter, so that no request overtakes another.
    head: tokio::sync::Mutex<()>,
    waiting: AtomicU32,
    admitted: Mutex<Option<Admitted>>,
}

/// What was admitted so far.
#[derive(Clone, Copy, Debug)]
struct Admitted {
    last: Instant,
    /// When a full burst is allowed again, if nothing else is admitted.
    idle_at: Instant,
}

impl Pace {
    /// None when the interval is zero. `busy` is how long it takes from now until a full burst is
    /// allowed again; it is rounded up to whole requests and to one burst at most.
    pub fn new(interval: Duration, burst: u32, busy: Duration) -> Option<Self> {
        let burst = NonZeroU32::new(burst)?;
        let quota = Quota::with_period(interval)?.allow_burst(burst);
        let clock = RuntimeClock(Instant::now());
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        let used = busy.as_nanos().div_ceil(interval.as_nanos().max(1));
        let used = u32::try_from(used).unwrap_or(u32::MAX).min(burst.get());
        let admitted = NonZeroU32::new(used).map(|used| {
            // No more than a burst: a limiter that is not used yet always admits it.
            let _ = limiter.check_n(used);
            Admitted {
                last: clock.0,
                idle_at: super::after(clock.0, interval.saturating_mul(used.get())),
            }
        });
        Some(Self {
            limiter,
            clock,
            interval,
            head: tokio::sync::Mutex::default(),
            waiting: AtomicU32::new(0),
            admitted: Mutex::new(admitted),
        })
    }

    /// Waits until the limiter admits a request; returns whether it had to wait. Fails at once when
    /// the wait would be too long.
    pub async fn pass(&self, until: Instant) -> Result<bool, TooLong> {
        let place = Place::take(&self.waiting);
        let expected = self.expected(place.ahead);
        if super::from_now(expected) > until {
            return Err(Some(expected));
        }
        let _head = timeout_at(until, self.head.lock())
            .await
            .map_err(|_| Some(self.interval))?;
        let mut has_waited = place.ahead > 0;
        loop {
            let Err(closed) = self.limiter.check() else {
                self.admit(Instant::now());
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

    fn admit(&self, now: Instant) {
        let mut admitted = self.admitted();
        let from = admitted.map_or(now, |before| before.idle_at.max(now));
        *admitted = Some(Admitted {
            last: now,
            idle_at: super::after(from, self.interval),
        });
    }

    /// When a full burst is allowed again, in wall time; none when it is now.
    pub fn idle_at(&self, now: &Moment) -> Option<DateTime<Utc>> {
        now.wall_of(self.admitted().as_ref()?.idle_at)
    }

    /// How long it takes until those ahead are admitted; zero for the head of the queue.
    fn expected(&self, ahead: u32) -> Duration {
        if ahead == 0 {
            return Duration::ZERO;
        }
        let opens = self
            .admitted()
            .map(|admitted| self.interval.saturating_sub(admitted.last.elapsed()));
        self.interval
            .saturating_mul(ahead)
            .saturating_add(opens.unwrap_or_default())
    }

    fn admitted(&self) -> MutexGuard<'_, Option<Admitted>> {
        self.admitted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue; given up when dropped.
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
