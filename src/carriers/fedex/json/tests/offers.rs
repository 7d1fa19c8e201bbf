use super::*;
use crate::model::{DueKind, ProofKind, RecipientKind};

fn attempted(date: &str) -> Value {
    let mut scan = scan(date, "DE", "RENO", "US");
    scan["exceptionCode"] = json!("08");
    scan
}

#[test]
fn the_ship_date_is_a_day_and_the_hand_over_a_moment() {
    let shipment = shipment(json!({
        "shipperInformation": { "address": { "city": "RENO", "stateOrProvinceCode": "NV", "countryCode": "US" } },
        "dateAndTimes": [
            { "type": "SHIP", "dateTime": "2025-03-03T00:00:00-06:00" },
            { "type": "ACTUAL_PICKUP", "dateTime": "2025-03-03T00:00:00-06:00" },
            { "type": "ACTUAL_TENDER", "dateTime": "2025-03-03T16:10:00-08:00" },
        ],
        "scanEvents": [scan("2025-03-03T18:10:00-08:00", "PU", "RENO", "US")],
    }));
    let shipped = shipment.shipped_on.unwrap();
    assert_eq!(shipped.kind(), TimeKind::Date);
    assert_eq!(
        shipped.wall_clock().unwrap().date().to_string(),
        "2025-03-03"
    );
    let handed_in = shipment.handed_in_on.unwrap();
    assert_eq!(
        handed_in.earliest().to_rfc3339(),
        "2025-03-04T00:10:00+00:00"
    );
}

#[test]
fn only_the_last_failed_attempt_is_numbered() {
    let shipment = shipment(json!({
        "deliveryDetails": { "deliveryAttempts": "2" },
        "scanEvents": [
            scan("2025-03-06T11:05:00-08:00", "DL", "RENO", "US"),
            attempted("2025-03-05T11:05:00-08:00"),
            attempted("2025-03-04T11:05:00-08:00"),
        ],
    }));
    let attempts: Vec<_> = shipment.events.iter().map(|event| event.attempt).collect();
    assert_eq!(attempts, [None, Some(2), None]);
}

#[test]
fn words_about_the_status_stand_at_its_latest_event() {
    let shipment = shipment(json!({
        "latestStatusDetail": {
            "code": "DE", "derivedCode": "DE",
            "ancillaryDetails": [{ "reason": "08", "actionDescription": "Please choose another day." }],
        },
        "serviceCommitMessage": { "type": "FIRST_DELIVERY_ATTEMPTED", "message": "We will try again." },
        "scanEvents": [
            attempted("2025-03-05T11:05:00-08:00"),
            attempted("2025-03-04T11:05:00-08:00"),
        ],
    }));
    let [newest, older] = shipment.events.as_slice() else {
        panic!("two events expected")
    };
    assert_eq!(
        newest.next_steps.as_ref().map(|text| text.reveal()),
        Some("Please choose another day.")
    );
    assert_eq!(
        newest.remark.as_ref().map(|text| text.reveal()),
        Some("We will try again.")
    );
    assert_eq!((&older.next_steps, &older.remark), (&None, &None));
}

#[test]
fn proof_point_and_charges_are_read() {
    let shipment = shipment(json!({
        "availableImages": [{ "type": "SIGNATURE_PROOF_OF_DELIVERY", "size": "LARGE" }],
        "specialHandlings": [{ "type": "COD", "description": "Collect on delivery" }],
        "informationNotes": [{ "code": "CLEARANCE_ENTRY_FEE_APPLIES", "description": "A fee" }],
        "deliveryDetails": { "locationType": "MAILROOM", "receivedByName": "P.SAMPLE" },
        "holdAtLocation": {
            "locationId": "RNOKK",
            "locationType": "FEDEX_OFFICE_LOCATION",
            "locationContactAndAddress": {
                "contact": { "personName": "A.SAMPLE", "companyName": "Sample Print Shop" },
                "address": { "streetLines": ["1 Sample Street"], "city": "RENO", "countryCode": "US" },
            },
        },
        "scanEvents": [scan("2025-03-06T11:05:00-08:00", "DL", "RENO", "US")],
    }));
    assert_eq!(shipment.proof_of_delivery[0].kind, ProofKind::Signature);
    let dues: Vec<_> = shipment.dues.iter().map(|due| due.kind).collect();
    assert_eq!(dues, [DueKind::CashOnDelivery, DueKind::Fee]);
    let point = shipment.pickup_point.unwrap();
    assert_eq!(
        (point.name.as_deref(), point.street.as_deref()),
        (Some("Sample Print Shop"), Some("1 Sample Street"))
    );
    assert_eq!(
        shipment.events[0].recipient_kind,
        Some(RecipientKind::Reception)
    );
}

#[test]
fn what_is_not_known_is_told_of() {
    let result = json!({
        "trackingNumberInfo": { "trackingNumber": NUMBER },
        "availableImages": [{ "type": "HOLOGRAM" }],
        "dateAndTimes": [{ "type": "ACTUAL_TELEPORT", "dateTime": "2025-03-03" }],
        "deliveryDetails": { "deliveryAttempts": "some", "officeOrderDeliveryMethod": "COURIER" },
        "informationNotes": [{ "code": "OTHER_NOTE", "description": "Words" }],
        "scanEvents": [scan("2025-03-06T11:05:00-08:00", "AR", "RENO", "US")],
    });
    let body = json!({ "output": { "completeTrackResults": [{ "trackingNumber": NUMBER, "trackResults": [result] }] } });
    let notices = batch(&body).notices;
    let values: Vec<_> = notices.iter().filter_map(|n| n.value.as_deref()).collect();
    assert_eq!(
        values,
        [
            "ACTUAL_TELEPORT",
            "HOLOGRAM",
            "OTHER_NOTE",
            "some",
            "COURIER"
        ]
    );
}
