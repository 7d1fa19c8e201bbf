//! What comes next?

use super::{Speaker, Word, percent};
use crate::briefing::{Briefing, NextStep, Source};
use crate::model::Milestone;

impl Speaker<'_> {
    pub(super) fn next(&self, briefing: &Briefing) -> String {
        let asked = briefing.next_steps.as_ref().map(|text| text.masked());
        let asked = asked.filter(|text| text.chars().any(char::is_alphanumeric));
        let asked = asked.map(|text| self.say("next-asked", &[("words", Word::Text(&text))]));
        let mut sentences = vec![self.next_step(briefing)];
        sentences.extend(asked);
        self.joined(&sentences)
    }

    fn next_step(&self, briefing: &Briefing) -> String {
        let Some(next) = &briefing.next else {
            let is_over = briefing.here.as_ref().is_some_and(|here| here.finished);
            return self.say(if is_over { "next-none" } else { "next-unknown" }, &[]);
        };
        let step = self.step(next);
        if let Some(carrier) = next.carrier.as_ref().filter(|_| !next.is_hand_over()) {
            let later = self.hand_over_to(carrier.as_str());
            return self.say(
                "next-then",
                &[("step", Word::Text(&step)), ("later", Word::Text(&later))],
            );
        }
        let share = percent(next.share.unwrap_or_default());
        let message = match next.source {
            Source::Told => "next-told",
            Source::Waiting => "next-waiting",
            Source::Learned => "next-learned",
            _ => "next-usual",
        };
        self.say(
            message,
            &[("step", Word::Text(&step)), ("share", Word::Number(share))],
        )
    }

    fn step(&self, next: &NextStep) -> String {
        if let Some(carrier) = next.carrier.as_ref().filter(|_| next.is_hand_over()) {
            return self.hand_over_to(carrier.as_str());
        }
        let collected = next.milestone == Milestone::Delivered && next.source == Source::Waiting;
        let message = if collected {
            "step-collected".to_owned()
        } else {
            format!("step-{}", next.milestone)
        };
        let what = self.milestone(next.milestone, next.stage, "other");
        self.try_say(&message, &[])
            .unwrap_or_else(|| self.say("step-other", &[("what", Word::Text(&what))]))
    }

    fn hand_over_to(&self, carrier: &str) -> String {
        self.say(
            "hand-over-to",
            &[("carrier", Word::Text(&carrier.to_uppercase()))],
        )
    }
}
