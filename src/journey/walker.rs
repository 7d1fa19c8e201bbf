//! Many pieces walked in one pass: what is told of all of them is not walked anew for each.

use super::position::{Position, may_reopen};
use super::step::Step;
use crate::model::Milestone;

/// The ends after which little is worth looking at.
const ENDS: [Milestone; 4] = [
    Milestone::Delivered,
    Milestone::Returned,
    Milestone::Disposed,
    Milestone::CustomsSeized,
];

/// Where the statements about all pieces lead, for walking pieces that have statements of their own
/// in between.
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
        let reopening = ENDS.map(|end| {
            (0..common.len())
                .filter(|at| reopens(end, &steps[common[*at]]))
                .collect()
        });
        Self {
            steps,
            common,
            after,
            reopening,
        }
    }

    /// Where a piece stands by the statements about all and its own.
    pub fn walk(&self, own: &[usize]) -> Option<Position<'j>> {
        let mut position: Option<Position<'j>> = None;
        let mut at = 0;
        let mut is_as_all = true;
        for own in own {
            let until = at + self.common[at..].partition_point(|common| common < own);
            position = Position::after(
                self.go_on(position, is_as_all, at, until),
                &self.steps[*own],
            );
            at = until;
            is_as_all = false;
        }
        self.go_on(position, is_as_all, at, self.common.len())
    }

    /// Walks over the statements about all from one to another, in leaps where the piece stands as
    /// all do, or has ended.
    fn go_on(
        &self,
        mut position: Option<Position<'j>>,
        mut is_as_all: bool,
        mut at: usize,
        until: usize,
    ) -> Option<Position<'j>> {
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
        let end = position
            .filter(|position| !position.lacks_stage_or_place())
            .and_then(|position| ENDS.iter().position(|end| *end == position.milestone));
        end.map_or(at, |end| {
            let later = &self.reopening[end];
            later
                .get(later.partition_point(|reopening| *reopening < at))
                .copied()
                .unwrap_or(usize::MAX)
        })
    }
}

/// Whether a statement may reopen an end. What is delivered on the way back counts as returned.
fn reopens(end: Milestone, step: &Step<'_>) -> bool {
    may_reopen(end, step.milestone)
        || step.milestone == Milestone::Delivered && may_reopen(end, Milestone::Returned)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use crate::journey::merge::{Newest, standing};
    use crate::journey::step::{steps, walk};
    use crate::journey::walker::Walker;
    use crate::model::{Milestone, Shipment, Stage};
    use crate::testing::shipment;

    /// Statements about all and about one piece, of every kind and in any order, that no two seeds
    /// share.
    fn history(seed: u64) -> Shipment {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut told = shipment("a.x", "A1");
        for minute in 0..24 {
            let milestone = Milestone::ALL[next(Milestone::ALL.len() as u64) as usize];
            let stage = [
                None,
                Some(Stage::LineHaul),
                Some(Stage::LastMile),
                Some(Stage::Return),
            ][next(4) as usize];
            told = told
                .event(&format!("2026-03-02T10:{minute:02}:00Z"), stage, milestone)
                .at(["", "Reno, NV, US", "Dallas, TX, US"][next(3) as usize]);
            if next(2) == 0 {
                told = told.of_piece("P1");
            }
        }
        told.shipment()
    }

    #[test]
    fn leaps_lead_where_steps_lead() {
        for seed in 0..3_000 {
            let shipment = history(seed);
            let (events, _) = standing(&[&shipment], &Newest::of(&[&shipment]));
            let legs = crate::journey::legs::build(
                &[&shipment],
                &events,
                &std::collections::BTreeSet::new(),
            );
            let steps = steps(&events, &legs);
            let counted = || (0..steps.len()).filter(|at| steps[*at].counts());
            let (own, common): (Vec<usize>, Vec<usize>) =
                counted().partition(|at| steps[*at].one.event.piece.is_some());
            let leapt = Walker::new(&steps, &common).walk(&own);
            let walked = walk(counted().map(|at| &steps[at]));
            let state = |position: &Option<super::Position<'_>>| {
                position
                    .as_ref()
                    .map(|position| (position.state(&legs), position.evidence()))
            };
            assert_eq!(state(&leapt), state(&walked), "seed {seed}");
        }
    }
}
