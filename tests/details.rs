//! What a snapshot tells beside events: whom it believes, what stands, and that order never
//! matters.

use chrono::{DateTime, Utc};
use parceltrail::journey::{Details, Journey, LegId, Snapshot};
use parceltrail::model::{
    DeliveredTo, Due, DueKind, FreeText, LinkKind, PickupPoint, Place, ProofKind, ProofOfDelivery,
    Reason, RecipientKind, Reference, Role, WebLink,
};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Milestone, Shipment, Stage};

fn now() -> DateTime<Utc> {
    "2026-03-20T00:00:00Z".parse().unwrap()
}

fn snapshot(told: &[ShipmentBuilder]) -> Snapshot {
    let mut journey = Journey::default();
    for shipment in told {
        journey.apply(shipment.clone());
    }
    journey.link(LegId::new("sf", "SF1"), LegId::new("ups", "1Z1"));
    journey.at(now())
}

/// The details, which are the same in whatever order deliveries come, and how often.
fn details(told: &[ShipmentBuilder]) -> Details {
    let expected = snapshot(told);
    for turn in 0..told.len() {
        let mut other: Vec<ShipmentBuilder> = told.to_vec();
        other.rotate_left(turn);
        other.extend(other.clone());
        assert_eq!(snapshot(&other), expected, "turned by {turn}");
        other.reverse();
        assert_eq!(snapshot(&other), expected, "turned by {turn} and reversed");
    }
    expected.details
}

fn sf(received: &str) -> ShipmentBuilder {
    shipment("sf.push", "SF1")
        .event(
            "2026-03-01T09:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .received(received)
}

fn ups(received: &str) -> ShipmentBuilder {
    shipment("ups.track", "1Z1")
        .event("2026-03-05T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
        .snapshot()
        .received(received)
}

fn with(told: ShipmentBuilder, change: impl FnOnce(Shipment) -> Shipment) -> ShipmentBuilder {
    change(told.shipment()).into()
}

fn place(text: &str) -> Option<Place> {
    Place::from_text(text).known()
}

#[test]
fn the_carrier_that_has_it_is_believed_before_the_others() {
    let first = with(sf("2026-03-09T00:00:00Z"), |it| {
        it.with_service("SF International")
            .with_weight_grams(1200)
            .with_origin(place("Shenzhen, CN"))
            .with_destination(place("Leipzig, Germany"))
    });
    let second = with(ups("2026-03-06T00:00:00Z"), |it| {
        it.with_service("UPS Standard")
            .with_origin(place("Leipzig, Germany"))
            .with_destination(place("Berlin, Germany"))
    });
    let shop = with(shipment("shop.orders", "SF1").merchant(), |it| {
        it.with_service("free").with_destination(place("Paris, FR"))
    });
    let told = details(&[first.clone(), second.clone(), shop.clone()]);
    assert_eq!(told.service.as_deref(), Some("UPS Standard"), "it has it");
    assert_eq!(told.weight_grams, Some(1200), "only the other says");
    assert_eq!(told.origin, place("Shenzhen, CN"), "the first leg");
    assert_eq!(told.destination, place("Berlin, Germany"), "the last leg");
    assert_eq!(
        told.destinations().len(),
        2,
        "the shop names another place: {:?}",
        told.destinations()
    );
    let alone = details(&[shop, sf("2026-03-09T00:00:00Z")]);
    assert_eq!(alone.service.as_deref(), Some("free"));
}

#[test]
fn the_newest_delivery_counts_and_silence_takes_back_only_what_changes() {
    let due = Due::new(DueKind::Duty).with_paid(false);
    let link = |url| WebLink::new(LinkKind::Tracking, url).unwrap();
    let old = with(ups("2026-03-06T00:00:00Z"), |it| {
        it.with_service("UPS Standard")
            .with_pickup_point(PickupPoint::new().with_id("P1"))
            .with_due(due.clone())
            .with_due(Due::new(DueKind::Fee))
            .with_link(link("https://example.com/old"))
            .with_reference(Reference::new(Role::CustomerReference, "WEB-1"))
    });
    let standing = details(std::slice::from_ref(&old));
    assert_eq!(standing.dues.len(), 2);
    assert_eq!(standing.links, [link("https://example.com/old")]);
    assert_eq!(
        standing.pickup_point.and_then(|point| point.id).as_deref(),
        Some("P1")
    );

    let paid = with(ups("2026-03-07T00:00:00Z"), |it| {
        it.with_due(due.clone().with_paid(true))
    });
    let told = details(&[old.clone(), paid]);
    assert_eq!(told.dues, [due.with_paid(true)], "the fee was taken back");
    assert_eq!((told.pickup_point, told.links), (None, Vec::new()));
    assert_eq!(told.service.as_deref(), Some("UPS Standard"), "it stands");
    assert_eq!(told.references.len(), 1, "they stand");

    // A push that leaves them out says nothing of them.
    let push = shipment("ups.push", "1Z1")
        .event("2026-03-06T09:00:00Z", Stage::LineHaul, Milestone::Departed)
        .received("2026-03-08T00:00:00Z");
    assert_eq!(details(&[old, push]).dues.len(), 2);
}

#[test]
fn what_was_received_together_is_told_apart_by_its_content() {
    let named = |service: &str| with(ups("2026-03-06T00:00:00Z"), |it| it.with_service(service));
    let service = details(&[named("one"), named("two")]).service;
    assert_eq!(service, details(&[named("two"), named("one")]).service);
    assert!(service.is_some());
}

#[test]
fn proof_and_next_steps_are_those_of_the_statements_that_stand() {
    let photo = ProofOfDelivery::new(ProofKind::Photo);
    let signature = ProofOfDelivery::new(ProofKind::Signature);
    let attempted = ups("2026-03-07T00:00:00Z")
        .event(
            "2026-03-06T10:00:00Z",
            Stage::LastMile,
            Milestone::DeliveryAttempted,
        )
        .with(|event| {
            event.reason = Some(Reason::RecipientAbsent);
            event.attempt = Some(2);
            event.next_steps = Some(FreeText::new("Collect it at the shop."));
        });
    let state = snapshot(std::slice::from_ref(&attempted));
    let parcel = state.parcel.as_ref().unwrap();
    assert_eq!(
        (parcel.reason, parcel.attempt, parcel.delivered_to),
        (Some(Reason::RecipientAbsent), Some(2), None)
    );
    assert_eq!(
        state.details.next_steps,
        Some(FreeText::new("Collect it at the shop."))
    );
    assert_eq!(
        state.decisive().map(|event| event.milestone),
        Some(Milestone::DeliveryAttempted)
    );

    let delivered = with(
        attempted
            .received("2026-03-08T00:00:00Z")
            .event(
                "2026-03-07T10:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .with(|event| {
                event.delivered_to = Some(DeliveredTo::Neighbour);
                event.recipient_kind = Some(RecipientKind::Neighbour);
                event.proof_of_delivery.push(photo.clone());
            }),
        |it| it.with_proof_of_delivery(signature.clone()),
    );
    let state = snapshot(std::slice::from_ref(&delivered));
    let parcel = state.parcel.unwrap();
    assert_eq!(
        (parcel.delivered_to, parcel.recipient_kind, parcel.attempt),
        (
            Some(DeliveredTo::Neighbour),
            Some(RecipientKind::Neighbour),
            None
        )
    );
    assert_eq!(state.details.next_steps, None, "the delivery asks nothing");
    assert_eq!(details(&[delivered]).proof_of_delivery, [signature, photo]);
}

#[test]
fn a_snapshot_says_of_which_moment_it_is_and_who_told_it_when() {
    let mut journey = Journey::default();
    journey.apply(sf("2026-03-02T00:00:00Z"));
    journey.apply(sf("2026-03-09T00:00:00Z"));
    let at: DateTime<Utc> = "2026-03-05T00:00:00Z".parse().unwrap();
    let then = journey.at_known(at, at);
    assert_eq!((then.at, then.known_at), (at, Some(at)));
    assert_eq!(
        then.feeds[0].last_received,
        "2026-03-02T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
    );
    let all = journey.at(now());
    assert_eq!((all.at, all.known_at), (now(), None));
    assert_eq!(
        all.first_received(all.events[0].id()),
        Some(all.feeds[0].first_received)
    );
    let json = serde_json::to_value(&then).unwrap();
    assert_eq!(json["at"], "2026-03-05T00:00:00Z");
    assert_eq!(json["feeds"][0]["id"], "sf.push");
}

#[test]
fn json_holds_the_details_beside_the_rest_and_no_personal_data() {
    let told = with(ups("2026-03-06T00:00:00Z"), |it| {
        it.with_service("UPS Standard")
            .with_link(WebLink::new(LinkKind::Payment, "https://example.com/pay?key=1").unwrap())
    });
    let json = serde_json::to_value(snapshot(&[told])).unwrap();
    assert_eq!(json["service"], "UPS Standard");
    assert_eq!(json["links"][0]["kind"], "payment");
    assert!(!json.to_string().contains("key=1"), "{json}");
    assert_eq!(json["state"]["milestone"], "arrived");
}
