//! What the page calls things, in the reader's language.

use chrono::{Datelike, NaiveDate};
use parceltrail::briefing::Language;
use parceltrail::model::{EventTime, Milestone, Promise, TimeKind};

/// The page's words in one language.
#[derive(Clone, Copy)]
pub struct Words(pub &'static Language);

impl Words {
    /// A message; its own name where the language has none, a word of a vocabulary spelt out.
    pub fn say(self, message: &str, arguments: &[(&'static str, &str)]) -> String {
        self.0.message(message, arguments).unwrap_or_else(|| {
            let word = message.split_once('-').map_or(message, |(_, word)| word);
            word.replace('_', " ")
        })
    }

    pub fn word(self, message: &str) -> String {
        self.say(message, &[])
    }

    /// A milestone in a word or two.
    pub fn milestone(self, milestone: Milestone) -> String {
        self.say(&format!("event-{milestone}"), &[("to", "other")])
    }

    /// A customs milestone behind the word for customs.
    pub fn clearance(self, milestone: Milestone) -> String {
        let text = self.milestone(milestone);
        match text.split_once([':', '：']) {
            Some((_, rest)) => rest.trim().to_owned(),
            None => text,
        }
    }

    /// The wall clock with its offset, or with a question mark where the zone is not known.
    pub fn clock(self, time: &EventTime) -> String {
        match (time.kind(), time.wall_clock(), time.offset()) {
            (TimeKind::Date, ..) => self.word("clock-day-only"),
            (_, Some(local), Some(offset)) => format!("{} {offset}", local.format("%H:%M")),
            (_, Some(local), None) => {
                let time = local.format("%H:%M").to_string();
                self.say("clock-no-zone", &[("time", &time)])
            }
            (_, None, _) => format!("{} UTC", time.earliest().format("%H:%M")),
        }
    }

    /// Day and hour, or the day alone.
    pub fn when(self, time: &EventTime) -> String {
        match time.kind() {
            TimeKind::Date => self.date(date(time)),
            _ => format!("{} {}", self.date(date(time)), self.clock(time)),
        }
    }

    /// What a promise names: a day, or a moment or window with its hours.
    pub fn promised(self, promise: &Promise) -> String {
        let name = |time: &EventTime| {
            if promise.is_day() {
                self.date(date(time))
            } else {
                self.when(time)
            }
        };
        let by = name(&promise.by);
        match promise.from.as_ref().map(name).filter(|from| *from != by) {
            Some(from) => self.say("promise-from-to", &[("from", &from), ("by", &by)]),
            None => self.say("promise-by", &[("by", &by)]),
        }
    }

    /// A day with weekday and year.
    pub fn date(self, day: NaiveDate) -> String {
        self.dated("date-long", day)
    }

    /// A day and month.
    pub fn day(self, time: &EventTime) -> String {
        self.dated("date-short", date(time))
    }

    fn dated(self, message: &str, day: NaiveDate) -> String {
        let [date, month, year, weekday] = [
            i64::from(day.day()),
            i64::from(day.month()),
            i64::from(day.year()),
            i64::from(day.weekday().number_from_monday()),
        ]
        .map(|number| number.to_string());
        let words = [
            ("day", date.as_str()),
            ("month", &month),
            ("year", &year),
            ("weekday", &weekday),
        ];
        self.say(message, &words)
    }
}

/// The day by the clock there, else by that of Greenwich.
pub fn date(time: &EventTime) -> NaiveDate {
    time.wall_clock()
        .unwrap_or(time.middle().naive_utc())
        .date()
}
