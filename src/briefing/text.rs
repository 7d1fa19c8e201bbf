//! The four answers as sentences.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use fluent_bundle::FluentArgs;

use super::{Arrival, Briefing, Here, Language, NextStep, Odds, Source, Window};
use crate::anomaly::Finding;
use crate::model::{EventTime, Milestone, Place, Stage};

/// A window of fewer hours than this on one day is told with its hours.
const HOURS_TOLD: TimeDelta = TimeDelta::hours(8);
/// From this probability on, a promise is said to be in danger.
const MAY_MISS: f64 = 0.25;
/// From this probability on, it is said to be missed probably.
const LIKELY_MISSES: f64 = 0.6;
/// From this probability on, the parcel is said to be perhaps lost.
const MAY_BE_LOST: f64 = 0.1;

/// The four answers as sentences. `Display` prints them a line each, with labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Where is it now?
    pub where_now: String,
    /// What comes next?
    pub next: String,
    /// When will it arrive?
    pub when: String,
    /// Is anything wrong, and who must act? A sentence for each trouble, gravest first; one that says so when nothing is.
    pub wrong: Vec<String>,
    labels: [String; 4],
}

impl Text {
    /// Each answer with its label: where, next, when, wrong (once for each trouble).
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let [where_now, next, when, wrong] = &self.labels;
        let answers = [(where_now, &self.where_now), (next, &self.next), (when, &self.when)];
        let troubles = self.wrong.iter().enumerate().map(move |(at, text)| (if at == 0 { wrong.as_str() } else { "" }, text.as_str()));
        answers.into_iter().map(|(label, text)| (label.as_str(), text.as_str())).chain(troubles)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.labels.iter().map(|label| columns(label)).max().unwrap_or_default();
        for (at, (label, text)) in self.lines().enumerate() {
            let gap = " ".repeat(width.saturating_sub(columns(label)) + 2);
            write!(f, "{}{label}{gap}{text}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Columns on a terminal: letters of East Asia take two.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| if letter >= '\u{1100}' { 2 } else { 1 }).sum()
}

impl Briefing {
    /// The four answers as sentences, days and hours as the reader's clock shows them. Nothing is worded as certain that is not.
    #[must_use]
    pub fn text(&self, language: &Language, zone: Tz) -> Text {
        let speaker = Speaker { language, zone, today: self.made.with_timezone(&zone).date_naive() };
        Text {
            where_now: speaker.where_now(self.here.as_ref()),
            next: speaker.next(self.next.as_ref(), self.here.as_ref()),
            when: speaker.when(self),
            wrong: speaker.wrong(&self.trouble),
            labels: ["label-where", "label-next", "label-when", "label-wrong"].map(|label| speaker.say(label, &[])),
        }
    }
}

/// Says things in a language, to somebody in a zone, on a day.
struct Speaker<'a> {
    language: &'a Language,
    zone: Tz,
    today: NaiveDate,
}

/// An argument of a message.
enum Word<'a> {
    Text(&'a str),
    Number(i64),
}

impl Speaker<'_> {
    fn say(&self, message: &str, words: &[(&'static str, Word<'_>)]) -> String {
        self.try_say(message, words).unwrap_or_else(|| message.to_owned())
    }

    fn try_say(&self, message: &str, words: &[(&'static str, Word<'_>)]) -> Option<String> {
        let mut arguments = FluentArgs::new();
        for (name, word) in words {
            match word {
                Word::Text(text) => arguments.set(*name, *text),
                Word::Number(number) => arguments.set(*name, *number),
            }
        }
        self.language.say(message, &arguments)
    }

    fn where_now(&self, here: Option<&Here>) -> String {
        let Some(here) = here else { return self.say("where-unknown", &[]) };
        let to = here.delivered_to.map_or("other", |to| to.as_str());
        let mut what = self.milestone(here.milestone, here.stage, to);
        if let Some(reason) = here.reason {
            let why = self.say(&format!("reason-{reason}"), &[]);
            what = self.say("what-because", &[("what", Word::Text(&what)), ("why", Word::Text(&why))]);
        }
        let sentence = match here.place.as_ref().map(place_text).filter(|place| !place.is_empty()) {
            Some(place) => self.say("where-at", &[("what", Word::Text(&what)), ("place", Word::Text(&place))]),
            None => self.say("where", &[("what", Word::Text(&what))]),
        };
        let since = self.told_moment(&here.since);
        self.say("where-since", &[("where", Word::Text(&sentence)), ("since", Word::Text(&since))])
    }

    fn milestone(&self, milestone: Milestone, stage: Option<Stage>, to: &str) -> String {
        let stage = stage.map_or("other", Stage::as_str);
        self.say(&format!("milestone-{milestone}"), &[("stage", Word::Text(stage)), ("to", Word::Text(to))])
    }

    fn next(&self, next: Option<&NextStep>, here: Option<&Here>) -> String {
        let Some(next) = next else {
            return self.say(if here.is_some_and(|here| here.finished) { "next-none" } else { "next-unknown" }, &[]);
        };
        let step = self.step(next);
        let share = percent(next.share.unwrap_or_default());
        let message = match next.source {
            Source::Told => "next-told",
            Source::Waiting => "next-waiting",
            Source::Learned => "next-learned",
            _ => "next-usual",
        };
        self.say(message, &[("step", Word::Text(&step)), ("share", Word::Number(share))])
    }

    fn step(&self, next: &NextStep) -> String {
        if let Some(carrier) = &next.carrier {
            return self.say("hand-over-to", &[("carrier", Word::Text(&carrier.as_str().to_uppercase()))]);
        }
        let collected = next.milestone == Milestone::Delivered && next.source == Source::Waiting;
        let message = if collected { "step-collected".to_owned() } else { format!("step-{}", next.milestone) };
        let what = self.milestone(next.milestone, next.stage, "other");
        self.try_say(&message, &[]).unwrap_or_else(|| self.say("step-other", &[("what", Word::Text(&what))]))
    }

    fn when(&self, briefing: &Briefing) -> String {
        match &briefing.arrival {
            Arrival::Delivered { at } => {
                let window = self.say("window-day", &[("day", Word::Text(&self.told_day(at)))]);
                self.say("when-delivered", &[("window", Word::Text(&window))])
            }
            Arrival::Returning => self.say("when-returning", &[]),
            Arrival::Ended => self.say("when-ended", &[]),
            Arrival::Stated { promise } => self.about_window(self.or_overdue(promise, briefing.made, "when-promised"), promise),
            Arrival::Expected { window, promise, odds } => self.expected(window, promise.as_ref(), odds, briefing.made),
            Arrival::Unknown => self.say("when-unknown", &[]),
        }
    }

    fn expected(&self, window: &Window, promise: Option<&Window>, odds: &Odds, now: DateTime<Utc>) -> String {
        let mut sentences = vec![self.about_window(if odds.is_rough() { "when-rough" } else { "when-expected" }, window)];
        if let Some(promise) = promise {
            let message = self.or_overdue(promise, now, "when-beside");
            sentences.push(self.about_window(message, promise));
            match odds.miss_promise {
                Some(miss) if message == "when-beside" && miss >= LIKELY_MISSES => sentences.push(self.say("when-likely-misses", &[])),
                Some(miss) if message == "when-beside" && miss >= MAY_MISS => sentences.push(self.say("when-may-miss", &[])),
                _ => {}
            }
        }
        if odds.loss >= MAY_BE_LOST {
            sentences.push(self.say("when-may-be-lost", &[("share", Word::Number(percent(odds.loss)))]));
        }
        // Chinese sets no space after its full stop.
        let ends_wide = sentences[0].ends_with('。');
        sentences.join(if ends_wide { "" } else { " " })
    }

    /// The message about a promise, or that it has passed.
    fn or_overdue(&self, promise: &Window, now: DateTime<Utc>, message: &'static str) -> &'static str {
        let is_over = if promise.days_only { self.day_of(promise.to) < self.day_of(now) } else { promise.to < now };
        if is_over { "when-overdue" } else { message }
    }

    fn about_window(&self, message: &str, window: &Window) -> String {
        self.say(message, &[("window", Word::Text(&self.window(window)))])
    }

    fn window(&self, window: &Window) -> String {
        let (first, last) = (self.day_of(window.from), self.day_of(window.to));
        if first == last {
            return self.one_day(window, first);
        }
        let is_same_month = (first.year(), first.month()) == (last.year(), last.month());
        let words = [self.day(first), self.day(last), self.day_as("day-short", first), self.day_as("day-short", last)];
        let [first, last, first_short, last_short] = &words;
        let words =
            [("first", first), ("last", last), ("first-short", first_short), ("last-short", last_short)].map(|(name, text)| (name, Word::Text(text)));
        self.say(if is_same_month { "window-same-month" } else { "window-days" }, &words)
    }

    fn one_day(&self, window: &Window, day: NaiveDate) -> String {
        let message = match (day - self.today).num_days() {
            0 => "window-today",
            1 => "window-tomorrow",
            _ => "window-day",
        };
        let text = self.say(message, &[("day", Word::Text(&self.day(day)))]);
        let is_told = window.to - window.from;
        if window.days_only || is_told >= HOURS_TOLD || is_told <= TimeDelta::zero() {
            return text;
        }
        let (from, to) = (self.time(window.from), self.time(window.to + TimeDelta::seconds(59)));
        self.say("window-hours", &[("window", Word::Text(&text)), ("from", Word::Text(&from)), ("to", Word::Text(&to))])
    }

    fn wrong(&self, trouble: &[Finding]) -> Vec<String> {
        if trouble.is_empty() {
            return vec![self.say("wrong-nothing", &[])];
        }
        trouble.iter().map(|finding| self.trouble(finding)).collect()
    }

    fn trouble(&self, finding: &Finding) -> String {
        let what = self.try_say(&format!("rule-{}", finding.rule), &[]);
        let text = what.unwrap_or_else(|| self.say("wrong-something", &[("rule", Word::Text(&finding.rule))]));
        let text = self.say(&format!("wrong-level-{}", finding.level), &[("text", Word::Text(&text))]);
        let Some(party) = finding.party else { return text };
        let party = self.say(&format!("party-{party}"), &[]);
        let due = finding.due.map(|due| self.day(self.day_of(due)));
        let message = if due.is_some() { "wrong-act-by" } else { "wrong-act" };
        let due = due.unwrap_or_default();
        self.say(message, &[("text", Word::Text(&text)), ("party", Word::Text(&party)), ("due", Word::Text(&due))])
    }

    /// A moment as it was told: on the reader's clock if it is known, else as far as the wall clock there told it.
    fn told_moment(&self, at: &EventTime) -> String {
        let day = self.told_day(at);
        let time = if at.is_exact() { Some(self.time(at.earliest())) } else { None };
        match time {
            Some(time) => self.say("moment", &[("day", Word::Text(&day)), ("time", Word::Text(&time))]),
            None => day,
        }
    }

    fn told_day(&self, at: &EventTime) -> String {
        let there = at.wall_clock().map(|clock| clock.date()).filter(|_| !at.is_exact());
        self.day(there.unwrap_or_else(|| self.day_of(at.middle())))
    }

    fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// A day, with its year unless that is this one.
    fn day(&self, day: NaiveDate) -> String {
        self.day_as(if day.year() == self.today.year() { "day" } else { "day-year" }, day)
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

/// A place in a line: city, region, country; else the carrier's own wording.
fn place_text(place: &Place) -> String {
    let parts = [place.city.as_deref(), place.region.as_deref(), place.country.as_ref().map(crate::model::Country::as_str)];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if place.city.is_none() { place.name.clone().unwrap_or_else(|| parts.join(", ").into()).to_string() } else { parts.join(", ") }
}

#[expect(clippy::cast_possible_truncation, reason = "a share is between 0 and 1")]
fn percent(share: f64) -> i64 {
    (share * 100.0).round() as i64
}
