//! The circuit breaker of each host: [`BreakerPolicy`].

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::uri::Authority;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::moment::Moment;

/// When the circuit of a host opens, and for how long.
///
/// Failed connections and responses of 500 and above count, in a row, per host. "Not found", an
/// invalid request and throttling do not count. While the circuit is open, requests fail at once as
/// [`ErrorKind::CircuitOpen`](super::ErrorKind::CircuitOpen). After the reset timeout one request
/// is sent as a probe; its success closes the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerPolicy {
    /// How many failures in a row open the circuit; zero never does.
    pub failure_threshold: u32,
    /// How long the circuit stays open before a probe is sent.
    pub reset_timeout: Duration,
}

impl Default for BreakerPolicy {
    /// Opens after ten failures in a row, for 30 seconds.
    fn default() -> Self {
        Self {
            failure_threshold: 10,
            reset_timeout: Duration::from_secs(30),
        }
    }
}

impl BreakerPolicy {
    /// Opens after this many failures in a row, for this long.
    ///
    /// ```
    /// use std::time::Duration;
    /// use parceltrail::client::BreakerPolicy;
    ///
    /// let policy = BreakerPolicy::new(5, Duration::from_secs(60));
    /// assert_eq!(policy.failure_threshold, 5);
    /// assert_eq!(BreakerPolicy::disabled().failure_threshold, 0);
    /// ```
    #[must_use]
    pub const fn new(failure_threshold: u32, reset_timeout: Duration) -> Self {
        Self {
            failure_threshold,
            reset_timeout,
        }
    }

    /// The circuit never opens.
    #[must_use]
    pub const fn disabled() -> Self {
        Self::new(0, Duration::ZERO)
    }

    /// Sets how many failures in a row open the circuit; zero never does.
    #[must_use]
    pub const fn with_failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = failures;
        self
    }

    /// Sets how long the circuit stays open.
    #[must_use]
    pub const fn with_reset_timeout(mut self, timeout: Duration) -> Self {
        self.reset_timeout = timeout;
        self
    }
}

/// The circuits of a client's hosts in wall time: the value to store before a process ends, for
/// [`ClientBuilder::with_breaker_snapshot`](super::ClientBuilder::with_breaker_snapshot).
///
/// It holds the names of hosts that failed last, and nothing of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerSnapshot {
    hosts: BTreeMap<String, Circuit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Circuit {
    failures: u32,
    /// Absent while the circuit is closed.
    open_until: Option<DateTime<Utc>>,
}

impl BreakerSnapshot {
    /// The hosts whose circuit is open, with when a probe is sent.
    ///
    /// ```
    /// use parceltrail::client::BreakerSnapshot;
    /// assert_eq!(BreakerSnapshot::default().open().count(), 0);
    /// ```
    pub fn open(&self) -> impl Iterator<Item = (&str, DateTime<Utc>)> {
        self.hosts
            .iter()
            .filter_map(|(host, circuit)| Some((host.as_str(), circuit.open_until?)))
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
    /// Hosts whose last request failed. Mostly none, which `failing` tells without the lock.
    hosts: Mutex<HashMap<Authority, State>>,
    failing: AtomicUsize,
}

impl Breakers {
    pub fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            hosts: Mutex::default(),
            failing: AtomicUsize::new(0),
        }
    }

    /// The state of every host in wall time.
    pub fn snapshot(&self, now: DateTime<Utc>) -> BreakerSnapshot {
        let now = Moment::now(now);
        let circuit = |state: &State| match *state {
            State::Closed { failures } => Circuit {
                failures,
                open_until: None,
            },
            State::Open { until } => Circuit {
                failures: self.policy.failure_threshold,
                open_until: Some(now.wall_of(until).unwrap_or(now.wall)),
            },
            State::Probing => Circuit {
                failures: self.policy.failure_threshold,
                open_until: Some(now.wall),
            },
        };
        let hosts = self.hosts();
        BreakerSnapshot {
            hosts: hosts
                .iter()
                .map(|(host, state)| (host.to_string(), circuit(state)))
                .collect(),
        }
    }

    /// Breakers that go on where stored ones ended. Hosts that are none are left out.
    pub fn restore(policy: BreakerPolicy, snapshot: &BreakerSnapshot, now: DateTime<Utc>) -> Self {
        let breakers = Self::new(policy);
        if policy.failure_threshold == 0 {
            return breakers;
        }
        let now = Moment::now(now);
        let mut hosts = breakers.hosts();
        for (host, circuit) in &snapshot.hosts {
            let state = match circuit.open_until {
                Some(until) => State::Open {
                    until: now
                        .instant_of(until, policy.reset_timeout)
                        .unwrap_or(now.instant),
                },
                None => State::Closed {
                    failures: circuit.failures.min(policy.failure_threshold - 1),
                },
            };
            if !matches!(state, State::Closed { failures: 0 })
                && let Ok(host) = host.parse()
            {
                hosts.insert(host, state);
            }
        }
        breakers.failing.store(hosts.len(), Ordering::Release);
        drop(hosts);
        breakers
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<Authority, State>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_healthy(&self) -> bool {
        self.failing.load(Ordering::Acquire) == 0
    }

    /// Whether the circuit is open: for how much longer, where that is known.
    pub fn refuses(&self, host: &Authority) -> Option<Option<Duration>> {
        if self.is_healthy() {
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

    /// Admits a request, or returns for how much longer the circuit is open.
    pub fn admit(&self, host: &Authority) -> Result<Pass<'_>, Option<Duration>> {
        if self.policy.failure_threshold == 0 {
            return Ok(Pass {
                breakers: self,
                host: host.clone(),
                is_probe: false,
                is_settled: true,
            });
        }
        if self.is_healthy() {
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

/// A request in flight. A probe that is dropped without a result makes room for the next one.
#[derive(Debug)]
pub(super) struct Pass<'b> {
    breakers: &'b Breakers,
    host: Authority,
    is_probe: bool,
    is_settled: bool,
}

impl Pass<'_> {
    /// Records the result; returns whether it opened the circuit.
    pub fn settle(mut self, is_failure: bool) -> bool {
        if self.is_settled {
            return false;
        }
        self.is_settled = true;
        if !is_failure && self.breakers.is_healthy() {
            return false;
        }
        let policy = self.breakers.policy;
        let mut hosts = self.breakers.hosts();
        let failures = match hosts.get(&self.host) {
            Some(State::Closed { failures }) => *failures,
            None => 0,
            // A request in flight when the circuit opened decides nothing.
            Some(_) if !self.is_probe => return false,
            Some(_) => policy.failure_threshold,
        };
        let opens = is_failure && failures + 1 >= policy.failure_threshold;
        match (is_failure, opens) {
            (false, _) if failures == 0 => {}
            (false, _) => _ = hosts.remove(&self.host),
            (true, true) => {
                _ = hosts.insert(
                    self.host.clone(),
                    State::Open {
                        until: super::from_now(policy.reset_timeout),
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
        self.breakers.failing.store(hosts.len(), Ordering::Release);
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
