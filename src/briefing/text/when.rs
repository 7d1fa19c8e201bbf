//! When will it arrive?

use super::{Speaker, Word, percent};
use crate::briefing::{Arrival, Briefing, Odds, Window};
use crate::model::PromiseKind;

/// From this probability on, a promise is said to be in danger.
const MAY_MISS: f64 = 0.25;
/// From this probability on, it is said to be missed probably.
const LIKELY_MISSES: f64 = 0.6;
/// From this probability on, the parcel is said to be perhaps lost.
const MAY_BE_LOST: f64 = 0.1;

impl Speaker<'_> {
    pub(super) fn when(&self, briefing: &Briefing) -> String {
        match &briefing.arrival {
            Arrival::Delivered { at } => {
                let window = self.say("window-day", &[("day", Word::Text(&self.told_day(at)))]);
                self.say("when-delivered", &[("window", Word::Text(&window))])
            }
            Arrival::Returning => self.say("when-returning", &[]),
            Arrival::Waiting => {
                let point = briefing.pickup_point.as_ref();
                match point.and_then(|point| point.hold_until.as_ref()) {
                    Some(until) => {
                        let day = self.told_day(until);
                        self.say("when-waiting-until", &[("day", Word::Text(&day))])
                    }
                    None => self.say("when-waiting", &[]),
                }
            }
            Arrival::Ended => self.say("when-ended", &[]),
            Arrival::Stated { promise, .. } if promise.passed && says_late(briefing) => {
                self.say("when-no-new-day", &[])
            }
            Arrival::Stated { promise, worth } => self.promised(promise, *worth),
            Arrival::Expected {
                window,
                promise,
                odds,
            } => self.expected(window, promise.as_ref(), odds),
            Arrival::Unknown => self.say("when-unknown", &[]),
            Arrival::Silent => self.say("when-silent", &[]),
        }
    }

    /// A promise that stands alone, worded as what it is worth.
    fn promised(&self, promise: &Window, worth: PromiseKind) -> String {
        let message = match worth {
            _ if promise.passed => "when-overdue",
            PromiseKind::Committed => "when-committed",
            PromiseKind::Agreed => "when-agreed",
            PromiseKind::Rescheduled => "when-rescheduled",
            _ => "when-promised",
        };
        self.about_window(message, promise)
    }

    fn expected(&self, window: &Window, promise: Option<&Window>, odds: &Odds) -> String {
        let mut sentences = vec![self.about_window(
            if odds.is_rough() {
                "when-rough"
            } else {
                "when-expected"
            },
            window,
        )];
        if let Some(promise) = promise {
            sentences.push(self.about_window(
                if promise.passed {
                    "when-overdue"
                } else {
                    "when-beside"
                },
                promise,
            ));
            match odds.miss_promise.filter(|_| !promise.passed) {
                Some(miss) if miss >= LIKELY_MISSES => {
                    sentences.push(self.say("when-likely-misses", &[]))
                }
                Some(miss) if miss >= MAY_MISS => sentences.push(self.say("when-may-miss", &[])),
                _ => {}
            }
        }
        if let Some(loss) = odds.loss.filter(|loss| *loss >= MAY_BE_LOST) {
            sentences.push(self.say(
                "when-may-be-lost",
                &[("share", Word::Number(percent(loss)))],
            ));
        }
        self.joined(&sentences)
    }
}

/// Whether a finding says already that the promised day has passed.
fn says_late(briefing: &Briefing) -> bool {
    briefing
        .trouble
        .iter()
        .any(|finding| finding.rule == "late")
}
