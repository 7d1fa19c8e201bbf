//! Legs: which carrier carried the parcel under which number, and who took it from whom.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use smol_str::SmolStr;

use super::aliases::Aliases;
use super::claims::Heard;
use super::links::{Fate, Links};
use super::merge::Standing;
use super::ties::{Ruling, leads_on, ruling};
use super::{linked, links};
use crate::model::IssuerKind;
use crate::model::{
    CarrierId, Event, EventId, EventTime, FeedId, Milestone, Reference, Role, Scope, Shipment,
    TrackingNumber, words,
};

/// A carrier and the number that it carries the parcel under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LegId {
    /// The carrier.
    pub carrier: CarrierId,
    /// Its number.
    pub number: TrackingNumber,
}

impl LegId {
    /// A carrier and its number.
    #[must_use]
    pub fn new(carrier: impl Into<CarrierId>, number: &str) -> Self {
        Self {
            carrier: carrier.into(),
            number: TrackingNumber::new(number),
        }
    }
}

words! {
    /// How it is known that one leg follows another.
    LinkEvidence {
        /// The application said so.
        Declared = "declared",
        /// A feed named the next or previous number.
        Stated = "stated",
        /// The legs' times follow each other.
        Inferred = "inferred",
    }
}

/// One carrier's part of the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Leg {
    /// The carrier.
    pub carrier: CarrierId,
    /// Its number.
    pub number: TrackingNumber,
    /// The feeds that tell about it.
    pub feeds: Vec<FeedId>,
    /// The first movement told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<EventTime>,
    /// The last movement told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<EventTime>,
    /// The last movement's milestone. `handed_over` where a "delivered" only ends this leg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    /// The leg that follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<LegId>,
    /// How that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_by: Option<LinkEvidence>,
    /// Whether it ends at the recipient's address, as far as is known.
    pub owns_final_address: bool,
    /// The numbers of its packages, where they travel under numbers of their own.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub packages: BTreeSet<TrackingNumber>,
}

/// The legs of a journey and what belongs to each.
#[derive(Default)]
pub(super) struct Legs {
    pub all: Vec<Leg>,
    /// The numbers under which they are reported.
    pub aliases: Aliases,
    /// The events that name another leg's number, and those by which a return is known to be this
    /// parcel.
    pub stated_by: BTreeSet<EventId>,
    /// What else is known of each.
    pub fates: Vec<Fate>,
}

impl Legs {
    /// The leg that an event belongs to.
    pub fn of(&self, one: &Standing<'_>) -> Option<usize> {
        self.find(&one.event.carrier, one.event.number.as_str())
    }

    /// The leg of a carrier's number.
    pub fn find(&self, carrier: &CarrierId, number: &str) -> Option<usize> {
        self.aliases.get(carrier, number)
    }

    /// Whether any carrier has a leg under a number.
    pub fn knows(&self, number: &str) -> bool {
        !self.aliases.of(number).is_empty()
    }

    /// The leg's id.
    pub fn id(&self, leg: usize) -> LegId {
        LegId {
            carrier: self.all[leg].carrier.clone(),
            number: self.all[leg].number.clone(),
        }
    }
}

/// Builds the legs: one for each carrier's number, pieces under their master, links by declaration,
/// statement or time.
pub(super) fn build(
    deliveries: &[&Shipment],
    events: &[Standing<'_>],
    declared: &BTreeSet<(LegId, LegId)>,
    heard: &Heard<'_>,
) -> Legs {
    let mut legs = gather(deliveries);
    for one in events {
        if let Some(leg) = legs.of(one) {
            note(&mut legs.all[leg], one);
        }
    }
    let stated = stated_links(&mut legs, deliveries, events, heard);
    let followed: Vec<(usize, usize)> = declared
        .iter()
        .filter_map(|(from, to)| declared_link(&mut legs, from, to))
        .collect();
    legs.fates = vec![Fate::default(); legs.all.len()];
    let returns = linked::returns(&mut legs, deliveries, events, heard);
    let mut links = Links::new(legs.all.len());
    let by = |evidence| move |(from, to)| (from, to, evidence);
    let known = followed.into_iter().map(by(LinkEvidence::Declared)).chain(
        stated
            .into_iter()
            .chain(returns)
            .map(by(LinkEvidence::Stated)),
    );
    for (from, to, by) in known
        .filter(|(from, to, _)| !legs.fates[*from].aside && !legs.fates[*to].aside)
        .collect::<Vec<_>>()
    {
        links.add(from, to, by);
    }
    links::infer(&legs, &mut links);
    links::in_order_of_travel(legs, &links, events)
}

/// A declared link. The number that the parcel goes on under becomes a leg, though no feed reports
/// it yet.
fn declared_link(legs: &mut Legs, from: &LegId, to: &LegId) -> Option<(usize, usize)> {
    let here = legs.find(&from.carrier, from.number.as_str())?;
    let there = find_or_add(
        legs,
        &to.carrier,
        here,
        &Reference::new(Role::Waybill, to.number.as_str()).with_carrier(to.carrier.clone()),
    )?;
    Some((here, there))
}

/// Legs by carrier and master number, with every other number of theirs that a carrier may name as
/// an alias.
fn gather(deliveries: &[&Shipment]) -> Legs {
    let carried: Vec<&&Shipment> = deliveries
        .iter()
        .filter(|shipment| shipment.issuer == IssuerKind::Carrier)
        .collect();
    let masters = masters(&carried);
    let mut legs = Legs::default();
    let roots: BTreeSet<_> = masters
        .iter()
        .map(|((carrier, _), master)| (carrier.clone(), master.clone()))
        .collect();
    for (carrier, master) in roots {
        legs.aliases
            .set(master.clone(), carrier.clone(), legs.all.len());
        legs.all.push(empty_leg(carrier, &master));
    }
    for ((carrier, own), master) in masters {
        let Some(leg) = legs.find(&carrier, &master) else {
            continue;
        };
        if own != master {
            legs.all[leg].packages.insert(TrackingNumber::new(&own));
        }
        legs.aliases.add(own, carrier, leg);
    }
    let mut others: BTreeSet<(SmolStr, CarrierId, usize)> = BTreeSet::new();
    for shipment in carried {
        let Some(leg) = legs.find(&shipment.carrier, shipment.number.as_str()) else {
            continue;
        };
        // The lead package's number is the master's: what is reported it is reported that package
        // only.
        if legs.all[leg].number == shipment.number
            && !legs.all[leg].packages.is_empty()
            && !shipment.events.is_empty()
        {
            legs.all[leg].packages.insert(shipment.number.clone());
        }
        if !legs.all[leg].feeds.contains(&shipment.feed) {
            legs.all[leg].feeds.push(shipment.feed.clone());
            legs.all[leg].feeds.sort();
        }
        let is_alias = |reference: &&Reference| {
            matches!(reference.role, Role::Alternate | Role::Piece)
                && ruling(shipment, reference) == Ruling::Ties(Some(&shipment.carrier))
        };
        let named = shipment
            .references
            .iter()
            .filter(is_alias)
            .map(|alias| number_key(&alias.number));
        let pieces = shipment
            .pieces
            .iter()
            .filter(|_| shipment.proof.is_proven())
            .map(|piece| piece.as_str().into());
        others.extend(
            named
                .chain(pieces)
                .map(|number| (number, shipment.carrier.clone(), leg)),
        );
    }
    for (number, carrier, leg) in others {
        legs.aliases.add(number, carrier, leg);
    }
    legs
}

/// The master of every number that a delivery is about: itself, unless its carrier names another.
fn masters(carried: &[&&Shipment]) -> BTreeMap<(CarrierId, SmolStr), SmolStr> {
    let mut named: BTreeMap<(CarrierId, SmolStr), Option<SmolStr>> = BTreeMap::new();
    for shipment in carried {
        let own = SmolStr::from(shipment.number.as_str());
        let is_master = |reference: &&Reference| {
            reference.role == Role::MasterWaybill
                && ruling(shipment, reference) == Ruling::Ties(Some(&shipment.carrier))
        };
        let masters = shipment
            .references
            .iter()
            .filter(is_master)
            .map(|reference| number_key(&reference.number));
        let known = named
            .entry((shipment.carrier.clone(), own.clone()))
            .or_default();
        *known = masters
            .filter(|master| *master != own)
            .chain(known.take())
            .min();
    }
    named
        .into_iter()
        .map(|((carrier, own), master)| ((carrier, own.clone()), master.unwrap_or(own)))
        .collect()
}

fn empty_leg(carrier: CarrierId, number: &str) -> Leg {
    Leg {
        carrier,
        number: TrackingNumber::new(number),
        feeds: Vec::new(),
        first: None,
        last: None,
        milestone: None,
        next: None,
        next_by: None,
        owns_final_address: false,
        packages: BTreeSet::new(),
    }
}

fn number_key(number: &str) -> SmolStr {
    TrackingNumber::new(number).as_str().into()
}

/// Whether a statement counts for the beginning and the end of a leg.
pub(super) fn is_movement(event: &Event) -> bool {
    event.milestone.moves_state()
        && !event.milestone.is_before_pickup()
        && event.scope != Scope::Document
}

/// Extends a leg by a movement; events come oldest first.
fn note(leg: &mut Leg, one: &Standing<'_>) {
    let event = one.event;
    if !is_movement(event) {
        return;
    }
    if leg.first.is_none() {
        leg.first = Some(event.time.clone());
    }
    leg.last = Some(event.time.clone());
    leg.milestone = Some(event.milestone);
}

/// Links that feeds state and may state. A next carrier that no feed tells about yet becomes a leg
/// without movement.
fn stated_links(
    legs: &mut Legs,
    deliveries: &[&Shipment],
    events: &[Standing<'_>],
    heard: &Heard<'_>,
) -> BTreeSet<(usize, usize)> {
    let mut stated = BTreeSet::new();
    let links = |shipment: &Shipment, reference: &Reference| {
        (leads_on(reference.role).is_some() || linked::names_a_parcel_of_its_own(reference.role))
            && heard.ties(shipment, reference)
    };
    legs.stated_by = events
        .iter()
        .filter(|one| {
            one.event
                .related
                .iter()
                .any(|other| links(one.shipment, other))
        })
        .map(|one| one.id)
        .collect();
    let from_shipments = deliveries.iter().flat_map(|shipment| {
        shipment
            .references
            .iter()
            .map(move |reference| (*shipment, reference))
    });
    let from_events = events.iter().flat_map(|one| {
        one.event
            .related
            .iter()
            .map(move |reference| (one.shipment, reference))
    });
    let references: BTreeSet<(&CarrierId, &TrackingNumber, &Reference)> = from_shipments
        .chain(from_events)
        .filter(|(shipment, reference)| links(shipment, reference))
        .map(|(shipment, reference)| (&shipment.carrier, &shipment.number, reference))
        .collect();
    for (carrier, number, reference) in references {
        // A shop names the next carrier under the number of the one that it handed the parcel to.
        let here = legs
            .find(carrier, number.as_str())
            .or_else(|| find_by_number(legs, &Reference::new(Role::Waybill, number.as_str())));
        let Some(here) = here else { continue };
        match reference.role {
            Role::NextCarrier | Role::Redirection => {
                if let Some(there) = find_or_add(legs, carrier, here, reference) {
                    stated.insert((here, there));
                }
            }
            Role::PreviousCarrier => {
                if let Some(there) = find_by_number(legs, reference).filter(|there| *there != here)
                {
                    stated.insert((there, here));
                }
            }
            _ => {}
        }
    }
    stated
}

/// The leg of a number that is named, if it is reported. Without a carrier it must be the only one
/// of that number.
pub(super) fn find_by_number(legs: &Legs, reference: &Reference) -> Option<usize> {
    let number = number_key(&reference.number);
    if let Some(carrier) = &reference.carrier {
        return legs.find(carrier, &number);
    }
    let mut found = legs.aliases.of(&number).iter().map(|(_, leg)| *leg);
    let first = found.next()?;
    found.all(|leg| leg == first).then_some(first)
}

/// The leg of a number that the parcel goes on under. One that is not reported is made, if its
/// carrier is known: that of the speaker, but for a next carrier.
fn find_or_add(
    legs: &mut Legs,
    carrier: &CarrierId,
    here: usize,
    reference: &Reference,
) -> Option<usize> {
    if let Some(found) = find_by_number(legs, reference) {
        return (found != here).then_some(found);
    }
    let carrier = match (&reference.carrier, reference.role) {
        (Some(carrier), _) => carrier.clone(),
        (None, Role::NextCarrier) => return None,
        (None, _) => carrier.clone(),
    };
    let number = number_key(&reference.number);
    legs.aliases
        .set(number.clone(), carrier.clone(), legs.all.len());
    legs.all.push(empty_leg(carrier, &number));
    Some(legs.all.len() - 1)
}
