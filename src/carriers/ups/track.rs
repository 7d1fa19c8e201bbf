//! The Tracking API: JSON by number, asked with an OAuth token.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use http::{Method, Request};

use super::account;
use super::faults;
use super::meaning::{Line, Status, Tables};
use super::moment::Moment;
use super::parts::{self, Address, Due, zones_at};
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind, Outcome, Payload, Poll, PollContext, PollLimits,
    Question, Reply, RequestError, Token, check_count, grams,
};
use crate::carriers::mapping::{code, delivered_after_return_is_returned};
use crate::model::{Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber};
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One, Text, wire};

/// The feed `ups.track`: a snapshot of every package of one shipment.
///
/// Clock: date and time are local to the place; the same moment in GMT stands beside them, with the offset or without. Events of old data have
/// the local time alone. Times of delivery are promised in the destination's local time.
///
/// Quirks: "not found" is an HTTP 200 with the warning TW0001; the number of packages told may exceed those returned
/// ([`NoticeKind::Incomplete`]); a [`Page`](crate::adapter::Page) with an offset asks for all packages of the shipment, 50 at a time.
#[derive(Debug)]
pub struct Track {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Track {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackResponse"]),
            Mark::Json(&["trackResponse", "trackResponse.shipment"]),
            Mark::Json(&["response", "response.errors", "response.errors.code"]),
        ];
        Self { descriptor: Descriptor::new("ups.track", "UPS Tracking API").with_marks(MARKS), codes }
    }
}

wire! {
    struct Answer { response: One<Response<'a>> = "trackResponse", }
    struct Response { shipments: Many<WireShipment<'a>> = "shipment", }

    struct WireShipment {
        inquiry: Text<'a> = "inquiryNumber",
        warnings: Many<WireWarning<'a>> = "warnings",
        packages: Many<WirePackage<'a>> = "package",
    }

    struct WireWarning { code: Text<'a> = "code", message: Text<'a> = "message", }

    struct WirePackage {
        number: Text<'a> = "trackingNumber",
        count: Text<'a> = "packageCount",
        current: One<WireStatus<'a>> = "currentStatus",
        activities: Many<WireActivity<'a>> = "activity",
        dates: Many<WireDate<'a>> = "deliveryDate",
        time: One<WireTime<'a>> = "deliveryTime",
        delivery: One<WireDelivery<'a>> = "deliveryInformation",
        alternates: Many<WireReference<'a>> = "alternateTrackingNumber",
        references: Many<WireReference<'a>> = "referenceNumber",
        addresses: Many<WirePlace<'a>> = "packageAddress",
        service: One<WireService<'a>> = "service",
        weight: One<WireWeight<'a>> = "weight",
    }

    struct WireStatus {
        kind: Text<'a> = "type",
        code: Text<'a> = "code",
        digits: Text<'a> = "statusCode",
        description: Text<'a> = "description",
        simple: Text<'a> = "simplifiedTextDescription",
    }

    struct WireActivity {
        date: Text<'a> = "date",
        time: Text<'a> = "time",
        gmt_date: Text<'a> = "gmtDate",
        gmt_time: Text<'a> = "gmtTime",
        gmt_offset: Text<'a> = "gmtOffset",
        location: One<WirePlace<'a>> = "location",
        status: One<WireStatus<'a>> = "status",
    }

    struct WirePlace {
        kind: Text<'a> = "type",
        facility: Text<'a> = "slic",
        address: One<WireAddress<'a>> = "address",
    }

    struct WireAddress {
        city: Text<'a> = "city",
        region: Text<'a> = "stateProvince",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "country",
        country_code: Text<'a> = "countryCode",
    }

    struct WireDate { kind: Text<'a> = "type", date: Text<'a> = "date", }
    struct WireTime { kind: Text<'a> = "type", start: Text<'a> = "startTime", end: Text<'a> = "endTime", }
    struct WireDelivery { location: Text<'a> = "location", signer: Text<'a> = "receivedBy", }
    struct WireReference { kind: Text<'a> = "type", number: Text<'a> = "number", }
    struct WireService { code: Text<'a> = "code", description: Text<'a> = "description", }
    struct WireWeight { unit: Text<'a> = "unitOfMeasurement", value: Text<'a> = "weight", }
}

impl Adapter for Track {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: One<Answer<'_>> = out.json_any(&text)?;
        let Some(response) = answer.get().and_then(|answer| answer.response.get()) else {
            let faults = faults::read(&text);
            if faults.is_empty() && answer.get().is_some() {
                out.notice(out.new_notice(NoticeKind::NotFound, "the answer holds no shipment").at("trackResponse"));
                return Ok(out.finish());
            }
            if faults.is_empty() {
                return Err(out.shape("trackResponse.shipment", "the shipments of a tracking answer"));
            }
            faults::notices(&mut out, faults, "response.errors", None, &Outcome::Invalid(Fault::status(400)));
            return Ok(out.finish());
        };
        out.lost_elements(&response.shipments, "shipment", None);
        if response.shipments.items.is_empty() {
            out.notice(out.new_notice(NoticeKind::NotFound, "the answer holds no shipment").at("shipment"));
        }
        let tables = Tables::of(&self.codes);
        let mut found = Vec::new();
        for shipment in response.shipments.iter() {
            read_shipment(&mut out, &tables, shipment, &mut found);
        }
        tell_apart(&mut out, &mut found);
        found.into_iter().for_each(|shipment| out.push(shipment));
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn read_shipment(out: &mut Collector<'_>, tables: &Tables<'_>, wire: &WireShipment<'_>, found: &mut Vec<Shipment>) {
    let inquiry = wire.inquiry.get().and_then(TrackingNumber::parse);
    warnings(out, wire, inquiry.as_ref());
    out.lost_elements(&wire.packages, "shipment.package", inquiry.as_ref());
    let several = wire.packages.items.len() > 1;
    for package in wire.packages.iter() {
        read_package(out, tables, package, inquiry.as_ref(), several, found);
    }
    let told = wire.packages.iter().filter_map(|package| package.count.number()).max().unwrap_or(0);
    if !wire.packages.items.is_empty() && told as usize > wire.packages.items.len() {
        let notice = out.new_notice(NoticeKind::Incomplete, "the shipment has more packages than this answer");
        out.notice(notice.about(inquiry.as_ref()).at("packageCount").value(&told.to_string()));
    }
}

/// Warnings decide where no package came; beside a package they are the carrier's remarks.
fn warnings(out: &mut Collector<'_>, wire: &WireShipment<'_>, inquiry: Option<&TrackingNumber>) {
    let has_package = !wire.packages.items.is_empty();
    if !has_package && wire.warnings.items.is_empty() {
        let notice = out.new_notice(NoticeKind::NotFound, "the shipment holds no package");
        out.notice(notice.about(inquiry).at("shipment.package"));
    }
    for warning in wire.warnings.iter() {
        let fault = Fault::new(warning.code.or_empty(), warning.message.or_empty());
        let kind = if has_package { NoticeKind::CarrierMessage } else { faults::outcome(fault, Outcome::NotFound).notice_kind() };
        let notice = out.new_notice(kind, warning.message.or_empty());
        out.notice(notice.about(inquiry).at("shipment.warnings").value(warning.code.or_empty()));
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
    let Some(number) = wire.number.get().and_then(TrackingNumber::parse).or_else(|| inquiry.cloned()) else {
        out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the package's number").at("package.trackingNumber"));
        return;
    };
    let service = wire.service.get();
    let line = Line::of(&number, service.map_or("", |service| service.code.or_empty()), service.map_or("", |service| service.description.or_empty()));
    let mut shipment = out.shipment(number);
    shipment.piece_count = wire.count.number();
    shipment.service = service.and_then(|service| service.description.get()).map(Into::into);
    shipment.weight_grams = wire.weight.get().and_then(|weight| grams(weight.value.or_empty(), weight.unit.or_empty()));
    let address = |kind: &str| wire.addresses.iter().find(|address| address.kind.or_empty().eq_ignore_ascii_case(kind)).and_then(place);
    shipment.origin = address("ORIGIN");
    shipment.destination = address("DESTINATION");
    read_references(wire, inquiry, several, &mut shipment);
    out.lost_elements(&wire.activities, "package.activity", Some(&shipment.number));
    shipment.events.reserve(wire.activities.items.len());
    for activity in wire.activities.iter() {
        read_activity(out, tables, line, activity, &mut shipment);
    }
    if let Some(current) = wire.current.get().filter(|_| wire.activities.items.is_empty()) {
        // A status without a time is no event.
        let notice = out.new_notice(NoticeKind::CarrierMessage, current.description.get().or_else(|| current.simple.get()).unwrap_or_default());
        out.notice(notice.about(Some(&shipment.number)).at("package.currentStatus").value(&status(current).value()));
    }
    delivered_after_return_is_returned(&mut shipment.events);
    if let Some(delivery) = wire.delivery.get() {
        parts::sign(&mut shipment.events, parts::left_at(delivery.location.or_empty()), delivery.signer.get());
    }
    shipment.promises.extend(promise(out, wire, &shipment));
    found.push(shipment);
}

fn status<'t>(wire: &'t WireStatus<'_>) -> Status<'t> {
    Status { kind: wire.kind.or_empty(), code: wire.code.or_empty(), digits: wire.digits.or_empty() }
}

fn read_activity(out: &mut Collector<'_>, tables: &Tables<'_>, line: Line, wire: &WireActivity<'_>, shipment: &mut Shipment) {
    let place = wire.location.get().and_then(place);
    let moment = Moment {
        date: wire.date.or_empty(),
        time: wire.time.or_empty(),
        gmt_date: wire.gmt_date.or_empty(),
        gmt_time: wire.gmt_time.or_empty(),
        gmt_offset: wire.gmt_offset.or_empty(),
    };
    let Some(time) = moment.read(out, &shipment.number, ["package.activity.date", "package.activity.time"], place.as_ref()) else { return };
    let told = wire.status.get().map(status).unwrap_or_default();
    let mapped = tables.meaning(out, &shipment.number, "package.activity.status", line, told);
    let text = wire.status.get().and_then(|status| status.description.get().or_else(|| status.simple.get()));
    let event = out.event(&shipment.number, mapped, time, place, code(&told.value(), Some(told.kind), text));
    shipment.events.push(event);
}

fn place(wire: &WirePlace<'_>) -> Option<Place> {
    let facility = wire.facility.get();
    let Some(address) = wire.address.get() else { return Address { facility, ..Address::default() }.place() };
    let country = address.country_code.get().or_else(|| address.country.get());
    Address { city: address.city.get(), region: address.region.get(), postcode: address.postcode.get(), country, facility }.place()
}

/// References, numbers besides, and the number that was asked about where it is another: the shipment of several packages, else another name
/// of this one. A reference that was asked about is a reference already.
fn read_references(wire: &WirePackage<'_>, inquiry: Option<&TrackingNumber>, several: bool, shipment: &mut Shipment) {
    for reference in wire.references.iter() {
        shipment.references.extend(reference.number.get().map(|number| Reference::new(Role::CustomerReference, number)));
    }
    for other in wire.alternates.iter() {
        let number = other.number.get().filter(|number| *number != shipment.number.as_str());
        shipment.references.extend(number.map(|number| parts::alternate(other.kind.or_empty(), number)));
    }
    let is_listed = |number: &TrackingNumber| shipment.references.iter().any(|known| known.number.eq_ignore_ascii_case(number.as_str()));
    if let Some(inquiry) = inquiry.filter(|inquiry| **inquiry != shipment.number && !is_listed(inquiry)) {
        let several = several || shipment.piece_count.is_some_and(|count| count > 1);
        let role = if several { Role::MasterWaybill } else { Role::Alternate };
        shipment.references.push(Reference::new(role, inquiry.as_str()));
    }
}

/// The rescheduled day, else the scheduled one, with the window told beside it. The day of delivery is no promise.
fn promise(out: &mut Collector<'_>, wire: &WirePackage<'_>, shipment: &Shipment) -> Option<Promise> {
    let date = |kind: &str| wire.dates.iter().find(|date| date.kind.or_empty() == kind).and_then(|date| date.date.get());
    if parts::is_over(shipment) || date("DEL").is_some() {
        return None;
    }
    let day = date("RDD").or_else(|| date("SDD"))?;
    let time = wire.time.get();
    let (kind, from, by) = match time.map_or("", |time| time.kind.or_empty()) {
        "CMT" => (PromiseKind::Committed, None, time),
        "CDW" => (PromiseKind::Agreed, time, time),
        "EDW" | "IDW" => (PromiseKind::Estimated, time, time),
        _ => (PromiseKind::Estimated, None, None),
    };
    let (from, by) = (from.map_or("", |time| time.start.or_empty()), by.map_or("", |time| time.end.or_empty()));
    let due = Due { kind, day, from, by, fields: ["package.deliveryDate", "package.deliveryTime"] };
    due.promise(out, &shipment.number, &zones_at(shipment.destination.as_ref()))
}

/// Two packages of one number that began on different days are two parcels.
fn tell_apart(out: &mut Collector<'_>, found: &mut [Shipment]) {
    if found.len() < 2 {
        return;
    }
    let begun = |shipment: &Shipment| Some(shipment.events.iter().map(|event| event.time.earliest()).min()?.format("%Y%m%d").to_string());
    let mut days: HashMap<TrackingNumber, BTreeSet<String>> = HashMap::new();
    for shipment in found.iter() {
        days.entry(shipment.number.clone()).or_default().extend(begun(shipment));
    }
    for shipment in found.iter_mut().filter(|shipment| days.get(&shipment.number).is_some_and(|days| days.len() > 1)) {
        shipment.instance = begun(shipment).map(Into::into);
        let notice = out.new_notice(NoticeKind::NumberReused, "one number, parcels that began on different days");
        out.notice(notice.about(Some(&shipment.number)).at("package.trackingNumber"));
    }
}

impl Poll for Track {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        account::CREDENTIALS
    }

    fn optional_credentials(&self) -> &'static [&'static str] {
        &["merchant_id"]
    }

    /// One number; with a page, all packages of its shipment from that offset.
    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let Some(asked) = question.numbers.first() else { return Err(RequestError::Unfit("no number")) };
        let number = asked.number.as_str();
        if !(7..=34).contains(&number.chars().count()) {
            return Err(RequestError::Unfit("a number of less than 7 or more than 34 characters"));
        }
        let (host, number, locale) = (account::host(context), encode_query(number), account::locale(question.language));
        let uri = match question.page {
            None => format!(
                "{host}/api/track/v1/details/{number}?locale={}&returnSignature=false&returnMilestones=false&returnPOD=false",
                encode_query(&locale)
            ),
            Some(page) => {
                let offset = page.0.parse::<u32>().map_err(|_| RequestError::Unfit("a page that is no offset"))?;
                format!("{host}/api/track/v1/shipment/details/{number}?locale={}&offset={offset}&count=50", encode_query(&locale))
            }
        };
        account::request(context, Method::GET, &uri, Vec::new())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        let by_status = reply.outcome_by_status();
        if !matches!(by_status, Outcome::Found) {
            return faults::of_body(reply.body, by_status);
        }
        let answer = serde_json::from_slice::<One<Answer<'_>>>(reply.body);
        let Ok(answer) = answer else { return Outcome::Found };
        let Some(response) = answer.get().and_then(|answer| answer.response.get()) else {
            let empty = if answer.get().is_some() { Outcome::NotFound } else { Outcome::Found };
            return faults::of_body(reply.body, empty);
        };
        if response.shipments.iter().any(|shipment| !shipment.packages.items.is_empty()) {
            return Outcome::Found;
        }
        let mut warnings = response.shipments.iter().flat_map(|shipment| shipment.warnings.iter());
        let faults = warnings.by_ref().map(|warning| Fault::new(warning.code.or_empty(), warning.message.or_empty()));
        faults.map(|fault| faults::outcome(fault, Outcome::NotFound)).find(|outcome| *outcome != Outcome::NotFound).unwrap_or(Outcome::NotFound)
    }

    fn token_request(&self, context: &PollContext<'_>) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        account::token_request(context).map(Some)
    }

    fn token(&self, reply: &Reply<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use http::HeaderMap;
    use secrecy::{ExposeSecret, SecretString};
    use serde_json::{Value, json};

    use super::*;
    use crate::adapter::{Asked, Credentials, Page};
    use crate::carriers::ups::PACK;
    use crate::model::{DeliveredTo, Milestone, Personal, TimeKind};

    const NUMBER: &str = "1Z0000000300000013";

    fn feed() -> Track {
        Track::new(Arc::new(PACK.codes()))
    }

    fn decode(text: &str) -> Batch {
        feed().decode(Payload::new(text.as_bytes(), DateTime::UNIX_EPOCH)).unwrap()
    }

    fn of_packages(packages: Value) -> Batch {
        decode(&json!({"trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": packages}]}}).to_string())
    }

    fn of_package(package: Value) -> Shipment {
        of_packages(json!([package])).shipments.remove(0)
    }

    fn activity(kind: &str, code: &str, date: &str) -> Value {
        json!({"date": date, "time": "074700", "gmtDate": date, "gmtTime": "114700", "gmtOffset": "-04:00",
            "location": {"slic": "4001", "address": {"city": "LOUISVILLE", "stateProvince": "KY", "countryCode": "US"}},
            "status": {"type": kind, "code": code, "description": "Sample \n", "statusCode": ""}})
    }

    #[test]
    fn an_activity_keeps_its_code_type_and_words() {
        let shipment = of_package(json!({"trackingNumber": NUMBER, "activity": [activity("I", "DP", "20250312")]}));
        let event = &shipment.events[0];
        assert_eq!(event.milestone, Milestone::Departed);
        assert_eq!((event.code.value.as_str(), event.code.qualifier.as_deref()), ("DP", Some("I")));
        assert_eq!(event.code.text.as_ref().map(|text| text.reveal()), Some("Sample"));
        assert_eq!(event.place.as_ref().and_then(|place| place.code.as_deref()), Some("4001"));
        assert_eq!(event.time.kind(), TimeKind::Offset);
    }

    #[test]
    fn old_data_have_the_local_time_alone() {
        let mut old = activity("I", "DP", "20250312");
        for field in ["gmtDate", "gmtTime", "gmtOffset"] {
            old.as_object_mut().unwrap().remove(field);
        }
        let shipment = of_package(json!({"trackingNumber": NUMBER, "activity": old}));
        assert_eq!(shipment.events[0].time.kind(), TimeKind::PlaceZone);
        assert_eq!(shipment.events[0].time.zone(), Some(chrono_tz::America::Kentucky::Louisville));
    }

    #[test]
    fn where_and_who_belong_to_the_last_delivery() {
        let shipment = of_package(json!({"trackingNumber": NUMBER, "deliveryInformation": {"location": "Front Door", "receivedBy": "SAMPLE"},
            "activity": [activity("D", "FS", "20250312"), activity("I", "OT", "20250311")]}));
        assert_eq!(shipment.events[0].delivered_to, Some(DeliveredTo::SafePlace));
        assert_eq!(shipment.events[0].signed_by.as_ref().map(Personal::reveal), Some("SAMPLE"));
        assert_eq!((shipment.events[1].delivered_to, &shipment.events[1].signed_by), (None, &None));
    }

    #[test]
    fn promises_follow_rescheduled_then_scheduled_and_never_the_delivery() {
        let promise = |dates: Value, time: Value, code: [&str; 2]| {
            of_package(json!({"trackingNumber": NUMBER, "deliveryDate": dates, "deliveryTime": time,
                "packageAddress": [{"type": "DESTINATION", "address": {"city": "LOUISVILLE", "stateProvince": "KY", "countryCode": "US"}}],
                "activity": [activity(code[0], code[1], "20250312")]}))
            .promise()
            .cloned()
        };
        let both = json!([{"type": "SDD", "date": "20250312"}, {"type": "RDD", "date": "20250313"}]);
        let window = json!({"type": "EDW", "startTime": "130000", "endTime": "170000"});
        let told = promise(both.clone(), window.clone(), ["I", "DP"]).unwrap();
        assert_eq!((told.kind, told.by.raw(), told.by.kind()), (PromiseKind::Estimated, "20250313 170000", TimeKind::PlaceZone));
        assert_eq!(told.from.unwrap().earliest().to_rfc3339(), "2025-03-13T17:00:00+00:00");
        let committed = promise(json!([{"type": "SDD", "date": "20250312"}]), json!({"type": "CMT", "endTime": "103000"}), ["I", "DP"]).unwrap();
        assert_eq!((committed.kind, committed.from), (PromiseKind::Committed, None));
        let day = promise(json!({"type": "SDD", "date": "20250312"}), json!({"type": "EOD"}), ["I", "DP"]).unwrap();
        assert_eq!(day.by.kind(), TimeKind::Date);
        assert_eq!(promise(json!([{"type": "DEL", "date": "20250312"}]), json!({}), ["I", "DP"]), None);
        assert_eq!(promise(both, window, ["D", "FS"]), None);
    }

    #[test]
    fn each_package_is_a_parcel_and_what_is_missing_is_told() {
        let batch = of_packages(json!([{"trackingNumber": NUMBER, "packageCount": 3}, {"trackingNumber": "1Z0000000300000022", "packageCount": 3}]));
        assert!(batch.shipments[0].references.is_empty());
        assert_eq!(batch.shipments[1].references, [Reference::new(Role::MasterWaybill, NUMBER)]);
        assert_eq!(batch.shipments[1].piece_count, Some(3));
        assert_eq!((batch.notices[0].kind, batch.notices[0].value.as_deref()), (NoticeKind::Incomplete, Some("3")));
        let alone = of_package(json!({"trackingNumber": "1Z0000000300000022", "packageCount": 1}));
        assert_eq!(alone.references, [Reference::new(Role::Alternate, NUMBER)]);
        let by_reference = of_package(json!({"trackingNumber": "1Z0000000300000022", "referenceNumber": [{"type": "SHIPMENT", "number": NUMBER}]}));
        assert_eq!(by_reference.references, [Reference::new(Role::CustomerReference, NUMBER)], "a reference is no number of the parcel");
    }

    #[test]
    fn a_reused_number_is_two_parcels() {
        let of = |date: &str| json!({"trackingNumber": NUMBER, "activity": [activity("I", "DP", date)]});
        let batch = of_packages(json!([of("20250312"), of("20230105")]));
        let instances: Vec<_> = batch.shipments.iter().map(|shipment| shipment.instance.as_deref()).collect();
        assert_eq!(instances, [Some("20250312"), Some("20230105")]);
        assert_eq!(batch.notices[0].kind, NoticeKind::NumberReused);
        let same = of_packages(json!([of("20250312"), of("20250312")]));
        assert!(same.shipments.iter().all(|shipment| shipment.instance.is_none()));
    }

    #[test]
    fn a_delivery_after_the_way_back_began_is_a_return() {
        let shipment = of_package(json!({"trackingNumber": NUMBER, "activity": [activity("D", "FS", "20250312"), activity("X", "UF", "20250310")]}));
        assert_eq!(shipment.events[0].milestone, Milestone::Returned);
    }

    #[test]
    fn a_bad_activity_costs_itself() {
        let batch = of_packages(json!([{"trackingNumber": NUMBER, "activity": [7, {"date": "soon", "status": {"type": "I", "code": "DP"}},
            {"date": "20250312", "time": "noon", "status": {"type": "I", "code": "DP"}}]}]));
        assert_eq!(batch.shipments[0].events.len(), 1);
        assert_eq!(batch.shipments[0].events[0].time.kind(), TimeKind::Date);
        let kinds: Vec<_> = batch.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!(kinds, [NoticeKind::EventSkipped, NoticeKind::EventSkipped, NoticeKind::FieldUnreadable]);
    }

    #[test]
    fn not_found_has_many_faces() {
        let empty = |shipment: Value| json!({"trackResponse": {"shipment": shipment}}).to_string();
        let warned = |code: &str| empty(json!([{"inquiryNumber": NUMBER, "warnings": [{"code": code, "message": "m"}]}]));
        let none = [r#"{"trackResponse":{}}"#, r#"{"trackResponse":null}"#].map(str::to_owned);
        let bare = [empty(json!([])), empty(Value::Null), empty(json!([{"inquiryNumber": NUMBER}])), warned("TW0001")];
        for body in none.into_iter().chain(bare) {
            assert_eq!(decode(&body).notices[0].kind, NoticeKind::NotFound, "{body}");
            assert_eq!(outcome(200, &body), Outcome::NotFound, "{body}");
        }
        assert_eq!(outcome(200, &warned("TW0002")), Outcome::RetryAfter(None));
        assert_eq!(decode(&warned("TW0002")).notices[0].kind, NoticeKind::RetryLater);
        let beside = json!([{"warnings": [{"code": "TW0002", "message": "m"}], "package": [{"trackingNumber": NUMBER}]}]);
        assert_eq!(outcome(200, &empty(beside.clone())), Outcome::Found);
        assert_eq!(decode(&empty(beside)).notices[0].kind, NoticeKind::CarrierMessage);
        assert!(feed().decode(Payload::new(b"{}", DateTime::UNIX_EPOCH)).is_err());
    }

    fn outcome(status: u16, body: &str) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        feed().outcome(&Reply { status, headers: &headers, body: body.as_bytes(), received: DateTime::UNIX_EPOCH })
    }

    #[test]
    fn answers_are_classified_by_code_and_status() {
        let error = |code: &str| json!({"response": {"errors": [{"code": code, "message": "m"}]}}).to_string();
        assert_eq!(outcome(200, &error("TJ001")), Outcome::NotFound);
        assert_eq!(outcome(404, &error("TW0001")), Outcome::NotFound);
        assert_eq!(outcome(404, &error("TV1002")), Outcome::Invalid(Fault::new("TV1002", "m")));
        assert_eq!(outcome(400, &error("ZZ1")), Outcome::Invalid(Fault::new("ZZ1", "m")));
        assert_eq!(outcome(403, &error("ZZ1")), Outcome::Refused(Fault::new("ZZ1", "m")));
        assert_eq!(outcome(401, &error("250002")), Outcome::Reauthorise);
        assert_eq!(outcome(429, &error("10429")), Outcome::RetryAfter(Some(Duration::from_secs(7))));
        assert_eq!(outcome(503, "<html>"), Outcome::RetryAfter(Some(Duration::from_secs(7))));
        assert_eq!(decode(&error("251004")).notices[0].kind, NoticeKind::Reauthorise);
    }

    fn context<'a>(credentials: &'a Credentials, token: &'a SecretString, base: Option<&'a str>) -> PollContext<'a> {
        PollContext { now: DateTime::UNIX_EPOCH, request_id: "0123456789abcdef0123456789abcdef-and-more", credentials, token: Some(token), base }
    }

    #[test]
    fn requests_are_as_documented() {
        let (credentials, token) = (Credentials::default(), SecretString::from("t"));
        let asked = [Asked::number(TrackingNumber::new(NUMBER))];
        let question = Question { language: Some("de"), ..Question::about(&asked) };
        let request = feed().request(&question, &context(&credentials, &token, None)).unwrap();
        let expected = format!(
            "https://onlinetools.ups.com/api/track/v1/details/{NUMBER}?locale=de_DE&returnSignature=false&returnMilestones=false&returnPOD=false"
        );
        assert_eq!((request.method(), request.uri().to_string()), (&Method::GET, expected));
        assert_eq!(request.headers()["transid"], "0123456789abcdef0123456789abcdef");
        assert_eq!(
            (&request.headers()["transactionsrc"], &request.headers()["authorization"]),
            (&"parceltrail".parse().unwrap(), &"Bearer t".parse().unwrap())
        );
        assert!(request.headers()["authorization"].is_sensitive());
        let page = Page("50".into());
        let question = Question { page: Some(&page), ..Question::about(&asked) };
        let request = feed().request(&question, &context(&credentials, &token, Some("https://wwwcie.ups.com/api/"))).unwrap();
        let expected = format!("https://wwwcie.ups.com/api/track/v1/shipment/details/{NUMBER}?locale=en_US&offset=50&count=50");
        assert_eq!(request.uri().to_string(), expected);
        let short = [Asked::number(TrackingNumber::new("1Z0000"))];
        assert!(feed().request(&Question::about(&short), &context(&credentials, &token, None)).is_err());
        let two = [asked[0].clone(), asked[0].clone()];
        assert!(matches!(feed().request(&Question::about(&two), &context(&credentials, &token, None)), Err(RequestError::Numbers { asked: 2, .. })));
        let bare = PollContext { token: None, ..context(&credentials, &token, None) };
        assert_eq!(feed().request(&Question::about(&asked), &bare).unwrap_err(), RequestError::MissingToken);
    }

    #[test]
    fn the_token_is_fetched_with_basic_and_read_with_a_lifetime_in_text() {
        let credentials = Credentials::default().with("client_id", "id").with("client_secret", "secret").with("merchant_id", "A1");
        let token = SecretString::from("t");
        let request = feed().token_request(&context(&credentials, &token, None)).unwrap().unwrap();
        assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::POST, "https://onlinetools.ups.com/security/v1/oauth/token"));
        assert_eq!(request.headers()["authorization"], "Basic aWQ6c2VjcmV0");
        assert_eq!(request.headers()["x-merchant-id"], "A1");
        assert_eq!(request.body().as_slice(), b"grant_type=client_credentials");
        let headers = HeaderMap::new();
        let body = br#"{"token_type":"Bearer","access_token":"made-up","expires_in":"14399"}"#;
        let token = feed().token(&Reply { status: 200, headers: &headers, body, received: DateTime::UNIX_EPOCH }).unwrap();
        assert_eq!((token.secret.expose_secret(), token.lifetime), ("made-up", Some(Duration::from_secs(14_399))));
    }
}
