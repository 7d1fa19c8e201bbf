//! What a scan leaves out and the fields around it tell: the cause, the place of a delivery, and
//! what was promised once it is there.

use serde_json::{Value, json};

use super::tests::{scan, shipment};
use crate::model::{DeliveredTo, Milestone, PromiseKind, Reason};

const AT: &str = "2025-03-06T11:00:00+01:00";
const LATER: &str = "2025-03-06T15:30:00+01:00";

fn with(date: &str, event: &str, members: &Value) -> Value {
    let mut scan = scan(date, event, "LYON", "FR");
    let members = members.as_object().unwrap().clone();
    scan.as_object_mut().unwrap().extend(members);
    scan
}

#[test]
fn the_kind_of_a_delay_is_its_cause_where_no_code_tells_one() {
    let reason = |members: Value| {
        shipment(json!({ "scanEvents": [with(AT, "DY", &members)] })).events[0].reason
    };
    let delay =
        |kind: &str, status: &str| json!({ "delayDetail": { "type": kind, "status": status } });
    assert_eq!(reason(delay("WEATHER", "DELAYED")), Some(Reason::Weather));
    assert_eq!(
        reason(delay("OPERATIONAL", "DELAYED")),
        Some(Reason::Operational)
    );
    for (kind, status) in [
        ("GENERAL", "DELAYED"),
        ("WEATHER", "ON_TIME"),
        ("WEATHER", "EARLY"),
    ] {
        assert_eq!(reason(delay(kind, status)), None, "{kind} {status}");
    }
    let coded = json!({ "exceptionCode": "85", "delayDetail": { "type": "WEATHER" } });
    assert_eq!(reason(coded), Some(Reason::Mechanical));
    let moving = with(AT, "OD", &delay("WEATHER", "DELAYED"));
    let events = shipment(json!({ "scanEvents": [moving] })).events;
    assert_eq!(events[0].reason, None);
}

#[test]
fn the_status_completes_the_newest_scan_of_its_code_and_no_other() {
    let status = json!({
        "code": "DE", "derivedCode": "DE",
        "ancillaryDetails": [{ "reason": "08", "reasonDescription": "Customer not available or business closed" }],
    });
    let told = |scans: Value| {
        let told = shipment(json!({ "latestStatusDetail": status, "scanEvents": scans }));
        let told = told.events.iter();
        told.map(|event| (event.milestone, event.reason))
            .collect::<Vec<_>>()
    };
    let bare = json!({});
    let absent = (Milestone::DeliveryAttempted, Some(Reason::RecipientAbsent));
    assert_eq!(
        told(json!([with(LATER, "DE", &bare), with(AT, "DE", &bare)])),
        [absent, (Milestone::Exception, None)]
    );
    let refused = json!({ "exceptionCode": "07", "exceptionDescription": "Refused by recipient" });
    assert_eq!(
        told(json!([with(LATER, "DE", &refused)])),
        [(Milestone::Refused, Some(Reason::RecipientRefused))]
    );
    let delay = json!({
        "latestStatusDetail": { "code": "DY", "delayDetail": { "type": "WEATHER", "status": "DELAYED" } },
        "scanEvents": [with(AT, "DY", &bare)],
    });
    assert_eq!(shipment(delay).events[0].reason, Some(Reason::Weather));
}

#[test]
fn where_it_was_left_belongs_to_the_delivery_at_the_time_that_is_told() {
    let told = shipment(json!({
        "dateAndTimes": [{ "type": "ACTUAL_DELIVERY", "dateTime": AT }],
        "deliveryDetails": { "locationType": "MAILROOM", "receivedByName": "A.SAMPLE" },
        "scanEvents": [with(LATER, "DL", &json!({})), with(AT, "DL", &json!({}))],
    }));
    let left: Vec<_> = told
        .events
        .iter()
        .map(|event| (event.delivered_to, event.signed_by.is_some()))
        .collect();
    assert_eq!(left, [(None, false), (Some(DeliveredTo::Reception), true)]);
}

#[test]
fn a_sentence_says_where_it_was_left_whatever_follows() {
    let left = |text: &str| {
        let scan = with(AT, "DL", &json!({ "exceptionDescription": text }));
        shipment(json!({ "scanEvents": [scan] })).events[0].delivered_to
    };
    for (text, to) in [
        (
            "Left with neighbour at number 14",
            Some(DeliveredTo::Neighbour),
        ),
        (
            "Left with a neighbor, A. Sample",
            Some(DeliveredTo::Neighbour),
        ),
        (
            "Left at the front desk - signed",
            Some(DeliveredTo::Reception),
        ),
        ("Left at Garage Road", None),
        ("Left with A. Sample", None),
        ("Left at ", None),
    ] {
        assert_eq!(left(text), to, "{text}");
    }
}

#[test]
fn what_was_committed_outlives_the_delivery_and_an_estimate_does_not() {
    let promised = |event: &str| {
        let told = shipment(json!({
            "dateAndTimes": [
                { "type": "COMMITMENT", "dateTime": "2025-03-07T18:00:00+01:00" },
                { "type": "ESTIMATED_DELIVERY", "dateTime": "2025-03-06T18:00:00+01:00" },
            ],
            "scanEvents": [with(AT, event, &json!({ "derivedStatusCode": event }))],
        }));
        let promises = told.promises.iter();
        promises.map(|promise| promise.kind).collect::<Vec<_>>()
    };
    use PromiseKind::{Committed, Estimated};
    assert_eq!(promised("OD"), [Committed, Estimated]);
    assert_eq!(promised("DL"), [Committed]);
    assert_eq!(promised("CA"), []);
}
