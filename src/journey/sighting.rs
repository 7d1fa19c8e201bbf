//! The last sign of life: [`Sighting`], and which statements are one.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::merge::Standing;
use crate::model::IssuerKind;
use crate::model::{
    CarrierId, Confidence, Country, Event, EventId, EventTime, Milestone, Place, Scope,
};

/// A moment at which somebody who handles the parcel had it, whether or not it is understood what
/// they did.
///
/// Only carriers handle parcels. Papers, labels, booked pickups, agreed days, voided labels and the
/// word that a parcel is lost are no sign of life. A statement with an unknown code is one if it
/// names a place, or if that carrier has scanned the parcel before.
///
/// It refutes silence: whoever counts days without news counts from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sighting {
    /// The statement.
    pub event: EventId,
    /// When.
    pub time: EventTime,
    /// Where, if stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who had it.
    pub carrier: CarrierId,
    /// What happened; [`Milestone::Unmapped`] where the code is in no table.
    pub milestone: Milestone,
}

/// The last sign of life among statements, oldest first, and the statements that it rests on.
pub(super) fn last(events: &[Standing<'_>]) -> (Option<Sighting>, BTreeSet<EventId>) {
    let mut scanned: HashMap<&CarrierId, EventId> = HashMap::new();
    let mut last: Option<(&Standing<'_>, Option<EventId>)> = None;
    for one in events.iter().filter(|one| {
        one.shipment.issuer == IssuerKind::Carrier && one.event.scope != Scope::Document
    }) {
        if shows_life(one.event.milestone) || is_unknown_scan(one) {
            scanned.entry(&one.event.carrier).or_insert(one.id);
            last = Some((one, None));
        } else if let (Milestone::Unmapped, Some(before)) =
            (one.event.milestone, scanned.get(&one.event.carrier))
        {
            last = Some((one, Some(*before)));
        }
    }
    let Some((one, before)) = last else {
        return (None, BTreeSet::new());
    };
    let sighting = Sighting {
        event: one.id,
        time: one.event.time.clone(),
        place: one.event.place.clone(),
        carrier: one.event.carrier.clone(),
        milestone: one.event.milestone,
    };
    (Some(sighting), before.into_iter().chain([one.id]).collect())
}

fn shows_life(milestone: Milestone) -> bool {
    let says_nothing = matches!(
        milestone,
        Milestone::Cancelled | Milestone::Lost | Milestone::DeliveryScheduled
    );
    milestone.moves_state() && !milestone.is_before_pickup() && !says_nothing
}

/// Whether a carrier says that something happened at a place, in a code that no table knows: it has
/// the parcel, and no more is known.
pub(super) fn is_unknown_scan(one: &Standing<'_>) -> bool {
    let event = one.event;
    event.milestone == Milestone::Unmapped
        && event.scope != Scope::Document
        && one.shipment.issuer == IssuerKind::Carrier
        && event.place.as_ref().is_some_and(is_somewhere)
}

/// Whether a place says more than the country.
fn is_somewhere(place: &Place) -> bool {
    let named = place.name.as_ref().filter(|name| {
        Country::from_alpha2(name)
            .or_else(|| Country::named(name))
            .is_none()
    });
    [&place.city, &place.region, &place.postcode, &place.code]
        .into_iter()
        .any(Option::is_some)
        || named.is_some()
}

/// Whether a statement can only be made by whoever has the parcel in hand. What is decided, booked
/// or feared is no scan.
pub(super) fn is_scan(event: &Event) -> bool {
    matches!(event.scope, Scope::Parcel | Scope::Piece)
        && !(event.milestone.is_terminal() && event.confidence == Confidence::Low)
        && matches!(
            event.milestone,
            Milestone::PickedUp
                | Milestone::Arrived
                | Milestone::Departed
                | Milestone::InTransit
                | Milestone::HandedOver
                | Milestone::CustomsInspection
                | Milestone::CustomsHold
                | Milestone::CustomsReleased
                | Milestone::OutForDelivery
                | Milestone::DeliveryAttempted
                | Milestone::AvailableForPickup
                | Milestone::Delivered
                | Milestone::Held
                | Milestone::Misrouted
                | Milestone::Damaged
                | Milestone::Refused
                | Milestone::Returning
                | Milestone::Returned
        )
}
