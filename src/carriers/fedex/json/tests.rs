use std::sync::Arc;

use serde_json::{Value, json};

use crate::adapter::{Adapter, Batch, NoticeKind, Payload};
use crate::carriers::fedex::{PACK, Track};
use crate::model::{Milestone, PromiseKind, Reference, Role, Scope, Shipment, TimeKind};

mod offers;

const NUMBER: &str = "449000000013";

fn adapter() -> Track {
    Track::new(Arc::new(PACK.codes()))
}

fn batch(body: &Value) -> Batch {
    adapter()
        .decode(Payload::new(
            body.to_string().as_bytes(),
            Default::default(),
        ))
        .unwrap()
}

/// One result under one number.
pub(super) fn shipment(result: Value) -> Shipment {
    let mut result = result;
    result["trackingNumberInfo"] = json!({ "trackingNumber": NUMBER });
    let body = json!({ "output": { "completeTrackResults": [{ "trackingNumber": NUMBER, "trackResults": [result] }] } });
    batch(&body).shipments.remove(0)
}

pub(super) fn scan(date: &str, event: &str, city: &str, country: &str) -> Value {
    json!({ "date": date, "eventType": event, "scanLocation": { "city": city, "countryCode": country } })
}

fn milestones(shipment: &Shipment) -> Vec<Milestone> {
    shipment
        .events
        .iter()
        .map(|event| event.milestone)
        .collect()
}

#[test]
fn the_way_back_ends_with_the_shipper() {
    let home = json!({ "address": { "city": "DALLAS", "countryCode": "US" } });
    let delivered = scan("2025-03-06T11:00:00-06:00", "DL", "DALLAS", "US");
    let before = scan("2025-03-01T11:00:00+01:00", "DL", "LYON", "FR");
    let returning = scan("2025-03-02T11:00:00+01:00", "RS", "LYON", "FR");
    assert_eq!(
        milestones(&shipment(
            json!({ "scanEvents": [delivered, returning, before] })
        )),
        [
            Milestone::Returned,
            Milestone::Returning,
            Milestone::Delivered
        ]
    );
    let marks = [
        json!({ "returnDetail": { "authorizationName": "SAMPLE" } }),
        json!({ "additionalTrackingInfo": { "packageIdentifiers": [{ "type": "RETURNED_TO_SHIPPER_TRACKING_NUMBER", "values": ["1"] }] } }),
    ];
    for mut result in marks {
        result["shipperInformation"] = home.clone();
        result["scanEvents"] = json!([delivered]);
        assert_eq!(
            milestones(&shipment(result.clone())),
            [Milestone::Returned],
            "{result}"
        );
        result["deliveryDetails"] =
            json!({ "actualDeliveryAddress": { "city": "LYON", "countryCode": "FR" } });
        assert_eq!(milestones(&shipment(result)), [Milestone::Delivered]);
    }
    let empty = json!({ "returnDetail": { "authorizationName": "", "reasonDetail": [{ "type": "" }] }, "scanEvents": [delivered] });
    let shipment = shipment(empty);
    assert_eq!(
        (milestones(&shipment), shipment.is_return),
        (vec![Milestone::Delivered], false)
    );
}

#[test]
fn an_expected_return_may_still_be_delivered() {
    let home = json!({ "address": { "city": "DALLAS", "countryCode": "US" } });
    let ended = |event: &str, city: &str, country: &str| {
        let mut expecting = scan("2025-03-02T11:00:00+01:00", event, "LYON", "FR");
        expecting["exceptionCode"] = "14".into();
        let delivered = scan("2025-03-06T11:00:00+01:00", "DL", city, country);
        milestones(&shipment(
            json!({ "shipperInformation": home, "scanEvents": [delivered, expecting] }),
        ))[0]
    };
    for event in ["DE", "RT"] {
        assert_eq!(ended(event, "LYON", "FR"), Milestone::Delivered, "{event}");
        assert_eq!(ended(event, "DALLAS", "US"), Milestone::Returned, "{event}");
    }
    assert_eq!(ended("RS", "LYON", "FR"), Milestone::Returned);
}

#[test]
fn the_status_is_an_event_only_without_scans() {
    let status = json!({ "code": "DL", "derivedCode": "DL", "description": "Delivered" });
    let dates = json!([{ "type": "ACTUAL_DELIVERY", "dateTime": "2025-03-06T11:00:00+01:00" }]);
    let alone = shipment(json!({ "latestStatusDetail": status, "dateAndTimes": dates }));
    assert_eq!(milestones(&alone), [Milestone::Delivered]);
    let scanned = shipment(
        json!({ "latestStatusDetail": status, "dateAndTimes": dates, "scanEvents": [scan("2025-03-06T09:00:00+01:00", "OD", "LYON", "FR")] }),
    );
    // No scan says "delivered" yet, but the status does, and dates it.
    assert_eq!(
        milestones(&scanned),
        [Milestone::OutForDelivery, Milestone::Delivered]
    );
    let repeated = json!({
        "latestStatusDetail": { "code": "DL", "derivedCode": "DL" },
        "dateAndTimes": dates,
        "scanEvents": [scan("2025-03-06T11:00:00+01:00", "DL", "LYON", "FR")],
    });
    assert_eq!(milestones(&shipment(repeated)), [Milestone::Delivered]);
    let attempted = json!({
        "latestStatusDetail": { "code": "DE", "derivedCode": "DE", "ancillaryDetails": [{ "reason": "07" }] },
        "dateAndTimes": [{ "type": "ATTEMPTED_DELIVERY", "dateTime": "2025-03-06T11:00:00+01:00" }],
    });
    let attempted = shipment(attempted);
    assert_eq!(milestones(&attempted), [Milestone::Refused]);
    assert_eq!(
        (
            attempted.events[0].code.value.as_str(),
            attempted.events[0].code.qualifier.as_deref()
        ),
        ("DE", Some("07"))
    );
    // A ship date says nothing of when it went on its way.
    let undated = json!({ "latestStatusDetail": { "code": "IT" }, "dateAndTimes": [{ "type": "SHIP", "dateTime": "2025-03-06T00:00:00-06:00" }] });
    assert_eq!(milestones(&shipment(undated)), []);
}

#[test]
fn every_day_and_window_is_kept() {
    let mut result = json!({
        "dateAndTimes": [
            { "type": "COMMITMENT", "dateTime": "2025-03-05T12:00:00+01:00" },
            { "type": "APPOINTMENT_DELIVERY", "dateTime": "2025-03-03T12:00:00+01:00" },
            { "type": "ESTIMATED_DELIVERY", "dateTime": "2025-03-02T00:00:00-06:00" },
            { "type": "SHIP", "dateTime": "2025-02-26T00:00:00-06:00" },
        ],
        "estimatedDeliveryTimeWindow": { "window": { "begins": "2025-03-01T09:00:00+01:00", "ends": "2025-03-01T12:00:00+01:00" } },
        "standardTransitTimeWindow": { "window": { "ends": "2025-03-04T12:00:00+01:00" } },
        "customDeliveryOptions": [
            { "type": "RESCHEDULE", "status": "ACTIVE", "requestedAppointmentDetail": { "date": "2025-03-06", "window": [
                { "type": "ESTIMATED_DELIVERY", "window": { "begins": "2025-03-06T08:00:00", "ends": "2025-03-06T12:00:00" } }] } },
            { "type": "RESCHEDULE", "status": "CANCELLED", "requestedAppointmentDetail": { "date": "2025-03-07" } },
            { "type": "REDIRECT_TO_HOLD_AT_LOCATION", "status": "HELD" },
        ],
        "scanEvents": [],
    });
    let told = |result: &Value| -> Vec<_> {
        let promises = shipment(result.clone()).promises;
        promises
            .iter()
            .map(|promise| {
                (
                    promise.kind,
                    promise.by.raw()[..10].to_owned(),
                    promise.from.is_some(),
                    promise.by.kind(),
                )
            })
            .collect()
    };
    use PromiseKind::{Agreed, Committed, Estimated, Rescheduled};
    assert_eq!(
        told(&result),
        [
            (Estimated, "2025-03-01".to_owned(), true, TimeKind::Offset),
            (Committed, "2025-03-04".to_owned(), false, TimeKind::Offset),
            (Committed, "2025-03-05".to_owned(), false, TimeKind::Offset),
            (Agreed, "2025-03-03".to_owned(), false, TimeKind::Offset),
            (Estimated, "2025-03-02".to_owned(), false, TimeKind::Date),
            (Rescheduled, "2025-03-06".to_owned(), true, TimeKind::Local),
        ]
    );
    result["latestStatusDetail"] = json!({ "code": "DL" });
    let kept: Vec<_> = told(&result).into_iter().map(|told| told.0).collect();
    assert_eq!(kept, [Committed, Committed, Agreed, Rescheduled]);
}

#[test]
fn what_cannot_be_read_of_weight_and_pieces_is_reported() {
    let fields = |result: Value| -> Vec<String> {
        let mut result = result;
        result["trackingNumberInfo"] = json!({ "trackingNumber": NUMBER });
        result["scanEvents"] = json!([]);
        let body = json!({ "output": { "completeTrackResults": [{ "trackingNumber": NUMBER, "trackResults": [result] }] } });
        let told = batch(&body)
            .notices
            .into_iter()
            .filter(|notice| notice.kind == NoticeKind::FieldUnreadable);
        told.filter_map(|notice| notice.field.map(String::from))
            .collect()
    };
    let weighing = |weight: Value| json!({ "packageDetails": { "weightAndDimensions": { "weight": [weight] } } });
    assert_eq!(fields(weighing(json!({ "value": "2.2" }))), ["weight"]);
    assert_eq!(
        fields(weighing(json!({ "unit": "ST", "value": "2.2" }))),
        ["weight"]
    );
    assert_eq!(
        fields(weighing(json!({ "unit": "KG", "value": "2.2" }))),
        [""; 0]
    );
    assert_eq!(
        fields(json!({ "packageDetails": { "count": "some" } })),
        ["packageDetails.count"]
    );
}

#[test]
fn freight_that_came_apart_is_told_piece_by_piece_and_moves_nothing() {
    let told = shipment(json!({
        "pieceCounts": [{ "type": "DESTINATION", "count": "3" }, { "type": "ORIGIN", "count": "5" }],
        "shipmentDetails": { "splitShipments": [{ "pieceCount": "2", "statusCode": "DL", "statusDescription": "Delivered", "timestamp": "2025-03-06T11:00:00+01:00" }] },
        "scanEvents": [scan("2025-03-05T09:00:00+01:00", "SP", "LYON", "FR")],
    }));
    assert_eq!(told.piece_count, Some(5));
    assert_eq!(
        (
            told.events[1].milestone,
            told.events[1].code.qualifier.as_deref()
        ),
        (Milestone::Delivered, Some("2 pieces"))
    );
    assert!(!told.events[1].is_evidence_of_state());
}

#[test]
fn some_pieces_delivered_end_no_promise() {
    let told = shipment(json!({
        "shipmentDetails": { "splitShipments": [{ "pieceCount": "2", "statusCode": "DL", "timestamp": "2025-03-06T11:00:00+01:00" }] },
        "dateAndTimes": [{ "type": "ESTIMATED_DELIVERY", "dateTime": "2025-03-07T12:00:00+01:00" }],
        "scanEvents": [scan("2025-03-05T09:00:00+01:00", "SP", "LYON", "FR")],
    }));
    assert_eq!((told.promises.len(), told.events.len()), (1, 2));
}

#[test]
fn a_label_for_the_way_back_marks_a_return() {
    let marked = |handling: &str| {
        shipment(json!({ "specialHandlings": [{ "type": handling }], "scanEvents": [] })).is_return
    };
    assert!(marked("PACKAGE_RETURN_PROGRAM"));
    assert!(!marked("DELIVER_WEEKDAY"));
}

#[test]
fn a_piece_of_several_speaks_for_itself() {
    let result = |count| json!({ "packageDetails": { "count": count }, "scanEvents": [scan("2025-03-06T09:00:00+01:00", "DL", "LYON", "FR")] });
    let several = shipment(result("3"));
    assert_eq!(
        (
            several.events[0].scope,
            several.piece_count,
            several.pieces.len()
        ),
        (Scope::Piece, Some(3), 1)
    );
    let one = shipment(result("1"));
    assert_eq!(
        (one.events[0].scope, one.events[0].piece.is_none()),
        (Scope::Parcel, true)
    );
}

#[test]
fn people_stay_out_and_the_signer_stays_hidden() {
    let mut result = json!({
        "recipientInformation": { "contact": { "personName": "SAMPLE RECIPIENT", "phoneNumber": "15550100199" }, "address": { "streetLines": ["1 SAMPLE STREET"], "city": "LYON" } },
        "deliveryDetails": { "receivedByName": "S.RECIPIENT" },
        "scanEvents": [scan("2025-03-06T09:00:00+01:00", "DL", "LYON", "FR"), scan("2025-03-05T09:00:00+01:00", "DL", "LYON", "FR")],
    });
    let told = shipment(result.clone());
    assert_eq!(
        told.events[0]
            .signed_by
            .as_ref()
            .map(|signer| signer.reveal()),
        Some("S.RECIPIENT")
    );
    assert_eq!(told.events[1].signed_by, None);
    let shown = format!("{told:?}{}", serde_json::to_string(&told).unwrap());
    for personal in ["RECIPIENT", "5550100", "STREET"] {
        assert!(!shown.contains(personal), "{personal}");
    }
    result["deliveryDetails"]["receivedByName"] = "Signature not required".into();
    assert_eq!(shipment(result).events[0].signed_by, None);
}

#[test]
fn a_number_used_twice_is_two_shipments() {
    let result = |unique: &str| json!({ "trackingNumberInfo": { "trackingNumber": NUMBER, "trackingNumberUniqueId": unique }, "scanEvents": [] });
    let body = json!({ "output": { "completeTrackResults": [{ "trackingNumber": NUMBER, "trackResults": [result("2460000000~A"), result("2450000000~A")] }] } });
    let batch = batch(&body);
    let instances: Vec<_> = batch
        .shipments
        .iter()
        .map(|shipment| shipment.instance.as_deref())
        .collect();
    assert_eq!(instances, [Some("2460000000~A"), Some("2450000000~A")]);
    let count = |kind| {
        batch
            .notices
            .iter()
            .filter(|notice| notice.kind == kind)
            .count()
    };
    // Each is named, and of each it is said that nothing is reported of it.
    assert_eq!(
        (count(NoticeKind::NumberReused), count(NoticeKind::Empty)),
        (2, 2)
    );
}

#[test]
fn two_shipments_of_which_only_the_ship_date_is_told_stay_two() {
    let result = |unique: &str, day: &str| {
        json!({ "trackingNumberInfo": { "trackingNumber": NUMBER, "trackingNumberUniqueId": unique },
            "dateAndTimes": [{ "type": "SHIP", "dateTime": format!("{day}T00:00:00-06:00") }] })
    };
    let body = json!({ "output": { "completeTrackResults": [{ "trackingNumber": NUMBER, "trackResults": [
        result("2460000000~A", "2025-01-06"), result("2450000000~A", "2025-06-20")] }] } });
    let batch = batch(&body);
    let days: Vec<_> = batch
        .shipments
        .iter()
        .map(|shipment| {
            (
                shipment.events[0].time.raw()[..10].to_owned(),
                shipment.events[0].time.kind(),
            )
        })
        .collect();
    assert_eq!(
        days,
        [
            ("2025-01-06".to_owned(), TimeKind::Date),
            ("2025-06-20".to_owned(), TimeKind::Date)
        ]
    );
    assert!(
        batch
            .shipments
            .iter()
            .all(|shipment| !shipment.events[0].is_evidence_of_state())
    );
}

#[test]
fn the_parcel_of_the_postal_service_goes_on_under_its_number() {
    let next = |carrier: &str, service: &str| {
        let body = json!({ "output": { "completeTrackResults": [{ "trackResults": [{
            "trackingNumberInfo": { "trackingNumber": NUMBER, "carrierCode": carrier }, "serviceDetail": { "type": service },
            "additionalTrackingInfo": { "packageIdentifiers": [{ "type": "PARTNER_CARRIER_NUMBER", "values": ["1"] }] }, "scanEvents": [] }] }] } });
        batch(&body).shipments.remove(0).references.remove(0)
    };
    for (carrier, service) in [
        ("FXSP", ""),
        ("FDXG", "SMART_POST"),
        ("FDXG", "GROUND_ECONOMY"),
    ] {
        assert_eq!(
            next(carrier, service),
            Reference::new(Role::NextCarrier, "1").with_carrier("usps"),
            "{carrier} {service}"
        );
    }
    assert_eq!(next("FDXE", "").carrier, None);
}

#[test]
fn a_door_tag_leads_to_the_number() {
    let body = json!({ "output": { "completeTrackResults": [
        { "trackingNumber": "DT000000000018", "trackResults": [{ "trackingNumberInfo": { "trackingNumber": NUMBER }, "scanEvents": [] }] }] } });
    let shipment = batch(&body).shipments.remove(0);
    assert_eq!(shipment.number.as_str(), NUMBER);
    assert_eq!(
        shipment.references,
        [Reference::new(Role::Alternate, "DT000000000018").with_carrier("fedex")]
    );
}

#[test]
fn other_messages_are_errors() {
    for body in [
        "",
        "{}",
        "[]",
        "{\"trackResponse\":{}}",
        "<html>",
        "{\"output\"",
    ] {
        assert!(
            adapter()
                .decode(Payload::new(body.as_bytes(), Default::default()))
                .is_err(),
            "{body}"
        );
    }
}

#[test]
fn an_alert_in_plain_text_starts_with_its_code() {
    let told = |alerts: Value| {
        let batch = batch(&json!({ "output": { "completeTrackResults": [], "alerts": alerts } }));
        batch
            .notices
            .iter()
            .map(|notice| (notice.kind, notice.message.to_string()))
            .collect::<Vec<_>>()
    };
    let unavailable = (NoticeKind::NotFound, "Tracking data unavailable".to_owned());
    assert_eq!(
        told(json!("TRACKING.DATA.NOTFOUND -  Tracking data unavailable")),
        [unavailable]
    );
    assert_eq!(
        told(json!("Late - as always")),
        [(NoticeKind::CarrierMessage, "Late - as always".to_owned())]
    );
}
