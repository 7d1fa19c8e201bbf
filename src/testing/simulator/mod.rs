//! A carrier on your desk: a loopback server that speaks as DHL, FedEx, UPS and SF do, with parcels
//! that travel and things that go wrong.
//!
//! Applications test themselves with it: the real client, the real adapters, real HTTP, real
//! signatures and tokens, and parcels whose truth is known to the second. Nothing leaves the
//! machine; all numbers are made up, with right check digits.
//!
//! | carrier | asked as | pushes as | proof of the caller |
//! |---|---|---|---|
//! | [`Carrier::Dhl`] | `dhl.unified` | `dhl.unified` | API key |
//! | [`Carrier::Fedex`] | `fedex.track` | `fedex.webhook` | bearer token, credentials in the form |
//! | [`Carrier::Ups`] | `ups.track` | `ups.track-alert` | bearer token, credentials as Basic |
//! | [`Carrier::Sf`] | `sf.routes` | `sf.push` | digest, or token |
//!
//! **Two clocks.** The parcels live by a [`SimulatedClock`], which an application moves or lets run
//! fast. Tokens, quotas, timeouts, signatures with a time and `Retry-After` keep the world's time
//! (and that of `tokio::time::pause`), because the client under test does.
//!
//! **Parcels** follow plausible stories: plain, delayed, held at customs, missed and delivered the
//! next day, fetched at a pickup point, refused and sent back, never handed over. A number is not
//! found until its label is made. By plan a scan is corrected or carries an unknown code; nothing
//! changes after a parcel's last scan. Scans are written in each carrier's codes and clock: DHL
//! Express without an offset, SF in Beijing's time everywhere.
//!
//! **Faults** come by [`FaultPlan`], each kind by itself or all in a storm. **Quotas** ([`Quota`])
//! are counted on the carrier's side.
//!
//! An application that tests itself, here with a bare request:
//!
//! ```
//! use std::time::Duration;
//! use parceltrail::adapter::{TrackRequest, PollContext, Question};
//! use parceltrail::testing::simulator::{Carrier, Difference, Simulator};
//! use parceltrail::{Payload, Registry, TrackingNumber};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # tokio::runtime::SimulatorBuilder::new_current_thread().enable_all().build()?.block_on(async {
//! let simulator = Simulator::builder().with_seed(7).with_parcels(Carrier::Dhl, 1).start().await?;
//! simulator.advance(Duration::from_secs(20 * 86_400));
//!
//! // What the application does: build the request, send it, decode the answer.
//! let registry = Registry::builtin();
//! let feed = registry.get("dhl.unified").unwrap();
//! let asked = [TrackRequest::new(TrackingNumber::new(&simulator.numbers("dhl.unified")[0]))];
//! let credentials = simulator.credentials("dhl.unified");
//! let base = simulator.base("dhl.unified");
//! let context = PollContext { now: simulator.now(), request_id: "1", credentials: &credentials, token: None, base: Some(base) };
//! let request = feed.as_poll().unwrap().request(&Query::new(&asked), &context)?;
//! let mut stream = tokio::net::TcpStream::connect(request.uri().authority().unwrap().as_str()).await?;
//! let path = request.uri().path_and_query().unwrap();
//! let key = request.headers()["dhl-api-key"].to_str()?;
//! stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\ndhl-api-key: {key}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer).await?;
//! let body = answer.split_once("\r\n\r\n").unwrap().1;
//! let shipment = feed.decode(Payload::new(body.as_bytes(), simulator.now()))?.shipments.remove(0);
//!
//! // What the test asks: is it all there, and only once?
//! let truth = simulator.truth("dhl.unified", shipment.number.as_str());
//! assert!(!truth.is_empty());
//! assert!(Difference::between(&truth, &shipment.events).is_empty());
//! assert_eq!(simulator.counters().of("dhl.unified").requests, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod builder;
mod clock;
mod counters;
mod fault;
mod number;
mod place;
mod push;
mod quota;
mod reply;
mod server;
mod story;
mod truth;
mod wire;
mod world;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::AbortHandle;

pub use builder::SimulatorBuilder;
pub use clock::SimulatedClock;
pub use counters::{Counters, FeedCounters};
pub use fault::{Fault, FaultPlan};
pub use push::Hook;
pub use quota::{Limit, Quota};
pub use truth::{Difference, TrueEvent};

use crate::adapter::Credentials;
use server::{Desk, Shared};

/// A carrier that the simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Carrier {
    /// DHL Shipment Tracking – Unified and its Push.
    Dhl,
    /// FedEx Track API v1 and its webhook.
    Fedex,
    /// UPS Tracking API v1 and Track Alert.
    Ups,
    /// SF's route query and route push.
    Sf,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dhl, Self::Fedex, Self::Ups, Self::Sf];

    /// The carrier's id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Dhl => "dhl",
            Self::Fedex => "fedex",
            Self::Ups => "ups",
            Self::Sf => "sf",
        }
    }

    /// The feed that is asked.
    #[must_use]
    pub const fn feed(self) -> &'static str {
        match self {
            Self::Dhl => "dhl.unified",
            Self::Fedex => "fedex.track",
            Self::Ups => "ups.track",
            Self::Sf => "sf.routes",
        }
    }

    /// The feed that pushes.
    #[must_use]
    pub const fn push_feed(self) -> &'static str {
        match self {
            Self::Dhl => "dhl.unified",
            Self::Fedex => "fedex.webhook",
            Self::Ups => "ups.track-alert",
            Self::Sf => "sf.push",
        }
    }

    /// The carrier of a feed that is asked or that pushes.
    #[must_use]
    pub fn of_feed(feed: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|carrier| carrier.feed() == feed || carrier.push_feed() == feed)
    }
}

/// Carriers on a loopback address. They close when it is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Simulator {
    /// Starts with no parcels, no faults, no quotas and a clock that stands still.
    #[must_use]
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// The address to ask instead of the carrier's own, for
    /// [`PollContext::base`](crate::adapter::PollContext::base).
    ///
    /// # Panics
    /// When no carrier here has the feed: a mistake in the test.
    #[must_use]
    pub fn base(&self, feed: &str) -> &str {
        &self.desk(feed).base
    }

    /// The credentials that the carrier accepts, by the names that the feed's adapter asks for.
    ///
    /// # Panics
    /// When no carrier here has the feed: a mistake in the test.
    #[must_use]
    pub fn credentials(&self, feed: &str) -> Credentials {
        self.desk(feed).access.credentials()
    }

    /// The numbers of a carrier's parcels, also of those that it does not know yet.
    ///
    /// # Panics
    /// When no carrier here has the feed: a mistake in the test.
    #[must_use]
    pub fn numbers(&self, feed: &str) -> Vec<String> {
        self.shared
            .world
            .of(carrier_of(feed))
            .iter()
            .map(|parcel| parcel.number.clone())
            .collect()
    }

    /// What a perfect observer of a feed would hold by now, oldest first: for a feed that is asked
    /// what stands, for one that pushes all that was published since the hook was set, because a
    /// push takes nothing back. Nothing for a number that is not known yet, or not here.
    #[must_use]
    pub fn truth(&self, feed: &str, number: &str) -> Vec<TrueEvent> {
        self.truth_at(feed, number, self.now())
    }

    /// The same at another moment of the parcels' time.
    #[must_use]
    pub fn truth_at(&self, feed: &str, number: &str, at: DateTime<Utc>) -> Vec<TrueEvent> {
        self.shared.truth_at(feed, number, at)
    }

    /// The parcels' time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// Moves the parcels' time on.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// When the last word about the last parcel is told: nothing changes afterwards. None without
    /// parcels.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.shared.world.ends()
    }

    /// Ends all tokens of a feed, as after a change of the password.
    ///
    /// # Panics
    /// When no carrier here has the feed: a mistake in the test.
    pub fn revoke_tokens(&self, feed: &str) {
        self.desk(feed).access.revoke_all();
    }

    /// What the server saw so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.tally.read()
    }

    /// Sends a carrier's news to an application from now on: signed as the carrier signs, again if
    /// they are not acknowledged (five times in all, in about a second), twice or out of order by
    /// plan.
    ///
    /// # Errors
    /// When the hook's address is not one of plain HTTP.
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
        let subscribed = self.shared.hooks.add(carrier, hook, self.now())?;
        let task = tokio::spawn(push::run(Arc::clone(&self.shared), subscribed));
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(task.abort_handle());
        Ok(())
    }

    /// Waits until all news published by now were acknowledged or given up. A subscription of DHL's
    /// that is not activated keeps it waiting.
    pub async fn webhooks_settled(&self) {
        let now = self.now();
        while !self.shared.hooks.are_settled(now) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn desk(&self, feed: &str) -> &Desk {
        &self.shared.desks[&carrier_of(feed)]
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

fn carrier_of(feed: &str) -> Carrier {
    Carrier::of_feed(feed).unwrap_or_else(|| panic!("the simulator does not play the feed {feed}"))
}
