//! The four answers as sentences.

mod days;
mod event;
mod here;
mod next;
mod waiting;
mod when;
mod wrong;

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use fluent_bundle::FluentArgs;

use super::{Briefing, Language};
use crate::model::{FreeText, Milestone, Place, Stage};

/// How much of a carrier's own words is told.
const WORDS_TOLD: usize = 160;

/// The four answers as sentences. `Display` prints them a line each, with labels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// Where is it now? Of several pieces, first how many are delivered.
    pub where_now: String,
    /// What comes next?
    pub next: String,
    /// When will it arrive?
    pub when: String,
    /// Is anything wrong, and who must act? A sentence for each trouble, gravest first; one that
    /// says so when nothing is.
    pub wrong: Vec<String>,
    labels: [String; 4],
}

impl Text {
    /// Each answer with its label: where, next, when, wrong (once for each trouble).
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let [where_now, next, when, wrong] = &self.labels;
        let answers = [
            (where_now, &self.where_now),
            (next, &self.next),
            (when, &self.when),
        ];
        let troubles = self
            .wrong
            .iter()
            .enumerate()
            .map(move |(at, text)| (if at == 0 { wrong.as_str() } else { "" }, text.as_str()));
        answers
            .into_iter()
            .map(|(label, text)| (label.as_str(), text.as_str()))
            .chain(troubles)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .labels
            .iter()
            .map(|label| columns(label))
            .max()
            .unwrap_or_default();
        for (at, (label, text)) in self.lines().enumerate() {
            let gap = " ".repeat(width.saturating_sub(columns(label)) + 2);
            write!(f, "{}{label}{gap}{text}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Columns on a terminal: letters of East Asia take two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

impl Briefing {
    /// The four answers as sentences. Moments and our own estimates are told on the reader's clock;
    /// a day that the carrier names without an hour stays that day. Nothing is worded as certain
    /// that is not.
    #[must_use]
    pub fn text(&self, language: &Language, zone: Tz) -> Text {
        let speaker = Speaker::new(language, zone, self.made);
        Text {
            where_now: speaker.where_now(self),
            next: speaker.next(self),
            when: speaker.when(self),
            wrong: speaker.wrong(self),
            labels: ["label-where", "label-next", "label-when", "label-wrong"]
                .map(|label| speaker.say(label, &[])),
        }
    }
}

/// Says things in a language, to somebody in a zone, on a day.
pub(crate) struct Speaker<'a> {
    language: &'a Language,
    zone: Tz,
    today: NaiveDate,
}

/// An argument of a message.
pub(crate) enum Word<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> Speaker<'a> {
    /// Says things as they are called at a moment.
    pub(crate) fn new(language: &'a Language, zone: Tz, now: DateTime<Utc>) -> Self {
        Self {
            language,
            zone,
            today: now.with_timezone(&zone).date_naive(),
        }
    }
}

impl Speaker<'_> {
    pub(crate) fn say(&self, message: &str, words: &[(&'static str, Word<'_>)]) -> String {
        self.try_say(message, words)
            .unwrap_or_else(|| message.to_owned())
    }

    pub(crate) fn try_say(
        &self,
        message: &str,
        words: &[(&'static str, Word<'_>)],
    ) -> Option<String> {
        let mut arguments = FluentArgs::new();
        for (name, word) in words {
            match word {
                Word::Text(text) => arguments.set(*name, in_one_line(text)),
                Word::Number(number) => arguments.set(*name, *number),
            }
        }
        self.language.say(message, &arguments)
    }

    /// Sentences one after the other.
    fn joined(&self, sentences: &[String]) -> String {
        sentences.join(&self.say("between-sentences", &[]))
    }

    pub(crate) fn milestone(&self, milestone: Milestone, stage: Option<Stage>, to: &str) -> String {
        let stage = stage.map_or("other", Stage::as_str);
        self.say(
            &format!("milestone-{milestone}"),
            &[("stage", Word::Text(stage)), ("to", Word::Text(to))],
        )
    }

    /// The carrier's own words, without personal data; nothing where nothing is left of them.
    fn words(&self, words: &FreeText) -> Option<String> {
        self.words_shown(&words.masked())
    }

    fn words_shown(&self, words: &str) -> Option<String> {
        let words = words.trim();
        let mut told: String = words.chars().take(WORDS_TOLD).collect();
        if told.len() < words.len() {
            told.push('…');
        }
        told.chars()
            .any(char::is_alphanumeric)
            .then(|| self.say("in-their-words", &[("words", Word::Text(&told))]))
    }
}

/// A text of a feed without line breaks, control characters and marks that turn the direction of
/// what follows.
fn in_one_line(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
    };
    if text.contains(is_harmful) {
        Cow::Owned(text.replace(is_harmful, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// A place in a line: city, region, country; else the carrier's own wording.
pub(crate) fn place_text(place: &Place) -> String {
    let parts = [
        place.city.as_deref(),
        place.region.as_deref(),
        place.country.as_ref().map(crate::model::Country::as_str),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if place.city.is_none() {
        place
            .name
            .clone()
            .unwrap_or_else(|| parts.join(", ").into())
            .to_string()
    } else {
        parts.join(", ")
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share is between 0 and 1"
)]
fn percent(share: f64) -> i64 {
    (share * 100.0).round() as i64
}
