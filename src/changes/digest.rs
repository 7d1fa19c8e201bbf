//! From a journey's snapshot to its [`Picture`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use smol_str::format_smolstr;

use super::parts::{
    Contradiction, CustomsDirection, LegNumber, LinkedNumber, OpenHold, OpenPromise,
    PickupDeadline, Status, UnpaidDue, Whereabouts,
};
use super::picture::{Picture, ended, over};
use crate::journey::{Snapshot, TraceField};
use crate::model::{CarrierId, Event, EventId, TrackingNumber};

/// Of more pieces than this the statements are not kept: a picture stays small.
const PIECES_WITH_EVIDENCE: usize = 32;

impl Picture {
    /// The picture of a journey. Estimate and cases are added with the `with_` methods.
    ///
    /// In the ids of changes the parcel is told from others by the smallest of its carriers and
    /// numbers, unless a [key](Self::with_key) is set.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let now = snapshot.at;
        let is_over = snapshot
            .parcel
            .as_ref()
            .is_some_and(|parcel| parcel.terminal);
        let details = &snapshot.details;
        let key = snapshot
            .numbers
            .first()
            .map(|id| format_smolstr!("{} {}", id.carrier, id.number.as_str()));
        let few = snapshot.pieces.len() <= PIECES_WITH_EVIDENCE;
        let picture = Self {
            at: now,
            status: status(snapshot),
            place: whereabouts(snapshot),
            heard: heard(snapshot),
            pieces: snapshot.piece_count.map(Into::into),
            piece_evidence: traced(snapshot, TraceField::Pieces)
                .filter(|_| few)
                .collect(),
            holds: holds(snapshot),
            customs_evidence: snapshot.trace.customs.clone(),
            promise: snapshot.promise.as_ref().map(|stated| OpenPromise {
                feed: stated.feed.clone(),
                stated: stated.stated,
                passed: over(stated.promise.end()) <= now,
                promise: stated.promise.clone(),
            }),
            dues: (details.dues.iter().filter(|_| !is_over))
                .map(|due| UnpaidDue {
                    passed: due.paid != Some(true)
                        && due.pay_by.as_ref().is_some_and(|by| ended(by) <= now),
                    due: due.clone(),
                })
                .collect(),
            pickup: (details.pickup_point.as_ref())
                .and_then(|point| point.hold_until.clone())
                .filter(|_| !is_over)
                .map(|until| PickupDeadline {
                    passed: ended(&until) <= now,
                    until,
                }),
            numbers: numbers(snapshot),
            linked: (snapshot.linked.iter())
                .map(|linked| LinkedNumber {
                    role: linked.role,
                    carrier: linked.id.carrier.clone(),
                    number: linked.id.number.clone(),
                })
                .collect(),
            contradictions: contradictions(snapshot),
            checks: begins(snapshot).into_iter().collect(),
            ..Self::default()
        };
        picture.with_key(&key.unwrap_or_default())
    }
}

fn traced(snapshot: &Snapshot, field: TraceField) -> impl Iterator<Item = EventId> + '_ {
    snapshot.trace.of(field)
}

fn status(snapshot: &Snapshot) -> Option<Status> {
    let parcel = snapshot.parcel.as_ref()?;
    let mut evidence: BTreeSet<EventId> = traced(snapshot, TraceField::Since).collect();
    if evidence.is_empty() || parcel.reason.is_some() || parcel.delivered_to.is_some() {
        evidence.extend(traced(snapshot, TraceField::Milestone));
    }
    Some(Status {
        milestone: parcel.milestone,
        stage: parcel.stage,
        reason: parcel.reason,
        delivered_to: parcel.delivered_to,
        attempt: parcel.attempt,
        since: parcel.since.clone(),
        carrier: parcel.leg.as_ref().map(|leg| leg.carrier.clone()),
        finished: parcel.terminal,
        evidence,
        carrier_evidence: traced(snapshot, TraceField::Leg).collect(),
    })
}

fn whereabouts(snapshot: &Snapshot) -> Option<Whereabouts> {
    let parcel = snapshot.parcel.as_ref()?;
    Some(Whereabouts {
        place: parcel.place.clone()?,
        at: parcel.place_at.as_ref().unwrap_or(&parcel.since).clone(),
        is_of_status: parcel.place_at.is_none(),
        evidence: traced(snapshot, TraceField::Place).collect(),
    })
}

fn heard(snapshot: &Snapshot) -> Option<DateTime<Utc>> {
    let since = snapshot.parcel.as_ref().map(|parcel| parcel.since.middle());
    let seen = snapshot.last_seen.as_ref().map(|seen| seen.time.middle());
    since.max(seen)
}

/// The open holds of both clearances; what several feeds report of the same is one.
fn holds(snapshot: &Snapshot) -> Vec<OpenHold> {
    if !snapshot.customs.is_held() {
        return Vec::new();
    }
    let events: HashMap<EventId, &Event> = (snapshot.events.iter())
        .map(|event| (event.id(), event))
        .collect();
    let tracks = [
        (CustomsDirection::Export, &snapshot.customs.export),
        (CustomsDirection::Import, &snapshot.customs.import),
    ];
    let mut holds: BTreeMap<_, OpenHold> = BTreeMap::new();
    for (direction, track) in tracks {
        for hold in track.iter().flat_map(|track| &track.holds) {
            let key = (direction, hold.agency.clone(), hold.kind, hold.reason);
            let known = holds.entry(key).or_insert_with(|| OpenHold {
                direction,
                agency: hold.agency.clone(),
                kind: hold.kind,
                reason: hold.reason,
                place: events
                    .get(&hold.event)
                    .and_then(|event| event.place.clone()),
                since: hold.since.clone(),
                party: hold.who_must_act(),
                evidence: BTreeSet::new(),
            });
            known.evidence.insert(hold.event);
        }
    }
    holds.into_values().collect()
}

/// The carriers' numbers, without those of parcels of their own.
fn numbers(snapshot: &Snapshot) -> BTreeSet<LegNumber> {
    let number = |carrier: &CarrierId, number: &TrackingNumber| LegNumber {
        carrier: carrier.clone(),
        number: number.clone(),
    };
    let aside: BTreeSet<LegNumber> = (snapshot.linked.iter())
        .map(|linked| number(&linked.id.carrier, &linked.id.number))
        .collect();
    (snapshot.legs.iter())
        .map(|leg| number(&leg.carrier, &leg.number))
        .filter(|number| !aside.contains(number))
        .collect()
}

fn contradictions(snapshot: &Snapshot) -> Vec<Contradiction> {
    let mut known = BTreeSet::new();
    (snapshot.conflicts.iter().map(Contradiction::from))
        .filter(|found| known.insert(found.key()))
        .collect()
}

/// When the next statement about the future begins to count.
fn begins(snapshot: &Snapshot) -> Option<DateTime<Utc>> {
    let times = snapshot.events.iter().map(|event| event.time.earliest());
    times.filter(|begin| *begin > snapshot.at).min()
}
