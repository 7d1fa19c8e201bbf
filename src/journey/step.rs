//! A statement with what it means for the parcel: [`Step`].

use super::legs::Legs;
use super::links::GoesOn;
use super::merge::Standing;
use super::position::{Position, is_return};
use super::sighting::is_unknown_scan;
use crate::model::{EventId, Milestone, Scope};

/// Whether a statement may move the state: about the parcel, or about a consignment that carries it
/// and not about its end.
fn is_evidence(one: &Standing<'_>) -> bool {
    let event = one.event;
    match event.scope {
        Scope::Consignment => {
            event.milestone.moves_state()
                && !event.milestone.is_terminal()
                && !matches!(
                    event.milestone,
                    Milestone::OutForDelivery
                        | Milestone::AvailableForPickup
                        | Milestone::DeliveryAttempted
                )
        }
        _ => event.is_evidence_of_state(),
    }
}

/// A statement, with what is the same for every piece that it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'j> {
    pub one: Standing<'j>,
    /// The leg that it belongs to.
    pub leg: Option<usize>,
    /// What it means for the parcel: a "delivered" after which the parcel went on is a hand-over.
    pub milestone: Milestone,
    /// The scan of a later leg by which that is known.
    pub because: Option<EventId>,
    /// Whether that leg is the way back to the sender.
    pub is_back: bool,
    /// Whether it may move the state.
    pub is_evidence: bool,
    /// Whether it shows no more than that a carrier has the parcel at a place.
    pub is_unknown_scan: bool,
}

impl<'j> Step<'j> {
    fn new(one: &Standing<'j>, legs: &Legs) -> Self {
        let leg = legs.of(one);
        let goes_on = leg.and_then(|leg| legs.goes_on(one, leg));
        Self {
            one: *one,
            leg,
            milestone: goes_on.map_or(one.event.milestone, |_| Milestone::HandedOver),
            because: goes_on.and_then(GoesOn::scan),
            is_back: leg.is_some_and(|leg| legs.fates[leg].back),
            is_evidence: is_evidence(one),
            is_unknown_scan: is_unknown_scan(one),
        }
    }

    /// Whether from this statement on the parcel goes back.
    pub fn turns(&self) -> bool {
        self.is_back || is_return(self.milestone, &self.one)
    }

    /// Whether a walk takes notice of it.
    pub fn counts(&self) -> bool {
        self.is_evidence || self.is_unknown_scan
    }
}

/// Statements as steps, in the same order.
pub(super) fn steps<'j>(events: &[Standing<'j>], legs: &Legs) -> Vec<Step<'j>> {
    events.iter().map(|one| Step::new(one, legs)).collect()
}

/// Walks over statements that count, oldest first.
pub(super) fn walk<'j: 's, 's>(steps: impl Iterator<Item = &'s Step<'j>>) -> Option<Position<'j>> {
    steps.fold(None, Position::after)
}
