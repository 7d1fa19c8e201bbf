//! Where a leg ends, and what is a parcel of its own: hand-overs, returns, replacements, signed
//! receipts, reroutes.
#![cfg(feature = "testing")]

use chrono::{DateTime, Utc};
use parceltrail::history::HistoryEnd;
use parceltrail::journey::{ConflictKind, Journey, Journeys, LegId, LinkRole, Snapshot};
use parceltrail::model::{Milestone, Proof, Reference, Role, Shipment, Stage};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{History, Payload, Registry};

fn now() -> DateTime<Utc> {
    "2026-02-20T00:00:00Z".parse().unwrap()
}

fn decoded(payload: &str) -> Vec<Shipment> {
    let registry = Registry::builtin();
    let bytes = std::fs::read(format!(
        "{}/tests/payloads/{payload}.json",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    registry
        .recognise(&bytes)
        .unwrap()
        .decode(Payload::new(&bytes, now()))
        .unwrap()
        .shipments
}

fn journeys(shipments: impl IntoIterator<Item = Shipment>) -> Vec<Journey> {
    let mut journeys = Journeys::default();
    shipments
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    journeys.sorted().0
}

fn states(shipments: impl IntoIterator<Item = ShipmentBuilder>) -> Vec<Snapshot> {
    journeys(shipments.into_iter().map(ShipmentBuilder::shipment))
        .iter()
        .map(|journey| journey.at(now()))
        .collect()
}

fn only(shipments: impl IntoIterator<Item = ShipmentBuilder>) -> Snapshot {
    let mut states = states(shipments);
    assert_eq!(states.len(), 1, "one parcel");
    states.remove(0)
}

fn of<'s>(states: &'s [Snapshot], number: &str) -> &'s Snapshot {
    states
        .iter()
        .find(|state| {
            state
                .numbers
                .iter()
                .any(|known| known.number.as_str() == number)
        })
        .unwrap()
}

fn milestone(state: &Snapshot) -> Milestone {
    state.parcel.as_ref().unwrap().milestone
}

fn links(state: &Snapshot) -> Vec<(LinkRole, &str)> {
    state
        .linked
        .iter()
        .map(|linked| (linked.role, linked.id.number.as_str()))
        .collect()
}

fn picked_up(feed: &str, number: &str) -> ShipmentBuilder {
    shipment(feed, number).event(
        "2025-12-01T10:00:00Z",
        Stage::FirstMile,
        Milestone::PickedUp,
    )
}

fn delivered(feed: &str, number: &str) -> ShipmentBuilder {
    picked_up(feed, number).event(
        "2025-12-05T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    )
}

fn label(feed: &str, number: &str) -> ShipmentBuilder {
    shipment(feed, number).event("2025-12-02T10:00:00Z", Stage::Order, Milestone::Announced)
}

fn usps_scan(at: &str, code: &str) -> Vec<Shipment> {
    let usps = format!(
        r#"{{"trackingNumber": "92000000000000000000000017", "statusCategory": "In Transit", "status": "Arrived", "trackingEvents": [
        {{"eventType": "Arrived at Post Office",
        "eventTimestamp": "{at}", "eventCity": "BOISE", "eventState": "ID", "eventZIP": "83702", "eventCode": "{code}"}}]}}"#
    );
    let registry = Registry::builtin();
    registry
        .get("usps.tracking")
        .unwrap()
        .decode(Payload::new(usps.as_bytes(), now()))
        .unwrap()
        .shipments
}

#[test]
fn surepost_delivered_by_ups_stays_delivered_whatever_is_known_of_the_post_s_number() {
    for next in [vec![], decoded("surepost-usps-preship")] {
        let journeys = journeys(decoded("surepost-ups-self").into_iter().chain(next));
        assert_eq!(journeys.len(), 1);
        let state = journeys[0].at(now());
        let parcel = state.parcel.as_ref().unwrap();
        assert_eq!(
            (parcel.milestone, parcel.terminal),
            (Milestone::Delivered, true)
        );
        assert_eq!(
            parcel.since.earliest(),
            "2025-12-12T18:15:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert!(state.handed_over.is_empty() && state.conflicts.is_empty());
        let ups = state
            .legs
            .iter()
            .find(|leg| leg.carrier.as_str() == "ups")
            .unwrap();
        assert_eq!(
            (ups.milestone, ups.owns_final_address),
            (Some(Milestone::Delivered), true)
        );
        let history = History::of("1", &journeys[0].at(now())).unwrap();
        assert_eq!(history.outcome, Some(HistoryEnd::Delivered));
        assert_eq!(history.delivered_at(), Some(parcel.since.earliest()));
    }
}

#[test]
fn a_post_s_scan_later_than_the_delivery_reopens_it_and_both_witnesses_stay() {
    let later = usps_scan("2025-12-13T08:00:00", "07");
    let journeys = journeys(decoded("surepost-ups-self").into_iter().chain(later));
    let state = journeys[0].at(now());
    assert_eq!(
        state
            .parcel
            .as_ref()
            .unwrap()
            .leg
            .as_ref()
            .unwrap()
            .carrier
            .as_str(),
        "usps"
    );
    assert!(!state.parcel.as_ref().unwrap().terminal);
    assert_eq!(state.handed_over.len(), 1);
    let conflict = &state.conflicts[0];
    assert_eq!(
        (conflict.kind, conflict.values[0].as_str()),
        (ConflictKind::MovementAfterDelivery, "delivered")
    );
    assert!(state.handed_over.contains(&conflict.events[0]));

    // A scan of the days before does not: the first carrier repeats the post's delivery.
    let before = usps_scan("2025-12-12T06:00:00", "07");
    let state = self::journeys(decoded("surepost-ups-self").into_iter().chain(before))[0].at(now());
    assert_eq!(
        (milestone(&state), state.conflicts.len()),
        (Milestone::Delivered, 0)
    );
}

#[test]
fn a_dhl_ecommerce_parcel_with_a_local_number_is_delivered() {
    let state = journeys(decoded("dhl-ecom-local-number-delivered"))[0].at(now());
    let parcel = state.parcel.unwrap();
    assert_eq!(
        (parcel.milestone, parcel.terminal),
        (Milestone::Delivered, true)
    );
    assert_eq!(parcel.since.raw(), "2025-12-12T13:15:00");
}

#[test]
fn a_hand_over_in_the_carrier_s_words_is_one_though_the_next_has_told_nothing() {
    let first = picked_up("ups.track", "MI1")
        .event(
            "2025-12-05T10:00:00Z",
            Stage::LastMile,
            Milestone::HandedOver,
        )
        .refers_to(Reference::new(Role::NextCarrier, "9200000000000000017").with_carrier("usps"));
    assert_eq!(milestone(&only([first])), Milestone::HandedOver);
}

#[test]
fn only_a_scan_of_the_next_carrier_undoes_a_delivery() {
    let first = || {
        delivered("a.x", "A1").refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("b"))
    };
    let after =
        |said: Milestone| label("b.x", "B1").event("2025-12-07T10:00:00Z", Stage::LastMile, said);
    use Milestone as M;
    for said in [
        M::Announced,
        M::PickupScheduled,
        M::Info,
        M::Unmapped,
        M::Cancelled,
        M::Delayed,
        M::DeliveryScheduled,
        M::Exception,
        M::Lost,
    ] {
        let state = only([first(), after(said)]);
        assert_eq!(milestone(&state), Milestone::Delivered, "{said}");
        assert!(state.handed_over.is_empty(), "{said}");
    }
    for said in [
        M::PickedUp,
        M::Arrived,
        M::Departed,
        M::InTransit,
        M::OutForDelivery,
        M::DeliveryAttempted,
        M::AvailableForPickup,
    ] {
        let state = only([first(), after(said)]);
        assert_eq!(
            (
                milestone(&state),
                state.handed_over.len(),
                state.conflicts.len()
            ),
            (said, 1, 1),
            "{said}"
        );
    }
    // Two deliveries contradict nothing: the later one counts.
    let state = only([first(), after(M::Delivered)]);
    assert_eq!(
        (milestone(&state), state.conflicts.len()),
        (Milestone::Delivered, 0)
    );
    assert_eq!(state.parcel.unwrap().since.raw(), "2025-12-07T10:00:00Z");
}

#[test]
fn a_scan_that_may_be_older_than_the_delivery_undoes_nothing() {
    let first =
        delivered("a.x", "A1").refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("b"));
    let unsure = shipment("b.x", "B1")
        .event("2025-12-05T20:00:00Z", Stage::LastMile, Milestone::Arrived)
        .with(|event| {
            let local = "2025-12-05T20:00:00".parse().unwrap();
            event.time = parceltrail::EventTime::local(
                "2025-12-05T20:00:00",
                local,
                &parceltrail::model::Zones::Unknown,
            );
        });
    assert_eq!(milestone(&only([first, unsure])), Milestone::Delivered);
}

#[test]
fn what_is_declared_goes_on_though_no_feed_tells_of_the_next_number() {
    let mut journey = Journey::default();
    journey.apply(delivered("a.x", "A1"));
    journey.link(LegId::new("a", "A1"), LegId::new("b", "B1"));
    let state = journey.at(now());
    assert_eq!(
        (milestone(&state), state.legs.len(), state.conflicts.len()),
        (Milestone::HandedOver, 2, 0)
    );
    assert!(state.legs[1].owns_final_address);
}

#[test]
fn in_a_chain_of_three_the_last_one_s_scan_undoes_the_first_one_s_delivery() {
    let first =
        delivered("a.x", "A1").refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("b"));
    let second =
        label("b.x", "B1").refers_to(Reference::new(Role::NextCarrier, "C1").with_carrier("c"));
    let third = shipment("c.x", "C1").event(
        "2025-12-09T10:00:00Z",
        Stage::LastMile,
        Milestone::OutForDelivery,
    );
    assert_eq!(
        milestone(&only([first.clone(), second.clone()])),
        Milestone::Delivered
    );
    let state = only([third.clone(), second.clone(), first.clone()]);
    assert_eq!(milestone(&state), Milestone::OutForDelivery);
    assert_eq!(
        state
            .legs
            .iter()
            .map(|leg| leg.carrier.as_str())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(state.legs[0].milestone, Some(Milestone::HandedOver));

    // What the trace names gives the same state.
    let mut journey = Journey::default();
    [first, second, third].into_iter().for_each(|told| {
        journey.apply(told);
    });
    let kept = state.trace.of_state();
    assert_eq!(
        journey
            .retaining(|event| kept.contains(&event.id()))
            .at(now())
            .parcel,
        state.parcel
    );
}

#[test]
fn a_reroute_goes_on_when_the_new_number_moves() {
    let first = delivered("fedex.track", "449000000013")
        .refers_to(Reference::new(Role::Redirection, "449000000024"));
    let state = only([first.clone(), label("fedex.track", "449000000024")]);
    assert_eq!(
        (milestone(&state), state.parcel.unwrap().terminal),
        (Milestone::Delivered, true)
    );
    let moved = shipment("fedex.track", "449000000024").event(
        "2025-12-06T10:00:00Z",
        Stage::LastMile,
        Milestone::OutForDelivery,
    );
    assert_eq!(milestone(&only([first, moved])), Milestone::OutForDelivery);
}

#[test]
fn the_return_of_a_delivered_parcel_is_a_parcel_of_its_own() {
    let outbound = || delivered("a.x", "A1").refers_to(Reference::new(Role::Return, "R1"));
    let back = || {
        shipment("a.x", "R1")
            .event(
                "2025-12-10T10:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2025-12-14T10:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
    };
    for named in [
        vec![outbound(), back()],
        vec![
            delivered("a.x", "A1"),
            back().refers_to(Reference::new(Role::Outbound, "A1")),
        ],
    ] {
        let states = states(named.clone());
        assert_eq!(states.len(), 2);
        let (outbound, back) = (of(&states, "A1"), of(&states, "R1"));
        assert_eq!(
            outbound.parcel.as_ref().unwrap().since.raw(),
            "2025-12-05T10:00:00Z"
        );
        assert_eq!(
            (links(outbound), links(back)),
            (
                vec![(LinkRole::ReturnedBy, "R1")],
                vec![(LinkRole::ReturnOf, "A1")]
            )
        );
        assert!(outbound.parcel.as_ref().unwrap().terminal && outbound.legs.len() == 1);

        // Handed both, one journey keeps them apart as well.
        let mut both = Journey::default();
        for told in named {
            both.apply(told);
        }
        let state = both.at(now());
        assert_eq!(state.parcel, outbound.parcel);
        assert_eq!(state.last_seen, outbound.last_seen);
        assert!(state.legs[0].owns_final_address && state.legs[0].next.is_none());
    }
}

#[test]
fn a_return_label_laid_into_the_box_never_moves_the_parcel() {
    let outbound = picked_up("a.x", "A1").refers_to(Reference::new(Role::Return, "R1"));
    let states = states([outbound, label("a.x", "R1")]);
    assert_eq!(
        (
            states.len(),
            milestone(of(&states, "A1")),
            milestone(of(&states, "R1"))
        ),
        (2, Milestone::PickedUp, Milestone::Announced)
    );
    assert!(of(&states, "A1").legs[0].owns_final_address);
}

#[test]
fn an_undelivered_parcel_that_goes_back_under_a_new_number_is_the_same_parcel() {
    let refused = || {
        picked_up("a.x", "A1")
            .event("2025-12-05T10:00:00Z", Stage::LastMile, Milestone::Refused)
            .refers_to(Reference::new(Role::Return, "R1"))
    };
    let state = only([refused()]);
    assert_eq!(
        (milestone(&state), links(&state)),
        (Milestone::Refused, vec![(LinkRole::ReturnedBy, "R1")]),
        "nothing is told of the new number"
    );
    let back =
        shipment("a.x", "R1").event("2025-12-06T10:00:00Z", Stage::LineHaul, Milestone::Departed);
    let state = only([refused(), back.clone()]);
    let parcel = state.parcel.as_ref().unwrap();
    assert_eq!(
        (parcel.milestone, parcel.stage, links(&state)),
        (Milestone::Departed, Some(Stage::Return), vec![])
    );
    let home = back.event(
        "2025-12-09T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let told = [refused(), home];
    let state = only(told.clone());
    let parcel = state.parcel.as_ref().unwrap();
    assert_eq!(
        (parcel.milestone, parcel.stage, parcel.terminal),
        (Milestone::Returned, Some(Stage::Return), true)
    );
    let mut journey = Journey::default();
    told.into_iter().for_each(|told| {
        journey.apply(told);
    });
    let kept = state.trace.of_state();
    assert_eq!(
        journey
            .retaining(|event| kept.contains(&event.id()))
            .at(now())
            .parcel,
        state.parcel
    );
}

#[test]
fn on_the_way_back_the_earlier_carrier_carries_it_again() {
    let first = picked_up("ups.track", "1Z1")
        .event(
            "2025-12-04T10:00:00Z",
            Stage::LineHaul,
            Milestone::HandedOver,
        )
        .event("2025-12-12T10:00:00Z", Stage::Return, Milestone::Returned)
        .refers_to(Reference::new(Role::NextCarrier, "92001").with_carrier("usps"));
    let second = shipment("usps.tracking", "92001").event(
        "2025-12-08T10:00:00Z",
        Stage::Return,
        Milestone::Returning,
    );
    assert_eq!(milestone(&only([first, second])), Milestone::Returned);
}

#[test]
fn replacements_and_signed_receipts_are_linked_and_never_move_the_parcel() {
    let roles = [
        (
            Role::Replacement,
            LinkRole::ReplacedBy,
            LinkRole::ReplacementOf,
        ),
        (
            Role::SignedReceipt,
            LinkRole::SignedReceipt,
            LinkRole::SignedReceiptOf,
        ),
    ];
    for (role, there, here) in roles {
        let first = delivered("sf.routes", "SF1").refers_to(Reference::new(role, "SF2"));
        let moving = shipment("sf.routes", "SF2").event(
            "2025-12-08T10:00:00Z",
            Stage::LineHaul,
            Milestone::Departed,
        );
        let states = states([first, moving]);
        assert_eq!(states.len(), 2, "{role}");
        assert_eq!(
            (milestone(of(&states, "SF1")), milestone(of(&states, "SF2"))),
            (Milestone::Delivered, Milestone::Departed)
        );
        assert_eq!(
            (links(of(&states, "SF1")), links(of(&states, "SF2"))),
            (vec![(there, "SF2")], vec![(here, "SF1")])
        );
    }
}

#[test]
fn who_proves_nothing_links_nothing_to_a_stranger_s_parcel() {
    let forged = delivered("sf.push", "SF1")
        .refers_to(Reference::new(Role::Return, "1Z1").with_carrier("ups"))
        .proven_by(Proof::Nothing);
    let states = states([forged, picked_up("ups.track", "1Z1")]);
    assert_eq!(
        (links(of(&states, "1Z1")), milestone(of(&states, "1Z1"))),
        (vec![], Milestone::PickedUp)
    );
}

#[test]
fn a_declaration_is_about_the_newest_use_of_a_number() {
    let old = shipment("a.x", "A1")
        .event(
            "2025-01-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2025-01-05T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        );
    let mut journeys = Journeys::default();
    journeys.apply(old);
    journeys.apply(delivered("a.x", "A1"));
    journeys.link(LegId::new("a", "A1"), LegId::new("b", "B1"));
    let milestones: Vec<Milestone> = journeys
        .sorted()
        .0
        .iter()
        .map(|journey| milestone(&journey.at(now())))
        .collect();
    assert_eq!(milestones, [Milestone::Delivered, Milestone::HandedOver]);
}
