use super::*;
use crate::model::{LinkKind, ProofKind};

#[test]
fn proof_pages_and_hand_over_are_read() {
    let members = r#","serviceUrl":"https://www.dhl.de/track?piececode=1","rerouteUrl":"https://www.dhl.de/reroute?t=secret","pickUpDate":"2025-03-03","details":{"proofOfDelivery":{"documentUrl":"https://pod.dhl.com/1.pdf","signatureUrl":"https://pod.dhl.com/1.png"},"proofOfDeliverySignedAvailable":true}"#;
    let shipment = shipment("freight", members, "").shipments.remove(0);
    let kinds: Vec<_> = shipment.proof_of_delivery.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProofKind::Signature, ProofKind::Document]);
    let json = serde_json::to_string(&shipment).unwrap();
    assert!(!json.contains("pod.dhl.com") && !json.contains("secret"));
    let links: Vec<_> = shipment.links.iter().map(|link| link.kind).collect();
    assert_eq!(links, [LinkKind::Tracking, LinkKind::Redirection]);
    assert_eq!(shipment.handed_in_on.unwrap().kind(), TimeKind::Date);
}

#[test]
fn next_steps_and_a_second_sentence_stand_at_the_event() {
    let event = r#"{"timestamp":"2025-03-06T09:12:00+01:00","status":"OH","statusCode":"transit","description":"Shipment on hold","remark":"A paper is missing.","nextSteps":"Please call us."}"#;
    let batch = shipment("express", "", event);
    let event = &batch.shipments[0].events[0];
    let said = |text: &Option<crate::model::FreeText>| text.as_ref().unwrap().reveal().to_owned();
    assert_eq!(said(&event.next_steps), "Please call us.");
    assert_eq!(said(&event.remark), "A paper is missing.");
}

#[test]
fn a_service_point_is_where_it_waits_and_an_area_is_not() {
    let at = r#""location":{"address":{"streetAddress":"Samplestraat 1","addressLocality":"Utrecht","countryCode":"NL"},"servicePoint":{"label":"Sample Shop"}}"#;
    let waits = |service: &str, status: &str| {
        let event = format!(
            r#"{{"timestamp":"2025-06-02T17:30:00+02:00","status":"{status}","statusCode":"transit",{at}}}"#
        );
        shipment(service, "", &event).shipments.remove(0)
    };
    let held = waits("parcel-nl", "AWAITING_RECEIVER_COLLECTION");
    assert_eq!(held.events[0].milestone, Milestone::AvailableForPickup);
    let point = held.pickup_point.unwrap();
    assert_eq!(point.name.as_deref(), Some("Sample Shop"));
    assert_eq!(point.street.as_deref(), Some("Samplestraat 1"));
    let moving = waits("parcel-nl", "OUT_FOR_DELIVERY");
    assert_eq!(moving.pickup_point, None);
    let area = waits("express", "CC");
    assert_eq!(area.events[0].milestone, Milestone::AvailableForPickup);
    assert_eq!(area.pickup_point, None);
}

#[test]
fn words_that_have_no_field_are_passed_on() {
    let members = r#","estimatedTimeOfDeliveryRemark":"By End of Day","serviceUrl":"no address""#;
    let batch = shipment("express", members, &event("PU", "transit"));
    let told: Vec<_> = batch
        .notices
        .iter()
        .map(|notice| (notice.kind, notice.field.as_deref().unwrap()))
        .collect();
    let (words, odd) = (NoticeKind::CarrierMessage, NoticeKind::FieldUnreadable);
    assert!(told.contains(&(words, "shipments.estimatedTimeOfDeliveryRemark")));
    assert!(told.contains(&(odd, "shipments.serviceUrl")));
}
