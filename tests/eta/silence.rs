//! What silence does to an estimate, and how long it is normal.

use chrono::TimeDelta;
use parceltrail::eta::TransitModel;
use parceltrail::history::HistoryEnd;
use parceltrail::{History, Milestone, Stage};
use proptest::prelude::*;

use crate::world::{Dice, day, days, model, network, parcel, passage};

/// No quantile lies before now or moves back, and no risk falls, while nothing is heard.
fn assert_monotone(model: &TransitModel, question: &History) {
    let start = question.events.last().unwrap().at;
    let mut last = model.estimate(question, start).unwrap();
    for step in 1..120 {
        let now = start + TimeDelta::hours(step * step / 8);
        let estimate = model.estimate(question, now).unwrap();
        for (before, after) in last.uncorrected.iter().zip(estimate.uncorrected) {
            assert!(after >= now && after >= *before, "{step}: {before} {after}");
        }
        assert!(
            estimate.uncorrected.is_sorted() && estimate.loss >= last.loss - 1e-12,
            "{step}: {} {}",
            last.loss,
            estimate.loss
        );
        last = estimate;
    }
    assert!(last.loss > 0.5, "after 75 days of silence: {}", last.loss);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_news_never_makes_it_earlier(seed in any::<u64>(), count in 1..150_usize) {
        let (histories, now) = network(count, seed);
        let model = model(&histories, now);
        for lane in [("CN", "DE"), ("DE", "DE"), ("JP", "BR")] {
            assert_monotone(&model, &parcel("q", lane, 119.0, None));
        }
    }
}

#[test]
fn with_trees_no_news_never_makes_it_earlier() {
    let (histories, now) = network(700, 5);
    let model = model(&histories, now);
    for lane in [("CN", "DE"), ("DE", "DE"), ("CN", "US")] {
        assert_monotone(&model, &parcel("q", lane, 119.0, None));
    }
}

/// Customs release in minutes, or after days.
fn customs(count: u64) -> Vec<History> {
    let mut dice = Dice(3);
    (0..count)
        .map(|nth| {
            let took = if dice.uniform() < 0.7 {
                20.0 / 1440.0 * (0.3 * dice.normal()).exp()
            } else {
                12.0 + dice.normal()
            };
            let start = 0.3 * (nth % 50) as f64;
            let mut history = parcel(&nth.to_string(), ("CN", "DE"), start, Some(took + 0.1));
            history.events[0] = passage(
                day(start),
                Stage::ImportCustoms,
                Milestone::CustomsSubmitted,
            );
            history.events.insert(
                1,
                passage(
                    day(start + took),
                    Stage::ImportCustoms,
                    Milestone::CustomsReleased,
                ),
            );
            history
        })
        .collect()
}

#[test]
fn a_dwell_of_two_kinds_jumps_to_the_second_once_the_first_has_passed() {
    let mut question = parcel("q", ("CN", "DE"), 40.0, None);
    question.events[0] = passage(day(40.0), Stage::ImportCustoms, Milestone::CustomsSubmitted);
    for count in [120, 900] {
        let model = model(&customs(count), day(40.0));
        let fresh = days(&model.estimate(&question, day(40.0)).unwrap(), day(40.0));
        assert!(fresh[1] < 0.5 && fresh[3] > 9.0, "{count}: {fresh:?}");
        let silent = days(&model.estimate(&question, day(40.5)).unwrap(), day(40.0));
        assert!(
            silent[1] > 9.0 && silent[1] < 14.0,
            "{count}: twelve hours later it is one of the slow: {silent:?}"
        );
    }
}

#[test]
fn a_share_that_never_arrives_is_learned() {
    let mut histories: Vec<History> = (0..160)
        .map(|nth| {
            parcel(
                &nth.to_string(),
                ("CN", "DE"),
                0.0,
                Some(4.0 + 0.02 * f64::from(nth)),
            )
        })
        .collect();
    histories.extend((0..40).map(|nth| {
        parcel(&format!("lost {nth}"), ("CN", "DE"), 0.0, None).with_outcome(HistoryEnd::Lost)
    }));
    let model = model(&histories, day(60.0));
    let question = parcel("q", ("CN", "DE"), 60.0, None);
    let loss = |after: f64| model.estimate(&question, day(60.0 + after)).unwrap().loss;
    assert!((0.1..0.25).contains(&loss(0.0)), "{}", loss(0.0));
    assert!(
        loss(6.0) > loss(0.0) && loss(12.0) > 0.7,
        "{} {}",
        loss(6.0),
        loss(12.0)
    );

    let half = model.loss_patience(&question, 0.5).unwrap();
    let waited = (half - day(60.0)).num_seconds() as f64 / 86_400.0;
    assert!(
        loss(waited - 0.1) < 0.5 && loss(waited + 0.1) >= 0.5,
        "{waited}"
    );
    assert_eq!(model.loss_patience(&question, 1.1), None);
}

#[test]
fn without_own_losses_the_risk_rises_as_it_was_measured_elsewhere() {
    let model = TransitModel::default();
    let question = parcel("q", ("JP", "DE"), 0.0, None).with_carrier("japan-post");
    for (after, share) in [(14.0, 0.05), (30.0, 0.24), (40.0, 0.46), (60.0, 0.82)] {
        let loss = model.estimate(&question, day(after)).unwrap().loss;
        assert!((loss - share).abs() < 0.02, "{after}: {loss}");
    }
}

#[test]
fn patience_is_what_comparable_stays_took() {
    let mut dice = Dice(1);
    let mut histories: Vec<History> = (0..400)
        .map(|nth| {
            parcel(
                &nth.to_string(),
                ("CN", "DE"),
                0.1 * f64::from(nth),
                Some(2.0 + 2.0 * dice.uniform()),
            )
        })
        .collect();
    let question = parcel("q", ("CN", "DE"), 45.0, None);
    assert_eq!(
        TransitModel::default().patience(&question, 0.01),
        None,
        "without evidence there is no measure"
    );
    let patience = |histories: &[History], tail: f64| {
        (model(histories, day(45.0))
            .patience(&question, tail)
            .unwrap()
            - day(45.0))
        .num_seconds() as f64
            / 86_400.0
    };
    let (half, tenth, rare) = (
        patience(&histories, 0.5),
        patience(&histories, 0.1),
        patience(&histories, 0.01),
    );
    assert!(
        (2.7..3.3).contains(&half) && (3.5..4.3).contains(&tenth) && rare > tenth && rare < 8.0,
        "{half} {tenth} {rare}"
    );
    histories.extend((0..8).map(|nth| {
        parcel(&format!("lost {nth}"), ("CN", "DE"), 0.0, None).with_outcome(HistoryEnd::Lost)
    }));
    let with_lost = patience(&histories, 0.01);
    assert!(
        with_lost < 8.0,
        "lost parcels do not make silence normal: {with_lost}"
    );
    let delivered = parcel("d", ("CN", "DE"), 40.0, Some(2.0));
    assert_eq!(
        model(&histories, day(45.0)).patience(&delivered, 0.01),
        None
    );
}

#[test]
fn what_comes_next_is_what_came_next() {
    let histories: Vec<History> = (0..100)
        .map(|nth| {
            let mut history = parcel(&nth.to_string(), ("CN", "DE"), 0.0, Some(3.0));
            if nth % 4 != 0 {
                history
                    .events
                    .insert(1, passage(day(1.0), Stage::LineHaul, Milestone::Departed));
            }
            history
        })
        .collect();
    let next = model(&histories, day(9.0)).next(&parcel("q", ("CN", "DE"), 8.0, None));
    assert_eq!(
        (next[0].stage, next[0].milestone),
        (Some(Stage::LineHaul), Milestone::Departed)
    );
    assert!(
        (next[0].share - 0.75).abs() < 0.05 && (next[0].share + next[1].share - 1.0).abs() < 1e-9,
        "{next:?}"
    );
    assert!((next[0].typical.num_hours() - 24).abs() <= 4, "{next:?}");
    assert!(
        model(&histories, day(9.0)).next(&histories[0]).is_empty(),
        "nothing follows a delivery"
    );
}
