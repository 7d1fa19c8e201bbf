//! What was told wrongly once, each kind by a payload of its own: who must act, what is promised, who took it in, what must not be lost in silence.

use chrono::DateTime;

use crate::adapter::{Adapter, Batch, NoticeKind, Outcome, Payload, Poll, Reply};
use crate::model::{DeliveredTo, Event, Milestone, Party, PromiseKind, RecipientKind, Shipment, TimeKind};

fn feed(id: &str) -> Box<dyn Adapter> {
    let codes = std::sync::Arc::new(super::PACK.codes());
    match id {
        "unified" => Box::new(super::Unified::new(codes)),
        "express" => Box::new(super::Express::new(codes)),
        "express-xml" => Box::new(super::ExpressXml::new(codes)),
        _ => Box::new(super::ParcelDe::new(codes)),
    }
}

fn decode(id: &str, body: &str) -> Batch {
    feed(id).decode(Payload::new(body.as_bytes(), DateTime::default())).unwrap()
}

fn outcome(id: &str, status: u16, body: &str) -> Outcome {
    let adapter = feed(id);
    let poll: &dyn Poll = adapter.as_poll().unwrap();
    poll.outcome(&Reply { status, headers: &http::HeaderMap::new(), body: body.as_bytes(), received: DateTime::default() })
}

fn kinds(batch: &Batch) -> Vec<NoticeKind> {
    batch.notices.iter().map(|notice| notice.kind).collect()
}

fn milestones(batch: &Batch) -> Vec<Milestone> {
    batch.shipments.iter().flat_map(|shipment| &shipment.events).map(|event| event.milestone).collect()
}

/// A promise as its kind, whether it has a start, and its end.
fn promised(shipment: &Shipment) -> Vec<(PromiseKind, Option<String>, String)> {
    let told = |time: &crate::model::EventTime| match time.kind() {
        TimeKind::Date => time.wall_clock().unwrap().date().to_string(),
        _ => time.wall_clock().unwrap().format("%Y-%m-%dT%H:%M").to_string(),
    };
    shipment.promises.iter().map(|promise| (promise.kind, promise.from.as_ref().map(told), told(&promise.by))).collect()
}

fn unified(service: &str, members: &str, events: &str) -> Batch {
    decode("unified", &format!(r#"{{"shipments":[{{"id":"7100000040","service":"{service}"{members},"events":[{events}]}}]}}"#))
}

fn express(members: &str, events: &str) -> Batch {
    decode("express", &format!(r#"{{"shipments":[{{"shipmentTrackingNumber":"4800000017"{members},"events":[{events}]}}]}}"#))
}

fn piece(attributes: &str, inside: &str) -> Batch {
    let body = format!(
        r#"<data name="piece-shipment-list" code="0"><data name="piece-shipment" piece-code="00340434999900000046" {attributes}>{inside}</data></data>"#
    );
    decode("parcel-de", &body)
}

const SCAN: &str = r#"<data name="piece-event" event-timestamp="18.03.2026 03:32" ice="ULFMV" ric="UNLDD" standard-event-code="EE"/>"#;
const DELIVERY: &str = r#"<data name="piece-event" event-timestamp="18.03.2026 10:02" ice="DLVRD" ric="OTHER" standard-event-code="ZU"/>"#;

fn waybill(inside: &str) -> Batch {
    let head = "<AWBInfo><AWBNumber>3100000042</AWBNumber><Status><ActionStatus>success</ActionStatus></Status>";
    decode("express-xml", &format!("<TrackingResponse>{head}{inside}</AWBInfo></TrackingResponse>"))
}

fn checkpoint(name: &str, code: &str, more: &str) -> String {
    format!("<{name}><Date>2026-03-03</Date><Time>14:36:00</Time><ServiceEvent><EventCode>{code}</EventCode></ServiceEvent>{more}</{name}>")
}

#[test]
fn the_remark_tells_who_must_act_in_every_express_feed() {
    let said = "DHL needs further information from the importer.";
    let of = |batch: &Batch| batch.shipments[0].events.first().map(|event: &Event| (event.milestone, event.party()));
    let expected = Some((Milestone::CustomsInfoRequired, Some(Party::Recipient)));
    for code in ["UD", "RR", "OH", "CD"] {
        let remarks =
            format!("<EventRemarks><FurtherDetails>{said}</FurtherDetails><NextSteps>DHL will contact the importer.</NextSteps></EventRemarks>");
        let xml = waybill(&format!("<ShipmentInfo>{}</ShipmentInfo>", checkpoint("ShipmentEvent", code, &remarks)));
        assert_eq!(of(&xml), expected, "XML {code}");
        let event = format!(r#"{{"date":"2026-03-03","time":"14:36:00","typeCode":"{code}","remarks":[{{"value":"{said}","details":"Wait."}}]}}"#);
        assert_eq!(of(&express("", &event)), expected, "JSON {code}");
        let event = format!(r#"{{"timestamp":"2026-03-03T14:36:00","statusCode":"transit","status":"{code}","remark":"{said}"}}"#);
        assert_eq!(of(&unified("express", "", &event)), expected, "unified {code}");
    }
}

#[test]
fn parcel_de_promises_its_day_and_window_and_the_wished_day() {
    let of = |attributes: &str| promised(&piece(attributes, SCAN).shipments[0]);
    let window = r#"delivery-date="18.03.2026" delivery-timeframe-from="10:00" delivery-timeframe-to="12:00""#;
    let estimated = (PromiseKind::Estimated, Some("2026-03-18T10:00".into()), "2026-03-18T12:00".into());
    assert_eq!(of(window), [estimated.clone()]);
    assert_eq!(of(r#"delivery-date="2026-03-18""#), [(PromiseKind::Estimated, None, "2026-03-18".into())]);
    let whole = r#"delivery-date="18.03.2026" delivery-timeframe-from="00:00" delivery-timeframe-to="23:59""#;
    assert_eq!(of(whole), [(PromiseKind::Estimated, None, "2026-03-18".into())]);
    let wished = r#"preferred-delivery-day="20.03.2026" preferred-delivery-timeframe-from="18:00" preferred-delivery-timeframe-to="20:00 Uhr""#;
    let agreed = (PromiseKind::Agreed, Some("2026-03-20T18:00".into()), "2026-03-20T20:00".into());
    assert_eq!(of(&format!("{window} {wished}")), [estimated, agreed]);
    let refused = format!(r#"{wished} preferred-timeframe-refused-text="no""#);
    assert_eq!(of(&refused), [(PromiseKind::Agreed, None, "2026-03-20".into())]);
    let moments = r#"delivery-timeframe-from="18.03.2026 10:00" delivery-timeframe-to="18.03.2026 12:00""#;
    assert_eq!(of(moments), [(PromiseKind::Estimated, Some("2026-03-18T10:00".into()), "2026-03-18T12:00".into())]);
    assert!(promised(&piece(r#"delivery-date="18.03.2026""#, DELIVERY).shipments[0]).is_empty());
    assert_eq!(kinds(&piece(r#"delivery-date="soon""#, SCAN)), [NoticeKind::FieldUnreadable]);
}

#[test]
fn the_ordered_day_is_a_flag_and_no_date() {
    for flag in ["true", "false"] {
        let batch = piece(&format!(r#"order-preferred-delivery-day="{flag}""#), SCAN);
        assert!(batch.notices.is_empty() && batch.shipments[0].promises.is_empty(), "{flag}: {:?}", batch.notices);
    }
}

#[test]
fn a_kind_of_recipient_is_no_signature_and_an_unknown_word_is_not_repeated() {
    let of = |text: &str| piece(&format!(r#"recipient-id-text="{text}" recipient-name="SAMPLE RECIPIENT""#), DELIVERY);
    let first = |batch: &Batch| (batch.shipments[0].events[0].recipient_kind, batch.shipments[0].events[0].signed_by.is_some());
    assert_eq!(first(&of("Ehegatte")), (Some(RecipientKind::Spouse), false));
    assert_eq!(first(&of("Empf&#228;nger (orig.)")), (Some(RecipientKind::Recipient), false));
    let neighbour = of("Nachbar");
    assert_eq!(neighbour.shipments[0].events[0].delivered_to, Some(DeliveredTo::Neighbour));
    let unknown = of("SAMPLE PERSON");
    // The reason beside the delivery still tells a kind.
    assert_eq!(first(&unknown), (Some(RecipientKind::Other), false));
    assert_eq!(kinds(&unknown), [NoticeKind::FieldUnreadable]);
    assert!(!serde_json::to_string(&unknown).unwrap().contains("SAMPLE"));
}

#[test]
fn every_layout_of_parcel_de_is_read() {
    let events = [SCAN, DELIVERY].concat();
    let piece = |name: &str, events: &str| {
        format!(r#"<data name="{name}" piece-code="00340434999900000046" dest-country="de" last-event-timestamp="18.03.2026 10:02">{events}</data>"#)
    };
    let old = piece("pieceshipment", &format!(r#"<data name="pieceeventlist">{}</data>"#, events.replace("piece-event", "pieceevent")));
    let bodies = [
        format!(
            r#"<data name="piece-shipment-list" code="0">{}</data>"#,
            piece("piece-shipment", &format!(r#"<data name="piece-event-list">{events}</data>"#))
        ),
        format!(r#"<data name="pieceshipmentlist" code="0">{old}</data>"#),
        format!(r#"<data request-id="r"><data name="piece-status-public-list" code="0">{}</data></data>"#, piece("piece-status-public", &events)),
        format!(
            r#"<data request-id="r"><data name="piece-status-public-list" code="0">{}</data></data>"#,
            piece("piece-status-public", &events.replace("piece-event", "pieceevent"))
        ),
    ];
    for body in bodies {
        let batch = decode("parcel-de", &body);
        assert_eq!(milestones(&batch), [Milestone::Arrived, Milestone::Delivered], "{body}");
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        assert_eq!(outcome("parcel-de", 200, &body), Outcome::Found);
    }
}

#[test]
fn mydhl_reads_what_is_there_whatever_the_status_word() {
    let events = r#"{"date":"2026-03-04","time":"17:00:00","typeCode":"OK"},{"date":"2026-03-03","time":"08:00:00","typeCode":"PU"}"#;
    for word in ["delivered", "No Shipments Found", "Partial"] {
        let batch = express(&format!(r#","status":"{word}""#), events);
        assert_eq!(milestones(&batch), [Milestone::Delivered, Milestone::PickedUp], "{word}");
        assert_eq!(kinds(&batch), [NoticeKind::FieldUnreadable], "{word}");
    }
    assert_eq!(kinds(&express(r#","status":"No Shipments Found""#, "")), [NoticeKind::NotFound]);
}

#[test]
fn a_signer_behind_the_sentence_is_kept_apart() {
    for description in ["Delivered : SAMPLE P", "Delivered - Signed for by: SAMPLE P", "Shipment delivered SAMPLE P"] {
        let event = format!(r#"{{"date":"2026-03-04","time":"11:59:23","typeCode":"OK","description":"{description}","signedBy":""}}"#);
        let batch = express("", &event);
        let event = &batch.shipments[0].events[0];
        assert_eq!(event.signed_by.as_ref().map(|signer| signer.reveal()), Some("SAMPLE P"), "{description}");
        assert!(!event.code.text.as_ref().unwrap().reveal().contains("SAMPLE"));
        assert!(!serde_json::to_string(&batch).unwrap().contains("SAMPLE"));
    }
}

#[test]
fn a_sentence_is_understood_or_told_of_and_undoes_nothing() {
    let event = |at: &str, sentence: &str| format!(r#"{{"timestamp":"2025-05-{at}","statusCode":"transit","status":"{sentence}"}}"#);
    let ready = event("06T10:12:00", "Die Sendung liegt ab sofort in der Filiale zur Abholung bereit.");
    let odd = event("07T10:12:00", "Bitte denken Sie an Ihren Ausweis.");
    let batch = unified("parcel-de", "", &[odd.as_str(), &ready].join(","));
    assert_eq!(milestones(&batch), [Milestone::Unmapped, Milestone::AvailableForPickup]);
    assert_eq!(kinds(&batch), [NoticeKind::UnmappedCode]);
    // Alone it still tells that DHL has the parcel.
    let batch = unified("parcel-de", "", &odd);
    assert_eq!((milestones(&batch), kinds(&batch)), (vec![Milestone::InTransit], vec![NoticeKind::UnmappedCode]));
    // A delivery that only a sentence tells is an end where the coarse status bears it out.
    let sure = |coarse: &str| {
        let event = format!(r#"{{"timestamp":"2025-05-06T10:12:00","statusCode":"{coarse}","status":"Le colis a été livré au voisin"}}"#);
        unified("sameday", "", &event).shipments[0].events[0].is_evidence_of_state()
    };
    assert!(sure("delivered") && !sure("unknown"));
}

#[test]
fn reported_missing_is_not_lost() {
    for status in ["690", "PACKAGE REPORTED MISSING"] {
        let event = format!(r#"{{"timestamp":"2025-05-06T10:12:00","statusCode":"failure","status":"{status}"}}"#);
        assert_eq!(milestones(&unified("ecommerce", "", &event)), [Milestone::Exception], "{status}");
    }
}

#[test]
fn every_promise_of_unified_is_read_whatever_its_shape() {
    let scan = r#"{"timestamp":"2025-03-05T10:00:00","statusCode":"transit","status":"AR"}"#;
    let of = |members: &str| {
        let members = format!(r#","destination":{{"address":{{"countryCode":"DE"}}}},{members}"#);
        let batch = unified("express", &members, scan);
        (promised(&batch.shipments[0]), batch.notices.len())
    };
    let day = |kind, day: &str| (kind, None, day.to_owned());
    let estimated = |at: &str| vec![day(PromiseKind::Estimated, at)];
    assert_eq!(of(r#""estimatedTimeOfDelivery":"2025-03-06""#), (estimated("2025-03-06"), 0));
    assert_eq!(of(r#""estimatedTimeOfDelivery":"2025-03-06T00:00:00""#), (estimated("2025-03-06"), 0));
    assert_eq!(of(r#""estimatedTimeOfDelivery":"2025-03-06T23:59:00+01:00""#), (estimated("2025-03-06"), 0));
    assert_eq!(of(r#""estimatedTimeOfDelivery":"2025-03-06T18:00:00+01:00""#), (estimated("2025-03-06T18:00"), 0));
    assert_eq!(of(r#""estimatedDeliveryDate":"2025-03-06""#), (estimated("2025-03-06"), 0));
    let window = r#"{"estimatedFrom":"2025-03-06T10:00:00+01:00","estimatedThrough":"2025-03-06T12:00:00+01:00"}"#;
    let read = vec![(PromiseKind::Estimated, Some("2025-03-06T10:00".into()), "2025-03-06T12:00".into())];
    assert_eq!(of(&format!(r#""estimatedDeliveryTimeFrame":{window}"#)), (read.clone(), 0));
    assert_eq!(of(&format!(r#""estimatedTimeOfDelivery":{window}"#)), (read.clone(), 0));
    assert_eq!(of(&format!(r#""estimatedDeliveryTimeFrame":[{window}]"#)), (read, 0));
    let days = r#"{"estimatedFrom":"2025-03-06","estimatedThrough":"2025-03-08"}"#;
    let read = vec![(PromiseKind::Estimated, Some("2025-03-06".into()), "2025-03-08".into())];
    assert_eq!(of(&format!(r#""estimatedDeliveryTimeFrame":{days}"#)), (read, 0));
    let all = r#""agreedDeliveryDate":"2025-03-10","estimatedTimeOfDelivery":"2025-03-07""#;
    assert_eq!(of(all), (vec![day(PromiseKind::Agreed, "2025-03-10"), day(PromiseKind::Estimated, "2025-03-07")], 0));
    for odd in [r#""soon""#, "17", r#"{"on":"2025-03-06"}"#, r#"{"estimatedThrough":7}"#] {
        assert_eq!(of(&format!(r#""estimatedTimeOfDelivery":{odd}"#)), (vec![], 1), "{odd}");
    }
}

#[test]
fn mydhl_and_xml_promise_a_day_where_they_mean_one() {
    let of = |value: &str| promised(&express(&format!(r#","estimatedDeliveryDate":{value}"#), "").shipments[0]);
    assert_eq!(of(r#""2026-03-06""#), [(PromiseKind::Estimated, None, "2026-03-06".into())]);
    assert_eq!(of(r#""2026-03-06T23:59:00 GMT-08:00""#), [(PromiseKind::Estimated, None, "2026-03-06".into())]);
    assert_eq!(kinds(&express(r#","estimatedDeliveryDate":{"day":6}"#, "")), [NoticeKind::FieldUnreadable]);
    let estimate =
        "<ShipmentInfo><EstDlvyDate>2026-03-06T23:59:00 GMT-08:00</EstDlvyDate><EstDlvyDateUTC>2026-03-07T07:59:00</EstDlvyDateUTC></ShipmentInfo>";
    assert_eq!(promised(&waybill(estimate).shipments[0]), [(PromiseKind::Estimated, None, "2026-03-06".into())]);
}

#[test]
fn fewer_events_than_the_payload_holds_is_told() {
    let scan = checkpoint("ShipmentEvent", "PU", "");
    for body in [
        scan.replace("ShipmentEvent", "Checkpoint"),
        format!("<ShipmentInfo>{}</ShipmentInfo>", scan.replace("ShipmentEvent", "Checkpoint")),
        format!("<ShipmentInformation>{scan}</ShipmentInformation>"),
        format!("<ShipmentInfo><Events>{scan}</Events></ShipmentInfo>"),
        format!("<Pieces><Piece>{}</Piece></Pieces>", checkpoint("PieceEvent", "PU", "")),
    ] {
        assert!(kinds(&waybill(&body)).contains(&NoticeKind::EventSkipped), "{body}");
    }
    let renamed = decode("express-xml", "<TrackingResponse><Response/><Waybill><AWBNumber>1</AWBNumber></Waybill></TrackingResponse>");
    assert_eq!(kinds(&renamed), [NoticeKind::EventSkipped]);
    assert_eq!(kinds(&piece("", r#"<data name="piece-scan" at="18.03.2026 03:32"/>"#)), [NoticeKind::EventSkipped]);
    assert_eq!(milestones(&piece("", &SCAN.replace("piece-event\"", "scan\""))), [Milestone::Arrived]);
    let list = r#"<data name="piece-shipment-list" code="0"><data name="parcel" number="1"/></data>"#;
    assert_eq!(kinds(&decode("parcel-de", list)), [NoticeKind::EventSkipped]);
    let json =
        decode("express", r#"{"shipments":[{"shipmentTrackingNumber":"4800000017","status":"Success","checkpoints":[{"date":"2026-03-03"}]}]}"#);
    assert_eq!(kinds(&json), [NoticeKind::Incomplete]);
    let status = r#""status":{"timestamp":"2026-03-03T10:00:00","statusCode":"transit","status":"PU"}"#;
    let json = decode("unified", &format!(r#"{{"shipments":[{{"id":"1","service":"express",{status},"checkpoints":[]}}]}}"#));
    assert_eq!((milestones(&json), kinds(&json)), (vec![Milestone::PickedUp], vec![NoticeKind::Incomplete]));
}

#[test]
fn a_current_status_that_the_list_lacks_is_an_event() {
    let status = r#","status":{"timestamp":"2026-03-04T17:00:00","statusCode":"delivered","status":"OK"}"#;
    let events = r#"{"timestamp":"2026-03-03T10:00:00","statusCode":"transit","status":"PU"}"#;
    assert_eq!(milestones(&unified("express", status, "")), [Milestone::Delivered]);
    assert_eq!(milestones(&unified("express", status, events)), [Milestone::PickedUp, Milestone::Delivered]);
    let same = events.replace("03T10", "04T17");
    assert_eq!(milestones(&unified("express", status, &same)), [Milestone::PickedUp]);
    let status = r#"status-timestamp="18.03.2026 10:02" ice="DLVRD" ric="OTHER" standard-event-code="ZU""#;
    assert_eq!(milestones(&piece(status, SCAN)), [Milestone::Arrived, Milestone::Delivered]);
    let flagged = piece(r#"delivery-event-flag="1""#, &SCAN.replace("ULFMV", "QQQQQ").replace("\"EE\"", "\"QQ\""));
    assert_eq!(milestones(&flagged), [Milestone::Delivered]);
}

#[test]
fn a_weight_without_its_unit_is_told() {
    assert_eq!(kinds(&express(r#","totalWeight":2.5"#, "")), [NoticeKind::FieldUnreadable]);
    assert_eq!(kinds(&express(r#","totalWeight":0"#, "")), []);
    assert_eq!(kinds(&unified("express", r#","details":{"weight":{"value":3.4}}"#, "")), [NoticeKind::FieldUnreadable]);
    assert_eq!(unified("express", r#","details":{"weight":{"value":"3.4","unitText":"kg"}}"#, "").shipments[0].weight_grams, Some(3400));
    let weight = format!("<ShipmentInfo><Weight>7.56</Weight>{}</ShipmentInfo>", checkpoint("ShipmentEvent", "PU", ""));
    assert_eq!(kinds(&waybill(&weight)), [NoticeKind::FieldUnreadable]);
}

#[test]
fn every_code_of_parcel_de_is_classified_and_decoding_agrees() {
    let cases = [
        ("100", NoticeKind::NotFound),
        ("200", NoticeKind::NotFound),
        ("5", NoticeKind::Reauthorise),
        ("6", NoticeKind::RetryLater),
        ("-1", NoticeKind::RetryLater),
        ("-2", NoticeKind::RetryLater),
        ("-1000", NoticeKind::RetryLater),
        ("62", NoticeKind::Refused),
        ("64", NoticeKind::Refused),
        ("41", NoticeKind::InvalidRequest),
        ("45", NoticeKind::InvalidRequest),
        ("57", NoticeKind::InvalidRequest),
        ("59", NoticeKind::InvalidRequest),
    ];
    for (code, kind) in cases {
        let bodies = [
            format!(r#"<data name="piece-shipment-list" code="{code}" error="words"/>"#),
            format!(r#"<data request-id="r"><data name="piece-status-public-list" code="{code}" error="words"/></data>"#),
            format!(
                r#"<data name="piece-shipment-list" code="0"><data name="piece-shipment" piece-code="1" piece-status="{code}" piece-status-desc="words"/></data>"#
            ),
        ];
        for body in bodies {
            assert_eq!(kinds(&decode("parcel-de", &body)), [kind], "{body}");
            assert_eq!(outcome("parcel-de", 200, &body).notice_kind(), kind, "{body}");
        }
    }
}

#[test]
fn every_condition_of_the_xml_is_classified_and_decoding_agrees() {
    let of = |number: &str, action: &str, code: &str, data: &str| {
        let condition = format!("<Condition><ConditionCode>{code}</ConditionCode><ConditionData>{data}</ConditionData></Condition>");
        let status = format!("<Status><ActionStatus>{action}</ActionStatus>{condition}</Status>");
        let body = format!("<TrackingResponse><AWBInfo><AWBNumber>{number}</AWBNumber>{status}</AWBInfo></TrackingResponse>");
        let batch = decode("express-xml", &body);
        assert_eq!(kinds(&batch), [outcome("express-xml", 200, &body).notice_kind()], "{body}");
        batch.notices[0].kind
    };
    assert_eq!(of("", "No Shipments Found", "103", ""), NoticeKind::NotFound);
    assert_eq!(of("1", "No Shipments Found", "103", "No Shipments Found for AWBNumber 1"), NoticeKind::NotFound);
    assert_eq!(of("1", "Failure", "209", "No Shipments Found for AWBNumber 1"), NoticeKind::NotFound);
    assert_eq!(of("1", "Failure", "101", "No Shipments Found for AWBNumber | 1"), NoticeKind::NotFound);
    assert_eq!(of("1", "Failure", "100", "Authentication failed"), NoticeKind::Reauthorise);
    assert_eq!(of("1", "Failure", "999", "Service temporarily unavailable"), NoticeKind::RetryLater);
    assert_eq!(of("1", "Failure", "7", "the number has letters"), NoticeKind::InvalidRequest);
    let failed = "<TrackingResponse><Response><Status><ActionStatus>Failure</ActionStatus><Condition><ConditionCode>100</ConditionCode>\
        <ConditionData>Authentication failed</ConditionData></Condition></Status></Response></TrackingResponse>";
    assert_eq!(kinds(&decode("express-xml", failed)), [NoticeKind::Reauthorise]);
    assert_eq!(outcome("express-xml", 200, failed), Outcome::Reauthorise);
}

#[test]
fn every_json_error_is_classified_and_decoding_agrees() {
    let cases = [
        (r#"{"title":"No result found","status":404,"detail":"No shipment with given tracking number found."}"#, NoticeKind::NotFound),
        (r#"{"title":"Bad request","status":400,"detail":"x"}"#, NoticeKind::InvalidRequest),
        (r#"{"title":"Unauthorized","status":401}"#, NoticeKind::Reauthorise),
        (r#"{"title":"Forbidden","status":403}"#, NoticeKind::Refused),
        (r#"{"title":"Method not allowed","status":405,"detail":"x"}"#, NoticeKind::InvalidRequest),
        (r#"{"title":"Too many requests","status":429}"#, NoticeKind::RetryLater),
        (r#"{"title":"Internal","status":"500","detail":"x"}"#, NoticeKind::RetryLater),
        (r#"{"title":"Unavailable","status":503}"#, NoticeKind::RetryLater),
        (r#"[{"title":"Not Found","status":"404","message":"No data found","detail":"No data found"}]"#, NoticeKind::NotFound),
        (r#"{"reasons":[{"msg":"Invalid Credentials"}],"details":{"msgId":"Id-1"}}"#, NoticeKind::Reauthorise),
        (
            r#"{"fault":{"faultstring":"Rate limit quota violation","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}"#,
            NoticeKind::RetryLater,
        ),
    ];
    for id in ["unified", "express", "parcel-de"] {
        for (body, kind) in cases {
            assert_eq!(kinds(&decode(id, body)), [kind], "{id} {body}");
            assert_eq!(outcome(id, 200, body).notice_kind(), kind, "{id} {body}");
        }
    }
}

#[test]
fn a_page_under_a_good_status_passes() {
    let page = "<!DOCTYPE html><html><body>Just a moment</body></html>";
    for id in ["unified", "express", "express-xml", "parcel-de"] {
        assert_eq!(outcome(id, 200, page), Outcome::RetryAfter(None), "{id}");
        assert_eq!(outcome(id, 200, ""), Outcome::RetryAfter(None), "{id}");
    }
}

#[test]
fn a_secret_reaches_no_message() {
    let said = "In element 'Password' : Value 'geheim12' is too short; token=abcdef123456";
    let condition = format!("<Condition><ConditionCode>111</ConditionCode><ConditionData>{said}</ConditionData></Condition>");
    let xml = format!("<ErrorResponse><Response><Status><ActionStatus>Failure</ActionStatus>{condition}</Status></Response></ErrorResponse>");
    let json = format!(r#"{{"title":"Bad request","status":400,"detail":"{said}"}}"#);
    let list = format!(r#"<data name="piece-shipment-list" code="7" error="{said}"/>"#);
    for (id, body) in [("express-xml", &xml), ("unified", &json), ("express", &json), ("parcel-de", &list)] {
        let told = format!("{:?} {:?}", decode(id, body).notices, outcome(id, 200, body));
        let Outcome::Invalid(fault) = outcome(id, 200, body) else { panic!("{id}") };
        for secret in ["geheim12", "abcdef123456"] {
            assert!(!told.contains(secret) && !fault.message.reveal().contains(secret), "{id}: {told}");
        }
    }
}
