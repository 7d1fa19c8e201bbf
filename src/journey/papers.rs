//! Which papers of authorities belong to which parcel: papers never tie two parcels.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Key;
use super::joining::{Joining, NEARER};
use super::namings::Naming;
use super::ties::is_placeholder;
use super::uses::{nearest, proven_first};
use crate::model::{IssuerKind, Notice, NoticeKind, Role};

impl<'n> Joining<'_, 'n> {
    /// Ties an authority's papers: to the parcel whose waybill they are about, then to each other,
    /// where that does not tie two parcels.
    pub fn papers(&mut self, namings: &[Naming<'n>]) {
        self.spoken_of();
        let of_parcel = |at: &usize| self.nodes[*at].is_a_waybill();
        let mut parcels: BTreeSet<usize> = (0..self.nodes.len())
            .filter(of_parcel)
            .map(|at| self.union.root(at))
            .collect();
        let mut waybills: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        let mut named: BTreeMap<Key, Vec<&Naming<'n>>> = BTreeMap::new();
        for naming in namings {
            let Some(key @ Key::Paper(..)) = Key::shared(naming, self.node(naming.at)) else {
                continue;
            };
            if naming.role == Role::Waybill {
                waybills
                    .entry(naming.at)
                    .or_default()
                    .insert(naming.number.as_str());
            }
            named.entry(key).or_default().push(naming);
        }
        for (key, members) in named {
            self.paper(key, &members, &waybills, &mut parcels);
        }
    }

    /// Ties what papers name by one key.
    fn paper(
        &mut self,
        key: Key,
        members: &[&Naming<'n>],
        waybills: &BTreeMap<usize, BTreeSet<&str>>,
        parcels: &mut BTreeSet<usize>,
    ) {
        let is_list = |naming: &&Naming<'n>| {
            naming.role == Role::Waybill
                && waybills
                    .get(&naming.at)
                    .is_some_and(|named| named.len() > 1)
        };
        let (lists, members): (Vec<&Naming<'n>>, Vec<&Naming<'n>>) =
            members.iter().copied().partition(is_list);
        let why = "a paper that lists several waybills ties none of them";
        let lists: Vec<(&Naming<'n>, Notice)> = lists
            .into_iter()
            .map(|list| {
                let node = self.node(list.at);
                (list, list.refused(node, NoticeKind::LinkRefused, why))
            })
            .collect();
        let pairs: Vec<(usize, usize)> = members
            .iter()
            .filter_map(|naming| Some((naming.at, self.target(naming)?)))
            .collect();
        let may_be_shared = self.may_be_shared(key.clone(), &members, &lists);
        if self.found.refused.contains_key(&key) {
            return;
        }
        members.iter().for_each(|naming| self.reach(naming));
        if let Some((list, notice)) = lists.into_iter().next() {
            self.note(list.at, notice);
        }
        if !may_be_shared {
            return;
        }
        let all: BTreeSet<usize> = pairs
            .iter()
            .map(|(_, target)| *target)
            .chain(members.iter().map(|naming| naming.at))
            .collect();
        let of_parcels: BTreeSet<usize> = all
            .iter()
            .map(|at| self.union.root(*at))
            .filter(|root| parcels.contains(root))
            .collect();
        if of_parcels.len() > 1 {
            let message = "a paper that names several parcels ties none of them to each other";
            let first = members[0];
            let notice = Notice::of_own_words(NoticeKind::LinkRefused, first.feed.clone(), message)
                .at("reference")
                .value(first.number.as_str());
            self.note(first.at, notice);
            return;
        }
        pairs
            .into_iter()
            .for_each(|(at, target)| self.union.tie(at, target));
        self.tie_in_reach(all.into_iter());
        parcels.extend(of_parcels.into_iter().map(|root| self.union.root(root)));
    }

    /// An authority speaks of a parcel under its carrier's number: the two share it, and neither
    /// names it to the other.
    fn spoken_of(&mut self) {
        let nodes = self.nodes;
        let here = self.scene.here;
        for at in
            (0..nodes.len()).filter(|at| here[*at] && nodes[*at].issuer == IssuerKind::Authority)
        {
            let node = self.node(at);
            let number = node.id.number.as_str();
            // A number of papers is nobody's waybill, and who proves nothing cannot make it one.
            let is_a_waybill = node.is_a_waybill();
            let may_be_meant = |target: &usize| {
                let target = &self.nodes[*target];
                target.issuer == IssuerKind::Carrier && (target.proven || is_a_waybill)
            };
            let carriers = self.by_number.get(number).iter().copied();
            let carriers = carriers.filter(may_be_meant);
            let carriers = proven_first(self.nodes, carriers.collect());
            let Some(meant) = nearest(self.nodes, at, carriers.iter().copied())
                .filter(|_| !is_placeholder(number))
            else {
                continue;
            };
            let Some(feed) = node.feed.clone() else {
                continue;
            };
            let refused = |kind, why| {
                Notice::of_own_words(kind, feed.clone(), why).about(Some(&node.id.number))
            };
            if !node.proven {
                let why = "without proof of who speaks; it is not told of the carrier's parcel";
                self.note(at, refused(NoticeKind::LinkRefused, why));
                continue;
            }
            let closest = node.distance(self.node(meant));
            let mut rivals = carriers
                .iter()
                .filter(|other| self.nodes[**other].id.carrier != self.nodes[meant].id.carrier);
            if rivals.any(|rival| node.distance(self.node(*rival)) <= closest + NEARER) {
                let why = "several carriers have a parcel of this number";
                self.note(at, refused(NoticeKind::AmbiguousLink, why));
            } else {
                self.union.tie(at, meant);
            }
        }
    }
}
