//! Limits on the requests of one credential: [`Quota`].

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::adapter::PollLimits;

/// Limits on the requests of one credential. Nothing is limited unless set. Every request counts,
/// retries and further pages too; token requests do not.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::client::Quota;
///
/// let quota = Quota::unlimited()
///     .with_per_second(30)
///     .with_per_day(3000)
///     .with_max_concurrent(4)
///     .with_per_number_interval(Duration::from_secs(600));
/// assert_eq!(quota.per_day, Some(3000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// The minimum time between two requests.
    pub interval: Option<Duration>,
    /// How many requests may go out at once after an idle time, before the interval applies.
    pub burst: u32,
    /// Requests a day. A day begins at midnight UTC. The wall clock is read once a day, when the
    /// count begins: setting it forwards or back changes nothing until then, and no day is shorter
    /// than 12 or longer than 36 hours by the runtime's clock. The count survives a restart with
    /// [`RateLimiter::snapshot`](super::RateLimiter::snapshot).
    pub per_day: Option<u32>,
    /// Requests in flight at the same time.
    pub max_concurrent: Option<usize>,
    /// The minimum time between two lookups of the same number, from the last request of the one
    /// to the first of the other. Retries, further pages and parts of a divided batch belong to one
    /// lookup.
    pub per_number_interval: Option<Duration>,
    /// How long a request may wait for its turn, before it fails as
    /// [`ErrorKind::Quota`](super::ErrorKind::Quota). One that would have to wait longer fails at
    /// once.
    pub max_wait: Duration,
}

impl Quota {
    /// No limits.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self {
            interval: None,
            burst: 1,
            per_day: None,
            max_concurrent: None,
            per_number_interval: None,
            max_wait: Duration::from_secs(60),
        }
    }

    /// The limits that the carrier documents for a new account. Requests wait for up to a minute,
    /// or three intervals where that is more.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::client::Quota;
    ///
    /// let registry = Registry::builtin();
    /// let poll = registry.get("dhl.unified").unwrap().as_poll().unwrap();
    /// assert_eq!(Quota::documented(poll.limits()).per_day, Some(250));
    /// ```
    #[must_use]
    pub fn documented(limits: PollLimits) -> Self {
        let max_wait = limits
            .pause
            .unwrap_or_default()
            .saturating_mul(3)
            .max(Duration::from_secs(60));
        Self {
            interval: limits.pause,
            per_day: limits.per_day,
            max_wait,
            ..Self::unlimited()
        }
    }

    /// Sets the requests a second, evenly spread; zero is no limit.
    #[must_use]
    pub fn with_per_second(mut self, requests: u32) -> Self {
        self.interval = (requests > 0).then(|| Duration::from_secs(1) / requests.max(1));
        self
    }

    /// Sets the minimum time between two requests.
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Sets how many requests may go out at once after an idle time, one at least.
    #[must_use]
    pub fn with_burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// Sets the requests a day.
    #[must_use]
    pub fn with_per_day(mut self, requests: u32) -> Self {
        self.per_day = Some(requests);
        self
    }

    /// Sets the requests in flight at the same time, one at least.
    #[must_use]
    pub fn with_max_concurrent(mut self, requests: usize) -> Self {
        self.max_concurrent = Some(requests.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// Sets the minimum time between two lookups of the same number.
    #[must_use]
    pub fn with_per_number_interval(mut self, interval: Duration) -> Self {
        self.per_number_interval = Some(interval);
        self
    }

    /// Sets how long a request may wait for its turn.
    #[must_use]
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }
}
