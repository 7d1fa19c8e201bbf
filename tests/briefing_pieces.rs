//! Pieces, unexplained scans and problems in the answers, in English and Chinese.
#![cfg(feature = "fluent")]

use chrono::{DateTime, Utc};
use parceltrail::anomaly::{Inspector, Settings};
use parceltrail::briefing::{Briefing, Language, Text};
use parceltrail::journey::{PieceCount, Snapshot};
use parceltrail::model::{FreeText, TrackingNumber};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Journey, Milestone, Stage};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn text(briefing: &Briefing, tag: &str) -> Text {
    briefing.text(Language::builtin(tag).unwrap(), chrono_tz::UTC)
}

fn journey(told: ShipmentBuilder) -> Journey {
    let mut journey = Journey::default();
    journey.apply(told);
    journey
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

/// The state, with its pieces counted as they should be.
fn counted(told: ShipmentBuilder, now: &str, count: [u32; 5]) -> Snapshot {
    let state = journey(told).at(at(now));
    let [total, delivered, ended, not_collected, untold] = count;
    assert_eq!(
        state.piece_count,
        Some(
            PieceCount::new(total)
                .with_delivered(delivered)
                .with_ended(ended)
                .with_not_collected(not_collected)
                .with_untold(untold)
        )
    );
    state
}

#[test]
fn two_of_five_delivered_is_said_in_data_and_both_languages() {
    let now = "2025-03-13T00:00:00Z";
    let briefing = Briefing::new(&counted(five(), now, [5, 2, 0, 1, 0]));
    let json = serde_json::to_value(&briefing).unwrap();
    assert_eq!(
        (
            &json["pieces"]["total"],
            &json["pieces"]["delivered"],
            &json["pieces"]["not_collected"]
        ),
        (&5.into(), &2.into(), &1.into())
    );
    let behind: Vec<&str> = json["pieces"]["behind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| piece["number"].as_str().unwrap())
        .collect();
    assert_eq!(behind, ["P5", "P3", "P4"]);
    let english = text(&briefing, "en");
    assert_eq!(
        english.where_now,
        "Pieces: 2 of 5 delivered, 2 on the way, 1 not picked up yet. Slowest on the way: Arrived at a facility, Denver, CO, US, on Wed 12 March, 04:00."
    );
    assert_eq!(
        english.next,
        "Departure to the next facility (usual next step)."
    );
    assert!(!english.to_string().contains("does not have it"));
    assert_eq!(
        text(&briefing, "zh").where_now,
        "共5件，已送达2件，2件在途，1件尚未揽收。在途最慢的一件：已到达网点，3月12日（周三）04:00，Denver, CO, US。"
    );
}

#[test]
fn what_is_left_must_be_collected_where_all_others_have_ended() {
    let told = shipment("acme.track", "A1")
        .event(
            "2025-03-12T13:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .of_piece("P1")
        .event("2025-03-09T18:00:00Z", Stage::Order, Milestone::Announced)
        .of_piece("P2");
    let now = "2025-03-13T00:00:00Z";
    let briefing = Briefing::new(&counted(told, now, [2, 1, 0, 1, 0]));
    let english = text(&briefing, "en");
    assert_eq!(
        (english.where_now.as_str(), english.next.as_str()),
        (
            "Pieces: 1 of 2 delivered, 1 not picked up yet.",
            "Waiting for: Pickup by the carrier."
        )
    );
}

#[test]
fn findings_of_pieces_are_told_together_and_name_them() {
    let now = "2025-04-25T00:00:00Z";
    let journey = journey(five());
    let inspector = Inspector::new(Settings::default()).unwrap();
    let findings = inspector.inspect(
        &inspector.digest(&journey.at_known(at(now), at(now))),
        at(now),
    );
    let state = counted(five(), now, [5, 2, 0, 1, 0]);
    let briefing = Briefing::new(&state).with_findings(&findings.found);
    let english = text(&briefing, "en").wrong.join("\n");
    assert!(
        english.contains("Piece P5: The label was created, but the carrier has not picked it up."),
        "{english}"
    );
    assert!(english.contains("Pieces P3, P4: "), "{english}");
    assert!(
        text(&briefing, "zh")
            .wrong
            .join("\n")
            .contains("子件P5：面单已生成，但承运商一直未揽收。")
    );
    let json = serde_json::to_value(&briefing).unwrap();
    let of = |piece: &str| {
        json["trouble"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["piece"] == piece)
    };
    assert!(of("P3") && of("P4") && of("P5") && !of("P1") && !of("P2"));
}

/// A label, and two days later a scan whose code nobody knows.
fn scanned() -> ShipmentBuilder {
    shipment("acme.track", "A1")
        .event("2025-03-10T12:10:00Z", Stage::Order, Milestone::Announced)
        .at("Dover, DE, US")
        .event("2025-03-12T14:10:00Z", None, Milestone::Unmapped)
        .at("Atlanta, GA, US")
        .with(|event| event.code.text = Some(FreeText::new("Departed")))
        .received("2025-03-12T15:00:00Z")
}

#[test]
fn a_parcel_that_the_carrier_was_seen_with_is_not_announced_only() {
    let now = "2025-03-24T00:00:00Z";
    let state = journey(scanned()).at(at(now));
    let briefing = Briefing::new(&state);
    let english = text(&briefing, "en").where_now;
    assert!(english.starts_with("The carrier scanned it in Atlanta, GA, US on Wed 12 March, 14:10, but what happened there is unknown."), "{english}");
    assert!(
        english.contains("Departed") && !english.contains("does not have it"),
        "{english}"
    );
    let chinese = text(&briefing, "zh").where_now;
    assert!(
        chinese
            .starts_with("承运商于3月12日（周三）14:10在Atlanta, GA, US扫描过包裹，具体操作不明。"),
        "{chinese}"
    );
}

#[test]
fn a_problem_of_which_nothing_finer_is_told_is_trouble_in_the_carrier_s_own_words() {
    let told = shipment("acme.track", "A1")
        .event(
            "2025-03-10T12:10:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event(
            "2025-03-12T14:10:00Z",
            Stage::LineHaul,
            Milestone::Exception,
        )
        .with(|event| event.code.text = Some(FreeText::new("Shipment exception")))
        .received("2025-03-12T15:00:00Z");
    let (now, journey) = (at("2025-03-12T16:00:00Z"), journey(told));
    let inspector = Inspector::new(Settings::default()).unwrap();
    let findings = inspector.inspect(&inspector.digest(&journey.at_known(now, now)), now);
    let briefing = Briefing::new(&journey.at(now)).with_findings(&findings.found);
    assert_eq!(
        text(&briefing, "en").wrong,
        [
            "The carrier reports a problem. The carrier writes: “Shipment exception”. Action needed: the carrier."
        ]
    );
    assert_eq!(
        text(&briefing, "zh").wrong,
        ["承运商报告出现问题。承运商原文：“Shipment exception”。需承运商处理。"]
    );
    assert_eq!(
        text(&briefing, "en").where_now,
        "The carrier reports a problem. Since Wed 12 March, 14:10. The carrier writes: “Shipment exception”."
    );
}

#[test]
fn no_control_character_of_a_feed_reaches_a_sentence() {
    let told = shipment("acme.track", "A1")
        .event("2025-03-12T14:10:00Z", Stage::LineHaul, Milestone::Held)
        .at("Lou\u{1b}[31misville\u{202e}\nFAKE, US")
        .with(|event| event.code.text = Some(FreeText::new("Held\u{1b}]0;x\u{7}\u{202e}\nFAKE")));
    let briefing = Briefing::new(&journey(told).at(at("2025-03-13T00:00:00Z")));
    for tag in ["en", "zh"] {
        let page = text(&briefing, tag).to_string();
        assert!(!page.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{page:?}");
        assert_eq!(page.lines().count(), 4, "{page:?}");
    }
}

#[test]
fn a_late_parcel_says_which_day_has_passed_and_what_it_was_worth() {
    use parceltrail::model::{EventTime, Promise, PromiseKind};
    let midnight = "2025-03-14T00:00:00";
    for (kind, english, chinese) in [
        (
            PromiseKind::Committed,
            "The carrier committed to Fri 14 March; that date has passed.",
            "承运商承诺的日期3月14日（周五）已过。",
        ),
        (
            PromiseKind::Estimated,
            "The carrier expected delivery on Fri 14 March; that date has passed.",
            "承运商预计的日期3月14日（周五）已过。",
        ),
        (
            PromiseKind::Agreed,
            "Delivery was agreed for Fri 14 March; that date has passed.",
            "约定的派送日3月14日（周五）已过。",
        ),
    ] {
        let promise = Promise::by(
            kind,
            EventTime::at_offset(midnight, midnight.parse().unwrap(), -6 * 3600),
        );
        let told = shipment("acme.track", "A1")
            .event("2025-03-13T12:10:00Z", Stage::LineHaul, Milestone::Arrived)
            .received("2025-03-13T15:00:00Z")
            .promised(promise);
        let (now, journey) = (at("2025-03-15T06:00:00Z"), journey(told));
        let inspector = Inspector::new(Settings::default()).unwrap();
        let found = |now| inspector.inspect(&inspector.digest(&journey.at_known(now, now)), now);
        assert!(
            found(at("2025-03-15T05:59:00Z")).of("late").is_none(),
            "the day is not over where it is promised"
        );
        let briefing = Briefing::new(&journey.at(now)).with_findings(&found(now).found);
        assert!(
            text(&briefing, "en").wrong[0].starts_with(english),
            "{:?}",
            text(&briefing, "en").wrong
        );
        assert!(
            text(&briefing, "zh").wrong[0].starts_with(chinese),
            "{:?}",
            text(&briefing, "zh").wrong
        );
    }
}

#[test]
fn many_pieces_in_one_trouble_make_one_sentence() {
    let mut told = shipment("acme.track", "A1").received("2025-03-12T20:00:00Z");
    for piece in 0..9 {
        told = told
            .event(
                &format!("2025-03-12T04:00:{piece:02}Z"),
                Stage::LineHaul,
                Milestone::Arrived,
            )
            .of_piece(&format!("P{piece}"));
    }
    let (now, journey) = (at("2025-03-20T00:00:00Z"), journey(told));
    let inspector =
        Inspector::new(Settings::from_json(r#"{"rules":{"stalled":{"abroad":"4d"}}}"#).unwrap())
            .unwrap();
    let findings = inspector.inspect(&inspector.digest(&journey.at_known(now, now)), now);
    assert_eq!(
        findings
            .found
            .iter()
            .filter(|finding| finding.rule == "stalled")
            .count(),
        9
    );
    assert!(findings.found.iter().all(|finding| {
        finding
            .piece
            .as_ref()
            .is_some_and(|piece| piece != &TrackingNumber::new("A1"))
    }));
    let briefing = Briefing::new(&journey.at(now)).with_findings(&findings.found);
    assert_eq!(
        text(&briefing, "en").wrong,
        [
            "Pieces P0, P1, P2, P3, P4 and 4 more: It has not moved for longer than usual. Action needed: the carrier, by Thu 20 March."
        ]
    );
}

#[test]
fn a_message_of_unknown_meaning_and_no_place_leaves_open_whether_the_carrier_has_it() {
    let told = scanned().with(|event| event.place = None);
    let now = at("2025-03-24T00:00:00Z");
    let briefing = Briefing::new(&journey(told).at(now));
    let english = text(&briefing, "en").where_now;
    assert!(
        english.starts_with(
            "The carrier reported an event on Wed 12 March, 14:10, but its meaning is unknown."
        ),
        "{english}"
    );
    assert_eq!(text(&briefing, "en").next, "Unknown.");
    assert!(
        text(&briefing, "zh")
            .where_now
            .starts_with("承运商于3月12日（周三）14:10更新了一条记录，含义不明。")
    );
}
