//! Hosts that fail are left alone for a while: [`BreakerPolicy`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::uri::Authority;
use tokio::time::Instant;

/// When a host is left alone, and for how long.
///
/// What counts is connections that failed and answers of 500 and above, in a row, per host. An
/// answer that says "not found", "wrong question" or "too fast" is an answer: it does not count.
/// After the rest one request is let through; when it succeeds all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerPolicy {
    /// How many failures in a row open it; zero never does.
    pub failures: u32,
    /// How long it stays open.
    pub rest: Duration,
}

impl Default for BreakerPolicy {
    /// Ten failures in a row, half a minute of rest.
    fn default() -> Self {
        Self {
            failures: 10,
            rest: Duration::from_secs(30),
        }
    }
}

impl BreakerPolicy {
    /// After this many failures in a row, for this long.
    #[must_use]
    pub fn new(failures: u32, rest: Duration) -> Self {
        Self { failures, rest }
    }

    /// Hosts are never left alone.
    #[must_use]
    pub fn never() -> Self {
        Self::new(0, Duration::ZERO)
    }
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

/// The state of every host.
#[derive(Debug)]
pub(super) struct Breakers {
    policy: BreakerPolicy,
    /// Hosts that failed last. Most of the time there are none, which costs nothing to see.
    hosts: Mutex<HashMap<Authority, State>>,
    troubled: AtomicUsize,
}

impl Breakers {
    pub fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            hosts: Mutex::default(),
            troubled: AtomicUsize::new(0),
        }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<Authority, State>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn are_all_well(&self) -> bool {
        self.troubled.load(Ordering::Acquire) == 0
    }

    /// Whether the host is left alone now: for how much longer, where that is known.
    pub fn refuses(&self, host: &Authority) -> Option<Option<Duration>> {
        if self.are_all_well() {
            return None;
        }
        match self.hosts().get(host) {
            Some(State::Open { until }) => until
                .checked_duration_since(Instant::now())
                .filter(|rest| !rest.is_zero())
                .map(Some),
            Some(State::Probing) => Some(None),
            _ => None,
        }
    }

    /// Lets a request through, or says for how much longer the host is left alone.
    pub fn admit(&self, host: &Authority) -> Result<Pass<'_>, Option<Duration>> {
        if self.policy.failures == 0 {
            return Ok(Pass {
                breakers: self,
                host: host.clone(),
                is_probe: false,
                is_settled: true,
            });
        }
        if self.are_all_well() {
            return Ok(Pass {
                breakers: self,
                host: host.clone(),
                is_probe: false,
                is_settled: false,
            });
        }
        let mut hosts = self.hosts();
        let is_probe = match hosts.get(host) {
            None | Some(State::Closed { .. }) => false,
            Some(State::Open { until }) => match until
                .checked_duration_since(Instant::now())
                .filter(|rest| !rest.is_zero())
            {
                Some(rest) => return Err(Some(rest)),
                None => true,
            },
            Some(State::Probing) => return Err(None),
        };
        if is_probe {
            hosts.insert(host.clone(), State::Probing);
        }
        Ok(Pass {
            breakers: self,
            host: host.clone(),
            is_probe,
            is_settled: false,
        })
    }
}

/// A request on its way. Dropped without a result (the caller gave up) a probe makes room for the
/// next one.
#[derive(Debug)]
pub(super) struct Pass<'b> {
    breakers: &'b Breakers,
    host: Authority,
    is_probe: bool,
    is_settled: bool,
}

impl Pass<'_> {
    /// Tells how it went; whether that opened the breaker.
    pub fn settle(mut self, is_failure: bool) -> bool {
        if self.is_settled {
            return false;
        }
        self.is_settled = true;
        if !is_failure && self.breakers.are_all_well() {
            return false;
        }
        let policy = self.breakers.policy;
        let mut hosts = self.breakers.hosts();
        let failures = match hosts.get(&self.host) {
            Some(State::Closed { failures }) => *failures,
            None => 0,
            // What was on its way when the breaker opened decides nothing.
            Some(_) if !self.is_probe => return false,
            Some(_) => policy.failures,
        };
        let opens = is_failure && failures + 1 >= policy.failures;
        match (is_failure, opens) {
            (false, _) if failures == 0 => {}
            (false, _) => _ = hosts.remove(&self.host),
            (true, true) => {
                _ = hosts.insert(
                    self.host.clone(),
                    State::Open {
                        until: super::from_now(policy.rest),
                    },
                )
            }
            (true, false) => {
                _ = hosts.insert(
                    self.host.clone(),
                    State::Closed {
                        failures: failures + 1,
                    },
                )
            }
        }
        self.breakers.troubled.store(hosts.len(), Ordering::Release);
        opens
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe && !self.is_settled {
            self.breakers.hosts().insert(
                self.host.clone(),
                State::Open {
                    until: Instant::now(),
                },
            );
        }
    }
}
