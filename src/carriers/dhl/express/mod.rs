//! MyDHL API: DHL Express in JSON, by pull.

use std::sync::Arc;

use http::{Method, Request};

use super::checkpoint::{Checkpoint, Names, Reader, join_pieces, of_piece};
use super::shared::{area, is_over, is_piece, push_all};
use crate::adapter::{
    Adapter, Asked, Batch, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, Notice, NoticeKind, Outcome, Payload, Poll, PollContext,
    PollLimits, Question, Reply, RequestError, basic, build, check_count, grams, stamped,
};
use crate::carriers::mapping::delivered_after_return_is_returned;
use crate::model::{Country, Event, EventTime, Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones, zones_of};
use crate::wire::clock;
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One, Text, Texts, wire};

const PRODUCTION: &str = "https://express.api.dhl.com/mydhlapi";
const NAMES: Names =
    Names { date: "shipments.events.date", time: "shipments.events.time", offset: "shipments.events.GMTOffset", code: "shipments.events.typeCode" };

/// The feed `dhl.express`.
///
/// Times are local to their service area, with an offset because requests built here ask for it. `status` is that of the call, not the parcel's.
#[derive(Debug)]
pub struct Express {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Express {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] =
            &[Mark::Json(&["shipments", "shipments.shipmentTrackingNumber"]), Mark::Json(&["title", "status", "detail", "message"])];
        Self { descriptor: Descriptor::new("dhl.express", "DHL Express – MyDHL API").with_marks(MARKS), codes }
    }
}

wire! {
    struct Answer {
        shipments: Option<Many<WireShipment<'a>>> = "shipments",
        title: Text<'a> = "title",
        detail: Text<'a> = "detail",
        message: Text<'a> = "message",
        status: Text<'a> = "status",
    }

    struct WireShipment {
        number: Text<'a> = "shipmentTrackingNumber",
        status: Text<'a> = "status",
        product: Text<'a> = "productCode",
        shipper: One<WireParty<'a>> = "shipperDetails",
        receiver: One<WireParty<'a>> = "receiverDetails",
        weight: Text<'a> = "totalWeight",
        units: Text<'a> = "unitOfMeasurements",
        references: Many<WireReference<'a>> = "shipperReferences",
        events: Many<WireEvent<'a>> = "events",
        piece_count: Text<'a> = "numberOfPieces",
        pieces: Many<WirePiece<'a>> = "pieces",
        estimated: Text<'a> = "estimatedDeliveryDate",
        children: Texts<'a> = "childrenShipmentIdentificationNumbers",
    }

    struct WireParty { address: One<WireAddress<'a>> = "postalAddress", area: One<WireArea<'a>> = "serviceArea", }

    struct WireAddress {
        city: Text<'a> = "cityName",
        postcode: Text<'a> = "postalCode",
        region: Text<'a> = "provinceCode",
        country: Text<'a> = "countryCode",
    }

    struct WireArea { code: Text<'a> = "code", text: Text<'a> = "description", }
    struct WireReference { value: Text<'a> = "value", }
    struct WirePiece { number: Text<'a> = "trackingNumber", events: Many<WireEvent<'a>> = "events", }

    struct WireEvent {
        date: Text<'a> = "date",
        time: Text<'a> = "time",
        offset: Text<'a> = "GMTOffset",
        code: Text<'a> = "typeCode",
        text: Text<'a> = "description",
        area: One<WireArea<'a>> = "serviceArea",
        signer: Text<'a> = "signedBy",
        remarks: Many<WireRemark<'a>> = "remarks",
    }

    struct WireRemark { value: Text<'a> = "value", details: Text<'a> = "details", }
}

impl WireEvent<'_> {
    fn checkpoint(&self) -> Checkpoint<'_> {
        let area = self.area.get();
        Checkpoint {
            date: self.date.or_empty(),
            time: self.time.or_empty(),
            offset: self.offset.or_empty(),
            code: self.code.or_empty(),
            text: self.text.get(),
            remark: self.remarks.iter().find_map(|remark| remark.value.get().or_else(|| remark.details.get())),
            area: area.and_then(|area| area.code.get()),
            area_text: area.and_then(|area| area.text.get()),
            signer: self.signer.get(),
        }
    }
}

impl WireParty<'_> {
    fn place(&self) -> Option<Place> {
        let area = self.area.get().and_then(|wire| area(wire.code.get(), wire.text.get()));
        let mut place = area.unwrap_or_default();
        if let Some(address) = self.address.get() {
            if let Some(city) = address.city.get() {
                place = Place { city: Some(city.into()), code: place.code, country: place.country, ..Place::default() };
            }
            place.country = address.country.get().and_then(Country::named).or(place.country);
            place.region = address.region.get().map(Into::into).or(place.region);
            place.postcode = address.postcode.get().map(Into::into);
        }
        place.known()
    }
}

impl WireShipment<'_> {
    /// Whether the call found it; the word is of the call, and left out by older answers.
    fn is_found(&self) -> bool {
        self.status.get().is_none_or(|status| status.eq_ignore_ascii_case("success"))
    }
}

impl Adapter for Express {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: Answer<'_> = out.json(&text)?;
        if answer.title.get().is_some() || answer.detail.get().is_some() {
            let notice = problem(&out, &answer);
            out.notice(notice);
        } else {
            let list = answer.shipments.as_ref().ok_or_else(|| out.shape("shipments", "a list of shipments, or an error"))?;
            if list.items.is_empty() && list.malformed == 0 {
                out.notice(out.new_notice(NoticeKind::NotFound, "the answer lists no shipment").at("shipments"));
            }
        }
        if let Some(list) = &answer.shipments {
            out.lost_elements(list, "shipments", None);
            let shipments = list.iter().filter_map(|wire| self.shipment(&mut out, wire)).collect();
            push_all(&mut out, shipments);
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl Express {
    fn shipment(&self, out: &mut Collector<'_>, wire: &WireShipment<'_>) -> Option<Shipment> {
        let Some(number) = wire.number.get().and_then(TrackingNumber::parse) else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the shipment's number").at("shipments.shipmentTrackingNumber"));
            return None;
        };
        if !wire.is_found() {
            let notice = out.new_notice(NoticeKind::NotFound, "the call found nothing under this number");
            out.notice(notice.about(Some(&number)).at("shipments.status").value(wire.status.or_empty()));
            return None;
        }
        let mut shipment = out.shipment(number);
        shipment.origin = wire.shipper.get().and_then(WireParty::place);
        shipment.destination = wire.receiver.get().and_then(WireParty::place);
        shipment.service = wire.product.get().map(Into::into);
        shipment.weight_grams = grams(wire.weight.or_empty(), wire.units.or_empty());
        shipment.piece_count = wire.piece_count.number();
        shipment.pieces = wire.pieces.iter().filter_map(|piece| TrackingNumber::parse(piece.number.get()?)).collect();
        let references = wire.references.iter().filter_map(|reference| reference.value.get());
        shipment.references.extend(references.map(|value| Reference::new(Role::CustomerReference, value)));
        self.events(out, &mut shipment, wire);
        delivered_after_return_is_returned(&mut shipment.events);
        shipment.promises.extend(promise(out, wire, &shipment));
        if let Some(child) = wire.children.iter().next() {
            let notice = out.new_notice(NoticeKind::Incomplete, "shipments consolidated under this one are asked for by their own numbers");
            out.notice(notice.about(Some(&shipment.number)).at("childrenShipmentIdentificationNumbers").value(child));
        }
        Some(shipment)
    }

    fn events(&self, out: &mut Collector<'_>, shipment: &mut Shipment, wire: &WireShipment<'_>) {
        let reader = Reader::new(&self.codes, NAMES);
        let number = shipment.number.clone();
        out.lost_elements(&wire.events, "shipments.events", Some(&number));
        out.lost_elements(&wire.pieces, "shipments.pieces", Some(&number));
        shipment.events.reserve(wire.events.items.len());
        shipment.events.extend(wire.events.iter().filter_map(|event| reader.event(out, &number, event.checkpoint())));
        let mut of_pieces: Vec<Event> = Vec::new();
        for piece in wire.pieces.iter() {
            out.lost_elements(&piece.events, "shipments.pieces.events", Some(&number));
            let Some(piece_number) = piece.number.get().and_then(TrackingNumber::parse) else {
                if !piece.events.items.is_empty() {
                    out.skipped(&number, "shipments.pieces.trackingNumber", "", "the number of the piece that the events are about");
                }
                continue;
            };
            let events = piece.events.iter().filter_map(|event| reader.event(out, &number, event.checkpoint()));
            of_pieces.extend(events.map(|event| of_piece(event, &piece_number)));
        }
        join_pieces(shipment, of_pieces);
    }
}

fn promise(out: &mut Collector<'_>, wire: &WireShipment<'_>, shipment: &Shipment) -> Option<Promise> {
    let raw = wire.estimated.get().filter(|_| !is_over(shipment))?;
    let zones = shipment.destination.as_ref().map_or(Zones::Unknown, zones_of);
    let moment = clock::iso(raw).map(|stamp| stamped(raw, stamp, &zones));
    let by = moment.or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, &zones)));
    if by.is_none() {
        out.unreadable(&shipment.number, "shipments.estimatedDeliveryDate", raw, "a date, or a date and time");
    }
    by.map(|by| Promise { kind: PromiseKind::Estimated, from: None, by, stated: None })
}

impl Answer<'_> {
    fn said(&self) -> &str {
        self.detail.get().or_else(|| self.message.get()).or_else(|| self.title.get()).unwrap_or_default()
    }
}

fn problem(out: &Collector<'_>, answer: &Answer<'_>) -> Notice {
    let status = answer.status.number().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    out.new_notice(by_status(status, answer.said()).notice_kind(), answer.said()).at("status").value(answer.status.or_empty())
}

fn by_status(status: u16, said: &str) -> Outcome {
    match status {
        200..=299 => Outcome::Found,
        401 => Outcome::Reauthorise,
        403 => Outcome::Refused(Fault::new("403", said)),
        404 => Outcome::NotFound,
        408 | 425 | 429 | 500..=599 => Outcome::RetryAfter(None),
        other => Outcome::Invalid(Fault::new(&other.to_string(), said)),
    }
}

impl Poll for Express {
    fn limits(&self) -> PollLimits {
        PollLimits { max_numbers: 200, pause: None, per_day: Some(500) }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key", "api_secret"]
    }

    fn group(&self, asked: &Asked) -> u8 {
        u8::from(is_piece(&asked.number))
    }

    /// Waybills and pieces (`JD…`) are asked for under different names, and not together.
    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let pieces = question.numbers.iter().filter(|asked| is_piece(&asked.number)).count();
        let name = match pieces {
            0 => "shipmentTrackingNumber",
            all if all == question.numbers.len() => "pieceTrackingNumber",
            _ => return Err(RequestError::Unfit("a waybill together with a piece")),
        };
        let mut uri = format!("{}/tracking?", context.base_or(PRODUCTION));
        for asked in question.numbers {
            uri.push_str(&format!("{name}={}&", encode_query(asked.number.as_str())));
        }
        uri.push_str("trackingView=all-checkpoints-with-remarks&levelOfDetail=all&requestGMTOffsetPerEvent=true");
        let authorization = basic(context.credential("api_key")?, context.credential("api_secret")?);
        let mut headers = vec![("authorization", authorization.as_str()), ("accept", "application/json")];
        if (28..=36).contains(&context.request_id.len()) {
            headers.push(("message-reference", context.request_id));
        }
        if let Some(language) = question.language {
            headers.push(("accept-language", language));
        }
        build(Method::GET, &uri, &headers, Vec::new())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        let answer = serde_json::from_slice::<One<Answer<'_>>>(reply.body).ok().and_then(|answer| answer.0);
        match (reply.status, answer) {
            (200..=299, Some(Answer { shipments: Some(list), .. })) if !list.iter().any(WireShipment::is_found) => Outcome::NotFound,
            (200..=299, _) => Outcome::Found,
            (408 | 425 | 429 | 500..=599, _) => Outcome::RetryAfter(reply.retry_after()),
            (status, answer) => by_status(status, answer.unwrap_or_default().said()),
        }
    }
}

#[cfg(test)]
mod tests;
