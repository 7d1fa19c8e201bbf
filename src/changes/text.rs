//! Changes as sentences, in the reader's language.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::change::{Change, ChangeKind};
use super::parts::{CaseSummary, Contradiction, OpenHold, OpenPromise, PieceTally};
use crate::anomaly::Finding;
use crate::briefing::{Language, Pieces, Speaker, Window, Word, place_text};
use crate::eta::{Cause, Why};
use crate::journey::ConflictKind;
use crate::model::{DeliveredTo, Due, Milestone, Party, Place, PromiseKind, Reason, Stage};

impl Language {
    /// What has changed, in one sentence or two: "Out for delivery, Kassel, DE.", "Now expected by
    /// Thu 12 March instead of Tue 10 March: no news for a while." Days are those of the reader's
    /// zone, except where a carrier names a day.
    ///
    /// Of changes found together, leave out those that go [under](Change::under) another.
    ///
    /// ```
    /// use parceltrail::briefing::Language;
    /// use parceltrail::changes::Change;
    /// let change: Change = serde_json::from_str(r#"{"id":"00000000000000a1","at":"2026-03-05T10:00:00Z",
    ///   "kind":"carrier","before":"dhl","after":"usps"}"#)?;
    /// let zone = chrono_tz::America::New_York;
    /// assert_eq!(Language::builtin("en").unwrap().change(&change, zone), "Handed over to USPS.");
    /// assert_eq!(Language::builtin("zh").unwrap().change(&change, zone), "已交接给USPS。");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn change(&self, change: &Change, zone: Tz) -> String {
        let teller = Teller {
            speaker: Speaker::new(self, zone, change.at),
            at: change.at,
        };
        teller.change(&change.kind)
    }
}

/// Says what has changed, as things are called at a moment.
struct Teller<'a> {
    speaker: Speaker<'a>,
    at: DateTime<Utc>,
}

impl Teller<'_> {
    fn change(&self, kind: &ChangeKind) -> String {
        use ChangeKind as K;
        match kind {
            K::Milestone {
                after,
                stage,
                reason,
                delivered_to,
                place,
                ..
            } => self.milestone(*after, *stage, *reason, *delivered_to, place.as_ref()),
            K::Place { after, .. } => match place_text(after).as_str() {
                "" => self.say("change-place-unnamed"),
                place => self.text("change-place", &[("place", place)]),
            },
            K::Carrier { after, .. } => {
                self.text("change-carrier", &[("carrier", &upper(after.as_str()))])
            }
            K::Pieces { after, .. } => self.pieces(after),
            K::HoldOpened { hold } => self.hold_opened(hold),
            K::HoldClosed { hold } => self.hold("change-hold-closed", hold),
            K::Due { before, after } => self.due(before.as_ref(), after.as_ref()),
            K::DuePassed { due } => {
                self.text("change-due-passed", &[("due", &self.speaker.due(due))])
            }
            K::PickupDeadline { before, after } => self.moved(
                "change-pickup",
                before.as_ref().map(|before| self.speaker.told_day(before)),
                &self.speaker.told_day(after),
            ),
            K::PickupDeadlinePassed { until } => {
                let day = self.speaker.told_day(until);
                self.text("change-pickup-passed", &[("day", &day)])
            }
            K::Promise { before, after, why } => {
                self.promise(before.as_ref(), after.as_ref(), *why)
            }
            K::PromisePassed { promise } => {
                let window = Window::promised(&promise.promise, self.at);
                self.speaker.about_window("when-overdue", &window)
            }
            K::Estimate {
                before,
                after,
                causes,
            } => self.estimate(*before, *after, causes.first()),
            K::Number { carrier, number } => self.text(
                "change-number",
                &[
                    ("carrier", &upper(carrier.as_str())),
                    ("number", number.as_str()),
                ],
            ),
            K::Linked { parcel } => self.text(
                "change-linked",
                &[
                    ("role", &self.say(&format!("link-{}", parcel.role))),
                    ("carrier", &upper(parcel.carrier.as_str())),
                    ("number", parcel.number.as_str()),
                ],
            ),
            K::Contradiction { found } => self.contradiction("change-contradiction", found),
            K::ContradictionSettled { found } => {
                self.contradiction("change-contradiction-settled", found)
            }
            K::CaseOpened { case } => self.speaker.trouble(&[&finding(case)], self.at),
            K::CaseWorse { case, .. } => {
                let text = self.speaker.trouble(&[&finding(case)], self.at);
                self.text("change-case-worse", &[("text", &text)])
            }
            K::CaseResolved { case } => {
                let text = self.speaker.rule(&finding(case));
                self.text("change-case-resolved", &[("text", &text)])
            }
            K::Finished { .. } => self.say("change-finished"),
            K::Reopened { .. } => self.say("change-reopened"),
        }
    }

    fn say(&self, message: &str) -> String {
        self.speaker.say(message, &[])
    }

    fn text(&self, message: &str, words: &[(&'static str, &str)]) -> String {
        let words: Vec<_> = (words.iter())
            .map(|(name, text)| (*name, Word::Text(text)))
            .collect();
        self.speaker.say(message, &words)
    }

    /// A sentence, and why it is so.
    fn because(&self, what: &str, why: Option<&str>) -> String {
        let what = match why {
            Some(why) => self.text("what-because", &[("what", what), ("why", why)]),
            None => what.to_owned(),
        };
        self.text("where", &[("what", &what)])
    }

    fn reason(&self, reason: Reason) -> String {
        self.say(&format!("reason-{reason}"))
    }

    fn milestone(
        &self,
        milestone: Milestone,
        stage: Option<Stage>,
        reason: Option<Reason>,
        to: Option<DeliveredTo>,
        place: Option<&Place>,
    ) -> String {
        let to = to.map_or("other", DeliveredTo::as_str);
        let mut what = self.speaker.milestone(milestone, stage, to);
        let place = place.map(place_text).unwrap_or_default();
        if !place.is_empty() {
            what = self.text("what-at", &[("what", &what), ("place", &place)]);
        }
        let why = reason.map(|reason| self.reason(reason));
        self.because(&what, why.as_deref())
    }

    fn pieces(&self, tally: &PieceTally) -> String {
        self.speaker.pieces(&Pieces {
            total: tally.total,
            delivered: tally.delivered,
            ended: tally.ended,
            not_collected: tally.not_collected,
            untold: tally.untold,
            behind: Vec::new(),
        })
    }

    /// What customs does, or does no longer, as it is said of this kind of hold.
    fn hold(&self, message: &str, hold: &OpenHold) -> String {
        let place = hold.place.as_ref().map(place_text).unwrap_or_default();
        let words = [
            ("hold", hold.kind.as_str()),
            ("place", place.as_str()),
            ("where", if place.is_empty() { "none" } else { "some" }),
        ];
        self.text(message, &words)
    }

    fn hold_opened(&self, hold: &OpenHold) -> String {
        let why = hold.reason.map(|reason| self.reason(reason));
        let text = self.because(&self.hold("change-hold-opened", hold), why.as_deref());
        if matches!(hold.party, Party::Customs | Party::Nobody) {
            return text;
        }
        let party = self.say(&format!("party-{}", hold.party));
        self.text("wrong-act", &[("text", &text), ("party", &party)])
    }

    fn due(&self, before: Option<&Due>, after: Option<&Due>) -> String {
        let text = |due: &Due| self.speaker.due(due);
        match (before, after) {
            (_, Some(after)) if after.paid == Some(true) => {
                self.text("change-due-paid", &[("due", &text(after))])
            }
            (Some(before), Some(after)) => self.text(
                "change-due-moved",
                &[("before", &text(before)), ("after", &text(after))],
            ),
            (None, Some(after)) => self.text("wrong-due", &[("due", &text(after))]),
            (Some(due), None) => self.text("change-due-gone", &[("due", &text(due))]),
            (None, None) => self.say("change-due-none"),
        }
    }

    /// A day, in place of another if there was one and it reads otherwise.
    fn moved(&self, message: &str, before: Option<String>, after: &str) -> String {
        match before.filter(|before| before != after) {
            Some(before) => self.text(
                &format!("{message}-moved"),
                &[("before", &before), ("after", after)],
            ),
            None => self.text(message, &[("after", after)]),
        }
    }

    fn promise(
        &self,
        before: Option<&OpenPromise>,
        after: Option<&OpenPromise>,
        why: Option<Reason>,
    ) -> String {
        let window = |one: &OpenPromise| {
            self.speaker
                .window(&Window::promised(&one.promise, self.at))
        };
        let Some(after) = after else {
            return self.say("change-promise-gone");
        };
        let message = match after.promise.kind {
            PromiseKind::Committed => "change-promise-committed",
            PromiseKind::Agreed => "change-promise-agreed",
            _ => "change-promise",
        };
        let text = self.moved(message, before.map(window), &window(after));
        let why = why.map(|reason| self.reason(reason));
        self.because(&text, why.as_deref())
    }

    fn estimate(
        &self,
        before: Option<DateTime<Utc>>,
        after: DateTime<Utc>,
        cause: Option<&Cause>,
    ) -> String {
        let day = |at: DateTime<Utc>| self.speaker.day(self.speaker.day_of(at));
        let is_same_day = before.is_some_and(|before| day(before) == day(after));
        let text = match before {
            Some(before) if is_same_day && after > before => {
                self.text("change-estimate-later", &[("after", &day(after))])
            }
            Some(_) if is_same_day => {
                self.text("change-estimate-earlier", &[("after", &day(after))])
            }
            before => self.moved("change-estimate", before.map(day), &day(after)),
        };
        let why = cause.map(|cause| self.cause(cause));
        self.because(&text, why.as_deref())
    }

    fn cause(&self, cause: &Cause) -> String {
        if let (Why::Event, Some(milestone)) = (cause.why, cause.milestone) {
            let event = self.text(&format!("event-{milestone}"), &[("to", "other")]);
            return self.text("change-why-event", &[("event", &event)]);
        }
        self.say(&format!("change-why-{}", cause.why))
    }

    fn contradiction(&self, message: &str, found: &Contradiction) -> String {
        let kind = self.say(&format!("conflict-{}", found.conflict));
        let values: Vec<String> = match found.conflict {
            ConflictKind::DifferentCondition => Vec::new(),
            _ => (found.values.iter())
                .map(|value| match value.parse::<Milestone>() {
                    Ok(milestone) => self.text(&format!("event-{milestone}"), &[("to", "other")]),
                    Err(_) => value.to_string(),
                })
                .collect(),
        };
        let what = self.text(message, &[("conflict", &kind)]);
        let values = values.join(&self.say("between-parts"));
        self.because(&what, (!values.is_empty()).then_some(values.as_str()))
    }
}

fn upper(carrier: &str) -> String {
    carrier.to_uppercase()
}

/// The finding that a case was opened for, as far as its wording goes.
fn finding(case: &CaseSummary) -> Finding {
    let mut finding = Finding::new(case.rule.clone(), case.level, case.changed);
    (finding.party, finding.due) = (case.party, case.due);
    finding.piece.clone_from(&case.piece);
    finding.data.clone_from(&case.data);
    finding
}
