//! Customs, contradictions, cases.

use chrono::{DateTime, Utc};
use parceltrail::anomaly::{Cases, Inspector, Settings};
use parceltrail::changes::Picture;
use parceltrail::model::Reason;
use parceltrail::testing::shipment;
use parceltrail::{Journey, Milestone, Stage};

use crate::{at, journey, moving, picture, said, told};

#[test]
fn customs_holds_it_and_lets_it_go() {
    let mut known = picture([moving()], "2026-03-02T12:00:00Z");
    let held = moving()
        .event(
            "2026-03-04T08:00:00-08:00",
            Stage::ImportCustoms,
            Milestone::CustomsInfoRequired,
        )
        .at("Los Angeles, US")
        .with(|event| event.reason = Some(Reason::InvoiceMissing));
    let changes = known.update(picture([held.clone()], "2026-03-05T00:00:00Z"));
    assert_eq!(
        told(&changes),
        [
            (
                "milestone",
                "Customs needs documents or information, Los Angeles, US: the commercial invoice is missing.".to_owned()
            ),
            (
                "hold_opened",
                "Customs in Los Angeles, US needs documents or information: the commercial invoice is missing. Action needed: the sender.".to_owned()
            )
        ]
    );
    assert_eq!(changes[0].under, Some(changes[1].id));
    let free = held.event(
        "2026-03-05T08:00:00-08:00",
        Stage::ImportCustoms,
        Milestone::CustomsReleased,
    );
    let changes = known.update(picture([free], "2026-03-06T00:00:00Z"));
    assert_eq!(
        said(&changes),
        [
            "Released by import customs.",
            "Customs no longer waits for documents or information."
        ]
    );
    assert_eq!(changes[1].under, Some(changes[0].id));
    assert_eq!(changes[1].evidence.len(), 2, "the hold and its release");
}

#[test]
fn contradictions_come_and_go() {
    let delivered = moving()
        .event(
            "2026-03-05T09:00:00+01:00",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .snapshot();
    let moved = delivered.clone().event(
        "2026-03-05T15:00:00+01:00",
        Stage::LastMile,
        Milestone::Arrived,
    );
    let now = "2026-03-06T00:00:00Z";
    let mut known = picture([delivered.clone().received("2026-03-05T10:00:00Z")], now);
    let both = moved.received("2026-03-05T16:00:00Z");
    let changes = known.update(picture([both.clone()], now));
    assert_eq!(
        told(&changes),
        [(
            "contradiction",
            "Reports contradict each other (moved after delivery): delivered, arrived.".to_owned()
        )]
    );
    assert_eq!(changes[0].evidence.len(), 2);
    let changes = known.update(picture([delivered.received("2026-03-05T20:00:00Z")], now));
    assert_eq!(
        told(&changes),
        [(
            "contradiction_settled",
            "Reports no longer contradict each other (moved after delivery): delivered, arrived."
                .to_owned()
        )]
    );
}

#[test]
fn cases_open_grow_worse_and_are_resolved() {
    let inspector = Inspector::new(Settings::default()).unwrap();
    let mut cases = Cases::default();
    let mut known = Picture::default();
    let label = shipment("acme.track", "A1")
        .event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced)
        .received("2026-03-02T09:10:00Z");
    let mut journey = journey([label]);
    let mut texts = Vec::new();
    let mut look = |journey: &Journey, now: DateTime<Utc>| {
        let snapshot = journey.at(now);
        let findings = inspector.inspect(&inspector.digest(&snapshot), now);
        cases.update("1", &findings, now);
        let picture = Picture::of(&snapshot)
            .with_cases(cases.of("1"))
            .with_check(findings.next_check)
            .with_check(cases.next_check("1"));
        let changes = known.update(picture);
        texts.extend(
            told(&changes)
                .into_iter()
                .map(|(name, text)| format!("{name}: {text}")),
        );
        known.next_check()
    };
    let mut next = Some(at("2026-03-02T10:00:00Z"));
    for _ in 0..6 {
        next = look(&journey, next.unwrap());
        if next.is_none() {
            break;
        }
    }
    journey.apply(
        shipment("acme.track", "A1")
            .event(
                "2026-03-20T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .received("2026-03-20T09:10:00Z"),
    );
    look(&journey, at("2026-03-20T09:10:00Z"));
    look(&journey, at("2026-03-20T11:10:00Z"));
    let rule = "The label was created, but the carrier has not picked it up.";
    assert_eq!(
        texts[0],
        "milestone: Label created; the carrier does not have it yet."
    );
    assert!(
        texts[1].starts_with(&format!("case_opened: {rule}")),
        "{texts:#?}"
    );
    assert!(
        texts[2].starts_with(&format!(
            "case_worse: This has become worse: Urgent: {rule}"
        )),
        "{texts:#?}"
    );
    assert_eq!(
        texts[3..],
        [
            "milestone: Picked up by the carrier.".to_owned(),
            format!("case_resolved: Resolved: {rule}")
        ]
    );
}
