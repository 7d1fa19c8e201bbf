//! Where a parcel waits to be collected, until when, and what is to be paid.

use super::{Speaker, Word, place_text};
use crate::briefing::Briefing;
use crate::model::{Due, Milestone, PickupPoint};

impl Speaker<'_> {
    /// Where it waits, once it does.
    pub(super) fn pickup(&self, briefing: &Briefing) -> Option<String> {
        let is_ready = briefing
            .here
            .as_ref()
            .is_some_and(|here| here.milestone == Milestone::AvailableForPickup);
        let point = briefing.pickup_point.as_ref().filter(|_| is_ready)?;
        let sentence = self.pickup_point(point)?;
        Some(self.say("where", &[("what", Word::Text(&sentence))]))
    }

    /// The point in a line; nothing where nothing of it is known.
    fn pickup_point(&self, point: &PickupPoint) -> Option<String> {
        let place = point.place.as_ref().map(place_text);
        let parts: Vec<&str> = [
            point.name.as_deref(),
            point.street.as_deref(),
            place.as_deref(),
        ]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
        let place = parts.join(&self.say("between-parts", &[]));
        let day = point.hold_until.as_ref().map(|until| self.told_day(until));
        let message = match (place.is_empty(), &day) {
            (true, None) => return None,
            (true, Some(_)) => "pickup-only-until",
            (false, None) => "pickup-at",
            (false, Some(_)) => "pickup-until",
        };
        let day = day.unwrap_or_default();
        Some(self.say(
            message,
            &[("where", Word::Text(&place)), ("day", Word::Text(&day))],
        ))
    }

    /// What is still to be paid, in one sentence.
    pub(super) fn dues(&self, dues: &[Due]) -> Option<String> {
        let texts: Vec<String> = dues.iter().map(|due| self.due(due)).collect();
        let text = texts.join(&self.say("between-parts", &[]));
        (!texts.is_empty()).then(|| self.say("wrong-due", &[("due", Word::Text(&text))]))
    }

    pub(crate) fn due(&self, due: &Due) -> String {
        let kind = self.say(&format!("due-{}", due.kind), &[]);
        let mut text = match &due.amount {
            Some(amount) => self.say(
                "due-amount",
                &[
                    ("kind", Word::Text(&kind)),
                    ("amount", Word::Text(amount.as_str())),
                    (
                        "currency",
                        Word::Text(due.currency.as_deref().unwrap_or_default()),
                    ),
                ],
            ),
            None => kind,
        };
        text.truncate(text.trim_end().len());
        match &due.pay_by {
            Some(by) => self.say(
                "due-by",
                &[
                    ("due", Word::Text(&text)),
                    ("day", Word::Text(&self.told_day(by))),
                ],
            ),
            None => text,
        }
    }
}
