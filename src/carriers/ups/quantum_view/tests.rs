use chrono::DateTime;
use http::HeaderMap;
use secrecy::SecretString;

use super::*;
use crate::adapter::{Credentials, TrackRequest};
use crate::carriers::ups::PACK;
use crate::model::{DeliveredTo, Event, TimeKind};

fn feed() -> QuantumView {
    QuantumView::new(Arc::new(PACK.codes()))
}

fn decode(text: &str) -> Batch {
    feed()
        .decode(Payload::new(text.as_bytes(), DateTime::UNIX_EPOCH))
        .unwrap()
}

fn of_file(file: &str) -> Batch {
    decode(&format!(
        r#"{{"QuantumViewResponse":{{"Response":{{"ResponseStatusCode":"1"}},"QuantumViewEvents":{{"SubscriptionEvents":[
        {{"SubscriptionStatus":{{"Code":"A"}},"SubscriptionFile":[{{{file}}}]}}]}}}}}}"#
    ))
}

fn event_of(file: &str) -> Event {
    of_file(file).shipments.remove(0).events.remove(0)
}

const XML: &str = "<QuantumViewResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response><QuantumViewEvents>\
    <SubscriptionEvents><SubscriptionStatus><Code>A</Code></SubscriptionStatus><SubscriptionFile><Manifest><Shipper><Address><City>ATLANTA</City>\
    <StateProvinceCode>GA</StateProvinceCode><CountryCode>US</CountryCode></Address></Shipper><ReferenceNumber><Value>INV-1</Value>\
    </ReferenceNumber><ScheduledDeliveryDate>20250314</ScheduledDeliveryDate><LeadShipmentTrackingNumber>1Z0000000300000013\
    </LeadShipmentTrackingNumber><Package><Activity><Date>20250310</Date><Time>90000</Time></Activity><TrackingNumber>1Z0000000300000013\
    </TrackingNumber></Package><Package><TrackingNumber>1Z0000000300000022</TrackingNumber><Activity><Date>20250310</Date><Time>90000</Time>\
    </Activity></Package></Manifest><Delivery><TrackingNumber>1Z0000000300000013</TrackingNumber><Date>20250312</Date><Time>094500</Time>\
    <DeliveryLocation><AddressArtifactFormat><PoliticalDivision2>MACON</PoliticalDivision2><PoliticalDivision1>GA</PoliticalDivision1>\
    <CountryCode>US</CountryCode></AddressArtifactFormat><Code>ML</Code><SignedForByName>SAMPLE</SignedForByName></DeliveryLocation></Delivery>\
    </SubscriptionFile></SubscriptionEvents></QuantumViewEvents><Bookmark>Ym9vaw==</Bookmark></QuantumViewResponse>";

const JSON: &str = r#"{"QuantumViewResponse":{"Response":{"ResponseStatusCode":1},"QuantumViewEvents":{"SubscriptionEvents":
    {"SubscriptionStatus":{"Code":"A"},"SubscriptionFile":{"Manifest":{"Shipper":{"Address":{"City":"ATLANTA","StateProvinceCode":"GA",
    "CountryCode":"US"}},"ReferenceNumber":{"Value":"INV-1"},"ScheduledDeliveryDate":"20250314","LeadShipmentTrackingNumber":"1Z0000000300000013",
    "Package":[{"Activity":[{"Date":"20250310","Time":"90000"}],"TrackingNumber":"1Z0000000300000013"},{"TrackingNumber":"1Z0000000300000022",
    "Activity":{"Date":20250310,"Time":90000}}]},"Delivery":{"TrackingNumber":"1Z0000000300000013","Date":"20250312","Time":"094500",
    "DeliveryLocation":{"AddressArtifactFormat":{"PoliticalDivision2":"MACON","PoliticalDivision1":"GA","CountryCode":"US"},"Code":"ML",
    "SignedForByName":"SAMPLE"}}}}},"Bookmark":"Ym9vaw=="}}"#;

#[test]
fn both_dresses_say_the_same() {
    let (xml, json) = (decode(XML), decode(JSON));
    assert_eq!(xml, json);
    assert_eq!(xml.shipments.len(), 3);
    let lead: Vec<_> = xml.shipments[1]
        .references
        .iter()
        .map(|reference| (reference.role, reference.number.as_str()))
        .collect();
    assert_eq!(
        lead,
        [
            (Role::CustomerReference, "INV-1"),
            (Role::MasterWaybill, "1Z0000000300000013")
        ]
    );
    assert_eq!(xml.shipments[0].piece_count, Some(2));
    assert_eq!(
        xml.shipments[0].events[0].time.kind(),
        TimeKind::Local,
        "a manifest names no place"
    );
    let delivered = &xml.shipments[2].events[0];
    assert_eq!(
        (delivered.milestone, delivered.delivered_to),
        (Milestone::Delivered, Some(DeliveredTo::SafePlace))
    );
    assert_eq!(
        delivered.signed_by.as_ref().map(Personal::reveal),
        Some("SAMPLE")
    );
    assert_eq!(
        delivered.time.earliest().to_rfc3339(),
        "2025-03-12T13:45:00+00:00"
    );
    assert_eq!(xml.notices[0].kind, NoticeKind::Incomplete);
}

#[test]
fn a_postal_number_belongs_to_a_package_only_when_there_is_one() {
    let manifest = |packages: &str| {
        of_file(&format!(
            r#""Manifest":{{"PickupDate":"20250310","PostalServiceTrackingID":"92000000000000000017","Package":[{packages}]}}"#
        ))
    };
    let alone = manifest(r#"{"TrackingNumber":"1Z0000000300000013"}"#);
    assert_eq!(
        alone.shipments[0].references,
        [Reference::new(Role::NextCarrier, "92000000000000000017").with_carrier("usps")]
    );
    assert_eq!(alone.shipments[0].events[0].time.kind(), TimeKind::Date);
    let several = manifest(
        r#"{"TrackingNumber":"1Z0000000300000013"},{"TrackingNumber":"1Z0000000300000022"}"#,
    );
    assert!(
        several
            .shipments
            .iter()
            .all(|shipment| shipment.references.is_empty())
    );
    assert_eq!(several.notices[0].kind, NoticeKind::AmbiguousLink);
}

#[test]
fn delivery_to_an_access_point_waits_for_the_recipient() {
    let event = event_of(
        r#""Delivery":[{"TrackingNumber":"1Z0000000300000013","Date":"20250312","Time":"094500","AccessPointLocationID":"U00000001",
        "DeliveryLocation":{"Code":"ML"}}]"#,
    );
    assert_eq!(
        (event.milestone, event.confidence),
        (Milestone::AvailableForPickup, Confidence::Medium)
    );
    assert_eq!(event.delivered_to, None);
}

#[test]
fn an_exception_is_refined_but_never_ends_a_journey() {
    let exception = |reason: &str| {
        of_file(&format!(
            r#""Exception":{{"TrackingNumber":"1Z0000000300000013","Date":"20250312","Time":"094500","ReasonCode":"{reason}"}}"#
        ))
    };
    let known = exception("48").shipments.remove(0).events.remove(0);
    assert_eq!(
        (known.milestone, known.confidence),
        (Milestone::DeliveryAttempted, Confidence::Medium)
    );
    assert_eq!(
        (known.code.value.as_str(), known.code.qualifier.as_deref()),
        ("48", Some("Exception"))
    );
    let by_status = event_of(
        r#""Exception":{"TrackingNumber":"1Z0000000300000013","Date":"20250312","StatusCode":"48"}"#,
    );
    assert_eq!(
        (by_status.milestone, by_status.code.value.as_str()),
        (Milestone::Exception, "48"),
        "a status is another list than the reasons"
    );
    let ending = exception("F4").shipments.remove(0).events.remove(0);
    assert_eq!(ending.milestone, Milestone::Exception);
    let unknown = exception("??");
    assert_eq!(
        unknown.shipments[0].events[0].milestone,
        Milestone::Exception
    );
    assert_eq!(unknown.notices[0].kind, NoticeKind::UnmappedCode);
}

#[test]
fn generic_records_are_told_by_their_activity() {
    let generic = |kind: &str, more: &str| {
        of_file(&format!(
            r#""Generic":[{{"ActivityType":"{kind}","TrackingNumber":"1Z0000000300000013","Activity":{{"Date":"20250312","Time":"094500"}}{more}}}]"#
        ))
    };
    let milestone = |kind: &str| generic(kind, "").shipments[0].events[0].milestone;
    assert_eq!(milestone("VM"), Milestone::Cancelled);
    assert_eq!(milestone("UR"), Milestone::Returning);
    assert_eq!(milestone("IR"), Milestone::Info);
    assert_eq!(milestone("OT"), Milestone::OutForDelivery);
    assert_eq!(
        milestone("RP"),
        Milestone::Info,
        "low confidence ends nothing"
    );
    assert_eq!(milestone("??"), Milestone::Unmapped);
    let agreed = generic("SD", r#","RescheduledDeliveryDate":"20250314""#)
        .shipments
        .remove(0)
        .promise()
        .cloned()
        .unwrap();
    assert_eq!(
        (agreed.kind, agreed.by.raw()),
        (PromiseKind::Agreed, "20250314")
    );
    let updated = generic(
        "UD",
        r#","RescheduledDeliveryDate":"20250315","ScheduledDeliveryDate":"20250314""#,
    )
    .shipments
    .remove(0);
    assert_eq!(
        updated
            .promise()
            .map(|promise| (promise.kind, promise.by.raw().to_owned())),
        Some((PromiseKind::Rescheduled, "20250315".into()))
    );
    assert_eq!(updated.promises[0].kind, PromiseKind::FirstEstimate);
    assert_eq!(
        updated.promises[0].stated.as_ref().map(|at| at.raw()),
        Some("20250312 094500")
    );
}

#[test]
fn one_bad_record_costs_itself() {
    let batch = of_file(
        r#""Origin":[7,{"Date":"20250312"},{"TrackingNumber":"1Z0000000300000013","Date":"x"},{"TrackingNumber":"1Z0000000300000022","Date":"20250312","Time":"1"}]"#,
    );
    assert_eq!(
        batch
            .shipments
            .iter()
            .map(|shipment| shipment.events.len())
            .collect::<Vec<_>>(),
        [0, 1]
    );
    assert_eq!(
        batch
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::EventSkipped)
            .count(),
        3
    );
}

fn reply(body: &str, status: u16, read: impl FnOnce(&QuantumView, &PollResponse<'_>)) {
    let headers = HeaderMap::new();
    read(
        &feed(),
        &PollResponse {
            status,
            headers: &headers,
            body: body.as_bytes(),
            received: DateTime::UNIX_EPOCH,
        },
    );
}

#[test]
fn answers_are_classified_in_both_dresses_and_paged_by_bookmark() {
    reply(JSON, 200, |feed, reply| {
        assert_eq!(
            (feed.outcome(reply), feed.next_page(reply)),
            (Outcome::Found, Some(Page("Ym9vaw==".into())))
        );
    });
    reply(XML, 200, |feed, reply| {
        assert_eq!(feed.next_page(reply), Some(Page("Ym9vaw==".into())))
    });
    let failed = |severity: &str| {
        format!(
            r#"{{"QuantumViewResponse":{{"Response":{{"ResponseStatusCode":"0","Error":{{"ErrorSeverity":"{severity}","ErrorCode":"330000",
            "ErrorDescription":"m","MinimumRetrySeconds":"60"}}}}}}}}"#
        )
    };
    reply(&failed("Transient"), 200, |feed, reply| {
        assert_eq!(
            feed.outcome(reply),
            Outcome::RetryAfter(Some(std::time::Duration::from_secs(60)))
        );
        assert_eq!(feed.next_page(reply), None);
    });
    reply("<html>busy</html>", 200, |feed, reply| {
        assert_eq!(feed.outcome(reply), Outcome::RetryAfter(None))
    });
    reply(&failed("Hard"), 200, |feed, reply| {
        assert_eq!(
            feed.outcome(reply),
            Outcome::Invalid(Fault::new("330000", "m"))
        )
    });
    let token = r#"{"response":{"errors":[{"code":"250002","message":"m"}]}}"#;
    reply(token, 401, |feed, reply| {
        assert_eq!(feed.outcome(reply), Outcome::Reauthorise)
    });
    assert_eq!(decode(token).notices[0].kind, NoticeKind::Reauthorise);
    assert!(
        feed()
            .decode(Payload::new(b"{\"a\":1}", DateTime::UNIX_EPOCH))
            .is_err()
    );
}

#[test]
fn the_request_asks_for_a_subscription_and_goes_on_at_the_bookmark() {
    let credentials = Credentials::default().with("subscription", "OutboundXML");
    let token = SecretString::from("t");
    let context = PollContext {
        now: DateTime::UNIX_EPOCH,
        request_id: "id1",
        credentials: &credentials,
        token: Some(&token),
        base: None,
    };
    let request = feed().request(&Query::new(&[]), &context).unwrap();
    assert_eq!(
        (request.method(), request.uri().path()),
        (&Method::POST, "/api/quantumview/v3/events")
    );
    assert_eq!(request.headers()["authorization"], "Bearer t");
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    let expected = json!({"QuantumViewRequest": {
        "Request": {"TransactionReference": {"CustomerContext": "id1"}, "RequestAction": "QVEvents"},
        "SubscriptionRequest": [{"Name": "OutboundXML"}],
    }});
    assert_eq!(body, expected);
    let page = Page("Ym9vaw==".into());
    let asked = [TrackRequest::new(TrackingNumber::new("1Z0000000300000013"))];
    assert!(matches!(
        feed().request(&Query::new(&asked), &context),
        Err(RequestError::Numbers { asked: 1, most: 0 })
    ));
    let query = Query {
        page: Some(&page),
        ..Query::new(&[])
    };
    let body: serde_json::Value =
        serde_json::from_slice(feed().request(&query, &context).unwrap().body()).unwrap();
    assert_eq!(body["QuantumViewRequest"]["Bookmark"], "Ym9vaw==");
}
