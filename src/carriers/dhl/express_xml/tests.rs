use http::HeaderMap;

use super::*;
use crate::adapter::{Credentials, DecodeErrorKind, TrackRequest};
use crate::model::{Milestone, TimeKind};

fn feed() -> ExpressXml {
    ExpressXml::new(crate::carriers::dhl::PACK.codes().into())
}

fn decode(body: &str) -> Batch {
    feed()
        .decode(Payload::new(body.as_bytes(), Default::default()))
        .unwrap()
}

/// One waybill that was found, with these elements in its `ShipmentInfo` and after it.
fn waybill(facts: &str, after: &str) -> Batch {
    decode(&format!(
        "<req:TrackingResponse xmlns:req=\"http://www.dhl.com\"><Response/><AWBInfo><AWBNumber>3100000008</AWBNumber><Status><ActionStatus>Success\
         </ActionStatus></Status><ShipmentInfo>{facts}</ShipmentInfo>{after}</AWBInfo></req:TrackingResponse>"
    ))
}

fn checkpoint(element: &str, code: &str, clock: &str, area: &str, more: &str) -> String {
    format!(
        "<{element}><Date>2025-01-18</Date><Time>{clock}</Time><ServiceEvent><EventCode>{code}</EventCode><Description>  Words \n </Description>\
         </ServiceEvent>{more}<ServiceArea>{area}</ServiceArea></{element}>"
    )
}

const MEXICO: &str =
    "<ServiceAreaCode>MEX</ServiceAreaCode><Description>MEXICO CITY-MEXICO</Description>";

#[test]
fn wall_time_is_read_in_the_zone_of_the_place_and_kept_open_without_one() {
    let time = |area: &str| {
        waybill(&checkpoint("ShipmentEvent", "PL", "09:10:00", area, ""), "").shipments[0].events[0]
            .time
            .clone()
    };
    let known =
        time("<ServiceAreaCode>LEJ</ServiceAreaCode><Description>LEIPZIG-GERMANY</Description>");
    assert_eq!(
        (known.kind(), known.raw()),
        (TimeKind::PlaceZone, "2025-01-18 09:10:00")
    );
    assert_eq!(known.zone(), Some(chrono_tz::Europe::Berlin));
    let city =
        time("<ServiceAreaCode>CVG</ServiceAreaCode><Description>CINCINNATI,OH-USA</Description>");
    assert_eq!(city.zone(), Some(chrono_tz::America::New_York));
    let several =
        time("<ServiceAreaCode>QQQ</ServiceAreaCode><Description>SOMEWHERE - USA</Description>");
    assert_eq!(several.kind(), TimeKind::Local);
    assert_eq!((time("").latest() - time("").earliest()).num_hours(), 26);
}

#[test]
fn padded_texts_and_junk_survive() {
    let junk = "<Signatory>960528602</Signatory><EventRemarks/>";
    let batch = waybill(
        &checkpoint("ShipmentEvent", "OK", "10:00:00", MEXICO, junk),
        "",
    );
    let event = &batch.shipments[0].events[0];
    assert_eq!(event.code.text.as_ref().unwrap().reveal(), "Words");
    assert_eq!(
        (event.milestone, &event.signed_by),
        (Milestone::Delivered, &None)
    );
    let signed = waybill(
        &checkpoint(
            "ShipmentEvent",
            "OK",
            "10:00:00",
            MEXICO,
            "<Signatory>SAMPLE RECIPIENT</Signatory>",
        ),
        "",
    );
    assert_eq!(
        signed.shipments[0].events[0]
            .signed_by
            .as_ref()
            .unwrap()
            .reveal(),
        "SAMPLE RECIPIENT"
    );
    let remark = "<EventRemarks><FurtherDetails>Clearance papers</FurtherDetails></EventRemarks>";
    let held = waybill(
        &checkpoint("ShipmentEvent", "OH", "10:00:00", MEXICO, remark),
        "",
    );
    assert_eq!(
        held.shipments[0].events[0].milestone,
        Milestone::CustomsHold
    );
}

#[test]
fn an_unknown_code_is_unmapped_and_a_bad_event_costs_itself() {
    let events = [
        checkpoint("ShipmentEvent", "QQ", "10:00:00", MEXICO, ""),
        "<ShipmentEvent><Date>never</Date></ShipmentEvent>".into(),
    ]
    .concat();
    let batch = waybill(&events, "");
    assert_eq!(batch.shipments[0].events.len(), 1);
    assert_eq!(batch.shipments[0].events[0].milestone, Milestone::Unmapped);
    let kinds: Vec<_> = batch.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::UnmappedCode, NoticeKind::EventSkipped]);
}

#[test]
fn the_pieces_repetitions_of_an_event_are_one_statement() {
    let own = checkpoint("ShipmentEvent", "PU", "10:00:00", MEXICO, "");
    let piece = |plate: &str, events: &str| {
        format!(
            "<PieceInfo><PieceDetails><LicensePlate>{plate}</LicensePlate></PieceDetails>{events}</PieceInfo>"
        )
    };
    let repeated = checkpoint("PieceEvent", "PU", "10:00:00", MEXICO, "");
    let of_one = checkpoint("PieceEvent", "OK", "11:00:00", MEXICO, "");
    let pieces = format!(
        "<Pieces>{}{}</Pieces>",
        piece("JD01", &format!("{repeated}{of_one}")),
        piece("JD02", &repeated)
    );
    let batch = waybill(&format!("<Pieces>2</Pieces>{own}"), &pieces);
    let shipment = &batch.shipments[0];
    assert_eq!((shipment.pieces.len(), shipment.piece_count), (2, Some(2)));
    let told: Vec<_> = shipment
        .events
        .iter()
        .map(|event| {
            (
                event.milestone,
                event.piece.as_ref().map(ToString::to_string),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Milestone::PickedUp, None),
            (Milestone::Delivered, Some("JD01".into()))
        ]
    );
}

#[test]
fn the_estimate_takes_its_offset_its_twin_or_its_place() {
    let promise = |dates: &str| {
        let facts = format!("<DestinationServiceArea>{MEXICO}</DestinationServiceArea>{dates}");
        let batch = waybill(&facts, "");
        let by = batch.shipments[0]
            .promise()
            .map(|promise| (promise.by.kind(), promise.by.earliest().to_rfc3339()));
        (by, batch.notices.len())
    };
    let (offset, _) = promise(
        "<EstDlvyDate>2025-01-19 18:00:00 GMT-06:00</EstDlvyDate><EstDlvyDateUTC>2025-01-20 01:00:00</EstDlvyDateUTC>",
    );
    assert_eq!(
        offset,
        Some((TimeKind::Offset, "2025-01-20T00:00:00+00:00".into()))
    );
    let (twin, _) = promise(
        "<EstDlvyDate>2025-01-19T18:00:00</EstDlvyDate><EstDlvyDateUTC>2025-01-20T00:01:00</EstDlvyDateUTC>",
    );
    assert_eq!(
        twin,
        Some((TimeKind::Instant, "2025-01-20T00:01:00+00:00".into()))
    );
    for day in [
        "2025-01-19 23:59:00 GMT-06:00",
        "2025-01-19T23:59:00",
        "2025-01-19T00:00:00",
        "2025-01-19",
    ] {
        let (day, _) = promise(&format!(
            "<EstDlvyDate>{day}</EstDlvyDate><EstDlvyDateUTC>2025-01-20T05:59:00</EstDlvyDateUTC>"
        ));
        assert!(matches!(day, Some((TimeKind::Date, _))), "{day:?}");
    }
    let (place, _) = promise("<EstDlvyDate>2025-01-19T18:00:00</EstDlvyDate>");
    assert!(matches!(
        place,
        Some((TimeKind::Local | TimeKind::PlaceZone, _))
    ));
    assert_eq!(promise("<EstDlvyDate>soon</EstDlvyDate>"), (None, 1));
    let delivered = checkpoint("ShipmentEvent", "OK", "10:00:00", MEXICO, "");
    assert_eq!(
        promise(&format!(
            "<EstDlvyDate>2025-01-19T23:59:00</EstDlvyDate>{delivered}"
        ))
        .0,
        None
    );
}

#[test]
fn facts_of_the_shipment_are_read_without_people() {
    let batch = waybill(
        "<OriginServiceArea><ServiceAreaCode>CVG</ServiceAreaCode><Description>CINCINNATI,OH-USA</Description></OriginServiceArea>\
         <ShipperName>SAMPLE SENDER</ShipperName><Weight>4.4</Weight><WeightUnit>L</WeightUnit><GlobalProductCode>P</GlobalProductCode>\
         <Consignee><City>PUEBLA</City><CountryCode>MX</CountryCode><PostalCode>72000</PostalCode></Consignee>\
         <ShipperReference><ReferenceID>SO-1</ReferenceID></ShipperReference>",
        "",
    );
    let shipment = &batch.shipments[0];
    assert_eq!(
        shipment.origin.as_ref().unwrap().region.as_deref(),
        Some("OH")
    );
    assert_eq!(
        shipment.destination.as_ref().unwrap().city.as_deref(),
        Some("PUEBLA")
    );
    assert_eq!(
        (shipment.weight_grams, shipment.service.as_deref()),
        (Some(1996), Some("P"))
    );
    assert_eq!(
        shipment.references,
        [Reference::new(Role::CustomerReference, "SO-1")]
    );
    assert!(!serde_json::to_string(&batch).unwrap().contains("SENDER"));
}

const NOT_FOUND: &str = "<AWBInfo><AWBNumber>3100000019</AWBNumber><Status><ActionStatus>No Shipments Found</ActionStatus><Condition>\
    <ConditionCode>103</ConditionCode><ConditionData>nothing there</ConditionData></Condition></Status></AWBInfo>";

fn error(root: &str, code: &str, data: &str) -> String {
    format!(
        "<req:{root} xmlns:req=\"http://www.dhl.com\"><Response><ServiceHeader/><Status><ActionStatus>Failure</ActionStatus><Condition>\
         <ConditionCode>{code}</ConditionCode><ConditionData>{data}</ConditionData></Condition></Status></Response></req:{root}>"
    )
}

#[test]
fn a_number_that_is_not_known_is_a_notice_of_its_own() {
    let batch = decode(&format!("<TrackingResponse>{NOT_FOUND}</TrackingResponse>"));
    assert!(batch.shipments.is_empty());
    let notice = &batch.notices[0];
    assert_eq!(
        (notice.kind, notice.value.as_deref()),
        (NoticeKind::NotFound, Some("103"))
    );
    assert_eq!(notice.number.as_ref().unwrap().as_str(), "3100000019");
    // Without a condition the action status tells; one that is not documented is not "not found".
    let bare = |status: &str| {
        let body = format!(
            "<AWBInfo><AWBNumber>1</AWBNumber><Status><ActionStatus>{status}</ActionStatus></Status></AWBInfo>"
        );
        decode(&format!("<TrackingResponse>{body}</TrackingResponse>")).notices[0].kind
    };
    assert_eq!(bare("no shipments found"), NoticeKind::NotFound);
    assert_eq!(bare("Failure"), NoticeKind::InvalidRequest);
    assert_eq!(
        decode("<TrackingResponse><Response/></TrackingResponse>").notices[0].kind,
        NoticeKind::NotFound
    );
}

#[test]
fn errors_become_notices_of_their_kind() {
    let kind = |body: &str| decode(body).notices[0].kind;
    assert_eq!(
        kind(&error("ErrorResponse", "100", "Authentication failed")),
        NoticeKind::Reauthorise
    );
    assert_eq!(
        kind(&error("ShipmentTrackingErrorResponse", "111", "broken")),
        NoticeKind::InvalidRequest
    );
    assert_eq!(kind("<ErrorResponse/>"), NoticeKind::InvalidRequest);
    let error = feed()
        .decode(Payload::new(b"<html/>", Default::default()))
        .unwrap_err();
    assert!(matches!(
        error.kind,
        DecodeErrorKind::Shape {
            field: "TrackingResponse",
            ..
        }
    ));
}

#[test]
fn outcomes_are_read_from_the_body_of_a_200() {
    let headers = HeaderMap::new();
    let of = |status, body: &str| {
        feed().outcome(&PollResponse {
            status,
            headers: &headers,
            body: body.as_bytes(),
            received: Default::default(),
        })
    };
    let found = "<AWBInfo><AWBNumber>1</AWBNumber><Status><ActionStatus>success</ActionStatus></Status></AWBInfo>";
    assert_eq!(
        of(
            200,
            &format!("<TrackingResponse>{found}{NOT_FOUND}</TrackingResponse>")
        ),
        Outcome::Found
    );
    assert_eq!(
        of(
            200,
            &format!("<TrackingResponse>{NOT_FOUND}</TrackingResponse>")
        ),
        Outcome::NotFound
    );
    assert_eq!(
        of(200, &error("ErrorResponse", "100", "Authentication failed")),
        Outcome::Reauthorise
    );
    assert_eq!(
        of(200, &error("ErrorResponse", "111", "broken")),
        Outcome::Invalid(Fault::new("111", "broken"))
    );
    assert_eq!(of(503, ""), Outcome::RetryAfter(None));
    assert_eq!(of(403, ""), Outcome::Refused(Fault::status(403)));
    assert_eq!(of(200, "no xml"), Outcome::RetryAfter(None));
    assert_eq!(
        of(200, "<html><body>busy</body></html>"),
        Outcome::RetryAfter(None)
    );
}

fn ask(numbers: &[&str], request_id: &str) -> Result<Request<Vec<u8>>, RequestError> {
    let credentials = Credentials::default()
        .with("site_id", "SAMPLE<SITE>")
        .with("password", "a&b\"c");
    let numbers: Vec<_> = numbers
        .iter()
        .map(|number| TrackRequest::new(TrackingNumber::new(number)))
        .collect();
    let now = "2025-01-20T10:00:00Z".parse().unwrap();
    let context = PollContext {
        now,
        request_id,
        credentials: &credentials,
        token: None,
        base: None,
    };
    feed().request(&Query::new(&numbers), &context)
}

#[test]
fn a_request_is_xml_with_its_values_escaped() {
    let request = ask(
        &["3100000008", "3100000019"],
        "01234567-89ab-cdef-0123-456789abcdef",
    )
    .unwrap();
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (&Method::POST, "https://xmlpi-ea.dhl.com/XMLShippingServlet")
    );
    assert_eq!(
        request.headers()["content-type"],
        "application/xml; charset=UTF-8"
    );
    let body = String::from_utf8(request.into_body()).unwrap();
    let document = Document::parse(&body).unwrap();
    let root = document.root();
    assert!(body.contains("<req:KnownTrackingRequest xmlns:req=\"http://www.dhl.com\">"));
    let header = root.at(&["Request", "ServiceHeader"]).unwrap();
    assert_eq!(header.get("MessageTime"), Some("2025-01-20T10:00:00+00:00"));
    assert_eq!(
        header.get("MessageReference"),
        Some("0123456789abcdef0123456789abcdef")
    );
    assert_eq!(
        (header.get("SiteID"), header.get("Password")),
        (Some("SAMPLE<SITE>"), Some("a&b\"c"))
    );
    let order: Vec<_> = root.children().map(Node::name).collect();
    assert_eq!(
        order,
        [
            "Request",
            "LanguageCode",
            "AWBNumber",
            "AWBNumber",
            "LevelOfDetails",
            "PiecesEnabled"
        ]
    );
    assert_eq!(
        (
            root.get("LanguageCode"),
            root.get("LevelOfDetails"),
            root.get("PiecesEnabled")
        ),
        (Some("en"), Some("ALL_CHECK_POINTS"), Some("B"))
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let id = "0123456789abcdef0123456789abcdef";
    let piece = ask(&["JD014600000000000001"], id).unwrap();
    assert!(
        String::from_utf8(piece.into_body())
            .unwrap()
            .contains("<LPNumber>JD014600000000000001</LPNumber>")
    );
    assert!(matches!(
        ask(&["JD014600000000000001", "3100000008"], id),
        Err(RequestError::Unfit(_))
    ));
    assert!(matches!(
        ask(&["3100000008"], "too-short"),
        Err(RequestError::Unfit(_))
    ));
    assert_eq!(
        ask(&["1"; 11], id).unwrap_err(),
        RequestError::Numbers {
            asked: 11,
            most: 10
        }
    );
}
