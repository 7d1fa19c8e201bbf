//! The experiment: which journeys teach, which set thresholds, which are judged, and what becomes
//! of those with something wrong.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use parceltrail::history::{HistoryEnd, Station};
use smol_str::SmolStr;

use super::course::Course;
use super::inject::{Injected, Kind, inject};

/// The journeys, in order of time: the first half teaches, the next quarter sets thresholds, the
/// last is judged.
#[derive(Debug)]
pub struct Parts {
    /// Everything that began before the tuning part, also what was lost.
    pub train: Vec<Course>,
    /// When training ends: what became known later teaches nothing.
    pub train_until: DateTime<Utc>,
    /// Clean journeys on which thresholds are set.
    pub tune: Vec<Course>,
    /// Clean journeys that are judged, as they are and with something wrong.
    pub test: Vec<Course>,
}

impl Parts {
    /// Splits journeys that are ordered by their start.
    pub fn new(mut courses: Vec<Course>) -> Self {
        let (half, three_quarters) = (courses.len() / 2, courses.len() * 3 / 4);
        let is_clean = |course: &Course| {
            course.outcome == Some(HistoryEnd::Delivered) && course.delivered_at().is_some()
        };
        let test = courses
            .split_off(three_quarters)
            .into_iter()
            .filter(is_clean)
            .collect();
        let tune: Vec<Course> = courses
            .split_off(half)
            .into_iter()
            .filter(is_clean)
            .collect();
        let train_until = tune
            .first()
            .or(courses.last())
            .map_or(DateTime::UNIX_EPOCH, |course| course.scans[0].at);
        Self {
            train: courses,
            train_until,
            tune,
            test,
        }
    }
}

/// Every kind of trouble in every journey under test that has room for it.
pub fn injections(test: &[Course], seed: u64) -> Vec<(usize, Injected)> {
    let mut rng = Rng::with_seed(seed);
    let mut injected = Vec::new();
    for kind in Kind::ALL {
        for (index, clean) in test.iter().enumerate() {
            injected.extend(inject(kind, clean, &mut rng).map(|one| (index, one)));
        }
    }
    injected
}

/// When customers begin to ask: once the promise has passed; without one, once nine of ten parcels
/// of the lane would have arrived.
#[derive(Debug)]
pub struct Patience {
    lanes: HashMap<Lane, TimeDelta>,
    all: TimeDelta,
}

type Lane = (Station, Station, Option<SmolStr>);

/// With fewer journeys a lane's ninth decile is that of all.
const ENOUGH: usize = 20;

impl Patience {
    /// Learns lengths from the journeys that teach.
    pub fn learn(train: &[Course]) -> Self {
        let mut lengths: HashMap<Lane, Vec<TimeDelta>> = HashMap::new();
        for course in train {
            if let Some(delivered) = course.delivered_at() {
                lengths
                    .entry(course.lane())
                    .or_default()
                    .push(delivered - course.started_at());
            }
        }
        let all = ninth_decile(lengths.values().flatten().copied().collect());
        let lanes = lengths
            .into_iter()
            .filter(|(_, lengths)| lengths.len() >= ENOUGH)
            .map(|(lane, lengths)| (lane, ninth_decile(lengths)))
            .collect();
        Self { lanes, all }
    }

    /// When the customer would have noticed that this parcel does not come.
    pub fn ends(&self, course: &Course) -> DateTime<Utc> {
        let length = || self.lanes.get(&course.lane()).copied().unwrap_or(self.all);
        course
            .promised
            .unwrap_or_else(|| course.started_at() + length())
    }
}

fn ninth_decile(mut lengths: Vec<TimeDelta>) -> TimeDelta {
    lengths.sort_unstable();
    lengths
        .get(lengths.len() * 9 / 10)
        .copied()
        .unwrap_or(TimeDelta::days(14))
}

#[cfg(test)]
mod tests {
    use super::super::generate::generate;
    use super::*;

    #[test]
    fn parts_follow_each_other_in_time_and_the_later_two_are_clean() {
        let parts = Parts::new(generate(1000, 2));
        let start = |course: &Course| course.scans[0].at;
        assert_eq!(parts.train.len(), 500);
        assert!((480..=500).contains(&(parts.tune.len() + parts.test.len())));
        assert!(
            parts
                .train
                .iter()
                .all(|course| start(course) <= parts.train_until)
        );
        assert!(parts.tune.iter().map(start).max() <= parts.test.iter().map(start).min());
        assert!(
            parts
                .tune
                .iter()
                .chain(&parts.test)
                .all(|course| course.delivered_at().is_some())
        );
    }

    #[test]
    fn patience_ends_with_the_promise_or_the_lanes_ninth_decile() {
        let drawn = generate(1000, 2);
        let patience = Patience::learn(&drawn);
        let (mut on_time, mut all) = (0, 0);
        for course in drawn.iter().filter(|course| course.promised.is_none()) {
            if let Some(delivered) = course.delivered_at() {
                all += 1;
                on_time += usize::from(delivered <= patience.ends(course));
            }
        }
        let share = f64::from(on_time as u32) / f64::from(all);
        assert!((0.88..0.93).contains(&share), "{share}");
        let promised = drawn
            .iter()
            .find(|course| course.promised.is_some())
            .unwrap();
        assert_eq!(Some(patience.ends(promised)), promised.promised);
    }
}
