use std::time::Duration;

use chrono::DateTime;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::*;
use crate::adapter::{Credentials, Page, TrackRequest};
use crate::carriers::ups::PACK;
use crate::model::{
    DeliveredTo, Milestone, Personal, Promise, PromiseKind, Reference, Role, Shipment, TimeKind,
    TrackingNumber,
};

const NUMBER: &str = "1Z0000000300000013";

fn feed() -> Track {
    Track::new(Arc::new(PACK.codes()))
}

fn decode(text: &str) -> Batch {
    feed()
        .decode(Payload::new(text.as_bytes(), DateTime::UNIX_EPOCH))
        .unwrap()
}

fn of_packages(packages: Value) -> Batch {
    decode(
        &json!({"trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": packages}]}})
            .to_string(),
    )
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
    let shipment = of_package(
        json!({"trackingNumber": NUMBER, "activity": [activity("I", "DP", "20250312")]}),
    );
    let event = &shipment.events[0];
    assert_eq!(event.milestone, Milestone::Departed);
    assert_eq!(
        (event.code.value.as_str(), event.code.qualifier.as_deref()),
        ("DP", Some("I"))
    );
    assert_eq!(
        event.code.text.as_ref().map(|text| text.reveal()),
        Some("Sample")
    );
    assert_eq!(
        event.place.as_ref().and_then(|place| place.code.as_deref()),
        Some("4001")
    );
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
    assert_eq!(
        shipment.events[0].time.zone(),
        Some(chrono_tz::America::Kentucky::Louisville)
    );
}

#[test]
fn where_and_who_belong_to_the_last_delivery() {
    let shipment = of_package(
        json!({"trackingNumber": NUMBER, "deliveryInformation": {"location": "Front Door", "receivedBy": "SAMPLE"},
        "activity": [activity("D", "FS", "20250312"), activity("I", "OT", "20250311")]}),
    );
    assert_eq!(
        shipment.events[0].delivered_to,
        Some(DeliveredTo::SafePlace)
    );
    assert_eq!(
        shipment.events[0].signed_by.as_ref().map(Personal::reveal),
        Some("SAMPLE")
    );
    assert_eq!(
        (
            shipment.events[1].delivered_to,
            &shipment.events[1].signed_by
        ),
        (None, &None)
    );
}

fn promises(dates: Value, time: Value, code: [&str; 2]) -> Vec<Promise> {
    of_package(json!({"trackingNumber": NUMBER, "deliveryDate": dates, "deliveryTime": time,
        "packageAddress": [{"type": "DESTINATION", "address": {"city": "LOUISVILLE", "stateProvince": "KY", "countryCode": "US"}}],
        "activity": [activity(code[0], code[1], "20250312")]}))
    .promises
}

fn told(promises: &[Promise]) -> Vec<(PromiseKind, &str)> {
    promises
        .iter()
        .map(|promise| (promise.kind, promise.by.raw()))
        .collect()
}

#[test]
fn every_day_and_window_of_delivery_is_kept() {
    let both = json!([{"type": "SDD", "date": "20250312"}, {"type": "RDD", "date": "20250313"}]);
    let window = json!({"type": "EDW", "startTime": "130000", "endTime": "170000"});
    let kept = promises(both.clone(), window.clone(), ["I", "DP"]);
    assert_eq!(
        told(&kept),
        [
            (PromiseKind::FirstEstimate, "20250312"),
            (PromiseKind::Rescheduled, "20250313 170000")
        ]
    );
    assert_eq!(
        kept[1].from.as_ref().unwrap().earliest().to_rfc3339(),
        "2025-03-13T17:00:00+00:00"
    );
    assert_eq!(
        promises(both, window, ["D", "FS"]),
        kept,
        "what was promised is kept after the delivery"
    );
    let scheduled = |time: Value| {
        promises(
            json!([{"type": "SDD", "date": "20250312"}]),
            time,
            ["I", "DP"],
        )
    };
    let committed = scheduled(json!({"type": "CMT", "endTime": "103000"}));
    assert_eq!(
        (told(&committed), committed[0].from.is_none()),
        (vec![(PromiseKind::Committed, "20250312 103000")], true)
    );
    let agreed = scheduled(json!({"type": "CDW", "startTime": "100000", "endTime": "120000"}));
    assert_eq!(told(&agreed), [(PromiseKind::Agreed, "20250312 120000")]);
    let two = scheduled(
        json!([{"type": "CMT", "endTime": "180000"}, {"type": "EDW", "startTime": "130000", "endTime": "170000"}]),
    );
    assert_eq!(
        told(&two),
        [
            (PromiseKind::Committed, "20250312 180000"),
            (PromiseKind::Estimated, "20250312 170000")
        ]
    );
    assert_eq!(
        promises(
            json!([{"type": "DEL", "date": "20250312"}]),
            json!({}),
            ["I", "DP"]
        ),
        []
    );
}

#[test]
fn a_time_that_means_the_day_is_the_day() {
    for time in [
        json!({"type": "EOD"}),
        json!({"type": "EOD", "endTime": "235900"}),
        json!({"type": "CMT", "endTime": "235959"}),
        json!({"type": "EDW", "startTime": "000000", "endTime": "000000"}),
    ] {
        let kept = promises(
            json!({"type": "SDD", "date": "20250312"}),
            time.clone(),
            ["I", "DP"],
        );
        assert_eq!(
            (kept.len(), kept[0].by.kind(), kept[0].from.is_none()),
            (1, TimeKind::Date, true),
            "{time}"
        );
    }
}

#[test]
fn a_promise_that_cannot_be_read_is_told() {
    for (dates, time, value) in [
        (json!([{"type": "SDD", "date": "soon"}]), json!({}), "soon"),
        (
            json!([{"type": "XDD", "date": "20250312"}]),
            json!({}),
            "XDD",
        ),
        (
            json!([]),
            json!({"type": "EDW", "startTime": "130000", "endTime": "170000"}),
            "•••",
        ),
        (
            json!([{"type": "SDD", "date": "20250312"}]),
            json!({"type": "XXX", "endTime": "170000"}),
            "XXX",
        ),
        (
            json!([{"type": "SDD", "date": "20250312"}]),
            json!({"type": "EDW", "startTime": "130000"}),
            "•••",
        ),
    ] {
        let package = json!({"trackingNumber": NUMBER, "deliveryDate": dates, "deliveryTime": time, "activity": [activity("I", "DP", "20250312")]});
        let batch = of_packages(json!([package]));
        let told = batch
            .notices
            .iter()
            .find(|notice| notice.kind == NoticeKind::FieldUnreadable);
        assert_eq!(told.and_then(|notice| notice.value.as_deref()), Some(value));
    }
}

#[test]
fn a_weight_without_its_unit_is_told() {
    let weigh = |weight: Value| {
        let batch = of_packages(
            json!([{"trackingNumber": NUMBER, "weight": weight, "activity": [activity("I", "DP", "20250312")]}]),
        );
        (
            batch.shipments[0].weight_grams,
            batch
                .notices
                .iter()
                .any(|notice| notice.field.as_deref() == Some("package.weight")),
        )
    };
    assert_eq!(
        weigh(json!({"weight": "4.20", "unitOfMeasurement": "LBS"})),
        (Some(1905), false)
    );
    assert_eq!(weigh(json!({"weight": "4.20"})), (None, true));
    assert_eq!(
        weigh(json!({"weight": "4.20", "unitOfMeasurement": "STONE"})),
        (None, true)
    );
    assert_eq!(
        weigh(json!({"weight": "0.00", "unitOfMeasurement": "LBS"})),
        (None, false)
    );
}

fn delivered_without_activities(current: Value, time: Value) -> Batch {
    of_packages(
        json!([{"trackingNumber": NUMBER, "currentStatus": current, "deliveryDate": [{"type": "DEL", "date": "20260306"}], "deliveryTime": time,
        "packageAddress": [{"type": "DESTINATION", "address": {"city": "DENVER", "stateProvince": "CO", "countryCode": "US"}}]}]),
    )
}

#[test]
fn a_current_status_without_activities_is_an_event() {
    let time = json!({"type": "DEL", "endTime": "163000"});
    for current in [
        json!({"type": "D", "code": "011", "statusCode": "011", "description": "Delivered"}),
        json!({"type": "D", "code": 11, "description": "Delivered"}),
        json!({"type": "D", "code": "F4", "statusCode": 11}),
    ] {
        let batch = delivered_without_activities(current, time.clone());
        let event = &batch.shipments[0].events[0];
        assert_eq!(
            (event.milestone, event.time.raw()),
            (Milestone::Delivered, "20260306 163000")
        );
        assert_eq!(
            event.time.earliest().to_rfc3339(),
            "2026-03-06T23:30:00+00:00",
            "local to the destination"
        );
        assert!(event.is_evidence_of_state());
        assert_eq!(
            batch.notices[0].kind,
            NoticeKind::Incomplete,
            "what else the activities would tell is missing"
        );
    }
    let day = delivered_without_activities(json!({"type": "D", "code": "011"}), json!({}));
    assert_eq!(day.shipments[0].events[0].time.kind(), TimeKind::Date);
    let moving = delivered_without_activities(
        json!({"type": "I", "code": "005", "description": "On the Way"}),
        time,
    );
    assert!(
        moving.shipments[0].events.is_empty(),
        "the day of delivery is not that of another status"
    );
    assert!(
        moving
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::CarrierMessage)
    );
    let old = of_packages(
        json!([{"trackingNumber": NUMBER, "statusCode": "011", "deliveryDate": [{"type": "DEL", "date": "20260306"}]}]),
    );
    assert_eq!(old.shipments[0].events[0].milestone, Milestone::Delivered);
}

#[test]
fn an_ending_that_no_activity_tells_is_an_event_beside_them() {
    let package = |code: &str| {
        of_packages(
            json!([{"trackingNumber": NUMBER, "currentStatus": {"type": "D", "code": code}, "deliveryDate": [{"type": "DEL", "date": "20250313"}],
            "activity": [activity("I", "DP", "20250312")]}]),
        )
    };
    assert_eq!(package("011").shipments[0].events.len(), 2);
    assert_eq!(package("005").shipments[0].events.len(), 1);
}

#[test]
fn nothing_is_lost_in_silence() {
    for package in [
        json!({"trackingNumber": NUMBER, "activities": [activity("I", "DP", "20250312")]}),
        json!({"trackingNumber": NUMBER, "activity": "none"}),
        json!({"trackingNumber": NUMBER, "activity": [[activity("I", "DP", "20250312")]]}),
        json!({"trackingNumber": NUMBER, "currentStatus": {"type": "D", "code": "011"}, "activities": [activity("I", "DP", "20250312")]}),
        json!({"trackingNumber": NUMBER, "activity": [activity("Q", "??", "20250312")]}),
    ] {
        assert!(
            !of_packages(json!([package.clone()])).notices.is_empty(),
            "{package}"
        );
    }
}

#[test]
fn sentences_alone_are_read_or_told() {
    let scan = |words: &str| json!({"date": "20250312", "time": "101500", "status": {"description": words}});
    let batch = of_packages(
        json!([{"trackingNumber": NUMBER, "activity": [scan("Out For Delivery Today"), scan("Sample of a new kind")]}]),
    );
    let milestones: Vec<_> = batch.shipments[0]
        .events
        .iter()
        .map(|event| event.milestone)
        .collect();
    assert_eq!(milestones, [Milestone::OutForDelivery, Milestone::Unmapped]);
    assert_eq!(
        (batch.notices[0].kind, batch.notices[0].value.as_deref()),
        (NoticeKind::UnmappedCode, Some("••• of a new kind"))
    );
}

#[test]
fn the_number_of_the_post_is_the_next_carrier_s() {
    for alternate in [
        json!({"type": "USPS_PIC", "number": "92000000000000000000000017"}),
        json!({"number": "92000000000000000000000017"}),
    ] {
        let shipment = of_package(
            json!({"trackingNumber": NUMBER, "alternateTrackingNumber": [alternate], "service": {"description": "UPS SurePost"},
            "activity": [activity("D", "FS", "20250312")]}),
        );
        assert_eq!(
            shipment.references,
            [
                Reference::new(Role::NextCarrier, "92000000000000000000000017")
                    .with_carrier("usps")
            ]
        );
        assert_eq!(
            shipment.events[0].milestone,
            Milestone::Delivered,
            "delivered by UPS itself stays delivered"
        );
    }
}

#[test]
fn nothing_that_steers_a_terminal_reaches_numbers_codes_and_places() {
    let mut hostile = activity("I", "DP\u{1b}[5m", "20250312");
    hostile["location"]["address"]["city"] = json!("LOU\u{1b}[31mISVILLE\u{202e}\nFAKE LINE");
    let shipment = of_package(
        json!({"trackingNumber": "1Z0000000300000013\u{7}", "referenceNumber": [{"number": "SO-1\u{1b}[2J"}], "activity": [hostile]}),
    );
    let text = format!(
        "{} {} {:?}",
        shipment.number,
        shipment.references[0].number,
        shipment.events[0].place.as_ref().unwrap().city
    );
    assert!(
        !text.chars().any(char::is_control) && !text.contains('\u{202e}'),
        "{text:?}"
    );
    assert!(!shipment.events[0].code.value.chars().any(char::is_control));
}

#[test]
fn each_package_is_a_parcel_and_what_is_missing_is_told() {
    let batch = of_packages(
        json!([{"trackingNumber": NUMBER, "packageCount": 3}, {"trackingNumber": "1Z0000000300000022", "packageCount": 3}]),
    );
    assert!(batch.shipments[0].references.is_empty());
    assert_eq!(
        batch.shipments[1].references,
        [Reference::new(Role::MasterWaybill, NUMBER)]
    );
    assert_eq!(batch.shipments[1].piece_count, Some(3));
    let count = batch
        .notices
        .iter()
        .find(|notice| notice.field.as_deref() == Some("packageCount"))
        .unwrap();
    assert_eq!(
        (count.kind, count.value.as_deref()),
        (NoticeKind::Incomplete, Some("3"))
    );
    let alone = of_package(json!({"trackingNumber": "1Z0000000300000022", "packageCount": 1}));
    assert_eq!(alone.references, [Reference::new(Role::Alternate, NUMBER)]);
    let by_reference = of_package(
        json!({"trackingNumber": "1Z0000000300000022", "referenceNumber": [{"type": "SHIPMENT", "number": NUMBER}]}),
    );
    assert_eq!(
        by_reference.references,
        [Reference::new(Role::CustomerReference, NUMBER)],
        "a reference is no number of the parcel"
    );
}

#[test]
fn a_reused_number_is_two_parcels() {
    let of =
        |date: &str| json!({"trackingNumber": NUMBER, "activity": [activity("I", "DP", date)]});
    let batch = of_packages(json!([of("20250312"), of("20230105")]));
    let instances: Vec<_> = batch
        .shipments
        .iter()
        .map(|shipment| shipment.instance.as_deref())
        .collect();
    assert_eq!(instances, [Some("20250312"), Some("20230105")]);
    assert_eq!(batch.notices[0].kind, NoticeKind::NumberReused);
    let same = of_packages(json!([of("20250312"), of("20250312")]));
    assert!(
        same.shipments
            .iter()
            .all(|shipment| shipment.instance.is_none())
    );
}

#[test]
fn a_delivery_after_the_way_back_began_is_a_return() {
    let shipment = of_package(
        json!({"trackingNumber": NUMBER, "activity": [activity("D", "FS", "20250312"), activity("X", "UF", "20250310")]}),
    );
    assert_eq!(shipment.events[0].milestone, Milestone::Returned);
}

#[test]
fn a_bad_activity_costs_itself() {
    let batch = of_packages(
        json!([{"trackingNumber": NUMBER, "activity": [7, {"date": "soon", "status": {"type": "I", "code": "DP"}},
        {"date": "20250312", "time": "noon", "status": {"type": "I", "code": "DP"}}]}]),
    );
    assert_eq!(batch.shipments[0].events.len(), 1);
    assert_eq!(batch.shipments[0].events[0].time.kind(), TimeKind::Date);
    let kinds: Vec<_> = batch.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(
        kinds,
        [
            NoticeKind::EventSkipped,
            NoticeKind::EventSkipped,
            NoticeKind::FieldUnreadable
        ]
    );
}

#[test]
fn not_found_has_many_faces() {
    let empty = |shipment: Value| json!({"trackResponse": {"shipment": shipment}}).to_string();
    let warned = |code: &str| {
        empty(json!([{"inquiryNumber": NUMBER, "warnings": [{"code": code, "message": "m"}]}]))
    };
    let none = [r#"{"trackResponse":{}}"#, r#"{"trackResponse":null}"#].map(str::to_owned);
    let bare = [
        empty(json!([])),
        empty(Value::Null),
        empty(json!([{"inquiryNumber": NUMBER}])),
        warned("TW0001"),
    ];
    for body in none.into_iter().chain(bare) {
        assert_eq!(
            decode(&body).notices[0].kind,
            NoticeKind::NotFound,
            "{body}"
        );
        assert_eq!(outcome(200, &body), Outcome::NotFound, "{body}");
    }
    assert_eq!(outcome(200, &warned("TW0002")), Outcome::RetryAfter(None));
    assert_eq!(
        decode(&warned("TW0002")).notices[0].kind,
        NoticeKind::RetryLater
    );
    let beside = json!([{"warnings": [{"code": "TW0002", "message": "m"}], "package": [{"trackingNumber": NUMBER}]}]);
    assert_eq!(outcome(200, &empty(beside.clone())), Outcome::Found);
    assert_eq!(
        decode(&empty(beside)).notices[0].kind,
        NoticeKind::CarrierMessage
    );
    assert!(
        feed()
            .decode(Payload::new(b"{}", DateTime::UNIX_EPOCH))
            .is_err()
    );
}

fn outcome(status: u16, body: &str) -> Outcome {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "7".parse().unwrap());
    feed().outcome(&PollResponse {
        status,
        headers: &headers,
        body: body.as_bytes(),
        received: DateTime::UNIX_EPOCH,
    })
}

#[test]
fn answers_are_classified_by_code_and_status() {
    let error =
        |code: &str| json!({"response": {"errors": [{"code": code, "message": "m"}]}}).to_string();
    assert_eq!(outcome(200, &error("TJ001")), Outcome::NotFound);
    assert_eq!(outcome(404, &error("TW0001")), Outcome::NotFound);
    assert_eq!(
        outcome(404, &error("TV1002")),
        Outcome::Invalid(Fault::new("TV1002", "m"))
    );
    assert_eq!(
        outcome(400, &error("ZZ1")),
        Outcome::Invalid(Fault::new("ZZ1", "m"))
    );
    assert_eq!(
        outcome(403, &error("ZZ1")),
        Outcome::Refused(Fault::new("ZZ1", "m"))
    );
    assert_eq!(outcome(401, &error("250002")), Outcome::Reauthorise);
    assert_eq!(
        outcome(429, &error("10429")),
        Outcome::RetryAfter(Some(Duration::from_secs(7)))
    );
    assert_eq!(
        outcome(503, "<html>"),
        Outcome::RetryAfter(Some(Duration::from_secs(7)))
    );
    assert_eq!(
        outcome(200, "<html>Maintenance</html>"),
        Outcome::RetryAfter(Some(Duration::from_secs(7))),
        "a page in a 200 is temporary"
    );
    assert_eq!(
        outcome(401, &error("250007")),
        Outcome::Refused(Fault::new("250007", "m"))
    );
    assert_eq!(
        decode(&error("251004")).notices[0].kind,
        NoticeKind::Reauthorise
    );
}

fn context<'a>(
    credentials: &'a Credentials,
    token: &'a SecretString,
    base: Option<&'a str>,
) -> PollContext<'a> {
    PollContext {
        now: DateTime::UNIX_EPOCH,
        request_id: "0123456789abcdef0123456789abcdef-and-more",
        credentials,
        token: Some(token),
        base,
    }
}

#[test]
fn requests_are_as_documented() {
    let (credentials, token) = (Credentials::default(), SecretString::from("t"));
    let asked = [TrackRequest::new(TrackingNumber::new(NUMBER))];
    let query = Query {
        language: Some("de"),
        ..Query::new(&asked)
    };
    let request = feed()
        .request(&query, &context(&credentials, &token, None))
        .unwrap();
    let expected = format!(
        "https://onlinetools.ups.com/api/track/v1/details/{NUMBER}?locale=de_DE&returnSignature=false&returnMilestones=false&returnPOD=false"
    );
    assert_eq!(
        (request.method(), request.uri().to_string()),
        (&Method::GET, expected)
    );
    assert_eq!(
        request.headers()["transid"],
        "0123456789abcdef0123456789abcdef"
    );
    assert_eq!(
        (
            &request.headers()["transactionsrc"],
            &request.headers()["authorization"]
        ),
        (
            &"parceltrail".parse().unwrap(),
            &"Bearer t".parse().unwrap()
        )
    );
    assert!(request.headers()["authorization"].is_sensitive());
    let page = Page("50".into());
    let query = Query {
        page: Some(&page),
        ..Query::new(&asked)
    };
    let request = feed()
        .request(
            &query,
            &context(&credentials, &token, Some("https://wwwcie.ups.com/api/")),
        )
        .unwrap();
    let expected = format!(
        "https://wwwcie.ups.com/api/track/v1/shipment/details/{NUMBER}?locale=en_US&offset=50&count=50"
    );
    assert_eq!(request.uri().to_string(), expected);
    let short = [TrackRequest::new(TrackingNumber::new("1Z0000"))];
    assert!(
        feed()
            .request(&Query::new(&short), &context(&credentials, &token, None))
            .is_err()
    );
    let two = [asked[0].clone(), asked[0].clone()];
    assert!(matches!(
        feed().request(&Query::new(&two), &context(&credentials, &token, None)),
        Err(RequestError::Numbers { asked: 2, .. })
    ));
    let bare = PollContext {
        token: None,
        ..context(&credentials, &token, None)
    };
    assert_eq!(
        feed().request(&Query::new(&asked), &bare).unwrap_err(),
        RequestError::MissingToken
    );
}

#[test]
fn the_token_is_fetched_with_basic_and_read_with_a_lifetime_in_text() {
    let credentials = Credentials::default()
        .with("client_id", "id")
        .with("client_secret", "secret")
        .with("merchant_id", "A1");
    let token = SecretString::from("t");
    let request = feed()
        .token_request(&context(&credentials, &token, None))
        .unwrap()
        .unwrap();
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (
            &Method::POST,
            "https://onlinetools.ups.com/security/v1/oauth/token"
        )
    );
    assert_eq!(request.headers()["authorization"], "Basic aWQ6c2VjcmV0");
    assert_eq!(request.headers()["x-merchant-id"], "A1");
    assert_eq!(request.body().as_slice(), b"grant_type=client_credentials");
    let headers = HeaderMap::new();
    let body = br#"{"token_type":"Bearer","access_token":"made-up","expires_in":"14399"}"#;
    let token = feed()
        .token(&PollResponse {
            status: 200,
            headers: &headers,
            body,
            received: DateTime::UNIX_EPOCH,
        })
        .unwrap();
    assert_eq!(
        (token.secret.expose_secret(), token.lifetime),
        ("made-up", Some(Duration::from_secs(14_399)))
    );
}
