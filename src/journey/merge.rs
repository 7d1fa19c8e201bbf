//! From deliveries to the statements that stand: repetitions fall together, withdrawn ones fall
//! out, and all have one order.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::digest;
use crate::model::{CarrierId, DeliveryKind, Event, EventId, FeedId, Notice, NoticeKind, Shipment};

/// A statement that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'j> {
    pub id: EventId,
    pub event: &'j Event,
    /// The shipment that it was taken from: the last delivery that made it.
    pub shipment: &'j Shipment,
    /// When it was first received.
    pub first_received: DateTime<Utc>,
}

/// What a snapshot is a snapshot of.
type Subject<'j> = (&'j FeedId, &'j CarrierId, &'j str, Option<&'j SmolStr>);

/// The statements that stand, oldest first, and a notice for each that was withdrawn.
pub(super) fn standing<'j>(
    deliveries: &[&'j Shipment],
    newest: &Newest<'j>,
) -> (Vec<Standing<'j>>, Vec<Notice>) {
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
                first_received: shipment.received,
            };
            standing
                .entry(candidate.id)
                .and_modify(|kept| {
                    let first_received = kept.first_received.min(candidate.first_received);
                    *kept = Standing {
                        first_received,
                        ..later_wording(*kept, candidate)
                    };
                })
                .or_insert(candidate);
        }
    }
    let mut notices = Vec::new();
    let mut all: Vec<Standing<'j>> = standing
        .into_values()
        .filter(|one| {
            let is_withdrawn = newest.withdraws(one);
            if is_withdrawn {
                notices.push(withdrawn(one));
            }
            !is_withdrawn
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
        Ordering::Less => b,
        Ordering::Greater => a,
        Ordering::Equal if a.event == b.event || key(&a) >= key(&b) => a,
        Ordering::Equal => b,
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

/// The newest snapshots of a feed's subjects. One without events is none: carriers forget old
/// shipments, and some answers hold the last scan only.
pub(super) struct Newest<'j>(HashMap<Subject<'j>, NewestSnapshot>);

/// The newest snapshot of a subject.
#[derive(Clone, Copy)]
struct NewestSnapshot {
    received: DateTime<Utc>,
    /// The start of its oldest statement.
    reaches_back_to: DateTime<Utc>,
}

impl<'j> Newest<'j> {
    /// The newest snapshots among deliveries.
    pub fn of(deliveries: &[&'j Shipment]) -> Self {
        let mut newest: HashMap<Subject<'j>, NewestSnapshot> = HashMap::new();
        for shipment in deliveries
            .iter()
            .filter(|shipment| shipment.delivery == DeliveryKind::Snapshot)
        {
            let times = shipment.events.iter().map(|event| event.time.earliest());
            let Some(oldest) = times.min() else {
                continue;
            };
            let this = NewestSnapshot {
                received: shipment.received,
                reaches_back_to: oldest,
            };
            let known = newest.entry(subject(shipment)).or_insert(this);
            match this.received.cmp(&known.received) {
                Ordering::Greater => *known = this,
                Ordering::Equal => known.reaches_back_to = known.reaches_back_to.min(oldest),
                Ordering::Less => {}
            }
        }
        Self(newest)
    }

    /// Whether a statement was withdrawn: it stands only in older snapshots, and the newest reaches
    /// back far enough to have told it.
    fn withdraws(&self, one: &Standing<'_>) -> bool {
        one.shipment.delivery == DeliveryKind::Snapshot
            && self.0.get(&subject(one.shipment)).is_some_and(|newest| {
                one.shipment.received < newest.received
                    && one.event.time.latest() >= newest.reaches_back_to
            })
    }

    /// Whether a newer snapshot of the same subject stands in the place of a delivery.
    pub fn replaces(&self, shipment: &Shipment) -> bool {
        self.0
            .get(&subject(shipment))
            .is_some_and(|newest| shipment.received < newest.received)
    }
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
