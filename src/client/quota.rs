//! How much may be asked: [`Quota`], and who shares it: [`RateLimiter`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::pace::Pace;
use crate::adapter::{PollLimits, TrackRequest};
use crate::model::TrackingNumber;

/// How much may be asked with one credential. Nothing is limited unless said so. Every request
/// counts, further attempts and pages too; fetches of tokens do not.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::client::Quota;
///
/// let quota = Quota::unlimited().per_second(30).per_day(3000).concurrent(4).same_number(Duration::from_secs(600));
/// assert_eq!(quota.day, Some(3000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// The time between two requests.
    pub pause: Option<Duration>,
    /// How many requests may go out at once after a quiet time, before the pause applies.
    pub burst: u32,
    /// Requests a day. The day begins at midnight UTC, the count with the program. The wall clock
    /// is asked once a day, when the count begins; that it is set forwards or back changes nothing
    /// until then, and no day is shorter than 12 or longer than 36 hours by the runtime's clock.
    pub day: Option<u32>,
    /// Requests under way at the same time.
    pub concurrent: Option<usize>,
    /// The time between two questions about the same number, from the last request of the one to
    /// the first of the other. Retries, further pages and parts of a divided batch belong to one
    /// question.
    pub same_number: Option<Duration>,
    /// How long a request may wait for its turn, before it fails as
    /// [`ErrorKind::Quota`](super::ErrorKind::Quota). One that would have to wait longer fails at
    /// once.
    pub longest_wait: Duration,
}

impl Quota {
    /// No limits.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self {
            pause: None,
            burst: 1,
            day: None,
            concurrent: None,
            same_number: None,
            longest_wait: Duration::from_secs(60),
        }
    }

    /// What the carrier documents for a new account. Requests wait for up to a minute, or three
    /// pauses where that is more.
    #[must_use]
    pub fn documented(limits: PollLimits) -> Self {
        let longest_wait = limits
            .pause
            .unwrap_or_default()
            .saturating_mul(3)
            .max(Duration::from_secs(60));
        Self {
            pause: limits.pause,
            day: limits.per_day,
            longest_wait,
            ..Self::unlimited()
        }
    }

    /// This many requests a second, evenly spread; zero is no limit.
    #[must_use]
    pub fn per_second(mut self, requests: u32) -> Self {
        self.pause = (requests > 0).then(|| Duration::from_secs(1) / requests.max(1));
        self
    }

    /// One request in this time.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// This many at once after a quiet time.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// This many requests a day.
    #[must_use]
    pub fn per_day(mut self, requests: u32) -> Self {
        self.day = Some(requests);
        self
    }

    /// This many requests under way at the same time, one at least.
    #[must_use]
    pub fn concurrent(mut self, requests: usize) -> Self {
        self.concurrent = Some(requests.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// This time between two questions about the same number.
    #[must_use]
    pub fn same_number(mut self, time: Duration) -> Self {
        self.same_number = Some(time);
        self
    }

    /// How long a request may wait for its turn.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }
}

/// What is left of a quota. Clients that use the same credential share it: clone it into each of
/// them.
#[derive(Clone, Debug)]
pub struct RateLimiter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    quota: Quota,
    pace: Option<Pace>,
    slots: Option<Arc<Semaphore>>,
    day: Mutex<Day>,
    /// Until when the carrier asked to be left alone.
    held: Mutex<Option<Instant>>,
    asked: Mutex<HashMap<TrackingNumber, Instant>>,
}

#[derive(Debug, Default)]
struct Day {
    /// When the count begins anew, by a clock that nobody sets. None before the first request.
    ends: Option<Instant>,
    used: u32,
}

impl Day {
    /// Begins anew, if it is over.
    fn renew(&mut self, now: Instant, wall: impl Fn() -> DateTime<Utc>) -> Instant {
        if let Some(ends) = self.ends.filter(|ends| now < *ends) {
            return ends;
        }
        let wall = wall();
        let midnight = wall
            .date_naive()
            .checked_add_days(Days::new(1))
            .map(|date| date.and_time(NaiveTime::MIN).and_utc());
        let mut left = midnight
            .and_then(|midnight| (midnight - wall).to_std().ok())
            .unwrap_or(WHOLE_DAY)
            .min(WHOLE_DAY);
        // A clock that runs behind says that the day that has just ended is not over.
        if self.ends.is_some() && left < WHOLE_DAY / 2 {
            left += WHOLE_DAY;
        }
        let ends = super::after(now, left);
        *self = Self {
            ends: Some(ends),
            used: 0,
        };
        ends
    }
}

const WHOLE_DAY: Duration = Duration::from_secs(86_400);

/// How long it would take until there is room, where known.
pub(super) type TooLong = Option<Duration>;

/// The right to send one request; held until its answer is read.
#[derive(Debug)]
pub(super) struct Turn {
    _slot: Option<OwnedSemaphorePermit>,
    pub has_waited: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RateLimiter {
    /// The whole quota.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        let pace = quota.pause.and_then(|pause| Pace::new(pause, quota.burst));
        let slots = quota.concurrent.map(|most| Arc::new(Semaphore::new(most)));
        Self(Arc::new(Inner {
            quota,
            pace,
            slots,
            day: Mutex::default(),
            held: Mutex::default(),
            asked: Mutex::default(),
        }))
    }

    /// The quota of which this is left.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.0.quota
    }

    /// A turn where there is nothing to wait for, whoever asks.
    pub(super) fn turn_now(
        &self,
        wall: impl Fn() -> DateTime<Utc>,
    ) -> Option<Result<Turn, TooLong>> {
        let inner = &*self.0;
        let is_open =
            inner.slots.is_none() && inner.pace.is_none() && locked(&inner.held).is_none();
        is_open.then(|| {
            self.day(wall, true).map(|()| Turn {
                _slot: None,
                has_waited: false,
            })
        })
    }

    /// Waits for a turn. Dropping the future gives the place in the line up.
    pub(super) async fn turn(&self, wall: impl Fn() -> DateTime<Utc>) -> Result<Turn, TooLong> {
        let inner = &*self.0;
        let mut has_waited = false;
        self.day(&wall, false)?;
        let until = super::from_now(inner.quota.longest_wait);
        let slot = match &inner.slots {
            None => None,
            Some(slots) => match Arc::clone(slots).try_acquire_owned() {
                Ok(slot) => Some(slot),
                Err(_) => {
                    has_waited = true;
                    Some(
                        timeout_at(until, Arc::clone(slots).acquire_owned())
                            .await
                            .ok()
                            .and_then(Result::ok)
                            .ok_or(None)?,
                    )
                }
            },
        };
        loop {
            let held = *locked(&inner.held);
            match held.filter(|held| *held > Instant::now()) {
                None => break,
                Some(held) if held > until => return Err(Some(held - Instant::now())),
                Some(held) => {
                    has_waited = true;
                    sleep_until(held).await;
                }
            }
        }
        if let Some(pace) = &inner.pace {
            has_waited |= pace.pass(until).await?;
        }
        self.day(&wall, true)?;
        Ok(Turn {
            _slot: slot,
            has_waited,
        })
    }

    /// Looks whether the day has room, and takes it.
    fn day(&self, wall: impl Fn() -> DateTime<Utc>, takes: bool) -> Result<(), TooLong> {
        let Some(most) = self.0.quota.day else {
            return Ok(());
        };
        let now = Instant::now();
        let mut day = locked(&self.0.day);
        let ends = day.renew(now, wall);
        if day.used >= most {
            return Err(Some(ends - now));
        }
        day.used += u32::from(takes);
        Ok(())
    }

    /// Nobody asks until then: the carrier wants it so.
    pub(super) fn hold(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut held = locked(&self.0.held);
        *held = (*held).max(until);
    }

    /// Claims the numbers that may be asked about now. The others have to wait.
    pub(super) fn book(&self, numbers: Vec<TrackRequest>) -> Booked {
        let Some(interval) = self.0.quota.same_number else {
            return Booked {
                free: numbers,
                booking: None,
                early: Vec::new(),
            };
        };
        let (now, mut free, mut early) = (
            Instant::now(),
            Vec::with_capacity(numbers.len()),
            Vec::new(),
        );
        let mut asked = locked(&self.0.asked);
        if asked.len() == asked.capacity() {
            asked.retain(|_, at| now.saturating_duration_since(*at) < interval);
        }
        for number in numbers {
            match asked
                .get(&number.number)
                .map(|at| interval.saturating_sub(now.saturating_duration_since(*at)))
                .filter(|wait| !wait.is_zero())
            {
                Some(wait) => early.push((number, wait)),
                None => {
                    asked.insert(number.number.clone(), now);
                    free.push(number);
                }
            }
        }
        let numbers = free.iter().map(|asked| asked.number.clone()).collect();
        let booking = Booking {
            rate_limiter: self.clone(),
            numbers,
            at: now,
            is_used: AtomicBool::new(false),
        };
        Booked {
            free,
            booking: Some(Arc::new(booking)),
            early,
        }
    }
}

/// What came of a claim.
#[derive(Debug)]
pub(super) struct Booked {
    /// Numbers that may be asked about.
    pub free: Vec<TrackRequest>,
    /// The claim on them, where there is an interval to keep.
    pub booking: Option<Arc<Booking>>,
    /// Numbers that have to wait, and how long.
    pub early: Vec<(TrackRequest, Duration)>,
}

/// Numbers that are being asked about. What was never sent is given back.
#[derive(Debug)]
pub(super) struct Booking {
    rate_limiter: RateLimiter,
    numbers: Vec<TrackingNumber>,
    at: Instant,
    is_used: AtomicBool,
}

impl Booking {
    /// A request about the numbers goes out: the interval runs from the last of them, whatever its
    /// turn or its retries took.
    pub fn used(&self) {
        let now = Instant::now();
        let mut asked = locked(&self.rate_limiter.0.asked);
        for number in &self.numbers {
            asked.insert(number.clone(), now);
        }
        self.is_used.store(true, Ordering::Relaxed);
    }
}

impl Drop for Booking {
    fn drop(&mut self) {
        if !self.is_used.load(Ordering::Relaxed) {
            let mut asked = locked(&self.rate_limiter.0.asked);
            for number in &self.numbers {
                if asked.get(number) == Some(&self.at) {
                    asked.remove(number);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> impl Fn() -> DateTime<Utc> + use<> {
        let at = text.parse().unwrap();
        move || at
    }

    #[tokio::test(start_paused = true)]
    async fn a_day_s_quota_survives_midnight_and_clock_jumps() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let (begin, mut day) = (Instant::now(), Day::default());
        assert_eq!(
            day.renew(begin, wall("2026-03-05T22:00:00Z")),
            begin + hours(2)
        );
        day.used = 7;
        // Set forwards or back, the count stands until the two hours are over.
        for jump in ["2026-03-09T00:00:00Z", "2020-01-01T00:00:00Z"] {
            day.renew(begin + hours(1), wall(jump));
            assert_eq!(day.used, 7);
        }
        assert_eq!(
            day.renew(begin + hours(2), wall("2026-03-06T00:00:00Z")),
            begin + hours(26)
        );
        assert_eq!(day.used, 0);
        // A clock that runs behind makes no second day of a minute.
        assert_eq!(
            day.renew(begin + hours(26), wall("2026-03-06T23:00:00Z")),
            begin + hours(26 + 25)
        );
    }
}
