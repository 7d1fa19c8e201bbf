//! The state of a running simulator.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::access::Access;
use super::carrier::Carrier;
use super::clock::Ticking;
use super::counters::CounterStore;
use super::fault::FaultPlan;
use super::quota::QuotaCounter;
use super::subscriptions::Subscriptions;
use super::truth::TrueEvent;
use super::world::World;

/// The state that all tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub world: World,
    pub clock: Ticking,
    pub plan: FaultPlan,
    pub counters: CounterStore,
    pub endpoints: HashMap<Carrier, Endpoint>,
    pub subscriptions: Subscriptions,
}

/// The server side of one carrier.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub base: String,
    pub access: Access,
    pub quota: QuotaCounter,
    memory: Mutex<Memory>,
}

/// What an endpoint remembers of its requests.
#[derive(Debug, Default)]
struct Memory {
    asked: HashMap<String, u64>,
    /// How many responses the current burst of errors still affects.
    burst: u32,
}

impl Endpoint {
    pub fn new(address: SocketAddr, access: Access, quota: QuotaCounter) -> Self {
        Self {
            base: format!("http://{address}"),
            access,
            quota,
            memory: Mutex::default(),
        }
    }

    /// How often a number was requested before.
    pub fn nth(&self, number: &str) -> u64 {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = memory.asked.entry(number.to_owned()).or_default();
        *asked += 1;
        *asked - 1
    }

    /// Whether this response falls into a burst; `begins` starts one.
    pub fn is_in_burst(&self, begins: bool, length: u32) -> bool {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.burst == 0 && begins {
            memory.burst = length;
        }
        let is_in = memory.burst > 0;
        memory.burst = memory.burst.saturating_sub(1);
        is_in
    }
}

impl Shared {
    /// The true events of a feed at a moment.
    pub fn truth_at(&self, feed: &str, number: &str, now: DateTime<Utc>) -> Vec<TrueEvent> {
        match Carrier::of_feed(feed) {
            Some(carrier) if carrier.feed() == feed => self.world.truth_at(carrier, number, now),
            Some(carrier) => match self.subscriptions.since(carrier) {
                Some(since) => self.world.pushed_between(carrier, number, since, now),
                None => Vec::new(),
            },
            None => Vec::new(),
        }
    }
}
