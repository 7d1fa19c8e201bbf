//! Taking in what a carrier pushes, each step in its order: [`receive`].

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{Adapter, Batch, DecodeError, Disposition, Payload, WebhookCall, WebhookError};
use crate::model::FeedId;

/// Verifies a call over its raw bytes, and only then reads it.
///
/// The caller then keeps what the delivery says, and answers with
/// [`Webhook::acknowledge`](super::Webhook::acknowledge): `Accepted` once it is safe, `Failed` if
/// it could not be kept, [`ReceiveError::verdict`] if this is an error. Acknowledging before
/// keeping loses what a crash comes between. It never sends anything: a subscription's handshake is
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
/// // Keep it, then:
/// let answer = feed.as_webhook().unwrap().acknowledge(&call, Disposition::Accepted);
/// assert_eq!(answer.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the sender could not prove himself, or no event can be read from the body.
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

/// A call that was verified and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// What it says.
    pub batch: Batch,
    /// The same for the same bytes from the same feed, whenever they come.
    pub fingerprint: Fingerprint,
    /// The latest moment that its newest event may have happened; absent without events.
    pub newest: Option<DateTime<Utc>>,
    /// When it came.
    pub received: DateTime<Utc>,
}

/// A digest (SHA-256) of a feed and the bytes that it sent. Several machines that share a store of
/// these recognise each other's repeats.
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

/// Why a call was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It is not believed.
    #[error(transparent)]
    Unverified(#[from] WebhookError),
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
}

impl ReceiveError {
    /// What to answer.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Unverified(error) => error.disposition(),
            Self::Unreadable(_) => Disposition::Unreadable,
        }
    }
}
