//! Where a parcel stands: [`ParcelState`].

use serde::Serialize;

use super::legs::LegId;
use crate::model::{DeliveredTo, EventTime, Milestone, Place, Reason, RecipientKind, Stage};

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ParcelState {
    /// Where in the chain; absent while no statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last that moves the state. [`Milestone::Unmapped`] where a carrier has the
    /// parcel, by a scan at a place, and nothing is understood of what it did: it is no longer only
    /// announced.
    pub milestone: Milestone,
    /// Why, if the statement that decided the milestone says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Where it was left, if that statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<DeliveredTo>,
    /// Who took it in, in kind, if that statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_kind: Option<RecipientKind>,
    /// Which attempt to deliver it was, counted from 1, if that statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When this state began.
    pub since: EventTime,
    /// The last reported place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When it was at that place, if another scan reports it than the one with which this state
    /// began: the state itself began at a place that is not told. Absent where one scan reports
    /// both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_at: Option<EventTime>,
    /// The leg that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegId>,
    /// Whether no further movement is expected.
    pub terminal: bool,
}
