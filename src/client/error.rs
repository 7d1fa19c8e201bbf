//! What can go wrong when a carrier is asked: [`ClientError`].

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use crate::adapter::Fault;
use crate::model::{FeedId, words};

words! {
    /// What was done when something went wrong.
    Operation {
        /// A question about numbers.
        Track = "track",
        /// The news of a subscription.
        Updates = "updates",
        /// The fetch of an access token.
        Token = "token",
    }
}

words! {
    /// What went wrong.
    ErrorKind {
        /// No connection came about: host, network or proxy.
        Connect = "connect",
        /// The certificate was not accepted, or no encryption was agreed on.
        Tls = "tls",
        /// No answer came in time.
        Timeout = "timeout",
        /// The connection broke before the answer was whole.
        Interrupted = "interrupted",
        /// The answer is larger than allowed, after it was unpacked.
        TooLarge = "too_large",
        /// The answer points to another address. It is not followed, because credentials would go
        /// there.
        Redirected = "redirected",
        /// The request could not be sent at all: a fault of the settings.
        Unsendable = "unsendable",
        /// A passing fault of the carrier's.
        Unavailable = "unavailable",
        /// The carrier asks to come more slowly.
        Throttled = "throttled",
        /// The own quota would make the question wait longer than allowed.
        Quota = "quota",
        /// The host failed too often; it is left alone for a while.
        CircuitOpen = "circuit_open",
        /// The credentials or the token were not accepted.
        Unauthorised = "unauthorised",
        /// The account may not ask this.
        Refused = "refused",
        /// The carrier says that the question is wrong.
        Invalid = "invalid",
        /// The question cannot be put to this feed.
        InvalidRequest = "invalid_request",
        /// The answer cannot be read.
        Undecodable = "undecodable",
    }
}

impl ErrorKind {
    /// The kind in words.
    const fn said(self) -> &'static str {
        match self {
            Self::Connect => "no connection",
            Self::Tls => "the connection cannot be trusted",
            Self::Timeout => "no answer in time",
            Self::Interrupted => "the connection broke",
            Self::TooLarge => "the answer is too large",
            Self::Redirected => "redirected, which is not followed",
            Self::Unsendable => "the request cannot be sent",
            Self::Unavailable => "the carrier is not available",
            Self::Throttled => "the carrier asks to come more slowly",
            Self::Quota => "the quota would keep it waiting too long",
            Self::CircuitOpen => "the host failed too often and is left alone",
            Self::Unauthorised => "the credentials were not accepted",
            Self::Refused => "the account may not ask this",
            Self::Invalid => "the carrier rejects the request as invalid",
            Self::InvalidRequest => "the request cannot be built",
            Self::Undecodable => "the answer cannot be read",
        }
    }
}

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It may, and was not tried: after this long, where known.
    Temporary {
        /// How long to wait.
        after: Option<Duration>,
    },
    /// It was tried as often and as long as the [`RetryPolicy`](super::RetryPolicy) allows. A
    /// caller's own retry loop must not try again at once, or attempts multiply.
    Exhausted {
        /// How long to wait, where the carrier or the breaker told.
        after: Option<Duration>,
    },
    /// It does not.
    Permanent,
}

impl Retry {
    /// How long to wait before it makes sense to ask again, where known.
    #[must_use]
    pub const fn after(self) -> Option<Duration> {
        match self {
            Self::Temporary { after } | Self::Exhausted { after } => after,
            Self::Permanent => None,
        }
    }
}

/// Why a question has no answer.
///
/// `Display` and `Debug` hold no address, token, number or body. [`Error::source`] is kept where it
/// holds none either.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientError {
    /// The feed that was asked.
    pub feed: FeedId,
    /// What was done.
    pub operation: Operation,
    /// What went wrong.
    pub kind: ErrorKind,
    /// The carrier's own code, or the HTTP status, where there is one and it looks like a code.
    pub carrier_code: Option<SmolStr>,
    /// Whether and when to try again.
    pub retry: Retry,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ClientError {
    pub(super) fn new(feed: &FeedId, operation: Operation, kind: ErrorKind, retry: Retry) -> Self {
        Self {
            feed: feed.clone(),
            operation,
            kind,
            carrier_code: None,
            retry,
            source: None,
        }
    }

    pub(super) fn coded(mut self, code: &str) -> Self {
        self.carrier_code = is_code(code).then(|| code.into());
        self
    }

    pub(super) fn faulted(self, fault: &Fault) -> Self {
        self.coded(&fault.code)
    }

    pub(super) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    pub(super) fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Whether trying again may help, now or later.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        !matches!(self.retry, Retry::Permanent)
    }
}

/// Carriers' codes are short; a long run of digits may be a number, blanks are sentences.
fn is_code(text: &str) -> bool {
    let is_word = !text.is_empty()
        && text.len() <= 60
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':'));
    let longest_run = text
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    is_word && longest_run < 8
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.feed, self.operation, self.kind.said())?;
        if let Some(code) = &self.carrier_code {
            write!(f, " ({code})")?;
        }
        match self.retry {
            Retry::Temporary { .. } => f.write_str("; try again")?,
            Retry::Exhausted { .. } => f.write_str("; tried again in vain")?,
            Retry::Permanent => {}
        }
        self.retry.after().map_or(Ok(()), |after| {
            write!(f, ", not before {} s", after.as_millis().div_ceil(1000))
        })
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_code_is_shown() {
        for code in [
            "503",
            "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "250002",
            "A1006",
            "VSS220",
        ] {
            assert!(is_code(code), "{code}");
        }
        for text in [
            "",
            "449000000013",
            "1Z00000003000013",
            "the number is wrong",
            "{\"a\":1}",
            "https://host/a",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn the_sentence_says_feed_operation_kind_code_and_when() {
        let error = ClientError::new(
            &FeedId::from_static("acme.scans"),
            Operation::Track,
            ErrorKind::Throttled,
            Retry::Permanent,
        )
        .coded("429");
        assert_eq!(
            error.to_string(),
            "acme.scans: track: the carrier asks to come more slowly (429)"
        );
        let later = error.with_retry(Retry::Exhausted {
            after: Some(Duration::from_millis(1500)),
        });
        assert!(
            later
                .to_string()
                .ends_with("(429); tried again in vain, not before 2 s")
        );
    }
}
