//! The four answers: where is it, what comes next, when will it arrive, is anything wrong and who must act.
//!
//! A [`Briefing`] is data. `Briefing::text` (feature `fluent`) words it for a reader, in the reader's language and time zone and no more
//! certainly than it is known; a language is a file.
//!
//! ```
//! use parceltrail::briefing::{Arrival, Briefing};
//! use parceltrail::testing::told;
//! use parceltrail::{Journey, Milestone, Stage};
//!
//! let mut journey = Journey::default();
//! journey.apply(
//!     told("acme.track", "A1")
//!         .event("2026-03-02T10:00:00+01:00", Stage::FirstMile, Milestone::PickedUp)
//!         .event("2026-03-03T07:10:00+01:00", Stage::LastMile, Milestone::OutForDelivery)
//!         .at("Kassel, DE"),
//! );
//! let now = "2026-03-03T08:00:00Z".parse()?;
//! let briefing = Briefing::new(&journey.state(now), now);
//! assert_eq!(briefing.here.as_ref().map(|here| here.milestone), Some(Milestone::OutForDelivery));
//! assert_eq!(briefing.arrival, Arrival::Unknown, "no promise, no estimate: nothing is invented");
//! # #[cfg(feature = "fluent")] {
//! # use parceltrail::briefing::Language;
//! let text = briefing.text(Language::builtin("en").unwrap(), chrono_tz::Europe::Berlin);
//! assert_eq!(text.where_now, "Out for delivery, Kassel, DE. Since Tue 3 March, 07:10.");
//! assert_eq!(text.next, "Delivery, as a rule.");
//! # }
//! # Ok::<(), chrono::ParseError>(())
//! ```

mod arrival;
#[cfg(feature = "fluent")]
mod language;
mod next;
#[cfg(feature = "fluent")]
mod text;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use arrival::{Arrival, Odds, Window};
#[cfg(feature = "fluent")]
pub use language::{Language, LanguageError};
pub use next::{NextStep, Source};
#[cfg(feature = "fluent")]
pub use text::Text;

use crate::anomaly::Finding;
use crate::eta::{Estimate, Next};
use crate::journey::State;
use crate::model::{CarrierId, DeliveredTo, EventTime, Milestone, Place, Reason, Stage};

/// The four answers about one parcel, as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Briefing {
    /// When it was made.
    #[serde(serialize_with = "crate::model::serialize_instant")]
    pub made: DateTime<Utc>,
    /// Where it is; absent while nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub here: Option<Here>,
    /// What comes next; absent when nothing more is to come, or nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStep>,
    /// When it arrives.
    pub arrival: Arrival,
    /// What is wrong, gravest first.
    pub trouble: Vec<Finding>,
}

/// Where a parcel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Here {
    /// Where in the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last that moved it.
    pub milestone: Milestone,
    /// Why, if the statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Where it was left, if it was delivered and the statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<DeliveredTo>,
    /// The last place told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Since when.
    pub since: EventTime,
    /// Who carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierId>,
    /// Whether no further movement is expected.
    pub finished: bool,
}

impl Briefing {
    /// What the journey alone tells. An estimate, what was learned about what follows, and findings are added with the `with_` methods.
    #[must_use]
    pub fn new(state: &State, now: DateTime<Utc>) -> Self {
        Self { made: now, here: here(state), next: next::told_or_usual(state), arrival: Arrival::of(state), trouble: Vec::new() }
    }

    /// With an estimate of the arrival. One for a finished or returning parcel changes nothing.
    #[must_use]
    pub fn with_estimate(mut self, estimate: &Estimate) -> Self {
        self.arrival = self.arrival.estimated(estimate);
        self
    }

    /// With what was learned about what follows, likeliest first. What a feed has told, and what holds the parcel now, come before it.
    #[must_use]
    pub fn with_next(mut self, learned: &[Next]) -> Self {
        if let (Some(step), Some(likeliest)) = (&mut self.next, learned.first()) {
            step.learn(likeliest);
        }
        self
    }

    /// With what the rules found. What goes under in a graver finding is left out.
    #[must_use]
    pub fn with_findings<'f>(mut self, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        self.trouble.extend(findings.into_iter().filter(|finding| finding.under.is_none()).cloned());
        self.trouble.sort_by(|a, b| (b.level, a.since, &a.rule).cmp(&(a.level, b.since, &b.rule)));
        self
    }
}

/// The parcel's state, with the reason of the statement that it rests on.
fn here(state: &State) -> Option<Here> {
    let parcel = state.parcel.as_ref()?;
    let decided = state.trace.state.get("milestone");
    let statement =
        state.events.iter().rev().find(|event| event.milestone == parcel.milestone && decided.is_some_and(|ids| ids.contains(&event.id())));
    Some(Here {
        stage: parcel.stage,
        milestone: parcel.milestone,
        reason: statement.and_then(|event| event.reason),
        delivered_to: statement.and_then(|event| event.delivered_to),
        place: parcel.place.clone(),
        since: parcel.since.clone(),
        carrier: parcel.leg.as_ref().map(|leg| leg.carrier.clone()),
        finished: parcel.terminal,
    })
}
