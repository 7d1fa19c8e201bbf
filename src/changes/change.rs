//! Something that has changed about a parcel: [`Change`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::change_id::ChangeId;
use super::parts::{CaseSummary, Contradiction, LinkedNumber, OpenHold, OpenPromise, PieceTally};
use crate::anomaly::Level;
use crate::eta::Cause;
use crate::model::{
    CarrierId, DeliveredTo, Due, EventId, EventTime, Milestone, Place, Reason, Stage,
    TrackingNumber, serialize_instant,
};

/// Something that has changed about a parcel.
///
/// In JSON it is one flat object: `{"id":"…","at":"…","kind":"milestone","before":"picked_up",…}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// Its identity: the same wherever and whenever the same change is found.
    pub id: ChangeId,
    /// When it happened: the middle of what the statement allows, for a promise when it was
    /// stated, for a deadline when it passed, for a case when that changed. Where nothing tells,
    /// the moment of the picture in which it was found.
    #[serde(serialize_with = "serialize_instant")]
    pub at: DateTime<Utc>,
    /// What has changed.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// The statements that it rests on. Empty where no event shows it: a promise, a payment, a
    /// deadline that passed; and for the counts of a shipment of very many pieces.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub evidence: BTreeSet<EventId>,
    /// Another change of the same comparison that says the same and more: to a reader, show only
    /// that one. So the end of a journey goes under the delivery that ends it, and the milestone
    /// "held by customs" under the hold that was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<ChangeId>,
}

/// What has changed. In JSON `kind` tells which, in snake case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "changes are few, and boxes would stand in the way of matching them"
)]
pub enum ChangeKind {
    /// The parcel's state: another milestone, the same one again at a later time, or a reason or
    /// place of deposit that was not known.
    Milestone {
        /// What it was; absent while nothing was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Milestone>,
        /// What it is.
        after: Milestone,
        /// Where in the chain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
        /// Why, if stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// Where it was left, if stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivered_to: Option<DeliveredTo>,
        /// Which attempt to deliver it was, if stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// Where, if the same statement says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// Since when.
        since: EventTime,
    },
    /// It is at another place, without another milestone that would say so.
    Place {
        /// Where it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Place>,
        /// Where it is.
        after: Place,
    },
    /// Another carrier has it.
    Carrier {
        /// Who had it.
        before: CarrierId,
        /// Who has it.
        after: CarrierId,
    },
    /// Pieces have come further, or more are known.
    Pieces {
        /// How far they had come; absent where there was one piece.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<PieceTally>,
        /// How far they have come.
        after: PieceTally,
    },
    /// Customs holds it.
    HoldOpened {
        /// By whom and why.
        hold: OpenHold,
    },
    /// Customs no longer holds it for that.
    HoldClosed {
        /// The hold that has ended.
        hold: OpenHold,
    },
    /// A payment is due, is another, was made, or is no longer asked for.
    Due {
        /// What was due; absent where nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Due>,
        /// What is due, or was paid; absent where it is no longer asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Due>,
    },
    /// The time to pay has passed.
    DuePassed {
        /// What is due.
        due: Due,
    },
    /// Until when it can be collected.
    PickupDeadline {
        /// Until when it could be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<EventTime>,
        /// Until when it can be.
        after: EventTime,
    },
    /// The time to collect it has passed.
    PickupDeadlinePassed {
        /// Until when it could be collected.
        until: EventTime,
    },
    /// The carrier names a day of delivery, another one, or none any more.
    Promise {
        /// What it said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<OpenPromise>,
        /// What it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<OpenPromise>,
        /// The reason that the carrier gives for the parcel's state, if it gave it since the
        /// earlier promise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Reason>,
    },
    /// The carrier's day has passed without a delivery.
    PromisePassed {
        /// What it had said.
        promise: OpenPromise,
    },
    /// It is expected, or expected on another day.
    Estimate {
        /// By when eight in ten such parcels were expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<DateTime<Utc>>,
        /// By when they are.
        after: DateTime<Utc>,
        /// What moved it, the strongest first; nothing if it is the first estimate.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        causes: Vec<Cause>,
    },
    /// It travels under a further number.
    Number {
        /// The carrier.
        carrier: CarrierId,
        /// Its number.
        number: TrackingNumber,
    },
    /// A parcel of its own belongs to it: its return, its replacement, its receipt.
    Linked {
        /// That parcel.
        parcel: LinkedNumber,
    },
    /// Statements cannot both be true.
    Contradiction {
        /// Which.
        found: Contradiction,
    },
    /// Statements no longer contradict each other.
    ContradictionSettled {
        /// Which did.
        found: Contradiction,
    },
    /// A case was opened, or came back.
    CaseOpened {
        /// The case.
        case: CaseSummary,
    },
    /// A case has become worse, and nobody has acknowledged it.
    CaseWorse {
        /// How bad it was.
        before: Level,
        /// The case.
        case: CaseSummary,
    },
    /// A case is over.
    CaseResolved {
        /// The case as it was.
        case: CaseSummary,
    },
    /// No further movement is expected.
    Finished {
        /// How it ended.
        milestone: Milestone,
    },
    /// It had ended, and goes on.
    Reopened {
        /// How it goes on.
        milestone: Milestone,
    },
}

impl ChangeKind {
    /// The words that JSON has for the kinds, in the order in which changes are told.
    pub const NAMES: &'static [&'static str] = &[
        "milestone",
        "place",
        "carrier",
        "pieces",
        "hold_opened",
        "hold_closed",
        "due",
        "due_passed",
        "pickup_deadline",
        "pickup_deadline_passed",
        "promise",
        "promise_passed",
        "estimate",
        "number",
        "linked",
        "contradiction",
        "contradiction_settled",
        "case_opened",
        "case_worse",
        "case_resolved",
        "finished",
        "reopened",
    ];

    /// The word that JSON has for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Milestone { .. } => "milestone",
            Self::Place { .. } => "place",
            Self::Carrier { .. } => "carrier",
            Self::Pieces { .. } => "pieces",
            Self::HoldOpened { .. } => "hold_opened",
            Self::HoldClosed { .. } => "hold_closed",
            Self::Due { .. } => "due",
            Self::DuePassed { .. } => "due_passed",
            Self::PickupDeadline { .. } => "pickup_deadline",
            Self::PickupDeadlinePassed { .. } => "pickup_deadline_passed",
            Self::Promise { .. } => "promise",
            Self::PromisePassed { .. } => "promise_passed",
            Self::Estimate { .. } => "estimate",
            Self::Number { .. } => "number",
            Self::Linked { .. } => "linked",
            Self::Contradiction { .. } => "contradiction",
            Self::ContradictionSettled { .. } => "contradiction_settled",
            Self::CaseOpened { .. } => "case_opened",
            Self::CaseWorse { .. } => "case_worse",
            Self::CaseResolved { .. } => "case_resolved",
            Self::Finished { .. } => "finished",
            Self::Reopened { .. } => "reopened",
        }
    }

    /// Whether its evidence is part of what it says. Elsewhere something else tells it apart, and
    /// further statements about the same may come: holds name their own statements, a case and a
    /// contradiction have an identity, numbers and days speak for themselves.
    pub(super) const fn rests_on_evidence(&self) -> bool {
        matches!(
            self,
            Self::Milestone { .. }
                | Self::Place { .. }
                | Self::Finished { .. }
                | Self::Reopened { .. }
        )
    }
}
