//! The result of tracking one number: [`TrackResult`].

use std::sync::Arc;

use super::{ClientError, RawBody};
use crate::adapter::{Batch, Notice, TrackRequest};
use crate::model::Shipment;

/// The result of tracking one number.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrackResult {
    /// The request, your own [`key`](TrackRequest::key) included. Absent for what the carrier
    /// reported about other numbers or about none.
    pub request: Option<TrackRequest>,
    /// What the carrier reported, or why there is no report.
    pub outcome: Result<TrackOutcome, ClientError>,
    /// The bodies that the outcome was decoded from, one a page, also when decoding failed. Shared
    /// with the other results of the batch. Empty unless
    /// [`ClientBuilder::with_raw_bodies`](super::ClientBuilder::with_raw_bodies) is set, and when
    /// no response with a report came.
    pub raw: Vec<Arc<RawBody>>,
}

/// What the carrier reports about a number. None of it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrackOutcome {
    /// Shipments, with notices about them.
    Found(Batch),
    /// The carrier does not know the number, or not yet: normal for a new label. The notices are
    /// the carrier's own words.
    NotFound(Vec<Notice>),
    /// The response does not mention the number. Unlike "not found", that is an error of the
    /// carrier, or the response names the parcel by a number that cannot be connected with the
    /// requested one.
    Missing(Vec<Notice>),
}

impl TrackOutcome {
    /// The shipments; empty unless some were found.
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
