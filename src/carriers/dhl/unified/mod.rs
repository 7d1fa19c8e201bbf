//! Shipment Tracking – Unified: one JSON for all DHL divisions, by pull and by push.

use std::sync::Arc;

use http::{Method, Request, Response};
use secrecy::SecretString;

use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Fault, HandshakeError, Mark, Notice, NoticeKind, Outcome, Page, Payload, Poll,
    PollContext, PollLimits, Question, Reply, RequestError, Verdict, Webhook, WebhookCall, WebhookError, answer, build, check_count, grams,
    same_secret, stamped,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned};
use crate::model::{
    Confidence, Country, Event, EventTime, Milestone, Personal, Place, Promise, PromiseKind, Reference, Role, Scope, Shipment, Stage, TrackingNumber,
    Zones, zones_of,
};
use crate::wire::clock;
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One, Text, Texts, wire};

const PRODUCTION: &str = "https://api-eu.dhl.com";
/// The header that DHL is told to send, and the name of the credential that it holds, when a subscription is made with `hook.authentication`.
const HOOK_HEADER: &str = "dhl-hook-token";

/// The feed `dhl.unified`. Its statuses are keyed by service: `PU` means one thing for Express and nothing for Parcel DE.
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
            Mark::Json(&["scope", "self"]),
            Mark::Json(&["scope", "shipments", "shipments.service", "shipments.id"]),
            Mark::Json(&["title", "status", "detail"]),
        ];
        Self { descriptor: Descriptor::new("dhl.unified", "DHL Shipment Tracking – Unified").with_marks(MARKS), codes }
    }
}

wire! {
    struct Answer {
        shipments: Many<WireShipment<'a>> = "shipments",
        next_url: Text<'a> = "nextUrl",
        other_services: Texts<'a> = "possibleAdditionalShipmentsUrl",
        scope: Text<'a> = "scope",
        subscription: Text<'a> = "self",
        secret: Text<'a> = "secret",
        title: Text<'a> = "title",
        status: Text<'a> = "status",
        detail: Text<'a> = "detail",
    }

    struct WireShipment {
        id: Text<'a> = "id",
        service: Text<'a> = "service",
        origin: One<WirePlace<'a>> = "origin",
        destination: One<WirePlace<'a>> = "destination",
        status: One<WireEvent<'a>> = "status",
        events: Many<WireEvent<'a>> = "events",
        estimated: Text<'a> = "estimatedTimeOfDelivery",
        window: One<WireWindow<'a>> = "estimatedDeliveryTimeFrame",
        agreed: Text<'a> = "agreedDeliveryDate",
        return_flag: Text<'a> = "returnFlag",
        details: One<WireDetails<'a>> = "details",
    }

    struct WireWindow { from: Text<'a> = "estimatedFrom", through: Text<'a> = "estimatedThrough", }

    struct WirePlace { address: One<WireAddress<'a>> = "address", }

    struct WireAddress {
        locality: Text<'a> = "addressLocality",
        region: Text<'a> = "addressRegion",
        country: Text<'a> = "countryCode",
        postcode: Text<'a> = "postalCode",
    }

    struct WireEvent {
        timestamp: Text<'a> = "timestamp",
        location: One<WirePlace<'a>> = "location",
        coarse: Text<'a> = "statusCode",
        status: Text<'a> = "status",
        detailed: Text<'a> = "statusDetailed",
        description: Text<'a> = "description",
        remark: Text<'a> = "remark",
        pieces: Texts<'a> = "pieceIds",
    }

    struct WireDetails {
        product: One<WireProduct<'a>> = "product",
        provider: One<WireProvider<'a>> = "provider",
        pieces_total: Text<'a> = "totalNumberOfPieces",
        pieces: Texts<'a> = "pieceIds",
        weight: One<WireWeight<'a>> = "weight",
        references: Many<WireReference<'a>> = "references",
        proof: One<WireProof<'a>> = "proofOfDelivery",
    }

    struct WireProduct { name: Text<'a> = "productName", }
    struct WireProvider { destination: Text<'a> = "destinationProvider", }
    struct WireWeight { value: Text<'a> = "value", unit: Text<'a> = "unitText", }
    struct WireReference { number: Text<'a> = "number", kind: Text<'a> = "type", }
    struct WireProof { signed: One<WireSigner<'a>> = "signed", }
    struct WireSigner { name: Text<'a> = "name", }
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
        } else if answer.title.get().is_some() || answer.detail.get().is_some() {
            let notice = problem(&out, &answer);
            out.notice(notice);
        }
        out.lost_elements(&answer.shipments, "shipments", None);
        for shipment in answer.shipments.iter() {
            self.shipment(&mut out, shipment);
        }
        if answer.next_url.get().is_some() && !answer.shipments.items.is_empty() {
            out.notice(out.new_notice(NoticeKind::Incomplete, "more shipments stand on the next page").at("nextUrl"));
        }
        for other in answer.other_services.iter() {
            let service = other.split("service=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
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

impl Unified {
    fn shipment(&self, out: &mut Collector<'_>, wire: &WireShipment<'_>) {
        let Some(number) = wire.id.get().and_then(TrackingNumber::parse) else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the shipment's number").at("shipments.id"));
            return;
        };
        let service = wire.service.get().unwrap_or_default();
        let details = wire.details.get();
        let mut shipment = out.shipment(number);
        // Express numbers are used again after some months, and one number may live in two services: two parcels.
        shipment.instance = (!service.is_empty()).then(|| service.into());
        shipment.origin = wire.origin.get().and_then(place);
        shipment.destination = wire.destination.get().and_then(place);
        shipment.is_return = wire.return_flag.is_true();
        if let Some(details) = details {
            read_details(details, &mut shipment);
        }
        out.lost_elements(&wire.events, "shipments.events", Some(&shipment.number));
        shipment.events.reserve(wire.events.items.len());
        for event in wire.events.iter().chain(wire.status.get().filter(|_| wire.events.items.is_empty())) {
            self.event(out, &mut shipment, service, event);
        }
        if shipment.is_return {
            for event in shipment.events.iter_mut().filter(|event| event.milestone == Milestone::Delivered) {
                event.stage = Some(Stage::Return);
                event.milestone = Milestone::Returned;
            }
        } else {
            delivered_after_return_is_returned(&mut shipment.events);
        }
        if let Some(signer) = details.and_then(|details| details.proof.get()?.signed.get()?.name.get())
            && let Some(event) =
                shipment.events.iter_mut().filter(|event| event.milestone == Milestone::Delivered).max_by_key(|event| event.time.earliest())
        {
            event.signed_by = Personal::parse(signer);
        }
        shipment.promise = promise(out, wire, &shipment);
        out.push(shipment);
    }

    fn event(&self, out: &mut Collector<'_>, shipment: &mut Shipment, service: &str, wire: &WireEvent<'_>) {
        let raw = wire.timestamp.or_empty();
        let Some(stamp) = clock::iso(raw) else {
            out.skipped(&shipment.number, "shipments.events.timestamp", raw, "an ISO 8601 date and time");
            return;
        };
        let place = wire.location.get().and_then(place);
        let zones = place.as_ref().map_or(Zones::Unknown, zones_of);
        let time = stamped(raw, stamp, &zones);
        let status = wire.status.or_empty();
        let mapped = self.meaning(out, &shipment.number, service, wire);
        let text = wire.description.get().or_else(|| wire.remark.get()).or_else(|| status.contains(' ').then_some(status));
        let value = if status.contains(' ') { wire.coarse.or_empty() } else { status };
        let event = out.event(&shipment.number, mapped, time, place, code(value, Some(service), text));
        push_by_piece(shipment, event, wire.pieces.iter());
    }

    /// The meaning of a status: ICE and RIC where given, the service's table, then the coarse status.
    ///
    /// The coarse status is DHL's own statement, but "transit" is what it says of everything between pickup and delivery: under an unknown code
    /// it tells nothing, and the code stays unmapped.
    fn meaning(&self, out: &mut Collector<'_>, number: &TrackingNumber, service: &str, wire: &WireEvent<'_>) -> Mapped {
        let status = wire.status.or_empty();
        let vocabulary = vocabulary(service);
        if vocabulary == "parcel-de"
            && let Some(mapped) = super::ice::meaning(&self.codes, wire.detailed.or_empty(), status)
        {
            return mapped;
        }
        let table = self.codes.vocabulary(vocabulary);
        if let Some(row) = table.and_then(|table| table.get(status)) {
            return row.into();
        }
        let is_code = !status.is_empty() && !status.contains(' ') && table.is_some();
        if is_code {
            out.unmapped(number, "shipments.events.status", &format!("{service} {status}"));
        }
        match wire.coarse.or_empty() {
            "pre-transit" => Mapped::rule(Some(Stage::Order), Milestone::Announced, Confidence::Medium),
            "delivered" => Mapped::rule(Some(Stage::LastMile), Milestone::Delivered, Confidence::Medium),
            "failure" => Mapped::rule(None, Milestone::Exception, Confidence::Medium),
            "transit" if !is_code => Mapped::rule(None, Milestone::InTransit, Confidence::Medium),
            coarse => {
                if !is_code && coarse != "unknown" {
                    out.unmapped(number, "shipments.events.statusCode", coarse);
                }
                Mapped::UNMAPPED
            }
        }
    }
}

/// The table that a service's statuses stand in.
fn vocabulary(service: &str) -> &str {
    match service {
        "post-de" | "post-international" => "parcel-de",
        "ecommerce-apac" => "ecommerce",
        other => other,
    }
}

/// Adds an event about the whole shipment, or one for each of the pieces that it names when those are not all.
pub(super) fn push_by_piece<'t>(shipment: &mut Shipment, event: Event, pieces: impl Iterator<Item = &'t str>) {
    let named: Vec<TrackingNumber> = pieces.filter_map(TrackingNumber::parse).collect();
    let total = shipment.piece_count.map_or(shipment.pieces.len(), |count| count as usize).max(shipment.pieces.len());
    if named.is_empty() || named.len() >= total.max(1) && total > 0 || total <= 1 {
        shipment.events.push(event);
        return;
    }
    for piece in named {
        shipment.events.push(Event { piece: Some(piece), scope: Scope::Piece, ..event.clone() });
    }
}

fn place(wire: &WirePlace<'_>) -> Option<Place> {
    let address = wire.address.get()?;
    let mut place = address.locality.get().map(Place::from_text).unwrap_or_default();
    if place.country.is_none() && place.city.is_none() {
        // A bare locality, not a line of text.
        place.city = place.name.take();
    } else if place.city.is_some() && place.region.is_none() {
        place.name = None;
    }
    if let Some(country) = address.country.get() {
        place.country = Country::named(country).or(place.country);
    }
    if let Some(region) = address.region.get() {
        place.region = Some(region.into());
    }
    place.postcode = address.postcode.get().map(Into::into);
    place.known()
}

fn read_details(details: &WireDetails<'_>, shipment: &mut Shipment) {
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
            _ => Role::CustomerReference,
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
    if shipment.events.iter().any(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned)) {
        return None;
    }
    let zones = shipment.destination.as_ref().map_or(Zones::Unknown, zones_of);
    let mut read = |field: &'static str, text: &Text<'_>| {
        let raw = text.get()?;
        let time = clock::iso(raw).map(|stamp| stamped(raw, stamp, &zones)).or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, &zones)));
        if time.is_none() {
            out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
        }
        time
    };
    if let Some(by) = read("agreedDeliveryDate", &wire.agreed) {
        return Some(Promise { kind: PromiseKind::Agreed, from: None, by });
    }
    if let Some(window) = wire.window.get()
        && let Some(by) = read("estimatedThrough", &window.through)
    {
        return Some(Promise { kind: PromiseKind::Estimated, from: read("estimatedFrom", &window.from), by });
    }
    read("estimatedTimeOfDelivery", &wire.estimated).map(|by| Promise { kind: PromiseKind::Estimated, from: None, by })
}

/// A `problem+json` body as a notice.
fn problem(out: &Collector<'_>, answer: &Answer<'_>) -> Notice {
    let status = answer.status.number().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    let kind = by_status(status, answer.detail.or_empty()).notice_kind();
    let said = answer.detail.get().or_else(|| answer.title.get()).unwrap_or_default();
    out.new_notice(kind, said).at("status").value(answer.status.or_empty())
}

fn by_status(status: u16, detail: &str) -> Outcome {
    match status {
        401 => Outcome::Reauthorise,
        403 => Outcome::Refused(Fault::new("403", detail)),
        404 => Outcome::NotFound,
        429 | 500..=599 => Outcome::RetryAfter(None),
        200..=299 => Outcome::Found,
        other => Outcome::Invalid(Fault::new(&other.to_string(), detail)),
    }
}

impl Poll for Unified {
    fn limits(&self) -> PollLimits {
        PollLimits { max_numbers: 1, pause: Some(std::time::Duration::from_secs(5)), per_day: Some(250) }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key"]
    }

    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let headers = [("dhl-api-key", context.credential("api_key")?), ("accept", "application/json")];
        let base = context.base_or(PRODUCTION);
        let asked = &question.numbers[0];
        let mut uri = format!("{base}/track/shipments?trackingNumber={}", encode_query(asked.number.as_str()));
        let options = [
            ("service", asked.service.as_deref()),
            ("originCountryCode", asked.origin.as_ref().map(Country::as_str)),
            ("recipientPostalCode", asked.postcode.as_deref()),
            ("language", question.language),
            ("offset", question.page.map(|page| page.0.as_str())),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                uri.push_str(&format!("&{name}={}", encode_query(value)));
            }
        }
        build(Method::GET, &uri, &headers, Vec::new())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        match reply.status {
            200..=299 => match serde_json::from_slice::<One<Answer<'_>>>(reply.body) {
                Ok(One(Some(answer))) if answer.shipments.items.is_empty() => Outcome::NotFound,
                _ => Outcome::Found,
            },
            429 | 500..=599 => Outcome::RetryAfter(reply.retry_after()),
            status => {
                let answer = serde_json::from_slice::<One<Answer<'_>>>(reply.body).ok().and_then(|answer| answer.0).unwrap_or_default();
                by_status(status, answer.detail.or_empty())
            }
        }
    }

    /// The offset of the next page: only that is taken from the carrier's link, so that a request never leaves the host it was meant for.
    fn next_page(&self, reply: &Reply<'_>) -> Option<Page> {
        let answer = serde_json::from_slice::<One<Answer<'_>>>(reply.body).ok()?.0?;
        let query = answer.next_url.get()?.split_once('?')?.1;
        let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset="))?;
        offset.bytes().all(|b| b.is_ascii_digit()).then(|| Page(offset.into()))
    }
}

impl Webhook for Unified {
    fn protection(&self) -> &'static str {
        "A token that the subscriber chose comes back in a header: it proves that the caller knows the token, not that the body is unchanged or fresh."
    }

    fn verify(&self, call: &WebhookCall<'_>, secret: Option<&SecretString>) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let given = call.header(HOOK_HEADER).ok_or(WebhookError::MissingProof(HOOK_HEADER))?;
        same_secret(given, secret)
    }

    fn acknowledge(&self, _call: &WebhookCall<'_>, verdict: Verdict) -> Response<Vec<u8>> {
        answer(verdict.status(), "", Vec::new())
    }

    /// Activates the subscription when DHL asks for it (`subscription.validate`).
    fn handshake(&self, call: &WebhookCall<'_>, context: &PollContext<'_>) -> Result<Option<Request<Vec<u8>>>, HandshakeError> {
        let mut out = Collector::new(&self.descriptor, Payload::new(call.body, call.received));
        let text = out.text()?;
        let message: Answer<'_> = out.json(&text)?;
        if message.scope.get() != Some("subscription.validate") {
            return Ok(None);
        }
        let secret = message.secret.get().ok_or_else(|| out.shape("secret", "the hook's secret"))?;
        let subscription = message.subscription.get().ok_or_else(|| out.shape("self", "the subscription's address"))?;
        let id = subscription.rsplit('/').next().unwrap_or_default();
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_id || subscription.starts_with("http") && !subscription.contains(".dhl.com/") && !subscription.starts_with(context.base_or(PRODUCTION))
        {
            return Err(HandshakeError::ForeignAddress);
        }
        let uri = format!("{}/tracking/push/v1/subscription/{id}", context.base_or(PRODUCTION));
        let headers = [("dhl-api-key", context.credential("api_key")?), ("dhl-api-hook-secret", secret)];
        Ok(Some(build(Method::POST, &uri, &headers, Vec::new())?))
    }
}
