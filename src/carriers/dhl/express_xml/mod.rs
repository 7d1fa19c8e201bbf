//! XML-PI: DHL Express in XML, by pull.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{Method, Request};
use quick_xml::escape::escape;

use super::checkpoint::{Checkpoint, Names, Reader, join_pieces, of_piece};
use super::shared::{area, is_over, is_piece, push_all};
use crate::adapter::{
    Adapter, Asked, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind, Outcome, Payload, Poll, PollContext,
    PollLimits, Question, Reply, RequestError, build, check_count, grams, stamped,
};
use crate::carriers::mapping::delivered_after_return_is_returned;
use crate::model::{Country, Event, EventTime, Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones, zones_of};
use crate::wire::clock;
use crate::wire::records::EventAt;
use crate::wire::xml::{Document, Node};

const PRODUCTION: &str = "https://xmlpi-ea.dhl.com";
const NAMES: Names = Names { date: "ShipmentEvent.Date", time: "ShipmentEvent.Time", offset: "", code: "ShipmentEvent.ServiceEvent.EventCode" };

/// The feed `dhl.express-xml`.
///
/// Times are local to their service area and carry no zone at all. A number that is not known comes back inside a good answer.
#[derive(Debug)]
pub struct ExpressXml {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl ExpressXml {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Xml("TrackingResponse", &["AWBInfo"]),
            Mark::Xml("TrackingResponse", &["Response", "ServiceHeader"]),
            Mark::XmlRoot("ShipmentTrackingErrorResponse", ""),
            Mark::Xml("ErrorResponse", &["Response", "Status", "ActionStatus"]),
        ];
        Self { descriptor: Descriptor::new("dhl.express-xml", "DHL Express – XML-PI").with_clock(Clock::Place).with_marks(MARKS), codes }
    }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[
    EventAt { path: &["TrackingResponse", "AWBInfo", "ShipmentInfo", "ShipmentEvent"], marks: &["Date", "Time", "ServiceEvent"] },
    EventAt { path: &["TrackingResponse", "AWBInfo", "Pieces", "PieceInfo", "PieceEvent"], marks: &["Date", "Time", "ServiceEvent"] },
];

impl Adapter for ExpressXml {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let document = out.xml(&text)?;
        let root = document.root();
        if is_error(root) {
            for condition in conditions(root.child("Response").unwrap_or(root)) {
                let notice = out.new_notice(condition.outcome().notice_kind(), condition.data);
                out.notice(notice.at("ConditionCode").value(condition.code));
            }
            return Ok(out.finish());
        }
        if root.name() != "TrackingResponse" {
            return Err(out.shape("TrackingResponse", "a tracking answer or an error"));
        }
        out.events_elsewhere(root, EVENTS);
        let shipments: Vec<Shipment> = root.all("AWBInfo").filter_map(|info| self.shipment(&mut out, info)).collect();
        if root.child("AWBInfo").is_none() {
            out.notice(out.new_notice(NoticeKind::NotFound, "the answer lists no waybill").at("AWBInfo"));
        }
        push_all(&mut out, shipments);
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn is_error(root: Node<'_, '_>) -> bool {
    matches!(root.name(), "ShipmentTrackingErrorResponse" | "ErrorResponse")
}

/// What an answer says went wrong.
struct Condition<'d> {
    code: &'d str,
    data: &'d str,
}

impl Condition<'_> {
    fn outcome(&self) -> Outcome {
        match self.code {
            "103" => Outcome::NotFound,
            // The code varies; the documented sentence starts so.
            _ if self.data.starts_with("Authentication") => Outcome::Reauthorise,
            code => Outcome::Invalid(Fault::new(code, self.data)),
        }
    }
}

/// The conditions under an element's status; its action status where there is none.
fn conditions<'d>(node: Node<'d, '_>) -> Vec<Condition<'d>> {
    let Some(status) = node.child("Status") else { return vec![Condition { code: "", data: "no reason given" }] };
    let of = |condition: Node<'d, '_>| Condition {
        code: condition.get("ConditionCode").unwrap_or_default(),
        data: condition.get("ConditionData").unwrap_or_default(),
    };
    let mut found: Vec<_> = status.all("Condition").map(of).collect();
    if found.is_empty() {
        let action = status.get("ActionStatus").unwrap_or_default();
        found.push(Condition { code: if action.eq_ignore_ascii_case("No Shipments Found") { "103" } else { "" }, data: action });
    }
    found
}

fn is_success(info: Node<'_, '_>) -> bool {
    info.get_at(&["Status", "ActionStatus"]).is_some_and(|status| status.eq_ignore_ascii_case("success"))
}

impl ExpressXml {
    fn shipment(&self, out: &mut Collector<'_>, info: Node<'_, '_>) -> Option<Shipment> {
        let tracked_by = info.get_at(&["TrackedBy", "LPNumber"]);
        let Some(number) = info.get("AWBNumber").or(tracked_by).and_then(TrackingNumber::parse) else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the waybill's number").at("AWBInfo.AWBNumber"));
            return None;
        };
        if !is_success(info) {
            for condition in conditions(info) {
                let notice = out.new_notice(condition.outcome().notice_kind(), condition.data);
                out.notice(notice.about(Some(&number)).at("ConditionCode").value(condition.code));
            }
            return None;
        }
        let mut shipment = out.shipment(number);
        if let Some(piece) = tracked_by {
            shipment.references.push(Reference::new(Role::Piece, piece));
        }
        if let Some(facts) = info.child("ShipmentInfo") {
            read_facts(facts, &mut shipment);
        }
        self.events(out, &mut shipment, info);
        delivered_after_return_is_returned(&mut shipment.events);
        shipment.promises.extend(info.child("ShipmentInfo").and_then(|facts| promise(out, facts, &shipment)));
        Some(shipment)
    }

    fn events(&self, out: &mut Collector<'_>, shipment: &mut Shipment, info: Node<'_, '_>) {
        let reader = Reader::new(&self.codes, NAMES);
        let number = shipment.number.clone();
        let events = info.children().filter(|child| child.name() == "ShipmentInfo").flat_map(|facts| facts.all("ShipmentEvent"));
        shipment.events.extend(events.filter_map(|event| reader.event(out, &number, checkpoint(event))));
        let pieces: Vec<_> = info.all("Pieces").flat_map(|pieces| pieces.all("PieceInfo")).collect();
        let mut of_pieces: Vec<Event> = Vec::new();
        for piece in pieces {
            let plate = piece.get_at(&["PieceDetails", "LicensePlate"]).and_then(TrackingNumber::parse);
            let Some(plate) = plate else {
                if piece.child("PieceEvent").is_some() {
                    out.skipped(&number, "PieceDetails.LicensePlate", "", "the number of the piece that the events are about");
                }
                continue;
            };
            let events = piece.all("PieceEvent").filter_map(|event| reader.event(out, &number, checkpoint(event)));
            of_pieces.extend(events.map(|event| of_piece(event, &plate)));
            shipment.pieces.push(plate);
        }
        join_pieces(shipment, of_pieces);
    }
}

fn checkpoint<'d>(event: Node<'d, '_>) -> Checkpoint<'d> {
    let what = event.child("ServiceEvent");
    let area = event.child("ServiceArea");
    let remarks = event.child("EventRemarks");
    Checkpoint {
        date: event.get("Date").unwrap_or_default(),
        time: event.get("Time").unwrap_or_default(),
        offset: "",
        code: what.and_then(|what| what.get("EventCode")).unwrap_or_default(),
        text: what.and_then(|what| what.get("Description")),
        remark: remarks.and_then(|remarks| remarks.get("FurtherDetails").or_else(|| remarks.get("NextSteps"))),
        area: area.and_then(|area| area.get("ServiceAreaCode")),
        area_text: area.and_then(|area| area.get("Description")),
        signer: event.get("Signatory"),
    }
}

fn read_facts(facts: Node<'_, '_>, shipment: &mut Shipment) {
    shipment.origin = place(facts.child("OriginServiceArea"), facts.child("Shipper"));
    shipment.destination = place(facts.child("DestinationServiceArea"), facts.child("Consignee"));
    shipment.service = facts.get("GlobalProductCode").map(Into::into);
    shipment.piece_count = facts.get("Pieces").and_then(|count| count.parse().ok());
    shipment.weight_grams = grams(facts.get("Weight").unwrap_or_default(), facts.get("WeightUnit").unwrap_or_default());
    let references = facts.all("ShipperReference").filter_map(|reference| reference.get("ReferenceID"));
    shipment.references.extend(references.map(|number| Reference::new(Role::CustomerReference, number)));
}

/// A place from a service area and, where given, the party's own town.
fn place(service_area: Option<Node<'_, '_>>, party: Option<Node<'_, '_>>) -> Option<Place> {
    let mut place = service_area.and_then(|wire| area(wire.get("ServiceAreaCode"), wire.get("Description"))).unwrap_or_default();
    if let Some(party) = party {
        if let Some(city) = party.get("City") {
            place = Place { city: Some(city.into()), code: place.code, country: place.country, ..Place::default() };
        }
        place.country = party.get("CountryCode").and_then(Country::named).or(place.country);
        place.region = party.get("DivisionCode").map(Into::into).or(place.region);
        place.postcode = party.get("PostalCode").map(Into::into);
    }
    place.known()
}

/// The estimate: with its offset where it states one, else its twin in UTC, else local to the destination.
fn promise(out: &mut Collector<'_>, facts: Node<'_, '_>, shipment: &Shipment) -> Option<Promise> {
    if is_over(shipment) {
        return None;
    }
    let zones = shipment.destination.as_ref().map_or(Zones::Unknown, zones_of);
    let (local, utc) = (facts.get("EstDlvyDate"), facts.get("EstDlvyDateUTC"));
    let stamp = local.and_then(clock::iso);
    let in_utc =
        || utc.and_then(|raw| Some(EventTime::instant_in(raw, clock::iso(raw).filter(|at| at.offset.unwrap_or(0) == 0)?.local.and_utc(), &zones)));
    let by = match (local, stamp) {
        (Some(raw), Some(stamp)) if stamp.offset.is_some() => Some(stamped(raw, stamp, &zones)),
        (Some(raw), Some(stamp)) => in_utc().or_else(|| Some(stamped(raw, stamp, &zones))),
        (Some(raw), None) => in_utc().or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, &zones))),
        (None, _) => in_utc(),
    };
    if by.is_none()
        && let Some(raw) = local.or(utc)
    {
        out.unreadable(&shipment.number, "EstDlvyDate", raw, "a date and time");
    }
    by.map(|by| Promise { kind: PromiseKind::Estimated, from: None, by, stated: None })
}

impl Poll for ExpressXml {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(10)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["site_id", "password"]
    }

    fn group(&self, asked: &Asked) -> u8 {
        u8::from(is_piece(&asked.number))
    }

    /// Waybills and pieces (`JD…`) are asked for under different names, and not together.
    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let pieces = question.numbers.iter().filter(|asked| is_piece(&asked.number)).count();
        let name = match pieces {
            0 => "AWBNumber",
            all if all == question.numbers.len() => "LPNumber",
            _ => return Err(RequestError::Unfit("a waybill together with a piece")),
        };
        let reference: String = context.request_id.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        if reference.len() < 28 {
            return Err(RequestError::Unfit("a request id of fewer than 28 letters and digits"));
        }
        let mut body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<req:KnownTrackingRequest xmlns:req=\"http://www.dhl.com\"><Request><ServiceHeader>\
             <MessageTime>{}</MessageTime><MessageReference>{reference}</MessageReference><SiteID>{}</SiteID><Password>{}</Password>\
             </ServiceHeader></Request><LanguageCode>{}</LanguageCode>",
            context.now.format("%Y-%m-%dT%H:%M:%S+00:00"),
            escape(context.credential("site_id")?),
            escape(context.credential("password")?),
            escape(question.language.unwrap_or("en")),
        );
        for asked in question.numbers {
            let _ = write!(body, "<{name}>{}</{name}>", escape(asked.number.as_str()));
        }
        body.push_str("<LevelOfDetails>ALL_CHECK_POINTS</LevelOfDetails><PiecesEnabled>B</PiecesEnabled></req:KnownTrackingRequest>");
        let uri = format!("{}/XMLShippingServlet", context.base_or(PRODUCTION));
        build(Method::POST, &uri, &[("content-type", "application/xml; charset=UTF-8"), ("accept", "application/xml")], body.into_bytes())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        if !(200..=299).contains(&reply.status) {
            return reply.outcome_by_status();
        }
        let text = crate::wire::text::decode(reply.body).text;
        let Ok(document) = Document::parse(&text) else { return Outcome::Found };
        let root = document.root();
        if is_error(root) {
            let first = conditions(root.child("Response").unwrap_or(root)).first().map(Condition::outcome);
            return first.unwrap_or_else(|| Outcome::Invalid(Fault::status(reply.status)));
        }
        let is_missing = |info: Node<'_, '_>| !is_success(info) && conditions(info).iter().all(|condition| condition.outcome() == Outcome::NotFound);
        if root.name() == "TrackingResponse" && root.all("AWBInfo").all(is_missing) { Outcome::NotFound } else { Outcome::Found }
    }
}

#[cfg(test)]
mod tests;
