//! Parcels that belong to this one without being it ([`LinkedParcel`]), and what nobody may say for sure ([`Claim`]).

use serde::Serialize;

use super::LegId;
use crate::model::{EventId, FeedId, Proof, Reference, words};

words! {
    /// What another parcel is to this one.
    LinkRole {
        /// This parcel brings that one back.
        ReturnOf = "return_of",
        /// That parcel brings this one back.
        ReturnedBy = "returned_by",
        /// This parcel was sent in place of that one.
        ReplacementOf = "replacement_of",
        /// That parcel was sent in place of this one.
        ReplacedBy = "replaced_by",
        /// This parcel is the receipt that was signed for that one.
        SignedReceiptOf = "signed_receipt_of",
        /// That parcel is the receipt that was signed for this one.
        SignedReceipt = "signed_receipt",
    }
}

/// A parcel of its own that belongs to this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LinkedParcel {
    /// What it is to this one.
    pub role: LinkRole,
    /// Its carrier and number.
    #[serde(flatten)]
    pub id: LegId,
}

/// A statement about another number that ties nothing: its speaker cannot know it or cannot prove who he is, and nobody has confirmed it.
///
/// It begins to tie when the other side names this parcel back, or the application declares it
/// ([`Journeys::link`](super::Journeys::link)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// What is claimed.
    pub reference: Reference,
    /// The feed that claims it.
    pub feed: FeedId,
    /// How much the delivery proves of who speaks.
    pub proof: Proof,
    /// The event that names the number; absent where the delivery as a whole does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
}
