//! What a question comes to: [`Answer`].

use super::ClientError;
use crate::adapter::{Asked, Batch, Notice};
use crate::model::Shipment;

/// What one number's question came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The number that was asked about. None: what the carrier told besides, about numbers that
    /// nobody asked for or about none.
    pub asked: Option<Asked>,
    /// What came of it.
    pub told: Result<Told, ClientError>,
}

/// What the carrier told about a number. None of it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
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

impl Told {
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
