//! When asking a carrier again is worth it: by where the parcel stands, within what the feed
//! allows.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use parceltrail::adapter::{Fault, Outcome, PollLimits};
use parceltrail::anomaly::{Share, Span};
use parceltrail::changes::{LastPoll, NextPoll, PollBasis, PollPace, PollQuestion, PollReason};
use parceltrail::eta::{ModelSettings, TransitModel};
use parceltrail::journey::Snapshot;
use parceltrail::testing::shipment;
use parceltrail::{History, Journey, Milestone, Registry, Stage};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A parcel with one event at noon of 2 March, received then.
fn parcel(stage: Stage, milestone: Milestone, now: &str) -> Snapshot {
    let mut journey = Journey::default();
    journey.apply(
        shipment("acme.track", "A1")
            .event("2026-03-02T12:00:00Z", stage, milestone)
            .received("2026-03-02T12:00:00Z"),
    );
    journey.at(at(now))
}

fn next(snapshot: &Snapshot) -> NextPoll {
    PollPace::default().next_poll(&PollQuestion::about(snapshot), snapshot.at)
}

#[test]
fn the_interval_follows_from_where_it_stands() {
    for (stage, milestone, text) in [
        (Stage::Order, Milestone::Announced, "announced: every 6h"),
        (Stage::LineHaul, Milestone::Departed, "in transit: every 4h"),
        (
            Stage::ImportCustoms,
            Milestone::CustomsHold,
            "at customs: every 4h",
        ),
        (
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
            "in transit: every 4h",
        ),
        (
            Stage::LastMile,
            Milestone::OutForDelivery,
            "out for delivery: every 30m",
        ),
        (
            Stage::LastMile,
            Milestone::AvailableForPickup,
            "waits to be collected: every 12h",
        ),
        (
            Stage::LastMile,
            Milestone::Returning,
            "returning: every 12h",
        ),
    ] {
        let next = next(&parcel(stage, milestone, "2026-03-02T12:10:00Z"));
        assert_eq!(next.to_string(), text);
        assert_eq!(next.basis, PollBasis::Settings);
        assert_eq!(
            next.at,
            Some(at("2026-03-02T12:00:00Z") + next.every.unwrap())
        );
    }
    let unknown =
        PollPace::default().next_poll(&PollQuestion::about_unknown(), at("2026-03-02T12:00:00Z"));
    assert_eq!(
        unknown.to_string(),
        "not known to the carrier yet: every 6h"
    );
    assert_eq!(
        unknown.at,
        Some(at("2026-03-02T12:00:00Z")),
        "it was never asked about"
    );
}

#[test]
fn what_is_due_is_due_now() {
    let late = next(&parcel(
        Stage::LastMile,
        Milestone::OutForDelivery,
        "2026-03-02T16:00:00Z",
    ));
    assert_eq!(late.at, Some(at("2026-03-02T16:00:00Z")));
}

#[test]
fn a_long_silence_is_asked_about_more_rarely() {
    let after = |days: i64| {
        let now = at("2026-03-02T12:00:00Z") + Duration::days(days);
        next(&parcel(
            Stage::LineHaul,
            Milestone::Departed,
            &now.to_rfc3339(),
        ))
        .to_string()
    };
    assert_eq!(after(1), "in transit: every 4h");
    let evening = parcel(
        Stage::LastMile,
        Milestone::OutForDelivery,
        "2026-03-02T22:00:00Z",
    );
    assert_eq!(next(&evening).to_string(), "out for delivery: every 30m");
    assert_eq!(after(4), "silent for long: every 12h");
    assert_eq!(
        after(90),
        "silent for long: every 1d",
        "and no more rarely than that"
    );
}

#[test]
fn a_finished_parcel_is_asked_about_once_more() {
    let delivered = |now| parcel(Stage::LastMile, Milestone::Delivered, now);
    let soon = next(&delivered("2026-03-02T13:00:00Z"));
    assert_eq!(soon.to_string(), "finished: once more");
    assert_eq!(
        (soon.at, soon.reason),
        (Some(at("2026-03-03T12:00:00Z")), PollReason::LastTime)
    );
    let last = LastPoll::new(at("2026-03-03T12:00:00Z"), Outcome::Found);
    let now = at("2026-03-03T12:01:00Z");
    let snapshot = delivered("2026-03-03T12:01:00Z");
    let question = PollQuestion::about(&snapshot).with_last(&last);
    let done = PollPace::default().next_poll(&question, now);
    assert_eq!((done.at, done.reason), (None, PollReason::Finished));
    assert_eq!(done.to_string(), "finished: no more");
}

#[test]
fn the_last_answer_counts() {
    let snapshot = parcel(Stage::LineHaul, Milestone::Departed, "2026-03-02T13:00:00Z");
    let after = |outcome| {
        let last = LastPoll::new(at("2026-03-02T12:30:00Z"), outcome);
        let question = PollQuestion::about(&snapshot).with_last(&last);
        PollPace::default().next_poll(&question, snapshot.at)
    };
    let found = after(Outcome::Found);
    assert_eq!(found.at, Some(at("2026-03-02T16:30:00Z")));
    let wait = after(Outcome::RetryAfter(Some(StdDuration::from_secs(7200))));
    assert_eq!(
        (wait.at, wait.reason),
        (Some(at("2026-03-02T14:30:00Z")), PollReason::Throttled)
    );
    let error = after(Outcome::RetryAfter(None));
    assert_eq!(
        error.at,
        Some(at("2026-03-02T13:00:00Z")),
        "a quarter of an hour has passed"
    );
    for outcome in [Outcome::Reauthorise, Outcome::Refused(Fault::status(403))] {
        let refused = after(outcome);
        assert_eq!((refused.at, refused.reason), (None, PollReason::Refused));
        assert_eq!(refused.to_string(), "refused: no more");
    }
}

#[test]
fn what_carriers_document_is_never_undercut() {
    let snapshot = parcel(
        Stage::LastMile,
        Milestone::OutForDelivery,
        "2026-03-02T12:01:00Z",
    );
    let eager = PollPace::default().with_out_for_delivery(Span::minutes(1));
    for adapter in Registry::builtin().iter() {
        let Some(poll) = adapter.as_poll() else {
            continue;
        };
        let limits = poll.limits();
        let question = PollQuestion::about(&snapshot).with_limits(limits);
        let wait = eager.next_poll(&question, snapshot.at).every.unwrap();
        if let Some(most) = limits.per_day {
            let day = Duration::days(1).num_milliseconds() / wait.num_milliseconds();
            assert!(day <= i64::from(most), "{}", adapter.descriptor().feed);
        }
        if let Some(pause) = limits.pause {
            assert!(wait >= Duration::from_std(pause).unwrap());
        }
    }
    let feed = Registry::builtin();
    let limits = feed.get("dhl.unified").unwrap().as_poll().unwrap().limits();
    let question = PollQuestion::about(&snapshot)
        .with_limits(limits)
        .with_parcels(1000);
    let next = eager.next_poll(&question, snapshot.at);
    assert_eq!(
        (next.basis, next.every),
        (PollBasis::Carrier, Some(Duration::days(4)))
    );
    assert_eq!(
        serde_json::to_value(&next).unwrap(),
        serde_json::json!({"at": "2026-03-06T12:00:00Z", "reason": "out_for_delivery", "every": 345_600, "basis": "carrier"})
    );
}

/// Parcels that are scanned again ten to thirty hours after their departure.
fn trained() -> TransitModel {
    let now = at("2026-03-01T00:00:00Z");
    let mut model = TransitModel::new(ModelSettings::default());
    for nth in 0..200_i64 {
        let start = now - Duration::days(20) + Duration::minutes(nth * 7);
        let then = start + Duration::minutes(600 + nth * 6);
        let end = then + Duration::hours(20);
        let line = format!(
            r#"{{"id":"{nth}","carrier":"acme","outcome":"delivered","events":[{{"at":"{}","stage":"line_haul","milestone":"departed"}},{{"at":"{}","stage":"last_mile","milestone":"arrived"}},{{"at":"{}","stage":"last_mile","milestone":"delivered"}}]}}"#,
            start.to_rfc3339(),
            then.to_rfc3339(),
            end.to_rfc3339()
        );
        model.learn(&serde_json::from_str::<History>(&line).unwrap(), now);
    }
    model
}

#[test]
fn a_model_says_when_something_has_probably_happened() {
    let model = trained();
    let snapshot = parcel(Stage::LineHaul, Milestone::Departed, "2026-03-02T12:10:00Z");
    let history = History::of("1", &snapshot).unwrap();
    let asked = |pace: &PollPace, last: &str| {
        let last = LastPoll::new(at(last), Outcome::Found);
        let question = PollQuestion::about(&snapshot)
            .with_last(&last)
            .with_model(&model, &history);
        pace.next_poll(&question, last.at)
    };
    let pace = PollPace::default();
    let early = asked(&pace, "2026-03-02T12:10:00Z");
    assert_eq!(early.basis, PollBasis::Model);
    let hours = early.every.unwrap().num_hours();
    assert!(
        (9..=16).contains(&hours),
        "nothing happens in the first ten hours: {hours}"
    );
    let later = asked(&pace, "2026-03-03T06:00:00Z");
    assert!(later.every < early.every, "{early} {later}");
    let patient = asked(
        &pace.with_chance(Share::percent(90)),
        "2026-03-03T06:00:00Z",
    );
    assert!(later.every < patient.every, "{later} {patient}");
    let untrained = TransitModel::default();
    let question = PollQuestion::about(&snapshot).with_model(&untrained, &history);
    let next = PollPace::default().next_poll(&question, snapshot.at);
    assert_eq!(next.basis, PollBasis::Settings, "it knows nothing");
}

proptest! {
    #[test]
    fn it_is_never_too_soon_and_never_in_the_past(
        which in 0..Milestone::ALL.len(),
        asked in 0_i64..5_000_000,
        now in 0_i64..9_000_000,
        pause in proptest::option::of(0_u64..u64::MAX),
        per_day in proptest::option::of(any::<u32>()),
        numbers in 0_usize..50,
        parcels in any::<u32>(),
        outcome in 0..4,
    ) {
        let start = at("2026-03-02T12:00:00Z");
        let now = start + Duration::seconds(now);
        let snapshot = parcel(Stage::LineHaul, Milestone::ALL[which], &now.to_rfc3339());
        let outcome = match outcome {
            0 => Outcome::Found,
            1 => Outcome::NotFound,
            2 => Outcome::RetryAfter(None),
            _ => Outcome::RetryAfter(Some(StdDuration::from_secs(u64::MAX))),
        };
        let last = LastPoll::new(start + Duration::seconds(asked), outcome);
        let mut limits = PollLimits::numbers(numbers);
        limits.pause = pause.map(StdDuration::from_secs);
        limits.per_day = per_day;
        let question = PollQuestion::about(&snapshot).with_last(&last).with_limits(limits).with_parcels(parcels);
        let next = PollPace::default().next_poll(&question, now);
        prop_assert!(!next.to_string().is_empty());
        if let Some(due) = next.at {
            prop_assert!(due >= now);
            let waited = due - last.at;
            if let Some(pause) = limits.pause.and_then(|pause| Duration::from_std(pause).ok()) {
                prop_assert!(waited >= pause || due == DateTime::<Utc>::MAX_UTC);
            }
            if let Some(most) = per_day {
                let rounds = i64::from(parcels.max(1)).div_euclid(i64::try_from(numbers.max(1)).unwrap());
                let least = 86_400_000 / i64::from(most.max(1)) * rounds.max(1);
                prop_assert!(waited.num_milliseconds() >= least || due == DateTime::<Utc>::MAX_UTC);
            }
        }
    }
}
