//! From when on a day that moved is worth mentioning: [`ChangeSettings`].

use serde::{Deserialize, Serialize};

use crate::anomaly::Span;

/// From when on a day of arrival that moved is a change.
///
/// Estimates move a little with every scan and every silent hour; nobody wants a message for each.
/// What counts is the move since the estimate that was last announced: [`Picture::update`] keeps
/// that one, so that many small moves in one direction are announced once they add up.
///
/// [`Picture::update`]: super::Picture::update
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ChangeSettings {
    /// How far the estimate (its P80, the day to promise) must have moved. Half a day by default.
    pub estimate: Span,
    /// How far it must have moved where silence moved it most: it then goes on moving by itself. A
    /// day by default.
    pub estimate_in_silence: Span,
    /// How far the start or end of a carrier's window of hours must have moved. An hour by default:
    /// carriers narrow a window of the same day by minutes. Another day always counts.
    pub promise: Span,
}

impl ChangeSettings {
    /// Sets how far the estimate must have moved.
    #[must_use]
    pub const fn with_estimate(mut self, least: Span) -> Self {
        self.estimate = least;
        self
    }

    /// Sets how far it must have moved where silence moved it most.
    #[must_use]
    pub const fn with_estimate_in_silence(mut self, least: Span) -> Self {
        self.estimate_in_silence = least;
        self
    }

    /// Sets how far a carrier's window of hours must have moved.
    #[must_use]
    pub const fn with_promise(mut self, least: Span) -> Self {
        self.promise = least;
        self
    }
}

impl Default for ChangeSettings {
    fn default() -> Self {
        Self {
            estimate: Span::hours(12),
            estimate_in_silence: Span::hours(24),
            promise: Span::hours(1),
        }
    }
}
