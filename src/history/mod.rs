//! Past and present journeys in the shape that estimates learn from: [`History`].
//!
//! A history is what a [`Journey`](crate::Journey) says once places and times are settled: one line
//! of JSON a journey, small enough to keep for years. It holds no number, name or address.
//! [`History::of`] makes one of a journey, [`History::to_line`] writes it, [`History::from_line`]
//! reads it.

mod journey;
mod line;
mod setters;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::model::{Country, Milestone, Reason, Stage};
pub use line::HistoryError;
use line::Line;

/// One journey, finished or open.
///
/// ```
/// use parceltrail::History;
///
/// let line = r#"{"id":"1","carrier":"acme","origin":{"country":"CN"},"destination":{"country":"DE"},"promised":"2026-03-09T22:00:00Z",
///   "outcome":"delivered","events":[
///     {"at":"2026-03-02T09:00:00Z","stage":"first_mile","milestone":"picked_up"},
///     {"at":"2026-03-08T10:00:00Z","stage":"last_mile","milestone":"delivered","planned":"2026-03-09T22:00:00Z"}]}"#;
/// let history: History = serde_json::from_str(line)?;
/// assert_eq!(history.events.len(), 2);
/// let then = history.known_at("2026-03-05T00:00:00Z".parse()?);
/// assert_eq!((then.events.len(), then.outcome), (1, None));
/// assert_eq!(then.schedule.len(), 1, "the plan was known from the start");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Line")]
#[non_exhaustive]
pub struct History {
    /// The journey's name within its file.
    pub id: SmolStr,
    /// The carrier, or whoever answers for the whole way.
    pub carrier: Option<SmolStr>,
    /// The carrier's product.
    pub service: Option<SmolStr>,
    /// Where from.
    pub origin: Station,
    /// Where to.
    pub destination: Station,
    /// The delivery that was promised.
    pub promised: Option<DateTime<Utc>>,
    /// How it ended; absent while it is open.
    pub outcome: Option<HistoryEnd>,
    /// What else is known of it from the start, such as a weight or a product group.
    pub attributes: BTreeMap<SmolStr, Attribute>,
    /// What happened, oldest first.
    pub events: Vec<Passage>,
    /// What was planned from the start, in order of the plan: every `planned` of the line, also of
    /// events that were yet to come.
    pub schedule: Vec<Planned>,
}

impl History {
    /// What was known at a moment: the events until then, and everything known from the start:
    /// ends, service, promise, plan, attributes. How it ended is known once an event tells it.
    /// Nothing that happens later changes the answer.
    #[must_use]
    pub fn known_at(&self, at: DateTime<Utc>) -> Self {
        let events: Vec<Passage> = self
            .events
            .iter()
            .take_while(|event| event.at <= at)
            .cloned()
            .collect();
        let outcome = self.outcome.filter(|outcome| {
            events
                .iter()
                .any(|event| outcome.is_told_by(event.milestone))
        });
        Self {
            id: self.id.clone(),
            carrier: self.carrier.clone(),
            service: self.service.clone(),
            origin: self.origin.clone(),
            destination: self.destination.clone(),
            promised: self.promised,
            outcome,
            attributes: self.attributes.clone(),
            events,
            schedule: self.schedule.clone(),
        }
    }

    /// When it began: its first event.
    #[must_use]
    pub fn begun_at(&self) -> Option<DateTime<Utc>> {
        self.events.first().map(|event| event.at)
    }

    /// When it was delivered, if it was: the first such event, unless the journey is known to have
    /// ended otherwise.
    #[must_use]
    pub fn delivered_at(&self) -> Option<DateTime<Utc>> {
        if matches!(self.outcome, Some(HistoryEnd::Lost | HistoryEnd::Returned)) {
            return None;
        }
        self.events
            .iter()
            .find(|event| event.milestone == Milestone::Delivered)
            .map(|event| event.at)
    }

    /// When it was known to be over, however it ended: the first event that tells its outcome, or a
    /// delivery.
    #[must_use]
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        let tells = |event: &&Passage| {
            self.outcome
                .map_or(event.milestone == Milestone::Delivered, |outcome| {
                    outcome.is_told_by(event.milestone)
                })
        };
        self.events.iter().find(tells).map(|event| event.at)
    }

    /// From where to where, such as `CN>DE`; none unless both are known.
    #[must_use]
    pub fn lane(&self) -> Option<SmolStr> {
        Some(format!("{}>{}", self.origin.label()?, self.destination.label()?).into())
    }
}

/// Where a journey starts or ends, or an event happened, as far as it is known.
///
/// It is also read from a bare text: a country, or else a code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Station {
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// Postal code, or the part of it that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<SmolStr>,
    /// Code of a facility, airport or office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<SmolStr>,
}

impl Station {
    /// One word for it: country and region (`CN-GD`), else country and code, else whichever of them
    /// is known; the postcode only if nothing else is.
    #[must_use]
    pub fn label(&self) -> Option<SmolStr> {
        let part = self.region.as_ref().or(self.code.as_ref());
        match (&self.country, part) {
            (Some(country), Some(part)) => Some(format!("{country}-{part}").into()),
            (Some(country), None) => Some(country.as_str().into()),
            (None, part) => part.or(self.postcode.as_ref()).cloned(),
        }
    }
}

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Passage {
    /// When.
    #[serde(deserialize_with = "line::instant")]
    pub at: DateTime<Utc>,
    /// Where in the chain.
    #[serde(
        default,
        deserialize_with = "line::word",
        skip_serializing_if = "Option::is_none"
    )]
    pub stage: Option<Stage>,
    /// What happened.
    #[serde(deserialize_with = "line::milestone")]
    pub milestone: Milestone,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Station>,
    /// When it was planned for.
    #[serde(
        default,
        deserialize_with = "line::maybe_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub planned: Option<DateTime<Utc>>,
    /// Why.
    #[serde(
        default,
        deserialize_with = "line::word",
        skip_serializing_if = "Option::is_none"
    )]
    pub reason: Option<Reason>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Planned {
    /// Where in the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What is to happen.
    pub milestone: Milestone,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something else that is known of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Attribute {
    /// A number.
    Number(f64),
    /// A word.
    Text(SmolStr),
}

crate::model::words! {
    /// How a journey ended.
    HistoryEnd {
        /// At its recipient.
        Delivered = "delivered",
        /// Nowhere.
        Lost = "lost",
        /// Back at its sender.
        Returned = "returned",
    }
}

impl HistoryEnd {
    /// Whether an event of that kind tells that a journey ended so. Destroyed and seized parcels
    /// are lost to their recipient.
    #[must_use]
    pub const fn is_told_by(self, milestone: Milestone) -> bool {
        match self {
            Self::Delivered => matches!(milestone, Milestone::Delivered),
            Self::Lost => matches!(
                milestone,
                Milestone::Lost | Milestone::Disposed | Milestone::CustomsSeized
            ),
            Self::Returned => matches!(milestone, Milestone::Returned),
        }
    }
}
