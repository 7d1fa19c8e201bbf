//! MyDHL API: DHL Express in JSON, by pull.

use std::sync::Arc;

use http::{Method, Request};

use super::checkpoint::{Checkpoint, Names, Reader, join_pieces, of_piece};
use super::problem;
use super::shared::{area, is_over, is_piece, push_all, ship_day, weight, without_list};
use super::when::When;
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Mark, NoticeKind, Outcome,
    Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, TrackRequest, basic,
    build, check_count,
};
use crate::carriers::mapping::delivered_after_return_is_returned;
use crate::carriers::partner;
use crate::model::{
    Country, Event, Place, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones, zones_of,
};
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One, Text, Texts, wire};

const PRODUCTION: &str = "https://express.api.dhl.com/mydhlapi";
const NAMES: Names = Names {
    date: "shipments.events.date",
    time: "shipments.events.time",
    offset: "shipments.events.GMTOffset",
    code: "shipments.events.typeCode",
};

/// The feed `dhl.express`.
///
/// Times are local to their service area, with an offset because requests built here ask for it.
/// `status` is that of the call, not the parcel's.
#[derive(Debug)]
pub struct Express {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Express {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["shipments", "shipments.shipmentTrackingNumber"]),
            Mark::Json(&["title", "status", "detail", "message"]),
        ];
        Self {
            descriptor: Descriptor::new("dhl.express", "DHL Express – MyDHL API")
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
    }
}

wire! {
    struct Answer {
        shipments: Option<Many<WireShipment<'a>>> = "shipments",
    }

    struct WireShipment {
        number: Text<'a> = "shipmentTrackingNumber",
        shipped: Text<'a> = "shipmentTimestamp",
        status: Text<'a> = "status",
        product: Text<'a> = "productCode",
        shipper: One<WireParty<'a>> = "shipperDetails",
        receiver: One<WireParty<'a>> = "receiverDetails",
        weight: Text<'a> = "totalWeight",
        units: Text<'a> = "unitOfMeasurements",
        references: Many<WireReference<'a>> = "shipperReferences",
        events: Option<Many<WireEvent<'a>>> = "events",
        piece_count: Text<'a> = "numberOfPieces",
        pieces: Many<WirePiece<'a>> = "pieces",
        estimated: When<'a> = "estimatedDeliveryDate" | "estimatedTimeOfDelivery" | "estimatedDeliveryDateAndTime",
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
    struct WirePiece {
        number: Text<'a> = "trackingNumber",
        events: Many<WireEvent<'a>> = "events",
        estimated: When<'a> = "estimatedDeliveryDate",
    }

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

    struct WireRemark { value: Text<'a> = "value" | "furtherDetails", details: Text<'a> = "details" | "nextSteps", }
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
            remark: self
                .remarks
                .iter()
                .find_map(|remark| remark.value.get().or_else(|| remark.details.get())),
            next: self
                .remarks
                .iter()
                .find_map(|remark| remark.value.get().and(remark.details.get())),
            steps: self.remarks.iter().find_map(|remark| remark.details.get()),
            area: area.and_then(|area| area.code.get()),
            area_text: area.and_then(|area| area.text.get()),
            signer: self.signer.get(),
        }
    }
}

impl WireParty<'_> {
    fn place(&self) -> Option<Place> {
        let area = self
            .area
            .get()
            .and_then(|wire| area(wire.code.get(), wire.text.get()));
        let mut place = area.unwrap_or_default();
        if let Some(address) = self.address.get() {
            if let Some(city) = address.city.get() {
                place = Place {
                    city: Some(city.into()),
                    code: place.code,
                    country: place.country,
                    ..Place::default()
                };
            }
            place.country = address
                .country
                .get()
                .and_then(Country::named)
                .or(place.country);
            place.region = address.region.get().map(Into::into).or(place.region);
            place.postcode = address.postcode.get().map(Into::into);
        }
        place.known()
    }
}

impl WireShipment<'_> {
    /// Whether the call found it. The word is of the call and left out by older answers; whatever
    /// it is, what is there was found.
    fn is_found(&self) -> bool {
        let has_events = self
            .events
            .as_ref()
            .is_some_and(|events| !events.items.is_empty() || events.malformed > 0);
        self.is_success()
            || has_events
            || self
                .pieces
                .iter()
                .any(|piece| !piece.events.items.is_empty())
    }

    fn is_success(&self) -> bool {
        self.status
            .get()
            .is_none_or(|status| status.eq_ignore_ascii_case("success"))
    }
}

impl Adapter for Express {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: Answer<'_> = out
            .json_any::<One<Answer<'_>>>(&text)?
            .0
            .unwrap_or_default();
        if answer.shipments.is_some() || !problem::tell(&mut out, &text) {
            let list = answer
                .shipments
                .as_ref()
                .ok_or_else(|| out.shape("shipments", "a list of shipments, or an error"))?;
            if list.items.is_empty() && list.malformed == 0 {
                out.notice(
                    out.own_notice(NoticeKind::NotFound, "the answer lists no shipment")
                        .at("shipments"),
                );
            }
        }
        if let Some(list) = &answer.shipments {
            out.lost_elements(list, "shipments", None);
            let shipments = list
                .iter()
                .filter_map(|wire| self.shipment(&mut out, wire))
                .collect();
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
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the shipment's number")
                    .at("shipments.shipmentTrackingNumber"),
            );
            return None;
        };
        if !wire.is_found() {
            let notice = out.own_notice(
                NoticeKind::NotFound,
                "the call found nothing under this number",
            );
            out.notice(
                notice
                    .about(Some(&number))
                    .at("shipments.status")
                    .value(wire.status.or_empty()),
            );
            return None;
        }
        if !wire.is_success() {
            out.unreadable(
                &number,
                "shipments.status",
                wire.status.or_empty(),
                "Success",
            );
        }
        let mut shipment = out.shipment(number);
        shipment.origin = wire.shipper.get().and_then(WireParty::place);
        shipment.destination = wire.receiver.get().and_then(WireParty::place);
        let shipped = wire.shipped.or_empty();
        shipment.shipped_on = ship_day(out, &shipment, "shipments.shipmentTimestamp", shipped);
        shipment.service = wire.product.get().map(Into::into);
        shipment.weight_grams = weight(
            out,
            &shipment.number,
            "shipments.totalWeight",
            wire.weight.or_empty(),
            wire.units.or_empty(),
        );
        shipment.piece_count = wire.piece_count.number();
        shipment.pieces = wire
            .pieces
            .iter()
            .filter_map(|piece| TrackingNumber::parse(piece.number.get()?))
            .collect();
        let references = wire
            .references
            .iter()
            .filter_map(|reference| reference.value.get());
        shipment
            .references
            .extend(references.map(|value| Reference::new(Role::CustomerReference, value)));
        self.events(out, &mut shipment, wire);
        delivered_after_return_is_returned(&mut shipment.events);
        promise(out, wire, &mut shipment);
        if let Some(child) = wire.children.iter().next() {
            let notice = out.own_notice(
                NoticeKind::Incomplete,
                "shipments consolidated under this one are asked for by their own numbers",
            );
            out.notice(
                notice
                    .about(Some(&shipment.number))
                    .at("childrenShipmentIdentificationNumbers")
                    .value(child),
            );
        }
        Some(shipment)
    }

    fn events(&self, out: &mut Collector<'_>, shipment: &mut Shipment, wire: &WireShipment<'_>) {
        let reader = Reader::new(&self.codes, NAMES);
        let number = shipment.number.clone();
        out.lost_elements(&wire.pieces, "shipments.pieces", Some(&number));
        match &wire.events {
            Some(events) => {
                out.lost_elements(events, "shipments.events", Some(&number));
                shipment.events.reserve(events.items.len());
                shipment.events.extend(
                    events
                        .iter()
                        .filter_map(|event| reader.event(out, &number, event.checkpoint())),
                );
            }
            None => without_list(out, &number, "shipments.events"),
        }
        if wire.pieces.items.is_empty() && shipment.piece_count.is_some_and(|count| count > 1) {
            let notice = out.own_notice(NoticeKind::Incomplete, "the pieces are not listed");
            out.notice(notice.about(Some(&number)).at("shipments.pieces"));
        }
        let mut of_pieces: Vec<Event> = Vec::new();
        for piece in wire.pieces.iter() {
            out.lost_elements(&piece.events, "shipments.pieces.events", Some(&number));
            let Some(piece_number) = piece.number.get().and_then(TrackingNumber::parse) else {
                if !piece.events.items.is_empty() {
                    out.skipped(
                        &number,
                        "shipments.pieces.trackingNumber",
                        "",
                        "the number of the piece that the events are about",
                    );
                }
                continue;
            };
            let events = piece
                .events
                .iter()
                .filter_map(|event| reader.event(out, &number, event.checkpoint()));
            of_pieces.extend(events.map(|event| of_piece(event, &piece_number)));
        }
        join_pieces(shipment, of_pieces);
    }
}

fn promise(out: &mut Collector<'_>, wire: &WireShipment<'_>, shipment: &mut Shipment) {
    if is_over(shipment) {
        return;
    }
    let zones = shipment
        .destination
        .as_ref()
        .map_or(Zones::Unknown, zones_of);
    for when in
        std::iter::once(&wire.estimated).chain(wire.pieces.iter().map(|piece| &piece.estimated))
    {
        when.add(
            out,
            shipment,
            "shipments.estimatedDeliveryDate",
            PromiseKind::Estimated,
            &zones,
        );
    }
}

impl Poll for Express {
    fn limits(&self) -> PollLimits {
        PollLimits {
            max_numbers: 200,
            pause: None,
            per_day: Some(500),
        }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key", "api_secret"]
    }

    fn group(&self, asked: &TrackRequest) -> u8 {
        u8::from(is_piece(&asked.number))
    }

    /// Waybills and pieces (`JD…`) are asked for under different names, and not together.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let pieces = query
            .requests
            .iter()
            .filter(|asked| is_piece(&asked.number))
            .count();
        let name = match pieces {
            0 => "shipmentTrackingNumber",
            all if all == query.requests.len() => "pieceTrackingNumber",
            _ => return Err(RequestError::Unfit("a waybill together with a piece")),
        };
        let mut uri = format!("{}/tracking?", context.base_or(PRODUCTION));
        for asked in query.requests {
            uri.push_str(&format!("{name}={}&", encode_query(asked.number.as_str())));
        }
        uri.push_str("trackingView=all-checkpoints-with-remarks&levelOfDetail=all&requestGMTOffsetPerEvent=true");
        let authorization = basic(
            context.credential("api_key")?,
            context.credential("api_secret")?,
        );
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("accept", "application/json"),
        ];
        if (28..=36).contains(&context.request_id.len()) {
            headers.push(("message-reference", context.request_id));
        }
        if let Some(language) = query.language {
            headers.push(("accept-language", language));
        }
        build(Method::GET, &uri, &headers, Vec::new())
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        if matches!(reply.status, 408 | 425 | 429 | 500..=599) {
            return Outcome::RetryAfter(reply.retry_after());
        }
        let is_good = (200..=299).contains(&reply.status);
        let http = if is_good { 0 } else { reply.status };
        let Ok(answer) = serde_json::from_slice::<One<Answer<'_>>>(reply.body) else {
            // A page or half an answer under a good status is a passing fault.
            return if is_good {
                Outcome::RetryAfter(None)
            } else {
                problem::by_status(http, None, "")
            };
        };
        match answer.0.and_then(|answer| answer.shipments) {
            Some(list)
                if is_good
                    && !list.items.is_empty()
                    && !list.iter().any(WireShipment::is_found) =>
            {
                Outcome::NotFound
            }
            Some(list) if is_good && list.items.is_empty() && list.malformed == 0 => {
                Outcome::NotFound
            }
            Some(_) if is_good => Outcome::Found,
            _ => problem::outcome_of(reply.body, http).unwrap_or_else(|| match http {
                0 => Outcome::Found,
                status => problem::by_status(status, None, ""),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
