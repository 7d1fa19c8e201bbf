//! The parts of a [`Picture`](super::Picture).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::anomaly::{Case, CaseEvent, CaseId, CaseStatus, Datum, Level};
use crate::journey::{Conflict, ConflictKind, LinkRole, PieceCount};
use crate::model::{
    CarrierId, DeliveredTo, Due, EventId, EventTime, FeedId, Milestone, Party, Place, Promise,
    Reason, Stage, TrackingNumber, words,
};

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// What happened last that moves the state.
    pub milestone: Milestone,
    /// Where in the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Why, if stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Where it was left, if stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<DeliveredTo>,
    /// Which attempt to deliver it was, counted from 1, if stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Since when.
    pub since: EventTime,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierId>,
    /// Whether no further movement is expected.
    #[serde(default)]
    pub finished: bool,
    /// The statements that the milestone rests on.
    #[serde(default)]
    pub evidence: BTreeSet<EventId>,
    /// The statements by which the carrier is known.
    #[serde(default)]
    pub carrier_evidence: BTreeSet<EventId>,
}

/// The last reported place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Whereabouts {
    /// Where.
    pub place: Place,
    /// When it was reported there.
    pub at: EventTime,
    /// Whether the statement that moved the parcel last names it.
    #[serde(default)]
    pub is_of_status: bool,
    /// The statements that it rests on.
    #[serde(default)]
    pub evidence: BTreeSet<EventId>,
}

words! {
    /// Which of the two clearances.
    CustomsDirection {
        /// Out of the country of origin.
        Export = "export",
        /// Into the country of destination.
        Import = "import",
    }
}

/// A hold of customs that is open. What several feeds report of one agency, kind and reason is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenHold {
    /// Which clearance.
    pub direction: CustomsDirection,
    /// The carrier or authority that reports it.
    pub agency: CarrierId,
    /// What kind of hold, such as [`Milestone::CustomsHold`] or [`Milestone::DutiesDue`].
    pub kind: Milestone,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Where, if the statement says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Since when.
    pub since: EventTime,
    /// Who must act for it to end.
    pub party: Party,
    /// The statements.
    #[serde(default)]
    pub evidence: BTreeSet<EventId>,
}

impl OpenHold {
    /// What tells it from others.
    pub(super) fn key(&self) -> (CustomsDirection, &CarrierId, Milestone, Option<Reason>) {
        (self.direction, &self.agency, self.kind, self.reason)
    }
}

/// When the carrier says that it will deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenPromise {
    /// The feed that says so.
    pub feed: FeedId,
    /// When it was stated.
    pub stated: DateTime<Utc>,
    /// What is promised.
    pub promise: Promise,
    /// Whether it has passed without a delivery.
    #[serde(default)]
    pub passed: bool,
}

/// A payment that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnpaidDue {
    /// The payment.
    pub due: Due,
    /// Whether the time to pay it has passed.
    #[serde(default)]
    pub passed: bool,
}

/// Until when a parcel can be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PickupDeadline {
    /// Until when.
    pub until: EventTime,
    /// Whether that has passed.
    #[serde(default)]
    pub passed: bool,
}

/// How far the pieces of a shipment have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PieceTally {
    /// All of them.
    pub total: u32,
    /// Delivered.
    pub delivered: u32,
    /// Ended otherwise.
    pub ended: u32,
    /// Not with the carrier yet.
    pub not_collected: u32,
    /// Counted by the carrier, but reported by no feed.
    pub untold: u32,
}

impl From<PieceCount> for PieceTally {
    fn from(count: PieceCount) -> Self {
        Self {
            total: count.total,
            delivered: count.delivered,
            ended: count.ended,
            not_collected: count.not_collected,
            untold: count.untold,
        }
    }
}

/// A carrier's number for the parcel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LegNumber {
    /// The carrier.
    pub carrier: CarrierId,
    /// Its number.
    pub number: TrackingNumber,
}

/// A parcel of its own that belongs to this one, such as its return.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedNumber {
    /// What it is to this one.
    pub role: LinkRole,
    /// Its carrier.
    pub carrier: CarrierId,
    /// Its number.
    pub number: TrackingNumber,
}

/// Statements that cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contradiction {
    /// What contradicts.
    pub conflict: ConflictKind,
    /// The witnesses, oldest first.
    pub witnesses: Vec<EventId>,
    /// What each says: a milestone or a place.
    #[serde(default)]
    pub values: Vec<SmolStr>,
}

impl Contradiction {
    /// Later movement is a new witness of the same contradiction.
    pub(super) fn key(&self) -> (ConflictKind, Option<EventId>) {
        (self.conflict, self.witnesses.first().copied())
    }
}

impl From<&Conflict> for Contradiction {
    fn from(conflict: &Conflict) -> Self {
        Self {
            conflict: conflict.kind,
            witnesses: conflict.events.clone(),
            values: conflict.values.iter().map(SmolStr::from).collect(),
        }
    }
}

/// A case that is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseSummary {
    /// Its identity.
    pub case: CaseId,
    /// The rule's code.
    pub rule: SmolStr,
    /// How bad it is.
    pub level: Level,
    /// Who must act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// The piece that it is about, of a shipment of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<TrackingNumber>,
    /// How often it was opened: more than once where it came back.
    pub times: u32,
    /// Whether somebody knows of it.
    #[serde(default)]
    pub acknowledged: bool,
    /// When it changed last.
    pub changed: DateTime<Utc>,
    /// The words and days that its rule's wording depends on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<SmolStr, Datum>,
    /// The statements that speak of it.
    #[serde(default)]
    pub evidence: BTreeSet<EventId>,
}

impl From<&Case> for CaseSummary {
    fn from(case: &Case) -> Self {
        let is_opening = |what: CaseEvent| matches!(what, CaseEvent::Opened | CaseEvent::Reopened);
        let times = case.history.iter().filter(|step| is_opening(step.what));
        let is_worded = |name: &SmolStr, datum: &Datum| {
            matches!(name.as_str(), "kind" | "how" | "day")
                && matches!(datum, Datum::Word(_) | Datum::Day(_))
        };
        Self {
            case: case.id,
            rule: case.rule.clone(),
            level: case.level,
            party: case.party,
            due: case.due,
            piece: case.piece.clone(),
            times: u32::try_from(times.count().max(1)).unwrap_or(u32::MAX),
            acknowledged: case.status == CaseStatus::Acknowledged,
            changed: case.changed,
            data: (case.data.iter())
                .filter(|(name, datum)| is_worded(name, datum))
                .map(|(name, datum)| (name.clone(), datum.clone()))
                .collect(),
            evidence: case.evidence.clone(),
        }
    }
}
