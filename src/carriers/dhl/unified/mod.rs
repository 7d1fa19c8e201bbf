//! Shipment Tracking – Unified: one JSON for all DHL divisions, by pull and by push.

mod poll;
#[cfg(test)]
mod tests;
mod webhook;
mod wire;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use smol_str::{SmolStr, SmolStrBuilder, format_smolstr};

use self::wire::{Answer, WireDetails, WireEvent, WirePlace, WireShipment};
use super::ice::{self, Pair};
use super::shared::{come_back, is_over, place_of, push_all, push_by_piece, signed_by, stands_in};
use crate::adapter::{
    Adapter, Batch, CodeMeaning, CodeTable, Collector, DecodeError, Descriptor, Mark, Notice, NoticeKind, Payload, Poll, Vocabulary, Webhook, grams,
    stamped,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned};
use crate::model::{
    Confidence, Country, EventTime, Milestone, Place, Promise, PromiseKind, Reference, Role, Shipment, Stage, TrackingNumber, Zones, zones_of,
};
use crate::wire::clock;
use crate::wire::json::Text;

/// The feed `dhl.unified`.
///
/// Its statuses are keyed by service: `PU` means one thing for Express and nothing for Parcel DE. Times without an offset are local to their place.
#[derive(Debug)]
pub struct Unified {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Unified {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["shipments", "shipments.service", "shipments.id"]),
            Mark::Json(&["url", "shipments"]),
            Mark::Json(&["shipments", "possibleAdditionalShipmentsUrl"]),
            Mark::Json(&["scope", "self"]),
            Mark::Json(&["scope", "shipments"]),
            Mark::Json(&["scope", "shipments", "shipments.service", "shipments.id"]),
            Mark::Json(&["title", "status", "detail"]),
        ];
        Self { descriptor: Descriptor::new("dhl.unified", "DHL Shipment Tracking – Unified").with_marks(MARKS), codes }
    }
}

impl Adapter for Unified {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: Answer<'_> = out.json(&text)?;
        if let Some(scope) = answer.scope.get().filter(|scope| *scope != "subscription.push") {
            let notice = out.new_notice(NoticeKind::Control, format!("subscription message {scope}"));
            out.notice(notice.value(scope));
        } else if answer.is_problem() {
            let notice = problem(&out, &answer);
            out.notice(notice);
        } else {
            let shipments = answer.shipments.as_ref().ok_or_else(|| out.shape("shipments", "a list of shipments, a scope, or a problem"))?;
            if shipments.items.is_empty() && shipments.malformed == 0 {
                out.notice(out.new_notice(NoticeKind::NotFound, "the answer lists no shipment").at("shipments"));
            }
        }
        if let Some(list) = &answer.shipments {
            out.lost_elements(list, "shipments", None);
            let shipments = list.iter().filter_map(|wire| self.shipment(&mut out, wire)).collect();
            push_all(&mut out, shipments);
        }
        if answer.next_offset().is_some() {
            out.notice(out.new_notice(NoticeKind::Incomplete, "more shipments stand on the next page").at("nextUrl"));
        }
        for service in answer.other_services() {
            let notice = out.new_notice(NoticeKind::Incomplete, "another DHL service may know this number");
            out.notice(notice.at("possibleAdditionalShipmentsUrl").value(service));
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

/// A service, and the table that its statuses stand in.
struct Service<'c> {
    name: &'c str,
    table: Option<&'c Vocabulary>,
    /// The sentences that may stand in the place of a code.
    sentences: Option<&'c Vocabulary>,
    /// Parcel DE's fine codes, for the services that use them.
    fine: Option<ice::Codes<'c>>,
}

impl<'c> Service<'c> {
    fn new(codes: &'c CodeTable, name: &'c str) -> Self {
        let vocabulary = match name {
            "post-de" | "post-international" => "parcel-de",
            "ecommerce-apac" => "ecommerce",
            other => other,
        };
        let sentences = (vocabulary == "ecommerce").then(|| codes.vocabulary("ecommerce-text")).flatten();
        Self { name, table: codes.vocabulary(vocabulary), sentences, fine: (vocabulary == "parcel-de").then(|| ice::Codes::of(codes)) }
    }

    fn pair<'t>(&self, wire: &'t WireEvent<'_>) -> Option<Pair<'t>> {
        self.fine?;
        wire.detailed.get().and_then(Pair::in_text).or_else(|| Pair::correction(wire.status.get()?))
    }

    /// A status's row: of its code, else of its sentence as DHL lists them, whatever the letters' case and the marks between the words.
    fn row(&self, status: &str) -> Option<&'c CodeMeaning> {
        self.table?.get(status).or_else(|| self.sentences?.get(&plain(status)))
    }
}

impl Unified {
    fn shipment(&self, out: &mut Collector<'_>, wire: &WireShipment<'_>) -> Option<Shipment> {
        let Some(number) = wire.id.get().and_then(TrackingNumber::parse) else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the shipment's number").at("shipments.id"));
            return None;
        };
        let name = wire.service.or_empty().to_ascii_lowercase();
        let service = Service::new(&self.codes, &name);
        let details = wire.details.get();
        let mut shipment = out.shipment(number);
        shipment.instance = Some(service.name).filter(|name| !name.is_empty()).map(Into::into);
        shipment.origin = wire.origin.get().and_then(|origin| place(out, origin));
        shipment.destination = wire.destination.get().and_then(|destination| place(out, destination));
        shipment.is_return = wire.return_flag.is_true();
        if let Some(details) = details {
            read_details(out, details, &mut shipment);
        }
        read_events(out, &mut shipment, &service, wire);
        if shipment.is_return {
            shipment.events.iter_mut().filter(|event| event.milestone == Milestone::Delivered).for_each(come_back);
        } else {
            delivered_after_return_is_returned(&mut shipment.events);
        }
        let signer = details.and_then(|details| details.proof.get()?.signed.get()?.full_name());
        signed_by(&mut shipment, signer.as_deref());
        shipment.promises.extend(promise(out, wire, &shipment));
        Some(shipment)
    }
}

fn read_events(out: &mut Collector<'_>, shipment: &mut Shipment, service: &Service<'_>, wire: &WireShipment<'_>) {
    out.lost_elements(&wire.events, "shipments.events", Some(&shipment.number));
    shipment.events.reserve(wire.events.items.len());
    let gone = if service.fine.is_some() {
        let events: Vec<_> = wire.events.iter().collect();
        let corrections: Vec<_> = events.iter().map(|event| service.pair(event).is_some_and(Pair::is_correction)).collect();
        ice::withdrawn(&corrections, true, |at| clock::iso(events[at].timestamp.get()?).map(|stamp| stamp.local))
    } else {
        HashSet::new()
    };
    for (at, wire) in wire.events.iter().enumerate() {
        if gone.contains(&at) {
            let notice = out.new_notice(NoticeKind::Withdrawn, "the carrier took this event back");
            out.notice(notice.about(Some(&shipment.number)).at("shipments.events").value(wire.status.or_empty()));
        } else {
            read_event(out, shipment, service, wire);
        }
    }
    if wire.events.items.is_empty()
        && let Some(latest) = wire.status.get()
    {
        read_event(out, shipment, service, latest);
    }
}

fn read_event(out: &mut Collector<'_>, shipment: &mut Shipment, service: &Service<'_>, wire: &WireEvent<'_>) {
    let raw = wire.timestamp.or_empty();
    let place = wire.location.get().and_then(|location| place(out, location));
    let zones = place.as_ref().map_or(Zones::Unknown, zones_of);
    let Some(time) = read_time(raw, &zones) else {
        out.skipped(&shipment.number, "shipments.events.timestamp", raw, "an ISO 8601 date and time");
        return;
    };
    let mapped = meaning(out, &shipment.number, service, wire);
    let status = wire.status.or_empty();
    let is_sentence = status.contains(' ');
    let text = wire.description.get().or_else(|| wire.remark.get()).or(is_sentence.then_some(status));
    let value = if is_sentence && service.row(status).is_none() { wire.coarse.or_empty() } else { status };
    let qualifier = match service.pair(wire) {
        Some(Pair { ice, ric }) => Cow::Owned(format_smolstr!("{} {ice}/{ric}", service.name).into()),
        None => Cow::Borrowed(service.name),
    };
    let event = out.event(&shipment.number, mapped, time, place, code(value, Some(&qualifier), text));
    push_by_piece(shipment, event, &wire.pieces);
}

/// A sentence's words in capitals, one blank between them.
fn plain(sentence: &str) -> SmolStr {
    let mut out = SmolStrBuilder::new();
    for (i, word) in sentence.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).enumerate() {
        if i > 0 {
            out.push(' ');
        }
        word.bytes().for_each(|b| out.push(b.to_ascii_uppercase().into()));
    }
    out.finish()
}

fn read_time(raw: &str, zones: &Zones) -> Option<EventTime> {
    let moment = clock::iso(raw).map(|stamp| stamped(raw, stamp, zones));
    moment.or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, zones)))
}

/// The meaning of a status: ICE and RIC where given, the service's table, then the coarse status.
///
/// The coarse status is DHL's own statement, but "transit" is what it says of everything between pickup and delivery: under an unknown code it
/// tells nothing, and the code stays unmapped. A whole sentence in the place of the code is one only if it is listed; what others say is not guessed at.
fn meaning(out: &mut Collector<'_>, number: &TrackingNumber, service: &Service<'_>, wire: &WireEvent<'_>) -> Mapped {
    const FIELD: &str = "shipments.events.status";
    // Written small in answers, and with capitals where a push is subscribed to.
    let (status, coarse) = (wire.status.or_empty(), wire.coarse.or_empty().to_ascii_lowercase());
    let coarse = coarse.as_str();
    let known = match service.fine {
        Some(fine) => fine.meaning(out, number, "shipments.events.statusDetailed", service.pair(wire), status),
        None => service.row(status).map(Mapped::from),
    };
    if let Some(mapped) = known {
        return mapped;
    }
    let is_code = !status.is_empty() && !status.contains(' ') && !status.eq_ignore_ascii_case(coarse);
    let stand_in = match coarse {
        "pre-transit" => Some(Mapped::rule(Some(Stage::Order), Milestone::Announced, Confidence::Medium)),
        "delivered" => Some(Mapped::rule(Some(Stage::LastMile), Milestone::Delivered, Confidence::Medium)),
        "failure" => Some(Mapped::rule(None, Milestone::Exception, Confidence::Medium)),
        "transit" if !is_code => Some(Mapped::rule(None, Milestone::InTransit, Confidence::Medium)),
        _ => None,
    };
    match (is_code, stand_in) {
        (true, Some(_)) => stands_in(out, number, FIELD, &format_smolstr!("{} {status}", service.name)),
        (true, None) => out.unmapped(number, FIELD, &format_smolstr!("{} {status}", service.name)),
        (false, None) if coarse != "unknown" => out.unmapped(number, "shipments.events.statusCode", coarse),
        (false, _) => {}
    }
    stand_in.unwrap_or(Mapped::UNMAPPED)
}

fn place(out: &mut Collector<'_>, wire: &WirePlace<'_>) -> Option<Place> {
    let address = wire.address.get()?;
    let (locality, country) = (address.locality.or_empty(), address.country.or_empty());
    let mut place = out.place(locality, country, || place_of(locality, Country::named(country)).known()).unwrap_or_default();
    if let Some(region) = address.region.get() {
        place.region = Some(region.into());
    }
    place.postcode = address.postcode.get().map(Into::into);
    place.known()
}

fn read_details(out: &mut Collector<'_>, details: &WireDetails<'_>, shipment: &mut Shipment) {
    shipment.service = details.product.get().and_then(|product| product.name.get()).map(Into::into);
    shipment.pieces = details.pieces.iter().filter_map(TrackingNumber::parse).collect();
    shipment.piece_count = details.pieces_total.number();
    shipment.weight_grams = details.weight.get().and_then(|weight| grams(weight.value.or_empty(), weight.unit.get().unwrap_or("KG")));
    let provider = details.provider.get().and_then(|provider| provider.destination.get());
    for reference in details.references.iter() {
        let Some(number) = reference.number.get() else { continue };
        let role = match reference.kind.or_empty() {
            "customer-reference" | "customer-confirmation-number" => Role::CustomerReference,
            "customer-order-number" => Role::Order,
            "local-tracking-number" | "domestic-consignment-id" => Role::NextCarrier,
            "ecommerce-number" | "shipment-id" => Role::Alternate,
            "container-number" => Role::Container,
            "housebill" => Role::HouseWaybill,
            "masterbill" => Role::MasterAirWaybill,
            // What a number is decides which parcels it ties together: not to be guessed.
            other => {
                out.unreadable(&shipment.number, "shipments.details.references.type", other, "a documented type of reference");
                continue;
            }
        };
        let mut reference = Reference::new(role, number);
        if role == Role::NextCarrier
            && let Some(provider) = provider
        {
            reference = reference.issued_by(provider);
        }
        shipment.references.push(reference);
    }
}

fn promise(out: &mut Collector<'_>, wire: &WireShipment<'_>, shipment: &Shipment) -> Option<Promise> {
    if is_over(shipment) {
        return None;
    }
    let zones = shipment.destination.as_ref().map_or(Zones::Unknown, zones_of);
    let mut read = |field: &'static str, text: &Text<'_>| {
        let raw = text.get()?;
        let time = read_time(raw, &zones);
        if time.is_none() {
            out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
        }
        time
    };
    if let Some(by) = read("agreedDeliveryDate", &wire.agreed) {
        return Some(Promise { kind: PromiseKind::Agreed, from: None, by, stated: None });
    }
    if let Some(window) = wire.window.get()
        && let Some(by) = read("estimatedThrough", &window.through)
    {
        return Some(Promise { kind: PromiseKind::Estimated, from: read("estimatedFrom", &window.from), by, stated: None });
    }
    read("estimatedTimeOfDelivery", &wire.estimated).map(|by| Promise { kind: PromiseKind::Estimated, from: None, by, stated: None })
}

/// A `problem+json` body as a notice.
fn problem(out: &Collector<'_>, answer: &Answer<'_>) -> Notice {
    let status = answer.status.number().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    let kind = poll::by_status(status, answer.said()).notice_kind();
    out.new_notice(kind, answer.said()).at("status").value(answer.status.or_empty())
}
