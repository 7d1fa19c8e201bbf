//! How long a stay takes ([`Dwell`]) and when doors are open ([`Open`]).

use chrono::{DateTime, Datelike, Duration, TimeDelta, Timelike, Utc, Weekday};
use fastrand::Rng;

/// A distribution of durations, in hours.
#[derive(Clone, Copy, Debug)]
pub enum Dwell {
    /// Log-normal: its median, and the standard deviation of the logarithm.
    Usual(f64, f64),
    /// Several log-normals, each with its share; a longest duration.
    Mixed(&'static [(f64, f64, f64)], f64),
}

impl Dwell {
    /// One duration in hours, and whether it comes from a slow part of a mixture (any but the
    /// first).
    pub fn sample(self, rng: &mut Rng) -> (f64, bool) {
        match self {
            Self::Usual(median, sigma) => (median * (sigma * normal(rng)).exp(), false),
            Self::Mixed(parts, longest) => {
                let mut left = rng.f64();
                let drawn = parts.iter().position(|(share, ..)| {
                    left -= share;
                    left < 0.0
                });
                let index = drawn.unwrap_or(0);
                let (_, median, sigma) = parts.get(index).copied().unwrap_or((1.0, 1.0, 0.0));
                (
                    (median * (sigma * normal(rng)).exp()).min(longest),
                    index > 0,
                )
            }
        }
    }
}

/// A standard normal number (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// Hours as a span of time.
pub fn hours(hours: f64) -> TimeDelta {
    // Seconds of a journey fit an i64 by far; the cast saturates.
    Duration::seconds((hours * 3600.0) as i64)
}

/// When something can happen, by local clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Hubs, flights, data.
    Always,
    /// Monday to Saturday, from one hour to another: couriers, depots.
    Weekdays(u32, u32),
    /// Monday to Friday, from one hour to another: offices, customs.
    Offices(u32, u32),
}

impl Open {
    /// The first moment from `at` on when it is open; after a wait some minutes more, since not
    /// everything happens at the opening.
    pub fn next(self, at: DateTime<Utc>, offset_seconds: i32, rng: &mut Rng) -> DateTime<Utc> {
        let (from, to, last_day) = match self {
            Self::Always => return at,
            Self::Weekdays(from, to) => (from, to, Weekday::Sat),
            Self::Offices(from, to) => (from, to, Weekday::Fri),
        };
        let mut local = at.naive_utc() + Duration::seconds(i64::from(offset_seconds));
        let mut has_waited = false;
        while local.hour() >= to
            || local.weekday().num_days_from_monday() > last_day.num_days_from_monday()
        {
            let next_day = local.date().succ_opt().unwrap_or(local.date());
            local = next_day.and_hms_opt(0, 0, 0).unwrap_or(local);
            has_waited = true;
        }
        if local.hour() < from {
            local = local.date().and_hms_opt(from, 0, 0).unwrap_or(local);
            has_waited = true;
        }
        if has_waited {
            local += Duration::minutes(rng.i64(0..180));
        }
        (local - Duration::seconds(i64::from(offset_seconds))).and_utc()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dwell_has_its_median_and_its_tail() {
        let mut rng = Rng::with_seed(1);
        let dwell = Dwell::Mixed(&[(0.9, 0.5, 1.0), (0.1, 120.0, 0.4)], 336.0);
        let mut drawn: Vec<f64> = (0..4000).map(|_| dwell.sample(&mut rng).0).collect();
        drawn.sort_by(f64::total_cmp);
        assert!((0.4..0.8).contains(&drawn[2000]), "{}", drawn[2000]);
        assert!((70.0..200.0).contains(&drawn[3800]), "{}", drawn[3800]);
        assert!(drawn[3999] <= 336.0);
    }

    #[test]
    fn closed_doors_open_on_the_next_day_of_work() {
        let mut rng = Rng::with_seed(2);
        // Saturday, 7 March 2026, 23:30 in Berlin.
        let late: DateTime<Utc> = "2026-03-07T22:30:00Z".parse().unwrap();
        let monday = Open::Weekdays(8, 18).next(late, 3600, &mut rng);
        assert!(
            (monday - late).num_hours() >= 32 && monday.weekday() == Weekday::Mon,
            "{monday}"
        );
        let within: DateTime<Utc> = "2026-03-06T10:00:00Z".parse().unwrap();
        assert_eq!(Open::Offices(8, 18).next(within, 3600, &mut rng), within);
        assert_eq!(Open::Always.next(late, 3600, &mut rng), late);
    }
}
