//! An async client over HTTP: [`Client`], one for each feed and credential. Behind the feature
//! `client`.
//!
//! The adapter builds requests, classifies responses and decodes them; the client sends, waits and
//! retries. So one client type serves every feed that implements [`Poll`](crate::Poll).
//!
//! ```no_run
//! use futures_util::StreamExt as _;
//! use parceltrail::adapter::TrackRequest;
//! use parceltrail::client::Client;
//! use parceltrail::{Registry, TrackingNumber};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let adapter = Registry::builtin().share("fedex.track").ok_or("no such feed")?;
//! // PARCELTRAIL_FEDEX_TRACK_CLIENT_ID and PARCELTRAIL_FEDEX_TRACK_CLIENT_SECRET
//! let client = Client::builder(adapter).with_credentials_from_env().build()?;
//! let requests = ["449000000013", "960000000000034"]
//!     .map(|number| TrackRequest::new(TrackingNumber::new(number)));
//! let mut results = std::pin::pin!(client.track(requests));
//! while let Some(result) = results.next().await {
//!     match result.outcome {
//!         Ok(outcome) => println!("{} shipments", outcome.shipments().len()),
//!         Err(error) => eprintln!("{error}"),
//!     }
//! }
//! println!("{:?}", client.stats());
//! # Ok(())
//! # }
//! ```
//!
//! | concern | type |
//! |---|---|
//! | another HTTP stack, a proxy, own certificates | [`Transport`], [`HttpTransport`] |
//! | retries | [`RetryPolicy`] |
//! | request limits, shared between clients | [`Quota`], [`RateLimiter`] |
//! | hosts that are down | [`BreakerPolicy`] |
//! | state that outlives the process | [`RateLimiterSnapshot`], [`BreakerSnapshot`] |
//! | errors, and when to retry | [`ClientError`] |
//! | the bodies that results were decoded from | [`RawBody`] |
//! | metrics | [`Stats`], the `metrics` facade, `tracing` spans `parceltrail.request` |
//!
//! No task is spawned: dropping a stream or future ends all that belongs to it, pauses included.
//! A token is fetched once however many requests wait for it, renewed before it expires, and
//! fetched once more when the carrier rejects it.

mod base_url;
mod batches;
mod booking;
mod breaker;
mod build_error;
mod builder;
mod day;
mod environment;
mod error;
mod http;
mod moment;
mod pace;
mod quota;
mod rate_limiter;
mod raw_body;
mod retry;
mod run;
mod send;
mod sort;
mod stats;
mod token;
mod token_fetch;
mod track_result;
mod transport;
mod update_result;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::ready;
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt as _};
use tokio::time::Instant;

use batches::Batches;
pub use breaker::{BreakerPolicy, BreakerSnapshot};
pub use build_error::BuildError;
pub use builder::ClientBuilder;
pub use environment::{EnvironmentError, environment_variable};
pub use error::{ClientError, ErrorKind, Operation, Retry};
pub use http::HttpTransport;
pub use quota::Quota;
pub use rate_limiter::{RateLimiter, RateLimiterSnapshot};
pub use raw_body::RawBody;
pub use retry::RetryPolicy;
use run::Run;
pub use stats::Stats;
pub use track_result::{TrackOutcome, TrackResult};
pub use transport::{Transport, TransportError};
pub use update_result::UpdateResult;

use crate::adapter::{Adapter, Credentials, Page, Query, TrackRequest};
use crate::model::FeedId;

/// Polls one feed with one credential. Cheap to clone; clones share tokens, rate limiter and
/// circuit breaker.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    adapter: Arc<dyn Adapter>,
    feed: FeedId,
    credentials: Credentials,
    base_url: Option<String>,
    language: Option<String>,
    keeps_raw_bodies: bool,
    transport: Arc<dyn Transport>,
    retry: RetryPolicy,
    rate_limiter: RateLimiter,
    breakers: breaker::Breakers,
    tokens: Option<token::Tokens>,
    /// Numbers that one request can hold.
    max_numbers: usize,
    concurrency: usize,
    clock: builder::WallClock,
    random: Mutex<fastrand::Rng>,
    meter: stats::Meter,
}

impl Client {
    /// Settings for a client of this adapter's feed.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::client::{BuildError, Client};
    ///
    /// let adapter = Registry::builtin().share("fedex.track").unwrap();
    /// let error = Client::builder(adapter).build().unwrap_err();
    /// assert!(matches!(error, BuildError::MissingCredentials { .. }));
    /// ```
    pub fn builder(adapter: Arc<dyn Adapter>) -> ClientBuilder {
        ClientBuilder::new(adapter)
    }

    /// The feed that is polled.
    #[must_use]
    pub fn feed(&self) -> &FeedId {
        &self.0.feed
    }

    /// Tracks numbers, in batches of the size that the carrier allows. Each request gets one
    /// [`TrackResult`] as soon as it is known, in no order; the iterator is read only as far as
    /// there is room.
    ///
    /// A number given twice within one batch is requested and reported once. A batch that fails for
    /// a reason that may be one number's fault is divided until that number stands alone: with one
    /// bad number among *n* that costs about 2·log₂(*n*) more requests.
    ///
    /// ```no_run
    /// use futures_util::StreamExt as _;
    /// use parceltrail::adapter::TrackRequest;
    /// use parceltrail::client::{Client, TrackOutcome};
    /// use parceltrail::TrackingNumber;
    ///
    /// # async fn example(client: Client) {
    /// let request = TrackRequest::new(TrackingNumber::new("449000000013")).with_key("order-17");
    /// let results: Vec<_> = client.track([request]).collect().await;
    /// for result in results {
    ///     let key = result.request.and_then(|request| request.key);
    ///     match result.outcome {
    ///         Ok(TrackOutcome::Found(batch)) => println!("{key:?}: {}", batch.shipments.len()),
    ///         Ok(_) => println!("{key:?}: not known yet"),
    ///         Err(error) => println!("{key:?}: {error}, retry: {:?}", error.retry),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn track<I>(&self, requests: I) -> impl Stream<Item = TrackResult> + Send + use<I>
    where
        I: IntoIterator<Item = TrackRequest>,
        I::IntoIter: Send,
    {
        let client = Arc::clone(&self.0);
        let mut batches = Batches::new(Arc::clone(&client), requests.into_iter());
        let mut in_flight = FuturesUnordered::new();
        let mut ready = Vec::new().into_iter();
        stream::poll_fn(move |context| {
            loop {
                if let Some(result) = ready.next() {
                    return Poll::Ready(Some(result));
                }
                while in_flight.len() < client.concurrency
                    && let Some(batch) = batches.next()
                {
                    in_flight.push(Run::new(Arc::clone(&client), batch).advance());
                }
                let Some((results, rest)) = ready!(in_flight.poll_next_unpin(context)) else {
                    return Poll::Ready(None);
                };
                ready = results.into_iter();
                in_flight.extend(rest.map(Run::advance));
            }
        })
    }

    /// Tracks one number. For its raw bodies use [`Client::track`].
    ///
    /// ```no_run
    /// use parceltrail::adapter::TrackRequest;
    /// use parceltrail::client::{Client, ClientError};
    /// use parceltrail::TrackingNumber;
    ///
    /// # async fn example(client: Client) -> Result<(), ClientError> {
    /// let request = TrackRequest::new(TrackingNumber::new("449000000013"));
    /// let outcome = client.fetch(&request).await?;
    /// for shipment in outcome.shipments() {
    ///     println!("{} events", shipment.events.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no result: [`ClientError`] names the reason, and when to retry.
    pub async fn fetch(&self, request: &TrackRequest) -> Result<TrackOutcome, ClientError> {
        let mut run = Some(Run::new(Arc::clone(&self.0), vec![request.clone()]));
        while let Some(current) = run.take() {
            let (results, rest) = current.advance().await;
            if let Some(result) = results.into_iter().find(|result| result.request.is_some()) {
                return result.outcome;
            }
            run = rest;
        }
        Ok(TrackOutcome::Missing(Vec::new()))
    }

    /// Reads the updates of a subscription (feeds whose
    /// [`PollLimits::max_numbers`](crate::adapter::PollLimits::max_numbers) is zero), page by page
    /// until there is no more. An error ends the stream. Some carriers send nothing twice: store
    /// each page before polling the next.
    ///
    /// ```no_run
    /// use futures_util::StreamExt as _;
    /// use parceltrail::client::{Client, ClientError};
    ///
    /// # async fn example(client: Client) -> Result<(), ClientError> {
    /// let mut pages = std::pin::pin!(client.updates());
    /// while let Some(page) = pages.next().await {
    ///     let batch = page.outcome?;
    ///     println!("{} shipments", batch.shipments.len()); // store them here
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn updates(&self) -> impl Stream<Item = UpdateResult> + Send + use<> {
        stream::unfold(
            (Arc::clone(&self.0), Next::First),
            |(client, next)| async move {
                let page = match next {
                    Next::First => None,
                    Next::Page(page) => Some(page),
                    Next::Nothing => return None,
                };
                let (result, next) = client.update(page.as_ref()).await;
                let next = match next {
                    Some(next) if page.as_ref() != Some(&next) => Next::Page(next),
                    _ => Next::Nothing,
                };
                Some((result, (client, next)))
            },
        )
    }

    /// Counters since the client was built.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.meter.stats()
    }

    /// The rate limiter, to be shared with another client of the same credential or stored with
    /// [`RateLimiter::snapshot`].
    #[must_use]
    pub fn rate_limiter(&self) -> RateLimiter {
        self.0.rate_limiter.clone()
    }

    /// The circuits of the hosts, to be stored and restored with
    /// [`ClientBuilder::with_breaker_snapshot`].
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::adapter::Credentials;
    /// use parceltrail::client::{BreakerSnapshot, BuildError, Client};
    ///
    /// let build = |circuits: BreakerSnapshot| -> Result<Client, BuildError> {
    ///     Client::builder(Registry::builtin().share("dhl.unified").unwrap())
    ///         .with_credentials(Credentials::default().with("api_key", "sample"))
    ///         .with_base_url("http://127.0.0.1:8080")
    ///         .with_breaker_snapshot(circuits)
    ///         .build()
    /// };
    /// let client = build(BreakerSnapshot::default())?;
    /// let stored = serde_json::to_string(&client.breaker_snapshot())?;
    ///
    /// // After the restart:
    /// let client = build(serde_json::from_str(&stored)?)?;
    /// assert_eq!(client.breaker_snapshot().open().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn breaker_snapshot(&self) -> BreakerSnapshot {
        self.0.breakers.snapshot((self.0.clock)())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Client");
        shown
            .field("feed", &self.feed)
            .field("stats", &self.meter.stats())
            .finish_non_exhaustive()
    }
}

/// The instant that lies this far ahead; a century at most.
fn from_now(time: Duration) -> Instant {
    after(Instant::now(), time)
}

fn after(moment: Instant, time: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    moment.checked_add(time.min(CENTURY)).unwrap_or(moment)
}

/// Which page of a subscription is polled next.
enum Next {
    First,
    Page(Page),
    Nothing,
}

impl Inner {
    /// One page of a subscription, and which page follows.
    async fn update(&self, page: Option<&Page>) -> (UpdateResult, Option<Page>) {
        let query = Query {
            requests: &[],
            page,
            language: self.language.as_deref(),
        };
        let mut raw = Vec::new();
        let decoded = match self
            .request_until_done(Operation::Updates, &query, None)
            .await
        {
            Ok(response) => self.read(Operation::Updates, response, &mut raw),
            Err(error) => Err(error),
        };
        let (outcome, next) = match decoded {
            Ok((batch, next)) => (Ok(batch), next),
            Err(error) => {
                self.meter.failed();
                self.meter.error(error.kind);
                (Err(error), None)
            }
        };
        (UpdateResult { outcome, raw }, next)
    }

    /// A uniform random number between 0 and 1.
    fn chance(&self) -> f64 {
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .f64()
    }

    /// A unique id: 32 hexadecimal digits.
    fn request_id(&self) -> String {
        let id = self
            .random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .u128(..);
        id.to_ne_bytes()
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
            .collect()
    }
}
