//! From deliveries to the snapshot: what is derived in which order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::claims::Heard;
use super::ledger::{Declared, View};
use super::legs::{LegId, Legs};
use super::merge::{Newest, Standing, standing};
use super::pieces::RolledUp;
use super::snapshot::Receipts;
use super::voices::Voices;
use super::{
    Snapshot, Trace, TraceField, claims, conflicts, customs, details, feeds, first_told, instances,
    legs, linked, orders, pieces, promises, scans, sighting,
};
use crate::model::{Event, EventId, Notice, NoticeKind, Shipment};

/// What a snapshot is about: the moment, and until when deliveries count.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub known_at: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// Everything that follows from what was received.
pub(super) fn derive(view: View, declared: &Declared, moment: Moment) -> Snapshot {
    let deliveries: Vec<&Shipment> = view.deliveries.iter().collect();
    let deliveries = deliveries.as_slice();
    let newest = Newest::of(&view);
    let (events, mut notices) = standing(&view, &newest);
    notices.extend(reused(deliveries));
    let happened = customs::without_withdrawn(
        events
            .iter()
            .filter(|one| one.event.time.earliest() <= moment.now)
            .copied()
            .collect(),
    );
    let heard = Heard::of(deliveries);
    let legs = legs::build(deliveries, &happened, &declared.links, &heard);
    // What is reported about a return, a replacement or a signed receipt is about another parcel.
    let own: Vec<Standing<'_>> = happened
        .iter()
        .filter(|one| !legs.is_aside(one))
        .copied()
        .collect();
    let rolled = pieces::roll_up(deliveries, &own, &legs);
    let customs = customs::track(&own);
    let (last_seen, seen_by) = sighting::last(&own);
    let trace = Trace {
        state: state_trace(&rolled, &legs),
        customs: customs.evidence(),
        last_seen: seen_by,
    };
    let same_scans = scans::group(&events);
    let overall = rolled.overall.as_ref();
    let parcel = overall.map(|position| position.state(&legs));
    let promises = promises::stated(deliveries, &legs);
    let claims = claims::open(deliveries, &events, &legs, &heard);
    let voices = Voices::of(
        deliveries,
        &legs,
        overall.and_then(|position| position.leg()),
    );
    let details = details::told(&details::Told {
        voices: &voices,
        newest: &newest,
        legs: &legs.all,
        claims: &claims,
        own: &own,
        decided: overall.map(|position| position.decided.event),
        is_over: parcel.as_ref().is_some_and(|parcel| parcel.terminal),
    });
    let mut snapshot = Snapshot {
        at: moment.now,
        known_at: moment.known_at,
        numbers: numbers(deliveries),
        shipments: instances::named(deliveries),
        details,
        is_return: deliveries.iter().any(|shipment| shipment.is_return),
        promise: promises::current(&promises, deliveries, &legs)
            .filter(|_| !parcel.as_ref().is_some_and(|parcel| parcel.terminal)),
        promises,
        conflicts: conflicts::find(&own, &same_scans, &legs),
        orders: orders::told(deliveries),
        pieces: rolled.pieces,
        piece_count: rolled.count,
        linked: linked::told(deliveries, &happened, &legs, &heard)
            .into_iter()
            .chain(declared.linked.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        claims,
        last_seen,
        handed_over: handed_over(&own, &legs),
        feeds: feeds::told(deliveries),
        first_told: first_told::told(deliveries, &voices),
        legs: legs.all,
        parcel,
        customs,
        notices,
        trace,
        same_scans,
        receipts: Receipts::of(&events),
        events: Vec::new(),
    };
    let held_at: Vec<(usize, usize)> = events.iter().map(|one| one.held_at).collect();
    snapshot.events = in_order(view, &held_at);
    snapshot
}

/// Takes the events that stand out of the view, in their order.
fn in_order(view: View, held_at: &[(usize, usize)]) -> Vec<Event> {
    let mut places: Vec<((usize, usize), usize)> =
        held_at.iter().copied().zip(0..held_at.len()).collect();
    places.sort_unstable();
    let mut places = places.into_iter().peekable();
    let mut slots: Vec<Option<Event>> = held_at.iter().map(|_| None).collect();
    for (delivery, shipment) in view.deliveries.into_iter().enumerate() {
        for (at, event) in shipment.events.into_iter().enumerate() {
            if let Some((_, slot)) = places.next_if(|(held, _)| *held == (delivery, at)) {
                slots[slot] = Some(event);
            }
        }
    }
    slots.into_iter().flatten().collect()
}

fn state_trace(rolled: &RolledUp<'_>, legs: &Legs) -> BTreeMap<TraceField, BTreeSet<EventId>> {
    let Some(position) = &rolled.overall else {
        return BTreeMap::new();
    };
    let mut trace = position.trace(legs);
    if !rolled.evidence.is_empty() {
        let pieces = rolled.evidence.iter().flatten().copied().collect();
        trace.insert(TraceField::Pieces, pieces);
    }
    trace
}

/// The "delivered" that only ended a leg.
fn handed_over(own: &[Standing<'_>], legs: &Legs) -> BTreeSet<EventId> {
    let goes_on = |one: &&Standing<'_>| {
        legs.of(one)
            .is_some_and(|leg| legs.goes_on(one, leg).is_some())
    };
    own.iter().filter(goes_on).map(|one| one.id).collect()
}

fn numbers(deliveries: &[&Shipment]) -> Vec<LegId> {
    let numbers: BTreeSet<LegId> = deliveries
        .iter()
        .map(|shipment| LegId {
            carrier: shipment.carrier.clone(),
            number: shipment.number.clone(),
        })
        .collect();
    numbers.into_iter().collect()
}

/// A journey handed two shipments under one number says so; [`Journeys`](super::Journeys) keeps
/// them apart.
fn reused(deliveries: &[&Shipment]) -> BTreeSet<Notice> {
    let mut by_number: BTreeMap<_, Vec<&Shipment>> = BTreeMap::new();
    for shipment in deliveries
        .iter()
        .filter(|shipment| shipment.instance.is_some())
    {
        by_number
            .entry((&shipment.feed, &shipment.number))
            .or_default()
            .push(shipment);
    }
    by_number
        .into_iter()
        .map(|((feed, number), shipments)| (feed, number, instances::count(shipments.into_iter())))
        .filter(|(.., count)| *count > 1)
        .map(|(feed, number, count)| {
            let message = format!("{count} shipments under one number in one journey");
            Notice::of_own_words(NoticeKind::NumberReused, feed.clone(), message)
                .about(Some(number))
        })
        .collect()
}
