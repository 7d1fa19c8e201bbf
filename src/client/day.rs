//! The count of requests of one day.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::moment::Moment;

const WHOLE_DAY: Duration = Duration::from_secs(86_400);
/// No day is longer than this, however the wall clock was set.
const LONGEST_DAY: Duration = Duration::from_secs(36 * 3600);

#[derive(Debug, Default)]
pub(super) struct Day {
    /// When the count begins anew, by the runtime's clock. None before the first request.
    ends: Option<Instant>,
    pub used: u32,
}

/// The count of a day in wall time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DaySnapshot {
    ends: DateTime<Utc>,
    used: u32,
}

impl Day {
    /// Begins anew, if the day is over. Returns when it ends.
    pub fn renew(&mut self, now: Instant, wall: impl Fn() -> DateTime<Utc>) -> Instant {
        if let Some(ends) = self.ends.filter(|ends| now < *ends) {
            return ends;
        }
        let wall = wall();
        let midnight = wall
            .date_naive()
            .checked_add_days(Days::new(1))
            .map(|date| date.and_time(NaiveTime::MIN).and_utc());
        let mut left = midnight
            .and_then(|midnight| (midnight - wall).to_std().ok())
            .unwrap_or(WHOLE_DAY)
            .min(WHOLE_DAY);
        // A wall clock that runs behind reports that the day that has just ended is not over.
        if self.ends.is_some() && left < WHOLE_DAY / 2 {
            left += WHOLE_DAY;
        }
        let ends = super::after(now, left);
        *self = Self {
            ends: Some(ends),
            used: 0,
        };
        ends
    }

    /// The count in wall time; none when the day is over.
    pub fn snapshot(&self, now: &Moment) -> Option<DaySnapshot> {
        Some(DaySnapshot {
            ends: now.wall_of(self.ends?)?,
            used: self.used,
        })
    }

    /// The count of a day that is not over yet; a new day otherwise.
    pub fn restore(snapshot: Option<&DaySnapshot>, now: &Moment) -> Self {
        let ends = snapshot.and_then(|day| now.instant_of(day.ends, LONGEST_DAY));
        Self {
            ends,
            used: snapshot
                .filter(|_| ends.is_some())
                .map_or(0, |day| day.used),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> impl Fn() -> DateTime<Utc> + use<> {
        let at = text.parse().unwrap();
        move || at
    }

    #[test]
    fn a_day_s_quota_survives_midnight_and_clock_jumps() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let (begin, mut day) = (Instant::now(), Day::default());
        assert_eq!(
            day.renew(begin, wall("2026-03-05T22:00:00Z")),
            begin + hours(2)
        );
        day.used = 7;
        // Set forwards or back, the count stands until the two hours are over.
        for jump in ["2026-03-09T00:00:00Z", "2020-01-01T00:00:00Z"] {
            day.renew(begin + hours(1), wall(jump));
            assert_eq!(day.used, 7);
        }
        assert_eq!(
            day.renew(begin + hours(2), wall("2026-03-06T00:00:00Z")),
            begin + hours(26)
        );
        assert_eq!(day.used, 0);
        // A clock that runs behind makes no second day of a minute.
        assert_eq!(
            day.renew(begin + hours(26), wall("2026-03-06T23:00:00Z")),
            begin + hours(26 + 25)
        );
    }
}
