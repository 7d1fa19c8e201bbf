//! Which uses of numbers are one parcel, by the numbers that feeds name: [`join`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Duration;

use super::shop_numbers::SHOP_NUMBER_REACH;
use super::ties::{Ruling, is_placeholder, leads_on, most_named_by, most_names, ruling};
use super::union::Union;
use super::uses::{
    ByNumber, HAND_OVER_SLACK, Node, REUSE_SILENCE, distinct_numbers, nearest, proven_first,
};
use super::{LegId, linked};
use crate::model::{CarrierId, FeedId, Role, Shipment, TrackingNumber};
use crate::model::{IssuerKind, Notice, NoticeKind};

/// By how much the use of one carrier's number must be nearer in time than another carrier's, so
/// that it alone is meant.
const NEARER: Duration = Duration::days(30);
/// Successors of successors are looked for so often: nobody names a carrier that is farther ahead.
const ROUNDS: usize = 4;

/// One node's word about another number, the strongest of its deliveries.
struct Naming<'n> {
    at: usize,
    role: Role,
    /// The carrier that the statement names, as stated.
    stated: Option<&'n CarrierId>,
    number: TrackingNumber,
    ruling: Ruling<'n>,
    proven: bool,
    feed: &'n FeedId,
}

impl Naming<'_> {
    /// Whose number it must be: the carrier for which the statement ties, else the one that it
    /// names.
    fn whose(&self) -> Option<&CarrierId> {
        match self.ruling {
            Ruling::Ties(whose) => whose,
            _ => self.stated,
        }
    }

    fn refused(&self, node: &Node, kind: NoticeKind, why: &str) -> Notice {
        Notice::of_own_words(kind, self.feed.clone(), why)
            .about(Some(&node.id.number))
            .at("reference")
            .value(self.number.as_str())
    }
}

/// Ties the uses that are one parcel; a notice for each tie that was refused.
///
/// First what carriers and the application say of a parcel's own numbers, then the papers of
/// authorities, which never tie two parcels to each other, last the successors, each of one parcel
/// only.
pub(super) fn join(
    nodes: &[Node],
    declared: &BTreeSet<(LegId, LegId)>,
    union: &mut Union,
) -> Vec<Notice> {
    let namings = namings(nodes);
    let mut joining = Joining {
        nodes,
        by_number: ByNumber::of(nodes),
        union,
        notices: Vec::new(),
    };
    joining.declared(declared);
    joining.claims(&namings);
    joining.own_numbers(&namings);
    joining.papers(&namings);
    joining.successors(&namings);
    joining.notices
}

/// What every node says about other numbers, once each. What names too many numbers in one role is
/// a list.
fn namings(nodes: &[Node]) -> Vec<Naming<'_>> {
    let mut all = Vec::new();
    for (at, node) in nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.is_order())
    {
        let mut of_node: BTreeMap<(Role, Option<&CarrierId>, TrackingNumber), Naming<'_>> =
            BTreeMap::new();
        for (shipment, reference) in node.statements() {
            let number = TrackingNumber::new(&reference.number);
            if !(reference.role.identifies_parcel() || leads_on(reference.role).is_some())
                || number == node.id.number && is_own(shipment, reference)
            {
                continue;
            }
            let proven = shipment.proof.is_proven();
            let stated = reference.carrier.as_ref();
            let naming = Naming {
                at,
                role: reference.role,
                stated,
                ruling: ruling(shipment, reference),
                proven,
                feed: &shipment.feed,
                number,
            };
            let known = of_node.entry((naming.role, stated, naming.number.clone()));
            known
                .and_modify(|known| {
                    known.ruling = known.ruling.max(naming.ruling);
                    known.proven |= proven;
                    known.feed = known.feed.min(naming.feed);
                })
                .or_insert(naming);
        }
        let mut counts: BTreeMap<Role, usize> = BTreeMap::new();
        of_node
            .keys()
            .for_each(|(role, ..)| *counts.entry(*role).or_default() += 1);
        let is_list = |role: Role| {
            counts
                .get(&role)
                .is_some_and(|count| *count > most_names(role))
        };
        all.extend(
            of_node
                .into_values()
                .map(|naming| match is_list(naming.role) {
                    true => Naming {
                        ruling: Ruling::Nothing,
                        ..naming
                    },
                    false => naming,
                }),
        );
    }
    all
}

/// Whether a number, where it is the speaker's, is named by itself: a carrier's, or what an
/// authority calls a waybill.
fn is_own(shipment: &Shipment, reference: &crate::model::Reference) -> bool {
    if shipment.issuer == IssuerKind::Authority {
        return reference.role == Role::Waybill;
    }
    shipment.issuer == IssuerKind::Carrier
        && reference
            .carrier
            .as_ref()
            .is_none_or(|carrier| *carrier == shipment.carrier)
}

struct Joining<'j, 'n> {
    nodes: &'n [Node],
    by_number: ByNumber<'n>,
    union: &'j mut Union,
    notices: Vec<Notice>,
}

impl<'n> Joining<'_, 'n> {
    fn node(&self, at: usize) -> &'n Node {
        &self.nodes[at]
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
        let mut lists: BTreeSet<(usize, Role)> = BTreeSet::new();
        for naming in namings.iter().filter(|naming| !naming.ruling.ties()) {
            let node = self.node(naming.at);
            let targets = self.by_number.get(naming.number.as_str());
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
            if naming.ruling == Ruling::Nothing {
                if !lists.insert((naming.at, naming.role)) {
                    continue;
                }
                self.notices.push(naming.refused(
                    node,
                    NoticeKind::LinkRefused,
                    "a placeholder or the number of a list ties nothing",
                ));
                continue;
            }
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
                self.notices.push(naming.refused(
                    node,
                    NoticeKind::LinkRefused,
                    "a number that the speaker cannot know, or without proof of who speaks; it ties nothing until the other side names it back",
                ));
            }
        }
    }

    /// Whether as many parcels name a number as may; else it ties none of them, and a notice says
    /// so.
    fn may_be_shared(&mut self, namings: &[&Naming<'n>], distinct: usize, matters: bool) -> bool {
        let Some(first) = namings.first() else {
            return false;
        };
        // Each of too many namings was reported already.
        let too_many_uses = self.by_number.has_too_many(first.number.as_str());
        if distinct <= most_named_by(first.role) && !too_many_uses {
            return true;
        }
        if matters && !too_many_uses {
            let message = format!(
                "more parcels name this number as {} than can share one; it ties none of them",
                first.role
            );
            let notice = Notice::of_own_words(NoticeKind::LinkRefused, first.feed.clone(), message)
                .at("reference")
                .value(first.number.as_str());
            self.notices.push(notice);
        }
        false
    }

    /// The use of the number that is meant. An authority or a shop that reports it alone stands in
    /// for its carrier.
    fn target(&mut self, naming: &Naming<'n>) -> Option<usize> {
        let (nodes, at) = (self.nodes, naming.at);
        if self.by_number.has_too_many(naming.number.as_str()) {
            self.notices.push(naming.refused(
                self.node(at),
                NoticeKind::LinkRefused,
                "too many shipments have this number; naming it ties nothing",
            ));
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
            self.notices.push(naming.refused(
                self.node(at),
                NoticeKind::AmbiguousLink,
                "several carriers have a parcel of this number",
            ));
            return None;
        }
        Some(meant)
    }

    /// Ties what names one number in one role to it and to each other.
    fn own_numbers(&mut self, namings: &[Naming<'n>]) {
        let is_own = |naming: &&Naming<'n>| {
            leads_on(naming.role).is_none() && naming.ruling.ties() && !is_paper(naming, self.nodes)
        };
        let mut shared: BTreeMap<(Role, Option<&CarrierId>, &str), Vec<&Naming<'n>>> =
            BTreeMap::new();
        for naming in namings.iter().filter(is_own) {
            shared
                .entry((naming.role, naming.whose(), naming.number.as_str()))
                .or_default()
                .push(naming);
        }
        for members in shared.into_values() {
            let targets: Vec<Option<usize>> =
                members.iter().map(|naming| self.target(naming)).collect();
            let distinct =
                distinct_numbers(self.nodes, members.iter().map(|naming| naming.at)).len();
            if !self.may_be_shared(
                &members,
                distinct,
                distinct > 1 || targets.iter().any(Option::is_some),
            ) {
                continue;
            }
            for (naming, target) in members.iter().zip(targets) {
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
        let papers: Vec<&Naming<'n>> = namings
            .iter()
            .filter(|naming| naming.ruling.ties() && is_paper(naming, self.nodes))
            .collect();
        self.spoken_of();
        let of_parcel = |at: &usize| self.nodes[*at].is_a_waybill();
        let mut parcels: BTreeSet<usize> = (0..self.nodes.len())
            .filter(of_parcel)
            .map(|at| self.union.root(at))
            .collect();
        let mut waybills: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        let mut named: BTreeMap<(bool, &str), Vec<&Naming<'n>>> = BTreeMap::new();
        for naming in papers {
            if naming.role == Role::Waybill {
                waybills
                    .entry(naming.at)
                    .or_default()
                    .insert(naming.number.as_str());
            }
            named
                .entry((naming.role != Role::Waybill, naming.number.as_str()))
                .or_default()
                .push(naming);
        }
        for ((_, number), members) in named {
            let lists = |naming: &&&Naming<'n>| {
                naming.role == Role::Waybill
                    && waybills
                        .get(&naming.at)
                        .is_some_and(|named| named.len() > 1)
            };
            if let Some(list) = members.iter().find(lists) {
                self.notices.push(list.refused(
                    self.node(list.at),
                    NoticeKind::LinkRefused,
                    "a paper that lists several waybills ties none of them",
                ));
            }
            let members: Vec<&Naming<'n>> = members
                .iter()
                .copied()
                .filter(|naming| !lists(&naming))
                .collect();
            let pairs: Vec<(usize, usize)> = members
                .iter()
                .filter_map(|naming| Some((naming.at, self.target(naming)?)))
                .collect();
            let all: BTreeSet<usize> = pairs
                .iter()
                .map(|(_, target)| *target)
                .chain(members.iter().map(|naming| naming.at))
                .collect();
            let distinct =
                distinct_numbers(self.nodes, members.iter().map(|naming| naming.at)).len();
            if !self.may_be_shared(&members, distinct, all.len() > 1) {
                continue;
            }
            let of_parcels: BTreeSet<usize> = all
                .iter()
                .map(|at| self.union.root(*at))
                .filter(|root| parcels.contains(root))
                .collect();
            if of_parcels.len() > 1 {
                let message = "a paper that names several parcels ties none of them to each other";
                let notice =
                    Notice::of_own_words(NoticeKind::LinkRefused, members[0].feed.clone(), message);
                self.notices.push(notice.at("reference").value(number));
                continue;
            }
            pairs
                .into_iter()
                .for_each(|(at, target)| self.union.tie(at, target));
            self.tie_in_reach(all.into_iter());
            parcels.extend(of_parcels.into_iter().map(|root| self.union.root(root)));
        }
    }

    /// An authority speaks of a parcel under its carrier's number: the two share it, and neither
    /// names it to the other.
    fn spoken_of(&mut self) {
        for at in (0..self.nodes.len()).filter(|at| self.nodes[*at].issuer == IssuerKind::Authority)
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
            let feeds = || node.shipments.iter().map(|shipment| &shipment.feed);
            let Some(feed) = feeds().min().cloned() else {
                continue;
            };
            let refused = |kind, why| {
                Notice::of_own_words(kind, feed.clone(), why).about(Some(&node.id.number))
            };
            if !node.proven {
                self.notices.push(refused(
                    NoticeKind::LinkRefused,
                    "without proof of who speaks; it is not told of the carrier's parcel",
                ));
                continue;
            }
            let closest = node.distance(self.node(meant));
            let mut rivals = carriers
                .iter()
                .filter(|other| self.nodes[**other].id.carrier != self.nodes[meant].id.carrier);
            if rivals.any(|rival| node.distance(self.node(*rival)) <= closest + NEARER) {
                self.notices.push(refused(
                    NoticeKind::AmbiguousLink,
                    "several carriers have a parcel of this number",
                ));
            } else {
                self.union.tie(at, meant);
            }
        }
    }

    /// Ties successors. A number goes on from one parcel only, and not from one that began after
    /// it.
    fn successors(&mut self, namings: &[Naming<'n>]) {
        let mut returns = linked::Returns::new(self.nodes);
        let mut from: BTreeMap<(bool, usize), Vec<(&Naming<'n>, usize)>> = BTreeMap::new();
        for naming in namings.iter().filter(|naming| naming.ruling.ties()) {
            let Some(onward) = leads_on(naming.role) else {
                continue;
            };
            let Some(target) = self.target(naming) else {
                continue;
            };
            if !returns.is_one_parcel(naming.role, naming.at, target) {
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
                self.notices.push(naming.refused(
                    self.node(naming.at),
                    NoticeKind::LinkRefused,
                    why,
                ));
                continue;
            }
            from.entry((matches!(naming.role, Role::Return | Role::Outbound), after))
                .or_default()
                .push((naming, before));
        }
        for round in 1..=ROUNDS {
            let mut ties = Vec::new();
            for ((_, after), before) in &from {
                let roots: BTreeSet<usize> =
                    before.iter().map(|(_, at)| self.union.root(*at)).collect();
                let own = self.union.root(*after);
                if roots.iter().filter(|root| **root != own).count()
                    <= most_named_by(Role::NextCarrier)
                {
                    ties.extend(before.iter().map(|(_, at)| (*at, *after)));
                } else if round == ROUNDS {
                    let (naming, _) = before[0];
                    let notice = Notice::of_own_words(
                        NoticeKind::AmbiguousLink,
                        naming.feed.clone(),
                        "several parcels are said to go on under this number",
                    );
                    self.notices.push(
                        notice
                            .at("reference")
                            .value(self.nodes[*after].id.number.as_str()),
                    );
                }
            }
            ties.into_iter()
                .for_each(|(before, after)| self.union.tie(before, after));
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

/// Whether a statement is an authority's, or about papers.
fn is_paper(naming: &Naming<'_>, nodes: &[Node]) -> bool {
    nodes[naming.at].issuer == IssuerKind::Authority || is_about_papers(naming.role)
}

/// Whether a number in this role is that of papers.
const fn is_about_papers(role: Role) -> bool {
    matches!(role, Role::Declaration | Role::DeclarationReference)
}
