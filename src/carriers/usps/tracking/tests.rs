use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::adapter::NoticeKind;
use crate::adapter::{Credentials, TrackRequest};
use crate::carriers::usps::PACK;
use crate::model::{DeliveredTo, Event, Milestone, Personal, PromiseKind, Stage, TimeKind};

static TRACKING: LazyLock<Tracking> = LazyLock::new(|| Tracking::new(Arc::new(PACK.codes())));
const NUMBER: &str = "9400100000000000000013";

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn decode(body: &str) -> Batch {
    TRACKING
        .decode(Payload::new(body.as_bytes(), now()))
        .unwrap()
}

/// The one event of these fields.
fn event(fields: &str) -> Event {
    let batch = decode(&format!(
        r#"{{"trackingNumber":"{NUMBER}","trackingEvents":[{{"eventCode":"10",{fields}}}]}}"#
    ));
    assert_eq!(batch.shipments[0].events.len(), 1, "{:?}", batch.notices);
    batch.shipments[0].events[0].clone()
}

#[test]
fn the_instant_and_its_offset_win_over_the_local_time() {
    let told = event(
        r#""eventTimestamp":"2024-11-22T13:58:00Z","GMTTimestamp":"2024-11-22T18:58:40Z","GMTOffset":"-5:00","eventCity":"DALLAS","eventState":"TX""#,
    )
    .time;
    assert_eq!(
        (told.kind(), told.earliest().to_rfc3339().as_str()),
        (TimeKind::Offset, "2024-11-22T18:58:40+00:00")
    );
    assert_eq!(
        told.wall_clock().unwrap().to_string(),
        "2024-11-22 13:58:40"
    );
    assert_eq!(told.raw(), "2024-11-22T18:58:40Z -5:00");
    let unsaid = event(r#""GMTTimestamp":"2024-11-22T18:58:40","GMTOffset":"-05:00""#).time;
    assert_eq!(unsaid.earliest(), told.earliest());
    let no_offset =
        event(r#""GMTTimestamp":"2024-11-22T18:58:40Z","eventCity":"ATLANTA","eventState":"GA""#)
            .time;
    assert_eq!(
        (no_offset.kind(), no_offset.earliest()),
        (TimeKind::Instant, told.earliest())
    );
}

#[test]
fn the_z_of_a_local_time_means_nothing() {
    let told =
        event(r#""eventTimestamp":"2025-03-06T06:02:00Z","eventCity":"ATLANTA","eventState":"GA""#)
            .time;
    assert_eq!(
        (told.kind(), told.earliest().to_rfc3339().as_str()),
        (TimeKind::PlaceZone, "2025-03-06T11:02:00+00:00")
    );
    let nowhere = event(r#""eventTimestamp":"2025-03-06T06:02:00Z""#).time;
    assert_eq!(
        (
            nowhere.kind(),
            (nowhere.latest() - nowhere.earliest()).num_hours()
        ),
        (TimeKind::Local, 26)
    );
    let with_offset = event(r#""eventTimestamp":"2025-03-06T06:02:00Z","GMTOffset":"-05:00""#).time;
    assert_eq!(
        (with_offset.kind(), with_offset.earliest()),
        (TimeKind::Offset, told.earliest())
    );
}

#[test]
fn unreadable_instants_fall_back_and_missing_times_cost_their_event() {
    let body = format!(
        r#"{{"trackingNumber":"{NUMBER}","trackingEvents":[{{"eventCode":"10","GMTTimestamp":"soon","eventTimestamp":"2025-03-06T06:02:00"}},{{"eventCode":"01"}}]}}"#
    );
    let batch = decode(&body);
    assert_eq!(batch.shipments[0].events.len(), 1);
    let fields: Vec<_> = batch
        .notices
        .iter()
        .map(|notice| (notice.kind, notice.field.as_deref().unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            (NoticeKind::FieldUnreadable, "trackingEvents.GMTTimestamp"),
            (NoticeKind::EventSkipped, "trackingEvents.eventTimestamp")
        ]
    );
}

#[test]
fn a_missing_country_is_the_united_states_and_what_belongs_to_them() {
    let country = |fields: &str| {
        event(&format!(
            r#""GMTTimestamp":"2025-03-06T06:02:00Z",{fields}"#
        ))
        .place
        .and_then(|place| place.country)
    };
    assert_eq!(
        country(r#""eventCountry":null,"eventCity":"ATLANTA","eventState":"GA""#),
        "US".parse().ok()
    );
    assert_eq!(
        country(r#""eventCity":"SAN JUAN","eventState":"PR""#),
        "PR".parse().ok()
    );
    assert_eq!(country(r#""eventCity":"APO","eventState":"AE""#), None);
    assert_eq!(country(r#""eventCountry":"CHINA""#), "CN".parse().ok());
    let nowhere = event(r#""GMTTimestamp":"2025-03-06T06:02:00Z""#);
    assert_eq!(nowhere.place, None);
}

#[test]
fn a_signature_is_kept_for_deliveries_only_and_hidden() {
    let time = r#""GMTTimestamp":"2025-03-06T06:02:00Z","name":"SAMPLE RECIPIENT""#;
    let body = format!(
        r#"{{"trackingNumber":"{NUMBER}","trackingEvents":[{{"eventCode":"01",{time}}},{{"eventCode":"10",{time}}}]}}"#
    );
    let batch = decode(&body);
    let [delivered, moving] = batch.shipments[0].events.as_slice() else {
        panic!()
    };
    assert_eq!(
        delivered.signed_by.as_ref().map(Personal::reveal),
        Some("SAMPLE RECIPIENT")
    );
    assert_eq!(moving.signed_by, None);
    assert!(
        !serde_json::to_string(&batch).unwrap().contains("SAMPLE")
            && !format!("{batch:?}").contains("SAMPLE")
    );
}

#[test]
fn a_delivery_after_the_return_began_is_its_end() {
    let at = |code: &str, day: u8| {
        format!(r#"{{"eventCode":"{code}","GMTTimestamp":"2025-03-{day:02}T06:00:00Z"}}"#)
    };
    let body = format!(
        r#"{{"trackingNumber":"{NUMBER}","trackingEvents":[{},{}]}}"#,
        at("01", 9),
        at("09", 7)
    );
    let event = &decode(&body).shipments[0].events[0];
    assert_eq!(
        (event.milestone, event.stage),
        (Milestone::Returned, Some(Stage::Return))
    );
}

fn promises(fields: &str, code: &str) -> Vec<(PromiseKind, String, bool)> {
    let body = format!(
        r#"{{"trackingNumber":"{NUMBER}","destinationCity":"ATLANTA","destinationState":"GA",{fields},"trackingEvents":[{{"eventCode":"{code}","GMTTimestamp":"2025-03-06T06:00:00Z"}}]}}"#
    );
    let batch = decode(&body);
    assert_eq!(batch.notices, []);
    batch.shipments[0]
        .promises
        .iter()
        .map(|promise| {
            (
                promise.kind,
                promise.by.raw().to_owned(),
                promise.from.is_some(),
            )
        })
        .collect()
}

#[test]
fn every_promise_is_kept() {
    use PromiseKind as K;
    let guaranteed = r#""guaranteedDeliveryTimeStamp":"2025-03-07T18:00:00""#;
    let window = r#""predictedDeliveryDate":"2025-03-08","predictedDeliveryWindowStartTime":"12:15","predictedDeliveryWindowEndTime":"2025-03-08T16:15:00""#;
    let expected = r#""expectedDeliveryTimeStamp":"2025-03-09T21:00:00Z""#;
    let all = promises(&format!("{expected},{window},{guaranteed}"), "10");
    let told = [
        (K::Committed, "2025-03-07T18:00:00".to_owned(), false),
        (K::Estimated, "2025-03-08T16:15:00".to_owned(), true),
        (K::FirstEstimate, "2025-03-09T21:00:00Z".to_owned(), false),
    ];
    assert_eq!(all, told);
    assert_eq!(
        promises(&format!("{expected},{window},{guaranteed}"), "01"),
        told,
        "what was promised is kept after the delivery"
    );
    assert_eq!(
        promises(r#""predictedDeliveryDate":"2025-03-08""#, "10"),
        [(K::Estimated, "2025-03-08".into(), false)]
    );
    assert_eq!(
        promises(expected, "10"),
        [(K::Estimated, "2025-03-09T21:00:00Z".into(), false)]
    );
    let summary = r#""expectedDeliveryDate":"2026-03-22","expectedDeliveryTime":"9:00 pm","guaranteedDeliveryDate":"March 22, 2026""#;
    assert_eq!(
        promises(summary, "10"),
        [
            (K::Committed, "March 22, 2026".into(), false),
            (K::Estimated, "2026-03-22 9:00 pm".into(), false)
        ]
    );
    let twice = r#""predictedDeliveryTimeStamp":"2025-03-08T16:15:00","predictedDeliveryDate":"2025-03-08""#;
    assert_eq!(
        promises(twice, "10").len(),
        1,
        "the day of a moment already told"
    );
}

#[test]
fn a_promised_hour_that_means_the_day_is_the_day() {
    for fields in [
        r#""expectedDeliveryTimeStamp":"2025-03-09T23:59:00Z""#,
        r#""expectedDeliveryTimeStamp":"2025-03-09T00:00:00""#,
        r#""expectedDeliveryDate":"2025-03-09","expectedDeliveryTime":"11:59 pm""#,
    ] {
        let batch = decode(&format!(
            r#"{{"trackingNumber":"{NUMBER}",{fields},"trackingEvents":[]}}"#
        ));
        let promise = batch.shipments[0].promise().unwrap();
        assert_eq!(
            (
                promise.by.kind(),
                promise.by.wall_clock().unwrap().date().to_string().as_str()
            ),
            (TimeKind::Date, "2025-03-09"),
            "{fields}"
        );
    }
    let words = decode(&format!(
        r#"{{"trackingNumber":"{NUMBER}","guaranteedDeliveryDate":"3 Business Days","trackingEvents":[]}}"#
    ));
    assert!(
        words
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::FieldUnreadable)
    );
}

#[test]
fn an_offset_in_minutes_is_an_offset() {
    let told = event(r#""eventTimestamp":"2025-03-06T06:02:00","GMTTimestamp":"2025-03-06T13:02:41Z","GMTOffset":"-420""#).time;
    assert_eq!(
        told.offset().map(|offset| offset.local_minus_utc()),
        Some(-25_200)
    );
    assert_eq!(
        told.wall_clock().unwrap().to_string(),
        "2025-03-06 06:02:41"
    );
    let wrong = event(r#""eventTimestamp":"2025-03-06T06:02:00","GMTTimestamp":"2025-03-06T13:02:41Z","GMTOffset":"-08:00""#).time;
    assert_eq!(
        wrong.offset().map(|offset| offset.local_minus_utc()),
        Some(-25_200),
        "the two clocks are right"
    );
    let alone = event(r#""eventTimestamp":"2025-03-06T06:02:00","GMTOffset":-300"#).time;
    assert_eq!(alone.earliest().to_rfc3339(), "2025-03-06T11:02:00+00:00");
}

#[test]
fn the_default_answer_is_a_list_of_sentences() {
    let batch = decode(
        r#"{"trackingNumber":"9261290000000000000009","expectedDeliveryDate":"2026-03-22","eventSummaries":[
        "Your item was delivered at the front door or porch at 12:01 pm on March 17, 2026 in FAIRFAX, VA 22032.",
        "Out for Delivery, 03/17/2026, 6:10 am, FAIRFAX, VA 22032","Something New, 03/16/2026, 6:10 am, FAIRFAX, VA 22032","On its way",7]}"#,
    );
    let events = &batch.shipments[0].events;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.milestone, event.time.earliest().to_rfc3339()))
        .collect();
    assert_eq!(
        told[0],
        (Milestone::Delivered, "2026-03-17T16:01:00+00:00".into())
    );
    assert_eq!(
        told[1],
        (
            Milestone::OutForDelivery,
            "2026-03-17T10:10:00+00:00".into()
        )
    );
    assert_eq!(
        (told[2].0, events[0].delivered_to),
        (Milestone::Unmapped, Some(DeliveredTo::SafePlace))
    );
    let kinds: Vec<_> = batch.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(
        kinds,
        [
            NoticeKind::UnmappedCode,
            NoticeKind::EventSkipped,
            NoticeKind::EventSkipped
        ],
        "a number is no sentence, but told of"
    );
}

#[test]
fn a_status_without_events_is_an_event_or_told() {
    let of = |fields: &str| {
        decode(&format!(
            r#"{{"trackingNumber":"{NUMBER}",{fields},"trackingEvents":[]}}"#
        ))
    };
    let batch = of(
        r#""statusCategory":"Delivered","status":"Delivered, In/At Mailbox",
        "statusSummary":"Your item was delivered in or at the mailbox at 1:58 pm on March 22, 2026 in RENO, NV 89501.""#,
    );
    let event = &batch.shipments[0].events[0];
    assert_eq!(
        (event.milestone, event.delivered_to),
        (Milestone::Delivered, Some(DeliveredTo::Mailbox))
    );
    assert_eq!(
        event.time.earliest().to_rfc3339(),
        "2026-03-22T20:58:00+00:00"
    );
    assert_eq!(batch.notices[0].kind, NoticeKind::Incomplete);
    for fields in [
        r#""status":"Delivered""#,
        r#""statusCategory":"Delivered""#,
        r#""mailClass":"X""#,
    ] {
        let batch = of(fields);
        assert!(
            batch.shipments[0].events.is_empty() && !batch.notices.is_empty(),
            "{fields}"
        );
    }
}

#[test]
fn nothing_is_lost_in_silence() {
    for fields in [
        r#""events":[{"eventCode":"01"}]"#,
        r#""trackingEvents":"none""#,
        r#""trackingEvents":[[{"eventCode":"01"}]]"#,
        r#""eventSummaries":[{"text":"Delivered"}]"#,
    ] {
        assert!(
            !decode(&format!(r#"{{"trackingNumber":"{NUMBER}",{fields}}}"#))
                .notices
                .is_empty(),
            "{fields}"
        );
    }
}

#[test]
fn a_code_of_many_scans_is_what_its_name_says() {
    let ten = event(
        r#""eventType":"Arrived at USPS Regional Facility","GMTTimestamp":"2025-03-06T06:02:00Z""#,
    );
    assert_eq!(
        (ten.milestone, ten.code.value.as_str()),
        (Milestone::Arrived, "10")
    );
}

#[test]
fn what_is_no_answer_of_the_post_is_an_error() {
    for body in ["{}", "[", "<a/>", r#"{"x":1}"#, ""] {
        assert!(
            TRACKING
                .decode(Payload::new(body.as_bytes(), now()))
                .is_err(),
            "{body}"
        );
    }
    assert_eq!(decode("[]").notices[0].kind, NoticeKind::Empty);
    assert_eq!(
        decode(r#"{"trackingEvents":[]}"#).notices[0].kind,
        NoticeKind::EventSkipped
    );
}

#[test]
fn the_request_asks_one_number_in_detail() {
    let asked = [TrackRequest::new(TrackingNumber::new("LZ 000000014 CN"))];
    let token = SecretString::from("sample-token");
    let credentials = Credentials::default();
    let mut context = PollContext {
        now: now(),
        request_id: "r",
        credentials: &credentials,
        token: Some(&token),
        base: None,
    };
    let request = TRACKING.request(&Query::new(&asked), &context).unwrap();
    assert_eq!(request.method(), Method::GET);
    assert_eq!(
        request.uri(),
        "https://apis.usps.com/tracking/v3/tracking/LZ000000014CN?expand=DETAIL"
    );
    assert_eq!(request.headers()["authorization"], "Bearer sample-token");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(request.body().is_empty());

    context.base = Some("https://apis-tem.usps.com/");
    assert_eq!(
        TRACKING
            .request(&Query::new(&asked), &context)
            .unwrap()
            .uri()
            .host(),
        Some("apis-tem.usps.com")
    );
    context.token = None;
    assert_eq!(
        TRACKING.request(&Query::new(&asked), &context).unwrap_err(),
        RequestError::MissingToken
    );
    let two = [asked[0].clone(), asked[0].clone()];
    assert_eq!(
        TRACKING.request(&Query::new(&two), &context).unwrap_err(),
        RequestError::Numbers { asked: 2, most: 1 }
    );
    assert_eq!(
        TRACKING.request(&Query::new(&[]), &context).unwrap_err(),
        RequestError::Numbers { asked: 0, most: 1 }
    );
}

#[test]
fn the_token_is_asked_for_with_client_credentials() {
    let credentials = Credentials::default()
        .with("client_id", "sample id")
        .with("client_secret", "sample&secret");
    let context = PollContext {
        now: now(),
        request_id: "r",
        credentials: &credentials,
        token: None,
        base: None,
    };
    let request = TRACKING.token_request(&context).unwrap().unwrap();
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (&Method::POST, "https://apis.usps.com/oauth2/v3/token")
    );
    assert_eq!(
        request.headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        "grant_type=client_credentials&client_id=sample+id&client_secret=sample%26secret&scope=tracking"
    );
    let none = Credentials::default();
    let context = PollContext {
        credentials: &none,
        ..context
    };
    assert_eq!(
        TRACKING.token_request(&context).unwrap_err(),
        RequestError::MissingCredential("client_id")
    );

    let body = br#"{"access_token":"t","token_type":"Bearer","expires_in":"28799"}"#;
    let token = TRACKING
        .token(&PollResponse {
            status: 200,
            headers: &HeaderMap::new(),
            body,
            received: now(),
        })
        .unwrap();
    assert_eq!(
        (token.secret.expose_secret(), token.lifetime),
        ("t", Some(StdDuration::from_secs(28_799)))
    );
}

fn outcome(status: u16, body: &str) -> Outcome {
    let headers: HeaderMap = [(http::header::RETRY_AFTER, "120".parse().unwrap())]
        .into_iter()
        .collect();
    TRACKING.outcome(&PollResponse {
        status,
        headers: &headers,
        body: body.as_bytes(),
        received: now(),
    })
}

#[test]
fn every_class_of_answer() {
    let error = |code: &str, message: &str| {
        format!(r#"{{"apiVersion":"v3","error":{{"code":"{code}","message":"{message}"}}}}"#)
    };
    let wait = Outcome::RetryAfter(Some(StdDuration::from_secs(120)));
    assert_eq!(
        outcome(
            200,
            &format!(r#"{{"trackingNumber":"{NUMBER}","trackingEvents":[]}}"#)
        ),
        Outcome::Found
    );
    assert_eq!(outcome(404, &error("404", "no record")), Outcome::NotFound);
    assert_eq!(outcome(404, ""), Outcome::NotFound);
    assert_eq!(outcome(200, &error("404", "no record")), Outcome::NotFound);
    assert_eq!(
        outcome(400, &error("400", "A status update is not yet available")),
        Outcome::NotFound
    );
    assert_eq!(
        outcome(400, &error("400", "bad number")),
        Outcome::Invalid(Fault::new("400", "bad number"))
    );
    assert_eq!(outcome(401, &error("401", "expired")), Outcome::Reauthorise);
    assert_eq!(
        outcome(403, &error("403", "no access")),
        Outcome::Refused(Fault::new("403", "no access"))
    );
    assert_eq!(outcome(429, &error("429", "slow down")), wait);
    assert_eq!(outcome(503, "<html>"), wait);
    assert_eq!(
        outcome(200, "<!DOCTYPE html><html></html>"),
        wait,
        "a page in a 200 is temporary"
    );
    assert_eq!(
        outcome(400, &error("OASValidation", "bad form")),
        Outcome::Invalid(Fault::new("OASValidation", "bad form"))
    );
    let gateway = |code: &str| {
        format!(r#"{{"fault":{{"faultstring":"m","detail":{{"errorcode":"{code}"}}}}}}"#)
    };
    assert_eq!(
        outcome(400, &gateway("policies.ratelimit.QuotaViolation")),
        wait
    );
    assert_eq!(
        outcome(401, &gateway("keymanagement.service.invalid_access_token")),
        Outcome::Reauthorise
    );
    assert_eq!(
        outcome(
            401,
            r#"{"error":"invalid_client","error_description":"unknown"}"#
        ),
        Outcome::Reauthorise
    );
    assert_eq!(
        outcome(400, r#"{"error":"invalid_client"}"#),
        Outcome::Reauthorise
    );
    assert!(matches!(
        outcome(
            401,
            r#"{"error":"unauthorized_client","error_description":"x"}"#
        ),
        Outcome::Refused(_)
    ));
    assert!(matches!(
        outcome(
            400,
            r#"{"error":"invalid_request","error_description":"x"}"#
        ),
        Outcome::Invalid(_)
    ));
    assert_eq!(
        outcome(200, &format!("[{}]", error("404", "no record"))),
        Outcome::Found
    );
}

#[test]
fn error_bodies_become_notices() {
    let kind = |body: &str| {
        decode(body).notices.first().map(|notice| {
            (
                notice.kind,
                notice.value.as_deref().unwrap_or_default().to_owned(),
            )
        })
    };
    let error =
        |code: &str| format!(r#"{{"apiVersion":"v3","error":{{"code":"{code}","message":"m"}}}}"#);
    assert_eq!(
        kind(&error("404")),
        Some((NoticeKind::NotFound, "404".into()))
    );
    assert_eq!(
        kind(&error("401")),
        Some((NoticeKind::Reauthorise, "401".into()))
    );
    assert_eq!(
        kind(&error("403")),
        Some((NoticeKind::Refused, "403".into()))
    );
    assert_eq!(
        kind(&error("429")),
        Some((NoticeKind::RetryLater, "429".into()))
    );
    assert_eq!(
        kind(&error("strange")),
        Some((NoticeKind::InvalidRequest, "strange".into()))
    );
    assert_eq!(
        kind(r#"{"error":{"code":"NotFound","errors":[{"status":"404"}]}}"#),
        Some((NoticeKind::NotFound, "NotFound".into()))
    );
    assert_eq!(
        kind(
            r#"{"fault":{"faultstring":"m","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}"#
        ),
        Some((
            NoticeKind::RetryLater,
            "policies.ratelimit.QuotaViolation".into()
        ))
    );
    assert_eq!(
        kind(r#"{"error":{"errors":[{"status":"404","detail":"d"}]}}"#),
        Some((NoticeKind::NotFound, "404".into()))
    );
    assert_eq!(
        kind(r#"{"error":"invalid_scope"}"#),
        Some((NoticeKind::Refused, "invalid_scope".into()))
    );
}
