//! Which uses of numbers go on as which: what ties forward only.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Key, Member, several_go_on};
use super::joining::Joining;
use super::linked;
use super::namings::Naming;
use super::ties::{leads_on, most_named_by};
use super::uses::HAND_OVER_SLACK;
use crate::model::{Notice, NoticeKind, Role};

/// Successors of successors are looked for so often: nobody names a carrier that is farther ahead.
const ROUNDS: usize = 4;

/// For a use that goes on (whether as a return): who says so, and from which use.
type GoesOn<'m, 'n> = BTreeMap<(bool, usize), Vec<(&'m Naming<'n>, usize)>>;

/// One entry of it.
type Onward<'m, 'n> = ((bool, usize), &'m Vec<(&'m Naming<'n>, usize)>);

impl<'n> Joining<'_, 'n> {
    /// Ties successors. A number goes on from one parcel only, and not from one that began after
    /// it.
    pub fn successors(&mut self, namings: &[Naming<'n>]) {
        let from = self.goes_on(namings);
        let key = |after: usize| Key::Successor(self.nodes[after].id.number.clone());
        let shut: BTreeSet<usize> = from
            .keys()
            .map(|(_, after)| *after)
            .filter(|after| self.is_shut(&key(*after)))
            .collect();
        let mut refused: Vec<(usize, Notice)> = Vec::new();
        for round in 1..=ROUNDS {
            let mut ties = Vec::new();
            for ((_, after), before) in from.iter().filter(|((_, at), _)| !shut.contains(at)) {
                if self.others(*after, before) <= most_named_by(Role::NextCarrier) {
                    ties.extend(before.iter().map(|(_, at)| (*at, *after)));
                } else if round == ROUNDS {
                    let number = self.nodes[*after].id.number.as_str();
                    refused.push((*after, several_go_on(before[0].0.feed, number)));
                }
            }
            ties.into_iter()
                .for_each(|(before, after)| self.union.tie(before, after));
        }
        let mut of_number: BTreeMap<Key, Vec<Onward<'_, 'n>>> = BTreeMap::new();
        for (kind, before) in &from {
            let key = Key::Successor(self.nodes[kind.1].id.number.clone());
            of_number.entry(key).or_default().push((*kind, before));
        }
        for (key, afters) in of_number {
            self.refuse_successors(key, &afters);
        }
        for (after, notice) in refused {
            let key = Key::Successor(self.nodes[after].id.number.clone());
            if !self.found.refused.contains_key(&key) {
                self.note(after, notice);
            }
        }
    }

    /// Which uses are said to go on from which, as far as the two alone tell: whether as a return,
    /// and the use that goes on.
    fn goes_on<'m>(&mut self, namings: &'m [Naming<'n>]) -> GoesOn<'m, 'n> {
        let mut from = GoesOn::new();
        for naming in namings.iter().filter(|naming| naming.ruling.ties()) {
            let Some(onward) = leads_on(naming.role) else {
                continue;
            };
            let Some(target) = self.target(naming) else {
                continue;
            };
            if !linked::is_one_parcel(naming.role, self.node(naming.at), self.node(target)) {
                continue;
            }
            let (before, after) = if onward {
                (naming.at, target)
            } else {
                (target, naming.at)
            };
            if self.was_on_its_way(before, after) {
                let why =
                    "the number was on its way before the parcel that is said to go on under it";
                self.note(
                    naming.at,
                    naming.refused(self.node(naming.at), NoticeKind::LinkRefused, why),
                );
                continue;
            }
            from.entry((matches!(naming.role, Role::Return | Role::Outbound), after))
                .or_default()
                .push((naming, before));
        }
        from
    }

    /// From how many other parcels a use is said to go on.
    fn others(&mut self, after: usize, before: &[(&Naming<'n>, usize)]) -> usize {
        let own = self.union.root(after);
        let roots: BTreeSet<usize> = before.iter().map(|(_, at)| self.union.root(*at)).collect();
        roots.iter().filter(|root| **root != own).count()
    }

    /// Keeps who is said to go on under a number, if it is refused for each use of it. Else each
    /// reaches it.
    fn refuse_successors(&mut self, key: Key, afters: &[Onward<'_, 'n>]) {
        let is_refused = self.is_shut(&key)
            || afters.iter().all(|((_, after), before)| {
                self.others(*after, before) > most_named_by(Role::NextCarrier)
            });
        for ((is_return, after), before) in afters {
            let own = self.union.root(*after);
            for (naming, at) in *before {
                if naming.at == *after || !is_refused {
                    self.reach(naming);
                }
                if !is_refused {
                    continue;
                }
                let group = self.union.root(*at);
                let member = Member {
                    at: *at,
                    speaker: naming.at,
                    feed: naming.feed.clone(),
                    role: naming.role,
                    group,
                    after: Some((*is_return, self.nodes[*after].use_id(), group == own)),
                    list: None,
                    silent: false,
                };
                self.found.refuse(key.clone(), member);
            }
        }
    }

    /// Whether a number moved clearly before the parcel that is said to go on under it even began.
    fn was_on_its_way(&self, before: usize, after: usize) -> bool {
        let (before, after) = (self.node(before), self.node(after));
        let began = before.first_moved.or(before.span.map(|(start, _)| start));
        began
            .zip(after.first_moved)
            .is_some_and(|(began, moved)| moved + HAND_OVER_SLACK < began)
    }
}
