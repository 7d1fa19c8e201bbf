//! Being told by a carrier: [`Webhook`] verifies the sender over the raw bytes and says what to
//! answer.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{DecodeError, PollContext, RequestError};
use crate::model::Proof;

/// What a feed that pushes offers. [`receive`](super::receive) does the steps in their order.
///
/// What the built-in schemes prove, by their documentation:
///
/// | feed | proof | sender | body unchanged | fresh | after a failure |
/// |---|---|---|---|---|---|
/// | `fedex.webhook` | `fdx-signature`: Base64 of HMAC-SHA256 over the raw body | yes | yes | no | three more tries; kept seven days for a resend that you start |
/// | `ups.track-alert` | `credential`, or `Authorization: Bearer`: what you gave UPS | knows it | no | no | not documented; what you miss is lost |
/// | `dhl.unified` | `dhl-hook-token`: what you gave DHL | knows it | no | no | again after one hour and six more, then dropped |
/// | `sf.push` | none | no | no | no | sent again until you answer success |
///
/// None of the four sends a time stamp or delivery id with its proof, so none has a replay window:
/// a call that was overheard verifies for ever. A [`ReplayGuard`](super::ReplayGuard) makes up for
/// it on the receiver's side. All four need TLS: two send the secret itself, and the address is all
/// that SF's pushes have. A credential proves nothing of the body, so whoever terminates TLS can
/// change it.
pub trait Webhook: Send + Sync {
    /// What the scheme protects, and what it does not, in a sentence.
    fn protection(&self) -> &'static str;

    /// How much of a call the scheme proves.
    fn proof(&self) -> Proof;

    /// Checks that the carrier sent it: over the raw bytes, in constant time, before anything is
    /// parsed.
    ///
    /// # Errors
    /// When the proof is missing or wrong, or no secret is given for a scheme that needs one.
    fn verify(
        &self,
        call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError>;

    /// The exact answer that the carrier demands.
    fn acknowledge(&self, call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>>;

    /// The request that completes a subscription, if this call is the carrier's question for it.
    ///
    /// # Errors
    /// When the call is such a question but cannot be read, or a credential for the answer is
    /// missing.
    fn handshake(
        &self,
        _call: &WebhookCall<'_>,
        _context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, HandshakeError> {
        Ok(None)
    }
}

/// A call that came in. `Debug` shows the names of its headers and the size of its body.
#[derive(Clone, Copy)]
pub struct WebhookCall<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// When it came.
    pub received: DateTime<Utc>,
}

impl std::fmt::Debug for WebhookCall<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookCall")
            .field("headers", &super::hidden::Names(self.headers))
            .field("body", &super::Size(self.body))
            .field("received", &self.received)
            .finish()
    }
}

impl<'a> WebhookCall<'a> {
    /// A header's value, if it is there once and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value.trim())
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Taken in, and safe on our side.
    Accepted,
    /// The sender could not prove himself.
    Unverified,
    /// It is older than what is taken in; the same bytes will only be older.
    Stale,
    /// It cannot be read; the same bytes will never be.
    Unreadable,
    /// A fault of ours: send it again.
    Failed,
}

impl Disposition {
    /// The HTTP status for schemes that say no more than that.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Accepted => 200,
            Self::Unverified | Self::Stale => 401,
            Self::Unreadable => 400,
            Self::Failed => 503,
        }
    }
}

/// Why a call is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The header that proves the sender is missing.
    #[error("the header {0} is missing or not unique")]
    MissingProof(&'static str),
    /// The proof is wrong.
    #[error("the signature or credential does not match")]
    WrongProof,
    /// The scheme needs a secret and none was given.
    #[error("no secret is configured for this feed")]
    NoSecret,
    /// The proof is right, but the time that it covers, or the newest event, lies outside the
    /// window: it may be a copy.
    #[error("the call, or the newest event in it, lies outside the time window")]
    Stale,
    /// The feed does not push: there is no scheme to verify by.
    #[error("this feed does not push")]
    NotPushed,
}

impl WebhookError {
    /// What to answer: a missing secret is a fault of ours, so that the carrier sends again once it
    /// is there.
    #[must_use]
    pub const fn disposition(self) -> Disposition {
        match self {
            Self::NoSecret => Disposition::Failed,
            Self::Stale => Disposition::Stale,
            _ => Disposition::Unverified,
        }
    }
}

/// Why a handshake cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The call cannot be read.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// The answer cannot be built.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The carrier asks to call an address that is not its own.
    #[error("the subscription's address is not on the carrier's host")]
    ForeignAddress,
}

/// Compares a shared credential in constant time, whatever was given.
///
/// # Errors
/// When it is another, or the secret is empty, which protects nothing.
pub fn same_secret(given: &str, secret: &SecretString) -> Result<(), WebhookError> {
    // Equal keys give equal tags; the comparison of tags takes the same time whatever was given.
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return Err(WebhookError::NoSecret);
    }
    let tag = hmac_sha256(key, key);
    Hmac::<Sha256>::new_from_slice(given.as_bytes())
        .map_err(|_| WebhookError::WrongProof)?
        .chain_update(key)
        .verify_slice(&tag)
        .map_err(|_| WebhookError::WrongProof)
}

/// HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Checks an HMAC-SHA256 tag over the raw bytes in constant time.
///
/// # Errors
/// When the tag is another's, or the secret is empty, which protects nothing.
pub fn verify_hmac_sha256(
    key: &SecretString,
    message: &[u8],
    tag: &[u8],
) -> Result<(), WebhookError> {
    if key.expose_secret().is_empty() {
        return Err(WebhookError::NoSecret);
    }
    Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes())
        .map_err(|_| WebhookError::WrongProof)?
        .chain_update(message)
        .verify_slice(tag)
        .map_err(|_| WebhookError::WrongProof)
}

/// Checks that the time a scheme signs lies within `window` of the receipt, before or after.
///
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use parceltrail::adapter::{WebhookError, within_window};
/// let received: DateTime<Utc> = "2026-03-11T12:00:00Z".parse()?;
/// let window = TimeDelta::minutes(5);
/// assert_eq!(within_window(received - window, received, window), Ok(()));
/// assert_eq!(within_window(received - TimeDelta::minutes(6), received, window), Err(WebhookError::Stale));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`WebhookError::Stale`].
pub fn within_window(
    sent: DateTime<Utc>,
    received: DateTime<Utc>,
    window: TimeDelta,
) -> Result<(), WebhookError> {
    if (received - sent).abs() <= window {
        Ok(())
    } else {
        Err(WebhookError::Stale)
    }
}

/// An answer with a status, a content type and a body.
pub(crate) fn answer(
    status: u16,
    content_type: &'static str,
    body: impl Into<Vec<u8>>,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if !content_type.is_empty() {
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static(content_type),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_is_the_same() {
        let secret = SecretString::from("a-shared-credential");
        assert!(same_secret("a-shared-credential", &secret).is_ok());
        assert_eq!(
            same_secret("", &SecretString::from("")),
            Err(WebhookError::NoSecret),
            "an empty secret protects nothing"
        );
        for wrong in ["", "a-shared-credentiaL", "a-shared-credential "] {
            assert_eq!(same_secret(wrong, &secret), Err(WebhookError::WrongProof));
        }
    }
}
