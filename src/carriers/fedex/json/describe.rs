//! What a track result tells besides its scans: places, pieces, weight, references, how it ended,
//! and when it will be delivered.

use super::super::promise::{self, Expected};
use super::super::shared::{self, Ending};
use super::address;
use super::wire::{
    Contact, DeliveryOption, Identifier, Located, Returned, TrackResult, Weight, Window, WireDate,
};
use crate::adapter::{Collector, grams};
use crate::model::{Promise, PromiseKind, Shipment, TrackingNumber};
use crate::wire::json::{Many, One};

/// What is reported the shipment besides its scans.
pub(super) fn describe(out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &mut Shipment) {
    let at = |contact: &One<Contact<'_>>| {
        contact
            .get()
            .and_then(|contact| address(contact.address.get()?).place())
    };
    let located =
        |located: &One<Located<'_>>| located.get().and_then(|located| at(&located.contact));
    shipment.origin = at(&wire.shipper).or_else(|| located(&wire.origin));
    let updated = wire
        .last_destination
        .get()
        .and_then(|wire| address(wire).place());
    shipment.destination = updated
        .or_else(|| at(&wire.recipient))
        .or_else(|| located(&wire.destination));
    shipment.service = wire
        .service
        .get()
        .and_then(|service| service.description.get().or_else(|| service.kind.get()))
        .map(Into::into);
    let package = wire.package.get();
    shipment.piece_count = piece_count(out, wire, &shipment.number);
    let weights = [package.map(|package| &package.weights), Some(&wire.details)];
    shipment.weight_grams = weights
        .into_iter()
        .flatten()
        .filter_map(One::get)
        .find_map(|weights| weight_grams(out, &shipment.number, &weights.weight));
    let is_return_label = wire
        .handlings
        .iter()
        .any(|handling| shared::is_return_label(handling.kind.or_empty()));
    shipment.is_return = is_return_label || wire.returned.get().is_some_and(is_return);
    let by_post = is_by_post(wire);
    for identifier in wire
        .additional
        .get()
        .into_iter()
        .flat_map(|additional| additional.identifiers.iter())
    {
        let references = identifier.values.iter();
        shipment.references.extend(references.filter_map(|value| {
            shared::reference(identifier.kind.or_empty(), value, by_post.then_some("usps"))
        }));
    }
}

/// Whether the Postal Service delivers: FedEx Ground Economy, once SmartPost.
fn is_by_post(wire: &TrackResult<'_>) -> bool {
    let service = wire.service.get();
    let is_economy = service.is_some_and(|service| {
        service.kind.or_empty().contains("SMART_POST")
            || service.kind.or_empty() == "GROUND_ECONOMY"
    });
    is_economy
        || wire
            .number
            .get()
            .is_some_and(|info| info.carrier.get() == Some("FXSP"))
        || wire
            .commit
            .get()
            .is_some_and(|commit| commit.kind.or_empty().starts_with("USPS_"))
}

/// How many packages the shipment has; of freight, how many pieces were handed in.
fn piece_count(
    out: &mut Collector<'_>,
    wire: &TrackResult<'_>,
    number: &TrackingNumber,
) -> Option<u32> {
    let counts = wire
        .counts
        .iter()
        .find(|count| count.kind.get() == Some("ORIGIN"))
        .or_else(|| wire.counts.iter().next());
    let told = wire
        .package
        .get()
        .and_then(|package| package.count.get())
        .map(|count| ("packageDetails.count", count));
    let (field, text) = told.or_else(|| Some(("pieceCounts.count", counts?.count.get()?)))?;
    let count = text.parse().ok();
    if count.is_none() {
        out.unreadable(number, field, text, "a whole number");
    }
    count.filter(|count| *count > 0)
}

/// In kilograms where both units are given: the other one is rounded from it. A weight that cannot
/// be read is reported.
fn weight_grams(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    weights: &Many<Weight<'_>>,
) -> Option<u64> {
    let in_kilograms = weights
        .iter()
        .find(|weight| weight.unit.get() == Some("KG"));
    let found = in_kilograms
        .into_iter()
        .chain(weights.iter())
        .find_map(|weight| grams(weight.value.or_empty(), weight.unit.or_empty()));
    let is_nothing = |weight: &Weight<'_>| {
        weight
            .value
            .get()
            .is_none_or(|value| value.parse() == Ok(0.0))
    };
    if let (None, Some(weight)) = (found, weights.iter().find(|weight| !is_nothing(weight))) {
        let value = format!("{} {}", weight.value.or_empty(), weight.unit.or_empty());
        out.unreadable(number, "weight", value.trim(), "a weight in KG or LB");
    }
    found
}

fn is_return(detail: &Returned<'_>) -> bool {
    detail.authorised_by.get().is_some()
        || detail
            .reasons
            .iter()
            .any(|reason| reason.kind.get().or(reason.description.get()).is_some())
}

pub(super) fn ending<'w>(wire: &'w TrackResult<'_>) -> Ending<'w> {
    let identifiers = wire
        .additional
        .get()
        .into_iter()
        .flat_map(|additional| additional.identifiers.iter());
    let goes_back = |identifier: &Identifier<'_>| {
        identifier.kind.get() == Some("RETURNED_TO_SHIPPER_TRACKING_NUMBER")
            && identifier.values.iter().next().is_some()
    };
    let mut ending = Ending {
        is_back: wire.returned.get().is_some_and(is_return),
        ..Ending::default()
    };
    ending.is_back |= identifiers.into_iter().any(goes_back);
    if let Some(delivery) = wire.delivery.get() {
        ending.place = delivery
            .address
            .get()
            .and_then(|wire| address(wire).place());
        ending.delivered_to =
            shared::delivered_to(delivery.kind.or_empty(), delivery.description.or_empty());
        ending.recipient_kind = shared::recipient_kind(ending.delivered_to);
        ending.signer = delivery.received_by.get().or(delivery.signed_by.get());
    }
    ending.at = super::date(wire, &["ACTUAL_DELIVERY"]);
    ending
}

/// Every day and window that is reported for the delivery.
pub(super) fn promises(
    out: &mut Collector<'_>,
    wire: &TrackResult<'_>,
    shipment: &Shipment,
) -> Vec<Promise> {
    let is_delivered =
        |date: &WireDate<'_>| date.kind.get() == Some("ACTUAL_DELIVERY") && date.at.get().is_some();
    let is_delivered = wire.dates.iter().any(is_delivered)
        || wire
            .latest
            .get()
            .is_some_and(|latest| latest.code.get() == Some("DL"));
    let windows = [
        in_window(
            "estimatedDeliveryTimeWindow",
            &wire.estimated,
            PromiseKind::Estimated,
        ),
        in_window(
            "standardTransitTimeWindow",
            &wire.standard,
            PromiseKind::Committed,
        ),
    ];
    let dates = wire.dates.iter().filter_map(|date| {
        Some(Expected {
            kind: promise::kind_of(date.kind.get()?)?,
            field: "dateAndTimes",
            from: None,
            by: date.at.get(),
        })
    });
    let options = wire.options.iter().flat_map(asked_for);
    promise::promises(
        out,
        shipment,
        is_delivered,
        windows.into_iter().chain(dates).chain(options),
    )
}

fn in_window<'w>(
    field: &'static str,
    wire: &'w One<Window<'_>>,
    kind: PromiseKind,
) -> Expected<'w> {
    let window = wire.get();
    let span = window.and_then(|window| window.window.get());
    let kind = match window.and_then(|window| promise::kind_of(window.kind.get()?)) {
        Some(told) if told != PromiseKind::Estimated => told,
        _ => kind,
    };
    Expected {
        kind,
        field,
        from: span.and_then(|span| span.begins.get()),
        by: span.and_then(|span| span.ends.get()),
    }
}

/// The day or the windows that the recipient asked for.
fn asked_for<'w>(option: &'w DeliveryOption<'_>) -> Vec<Expected<'w>> {
    const FIELD: &str = "customDeliveryOptions.requestedAppointmentDetail";
    let Some(kind) = promise::kind_of_option(option.kind.or_empty(), option.status.or_empty())
    else {
        return Vec::new();
    };
    let Some(appointment) = option.appointment.get() else {
        return Vec::new();
    };
    let spans = appointment
        .windows
        .iter()
        .filter_map(|window| window.window.get());
    let windows: Vec<_> = spans
        .map(|span| Expected {
            kind,
            field: FIELD,
            from: span.begins.get(),
            by: span.ends.get(),
        })
        .collect();
    if windows
        .iter()
        .any(|window| window.by.or(window.from).is_some())
    {
        return windows;
    }
    vec![Expected {
        kind,
        field: FIELD,
        from: None,
        by: appointment.date.get(),
    }]
}
