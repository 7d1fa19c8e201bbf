//! The simulated carriers, and a client for each with the quota that the carrier allows.

use std::io;
use std::time::Duration;

use parceltrail::Registry;
use parceltrail::client::{BreakerPolicy, BuildError, Client, Quota, RetryPolicy};
use parceltrail::testing::simulator::{self, Carrier, FaultPlan, SimulatedClock, Simulator};

/// Requests a second that each carrier allows.
const PER_SECOND: u32 = 200;
/// Requests under way at once that each carrier allows.
const AT_ONCE: u32 = 16;
/// Requests that each carrier allows in all.
const PER_DAY: u32 = 200_000;
/// The pause that each carrier demands between two questions about one number.
const SAME_NUMBER: Duration = Duration::from_millis(300);
/// How long a token lasts.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(4);

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub seed: u64,
    /// Over all carriers.
    pub parcels: usize,
    pub is_storm: bool,
    /// Simulated hours in a second.
    pub hours_a_second: f64,
}

/// Opens the carriers.
pub async fn open(setting: Setting) -> io::Result<Simulator> {
    let plan = if setting.is_storm {
        FaultPlan::storm(setting.seed)
    } else {
        FaultPlan::none()
    };
    let plan = plan
        .with_silence(Duration::from_secs(4))
        .with_slowness(Duration::from_millis(200));
    let clock = SimulatedClock::running(setting.hours_a_second * 3600.0);
    let mut builder = Simulator::builder()
        .with_seed(setting.seed)
        .with_faults(plan)
        .with_clock(clock)
        .with_token_lifetime(TOKEN_LIFETIME);
    let (each, rest) = (
        setting.parcels / Carrier::ALL.len(),
        setting.parcels % Carrier::ALL.len(),
    );
    for (at, carrier) in Carrier::ALL.into_iter().enumerate() {
        let quota = simulator::Quota::default()
            .with_per_second(PER_SECOND)
            .with_max_concurrent(AT_ONCE)
            .with_per_day(PER_DAY)
            .with_per_number_interval(SAME_NUMBER);
        builder = builder
            .with_parcels(carrier, each + usize::from(at < rest))
            .with_quota(carrier.feed(), quota);
    }
    builder.start().await
}

/// A client for one of them. It knows the quota and nothing of the faults.
pub fn client(simulator: &Simulator, feed: &str, seed: u64) -> Result<Client, BuildError> {
    let adapter = Registry::builtin()
        .share(feed)
        .unwrap_or_else(|| panic!("no adapter for {feed}"));
    let retry = RetryPolicy::default()
        .with_max_attempts(6)
        .with_backoff(Duration::from_millis(50), Duration::from_millis(800))
        .with_attempt_timeout(Duration::from_millis(1500))
        .with_budget(Duration::from_secs(12));
    let quota = Quota::unlimited()
        .with_per_second(PER_SECOND)
        .with_max_concurrent(AT_ONCE as usize)
        .with_per_day(PER_DAY)
        .with_per_number_interval(SAME_NUMBER);
    Client::builder(adapter)
        .with_credentials(simulator.credentials(feed))
        .with_base_url(simulator.base(feed))
        .with_quota(quota)
        .with_retry(retry)
        .with_breaker(BreakerPolicy::new(12, Duration::from_secs(1)))
        .with_concurrency(AT_ONCE as usize)
        .with_seed(seed)
        .build()
}
