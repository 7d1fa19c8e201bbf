//! The Track API's vocabulary in JSON, which the webhook speaks too: answers, groups of results, single results.

#[cfg(test)]
mod tests;

use serde::de::MapAccess;
use serde_json::Value;

use super::meaning::{Meanings, Names, Scan};
use super::shared::{self, Address, Ending, Expected, Told};
use crate::adapter::{CodeTable, Collector, DecodeError, NoticeKind, Outcome, grams};
use crate::model::{Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber};
use crate::wire::json::{Fields, Many, One, Text, Texts, wire};

const NAMES: Names = Names { event: "scanEvents.eventType", exception: "scanEvents.exceptionCode", time: "scanEvents.date" };

wire! {
    struct Answer { output: One<Output<'a>> = "output", errors: Many<WireFault<'a>> = "errors", }
    struct Output { complete: Many<Complete<'a>> = "completeTrackResults", alerts: Value = "alerts", }
    struct Complete { number: Text<'a> = "trackingNumber", results: Many<TrackResult<'a>> = "trackResults", }
    struct WireFault { code: Text<'a> = "code", message: Text<'a> = "message", }

    struct TrackResult {
        number: One<NumberInfo<'a>> = "trackingNumberInfo",
        additional: One<Additional<'a>> = "additionalTrackingInfo",
        latest: One<Latest<'a>> = "latestStatusDetail",
        dates: Many<WireDate<'a>> = "dateAndTimes",
        delivery: One<Delivery<'a>> = "deliveryDetails",
        package: One<Package<'a>> = "packageDetails",
        details: One<Weights<'a>> = "shipmentDetails",
        service: One<Service<'a>> = "serviceDetail",
        commit: One<Commit<'a>> = "serviceCommitMessage",
        returned: One<Returned<'a>> = "returnDetail",
        origin: One<Located<'a>> = "originLocation",
        destination: One<Located<'a>> = "destinationLocation",
        shipper: One<Contact<'a>> = "shipperInformation",
        recipient: One<Contact<'a>> = "recipientInformation",
        last_destination: One<WireAddress<'a>> = "lastUpdatedDestinationAddress",
        scans: Many<WireScan<'a>> = "scanEvents",
        estimated: One<Window<'a>> = "estimatedDeliveryTimeWindow",
        standard: One<Window<'a>> = "standardTransitTimeWindow",
        error: One<WireFault<'a>> = "error",
    }

    struct NumberInfo { number: Text<'a> = "trackingNumber", unique: Text<'a> = "trackingNumberUniqueId", carrier: Text<'a> = "carrierCode", }
    struct Additional { identifiers: Many<Identifier<'a>> = "packageIdentifiers", }
    struct Identifier { kind: Text<'a> = "type", values: Texts<'a> = "values" | "value", }
    struct WireDate { kind: Text<'a> = "type", at: Text<'a> = "dateTime", }
    struct Package { count: Text<'a> = "count", weights: One<Weights<'a>> = "weightAndDimensions", }
    struct Weights { weight: Many<Weight<'a>> = "weight", }
    struct Weight { unit: Text<'a> = "unit", value: Text<'a> = "value", }
    struct Service { kind: Text<'a> = "type", description: Text<'a> = "description", }
    struct Commit { kind: Text<'a> = "type", }
    struct Returned { authorised_by: Text<'a> = "authorizationName", reasons: Many<Reason<'a>> = "reasonDetail", }
    struct Reason { kind: Text<'a> = "type", description: Text<'a> = "description", }
    struct Located { contact: One<Contact<'a>> = "locationContactAndAddress", }
    struct Contact { address: One<WireAddress<'a>> = "address", }
    struct Window { window: One<Span<'a>> = "window", }
    struct Span { begins: Text<'a> = "begins", ends: Text<'a> = "ends", }

    struct WireAddress {
        city: Text<'a> = "city",
        region: Text<'a> = "stateOrProvinceCode",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "countryCode",
        country_name: Text<'a> = "countryName",
    }

    struct Latest {
        code: Text<'a> = "code",
        derived: Text<'a> = "derivedCode",
        description: Text<'a> = "description",
        locale: Text<'a> = "statusByLocale",
        place: One<WireAddress<'a>> = "scanLocation",
        ancillary: Many<Ancillary<'a>> = "ancillaryDetails",
    }

    struct Ancillary { reason: Text<'a> = "reason", description: Text<'a> = "reasonDescription", }

    struct Delivery {
        received_by: Text<'a> = "receivedByName",
        signed_by: Text<'a> = "signedByName",
        address: One<WireAddress<'a>> = "actualDeliveryAddress",
        kind: Text<'a> = "locationType",
        description: Text<'a> = "locationDescription",
    }

    struct WireScan {
        date: Text<'a> = "date",
        event: Text<'a> = "eventType",
        description: Text<'a> = "eventDescription",
        derived: Text<'a> = "derivedStatusCode",
        exception: Text<'a> = "exceptionCode",
        exception_text: Text<'a> = "exceptionDescription",
        place: One<WireAddress<'a>> = "scanLocation",
        facility: Text<'a> = "locationId",
        location: Text<'a> = "locationType",
    }
}

/// What a push may be: a whole answer, a group of results, or one result.
#[derive(Debug, Default)]
struct Pushed<'a> {
    answer: Answer<'a>,
    group: Complete<'a>,
    result: TrackResult<'a>,
}

impl<'a> Fields<'a> for Pushed<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        Ok(self.answer.field(key, map)? || self.group.field(key, map)? || self.result.field(key, map)?)
    }
}

/// Reads an answer of the Track API.
pub(super) fn read_answer(out: &mut Collector<'_>, codes: &CodeTable, text: &str) -> Result<(), DecodeError> {
    let answer: Answer<'_> = out.json(text)?;
    if answer.output.get().is_none() && answer.errors.items.is_empty() {
        return Err(out.shape("output", "an answer of the Track API, or its errors"));
    }
    Reader { codes }.answer(out, &answer);
    Ok(())
}

/// Reads the body of a push.
pub(super) fn read_push(out: &mut Collector<'_>, codes: &CodeTable, text: &str) -> Result<(), DecodeError> {
    let pushed: Many<Pushed<'_>> = out.json_any(text)?;
    if pushed.items.is_empty() && (pushed.malformed > 0 || !text.trim_start().starts_with('[')) {
        return Err(out.shape("trackingNumberInfo", "one track result, a list of them, or an answer of the Track API"));
    }
    out.lost_elements(&pushed, "trackResults", None);
    let reader = Reader { codes };
    let mut within = Within::default();
    for pushed in pushed.iter() {
        reader.answer(out, &pushed.answer);
        reader.group(out, &pushed.group);
        within.asked = pushed.group.number.get();
        if pushed.answer.output.get().is_none() && pushed.answer.errors.items.is_empty() && pushed.group.results.items.is_empty() {
            reader.result(out, &pushed.result, &mut within);
        }
    }
    Ok(())
}

/// What an answer comes to: the errors of the whole call, else of its numbers when none of them was found.
pub(super) fn outcome(body: &[u8]) -> Option<Outcome> {
    let answer = serde_json::from_slice::<One<Answer<'_>>>(body).ok()?.0?;
    if let Some(error) = answer.errors.iter().next() {
        return shared::fault(error.code.or_empty(), error.message.or_empty());
    }
    let mut results = answer.output.get()?.complete.iter().flat_map(|group| group.results.iter());
    let Some(first) = results.next() else { return Some(Outcome::NotFound) };
    let of = |result: &TrackResult<'_>| {
        let error = result.error.get().filter(|_| !is_filled(result))?;
        shared::fault(error.code.or_empty(), error.message.or_empty())
    };
    let first = of(first)?;
    results.all(|result| of(result).as_ref() == Some(&first)).then_some(first)
}

/// Whether a result tells anything of a parcel.
fn is_filled(result: &TrackResult<'_>) -> bool {
    let has_status = result.latest.get().is_some_and(|latest| latest.code.get().or(latest.derived.get()).is_some());
    has_status || !result.scans.items.is_empty()
}

/// What a result stands in.
#[derive(Default)]
struct Within<'w> {
    /// The number as it was asked for.
    asked: Option<&'w str>,
    /// Whether several results stand under it.
    is_shared: bool,
    seen: shared::Seen,
}

struct Reader<'c> {
    codes: &'c CodeTable,
}

impl Reader<'_> {
    fn answer(&self, out: &mut Collector<'_>, answer: &Answer<'_>) {
        for error in answer.errors.iter() {
            note_fault(out, error.code.or_empty(), error.message.or_empty(), None, "errors");
        }
        let Some(output) = answer.output.get() else { return };
        out.lost_elements(&output.complete, "completeTrackResults", None);
        for group in output.complete.iter() {
            self.group(out, group);
        }
        note_alerts(out, &output.alerts);
    }

    fn group(&self, out: &mut Collector<'_>, group: &Complete<'_>) {
        let asked = group.number.get();
        let mut within = Within { asked, is_shared: group.results.items.len() > 1, seen: shared::Seen::new() };
        let number = asked.and_then(TrackingNumber::parse);
        out.lost_elements(&group.results, "trackResults", number.as_ref());
        for result in group.results.iter() {
            self.result(out, result, &mut within);
        }
    }

    fn result(&self, out: &mut Collector<'_>, wire: &TrackResult<'_>, within: &mut Within<'_>) {
        let info = wire.number.get();
        let told = info.and_then(|info| info.number.get());
        let number = told.or(within.asked).and_then(TrackingNumber::parse);
        if let Some(error) = wire.error.get() {
            note_fault(out, error.code.or_empty(), error.message.or_empty(), number.as_ref(), "trackResults.error");
            if !is_filled(wire) {
                return;
            }
        }
        let Some(number) = number else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the tracking number").at("trackingNumberInfo.trackingNumber"));
            return;
        };
        let mut shipment = out.shipment(number);
        let shipped = || date(wire, &["SHIP", "ACTUAL_PICKUP"]).filter(|_| within.is_shared);
        shipment.instance = info.and_then(|info| info.unique.get()).or_else(shipped).map(Into::into);
        shared::note_reuse(out, &mut within.seen, &shipment);
        describe(wire, &mut shipment);
        if let Some(asked) = within.asked.map(TrackingNumber::new).filter(|asked| *asked != shipment.number) {
            // A door tag, or the long form of the number on the label.
            shipment.references.push(Reference::new(Role::Alternate, asked.as_str()).issued_by("fedex"));
        }
        self.events(out, wire, &mut shipment);
        shared::finish(&mut shipment, ending(wire), is_freight(info));
        shipment.promises.extend(promise(out, wire, &shipment));
        out.push(shipment);
    }

    fn events(&self, out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &mut Shipment) {
        let commit = wire.commit.get().map_or("", |commit| commit.kind.or_empty());
        let mut meanings = Meanings::new(self.codes, NAMES, commit);
        out.lost_elements(&wire.scans, "scanEvents", Some(&shipment.number));
        shipment.events.reserve(wire.scans.items.len());
        for scan in wire.scans.iter() {
            push_scan(out, shipment, &meanings, scan);
        }
        if wire.scans.items.is_empty()
            && let Some(latest) = wire.latest.get().filter(|latest| latest.code.get().or(latest.derived.get()).is_some())
        {
            meanings.names = LATEST_NAMES;
            push_latest(out, shipment, &meanings, wire, latest);
        }
    }
}

const LATEST_NAMES: Names = Names { event: "latestStatusDetail.code", exception: "latestStatusDetail.ancillaryDetails.reason", time: "dateAndTimes" };

fn push_scan(out: &mut Collector<'_>, shipment: &mut Shipment, meanings: &Meanings<'_>, wire: &WireScan<'_>) {
    let scan = Scan {
        event: wire.event.or_empty(),
        exception: wire.exception.or_empty(),
        description: wire.description.or_empty(),
        derived: wire.derived.or_empty(),
        location: wire.location.or_empty(),
    };
    let told = Told {
        time: wire.date.or_empty(),
        exception_text: wire.exception_text.or_empty(),
        facility: wire.facility.get(),
        address: wire.place.get().map(address).unwrap_or_default(),
    };
    let value = wire.event.get().unwrap_or(scan.derived);
    shared::push_scan(out, shipment, meanings, value, &scan, &told);
}

/// The status alone, where no scans are told. It has no time of its own: only some of the dates say when it came about.
fn push_latest(out: &mut Collector<'_>, shipment: &mut Shipment, meanings: &Meanings<'_>, wire: &TrackResult<'_>, latest: &Latest<'_>) {
    let (code, derived) = (latest.code.or_empty(), latest.derived.or_empty());
    let value = if code.is_empty() { derived } else { code };
    let reason = latest.ancillary.iter().find(|detail| detail.reason.get().is_some());
    let scan = Scan {
        // Written twice it is the coarse code: `IN` then means "initiated".
        event: if code == derived { "" } else { code },
        exception: reason.map_or("", |detail| detail.reason.or_empty()),
        description: latest.description.get().or(latest.locale.get()).unwrap_or_default(),
        derived,
        location: "",
    };
    let told = Told {
        time: date(wire, shared::dated_by(value)).unwrap_or_default(),
        exception_text: reason.map_or("", |detail| detail.description.or_empty()),
        facility: None,
        address: latest.place.get().map(address).unwrap_or_default(),
    };
    shared::push_scan(out, shipment, meanings, value, &scan, &told);
}

/// The date of the first of these kinds that is told.
fn date<'w>(wire: &'w TrackResult<'_>, kinds: &[&str]) -> Option<&'w str> {
    kinds.iter().find_map(|kind| wire.dates.iter().find(|date| date.kind.get() == Some(kind))?.at.get())
}

fn address<'w>(wire: &'w WireAddress<'_>) -> Address<'w> {
    Address {
        city: wire.city.get(),
        region: wire.region.get(),
        postcode: wire.postcode.get(),
        country: wire.country.get(),
        country_name: wire.country_name.get(),
    }
}

fn is_freight(info: Option<&NumberInfo<'_>>) -> bool {
    info.is_some_and(|info| matches!(info.carrier.or_empty(), "FXFR" | "FDFR"))
}

/// What is told of the shipment besides its scans.
fn describe(wire: &TrackResult<'_>, shipment: &mut Shipment) {
    let at = |contact: &One<Contact<'_>>| contact.get().and_then(|contact| address(contact.address.get()?).place());
    let located = |located: &One<Located<'_>>| located.get().and_then(|located| at(&located.contact));
    shipment.origin = at(&wire.shipper).or_else(|| located(&wire.origin));
    let updated = wire.last_destination.get().and_then(|wire| address(wire).place());
    shipment.destination = updated.or_else(|| at(&wire.recipient)).or_else(|| located(&wire.destination));
    shipment.service = wire.service.get().and_then(|service| service.description.get().or_else(|| service.kind.get())).map(Into::into);
    let package = wire.package.get();
    shipment.piece_count = package.and_then(|package| package.count.number()).filter(|count| *count > 0);
    let weight = |weights: &One<Weights<'_>>| weights.get().and_then(|weights| weight_grams(&weights.weight));
    shipment.weight_grams = package.and_then(|package| weight(&package.weights)).or_else(|| weight(&wire.details));
    shipment.is_return = wire.returned.get().is_some_and(is_return);
    let by_post = wire.number.get().is_some_and(|info| info.carrier.get() == Some("FXSP"))
        || wire.commit.get().is_some_and(|commit| commit.kind.or_empty().starts_with("USPS_"));
    for identifier in wire.additional.get().into_iter().flat_map(|additional| additional.identifiers.iter()) {
        let references = identifier.values.iter();
        shipment.references.extend(references.filter_map(|value| shared::reference(identifier.kind.or_empty(), value, by_post.then_some("usps"))));
    }
}

/// In kilograms where both units are given: the other one is rounded from it.
fn weight_grams(weights: &Many<Weight<'_>>) -> Option<u64> {
    let in_kilograms = weights.iter().find(|weight| weight.unit.get() == Some("KG"));
    in_kilograms.into_iter().chain(weights.iter()).find_map(|weight| grams(weight.value.or_empty(), weight.unit.or_empty()))
}

fn is_return(detail: &Returned<'_>) -> bool {
    detail.authorised_by.get().is_some() || detail.reasons.iter().any(|reason| reason.kind.get().or(reason.description.get()).is_some())
}

fn ending<'w>(wire: &'w TrackResult<'_>) -> Ending<'w> {
    let identifiers = wire.additional.get().into_iter().flat_map(|additional| additional.identifiers.iter());
    let goes_back = |identifier: &Identifier<'_>| {
        identifier.kind.get() == Some("RETURNED_TO_SHIPPER_TRACKING_NUMBER") && identifier.values.iter().next().is_some()
    };
    let mut ending = Ending { is_back: wire.returned.get().is_some_and(is_return), ..Ending::default() };
    ending.is_back |= identifiers.into_iter().any(goes_back);
    if let Some(delivery) = wire.delivery.get() {
        ending.place = delivery.address.get().and_then(|wire| address(wire).place());
        ending.delivered_to = shared::delivered_to(delivery.kind.or_empty(), delivery.description.or_empty());
        ending.signer = delivery.received_by.get().or(delivery.signed_by.get());
    }
    ending
}

fn promise(out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &Shipment) -> Option<Promise> {
    if date(wire, &["ACTUAL_DELIVERY"]).is_some() || wire.latest.get().is_some_and(|latest| latest.code.get() == Some("DL")) {
        return None;
    }
    let dated = |field, kind| Expected { kind, field, from: None, by: date(wire, &[field]) };
    let told = [
        in_window("estimatedDeliveryTimeWindow", &wire.estimated, PromiseKind::Estimated),
        dated("ESTIMATED_DELIVERY", PromiseKind::Estimated),
        dated("APPOINTMENT_DELIVERY", PromiseKind::Agreed),
        in_window("standardTransitTimeWindow", &wire.standard, PromiseKind::Committed),
        dated("COMMITMENT", PromiseKind::Committed),
    ];
    shared::promise(out, shipment, told)
}

fn in_window<'w>(field: &'static str, window: &'w One<Window<'_>>, kind: PromiseKind) -> Expected<'w> {
    let span = window.get().and_then(|window| window.window.get());
    Expected { kind, field, from: span.and_then(|span| span.begins.get()), by: span.and_then(|span| span.ends.get()) }
}

/// An error of the carrier's as a notice.
fn note_fault(out: &mut Collector<'_>, code: &str, message: &str, number: Option<&TrackingNumber>, field: &'static str) {
    let kind = shared::fault(code, message).map_or(NoticeKind::CarrierMessage, |outcome| outcome.notice_kind());
    let notice = out.new_notice(kind, message);
    out.notice(notice.about(number).at(field).value(code));
}

/// Whether a word looks like one of the API's codes.
fn is_code(word: &str) -> bool {
    word.contains('.') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'.')
}

/// Alerts are a list of objects, or in some answers a plain text.
fn note_alerts(out: &mut Collector<'_>, alerts: &Value) {
    let list = match alerts {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for alert in list {
        let part = |name: &str| alert.get(name).and_then(Value::as_str).unwrap_or_default();
        // As a plain text the code stands before the words: `TRACKING.DATA.NOTFOUND - Tracking data unavailable`.
        let (code, message) = match alert.as_str() {
            Some(text) => text.split_once('-').filter(|(code, _)| is_code(code.trim())).unwrap_or(("", text)),
            None => (part("code"), part("message")),
        };
        let (code, message) = (code.trim(), message.trim());
        if !message.is_empty() || !code.is_empty() {
            note_fault(out, code, message, None, "output.alerts");
        }
    }
}
