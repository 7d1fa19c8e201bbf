//! Settings of a client: [`ClientBuilder`], checked before the first request.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::breaker::{BreakerPolicy, BreakerSnapshot, Breakers};
use super::quota::Quota;
use super::rate_limiter::RateLimiter;
use super::retry::RetryPolicy;
use super::stats::Meter;
use super::{BuildError, Client, HttpTransport, Inner, Transport, base_url, environment};
use crate::adapter::{Adapter, Credentials, Poll, PollContext};
use crate::model::FeedId;

/// Wall time, for signatures, dates in `Retry-After` and the day of a quota.
pub(super) type WallClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Settings of a [`Client`]. Limits that are not set follow the carrier's documentation.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::Registry;
/// use parceltrail::adapter::Credentials;
/// use parceltrail::client::{Client, Quota, RetryPolicy};
///
/// let adapter = Registry::builtin().share("dhl.unified").ok_or("no such feed")?;
/// let client = Client::builder(adapter)
///     .with_credentials(Credentials::default().with("api_key", "from-the-developer-portal"))
///     .with_base_url("http://127.0.0.1:8080") // a test server
///     .with_quota(Quota::unlimited().with_per_second(5))
///     .with_retry(RetryPolicy::default().with_budget(Duration::from_secs(30)))
///     .with_language("de")
///     .build()?;
/// assert_eq!(client.feed().as_str(), "dhl.unified");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    adapter: Arc<dyn Adapter>,
    credentials: Credentials,
    from_environment: bool,
    base_url: Option<String>,
    allow_plain_http: bool,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    breaker: BreakerPolicy,
    breaker_snapshot: BreakerSnapshot,
    rate_limiter: Option<RateLimiter>,
    concurrency: Option<usize>,
    language: Option<String>,
    keeps_raw_bodies: bool,
    clock: WallClock,
    seed: Option<u64>,
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("feed", &self.adapter.descriptor().feed)
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    pub(super) fn new(adapter: Arc<dyn Adapter>) -> Self {
        Self {
            adapter,
            credentials: Credentials::default(),
            from_environment: false,
            base_url: None,
            allow_plain_http: false,
            transport: None,
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            breaker_snapshot: BreakerSnapshot::default(),
            rate_limiter: None,
            concurrency: None,
            language: None,
            keeps_raw_bodies: false,
            clock: Arc::new(Utc::now),
            seed: None,
        }
    }

    /// Sets the credentials, by the names in [`Poll::credentials`](crate::Poll::credentials).
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Reads credentials, and the base URL unless one is set, from environment variables: see
    /// [`environment_variable`](super::environment_variable). Values set by
    /// [`ClientBuilder::with_credentials`] take precedence.
    pub fn with_credentials_from_env(mut self) -> Self {
        self.from_environment = true;
        self
    }

    /// Sets a base URL other than the carrier's production one: a sandbox, a region, a test server.
    /// `https`, unless the host is a loopback address.
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Allows a base URL without encryption: for test servers in a closed network.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Sets the transport. One [`HttpTransport`] may serve many clients: clone it.
    pub fn with_transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends through a `reqwest` client of your own: see `From<reqwest::Client>` of
    /// [`HttpTransport`].
    pub fn with_http_client(self, client: reqwest::Client) -> Self {
        self.with_transport(HttpTransport::from(client))
    }

    /// Sets when a request is retried.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets when the circuit of a host opens, and for how long.
    pub fn with_breaker(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = policy;
        self
    }

    /// Restores circuits that an earlier process stored ([`Client::breaker_snapshot`]). A circuit
    /// stays open until the time stored, and for [`BreakerPolicy::reset_timeout`] at most.
    pub fn with_breaker_snapshot(mut self, snapshot: BreakerSnapshot) -> Self {
        self.breaker_snapshot = snapshot;
        self
    }

    /// Sets the quota; without it, what the carrier documents for a new account
    /// ([`Quota::documented`]).
    pub fn with_quota(self, quota: Quota) -> Self {
        self.with_rate_limiter(RateLimiter::new(quota))
    }

    /// Shares a rate limiter with other clients that use the same credential, or goes on with a
    /// restored one ([`RateLimiter::restore`]).
    pub fn with_rate_limiter(mut self, rate_limiter: RateLimiter) -> Self {
        self.rate_limiter = Some(rate_limiter);
        self
    }

    /// Sets how many batches of one [`Client::track`] are in flight at the same time, one at least.
    /// The default is eight, or two where the carrier demands a second or more between requests.
    pub fn with_concurrency(mut self, batches: usize) -> Self {
        self.concurrency = Some(batches.max(1));
        self
    }

    /// Sets the language of texts (`en`, `de`, `zh-CN` …), where the carrier offers it.
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Keeps the response bodies that results were decoded from, as
    /// [`TrackResult::raw`](super::TrackResult::raw) and
    /// [`UpdateResult::raw`](super::UpdateResult::raw). Off by default.
    ///
    /// Nothing is copied: the results of one batch share its bodies. But a body stays in memory,
    /// whole, as long as one of the results that share it, where it would be freed after decoding
    /// otherwise. Bodies hold whatever the carrier sent, personal data included.
    pub fn with_raw_bodies(mut self, keeps_raw_bodies: bool) -> Self {
        self.keeps_raw_bodies = keeps_raw_bodies;
        self
    }

    /// Sets the wall clock. It is read for signatures, dates in `Retry-After`, the time of receipt,
    /// the day of a quota and snapshots; pauses and timeouts follow the runtime's clock.
    pub fn with_clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Seeds request ids and jitter, so that tests are repeatable.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Checks the settings and builds the client. Sends nothing.
    ///
    /// # Errors
    /// When the feed cannot be polled, a credential or the base URL is missing or invalid, or no
    /// HTTP client can be created.
    pub fn build(mut self) -> Result<Client, BuildError> {
        let feed = self.adapter.descriptor().feed.clone();
        let adapter = Arc::clone(&self.adapter);
        let poll = adapter
            .as_poll()
            .ok_or_else(|| BuildError::NotPollable { feed: feed.clone() })?;
        if self.from_environment {
            environment::read(&feed, poll, &mut self.credentials, &mut self.base_url)?;
        }
        self.check_credentials(&feed, poll)?;
        let allow_plain_http = self.allow_plain_http;
        let is_plain = match self.base_url.as_deref() {
            None => false,
            Some(url) => {
                base_url::check(url, allow_plain_http).map_err(|reason| BuildError::BaseUrl {
                    feed: feed.clone(),
                    reason,
                })?
            }
        };
        let has_tokens = self.has_tokens(&feed, poll)?;
        let limits = poll.limits();
        let transport = match self.transport {
            Some(transport) => transport,
            None if is_plain => Arc::new(HttpTransport::plain()?),
            None => Arc::new(HttpTransport::new()?),
        };
        let is_slow = limits
            .pause
            .is_some_and(|pause| pause >= Duration::from_secs(1));
        let breakers = Breakers::restore(self.breaker, &self.breaker_snapshot, (self.clock)());
        Ok(Client(Arc::new(Inner {
            meter: Meter::new(feed.as_str()),
            tokens: has_tokens.then(super::token::Tokens::default),
            max_numbers: limits.max_numbers,
            concurrency: self.concurrency.unwrap_or(if is_slow { 2 } else { 8 }),
            rate_limiter: self
                .rate_limiter
                .unwrap_or_else(|| RateLimiter::new(Quota::documented(limits))),
            breakers,
            random: Mutex::new(
                self.seed
                    .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            ),
            adapter: self.adapter,
            feed,
            credentials: self.credentials,
            base_url: self.base_url,
            language: self.language,
            keeps_raw_bodies: self.keeps_raw_bodies,
            transport,
            retry: self.retry,
            clock: self.clock,
        })))
    }

    fn check_credentials(&self, feed: &FeedId, poll: &dyn Poll) -> Result<(), BuildError> {
        let is_missing = |name: &&'static str| {
            self.credentials
                .get(name)
                .is_none_or(|secret| secret.trim().is_empty())
        };
        let names: Vec<_> = poll
            .credentials()
            .iter()
            .copied()
            .filter(is_missing)
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(BuildError::MissingCredentials {
            feed: feed.clone(),
            names,
        })
    }

    /// Whether the feed uses access tokens; checked by building a request for one.
    fn has_tokens(&self, feed: &FeedId, poll: &dyn Poll) -> Result<bool, BuildError> {
        let context = PollContext {
            now: (self.clock)(),
            request_id: "",
            credentials: &self.credentials,
            token: None,
            base: self.base_url.as_deref(),
        };
        poll.token_request(&context)
            .map(|request| request.is_some())
            .map_err(|source| BuildError::Credentials {
                feed: feed.clone(),
                source,
            })
    }
}
