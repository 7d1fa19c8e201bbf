//! From a package of an answer to a shipment.

use std::collections::{BTreeSet, HashMap};

use super::super::faults;
use super::super::meaning::{Line, Status, Tables};
use super::super::moment::Moment;
use super::super::parts::{self, Address};
use super::answer::{WireActivity, WirePackage, WirePlace, WireShipment, WireStatus};
use super::promises::promises;
use super::{current, extras};
use crate::adapter::{Collector, Fault, NoticeKind, Outcome};
use crate::carriers::mapping::{code, delivered_after_return_is_returned, small};
use crate::model::{Place, Reference, Role, Shipment, TrackingNumber};

pub(super) fn read_shipment(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    wire: &WireShipment<'_>,
    found: &mut Vec<Shipment>,
) {
    let inquiry = wire.inquiry.get().and_then(parts::number);
    warnings(out, wire, inquiry.as_ref());
    out.lost_elements(&wire.packages, "shipment.package", inquiry.as_ref());
    let several = wire.packages.items.len() > 1;
    for package in wire.packages.iter() {
        read_package(out, tables, package, inquiry.as_ref(), several, found);
    }
    let told = wire
        .packages
        .iter()
        .filter_map(|package| package.count.number())
        .max()
        .unwrap_or(0);
    if !wire.packages.items.is_empty() && told as usize > wire.packages.items.len() {
        let notice = out.own_notice(
            NoticeKind::Incomplete,
            "the shipment has more packages than this answer",
        );
        out.notice(
            notice
                .about(inquiry.as_ref())
                .at("packageCount")
                .value(&told.to_string()),
        );
    }
}

/// Warnings decide where no package came; beside a package they are the carrier's remarks.
fn warnings(out: &mut Collector<'_>, wire: &WireShipment<'_>, inquiry: Option<&TrackingNumber>) {
    let has_package = !wire.packages.items.is_empty();
    if !has_package && wire.warnings.items.is_empty() {
        let notice = out.own_notice(NoticeKind::NotFound, "the shipment holds no package");
        out.notice(notice.about(inquiry).at("shipment.package"));
    }
    for warning in wire.warnings.iter() {
        let fault = Fault::new(warning.code.or_empty(), warning.message.or_empty());
        let kind = if has_package {
            NoticeKind::CarrierMessage
        } else {
            faults::outcome(fault, Outcome::NotFound).notice_kind()
        };
        let notice = out.new_notice(kind, warning.message.or_empty());
        out.notice(
            notice
                .about(inquiry)
                .at("shipment.warnings")
                .value(warning.code.or_empty()),
        );
    }
}

fn read_package(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    wire: &WirePackage<'_>,
    inquiry: Option<&TrackingNumber>,
    several: bool,
    found: &mut Vec<Shipment>,
) {
    let Some(number) = wire
        .number
        .get()
        .and_then(parts::number)
        .or_else(|| inquiry.cloned())
    else {
        out.notice(
            out.own_notice(NoticeKind::EventSkipped, "expected the package's number")
                .at("package.trackingNumber"),
        );
        return;
    };
    let service = wire.service.get();
    let line = Line::of(
        &number,
        service.map_or("", |service| service.code.or_empty()),
        service.map_or("", |service| service.description.or_empty()),
    );
    let mut shipment = out.shipment(number);
    shipment.piece_count = wire.count.number();
    shipment.service = service
        .and_then(|service| service.description.get())
        .map(small);
    let weight = wire
        .weight
        .get()
        .map(|weight| [weight.value.or_empty(), weight.unit.or_empty()]);
    shipment.weight_grams =
        weight.and_then(|told| parts::weight(out, &shipment.number, "package.weight", told));
    let address = |kind: &str| {
        wire.addresses
            .iter()
            .find(|address| address.kind.or_empty().eq_ignore_ascii_case(kind))
            .and_then(place)
    };
    shipment.origin = address("ORIGIN");
    shipment.destination = address("DESTINATION");
    read_references(wire, inquiry, several, &mut shipment);
    tell_losses(out, wire, &shipment.number);
    shipment.events.reserve(wire.activities.items.len());
    for activity in wire.activities.iter() {
        read_activity(out, tables, line, activity, &mut shipment);
    }
    current::add(out, tables, line, wire, &mut shipment);
    delivered_after_return_is_returned(&mut shipment.events);
    if let Some(delivery) = wire.delivery.get() {
        parts::sign(
            &mut shipment.events,
            parts::left_at(delivery.location.or_empty()),
            delivery.signer.get(),
        );
    }
    extras::read(out, wire, &mut shipment);
    shipment.promises = promises(out, wire, &shipment);
    found.push(shipment);
}

/// What the lists of a package lost.
fn tell_losses(out: &mut Collector<'_>, wire: &WirePackage<'_>, number: &TrackingNumber) {
    out.lost_elements(&wire.activities, "package.activity", Some(number));
    out.lost_elements(&wire.dates, "package.deliveryDate", Some(number));
    out.lost_elements(&wire.times, "package.deliveryTime", Some(number));
    out.lost_elements(
        &wire.alternates,
        "package.alternateTrackingNumber",
        Some(number),
    );
    out.lost_elements(&wire.references, "package.referenceNumber", Some(number));
}

pub(super) fn status<'t>(wire: &'t WireStatus<'_>) -> Status<'t> {
    Status {
        kind: wire.kind.or_empty(),
        code: wire.code.or_empty(),
        digits: wire.digits.or_empty(),
        words: wire
            .description
            .get()
            .or_else(|| wire.simple.get())
            .unwrap_or_default(),
    }
}

fn read_activity(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    line: Line,
    wire: &WireActivity<'_>,
    shipment: &mut Shipment,
) {
    let place = wire.location.get().and_then(place);
    let moment = Moment {
        date: wire.date.or_empty(),
        time: wire.time.or_empty(),
        gmt_date: wire.gmt_date.or_empty(),
        gmt_time: wire.gmt_time.or_empty(),
        gmt_offset: wire.gmt_offset.or_empty(),
    };
    let Some(time) = moment.read(
        out,
        &shipment.number,
        ["package.activity.date", "package.activity.time"],
        place.as_ref(),
    ) else {
        return;
    };
    let told = wire.status.get().map(status).unwrap_or_default();
    let mapped = tables.meaning(out, &shipment.number, "package.activity.status", line, told);
    let words = Some(told.words).filter(|words| !words.is_empty());
    let event = out.event(
        &shipment.number,
        mapped,
        time,
        place,
        code(&told.value(), Some(told.kind), words),
    );
    shipment.events.push(event);
}

fn place(wire: &WirePlace<'_>) -> Option<Place> {
    let facility = wire.facility.get();
    let Some(address) = wire.address.get() else {
        return Address {
            facility,
            ..Address::default()
        }
        .place();
    };
    let country = address.country_code.get().or_else(|| address.country.get());
    Address {
        city: address.city.get(),
        region: address.region.get(),
        postcode: address.postcode.get(),
        country,
        facility,
    }
    .place()
}

/// References, numbers besides, and the number that was asked about where it is another: the
/// shipment of several packages, else another name of this one. A reference that was asked about is
/// a reference already.
fn read_references(
    wire: &WirePackage<'_>,
    inquiry: Option<&TrackingNumber>,
    several: bool,
    shipment: &mut Shipment,
) {
    for reference in wire.references.iter() {
        shipment
            .references
            .extend(reference.number.get().map(parts::reference));
    }
    for other in wire.alternates.iter() {
        let number = other
            .number
            .get()
            .filter(|number| *number != shipment.number.as_str());
        shipment
            .references
            .extend(number.map(|number| parts::alternate(other.kind.or_empty(), number)));
    }
    let is_listed = |number: &TrackingNumber| {
        shipment
            .references
            .iter()
            .any(|known| known.number.eq_ignore_ascii_case(number.as_str()))
    };
    if let Some(inquiry) =
        inquiry.filter(|inquiry| **inquiry != shipment.number && !is_listed(inquiry))
    {
        let several = several || shipment.piece_count.is_some_and(|count| count > 1);
        let role = if several {
            Role::MasterWaybill
        } else {
            Role::Alternate
        };
        shipment
            .references
            .push(Reference::new(role, inquiry.as_str()));
    }
}

/// Two packages of one number that began on different days are two parcels.
pub(super) fn tell_apart(out: &mut Collector<'_>, found: &mut [Shipment]) {
    if found.len() < 2 {
        return;
    }
    let begun = |shipment: &Shipment| {
        Some(
            shipment
                .events
                .iter()
                .map(|event| event.time.earliest())
                .min()?
                .format("%Y%m%d")
                .to_string(),
        )
    };
    let mut days: HashMap<TrackingNumber, BTreeSet<String>> = HashMap::new();
    for shipment in found.iter() {
        days.entry(shipment.number.clone())
            .or_default()
            .extend(begun(shipment));
    }
    for shipment in found.iter_mut().filter(|shipment| {
        days.get(&shipment.number)
            .is_some_and(|days| days.len() > 1)
    }) {
        shipment.instance = begun(shipment).map(Into::into);
        let notice = out.own_notice(
            NoticeKind::NumberReused,
            "one number, parcels that began on different days",
        );
        out.notice(
            notice
                .about(Some(&shipment.number))
                .at("package.trackingNumber"),
        );
    }
}
