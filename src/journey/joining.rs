//! Which uses of numbers are one parcel, by the numbers that feeds name: [`join`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::Duration;

use super::index::{Key, Member, several_go_on, too_many};
use super::namings::{Naming, is_about_papers, namings};
use super::shop_numbers::SHOP_NUMBER_REACH;
use super::ties::{Ruling, is_placeholder, leads_on, most_named_by};
use super::union::Union;
use super::uses::{
    ByNumber, HAND_OVER_SLACK, Node, REUSE_SILENCE, distinct_numbers, nearest, proven_first,
};
use super::{LegId, linked};
use crate::model::{CarrierId, IssuerKind, Notice, NoticeKind, Role, TrackingNumber};

/// By how much the use of one carrier's number must be nearer in time than another carrier's, so
/// that it alone is meant.
const NEARER: Duration = Duration::days(30);
/// Successors of successors are looked for so often: nobody names a carrier that is farther ahead.
const ROUNDS: usize = 4;

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
    fn refuse(&mut self, key: Key, member: Member) {
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

struct Joining<'j, 'n> {
    scene: &'j Scene<'n>,
    nodes: &'n [Arc<Node>],
    by_number: ByNumber<'n>,
    union: &'j mut Union,
    found: Found,
}

impl<'n> Joining<'_, 'n> {
    fn node(&self, at: usize) -> &'n Node {
        &self.nodes[at]
    }

    fn note(&mut self, at: usize, notice: Notice) {
        self.found.notices.push((at, notice));
    }

    fn is_shut(&self, key: &Key) -> bool {
        (self.scene.shut)(key)
    }

    fn reach(&mut self, naming: &Naming<'n>) {
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
    fn may_be_shared(
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
    fn target(&mut self, naming: &Naming<'n>) -> Option<usize> {
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
    fn tie_in_reach(&mut self, members: impl Iterator<Item = usize>) {
        let mut members: Vec<usize> = members.collect();
        members.sort_by_key(|at| (self.nodes[*at].span, *at));
        for pair in members.windows(2) {
            if self.nodes[pair[0]].distance(&self.nodes[pair[1]]) <= REUSE_SILENCE {
                self.union.tie(pair[0], pair[1]);
            }
        }
    }

    /// Ties an authority's papers: to the parcel whose waybill they are about, then to each other,
    /// where that does not tie two parcels.
    fn papers(&mut self, namings: &[Naming<'n>]) {
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

    /// Ties successors. A number goes on from one parcel only, and not from one that began after
    /// it.
    fn successors(&mut self, namings: &[Naming<'n>]) {
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

/// For a use that goes on (whether as a return): who says so, and from which use.
type GoesOn<'m, 'n> = BTreeMap<(bool, usize), Vec<(&'m Naming<'n>, usize)>>;

/// One entry of it.
type Onward<'m, 'n> = ((bool, usize), &'m Vec<(&'m Naming<'n>, usize)>);
