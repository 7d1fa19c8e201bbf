//! Corrections by observed outcomes, and the two traps on the way there.

use chrono::{DateTime, Utc};
use parceltrail::Milestone;
use parceltrail::eta::{Basis, Calibration, Estimate, Level, Shape};

use crate::world::{Dice, day};

/// An estimate that expects an exponential wait with so many days as its mean.
fn estimate(made: f64, mean: f64) -> Estimate {
    let at = |share: f64| day(made - mean * (1.0 - share).ln());
    let levels = [0.1, 0.5, 0.8, 0.9].map(at);
    let [p10, p50, p80, p90] = levels;
    Estimate {
        made: day(made),
        p10,
        p50,
        p80,
        p90,
        loss: 0.0,
        miss_promise: None,
        promise: None,
        uncorrected: levels,
        shape: Shape::new(day(made), |share| {
            (-mean * (1.0 - share).max(1e-6).ln()) * 86_400.0
        }),
        stage: None,
        milestone: Milestone::PickedUp,
        destination: None,
        basis: Basis {
            level: Level::All,
            observations: 100.0,
            comparable: 100.0,
            prior: "".into(),
            latest: None,
            is_bounded: false,
        },
        explanation: Vec::new(),
    }
}

/// One parcel: when it was handed over and delivered, in days.
#[derive(Clone, Copy)]
struct Sent {
    made: f64,
    came: f64,
}

fn sent(days: f64, a_day: f64, mean: impl Fn(f64) -> f64) -> Vec<Sent> {
    let mut dice = Dice(5);
    (0..(days * a_day) as usize)
        .map(|nth| {
            let made = nth as f64 / a_day;
            Sent {
                made,
                came: made - mean(made) * dice.uniform().max(1e-9).ln(),
            }
        })
        .collect()
}

/// Replays parcels; outcomes are told `delay` days late. Gives for each parcel made after `from`
/// the adjusted estimate.
fn replay(parcels: &[Sent], expected: f64, delay: f64, from: f64) -> Vec<(usize, Estimate)> {
    let mut calibration = Calibration::default();
    let mut told: Vec<usize> = (0..parcels.len()).collect();
    told.sort_by(|a, b| parcels[*a].came.total_cmp(&parcels[*b].came));
    let mut told = told.into_iter().peekable();
    let mut out = Vec::new();
    for (nth, parcel) in parcels.iter().enumerate() {
        while let Some(other) = told.next_if(|other| parcels[*other].came + delay <= parcel.made) {
            calibration.settled(
                &other.to_string(),
                Some(day(parcels[other].came)),
                day(parcels[other].came + delay),
            );
        }
        let raw = estimate(parcel.made, expected);
        let adjusted = calibration.adjust(&raw);
        // What was adjusted may be issued as well as what was not.
        calibration.issued(
            &nth.to_string(),
            if nth % 2 == 0 { &raw } else { &adjusted },
        );
        if parcel.made >= from {
            out.push((nth, adjusted));
        }
    }
    out
}

fn share(
    estimates: &[(usize, Estimate)],
    parcels: &[Sent],
    level: fn(&Estimate) -> DateTime<Utc>,
) -> f64 {
    estimates
        .iter()
        .filter(|(nth, estimate)| day(parcels[*nth].came) <= level(estimate))
        .count() as f64
        / estimates.len() as f64
}

#[test]
fn estimates_twice_too_early_are_put_right() {
    let parcels = sent(90.0, 40.0, |_| 6.0);
    let adjusted = replay(&parcels, 3.0, 0.0, 45.0);
    let (p10, p50, p80, p90) = (
        share(&adjusted, &parcels, |estimate| estimate.p10),
        share(&adjusted, &parcels, |estimate| estimate.p50),
        share(&adjusted, &parcels, |estimate| estimate.p80),
        share(&adjusted, &parcels, |estimate| estimate.p90),
    );
    assert!(
        (0.07..0.13).contains(&p10) && (0.46..0.54).contains(&p50),
        "{p10} {p50}"
    );
    assert!(
        (0.77..0.83).contains(&p80) && (0.88..0.92).contains(&p90),
        "{p80} {p90}"
    );
}

/// The first trap: a step per outcome reacts to news that is ten days old, overshoots, and swings
/// ever wider.
#[test]
fn outcomes_told_ten_days_late_do_not_make_it_swing() {
    for drift in [
        |_: f64| 6.0,
        |made: f64| if made < 60.0 { 3.0 } else { 6.0 },
    ] {
        let parcels = sent(150.0, 40.0, drift);
        let adjusted = replay(&parcels, 3.0, 10.0, 110.0);
        let p90 = share(&adjusted, &parcels, |estimate| estimate.p90);
        assert!((0.87..0.93).contains(&p90), "{p90}");
        let widths: Vec<f64> = adjusted
            .iter()
            .map(|(_, estimate)| (estimate.p90 - estimate.made).num_seconds() as f64 / 86_400.0)
            .collect();
        let (narrow, wide) = (
            widths.iter().copied().fold(f64::MAX, f64::min),
            widths.iter().copied().fold(0.0, f64::max),
        );
        // The right width is 6 ln 10 = 13.8 days.
        assert!(narrow > 10.0 && wide < 18.0, "from {narrow} to {wide}");
    }
}

/// The second trap: of what was sent in the last weeks, those that came are the quick ones.
#[test]
fn what_is_due_and_has_not_come_counts() {
    let parcels = sent(15.0, 60.0, |_| 8.0);
    let now = 15.0;
    let mut calibration = Calibration::default();
    for (nth, parcel) in parcels.iter().enumerate() {
        calibration.issued(&nth.to_string(), &estimate(parcel.made, 8.0));
    }
    let mut waits: Vec<f64> = Vec::new();
    for (nth, parcel) in parcels
        .iter()
        .enumerate()
        .filter(|(_, parcel)| parcel.came <= now)
    {
        calibration.settled(&nth.to_string(), Some(day(parcel.came)), day(parcel.came));
        waits.push(parcel.came - parcel.made);
    }
    calibration.issued("tick", &estimate(now + 0.1, 8.0));
    let kept = |promise: f64| 1.0 - (-promise / 8.0_f64).exp();

    waits.sort_by(f64::total_cmp);
    let arrived_only = kept(waits[waits.len() * 9 / 10]);
    assert!(
        arrived_only < 0.8,
        "the P90 of those that came holds {arrived_only}"
    );

    let fresh = calibration.adjust(&estimate(now, 8.0));
    let ours = kept((fresh.p90 - fresh.made).num_seconds() as f64 / 86_400.0);
    assert!((0.87..0.93).contains(&ours), "ours holds {ours}");
    assert!(calibration.outcomes() > 300.0);
}

#[test]
fn few_outcomes_correct_little() {
    let parcels = sent(10.0, 1.0, |_| 1.0);
    for (_, adjusted) in replay(&parcels, 3.0, 0.0, 0.0) {
        assert_eq!(
            [adjusted.p10, adjusted.p50, adjusted.p80, adjusted.p90],
            adjusted.uncorrected
        );
    }
}

#[test]
fn calibrations_of_shards_combine_and_are_written_down() {
    let parcels = sent(60.0, 40.0, |_| 6.0);
    let watch = |keep: fn(usize) -> bool| {
        let mut calibration = Calibration::default();
        for (nth, parcel) in parcels.iter().enumerate().filter(|(nth, _)| keep(*nth)) {
            calibration.issued(&nth.to_string(), &estimate(parcel.made, 3.0));
        }
        for (nth, parcel) in parcels
            .iter()
            .enumerate()
            .filter(|(nth, parcel)| keep(*nth) && parcel.came < 60.0)
        {
            calibration.settled(&nth.to_string(), Some(day(parcel.came)), day(parcel.came));
        }
        calibration
    };
    let (mut even, odd, mut whole) = (
        watch(|nth| nth % 2 == 0),
        watch(|nth| nth % 2 == 1),
        watch(|_| true),
    );
    even.merge(&odd);
    whole.merge(&Calibration::default());
    let question = estimate(60.0, 3.0);
    assert_eq!(even.adjust(&question), whole.adjust(&question));
    let read: Calibration = serde_json::from_str(&serde_json::to_string(&even).unwrap()).unwrap();
    assert_eq!(read.adjust(&question), even.adjust(&question));
    assert!(even.adjust(&question).p50 > question.p50);
}

/// An honest estimate's quantiles are about those that come: that some never do must not stretch
/// them.
#[test]
fn those_that_never_come_do_not_stretch_the_quantiles() {
    let parcels: Vec<Sent> = sent(120.0, 50.0, |_| 4.0)
        .into_iter()
        .enumerate()
        .map(|(nth, parcel)| Sent {
            came: if nth % 16 == 0 { f64::MAX } else { parcel.came },
            ..parcel
        })
        .collect();
    let adjusted: Vec<_> = replay(&parcels, 4.0, 0.0, 70.0)
        .into_iter()
        .filter(|(nth, _)| nth % 16 != 0)
        .collect();
    let (p10, p90) = (
        share(&adjusted, &parcels, |estimate| estimate.p10),
        share(&adjusted, &parcels, |estimate| estimate.p90),
    );
    assert!(
        (0.08..0.12).contains(&p10) && (0.885..0.915).contains(&p90),
        "{p10} {p90}"
    );
}

/// One region grows slow while another grows fast: pooled, their errors would hide each other.
#[test]
fn destinations_that_drift_apart_are_corrected_apart() {
    let (slow, quick) = (sent(90.0, 30.0, |_| 6.0), sent(90.0, 30.0, |_| 2.0));
    let mut calibration = Calibration::default();
    let mut kept = [0.0, 0.0];
    let mut news: Vec<(f64, String)> = Vec::new();
    for (nth, pair) in slow.iter().zip(&quick).enumerate() {
        news.sort_by(|a, b| b.0.total_cmp(&a.0));
        while let Some((came, key)) = news.pop_if(|(came, _)| *came <= pair.0.made) {
            calibration.settled(&key, Some(day(came)), day(came));
        }
        for (at, (parcel, destination)) in
            [(pair.0, "US "), (pair.1, "DE ")].into_iter().enumerate()
        {
            let raw = Estimate {
                destination: Some(destination.into()),
                ..estimate(parcel.made, 3.0)
            };
            if parcel.made >= 60.0 && day(parcel.came) <= calibration.adjust(&raw).p90 {
                kept[at] += 1.0 / (30.0 * 30.0);
            }
            let key = format!("{destination}{nth}");
            calibration.issued(&key, &raw);
            news.push((parcel.came, key));
        }
    }
    assert!(
        kept.iter().all(|kept| (0.86..0.94).contains(kept)),
        "{kept:?}"
    );
}
