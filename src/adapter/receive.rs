//! Verification and decoding of webhook calls: [`receive`].

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{Adapter, Batch, DecodeError, Disposition, Payload, WebhookCall, WebhookError};
use crate::model::FeedId;

/// Verifies a call over its raw bytes, and only then decodes it.
///
/// The caller then stores the delivery, and responds with
/// [`Webhook::acknowledge`](super::Webhook::acknowledge): `Accepted` once it is stored, `Failed` if
/// it could not be stored, [`ReceiveError::disposition`] if this is an error. Acknowledging before
/// storing loses the delivery if the process crashes in between. It sends nothing: a subscription's
/// handshake is
/// [`Webhook::handshake`](super::Webhook::handshake).
///
/// ```
/// use http::HeaderMap;
/// use parceltrail::Registry;
/// use parceltrail::adapter::{ReceiveError, Disposition, WebhookCall, WebhookError, receive};
/// use secrecy::SecretString;
///
/// let registry = Registry::builtin();
/// let feed = registry.get("ups.track-alert").unwrap();
/// let secret = SecretString::from("chosen-when-subscribing");
/// let body = br#"{"trackingNumber":"1Z0000000300000017","localActivityDate":"20250312","localActivityTime":"141002",
///   "activityStatus":{"type":"D","code":"FS"}}"#;
/// let mut headers = HeaderMap::new();
/// let received = "2025-03-12T18:11:00Z".parse()?;
///
/// let refusal = receive(feed, &WebhookCall { headers: &headers, body, received }, Some(&secret)).unwrap_err();
/// assert_eq!((&refusal, refusal.disposition()), (&ReceiveError::Unverified(WebhookError::MissingProof("credential")), Disposition::Unverified));
///
/// headers.insert("credential", "chosen-when-subscribing".parse()?);
/// let call = WebhookCall { headers: &headers, body, received };
/// let delivery = receive(feed, &call, Some(&secret))?;
/// assert_eq!(delivery.batch.shipments.len(), 1);
/// // Store it, then:
/// let response = feed.as_webhook().unwrap().acknowledge(&call, Disposition::Accepted);
/// assert_eq!(response.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the call cannot be verified, or the body cannot be decoded.
pub fn receive(
    adapter: &dyn Adapter,
    call: &WebhookCall<'_>,
    secret: Option<&SecretString>,
) -> Result<WebhookDelivery, ReceiveError> {
    let webhook = adapter.as_webhook().ok_or(WebhookError::NotPushed)?;
    webhook.verify(call, secret)?;
    let mut batch = adapter.decode(Payload::new(call.body, call.received))?;
    for shipment in &mut batch.shipments {
        shipment.proof = webhook.proof();
    }
    let events = batch.shipments.iter().flat_map(|shipment| &shipment.events);
    let newest = events.map(|event| event.time.latest()).max();
    let fingerprint = Fingerprint::of(&adapter.descriptor().feed, call.body);
    Ok(WebhookDelivery {
        batch,
        fingerprint,
        newest,
        received: call.received,
    })
}

/// A call that was verified and decoded.
///
/// ```
/// use parceltrail::Registry;
/// use parceltrail::adapter::{Fingerprint, WebhookCall, receive};
///
/// let registry = Registry::builtin();
/// let headers = http::HeaderMap::new();
/// let body = br#"{"Body":{"WaybillRoute":{"mailno":"SF1000000000017","acceptTime":"2026-03-01 10:00:00","opCode":"50"}}}"#;
/// let call = WebhookCall { headers: &headers, body, received: "2026-03-01T03:00:00Z".parse()? };
/// let delivery = receive(registry.get("sf.push").unwrap(), &call, None)?;
/// assert_eq!(delivery.newest, Some("2026-03-01T02:00:00Z".parse()?));
/// // A key for a database that several machines share:
/// let key = delivery.fingerprint.to_string();
/// assert_eq!(key.parse::<Fingerprint>()?, delivery.fingerprint);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// What it reports.
    pub batch: Batch,
    /// Equal for equal bytes of one feed, whenever they are received.
    pub fingerprint: Fingerprint,
    /// The latest moment that its newest event may have happened; absent without events.
    pub newest: Option<DateTime<Utc>>,
    /// When it was received.
    pub received: DateTime<Utc>,
}

/// A digest (SHA-256) of a feed and the bytes that it sent. Several machines that share a store of
/// these recognise each other's repeats. As text and in serde it is 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(feed: &FeedId, body: &[u8]) -> Self {
        // A feed's id holds no zero byte, so that the two cannot run into each other.
        Self(
            Sha256::new()
                .chain_update(feed.as_str())
                .chain_update([0])
                .chain_update(body)
                .finalize()
                .into(),
        )
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a text is not a [`Fingerprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hexadecimal digits")]
#[non_exhaustive]
pub struct FingerprintError;

impl std::str::FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(FingerprintError);
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(FingerprintError);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = (digit(*high)? << 4 | digit(*low)?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'_, str>>::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// Why a call was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It cannot be verified.
    #[error(transparent)]
    Unverified(#[from] WebhookError),
    /// It cannot be decoded.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
}

impl ReceiveError {
    /// What to report to [`Webhook::acknowledge`](super::Webhook::acknowledge).
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Unverified(error) => error.disposition(),
            Self::Unreadable(_) => Disposition::Unreadable,
        }
    }
}
