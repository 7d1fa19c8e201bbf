//! Rules about shipments of several pieces: each piece is judged, its findings name it, its cases
//! are its own, and many pieces cost no more than they are.

#[path = "support/growth.rs"]
mod growth;

use chrono::{DateTime, Utc};
use growth::linear;
use parceltrail::anomaly::{
    CaseEvent, Cases, Finding, Findings, Inspector, Parcel, Replay, Settings,
};
use parceltrail::journey::Snapshot;
use parceltrail::model::{Reason, TrackingNumber};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Journey, Milestone, Stage};

const NOW: &str = "2025-04-25T00:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn inspector() -> Inspector {
    Inspector::new(Settings::default()).unwrap()
}

fn journey(told: impl IntoIterator<Item = ShipmentBuilder>) -> Journey {
    let mut journey = Journey::default();
    told.into_iter().for_each(|told| _ = journey.apply(told));
    journey
}

fn findings(told: impl IntoIterator<Item = ShipmentBuilder>, now: &str) -> Findings {
    let inspector = inspector();
    inspector.inspect(
        &inspector.digest(&journey(told).at_known(at(now), at(now))),
        at(now),
    )
}

/// What a rule found, by piece; an empty text for the whole.
fn by_piece(findings: &Findings, rule: &str) -> Vec<String> {
    let of = |finding: &Finding| {
        finding
            .piece
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    findings
        .found
        .iter()
        .filter(|finding| finding.rule == rule)
        .map(of)
        .collect()
}

/// Two delivered, two at a depot, one announced.
fn five() -> ShipmentBuilder {
    let mut all = shipment("acme.track", "A1")
        .pieces(5)
        .received("2025-03-12T20:00:00Z");
    for piece in ["P1", "P2", "P3", "P4"] {
        all = all
            .event(
                "2025-03-10T18:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .of_piece(piece)
            .at("Denver, CO, US");
    }
    for piece in ["P1", "P2"] {
        all = all
            .event(
                "2025-03-12T13:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .of_piece(piece)
            .at("Denver, CO, US");
    }
    for piece in ["P3", "P4"] {
        all = all
            .event("2025-03-12T04:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .of_piece(piece)
            .at("Denver, CO, US");
    }
    all.event("2025-03-09T18:00:00Z", Stage::Order, Milestone::Announced)
        .of_piece("P5")
        .at("Denver, CO, US")
}

#[test]
fn a_label_among_five_pieces_silences_nothing() {
    let found = findings([five()], NOW);
    assert_eq!(by_piece(&found, "never-collected"), ["P5"]);
    assert_eq!(by_piece(&found, "stalled"), ["P3", "P4"]);
    let json = serde_json::to_value(found.of("never-collected").unwrap()).unwrap();
    assert_eq!(json["piece"], "P5");
    assert_eq!(
        serde_json::from_value::<Finding>(json).unwrap().piece,
        Some(TrackingNumber::new("P5"))
    );
}

#[test]
fn what_all_pieces_have_from_one_statement_is_one_finding_of_the_whole() {
    let told = shipment("acme.track", "A1")
        .event(
            "2025-03-10T18:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .of_piece("P1")
        .event(
            "2025-03-10T18:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .of_piece("P2")
        .event("2025-03-11T18:00:00Z", Stage::LastMile, Milestone::Refused)
        .received("2025-03-12T20:00:00Z");
    assert_eq!(
        by_piece(&findings([told], "2025-03-12T21:00:00Z"), "refused"),
        [""]
    );
}

#[test]
fn the_trouble_of_one_piece_is_told_while_the_others_are_well() {
    let with = |milestone, reason: Option<Reason>| {
        shipment("acme.track", "A1")
            .event(
                "2025-03-10T18:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .of_piece("P1")
            .event(
                "2025-03-12T18:00:00Z",
                Stage::LastMile,
                Milestone::OutForDelivery,
            )
            .of_piece("P2")
            .event("2025-03-11T18:00:00Z", Stage::LastMile, milestone)
            .of_piece("P3")
            .with(|event| event.reason = reason)
            .received("2025-03-12T20:00:00Z")
    };
    for (rule, milestone, reason) in [
        (
            "delivery-failed",
            Milestone::DeliveryAttempted,
            Some(Reason::RecipientAbsent),
        ),
        ("refused", Milestone::Refused, None),
        ("address-problem", Milestone::AddressIssue, None),
        ("returning-unasked", Milestone::Returning, None),
        ("misrouted", Milestone::Misrouted, None),
        ("lost", Milestone::Lost, None),
        ("lost", Milestone::Disposed, None),
        ("damaged", Milestone::Damaged, None),
        ("carrier-problem", Milestone::Exception, None),
        ("carrier-problem", Milestone::Held, None),
    ] {
        assert_eq!(
            by_piece(
                &findings([with(milestone, reason)], "2025-03-12T20:00:00Z"),
                rule
            ),
            ["P3"],
            "{rule} {milestone}"
        );
    }
}

#[test]
fn a_graver_finding_takes_under_only_those_of_its_piece() {
    let told = shipment("acme.track", "A1")
        .event("2025-03-10T18:00:00Z", Stage::LineHaul, Milestone::Arrived)
        .of_piece("P1")
        .event("2025-03-10T18:00:00Z", Stage::LineHaul, Milestone::Lost)
        .of_piece("P2")
        .received("2025-03-12T20:00:00Z");
    let found = findings([told], "2025-03-28T20:00:00Z");
    assert_eq!(
        (by_piece(&found, "stalled"), by_piece(&found, "lost")),
        (vec!["P1".to_owned()], vec!["P2".to_owned()])
    );
    assert_eq!(found.of("stalled").unwrap().under, None);
}

#[test]
fn the_cases_of_two_pieces_open_and_close_apart() {
    let inspector = inspector();
    let mut cases = Cases::new(inspector.settings().cases.clone());
    let mut journey = journey([five()]);
    let update = |cases: &mut Cases, journey: &Journey, now: &str| -> Vec<(CaseEvent, String)> {
        let found = inspector.inspect(
            &inspector.digest(&journey.at_known(at(now), at(now))),
            at(now),
        );
        let changes = cases.update("parcel 1", &found, at(now));
        let of_rule = changes
            .into_iter()
            .filter(|change| change.case.rule == "stalled");
        of_rule
            .map(|change| {
                (
                    change.what,
                    change
                        .case
                        .piece
                        .map(|piece| piece.to_string())
                        .unwrap_or_default(),
                )
            })
            .collect()
    };
    assert_eq!(
        update(&mut cases, &journey, "2025-03-26T05:00:00Z"),
        [
            (CaseEvent::Opened, "P3".to_owned()),
            (CaseEvent::Opened, "P4".to_owned())
        ]
    );
    let moved = shipment("acme.track", "A1")
        .event("2025-03-26T06:00:00Z", Stage::LineHaul, Milestone::Departed)
        .of_piece("P3");
    journey.apply(moved.received("2025-03-26T06:10:00Z"));
    assert!(update(&mut cases, &journey, "2025-03-26T07:00:00Z").is_empty());
    assert_eq!(
        update(&mut cases, &journey, "2025-03-26T09:00:00Z"),
        [(CaseEvent::Resolved, "P3".to_owned())]
    );
    let open: Vec<_> = cases
        .open()
        .filter(|case| case.rule == "stalled")
        .map(|case| case.piece.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(open, ["P4"]);
    let kept: Cases = serde_json::from_str(&serde_json::to_string(&cases).unwrap()).unwrap();
    assert_eq!(kept, cases);
}

#[test]
fn a_replay_tells_of_pieces() {
    let inspector = inspector();
    let changes = Replay::new(&inspector).run(
        "parcel 1",
        &journey([five()]),
        at("2025-03-12T00:00:00Z"),
        at(NOW),
    );
    let opened = |rule: &str| {
        let of_rule = changes
            .iter()
            .filter(|change| change.case.rule == rule && change.what == CaseEvent::Opened);
        of_rule
            .map(|change| {
                change
                    .case
                    .piece
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (opened("never-collected"), opened("stalled")),
        (
            vec!["P5".to_owned()],
            vec!["P3".to_owned(), "P4".to_owned()]
        )
    );
}

#[test]
fn a_parcel_of_one_piece_is_judged_as_a_whole() {
    let one = shipment("acme.track", "A1")
        .event("2025-03-10T18:00:00Z", Stage::LastMile, Milestone::Arrived)
        .received("2025-03-12T20:00:00Z");
    let inspector = inspector();
    let parcel = inspector.digest(&journey([one]).at_known(at(NOW), at(NOW)));
    assert!(parcel.apart.is_empty() && parcel.is_one_piece());
    assert_eq!(
        by_piece(&inspector.inspect(&parcel, at(NOW)), "stalled"),
        [""]
    );
}

#[test]
fn silence_counts_from_a_scan_of_unknown_meaning() {
    let scan = |told: ShipmentBuilder, at: &str| {
        told.event(at, None, Milestone::Unmapped)
            .at("Atlanta, GA, US")
            .coded("#7")
    };
    let label = shipment("acme.track", "A1")
        .event("2025-03-10T12:10:00Z", Stage::Order, Milestone::Announced)
        .received("2025-03-10T15:00:00Z");
    assert!(
        findings([label.clone()], "2025-03-24T00:00:00Z")
            .of("never-collected")
            .is_some()
    );
    assert!(
        findings(
            [scan(label.clone(), "2025-03-12T14:10:00Z")],
            "2025-03-24T00:00:00Z"
        )
        .of("never-collected")
        .is_none()
    );
    let before = scan(label, "2025-03-09T14:10:00Z").with(|event| event.place = None);
    assert!(
        findings([before], "2025-03-24T00:00:00Z")
            .of("never-collected")
            .is_some(),
        "it may be part of the announcement"
    );

    let depot = shipment("acme.track", "A1")
        .event("2025-03-10T12:10:00Z", Stage::LastMile, Milestone::Arrived)
        .received("2025-03-10T15:00:00Z");
    for (rule, now) in [
        ("stalled", "2025-03-22T00:00:00Z"),
        ("lost-risk", "2025-04-25T00:00:00Z"),
    ] {
        assert!(findings([depot.clone()], now).of(rule).is_some(), "{rule}");
        assert!(
            findings([scan(depot.clone(), "2025-03-20T14:10:00Z")], now)
                .of(rule)
                .is_none(),
            "{rule}"
        );
    }
    let word = shipment("shop.orders", "A1")
        .merchant()
        .event("2025-03-20T12:10:00Z", None, Milestone::Unmapped)
        .received("2025-03-20T15:00:00Z");
    assert!(
        findings([depot, word], "2025-03-22T00:00:00Z")
            .of("stalled")
            .is_some(),
        "a shop does not carry it"
    );
}

#[test]
fn the_next_carrier_s_unknown_scan_is_a_hand_over() {
    use parceltrail::model::{Reference, Role};
    let done = shipment("acme.track", "A1")
        .refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("beta"))
        .event(
            "2026-03-02T09:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2026-03-04T09:00:00Z",
            Stage::LineHaul,
            Milestone::HandedOver,
        )
        .received("2026-03-04T10:00:00Z");
    let label = shipment("beta.track", "B1")
        .event("2026-03-03T09:00:00Z", Stage::Order, Milestone::Announced)
        .received("2026-03-03T09:00:00Z");
    assert!(
        findings([done.clone(), label.clone()], "2026-03-20T09:00:00Z")
            .of("never-handed-over")
            .is_some()
    );
    let scan = label
        .event("2026-03-05T09:00:00Z", None, Milestone::Unmapped)
        .at("Lyon, FR");
    assert!(
        findings([done, scan], "2026-03-20T09:00:00Z")
            .of("never-handed-over")
            .is_none()
    );
}

/// A state with so many open pieces of two scans each, and as many scans of all.
fn of_pieces(count: usize) -> Snapshot {
    let mut state = journey([five()]).at(at(NOW));
    let (event, piece) = (
        state.events.first().cloned().unwrap(),
        state.pieces.last().cloned().unwrap(),
    );
    let named = |nth: usize, piece: Option<&TrackingNumber>| {
        let mut named = event.clone();
        if piece.is_none() {
            named.milestone = Milestone::Info;
        }
        named.piece = piece.cloned();
        named.code.value = format!("C{nth}").into();
        named
    };
    let numbers: Vec<TrackingNumber> = (0..count)
        .map(|nth| TrackingNumber::new(&format!("P{nth:06}")))
        .collect();
    state.pieces = numbers
        .iter()
        .map(|number| {
            let mut piece = piece.clone();
            piece.number = number.clone();
            piece
        })
        .collect();
    state.events = numbers
        .iter()
        .enumerate()
        .flat_map(|(nth, number)| {
            [
                named(nth, None),
                named(nth, Some(number)),
                named(nth, Some(number)),
            ]
        })
        .collect();
    state
}

/// A state with so many legs of one carrier, each with a scan.
fn of_legs(count: usize) -> Snapshot {
    let mut state = journey([five()]).at(at(NOW));
    let (event, leg) = (
        state.events.last().cloned().unwrap(),
        state.legs.first().cloned().unwrap(),
    );
    let number = |nth: usize| TrackingNumber::new(&format!("L{nth:06}"));
    let id =
        |nth: usize| parceltrail::journey::LegId::new(leg.carrier.clone(), number(nth).as_str());
    state.pieces.clear();
    state.legs = (0..count)
        .map(|nth| {
            let mut leg = leg.clone();
            (leg.number, leg.next) = (number(nth), Some(id(nth + 1)));
            leg.packages.clear();
            leg
        })
        .collect();
    state.events = (0..count)
        .map(|nth| {
            let mut scan = event.clone();
            (scan.number, scan.piece) = (number(nth), None);
            scan
        })
        .collect();
    state
}

fn digest_and_inspect(inspector: &Inspector, state: &Snapshot) -> (Parcel, Findings) {
    let parcel = inspector.digest(state);
    let findings = inspector.inspect(&parcel, at(NOW));
    (parcel, findings)
}

#[test]
fn costs_grow_with_pieces_and_legs_and_no_faster() {
    let inspector = inspector();
    linear(
        "digest and inspection by pieces",
        2_000,
        of_pieces,
        |told| digest_and_inspect(&inspector, told),
    );
    linear("digest and inspection by legs", 2_000, of_legs, |told| {
        digest_and_inspect(&inspector, told)
    });
    let found = |size| digest_and_inspect(&inspector, &of_pieces(size)).1;
    assert!(found(100).found.len() >= 100);
    linear("cases by pieces", 2_000, found, |findings| {
        let mut cases = Cases::default();
        (
            cases.update("1", findings, at(NOW)).len(),
            cases
                .update("1", &Findings::default(), at("2025-04-26T00:00:00Z"))
                .len(),
        )
    });
}
