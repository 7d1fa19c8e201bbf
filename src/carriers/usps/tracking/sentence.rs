//! Events that are told in sentences alone: `eventSummaries` of the default answer, and
//! `statusSummary`.
//!
//! Two forms occur: the event's name with its parts after it (`Out for Delivery, 03/17/2026, 6:10
//! am, FAIRFAX, VA 22032`), and a whole sentence (`Your item was delivered at the front door or
//! porch at 12:01 pm on March 17, 2026 in FAIRFAX, VA 22032.`).

use chrono::{NaiveDate, NaiveTime};

use super::place::of_line;
use super::written;
use crate::model::{EventTime, Place, Zones, zones_of};

/// A sentence taken apart.
#[derive(Debug)]
pub(super) struct Sentence<'t> {
    /// The event's name, or how the sentence begins.
    pub name: &'t str,
    pub day: NaiveDate,
    pub hour: Option<NaiveTime>,
    /// Day and hour as written.
    pub raw: &'t str,
    pub place: Option<Place>,
}

impl<'t> Sentence<'t> {
    /// Reads a sentence. Without a day it is none.
    pub fn read(text: &'t str) -> Option<Self> {
        let (day_at, day) = written::find_date(text)?;
        let (before, after) = (&text[..day_at.start], &text[day_at.end..]);
        // The hour stands close after the day, or close before it.
        let gap = |text: &str| {
            text.len()
                - text
                    .trim_start_matches([' ', ','])
                    .trim_start_matches("at ")
                    .len()
        };
        let next = &after[gap(after)..];
        let following = written::find_hour(next).filter(|(at, _)| at.start == 0);
        let (head, raw_end, tail, hour) = match following {
            Some((at, hour)) => {
                let end = text.len() - next.len() + at.end;
                (before, end, &text[end..], Some(hour))
            }
            None => (before, day_at.end, after, None),
        };
        let (head, raw_start, hour) = match (hour, preceding_hour(before)) {
            (None, Some((start, hour))) => (&text[..start], start, Some(hour)),
            (hour, _) => (head, day_at.start, hour),
        };
        let head = head.trim_end().trim_end_matches(',').trim_end();
        let name = ["at", "on", "as of"]
            .iter()
            .find_map(|word| head.strip_suffix(word).filter(|rest| rest.ends_with(' ')))
            .unwrap_or(head);
        let name = name.trim_end().trim_end_matches(',');
        let (name, place) = if name.is_empty() {
            named_after(tail)
        } else {
            (name, placed(tail, name))
        };
        Some(Self {
            name,
            day,
            hour,
            raw: &text[raw_start..raw_end],
            place,
        })
    }

    /// When, in the zones of the place.
    pub fn time(&self) -> EventTime {
        let zones = self.place.as_ref().map_or(Zones::Unknown, zones_of);
        match self.hour {
            Some(hour) => EventTime::local(self.raw, self.day.and_time(hour), &zones),
            None => EventTime::date(self.raw, self.day, &zones),
        }
    }
}

/// An hour that stands right before ` on <day>` or `, <day>`.
fn preceding_hour(before: &str) -> Option<(usize, NaiveTime)> {
    let head = before.trim_end();
    let head = head
        .strip_suffix("on")
        .unwrap_or(head)
        .trim_end()
        .trim_end_matches(',');
    let colon = head.rfind(':')?;
    let start = head[..colon]
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .len();
    let hour = written::hour(&head[start..])?;
    Some((start, hour))
}

/// Where it happened: ` in FAIRFAX, VA 22032.` after the time, `, FAIRFAX, VA 22032` in a list of
/// parts, or `in …` inside the sentence before it.
fn placed(tail: &str, name: &str) -> Option<Place> {
    let tail = tail.trim_start();
    let of = |words: &str| {
        let end = [". ", " and ", " because ", " due "]
            .iter()
            .filter_map(|stop| words.find(stop))
            .min()
            .unwrap_or(words.len());
        of_line(&words[..end])
    };
    if let Some(words) = tail.strip_prefix("in ").or_else(|| tail.strip_prefix(',')) {
        return of(words);
    }
    let (_, words) = name.rsplit_once(" in ")?;
    // A place is written in capitals; what is not is a part of the sentence.
    words
        .starts_with(|c: char| c.is_ascii_uppercase())
        .then(|| of(words))?
        .filter(|_| !words.bytes().any(|b| b.is_ascii_lowercase()))
}

/// Name and place of a sentence that begins with its day: `March 17, 2026, 6:10 am, Out for
/// Delivery, FAIRFAX, VA 22032`.
fn named_after(tail: &str) -> (&str, Option<Place>) {
    let tail = tail.trim_start_matches([' ', ',']).trim_end_matches('.');
    let upper = |part: &str| !part.is_empty() && !part.bytes().any(|b| b.is_ascii_lowercase());
    let mut name_end = tail.len();
    for (at, _) in tail.rmatch_indices(',') {
        if !upper(tail[at + 1..name_end].trim()) {
            break;
        }
        name_end = at;
    }
    (
        tail[..name_end].trim_end(),
        of_line(tail[name_end..].trim_start_matches([' ', ','])),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (String, String, String) {
        let sentence = Sentence::read(text).unwrap_or_else(|| panic!("{text}"));
        let place = sentence
            .place
            .as_ref()
            .map(|place| {
                place
                    .city
                    .clone()
                    .or(place.name.clone())
                    .unwrap_or_default()
            })
            .unwrap_or_default();
        let time = sentence.time().wall_clock().unwrap().to_string();
        (sentence.name.to_owned(), time, place.to_string())
    }

    #[test]
    fn sentences_in_every_form() {
        for (text, name, time, place) in [
            (
                "Out for Delivery, 03/17/2026, 6:10 am, FAIRFAX, VA 22032",
                "Out for Delivery",
                "2026-03-17 06:10:00",
                "FAIRFAX",
            ),
            (
                "Out for Delivery, March 17, 2026, 6:10 am, FAIRFAX, VA 22032",
                "Out for Delivery",
                "2026-03-17 06:10:00",
                "FAIRFAX",
            ),
            (
                "Shipping Label Created, USPS Awaiting Item, March 1, 2026, 6:10 pm, RENO, NV 89501",
                "Shipping Label Created, USPS Awaiting Item",
                "2026-03-01 18:10:00",
                "RENO",
            ),
            (
                "In Transit to Next Facility, March 15, 2026",
                "In Transit to Next Facility",
                "2026-03-15 00:00:00",
                "",
            ),
            (
                "Departed USPS Regional Facility, 03/15/2026, 11:30 pm, HOUSTON TX DISTRIBUTION CENTER",
                "Departed USPS Regional Facility",
                "2026-03-15 23:30:00",
                "HOUSTON TX DISTRIBUTION CENTER",
            ),
            (
                "Your item was delivered at 12:01 pm on March 17, 2026 in FAIRFAX, VA 22032.",
                "Your item was delivered",
                "2026-03-17 12:01:00",
                "FAIRFAX",
            ),
            (
                "Your item departed our USPS facility in MERRIFIELD, VA 22081 on March 16, 2026 at 11:30 pm. The item is currently in transit.",
                "Your item departed our USPS facility in MERRIFIELD, VA 22081",
                "2026-03-16 23:30:00",
                "MERRIFIELD",
            ),
            (
                "March 17, 2026, 6:10 am, Out for Delivery, FAIRFAX, VA 22032",
                "Out for Delivery",
                "2026-03-17 06:10:00",
                "FAIRFAX",
            ),
            (
                "Your item is out for delivery on March 17, 2026 at 6:10 am in FAIRFAX, VA 22032.",
                "Your item is out for delivery",
                "2026-03-17 06:10:00",
                "FAIRFAX",
            ),
        ] {
            assert_eq!(
                told(text),
                (name.to_owned(), time.to_owned(), place.to_owned()),
                "{text}"
            );
        }
        assert!(Sentence::read("Your item is on its way.").is_none());
        for odd in [
            "March 17, 2026",
            ", March 17, 2026, é",
            "10:00 on March 17, 2026 in ",
            "é:00 on 03/17/2026",
            ":, 03/17/2026",
        ] {
            assert!(Sentence::read(odd).is_some(), "{odd}");
        }
    }
}
