//! What must not be lost in silence.

use super::*;

#[test]
fn every_layout_of_parcel_de_is_read() {
    let events = [SCAN, DELIVERY].concat();
    let piece = |name: &str, events: &str| {
        format!(
            r#"<data name="{name}" piece-code="00340434999900000046" dest-country="de" last-event-timestamp="18.03.2026 10:02">{events}</data>"#
        )
    };
    let old = piece(
        "pieceshipment",
        &format!(
            r#"<data name="pieceeventlist">{}</data>"#,
            events.replace("piece-event", "pieceevent")
        ),
    );
    let bodies = [
        format!(
            r#"<data name="piece-shipment-list" code="0">{}</data>"#,
            piece(
                "piece-shipment",
                &format!(r#"<data name="piece-event-list">{events}</data>"#)
            )
        ),
        format!(r#"<data name="pieceshipmentlist" code="0">{old}</data>"#),
        format!(
            r#"<data request-id="r"><data name="piece-status-public-list" code="0">{}</data></data>"#,
            piece("piece-status-public", &events)
        ),
        format!(
            r#"<data request-id="r"><data name="piece-status-public-list" code="0">{}</data></data>"#,
            piece(
                "piece-status-public",
                &events.replace("piece-event", "pieceevent")
            )
        ),
    ];
    for body in bodies {
        let batch = decode("parcel-de", &body);
        assert_eq!(
            milestones(&batch),
            [Milestone::Arrived, Milestone::Delivered],
            "{body}"
        );
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        assert_eq!(outcome("parcel-de", 200, &body), Outcome::Found);
    }
}

#[test]
fn mydhl_reads_what_is_there_whatever_the_status_word() {
    let events = r#"{"date":"2026-03-04","time":"17:00:00","typeCode":"OK"},{"date":"2026-03-03","time":"08:00:00","typeCode":"PU"}"#;
    for word in ["delivered", "No Shipments Found", "Partial"] {
        let batch = express(&format!(r#","status":"{word}""#), events);
        assert_eq!(
            milestones(&batch),
            [Milestone::Delivered, Milestone::PickedUp],
            "{word}"
        );
        assert_eq!(kinds(&batch), [NoticeKind::FieldUnreadable], "{word}");
    }
    assert_eq!(
        kinds(&express(r#","status":"No Shipments Found""#, "")),
        [NoticeKind::NotFound]
    );
}

#[test]
fn fewer_events_than_the_payload_holds_is_told() {
    let scan = checkpoint("ShipmentEvent", "PU", "");
    for body in [
        scan.replace("ShipmentEvent", "Checkpoint"),
        format!(
            "<ShipmentInfo>{}</ShipmentInfo>",
            scan.replace("ShipmentEvent", "Checkpoint")
        ),
        format!("<ShipmentInformation>{scan}</ShipmentInformation>"),
        format!("<ShipmentInfo><Events>{scan}</Events></ShipmentInfo>"),
        format!(
            "<Pieces><Piece>{}</Piece></Pieces>",
            checkpoint("PieceEvent", "PU", "")
        ),
    ] {
        assert!(
            kinds(&waybill(&body)).contains(&NoticeKind::EventSkipped),
            "{body}"
        );
    }
    let renamed = decode(
        "express-xml",
        "<TrackingResponse><Response/><Waybill><AWBNumber>1</AWBNumber></Waybill></TrackingResponse>",
    );
    assert_eq!(kinds(&renamed), [NoticeKind::EventSkipped]);
    assert_eq!(
        kinds(&piece(
            "",
            r#"<data name="piece-scan" at="18.03.2026 03:32"/>"#
        )),
        [NoticeKind::EventSkipped]
    );
    assert_eq!(
        milestones(&piece("", &SCAN.replace("piece-event\"", "scan\""))),
        [Milestone::Arrived]
    );
    let list =
        r#"<data name="piece-shipment-list" code="0"><data name="parcel" number="1"/></data>"#;
    assert_eq!(
        kinds(&decode("parcel-de", list)),
        [NoticeKind::EventSkipped]
    );
    let json = decode(
        "express",
        r#"{"shipments":[{"shipmentTrackingNumber":"4800000017","status":"Success","checkpoints":[{"date":"2026-03-03"}]}]}"#,
    );
    assert!(kinds(&json).contains(&NoticeKind::Incomplete));
    let status =
        r#""status":{"timestamp":"2026-03-03T10:00:00","statusCode":"transit","status":"PU"}"#;
    let json = decode(
        "unified",
        &format!(r#"{{"shipments":[{{"id":"1","service":"express",{status},"checkpoints":[]}}]}}"#),
    );
    assert_eq!(
        (milestones(&json), kinds(&json)),
        (vec![Milestone::PickedUp], vec![NoticeKind::Incomplete])
    );
}

#[test]
fn a_current_status_that_the_list_lacks_is_an_event() {
    let status =
        r#","status":{"timestamp":"2026-03-04T17:00:00","statusCode":"delivered","status":"OK"}"#;
    let events = r#"{"timestamp":"2026-03-03T10:00:00","statusCode":"transit","status":"PU"}"#;
    assert_eq!(
        milestones(&unified("express", status, "")),
        [Milestone::Delivered]
    );
    assert_eq!(
        milestones(&unified("express", status, events)),
        [Milestone::PickedUp, Milestone::Delivered]
    );
    let same = events.replace("03T10", "04T17");
    assert_eq!(
        milestones(&unified("express", status, &same)),
        [Milestone::PickedUp]
    );
    let status =
        r#"status-timestamp="18.03.2026 10:02" ice="DLVRD" ric="OTHER" standard-event-code="ZU""#;
    assert_eq!(
        milestones(&piece(status, SCAN)),
        [Milestone::Arrived, Milestone::Delivered]
    );
    let flagged = piece(
        r#"delivery-event-flag="1""#,
        &SCAN.replace("ULFMV", "QQQQQ").replace("\"EE\"", "\"QQ\""),
    );
    assert_eq!(milestones(&flagged), [Milestone::Delivered]);
}

#[test]
fn a_weight_without_its_unit_is_told() {
    assert_eq!(
        kinds(&express(r#","totalWeight":2.5"#, "")),
        [NoticeKind::FieldUnreadable]
    );
    assert!(!kinds(&express(r#","totalWeight":0"#, "")).contains(&NoticeKind::FieldUnreadable));
    assert_eq!(
        kinds(&unified(
            "express",
            r#","details":{"weight":{"value":3.4}}"#,
            ""
        )),
        [NoticeKind::FieldUnreadable]
    );
    assert_eq!(
        unified(
            "express",
            r#","details":{"weight":{"value":"3.4","unitText":"kg"}}"#,
            ""
        )
        .shipments[0]
            .weight_grams,
        Some(3400)
    );
    let weight = format!(
        "<ShipmentInfo><Weight>7.56</Weight>{}</ShipmentInfo>",
        checkpoint("ShipmentEvent", "PU", "")
    );
    assert_eq!(kinds(&waybill(&weight)), [NoticeKind::FieldUnreadable]);
}
