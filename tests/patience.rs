//! How long silence is normal: what is lost must not make anybody more patient, and a vague time no
//! earlier an alarm.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::History;
use parceltrail::anomaly::{Inspector, Settings};
use parceltrail::eta::{ModelSettings, TransitModel};
use parceltrail::model::{EventTime, Zones};
use parceltrail::testing::shipment;
use parceltrail::{Journey, Milestone, Stage};

const START: &str = "2026-01-05T08:00:00Z";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A journey of events at hours after a start.
fn history(
    id: &str,
    start: DateTime<Utc>,
    outcome: Option<&str>,
    events: &[(i64, &str, &str)],
) -> History {
    let events: Vec<_> = events
        .iter()
        .map(|(hour, stage, milestone)| serde_json::json!({"at": start + TimeDelta::hours(*hour), "stage": stage, "milestone": milestone}))
        .collect();
    serde_json::from_value(serde_json::json!({
        "id": id, "carrier": "acme", "origin": {"country": "FR"}, "destination": {"country": "DE"}, "outcome": outcome, "events": events,
    }))
    .unwrap()
}

/// Four hundred parcels that rest one to two days at a hub, and two that never left it: one
/// silently, one admitted after a month.
fn model(with_lost: bool) -> (TransitModel, DateTime<Utc>) {
    let mut model = TransitModel::new(ModelSettings::default());
    let now = moment(START) + TimeDelta::days(120);
    for n in 0..400_i64 {
        let start = moment(START) + TimeDelta::hours(n * 4);
        let rest = 24 + n % 25;
        let events = [
            (0, "first_mile", "picked_up"),
            (10, "line_haul", "arrived"),
            (10 + rest, "line_haul", "departed"),
            (30 + rest, "last_mile", "delivered"),
        ];
        model.learn(
            &history(&format!("p{n}"), start, Some("delivered"), &events),
            now,
        );
    }
    if with_lost {
        let known = [
            (0, "first_mile", "picked_up"),
            (10, "line_haul", "arrived"),
            (10 + 30 * 24, "line_haul", "lost"),
        ];
        model.learn(
            &history("admitted", moment(START), Some("lost"), &known),
            now,
        );
        model.learn(
            &history("silent", moment(START), Some("lost"), &known[..2]),
            now,
        );
    }
    (model, now)
}

#[test]
fn a_parcel_that_was_lost_makes_nobody_more_patient() {
    let open = history(
        "new",
        moment(START),
        None,
        &[(0, "first_mile", "picked_up"), (10, "line_haul", "arrived")],
    );
    let patience = |with_lost: bool| {
        let (model, _) = model(with_lost);
        (model.patience(&open, 0.0017).unwrap() - open.events[1].at).num_hours()
    };
    let (without, with) = (patience(false), patience(true));
    assert!((48..24 * 7).contains(&without), "{without}");
    assert!(
        with <= without * 5 / 4,
        "{with} hours with two lost parcels, {without} without"
    );
}

#[test]
fn silence_counts_from_the_latest_instant_that_a_vague_time_allows() {
    let (model, now) = model(false);
    let arrived = now + TimeDelta::hours(10);
    let stalled_after = |vague: bool| {
        let told = shipment("acme.track", "A1")
            .event(&now.to_rfc3339(), Stage::FirstMile, Milestone::PickedUp)
            .event(&arrived.to_rfc3339(), Stage::LineHaul, Milestone::Arrived)
            .with(|event| {
                if vague {
                    // Local time, nobody says where: the middle of what it allows is one hour
                    // before the same text read as UTC.
                    let local = (arrived + TimeDelta::hours(1)).naive_utc();
                    event.time = EventTime::local("", local, &Zones::Unknown);
                }
            });
        let mut told = told.received(&arrived.to_rfc3339()).shipment();
        let country = |code: &str| parceltrail::Place::new().with_country(code.parse().ok());
        told.origin = Some(country("FR"));
        told.destination = Some(country("DE"));
        let mut journey = Journey::default();
        journey.apply(told);
        let inspector = Inspector::new(Settings::default()).unwrap();
        let parcel = inspector.digest_expecting(&journey.at_known(arrived, arrived), None, &model);
        let at = (0..24 * 40)
            .map(|hour| arrived + TimeDelta::hours(hour))
            .find(|at| inspector.inspect(&parcel, *at).of("stalled").is_some());
        (at.unwrap() - arrived).num_hours()
    };
    let (exact, vague) = (stalled_after(false), stalled_after(true));
    assert!(
        (12..=14).contains(&(vague - exact)),
        "{exact} hours after an exact time, {vague} after one of 26 hours"
    );
}
