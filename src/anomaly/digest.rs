//! From a journey's snapshot to its [`Parcel`]: each part is made once, of parts that are complete.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::clearance::clearances;
use super::fact::When;
use super::feed::FeedDigest;
use super::lane::Lane;
use super::leg::{LegDigest, legs};
use super::numbers::Numbers;
use super::order::orders;
use super::parcel::Parcel;
use super::pieces;
use super::promise::promises;
use super::statements::Statements;
use super::travel::{clock_doubts, leaps};
use crate::journey::{Snapshot, TraceField};
use crate::model::{CarrierId, EventId, Place};

/// What the digests of a shipment and of its pieces share.
pub(super) struct Shared {
    pub at: DateTime<Utc>,
    pub carrier: Option<CarrierId>,
    pub lane: Lane,
    pub is_return: bool,
    pub places: Arc<Vec<Place>>,
    pub words: Arc<Vec<(EventId, SmolStr)>>,
    pub legs: Arc<Vec<LegDigest>>,
    pub feeds: Arc<Vec<FeedDigest>>,
}

/// What a journey comes to for rules.
pub(super) fn digest(snapshot: &Snapshot) -> Parcel {
    let feeds: Arc<Vec<FeedDigest>> =
        Arc::new(snapshot.feeds.iter().map(FeedDigest::from).collect());
    let numbers = Numbers::of(&snapshot.legs);
    let told = Statements::of(snapshot, &feeds, &numbers);
    let legs = Arc::new(legs(&snapshot.legs, &feeds, &numbers));
    let stands = snapshot.parcel.as_ref();
    let leg = stands.and_then(|stands| numbers.leg(stands.leg.as_ref()?));
    let shared = Shared {
        at: snapshot.at,
        carrier: carrier(snapshot, leg, &legs),
        lane: lane(snapshot, &told),
        is_return: snapshot.is_return,
        places: Arc::clone(&told.places),
        words: Arc::clone(&told.words),
        legs,
        feeds,
    };
    let pieces = pieces::pieces(&snapshot.pieces);
    let piece_count = snapshot.piece_count.map_or(0, |count| count.total);
    let is_one_piece = pieces.len() < 2 && piece_count < 2;
    Parcel {
        at: snapshot.at,
        renew: renew(snapshot),
        customer: None,
        service: snapshot.details.service.clone(),
        milestone: stands.map(|stands| stands.milestone),
        stage: stands.and_then(|stands| stands.stage),
        since: stands.map(|stands| When::from(&stands.since)),
        decided: snapshot.trace.of(TraceField::Milestone).next(),
        terminal: stands.is_some_and(|stands| stands.terminal),
        leg,
        clearances: clearances(&told.facts, &snapshot.customs, None),
        promises: promises(&snapshot.promises, &shared.feeds),
        apart: if is_one_piece || pieces.is_empty() {
            Vec::new()
        } else {
            pieces::apart(&shared, &told.facts, &snapshot.pieces, &snapshot.customs)
        },
        pieces,
        piece: None,
        conflicts: snapshot.conflicts.clone(),
        notices: snapshot.notices.clone(),
        orders: orders(snapshot),
        destinations: snapshot.details.destinations().to_vec(),
        piece_count,
        leaps: if is_one_piece {
            leaps(&told)
        } else {
            Vec::new()
        },
        clock_doubts: clock_doubts(&told.facts, &shared.feeds, snapshot),
        expected: Vec::new(),
        piece_numbers: snapshot
            .pieces
            .iter()
            .map(|piece| piece.number.clone())
            .collect(),
        facts: told.facts,
        carrier: shared.carrier,
        lane: shared.lane,
        is_return: shared.is_return,
        places: shared.places,
        words: shared.words,
        legs: shared.legs,
        feeds: shared.feeds,
    }
}

/// When a statement about the future begins to count.
fn renew(snapshot: &Snapshot) -> Option<DateTime<Utc>> {
    let times = snapshot.events.iter().map(|event| event.time.earliest());
    times.filter(|earliest| *earliest > snapshot.at).min()
}

/// The carrier of the leg that it is on, else of the last leg, else of its first number.
fn carrier(snapshot: &Snapshot, leg: Option<u16>, legs: &[LegDigest]) -> Option<CarrierId> {
    let on = leg.and_then(|leg| legs.get(usize::from(leg)));
    on.or(legs.last())
        .map(|leg| leg.carrier.clone())
        .or_else(|| {
            snapshot
                .numbers
                .first()
                .map(|number| number.carrier.clone())
        })
}

/// From where to where. An origin that no feed names is where the parcel was first seen.
fn lane(snapshot: &Snapshot, told: &Statements) -> Lane {
    let country = |place: &Option<Place>| place.as_ref().and_then(|place| place.country);
    let seen = || {
        told.facts
            .iter()
            .filter(|fact| fact.is_of_parcel())
            .find_map(|fact| told.place(fact)?.country)
    };
    Lane {
        origin: country(&snapshot.details.origin).or_else(seen),
        destination: country(&snapshot.details.destination),
    }
}
