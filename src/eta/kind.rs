//! A step's kind: stage and milestone in two bytes.

use crate::model::{Milestone, Stage};

/// Stage and milestone of an event, as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Kind(u16);

const MILESTONES: u16 = 64;

impl Kind {
    pub(super) fn new(stage: Option<Stage>, milestone: Milestone) -> Self {
        let stage = stage.map_or(0, |stage| stage as u16 + 1);
        Self(stage * MILESTONES + milestone as u16)
    }

    pub(super) fn stage(self) -> Option<Stage> {
        let nth = (self.0 / MILESTONES).checked_sub(1)?;
        Stage::ALL.get(usize::from(nth)).copied()
    }

    pub(super) fn milestone(self) -> Milestone {
        Milestone::ALL
            .get(usize::from(self.0 % MILESTONES))
            .copied()
            .unwrap_or(Milestone::Unmapped)
    }

    /// The kind of an [index](Self::index).
    pub(super) fn from_index(index: u32) -> Option<Self> {
        let kind = Self(u16::try_from(index).ok()?);
        let is_known = usize::from(kind.0 / MILESTONES) <= Stage::ALL.len()
            && usize::from(kind.0 % MILESTONES) < Milestone::ALL.len();
        is_known.then_some(kind)
    }

    pub(super) const fn index(self) -> u16 {
        self.0
    }
}
