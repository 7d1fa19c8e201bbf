//! Many pieces walked in one pass: what is told of all of them is not walked anew for each.

use super::position::{Position, Step, may_reopen};
use crate::model::Milestone;

/// The ends after which little is worth looking at.
const ENDS: [Milestone; 4] = [Milestone::Delivered, Milestone::Returned, Milestone::Disposed, Milestone::CustomsSeized];

/// Where the statements about all pieces lead, for walking pieces that have statements of their own in between.
pub(super) struct Walker<'w, 'j> {
    steps: &'w [Step<'j>],
    /// The statements about all, by their place among the steps.
    common: &'w [usize],
    /// Where the first so many of them lead.
    after: Vec<Option<Position<'j>>>,
    /// For each of [`ENDS`] the places in `common` of those that may reopen it.
    reopening: [Vec<usize>; ENDS.len()],
}

impl<'w, 'j> Walker<'w, 'j> {
    pub fn new(steps: &'w [Step<'j>], common: &'w [usize]) -> Self {
        let mut after = vec![None];
        for at in common {
            let next = Position::after(after.last().cloned().flatten(), &steps[*at]);
            after.push(next);
        }
        let reopening = ENDS.map(|end| (0..common.len()).filter(|at| reopens(end, &steps[common[*at]])).collect());
        Self { steps, common, after, reopening }
    }

    /// Where a piece stands by the statements about all and its own.
    pub fn walk(&self, own: &[usize]) -> Option<Position<'j>> {
        let mut position: Option<Position<'j>> = None;
        let mut at = 0;
        let mut is_as_all = true;
        for own in own {
            let until = at + self.common[at..].partition_point(|common| common < own);
            position = Position::after(self.go_on(position, is_as_all, at, until), &self.steps[*own]);
            at = until;
            is_as_all = false;
        }
        self.go_on(position, is_as_all, at, self.common.len())
    }

    /// Walks over the statements about all from one to another, in leaps where the piece stands as all do, or has ended.
    fn go_on(&self, mut position: Option<Position<'j>>, mut is_as_all: bool, mut at: usize, until: usize) -> Option<Position<'j>> {
        while at < until {
            if is_as_all {
                return self.after[until].clone();
            }
            at = self.leap(position.as_ref(), at).min(until);
            if at == until {
                break;
            }
            position = Position::after(position, &self.steps[self.common[at]]);
            at += 1;
            is_as_all = match (&position, &self.after[at]) {
                (Some(here), Some(all)) => here.is_same(all),
                _ => false,
            };
        }
        position
    }

    /// The next statement about all that can change a position.
    fn leap(&self, position: Option<&Position<'j>>, at: usize) -> usize {
        let end =
            position.filter(|position| !position.lacks_stage_or_place()).and_then(|position| ENDS.iter().position(|end| *end == position.milestone));
        end.map_or(at, |end| {
            let later = &self.reopening[end];
            later.get(later.partition_point(|reopening| *reopening < at)).copied().unwrap_or(usize::MAX)
        })
    }
}

/// Whether a statement may reopen an end. What is delivered on the way back counts as returned.
fn reopens(end: Milestone, step: &Step<'_>) -> bool {
    may_reopen(end, step.milestone) || step.milestone == Milestone::Delivered && may_reopen(end, Milestone::Returned)
}
