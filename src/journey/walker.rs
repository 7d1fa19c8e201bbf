//! Many pieces walked in one pass: what is reported all of them is not walked anew for each.

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
    /// For each of [`ENDS`] what may change it.
    ends: [End; ENDS.len()],
    /// The places in `common` at which pieces may part that the same statement decides.
    partings: Partings,
}

/// The places in `common` of the statements that may change a piece that has ended.
struct End {
    reopening: Vec<usize>,
    /// Repetitions that tell a stage, and those that tell a place.
    telling: [Vec<usize>; 2],
}

/// The places in `common` of the statements that move two pieces differently, though the same
/// statement decides both: only one has a stage, or a place, or goes back, or was released.
#[derive(Default)]
struct Partings {
    /// Where all have ended and a repetition tells a stage, or a place; and where nothing is
    /// carried on.
    telling: [Vec<usize>; 2],
    /// What is delivered, what says that it goes back, and what another leg says.
    turning: Vec<usize>,
    /// What is reported customs.
    customs: Vec<usize>,
}

impl<'w, 'j> Walker<'w, 'j> {
    pub fn new(steps: &'w [Step<'j>], common: &'w [usize]) -> Self {
        let mut after = vec![None];
        for at in common {
            let next = Position::after(after.last().cloned().flatten(), &steps[*at]);
            after.push(next);
        }
        let which = |test: &dyn Fn(usize, &Step<'j>) -> bool| -> Vec<usize> {
            (0..common.len())
                .filter(|at| test(*at, &steps[common[*at]]))
                .collect()
        };
        let ends = ENDS.map(|end| End {
            reopening: which(&|_, step| reopens(end, step)),
            telling: [0, 1].map(|what| {
                which(&|_, step| {
                    let is_end = step.milestone == end
                        || end == Milestone::Returned && step.milestone == Milestone::Delivered;
                    is_end && tells(step)[what]
                })
            }),
        });
        let partings = Partings {
            telling: [0, 1].map(|what| {
                which(&|at, step| {
                    let all: Option<&Position<'j>> = after[at].as_ref();
                    all.is_some_and(|all| {
                        tells(step)[what] && all.is_repeated_by(step) || all.is_lost_at(step)
                    })
                })
            }),
            turning: which(&|at, step| {
                let here = after[at].as_ref().and_then(Position::leg);
                let elsewhere = step.leg.is_some_and(|leg| Some(leg) != here);
                let is_lost = after[at].as_ref().is_some_and(|all| all.is_lost_at(step));
                step.milestone == Milestone::Delivered || step.turns() || elsewhere || is_lost
            }),
            customs: which(&|_, step| step.milestone.is_customs()),
        };
        Self {
            steps,
            common,
            after,
            ends,
            partings,
        }
    }

    /// Where a piece stands by the statements about all and its own.
    pub fn walk(&self, own: &[usize]) -> Option<Position<'j>> {
        let mut position: Option<Position<'j>> = None;
        let mut at = 0;
        for own in own {
            let until = at + self.common[at..].partition_point(|common| common < own);
            position = Position::after(self.go_on(position, at, until), &self.steps[*own]);
            at = until;
        }
        self.go_on(position, at, self.common.len())
    }

    /// Walks over the statements about all from one to another, in leaps where the piece moves as
    /// all do, or has ended.
    fn go_on(
        &self,
        mut position: Option<Position<'j>>,
        mut at: usize,
        until: usize,
    ) -> Option<Position<'j>> {
        while at < until {
            let alike = self.alike_until(position.as_ref(), at).min(until);
            if alike > at {
                position = match (position, &self.after[at], &self.after[alike]) {
                    (Some(here), Some(before), Some(after)) => Some(here.carried_on(before, after)),
                    (_, _, after) => after.clone(),
                };
                at = alike;
                continue;
            }
            at = self.leap(position.as_ref(), at).min(until);
            if at < until {
                position = Position::after(position, &self.steps[self.common[at]]);
                at += 1;
            }
        }
        position
    }

    /// Up to which statement about all a piece moves as all do; `at` if it does not.
    fn alike_until(&self, position: Option<&Position<'j>>, at: usize) -> usize {
        let (here, all) = match (position, &self.after[at]) {
            (Some(here), Some(all)) if here.is_decided_as(all) => (here, all),
            (None, None) => return usize::MAX,
            _ => return at,
        };
        let differ = here.differences(all);
        let Partings {
            telling: [stage, place],
            turning,
            customs,
        } = &self.partings;
        let partings = [
            (differ.stage, stage),
            (differ.place, place),
            (differ.returning, turning),
            (differ.cleared, customs),
        ];
        partings
            .into_iter()
            .filter(|(differ, _)| *differ)
            .map(|(_, partings)| next_of(partings, at))
            .min()
            .unwrap_or(usize::MAX)
    }

    /// The next statement about all that can change a position.
    fn leap(&self, position: Option<&Position<'j>>, at: usize) -> usize {
        let end = position.and_then(|position| {
            let end = ENDS.iter().position(|end| *end == position.milestone)?;
            Some((position.lacks(), &self.ends[end]))
        });
        end.map_or(at, |(lacks, end)| {
            let [stage, place] = &end.telling;
            let telling = [(lacks[0], stage), (lacks[1], place)]
                .into_iter()
                .filter(|(lacks, _)| *lacks)
                .map(|(_, telling)| next_of(telling, at));
            telling
                .chain([next_of(&end.reopening, at)])
                .min()
                .unwrap_or(usize::MAX)
        })
    }
}

/// The first of these places that is not before one.
fn next_of(places: &[usize], at: usize) -> usize {
    places
        .get(places.partition_point(|place| *place < at))
        .copied()
        .unwrap_or(usize::MAX)
}

/// Whether a statement tells its stage, and its place.
fn tells(step: &Step<'_>) -> [bool; 2] {
    [
        step.one.event.stage.is_some(),
        step.one.event.place.is_some(),
    ]
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
    /// share. In every other one few kinds and much silence about stage and place, so that the
    /// piece is often where all are but for what it carries on.
    fn history(seed: u64) -> Shipment {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut told = shipment("a.x", "A1");
        let few = [
            Milestone::Arrived,
            Milestone::InTransit,
            Milestone::CustomsReleased,
            Milestone::CustomsSubmitted,
            Milestone::Delivered,
            Milestone::Returning,
            Milestone::OutForDelivery,
            Milestone::Unmapped,
        ];
        for minute in 0..24 {
            let (milestone, stages) = match seed % 2 {
                0 => (
                    Milestone::ALL[next(Milestone::ALL.len() as u64) as usize],
                    4,
                ),
                _ => (few[next(8) as usize], 12),
            };
            let stage = [Stage::LineHaul, Stage::LastMile, Stage::Return]
                .get(next(stages) as usize)
                .copied();
            told = told
                .event(&format!("2026-03-02T10:{minute:02}:00Z"), stage, milestone)
                .at(["", "Reno, NV, US", "Dallas, TX, US", "", "", ""]
                    [next(stages / 2 + 1).min(5) as usize]);
            if next(if seed.is_multiple_of(2) { 2 } else { 4 }) == 0 {
                told = told.of_piece("P1");
            }
        }
        told.shipment()
    }

    #[test]
    fn leaps_lead_where_steps_lead() {
        for seed in 0..4_000 {
            let shipment = history(seed);
            let mut ledger = crate::journey::ledger::Ledger::default();
            ledger.insert(&shipment);
            let view = ledger.view(None);
            let (events, _) = standing(&view, &Newest::of(&view));
            let legs = crate::journey::legs::build(
                &[&shipment],
                &events,
                &std::collections::BTreeSet::new(),
                &crate::journey::claims::Heard::of(&[&shipment]),
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
