//! What the carrier promised, as rules read it: [`PromiseMark`].

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::fact::When;
use super::feed::{FeedDigest, feed_index};
use crate::journey::StatedPromise;
use crate::model::PromiseKind;

/// A promise, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromiseMark {
    /// The feed that told it: an index into [`Parcel::feeds`](super::Parcel::feeds).
    pub feed: u16,
    /// When the carrier stated it, at the latest: when it was received, unless the carrier says
    /// that it was before.
    pub stated: DateTime<Utc>,
    /// What it is worth.
    pub kind: PromiseKind,
    /// The promised moment, or the end of the window or day.
    pub by: When,
    /// The calendar day that is meant, by the clock of the place of delivery; absent where the feed
    /// tells an instant without a clock.
    pub day: Option<NaiveDate>,
}

impl PromiseMark {
    fn of(told: &StatedPromise, feed: u16) -> Self {
        let promise = &told.promise;
        let end = promise.end();
        Self {
            feed,
            stated: told.stated,
            kind: promise.kind,
            by: When {
                earliest: promise.by.earliest().min(end),
                latest: end,
            },
            day: promise.last_day(),
        }
    }
}

/// The promises of the last leg's carrier, of every kind, in the order in which they were stated,
/// without what a feed repeats, of whichever number.
pub(super) fn promises(stated: &[StatedPromise], feeds: &[FeedDigest]) -> Vec<PromiseMark> {
    let mut last: HashMap<(u16, PromiseKind), When> = HashMap::new();
    stated
        .iter()
        .filter_map(|told| Some(PromiseMark::of(told, feed_index(feeds, &told.feed)?)))
        .filter(|mark| last.insert((mark.feed, mark.kind), mark.by) != Some(mark.by))
        .collect()
}
