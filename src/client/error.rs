//! Errors of requests: [`ClientError`].

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use crate::adapter::Fault;
use crate::model::{FeedId, words};

words! {
    /// The operation that failed.
    Operation {
        /// Tracking of numbers.
        Track = "track",
        /// The updates of a subscription.
        Updates = "updates",
        /// The fetch of an access token.
        Token = "token",
    }
}

words! {
    /// The kind of error.
    ErrorKind {
        /// No connection: host, network or proxy.
        Connect = "connect",
        /// The TLS handshake failed: certificate or protocol.
        Tls = "tls",
        /// No response in time.
        Timeout = "timeout",
        /// The connection closed before the response was complete.
        Interrupted = "interrupted",
        /// The response is larger than allowed, after decompression.
        TooLarge = "too_large",
        /// The response redirects. Redirects are not followed, because credentials would be sent
        /// there.
        Redirected = "redirected",
        /// The request cannot be sent: an error in the settings.
        Unsendable = "unsendable",
        /// A temporary error of the carrier.
        Unavailable = "unavailable",
        /// The carrier throttles (429).
        Throttled = "throttled",
        /// The client's quota would make the request wait longer than
        /// [`Quota::max_wait`](super::Quota::max_wait).
        Quota = "quota",
        /// The circuit is open after repeated failures of the host.
        CircuitOpen = "circuit_open",
        /// The carrier rejects the credentials or the token.
        Unauthorised = "unauthorised",
        /// The account lacks the permission.
        Refused = "refused",
        /// The carrier rejects the request as invalid.
        Invalid = "invalid",
        /// The request cannot be built for this feed.
        InvalidRequest = "invalid_request",
        /// The response cannot be decoded.
        Undecodable = "undecodable",
    }
}

impl ErrorKind {
    /// The message of `Display`.
    const fn message(self) -> &'static str {
        match self {
            Self::Connect => "no connection",
            Self::Tls => "TLS handshake failed",
            Self::Timeout => "timed out",
            Self::Interrupted => "connection closed before the response was complete",
            Self::TooLarge => "response too large",
            Self::Redirected => "redirect not followed",
            Self::Unsendable => "the request cannot be sent",
            Self::Unavailable => "carrier unavailable",
            Self::Throttled => "throttled by the carrier",
            Self::Quota => "quota exceeded: the wait would be too long",
            Self::CircuitOpen => "circuit open after repeated failures",
            Self::Unauthorised => "credentials or token rejected",
            Self::Refused => "permission denied",
            Self::Invalid => "request rejected as invalid",
            Self::InvalidRequest => "the request cannot be built",
            Self::Undecodable => "response cannot be decoded",
        }
    }
}

/// Whether a retry may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// It may, and was not tried: after this time, where known.
    Temporary {
        /// How long to wait.
        after: Option<Duration>,
    },
    /// The client retried as often and as long as the [`RetryPolicy`](super::RetryPolicy) allows. A
    /// caller's own retry loop must not retry at once, or attempts multiply.
    Exhausted {
        /// How long to wait, where the carrier or the circuit breaker states it.
        after: Option<Duration>,
    },
    /// A retry does not help.
    Permanent,
}

impl Retry {
    /// How long to wait before a retry, where known.
    #[must_use]
    pub const fn after(self) -> Option<Duration> {
        match self {
            Self::Temporary { after } | Self::Exhausted { after } => after,
            Self::Permanent => None,
        }
    }
}

/// Why a request has no result.
///
/// `Display` and `Debug` hold no address, token, number or body. [`Error::source`] is kept where it
/// holds none either.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientError {
    /// The feed.
    pub feed: FeedId,
    /// The operation.
    pub operation: Operation,
    /// The kind of error.
    pub kind: ErrorKind,
    /// The carrier's own code, or the HTTP status, where there is one and it looks like a code.
    pub carrier_code: Option<SmolStr>,
    /// Whether and when to retry.
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

    pub(super) fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    pub(super) fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Whether a retry may help, now or later.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        !matches!(self.retry, Retry::Permanent)
    }
}

/// Carriers' codes are short; a long run of digits may be a number, text with blanks a sentence.
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
        write!(
            f,
            "{}: {}: {}",
            self.feed,
            self.operation,
            self.kind.message()
        )?;
        if let Some(code) = &self.carrier_code {
            write!(f, " ({code})")?;
        }
        match self.retry {
            Retry::Temporary { .. } => f.write_str("; retry")?,
            Retry::Exhausted { .. } => f.write_str("; retries exhausted")?,
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
    fn the_message_names_feed_operation_kind_code_and_when() {
        let error = ClientError::new(
            &FeedId::from_static("acme.scans"),
            Operation::Track,
            ErrorKind::Throttled,
            Retry::Permanent,
        )
        .coded("429");
        assert_eq!(
            error.to_string(),
            "acme.scans: track: throttled by the carrier (429)"
        );
        let later = error.with_retry(Retry::Exhausted {
            after: Some(Duration::from_millis(1500)),
        });
        assert!(
            later
                .to_string()
                .ends_with("(429); retries exhausted, not before 2 s")
        );
    }
}
