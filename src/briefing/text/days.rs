//! Days, hours and windows.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::{Speaker, Word};
use crate::briefing::Window;
use crate::model::EventTime;

/// A window of fewer hours than this on one day is told with its hours.
const HOURS_TOLD: TimeDelta = TimeDelta::hours(8);

impl Speaker<'_> {
    pub(crate) fn about_window(&self, message: &str, window: &Window) -> String {
        self.say(message, &[("window", Word::Text(&self.window(window)))])
    }

    pub(crate) fn window(&self, window: &Window) -> String {
        if tells_hours(window) && self.day_of(window.from) == self.day_of(window.to) {
            let text = self.one_day(self.day_of(window.from), false);
            let (from, to) = (
                self.time(window.from),
                self.time(window.to + TimeDelta::seconds(59)),
            );
            return self.say(
                "window-hours",
                &[
                    ("window", Word::Text(&text)),
                    ("from", Word::Text(&from)),
                    ("to", Word::Text(&to)),
                ],
            );
        }
        let (first, last) = self.days(window);
        if first == last {
            return self.one_day(first, window.passed);
        }
        let is_same_month = (first.year(), first.month()) == (last.year(), last.month());
        let words = [
            self.day(first),
            self.day(last),
            self.day_as("day-short", first),
            self.day_as("day-short", last),
        ];
        let [first, last, first_short, last_short] = &words;
        let words = [
            ("first", first),
            ("last", last),
            ("first-short", first_short),
            ("last-short", last_short),
        ]
        .map(|(name, text)| (name, Word::Text(text)));
        self.say(
            if is_same_month {
                "window-same-month"
            } else {
                "window-days"
            },
            &words,
        )
    }

    /// The first and last day of a window. Days that a carrier names are the same for every reader.
    fn days(&self, window: &Window) -> (NaiveDate, NaiveDate) {
        (
            window.first_day.unwrap_or_else(|| self.day_of(window.from)),
            window.last_day.unwrap_or_else(|| self.day_of(window.to)),
        )
    }

    /// A day, as the reader calls it. One that is over where it was promised is not called today,
    /// though the reader's may still last.
    fn one_day(&self, day: NaiveDate, is_over: bool) -> String {
        let message = match (day - self.today).num_days() {
            _ if is_over => "window-day",
            0 => "window-today",
            1 => "window-tomorrow",
            _ => "window-day",
        };
        self.say(message, &[("day", Word::Text(&self.day(day)))])
    }

    /// A moment as it was told: on the reader's clock if it is known, else as far as the wall clock
    /// there told it.
    pub(super) fn told_moment(&self, at: &EventTime) -> String {
        let day = self.told_day(at);
        let time = if at.is_exact() {
            Some(self.time(at.earliest()))
        } else {
            None
        };
        match time {
            Some(time) => self.say(
                "moment",
                &[("day", Word::Text(&day)), ("time", Word::Text(&time))],
            ),
            None => day,
        }
    }

    pub(crate) fn told_day(&self, at: &EventTime) -> String {
        let there = at
            .wall_clock()
            .map(|clock| clock.date())
            .filter(|_| !at.is_exact());
        self.day(there.unwrap_or_else(|| self.day_of(at.middle())))
    }

    pub(crate) fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// A day, with its year unless that is this one.
    pub(crate) fn day(&self, day: NaiveDate) -> String {
        self.day_as(
            if day.year() == self.today.year() {
                "day"
            } else {
                "day-year"
            },
            day,
        )
    }

    fn day_as(&self, message: &str, day: NaiveDate) -> String {
        let weekday = i64::from(day.weekday().number_from_monday());
        // The year as text: as a number some languages would group its digits.
        let year = day.year().to_string();
        let words = [
            ("weekday", Word::Number(weekday)),
            ("day", Word::Number(i64::from(day.day()))),
            ("month", Word::Number(i64::from(day.month()))),
            ("year", Word::Text(&year)),
        ];
        self.say(message, &words)
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%H:%M").to_string()
    }
}

/// Whether a window is so narrow that its hours are worth telling.
fn tells_hours(window: &Window) -> bool {
    let is_told = window.to - window.from;
    !window.days_only && is_told > TimeDelta::zero() && is_told < HOURS_TOLD
}
