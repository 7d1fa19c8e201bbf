//! The carriers' parts of the way, as rules read them: [`LegDigest`].

use super::fact::When;
use super::feed::{FeedDigest, feed_index};
use super::numbers::Numbers;
use crate::journey::{Leg, LinkEvidence};
use crate::model::{CarrierId, Milestone};

/// A carrier's part of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegDigest {
    /// The carrier.
    pub carrier: CarrierId,
    /// The first movement told.
    pub first: Option<When>,
    /// The last movement told.
    pub last: Option<When>,
    /// The last movement's milestone; `handed_over` where a "delivered" only ends this leg.
    pub milestone: Option<Milestone>,
    /// The leg that follows, by index.
    pub next: Option<u16>,
    /// How that is known.
    pub next_by: Option<LinkEvidence>,
    /// Whether it ends at the recipient's address, as far as is known.
    pub owns_final_address: bool,
    /// The feeds that report it, by index.
    pub feeds: Vec<u16>,
}

/// The legs of a journey, in order of travel.
pub(super) fn legs(legs: &[Leg], feeds: &[FeedDigest], numbers: &Numbers<'_>) -> Vec<LegDigest> {
    let digest = |leg: &Leg| LegDigest {
        carrier: leg.carrier.clone(),
        first: leg.first.as_ref().map(When::from),
        last: leg.last.as_ref().map(When::from),
        milestone: leg.milestone,
        next: leg.next.as_ref().and_then(|next| numbers.leg(next)),
        next_by: leg.next_by,
        owns_final_address: leg.owns_final_address,
        feeds: leg
            .feeds
            .iter()
            .filter_map(|feed| feed_index(feeds, feed))
            .collect(),
    };
    legs.iter().map(digest).collect()
}

/// An index as digests keep it. What lies beyond is left out: no journey has 65,536 legs, feeds or
/// places.
pub(super) fn index(at: usize) -> Option<u16> {
    u16::try_from(at).ok()
}
