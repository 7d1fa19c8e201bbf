//! What a simulator is made of: [`SimulatorBuilder`].

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;

use super::access::Access;
use super::clock::{SimulatedClock, Ticking};
use super::counters::Tally;
use super::fault::FaultPlan;
use super::push::Hooks;
use super::quota::{Quota, Watch};
use super::server::{self, Desk, Shared};
use super::world::World;
use super::{Carrier, Simulator, carrier_of};

/// What a simulator is made of.
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
    /// Which parcels there are and how they fare: the same seed gives the same parcels.
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

    /// Over how much of the parcels' time their labels are made; a day unless set. A few are made
    /// before the start.
    #[must_use]
    pub fn with_spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// How time passes for the parcels.
    #[must_use]
    pub fn with_clock(mut self, clock: SimulatedClock) -> Self {
        self.clock = clock;
        self
    }

    /// What goes wrong.
    #[must_use]
    pub fn with_faults(mut self, plan: FaultPlan) -> Self {
        self.plan = plan;
        self
    }

    /// What the carrier of a feed allows.
    ///
    /// # Panics
    /// When no carrier here has the feed: a mistake in the test.
    #[must_use]
    pub fn with_quota(mut self, feed: &str, quota: Quota) -> Self {
        self.quotas.insert(carrier_of(feed), quota);
        self
    }

    /// How long a token lasts, in the world's time; an hour unless set. It is told to the
    /// application in whole seconds.
    #[must_use]
    pub fn with_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Opens the carriers' addresses on a loopback address.
    ///
    /// # Errors
    /// When no port is to be had.
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
        let mut desks = HashMap::new();
        let mut listeners = Vec::new();
        for carrier in Carrier::ALL {
            let listener = server::bind().await?;
            let access = Access::new(carrier, self.seed, self.token_lifetime);
            let watch = Watch::new(self.quotas.get(&carrier).copied().unwrap_or_default());
            desks.insert(carrier, Desk::new(listener.local_addr()?, access, watch));
            listeners.push((carrier, listener));
        }
        let (clock, plan) = (Ticking::new(self.clock), self.plan);
        let shared = Arc::new(Shared {
            world,
            clock,
            plan,
            tally: Tally::default(),
            desks,
            hooks: Hooks::default(),
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
