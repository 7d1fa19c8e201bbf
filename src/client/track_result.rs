//! What asking about a number came to: [`TrackResult`].

use super::ClientError;
use crate::adapter::{Batch, Notice, TrackRequest};
use crate::model::Shipment;

/// What the request about one number came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrackResult {
    /// What was asked, your own [`key`](TrackRequest::key) included. Absent for what the carrier
    /// said besides, about numbers that nobody asked for or about none.
    pub request: Option<TrackRequest>,
    /// What the carrier answered, or why there is no answer.
    pub outcome: Result<TrackOutcome, ClientError>,
}

/// What the carrier says about a number. None of it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrackOutcome {
    /// Shipments, with notices about them.
    Found(Batch),
    /// The carrier knows nothing of the number, or not yet: normal for a fresh label. The notices
    /// are the carrier's own words.
    NotFound(Vec<Notice>),
    /// The carrier's answer does not mention the number. Unlike "not found", that is a fault of the
    /// carrier's, or the answer names the parcel by a number that cannot be connected with the one
    /// asked for.
    Missing(Vec<Notice>),
}

impl TrackOutcome {
    /// The shipments, none unless some were found.
    #[must_use]
    pub fn shipments(&self) -> &[Shipment] {
        match self {
            Self::Found(batch) => &batch.shipments,
            Self::NotFound(_) | Self::Missing(_) => &[],
        }
    }

    /// The notices.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        match self {
            Self::Found(batch) => &batch.notices,
            Self::NotFound(notices) | Self::Missing(notices) => notices,
        }
    }
}
