//! Past and present journeys in the shape that estimates learn from: [`History`].
//!
//! A history is what a [`Journey`](crate::Journey) says once places and times are settled: one line of JSON a journey, small enough to keep for years.
//! It holds no number, name or address.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::model::{Country, Milestone, Reason, Stage};

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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Line")]
pub struct History {
    /// The journey's name within its file.
    pub id: SmolStr,
    /// The carrier, or whoever answers for the whole way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<SmolStr>,
    /// The carrier's product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<SmolStr>,
    /// Where from.
    pub origin: Station,
    /// Where to.
    pub destination: Station,
    /// The delivery that was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<DateTime<Utc>>,
    /// How it ended; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<HistoryEnd>,
    /// What else is known of it from the start, such as a weight or a product group.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<SmolStr, Attribute>,
    /// What happened, oldest first.
    pub events: Vec<Passage>,
    /// What was planned from the start, in order of the plan: every `planned` of the line, also of events that were yet to come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Planned>,
}

impl History {
    /// What was known at a moment: the events until then, and everything known from the start. The outcome only if its event lies in the past.
    #[must_use]
    pub fn known_at(&self, at: DateTime<Utc>) -> Self {
        let events: Vec<Passage> = self.events.iter().filter(|event| event.at <= at).cloned().collect();
        let outcome = self.outcome.filter(|_| events.len() == self.events.len() && events.last().is_some_and(|last| last.milestone.is_terminal()));
        Self { events, outcome, ..self.clone() }
    }

    /// When it was delivered, if it was.
    #[must_use]
    pub fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.events.iter().find(|event| event.milestone == Milestone::Delivered).map(|event| event.at)
    }
}

/// Where a journey starts or ends, or an event happened, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
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

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// When.
    pub at: DateTime<Utc>,
    /// Where in the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened.
    pub milestone: Milestone,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Station>,
    /// When it was planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<DateTime<Utc>>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A line as it is written: the plan stands at the events.
#[derive(Deserialize)]
struct Line {
    id: SmolStr,
    #[serde(default)]
    carrier: Option<SmolStr>,
    #[serde(default)]
    service: Option<SmolStr>,
    #[serde(default)]
    origin: Station,
    #[serde(default)]
    destination: Station,
    #[serde(default)]
    promised: Option<DateTime<Utc>>,
    #[serde(default)]
    outcome: Option<HistoryEnd>,
    #[serde(default)]
    attributes: BTreeMap<SmolStr, Attribute>,
    events: Vec<Passage>,
    #[serde(default)]
    schedule: Vec<Planned>,
}

impl From<Line> for History {
    fn from(line: Line) -> Self {
        let Line { id, carrier, service, origin, destination, promised, outcome, attributes, mut events, mut schedule } = line;
        events.sort_by_key(|event| event.at);
        if schedule.is_empty() {
            schedule =
                events.iter().filter_map(|event| Some(Planned { stage: event.stage, milestone: event.milestone, at: event.planned? })).collect();
            schedule.sort_by_key(|step| step.at);
        }
        Self { id, carrier, service, origin, destination, promised, outcome, attributes, events, schedule }
    }
}
