//! What is reported about a parcel beside its events: [`Details`].

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use serde::Serialize;
use smol_str::SmolStr;

use super::legs::Leg;
use super::linked::Claim;
use super::merge::{Newest, Standing};
use super::voices::Voices;
use crate::model::{
    CarrierId, Due, DueKind, Event, EventTime, FreeText, PickupPoint, Place, ProofOfDelivery,
    Reference, Shipment, TrackingNumber, WebLink,
};

/// What is reported about a parcel beside its events.
///
/// Each value is a pure function of the set of deliveries:
/// - **Who is believed**: the carrier of the leg that the parcel is on, then the carriers of the
///   other legs, the last first, then shops, then authorities. Of one speaker the newest delivery
///   that tells the value; of several received together always the same one, by a hash of their
///   content. What is reported about a return, a replacement or a signed receipt is about another
///   parcel and does not count.
/// - **Where it comes from** is for the first leg to say, before the later ones: origin, ship date
///   and day of handing in. **Where it goes** is for the last leg. A place that names its country
///   is preferred to one that does not.
/// - **What does not change** (service, weight, origin, destination, references, ship date, day of
///   handing in) stands until another value is told. **What does** (pickup point, dues, proof,
///   links) stands while its feed tells it: a newer snapshot with events that leaves it out takes
///   it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Details {
    /// The service's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<SmolStr>,
    /// Weight in grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<u64>,
    /// Where from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Place>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Place>,
    /// Every place of destination that shops and the carrier of the last leg have named, where they
    /// named several; see [`Details::destinations`].
    #[serde(rename = "destinations", skip_serializing_if = "is_single")]
    pub(super) destinations: Vec<Place>,
    /// Other numbers that belong with it, without those that are no more than
    /// [claimed](super::Snapshot::claims).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The day that the carrier gives as the ship date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_on: Option<EventTime>,
    /// When the sender handed it in, where that is stated apart from the ship date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_in_on: Option<EventTime>,
    /// Where it waits to be collected, or will; none once it was delivered, returned or ended
    /// otherwise. The code that opens a locker is hidden in JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_point: Option<PickupPoint>,
    /// What has to be paid for it, or was: of one carrier's number and of one kind, what the newest
    /// delivery that lists the kind says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<Due>,
    /// What carriers have as proof of a delivery: for each feed and number the newest list, and
    /// what the events that stand name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proof_of_delivery: Vec<ProofOfDelivery>,
    /// Pages of the carriers about it: for each feed and number the newest list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<WebLink>,
    /// What the carrier asks the recipient or sender to do, in the statement that decided the
    /// state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_steps: Option<FreeText>,
}

impl Details {
    /// Every place of destination that shops and the carrier of the last leg have named.
    #[must_use]
    pub fn destinations(&self) -> &[Place] {
        &self.destinations
    }
}

fn is_single(places: &[Place]) -> bool {
    places.len() < 2
}

/// What [`Details`] are made of.
pub(super) struct Told<'s, 'j> {
    pub voices: &'s Voices<'j>,
    pub newest: &'s Newest<'j>,
    pub legs: &'s [Leg],
    pub claims: &'s [Claim],
    /// What happened to the parcel itself, oldest first.
    pub own: &'s [Standing<'j>],
    /// The statement that decided the state.
    pub decided: Option<&'j Event>,
    /// Whether nothing more happens to the parcel.
    pub is_over: bool,
}

/// Everything that is reported beside events.
pub(super) fn told(told: &Told<'_, '_>) -> Details {
    let voices = told.voices;
    Details {
        service: voices.nearest().find_map(|it| it.service.clone()),
        weight_grams: voices.nearest().find_map(|it| it.weight_grams),
        origin: place(|| voices.first_leg_first().filter_map(|it| it.origin.as_ref())),
        destination: place(|| {
            voices
                .last_leg_first()
                .filter_map(|it| it.destination.as_ref())
        }),
        destinations: destinations(voices, told.legs),
        references: references(voices, told.claims),
        shipped_on: voices
            .first_leg_first()
            .find_map(|it| it.shipped_on.clone()),
        handed_in_on: voices
            .first_leg_first()
            .find_map(|it| it.handed_in_on.clone()),
        pickup_point: told
            .current()
            .find_map(|it| it.pickup_point.clone())
            .filter(|_| !told.is_over),
        dues: dues(told.current()),
        proof_of_delivery: proof(told),
        links: unique(newest_lists(told.current(), |it| &it.links)),
        next_steps: told.decided.and_then(|event| event.next_steps.clone()),
    }
}

impl<'j> Told<'_, 'j> {
    /// The deliveries that no newer snapshot of the same feed has replaced, nearest first.
    fn current(&self) -> impl Iterator<Item = &'j Shipment> + '_ {
        self.voices
            .nearest()
            .filter(|shipment| !self.newest.replaces(shipment))
    }
}

/// The first place that names its country, else the first.
fn place<'j, I: Iterator<Item = &'j Place>>(places: impl Fn() -> I) -> Option<Place> {
    places()
        .find(|place| place.country.is_some())
        .or_else(|| places().next())
        .cloned()
}

fn destinations(voices: &Voices<'_>, legs: &[Leg]) -> Vec<Place> {
    let last = legs.iter().rev().find(|leg| leg.owns_final_address);
    let of_last = voices
        .legs()
        .iter()
        .zip(legs)
        .filter(|(_, leg)| last.is_some_and(|last| last.carrier == leg.carrier));
    let told = of_last
        .map(|(told, _)| told.as_slice())
        .chain([voices.merchants()])
        .flatten()
        .filter_map(|shipment| shipment.destination.as_ref());
    let mut places = unique(told);
    places.sort_by_cached_key(Place::identity);
    places
}

fn references(voices: &Voices<'_>, claims: &[Claim]) -> Vec<Reference> {
    let claimed: BTreeSet<&Reference> = claims.iter().map(|claim| &claim.reference).collect();
    let told: BTreeSet<&Reference> = voices
        .nearest()
        .flat_map(|shipment| &shipment.references)
        .filter(|reference| !claimed.contains(reference))
        .collect();
    told.into_iter().cloned().collect()
}

fn dues<'j>(current: impl Iterator<Item = &'j Shipment>) -> Vec<Due> {
    type Kind<'j> = (&'j CarrierId, &'j TrackingNumber, DueKind);
    let mut known: HashMap<Kind<'j>, usize> = HashMap::new();
    let mut dues: Vec<&Due> = Vec::new();
    for (at, shipment) in current.enumerate() {
        dues.extend(shipment.dues.iter().filter(|due| {
            let kind = (&shipment.carrier, &shipment.number, due.kind);
            *known.entry(kind).or_insert(at) == at
        }));
    }
    unique(dues)
}

fn proof(told: &Told<'_, '_>) -> Vec<ProofOfDelivery> {
    let of_shipments = newest_lists(told.current(), |it| &it.proof_of_delivery);
    let of_events = told.own.iter().flat_map(|one| &one.event.proof_of_delivery);
    unique(of_shipments.chain(of_events))
}

/// For each feed and number what its newest delivery lists that lists anything.
fn newest_lists<'j, T: 'j>(
    current: impl Iterator<Item = &'j Shipment>,
    list: impl Fn(&'j Shipment) -> &'j Vec<T>,
) -> impl Iterator<Item = &'j T> {
    let mut known = HashSet::new();
    current
        .map(move |shipment| ((&shipment.feed, &shipment.number), list(shipment)))
        .filter(|(_, list)| !list.is_empty())
        .filter(move |(voice, _)| known.insert(*voice))
        .flat_map(|(_, list)| list)
}

/// Each of equal values once, where it comes first.
fn unique<'j, T: Clone + Eq + Hash + 'j>(values: impl IntoIterator<Item = &'j T>) -> Vec<T> {
    let mut known = HashSet::new();
    values
        .into_iter()
        .filter(|value| known.insert(*value))
        .cloned()
        .collect()
}
