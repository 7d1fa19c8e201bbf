//! What a detector made of the journeys under test: [`Judged`], and how the rules of thumb come by
//! theirs.

use chrono::{DateTime, TimeDelta, Utc};

use super::baseline::Baseline;
use super::inject::{Injected, Kind};
use super::score::{Row, Trial, exceeded_by, in_hours};
use super::trial::{Parts, Patience};

/// A detector at its operating point, with all it said.
#[derive(Clone, Debug)]
pub struct Judged {
    pub detector: &'static str,
    /// The threshold found on the tuning part, in words.
    pub setting: String,
    /// The share of clean parcels with an alarm, where thresholds were set and where they are
    /// judged.
    pub tuned: f64,
    pub false_alarms: f64,
    /// For each injected journey the alarm that counts.
    pub seen: Vec<Option<DateTime<Utc>>>,
}

impl Judged {
    /// One row a kind; a kind that nothing was injected of has none.
    pub fn rows(
        &self,
        injected: &[(usize, Injected)],
        parts: &Parts,
        patience: &Patience,
    ) -> Vec<Row> {
        let of_kind = |kind: Kind| {
            let trials = injected
                .iter()
                .zip(&self.seen)
                .filter(|((_, one), _)| one.kind == kind);
            let trial =
                |((clean, one), alarm): (&(usize, Injected), &Option<DateTime<Utc>>)| Trial {
                    start: one.start,
                    alarm: *alarm,
                    noticed: patience.ends(&parts.test[*clean]),
                };
            trials.map(trial).collect::<Vec<_>>()
        };
        let row = |kind: Kind| {
            Some(of_kind(kind))
                .filter(|trials| !trials.is_empty())
                .map(|trials| Row::new(kind.as_str(), self.detector, &trials, self.false_alarms))
        };
        Kind::ALL.into_iter().filter_map(row).collect()
    }
}

/// The share of `count` among `all`.
pub fn share(count: usize, all: usize) -> f64 {
    if all == 0 {
        0.0
    } else {
        count as f64 / all as f64
    }
}

/// A rule of thumb, its threshold such that at most `allowed` of the tuning part's clean parcels
/// get an alarm.
pub fn baseline(
    baseline: Baseline,
    parts: &Parts,
    injected: &[(usize, Injected)],
    allowed: f64,
) -> Judged {
    // Parcels without a promise count among those without an alarm.
    let extents = parts
        .tune
        .iter()
        .map(|course| baseline.extent(course).unwrap_or_default())
        .collect();
    let threshold = exceeded_by(extents, allowed).unwrap_or(TimeDelta::MAX);
    let alarmed = |courses: &[super::course::Course]| {
        share(
            courses
                .iter()
                .filter(|course| {
                    !baseline
                        .alarms(course, threshold, course.ends_at())
                        .is_empty()
                })
                .count(),
            courses.len(),
        )
    };
    let first = |one: &Injected| {
        baseline
            .alarms(&one.course, threshold, one.end)
            .into_iter()
            .find(|alarm| (one.start..=one.end).contains(alarm))
    };
    Judged {
        detector: baseline.as_str(),
        setting: format!("{:.1} days", in_hours(threshold) / 24.0),
        tuned: alarmed(&parts.tune),
        false_alarms: alarmed(&parts.test),
        seen: injected.iter().map(|(_, one)| first(one)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::generate::generate;
    use super::super::trial::injections;
    use super::*;

    #[test]
    fn a_baseline_keeps_to_what_it_is_allowed_where_it_is_tuned() {
        let parts = Parts::new(generate(2000, 6));
        let injected = injections(&parts.test, 6);
        let patience = Patience::learn(&parts.train);
        for kind in Baseline::ALL {
            let judged = baseline(kind, &parts, &injected, 0.02);
            assert!(judged.tuned <= 0.02 && judged.tuned > 0.005, "{judged:?}");
            let rows = judged.rows(&injected, &parts, &patience);
            assert_eq!(rows.len(), Kind::ALL.len());
            assert!(
                rows.iter()
                    .all(|row| row.n > 20 && (0.0..=1.0).contains(&row.recall))
            );
            let loss = rows.iter().find(|row| row.kind == "loss").unwrap();
            assert!(loss.recall > 0.4, "{loss:?}");
            let false_delivery = rows
                .iter()
                .find(|row| row.kind == "false-delivery")
                .unwrap();
            assert!(
                false_delivery.recall < 0.2,
                "days are not counted after a delivery: {false_delivery:?}"
            );
        }
    }
}
