//! What shops do today: count days since the last scan, or since the promise.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::Milestone;

use super::course::Course;

/// A rule of thumb with one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// No event for so long.
    FixedDays,
    /// Not delivered so long after the promise.
    PromisePlusDays,
}

impl Baseline {
    /// Both.
    pub const ALL: [Self; 2] = [Self::FixedDays, Self::PromisePlusDays];

    /// The name in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixedDays => "fixed-days",
            Self::PromisePlusDays => "promise-plus-days",
        }
    }

    /// How far a finished journey went at the worst: with a threshold below this there is an alarm.
    pub fn extent(self, course: &Course) -> Option<TimeDelta> {
        match self {
            Self::FixedDays => silences(course, course.ends_at())
                .into_iter()
                .map(|silence| silence.until - silence.since)
                .max(),
            Self::PromisePlusDays => {
                Some((course.delivery_known_at()? - course.promised?).max(TimeDelta::zero()))
            }
        }
    }

    /// The alarms that are raised until `until`, oldest first.
    pub fn alarms(
        self,
        course: &Course,
        threshold: TimeDelta,
        until: DateTime<Utc>,
    ) -> Vec<DateTime<Utc>> {
        match self {
            Self::FixedDays => silences(course, until)
                .into_iter()
                .filter(|silence| silence.until - silence.since > threshold)
                .map(|silence| (silence.since + threshold).max(silence.known))
                .collect(),
            Self::PromisePlusDays => {
                let Some(due) = course.promised.map(|promised| promised + threshold) else {
                    return Vec::new();
                };
                let delivered = course
                    .scans
                    .iter()
                    .filter(|scan| scan.milestone == Milestone::Delivered)
                    .map(|scan| scan.received)
                    .min();
                Vec::from_iter(Some(due).filter(|due| {
                    *due < until && delivered.is_none_or(|delivered| *due < delivered)
                }))
            }
        }
    }
}

/// A time in which nothing new was told.
struct Silence {
    /// The newest event known.
    since: DateTime<Utc>,
    /// When it became known.
    known: DateTime<Utc>,
    /// When the next telling came.
    until: DateTime<Utc>,
}

/// The silences of a journey until its end is told.
fn silences(course: &Course, until: DateTime<Utc>) -> Vec<Silence> {
    let mut told: Vec<(DateTime<Utc>, DateTime<Utc>, bool)> = course
        .scans
        .iter()
        .map(|scan| {
            (
                scan.received,
                scan.clock.tell(scan.at).middle(),
                scan.milestone.is_terminal(),
            )
        })
        .collect();
    told.sort_unstable();
    let mut newest = None;
    let mut silences = Vec::new();
    for (index, (known, at, ends)) in told.iter().enumerate() {
        if *ends || *known >= until {
            break;
        }
        let since = newest
            .map_or(*at, |newest: DateTime<Utc>| newest.max(*at))
            .min(*known);
        newest = Some(since);
        let until = told
            .get(index + 1)
            .map_or(until, |(next, ..)| *next)
            .min(until);
        silences.push(Silence {
            since,
            known: *known,
            until,
        });
    }
    silences
}

#[cfg(test)]
mod tests {
    use super::super::generate::generate;
    use super::*;

    #[test]
    fn an_alarm_is_raised_where_the_extent_exceeds_the_threshold_and_nowhere_else() {
        let drawn = generate(300, 4);
        for baseline in Baseline::ALL {
            for course in drawn
                .iter()
                .filter(|course| course.delivered_at().is_some())
            {
                for days in [0, 1, 2, 5, 9] {
                    let threshold = TimeDelta::days(days);
                    let alarms = baseline.alarms(course, threshold, course.ends_at());
                    let expected = baseline
                        .extent(course)
                        .is_some_and(|extent| extent > threshold);
                    assert_eq!(
                        !alarms.is_empty(),
                        expected,
                        "{baseline:?} {days} {course:?}"
                    );
                    assert!(alarms.iter().all(|alarm| *alarm <= course.ends_at()));
                }
            }
        }
    }

    #[test]
    fn after_a_delivery_nobody_counts_days() {
        let course = generate(50, 9)
            .into_iter()
            .find(|course| course.delivered_at().is_some())
            .unwrap();
        let later = course.ends_at() + TimeDelta::days(60);
        for baseline in Baseline::ALL {
            assert!(
                baseline
                    .alarms(&course, TimeDelta::days(40), later)
                    .is_empty()
            );
        }
    }
}
