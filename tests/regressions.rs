//! What went wrong in other tracking libraries, one test each, so that it does not go wrong here.

use base64::Engine as _;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use parceltrail::adapter::{
    CodeTable, NoticeKind, Outcome, PollResponse, WebhookCall, WebhookError,
};
use parceltrail::journey::{Journey, Snapshot};
use parceltrail::model::{Milestone, TimeKind};
use parceltrail::{Batch, FeedId, Payload, Registry};

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn decode(feed: &str, body: &str) -> Batch {
    Registry::builtin()
        .get(feed)
        .unwrap()
        .decode(Payload::new(body.as_bytes(), now()))
        .unwrap()
}

fn state(batches: impl IntoIterator<Item = Batch>) -> Snapshot {
    let mut journey = Journey::default();
    for shipment in batches.into_iter().flat_map(|batch| batch.shipments) {
        journey.apply(shipment);
    }
    journey.at(now())
}

fn outcome(feed: &str, status: u16, body: &str) -> Outcome {
    let registry = Registry::builtin();
    let poll = registry.get(feed).unwrap().as_poll().unwrap();
    poll.outcome(&PollResponse {
        status,
        headers: &HeaderMap::new(),
        body: body.as_bytes(),
        received: now(),
    })
}

fn dhl(events: &str) -> String {
    format!(r#"{{"shipments":[{{"id":"7100000042","service":"express","events":[{events}]}}]}}"#)
}

/// An offset was parsed, and the local time then printed with `Z`: seven hours wrong.
#[test]
fn a_local_time_is_never_printed_as_utc() {
    let body = r#"{"output":{"completeTrackResults":[{"trackingNumber":"449000000000","trackResults":[{"trackingNumberInfo":{"trackingNumber":"449000000000"},
        "scanEvents":[{"date":"2025-02-02T12:01:00-07:00","eventType":"PU"}]}]}]}}"#;
    let batch = decode("fedex.track", body);
    let time = serde_json::to_value(&batch.shipments[0].events[0].time).unwrap();
    assert_eq!(
        (time["local"].as_str(), time["offset"].as_str()),
        (Some("2025-02-02T12:01:00"), Some("-07:00"))
    );
    assert_eq!(time["earliest"], "2025-02-02T19:01:00Z");
}

/// Times without an offset were read in the machine's zone, or given `+0000`.
#[test]
fn a_time_without_a_zone_stays_without_one() {
    let batch = decode(
        "dhl.unified",
        &dhl(r#"{"timestamp":"2025-03-06T09:12:00","status":"WC"}"#),
    );
    let time = &batch.shipments[0].events[0].time;
    assert_eq!(
        (time.kind(), time.offset(), time.zone()),
        (TimeKind::Local, None, None)
    );
    assert!(time.earliest() < time.latest());
}

/// Unmapped codes were shown as "in transit".
#[test]
fn an_unknown_code_is_unmapped_and_told() {
    let cases = [
        ("dhl.unified", dhl(r#"{"timestamp":"2025-03-06T09:12:00Z","status":"QQ","statusCode":"transit"}"#)),
        ("ups.track", r#"{"trackResponse":{"shipment":[{"package":[{"trackingNumber":"1Z0000000300000013","activity":[{"date":"20250312","time":"074700","status":{"type":"I","code":"Q9"}}]}]}]}}"#.into()),
        ("sf.push", r#"{"Body":{"WaybillRoute":[{"mailno":"SF1000000000025","acceptTime":"2025-03-03 14:02:11","opCode":"99999"}]}}"#.into()),
        ("usps.tracking", r#"{"trackingNumber":"9200190000000000000018","trackingEvents":[{"eventCode":"Q0","GMTTimestamp":"2025-02-03T12:40:00Z","GMTOffset":"-05:00"}]}"#.into()),
    ];
    for (feed, body) in cases {
        let batch = decode(feed, &body);
        assert_eq!(
            batch.shipments[0].events[0].milestone,
            Milestone::Unmapped,
            "{feed}"
        );
        assert!(
            batch
                .notices
                .iter()
                .any(|notice| notice.kind == NoticeKind::UnmappedCode),
            "{feed}"
        );
        assert!(state([batch]).parcel.is_none(), "{feed}");
    }
}

/// A merge rewrote an event's words and so added it again at the next poll.
#[test]
fn a_reworded_event_is_the_same_event() {
    let english = decode(
        "dhl.unified",
        &dhl(r#"{"timestamp":"2025-03-06T09:12:00Z","status":"OK","description":"Delivered"}"#),
    );
    let german = decode(
        "dhl.unified",
        &dhl(r#"{"timestamp":"2025-03-06T09:12:00Z","status":"OK","description":"Zugestellt"}"#),
    );
    assert_eq!(state([english, german]).events.len(), 1);
}

/// Times like "14:29 PM" sorted below the morning's.
#[test]
fn an_afternoon_sorts_after_a_morning() {
    let batch = decode(
        "dhl.unified",
        &dhl(
            r#"{"timestamp":"2025-03-06T14:29:00Z","status":"OK"},{"timestamp":"2025-03-06T09:12:00Z","status":"WC"}"#,
        ),
    );
    assert_eq!(
        state([batch]).parcel.unwrap().milestone,
        Milestone::Delivered
    );
    let odd = decode(
        "dhl.unified",
        &dhl(r#"{"timestamp":"2025-03-06T14:29 PM","status":"OK"}"#),
    );
    assert_eq!(odd.shipments[0].events.len(), 0);
    assert_eq!(
        odd.notices[0].kind,
        NoticeKind::EventSkipped,
        "a time that is none is told, not guessed"
    );
}

/// Events without a country were silently left out.
#[test]
fn an_event_without_a_country_is_kept() {
    let body = r#"<TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response><Shipment><Package><TrackingNumber>1Z0000000300000022</TrackingNumber>
        <Activity><Status><StatusType><Code>I</Code></StatusType><StatusCode><Code>OT</Code></StatusCode></Status><Date>20150109</Date><Time>063000</Time></Activity></Package></Shipment></TrackResponse>"#;
    assert_eq!(decode("ups.track-xml", body).shipments[0].events.len(), 1);
}

/// "The first activity of the list is the status": wrong when the list is sorted otherwise, a crash
/// when it is empty.
#[test]
fn the_first_of_a_list_is_not_the_status() {
    let newest_last = decode(
        "dhl.unified",
        &dhl(
            r#"{"timestamp":"2025-03-03T09:12:00Z","status":"PU"},{"timestamp":"2025-03-06T14:29:00Z","status":"OK"}"#,
        ),
    );
    assert_eq!(
        state([newest_last]).parcel.unwrap().milestone,
        Milestone::Delivered
    );
    assert!(state([decode("dhl.unified", &dhl(""))]).parcel.is_none());
}

/// One code stood in two rows of a table and the first one won.
#[test]
fn a_code_in_two_rows_is_refused() {
    let table = "feed,code,qualifier,stage,milestone,reason,confidence,label,source\na,X,event,,held,,high,held,S\na,X,event,,delayed,,high,late,S\n";
    assert!(CodeTable::parse(table).is_err());
}

/// A 200 with an error inside was taken for an empty parcel, an error, or a reason to ask again at
/// once.
#[test]
fn an_error_inside_a_200_is_read() {
    let ups = r#"{"trackResponse":{"shipment":[{"inquiryNumber":"1Z0000000300000095","warnings":[{"code":"TW0001","message":"Tracking Information Not Found"}]}]}}"#;
    assert_eq!(outcome("ups.track", 200, ups), Outcome::NotFound);
    let fedex = r#"{"output":{"completeTrackResults":[{"trackingNumber":"000000000000","trackResults":[{"trackingNumberInfo":{"trackingNumber":"000000000000"},
        "error":{"code":"TRACKING.TRACKINGNUMBER.NOTFOUND","message":"Tracking number cannot be found."}}]}]}}"#;
    let sf = r#"{"apiResultCode":"A1000","apiResultData":"{\"success\":true,\"errorCode\":\"S0000\",\"msgData\":{\"routeResps\":[{\"mailNo\":\"SF1000000000017\",\"routes\":[]}]}}"}"#;
    let dhl = r#"<req:TrackingResponse xmlns:req="http://www.dhl.com"><AWBInfo><AWBNumber>3100000019</AWBNumber><Status><ActionStatus>No Shipments Found</ActionStatus><Condition><ConditionCode>103</ConditionCode></Condition></Status></AWBInfo></req:TrackingResponse>"#;
    for (feed, body) in [
        ("ups.track", ups),
        ("fedex.track", fedex),
        ("sf.routes", sf),
        ("dhl.express-xml", dhl),
    ] {
        let batch = decode(feed, body);
        assert!(
            batch
                .notices
                .iter()
                .any(|notice| notice.kind == NoticeKind::NotFound),
            "{feed}: {:?}",
            batch.notices
        );
        assert_eq!(
            batch
                .shipments
                .iter()
                .map(|shipment| shipment.events.len())
                .sum::<usize>(),
            0,
            "{feed}"
        );
    }
}

/// A webhook was verified over re-serialised JSON, which turns `136.0` into `136`.
#[test]
fn a_webhook_is_verified_over_the_raw_bytes() {
    use hmac::{Hmac, KeyInit, Mac};
    let secret = secrecy::SecretString::from("a-security-token");
    let registry = Registry::builtin();
    let webhook = registry.get("fedex.webhook").unwrap().as_webhook().unwrap();
    let body = br#"{ "weight": 136.0,  "trackingNumberInfo":{"trackingNumber":"449000000000"} }"#;
    let tag = Hmac::<sha2::Sha256>::new_from_slice(b"a-security-token")
        .unwrap()
        .chain_update(body)
        .finalize()
        .into_bytes();
    let mut headers = HeaderMap::new();
    headers.insert(
        "fdx-signature",
        base64::engine::general_purpose::STANDARD
            .encode(tag)
            .parse()
            .unwrap(),
    );
    let call = |body| WebhookCall {
        headers: &headers,
        body,
        received: now(),
    };
    assert_eq!(webhook.verify(&call(body), Some(&secret)), Ok(()));
    let rewritten =
        serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(body).unwrap()).unwrap();
    assert_eq!(
        webhook.verify(&call(&rewritten), Some(&secret)),
        Err(WebhookError::WrongProof)
    );
}

/// Closed enums of vendors had to be opened later.
#[test]
fn a_feed_id_is_open_text() {
    assert_eq!(
        FeedId::from("a-carrier-of-tomorrow.events").as_str(),
        "a-carrier-of-tomorrow.events"
    );
}

/// XML readers were brought down by depth and by entities.
#[test]
fn depth_and_entities_are_harmless() {
    let deep = format!("<TrackReply>{}", "<a>".repeat(100_000));
    let bomb = format!(
        "<!DOCTYPE a [<!ENTITY e0 \"x\">{}]><TrackReply><Notifications>&e30;</Notifications></TrackReply>",
        (1..=30)
            .map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1))
            .collect::<String>()
    );
    let registry = Registry::builtin();
    let adapter = registry.get("fedex.track-xml").unwrap();
    assert!(
        adapter
            .decode(Payload::new(deep.as_bytes(), now()))
            .is_err()
    );
    let _ = adapter.decode(Payload::new(bomb.as_bytes(), now()));
}
