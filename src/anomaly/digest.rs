//! From a journey to its [`Parcel`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::fact::{Fact, When};
use super::lane::Lane;
use super::parcel::{Clearance, FeedDigest, HoldDigest, LegDigest, Parcel};
use super::promise::promises;
use super::{apart, order, travel};
use crate::journey::{CustomsTrack, Hold, Journey, Leg, LegId, Snapshot};
use crate::model::IssuerKind;
use crate::model::{
    CarrierId, Country, Event, EventId, EventTime, Milestone, Place, Scope, Shipment, Stage,
    TrackingNumber,
};

impl From<&EventTime> for When {
    fn from(time: &EventTime) -> Self {
        Self {
            earliest: time.earliest(),
            latest: time.latest(),
        }
    }
}

/// What a journey's `state` at `at` comes to for rules; deliveries received later do not count.
pub(super) fn digest(journey: &Journey, state: &Snapshot, at: DateTime<Utc>) -> Parcel {
    let known: Vec<&Shipment> = journey
        .shipments()
        .map(AsRef::as_ref)
        .filter(|shipment| shipment.received <= at)
        .collect();
    let feeds = feeds(&known);
    let numbers = Numbers::of(&state.legs);
    let mut parcel = Parcel {
        at,
        renew: state
            .events
            .iter()
            .map(|event| event.time.earliest())
            .filter(|earliest| *earliest > at)
            .min(),
        is_return: known.iter().any(|shipment| shipment.is_return),
        legs: Arc::new(legs(&state.legs, &feeds, &numbers)),
        promises: promises(&known, state, &feeds),
        conflicts: state.conflicts.clone(),
        notices: state.notices.clone(),
        orders: order::orders(&known, state, at),
        destinations: destinations(&known, state),
        piece_numbers: state
            .pieces
            .iter()
            .map(|piece| piece.number.clone())
            .collect(),
        piece_count: known
            .iter()
            .filter_map(|shipment| shipment.piece_count)
            .max()
            .unwrap_or(0),
        feeds: Arc::new(feeds),
        ..Parcel::default()
    };
    let received = first_received(&known);
    take_facts(&mut parcel, &received, state, &numbers);
    take_state(&mut parcel, state, &numbers);
    parcel.lane = lane(&known, state, &parcel);
    parcel.service = known
        .iter()
        .rev()
        .find_map(|shipment| shipment.service.clone());
    parcel.clearances = clearances(&parcel, state, None);
    apart::split(&mut parcel, state);
    parcel.leaps = travel::leaps(&parcel);
    parcel.clock_doubts = travel::clock_doubts(&parcel, state, &received);
    parcel
}

/// The legs by their numbers: each by its own and those of its packages, and the carriers that have
/// one leg only.
pub(super) struct Numbers<'s> {
    by_number: HashMap<(&'s CarrierId, &'s TrackingNumber), u16>,
    only: HashMap<&'s CarrierId, Option<u16>>,
    /// The numbers of packages that travel under numbers of their own, several under one leg.
    packages: HashSet<(&'s CarrierId, &'s TrackingNumber)>,
}

impl<'s> Numbers<'s> {
    pub(super) fn of(legs: &'s [Leg]) -> Self {
        let mut numbers = Self {
            by_number: HashMap::new(),
            only: HashMap::new(),
            packages: HashSet::new(),
        };
        for (at, leg) in legs.iter().enumerate() {
            let Some(at) = index(at) else { break };
            for number in std::iter::once(&leg.number).chain(&leg.packages) {
                numbers
                    .by_number
                    .entry((&leg.carrier, number))
                    .or_insert(at);
            }
            if leg.packages.len() > 1 {
                numbers
                    .packages
                    .extend(leg.packages.iter().map(|package| (&leg.carrier, package)));
            }
            numbers
                .only
                .entry(&leg.carrier)
                .and_modify(|only| *only = None)
                .or_insert(Some(at));
        }
        numbers
    }

    fn leg(&self, id: &LegId) -> Option<u16> {
        self.by_number.get(&(&id.carrier, &id.number)).copied()
    }

    /// The leg that an event belongs to: by its number, or as the only leg of its carrier.
    fn leg_of(&self, event: &Event) -> Option<u16> {
        let by_number = self
            .by_number
            .get(&(&event.carrier, &event.number))
            .copied();
        by_number.or_else(|| self.only.get(&event.carrier).copied().flatten())
    }

    /// The piece that an event is about: named by it, or a package with a number of its own.
    fn piece_of<'e>(&self, event: &'e Event) -> Option<&'e TrackingNumber> {
        event.piece.as_ref().or_else(|| {
            self.packages
                .contains(&(&event.carrier, &event.number))
                .then_some(&event.number)
        })
    }
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
fn destinations(known: &[&Shipment], state: &Snapshot) -> Vec<Place> {
    let last = state
        .legs
        .iter()
        .rev()
        .find(|leg| leg.owns_final_address)
        .map(|leg| &leg.carrier);
    let tells = |shipment: &Shipment| {
        shipment.issuer == IssuerKind::Merchant || Some(&shipment.carrier) == last
    };
    let mut places: Vec<Place> = known
        .iter()
        .filter(|shipment| tells(shipment))
        .filter_map(|shipment| shipment.destination.clone())
        .collect();
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

/// An index as digests keep it. What lies beyond is left out: no journey has 65,536 legs, feeds or
/// places.
fn index(at: usize) -> Option<u16> {
    u16::try_from(at).ok()
}

pub(super) fn feed_index(feeds: &[FeedDigest], id: &crate::FeedId) -> Option<u16> {
    feeds
        .binary_search_by(|feed| feed.id.cmp(id))
        .ok()
        .and_then(index)
}

fn legs(legs: &[Leg], feeds: &[FeedDigest], numbers: &Numbers<'_>) -> Vec<LegDigest> {
    let digest = |leg: &Leg| LegDigest {
        carrier: leg.carrier.clone(),
        first: leg.first.as_ref().map(When::from),
        last: leg.last.as_ref().map(When::from),
        milestone: leg.milestone,
        next: leg.next.as_ref().and_then(|next| numbers.leg(next)),
        next_by: leg.next_by,
        owns_final_address: leg.owns_final_address,
        feeds: leg
            .feeds
            .iter()
            .filter_map(|feed| feed_index(feeds, feed))
            .collect(),
    };
    legs.iter().map(digest).collect()
}

fn take_facts(
    parcel: &mut Parcel,
    received: &HashMap<EventId, DateTime<Utc>>,
    state: &Snapshot,
    numbers: &Numbers<'_>,
) {
    let mut names: HashMap<SmolStr, u16> = HashMap::new();
    let mut places: Vec<Place> = Vec::new();
    let mut words: Vec<(EventId, SmolStr)> = Vec::new();
    let pieces: HashMap<&TrackingNumber, u32> = state
        .pieces
        .iter()
        .zip(0..)
        .map(|(piece, at)| (&piece.number, at))
        .collect();
    let repeated: HashSet<EventId> = state
        .same_scans
        .iter()
        .flat_map(|scan| {
            scan.events
                .iter()
                .copied()
                .filter(move |id| *id != scan.best)
        })
        .collect();
    let at = parcel.at;
    for event in state
        .events
        .iter()
        .filter(|event| event.time.earliest() <= at)
    {
        let id = event.id();
        let feed = feed_index(&parcel.feeds, &event.feed);
        let issuer = feed
            .and_then(|feed| parcel.feeds.get(usize::from(feed)))
            .map(|feed| feed.issuer);
        let fact = Fact {
            event: id,
            earliest: event.time.earliest(),
            latest: event.time.latest(),
            time: event.time.kind(),
            received: received.get(&id).copied().unwrap_or(at),
            milestone: event.milestone,
            stage: event.stage,
            reason: event.reason,
            scope: event.scope,
            confidence: event.confidence,
            unexplained: event.milestone == Milestone::Unmapped
                && issuer == Some(IssuerKind::Carrier)
                && matches!(event.scope, Scope::Parcel | Scope::Piece),
            delivered_to: event.delivered_to,
            damaged: event.damaged,
            repeats: repeated.contains(&id),
            place: event
                .place
                .as_ref()
                .and_then(|place| place_index(&mut places, &mut names, place)),
            feed: feed.unwrap_or(u16::MAX),
            leg: numbers.leg_of(event),
            piece: numbers
                .piece_of(event)
                .and_then(|piece| pieces.get(piece).copied()),
        };
        if fact.is_problem() {
            words.extend(
                event
                    .code
                    .text
                    .as_ref()
                    .map(|text| (id, SmolStr::from(&*text.masked()))),
            );
        }
        parcel.take(fact);
    }
    words.sort();
    parcel.places = Arc::new(places);
    parcel.words = Arc::new(words);
}

fn place_index(
    places: &mut Vec<Place>,
    known: &mut HashMap<SmolStr, u16>,
    place: &Place,
) -> Option<u16> {
    let key = place.identity();
    if let Some(at) = known.get(&key) {
        return Some(*at);
    }
    let at = index(places.len())?;
    places.push(place.clone());
    known.insert(key, at);
    Some(at)
}

fn take_state(parcel: &mut Parcel, state: &Snapshot, numbers: &Numbers<'_>) {
    if let Some(stands) = &state.parcel {
        parcel.milestone = Some(stands.milestone);
        parcel.stage = stands.stage;
        parcel.since = Some(When::from(&stands.since));
        parcel.terminal = stands.terminal;
        parcel.leg = stands.leg.as_ref().and_then(|leg| numbers.leg(leg));
    }
    parcel.decided = state
        .trace
        .state
        .get("milestone")
        .and_then(|events| events.first().copied());
    let on = parcel.leg.and_then(|leg| parcel.legs.get(usize::from(leg)));
    parcel.carrier = on
        .or(parcel.legs.last())
        .map(|leg| leg.carrier.clone())
        .or_else(|| state.numbers.first().map(|number| number.carrier.clone()));
}

/// The first leg's origin and the last leg's destination; an origin that no feed names is where the
/// parcel was first seen.
fn lane(known: &[&Shipment], state: &Snapshot, parcel: &Parcel) -> Lane {
    let country = |leg: &Leg, place: fn(&Shipment) -> Option<&Place>| -> Option<Country> {
        known
            .iter()
            .rev()
            .filter(|shipment| shipment.carrier == leg.carrier)
            .find_map(|shipment| place(shipment)?.country)
    };
    let origin = state
        .legs
        .iter()
        .find_map(|leg| country(leg, |shipment| shipment.origin.as_ref()));
    let seen = || {
        parcel
            .facts
            .iter()
            .filter(|fact| fact.is_of_parcel())
            .find_map(|fact| parcel.place(fact)?.country)
    };
    let destination = state
        .legs
        .iter()
        .rev()
        .find_map(|leg| country(leg, |shipment| shipment.destination.as_ref()));
    // Before a carrier does, a shop knows where its orders go.
    let shop = |place: fn(&Shipment) -> Option<&Place>| {
        known
            .iter()
            .rev()
            .filter(|shipment| shipment.issuer == IssuerKind::Merchant)
            .find_map(|shipment| place(shipment)?.country)
    };
    let origin = origin
        .or_else(|| shop(|shipment| shipment.origin.as_ref()))
        .or_else(seen);
    Lane {
        origin,
        destination: destination.or_else(|| shop(|shipment| shipment.destination.as_ref())),
    }
}

fn is_export(stage: Option<Stage>) -> bool {
    matches!(
        stage,
        Some(Stage::ExportCustoms | Stage::FirstMile | Stage::Order)
    )
}

/// Every open hold by its statement.
pub(super) type Holds<'s> = HashMap<EventId, &'s Hold>;

pub(super) fn holds(state: &Snapshot) -> Holds<'_> {
    [&state.customs.export, &state.customs.import]
        .into_iter()
        .flatten()
        .flat_map(|track| &track.holds)
        .map(|hold| (hold.event, hold))
        .collect()
}

/// The clearances of a parcel, or of a piece: of what holds it, that which is said of it.
pub(super) fn clearances(
    parcel: &Parcel,
    state: &Snapshot,
    holds: Option<&Holds<'_>>,
) -> Vec<Clearance> {
    [
        (true, &state.customs.export),
        (false, &state.customs.import),
    ]
    .into_iter()
    .filter_map(|(is_export, track)| clearance(parcel, is_export, track.as_ref()?, holds))
    .collect()
}

fn clearance(
    parcel: &Parcel,
    is_export_track: bool,
    track: &CustomsTrack,
    all: Option<&Holds<'_>>,
) -> Option<Clearance> {
    let of_track = |fact: &&Fact| {
        fact.milestone.is_customs()
            && fact.scope != Scope::Document
            && is_export(fact.stage) == is_export_track
    };
    let own: Vec<&Fact> = parcel.facts.iter().filter(of_track).collect();
    // A control after a release begins anew.
    let after_release = own
        .iter()
        .rposition(|fact| fact.milestone == Milestone::CustomsReleased)
        .map_or(0, |at| at + 1);
    let opening = own.get(after_release).or(own.first())?;
    let last = own.last()?;
    let went_on = parcel
        .facts
        .iter()
        .any(|fact| fact.is_after(last) && fact.is_of_parcel() && is_beyond(fact, is_export_track));
    let holds: Vec<HoldDigest> = match all {
        None => track.holds.iter().map(hold).collect(),
        Some(all) => own
            .iter()
            .filter_map(|fact| Some(hold(all.get(&fact.event)?)))
            .collect(),
    };
    let (milestone, party) = match all {
        None => (track.milestone, track.who_must_act),
        Some(_) => (
            holds.first().map_or(last.milestone, |hold| hold.kind),
            holds.first().map(|hold| hold.party),
        ),
    };
    let is_free =
        milestone == Milestone::CustomsReleased || track.milestone == Milestone::CustomsReleased;
    Some(Clearance {
        is_export: is_export_track,
        milestone,
        began: When {
            earliest: opening.earliest,
            latest: opening.latest,
        },
        opened: opening.event,
        party,
        holds,
        over: is_free || went_on && track.milestone != Milestone::CustomsSeized,
    })
}

/// Whether a statement shows that a parcel has customs behind it, though nobody told of a release.
fn is_beyond(fact: &Fact, is_export: bool) -> bool {
    let at_the_door = matches!(
        fact.milestone,
        Milestone::OutForDelivery
            | Milestone::DeliveryAttempted
            | Milestone::AvailableForPickup
            | Milestone::Delivered
    );
    let stage = fact.stage.filter(|_| fact.is_movement());
    at_the_door
        || stage == Some(Stage::LastMile)
        || is_export
            && (stage == Some(Stage::ImportCustoms)
                || stage == Some(Stage::LineHaul) && fact.milestone == Milestone::Departed)
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
