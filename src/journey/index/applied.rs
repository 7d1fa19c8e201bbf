//! What a delivery changed: [`Applied`].

use std::collections::BTreeSet;

use super::record::JourneyKey;
use crate::model::Notice;

/// What a delivery changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Whether it said anything that was not known.
    pub is_new: bool,
    /// The journeys that are new or hold something else than before.
    pub changed: BTreeSet<JourneyKey>,
    /// The journeys that are no more, because they became a part of another, were taken apart or
    /// removed. What they held is in those that changed, unless it was removed.
    pub gone: BTreeSet<JourneyKey>,
    /// What could not be tied for sure and was not known before.
    pub notices: Vec<Notice>,
}

impl Applied {
    pub(super) fn settle(&mut self) {
        self.notices.sort();
        self.notices.dedup();
    }
}
