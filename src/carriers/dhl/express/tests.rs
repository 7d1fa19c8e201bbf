use std::time::Duration;

use http::HeaderMap;

use super::*;
use crate::adapter::{Credentials, DecodeErrorKind, Fault, TrackRequest};
use crate::model::{Milestone, Scope, TimeKind};

fn feed() -> Express {
    Express::new(crate::carriers::dhl::PACK.codes().into())
}

fn decode(body: &str) -> Batch {
    feed()
        .decode(Payload::new(body.as_bytes(), Default::default()))
        .unwrap()
}

/// One shipment with these members and events.
fn shipment(members: &str, events: &str) -> Batch {
    decode(&format!(
        r#"{{"shipments":[{{"shipmentTrackingNumber":"4800000017","status":"Success"{members},"events":[{events}]}}]}}"#
    ))
}

fn event(code: &str, clock: &str, more: &str) -> String {
    format!(
        r#"{{"date":"2025-02-12","time":"{clock}","GMTOffset":"+11:00","typeCode":"{code}","serviceArea":[{{"code":"SYD","description":"Sydney-AU"}}]{more}}}"#
    )
}

fn first(batch: &Batch) -> &Event {
    &batch.shipments[0].events[0]
}

#[test]
fn a_stated_offset_gives_the_instant_and_the_raw_text_keeps_all_parts() {
    let batch = shipment("", &event("CD", "08:15:00", ""));
    let time = &first(&batch).time;
    assert_eq!(
        (time.kind(), time.raw()),
        (TimeKind::Offset, "2025-02-12 08:15:00 +11:00")
    );
    assert_eq!(time.earliest().to_rfc3339(), "2025-02-11T21:15:00+00:00");
    assert_eq!(
        first(&batch).place.as_ref().unwrap().code.as_deref(),
        Some("SYD")
    );
}

#[test]
fn without_an_offset_the_place_decides_and_never_utc() {
    let at = |time: &str, area: &str| {
        let event =
            format!(r#"{{"date":"2025-02-12",{time}"typeCode":"PL","serviceArea":[{area}]}}"#);
        let batch = shipment("", &event);
        (first(&batch).time.clone(), batch.notices.len())
    };
    let (singapore, _) = at(
        r#""time":"08:15:00","#,
        r#"{"code":"SIN","description":"Singapore-SG"}"#,
    );
    assert_eq!(
        (singapore.kind(), singapore.zone()),
        (TimeKind::PlaceZone, Some(chrono_tz::Asia::Singapore))
    );
    let (somewhere, _) = at(
        r#""time":"08:15:00","#,
        r#"{"code":"QQQ","description":"Somewhere-AU"}"#,
    );
    assert_eq!(somewhere.kind(), TimeKind::Local);
    let (nowhere, _) = at(r#""time":"08:15:00","#, "");
    assert_eq!((nowhere.latest() - nowhere.earliest()).num_hours(), 26);
    let (odd, notices) = at(r#""time":"08:15:00","GMTOffset":"soon","#, "");
    assert_eq!((odd.kind(), notices), (TimeKind::Local, 1));
    let (day, _) = at("", r#"{"code":"SIN","description":"Singapore-SG"}"#);
    assert_eq!(day.kind(), TimeKind::Date);
    let (day, notices) = at(r#""time":"noon","#, "");
    assert_eq!((day.kind(), notices), (TimeKind::Date, 1));
}

#[test]
fn an_unknown_code_is_unmapped_and_a_bad_event_costs_itself() {
    let batch = shipment(
        "",
        &format!(
            r#"{},{{"date":"12.02.2025","typeCode":"PU"}},3"#,
            event("QQ", "08:15:00", "")
        ),
    );
    assert_eq!(batch.shipments[0].events.len(), 1);
    assert_eq!(first(&batch).milestone, Milestone::Unmapped);
    let kinds: Vec<_> = batch
        .notices
        .iter()
        .map(|notice| (notice.kind, notice.value.as_deref().unwrap_or_default()))
        .collect();
    assert!(
        kinds.contains(&(NoticeKind::UnmappedCode, "QQ")),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&(NoticeKind::EventSkipped, "12.02.2025")),
        "{kinds:?}"
    );
    assert_eq!(kinds.len(), 3);
}

#[test]
fn on_hold_is_customs_only_when_its_remark_says_clearance() {
    let of = |code: &str, remark: &str| {
        let batch = shipment(
            "",
            &event(
                code,
                "08:15:00",
                &format!(r#","description":"On hold","remarks":[{{"value":"{remark}"}}]"#),
            ),
        );
        (
            first(&batch).milestone,
            first(&batch)
                .code
                .text
                .as_ref()
                .unwrap()
                .reveal()
                .to_owned(),
        )
    };
    assert_eq!(
        of("OH", "Clearance delay"),
        (Milestone::CustomsHold, "On hold: Clearance delay".into())
    );
    assert_eq!(of("OH", "At the sender's wish").0, Milestone::Held);
    assert_eq!(of("PL", "Clearance delay").0, Milestone::InTransit);
}

#[test]
fn only_a_name_at_a_delivery_is_a_signature() {
    let signer = |code: &str, signer: &str| {
        let batch = shipment(
            "",
            &event(code, "10:41:00", &format!(r#","signedBy":"{signer}""#)),
        );
        first(&batch)
            .signed_by
            .as_ref()
            .map(|signer| signer.reveal().to_owned())
    };
    assert_eq!(
        signer("OK", "SAMPLE RECIPIENT").as_deref(),
        Some("SAMPLE RECIPIENT")
    );
    assert_eq!(signer("OK", "960528602"), None);
    assert_eq!(signer("OK", "21.20"), None);
    assert_eq!(signer("WC", "SAMPLE RECIPIENT"), None);
}

#[test]
fn a_delivery_after_a_return_ends_the_return() {
    let batch = shipment(
        "",
        &format!(
            "{},{}",
            event("RT", "08:00:00", ""),
            event("OK", "10:00:00", "")
        ),
    );
    assert_eq!(batch.shipments[0].events[1].milestone, Milestone::Returned);
    // The code RT alone leaves the parcel on its way.
    assert_eq!(first(&batch).milestone, Milestone::Returning);
}

/// The events of a shipment of pieces, as milestone and piece.
fn of_pieces(count: usize, own: &str, pieces: &[&str]) -> Vec<(Milestone, Option<String>)> {
    let pieces: Vec<_> = pieces
        .iter()
        .enumerate()
        .map(|(i, events)| {
            format!(
                r#"{{"number":{i},"trackingNumber":"JD01460000000000000{i}","events":[{events}]}}"#
            )
        })
        .collect();
    let batch = shipment(
        &format!(
            r#","numberOfPieces":{count},"pieces":[{}]"#,
            pieces.join(",")
        ),
        own,
    );
    assert!(
        batch.shipments[0]
            .events
            .iter()
            .all(|event| (event.scope == Scope::Piece) == event.piece.is_some())
    );
    batch.shipments[0]
        .events
        .iter()
        .map(|event| {
            (
                event.milestone,
                event.piece.as_ref().map(ToString::to_string),
            )
        })
        .collect()
}

#[test]
fn what_all_pieces_repeat_is_about_the_shipment_and_what_some_repeat_about_those() {
    let (pickup, delivery) = (event("PU", "08:00:00", ""), event("OK", "10:00:00", ""));
    let both = format!("{pickup},{delivery}");
    assert_eq!(
        of_pieces(1, &both, &[&both]),
        [(Milestone::PickedUp, None), (Milestone::Delivered, None)]
    );
    let zero = Some("JD014600000000000000".to_owned());
    assert_eq!(
        of_pieces(2, &both, &[&both, &pickup]),
        [
            (Milestone::PickedUp, None),
            (Milestone::Delivered, zero.clone())
        ]
    );
    // A third piece that is not listed was not delivered by this.
    let one = Some("JD014600000000000001".to_owned());
    assert_eq!(
        of_pieces(3, &delivery, &[&delivery, &delivery]),
        [
            (Milestone::Delivered, zero.clone()),
            (Milestone::Delivered, one)
        ]
    );
    // Listed without events: nothing is known about single pieces.
    assert_eq!(
        of_pieces(2, &both, &["", ""]),
        [(Milestone::PickedUp, None), (Milestone::Delivered, None)]
    );
    // A piece that repeats itself is one piece.
    assert_eq!(
        of_pieces(2, &delivery, &[&format!("{delivery},{delivery}")])
            .iter()
            .filter(|(_, piece)| *piece == zero)
            .count(),
        2
    );
}

#[test]
fn facts_of_the_shipment_are_places_weights_and_references() {
    let batch = shipment(
        r#","productCode":"P","shipperDetails":{"name":"SAMPLE SENDER","postalAddress":{"cityName":"","countryCode":"SG"},
            "serviceArea":[{"code":"SIN","description":"Singapore-SG"}]},
            "receiverDetails":{"name":"","postalAddress":{"cityName":"NEWTOWN","provinceCode":"NSW","postalCode":"2042","countryCode":"AU"},
            "serviceArea":[{"code":"SYD","description":"Sydney-AU"}]},"totalWeight":2.5,"unitOfMeasurements":"imperial",
            "shipperReferences":[{"value":"REF-9","typeCode":"CU"}],"childrenShipmentIdentificationNumbers":["4800000028"]"#,
        "",
    );
    let shipment = &batch.shipments[0];
    assert_eq!(shipment.weight_grams, Some(1134));
    assert_eq!(shipment.service.as_deref(), Some("P"));
    assert_eq!(
        shipment.references,
        [Reference::new(Role::CustomerReference, "REF-9")]
    );
    let (origin, destination) = (
        shipment.origin.as_ref().unwrap(),
        shipment.destination.as_ref().unwrap(),
    );
    assert_eq!(
        (origin.city.as_deref(), origin.code.as_deref()),
        (Some("Singapore"), Some("SIN"))
    );
    assert_eq!(
        (
            destination.city.as_deref(),
            destination.region.as_deref(),
            destination.code.as_deref()
        ),
        (Some("NEWTOWN"), Some("NSW"), Some("SYD"))
    );
    assert_eq!(
        (batch.notices[0].kind, batch.notices[0].value.as_deref()),
        (NoticeKind::Incomplete, Some("4800000028"))
    );
    assert!(!serde_json::to_string(&batch).unwrap().contains("SENDER"));
}

#[test]
fn an_estimate_is_a_day_or_a_moment_and_ends_with_the_delivery() {
    let promise = |raw: &str, events: &str| {
        let members = format!(
            r#","estimatedDeliveryDate":"{raw}","receiverDetails":{{"postalAddress":{{"countryCode":"SG"}}}}"#
        );
        shipment(&members, events)
            .shipments
            .remove(0)
            .promise()
            .map(|promise| promise.by.kind())
    };
    assert_eq!(promise("2025-02-12", ""), Some(TimeKind::Date));
    assert_eq!(
        promise("2025-02-12T18:00:00", ""),
        Some(TimeKind::PlaceZone)
    );
    assert_eq!(
        promise("2025-02-12T18:00:00 GMT+11:00", ""),
        Some(TimeKind::Offset)
    );
    // The last minute stands for the day.
    assert_eq!(promise("2025-02-12T23:59:00", ""), Some(TimeKind::Date));
    assert_eq!(
        promise("2025-02-12T23:59:00 GMT+11:00", ""),
        Some(TimeKind::Date)
    );
    assert_eq!(promise("soon", ""), None);
    assert_eq!(promise("2025-02-12", &event("OK", "10:00:00", "")), None);
}

#[test]
fn a_number_that_the_call_did_not_find_is_a_notice_of_its_own() {
    let batch = decode(
        r#"{"shipments":[{"shipmentTrackingNumber":"4800000017","status":"Success","events":[]},{"shipmentTrackingNumber":"4800000028","status":"No Shipments Found"}]}"#,
    );
    assert_eq!(batch.shipments.len(), 1);
    assert_eq!(batch.notices[0].kind, NoticeKind::NotFound);
    assert_eq!(
        batch.notices[0].number.as_ref().unwrap().as_str(),
        "4800000028"
    );
    assert_eq!(
        decode(r#"{"shipments":[]}"#).notices[0].kind,
        NoticeKind::NotFound
    );
}

#[test]
fn errors_become_notices_of_their_kind() {
    let kind = |status: &str| {
        decode(&format!(
            r#"{{"title":"T","detail":"D","message":"M","status":"{status}"}}"#
        ))
        .notices[0]
            .kind
    };
    assert_eq!(kind("404"), NoticeKind::NotFound);
    assert_eq!(kind("401"), NoticeKind::Reauthorise);
    assert_eq!(kind("403"), NoticeKind::Refused);
    assert_eq!(kind("422"), NoticeKind::InvalidRequest);
    assert_eq!(kind("500"), NoticeKind::RetryLater);
    let error = feed()
        .decode(Payload::new(br#"{"status":"ok"}"#, Default::default()))
        .unwrap_err();
    assert!(matches!(
        error.kind,
        DecodeErrorKind::Shape {
            field: "shipments",
            ..
        }
    ));
}

fn ask(
    numbers: &[&str],
    request_id: &str,
    language: Option<&str>,
) -> Result<Request<Vec<u8>>, RequestError> {
    let credentials = Credentials::default()
        .with("api_key", "sample-user")
        .with("api_secret", "sample-secret");
    let numbers: Vec<_> = numbers
        .iter()
        .map(|number| TrackRequest::new(TrackingNumber::new(number)))
        .collect();
    let context = PollContext {
        now: Default::default(),
        request_id,
        credentials: &credentials,
        token: None,
        base: None,
    };
    feed().request(
        &Query {
            language,
            ..Query::new(&numbers)
        },
        &context,
    )
}

#[test]
fn requests_ask_for_offsets_pieces_and_remarks() {
    let request = ask(
        &["4800000017", "4800000028"],
        "0123456789abcdef0123456789abcdef",
        Some("de"),
    )
    .unwrap();
    assert_eq!(request.method(), Method::GET);
    assert_eq!(
        request.uri().to_string(),
        "https://express.api.dhl.com/mydhlapi/tracking?shipmentTrackingNumber=4800000017&shipmentTrackingNumber=4800000028\
         &trackingView=all-checkpoints-with-remarks&levelOfDetail=all&requestGMTOffsetPerEvent=true"
    );
    assert_eq!(
        request.headers()["authorization"],
        "Basic c2FtcGxlLXVzZXI6c2FtcGxlLXNlY3JldA=="
    );
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(
        request.headers()["message-reference"],
        "0123456789abcdef0123456789abcdef"
    );
    assert_eq!(request.headers()["accept-language"], "de");
    let short = ask(&["JD014600000000000001"], "short", None).unwrap();
    assert!(
        short
            .uri()
            .query()
            .unwrap()
            .starts_with("pieceTrackingNumber=JD014600000000000001&")
    );
    assert!(!short.headers().contains_key("message-reference"));
    assert_eq!(
        ask(&["JD014600000000000001", "4800000017"], "", None).unwrap_err(),
        RequestError::Unfit("a waybill together with a piece")
    );
    assert_eq!(
        ask(&["1"; 201], "", None).unwrap_err(),
        RequestError::Numbers {
            asked: 201,
            most: 200
        }
    );
    assert!(ask(&["1"; 200], "", None).is_ok());
}

#[test]
fn every_class_of_answer_has_its_outcome() {
    let mut headers = HeaderMap::new();
    let of = |status, body: &str, headers: &HeaderMap| {
        feed().outcome(&PollResponse {
            status,
            headers,
            body: body.as_bytes(),
            received: Default::default(),
        })
    };
    let error = r#"{"title":"T","detail":"D","status":"0"}"#;
    assert_eq!(
        of(
            200,
            r#"{"shipments":[{"shipmentTrackingNumber":"1","status":"Success"}]}"#,
            &headers
        ),
        Outcome::Found
    );
    assert_eq!(
        of(
            200,
            r#"{"shipments":[{"shipmentTrackingNumber":"1","status":"No Data"}]}"#,
            &headers
        ),
        Outcome::NotFound
    );
    assert_eq!(of(200, r#"{"shipments":[]}"#, &headers), Outcome::NotFound);
    assert_eq!(of(404, error, &headers), Outcome::NotFound);
    assert_eq!(of(401, error, &headers), Outcome::Reauthorise);
    assert_eq!(
        of(403, error, &headers),
        Outcome::Refused(Fault::new("403", "D"))
    );
    assert_eq!(
        of(400, error, &headers),
        Outcome::Invalid(Fault::new("400", "D"))
    );
    assert_eq!(
        of(422, "", &headers),
        Outcome::Invalid(Fault::new("422", ""))
    );
    assert_eq!(of(500, "", &headers), Outcome::RetryAfter(None));
    headers.insert("retry-after", "30".parse().unwrap());
    assert_eq!(
        of(429, error, &headers),
        Outcome::RetryAfter(Some(Duration::from_secs(30)))
    );
}

#[test]
fn ship_day_and_next_steps_are_read() {
    let remarks = r#","remarks":[{"value":"Duties are due.","nextSteps":"Please pay."}]"#;
    let members = r#","shipmentTimestamp":"2025-02-10T23:30:00""#;
    let batch = shipment(members, &event("CD", "08:15:00", remarks));
    let shipped = batch.shipments[0].shipped_on.as_ref().unwrap();
    assert_eq!(shipped.kind(), TimeKind::Date);
    let day = shipped.wall_clock().unwrap().date();
    assert_eq!(day.to_string(), "2025-02-10");
    let steps = first(&batch).next_steps.as_ref().unwrap();
    assert_eq!(steps.reveal(), "Please pay.");
}
