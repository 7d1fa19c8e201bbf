//! Days and hours as they are written in English: `March 17, 2026`, `03/17/2026`, `12:01 pm`;
//! alone, and inside a sentence.

use std::ops::Range;

use chrono::{NaiveDate, NaiveTime};

use crate::wire::clock;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day that is the whole text.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let (date, end) = date_at(text)?;
    text[end..].trim().is_empty().then_some(date)
}

/// An hour that is the whole text, with `am` or `pm` or on the clock of 24 hours.
pub(super) fn hour(text: &str) -> Option<NaiveTime> {
    let (hour, end) = hour_at(text)?;
    text[end..].trim().is_empty().then_some(hour)
}

/// The first day in a sentence, and where it stands.
pub(super) fn find_date(text: &str) -> Option<(Range<usize>, NaiveDate)> {
    find(text, date_at)
}

/// The first hour in a part of a sentence, and where it stands.
pub(super) fn find_hour(text: &str) -> Option<(Range<usize>, NaiveTime)> {
    find(text, hour_at)
}

fn find<T>(text: &str, read: impl Fn(&str) -> Option<(T, usize)>) -> Option<(Range<usize>, T)> {
    let mut is_start = true;
    for (at, c) in text.char_indices() {
        if is_start && let Some((found, length)) = read(&text[at..]) {
            return Some((at..at + length, found));
        }
        is_start = !c.is_alphanumeric();
    }
    None
}

/// A day at the beginning of a text, and how long it is.
fn date_at(text: &str) -> Option<(NaiveDate, usize)> {
    let first = text.chars().next()?;
    if first.is_ascii_digit() {
        return text
            .get(..10)
            .and_then(clock::date)
            .map(|date| (date, 10))
            .or_else(|| american(text));
    }
    let word = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .filter(|word| word.len() >= 3)?;
    let lower = word.to_ascii_lowercase();
    let month = 1 + MONTHS.iter().position(|month| month.starts_with(&lower))?;
    let mut rest = Rest {
        text,
        at: word.len(),
    };
    rest.skip(&['.', ' ']);
    let day = rest.number(1, 2)?;
    rest.skip(&[',', ' ']);
    let year = rest.number(4, 4)?;
    Some((day_of(year, u32::try_from(month).ok()?, day)?, rest.at))
}

/// `03/17/2026`.
fn american(text: &str) -> Option<(NaiveDate, usize)> {
    let mut rest = Rest { text, at: 0 };
    let month = rest.number(1, 2)?;
    rest.one('/')?;
    let day = rest.number(1, 2)?;
    rest.one('/')?;
    let year = rest.number(4, 4)?;
    Some((day_of(year, month, day)?, rest.at))
}

fn day_of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    (1970..=2199)
        .contains(&year)
        .then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))
        .flatten()
}

/// An hour at the beginning of a text, and how long it is.
fn hour_at(text: &str) -> Option<(NaiveTime, usize)> {
    let mut rest = Rest { text, at: 0 };
    let hour = rest.number(1, 2)?;
    rest.one(':')?;
    let minute = rest.number(2, 2)?;
    let second = if rest.one(':').is_some() {
        rest.number(2, 2)?
    } else {
        0
    };
    let end = rest.at;
    rest.skip(&[' ']);
    let half = rest.text[rest.at..].get(..2).map(str::to_ascii_lowercase);
    let dotted = rest.text[rest.at..].get(..4).map(str::to_ascii_lowercase);
    let (hour, end) = match (half.as_deref(), dotted.as_deref()) {
        (Some("am"), _) => (hour % 12, rest.at + 2),
        (Some("pm"), _) => (hour % 12 + 12, rest.at + 2),
        (_, Some("a.m.")) => (hour % 12, rest.at + 4),
        (_, Some("p.m.")) => (hour % 12 + 12, rest.at + 4),
        _ => (hour, end),
    };
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, end))
}

/// What is left of a text while it is read.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl Rest<'_> {
    fn skip(&mut self, marks: &[char]) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(marks).len();
    }

    fn one(&mut self, mark: char) -> Option<()> {
        self.text[self.at..]
            .starts_with(mark)
            .then(|| self.at += mark.len_utf8())
    }

    /// A number of so many digits, and no more.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let rest = &self.text[self.at..];
        let digits = rest
            .bytes()
            .take(most + 1)
            .take_while(u8::is_ascii_digit)
            .count();
        let number = (least..=most)
            .contains(&digits)
            .then(|| rest[..digits].parse().ok())
            .flatten()?;
        self.at += digits;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_in_every_dress() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 7);
        for text in [
            "March 7, 2026",
            "Mar 07 2026",
            "mar. 7, 2026",
            "03/07/2026",
            "3/7/2026",
            "2026-03-07",
        ] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in [
            "",
            "3 Business Days",
            "March",
            "March 40, 2026",
            "13/40/2026",
            "2026",
            "Marchand 7, 2026",
            "é",
            "March 7, 20266",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
        for (text, expected) in [
            ("12:01 pm", (12, 1)),
            ("12:01 am", (0, 1)),
            ("9:00pm", (21, 0)),
            ("6:10 a.m.", (6, 10)),
            ("18:30", (18, 30)),
            ("18:30:00", (18, 30)),
        ] {
            assert_eq!(
                hour(text),
                NaiveTime::from_hms_opt(expected.0, expected.1, 0),
                "{text}"
            );
        }
        for text in ["", "25:00", "9", "9:0 pm", "é:00"] {
            assert_eq!(hour(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_day_and_hour_of_a_sentence() {
        let text = "Your item was delivered at 12:01 pm on March 17, 2026 in FAIRFAX, VA 22032.";
        let (at, day) = find_date(text).unwrap();
        assert_eq!(
            (&text[at], day),
            (
                "March 17, 2026",
                NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()
            )
        );
        let (at, _) = find_hour(text).unwrap();
        assert_eq!(&text[at], "12:01 pm");
        assert_eq!(find_date("Marché 99999/1/2026 ünd 1/1/26"), None);
    }
}
