//! What day a promise means: a carrier's calendar day stays that day, whoever reads it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use super::{EventTime, Promise, TimeKind};

impl Promise {
    /// The last calendar day that is meant, by the clock of the place of delivery. None where the
    /// feed tells an instant without a clock.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        day(&self.by)
    }

    /// The first calendar day that is meant: another than the last where a window of several days
    /// is told.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        day(self.from.as_ref().unwrap_or(&self.by))
    }

    /// Whether days are meant and no hours: a date; or midnight and 23:59, with which feeds fill up
    /// a time that they do not have. In a window that begins at another hour they mean what they
    /// say.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use parceltrail::model::{EventTime, Promise, PromiseKind};
    ///
    /// let day = NaiveDate::from_ymd_opt(2024, 8, 28).unwrap();
    /// let midnight = day.and_hms_opt(0, 0, 0).unwrap();
    /// let promise = Promise::by(PromiseKind::Estimated, EventTime::at_offset("2024-08-28T00:00:00-06:00", midnight, -6 * 3600));
    /// assert!(promise.is_day());
    /// assert_eq!(promise.last_day(), Some(day));
    /// assert_eq!(promise.end().to_rfc3339(), "2024-08-29T05:59:59+00:00");
    /// ```
    #[must_use]
    pub fn is_day(&self) -> bool {
        names_no_hour(&self.by) && self.from.as_ref().is_none_or(names_no_hour)
    }

    /// The last instant at which it is still kept. A day ends when it is over everywhere that the
    /// delivery may take place.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        let is_begin_of_day = self.by.kind() != TimeKind::Date
            && self
                .by
                .wall_clock()
                .is_some_and(|clock| clock.time() == NaiveTime::MIN);
        let rest = if is_begin_of_day && self.is_day() {
            TimeDelta::seconds(24 * 3600 - 1)
        } else {
            TimeDelta::zero()
        };
        self.by
            .latest()
            .checked_add_signed(rest)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The first instant that it allows.
    #[must_use]
    pub fn begin(&self) -> DateTime<Utc> {
        let time = self.from.as_ref().unwrap_or(&self.by);
        let back = match time.wall_clock() {
            // A day that is reported by its last minute begins at its first.
            Some(clock) if self.is_day() && time.kind() != TimeKind::Date => {
                TimeDelta::seconds(clock.num_seconds_from_midnight().into())
            }
            _ => TimeDelta::zero(),
        };
        time.earliest()
            .checked_sub_signed(back)
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

fn day(time: &EventTime) -> Option<NaiveDate> {
    time.wall_clock().map(|clock| clock.date())
}

/// Whether a time is a date, or a wall clock that stands for one.
fn names_no_hour(time: &EventTime) -> bool {
    if time.kind() == TimeKind::Date {
        return true;
    }
    time.wall_clock().is_some_and(|clock| {
        matches!(
            (clock.hour(), clock.minute(), clock.second()),
            (0, 0, 0) | (23, 59, 0 | 59)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PromiseKind, Zones};

    fn at(text: &str, hours: i32) -> EventTime {
        EventTime::at_offset(text, text.parse().unwrap(), hours * 3600)
    }

    fn ends(promise: &Promise) -> (String, bool) {
        (promise.end().to_rfc3339(), promise.is_day())
    }

    #[test]
    fn midnight_and_its_last_minute_are_days() {
        let promise = |text| Promise::by(PromiseKind::Estimated, at(text, -8));
        for (text, end) in [
            ("2025-02-04T23:59:00", "2025-02-05T07:59:00+00:00"),
            ("2025-02-04T23:59:59", "2025-02-05T07:59:59+00:00"),
            ("2025-02-04T00:00:00", "2025-02-05T07:59:59+00:00"),
        ] {
            assert_eq!(ends(&promise(text)), (end.to_owned(), true));
            assert_eq!(
                promise(text).begin().to_rfc3339(),
                "2025-02-04T08:00:00+00:00"
            );
            assert_eq!(promise(text).last_day().unwrap().to_string(), "2025-02-04");
        }
        assert_eq!(
            ends(&promise("2025-02-04T17:00:00")),
            ("2025-02-05T01:00:00+00:00".to_owned(), false)
        );
    }

    #[test]
    fn a_window_until_midnight_has_hours() {
        let evening = Promise {
            from: Some(at("2025-02-04T20:00:00", 1)),
            ..Promise::by(PromiseKind::Estimated, at("2025-02-05T00:00:00", 1))
        };
        assert_eq!(
            ends(&evening),
            ("2025-02-04T23:00:00+00:00".to_owned(), false)
        );
        let days = Promise {
            from: Some(at("2025-02-04T00:00:00", 1)),
            ..Promise::by(PromiseKind::Estimated, at("2025-02-06T23:59:00", 1))
        };
        assert!(days.is_day());
        assert_eq!(
            (
                days.first_day().unwrap().to_string(),
                days.last_day().unwrap().to_string()
            ),
            ("2025-02-04".into(), "2025-02-06".into())
        );
    }

    #[test]
    fn a_date_without_a_zone_ends_where_it_ends_last() {
        let day = NaiveDate::from_ymd_opt(2025, 3, 6).unwrap();
        let promise = Promise::by(
            PromiseKind::Estimated,
            EventTime::date("2025-03-06", day, &Zones::Unknown),
        );
        assert_eq!(
            ends(&promise),
            ("2025-03-07T11:59:59+00:00".to_owned(), true)
        );
        assert_eq!(promise.last_day(), Some(day));
    }
}
