//! Histories that nobody meant.

use chrono::{DateTime, Utc};
use parceltrail::eta::{ModelSettings, TransitModel};
use parceltrail::history::{Attribute, Planned};
use parceltrail::{History, Milestone, Stage};
use proptest::prelude::*;

use crate::world::{Dice, day, parcel, passage};

#[test]
fn nothing_is_said_of_what_is_finished_or_not_begun() {
    let model = TransitModel::default();
    assert_eq!(model.estimate(&History::default(), day(0.0)), None);
    assert_eq!(
        model.estimate(&parcel("1", ("CN", "DE"), 0.0, Some(2.0)), day(3.0)),
        None
    );
    assert_eq!(
        model.estimate(&parcel("1", ("CN", "DE"), 5.0, None), day(3.0)),
        None,
        "its first event is still to come"
    );
    let mut lost = parcel("1", ("CN", "DE"), 0.0, None);
    lost.events
        .push(passage(day(2.0), Stage::LastMile, Milestone::Lost));
    assert_eq!(model.estimate(&lost, day(3.0)), None);
}

#[test]
fn events_after_now_are_not_looked_at() {
    let model = TransitModel::default();
    let delivered_tomorrow = parcel("1", ("CN", "DE"), 0.0, Some(2.0));
    let open = parcel("1", ("CN", "DE"), 0.0, None);
    assert_eq!(
        model.estimate(&delivered_tomorrow, day(1.0)),
        model.estimate(&open, day(1.0))
    );
}

#[test]
fn a_scan_that_moves_nothing_changes_nothing() {
    let model = TransitModel::default();
    let open = parcel("1", ("JP", "DE"), 0.0, None).with_carrier("japan-post");
    let mut informed = open.clone();
    informed
        .events
        .push(passage(day(1.0), Stage::LineHaul, Milestone::Info));
    assert_eq!(
        model.estimate(&informed, day(2.0)).unwrap().uncorrected,
        model.estimate(&open, day(2.0)).unwrap().uncorrected
    );
}

#[test]
fn memory_is_bounded_whatever_is_taught() {
    let mut model = TransitModel::new(ModelSettings {
        capacity: 500,
        ..ModelSettings::default()
    });
    for nth in 0..5_000 {
        let mut history = parcel(
            &nth.to_string(),
            ("CN", "DE"),
            f64::from(nth) / 100.0,
            Some(3.0),
        );
        history.carrier = Some(format!("carrier {nth}").into());
        history.destination.postcode = Some(format!("{nth:05}").into());
        model.learn(&history, day(90.0));
    }
    assert_eq!(model.journeys(), 500);
    assert!(model.contexts() <= 500 * 6, "{}", model.contexts());
    assert!(serde_json::to_string(&model).unwrap().len() < 500 * 400);
}

fn any_history() -> impl Strategy<Value = History> {
    let moment = prop_oneof![
        -8_000_000_000_000_i64..8_000_000_000_000,
        1_700_000_000_i64..1_700_900_000,
        Just(i64::MAX / 2_000_000),
        Just(0)
    ];
    let event = (
        moment.clone(),
        0..Milestone::ALL.len(),
        0..=Stage::ALL.len(),
    );
    (
        proptest::collection::vec(event, 0..9),
        proptest::option::of(moment),
        "[a-z0-9]{0,9}",
        any::<f64>(),
    )
        .prop_map(|(events, promised, word, number)| {
            let at = |seconds: i64| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
            let events: Vec<_> = events
                .into_iter()
                .map(|(seconds, milestone, stage)| {
                    let mut event = passage(at(seconds), Stage::Order, Milestone::ALL[milestone]);
                    event.stage = Stage::ALL.get(stage).copied();
                    event
                })
                .collect();
            let schedule = events
                .iter()
                .rev()
                .map(|event| Planned::new(event.at, event.milestone).with_stage(event.stage))
                .collect();
            let mut history = History::new(word.clone()).with_promised(promised.map(at));
            (history.events, history.schedule) = (events, schedule);
            history.destination.postcode = Some(word.clone().into());
            history
                .attributes
                .insert("number".into(), Attribute::Number(number));
            history
                .attributes
                .insert("word".into(), Attribute::Text(word.into()));
            history
        })
}

proptest! {
    #[test]
    fn no_history_panics(histories in proptest::collection::vec(any_history(), 1..12)) {
        let mut model = TransitModel::default();
        let now = [day(0.0), DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::from_timestamp(1_700_400_000, 0).unwrap()];
        for (nth, history) in histories.iter().enumerate() {
            model.learn(history, now[nth % 4]);
        }
        for history in &histories {
            for now in now {
                if let Some(estimate) = model.estimate(history, now) {
                    prop_assert!(estimate.uncorrected.is_sorted() && estimate.p10 >= now);
                    prop_assert!((0.0..=1.0).contains(&estimate.loss));
                    prop_assert!(estimate.miss_promise.is_none_or(|share| (0.0..=1.0).contains(&share)));
                }
            }
            let _ = (model.patience(history, 0.01), model.loss_patience(history, 0.5), model.next(history));
        }
        let written = serde_json::to_string(&model).unwrap();
        prop_assert!(serde_json::from_str::<TransitModel>(&written).is_ok());
    }
}

#[test]
fn trees_bear_odd_journeys_among_many() {
    let mut dice = Dice(11);
    let mut model = TransitModel::default();
    for nth in 0..700 {
        let mut history = parcel(
            &nth.to_string(),
            ("CN", "DE"),
            f64::from(nth) / 14.0,
            Some(5.0 * dice.uniform()),
        );
        match nth % 10 {
            0 => history.events[1].at = DateTime::<Utc>::MAX_UTC,
            1 => history.events[0].at = DateTime::<Utc>::MIN_UTC,
            2 => history.events[1].at = history.events[0].at,
            3 => history.promised = Some(DateTime::<Utc>::MAX_UTC),
            _ => {}
        }
        model.learn(&history, day(60.0));
    }
    model.fit();
    let estimate = model
        .estimate(&parcel("q", ("CN", "DE"), 60.0, None), day(60.0))
        .unwrap();
    assert!(model.is_fitted());
    assert!(
        estimate.uncorrected.is_sorted() && estimate.p50 < day(70.0),
        "{estimate:?}"
    );
}
