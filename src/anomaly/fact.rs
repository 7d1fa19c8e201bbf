//! A statement, as rules read it: [`Fact`].

use chrono::{DateTime, Utc};

use crate::model::{
    Confidence, DeliveredTo, EventId, EventTime, Milestone, Reason, Scope, Stage, TimeKind,
};

/// An interval in which an instant lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct When {
    /// At the earliest.
    pub earliest: DateTime<Utc>,
    /// At the latest.
    pub latest: DateTime<Utc>,
}

impl When {
    /// From one instant to another.
    #[must_use]
    pub const fn new(earliest: DateTime<Utc>, latest: DateTime<Utc>) -> Self {
        Self { earliest, latest }
    }
}

impl From<&EventTime> for When {
    fn from(time: &EventTime) -> Self {
        Self {
            earliest: time.earliest(),
            latest: time.latest(),
        }
    }
}

/// What somebody tells who has the parcel in hands, at that place, at that time.
pub(super) const PHYSICAL: [Milestone; 7] = [
    Milestone::PickedUp,
    Milestone::Arrived,
    Milestone::Departed,
    Milestone::OutForDelivery,
    Milestone::DeliveryAttempted,
    Milestone::AvailableForPickup,
    Milestone::Delivered,
];

/// A statement, as rules read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fact {
    /// The statement.
    pub event: EventId,
    /// When, at the earliest.
    pub earliest: DateTime<Utc>,
    /// When, at the latest.
    pub latest: DateTime<Utc>,
    /// How exactly the time is known.
    pub time: TimeKind,
    /// When it was first received.
    pub received: DateTime<Utc>,
    /// What happened.
    pub milestone: Milestone,
    /// Where in the chain.
    pub stage: Option<Stage>,
    /// Why.
    pub reason: Option<Reason>,
    /// What it is about.
    pub scope: Scope,
    /// How sure the mapping of its code is.
    pub confidence: Confidence,
    /// Whether it is a carrier's scan of unknown meaning: no milestone, but a sign of life.
    pub unexplained: bool,
    /// Where a delivered parcel was left.
    pub delivered_to: Option<DeliveredTo>,
    /// Whether it says that the parcel is damaged.
    pub damaged: bool,
    /// Whether another feed's fact tells the same scan better: counting rules pass over it.
    pub repeats: bool,
    /// Where: an index into [`Parcel::places`](super::Parcel::places).
    pub place: Option<u16>,
    /// Who said it: an index into [`Parcel::feeds`](super::Parcel::feeds).
    pub feed: u16,
    /// On which leg: an index into [`Parcel::legs`](super::Parcel::legs).
    pub leg: Option<u16>,
    /// The piece that it is about: an index into the state's pieces.
    pub piece: Option<u32>,
}

impl Fact {
    /// Whether somebody who carries the parcel had it then: it moved, or the carrier reports it in
    /// a code whose meaning is unknown. Silence counts from here.
    #[must_use]
    pub fn is_sign_of_life(&self) -> bool {
        self.unexplained || self.is_movement()
    }

    /// Whether it is about the parcel or a piece of it, not about a consignment or a paper.
    #[must_use]
    pub fn is_of_parcel(&self) -> bool {
        matches!(self.scope, Scope::Parcel | Scope::Piece)
    }

    /// Whether it is later than another beyond doubt.
    #[must_use]
    pub fn is_after(&self, other: &Self) -> bool {
        self.earliest > other.latest
    }

    /// Whether the carrier says that something is in the way, and no more: an exception, a hold, a
    /// delay.
    #[must_use]
    pub fn is_problem(&self) -> bool {
        self.is_of_parcel()
            && matches!(
                self.milestone,
                Milestone::Exception | Milestone::Held | Milestone::Delayed
            )
    }

    /// Whether it reports movement or of a step that brings the parcel on.
    #[must_use]
    pub fn is_movement(&self) -> bool {
        self.scope != Scope::Document
            && matches!(
                self.milestone,
                Milestone::PickedUp
                    | Milestone::Arrived
                    | Milestone::Departed
                    | Milestone::InTransit
                    | Milestone::HandedOver
                    | Milestone::CustomsReleased
                    | Milestone::OutForDelivery
                    | Milestone::DeliveryAttempted
                    | Milestone::AvailableForPickup
                    | Milestone::Delivered
                    | Milestone::Misrouted
                    | Milestone::Redirected
                    | Milestone::Refused
                    | Milestone::Returning
                    | Milestone::Returned
            )
    }

    /// Whether somebody scanned the parcel itself: a pickup, an arrival, a departure, a step of the
    /// delivery.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        PHYSICAL.contains(&self.milestone)
            && self.is_of_parcel()
            && self.confidence > Confidence::Low
    }
}
