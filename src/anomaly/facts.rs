//! What happened to a parcel, oldest first: [`Facts`].

use std::ops::Deref;

use super::fact::Fact;
use crate::model::{Milestone, Reason, Scope};

/// What happened to a parcel, oldest first, with what rules ask of all facts at once. It reads as a
/// slice of [`Fact`]s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    all: Vec<Fact>,
    /// A bit for each milestone that stands.
    seen: u64,
    /// A bit for each reason that a statement about goods gives.
    reasons: u128,
    is_damaged: bool,
    /// The last sign of life, by index.
    moved: Option<usize>,
}

impl Deref for Facts {
    type Target = [Fact];

    fn deref(&self) -> &[Fact] {
        &self.all
    }
}

impl<'f> IntoIterator for &'f Facts {
    type Item = &'f Fact;
    type IntoIter = std::slice::Iter<'f, Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

impl FromIterator<Fact> for Facts {
    /// Facts must come oldest first.
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let all: Vec<Fact> = facts.into_iter().collect();
        let (mut seen, mut reasons, mut is_damaged, mut moved) = (0, 0, false, None);
        for (at, fact) in all.iter().enumerate() {
            if fact.is_sign_of_life() {
                moved = Some(at);
            }
            seen |= 1 << fact.milestone as u64;
            if fact.scope != Scope::Document {
                reasons |= fact.reason.map_or(0, |reason| 1 << reason as u128);
                is_damaged |= fact.damaged
                    || fact.milestone == Milestone::Damaged
                    || fact.reason == Some(Reason::Damage);
            }
        }
        Self {
            all,
            seen,
            reasons,
            is_damaged,
            moved,
        }
    }
}

impl Facts {
    /// Whether a statement of this kind stands.
    #[must_use]
    pub const fn has(&self, milestone: Milestone) -> bool {
        self.seen & (1 << milestone as u64) != 0
    }

    /// Whether a statement about goods, not about a paper, gives this reason.
    #[must_use]
    pub const fn cites(&self, reason: Reason) -> bool {
        self.reasons & (1 << reason as u128) != 0
    }

    /// Whether a statement says that the parcel is damaged.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The last sign of life: a movement, or a carrier's scan of unknown meaning.
    #[must_use]
    pub fn moved(&self) -> Option<&Fact> {
        self.all.get(self.moved?)
    }
}
