//! What is learned, combined, written down and forgotten.

use parceltrail::History;
use parceltrail::eta::{Estimate, Forget, Level, MergeError, ModelSettings, TransitModel};
use proptest::prelude::*;

use crate::world::{Dice, day, days, model, network, parcel};

/// The same estimates within rounding.
fn assert_same(left: Option<&Estimate>, right: Option<&Estimate>) {
    let (Some(left), Some(right)) = (left, right) else {
        assert_eq!(left.is_some(), right.is_some());
        return;
    };
    for (left, right) in left.uncorrected.iter().zip(right.uncorrected) {
        assert!((*left - right).num_seconds().abs() <= 1, "{left} {right}");
    }
    assert!((left.loss - right.loss).abs() < 1e-6 && left.basis.level == right.basis.level);
    assert!((left.basis.observations - right.basis.observations).abs() < 1e-6);
}

fn questions() -> Vec<History> {
    let lanes = [("CN", "DE"), ("DE", "DE"), ("CN", "US"), ("JP", "BR")];
    lanes
        .iter()
        .enumerate()
        .map(|(nth, lane)| parcel(&format!("q{nth}"), *lane, 119.0, None))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn shards_in_any_split_and_order_make_the_whole(seed in any::<u64>(), count in 0..80_usize, shards in 1..5_usize) {
        let (histories, now) = network(count, seed);
        let whole = model(&histories, now);
        let mut dice = Dice(seed ^ 1);
        let mut parts = vec![TransitModel::default(); shards];
        for history in histories.iter().rev() {
            parts[(dice.uniform() * shards as f64) as usize].learn(history, now);
            if dice.uniform() < 0.2 {
                parts[(dice.uniform() * shards as f64) as usize].learn(history, now);
            }
        }
        let mut merged = parts.pop().unwrap();
        parts.iter().for_each(|part| merged.merge(part).unwrap());
        prop_assert_eq!(merged.journeys(), whole.journeys());
        for question in questions() {
            assert_same(merged.estimate(&question, now).as_ref(), whole.estimate(&question, now).as_ref());
        }
    }

    #[test]
    fn a_full_memory_keeps_the_same_journeys_whatever_the_order(seed in any::<u64>()) {
        let (histories, now) = network(120, seed);
        let settings = ModelSettings { capacity: 50, ..ModelSettings::default() };
        let (mut whole, mut left, mut right) = (TransitModel::new(settings.clone()), TransitModel::new(settings.clone()), TransitModel::new(settings));
        histories.iter().for_each(|history| whole.learn(history, now));
        histories.iter().rev().step_by(2).for_each(|history| left.learn(history, now));
        histories.iter().rev().skip(1).step_by(2).for_each(|history| right.learn(history, now));
        left.merge(&right).unwrap();
        prop_assert_eq!(whole.journeys(), 50);
        for question in questions() {
            assert_same(left.estimate(&question, now).as_ref(), whole.estimate(&question, now).as_ref());
        }
    }
}

#[test]
fn with_trees_too_shards_make_the_whole_and_a_written_model_is_the_same() {
    let (histories, now) = network(900, 7);
    let whole = model(&histories, now);
    let mut merged = model(&histories[600..], now);
    merged.merge(&model(&histories[..650], now)).unwrap();
    merged.fit();
    let read: TransitModel = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
    for mut question in questions() {
        question.carrier = Some("slow".into());
        let estimate = whole.estimate(&question, now);
        assert_same(merged.estimate(&question, now).as_ref(), estimate.as_ref());
        assert_eq!(read.estimate(&question, now), estimate);
        assert!(
            estimate
                .unwrap()
                .explanation
                .iter()
                .any(|factor| factor.weight > 0.0),
            "trees have spoken"
        );
    }
    let slow = whole.estimate(&questions()[2], now).unwrap();
    let home = whole.estimate(&questions()[1], now).unwrap();
    assert!(
        slow.p50 - now > (home.p50 - now) * 2,
        "each lane has its own speed: {} {}",
        slow.p50,
        home.p50
    );
}

#[test]
fn a_model_of_a_newer_version_is_refused() {
    let written = serde_json::to_string(&model(
        &[parcel("1", ("CN", "DE"), 0.0, Some(2.0))],
        day(9.0),
    ))
    .unwrap();
    assert!(serde_json::from_str::<TransitModel>(&written).is_ok());
    let newer = written.replacen("\"version\":2", "\"version\":3", 1);
    let error = serde_json::from_str::<TransitModel>(&newer)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("version 3") && error.contains("up to 2"),
        "{error}"
    );
    let broken = written.replacen("\"kinds\":[", "\"kinds\":[],\"_\":[", 1);
    assert!(serde_json::from_str::<TransitModel>(&broken).is_err());
}

#[test]
fn models_of_different_settings_do_not_merge() {
    let mut model = TransitModel::default();
    let other = TransitModel::new(ModelSettings {
        half_life_days: 10.0,
        ..ModelSettings::default()
    });
    assert!(matches!(
        model.merge(&other),
        Err(MergeError::Settings { .. })
    ));
}

#[test]
fn what_is_forgotten_was_never_taught() {
    let (histories, now) = network(120, 3);
    type Goes = fn(&History) -> bool;
    let is_forgotten: [(Forget, Goes); 3] = [
        (Forget::Carrier("slow".into()), |history| {
            history.carrier.as_deref() == Some("slow")
        }),
        (
            Forget::Lane("CN".parse().unwrap(), "DE".parse().unwrap()),
            |history| history.lane().as_deref() == Some("CN>DE"),
        ),
        (Forget::Before(day(40.0)), |history| {
            history.events[0].at < day(40.0)
        }),
    ];
    for (what, goes) in is_forgotten {
        let mut forgetful = model(&histories, now);
        forgetful.forget(&what);
        let kept: Vec<History> = histories
            .iter()
            .filter(|history| !goes(history))
            .cloned()
            .collect();
        assert!(kept.len() < histories.len());
        let never_taught = model(&kept, now);
        assert_eq!(
            (forgetful.journeys(), forgetful.contexts()),
            (never_taught.journeys(), never_taught.contexts())
        );
        for question in questions() {
            assert_same(
                forgetful.estimate(&question, now).as_ref(),
                never_taught.estimate(&question, now).as_ref(),
            );
        }
    }
}

#[test]
fn the_end_of_a_journey_replaces_what_was_taught_while_it_was_open() {
    let finished: Vec<History> = (0..40)
        .map(|nth| {
            parcel(
                &nth.to_string(),
                ("CN", "DE"),
                0.0,
                Some(3.0 + 0.1 * f64::from(nth)),
            )
        })
        .collect();
    let mut streamed = TransitModel::default();
    for now in [1.0, 2.0, 5.0, 3.0] {
        finished
            .iter()
            .for_each(|history| streamed.learn(&history.known_at(day(now)), day(now)));
    }
    finished
        .iter()
        .for_each(|history| streamed.learn(history, day(30.0)));
    finished
        .iter()
        .for_each(|history| streamed.learn(&history.known_at(day(2.0)), day(2.0)));
    let question = parcel("q", ("CN", "DE"), 29.0, None);
    assert_same(
        streamed.estimate(&question, day(30.0)).as_ref(),
        model(&finished, day(30.0))
            .estimate(&question, day(30.0))
            .as_ref(),
    );
}

#[test]
fn open_parcels_are_evidence_of_a_long_tail() {
    let mut histories: Vec<History> = (0..60)
        .map(|nth| {
            parcel(
                &nth.to_string(),
                ("CN", "DE"),
                0.0,
                Some(2.0 + f64::from(nth % 20) * 0.1),
            )
        })
        .collect();
    let question = parcel("q", ("CN", "DE"), 9.5, None);
    let before = days(
        &model(&histories, day(10.0))
            .estimate(&question, day(9.5))
            .unwrap(),
        day(9.5),
    );
    histories.extend((0..40).map(|nth| parcel(&format!("open {nth}"), ("CN", "DE"), 0.0, None)));
    let after = days(
        &model(&histories, day(10.0))
            .estimate(&question, day(9.5))
            .unwrap(),
        day(9.5),
    );
    assert!(before[3] < 6.0, "{before:?}");
    assert!(
        after[3] > 9.0,
        "four in ten took more than ten days: {after:?}"
    );
}

#[test]
fn the_first_day_rests_on_a_published_standard_and_says_so() {
    let mut question = parcel("q", ("JP", "DE"), 0.0, None);
    question.carrier = Some("japan-post".into());
    let estimate = TransitModel::default()
        .estimate(&question, day(0.0))
        .unwrap();
    assert_eq!(
        (estimate.basis.level, estimate.basis.observations),
        (Level::Prior, 0.0)
    );
    assert!(
        estimate.basis.prior.starts_with("http"),
        "{}",
        estimate.basis.prior
    );
    let [p10, p50, _, p90] = days(&estimate, day(0.0));
    assert!(3.0 < p10 && p10 < p50 && p90 < 14.0, "{p10} {p50} {p90}");
}

#[test]
fn where_nothing_tells_there_is_no_estimate() {
    let mut question = parcel("q", ("US", "JP"), 0.0, None);
    question.carrier = Some("ups".into());
    assert_eq!(
        TransitModel::default().estimate(&question, day(0.0)),
        None,
        "no standard of the carrier, no observation"
    );
}

/// With no observations, or few, or those of another carrier, nothing is said of the odds: settings
/// and the carrier lead.
#[test]
fn an_untrained_model_gives_no_odds() {
    let mut question = parcel("q", ("JP", "DE"), 9.0, None);
    question.carrier = Some("japan-post".into());
    question.promised = Some(day(10.0));
    let of = |carrier: &str, count: usize| -> Vec<History> {
        let one = |nth: usize| {
            parcel(&format!("{carrier}{nth}"), ("JP", "DE"), 0.0, Some(3.0)).with_carrier(carrier)
        };
        (0..count).map(one).collect()
    };
    for (histories, trained) in [
        (of("japan-post", 0), false),
        (of("japan-post", 8), false),
        (of("acme", 400), false),
        (of("japan-post", 40), true),
    ] {
        let model = model(&histories, day(9.0));
        let estimate = model.estimate(&question, day(9.0)).unwrap();
        assert_eq!(estimate.basis.is_trained(), trained, "{:?}", estimate.basis);
        assert_eq!(estimate.miss_promise.is_some(), trained);
        assert_eq!(model.loss_patience(&question, 0.3).is_some(), trained);
        assert_eq!(model.patience(&question, 0.3).is_some(), trained);
    }
}

#[test]
fn finer_evidence_outweighs_coarser_as_it_grows() {
    let fast = |count: usize| {
        (0..count)
            .map(|nth| {
                parcel(
                    &format!("f{nth}"),
                    ("DE", "DE"),
                    0.0,
                    Some(1.0 + 0.01 * nth as f64),
                )
            })
            .collect::<Vec<_>>()
    };
    let slow: Vec<History> = (0..200)
        .map(|nth| {
            parcel(
                &format!("s{nth}"),
                ("CN", "DE"),
                0.0,
                Some(12.0 + 0.01 * f64::from(nth)),
            )
        })
        .collect();
    let question = parcel("q", ("DE", "DE"), 20.0, None);
    let p50 = |count: usize| {
        let histories: Vec<History> = slow.iter().cloned().chain(fast(count)).collect();
        let estimate = model(&histories, day(20.0))
            .estimate(&question, day(20.0))
            .unwrap();
        (days(&estimate, day(20.0))[1], estimate.basis)
    };
    let (none, few, many) = (p50(0), p50(4), p50(60));
    assert!(
        none.0 > 10.0 && few.0 < none.0 && many.0 < 2.0,
        "{none:?} {few:?} {many:?}"
    );
    assert_eq!(many.1.level, Level::Countries);
    assert!(
        (50.0..60.0).contains(&many.1.observations),
        "older ones count a little less: {}",
        many.1.observations
    );
}

#[test]
fn recent_outcomes_weigh_more() {
    let old = (0..100).map(|nth| parcel(&format!("o{nth}"), ("CN", "DE"), 0.0, Some(4.0)));
    let new = (0..100).map(|nth| parcel(&format!("n{nth}"), ("CN", "DE"), 360.0, Some(8.0)));
    let histories: Vec<History> = old.chain(new).collect();
    let estimate = model(&histories, day(370.0))
        .estimate(&parcel("q", ("CN", "DE"), 370.0, None), day(370.0))
        .unwrap();
    assert!(days(&estimate, day(370.0))[1] > 7.0);
}

#[test]
fn the_promise_stands_beside_with_the_risk_of_missing_it() {
    let histories: Vec<History> = (0..100)
        .map(|nth| {
            parcel(
                &nth.to_string(),
                ("CN", "DE"),
                0.0,
                Some(2.0 + 0.04 * f64::from(nth)),
            )
        })
        .collect();
    let model = model(&histories, day(10.0));
    let missing = |promised: f64| {
        let mut question = parcel("q", ("CN", "DE"), 10.0, None);
        question.promised = Some(day(10.0 + promised));
        let estimate = model.estimate(&question, day(10.0)).unwrap();
        assert_eq!(estimate.promise, question.promised);
        estimate.miss_promise.unwrap()
    };
    assert!(
        missing(1.0) > 0.9 && missing(8.0) < 0.1 && (0.3..0.7).contains(&missing(4.0)),
        "{} {} {}",
        missing(1.0),
        missing(8.0),
        missing(4.0)
    );
    assert!(
        (missing(-1.0) - 1.0).abs() < 1e-12,
        "a promise that has passed is missed"
    );
}
