//! What a carrier offers as proof of a delivery: [`ProofOfDelivery`].

use serde::{Deserialize, Serializer};

use super::disclose::{Disclose, Fields, hidden_by_default};
use super::words::words;
use super::{EventTime, Personal};

words! {
    /// What a proof of delivery consists of.
    ProofKind {
        /// The recipient's signature.
        Signature = "signature",
        /// A photo of the parcel where it was left.
        Photo = "photo",
        /// A document of the carrier: a letter, a delivery note.
        Document = "document",
        /// The position of the courier's device.
        Gps = "gps",
        /// A code that the recipient named.
        Pin = "pin",
    }
}

/// Proof of a delivery that the carrier has: what it is, and where to get it.
///
/// Its address and reference open personal data (a signature, a front door), so `Debug` and JSON
/// hide them; see [`WithPersonalData`](super::WithPersonalData).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub struct ProofOfDelivery {
    /// What it is.
    pub kind: ProofKind,
    /// Where it can be fetched, usually with the account's credentials.
    #[serde(default)]
    pub url: Option<Personal>,
    /// The carrier's own reference of it, by which its document interface is asked.
    #[serde(default)]
    pub reference: Option<Personal>,
    /// Whether the payload itself holds it (an image in base64). The image is not kept.
    #[serde(default)]
    pub in_payload: bool,
    /// Until when it can be fetched, where the carrier says so.
    #[serde(default)]
    pub until: Option<EventTime>,
}

impl ProofOfDelivery {
    /// Proof of a kind, of which nothing more is known than that the carrier has it.
    #[must_use]
    pub const fn new(kind: ProofKind) -> Self {
        Self {
            kind,
            url: None,
            reference: None,
            in_payload: false,
            until: None,
        }
    }

    /// Says where it can be fetched.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<Option<Personal>>) -> Self {
        self.url = url.into();
        self
    }

    /// Names the carrier's reference of it.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<Option<Personal>>) -> Self {
        self.reference = reference.into();
        self
    }

    /// Says that the payload holds it.
    #[must_use]
    pub const fn in_payload(mut self) -> Self {
        self.in_payload = true;
        self
    }

    /// Says until when it can be fetched.
    #[must_use]
    pub fn with_until(mut self, until: impl Into<Option<EventTime>>) -> Self {
        self.until = until.into();
        self
    }
}

hidden_by_default!(ProofOfDelivery);
impl Disclose for ProofOfDelivery {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields::new("ProofOfDelivery", 5, personal, serializer)?;
        out.field("kind", &self.kind)?
            .personal("url", self.url.as_ref())?
            .personal("reference", self.reference.as_ref())?
            .some("in_payload", self.in_payload.then_some(true))?
            .some("until", self.until.as_ref())?;
        out.end()
    }
}
