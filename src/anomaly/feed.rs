//! The feeds that report a parcel, as rules read them: [`FeedDigest`].

use chrono::{DateTime, Utc};

use super::leg::index;
use crate::journey::FeedState;
use crate::model::{FeedId, IssuerKind};

/// A feed and what it told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedDigest {
    /// The feed.
    pub id: FeedId,
    /// Whether a carrier, an authority or a merchant speaks.
    pub issuer: IssuerKind,
    /// Its first delivery.
    pub first_received: DateTime<Utc>,
    /// Its last delivery.
    pub last_received: DateTime<Utc>,
}

impl From<&FeedState> for FeedDigest {
    fn from(feed: &FeedState) -> Self {
        Self {
            id: feed.id.clone(),
            issuer: feed.issuer,
            first_received: feed.first_received,
            last_received: feed.last_received,
        }
    }
}

/// A feed's index among feeds that are sorted by name.
pub(super) fn feed_index(feeds: &[FeedDigest], id: &FeedId) -> Option<u16> {
    feeds
        .binary_search_by(|feed| feed.id.cmp(id))
        .ok()
        .and_then(index)
}
