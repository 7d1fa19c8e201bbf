//! Events in a list, in the reader's language.

use chrono::{DateTime, Utc};
use fluent_bundle::FluentArgs;

use crate::briefing::Language;
use crate::model::{Event, Milestone, Scope};

impl Language {
    /// A message with its arguments: in this language, else in English. None where neither has it.
    ///
    /// `src/briefing/languages/en.ftl` lists the messages and their arguments. Numbers of up to
    /// six digits choose among variants (`$month`); longer ones are text and stay exact.
    ///
    /// ```
    /// use parceltrail::briefing::Language;
    /// let chinese = Language::builtin("zh").unwrap();
    /// assert_eq!(chinese.message("page-legs", &[]).as_deref(), Some("运段"));
    /// let date = [("day", "3"), ("month", "4"), ("weekday", "5"), ("year", "2026")];
    /// let english = Language::builtin("en").unwrap();
    /// assert_eq!(english.message("date-long", &date).as_deref(), Some("Fri 3 Apr 2026"));
    /// assert_eq!(english.message("no-such-message", &[]), None);
    /// ```
    #[must_use]
    pub fn message(&self, id: &str, arguments: &[(&'static str, &str)]) -> Option<String> {
        let mut words = FluentArgs::new();
        for (name, value) in arguments {
            match value.parse::<i64>() {
                Ok(number) if value.len() <= 6 && !value.starts_with(['+', '0']) => {
                    words.set(*name, number);
                }
                _ => words.set(*name, super::in_one_line(value)),
            }
        }
        self.say(id, &words)
    }

    /// What an event of a list says, short, without time and place: "delivered to mailbox",
    /// "attempted: nobody was home". What lies ahead of `now` is said to be planned, and a paper to
    /// be one.
    ///
    /// ```
    /// use parceltrail::briefing::Language;
    /// use parceltrail::model::{EventTime, Reason};
    /// use parceltrail::{Event, Milestone, TrackingNumber};
    /// let at = "2026-03-02T10:00:00Z".parse()?;
    /// let number = TrackingNumber::new("A1");
    /// let time = EventTime::instant("", at);
    /// let event = Event::new("acme.scans", "acme", number, Milestone::DeliveryAttempted, time)
    ///     .with_reason(Reason::RecipientAbsent);
    /// let say = |tag| Language::builtin(tag).unwrap().event(&event, at);
    /// assert_eq!(say("en"), "attempted: nobody was home");
    /// assert_eq!(say("zh"), "派送未成功：无人在场");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn event(&self, event: &Event, now: DateTime<Utc>) -> String {
        let to = event.delivered_to.map_or("other", |to| to.as_str());
        let milestone = event.milestone;
        let mut text = self.or_id(&format!("event-{milestone}"), &[("to", to)]);
        let is_planned = event.time.earliest() > now
            && !matches!(
                milestone,
                Milestone::DeliveryScheduled | Milestone::PickupScheduled
            );
        if let Some(reason) = event.reason {
            let reason = self.or_id(&format!("reason-{reason}"), &[]);
            text = if milestone == Milestone::DeliveryAttempted {
                self.or_id("event-attempted-because", &[("reason", &reason)])
            } else {
                self.or_id("event-because", &[("event", &text), ("reason", &reason)])
            };
        }
        if is_planned {
            text = self.or_id("event-planned", &[("event", &text)]);
        }
        if event.scope == Scope::Document {
            text = self.or_id("event-paper", &[("event", &text)]);
        }
        text
    }

    fn or_id(&self, id: &str, arguments: &[(&'static str, &str)]) -> String {
        self.message(id, arguments).unwrap_or_else(|| id.to_owned())
    }
}
