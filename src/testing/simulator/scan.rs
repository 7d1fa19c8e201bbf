//! One scan of a parcel, before a carrier encodes it.

use chrono::{DateTime, FixedOffset, Offset, TimeZone, Utc};

use super::place::Site;

/// The meaning of a scan, before a carrier encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Announced,
    PickedUp,
    Departed,
    Arrived,
    Delayed,
    /// A code that is in no table.
    Unknown,
    CustomsSubmitted,
    CustomsHeld,
    CustomsReleased,
    OutForDelivery,
    Attempted,
    ReadyForPickup,
    Refused,
    Returning,
    /// Handed to the recipient.
    Delivered,
    /// Handed back to the sender, in the same code.
    Returned,
}

/// One scan.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    pub step: Step,
    pub site: &'static Site,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the carrier begins to report it.
    pub published: DateTime<Utc>,
    /// When the carrier withdraws it.
    pub withdrawn: Option<DateTime<Utc>>,
}

impl Scan {
    pub fn is_reported_at(&self, now: DateTime<Utc>) -> bool {
        self.published <= now && self.withdrawn.is_none_or(|until| now < until)
    }
}

impl Scan {
    /// The local time of the place, with its offset.
    pub fn local(&self) -> DateTime<FixedOffset> {
        let offset = self
            .site
            .zone
            .offset_from_utc_datetime(&self.at.naive_utc())
            .fix();
        self.at.with_timezone(&offset)
    }

    pub fn is_final(&self) -> bool {
        matches!(self.step, Step::Delivered | Step::Returned)
    }
}
