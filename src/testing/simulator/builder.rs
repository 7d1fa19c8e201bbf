//! Settings of a simulator: [`SimulatorBuilder`].

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;

use super::access::Access;
use super::carrier::{Carrier, carrier_of};
use super::clock::{SimulatedClock, Ticking};
use super::counters::CounterStore;
use super::fault::FaultPlan;
use super::quota::{Quota, QuotaCounter};
use super::running::Simulator;
use super::server;
use super::shared::{Endpoint, Shared};
use super::subscriptions::Subscriptions;
use super::world::World;

/// Settings of a [`Simulator`].
///
/// ```
/// use std::time::Duration;
/// use parceltrail::testing::simulator::{Carrier, Fault, FaultPlan, Quota, Simulator};
///
/// let builder = Simulator::builder()
///     .with_seed(7)
///     .with_parcels(Carrier::Fedex, 20)
///     .with_faults(FaultPlan::none().with_fault(Fault::Throttled, 0.1))
///     .with_quota("fedex.track", Quota::default().with_per_second(10))
///     .with_token_lifetime(Duration::from_secs(60));
/// # drop(builder);
/// ```
#[derive(Clone, Debug)]
pub struct SimulatorBuilder {
    seed: u64,
    parcels: Vec<(Carrier, usize)>,
    spread: Duration,
    clock: SimulatedClock,
    plan: FaultPlan,
    quotas: HashMap<Carrier, Quota>,
    token_lifetime: Duration,
}

impl Simulator {
    /// Settings with no parcels, no faults, no quotas and a paused clock.
    #[must_use]
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        Self {
            seed: 0,
            parcels: Vec::new(),
            spread: Duration::from_secs(86_400),
            clock: SimulatedClock::paused(),
            plan: FaultPlan::none(),
            quotas: HashMap::new(),
            token_lifetime: Duration::from_secs(3600),
        }
    }
}

impl SimulatorBuilder {
    /// Sets the seed of the parcels: the same seed gives the same parcels.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds parcels of a carrier.
    #[must_use]
    pub fn with_parcels(mut self, carrier: Carrier, count: usize) -> Self {
        self.parcels.push((carrier, count));
        self
    }

    /// Sets over how much simulated time labels are created; a day by default. A few are created
    /// before the start.
    #[must_use]
    pub fn with_spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// Sets how simulated time passes.
    #[must_use]
    pub fn with_clock(mut self, clock: SimulatedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the injected faults.
    #[must_use]
    pub fn with_faults(mut self, plan: FaultPlan) -> Self {
        self.plan = plan;
        self
    }

    /// Sets the request limits of the carrier of a feed.
    ///
    /// # Panics
    /// When no simulated carrier has the feed: a mistake in the test.
    #[must_use]
    pub fn with_quota(mut self, feed: &str, quota: Quota) -> Self {
        self.quotas.insert(carrier_of(feed), quota);
        self
    }

    /// Sets the lifetime of tokens, in real time; an hour by default. Responses state it in whole
    /// seconds.
    #[must_use]
    pub fn with_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Starts the servers on loopback addresses.
    ///
    /// # Errors
    /// When no port is free.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn start(self) -> io::Result<Simulator> {
        let spread = TimeDelta::from_std(self.spread).unwrap_or_default();
        let mut world = World::default();
        for (carrier, count) in &self.parcels {
            world.populate(
                *carrier,
                *count,
                self.seed,
                self.clock.start(),
                spread,
                &self.plan,
            );
        }
        let mut endpoints = HashMap::new();
        let mut listeners = Vec::new();
        for carrier in Carrier::ALL {
            let listener = server::bind().await?;
            let access = Access::new(carrier, self.seed, self.token_lifetime);
            let quota = QuotaCounter::new(self.quotas.get(&carrier).copied().unwrap_or_default());
            endpoints.insert(
                carrier,
                Endpoint::new(listener.local_addr()?, access, quota),
            );
            listeners.push((carrier, listener));
        }
        let (clock, plan) = (Ticking::new(self.clock), self.plan);
        let shared = Arc::new(Shared {
            world,
            clock,
            plan,
            counters: CounterStore::default(),
            endpoints,
            subscriptions: Subscriptions::default(),
        });
        let serve = |(carrier, listener)| {
            tokio::spawn(server::serve(Arc::clone(&shared), carrier, listener)).abort_handle()
        };
        let tasks = listeners.into_iter().map(serve).collect();
        Ok(Simulator {
            shared,
            tasks: Mutex::new(tasks),
        })
    }
}
