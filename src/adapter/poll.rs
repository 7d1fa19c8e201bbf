//! Polling a carrier: [`Poll`] builds requests and classifies responses; the application sends
//! them.

use std::time::Duration;

use http::Request;

use super::{Outcome, Page, PollContext, PollResponse, Query, RequestError, Token, TrackRequest};

/// The polling side of a feed. Pure: it builds requests and reads responses, and sends nothing.
/// `client::Client` (feature `client`) does the sending; here it is by hand:
///
/// ```
/// use http::HeaderMap;
/// use parceltrail::adapter::{
///     Credentials, Outcome, PollContext, PollResponse, Query, TrackRequest,
/// };
/// use parceltrail::{Registry, TrackingNumber};
///
/// let registry = Registry::builtin();
/// let feed = registry.get("dhl.unified").ok_or("no such feed")?;
/// let poll = feed.as_poll().ok_or("the feed cannot be polled")?;
///
/// let credentials = Credentials::default().with("api_key", "from-the-developer-portal");
/// let now = "2026-03-05T12:00:00Z".parse()?;
/// let context = PollContext {
///     now,
///     request_id: "1",
///     credentials: &credentials,
///     token: None,
///     base: None,
/// };
/// let requests = [TrackRequest::new(TrackingNumber::new("7100000042"))];
/// let request = poll.request(&Query::new(&requests), &context)?;
/// assert_eq!(request.uri().host(), Some("api-eu.dhl.com"));
///
/// // Send it with any HTTP client, then classify the response:
/// let headers = HeaderMap::new();
/// let response = PollResponse { status: 404, headers: &headers, body: b"{}", received: now };
/// assert_eq!(poll.outcome(&response), Outcome::NotFound);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Poll: Send + Sync {
    /// Limits on requests, as the carrier documents them.
    fn limits(&self) -> PollLimits;

    /// The names of the credentials that [`Credentials`](super::Credentials) must hold.
    fn credentials(&self) -> &'static [&'static str];

    /// The names of the credentials that [`Credentials`](super::Credentials) may hold besides.
    fn optional_credentials(&self) -> &'static [&'static str] {
        &[]
    }

    /// The group of a request: one HTTP request holds requests of one group only. Most feeds have
    /// one group.
    fn group(&self, _asked: &TrackRequest) -> u8 {
        0
    }

    /// Builds the request for up to [`PollLimits::max_numbers`] numbers, or for a further page of
    /// a result.
    ///
    /// # Errors
    /// When a credential is missing, a number cannot be put into a request, or there are none or
    /// too many of them.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError>;

    /// Classifies a response. It reads the body, because many carriers report errors in a 200.
    ///
    /// [`Outcome::Found`] means that [`Adapter::decode`](super::Adapter::decode) can read it, which
    /// may still report "not found" for single numbers.
    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome;

    /// The next page, if the response names one.
    fn next_page(&self, _reply: &PollResponse<'_>) -> Option<Page> {
        None
    }

    /// Builds the request for an access token, where the feed uses one.
    ///
    /// # Errors
    /// When a credential is missing.
    fn token_request(
        &self,
        _context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        Ok(None)
    }

    /// Reads the response to [`Poll::token_request`].
    fn token(&self, _reply: &PollResponse<'_>) -> Option<Token> {
        None
    }
}

/// Limits on requests, as the carrier documents them.
///
/// ```
/// use std::time::Duration;
/// use parceltrail::adapter::PollLimits;
///
/// let limits = PollLimits::numbers(30).with_pause(Duration::from_secs(5)).with_per_day(250);
/// assert_eq!((limits.max_numbers, limits.per_day), (30, Some(250)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollLimits {
    /// Numbers of one request. Zero when the feed is polled for the updates of a subscription.
    pub max_numbers: usize,
    /// The minimum time between two requests of a new account, where documented.
    pub pause: Option<Duration>,
    /// Requests a day of a new account, where documented.
    pub per_day: Option<u32>,
}

impl PollLimits {
    /// A limit on numbers alone.
    #[must_use]
    pub const fn numbers(max_numbers: usize) -> Self {
        Self {
            max_numbers,
            pause: None,
            per_day: None,
        }
    }

    /// A feed that is polled for the updates of a subscription.
    #[must_use]
    pub const fn subscription() -> Self {
        Self::numbers(0)
    }

    /// Sets the minimum time between two requests.
    #[must_use]
    pub const fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// Sets the requests a day.
    #[must_use]
    pub const fn with_per_day(mut self, requests: u32) -> Self {
        self.per_day = Some(requests);
        self
    }
}
