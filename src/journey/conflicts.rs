//! Statements that cannot both be true, each with its witnesses.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::legs::Legs;
use super::merge::Standing;
use super::scans::SameScan;
use crate::model::{EventId, Milestone, Scope, words};

words! {
    /// What cannot both be true.
    ConflictKind {
        /// Movement reported about a parcel after its delivery.
        MovementAfterDelivery = "movement_after_delivery",
        /// Two ends: delivered and lost, returned and delivered.
        DifferentEnds = "different_ends",
        /// Two feeds place one scan in two places.
        DifferentPlaces = "different_places",
        /// A delivery is told as damaged by one feed and not by another.
        DifferentCondition = "different_condition",
    }
}

/// A contradiction, with the events that make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// What contradicts.
    pub kind: ConflictKind,
    /// The witnesses, oldest first.
    pub events: Vec<EventId>,
    /// What each says.
    pub values: Vec<String>,
}

/// Finds the contradictions among statements, oldest first.
pub(super) fn find(events: &[Standing<'_>], scans: &[SameScan], legs: &Legs) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = after_delivery(events, legs).into_iter().collect();
    found.extend(went_on(events, legs));
    found.extend(different_ends(events, legs));
    found.extend(within_scans(events, scans));
    found
}

fn conflict(kind: ConflictKind, witnesses: &[(&Standing<'_>, String)]) -> Conflict {
    Conflict {
        kind,
        events: witnesses.iter().map(|(one, _)| one.id).collect(),
        values: witnesses.iter().map(|(_, value)| value.clone()).collect(),
    }
}

fn is_final_delivery(one: &Standing<'_>, legs: &Legs) -> bool {
    one.event.milestone == Milestone::Delivered
        && one.event.is_evidence_of_state()
        && legs
            .of(one)
            .is_none_or(|leg| legs.goes_on(one, leg).is_none())
}

/// What one carrier says that it delivered, and the next one moved later: the first "delivered" of
/// each leg, and the last movement after it.
fn went_on(events: &[Standing<'_>], legs: &Legs) -> Vec<Conflict> {
    let mut told = BTreeSet::new();
    let mut pairs: Vec<(&Standing<'_>, EventId)> = Vec::new();
    for one in events.iter().filter(|one| one.event.is_evidence_of_state()) {
        if let Some(scan) = legs.contradicting(one)
            && told.insert(legs.of(one))
        {
            pairs.push((one, scan));
        }
    }
    let scans: HashSet<EventId> = pairs.iter().map(|(_, scan)| *scan).collect();
    let by_id: HashMap<EventId, &Standing<'_>> = events
        .iter()
        .filter(|one| scans.contains(&one.id))
        .map(|one| (one.id, one))
        .collect();
    let text = |one: &Standing<'_>| one.event.milestone.to_string();
    let witnesses = pairs
        .into_iter()
        .filter_map(|(delivery, scan)| Some((delivery, *by_id.get(&scan)?)));
    witnesses
        .map(|(delivery, scan)| {
            conflict(
                ConflictKind::MovementAfterDelivery,
                &[(delivery, text(delivery)), (scan, text(scan))],
            )
        })
        .collect()
}

/// The first movement of the same number beyond doubt after a final delivery.
fn after_delivery(events: &[Standing<'_>], legs: &Legs) -> Option<Conflict> {
    let delivery = events.iter().find(|one| is_final_delivery(one, legs))?;
    let moves = |milestone| {
        matches!(
            milestone,
            Milestone::PickedUp
                | Milestone::Arrived
                | Milestone::Departed
                | Milestone::InTransit
                | Milestone::OutForDelivery
                | Milestone::DeliveryAttempted
                | Milestone::Misrouted
                | Milestone::CustomsHold
        )
    };
    let later = events.iter().find(|one| {
        let same = one.event.number == delivery.event.number
            && (delivery.event.piece.is_none() || one.event.piece == delivery.event.piece);
        same && matches!(one.event.scope, Scope::Parcel | Scope::Piece)
            && moves(one.event.milestone)
            && one.event.time.earliest() > delivery.event.time.latest()
    })?;
    let text = |one: &Standing<'_>| one.event.milestone.to_string();
    Some(conflict(
        ConflictKind::MovementAfterDelivery,
        &[(delivery, text(delivery)), (later, text(later))],
    ))
}

fn different_ends(events: &[Standing<'_>], legs: &Legs) -> Option<Conflict> {
    let ends: Vec<&Standing<'_>> = events
        .iter()
        .filter(|one| {
            one.event.is_evidence_of_state()
                && matches!(one.event.milestone, Milestone::Lost | Milestone::Disposed)
                || is_final_delivery(one, legs)
        })
        .collect();
    let first = ends.first()?;
    let other = ends.iter().find(|one| {
        one.event.milestone != first.event.milestone && one.event.piece == first.event.piece
    })?;
    Some(conflict(
        ConflictKind::DifferentEnds,
        &[
            (first, first.event.milestone.to_string()),
            (other, other.event.milestone.to_string()),
        ],
    ))
}

fn within_scans(events: &[Standing<'_>], scans: &[SameScan]) -> Vec<Conflict> {
    let by_id: HashMap<EventId, &Standing<'_>> = events.iter().map(|one| (one.id, one)).collect();
    let mut found = Vec::new();
    for scan in scans {
        let members: Vec<&Standing<'_>> = scan
            .events
            .iter()
            .filter_map(|id| by_id.get(id).copied())
            .collect();
        for pair in members.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let city = |one: &Standing<'_>| {
                one.event
                    .place
                    .as_ref()
                    .and_then(|place| place.city.as_ref())
                    .map(|city| city.to_uppercase())
            };
            if let (Some(here), Some(there)) = (city(a), city(b))
                && here != there
            {
                found.push(conflict(
                    ConflictKind::DifferentPlaces,
                    &[(a, here), (b, there)],
                ));
            }
            if a.event.damaged != b.event.damaged {
                let condition = |one: &Standing<'_>| {
                    if one.event.damaged {
                        "damaged"
                    } else {
                        "not damaged"
                    }
                    .to_owned()
                };
                found.push(conflict(
                    ConflictKind::DifferentCondition,
                    &[(a, condition(a)), (b, condition(b))],
                ));
            }
        }
    }
    found
}
