//! The last sign of life: [`Sighting`].

use serde::Serialize;

use crate::model::{CarrierId, EventId, EventTime, Milestone, Place};

/// A moment at which somebody who handles the parcel had it, whether or not it is understood what they did.
///
/// It refutes silence: whoever counts days without news counts from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// The statement.
    pub event: EventId,
    /// When.
    pub time: EventTime,
    /// Where, if told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who had it.
    pub carrier: CarrierId,
    /// What happened; [`Milestone::Unmapped`] where the code is in no table.
    pub milestone: Milestone,
}
