//! The result of one page of a subscription: [`UpdateResult`].

use std::sync::Arc;

use super::{ClientError, RawBody};
use crate::adapter::Batch;

/// The result of one page of a subscription.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpdateResult {
    /// The page, or why there is none.
    pub outcome: Result<Batch, ClientError>,
    /// The body that the outcome was decoded from, also when decoding failed. Empty unless
    /// [`ClientBuilder::with_raw_bodies`](super::ClientBuilder::with_raw_bodies) is set, and when
    /// no response came.
    pub raw: Vec<Arc<RawBody>>,
}
