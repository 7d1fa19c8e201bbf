//! The arithmetic: recall, precision at a prevalence, medians.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// What a detector made of one injected journey.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// When it went wrong.
    pub start: DateTime<Utc>,
    /// The alarm that counts, if one was raised.
    pub alarm: Option<DateTime<Utc>>,
    /// When the customer would have noticed.
    pub noticed: DateTime<Utc>,
}

/// One line of the result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub kind: &'static str,
    pub detector: &'static str,
    /// Injected journeys.
    pub n: usize,
    /// The share of them that was seen.
    pub recall: f64,
    /// The share of clean journeys for which an alarm was raised.
    pub false_alarms_per_parcel: f64,
    /// The share of alarms that are right, if one parcel in a hundred has this trouble; absent if
    /// there is no alarm at all.
    pub precision_1: Option<f64>,
    /// The same for one in twenty.
    pub precision_5: Option<f64>,
    /// Median from the start of the trouble to the alarm.
    pub delay_hours: Option<f64>,
    /// Median from the alarm to the moment when the customer would have noticed.
    pub lead_hours: Option<f64>,
}

impl Row {
    /// Scores a detector on one kind.
    pub fn new(
        kind: &'static str,
        detector: &'static str,
        trials: &[Trial],
        false_alarms: f64,
    ) -> Self {
        let seen: Vec<(&Trial, DateTime<Utc>)> = trials
            .iter()
            .filter_map(|trial| Some((trial, trial.alarm?)))
            .collect();
        let recall = if trials.is_empty() {
            0.0
        } else {
            seen.len() as f64 / trials.len() as f64
        };
        Self {
            kind,
            detector,
            n: trials.len(),
            recall,
            false_alarms_per_parcel: false_alarms,
            precision_1: precision(0.01, recall, false_alarms),
            precision_5: precision(0.05, recall, false_alarms),
            delay_hours: median(
                seen.iter()
                    .map(|(trial, alarm)| in_hours(*alarm - trial.start))
                    .collect(),
            ),
            lead_hours: median(
                seen.iter()
                    .map(|(trial, alarm)| in_hours(trial.noticed - *alarm))
                    .collect(),
            ),
        }
    }
}

/// The share of alarms that are right where `prevalence` of all parcels have the trouble; none if
/// no alarm is ever raised.
pub fn precision(prevalence: f64, recall: f64, false_alarms: f64) -> Option<f64> {
    let right = prevalence * recall;
    let wrong = (1.0 - prevalence) * false_alarms;
    (right + wrong > 0.0).then(|| right / (right + wrong))
}

/// The middle value, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// The smallest of `values` that at most `share` of them exceed; none if there are no values.
pub fn exceeded_by(mut values: Vec<TimeDelta>, share: f64) -> Option<TimeDelta> {
    values.sort_unstable();
    let allowed = (values.len() as f64 * share).floor() as usize;
    values
        .len()
        .checked_sub(allowed + 1)
        .and_then(|index| values.get(index).copied())
}

/// A span of time in hours.
pub fn in_hours(span: TimeDelta) -> f64 {
    span.num_seconds() as f64 / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_follows_from_prevalence() {
        // One in a hundred ill, nine of ten found, two in a hundred falsely alarmed: .009 / (.009 +
        // .0198).
        assert!((precision(0.01, 0.9, 0.02).unwrap() - 0.3125).abs() < 1e-12);
        assert!((precision(0.05, 0.9, 0.02).unwrap() - 0.045 / 0.064).abs() < 1e-12);
        assert_eq!(precision(0.01, 0.5, 0.0), Some(1.0));
        assert_eq!(precision(0.01, 0.0, 0.0), None);
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_threshold_is_exceeded_by_the_share_asked_for_and_no_more() {
        let spans: Vec<TimeDelta> = (1..=100).map(TimeDelta::hours).collect();
        assert_eq!(exceeded_by(spans.clone(), 0.02), Some(TimeDelta::hours(98)));
        assert_eq!(exceeded_by(spans.clone(), 0.0), Some(TimeDelta::hours(100)));
        assert_eq!(exceeded_by(spans, 1.0), None);
        assert_eq!(exceeded_by(vec![], 0.02), None);
    }

    #[test]
    fn a_row_counts_what_was_seen() {
        let hour = |hour: i64| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let trial = |alarm| Trial {
            start: hour(10),
            alarm,
            noticed: hour(100),
        };
        let row = Row::new(
            "loss",
            "ours",
            &[
                trial(Some(hour(30))),
                trial(None),
                trial(Some(hour(50))),
                trial(Some(hour(130))),
            ],
            0.02,
        );
        assert_eq!((row.n, row.recall), (4, 0.75));
        assert_eq!((row.delay_hours, row.lead_hours), (Some(40.0), Some(50.0)));
        let nothing = Row::new("loss", "ours", &[], 0.0);
        assert_eq!(
            (nothing.recall, nothing.precision_1, nothing.delay_hours),
            (0.0, None, None)
        );
    }
}
