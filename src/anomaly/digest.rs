//! From a journey to its [`Parcel`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::lane::Lane;
use super::parcel::{Clearance, Fact, FeedDigest, HoldDigest, LegDigest, Parcel, PromiseMark, When};
use super::{order, travel};
use crate::adapter::IssuerKind;
use crate::journey::{CustomsTrack, Hold, Journey, Leg, LegId, State};
use crate::model::{Country, Event, EventId, EventTime, Milestone, Place, Reason, Scope, Shipment, Stage};

impl From<&EventTime> for When {
    fn from(time: &EventTime) -> Self {
        Self { earliest: time.earliest(), latest: time.latest() }
    }
}

/// What a journey's `state` at `at` comes to for rules; deliveries received later do not count.
pub(super) fn digest(journey: &Journey, state: &State, at: DateTime<Utc>) -> Parcel {
    let known: Vec<&Shipment> = journey.shipments().map(AsRef::as_ref).filter(|shipment| shipment.received <= at).collect();
    let feeds = feeds(&known);
    let mut parcel = Parcel {
        at,
        renew: state.events.iter().map(|event| event.time.earliest()).filter(|earliest| *earliest > at).min(),
        is_return: known.iter().any(|shipment| shipment.is_return),
        legs: legs(&state.legs, &feeds),
        promises: promises(&known, state, &feeds),
        pieces: state.pieces.iter().map(|piece| piece.milestone).collect(),
        conflicts: state.conflicts.clone(),
        notices: state.notices.clone(),
        orders: order::orders(&known, state, at),
        destinations: destinations(&known, state),
        piece_count: known.iter().filter_map(|shipment| shipment.piece_count).max().unwrap_or(0),
        feeds,
        ..Parcel::default()
    };
    let received = first_received(&known);
    take_facts(&mut parcel, &received, state);
    take_state(&mut parcel, state);
    parcel.lane = lane(&known, state, &parcel);
    parcel.service = known.iter().rev().find_map(|shipment| shipment.service.clone());
    parcel.clearances = [(true, &state.customs.export), (false, &state.customs.import)]
        .into_iter()
        .filter_map(|(is_export, track)| clearance(&parcel, is_export, track.as_ref()?))
        .collect();
    parcel.leaps = travel::leaps(&parcel);
    parcel.clock_doubts = travel::clock_doubts(&parcel, state, &received);
    parcel
}

/// When each statement was first received. Deliveries come in the order of their receipt.
fn first_received(known: &[&Shipment]) -> HashMap<EventId, DateTime<Utc>> {
    let mut received = HashMap::new();
    for shipment in known {
        for event in &shipment.events {
            received.entry(event.id()).or_insert(shipment.received);
        }
    }
    received
}

/// Where the last leg's feeds and the shops say that it goes.
fn destinations(known: &[&Shipment], state: &State) -> Vec<Place> {
    let last = state.legs.iter().rev().find(|leg| leg.owns_final_address).map(|leg| &leg.carrier);
    let tells = |shipment: &Shipment| shipment.issuer == IssuerKind::Merchant || Some(&shipment.carrier) == last;
    let mut places: Vec<Place> = known.iter().filter(|shipment| tells(shipment)).filter_map(|shipment| shipment.destination.clone()).collect();
    places.sort_by_key(Place::identity);
    places.dedup();
    places
}

fn feeds(known: &[&Shipment]) -> Vec<FeedDigest> {
    let mut feeds: Vec<FeedDigest> = Vec::new();
    for shipment in known {
        match feeds.iter_mut().find(|feed| feed.id == shipment.feed) {
            Some(feed) => feed.last_received = feed.last_received.max(shipment.received),
            None => feeds.push(FeedDigest {
                id: shipment.feed.clone(),
                issuer: shipment.issuer,
                first_received: shipment.received,
                last_received: shipment.received,
            }),
        }
    }
    feeds.sort_by(|a, b| a.id.cmp(&b.id));
    feeds
}

/// An index as digests keep it. What lies beyond is left out: no journey has 65,536 legs, feeds or places.
fn index(at: usize) -> Option<u16> {
    u16::try_from(at).ok()
}

fn feed_index(feeds: &[FeedDigest], id: &crate::FeedId) -> Option<u16> {
    feeds.binary_search_by(|feed| feed.id.cmp(id)).ok().and_then(index)
}

fn leg_index(legs: &[Leg], id: &LegId) -> Option<u16> {
    legs.iter().position(|leg| leg.carrier == id.carrier && leg.number == id.number).and_then(index)
}

fn legs(legs: &[Leg], feeds: &[FeedDigest]) -> Vec<LegDigest> {
    let digest = |leg: &Leg| LegDigest {
        carrier: leg.carrier.clone(),
        first: leg.first.as_ref().map(When::from),
        last: leg.last.as_ref().map(When::from),
        milestone: leg.milestone,
        next: leg.next.as_ref().and_then(|next| leg_index(legs, next)),
        next_by: leg.next_by,
        owns_final_address: leg.owns_final_address,
        feeds: leg.feeds.iter().filter_map(|feed| feed_index(feeds, feed)).collect(),
    };
    legs.iter().map(digest).collect()
}

/// The promises of the last leg's carrier, in the order of their receipt, without repetitions by the same feed.
fn promises(known: &[&Shipment], state: &State, feeds: &[FeedDigest]) -> Vec<PromiseMark> {
    let Some(owner) = state.legs.iter().find(|leg| leg.owns_final_address) else { return Vec::new() };
    let mut marks: Vec<PromiseMark> = Vec::new();
    for shipment in known.iter().filter(|shipment| shipment.carrier == owner.carrier && shipment.issuer == IssuerKind::Carrier) {
        let (Some(promise), Some(feed)) = (shipment.promise(), feed_index(feeds, &shipment.feed)) else { continue };
        let mark = PromiseMark { feed, stated: shipment.received, kind: promise.kind, by: When::from(&promise.by) };
        let before = marks.iter().rev().find(|before| before.feed == feed);
        if before.is_none_or(|before| (before.kind, before.by) != (mark.kind, mark.by)) {
            marks.push(mark);
        }
    }
    marks
}

fn take_facts(parcel: &mut Parcel, received: &HashMap<EventId, DateTime<Utc>>, state: &State) {
    let mut places: HashMap<SmolStr, u16> = HashMap::new();
    for event in state.events.iter().filter(|event| event.time.earliest() <= parcel.at) {
        let id = event.id();
        let place = event.place.as_ref().and_then(|place| place_index(&mut parcel.places, &mut places, place));
        let repeats = state.same_scans.iter().any(|scan| scan.best != id && scan.events.contains(&id));
        let fact = Fact {
            event: id,
            earliest: event.time.earliest(),
            latest: event.time.latest(),
            time: event.time.kind(),
            received: received.get(&id).copied().unwrap_or(parcel.at),
            milestone: event.milestone,
            stage: event.stage,
            reason: event.reason,
            scope: event.scope,
            confidence: event.confidence,
            delivered_to: event.delivered_to,
            damaged: event.damaged,
            repeats,
            place,
            feed: feed_index(&parcel.feeds, &event.feed).unwrap_or(u16::MAX),
            leg: leg_of(&state.legs, event),
        };
        if fact.is_movement() {
            parcel.moved = index(parcel.facts.len());
        }
        parcel.seen |= 1 << fact.milestone as u64;
        if fact.scope != Scope::Document {
            parcel.reasons |= fact.reason.map_or(0, |reason| 1 << reason as u128);
            parcel.is_damaged |= fact.damaged || fact.milestone == Milestone::Damaged || fact.reason == Some(Reason::Damage);
        }
        parcel.facts.push(fact);
    }
}

fn place_index(places: &mut Vec<Place>, known: &mut HashMap<SmolStr, u16>, place: &Place) -> Option<u16> {
    let key = place.identity();
    if let Some(at) = known.get(&key) {
        return Some(*at);
    }
    let at = index(places.len())?;
    places.push(place.clone());
    known.insert(key, at);
    Some(at)
}

/// The leg that an event belongs to: by its number, or as the only leg of its carrier.
fn leg_of(legs: &[Leg], event: &Event) -> Option<u16> {
    let of_carrier = || legs.iter().enumerate().filter(|(_, leg)| leg.carrier == event.carrier);
    let by_number = of_carrier().find(|(_, leg)| leg.number == event.number || leg.packages.contains(&event.number));
    by_number.or_else(|| of_carrier().next().filter(|_| of_carrier().count() == 1)).and_then(|(at, _)| index(at))
}

fn take_state(parcel: &mut Parcel, state: &State) {
    if let Some(stands) = &state.parcel {
        parcel.milestone = Some(stands.milestone);
        parcel.stage = stands.stage;
        parcel.since = Some(When::from(&stands.since));
        parcel.terminal = stands.terminal;
        parcel.leg = stands.leg.as_ref().and_then(|leg| leg_index(&state.legs, leg));
    }
    parcel.decided = state.trace.state.get("milestone").and_then(|events| events.first().copied());
    let on = parcel.leg.and_then(|leg| parcel.legs.get(usize::from(leg)));
    parcel.carrier = on.or(parcel.legs.last()).map(|leg| leg.carrier.clone()).or_else(|| state.numbers.first().map(|number| number.carrier.clone()));
}

/// The first leg's origin and the last leg's destination; an origin that no feed names is where the parcel was first seen.
fn lane(known: &[&Shipment], state: &State, parcel: &Parcel) -> Lane {
    let country = |leg: &Leg, place: fn(&Shipment) -> Option<&Place>| -> Option<Country> {
        known.iter().rev().filter(|shipment| shipment.carrier == leg.carrier).find_map(|shipment| place(shipment)?.country)
    };
    let origin = state.legs.iter().find_map(|leg| country(leg, |shipment| shipment.origin.as_ref()));
    let seen = || parcel.facts.iter().filter(|fact| fact.is_of_parcel()).find_map(|fact| parcel.place(fact)?.country);
    let destination = state.legs.iter().rev().find_map(|leg| country(leg, |shipment| shipment.destination.as_ref()));
    // Before a carrier does, a shop knows where its orders go.
    let shop = |place: fn(&Shipment) -> Option<&Place>| {
        known.iter().rev().filter(|shipment| shipment.issuer == IssuerKind::Merchant).find_map(|shipment| place(shipment)?.country)
    };
    let origin = origin.or_else(|| shop(|shipment| shipment.origin.as_ref())).or_else(seen);
    Lane { origin, destination: destination.or_else(|| shop(|shipment| shipment.destination.as_ref())) }
}

fn is_export(stage: Option<Stage>) -> bool {
    matches!(stage, Some(Stage::ExportCustoms | Stage::FirstMile | Stage::Order))
}

fn clearance(parcel: &Parcel, is_export_track: bool, track: &CustomsTrack) -> Option<Clearance> {
    let of_track = |fact: &&Fact| fact.milestone.is_customs() && fact.scope != Scope::Document && is_export(fact.stage) == is_export_track;
    let own: Vec<&Fact> = parcel.facts.iter().filter(of_track).collect();
    // A control after a release begins anew.
    let after_release = own.iter().rposition(|fact| fact.milestone == Milestone::CustomsReleased).map_or(0, |at| at + 1);
    let opening = own.get(after_release).or(own.first())?;
    let last = own.last()?;
    let went_on = parcel.facts.iter().any(|fact| fact.is_after(last) && fact.is_of_parcel() && is_beyond(fact, is_export_track));
    let is_free = track.milestone == Milestone::CustomsReleased;
    Some(Clearance {
        is_export: is_export_track,
        milestone: track.milestone,
        began: When { earliest: opening.earliest, latest: opening.latest },
        opened: opening.event,
        holds: track.holds.iter().map(hold).collect(),
        party: track.who_must_act,
        over: is_free || went_on && track.milestone != Milestone::CustomsSeized,
    })
}

/// Whether a statement shows that a parcel has customs behind it, though nobody told of a release.
fn is_beyond(fact: &Fact, is_export: bool) -> bool {
    let at_the_door =
        matches!(fact.milestone, Milestone::OutForDelivery | Milestone::DeliveryAttempted | Milestone::AvailableForPickup | Milestone::Delivered);
    let stage = fact.stage.filter(|_| fact.is_movement());
    at_the_door
        || stage == Some(Stage::LastMile)
        || is_export && (stage == Some(Stage::ImportCustoms) || stage == Some(Stage::LineHaul) && fact.milestone == Milestone::Departed)
}

fn hold(hold: &Hold) -> HoldDigest {
    HoldDigest {
        kind: hold.kind,
        reason: hold.reason,
        since: When::from(&hold.since),
        event: hold.event,
        agency: hold.agency.clone(),
        party: hold.who_must_act(),
    }
}
