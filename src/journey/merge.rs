//! From deliveries to the statements that stand: repetitions fall together, withdrawn ones fall
//! out, and all have one order.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::ledger::View;
use crate::model::{CarrierId, DeliveryKind, Event, EventId, FeedId, Notice, NoticeKind, Shipment};

/// A statement that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'j> {
    pub id: EventId,
    pub event: &'j Event,
    /// A hash of its place, the same for all spellings.
    pub place: Option<u64>,
    /// What the delivery says beside events that made it last.
    pub shipment: &'j Shipment,
    /// When it was first received.
    pub first_received: DateTime<Utc>,
    /// When it was last received.
    last_received: DateTime<Utc>,
    /// Which delivery of the view holds it, and where.
    pub held_at: (usize, usize),
}

/// What a snapshot is a snapshot of.
pub(super) type Subject<'j> = (&'j FeedId, &'j CarrierId, &'j str, Option<&'j SmolStr>);

/// The statements that stand, oldest first, and a notice for each that was withdrawn.
pub(super) fn standing<'j>(
    view: &'j View,
    newest: &Newest<'j>,
) -> (Vec<Standing<'j>>, Vec<Notice>) {
    let mut notices = Vec::new();
    let stated = view.statements.iter().filter_map(|it| {
        let shipment = view.deliveries.get(it.delivery)?;
        Some(Standing {
            id: it.id,
            event: shipment.events.get(it.event)?,
            place: it.place,
            shipment,
            first_received: it.first_received,
            last_received: it.last_received,
            held_at: (it.delivery, it.event),
        })
    });
    let mut all: Vec<Standing<'j>> = stated
        .filter(|one| {
            let is_withdrawn = newest.withdraws(one);
            if is_withdrawn {
                notices.push(withdrawn(one));
            }
            !is_withdrawn
        })
        .collect();
    all.sort_by_cached_key(order);
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

pub(super) fn subject(shipment: &Shipment) -> Subject<'_> {
    (
        &shipment.feed,
        &shipment.carrier,
        shipment.number.as_str(),
        shipment.instance.as_ref(),
    )
}

/// The newest snapshots of a feed's subjects.
pub(super) struct Newest<'j>(HashMap<Subject<'j>, NewestSnapshot>);

/// The newest snapshot of a subject.
#[derive(Clone, Copy)]
pub(super) struct NewestSnapshot {
    pub received: DateTime<Utc>,
    /// The start of its oldest statement.
    pub reaches_back_to: DateTime<Utc>,
}

impl NewestSnapshot {
    /// Of two snapshots the later one; of two parts of one, what both reach back to.
    pub fn take(&mut self, other: Self) {
        match other.received.cmp(&self.received) {
            Ordering::Greater => *self = other,
            Ordering::Equal => {
                self.reaches_back_to = self.reaches_back_to.min(other.reaches_back_to);
            }
            Ordering::Less => {}
        }
    }
}

impl<'j> Newest<'j> {
    /// The newest snapshots among the deliveries of a view.
    pub fn of(view: &'j View) -> Self {
        let of_subject = view
            .newest
            .iter()
            .filter_map(|(at, newest)| Some((subject(view.deliveries.get(*at)?), *newest)));
        Self(of_subject.collect())
    }

    /// Whether a statement was withdrawn: it stands only in older snapshots, and the newest reaches
    /// back far enough to have told it.
    fn withdraws(&self, one: &Standing<'_>) -> bool {
        one.shipment.delivery == DeliveryKind::Snapshot
            && self.0.get(&subject(one.shipment)).is_some_and(|newest| {
                one.last_received < newest.received
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
