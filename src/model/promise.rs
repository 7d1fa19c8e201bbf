//! When a carrier says that it will deliver: [`Promise`].

use serde::{Deserialize, Serialize};

use super::EventTime;
use super::words::words;

words! {
    /// What a carrier's date of delivery is worth.
    PromiseKind {
        /// The estimate that the carrier gave first, where it still states it beside the current
        /// one.
        FirstEstimate = "first_estimate",
        /// The carrier's current estimate.
        Estimated = "estimated",
        /// A new day, after the one before could not be kept.
        Rescheduled = "rescheduled",
        /// A day or window agreed with the recipient.
        Agreed = "agreed",
        /// The service's commitment.
        Committed = "committed",
    }
}

impl PromiseKind {
    /// How much a promise of this kind says about when the parcel will come, beside others made in
    /// the same delivery: the greatest counts. A commitment is what lateness is measured against;
    /// an estimate beside it is newer knowledge.
    #[must_use]
    pub const fn currency(self) -> u8 {
        match self {
            Self::FirstEstimate => 0,
            Self::Committed => 1,
            Self::Estimated => 2,
            Self::Rescheduled => 3,
            Self::Agreed => 4,
        }
    }
}

/// When the carrier says that it will deliver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Promise {
    /// What it is worth.
    pub kind: PromiseKind,
    /// The window's start, where there is a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EventTime>,
    /// The window's end, or the day or moment itself.
    pub by: EventTime,
    /// When the carrier says that it stated it. Absent where only the receipt of the delivery
    /// tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<EventTime>,
}

impl Promise {
    /// A day or moment without a window.
    #[must_use]
    pub const fn by(kind: PromiseKind, by: EventTime) -> Self {
        Self {
            kind,
            from: None,
            by,
            stated: None,
        }
    }

    /// Sets the window's start.
    #[must_use]
    pub fn with_from(mut self, from: impl Into<Option<EventTime>>) -> Self {
        self.from = from.into();
        self
    }

    /// Sets when the carrier says that it stated it.
    #[must_use]
    pub fn with_stated(mut self, stated: impl Into<Option<EventTime>>) -> Self {
        self.stated = stated.into();
        self
    }
}
