//! Which uses of numbers are one parcel, by the numbers that feeds name: [`join`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::Duration;

use super::LegId;
use super::index::{Key, Member, too_many};
use super::namings::{Naming, is_about_papers, namings};
use super::shop_numbers::SHOP_NUMBER_REACH;
use super::ties::{Ruling, most_named_by};
use super::union::Union;
use super::uses::{ByNumber, Node, REUSE_SILENCE, distinct_numbers, nearest, proven_first};
use crate::model::{CarrierId, IssuerKind, Notice, NoticeKind, Role, TrackingNumber};

/// By how much the use of one carrier's number must be nearer in time than another carrier's, so
/// that it alone is meant.
pub(super) const NEARER: Duration = Duration::days(30);
/// Ties the uses that are one parcel; a notice for each tie that was refused.
///
/// First what carriers and the application say of a parcel's own numbers, then the papers of
/// authorities, which never tie two parcels to each other, last the successors, each of one parcel
/// only.
pub(super) fn join(
    scene: &Scene<'_>,
    declared: &BTreeSet<(LegId, LegId)>,
    union: &mut Union,
) -> Found {
    let namings: Vec<Naming<'_>> = scene
        .nodes
        .iter()
        .enumerate()
        .filter(|(at, _)| scene.here[*at])
        .flat_map(|(at, node)| namings(at, node))
        .collect();
    let mut joining = Joining {
        scene,
        nodes: scene.nodes,
        by_number: ByNumber::of(scene.nodes),
        union,
        found: Found::default(),
    };
    joining.declared(declared);
    joining.claims(&namings);
    joining.own_numbers(&namings);
    joining.papers(&namings);
    joining.successors(&namings);
    joining.found
}

/// The uses that are looked at together.
pub(super) struct Scene<'n> {
    /// By number and age.
    pub nodes: &'n [Arc<Node>],
    /// Which of them are to be sorted. The others are only looked at: nothing ties the two, and what
    /// they say is not heard.
    pub here: &'n [bool],
    /// Keys that are known to be refused, so that not all who hold them are here.
    pub shut: &'n dyn Fn(&Key) -> bool,
}

/// What comes of it beside the ties.
#[derive(Default)]
pub(super) struct Found {
    /// Each with a node that it is about.
    pub notices: Vec<(usize, Notice)>,
    /// Who holds the keys that are refused for their number of holders.
    pub refused: BTreeMap<Key, Vec<Member>>,
    /// Which numbers a node may be tied to.
    pub reaches: BTreeSet<(usize, TrackingNumber)>,
}

impl Found {
    pub fn refuse(&mut self, key: Key, member: Member) {
        self.refused.entry(key).or_default().push(member);
    }
}

/// What has to be said of the lists and placeholders that a use names: once for each role, of the
/// first that is reported.
pub(super) fn lists(
    node: &Node,
    is_reported: impl Fn(&TrackingNumber, Option<&CarrierId>) -> bool,
) -> Vec<Notice> {
    let mut roles: BTreeSet<Role> = BTreeSet::new();
    let mut notices = Vec::new();
    for naming in namings(0, node)
        .iter()
        .filter(|naming| naming.ruling == Ruling::Nothing)
    {
        if !roles.contains(&naming.role) && is_reported(naming.number, naming.stated) {
            roles.insert(naming.role);
            let why = "a placeholder or the number of a list ties nothing";
            notices.push(naming.refused(node, NoticeKind::LinkRefused, why));
        }
    }
    notices
}

pub(super) struct Joining<'j, 'n> {
    pub scene: &'j Scene<'n>,
    pub nodes: &'n [Arc<Node>],
    pub by_number: ByNumber<'n>,
    pub union: &'j mut Union,
    pub found: Found,
}

impl<'n> Joining<'_, 'n> {
    pub fn node(&self, at: usize) -> &'n Node {
        &self.nodes[at]
    }

    pub fn note(&mut self, at: usize, notice: Notice) {
        self.found.notices.push((at, notice));
    }

    pub fn is_shut(&self, key: &Key) -> bool {
        (self.scene.shut)(key)
    }

    pub fn reach(&mut self, naming: &Naming<'n>) {
        self.found
            .reaches
            .insert((naming.at, naming.number.clone()));
    }

    /// What is declared is declared of the newest use.
    fn declared(&mut self, declared: &BTreeSet<(LegId, LegId)>) {
        let newest: BTreeMap<&LegId, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (&node.id, at))
            .collect();
        for (from, to) in declared {
            if let (Some(from), Some(to)) = (newest.get(from), newest.get(to)) {
                self.union.tie(*from, *to);
            }
        }
    }

    /// Ties what both sides name, where one of them is proven; says so of the rest that names a
    /// number reported.
    fn claims(&mut self, namings: &[Naming<'n>]) {
        let mut named: HashMap<(usize, &str), Vec<&Naming<'n>>> = HashMap::new();
        for naming in namings
            .iter()
            .filter(|naming| naming.ruling != Ruling::Nothing)
        {
            named
                .entry((naming.at, naming.number.as_str()))
                .or_default()
                .push(naming);
        }
        for naming in namings
            .iter()
            .filter(|naming| naming.ruling == Ruling::Claim)
        {
            let node = self.node(naming.at);
            let targets = self.by_number.get(naming.number.as_str());
            let names_back =
                |target: &usize| named.contains_key(&(*target, node.id.number.as_str()));
            if targets.iter().any(names_back) {
                self.found
                    .reaches
                    .insert((naming.at, naming.number.clone()));
            }
            let fits = |target: &usize| {
                *target != naming.at
                    && naming
                        .stated
                        .is_none_or(|carrier| *carrier == self.nodes[*target].id.carrier)
            };
            let targets = proven_first(self.nodes, targets.iter().copied().filter(fits).collect());
            let Some(target) = nearest(self.nodes, naming.at, targets.into_iter()) else {
                continue;
            };
            let confirms = |back: &&Naming<'n>| {
                (naming.proven || back.proven)
                    && back
                        .whose()
                        .is_none_or(|carrier| *carrier == node.id.carrier)
            };
            let mut back = named
                .get(&(target, node.id.number.as_str()))
                .into_iter()
                .flatten()
                .copied();
            if back.any(|back| confirms(&back)) {
                self.union.tie(naming.at, target);
            } else {
                let why = "a number that the speaker cannot know, or without proof of who speaks; it ties nothing until the other side names it back";
                self.note(
                    naming.at,
                    naming.refused(node, NoticeKind::LinkRefused, why),
                );
            }
        }
    }

    /// Whether as many parcels name a number as may; else it ties none of them.
    pub fn may_be_shared(
        &mut self,
        key: Key,
        namings: &[&Naming<'n>],
        lists: &[(&Naming<'n>, Notice)],
    ) -> bool {
        let Some(first) = namings.first().or(lists.first().map(|(list, _)| list)) else {
            return false;
        };
        let silent = self.by_number.has_too_many(first.number.as_str());
        let distinct = distinct_numbers(self.nodes, namings.iter().map(|naming| naming.at)).len();
        // Papers may name a number in several roles. The first decides; whatever is first, more than
        // the most of all of them is too many.
        let most = namings.first().map_or(0, |first| most_named_by(first.role));
        let most_of_all = namings
            .iter()
            .map(|naming| most_named_by(naming.role))
            .max();
        if !self.is_shut(&key) && distinct <= most_of_all.unwrap_or(0) {
            // Each of too many namings was reported already.
            if distinct > most && !silent {
                let notice = too_many(first.role, first.feed, first.number.as_str());
                self.note(first.at, notice);
            }
            return distinct <= most && !silent;
        }
        let member = |naming: &Naming<'n>, list: Option<Notice>| Member {
            at: naming.at,
            speaker: naming.at,
            feed: naming.feed.clone(),
            role: naming.role,
            group: naming.at,
            after: None,
            list,
            silent,
        };
        for naming in namings {
            self.found.refuse(key.clone(), member(naming, None));
        }
        for (naming, list) in lists {
            self.found
                .refuse(key.clone(), member(naming, Some(list.clone())));
        }
        false
    }

    /// The use of the number that is meant. An authority or a shop that reports it alone stands in
    /// for its carrier.
    pub fn target(&mut self, naming: &Naming<'n>) -> Option<usize> {
        let (nodes, at) = (self.nodes, naming.at);
        if self.by_number.has_too_many(naming.number.as_str()) {
            let why = "too many shipments have this number; naming it ties nothing";
            self.note(
                at,
                naming.refused(self.node(at), NoticeKind::LinkRefused, why),
            );
            return None;
        }
        let is_far = |target: &usize| {
            nodes[at].issuer == IssuerKind::Merchant
                && nodes[at].distance(&nodes[*target]) > SHOP_NUMBER_REACH
        };
        // Who proves nothing speaks for a carrier's waybill at most, and for no papers.
        let is_a_waybill = naming.whose().is_some() || naming.role == Role::Waybill;
        let may_be_meant = |target: &usize| {
            let target = &nodes[*target];
            target.proven
                || target.issuer == IssuerKind::Carrier
                    && is_a_waybill
                    && !is_about_papers(naming.role)
        };
        let near = self
            .by_number
            .get(naming.number.as_str())
            .iter()
            .copied()
            .filter(|target| *target != at && !is_far(target) && may_be_meant(target));
        let near = proven_first(nodes, near.collect());
        let carriers: Vec<usize> = near
            .iter()
            .copied()
            .filter(|target| nodes[*target].issuer == IssuerKind::Carrier)
            .collect();
        if carriers.is_empty() {
            return nearest(nodes, at, near.into_iter());
        }
        let fits = |target: &usize| {
            naming
                .whose()
                .is_none_or(|carrier| *carrier == nodes[*target].id.carrier)
        };
        let meant = nearest(nodes, at, carriers.iter().copied().filter(fits))?;
        let closest = nodes[at].distance(&nodes[meant]);
        let is_rival = |target: &usize| {
            nodes[*target].id.carrier != nodes[meant].id.carrier
                && nodes[at].distance(&nodes[*target]) <= closest + NEARER
        };
        if naming.whose().is_none() && carriers.iter().any(is_rival) {
            let why = "several carriers have a parcel of this number";
            self.note(
                at,
                naming.refused(self.node(at), NoticeKind::AmbiguousLink, why),
            );
            return None;
        }
        Some(meant)
    }

    /// Ties what names one number in one role to it and to each other.
    fn own_numbers(&mut self, namings: &[Naming<'n>]) {
        let mut shared: BTreeMap<Key, Vec<&Naming<'n>>> = BTreeMap::new();
        for naming in namings {
            if let Some(key @ Key::Own(..)) = Key::shared(naming, self.node(naming.at)) {
                shared.entry(key).or_default().push(naming);
            }
        }
        for (key, members) in shared {
            let targets: Vec<Option<usize>> =
                members.iter().map(|naming| self.target(naming)).collect();
            let is_shut = self.is_shut(&key);
            if !self.may_be_shared(key.clone(), &members, &[]) {
                if !is_shut && !self.found.refused.contains_key(&key) {
                    members.iter().for_each(|naming| self.reach(naming));
                }
                continue;
            }
            for (naming, target) in members.iter().zip(targets) {
                self.reach(naming);
                if let Some(target) = target {
                    self.union.tie(naming.at, target);
                }
            }
            self.tie_in_reach(members.iter().map(|naming| naming.at));
        }
    }

    /// Ties nodes that follow each other without a long silence.
    pub fn tie_in_reach(&mut self, members: impl Iterator<Item = usize>) {
        let mut members: Vec<usize> = members.collect();
        members.sort_by_key(|at| (self.nodes[*at].span, *at));
        for pair in members.windows(2) {
            if self.nodes[pair[0]].distance(&self.nodes[pair[1]]) <= REUSE_SILENCE {
                self.union.tie(pair[0], pair[1]);
            }
        }
    }
}
