//! From deliveries to the statements that stand: repetitions fall together, withdrawn ones fall
//! out, and all have one order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::digest;
use crate::model::{CarrierId, Event, EventId, FeedId, Shipment};
use crate::model::{DeliveryKind, Notice, NoticeKind};

/// A statement that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'j> {
    pub id: EventId,
    pub event: &'j Event,
    /// The shipment that it was taken from: the last delivery that made it.
    pub shipment: &'j Shipment,
}

/// What a snapshot is a snapshot of.
type Subject<'j> = (&'j FeedId, &'j CarrierId, &'j str, Option<&'j SmolStr>);

/// The statements that stand, oldest first, and a notice for each that was withdrawn.
pub(super) fn standing<'j>(deliveries: &[&'j Shipment]) -> (Vec<Standing<'j>>, Vec<Notice>) {
    let newest = newest_snapshots(deliveries);
    let mut standing: HashMap<EventId, Standing<'j>> = HashMap::with_capacity(
        deliveries
            .iter()
            .map(|shipment| shipment.events.len())
            .max()
            .unwrap_or(0),
    );
    for shipment in deliveries {
        for event in &shipment.events {
            let candidate = Standing {
                id: event.id(),
                event,
                shipment,
            };
            standing
                .entry(candidate.id)
                .and_modify(|kept| *kept = later_wording(*kept, candidate))
                .or_insert(candidate);
        }
    }
    let mut notices = Vec::new();
    let mut all: Vec<Standing<'j>> = standing
        .into_values()
        .filter(|one| match newest.get(&subject(one.shipment)) {
            Some(snapshot) if snapshot.withdraws(one) => {
                notices.push(withdrawn(one));
                false
            }
            _ => true,
        })
        .collect();
    all.sort_by_cached_key(|one| order(one));
    notices.sort();
    (all, notices)
}

/// One order for all statements: by the second, then by the feed's own order within it, by the
/// middle of the time, by progress, and by identity, so that it never depends on arrival.
fn order(one: &Standing<'_>) -> (i64, u16, DateTime<Utc>, u8, EventId) {
    let middle = one.event.time.middle();
    (
        middle.timestamp(),
        one.event.sequence.unwrap_or(0),
        middle,
        one.event.milestone.rank(),
        one.id,
    )
}

/// Of two wordings of one statement the one received later; of two received together, either, but
/// always the same.
fn later_wording<'j>(a: Standing<'j>, b: Standing<'j>) -> Standing<'j> {
    let key = |one: &Standing<'j>| (one.shipment.received, digest(one.event));
    match a.shipment.received.cmp(&b.shipment.received) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Equal if a.event == b.event || key(&a) >= key(&b) => a,
        std::cmp::Ordering::Equal => b,
    }
}

fn subject(shipment: &Shipment) -> Subject<'_> {
    (
        &shipment.feed,
        &shipment.carrier,
        shipment.number.as_str(),
        shipment.instance.as_ref(),
    )
}

/// The newest snapshot of a subject.
struct Snapshot {
    received: DateTime<Utc>,
    /// The start of its oldest statement.
    reaches_back_to: DateTime<Utc>,
}

impl Snapshot {
    /// What stands only in older snapshots was withdrawn, if this one reaches back far enough to
    /// have told it.
    ///
    /// An answer without events withdraws nothing: carriers forget old shipments, and some answers
    /// hold the last scan only.
    fn withdraws(&self, one: &Standing<'_>) -> bool {
        one.shipment.delivery == DeliveryKind::Snapshot
            && one.shipment.received < self.received
            && one.event.time.latest() >= self.reaches_back_to
    }
}

fn newest_snapshots<'j>(deliveries: &[&'j Shipment]) -> HashMap<Subject<'j>, Snapshot> {
    let mut newest: HashMap<Subject<'j>, Snapshot> = HashMap::new();
    for shipment in deliveries
        .iter()
        .filter(|shipment| shipment.delivery == DeliveryKind::Snapshot)
    {
        let Some(oldest) = shipment
            .events
            .iter()
            .map(|event| event.time.earliest())
            .min()
        else {
            continue;
        };
        let snapshot = newest.entry(subject(shipment)).or_insert(Snapshot {
            received: shipment.received,
            reaches_back_to: oldest,
        });
        if shipment.received > snapshot.received {
            *snapshot = Snapshot {
                received: shipment.received,
                reaches_back_to: oldest,
            };
        } else if shipment.received == snapshot.received {
            snapshot.reaches_back_to = snapshot.reaches_back_to.min(oldest);
        }
    }
    newest
}

fn withdrawn(one: &Standing<'_>) -> Notice {
    Notice::of_own_words(
        NoticeKind::Withdrawn,
        one.event.feed.clone(),
        format!(
            "the carrier no longer reports {} of {}",
            one.event.milestone,
            one.event.time.raw()
        ),
    )
    .about(Some(&one.event.number))
    .at("id")
    .value(&one.id.to_string())
}
