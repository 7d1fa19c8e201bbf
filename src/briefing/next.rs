//! What comes next: what a feed told, what holds the parcel, what was learned, or else what usually
//! follows.

use chrono::TimeDelta;
use serde::Serialize;

use super::Pieces;
use crate::eta::Next;
use crate::journey::Snapshot;
use crate::model::{CarrierId, Milestone, Stage, words};

words! {
    /// How it is known what comes next.
    Source {
        /// A feed has named it: the number of the next carrier.
        Told = "told",
        /// The parcel waits for it: a release by customs, a collection.
        Waiting = "waiting",
        /// Learned from comparable parcels.
        Learned = "learned",
        /// The usual order of things; nothing was learned yet.
        Usual = "usual",
    }
}

/// The next step of a parcel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NextStep {
    /// What is to happen.
    pub milestone: Milestone,
    /// Where in the chain, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The carrier that takes over: now, if the step is the hand-over; else after steps that lie
    /// between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierId>,
    /// How it is known.
    pub source: Source,
    /// How many of comparable parcels took this step, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Half of those took it within so many hours of the last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typical_hours: Option<f64>,
}

impl NextStep {
    /// Whether the step is the hand-over to the next carrier.
    #[must_use]
    pub fn is_hand_over(&self) -> bool {
        self.milestone == Milestone::HandedOver
    }

    fn new(milestone: Milestone, source: Source) -> Self {
        Self {
            milestone,
            stage: None,
            carrier: None,
            source,
            share: None,
            typical_hours: None,
        }
    }

    /// Takes in what was learned. What is told or waited for stays; if the learned step is the
    /// same, its numbers are added.
    pub(super) fn learn(&mut self, learned: &Next) {
        if self.source == Source::Usual {
            *self = Self {
                stage: learned.stage,
                carrier: self.carrier.take(),
                ..Self::new(learned.milestone, Source::Learned)
            };
        } else if self.milestone != learned.milestone {
            return;
        }
        self.share = Some(learned.share);
        self.typical_hours = Some(hours(learned.typical));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of a journey are far below 2^52"
)]
fn hours(delta: TimeDelta) -> f64 {
    (delta.num_seconds() as f64 / 36.0).round() / 100.0
}

/// The next step, as far as the journey tells it.
pub(super) fn told_or_usual(state: &Snapshot, pieces: Option<&Pieces>) -> Option<NextStep> {
    let parcel = state.parcel.as_ref()?;
    if parcel.terminal {
        return None;
    }
    if let Some(pieces) = pieces {
        match pieces.under_way() {
            // Pieces are on their way while another has not been collected: theirs is the next
            // step.
            Some(behind) if parcel.milestone.is_before_pickup() => {
                return usual(behind.milestone?, behind.stage)
                    .map(|milestone| NextStep::new(milestone, Source::Usual));
            }
            // All that the carrier has had have ended: what is left must be collected.
            None if pieces.not_collected > 0 => {
                return Some(NextStep::new(Milestone::PickedUp, Source::Waiting));
            }
            _ => {}
        }
    }
    if state.customs.is_held() {
        return Some(NextStep::new(Milestone::CustomsReleased, Source::Waiting));
    }
    if parcel.milestone == Milestone::AvailableForPickup {
        return Some(NextStep::new(Milestone::Delivered, Source::Waiting));
    }
    let here = parcel.leg.as_ref();
    let leg = state.legs.iter().find(|leg| {
        here.is_some_and(|here| here.carrier == leg.carrier && here.number == leg.number)
    });
    let next = leg.and_then(|leg| leg.next.as_ref()).filter(|next| {
        let begun = state.legs.iter().any(|leg| {
            leg.carrier == next.carrier && leg.number == next.number && leg.first.is_some()
        });
        !begun
            && next.carrier != leg.map_or_else(|| next.carrier.clone(), |leg| leg.carrier.clone())
    });
    let usual = usual(parcel.milestone, parcel.stage)
        .map(|milestone| NextStep::new(milestone, Source::Usual));
    let Some(next) = next else { return usual };
    // A leg that has only begun has steps of its own before it ends.
    let lies_between = matches!(
        parcel.milestone,
        Milestone::Announced | Milestone::PickupScheduled | Milestone::PickedUp
    );
    Some(NextStep {
        carrier: Some(next.carrier.clone()),
        ..usual
            .filter(|_| lies_between)
            .unwrap_or(NextStep::new(Milestone::HandedOver, Source::Told))
    })
}

/// What follows in the ordinary course of carriage. Nothing where the course is not ordinary: after
/// a loss or an unexplained problem.
fn usual(milestone: Milestone, stage: Option<Stage>) -> Option<Milestone> {
    use Milestone as M;
    Some(match milestone {
        M::Announced | M::PickupScheduled => M::PickedUp,
        M::CustomsSubmitted
        | M::CustomsInspection
        | M::CustomsHold
        | M::CustomsInfoRequired
        | M::DutiesDue => M::CustomsReleased,
        M::DeliveryScheduled | M::DeliveryAttempted => M::OutForDelivery,
        M::OutForDelivery => M::Delivered,
        M::Returning => M::Returned,
        M::PickedUp | M::Departed => M::Arrived,
        M::Arrived if stage == Some(Stage::LastMile) => M::OutForDelivery,
        M::Arrived => M::Departed,
        M::CustomsReleased
        | M::InTransit
        | M::HandedOver
        | M::Redirected
        | M::Delayed
        | M::Misrouted => M::InTransit,
        _ => return None,
    })
}
