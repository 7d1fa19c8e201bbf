//! What the carrier promised, as rules read it: [`PromiseMark`].

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::digest::feed_index;
use super::fact::When;
use super::parcel::{FeedDigest, Parcel};
use crate::journey::Snapshot;
use crate::model::IssuerKind;
use crate::model::{Promise, PromiseKind, Shipment};

/// A promise, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromiseMark {
    /// The feed that told it: an index into [`Parcel::feeds`].
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
    fn of(promise: &Promise, feed: u16, received: DateTime<Utc>) -> Self {
        let stated = promise
            .stated
            .as_ref()
            .map_or(received, |stated| stated.latest().min(received));
        let end = promise.end();
        Self {
            feed,
            stated,
            kind: promise.kind,
            by: When {
                earliest: promise.by.earliest().min(end),
                latest: end,
            },
            day: promise.last_day(),
        }
    }
}

impl Parcel {
    /// The promise that counts: the carrier's newest commitment, else what it says now.
    #[must_use]
    pub fn promise(&self) -> Option<&PromiseMark> {
        self.promised(PromiseKind::Committed)
            .or_else(|| self.promised_now())
    }

    /// The newest promise of a kind.
    #[must_use]
    pub fn promised(&self, kind: PromiseKind) -> Option<&PromiseMark> {
        self.promises
            .iter()
            .rev()
            .find(|promise| promise.kind == kind)
    }

    /// What the carrier says now of the day, commitments aside: its newest estimate, new day or
    /// agreement; of several stated at once the one that is worth most. The estimate that it gave
    /// first counts only while there is no other.
    #[must_use]
    pub fn promised_now(&self) -> Option<&PromiseMark> {
        let is_meant = |promise: &&PromiseMark| promise.kind != PromiseKind::Committed;
        self.promises.iter().filter(is_meant).max_by_key(|promise| {
            let is_current = promise.kind != PromiseKind::FirstEstimate;
            (
                is_current,
                promise.stated,
                promise.kind.currency(),
                promise.by.latest,
            )
        })
    }
}

/// The promises of the last leg's carrier, of every kind, in the order in which they were stated,
/// without repetitions by the same feed.
pub(super) fn promises(
    known: &[&Shipment],
    state: &Snapshot,
    feeds: &[FeedDigest],
) -> Vec<PromiseMark> {
    let Some(owner) = state.legs.iter().find(|leg| leg.owns_final_address) else {
        return Vec::new();
    };
    let mut marks: Vec<PromiseMark> = Vec::new();
    let mut last: HashMap<(u16, PromiseKind), When> = HashMap::new();
    for shipment in known.iter().filter(|shipment| {
        shipment.carrier == owner.carrier && shipment.issuer == IssuerKind::Carrier
    }) {
        let Some(feed) = feed_index(feeds, &shipment.feed) else {
            continue;
        };
        for mark in shipment
            .promises
            .iter()
            .map(|promise| PromiseMark::of(promise, feed, shipment.received))
        {
            if last.insert((feed, mark.kind), mark.by) != Some(mark.by) {
                marks.push(mark);
            }
        }
    }
    marks.sort_by_key(|mark| mark.stated);
    marks
}
