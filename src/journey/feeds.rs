//! The feeds that report a parcel: [`FeedState`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{FeedId, IssuerKind, Shipment, serialize_instant};

/// A feed that reports the parcel, and when it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FeedState {
    /// The feed.
    pub id: FeedId,
    /// Whether a carrier, an authority or a merchant speaks.
    pub issuer: IssuerKind,
    /// When its first delivery was received.
    #[serde(serialize_with = "serialize_instant")]
    pub first_received: DateTime<Utc>,
    /// When its last delivery was received.
    #[serde(serialize_with = "serialize_instant")]
    pub last_received: DateTime<Utc>,
}

/// The feeds of these deliveries, by name. A feed that speaks as several issuers counts as what it
/// was first.
pub(super) fn told(deliveries: &[&Shipment]) -> Vec<FeedState> {
    let mut feeds: BTreeMap<&FeedId, FeedState> = BTreeMap::new();
    for shipment in deliveries {
        let received = shipment.received;
        feeds
            .entry(&shipment.feed)
            .and_modify(|feed| feed.last_received = feed.last_received.max(received))
            .or_insert_with(|| FeedState {
                id: shipment.feed.clone(),
                issuer: shipment.issuer,
                first_received: received,
                last_received: received,
            });
    }
    feeds.into_values().collect()
}
