//! What FedEx, SF Express, China's customs and a shop say is told in full: the meanings that went
//! wrong, every promise, nothing lost without a notice.

use chrono::{DateTime, Utc};
use parceltrail::adapter::NoticeKind;
use parceltrail::journey::{Journeys, Snapshot};
use parceltrail::model::PromiseKind;
use parceltrail::{Batch, Confidence, Milestone, Payload, Reason, Registry};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn decoded(feed: &str, body: &str, received: &str) -> Batch {
    Registry::builtin()
        .get(feed)
        .unwrap()
        .decode(Payload::new(body.as_bytes(), at(received)))
        .unwrap()
}

/// The state of each journey that these deliveries make.
fn states(deliveries: &[(&str, &str, &str)], now: &str) -> Vec<Snapshot> {
    let mut journeys = Journeys::default();
    for (feed, body, received) in deliveries {
        decoded(feed, body, received)
            .shipments
            .into_iter()
            .for_each(|shipment| drop(journeys.apply(shipment)));
    }
    journeys
        .sorted()
        .0
        .iter()
        .map(|journey| journey.at(at(now)))
        .collect()
}

fn ceb(message: &str, element: &str, status: &str, time: &str) -> String {
    format!(
        "<CEB{message}Message><{element}><copNo>ORD-1</copNo><invtNo>29242026I000000001</invtNo><returnStatus>{status}</returnStatus>\
         <returnTime>{time}</returnTime></{element}></CEB{message}Message>"
    )
}

#[test]
fn a_declaration_that_was_withdrawn_leaves_customs_nothing_to_do() {
    let feed = "cn-customs.ceb";
    let declared = ceb("622", "InventoryReturn", "120", "20260304144901000");
    let withdrawn = ceb("624", "InvtCancelReturn", "399", "20260305090000000");
    let again = ceb("622", "InventoryReturn", "120", "20260306090000000");
    let told = |bodies: &[&str]| {
        let deliveries: Vec<_> = bodies
            .iter()
            .map(|body| (feed, *body, "2026-03-07T00:00:00Z"))
            .collect();
        states(&deliveries, "2026-03-20T00:00:00Z").remove(0)
    };
    assert_eq!(
        told(&[&declared]).customs.import.unwrap().milestone,
        Milestone::CustomsSubmitted
    );
    for order in [[declared.as_str(), &withdrawn], [&withdrawn, &declared]] {
        let state = told(&order);
        assert!(
            state.customs.is_empty() && state.parcel.is_none(),
            "{:?}",
            state.customs
        );
        assert_eq!(state.events.len(), 2);
    }
    let state = told(&[&declared, &withdrawn, &again]);
    assert_eq!(
        state.customs.import.unwrap().submitted.unwrap().raw(),
        "20260306090000000"
    );
    let refused = ceb("624", "InvtCancelReturn", "100", "20260305090000000");
    assert!(!told(&[&declared, &refused]).customs.is_empty());
}

#[test]
fn a_detention_outlasts_a_review_and_ends_with_the_release() {
    let feed = "cn-customs.ceb";
    let step = |status: &str, day: &str| {
        ceb(
            "622",
            "InventoryReturn",
            status,
            &format!("202603{day}090000000"),
        )
    };
    let told = |steps: &[String]| {
        let deliveries: Vec<_> = steps
            .iter()
            .map(|body| (feed, body.as_str(), "2026-03-20T00:00:00Z"))
            .collect();
        states(&deliveries, "2026-03-20T00:00:00Z")
            .remove(0)
            .customs
            .import
            .unwrap()
    };
    let reviewed = told(&[step("300", "04"), step("399", "05")]);
    assert_eq!(
        (reviewed.milestone, reviewed.holds.len()),
        (Milestone::CustomsSubmitted, 0)
    );
    for status in ["501", "502", "503", "599"] {
        let detained = told(&[step("300", "04"), step(status, "05"), step("399", "06")]);
        assert_eq!(
            (detained.milestone, detained.holds.len()),
            (Milestone::CustomsHold, 1),
            "{status}"
        );
        assert_eq!(
            detained.holds[0].since.raw(),
            "20260305090000000",
            "{status}"
        );
        let released = told(&[step(status, "05"), step("800", "06")]);
        assert_eq!(
            (released.milestone, released.holds.len()),
            (Milestone::CustomsReleased, 0),
            "{status}"
        );
    }
}

fn fedex(result: &str) -> String {
    format!(
        r#"{{"output":{{"completeTrackResults":[{{"trackingNumber":"449000000013","trackResults":[{result}]}}]}}}}"#
    )
}

#[test]
fn ground_007_is_an_attempt_and_express_07_a_refusal() {
    let told = |code: &str| {
        let result = format!(
            r#"{{"trackingNumberInfo":{{"trackingNumber":"449000000013","carrierCode":"FDXG"}},
            "scanEvents":[{{"date":"2026-03-05T14:30:00-08:00","eventType":"DE","exceptionCode":"{code}"}}]}}"#
        );
        let event = decoded("fedex.track", &fedex(&result), "2026-03-06T00:00:00Z")
            .shipments
            .remove(0)
            .events
            .remove(0);
        (event.milestone, event.reason)
    };
    assert_eq!(
        told("007"),
        (Milestone::DeliveryAttempted, Some(Reason::RecipientAbsent))
    );
    assert_eq!(
        told("07"),
        (Milestone::Refused, Some(Reason::RecipientRefused))
    );
}

#[test]
fn two_shipments_of_one_waybill_are_told_apart_and_can_be_asked_for() {
    let details = |id: &str, shipped: &str, city: &str| {
        format!(
            "<TrackDetails><TrackingNumber>449000000013</TrackingNumber><TrackingNumberUniqueIdentifier>{id}</TrackingNumberUniqueIdentifier>\
             <ShipTimestamp>{shipped}</ShipTimestamp><DestinationAddress><City>{city}</City><CountryCode>US</CountryCode></DestinationAddress></TrackDetails>"
        )
    };
    let (one, other) = ("2455800000~449000000013~FX", "2456900000~449000000013~FX");
    let body = format!(
        "<TrackReply><HighestSeverity>SUCCESS</HighestSeverity><CompletedTrackDetails><DuplicateWaybill>true</DuplicateWaybill>{}{}</CompletedTrackDetails></TrackReply>",
        details(one, "2025-01-06T00:00:00", "BOSTON"),
        details(other, "2025-06-20T00:00:00", "DENVER"),
    );
    let batch = decoded("fedex.track-xml", &body, "2025-07-01T00:00:00Z");
    let ids: Vec<_> = batch
        .shipments
        .iter()
        .map(|shipment| shipment.instance.as_deref())
        .collect();
    assert_eq!(ids, [Some(one), Some(other)]);
    let destinations: Vec<_> = batch
        .shipments
        .iter()
        .map(|shipment| shipment.destination.as_ref().unwrap().city.as_deref())
        .collect();
    assert_eq!(destinations, [Some("BOSTON"), Some("DENVER")]);
    assert_eq!(
        batch
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::NumberReused)
            .count(),
        2
    );
    let states = states(
        &[("fedex.track-xml", &body, "2025-07-01T00:00:00Z")],
        "2025-07-01T00:00:00Z",
    );
    assert_eq!(states.len(), 2);
    assert_ne!(states[0].events, states[1].events);
}

#[test]
fn a_carrier_s_midnight_is_a_day() {
    let result = r#"{"trackingNumberInfo":{"trackingNumber":"449000000013"},"dateAndTimes":[{"type":"ESTIMATED_DELIVERY","dateTime":"2024-08-28T00:00:00-06:00"}],
        "recipientInformation":{"address":{"city":"MANKATO","stateOrProvinceCode":"MN","countryCode":"US"}},"scanEvents":[]}"#;
    let shipment = decoded("fedex.track", &fedex(result), "2024-08-27T00:00:00Z")
        .shipments
        .remove(0);
    let promise = shipment.promise().unwrap();
    assert_eq!(
        (
            promise.kind,
            promise.by.wall_clock().unwrap().to_string().as_str()
        ),
        (PromiseKind::Estimated, "2024-08-28 00:00:00")
    );
    assert_eq!(
        serde_json::to_value(&promise.by).unwrap()["local"],
        "2024-08-28"
    );
}

#[test]
fn sf_says_who_took_it_in_and_when_it_will_come() {
    let body = r#"{"apiResultCode":"A1000","apiResultData":{"routeResps":[
        {"mailNo":"SF1000000000017","routes":[{"acceptTime":"2025-03-02 10:00:00","acceptAddress":"北京市","opCode":"80","remark":"快件已派送至本人"}]},
        {"mailNo":"SF1000000000025","deliverTm":"2025-03-04 12:00:00,2025-03-04 18:00:00","routes":[
            {"acceptTime":"2025-03-02 10:00:00","acceptAddress":"北京市","opCode":"31","remark":"快件到达【样例中转场】，预计3月5日18:00前送达"}]}]}}"#;
    let batch = decoded("sf.routes", body, "2025-03-03T00:00:00Z");
    let delivered = serde_json::to_value(&batch.shipments[0].events[0]).unwrap();
    assert_eq!(
        (
            delivered["delivered_to"].as_str(),
            delivered["recipient_kind"].as_str()
        ),
        (Some("recipient"), Some("recipient"))
    );
    let promised: Vec<_> = batch.shipments[1]
        .promises
        .iter()
        .map(|promise| {
            (
                promise.by.wall_clock().unwrap().to_string(),
                promise.stated.is_some(),
            )
        })
        .collect();
    assert_eq!(
        promised,
        [
            ("2025-03-04 18:00:00".to_owned(), false),
            ("2025-03-05 18:00:00".to_owned(), true)
        ]
    );
    assert!(batch.notices.is_empty(), "{:?}", batch.notices);
}

#[test]
fn a_signed_receipt_is_a_parcel_of_its_own() {
    let body = "<Response service=\"RouteService\"><Head>OK</Head><Body><RouteResponse mailno=\"444000000019\">\
        <Route accept_time=\"2026-03-04 08:45:31\" accept_address=\"济南市\" remark=\"已签收\" opcode=\"80\"/>\
        <Route accept_time=\"2026-03-04 09:45:31\" accept_address=\"济南市\" remark=\"签单返还单号：SF1000000000033\" opcode=\"922\"/></RouteResponse></Body></Response>";
    let states = states(
        &[("sf.routes-xml", body, "2026-03-05T00:00:00Z")],
        "2026-03-20T00:00:00Z",
    );
    let parcel = states[0].parcel.as_ref().unwrap();
    assert_eq!(
        (states.len(), parcel.milestone, parcel.terminal),
        (1, Milestone::Delivered, true)
    );
}

#[test]
fn a_sentence_without_a_code_is_understood_or_reported() {
    let told = |remark: &str| {
        let body = format!(
            r#"{{"Body":{{"WaybillRoute":[{{"mailno":"SF1000000000017","acceptTime":"2025-03-02 10:00:00","acceptAddress":"北京市","remark":"{remark}"}}]}}}}"#
        );
        let batch = decoded("sf.push", &body, "2025-03-03T00:00:00Z");
        (
            batch.shipments[0].events[0].milestone,
            batch.shipments[0].events[0].confidence,
            batch.notices.len(),
        )
    };
    assert_eq!(
        told("已签收,感谢使用顺丰"),
        (Milestone::Delivered, Confidence::Medium, 0)
    );
    assert_eq!(told("样例文字"), (Milestone::Unmapped, Confidence::Low, 1));
}

#[test]
fn what_stands_in_an_unexpected_element_is_reported() {
    let body = "<TrackReply><TrackDetails><TrackingNumber>449000000013</TrackingNumber><TrackEvents><Timestamp>2025-01-09T05:12:00-08:00</Timestamp>\
        <EventType>OD</EventType></TrackEvents></TrackDetails></TrackReply>";
    let batch = decoded("fedex.track-xml", body, "2025-01-10T00:00:00Z");
    assert!(
        batch
            .notices
            .iter()
            .any(|notice| notice.field.as_deref() == Some("TrackEvents")),
        "{:?}",
        batch.notices
    );
    let sheet = r#"{"messageType":"CEB509Message","copNo":"S-1","leaveTime":"20260102093015","parcels":[{"logisticsNo":"WB1"}]}"#;
    let batch = decoded("cn-customs.ceb", sheet, "2026-01-10T00:00:00Z");
    assert!(
        batch
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::Incomplete),
        "{:?}",
        batch.notices
    );
    let order = r#"{"format":"parceltrail.orders/1","orders":[{"number":"WEB-1","deliver_from":"2026-03-09","signals":[]}]}"#;
    let batch = decoded("shop.orders", order, "2026-03-01T00:00:00Z");
    assert_eq!(
        batch
            .notices
            .iter()
            .map(|notice| notice.field.as_deref())
            .collect::<Vec<_>>(),
        [Some("orders.deliver_from")]
    );
}
