//! What a journey makes of statements: legs, customs, pieces, withdrawal, reuse, contradictions.
#![cfg(feature = "testing")]

use chrono::{DateTime, Utc};
use parceltrail::adapter::NoticeKind;
use parceltrail::journey::{
    ConflictKind, Journey, Journeys, LegId, ParcelState, Snapshot, TraceField,
};
use parceltrail::model::{Event, Milestone, Reason, Reference, Role, Scope, Stage};
use parceltrail::testing::{ShipmentBuilder, shipment};

fn now() -> DateTime<Utc> {
    "2025-12-01T00:00:00Z".parse().unwrap()
}

fn journey(shipments: impl IntoIterator<Item = ShipmentBuilder>) -> Journey {
    let mut journey = Journey::default();
    for shipment in shipments {
        journey.apply(shipment);
    }
    journey
}

fn parcel(shipments: impl IntoIterator<Item = ShipmentBuilder>) -> ParcelState {
    journey(shipments).at(now()).parcel.unwrap()
}

fn sorted(shipments: impl IntoIterator<Item = ShipmentBuilder>) -> (Vec<Snapshot>, usize) {
    let mut journeys = Journeys::default();
    shipments
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    let (sorted, notices) = journeys.sorted();
    (
        sorted.iter().map(|journey| journey.at(now())).collect(),
        notices.len(),
    )
}

fn picked_up(feed: &str, number: &str) -> ShipmentBuilder {
    shipment(feed, number).event(
        "2025-03-01T10:00:00+08:00",
        Stage::FirstMile,
        Milestone::PickedUp,
    )
}

#[test]
fn nothing_told_is_no_state() {
    assert!(Journey::default().at(now()).parcel.is_none());
    assert!(journey([shipment("a.x", "1")]).at(now()).parcel.is_none());
}

#[test]
fn the_state_comes_from_time_not_from_the_order_of_a_list() {
    let oldest_first = shipment("a.x", "1")
        .event(
            "2025-03-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2025-03-02T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        );
    let newest_first = shipment("a.x", "1")
        .event(
            "2025-03-02T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .event(
            "2025-03-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        );
    assert_eq!(parcel([oldest_first]).milestone, Milestone::Delivered);
    assert_eq!(parcel([newest_first]).milestone, Milestone::Delivered);
}

#[test]
fn a_legs_delivery_closes_only_that_leg() {
    let first = picked_up("sf.push", "SF1000000000017")
        .event(
            "2025-03-03T10:00:00+08:00",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .refers_to(Reference::new(Role::NextCarrier, "1Z0000000300000017").with_carrier("ups"));
    let state = journey([first.clone()]).at(now());
    assert_eq!(
        state.parcel.as_ref().unwrap().milestone,
        Milestone::Delivered,
        "a number alone does not undo a delivery"
    );
    assert_eq!(state.legs.len(), 2);
    assert!(state.legs[0].owns_final_address && state.legs[1].first.is_none());

    let second = shipment("ups.track", "1Z0000000300000017").event(
        "2025-03-06T10:00:00-05:00",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let state = journey([first, second]).at(now());
    let parcel = state.parcel.unwrap();
    assert_eq!(
        (parcel.milestone, parcel.leg),
        (
            Milestone::Delivered,
            Some(LegId::new("ups", "1Z0000000300000017"))
        )
    );
    assert_eq!(state.legs[0].milestone, Some(Milestone::HandedOver));
}

#[test]
fn legs_without_a_link_follow_each_other_in_time() {
    let first = picked_up("sf.push", "SF1").event(
        "2025-03-03T10:00:00+08:00",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let second = shipment("usps.tracking", "92001").event(
        "2025-03-04T10:00:00-05:00",
        Stage::LastMile,
        Milestone::OutForDelivery,
    );
    let state = journey([second, first]).at(now());
    assert_eq!(state.parcel.unwrap().milestone, Milestone::OutForDelivery);
    assert_eq!(
        state
            .legs
            .iter()
            .map(|leg| leg.carrier.as_str())
            .collect::<Vec<_>>(),
        ["sf", "usps"]
    );
}

#[test]
fn a_declared_link_beats_time() {
    let mut journey = journey([
        picked_up("a.x", "A").event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        ),
        shipment("b.x", "B").event("2025-02-20T10:00:00Z", Stage::Order, Milestone::Announced),
    ]);
    assert_eq!(
        journey.at(now()).parcel.unwrap().milestone,
        Milestone::Delivered
    );
    journey.link(LegId::new("a", "A"), LegId::new("b", "B"));
    assert_eq!(
        journey.at(now()).parcel.unwrap().milestone,
        Milestone::HandedOver
    );
}

#[test]
fn a_label_for_the_next_leg_does_not_undo_a_pickup() {
    let state = parcel([
        picked_up("a.x", "A"),
        shipment("b.x", "B").event("2025-03-02T10:00:00Z", Stage::Order, Milestone::Announced),
    ]);
    assert_eq!(state.milestone, Milestone::PickedUp);
}

#[test]
fn unknown_codes_and_papers_never_move_the_state() {
    let before = parcel([picked_up("a.x", "A")]);
    let after = parcel([picked_up("a.x", "A")
        .event("2025-03-02T10:00:00Z", None, Milestone::Unmapped)
        .event("2025-03-02T11:00:00Z", None, Milestone::Info)
        .event(
            "2025-03-02T12:00:00Z",
            Stage::ExportCustoms,
            Milestone::CustomsReleased,
        )
        .with(|event| event.scope = Scope::Document)]);
    assert_eq!(before, after);
}

#[test]
fn low_confidence_never_ends_a_journey() {
    let state = parcel([picked_up("a.x", "A")
        .event(
            "2025-03-02T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .with(|event| event.confidence = parceltrail::Confidence::Low)]);
    assert_eq!(state.milestone, Milestone::PickedUp);
}

#[test]
fn a_consignments_delivery_is_not_the_parcels() {
    let state = parcel([picked_up("a.x", "A")
        .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .with(|event| event.scope = Scope::Consignment)
        .event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .with(|event| event.scope = Scope::Consignment)]);
    assert_eq!(state.milestone, Milestone::Departed);
}

#[test]
fn planned_events_do_not_count_yet() {
    let told =
        || picked_up("a.x", "A").event("2025-03-05T10:00:00Z", Stage::LineHaul, Milestone::Arrived);
    let journey = journey([told()]);
    assert_eq!(
        journey
            .at("2025-03-04T00:00:00Z".parse().unwrap())
            .parcel
            .unwrap()
            .milestone,
        Milestone::PickedUp
    );
    assert_eq!(
        journey
            .at("2025-03-06T00:00:00Z".parse().unwrap())
            .parcel
            .unwrap()
            .milestone,
        Milestone::Arrived
    );
}

#[test]
fn what_was_known_then_can_be_asked() {
    let early = picked_up("a.x", "A").received("2025-03-01T12:00:00Z");
    let late = shipment("a.x", "A")
        .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .received("2025-03-09T00:00:00Z");
    let journey = journey([early, late]);
    let known_at = "2025-03-05T00:00:00Z".parse().unwrap();
    assert_eq!(
        journey
            .at_known(known_at, known_at)
            .parcel
            .unwrap()
            .milestone,
        Milestone::PickedUp
    );
    assert_eq!(
        journey.at(now()).parcel.unwrap().milestone,
        Milestone::Departed
    );
}

#[test]
fn a_newer_snapshot_withdraws_what_it_leaves_out() {
    let wrong = picked_up("a.x", "A")
        .event(
            "2025-03-02T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .snapshot()
        .received("2025-03-02T12:00:00Z");
    let right = picked_up("a.x", "A")
        .snapshot()
        .received("2025-03-02T13:00:00Z");
    let state = journey([wrong, right]).at(now());
    assert_eq!(state.parcel.unwrap().milestone, Milestone::PickedUp);
    assert_eq!(
        state
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::Withdrawn)
            .count(),
        1
    );
}

#[test]
fn an_empty_or_short_snapshot_withdraws_nothing() {
    let full = picked_up("a.x", "A")
        .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .snapshot()
        .received("2025-03-02T12:00:00Z");
    let forgotten = shipment("a.x", "A")
        .snapshot()
        .received("2025-09-02T12:00:00Z");
    let last_scan = shipment("a.x", "A")
        .event("2025-03-04T10:00:00Z", Stage::LineHaul, Milestone::Arrived)
        .snapshot()
        .received("2025-03-04T12:00:00Z");
    let state = journey([full, forgotten, last_scan]).at(now());
    assert_eq!(state.events.len(), 3);
    assert_eq!(state.parcel.unwrap().milestone, Milestone::Arrived);
}

#[test]
fn increments_withdraw_nothing() {
    let state = journey([
        picked_up("a.x", "A").received("2025-03-02T12:00:00Z"),
        shipment("a.x", "A")
            .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Departed)
            .received("2025-03-03T00:00:00Z"),
    ])
    .at(now());
    assert_eq!(state.events.len(), 2);
}

#[test]
fn late_scans_do_not_reopen_a_delivery_but_contradict_it() {
    let state = journey([picked_up("a.x", "A")
        .event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .event("2025-03-04T10:00:00Z", Stage::LineHaul, Milestone::Arrived)])
    .at(now());
    assert!(state.parcel.unwrap().terminal);
    assert_eq!(
        state
            .conflicts
            .iter()
            .map(|conflict| conflict.kind)
            .collect::<Vec<_>>(),
        [ConflictKind::MovementAfterDelivery]
    );
}

#[test]
fn a_return_after_delivery_reopens_it() {
    let state = parcel([picked_up("a.x", "A")
        .event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .event("2025-03-10T10:00:00Z", Stage::Return, Milestone::Returning)]);
    assert_eq!(
        (state.stage, state.milestone, state.terminal),
        (Some(Stage::Return), Milestone::Returning, false)
    );
}

#[test]
fn what_is_delivered_on_the_way_back_is_returned() {
    let returning =
        || picked_up("a.x", "A").event("2025-03-03T10:00:00Z", Stage::Return, Milestone::Returning);
    let state = parcel([returning().event(
        "2025-03-10T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    )]);
    assert_eq!(
        (state.stage, state.milestone),
        (Some(Stage::Return), Milestone::Returned)
    );
    let unsure = returning().with(|event| event.confidence = parceltrail::Confidence::Low);
    assert_eq!(
        parcel([unsure.event(
            "2025-03-10T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered
        )])
        .milestone,
        Milestone::Delivered
    );
}

#[test]
fn a_second_delivered_does_not_move_the_moment_of_delivery() {
    let state = parcel([picked_up("a.x", "A")
        .event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .event(
            "2025-03-05T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )]);
    assert_eq!(state.since.raw(), "2025-03-03T10:00:00Z");
}

#[test]
fn a_stage_that_no_code_tells_is_carried() {
    let state = journey([shipment("a.x", "A")
        .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Arrived)
        .event("2025-03-03T10:00:00Z", None, Milestone::Delayed)])
    .at(now());
    assert_eq!(state.parcel.as_ref().unwrap().stage, Some(Stage::LineHaul));
    let arrived = state.events[0].id();
    assert!(
        state.trace.rests_on(TraceField::Stage, arrived),
        "the stage rests on the arrival"
    );
}

#[test]
fn customs_holds_are_a_set() {
    let customs = |at: &str, milestone| {
        shipment("cn-customs.ceb", "99992026E000000001")
            .event(at, Stage::ExportCustoms, milestone)
            .authority()
    };
    let carrier = shipment("ups.track", "1Z")
        .event(
            "2025-03-02T11:00:00Z",
            Stage::ExportCustoms,
            Milestone::CustomsInfoRequired,
        )
        .with(|event| event.reason = Some(Reason::InvoiceMissing));
    let mut all = vec![
        customs("2025-03-02T09:00:00Z", Milestone::CustomsSubmitted),
        customs("2025-03-02T10:00:00Z", Milestone::CustomsInspection),
        carrier,
    ];
    let track = journey(all.clone()).at(now()).customs.export.unwrap();
    assert_eq!(track.holds.len(), 2);
    assert_eq!(
        (track.milestone, track.who_must_act.unwrap().as_str()),
        (Milestone::CustomsInfoRequired, "sender")
    );

    // The carrier's own release ends its own hold; customs still look into the parcel.
    all.push(shipment("ups.track", "1Z").event(
        "2025-03-02T12:00:00Z",
        Stage::ExportCustoms,
        Milestone::CustomsReleased,
    ));
    let track = journey(all.clone()).at(now()).customs.export.unwrap();
    assert_eq!(
        (track.holds.len(), track.milestone, track.released),
        (1, Milestone::CustomsInspection, None)
    );

    all.push(customs("2025-03-02T13:00:00Z", Milestone::CustomsReleased));
    let track = journey(all.clone()).at(now()).customs.export.unwrap();
    assert_eq!(
        (track.holds.len(), track.milestone),
        (0, Milestone::CustomsReleased)
    );

    // A straggler of a lower step does not undo the release; a control after it does.
    all.push(customs("2025-03-02T13:00:05Z", Milestone::CustomsSubmitted));
    assert_eq!(
        journey(all.clone())
            .at(now())
            .customs
            .export
            .unwrap()
            .milestone,
        Milestone::CustomsReleased
    );
    all.push(customs(
        "2025-03-02T14:00:00Z",
        Milestone::CustomsInspection,
    ));
    assert_eq!(
        journey(all).at(now()).customs.export.unwrap().milestone,
        Milestone::CustomsInspection
    );
}

#[test]
fn a_new_declaration_answers_a_rejection() {
    let customs = |at: &str, milestone| {
        shipment("cn-customs.ceb", "C1")
            .event(at, Stage::ImportCustoms, milestone)
            .authority()
    };
    let rejected = customs("2025-03-02T10:00:00Z", Milestone::CustomsRejected);
    let again = customs("2025-03-03T10:00:00Z", Milestone::CustomsSubmitted);
    assert_eq!(
        journey([rejected.clone()])
            .at(now())
            .customs
            .import
            .unwrap()
            .milestone,
        Milestone::CustomsRejected
    );
    assert_eq!(
        journey([rejected, again])
            .at(now())
            .customs
            .import
            .unwrap()
            .milestone,
        Milestone::CustomsSubmitted
    );
}

#[test]
fn pieces_roll_up_to_the_one_behind() {
    let two = || {
        picked_up("a.x", "A")
            .event(
                "2025-03-03T10:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .of_piece("P1")
            .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .of_piece("P2")
    };
    let state = journey([two()]).at(now());
    assert_eq!(state.parcel.as_ref().unwrap().milestone, Milestone::Arrived);
    assert_eq!(
        state
            .pieces
            .iter()
            .map(|piece| piece.milestone.unwrap())
            .collect::<Vec<_>>(),
        [Milestone::Delivered, Milestone::Arrived]
    );

    let both = two()
        .event(
            "2025-03-04T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .of_piece("P2");
    assert!(journey([both.clone()]).at(now()).parcel.unwrap().terminal);
    let of_three = both.pieces(3);
    assert_eq!(
        journey([of_three]).at(now()).parcel.unwrap().milestone,
        Milestone::PickedUp,
        "the third piece is not told about"
    );
}

#[test]
fn packages_under_a_master_are_pieces_of_one_leg() {
    let package = |number: &str| {
        shipment("ups.track", number).refers_to(Reference::new(Role::MasterWaybill, "1ZMASTER"))
    };
    let (states, _) = sorted([
        package("1ZA").event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        ),
        package("1ZB").event(
            "2025-03-03T11:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        ),
    ]);
    assert_eq!(states.len(), 1);
    assert_eq!((states[0].legs.len(), states[0].pieces.len()), (1, 2));
    assert_eq!(
        states[0].parcel.as_ref().unwrap().milestone,
        Milestone::OutForDelivery
    );
}

#[test]
fn one_scan_told_by_two_feeds_is_one_scan() {
    let state = journey([
        shipment("dhl.unified", "7").event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        ),
        shipment("dhl.express", "7").event(
            "2025-03-03T10:00:40Z",
            Stage::LastMile,
            Milestone::Delivered,
        ),
        shipment("dhl.express", "7").event(
            "2025-03-03T08:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        ),
    ])
    .at(now());
    assert_eq!(state.same_scans.len(), 1);
    assert_eq!(state.same_scans[0].events.len(), 2);
    assert_eq!(
        state.events.len(),
        3,
        "grouping keeps every statement whole"
    );
}

#[test]
fn numbers_named_by_feeds_join_and_orders_join_what_is_unambiguous() {
    let sf = picked_up("sf.push", "SF1").refers_to(Reference::new(Role::Order, "WEB-5501"));
    let customs = shipment("cn-customs.ceb", "LIST1")
        .event(
            "2025-03-02T10:00:00Z",
            Stage::ExportCustoms,
            Milestone::CustomsReleased,
        )
        .authority()
        .refers_to(Reference::new(Role::Order, "WEB-5501"));
    let ups = shipment("ups.track", "1Z1")
        .event("2025-03-03T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .refers_to(Reference::new(Role::CustomerReference, "web-5501"));
    let other = shipment("ups.track", "1Z2").event(
        "2025-03-03T10:00:00Z",
        Stage::LineHaul,
        Milestone::Departed,
    );
    let (states, notices) = sorted([sf.clone(), customs.clone(), ups.clone(), other]);
    assert_eq!((states.len(), notices), (2, 0));
    assert_eq!(
        states.iter().map(|state| state.numbers.len()).max(),
        Some(3)
    );

    // The same order in two parcels of one carrier ties nothing.
    let second = shipment("ups.track", "1Z3")
        .event("2025-03-03T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .refers_to(Reference::new(Role::CustomerReference, "WEB-5501"));
    let (states, notices) = sorted([sf, customs, ups, second]);
    assert_eq!((states.len(), notices), (4, 1));
}

#[test]
fn a_reused_number_is_two_parcels() {
    let old = shipment("dhl.express", "7100000042")
        .event(
            "2024-06-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2024-06-05T10:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        );
    let new = shipment("dhl.express", "7100000042").event(
        "2025-03-01T10:00:00Z",
        Stage::FirstMile,
        Milestone::PickedUp,
    );
    let (states, _) = sorted([old.clone(), new.clone()]);
    assert_eq!(
        states
            .iter()
            .map(|state| state.parcel.as_ref().unwrap().milestone)
            .collect::<Vec<_>>(),
        [Milestone::Delivered, Milestone::PickedUp]
    );

    // ShipmentBuilder in one delivery they come apart as well.
    let mut both = old.shipment();
    both.events.extend(new.shipment().events);
    let mut journeys = Journeys::default();
    journeys.apply(both);
    assert_eq!(journeys.sorted().0.len(), 2);
}

#[test]
fn a_long_hold_is_not_a_reuse() {
    let held = shipment("dhl.express", "7")
        .event(
            "2025-01-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2025-01-05T10:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsHold,
        )
        .event(
            "2025-04-05T10:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
        );
    assert_eq!(sorted([held]).0.len(), 1);
}

#[test]
fn the_trace_alone_gives_the_same_state() {
    let all = [
        picked_up("sf.push", "SF1")
            .at("Shenzhen-CN")
            .event("2025-03-02T10:00:00+08:00", None, Milestone::Held)
            .refers_to(Reference::new(Role::NextCarrier, "1Z1").with_carrier("ups")),
        shipment("ups.track", "1Z1")
            .event("2025-03-04T10:00:00Z", Stage::LineHaul, Milestone::Departed)
            .at("Anchorage, AK, US")
            .event("2025-03-05T10:00:00Z", None, Milestone::InTransit)
            .event("2025-03-05T12:00:00Z", None, Milestone::InTransit)
            .event("2025-03-05T13:00:00Z", None, Milestone::Unmapped),
    ];
    let journey = journey(all);
    let state = journey.at(now());
    let kept = state.trace.of_state();
    assert!(kept.len() < state.events.len());
    let replayed = journey
        .retaining(|event: &Event| kept.contains(&event.id()))
        .at(now());
    assert_eq!(replayed.parcel, state.parcel);
}

#[test]
fn a_lead_package_is_a_piece_among_the_others() {
    let lead = shipment("ups.track", "1ZLEAD").event(
        "2025-03-03T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let other = shipment("ups.track", "1ZB")
        .refers_to(Reference::new(Role::MasterWaybill, "1ZLEAD"))
        .event(
            "2025-03-03T09:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        );
    let (states, _) = sorted([lead, other]);
    assert_eq!((states.len(), states[0].pieces.len()), (1, 2));
    assert_eq!(
        states[0].parcel.as_ref().unwrap().milestone,
        Milestone::OutForDelivery
    );
}

#[test]
fn a_piece_without_a_stage_of_its_own_keeps_the_stage_it_reached() {
    let state = parcel([shipment("a.x", "A")
        .event(
            "2025-03-03T10:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        )
        .of_piece("P1")
        .event("2025-03-03T12:00:00Z", None, Milestone::Delayed)
        .of_piece("P1")
        .event("2025-03-02T10:00:00Z", Stage::LineHaul, Milestone::Arrived)
        .of_piece("P2")]);
    assert_eq!(state.milestone, Milestone::Arrived, "P2 is behind");
}

#[test]
fn pieces_of_an_earlier_carrier_do_not_hold_back_those_of_the_next() {
    let first = shipment("sf.push", "SF1")
        .event(
            "2025-03-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .of_piece("P1")
        .event(
            "2025-03-01T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .of_piece("P2")
        .refers_to(Reference::new(Role::NextCarrier, "1ZA").with_carrier("ups"));
    let second = |number: &str| {
        shipment("ups.track", number)
            .refers_to(Reference::new(Role::MasterWaybill, "1ZA"))
            .event(
                "2025-03-05T10:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
    };
    let (states, _) = sorted([first, second("1ZA"), second("1ZB")]);
    assert_eq!(states.len(), 1);
    assert!(states[0].parcel.as_ref().unwrap().terminal);
}

fn receipt(at: &str, code: &str, milestone: Milestone) -> ShipmentBuilder {
    shipment("cn-customs.ceb", "99992026E000000203")
        .event(at, Stage::ExportCustoms, milestone)
        .coded(code)
        .with(|event| event.sequence = code.parse().ok())
        .authority()
}

#[test]
fn a_burst_of_one_second_has_the_order_of_its_statuses() {
    let state = journey([
        receipt(
            "2025-03-02T10:00:00.100Z",
            "800",
            Milestone::CustomsReleased,
        ),
        receipt(
            "2025-03-02T10:00:00.500Z",
            "399",
            Milestone::CustomsSubmitted,
        ),
        receipt("2025-03-02T10:00:00.700Z", "300", Milestone::CustomsHold),
    ])
    .at(now());
    assert_eq!(state.parcel.unwrap().milestone, Milestone::CustomsReleased);
    assert_eq!(
        state.customs.export.unwrap().milestone,
        Milestone::CustomsReleased
    );
}

#[test]
fn paperwork_after_a_release_does_not_move_the_parcel_back() {
    let released = receipt("2025-03-02T10:00:00Z", "800", Milestone::CustomsReleased);
    let straggler = receipt("2025-03-02T10:00:09Z", "120", Milestone::CustomsSubmitted);
    assert_eq!(
        parcel([released.clone(), straggler]).milestone,
        Milestone::CustomsReleased
    );

    // The case is closed once the departure matched, when the parcel is abroad.
    let flown = shipment("ups.track", "1Z").event(
        "2025-03-05T10:00:00Z",
        Stage::LineHaul,
        Milestone::Arrived,
    );
    let closed = receipt("2025-03-06T10:00:00Z", "899", Milestone::CustomsReleased);
    let state = parcel([released.clone(), flown.clone(), closed.clone()]);
    assert_eq!(
        (state.stage, state.milestone),
        (Some(Stage::LineHaul), Milestone::Arrived)
    );

    // A control after the release holds it again, and its end is news.
    let control = receipt("2025-03-05T12:00:00Z", "500", Milestone::CustomsInspection);
    assert_eq!(
        parcel([released.clone(), flown.clone(), control.clone()]).milestone,
        Milestone::CustomsInspection
    );
    let journey = journey([released, flown, control, closed]);
    let state = journey.at(now());
    assert_eq!(
        state.parcel.as_ref().unwrap().milestone,
        Milestone::CustomsReleased
    );
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
fn a_seizure_ends_with_a_release() {
    let seized = receipt("2025-03-02T10:00:00Z", "502", Milestone::CustomsSeized);
    let before = receipt("2025-03-02T09:00:00Z", "800", Milestone::CustomsReleased);
    let state = journey([before, seized.clone()]).at(now());
    let track = state.customs.export.unwrap();
    assert_eq!(
        (track.milestone, track.released),
        (Milestone::CustomsSeized, None)
    );
    assert!(state.parcel.unwrap().terminal);
    let state = journey([
        seized,
        receipt("2025-03-12T10:00:00Z", "800", Milestone::CustomsReleased),
    ])
    .at(now());
    assert_eq!(
        state.customs.export.unwrap().milestone,
        Milestone::CustomsReleased
    );
    assert_eq!(state.parcel.unwrap().milestone, Milestone::CustomsReleased);
}

#[test]
fn an_authority_s_statement_about_a_waybill_is_about_the_carrier_s_parcel() {
    let declaration = shipment("cn-customs.ceb", "SF1000000000203")
        .authority()
        .refers_to(Reference::new(Role::DeclarationReference, "COP-203"));
    let receipt = shipment("cn-customs.ceb", "COP-203")
        .event(
            "2025-03-02T10:00:00Z",
            Stage::ExportCustoms,
            Milestone::CustomsInspection,
        )
        .authority();
    let (states, notices) = sorted([
        receipt,
        picked_up("sf.push", "SF1000000000203"),
        declaration.clone(),
    ]);
    assert_eq!((states.len(), notices), (1, 0));
    assert!(states[0].customs.is_held());

    // Of two uses of the waybill's number, a declaration without a time is about the newer one.
    let old = shipment("sf.push", "SF1000000000203").event(
        "2024-03-01T10:00:00Z",
        Stage::FirstMile,
        Milestone::PickedUp,
    );
    let (states, _) = sorted([declaration, picked_up("sf.push", "SF1000000000203"), old]);
    assert_eq!(
        states
            .iter()
            .map(|state| state.numbers.len())
            .collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn two_goods_lists_of_one_order_are_two_parcels() {
    let list = |number: &str| {
        shipment("cn-customs.ceb", number)
            .event(
                "2025-03-02T10:00:00Z",
                Stage::ExportCustoms,
                Milestone::CustomsReleased,
            )
            .authority()
            .refers_to(Reference::new(Role::Order, "WEB-5599"))
    };
    let paper = list("WEB-5599").with(|event| {
        event.scope = Scope::Document;
        event.milestone = Milestone::Info;
    });
    let (states, notices) = sorted([list("LIST1"), list("LIST2")]);
    assert_eq!((states.len(), notices), (2, 1));
    let (states, notices) = sorted([list("LIST1"), paper]);
    assert_eq!(
        (states.len(), notices),
        (1, 0),
        "the order's paper is not another parcel"
    );
}

#[test]
fn a_leg_that_has_not_begun_comes_after_those_that_have() {
    let mut journey = Journey::default();
    journey.apply(shipment("sf.routes", "Z1").event(
        "2026-03-02T10:00:00+08:00",
        Stage::FirstMile,
        Milestone::PickedUp,
    ));
    journey.apply(shipment("acme.track", "A1"));
    let state = journey.at("2026-03-03T00:00:00Z".parse().unwrap());
    assert_eq!(
        state
            .legs
            .iter()
            .map(|leg| leg.carrier.as_str())
            .collect::<Vec<_>>(),
        ["sf", "acme"]
    );
}
