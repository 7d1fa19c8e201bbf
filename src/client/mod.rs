//! Asking carriers over HTTP: [`Client`], one for each feed and credential. Behind the feature
//! `client`, which is on by default.
//!
//! The client awaits; everything else (requests, outcomes, decoding) is the adapter's, so one
//! client serves every feed that implements [`Poll`](crate::Poll).
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
//! let client = Client::builder(adapter).credentials_from_env().build()?;
//! let numbers = ["449000000013", "960000000000034"].map(|number| TrackRequest::new(TrackingNumber::new(number)));
//! let mut answers = std::pin::pin!(client.track(numbers));
//! while let Some(answer) = answers.next().await {
//!     match answer.outcome {
//!         Ok(told) => println!("{} shipments", told.shipments().len()),
//!         Err(error) => eprintln!("{error}"),
//!     }
//! }
//! println!("{:?}", client.stats());
//! # Ok(())
//! # }
//! ```
//!
//! | concern | where |
//! |---|---|
//! | another HTTP stack, a proxy, own certificates | [`Transport`], [`HttpTransport`] |
//! | when to try again | [`RetryPolicy`] |
//! | how much may be asked, and who shares it | [`Quota`], [`RateLimiter`] |
//! | hosts that are down | [`BreakerPolicy`] |
//! | what went wrong, and when to try again | [`ClientError`] |
//! | what was done | [`Stats`], the `metrics` facade, `tracing` spans `parceltrail.request` |
//!
//! Nothing is spawned: dropping a stream or future ends all that belongs to it, pauses included.
//! Tokens are fetched once however many callers wait, renewed before they end, and once more when
//! the carrier does not accept one.

mod breaker;
mod builder;
mod environment;
mod error;
mod http;
mod pace;
mod quota;
mod retry;
mod run;
mod send;
mod sort;
mod stats;
mod token;
mod track_result;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::ready;
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt as _};
use tokio::time::Instant;

pub use breaker::BreakerPolicy;
pub use builder::{BuildError, ClientBuilder};
pub use environment::{EnvironmentError, environment_variable};
pub use error::{ClientError, ErrorKind, Operation, Retry};
pub use http::HttpTransport;
pub use quota::{Quota, RateLimiter};
pub use retry::RetryPolicy;
use run::Run;
pub use stats::Stats;
pub use track_result::{TrackOutcome, TrackResult};
pub use transport::{Transport, TransportError};

use crate::adapter::{Adapter, Batch, Credentials, Page, Query, TrackRequest};
use crate::model::FeedId;

/// Asks one feed with one credential. Cheap to clone; clones share tokens, quota and breaker.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    adapter: Arc<dyn Adapter>,
    feed: FeedId,
    credentials: Credentials,
    base: Option<String>,
    language: Option<String>,
    transport: Arc<dyn Transport>,
    retry: RetryPolicy,
    rate_limiter: RateLimiter,
    breakers: breaker::Breakers,
    tokens: Option<token::Tokens>,
    /// The most numbers of one request.
    numbers: usize,
    concurrency: usize,
    clock: builder::WallClock,
    random: Mutex<fastrand::Rng>,
    meter: stats::Meter,
}

impl Client {
    /// Settings for a client of this adapter's feed.
    pub fn builder(adapter: Arc<dyn Adapter>) -> ClientBuilder {
        ClientBuilder::new(adapter)
    }

    /// The feed that is asked.
    #[must_use]
    pub fn feed(&self) -> &FeedId {
        &self.0.feed
    }

    /// Asks about numbers, in batches of what the carrier allows. Each number gets one
    /// [`TrackResult`] as soon as it is known, in no order; the iterator is read only as far as
    /// there is room.
    ///
    /// A number given twice within one batch is asked and answered once. A batch that fails for a
    /// reason that may be one number's fault is divided until that number stands alone: with one
    /// bad number among *n* that costs about 2·log₂(*n*) requests more.
    pub fn track<I>(&self, numbers: I) -> impl Stream<Item = TrackResult> + Send + use<I>
    where
        I: IntoIterator<Item = TrackRequest>,
        I::IntoIter: Send,
    {
        let client = Arc::clone(&self.0);
        let mut batches = Batches {
            client: Arc::clone(&client),
            numbers: numbers.into_iter(),
            put_back: Vec::new(),
        };
        let mut under_way = FuturesUnordered::new();
        let mut ready = Vec::new().into_iter();
        stream::poll_fn(move |context| {
            loop {
                if let Some(answer) = ready.next() {
                    return Poll::Ready(Some(answer));
                }
                while under_way.len() < client.concurrency
                    && let Some(batch) = batches.next()
                {
                    under_way.push(Run::new(Arc::clone(&client), batch).advance());
                }
                let Some((answers, rest)) = ready!(under_way.poll_next_unpin(context)) else {
                    return Poll::Ready(None);
                };
                ready = answers.into_iter();
                under_way.extend(rest.map(Run::advance));
            }
        })
    }

    /// Asks about one number.
    ///
    /// # Errors
    /// When there is no answer: [`ClientError`] says why, and when to try again.
    pub async fn fetch(&self, asked: &TrackRequest) -> Result<TrackOutcome, ClientError> {
        let mut run = Some(Run::new(Arc::clone(&self.0), vec![asked.clone()]));
        while let Some(going) = run.take() {
            let (answers, rest) = going.advance().await;
            if let Some(answer) = answers.into_iter().find(|answer| answer.request.is_some()) {
                return answer.outcome;
            }
            run = rest;
        }
        Ok(TrackOutcome::Missing(Vec::new()))
    }

    /// Asks for the news of a subscription (feeds whose
    /// [`PollLimits::max_numbers`](crate::adapter::PollLimits::max_numbers) is zero), page by page
    /// until there is no more. An error ends the stream. Some carriers send nothing twice: store
    /// each batch before asking for the next.
    pub fn updates(&self) -> impl Stream<Item = Result<Batch, ClientError>> + Send + use<> {
        stream::unfold(
            (Arc::clone(&self.0), Next::First),
            |(client, next)| async move {
                let page = match next {
                    Next::First => None,
                    Next::Page(page) => Some(page),
                    Next::Nothing => return None,
                };
                let told = client.update(page.as_ref()).await;
                let (told, next) = match told {
                    Ok((batch, Some(next))) if page.as_ref() != Some(&next) => {
                        (Ok(batch), Next::Page(next))
                    }
                    Ok((batch, _)) => (Ok(batch), Next::Nothing),
                    Err(error) => (Err(error), Next::Nothing),
                };
                Some((told, (client, next)))
            },
        )
    }

    /// What was done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.meter.stats()
    }

    /// What is left of the quota, to be shared with another client of the same credential.
    #[must_use]
    pub fn rate_limiter(&self) -> RateLimiter {
        self.0.rate_limiter.clone()
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

/// That far from now on the runtime's clock; what is beyond all clocks is a century.
fn from_now(time: Duration) -> Instant {
    after(Instant::now(), time)
}

fn after(moment: Instant, time: Duration) -> Instant {
    moment
        .checked_add(time)
        .unwrap_or_else(|| moment + Duration::from_secs(100 * 365 * 86_400))
}

enum Next {
    First,
    Page(Page),
    Nothing,
}

impl Inner {
    async fn update(&self, page: Option<&Page>) -> Result<(Batch, Option<Page>), ClientError> {
        let query = Query {
            requests: &[],
            page,
            language: self.language.as_deref(),
        };
        let told = match self.ask(Operation::Updates, &query, None).await {
            Ok(answered) => self.read(Operation::Updates, &answered),
            Err(error) => Err(error),
        };
        told.inspect_err(|error| {
            self.meter.failed();
            self.meter.error(error.kind);
        })
    }

    /// Evenly spread between 0 and 1.
    fn chance(&self) -> f64 {
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .f64()
    }

    /// 32 hexadecimal digits that no other request has.
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

/// Numbers in batches that one request can hold.
struct Batches<I> {
    client: Arc<Inner>,
    numbers: I,
    /// Numbers that did not go with the last batch.
    put_back: Vec<TrackRequest>,
}

impl<I: Iterator<Item = TrackRequest>> Iterator for Batches<I> {
    type Item = Vec<TrackRequest>;

    fn next(&mut self) -> Option<Vec<TrackRequest>> {
        let most = self.client.numbers.max(1);
        let group = |asked: &TrackRequest| {
            self.client
                .adapter
                .as_poll()
                .map_or(0, |poll| poll.group(asked))
        };
        let mut batch: Vec<TrackRequest> = Vec::new();
        let mut kept = Vec::new();
        let mut before = std::mem::take(&mut self.put_back).into_iter();
        // What does not fit is kept for the next batches, but no more of it than fills one.
        while batch.len() < most && kept.len() < most {
            let Some(asked) = before.next().or_else(|| self.numbers.next()) else {
                break;
            };
            if batch.contains(&asked) {
                continue;
            }
            let fits = batch
                .first()
                .is_none_or(|first| group(first) == group(&asked))
                && batch.iter().all(|other| other.number != asked.number);
            if fits {
                batch.push(asked)
            } else {
                kept.push(asked)
            }
        }
        kept.extend(before);
        self.put_back = kept;
        (!batch.is_empty()).then_some(batch)
    }
}
