//! The four answers: where is it, what comes next, when will it arrive, is anything wrong and who
//! must act.
//!
//! A [`Briefing`] is data. `Briefing::text` (feature `fluent`) words it for a reader, in the
//! reader's language and time zone and no more certainly than it is known; a language is a file.
//!
//! ```
//! use parceltrail::briefing::{Arrival, Briefing};
//! use parceltrail::testing::shipment;
//! use parceltrail::{Journey, Milestone, Stage};
//!
//! let mut journey = Journey::default();
//! journey.apply(
//!     shipment("acme.track", "A1")
//!         .event("2026-03-02T10:00:00+01:00", Stage::FirstMile, Milestone::PickedUp)
//!         .event("2026-03-03T07:10:00+01:00", Stage::LastMile, Milestone::OutForDelivery)
//!         .at("Kassel, DE"),
//! );
//! let now = "2026-03-03T08:00:00Z".parse()?;
//! let briefing = Briefing::new(&journey.at(now));
//! assert_eq!(briefing.here.as_ref().map(|here| here.milestone), Some(Milestone::OutForDelivery));
//! assert_eq!(briefing.arrival, Arrival::Unknown, "no promise, no estimate: nothing is invented");
//! # #[cfg(feature = "fluent")] {
//! # use parceltrail::briefing::Language;
//! let text = briefing.text(Language::builtin("en").unwrap(), chrono_tz::Europe::Berlin);
//! assert_eq!(text.where_now, "Out for delivery, Kassel, DE. Since Tue 3 March, 07:10.");
//! assert_eq!(text.next, "Delivery (usual next step).");
//! # }
//! # Ok::<(), chrono::ParseError>(())
//! ```

mod arrival;
#[cfg(feature = "fluent")]
mod language;
mod next;
mod pieces;
#[cfg(feature = "fluent")]
mod text;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use arrival::{Arrival, Odds, Window};
#[cfg(feature = "fluent")]
pub use language::{Language, LanguageError};
pub use next::{NextStep, Source};
pub use pieces::{PieceHere, Pieces};
#[cfg(feature = "fluent")]
pub use text::Text;
#[cfg(feature = "fluent")]
pub(crate) use text::{Speaker, Word, place_text};

use crate::anomaly::Finding;
use crate::eta::{Estimate, Next};
use crate::journey::Snapshot;
use crate::model::{
    CarrierId, DeliveredTo, Due, Event, EventTime, FreeText, Milestone, PickupPoint, Place, Reason,
    Scope, Stage,
};

/// The four answers about one parcel, as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Briefing {
    /// When it was made.
    #[serde(serialize_with = "crate::model::serialize_instant")]
    pub made: DateTime<Utc>,
    /// Where it is; absent while nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub here: Option<Here>,
    /// How far its pieces have come, when there are several. [`Briefing::here`] is then where the
    /// piece stands that is behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<Pieces>,
    /// What comes next; absent when nothing more is to come, or nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStep>,
    /// When it arrives.
    pub arrival: Arrival,
    /// Where it waits to be collected, or will. The code that opens a locker is hidden in JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_point: Option<PickupPoint>,
    /// What is still to be paid for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<Due>,
    /// What the carrier asks the recipient or sender to do. Personal data are hidden when it is
    /// shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_steps: Option<FreeText>,
    /// What is wrong, gravest first.
    pub trouble: Vec<Finding>,
    /// Whether rules were run. Without, an empty list of trouble says nothing.
    pub checked: bool,
}

/// Where a parcel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
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
    /// The carrier's own words, where they may tell more than the milestone: of an exception, a
    /// hold, a delay, a scan of unknown meaning. Personal data are hidden when they are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<FreeText>,
    /// The last reported place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When that place was told, if another statement tells it than the one that moved the parcel
    /// last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_told: Option<EventTime>,
    /// A later sign of life: the carrier has had the parcel since, but what it did is not
    /// understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Since when.
    pub since: EventTime,
    /// Who carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierId>,
    /// Whether no further movement is expected.
    pub finished: bool,
}

/// A sign of life whose meaning is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// When.
    pub at: EventTime,
    /// Where, if stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The carrier's own words. Personal data are hidden when they are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<FreeText>,
}

/// The rules that read silence of a parcel that should move.
const SILENCES: [&str; 4] = [
    "never-collected",
    "stalled",
    "lost-risk",
    "never-handed-over",
];

impl Here {
    /// When the parcel was heard of last.
    pub(crate) fn heard(&self) -> DateTime<Utc> {
        let seen = self.seen.as_ref().map(|seen| seen.at.middle());
        seen.map_or(self.since.middle(), |seen| seen.max(self.since.middle()))
    }
}

impl Briefing {
    /// What the journey alone tells. An estimate, what was learned about what follows, and findings
    /// are added with the `with_` methods.
    ///
    /// No rule is run here: until [`Briefing::with_findings`] was called, even with an empty list,
    /// the text says that nothing was checked.
    #[must_use]
    pub fn new(state: &Snapshot) -> Self {
        let (here, pieces) = (here(state), Pieces::of(state));
        // After a message that nobody understands, what follows an announcement is not what comes
        // next.
        let is_refuted = here
            .as_ref()
            .is_some_and(|here| here.milestone.is_before_pickup() && here.seen.is_some());
        let next = next::told_or_usual(state, pieces.as_ref()).filter(|_| !is_refuted);
        let is_over = state.parcel.as_ref().is_some_and(|parcel| parcel.terminal);
        let details = &state.details;
        let open = |due: &&Due| due.paid != Some(true) && !is_over;
        Self {
            made: state.at,
            pickup_point: details.pickup_point.clone().filter(|_| !is_over),
            dues: details.dues.iter().filter(open).cloned().collect(),
            next_steps: details.next_steps.clone().filter(|_| !is_over),
            here,
            pieces,
            next,
            arrival: Arrival::of(state),
            trouble: Vec::new(),
            checked: false,
        }
    }

    /// With an estimate of the arrival. One for a finished or returning parcel changes nothing.
    #[must_use]
    pub fn with_estimate(mut self, estimate: &Estimate) -> Self {
        self.arrival = self.arrival.estimated(estimate, self.here.as_ref());
        self.hushed()
    }

    /// With what was learned about what follows, likeliest first. What a feed has told, and what
    /// holds the parcel now, come before it.
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
        self.checked = true;
        self.trouble.extend(
            findings
                .into_iter()
                .filter(|finding| finding.under.is_none())
                .cloned(),
        );
        self.trouble
            .sort_by(|a, b| (b.level, a.since, &a.rule).cmp(&(a.level, b.since, &b.rule)));
        self.hushed()
    }

    /// While a rule finds the silence unusual, published delivery times are not told.
    fn hushed(mut self) -> Self {
        if self
            .trouble
            .iter()
            .any(|finding| SILENCES.contains(&finding.rule.as_str()))
        {
            self.arrival = self.arrival.without_guess();
        }
        self
    }
}

/// The parcel's state, with the words of the statement that it rests on.
fn here(state: &Snapshot) -> Option<Here> {
    let parcel = state.parcel.as_ref()?;
    let words = state
        .decisive()
        .filter(|event| is_told_in_words(event))
        .and_then(|event| event.code.text.clone());
    Some(Here {
        stage: parcel.stage,
        milestone: parcel.milestone,
        reason: parcel.reason,
        delivered_to: parcel.delivered_to,
        words,
        place: parcel.place.clone(),
        place_told: parcel.place_at.clone(),
        seen: seen(state),
        since: parcel.since.clone(),
        carrier: parcel.leg.as_ref().map(|leg| leg.carrier.clone()),
        finished: parcel.terminal,
    })
}

/// Whether a statement's own words may tell more than its milestone.
fn is_told_in_words(event: &Event) -> bool {
    matches!(
        event.milestone,
        Milestone::Exception | Milestone::Held | Milestone::Delayed | Milestone::Unmapped
    ) && event.reason.is_none()
}

/// That a carrier reports an announced parcel in a code that nobody knows, and names no place:
/// whether it has the parcel is not known then.
fn told_of(state: &Snapshot) -> Option<Seen> {
    let parcel = state
        .parcel
        .as_ref()
        .filter(|parcel| parcel.milestone.is_before_pickup())?;
    let is_meant = |event: &&Event| {
        event.milestone == Milestone::Unmapped
            && matches!(event.scope, Scope::Parcel | Scope::Piece)
            && state.legs.iter().any(|leg| leg.carrier == event.carrier)
    };
    let event = state
        .events
        .iter()
        .rev()
        .find(is_meant)
        .filter(|event| event.time.earliest() > parcel.since.latest())?;
    Some(Seen {
        at: event.time.clone(),
        place: None,
        words: event.code.text.clone(),
    })
}

/// The last sign of life, if it is later than the state and does not explain itself.
fn seen(state: &Snapshot) -> Option<Seen> {
    let Some(sighting) = state
        .last_seen
        .as_ref()
        .filter(|sighting| !sighting.milestone.moves_state())
    else {
        return told_of(state);
    };
    let parcel = state.parcel.as_ref().filter(|parcel| {
        (!parcel.terminal || parcel.milestone == Milestone::Lost) && parcel.milestone.moves_state()
    })?;
    if sighting.time.middle() <= parcel.since.middle() {
        return None;
    }
    let event = state
        .events
        .iter()
        .rev()
        .find(|event| event.id() == sighting.event);
    Some(Seen {
        at: sighting.time.clone(),
        place: sighting.place.clone(),
        words: event.and_then(|event| event.code.text.clone()),
    })
}
