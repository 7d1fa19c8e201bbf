//! The state of a quota, shared by all clients of a credential: [`RateLimiter`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::day::{Day, DaySnapshot};
use super::moment::Moment;
use super::pace::Pace;
use super::quota::Quota;
use crate::adapter::PollResponse;
use crate::model::TrackingNumber;

/// What is used of a [`Quota`]. Clients that use the same credential share it: give each of them a
/// clone.
///
/// It lives in memory. A process that restarts keeps the count of the day, the pace, a pause that
/// the carrier demanded and the intervals of numbers with [`RateLimiter::snapshot`] and
/// [`RateLimiter::restore`].
#[derive(Clone, Debug)]
pub struct RateLimiter(pub(super) Arc<State>);

#[derive(Debug)]
pub(super) struct State {
    pub quota: Quota,
    pace: Option<Pace>,
    slots: Option<Arc<Semaphore>>,
    day: Mutex<Day>,
    /// Until when the carrier demanded a pause.
    held: Mutex<Option<Instant>>,
    /// When each number may be requested again.
    pub numbers: Mutex<HashMap<TrackingNumber, Instant>>,
}

/// What is used of a quota, in wall time: the value to store before a process ends.
///
/// It holds tracking numbers where [`Quota::per_number_interval`] is set, and no credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateLimiterSnapshot {
    day: Option<DaySnapshot>,
    /// When the pace allows a full burst again.
    pace_idle_at: Option<DateTime<Utc>>,
    /// Until when the carrier demanded a pause.
    held_until: Option<DateTime<Utc>>,
    /// When each number may be requested again.
    numbers: BTreeMap<TrackingNumber, DateTime<Utc>>,
}

/// How long it would take until there is room, where known.
pub(super) type TooLong = Option<Duration>;

/// The right to send one request; held until its response is read.
#[derive(Debug)]
pub(super) struct Turn {
    _slot: Option<OwnedSemaphorePermit>,
    pub has_waited: bool,
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RateLimiter {
    /// A limiter of which nothing is used yet.
    ///
    /// ```
    /// use parceltrail::client::{Quota, RateLimiter};
    ///
    /// let limiter = RateLimiter::new(Quota::unlimited().with_per_day(250));
    /// assert_eq!(limiter.quota().per_day, Some(250));
    /// ```
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self::with_state(quota, Day::default(), None, None, HashMap::new())
    }

    /// What is used, to be stored. `now` is the wall time, as the client's clock reads it.
    ///
    /// A request in flight counts; the concurrency limit does not outlive the process. Cost: linear
    /// in the numbers whose interval is not over.
    ///
    /// ```
    /// use parceltrail::client::{Quota, RateLimiter, RateLimiterSnapshot};
    ///
    /// let quota = Quota::unlimited().with_per_day(250);
    /// let now = "2026-03-05T22:00:00Z".parse()?;
    /// let stored = serde_json::to_string(&RateLimiter::new(quota).snapshot(now))?;
    ///
    /// // After the restart:
    /// let snapshot: RateLimiterSnapshot = serde_json::from_str(&stored)?;
    /// let limiter = RateLimiter::restore(quota, &snapshot, now);
    /// assert_eq!(limiter.snapshot(now), snapshot);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn snapshot(&self, now: DateTime<Utc>) -> RateLimiterSnapshot {
        let (state, now) = (&*self.0, Moment::now(now));
        let numbers = locked(&state.numbers);
        RateLimiterSnapshot {
            day: locked(&state.day).snapshot(&now),
            pace_idle_at: state.pace.as_ref().and_then(|pace| pace.idle_at(&now)),
            held_until: locked(&state.held).and_then(|held| now.wall_of(held)),
            numbers: numbers
                .iter()
                .filter_map(|(number, free)| Some((number.clone(), now.wall_of(*free)?)))
                .collect(),
        }
    }

    /// A limiter that goes on where a stored one ended. `now` is the wall time.
    ///
    /// It never allows more than the quota does after the use stored. What lies in the past is
    /// over; a time further ahead than the limit can reach (a corrupt value, a wall clock set back)
    /// counts as the furthest possible: 36 hours for a day, a full burst for the pace,
    /// [`PollResponse::MAX_RETRY_AFTER`] for a pause, one interval for a number.
    #[must_use]
    pub fn restore(quota: Quota, snapshot: &RateLimiterSnapshot, now: DateTime<Utc>) -> Self {
        let now = Moment::now(now);
        let held = snapshot
            .held_until
            .and_then(|until| now.instant_of(until, PollResponse::MAX_RETRY_AFTER));
        let interval = quota.per_number_interval.unwrap_or_default();
        let numbers = snapshot.numbers.iter().filter_map(|(number, free)| {
            let free = now.instant_of(*free, interval)?;
            (free > now.instant).then(|| (number.clone(), free))
        });
        let day = Day::restore(snapshot.day.as_ref(), &now);
        let busy = snapshot
            .pace_idle_at
            .and_then(|idle_at| now.ahead(idle_at, Duration::MAX));
        Self::with_state(quota, day, held, busy, numbers.collect())
    }

    fn with_state(
        quota: Quota,
        day: Day,
        held: Option<Instant>,
        busy: Option<Duration>,
        numbers: HashMap<TrackingNumber, Instant>,
    ) -> Self {
        let pace = quota
            .interval
            .and_then(|interval| Pace::new(interval, quota.burst, busy.unwrap_or_default()));
        let slots = quota
            .max_concurrent
            .map(|limit| Arc::new(Semaphore::new(limit)));
        Self(Arc::new(State {
            quota,
            pace,
            slots,
            day: Mutex::new(day),
            held: Mutex::new(held),
            numbers: Mutex::new(numbers),
        }))
    }

    /// The limits.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.0.quota
    }

    /// A turn, where no limit can make a request wait.
    pub(super) fn turn_now(
        &self,
        wall: impl Fn() -> DateTime<Utc>,
    ) -> Option<Result<Turn, TooLong>> {
        let state = &*self.0;
        let is_open =
            state.slots.is_none() && state.pace.is_none() && locked(&state.held).is_none();
        is_open.then(|| {
            self.day(wall, true).map(|()| Turn {
                _slot: None,
                has_waited: false,
            })
        })
    }

    /// Waits for a turn. Dropping the future gives up the place in the queue.
    pub(super) async fn turn(&self, wall: impl Fn() -> DateTime<Utc>) -> Result<Turn, TooLong> {
        let state = &*self.0;
        self.day(&wall, false)?;
        let until = super::from_now(state.quota.max_wait);
        let (slot, mut has_waited) = self.slot(until).await?;
        loop {
            let held = *locked(&state.held);
            match held.filter(|held| *held > Instant::now()) {
                None => break,
                Some(held) if held > until => return Err(Some(held - Instant::now())),
                Some(held) => {
                    has_waited = true;
                    sleep_until(held).await;
                }
            }
        }
        if let Some(pace) = &state.pace {
            has_waited |= pace.pass(until).await?;
        }
        self.day(&wall, true)?;
        Ok(Turn {
            _slot: slot,
            has_waited,
        })
    }

    /// Waits for one of the concurrent requests; with whether it had to wait.
    async fn slot(&self, until: Instant) -> Result<(Option<OwnedSemaphorePermit>, bool), TooLong> {
        let Some(slots) = &self.0.slots else {
            return Ok((None, false));
        };
        if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
            return Ok((Some(slot), false));
        }
        let waited = timeout_at(until, Arc::clone(slots).acquire_owned()).await;
        let slot = waited.ok().and_then(Result::ok).ok_or(None)?;
        Ok((Some(slot), true))
    }

    /// Checks that the day has room, and takes it.
    fn day(&self, wall: impl Fn() -> DateTime<Utc>, takes: bool) -> Result<(), TooLong> {
        let Some(limit) = self.0.quota.per_day else {
            return Ok(());
        };
        let now = Instant::now();
        let mut day = locked(&self.0.day);
        let ends = day.renew(now, wall);
        if day.used >= limit {
            return Err(Some(ends - now));
        }
        day.used += u32::from(takes);
        Ok(())
    }

    /// No request goes out for this long: the carrier demands it.
    pub(super) fn hold(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut held = locked(&self.0.held);
        *held = (*held).max(until);
    }
}
