//! How far the pieces of one shipment have come: [`Pieces`].

use serde::Serialize;

use crate::journey::{PieceCount, PieceState, Snapshot};
use crate::model::{EventTime, Milestone, Place, Stage, TrackingNumber};

/// The pieces of one shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Pieces {
    /// All of them: as many as the carrier counts, or as are distinguished if that is more.
    pub total: u32,
    /// Delivered.
    pub delivered: u32,
    /// Ended otherwise: returned, lost, cancelled, destroyed, seized.
    pub ended: u32,
    /// Announced, but not with the carrier as far as it tells.
    pub not_collected: u32,
    /// Counted by the carrier, but reported by no feed.
    pub untold: u32,
    /// Each piece that is reported apart and not delivered, the one that is farthest behind first.
    pub behind: Vec<PieceHere>,
}

/// Where a piece is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PieceHere {
    /// Its number.
    pub number: TrackingNumber,
    /// Where in the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last; absent while nothing is reported of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<EventTime>,
}

impl Pieces {
    /// The pieces of a state, when there are several.
    pub(super) fn of(state: &Snapshot) -> Option<Self> {
        let PieceCount {
            total,
            delivered,
            ended,
            not_collected,
            untold,
        } = state.piece_count.filter(|count| count.total > 1)?;
        let mut behind: Vec<PieceHere> = state
            .pieces
            .iter()
            .filter(|piece| piece.milestone != Some(Milestone::Delivered))
            .map(PieceHere::from)
            .collect();
        behind.sort_by(|a, b| {
            progress(a)
                .cmp(&progress(b))
                .then_with(|| a.number.cmp(&b.number))
        });
        Some(Self {
            total,
            delivered,
            ended,
            not_collected,
            untold,
            behind,
        })
    }

    /// How many are neither at their end nor still to be collected.
    #[must_use]
    pub const fn on_their_way(&self) -> u32 {
        self.total
            .saturating_sub(self.delivered)
            .saturating_sub(self.ended)
            .saturating_sub(self.not_collected)
            .saturating_sub(self.untold)
    }

    /// The piece that is farthest behind of those that the carrier has.
    pub(super) fn under_way(&self) -> Option<&PieceHere> {
        let is_open =
            |milestone: Milestone| !milestone.is_before_pickup() && !milestone.is_terminal();
        self.behind
            .iter()
            .find(|piece| piece.milestone.is_some_and(is_open))
    }
}

impl From<&PieceState> for PieceHere {
    fn from(piece: &PieceState) -> Self {
        Self {
            number: piece.number.clone(),
            stage: piece.stage,
            milestone: piece.milestone,
            place: piece.place.clone(),
            since: piece.since.clone(),
        }
    }
}

fn progress(piece: &PieceHere) -> (Option<Stage>, u8) {
    (piece.stage, piece.milestone.map_or(0, Milestone::rank))
}
