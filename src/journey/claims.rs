//! What a journey's deliveries say about each other's numbers ([`Heard`]), and the claims that
//! nobody confirmed ([`open`]).

use std::collections::{BTreeSet, HashMap};

use super::legs::Legs;
use super::linked::Claim;
use super::merge::Standing;
use super::ties::{Ruling, leads_on, ruling};
use crate::model::{CarrierId, Event, Reference, Role, Shipment, TrackingNumber};

/// Who names whose number in one journey.
pub(super) struct Heard<'j>(HashMap<(&'j str, TrackingNumber), Vec<Word<'j>>>);

/// One naming of a number.
#[derive(PartialEq)]
struct Word<'j> {
    speaker: &'j CarrierId,
    /// Whose number it is, where that is reported or follows from who speaks.
    whose: Option<&'j CarrierId>,
    proven: bool,
}

impl<'j> Heard<'j> {
    /// What these deliveries name.
    pub fn of(deliveries: &[&'j Shipment]) -> Self {
        let mut heard: HashMap<(&'j str, TrackingNumber), Vec<Word<'j>>> = HashMap::new();
        for shipment in deliveries {
            let of_events = shipment.events.iter().flat_map(|event| &event.related);
            for reference in shipment
                .references
                .iter()
                .chain(of_events)
                .filter(|reference| names_a_parcel(reference.role))
            {
                let whose = match ruling(shipment, reference) {
                    Ruling::Nothing => continue,
                    Ruling::Ties(whose) => whose,
                    Ruling::Claim => reference.carrier.as_ref(),
                };
                let words = heard
                    .entry((
                        shipment.number.as_str(),
                        TrackingNumber::new(&reference.number),
                    ))
                    .or_default();
                let word = Word {
                    speaker: &shipment.carrier,
                    whose,
                    proven: shipment.proof.is_proven(),
                };
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        Self(heard)
    }

    /// Whether a statement ties: by its own right, or because the other side names this number back
    /// and one of the two is proven.
    pub fn ties(&self, shipment: &Shipment, reference: &Reference) -> bool {
        match ruling(shipment, reference) {
            Ruling::Ties(_) => true,
            Ruling::Nothing => false,
            Ruling::Claim => {
                let number = TrackingNumber::new(&reference.number);
                let is_meant = |carrier: &CarrierId| {
                    reference
                        .carrier
                        .as_ref()
                        .is_none_or(|named| named == carrier)
                };
                let back = self.0.get(&(number.as_str(), shipment.number.clone()));
                back.is_some_and(|back| {
                    back.iter().any(|word| {
                        is_meant(word.speaker)
                            && word.whose.is_none_or(|whose| *whose == shipment.carrier)
                            && (word.proven || shipment.proof.is_proven())
                    })
                })
            }
        }
    }
}

/// Whether a number in this role is that of a parcel: a shop's numbers, lists and payments are
/// none.
const fn names_a_parcel(role: Role) -> bool {
    role.identifies_parcel()
        || leads_on(role).is_some()
        || matches!(role, Role::Replacement | Role::SignedReceipt)
}

/// The claims about numbers that are no part of this journey.
pub(super) fn open(
    deliveries: &[&Shipment],
    events: &[Standing<'_>],
    legs: &Legs,
    heard: &Heard<'_>,
) -> Vec<Claim> {
    let is_open = |shipment: &Shipment, reference: &Reference| {
        let number = TrackingNumber::new(&reference.number);
        let is_known = match &reference.carrier {
            Some(carrier) => legs.find(carrier, number.as_str()).is_some(),
            None => legs.knows(number.as_str()),
        };
        let is_claim =
            names_a_parcel(reference.role) && ruling(shipment, reference) == Ruling::Claim;
        is_claim && !is_known && !heard.ties(shipment, reference)
    };
    let claim = |shipment: &Shipment, reference: &Reference, event: Option<&Event>| {
        let (reference, feed) = (reference.clone(), shipment.feed.clone());
        is_open(shipment, &reference).then(|| Claim {
            reference: reference.clone(),
            feed,
            proof: shipment.proof,
            event: event.map(Event::id),
        })
    };
    let whole = deliveries.iter().flat_map(|shipment| {
        shipment
            .references
            .iter()
            .filter_map(|reference| claim(shipment, reference, None))
    });
    let of_events = events.iter().flat_map(|one| {
        one.event
            .related
            .iter()
            .filter_map(|reference| claim(one.shipment, reference, Some(one.event)))
    });
    let claims: BTreeSet<Claim> = whole.chain(of_events).collect();
    claims.into_iter().collect()
}
