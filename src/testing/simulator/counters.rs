//! Counters of requests, faults and webhook calls.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::fault::Fault;
use super::quota::Limit;

/// Counters by feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counters {
    /// Polled feeds and feeds that push, by id.
    pub feeds: BTreeMap<&'static str, FeedCounters>,
}

impl Counters {
    /// The counters of one feed; all zero for a feed without requests.
    #[must_use]
    pub fn of(&self, feed: &str) -> FeedCounters {
        self.feeds.get(feed).cloned().unwrap_or_default()
    }

    /// The sum over all feeds.
    #[must_use]
    pub fn total(&self) -> FeedCounters {
        let mut total = FeedCounters::default();
        for feed in self.feeds.values() {
            total.add(feed);
        }
        total
    }
}

/// Counters of one feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FeedCounters {
    /// Requests about parcels.
    pub requests: u64,
    /// Requests with a complete response, without a fault of transport or service.
    pub answered: u64,
    /// Numbers found in those.
    pub found: u64,
    /// Numbers not known, or not yet.
    pub not_found: u64,
    /// Requests refused because the key, digest or token was wrong or had expired, injected faults
    /// not counted.
    pub unauthorised: u64,
    /// Requests refused as invalid.
    pub invalid: u64,
    /// Tokens issued.
    pub tokens: u64,
    /// Requests for a token with wrong credentials.
    pub tokens_refused: u64,
    /// Times that a limit of the quota was broken, by limit.
    pub broken: BTreeMap<Limit, u64>,
    /// Faults injected, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Webhook calls sent, repetitions and handshakes included.
    pub pushes: u64,
    /// Calls acknowledged.
    pub pushes_acknowledged: u64,
    /// Calls given up after the last try.
    pub pushes_given_up: u64,
}

impl FeedCounters {
    /// How often a kind of fault was injected.
    #[must_use]
    pub fn injected(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    /// How often the quota was broken in all.
    #[must_use]
    pub fn quota_violations(&self) -> u64 {
        self.broken.values().sum()
    }

    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.answered += other.answered;
        self.found += other.found;
        self.not_found += other.not_found;
        self.unauthorised += other.unauthorised;
        self.invalid += other.invalid;
        self.tokens += other.tokens;
        self.tokens_refused += other.tokens_refused;
        self.pushes += other.pushes;
        self.pushes_acknowledged += other.pushes_acknowledged;
        self.pushes_given_up += other.pushes_given_up;
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        for (limit, count) in &other.broken {
            *self.broken.entry(*limit).or_default() += count;
        }
    }
}

/// The counters while the simulator runs.
#[derive(Debug, Default)]
pub(super) struct CounterStore(Mutex<Counters>);

impl CounterStore {
    pub fn count(&self, feed: &'static str, change: impl FnOnce(&mut FeedCounters)) {
        change(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .feeds
                .entry(feed)
                .or_default(),
        );
    }

    pub fn fault(&self, feed: &'static str, fault: Fault) {
        self.count(feed, |figures| {
            *figures.faults.entry(fault).or_default() += 1
        });
    }

    pub fn read(&self) -> Counters {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
