//! XML-PI: DHL Express in XML, by pull.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{Method, Request};
use quick_xml::escape::escape;

use super::checkpoint::{Checkpoint, Names, Reader, join_pieces, of_piece};
use super::shared::{area, is_over, is_piece, push_all, ship_day, weight, without_list};
use super::{problem, promises};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind,
    Outcome, Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError,
    TrackRequest, build, check_count,
};
use crate::carriers::mapping::delivered_after_return_is_returned;
use crate::carriers::partner;
use crate::model::{
    Country, Event, EventTime, Place, PromiseKind, Reference, Role, Shipment, TimeKind,
    TrackingNumber, Zones, zones_of,
};
use crate::wire::xml::{Document, Node};

const PRODUCTION: &str = "https://xmlpi-ea.dhl.com";
const NAMES: Names = Names {
    date: "ShipmentEvent.Date",
    time: "ShipmentEvent.Time",
    offset: "",
    code: "ShipmentEvent.ServiceEvent.EventCode",
};

/// The feed `dhl.express-xml`.
///
/// Times are local to their service area and carry no zone at all. A number that is not known comes
/// back inside a good answer.
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
        Self {
            descriptor: Descriptor::new("dhl.express-xml", "DHL Express – XML-PI")
                .with_clock(Clock::Place)
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
    }
}

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
                condition.tell(&mut out, None);
            }
            return Ok(out.finish());
        }
        if root.name() != "TrackingResponse" {
            return Err(out.shape("TrackingResponse", "a tracking answer or an error"));
        }
        let shipments: Vec<Shipment> = root
            .all("AWBInfo")
            .filter_map(|info| self.shipment(&mut out, info))
            .collect();
        if let Some(other) = other_child(root) {
            // What stands there under another name was not read, which is not the same as nothing.
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected waybills")
                    .at("AWBInfo")
                    .value(other.name()),
            );
        } else if root.child("AWBInfo").is_none() {
            out.notice(
                out.own_notice(NoticeKind::NotFound, "the answer lists no waybill")
                    .at("AWBInfo"),
            );
        }
        push_all(&mut out, shipments);
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

/// Whether the whole answer is an error: by its name, or because it holds a failure and no waybill.
fn is_error(root: Node<'_, '_>) -> bool {
    let failed = || {
        root.get_at(&["Response", "Status", "ActionStatus"])
            .is_some_and(|status| !status.eq_ignore_ascii_case("success"))
    };
    root.name().ends_with("ErrorResponse")
        || (root.name() == "TrackingResponse" && root.child("AWBInfo").is_none() && failed())
}

/// What stands in an answer besides its head.
fn other_child<'d, 'a>(root: Node<'d, 'a>) -> Option<Node<'d, 'a>> {
    root.children()
        .find(|child| !matches!(child.name(), "Response" | "LanguageCode" | "AWBInfo"))
}

/// What an answer says went wrong.
struct Condition<'d> {
    code: &'d str,
    data: &'d str,
}

impl Condition<'_> {
    /// The code of "not found" varies (103, 101, 209), as that of refused credentials does: the
    /// documented sentences start alike.
    fn outcome(&self) -> Outcome {
        match self.code {
            "103" | "209" => Outcome::NotFound,
            _ if self
                .data
                .to_ascii_lowercase()
                .starts_with("no shipments found") =>
            {
                Outcome::NotFound
            }
            _ if self.data.starts_with("Authentication") => Outcome::Reauthorise,
            "111" => Outcome::Invalid(problem::fault(self.code, self.data)),
            code => problem::by_words(code, self.data),
        }
    }

    fn tell(&self, out: &mut Collector<'_>, number: Option<&TrackingNumber>) {
        let notice = out.new_notice(
            self.outcome().notice_kind(),
            problem::without_secrets(self.data),
        );
        out.notice(notice.about(number).at("ConditionCode").value(self.code));
    }
}

/// The conditions under an element's status; its action status where there is none.
fn conditions<'d>(node: Node<'d, '_>) -> Vec<Condition<'d>> {
    let Some(status) = node.child("Status") else {
        return vec![Condition {
            code: "",
            data: "no reason given",
        }];
    };
    let of = |condition: Node<'d, '_>| Condition {
        code: condition.get("ConditionCode").unwrap_or_default(),
        data: condition.get("ConditionData").unwrap_or_default(),
    };
    let mut found: Vec<_> = status.all("Condition").map(of).collect();
    if found.is_empty() {
        let action = status.get("ActionStatus").unwrap_or_default();
        found.push(Condition {
            code: if action.eq_ignore_ascii_case("No Shipments Found") {
                "103"
            } else {
                ""
            },
            data: action,
        });
    }
    found
}

/// Whether there is something to read: whatever the status says, what is there was found.
fn is_found(info: Node<'_, '_>) -> bool {
    is_success(info) || !checkpoints(info).is_empty()
}

/// Every element that looks like a checkpoint: it has a day and an event, under whatever name it
/// stands.
fn checkpoints<'d, 'a>(info: Node<'d, 'a>) -> Vec<Node<'d, 'a>> {
    let mut found = Vec::new();
    let mut waiting: Vec<_> = info.children().collect();
    while let Some(node) = waiting.pop() {
        let is_one = node.child("Date").is_some()
            && (node.child("ServiceEvent").is_some() || node.child("Time").is_some());
        if is_one || matches!(node.name(), "ShipmentEvent" | "PieceEvent") {
            found.push(node);
        }
        waiting.extend(node.children());
    }
    found
}

fn is_success(info: Node<'_, '_>) -> bool {
    info.get_at(&["Status", "ActionStatus"])
        .is_some_and(|status| status.eq_ignore_ascii_case("success"))
}

impl ExpressXml {
    fn shipment(&self, out: &mut Collector<'_>, info: Node<'_, '_>) -> Option<Shipment> {
        let tracked_by = info.get_at(&["TrackedBy", "LPNumber"]);
        let number = info
            .get("AWBNumber")
            .or(tracked_by)
            .and_then(TrackingNumber::parse);
        if !is_success(info) {
            for condition in conditions(info) {
                condition.tell(out, number.as_ref());
            }
        }
        if !is_found(info) {
            return None;
        }
        let Some(number) = number else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the waybill's number")
                    .at("AWBInfo.AWBNumber"),
            );
            return None;
        };
        let mut shipment = out.shipment(number);
        if let Some(piece) = tracked_by {
            shipment.references.push(Reference::new(Role::Piece, piece));
        }
        if let Some(facts) = info.child("ShipmentInfo") {
            read_facts(out, facts, &mut shipment);
        }
        self.events(out, &mut shipment, info);
        delivered_after_return_is_returned(&mut shipment.events);
        if !is_over(&shipment) {
            info.all("ShipmentInfo")
                .for_each(|facts| promise(out, facts, &mut shipment));
        }
        Some(shipment)
    }

    fn events(&self, out: &mut Collector<'_>, shipment: &mut Shipment, info: Node<'_, '_>) {
        let reader = Reader::new(&self.codes, NAMES);
        let number = shipment.number.clone();
        let events: Vec<_> = info
            .all("ShipmentInfo")
            .flat_map(|facts| facts.all("ShipmentEvent"))
            .collect();
        let mut read = events.len();
        shipment.events.extend(
            events
                .into_iter()
                .filter_map(|event| reader.event(out, &number, checkpoint(event))),
        );
        let pieces: Vec<_> = info
            .all("Pieces")
            .flat_map(|pieces| pieces.all("PieceInfo"))
            .collect();
        let mut of_pieces: Vec<Event> = Vec::new();
        for piece in pieces {
            let plate = piece
                .get_at(&["PieceDetails", "LicensePlate"])
                .and_then(TrackingNumber::parse);
            let Some(plate) = plate else {
                read += piece.all("PieceEvent").count();
                if piece.child("PieceEvent").is_some() {
                    out.skipped(
                        &number,
                        "PieceDetails.LicensePlate",
                        "",
                        "the number of the piece that the events are about",
                    );
                }
                continue;
            };
            read += piece.all("PieceEvent").count();
            let events = piece
                .all("PieceEvent")
                .filter_map(|event| reader.event(out, &number, checkpoint(event)));
            of_pieces.extend(events.map(|event| of_piece(event, &plate)));
            shipment.pieces.push(plate);
        }
        join_pieces(shipment, of_pieces);
        let elsewhere = checkpoints(info).len().saturating_sub(read);
        if elsewhere > 0 {
            out.skipped(
                &number,
                "ShipmentInfo.ShipmentEvent",
                "",
                &format!("{elsewhere} checkpoints where they are documented to stand"),
            );
        } else if info
            .child("ShipmentInfo")
            .is_none_or(|facts| facts.children().next().is_none())
        {
            without_list(out, &number, "ShipmentInfo");
        }
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
        code: what
            .and_then(|what| what.get("EventCode"))
            .unwrap_or_default(),
        text: what.and_then(|what| what.get("Description")),
        remark: remarks.and_then(|remarks| {
            remarks
                .get("FurtherDetails")
                .or_else(|| remarks.get("NextSteps"))
        }),
        next: remarks
            .and_then(|remarks| remarks.get("FurtherDetails").and(remarks.get("NextSteps"))),
        steps: remarks.and_then(|remarks| remarks.get("NextSteps")),
        area: area.and_then(|area| area.get("ServiceAreaCode")),
        area_text: area.and_then(|area| area.get("Description")),
        signer: event.get("Signatory"),
    }
}

fn read_facts(out: &mut Collector<'_>, facts: Node<'_, '_>, shipment: &mut Shipment) {
    shipment.origin = place(facts.child("OriginServiceArea"), facts.child("Shipper"));
    shipment.destination = place(
        facts.child("DestinationServiceArea"),
        facts.child("Consignee"),
    );
    let shipped = facts.get("ShipmentDate").unwrap_or_default();
    shipment.shipped_on = ship_day(out, shipment, "ShipmentInfo.ShipmentDate", shipped);
    shipment.service = facts.get("GlobalProductCode").map(Into::into);
    shipment.piece_count = facts.get("Pieces").and_then(|count| count.parse().ok());
    let unit = facts.get("WeightUnit").unwrap_or_default();
    shipment.weight_grams = weight(
        out,
        &shipment.number,
        "ShipmentInfo.Weight",
        facts.get("Weight").unwrap_or_default(),
        unit,
    );
    let references = facts
        .all("ShipperReference")
        .filter_map(|reference| reference.get("ReferenceID"));
    shipment
        .references
        .extend(references.map(|number| Reference::new(Role::CustomerReference, number)));
}

/// A place from a service area and, where given, the party's own town.
fn place(service_area: Option<Node<'_, '_>>, party: Option<Node<'_, '_>>) -> Option<Place> {
    let mut place = service_area
        .and_then(|wire| area(wire.get("ServiceAreaCode"), wire.get("Description")))
        .unwrap_or_default();
    if let Some(party) = party {
        if let Some(city) = party.get("City") {
            place = Place {
                city: Some(city.into()),
                code: place.code,
                country: place.country,
                ..Place::default()
            };
        }
        place.country = party
            .get("CountryCode")
            .and_then(Country::named)
            .or(place.country);
        place.region = party.get("DivisionCode").map(Into::into).or(place.region);
        place.postcode = party.get("PostalCode").map(Into::into);
    }
    place.known()
}

/// The estimate: with its offset where it states one, else its twin in UTC, else local to the
/// destination. The last minute of a day is that day.
fn promise(out: &mut Collector<'_>, facts: Node<'_, '_>, shipment: &mut Shipment) {
    let zones = shipment
        .destination
        .as_ref()
        .map_or(Zones::Unknown, zones_of);
    let (local, utc) = (facts.get("EstDlvyDate"), facts.get("EstDlvyDateUTC"));
    let Some(raw) = local.or(utc) else {
        if facts
            .child("EstDlvyDate")
            .is_some_and(|date| date.children().next().is_some())
        {
            out.unreadable(&shipment.number, "EstDlvyDate", "", "a date and time");
        }
        return;
    };
    let written = local.and_then(|raw| promises::due(raw, &zones));
    let is_sure = |time: &EventTime| matches!(time.kind(), TimeKind::Date | TimeKind::Offset);
    let in_utc =
        || utc.and_then(|raw| promises::due(&format!("{}Z", raw.trim_end_matches('Z')), &zones));
    let by = written.clone().filter(is_sure).or_else(in_utc).or(written);
    match by {
        Some(by) => promises::add(
            &mut shipment.promises,
            promises::window(PromiseKind::Estimated, None, by),
        ),
        None => out.unreadable(&shipment.number, "EstDlvyDate", raw, "a date and time"),
    }
}

impl Poll for ExpressXml {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(10)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["site_id", "password"]
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
            0 => "AWBNumber",
            all if all == query.requests.len() => "LPNumber",
            _ => return Err(RequestError::Unfit("a waybill together with a piece")),
        };
        let reference: String = context
            .request_id
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(32)
            .collect();
        if reference.len() < 28 {
            return Err(RequestError::Unfit(
                "a request id of fewer than 28 letters and digits",
            ));
        }
        let mut body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<req:KnownTrackingRequest xmlns:req=\"http://www.dhl.com\"><Request><ServiceHeader>\
             <MessageTime>{}</MessageTime><MessageReference>{reference}</MessageReference><SiteID>{}</SiteID><Password>{}</Password>\
             </ServiceHeader></Request><LanguageCode>{}</LanguageCode>",
            context.now.format("%Y-%m-%dT%H:%M:%S+00:00"),
            escape(context.credential("site_id")?),
            escape(context.credential("password")?),
            escape(query.language.unwrap_or("en")),
        );
        for asked in query.requests {
            let _ = write!(body, "<{name}>{}</{name}>", escape(asked.number.as_str()));
        }
        body.push_str("<LevelOfDetails>ALL_CHECK_POINTS</LevelOfDetails><PiecesEnabled>B</PiecesEnabled></req:KnownTrackingRequest>");
        let uri = format!("{}/XMLShippingServlet", context.base_or(PRODUCTION));
        build(
            Method::POST,
            &uri,
            &[
                ("content-type", "application/xml; charset=UTF-8"),
                ("accept", "application/xml"),
            ],
            body.into_bytes(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        if !(200..=299).contains(&reply.status) {
            return reply.outcome_by_status();
        }
        let text = crate::wire::text::decode(reply.body).text;
        // A page or half an answer under a good status is a passing fault.
        let Some(document) = Document::parse(&text)
            .ok()
            .filter(|_| !problem::is_page(reply.body))
        else {
            return Outcome::RetryAfter(None);
        };
        let root = document.root();
        if is_error(root) {
            let first = conditions(root.child("Response").unwrap_or(root))
                .first()
                .map(Condition::outcome);
            return first.unwrap_or_else(|| Outcome::Invalid(Fault::status(reply.status)));
        }
        let is_renamed = root.child("AWBInfo").is_none() && other_child(root).is_some();
        if root.name() != "TrackingResponse" || is_renamed || root.all("AWBInfo").any(is_found) {
            return Outcome::Found;
        }
        // Nothing was found: if every waybill failed alike, that is the answer.
        let mut outcomes = root
            .all("AWBInfo")
            .flat_map(conditions)
            .map(|condition| condition.outcome());
        let first = outcomes.next().unwrap_or(Outcome::NotFound);
        if outcomes.all(|other| std::mem::discriminant(&other) == std::mem::discriminant(&first)) {
            first
        } else {
            Outcome::Found
        }
    }
}

#[cfg(test)]
mod tests;
