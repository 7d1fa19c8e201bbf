//! Where the parcel stands, and the evidence for each field.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::legs::LegId;
use super::linked::LinkedParcel;
use super::merge::{Standing, standing};
use super::{
    Snapshot, claims, conflicts, customs, instances, legs, linked, orders, pieces, promises, scans,
    sighting,
};
use crate::model::{EventId, EventTime, Milestone, Place, Shipment, Stage};
use crate::model::{Notice, NoticeKind};

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelState {
    /// Where in the chain; absent while no statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last that moves the state. [`Milestone::Unmapped`] where a carrier has the
    /// parcel, by a scan at a place, and nothing is understood of what it did: it is no longer only
    /// announced.
    pub milestone: Milestone,
    /// When this state began.
    pub since: EventTime,
    /// The last place told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When it was at that place, if another scan tells of it than the one with which this state
    /// began: the state itself began at a place that is not told. Absent where one scan tells of
    /// both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_at: Option<EventTime>,
    /// The leg that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegId>,
    /// Whether no further movement is expected.
    pub terminal: bool,
}

/// The events that each derived field rests on: with these alone the field comes out the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// For the parcel's stage, milestone, start, place and leg.
    pub state: BTreeMap<&'static str, BTreeSet<EventId>>,
    /// For the customs track.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub customs: BTreeSet<EventId>,
    /// For the last sign of life.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub last_seen: BTreeSet<EventId>,
}

impl Trace {
    /// Every event that the parcel's state rests on.
    #[must_use]
    pub fn of_state(&self) -> BTreeSet<EventId> {
        self.state.values().flatten().copied().collect()
    }
}

/// Everything that follows from `deliveries` at `now`.
pub(super) fn derive(
    deliveries: &[&Shipment],
    declared: &BTreeSet<(LegId, LegId)>,
    linked: &BTreeSet<LinkedParcel>,
    now: DateTime<Utc>,
) -> Snapshot {
    let (events, mut notices) = standing(deliveries);
    notices.extend(reused(deliveries));
    let happened = customs::without_withdrawn(
        events
            .iter()
            .filter(|one| one.event.time.earliest() <= now)
            .copied()
            .collect(),
    );
    let legs = legs::build(deliveries, &happened, declared);
    // What is told of a return, a replacement or a signed receipt is about another parcel.
    let own: Vec<Standing<'_>> = happened
        .iter()
        .filter(|one| !legs.is_aside(one))
        .copied()
        .collect();
    let mut trace = Trace::default();
    let rolled = pieces::roll_up(deliveries, &own, &legs);
    if let Some(position) = &rolled.overall {
        trace.state = position.trace(&legs);
        for piece in &rolled.evidence {
            trace.state.entry("pieces").or_default().extend(piece);
        }
    }
    let customs = customs::track(&own);
    trace.customs = customs.evidence();
    let (last_seen, seen_by) = sighting::last(&own);
    trace.last_seen = seen_by;
    let same_scans = scans::group(&events);
    let parcel = rolled
        .overall
        .as_ref()
        .map(|position| position.state(&legs));
    let promises = promises::stated(deliveries, &legs);
    Snapshot {
        numbers: numbers(deliveries),
        shipments: instances::named(deliveries),
        promise: promises::current(&promises, deliveries, &legs)
            .filter(|_| !parcel.as_ref().is_some_and(|parcel| parcel.terminal)),
        promises,
        conflicts: conflicts::find(&own, &same_scans, &legs),
        orders: orders::told(deliveries),
        pieces: rolled.pieces,
        piece_count: rolled.count,
        linked: linked::told(deliveries, &happened, &legs)
            .into_iter()
            .chain(linked.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        claims: claims::open(deliveries, &events, &legs),
        last_seen,
        handed_over: own
            .iter()
            .filter(|one| {
                legs.of(one)
                    .is_some_and(|leg| legs.goes_on(one, leg).is_some())
            })
            .map(|one| one.id)
            .collect(),
        legs: legs.all,
        parcel,
        customs,
        notices,
        trace,
        same_scans,
        events: events.iter().map(|one| one.event.clone()).collect(),
    }
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
