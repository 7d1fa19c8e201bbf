//! What a track result offers besides the journey: proof, the place where it is held, charges, and
//! words about the current status.

use super::super::held_at::HeldAt;
use super::super::shared::Address;
use super::super::{charges, latest, proof, shipped};
use super::date;
use super::wire::{Held, TrackResult};
use crate::adapter::{Collector, NoticeKind};
use crate::model::{PickupPoint, Shipment};

/// Every documented type of a date. Those of a journey ahead other than the delivery (anticipated
/// tender, estimated pickup …) are not kept.
const DATES: [&str; 13] = [
    "ACTUAL_DELIVERY",
    "ACTUAL_PICKUP",
    "ACTUAL_TENDER",
    "ANTICIPATED_TENDER",
    "APPOINTMENT_DELIVERY",
    "ATTEMPTED_DELIVERY",
    "COMMITMENT",
    "ESTIMATED_ARRIVAL_AT_GATEWAY",
    "ESTIMATED_DELIVERY",
    "ESTIMATED_PICKUP",
    "ESTIMATED_RETURN_TO_STATION",
    "SHIP",
    "SHIPMENT_DATA_RECEIVED",
];

/// Notes when it set out; reports dates of a type that is not known.
pub(super) fn read_dates(out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &mut Shipment) {
    let handed_in = date(wire, &["ACTUAL_TENDER", "ACTUAL_PICKUP"]);
    shipped::add(
        out,
        shipment,
        "dateAndTimes",
        date(wire, &["SHIP"]),
        handed_in,
    );
    let kinds = wire.dates.iter().filter_map(|date| date.kind.get());
    for kind in kinds.filter(|kind| !DATES.contains(kind)) {
        let expected = "a documented type of date";
        out.unreadable(&shipment.number, "dateAndTimes.type", kind, expected);
    }
}

/// Reads what is offered, once the events are known.
pub(super) fn read(out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &mut Shipment) {
    let images = wire.images.iter().filter_map(|image| image.kind.get());
    proof::add(out, shipment, "availableImages.type", images);
    shipment.pickup_point = wire.held.get().and_then(held_at);
    let handlings = wire.handlings.iter();
    charges::add_handlings(
        shipment,
        handlings.filter_map(|handling| handling.kind.get()),
    );
    let notes = wire.notes.iter();
    let notes = notes.map(|note| (note.code.or_empty(), note.description.or_empty()));
    charges::add_notes(out, shipment, "informationNotes.code", notes);
    if let Some(status) = wire.latest.get() {
        let mut details = status.ancillary.iter();
        latest::explain(
            shipment,
            [status.code.or_empty(), status.derived.or_empty()],
            details.find_map(|detail| detail.steps.get()),
            wire.commit.get().and_then(|commit| commit.message.get()),
        );
    }
    let Some(delivery) = wire.delivery.get() else {
        return;
    };
    const ATTEMPTS: &str = "deliveryDetails.deliveryAttempts";
    latest::count_attempts(out, shipment, ATTEMPTS, delivery.attempts.or_empty());
    if let Some(method) = delivery.office.get() {
        let words = "how a FedEx Office order is delivered";
        let notice = out.own_notice(NoticeKind::CarrierMessage, words);
        let notice = notice.about(Some(&shipment.number)).value(method);
        out.notice(notice.at("deliveryDetails.officeOrderDeliveryMethod"));
    }
}

fn held_at(wire: &Held<'_>) -> Option<PickupPoint> {
    let at = wire.at.get();
    let address = at.and_then(|at| at.address.get());
    let contact = at.and_then(|at| at.contact.get());
    let streets = address.map(|address| address.streets.iter().collect());
    let address = address.map(|wire| Address {
        city: wire.city.get(),
        region: wire.region.get(),
        postcode: wire.postcode.get(),
        country: wire.country.get(),
        country_name: wire.country_name.get(),
    });
    let held = HeldAt {
        id: wire.id.get(),
        kind: wire.kind.or_empty(),
        company: contact.and_then(|contact| contact.company.get()),
        streets: streets.unwrap_or_default(),
        address: address.unwrap_or_default(),
    };
    held.point()
}
