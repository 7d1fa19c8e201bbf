//! How a client comes about: [`ClientBuilder`], checked before the first call.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::Uri;

use super::breaker::{BreakerPolicy, Breakers};
use super::environment::{self, EnvironmentError};
use super::quota::{Quota, RateLimiter};
use super::retry::RetryPolicy;
use super::stats::Meter;
use super::{Client, HttpTransport, Inner, Transport};
use crate::adapter::{Adapter, Credentials, PollContext, RequestError};
use crate::model::FeedId;

/// Wall time, for signatures, dates in `Retry-After` and the day of a quota.
pub(super) type WallClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The feed cannot be asked.
    #[error("{feed} cannot be asked: it only pushes, or is read from files")]
    NotAsked {
        /// The feed.
        feed: FeedId,
    },
    /// Credentials that the feed demands were not given, or are empty.
    #[error("{feed}: missing credentials: {}", .names.join(", "))]
    MissingCredentials {
        /// The feed.
        feed: FeedId,
        /// Their names, as in [`Poll::credentials`](crate::Poll::credentials).
        names: Vec<&'static str>,
    },
    /// Environment variables are not there, empty, or no text.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The credentials cannot be put into a request.
    #[error("{feed}: {source}")]
    Credentials {
        /// The feed.
        feed: FeedId,
        /// Why.
        source: RequestError,
    },
    /// The base address is none, or would carry credentials unencrypted.
    #[error("{feed}: the base address: {reason}")]
    Base {
        /// The feed.
        feed: FeedId,
        /// Why.
        reason: &'static str,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Settings of a [`Client`]. What is not set follows what the adapter documents.
#[must_use]
pub struct ClientBuilder {
    adapter: Arc<dyn Adapter>,
    credentials: Credentials,
    from_environment: bool,
    base: Option<String>,
    allow_plain_http: bool,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    breaker: BreakerPolicy,
    rate_limiter: Option<RateLimiter>,
    concurrency: Option<usize>,
    language: Option<String>,
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
            base: None,
            allow_plain_http: false,
            transport: None,
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            rate_limiter: None,
            concurrency: None,
            language: None,
            clock: Arc::new(Utc::now),
            seed: None,
        }
    }

    /// Sets the credentials, by the names that [`Poll::credentials`](crate::Poll::credentials)
    /// lists.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Takes credentials, and the base address unless one is set, from environment variables: see
    /// [`environment_variable`](super::environment_variable). What was set by
    /// [`ClientBuilder::credentials`] stays.
    pub fn credentials_from_env(mut self) -> Self {
        self.from_environment = true;
        self
    }

    /// Sets another host than the carrier's production one: a sandbox, a region. `https`, unless
    /// the host is this machine.
    pub fn base(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// Allows a base address without encryption: for test servers in a closed network.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Sends through this transport. One [`HttpTransport`] may serve many clients: clone it.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends through a `reqwest` client of your own: see [`HttpTransport`]'s `From`.
    pub fn http(self, client: reqwest::Client) -> Self {
        self.transport(HttpTransport::from(client))
    }

    /// Sets when to try again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets when a host is left alone.
    pub fn breaker(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = policy;
        self
    }

    /// Sets the quota; without it, what the carrier documents for a new account
    /// ([`Quota::documented`]).
    pub fn quota(self, quota: Quota) -> Self {
        self.rate_limiter(RateLimiter::new(quota))
    }

    /// Shares a quota with other clients that use the same credential.
    pub fn rate_limiter(mut self, rate_limiter: RateLimiter) -> Self {
        self.rate_limiter = Some(rate_limiter);
        self
    }

    /// How many batches of one [`Client::track`] are under way at the same time. Eight, or two
    /// where the carrier wants a second or more between requests.
    pub fn concurrency(mut self, batches: usize) -> Self {
        self.concurrency = Some(batches.max(1));
        self
    }

    /// Sets the language of texts (`en`, `de`, `zh-CN` …), where the carrier offers it.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Sets the wall clock. It is read for signatures, dates in `Retry-After`, the time of receipt,
    /// and the day of a quota; pauses and timeouts follow the runtime's clock.
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes request ids and jitter repeatable: for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// When the feed cannot be asked, a credential or the base address is missing or unfit, or no
    /// HTTP client can be made.
    pub fn build(mut self) -> Result<Client, BuildError> {
        let feed = self.adapter.descriptor().feed.clone();
        let adapter = Arc::clone(&self.adapter);
        let poll = adapter
            .as_poll()
            .ok_or_else(|| BuildError::NotAsked { feed: feed.clone() })?;
        if self.from_environment {
            environment::read(&feed, poll, &mut self.credentials, &mut self.base)?;
        }
        let is_missing = |name: &&'static str| {
            self.credentials
                .get(name)
                .is_none_or(|secret| secret.trim().is_empty())
        };
        let names: Vec<_> = poll
            .credentials()
            .iter()
            .copied()
            .filter(|name| is_missing(name))
            .collect();
        if !names.is_empty() {
            return Err(BuildError::MissingCredentials { feed, names });
        }
        let is_plain = self
            .base
            .as_deref()
            .map_or(Ok(false), |base| check_base(base, self.allow_plain_http));
        let is_plain = is_plain.map_err(|reason| BuildError::Base {
            feed: feed.clone(),
            reason,
        })?;
        let context = PollContext {
            now: (self.clock)(),
            request_id: "",
            credentials: &self.credentials,
            token: None,
            base: self.base.as_deref(),
        };
        let token_request =
            poll.token_request(&context)
                .map_err(|source| BuildError::Credentials {
                    feed: feed.clone(),
                    source,
                })?;
        let limits = poll.limits();
        let transport = match self.transport {
            Some(transport) => transport,
            None if is_plain => Arc::new(HttpTransport::plain()?),
            None => Arc::new(HttpTransport::new()?),
        };
        let is_slow = limits
            .pause
            .is_some_and(|pause| pause >= Duration::from_secs(1));
        Ok(Client(Arc::new(Inner {
            meter: Meter::new(feed.as_str()),
            tokens: token_request.map(|_| super::token::Tokens::default()),
            numbers: limits.max_numbers,
            concurrency: self.concurrency.unwrap_or(if is_slow { 2 } else { 8 }),
            rate_limiter: self
                .rate_limiter
                .unwrap_or_else(|| RateLimiter::new(Quota::documented(limits))),
            breakers: Breakers::new(self.breaker),
            random: Mutex::new(
                self.seed
                    .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            ),
            adapter: self.adapter,
            feed,
            credentials: self.credentials,
            base: self.base,
            language: self.language,
            transport,
            retry: self.retry,
            clock: self.clock,
        })))
    }
}

/// Whether a base address is unencrypted, or why it cannot be used.
fn check_base(base: &str, allow_plain_http: bool) -> Result<bool, &'static str> {
    let uri: Uri = base.parse().map_err(|_| "not an address")?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err("without https:// and a host");
    };
    if uri.query().is_some()
        || uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err("with a query, or a user in it");
    }
    let is_here = matches!(host, "localhost" | "[::1]")
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => Ok(false),
        "http" if is_here || allow_plain_http => Ok(true),
        "http" => {
            Err("without encryption, which credentials need (allow_plain_http for test servers)")
        }
        _ => Err("neither https nor http"),
    }
}
