//! The legacy XML tracking service: archives of it are still read.

use std::sync::Arc;

use http::{Method, Request};
use quick_xml::escape::escape;

use super::faults::Interchange;
use super::meaning::{Line, Status, Tables};
use super::moment::Moment;
use super::parts::{self, Address, Due, zones_at};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Mark, NoticeKind,
    Outcome, Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, build,
    check_count,
};
use crate::carriers::mapping::{code, delivered_after_return_is_returned, small};
use crate::carriers::partner;
use crate::model::{
    Milestone, Personal, Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber,
};
use crate::wire::records::EventAt;
use crate::wire::text;
use crate::wire::xml::{Document, Node};

const PRODUCTION: &str = "https://onlinetools.ups.com";

/// The feed `ups.track-xml`: `TrackResponse` of the service that UPS switched off in 2024.
///
/// Clock: date and time local to the place, without offset (a few answers add GMT).
///
/// Quirks: activities may stand out of order; errors are HTTP 200 with `ResponseStatusCode` 0; type
/// D is delivered here, and type X with code U2 is a parcel under way. The request is two XML
/// documents, one after the other.
#[derive(Debug)]
pub struct TrackXml {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl TrackXml {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[Mark::Xml(
            "TrackResponse",
            &["Response", "ResponseStatusCode"],
        )];
        let descriptor = Descriptor::new("ups.track-xml", "UPS legacy XML tracking")
            .with_clock(Clock::Place)
            .with_marks(MARKS)
            .with_partner(partner);
        Self { descriptor, codes }
    }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[EventAt {
    path: &["TrackResponse", "Shipment", "Package", "Activity"],
    marks: &["Date", "Status"],
}];

impl Adapter for TrackXml {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let document = out.xml(&text)?;
        let root = document.root();
        let response = root
            .child("Response")
            .filter(|_| root.name() == "TrackResponse");
        let response = response.ok_or_else(|| {
            out.shape(
                "TrackResponse/Response",
                "the answer of the tracking service",
            )
        })?;
        out.events_elsewhere(root, EVENTS);
        for error in response.all("Error") {
            Interchange::of(error).notice(&mut out, "Response/Error");
        }
        if response.child("Error").is_none() && root.child("Shipment").is_none() {
            out.notice(
                out.own_notice(NoticeKind::NotFound, "the answer holds no shipment")
                    .at("Shipment"),
            );
        }
        let tables = Tables::of_legacy(&self.codes);
        for shipment in root.all("Shipment") {
            read_shipment(&mut out, &tables, shipment);
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn read_shipment(out: &mut Collector<'_>, tables: &Tables<'_>, node: Node<'_, '_>) {
    let whole = node
        .get("ShipmentIdentificationNumber")
        .and_then(parts::number);
    let count = node.all("Package").count();
    if count == 0 {
        read_package(out, tables, node, node, whole.as_ref(), 1);
    }
    for package in node.all("Package") {
        read_package(out, tables, node, package, whole.as_ref(), count);
    }
}

fn read_package(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    node: Node<'_, '_>,
    package: Node<'_, '_>,
    whole: Option<&TrackingNumber>,
    count: usize,
) {
    let Some(number) = package
        .get("TrackingNumber")
        .and_then(parts::number)
        .or_else(|| whole.cloned())
    else {
        out.notice(
            out.own_notice(NoticeKind::EventSkipped, "expected the package's number")
                .at("Package/TrackingNumber"),
        );
        return;
    };
    let service = |name: &str| node.get_at(&["Service", name]);
    let line = Line::of(
        &number,
        service("Code").unwrap_or_default(),
        service("Description").unwrap_or_default(),
    );
    let mut shipment = out.shipment(number);
    shipment.piece_count = u32::try_from(count).ok().filter(|count| *count > 1);
    shipment.service = service("Description").map(small);
    shipment.origin = node.at(&["Shipper", "Address"]).and_then(place);
    shipment.destination = node.at(&["ShipTo", "Address"]).and_then(place);
    let weight = package
        .child("PackageWeight")
        .or_else(|| node.child("ShipmentWeight").filter(|_| count == 1));
    let weight = weight.map(|weight| {
        [
            weight.get("Weight").unwrap_or_default(),
            weight
                .get_at(&["UnitOfMeasurement", "Code"])
                .unwrap_or_default(),
        ]
    });
    shipment.weight_grams =
        weight.and_then(|told| parts::weight(out, &shipment.number, "PackageWeight", told));
    read_references(node, package, whole, &mut shipment);
    for activity in package.all("Activity") {
        read_activity(out, tables, line, activity, &mut shipment);
    }
    delivered_after_return_is_returned(&mut shipment.events);
    if shipment.events.is_empty() {
        let notice = out.own_notice(NoticeKind::Incomplete, "the package holds no activity");
        out.notice(notice.about(Some(&shipment.number)).at("Package/Activity"));
    }
    shipment.promises = promises(out, node, package, &shipment);
    out.push(shipment);
}

/// The scheduled day and the rescheduled one: where both stand, the first is what was said first.
fn promises(
    out: &mut Collector<'_>,
    node: Node<'_, '_>,
    package: Node<'_, '_>,
    shipment: &Shipment,
) -> Vec<Promise> {
    let find = |names: [&str; 2]| {
        names.map(|name| {
            package
                .get(name)
                .or_else(|| node.get(name))
                .unwrap_or_default()
        })
    };
    let zones = zones_at(shipment.destination.as_ref());
    let mut due = |kind, [day, by]: [&str; 2], fields| {
        Due {
            kind,
            day,
            from: "",
            by,
            fields,
        }
        .promise(out, &shipment.number, &zones)
    };
    let rescheduled = ["RescheduledDeliveryDate", "RescheduledDeliveryTime"];
    let scheduled = ["ScheduledDeliveryDate", "ScheduledDeliveryTime"];
    let again = due(PromiseKind::Rescheduled, find(rescheduled), rescheduled);
    let first = due(
        if again.is_some() {
            PromiseKind::FirstEstimate
        } else {
            PromiseKind::Estimated
        },
        find(scheduled),
        scheduled,
    );
    first.into_iter().chain(again).collect()
}

fn read_references(
    node: Node<'_, '_>,
    package: Node<'_, '_>,
    whole: Option<&TrackingNumber>,
    shipment: &mut Shipment,
) {
    let mut references: Vec<Reference> = Vec::new();
    for reference in node
        .all("ReferenceNumber")
        .chain(package.all("ReferenceNumber"))
    {
        references.extend(reference.get("Value").map(parts::reference));
    }
    for other in package.all("AlternateTrackingInfo") {
        let kind = other.get("Type").unwrap_or_default();
        references.extend(
            other
                .get("Value")
                .map(|number| parts::alternate(kind, number)),
        );
    }
    references.extend(whole.map(|whole| Reference::new(Role::MasterWaybill, whole.as_str())));
    for reference in references {
        if reference.number != shipment.number.as_str() && !shipment.references.contains(&reference)
        {
            shipment.references.push(reference);
        }
    }
}

fn read_activity(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    line: Line,
    node: Node<'_, '_>,
    shipment: &mut Shipment,
) {
    let location = node.child("ActivityLocation");
    let place = location
        .and_then(|location| location.child("Address"))
        .and_then(place);
    let get = |name: &str| node.get(name).unwrap_or_default();
    let moment = Moment {
        date: get("Date"),
        time: get("Time"),
        gmt_date: get("GMTDate"),
        gmt_time: get("GMTTime"),
        gmt_offset: get("GMTOffset"),
    };
    let Some(time) = moment.read(
        out,
        &shipment.number,
        ["Activity/Date", "Activity/Time"],
        place.as_ref(),
    ) else {
        return;
    };
    let told = |path: &[&str]| node.get_at(path).unwrap_or_default();
    let words = told(&["Status", "StatusType", "Description"]);
    let status = Status {
        kind: told(&["Status", "StatusType", "Code"]),
        code: told(&["Status", "StatusCode", "Code"]),
        digits: "",
        words,
    };
    let mapped = tables.meaning(out, &shipment.number, "Activity/Status", line, status);
    let mut event = out.event(
        &shipment.number,
        mapped,
        time,
        place,
        code(&status.value(), Some(status.kind), Some(words)),
    );
    if let Some(location) = location.filter(|_| event.milestone == Milestone::Delivered) {
        event.delivered_to = event
            .delivered_to
            .or_else(|| parts::left_at(location.get("Description")?));
        event.signed_by = location.get("SignedForByName").and_then(Personal::parse);
    }
    shipment.events.push(event);
}

fn place(address: Node<'_, '_>) -> Option<Place> {
    let get = |name| address.get(name);
    Address {
        city: get("City"),
        region: get("StateProvinceCode"),
        postcode: get("PostalCode"),
        country: get("CountryCode"),
        facility: None,
    }
    .place()
}

impl Poll for TrackXml {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["access_license_number", "user_id", "password"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let Some(asked) = query.requests.first() else {
            return Err(RequestError::Unfit("no number"));
        };
        let body = format!(
            "<?xml version=\"1.0\"?><AccessRequest xml:lang=\"en-US\"><AccessLicenseNumber>{}</AccessLicenseNumber><UserId>{}</UserId>\
             <Password>{}</Password></AccessRequest><?xml version=\"1.0\"?><TrackRequest xml:lang=\"en-US\"><Request><TransactionReference>\
             <CustomerContext>{}</CustomerContext></TransactionReference><RequestAction>track</RequestAction>\
             <RequestOption>activity</RequestOption></Request><TrackingNumber>{}</TrackingNumber></TrackRequest>",
            escape(context.credential("access_license_number")?),
            escape(context.credential("user_id")?),
            escape(context.credential("password")?),
            escape(context.request_id),
            escape(asked.number.as_str()),
        );
        let uri = format!("{}/ups.app/xml/Track", context.base_or(PRODUCTION));
        build(
            Method::POST,
            &uri,
            &[
                ("content-type", "application/xml"),
                ("accept", "application/xml"),
            ],
            body.into_bytes(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let by_status = reply.outcome_by_status();
        let decoded = text::decode(reply.body);
        let found = matches!(by_status, Outcome::Found);
        // A web page in a 200 is none of the service's answers: what stands before it is down.
        let otherwise = || {
            if found {
                Outcome::RetryAfter(reply.retry_after())
            } else {
                by_status.clone()
            }
        };
        let Ok(document) = Document::parse(&decoded.text) else {
            return otherwise();
        };
        let root = document.root();
        let Some(response) = root
            .child("Response")
            .filter(|_| root.name() == "TrackResponse")
        else {
            return otherwise();
        };
        let failure = response
            .all("Error")
            .map(|error| Interchange::of(error).outcome())
            .find(|outcome| *outcome != Outcome::Found);
        match failure {
            _ if response.get("ResponseStatusCode") != Some("0")
                && root.child("Shipment").is_some() =>
            {
                Outcome::Found
            }
            Some(failure) => failure,
            None => Outcome::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use http::HeaderMap;

    use super::*;
    use crate::adapter::{Credentials, Fault, TrackRequest};
    use crate::carriers::ups::PACK;
    use crate::model::{DeliveredTo, TimeKind};

    fn feed() -> TrackXml {
        TrackXml::new(Arc::new(PACK.codes()))
    }

    fn decode(body: &str) -> Batch {
        let text = format!(
            "<TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response>{body}</TrackResponse>"
        );
        feed()
            .decode(Payload::new(text.as_bytes(), DateTime::UNIX_EPOCH))
            .unwrap()
    }

    fn activity(kind: &str, code: &str, date: &str, location: &str) -> String {
        format!(
            "<Activity><ActivityLocation><Address><City>AUSTIN</City><StateProvinceCode>TX</StateProvinceCode><CountryCode>US</CountryCode>\
             </Address>{location}</ActivityLocation><Status><StatusType><Code>{kind}</Code><Description>SAMPLE</Description></StatusType>\
             <StatusCode><Code>{code}</Code></StatusCode></Status><Date>{date}</Date><Time>143000</Time></Activity>"
        )
    }

    #[test]
    fn times_are_local_to_the_place() {
        let package = format!(
            "<Package><TrackingNumber>1Z0000000300000025</TrackingNumber>{}</Package>",
            activity("X", "48", "20150109", "")
        );
        let batch = decode(&format!("<Shipment>{package}</Shipment>"));
        let event = &batch.shipments[0].events[0];
        assert_eq!(
            (event.milestone, event.time.kind()),
            (Milestone::DeliveryAttempted, TimeKind::PlaceZone)
        );
        assert_eq!(
            event.time.earliest().to_rfc3339(),
            "2015-01-09T20:30:00+00:00"
        );
        assert_eq!(
            (event.code.value.as_str(), event.code.qualifier.as_deref()),
            ("48", Some("X"))
        );
    }

    #[test]
    fn the_rescheduled_day_is_promised_until_delivery() {
        let with = |activity: String| {
            decode(&format!(
                "<Shipment><ScheduledDeliveryDate>20150109</ScheduledDeliveryDate><Package><TrackingNumber>1Z0000000300000025</TrackingNumber>\
                 <RescheduledDeliveryDate>20150110</RescheduledDeliveryDate>{activity}</Package></Shipment>"
            ))
            .shipments
            .remove(0)
        };
        assert_eq!(
            with(activity("I", "DP", "20150108", ""))
                .promise()
                .map(|promise| promise.by.raw().to_owned())
                .as_deref(),
            Some("20150110")
        );
        let location = "<Description>FRONT DOOR</Description><SignedForByName>SAMPLE RECIPIENT</SignedForByName>";
        let delivered = with(activity("D", "FS", "20150110", location));
        let kinds: Vec<_> = delivered
            .promises
            .iter()
            .map(|promise| (promise.kind, promise.by.raw()))
            .collect();
        assert_eq!(
            kinds,
            [
                (PromiseKind::FirstEstimate, "20150109"),
                (PromiseKind::Rescheduled, "20150110")
            ],
            "kept after the delivery"
        );
        assert_eq!(
            delivered.events[0].delivered_to,
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(
            delivered.events[0]
                .signed_by
                .as_ref()
                .map(|signer| signer.reveal()),
            Some("SAMPLE RECIPIENT")
        );
    }

    #[test]
    fn each_package_is_a_parcel_under_its_shipment() {
        let batch = decode(
            "<Shipment><ShipmentIdentificationNumber>1Z0000000300000025</ShipmentIdentificationNumber>\
             <Package><TrackingNumber>1Z0000000300000025</TrackingNumber></Package><Package><TrackingNumber>1Z0000000300000034</TrackingNumber>\
             <AlternateTrackingInfo><Type>USPS_PIC</Type><Value>92000000000000000017</Value></AlternateTrackingInfo></Package></Shipment>",
        );
        assert!(batch.shipments[0].references.is_empty());
        let roles: Vec<_> = batch.shipments[1]
            .references
            .iter()
            .map(|reference| (reference.role, reference.number.as_str()))
            .collect();
        assert_eq!(
            roles,
            [
                (Role::NextCarrier, "92000000000000000017"),
                (Role::MasterWaybill, "1Z0000000300000025")
            ]
        );
        assert_eq!(batch.shipments[1].piece_count, Some(2));
    }

    fn outcome(status: u16, body: &str) -> Outcome {
        let headers = HeaderMap::new();
        feed().outcome(&PollResponse {
            status,
            headers: &headers,
            body: body.as_bytes(),
            received: DateTime::UNIX_EPOCH,
        })
    }

    fn error(severity: &str, code: &str) -> String {
        format!(
            "<TrackResponse><Response><ResponseStatusCode>0</ResponseStatusCode><Error><ErrorSeverity>{severity}</ErrorSeverity>\
             <ErrorCode>{code}</ErrorCode><ErrorDescription>m</ErrorDescription><MinimumRetrySeconds>30</MinimumRetrySeconds></Error></Response>\
             </TrackResponse>"
        )
    }

    #[test]
    fn errors_in_a_200_are_errors() {
        assert_eq!(outcome(200, &error("Hard", "151044")), Outcome::NotFound);
        assert_eq!(
            outcome(200, &error("Hard", "151018")),
            Outcome::Invalid(Fault::new("151018", "m"))
        );
        assert_eq!(outcome(200, &error("Hard", "250003")), Outcome::Reauthorise);
        assert_eq!(
            outcome(200, &error("Hard", "999999")),
            Outcome::Invalid(Fault::new("999999", "m"))
        );
        assert_eq!(
            outcome(200, &error("Transient", "999999")),
            Outcome::RetryAfter(Some(Duration::from_secs(30)))
        );
        assert_eq!(outcome(503, ""), Outcome::RetryAfter(None));
        assert_eq!(
            outcome(200, "<html><body>Maintenance</body></html>"),
            Outcome::RetryAfter(None)
        );
        assert_eq!(
            outcome(200, "<!DOCTYPE html><html><br></html>"),
            Outcome::RetryAfter(None)
        );
        let found = "<TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response><Shipment/></TrackResponse>";
        assert_eq!(outcome(200, found), Outcome::Found);
        assert_eq!(
            outcome(200, &found.replace("<Shipment/>", "")),
            Outcome::NotFound
        );
        assert!(
            feed()
                .decode(Payload::new(
                    b"<QuantumViewResponse/>",
                    DateTime::UNIX_EPOCH
                ))
                .is_err()
        );
    }

    #[test]
    fn the_request_is_two_documents_with_everything_escaped() {
        let credentials = Credentials::default()
            .with("access_license_number", "A<1")
            .with("user_id", "u&u")
            .with("password", "p");
        let context = PollContext {
            now: DateTime::UNIX_EPOCH,
            request_id: "id1",
            credentials: &credentials,
            token: None,
            base: None,
        };
        let asked = [TrackRequest::new(TrackingNumber::new("1Z0000000300000025"))];
        let request = feed().request(&Query::new(&asked), &context).unwrap();
        assert_eq!(
            (request.method(), request.uri().to_string().as_str()),
            (
                &Method::POST,
                "https://onlinetools.ups.com/ups.app/xml/Track"
            )
        );
        let body = String::from_utf8(request.into_body()).unwrap();
        let (access, track) = body.split_once("</AccessRequest>").unwrap();
        let access = Document::parse(access.trim_end())
            .err()
            .map(|_| format!("{access}</AccessRequest>"))
            .unwrap();
        let access = Document::parse(&access).unwrap();
        assert_eq!(
            (
                access.root().get("AccessLicenseNumber"),
                access.root().get("UserId")
            ),
            (Some("A<1"), Some("u&u"))
        );
        let track = Document::parse(track).unwrap();
        assert_eq!(
            track.root().get("TrackingNumber"),
            Some("1Z0000000300000025")
        );
        assert_eq!(
            track.root().get_at(&["Request", "RequestOption"]),
            Some("activity")
        );
        let none = Credentials::default();
        let context = PollContext {
            credentials: &none,
            ..context
        };
        let missing = feed().request(&Query::new(&asked), &context).unwrap_err();
        assert_eq!(
            missing,
            RequestError::MissingCredential("access_license_number")
        );
    }
}
