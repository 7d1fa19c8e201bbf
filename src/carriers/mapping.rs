//! From a code's meaning to an event: what decoders of all packs share.

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use crate::adapter::{CodeMeaning, Collector};
use crate::model::{
    CarrierCode, Confidence, DeliveredTo, Event, EventId, EventTime, FreeText, Milestone, Place, Reason, Scope, Stage, TrackingNumber,
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
        Self { stage, milestone, reason: None, delivered_to: None, damaged: false, confidence }
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
    pub fn event(&self, number: &TrackingNumber, mapped: Mapped, time: EventTime, place: Option<Place>, code: CarrierCode) -> Event {
        let descriptor = self.descriptor();
        Event {
            feed: descriptor.feed.clone(),
            carrier: descriptor.carrier.clone(),
            number: number.clone(),
            piece: None,
            stage: mapped.stage,
            milestone: mapped.milestone,
            reason: mapped.reason,
            scope: Scope::Parcel,
            time,
            place,
            code,
            delivered_to: mapped.delivered_to,
            damaged: mapped.damaged,
            signed_by: None,
            recipient_kind: None,
            related: Vec::new(),
            confidence: mapped.confidence,
        }
    }
}

/// What orders a shipment's events the same way however its list was ordered: time, then identity, then wording.
pub(crate) fn in_time(event: &Event) -> (DateTime<Utc>, DateTime<Utc>, EventId, Option<SmolStr>) {
    let text = event.code.text.as_ref().map(|text| text.reveal().into());
    (event.time.middle(), event.time.earliest(), event.id(), text)
}

/// A carrier's code with what completes it and its sentence; blanks count as absent.
pub(crate) fn code(value: &str, qualifier: Option<&str>, text: Option<&str>) -> CarrierCode {
    CarrierCode {
        value: value.into(),
        qualifier: qualifier.filter(|qualifier| !qualifier.is_empty()).map(Into::into),
        text: text.and_then(FreeText::parse),
    }
}

/// Turns a delivery that follows a return into the end of the return: the place reached is the sender's.
///
/// Works on one shipment's events in any order, by time. A delivery *before* the return began stays one.
pub(crate) fn delivered_after_return_is_returned(events: &mut [Event]) {
    let began = events.iter().filter(|event| event.milestone == Milestone::Returning).map(|event| event.time.earliest()).min();
    let Some(began) = began else { return };
    for event in events.iter_mut().filter(|event| event.milestone == Milestone::Delivered && event.time.earliest() >= began) {
        event.stage = Some(Stage::Return);
        event.milestone = Milestone::Returned;
        event.delivered_to = None;
        event.confidence = event.confidence.min(Confidence::Medium);
    }
}
