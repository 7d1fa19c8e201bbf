//! Running carriers: [`Simulator`].

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::AbortHandle;

use super::carrier::carrier_of;
use super::counters::Counters;
use super::hook::Hook;
use super::push;
use super::shared::{Endpoint, Shared};
use super::truth::TrueEvent;
use crate::adapter::Credentials;

/// Simulated carriers on loopback addresses. Dropping it closes them.
///
/// ```
/// use parceltrail::testing::simulator::{Carrier, Simulator};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let simulator = Simulator::builder().with_parcels(Carrier::Sf, 3).start().await?;
/// assert_eq!(simulator.numbers("sf.routes").len(), 3);
/// assert!(simulator.base("sf.routes").starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Simulator {
    pub(super) shared: Arc<Shared>,
    pub(super) tasks: Mutex<Vec<AbortHandle>>,
}

impl Simulator {
    /// The base URL to use instead of the carrier's own, for
    /// [`PollContext::base`](crate::adapter::PollContext::base).
    ///
    /// # Panics
    /// When no simulated carrier has the feed: a mistake in the test.
    #[must_use]
    pub fn base(&self, feed: &str) -> &str {
        &self.endpoint(feed).base
    }

    /// The credentials that the carrier accepts, by the names that the feed's adapter requires.
    ///
    /// # Panics
    /// When no simulated carrier has the feed: a mistake in the test.
    #[must_use]
    pub fn credentials(&self, feed: &str) -> Credentials {
        self.endpoint(feed).access.credentials()
    }

    /// The numbers of a carrier's parcels, those not known to it yet included.
    ///
    /// # Panics
    /// When no simulated carrier has the feed: a mistake in the test.
    #[must_use]
    pub fn numbers(&self, feed: &str) -> Vec<String> {
        self.shared
            .world
            .of(carrier_of(feed))
            .iter()
            .map(|parcel| parcel.number.clone())
            .collect()
    }

    /// The events that an application should have by now, oldest first: for a polled feed the
    /// current ones, for a pushing feed all that were published since the hook was registered,
    /// because a push does not withdraw events. Empty for a number that is not known, or not yet.
    #[must_use]
    pub fn truth(&self, feed: &str, number: &str) -> Vec<TrueEvent> {
        self.truth_at(feed, number, self.now())
    }

    /// The same at another simulated time.
    #[must_use]
    pub fn truth_at(&self, feed: &str, number: &str, at: DateTime<Utc>) -> Vec<TrueEvent> {
        self.shared.truth_at(feed, number, at)
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// Advances the simulated time.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// When the last event of all parcels is published: nothing changes afterwards. None without
    /// parcels.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.shared.world.ends()
    }

    /// Revokes all tokens of a feed, as after a change of the password.
    ///
    /// # Panics
    /// When no simulated carrier has the feed: a mistake in the test.
    pub fn revoke_tokens(&self, feed: &str) {
        self.endpoint(feed).access.revoke_all();
    }

    /// Counters of requests, faults and webhook calls since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.counters.read()
    }

    /// Sends a carrier's updates to a hook from now on: signed as the carrier signs, repeated if
    /// not acknowledged (five attempts in about a second), duplicated or out of order by the fault
    /// plan.
    ///
    /// # Errors
    /// When the hook's URL is not plain HTTP.
    ///
    /// # Panics
    /// When no carrier here has the feed, or outside a Tokio runtime: a mistake in the test.
    pub fn register_webhook(&self, hook: Hook) -> io::Result<()> {
        let carrier = carrier_of(&hook.feed);
        assert_eq!(
            hook.feed,
            carrier.push_feed(),
            "the feed {} pushes nothing",
            hook.feed
        );
        let subscribed = self.shared.subscriptions.add(carrier, hook, self.now())?;
        let task = tokio::spawn(push::run(Arc::clone(&self.shared), subscribed));
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(task.abort_handle());
        Ok(())
    }

    /// Waits until all updates published by now were acknowledged or abandoned. It also waits for a
    /// DHL subscription that is not activated yet.
    pub async fn webhooks_settled(&self) {
        let now = self.now();
        while !self.shared.subscriptions.are_settled(now) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn endpoint(&self, feed: &str) -> &Endpoint {
        &self.shared.endpoints[&carrier_of(feed)]
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("now", &self.now())
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for task in self
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            task.abort();
        }
    }
}
