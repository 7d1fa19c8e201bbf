//! Retries: [`RetryPolicy`].

use std::time::Duration;

/// How often and how long to retry failed connections, and outcomes that the adapter classifies as
/// temporary.
///
/// The pause doubles from [`RetryPolicy::initial_backoff`] to [`RetryPolicy::max_backoff`]; half of
/// it is random, so that clients that failed together do not retry together. `Retry-After`
/// lengthens it, and ends the attempts when it exceeds the budget.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::client::RetryPolicy;
///
/// let policy = RetryPolicy::default()
///     .with_max_attempts(6)
///     .with_backoff(Duration::from_millis(200), Duration::from_secs(10))
///     .with_budget(Duration::from_secs(60));
/// assert_eq!(policy.initial_backoff, Duration::from_millis(200));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub max_attempts: u32,
    /// The pause after the first attempt.
    pub initial_backoff: Duration,
    /// The longest pause, unless the carrier demands a longer one.
    pub max_backoff: Duration,
    /// The time of all attempts and pauses of one request together, without what the quota makes it
    /// wait.
    pub budget: Duration,
    /// The time of one attempt, from sending to the last byte.
    pub attempt_timeout: Duration,
}

impl Default for RetryPolicy {
    /// Four attempts, pauses from half a second to 20 seconds, two minutes in all, one for each
    /// attempt.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(20),
            budget: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// Sets how many attempts are made in all; none counts as one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the first pause and the longest one.
    #[must_use]
    pub fn with_backoff(mut self, first: Duration, longest: Duration) -> Self {
        (self.initial_backoff, self.max_backoff) = (first, longest.max(first));
        self
    }

    /// Sets the time of all attempts together.
    #[must_use]
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Sets the time of one attempt.
    #[must_use]
    pub fn with_attempt_timeout(mut self, attempt: Duration) -> Self {
        self.attempt_timeout = attempt;
        self
    }
}

/// An upper bound that keeps arithmetic from overflowing.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// The attempts of one request.
#[derive(Debug)]
pub(super) struct Effort<'p> {
    policy: &'p RetryPolicy,
    /// What was used up, without the time that the quota took.
    used: Duration,
    attempts: u32,
}

impl<'p> Effort<'p> {
    pub fn new(policy: &'p RetryPolicy) -> Self {
        Self {
            policy,
            used: Duration::ZERO,
            attempts: 0,
        }
    }

    /// Begins an attempt: how long it may last.
    pub fn begin(&mut self) -> Duration {
        self.attempts += 1;
        self.policy
            .attempt_timeout
            .min(self.policy.budget.saturating_sub(self.used))
    }

    /// Counts time towards the budget.
    pub fn spend(&mut self, time: Duration) {
        self.used = self.used.saturating_add(time);
    }

    pub fn is_first(&self) -> bool {
        self.attempts <= 1
    }

    /// The pause before the next attempt, or none when it is over. `chance` lies between 0 and 1;
    /// `after` is what the carrier demands.
    pub fn pause(&mut self, after: Option<Duration>, chance: f64) -> Option<Duration> {
        if self.attempts >= self.policy.max_attempts {
            return None;
        }
        let doublings = self.attempts.saturating_sub(1).min(31);
        let full = self
            .policy
            .initial_backoff
            .saturating_mul(1 << doublings)
            .min(self.policy.max_backoff)
            .min(self.policy.budget.min(YEAR));
        let by_chance = (full / 2).mul_f64(chance.clamp(0.0, 1.0));
        let chosen = full / 2 + by_chance;
        // Clients that were throttled together should not retry together.
        let demanded = after.map_or(Duration::ZERO, |after| after.saturating_add(by_chance));
        let pause = chosen.max(demanded);
        let used = self.used.saturating_add(pause);
        if used >= self.policy.budget {
            return None;
        }
        self.used = used;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn policy() -> RetryPolicy {
        RetryPolicy::default()
            .with_max_attempts(10)
            .with_backoff(SECOND, SECOND * 8)
            .with_budget(SECOND * 100)
    }

    #[test]
    fn pauses_double_and_stay_between_half_and_full() {
        let policy = policy();
        for (chance, expected) in [
            (0.0, [500, 1000, 2000, 4000, 4000]),
            (1.0, [1000, 2000, 4000, 8000, 8000]),
        ] {
            let mut effort = Effort::new(&policy);
            let pauses: Vec<_> = (0..5)
                .map(|_| {
                    (effort.begin(), effort.pause(None, chance))
                        .1
                        .map(|pause| pause.as_millis())
                })
                .collect();
            assert_eq!(pauses, expected.map(Some));
        }
    }

    #[test]
    fn attempts_and_budget_end_it() {
        let short = policy().with_max_attempts(2);
        let mut effort = Effort::new(&short);
        effort.begin();
        assert!(effort.pause(None, 0.0).is_some());
        effort.begin();
        assert_eq!(effort.pause(None, 0.0), None);
        let poor = policy().with_budget(SECOND * 2);
        let mut effort = Effort::new(&poor);
        effort.begin();
        assert_eq!(
            effort.pause(Some(SECOND * 2), 0.0),
            None,
            "the demanded pause exceeds the budget"
        );
        effort.spend(SECOND);
        assert_eq!(
            effort.pause(None, 1.0),
            None,
            "the time of the attempt counts"
        );
    }

    #[test]
    fn the_carrier_may_demand_a_longer_pause() {
        let policy = policy();
        let mut effort = Effort::new(&policy);
        effort.begin();
        assert_eq!(effort.pause(Some(SECOND * 30), 0.0), Some(SECOND * 30));
        effort.begin();
        assert_eq!(
            effort.pause(Some(SECOND / 10), 0.0),
            Some(SECOND),
            "never shorter than the own pause"
        );
    }

    #[test]
    fn limits_that_are_none_overflow_nothing() {
        let endless = RetryPolicy::default()
            .with_backoff(Duration::MAX, Duration::MAX)
            .with_budget(Duration::MAX)
            .with_attempt_timeout(Duration::MAX);
        let mut effort = Effort::new(&endless);
        effort.begin();
        assert!(effort.pause(Some(Duration::MAX), 1.0).is_none());
        assert!(effort.pause(None, 1.0).is_some());
    }
}
