//! Asking a carrier: [`Poll`] builds requests and reads answers; whoever embeds the crate sends
//! them.

use std::time::Duration;

use http::Request;

use super::{Outcome, Page, PollContext, PollResponse, Query, RequestError, Token, TrackRequest};

/// What a feed that can be asked offers. Pure: requests in bytes, answers from bytes.
pub trait Poll: Send + Sync {
    /// How much may be asked at once.
    fn limits(&self) -> PollLimits;

    /// The names under which [`Credentials`] must hold what the feed demands.
    fn credentials(&self) -> &'static [&'static str];

    /// The names of what [`Credentials`] may hold besides.
    fn optional_credentials(&self) -> &'static [&'static str] {
        &[]
    }

    /// Which numbers may stand in one request: those of the same group. One group is the rule.
    fn group(&self, _asked: &TrackRequest) -> u8 {
        0
    }

    /// Builds the request for up to [`PollLimits::max_numbers`] numbers, or for a further page of
    /// an answer.
    ///
    /// # Errors
    /// When a credential is missing, a number cannot be asked about, or there are none or too many
    /// of them.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError>;

    /// Classifies an answer. It reads the body, because many carriers report errors in a 200.
    ///
    /// [`Outcome::Found`] says that [`Adapter::decode`](super::Adapter::decode) has something to
    /// read, which may still say "not found" for single numbers.
    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome;

    /// Where the next page is, if the answer has one.
    fn next_page(&self, _reply: &PollResponse<'_>) -> Option<Page> {
        None
    }

    /// Builds the request for an access token, where the feed wants one.
    ///
    /// # Errors
    /// When a credential is missing.
    fn token_request(
        &self,
        _context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        Ok(None)
    }

    /// Reads the answer to [`Poll::token_request`].
    fn token(&self, _reply: &PollResponse<'_>) -> Option<Token> {
        None
    }
}

/// How much may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollLimits {
    /// Numbers in one request. Zero when the feed is asked for the news of a subscription, not
    /// about numbers.
    pub max_numbers: usize,
    /// The pause that the carrier asks for between two requests of a new account, where documented.
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

    /// A feed that is asked for the news of a subscription.
    #[must_use]
    pub const fn subscription() -> Self {
        Self::numbers(0)
    }
}
