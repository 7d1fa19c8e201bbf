//! Webhooks of carriers: [`Webhook`] verifies the sender over the raw bytes and builds the
//! response.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{DecodeError, PollContext, RequestError};
use crate::model::Proof;

/// The pushing side of a feed. [`receive`](super::receive) verifies and decodes in one step.
///
/// What the built-in schemes prove, by their documentation:
///
/// | feed | proof | sender | body unchanged | fresh | after a failure |
/// |---|---|---|---|---|---|
/// | `fedex.webhook` | `fdx-signature`: Base64 of HMAC-SHA256 over the raw body | yes | yes | no | three more tries; kept seven days for a resend that you start |
/// | `ups.track-alert` | `credential`, or `Authorization: Bearer`: what you gave UPS | knows it | no | no | not documented; a missed call is lost |
/// | `dhl.unified` | `dhl-hook-token`: what you gave DHL | knows it | no | no | again after one hour and six more, then dropped |
/// | `sf.push` | none | no | no | no | sent again until you answer success |
///
/// None of the four sends a time stamp or delivery id with its proof, so none has a replay window:
/// a call that was overheard verifies for ever. A [`ReplayGuard`](super::ReplayGuard) makes up for
/// it on the receiver's side. All four need TLS: two send the secret itself, and the address is all
/// that SF's pushes have. A credential proves nothing of the body, so whoever terminates TLS can
/// change it.
///
/// ```
/// use http::HeaderMap;
/// use parceltrail::Registry;
/// use parceltrail::adapter::{Disposition, WebhookCall, WebhookError};
/// use secrecy::SecretString;
///
/// let registry = Registry::builtin();
/// let webhook = registry.get("fedex.webhook").unwrap().as_webhook().unwrap();
/// let headers = HeaderMap::new();
/// let received = "2026-03-05T12:00:00Z".parse()?;
/// let call = WebhookCall { headers: &headers, body: b"{}", received };
/// let error = webhook.verify(&call, Some(&SecretString::from("sample"))).unwrap_err();
/// assert_eq!(error, WebhookError::MissingProof("fdx-signature"));
/// assert_eq!(webhook.acknowledge(&call, error.disposition()).status(), 401);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub trait Webhook: Send + Sync {
    /// What the scheme protects and what it does not, in one sentence.
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

    /// The exact response that the carrier requires.
    fn acknowledge(&self, call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>>;

    /// The request that completes a subscription, if this call is the carrier's handshake.
    ///
    /// # Errors
    /// When the handshake cannot be decoded, or a credential for the request is missing.
    fn handshake(
        &self,
        _call: &WebhookCall<'_>,
        _context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, HandshakeError> {
        Ok(None)
    }
}

/// A call as it was received. `Debug` shows the names of its headers and the size of its body.
#[derive(Clone, Copy)]
pub struct WebhookCall<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// When it was received.
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
    /// A header's value, if it occurs once and is text.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use parceltrail::adapter::WebhookCall;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("credential", "sample".parse()?);
    /// let received = "2026-03-05T12:00:00Z".parse()?;
    /// let call = WebhookCall { headers: &headers, body: b"", received };
    /// assert_eq!(call.header("credential"), Some("sample"));
    /// headers.append("credential", "another".parse()?);
    /// let call = WebhookCall { headers: &headers, body: b"", received };
    /// assert_eq!(call.header("credential"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value.trim())
    }
}

/// What the receiver did with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disposition {
    /// Verified, decoded and stored.
    Accepted,
    /// The sender could not be verified.
    Unverified,
    /// Older than the time window; sending it again does not help.
    Stale,
    /// It cannot be decoded; sending it again does not help.
    Unreadable,
    /// An error on the receiving side: the carrier should send it again.
    Failed,
}

impl Disposition {
    /// The HTTP status, for carriers that require nothing more specific.
    ///
    /// ```
    /// use parceltrail::adapter::Disposition;
    /// assert_eq!(Disposition::Accepted.status(), 200);
    /// assert_eq!(Disposition::Failed.status(), 503);
    /// ```
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

/// Why a call cannot be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The header that proves the sender is missing.
    #[error("the header {0} is missing or not unique")]
    MissingProof(&'static str),
    /// The proof is wrong.
    #[error("the signature or credential does not match")]
    WrongProof,
    /// The scheme needs a secret and none was configured.
    #[error("no secret is configured for this feed")]
    NoSecret,
    /// The proof is valid, but the time that it covers, or the newest event, lies outside the
    /// window: it may be a replay.
    #[error("the call, or the newest event in it, lies outside the time window")]
    Stale,
    /// The feed does not push: there is no scheme to verify by.
    #[error("this feed does not push")]
    NotPushed,
}

impl WebhookError {
    /// What to report to [`Webhook::acknowledge`]: a missing secret is an error on the receiving
    /// side, so that the carrier sends again once it is configured.
    #[must_use]
    pub const fn disposition(self) -> Disposition {
        match self {
            Self::NoSecret => Disposition::Failed,
            Self::Stale => Disposition::Stale,
            _ => Disposition::Unverified,
        }
    }
}

/// Why a handshake cannot be completed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The call cannot be decoded.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// The request cannot be built.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The call names an address that is not on the carrier's host.
    #[error("the subscription's address is not on the carrier's host")]
    ForeignAddress,
}

/// Compares a shared credential in constant time, whatever was given.
///
/// ```
/// use parceltrail::adapter::{WebhookError, same_secret};
/// use secrecy::SecretString;
///
/// let secret = SecretString::from("sample");
/// assert_eq!(same_secret("sample", &secret), Ok(()));
/// assert_eq!(same_secret("another", &secret), Err(WebhookError::WrongProof));
/// ```
///
/// # Errors
/// When they differ, or the secret is empty, which protects nothing.
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
/// ```
/// use parceltrail::adapter::{WebhookError, verify_hmac_sha256};
/// use secrecy::SecretString;
///
/// let key = SecretString::from("sample");
/// assert_eq!(verify_hmac_sha256(&key, b"body", &[0; 32]), Err(WebhookError::WrongProof));
/// assert_eq!(verify_hmac_sha256(&SecretString::from(""), b"body", &[]), Err(WebhookError::NoSecret));
/// ```
///
/// # Errors
/// When the tag does not match, or the secret is empty, which protects nothing.
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

/// A response with a status, a content type and a body.
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
