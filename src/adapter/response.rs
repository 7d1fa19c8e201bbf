//! Responses of carriers: [`PollResponse`] as received, [`Outcome`] as classified.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use smol_str::SmolStr;

/// A response of a carrier. `Debug` shows its status, the names of its headers and the size of its
/// body.
#[derive(Clone, Copy)]
pub struct PollResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    /// When it was received, for `Retry-After` dates.
    pub received: DateTime<Utc>,
}

impl std::fmt::Debug for PollResponse<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollResponse")
            .field("status", &self.status)
            .field("headers", &super::hidden::Names(self.headers))
            .field("body", &super::Size(self.body))
            .field("received", &self.received)
            .finish()
    }
}

impl PollResponse<'_> {
    /// The longest wait that `Retry-After` may demand: a day, after which every documented quota
    /// begins anew.
    pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);

    /// The wait that `Retry-After` demands: seconds, or until a date; at most
    /// [`PollResponse::MAX_RETRY_AFTER`]. A date in the past is no wait.
    ///
    /// ```
    /// use std::time::Duration;
    /// use http::HeaderMap;
    /// use parceltrail::adapter::PollResponse;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("retry-after", "Thu, 05 Mar 2026 12:00:30 GMT".parse()?);
    /// let received = "2026-03-05T12:00:00Z".parse()?;
    /// let response = PollResponse { status: 429, headers: &headers, body: b"", received };
    /// assert_eq!(response.retry_after(), Some(Duration::from_secs(30)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self
            .headers
            .get(http::header::RETRY_AFTER)?
            .to_str()
            .ok()?
            .trim();
        if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
            // More digits than fit are a long time, not none.
            return Some(
                value
                    .parse()
                    .map_or(Self::MAX_RETRY_AFTER, Duration::from_secs)
                    .min(Self::MAX_RETRY_AFTER),
            );
        }
        let at = DateTime::parse_from_rfc2822(value)
            .ok()?
            .with_timezone(&Utc);
        Some(
            at.signed_duration_since(self.received)
                .to_std()
                .unwrap_or_default()
                .min(Self::MAX_RETRY_AFTER),
        )
    }

    /// Whether the body is an HTML page: the response of a proxy, a gateway or a maintenance notice
    /// in the place of the API.
    #[must_use]
    pub fn is_page(&self) -> bool {
        let text = self.body.trim_ascii_start();
        let text = text
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(text)
            .trim_ascii_start();
        let starts =
            |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
        starts(b"<!doctype html") || starts(b"<html")
    }

    /// The outcome by the HTTP status alone, for bodies that state nothing more specific.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use parceltrail::adapter::{Outcome, PollResponse};
    ///
    /// let headers = HeaderMap::new();
    /// let received = "2026-03-05T12:00:00Z".parse()?;
    /// let outcome = |status, body| {
    ///     PollResponse { status, headers: &headers, body, received }.outcome_by_status()
    /// };
    /// assert_eq!(outcome(200, b"{}"), Outcome::Found);
    /// assert_eq!(outcome(401, b""), Outcome::Reauthorise);
    /// assert_eq!(outcome(503, b""), Outcome::RetryAfter(None));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn outcome_by_status(&self) -> Outcome {
        match self.status {
            200..=299 if self.is_page() => Outcome::RetryAfter(self.retry_after()),
            200..=299 => Outcome::Found,
            401 => Outcome::Reauthorise,
            403 | 407 => Outcome::Refused(Fault::status(self.status)),
            404 | 410 => Outcome::NotFound,
            408 | 425 | 429 | 500..=599 => Outcome::RetryAfter(self.retry_after()),
            _ => Outcome::Invalid(Fault::status(self.status)),
        }
    }
}

/// The classification of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// There is something to decode.
    Found,
    /// The carrier does not know the number, or not yet: normal for a new label, no reason to retry
    /// at once.
    NotFound,
    /// Retry: throttled or a temporary error; after this time, where stated.
    RetryAfter(Option<Duration>),
    /// The token or password was rejected: fetch a new token once.
    Reauthorise,
    /// The account lacks the permission. A retry does not help.
    Refused(Fault),
    /// The request is invalid. A retry does not help.
    Invalid(Fault),
}

impl Outcome {
    /// The kind of notice with the same meaning inside a batch.
    pub(crate) fn notice_kind(&self) -> super::NoticeKind {
        use super::NoticeKind;
        match self {
            Self::Found => NoticeKind::CarrierMessage,
            Self::NotFound => NoticeKind::NotFound,
            Self::RetryAfter(_) => NoticeKind::RetryLater,
            Self::Reauthorise => NoticeKind::Reauthorise,
            Self::Refused(_) => NoticeKind::Refused,
            Self::Invalid(_) => NoticeKind::InvalidRequest,
        }
    }
}

/// The carrier's own description of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The carrier's code, or the HTTP status.
    pub code: SmolStr,
    /// Its message.
    pub message: crate::model::FreeText,
}

impl Fault {
    /// A fault by the carrier's code and message.
    #[must_use]
    pub fn new(code: &str, message: &str) -> Self {
        Self {
            code: crate::model::clean(code).into(),
            message: crate::model::FreeText::new(message),
        }
    }

    /// A fault of which only the HTTP status is known.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(&status.to_string(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> PollResponse<'a> {
        PollResponse {
            status: 200,
            headers,
            body,
            received: "2026-03-05T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn retry_after_is_capped_whatever_it_says() {
        let waits = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::RETRY_AFTER, value.parse().unwrap());
            reply(&headers, b"")
                .retry_after()
                .map(|wait| wait.as_secs())
        };
        assert_eq!(waits("7"), Some(7));
        for absurd in [
            "99999999999",
            "99999999999999999999999999",
            "Fri, 01 Jan 9999 00:00:00 GMT",
        ] {
            assert_eq!(waits(absurd), Some(86_400), "{absurd}");
        }
        assert_eq!(waits("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(waits("Thu, 05 Mar 2026 12:00:30 GMT"), Some(30));
        assert_eq!((waits("-5"), waits("soon")), (None, None));
    }

    #[test]
    fn a_page_in_a_200_is_temporary() {
        let headers = HeaderMap::new();
        for body in ["<!DOCTYPE html><p>busy", "\n <HTML>"] {
            assert_eq!(
                reply(&headers, body.as_bytes()).outcome_by_status(),
                Outcome::RetryAfter(None)
            );
        }
        assert_eq!(reply(&headers, b"{}").outcome_by_status(), Outcome::Found);
    }
}
