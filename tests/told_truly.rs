//! What a state says of unknown scans, places, pieces and promises.
#![cfg(feature = "testing")]

use chrono::{DateTime, Utc};
use parceltrail::journey::{Journey, Journeys, PieceCount, Snapshot};
use parceltrail::model::{
    EventTime, Milestone, Promise, PromiseKind, Reference, Role, Scope, Shipment, Stage,
};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Payload, Registry};

fn now() -> DateTime<Utc> {
    "2026-06-20T00:00:00Z".parse().unwrap()
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

fn only(shipments: impl IntoIterator<Item = Shipment>) -> Snapshot {
    let mut journeys = Journeys::default();
    shipments
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    let (sorted, _) = journeys.sorted();
    assert_eq!(sorted.len(), 1, "one parcel");
    sorted[0].at(now())
}

fn state(told: impl IntoIterator<Item = ShipmentBuilder>) -> Snapshot {
    only(told.into_iter().map(ShipmentBuilder::shipment))
}

fn label() -> ShipmentBuilder {
    shipment("a.x", "A1").event("2026-03-01T10:00:00Z", Stage::Order, Milestone::Announced)
}

fn picked_up() -> ShipmentBuilder {
    shipment("a.x", "A1")
        .event(
            "2026-03-02T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .at("Dallas, TX, US")
}

/// A journey of the events alone that a state's trace names gives the same.
fn assert_traced(told: impl IntoIterator<Item = ShipmentBuilder>) {
    let mut journey = Journey::default();
    told.into_iter().for_each(|told| {
        journey.apply(told);
    });
    let state = journey.at(now());
    let kept = state.trace.of_state();
    assert_eq!(
        journey
            .retaining(|event| kept.contains(&event.id()))
            .at(now())
            .parcel,
        state.parcel
    );
    let seen = &state.trace.last_seen;
    assert_eq!(
        journey
            .retaining(|event| seen.contains(&event.id()))
            .at(now())
            .last_seen,
        state.last_seen
    );
}

#[test]
fn an_unknown_scan_at_a_place_shows_that_the_carrier_has_an_announced_parcel_and_no_more() {
    let state = only(decoded("ups-unknown-i-code"));
    let parcel = state.parcel.unwrap();
    assert_eq!(
        (parcel.milestone, parcel.stage, parcel.terminal),
        (Milestone::Unmapped, None, false)
    );
    assert_eq!(
        parcel.since.earliest(),
        "2025-03-12T14:10:02Z".parse::<DateTime<Utc>>().unwrap()
    );
    assert_eq!(parcel.place.unwrap().city.as_deref(), Some("ATLANTA"));
    let seen = state.last_seen.unwrap();
    assert_eq!(
        (seen.milestone, seen.carrier.as_str()),
        (Milestone::Unmapped, "ups")
    );

    let scan = |at: &str, place: &str| label().event(at, None, Milestone::Unmapped).at(place);
    let told = scan("2026-03-02T10:00:00Z", "Dallas, TX, US")
        .event("2026-03-03T10:00:00Z", None, Milestone::Unmapped)
        .at("Reno, NV, US");
    let parcel = self::state([told.clone()]).parcel.unwrap();
    assert_eq!(
        (parcel.milestone, parcel.since.raw(), parcel.place_at),
        (Milestone::Unmapped, "2026-03-03T10:00:00Z", None)
    );
    assert_traced([told.clone()]);
    // A later label changes nothing, and what is understood moves it.
    let again = told
        .clone()
        .event("2026-03-04T10:00:00Z", Stage::Order, Milestone::Announced);
    assert_eq!(
        self::state([again]).parcel.unwrap().milestone,
        Milestone::Unmapped
    );
    let known = told.event("2026-03-04T10:00:00Z", Stage::LineHaul, Milestone::Departed);
    assert_eq!(
        self::state([known]).parcel.unwrap().milestone,
        Milestone::Departed
    );
}

#[test]
fn an_unknown_statement_without_a_place_shows_nothing_of_an_announced_parcel() {
    for place in ["", "US"] {
        let state = state([label()
            .event("2026-03-02T10:00:00Z", None, Milestone::Unmapped)
            .at(place)]);
        assert_eq!(
            state.parcel.unwrap().milestone,
            Milestone::Announced,
            "{place}"
        );
        assert!(state.last_seen.is_none(), "{place}");
    }
    let paper = label()
        .event("2026-03-02T10:00:00Z", None, Milestone::Unmapped)
        .at("Dallas, TX, US")
        .with(|event| event.scope = Scope::Document);
    assert_eq!(
        state([paper]).parcel.unwrap().milestone,
        Milestone::Announced
    );
    let shop = shipment("shop.orders", "A1")
        .event("2026-03-02T10:00:00Z", None, Milestone::Unmapped)
        .at("Dallas, TX, US")
        .merchant();
    assert!(state([shop]).parcel.is_none());
}

#[test]
fn the_last_sign_of_life_comes_from_unknown_scans_too_while_the_milestone_stays() {
    let told = || {
        picked_up()
            .event("2026-03-05T10:00:00Z", None, Milestone::Unmapped)
            .at("Reno, NV, US")
    };
    let state = state([told()]);
    assert_eq!(
        state.parcel.as_ref().unwrap().milestone,
        Milestone::PickedUp
    );
    let seen = state.last_seen.unwrap();
    assert_eq!(
        (seen.time.raw(), seen.place.unwrap().city.as_deref()),
        ("2026-03-05T10:00:00Z", Some("Reno"))
    );
    // Of a parcel that it has, a carrier's unknown statement is a sign of life without a place too;
    // papers, labels and what is only said are not.
    let without = told().event("2026-03-06T10:00:00Z", None, Milestone::Unmapped);
    assert_eq!(
        self::state([without.clone()]).last_seen.unwrap().time.raw(),
        "2026-03-06T10:00:00Z"
    );
    assert_traced([without]);
    for said in [
        Milestone::Announced,
        Milestone::Info,
        Milestone::Cancelled,
        Milestone::Lost,
        Milestone::DeliveryScheduled,
    ] {
        let state = self::state([told().event("2026-03-07T10:00:00Z", None, said)]);
        assert_eq!(
            state.last_seen.unwrap().time.raw(),
            "2026-03-05T10:00:00Z",
            "{said}"
        );
    }
}

#[test]
fn since_and_place_come_from_one_scan_or_the_state_says_that_they_do_not() {
    let state = only(decoded("fedex-placeless-scan"));
    let parcel = state.parcel.unwrap();
    assert_eq!(
        (parcel.milestone, parcel.since.raw()),
        (Milestone::Arrived, "2026-03-08T17:33:00-08:00")
    );
    assert_eq!(
        (parcel.place.unwrap().city.as_deref(), parcel.place_at),
        (Some("RENO"), None)
    );

    let arrived = picked_up().event("2026-03-08T10:00:00Z", Stage::LineHaul, Milestone::Arrived);
    let parcel = self::state([arrived.clone()]).parcel.unwrap();
    assert_eq!(
        (
            parcel.place.unwrap().city.as_deref(),
            parcel.place_at.unwrap().raw()
        ),
        (Some("Dallas"), "2026-03-02T10:00:00Z")
    );
    assert_traced([arrived.clone()]);
    // A later scan without a place repeats what was told; one with a place tells it.
    let repeated = arrived.clone().at("Reno, NV, US").event(
        "2026-03-09T10:00:00Z",
        Stage::LineHaul,
        Milestone::Arrived,
    );
    let parcel = self::state([repeated.clone()]).parcel.unwrap();
    assert_eq!(
        (parcel.since.raw(), parcel.place_at),
        ("2026-03-08T10:00:00Z", None)
    );
    assert_eq!(parcel.place.unwrap().city.as_deref(), Some("Reno"));
    assert_traced([repeated]);
}

#[test]
fn one_scan_under_a_re_worded_place_is_shown_once() {
    let state = only(
        decoded("fedex-push-paris")
            .into_iter()
            .chain(decoded("fedex-push-paris-cedex")),
    );
    assert_eq!(state.events.len(), 1);
    let at = |place: &str, received: &str| {
        shipment("a.x", "A1")
            .event("2026-03-02T10:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .at(place)
            .received(received)
            .shipment()
    };
    let words = [
        "Saint-Étienne, FR",
        "SAINT ETIENNE - FRANCE",
        "St. Etienne Cedex 1, FR",
        "42000 Saint-Etienne, FR",
    ];
    let state = only(words.iter().map(|place| at(place, "2026-03-02T12:00:00Z")));
    assert_eq!(state.events.len(), 1);
    let state = only([
        at("Saint-Étienne, FR", "2026-03-02T12:00:00Z"),
        at("Saint-Denis, FR", "2026-03-02T12:00:00Z"),
    ]);
    assert_eq!(state.events.len(), 2, "two towns are two scans");
}

#[test]
fn two_of_five_delivered_follows_from_the_state() {
    let state = only(decoded("fedex-mps"));
    assert_eq!(
        state.piece_count,
        Some(PieceCount::new(5).with_delivered(2).with_not_collected(1))
    );
    let parcel = state.parcel.unwrap();
    // The carrier has four of them; of those the whole stands where the last one does.
    assert_eq!(
        (parcel.milestone, parcel.terminal),
        (Milestone::Arrived, false)
    );
    let told: Vec<(Milestone, bool)> = state
        .pieces
        .iter()
        .map(|piece| (piece.milestone.unwrap(), piece.terminal))
        .collect();
    use Milestone as M;
    assert_eq!(
        told,
        [
            (M::Delivered, true),
            (M::Delivered, true),
            (M::Arrived, false),
            (M::Arrived, false),
            (M::Announced, false)
        ]
    );
    assert!(
        state
            .pieces
            .iter()
            .all(|piece| piece.place.is_some() && piece.since.is_some())
    );
}

fn pieces(count: u32, each: &[(&str, Milestone)]) -> ShipmentBuilder {
    let mut told = shipment("a.x", "A1").pieces(count);
    for (piece, milestone) in each {
        let stage = if milestone.is_before_pickup() {
            Stage::Order
        } else {
            Stage::LastMile
        };
        told = told
            .event("2026-03-05T10:00:00Z", stage, *milestone)
            .of_piece(piece);
    }
    told
}

#[test]
fn a_whole_is_never_better_than_its_worst_piece_and_never_hides_a_good_one() {
    use Milestone as M;
    let cases: [(ShipmentBuilder, M, bool, [u32; 5]); 7] = [
        (
            pieces(2, &[("P1", M::Delivered), ("P2", M::Delivered)]),
            M::Delivered,
            true,
            [2, 2, 0, 0, 0],
        ),
        (
            pieces(2, &[("P1", M::Delivered), ("P2", M::Lost)]),
            M::Lost,
            true,
            [2, 1, 1, 0, 0],
        ),
        (
            pieces(2, &[("P1", M::Announced), ("P2", M::Announced)]),
            M::Announced,
            false,
            [2, 0, 0, 2, 0],
        ),
        (
            pieces(2, &[("P1", M::OutForDelivery), ("P2", M::Announced)]),
            M::OutForDelivery,
            false,
            [2, 0, 0, 1, 0],
        ),
        // All that the carrier has is at the door, a label is left: no end, and not "announced".
        (
            pieces(
                2,
                &[
                    ("P1", M::OutForDelivery),
                    ("P1", M::Delivered),
                    ("P2", M::Announced),
                ],
            ),
            M::OutForDelivery,
            false,
            [2, 1, 0, 1, 0],
        ),
        (
            pieces(2, &[("P1", M::Delivered), ("P2", M::Announced)]),
            M::Unmapped,
            false,
            [2, 1, 0, 1, 0],
        ),
        (
            pieces(3, &[("P1", M::Delivered), ("P2", M::Delivered)]),
            M::Unmapped,
            false,
            [3, 2, 0, 0, 1],
        ),
    ];
    for (told, milestone, terminal, [total, delivered, ended, not_collected, untold]) in cases {
        let state = state([told.clone()]);
        let parcel = state.parcel.unwrap();
        assert_eq!((parcel.milestone, parcel.terminal), (milestone, terminal));
        assert_eq!(
            state.piece_count,
            Some(
                PieceCount::new(total)
                    .with_delivered(delivered)
                    .with_ended(ended)
                    .with_not_collected(not_collected)
                    .with_untold(untold)
            ),
            "{milestone}"
        );
        assert_traced([told]);
    }
}

#[test]
fn what_is_told_of_all_is_told_of_each() {
    let whole = shipment("a.x", "A1").pieces(3).event(
        "2026-03-05T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    );
    assert_eq!(
        state([whole]).piece_count,
        Some(PieceCount::new(3).with_delivered(3))
    );
    let one = shipment("a.x", "B1")
        .pieces(3)
        .refers_to(Reference::new(Role::MasterWaybill, "A1"));
    let one = one.event(
        "2026-03-05T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    );
    assert_eq!(
        state([one]).piece_count,
        Some(PieceCount::new(3).with_delivered(1).with_untold(2))
    );
    assert_eq!(
        state([picked_up()]).piece_count,
        None,
        "one parcel has no pieces"
    );
}

#[test]
fn the_next_carrier_s_labels_do_not_stand_for_pieces_that_were_delivered() {
    let of_two = |feed: &str, numbers: [&str; 2], milestone: Milestone, at: &str| {
        let mut told = shipment(feed, if feed == "a.x" { "A1" } else { "B1" }).pieces(2);
        for number in numbers {
            told = told.event(at, Stage::LastMile, milestone).of_piece(number);
        }
        told
    };
    let first = of_two(
        "a.x",
        ["P1", "P2"],
        Milestone::Delivered,
        "2026-03-05T10:00:00Z",
    );
    let first = first.refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("b"));
    let labels = of_two(
        "b.x",
        ["Q1", "Q2"],
        Milestone::Announced,
        "2026-03-04T10:00:00Z",
    );
    let state = state([first.clone(), labels]);
    assert_eq!(
        (
            state.parcel.unwrap().milestone,
            state.piece_count.unwrap().delivered
        ),
        (Milestone::Delivered, 2)
    );
    let moving = of_two(
        "b.x",
        ["Q1", "Q2"],
        Milestone::OutForDelivery,
        "2026-03-07T10:00:00Z",
    );
    let state = self::state([first, moving]);
    assert_eq!(
        (state.parcel.unwrap().milestone, state.pieces.len()),
        (Milestone::OutForDelivery, 2)
    );
}

fn day(day: &str) -> EventTime {
    EventTime::instant(day, format!("{day}T12:00:00Z").parse().unwrap())
}

fn promising(received: &str, promises: &[(PromiseKind, &str)]) -> ShipmentBuilder {
    promises.iter().fold(
        picked_up().snapshot().received(received),
        |told, (kind, by)| told.promised(Promise::by(*kind, day(by))),
    )
}

#[test]
fn every_promise_is_kept_with_when_it_was_stated_and_the_one_that_counts_is_told() {
    use PromiseKind::{Committed, Estimated, Rescheduled};
    let all = [
        promising(
            "2026-03-02T12:00:00Z",
            &[(Committed, "2026-03-06"), (Estimated, "2026-03-05")],
        ),
        promising(
            "2026-03-03T12:00:00Z",
            &[(Committed, "2026-03-06"), (Estimated, "2026-03-05")],
        ),
        promising(
            "2026-03-04T12:00:00Z",
            &[(Committed, "2026-03-06"), (Estimated, "2026-03-07")],
        ),
        promising(
            "2026-03-05T12:00:00Z",
            &[
                (Committed, "2026-03-06"),
                (Rescheduled, "2026-03-08"),
                (Estimated, "2026-03-05"),
            ],
        ),
    ];
    let expected = [
        ("2026-03-02T12:00:00+00:00", Estimated, "2026-03-05"),
        ("2026-03-02T12:00:00+00:00", Committed, "2026-03-06"),
        ("2026-03-04T12:00:00+00:00", Estimated, "2026-03-07"),
        ("2026-03-05T12:00:00+00:00", Estimated, "2026-03-05"),
        ("2026-03-05T12:00:00+00:00", Rescheduled, "2026-03-08"),
    ];
    let mut reversed = all.to_vec();
    reversed.reverse();
    for told in [all.to_vec(), reversed] {
        let state = state(told);
        let stated: Vec<(String, PromiseKind, &str)> = state
            .promises
            .iter()
            .map(|one| {
                (
                    one.stated.to_rfc3339(),
                    one.promise.kind,
                    one.promise.by.raw(),
                )
            })
            .collect();
        assert_eq!(
            stated
                .iter()
                .map(|(at, kind, by)| (at.as_str(), *kind, *by))
                .collect::<Vec<_>>(),
            expected
        );
        let now = state.promise.unwrap();
        assert_eq!(
            (now.promise.kind, now.promise.by.raw()),
            (Rescheduled, "2026-03-08")
        );
        assert!(state.promises.contains(&now));
    }
}

#[test]
fn a_carrier_s_own_time_of_a_promise_counts_before_the_receipt() {
    let mut promise = Promise::by(PromiseKind::Estimated, day("2026-03-06"));
    promise.stated = Some(EventTime::instant(
        "then",
        "2026-03-02T08:00:00Z".parse().unwrap(),
    ));
    let told = |received: &str| picked_up().received(received).promised(promise.clone());
    let state = state([told("2026-03-03T12:00:00Z"), told("2026-03-04T12:00:00Z")]);
    assert_eq!(
        state
            .promises
            .iter()
            .map(|one| one.stated.to_rfc3339())
            .collect::<Vec<_>>(),
        ["2026-03-02T08:00:00+00:00"]
    );
    assert_eq!(state.promise.as_ref(), state.promises.first());
}

#[test]
fn a_promise_stands_although_a_next_number_is_known_and_ends_with_the_delivery() {
    let told = || {
        promising(
            "2026-03-02T12:00:00Z",
            &[(PromiseKind::Estimated, "2026-03-06")],
        )
    };
    let named = told().refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("b"));
    assert_eq!(
        state([named]).promise.unwrap().promise.by.raw(),
        "2026-03-06"
    );
    let ended = self::state([told().event(
        "2026-03-05T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    )]);
    assert!(ended.promise.is_none());
    assert_eq!(ended.promises.len(), 1, "what was promised is still told");
}
