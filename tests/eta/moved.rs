//! Where the data ends, and why an estimate moved.

use chrono::TimeDelta;
use parceltrail::eta::{Calibration, Estimate, Moved, Why};
use parceltrail::{History, Milestone, Stage};

use crate::world::{day, learned, model, network, parcel, passage};

fn question(lane: (&str, &str)) -> History {
    parcel("q", lane, 119.0, None).with_carrier("slow")
}

fn part(moved: &Moved, why: Why) -> TimeDelta {
    moved
        .causes
        .iter()
        .filter(|cause| cause.why == why)
        .map(|cause| cause.by)
        .sum()
}

fn whole(moved: &Moved) -> TimeDelta {
    moved.causes.iter().map(|cause| cause.by).sum()
}

#[test]
fn the_bound_of_the_data_is_said_and_kept() {
    let (histories, now) = network(900, 7);
    let model = model(&histories, now);
    let question = question(("CN", "US"));
    let longest = histories
        .iter()
        .filter_map(|history| Some(history.delivered_at()? - history.begun_at()?))
        .max()
        .unwrap();
    let fresh = model.estimate(&question, day(119.0)).unwrap();
    let latest = fresh.basis.latest.unwrap();
    let bound = (latest - day(119.0)).as_seconds_f64() / longest.as_seconds_f64();
    assert!((bound - 1.25).abs() < 0.001, "{bound}");
    assert!(!fresh.basis.is_bounded && fresh.p90 < latest);
    assert!(
        fresh
            .explanation
            .iter()
            .all(|factor| factor.name != "bound")
    );

    let silence = longest * 3;
    let late = model.estimate(&question, day(119.0) + silence).unwrap();
    assert!(late.basis.is_bounded);
    let said = late
        .explanation
        .iter()
        .find(|factor| factor.name == "bound")
        .unwrap();
    let days = longest.as_seconds_f64() / 86_400.0;
    assert_eq!(said.value, format!("longest seen {days:.1} d"));
    assert_eq!(said.says, latest);
    assert!(
        late.p90 - late.made <= silence / 4 + TimeDelta::seconds(1),
        "silent for three times the longest seen: {}",
        late.p90
    );

    let unfitted = learned(&histories, now)
        .estimate(&question, day(119.0))
        .unwrap();
    assert!(unfitted.basis.latest.is_none() && !unfitted.basis.is_bounded);
}

#[test]
fn what_moved_it_adds_up_to_how_far_it_moved() {
    let (histories, now) = network(900, 7);
    let model = model(&histories, now);
    let question = question(("CN", "DE"));
    let at = |history: &History, days: f64| model.estimate(history, day(days)).unwrap();
    let first = at(&question, 119.0);
    assert!(at(&question, 119.0).moved_since(&first).causes.is_empty());
    assert_eq!(
        at(&question, 119.0).moved_since(&first).to_string(),
        "unchanged"
    );

    let silent = at(&question, 128.0);
    let moved = silent.moved_since(&first);
    assert_eq!(whole(&moved), moved.by);
    assert!(moved.by > TimeDelta::hours(6), "{moved}");
    assert_eq!(moved.by, silent.p50 - first.p50);
    assert_eq!(moved.p90_by, silent.p90 - first.p90);
    assert!(
        (part(&moved, Why::Silence) - moved.by).abs() < TimeDelta::hours(6),
        "silence alone moved it: {moved}"
    );
    assert!(moved.to_string().contains("d later: silence +"), "{moved}");

    let mut scanned = question.clone();
    scanned
        .events
        .push(passage(day(121.0), Stage::LineHaul, Milestone::Arrived));
    let heard = at(&scanned, 121.5);
    let moved = heard.moved_since(&first);
    assert_eq!(whole(&moved), moved.by);
    let event = moved
        .causes
        .iter()
        .find(|cause| cause.why == Why::Event)
        .unwrap();
    assert_eq!(event.milestone, Some(Milestone::Arrived));
    assert!(moved.to_string().contains("arrived"), "{moved}");
    let late = at(&scanned, 121.5).moved_since(&silent);
    assert!(
        part(&late, Why::Event) < TimeDelta::zero(),
        "news after long silence makes it earlier: {late}"
    );
}

#[test]
fn a_promise_new_knowledge_and_corrections_are_told_apart() {
    let (histories, now) = network(900, 7);
    let fitted = model(&histories, now);
    let question = question(("CN", "DE"));
    let first = fitted.estimate(&question, day(119.0)).unwrap();

    let relearned = learned(&histories[..300], now)
        .estimate(&question, day(119.0))
        .unwrap();
    let moved = relearned.moved_since(&first);
    assert_eq!(
        (moved.causes.len(), moved.causes[0].why),
        (1, Why::Learned),
        "{moved}"
    );

    let promised = Estimate {
        promise: Some(day(130.0)),
        ..relearned
    };
    assert_eq!(promised.moved_since(&first).causes[0].why, Why::Promise);

    let corrected = Estimate {
        p50: first.p50 + TimeDelta::days(1),
        ..first.clone()
    };
    let moved = corrected.moved_since(&first);
    assert_eq!(part(&moved, Why::Correction), TimeDelta::days(1));
    assert_eq!(moved.to_string(), "1.0 d later: correction +1.0 d");
    let read: Moved = serde_json::from_str(&serde_json::to_string(&moved).unwrap()).unwrap();
    assert_eq!(read, moved);
    assert_eq!(Calibration::default().adjust(&first), first);
}
