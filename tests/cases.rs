//! The life of cases: opened once, gathering evidence, growing worse, acknowledged, resolved, and
//! not flapping.

use chrono::{DateTime, Duration, Utc};
use parceltrail::anomaly::{
    Case, CaseChange, CaseEvent, CaseSettings, CaseStatus, Cases, Finding, Findings, Inspector,
    Level, Replay, Settings,
};
use parceltrail::testing::shipment;
use parceltrail::{EventId, Journey, Milestone, Stage};
use proptest::prelude::*;

fn at(hour: i64) -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::hours(hour)
}

fn event(number: u64) -> EventId {
    format!("{number:016x}").parse().unwrap()
}

/// A finding of a rule, with its level and evidence.
fn found(rule: &str, level: Level, evidence: &[u64]) -> Finding {
    let since = "2026-03-01T00:00:00Z".parse().unwrap();
    Finding::new(rule, level, since).with_evidence(evidence.iter().copied().map(event))
}

fn findings(found: impl IntoIterator<Item = Finding>) -> Findings {
    Findings::new(found, None)
}

fn nothing() -> Findings {
    Findings::default()
}

fn cases() -> Cases {
    let (calm, reopen) = ("2h".parse().unwrap(), "1d".parse().unwrap());
    Cases::new(CaseSettings::default().with_calm(calm).with_reopen(reopen))
}

fn what(changes: &[CaseChange]) -> Vec<CaseEvent> {
    changes.iter().map(|change| change.what).collect()
}

#[test]
fn a_case_opens_once_gathers_evidence_and_grows_worse_only() {
    let mut cases = cases();
    assert_eq!(
        what(&cases.update(
            "p",
            &findings([found("stalled", Level::Warning, &[1])]),
            at(0)
        )),
        [CaseEvent::Opened]
    );
    assert!(
        cases
            .update(
                "p",
                &findings([found("stalled", Level::Warning, &[1])]),
                at(1)
            )
            .is_empty()
    );
    assert_eq!(
        what(&cases.update(
            "p",
            &findings([found("stalled", Level::Critical, &[1])]),
            at(2)
        )),
        [CaseEvent::Escalated]
    );
    assert!(
        cases
            .update(
                "p",
                &findings([found("stalled", Level::Warning, &[1])]),
                at(3)
            )
            .is_empty()
    );
    assert_eq!(
        what(&cases.update(
            "p",
            &findings([found("stalled", Level::Warning, &[2])]),
            at(4)
        )),
        [CaseEvent::EvidenceAdded]
    );
    let [case] = cases.of("p") else {
        panic!("one case")
    };
    assert_eq!(
        (case.level, case.evidence.len(), case.history.len()),
        (Level::Critical, 2, 3)
    );
}

#[test]
fn it_resolves_after_calm_and_does_not_flap() {
    let mut cases = cases();
    let bad = || findings([found("stalled", Level::Warning, &[1])]);
    cases.update("p", &bad(), at(0));
    assert!(cases.update("p", &nothing(), at(1)).is_empty());
    assert_eq!(cases.next_check("p"), Some(at(3)));
    assert!(
        cases.update("p", &bad(), at(2)).is_empty(),
        "back before it was calm: nothing happened"
    );
    assert!(cases.update("p", &nothing(), at(4)).is_empty());
    let changes = cases.update("p", &nothing(), at(6));
    assert_eq!(what(&changes), [CaseEvent::Resolved]);
    assert_eq!(
        changes[0].case.resolved,
        Some(at(4)),
        "since when it was gone"
    );
    assert!(cases.update("p", &nothing(), at(7)).is_empty());
}

#[test]
fn it_returns_as_the_same_case_within_the_window_and_as_another_after_it() {
    let mut cases = cases();
    let first = cases.update(
        "p",
        &findings([found("stalled", Level::Critical, &[1])]),
        at(0),
    )[0]
    .case
    .id;
    cases.update("p", &nothing(), at(1));
    cases.update("p", &nothing(), at(3));
    let back = cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[2])]),
        at(20),
    );
    assert_eq!(
        (what(&back), back[0].case.id, back[0].case.level),
        (vec![CaseEvent::Reopened], first, Level::Warning)
    );
    cases.update("p", &nothing(), at(21));
    cases.update("p", &nothing(), at(23));
    let another = cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[3])]),
        at(90),
    );
    assert_eq!(what(&another), [CaseEvent::Opened]);
    assert_ne!(another[0].case.id, first);
    let same = cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[3])]),
        at(91),
    );
    assert!(same.is_empty());
}

#[test]
fn an_acknowledged_case_is_silent_until_something_new_is_told() {
    let mut cases = cases();
    let id = cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[1])]),
        at(0),
    )[0]
    .case
    .id;
    let known = cases.acknowledge("p", id, "anna", at(1)).unwrap();
    assert_eq!(
        (known.case.status, known.case.acknowledged_by.as_deref()),
        (CaseStatus::Acknowledged, Some("anna"))
    );
    assert!(
        cases.acknowledge("p", id, "ben", at(1)).is_none(),
        "it is known already"
    );
    let worse = cases.update(
        "p",
        &findings([found("stalled", Level::Critical, &[1])]),
        at(2),
    );
    assert!(worse[0].what == CaseEvent::Escalated && worse[0].silenced);
    let news = cases.update(
        "p",
        &findings([found("stalled", Level::Critical, &[1, 2])]),
        at(3),
    );
    assert!(
        news[0].what == CaseEvent::EvidenceAdded
            && !news[0].silenced
            && news[0].case.status == CaseStatus::Open
    );
}

#[test]
fn a_finding_under_a_graver_one_opens_no_case_but_keeps_its_own_open() {
    let mut cases = cases();
    let under = |finding: Finding| finding.with_under("lost-risk");
    let both = || {
        findings([
            under(found("stalled", Level::Warning, &[1])),
            found("lost-risk", Level::Critical, &[1]),
        ])
    };
    assert_eq!(
        cases
            .update("p", &both(), at(0))
            .iter()
            .map(|change| change.case.rule.as_str())
            .collect::<Vec<_>>(),
        ["lost-risk"]
    );
    cases.update(
        "q",
        &findings([found("stalled", Level::Warning, &[1])]),
        at(0),
    );
    assert_eq!(cases.update("q", &both(), at(1)).len(), 1);
    assert!(cases.of("q").iter().all(Case::is_open));
}

#[test]
fn the_same_findings_make_the_same_ids_wherever_they_are_made() {
    let id = |parcel: &str, finding: Finding| {
        cases().update(parcel, &findings([finding]), at(0))[0]
            .case
            .id
    };
    let one = id("p", found("stalled", Level::Warning, &[1, 2]));
    assert_eq!(one, id("p", found("stalled", Level::Critical, &[1, 2])));
    assert_ne!(one, id("q", found("stalled", Level::Warning, &[1, 2])));
    assert_ne!(one, id("p", found("late", Level::Warning, &[1, 2])));
    assert_ne!(one, id("p", found("stalled", Level::Warning, &[1])));
    assert_eq!(one.to_string().parse(), Ok(one));
}

#[test]
fn a_clock_that_steps_back_changes_nothing() {
    let mut cases = cases();
    cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[1])]),
        at(10),
    );
    cases.update("p", &nothing(), at(11));
    assert!(cases.update("p", &nothing(), at(0)).is_empty());
    assert_eq!(
        what(&cases.update("p", &nothing(), at(13))),
        [CaseEvent::Resolved]
    );
}

#[test]
fn cases_survive_a_restart() {
    let mut cases = cases();
    cases.update(
        "p",
        &findings([found("stalled", Level::Warning, &[1])]),
        at(0),
    );
    cases.update("p", &nothing(), at(1));
    let mut restored: Cases =
        serde_json::from_str(&serde_json::to_string(&cases).unwrap()).unwrap();
    assert_eq!(restored, cases);
    assert_eq!(
        what(&restored.update("p", &nothing(), at(3))),
        [CaseEvent::Resolved]
    );
    restored.forget(at(9));
    assert_eq!(restored.iter().count(), 0);
}

#[test]
fn a_replay_knows_nothing_before_it_was_received() {
    let scan = |at: &str, received: &str, milestone| {
        shipment("acme.track", "A1")
            .event(at, Stage::LastMile, milestone)
            .received(received)
    };
    let mut journey = Journey::default();
    journey.apply(scan(
        "2026-03-01T09:00:00Z",
        "2026-03-01T10:00:00Z",
        Milestone::Arrived,
    ));
    // It happened a day after the last scan, but was told only when the parcel had been given up.
    journey.apply(scan(
        "2026-03-02T09:00:00Z",
        "2026-03-11T10:00:00Z",
        Milestone::OutForDelivery,
    ));
    journey.apply(scan(
        "2026-03-11T12:00:00Z",
        "2026-03-11T12:00:00Z",
        Milestone::Delivered,
    ));
    let inspector = Inspector::new(Settings::default()).unwrap();
    let changes = Replay::new(&inspector).run("p", &journey, at(0), at(24 * 30));
    let told: Vec<String> = changes
        .iter()
        .map(|change| {
            format!(
                "{} {} {}",
                change.at.format("%d %H:%M"),
                change.case.rule,
                change.what
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "05 09:00 stalled opened",
            "09 09:00 stalled escalated",
            "11 10:00 stalled evidence_added",
            "11 13:00 stalled resolved"
        ]
    );
}

proptest! {
    /// Whatever comes and goes: at most one open case for each thing, and opening and resolving
    /// take turns.
    #[test]
    fn opening_and_resolving_take_turns(steps in proptest::collection::vec((0u8..4, 1i64..40, proptest::bool::ANY), 1..60)) {
        let mut cases = cases();
        let mut now = 0;
        for (evidence, hours, is_bad) in steps {
            now += hours;
            let findings = if is_bad { findings([found("stalled", Level::Warning, &[u64::from(evidence)])]) } else { nothing() };
            cases.update("p", &findings, at(now));
            prop_assert!(cases.of("p").iter().filter(|case| case.is_open()).count() <= 1);
        }
        let mut ids: Vec<_> = cases.iter().map(|case| case.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), cases.iter().count());
        for case in cases.iter() {
            let turns: Vec<bool> = case.history.iter().filter_map(|step| match step.what {
                CaseEvent::Opened | CaseEvent::Reopened => Some(true),
                CaseEvent::Resolved => Some(false),
                _ => None,
            }).collect();
            prop_assert!(turns.iter().enumerate().all(|(nth, opens)| *opens == (nth % 2 == 0)), "{:?}", case.history);
            prop_assert_eq!(case.history[0].what, CaseEvent::Opened);
        }
    }
}
