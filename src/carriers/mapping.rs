//! From a code's meaning to an event: what decoders of all packs share.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use crate::adapter::{CodeMeaning, Collector};
use crate::model::{
    CarrierCode, Confidence, DeliveredTo, Event, EventId, EventTime, FreeText, Milestone, Place,
    Reason, Stage, TrackingNumber,
};

/// What a code was found to mean, by table or by rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mapped {
    pub stage: Option<Stage>,
    pub milestone: Milestone,
    pub reason: Option<Reason>,
    pub delivered_to: Option<DeliveredTo>,
    pub damaged: bool,
    pub confidence: Confidence,
}

impl Mapped {
    /// A meaning that a rule decides.
    pub const fn rule(stage: Option<Stage>, milestone: Milestone, confidence: Confidence) -> Self {
        Self {
            stage,
            milestone,
            reason: None,
            delivered_to: None,
            damaged: false,
            confidence,
        }
    }

    /// What is left of an ending of low confidence: a parcel said to be lost, disposed of or seized
    /// is in trouble, one said to be back with the sender is on its way there. Neither ends a
    /// journey, and neither is passed over. Other endings stay as they are: told, and ending
    /// nothing.
    pub fn or_trouble(self) -> Self {
        if self.confidence != Confidence::Low {
            return self;
        }
        match self.milestone {
            Milestone::Lost | Milestone::Disposed | Milestone::CustomsSeized => Self {
                milestone: Milestone::Exception,
                confidence: Confidence::Medium,
                ..self
            },
            Milestone::Returned => Self {
                milestone: Milestone::Returning,
                confidence: Confidence::Medium,
                ..self
            },
            _ => self,
        }
    }

    /// No meaning known.
    pub const UNMAPPED: Self = Self::rule(None, Milestone::Unmapped, Confidence::Low);
}

impl From<&CodeMeaning> for Mapped {
    fn from(row: &CodeMeaning) -> Self {
        Self {
            stage: row.stage,
            milestone: row.milestone,
            reason: row.reason,
            delivered_to: row.delivered_to,
            damaged: row.damaged || row.milestone == Milestone::Damaged,
            confidence: row.confidence,
        }
    }
}

impl Collector<'_> {
    /// An event of this feed about a whole parcel.
    pub(crate) fn event(
        &self,
        number: &TrackingNumber,
        mapped: Mapped,
        time: EventTime,
        place: Option<Place>,
        code: CarrierCode,
    ) -> Event {
        let descriptor = self.descriptor();
        let (feed, carrier) = (descriptor.feed.clone(), descriptor.carrier.clone());
        Event::new(feed, carrier, number.clone(), mapped.milestone, time)
            .with_stage(mapped.stage)
            .with_reason(mapped.reason)
            .with_place(place)
            .with_code(code)
            .with_delivered_to(mapped.delivered_to)
            .with_damaged(mapped.damaged)
            .with_confidence(mapped.confidence)
    }
}

/// A text of one line as it may go into a number, a code or a place: without control characters,
/// line breaks and marks that turn the direction of writing.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{061C}')
    };
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    // A break between words is still a break.
    let spaced: String = text
        .chars()
        .map(|c| {
            if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let kept: String = spaced.chars().filter(|c| !is_hidden(*c)).collect();
    Cow::Owned(kept.trim().to_owned())
}

/// The same as a small string.
pub(crate) fn small(text: &str) -> SmolStr {
    one_line(text).into()
}

/// What orders a shipment's events the same way however its list was ordered: time, then identity,
/// then wording.
pub(crate) fn in_time(event: &Event) -> (DateTime<Utc>, DateTime<Utc>, EventId, Option<SmolStr>) {
    let text = event.code.text.as_ref().map(|text| text.reveal().into());
    (event.time.middle(), event.time.earliest(), event.id(), text)
}

/// A carrier's code with what completes it and its sentence; blanks count as absent.
pub(crate) fn code(value: &str, qualifier: Option<&str>, text: Option<&str>) -> CarrierCode {
    CarrierCode {
        value: small(value),
        qualifier: qualifier
            .filter(|qualifier| !qualifier.is_empty())
            .map(small),
        text: text.and_then(FreeText::parse),
    }
}

/// Turns a delivery that follows a return into the end of the return: the place reached is the
/// sender's.
///
/// Works on one shipment's events in any order, by time. A delivery *before* the return began stays
/// one.
pub(crate) fn delivered_after_return_is_returned(events: &mut [Event]) {
    let began = events
        .iter()
        .filter(|event| event.milestone == Milestone::Returning)
        .map(|event| event.time.earliest())
        .min();
    let Some(began) = began else { return };
    for event in events
        .iter_mut()
        .filter(|event| event.milestone == Milestone::Delivered && event.time.earliest() >= began)
    {
        event.stage = Some(Stage::Return);
        event.milestone = Milestone::Returned;
        event.delivered_to = None;
        event.confidence = event.confidence.min(Confidence::Medium);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_stays_in_one_line() {
        assert_eq!(
            one_line("LOU\u{1b}[31mISVILLE\u{202e}\nFAKE LINE"),
            "LOU[31mISVILLE FAKE LINE"
        );
        assert!(matches!(one_line("MÜNCHEN 北京"), Cow::Borrowed(_)));
        assert_eq!(one_line("\u{feff}A\u{200b}B"), "AB");
        assert_eq!(code("Q9\u{1b}[5m", Some("I\u{7}"), None).value, "Q9[5m");
    }

    #[test]
    fn an_unsure_bad_end_is_trouble() {
        use Milestone as M;
        let of = |milestone, confidence| {
            let mapped = Mapped::rule(None, milestone, confidence).or_trouble();
            (mapped.milestone, mapped.confidence)
        };
        for (milestone, left) in [
            (M::Lost, M::Exception),
            (M::Disposed, M::Exception),
            (M::CustomsSeized, M::Exception),
            (M::Returned, M::Returning),
        ] {
            assert_eq!(of(milestone, Confidence::Low), (left, Confidence::Medium));
            assert_eq!(
                of(milestone, Confidence::Medium),
                (milestone, Confidence::Medium)
            );
        }
        assert_eq!(
            of(M::Delivered, Confidence::Low),
            (M::Delivered, Confidence::Low),
            "told, and ends nothing"
        );
    }
}
