//! Trees are grown when somebody says so, saved with the model, and changed by no question.

use std::sync::LazyLock;

use parceltrail::History;
use parceltrail::eta::{Estimate, Forget, TransitModel};

use crate::world::{Dice, day, learned, model, network, parcel};

const LANES: [(&str, &str); 4] = [("CN", "DE"), ("DE", "DE"), ("CN", "US"), ("JP", "BR")];

fn questions() -> Vec<History> {
    let one = |(nth, lane): (usize, &(&str, &str))| {
        parcel(&format!("q{nth}"), *lane, 119.0, None).with_carrier(["slow", "fast"][nth % 2])
    };
    LANES.iter().enumerate().map(one).collect()
}

fn answers(model: &TransitModel) -> Vec<Option<Estimate>> {
    let now = day(121.5);
    questions()
        .iter()
        .map(|question| model.estimate(question, now))
        .collect()
}

fn speak_trees(answers: &[Option<Estimate>]) -> bool {
    let weighs = |estimate: &Estimate| {
        estimate
            .explanation
            .iter()
            .any(|factor| factor.weight > 0.0)
    };
    answers.iter().flatten().any(weighs)
}

fn written(model: &TransitModel) -> String {
    serde_json::to_string(model).unwrap()
}

fn read(text: &str) -> TransitModel {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_question_changes_nothing() {
    let (histories, now) = network(900, 7);
    let mut model = learned(&histories, now);
    let before = written(&model);
    let unfitted = answers(&model);
    assert!(!speak_trees(&unfitted) && model.is_stale() && !model.is_fitted());
    assert_eq!(written(&model), before);
    assert_eq!(answers(&model), unfitted);

    model.fit();
    assert!(model.is_fitted() && !model.is_stale());
    let fitted = answers(&model);
    assert!(speak_trees(&fitted));
    model.learn(&parcel("late", ("CN", "DE"), 100.0, Some(29.5)), day(130.0));
    assert!(model.is_stale(), "a week of data later");
    let after = answers(&model);
    for (left, right) in fitted.iter().zip(&after).take(3) {
        let (left, right) = (left.as_ref().unwrap(), right.as_ref().unwrap());
        assert_eq!(
            left.uncorrected, right.uncorrected,
            "the trees in use stay what they were"
        );
    }
}

/// What was answered when the first estimate grew the trees.
#[test]
fn answers_are_those_of_a_model_that_fits_itself() {
    let (histories, now) = network(900, 7);
    let hours: Vec<[i64; 4]> = answers(&model(&histories, now))
        .iter()
        .flatten()
        .map(|estimate| {
            estimate
                .uncorrected
                .map(|at| (at - day(119.0)).num_minutes() / 6)
        })
        .collect();
    assert_eq!(
        hours,
        [
            [1642, 2009, 2442, 2563],
            [624, 680, 722, 736],
            [2643, 3548, 4253, 4542],
            [1375, 1906, 2357, 2807],
        ],
        "in tenths of hours"
    );
}

#[test]
fn a_written_model_answers_the_same_to_the_last_bit() {
    let (histories, now) = network(900, 7);
    let model = model(&histories, now);
    let text = written(&model);
    let read = read(&text);
    assert_eq!(answers(&read), answers(&model));
    assert!(speak_trees(&answers(&read)) && !read.is_stale());
    assert_eq!(written(&read), text);
}

#[test]
fn replicas_with_the_same_memory_are_the_same() {
    let (histories, now) = network(900, 7);
    let whole = model(&histories, now);
    let mut reversed = TransitModel::default();
    histories
        .iter()
        .rev()
        .for_each(|history| reversed.learn(history, now));
    reversed.fit();
    let (mut left, right) = (
        model(&histories[..500], now),
        learned(&histories[400..], now),
    );
    left.merge(&right).unwrap();
    left.fit();
    assert_eq!(written(&reversed), written(&whole));
    assert_eq!(written(&left), written(&whole));
    assert_eq!(answers(&left), answers(&whole));
}

#[test]
fn trees_grown_beside_are_those_that_fitting_grows() {
    let (histories, now) = network(900, 7);
    let mut model = model(&histories[..600], now);
    let old = answers(&model);
    histories
        .iter()
        .for_each(|history| model.learn(history, now));
    let beside = model.clone();
    let trees = std::thread::spawn(move || beside.grow()).join().unwrap();
    assert_eq!(trees.journeys(), 900);
    let quantiles = |answers: &[Option<Estimate>]| -> Vec<_> {
        answers
            .iter()
            .flatten()
            .map(|estimate| estimate.uncorrected)
            .collect()
    };
    assert_eq!(quantiles(&answers(&model))[..3], quantiles(&old)[..3]);
    assert!(model.adopt(trees));
    let mut fitted = model.clone();
    fitted.fit();
    assert_eq!(quantiles(&answers(&model)), quantiles(&answers(&fitted)));
    assert_ne!(quantiles(&answers(&model)), quantiles(&old));
}

#[test]
fn trees_that_know_what_was_forgotten_go() {
    let (histories, now) = network(900, 7);
    let mut model = model(&histories, now);
    let trees = model.grow();
    model.forget(&Forget::Carrier("slow".into()));
    assert!(!model.is_fitted());
    assert!(!model.adopt(trees) && !model.is_fitted());
    model.fit();
    let kept: Vec<History> = histories
        .into_iter()
        .filter(|history| history.carrier.as_deref() != Some("slow"))
        .collect();
    let mut never_taught = learned(&kept, now);
    never_taught.fit();
    assert_eq!(answers(&model), answers(&never_taught));
}

#[test]
fn a_model_written_before_trees_were_saved_is_one_not_fitted() {
    let (histories, now) = network(900, 7);
    let model = model(&histories, now);
    let mut value: serde_json::Value = serde_json::from_str(&written(&model)).unwrap();
    value["version"] = 1.into();
    value.as_object_mut().unwrap().remove("trees");
    let mut old = read(&value.to_string());
    assert!(!old.is_fitted() && old.is_stale());
    old.fit();
    assert_eq!(answers(&old), answers(&model));

    let mut value: serde_json::Value = serde_json::from_str(&written(&model)).unwrap();
    value["trees"]["form"] = 7.into();
    assert!(
        !read(&value.to_string()).is_fitted(),
        "trees whose columns mean something else are left out"
    );
}

/// A written model whose trees are put in place of those it has.
fn with_trees(packed: &str) -> Result<TransitModel, serde_json::Error> {
    static WRITTEN: LazyLock<serde_json::Value> = LazyLock::new(|| {
        let (histories, now) = network(560, 3);
        serde_json::to_value(model(&histories, now)).unwrap()
    });
    let mut value = WRITTEN.clone();
    if !packed.is_empty() {
        value["trees"]["packed"] = packed.into();
    }
    serde_json::from_value(value)
}

#[test]
fn broken_trees_are_refused_or_harmless() {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = serde_json::to_value(with_trees("").unwrap()).unwrap();
    let packed = whole["trees"]["packed"].as_str().unwrap();
    let mut dice = Dice(17);
    let mut place = |count: usize| (dice.uniform() * count as f64) as usize;
    let mut refused = 0;
    for turn in 0..120 {
        // Half of the damage is done among the first numbers, which count things.
        let reach = if turn % 2 == 0 { 300 } else { packed.len() };
        let mut bytes = packed.as_bytes().to_vec();
        bytes[place(reach)] = DIGITS[place(DIGITS.len())];
        match with_trees(&String::from_utf8(bytes).unwrap()) {
            Err(_) => refused += 1,
            Ok(model) => {
                for estimate in answers(&model).into_iter().flatten() {
                    assert!(estimate.uncorrected.is_sorted() && estimate.p10 >= estimate.made);
                }
            }
        }
    }
    assert!(refused > 0);
    for _ in 0..20 {
        assert!(with_trees(&packed[..place(packed.len()).max(1)]).is_err());
    }
}
