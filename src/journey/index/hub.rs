//! Keys that tie nothing because too many hold them: [`Hub`]. What holds such a key need not be
//! looked at together, as long as the counts say that it is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::super::LegId;
use super::super::ties::most_named_by;
use super::super::uses::Node;
use super::keys::Key;
use crate::model::{CarrierId, FeedId, IssuerKind, Notice, NoticeKind, Role};

/// A use of a number, in the order in which uses are looked at.
pub(in crate::journey) type UseId = (LegId, u32);

/// A use that holds a key which is refused.
#[derive(Clone, Debug)]
pub(in crate::journey) struct Member {
    /// The node.
    pub at: usize,
    /// The node that speaks, and its feed.
    pub speaker: usize,
    pub feed: FeedId,
    /// The role in which the number is named.
    pub role: Role,
    /// What it was one parcel with when the key's turn came.
    pub group: usize,
    /// Of successors: whether it is a return, the use that goes on, and whether that is one parcel
    /// with this already.
    pub after: Option<(bool, UseId, bool)>,
    /// A paper that lists several waybills: it does not count.
    pub list: Option<Notice>,
    /// Whether each naming was reported already.
    pub silent: bool,
}

/// What one record adds to a hub.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::journey) struct Share {
    numbers: usize,
    /// How many may share the number, whatever its role.
    most: usize,
    first: Option<(UseId, Role, FeedId)>,
    list: Option<(UseId, Notice)>,
    silent: bool,
    /// The groups: the carriers of each, and whether the shop itself speaks of it.
    groups: Vec<(BTreeSet<CarrierId>, bool)>,
    feed: Option<FeedId>,
    afters: BTreeMap<(bool, UseId), (usize, UseId, FeedId)>,
}

impl Share {
    pub fn of(key: &Key, nodes: &[Arc<Node>], members: &[Member]) -> Self {
        let mut share = Self::default();
        match key {
            Key::Shop(_) => share.take_groups(nodes, members),
            Key::Successor(_) => share.take_afters(nodes, members),
            _ => share.take_numbers(nodes, members),
        }
        share
    }

    fn take_numbers(&mut self, nodes: &[Arc<Node>], members: &[Member]) {
        let mut numbers: BTreeSet<&LegId> = BTreeSet::new();
        for member in members {
            let id = nodes[member.speaker].use_id();
            self.silent |= member.silent;
            if let Some(list) = &member.list {
                if self.list.as_ref().is_none_or(|(known, _)| id < *known) {
                    self.list = Some((id, list.clone()));
                }
                continue;
            }
            numbers.insert(&nodes[member.at].id);
            self.most = self.most.max(most_named_by(member.role));
            if self.first.as_ref().is_none_or(|(known, ..)| id < *known) {
                self.first = Some((id, member.role, member.feed.clone()));
            }
        }
        self.numbers = numbers.len();
    }

    fn take_groups(&mut self, nodes: &[Arc<Node>], members: &[Member]) {
        let mut groups: BTreeMap<usize, (BTreeSet<CarrierId>, bool)> = BTreeMap::new();
        for member in members {
            let node = &nodes[member.at];
            let group = groups.entry(member.group).or_default();
            if node.issuer != IssuerKind::Authority || node.is_about_a_parcel {
                group.0.insert(node.id.carrier.clone());
            }
            group.1 |= node.issuer == IssuerKind::Merchant;
        }
        self.groups = groups.into_values().collect();
        self.feed = members
            .iter()
            .filter_map(|member| nodes[member.at].feed.clone())
            .min();
    }

    fn take_afters(&mut self, nodes: &[Arc<Node>], members: &[Member]) {
        let mut roots: BTreeMap<(bool, UseId), BTreeSet<usize>> = BTreeMap::new();
        for member in members {
            let Some((is_return, after, is_own)) = &member.after else {
                continue;
            };
            let key = (*is_return, after.clone());
            let id = nodes[member.speaker].use_id();
            if !is_own {
                roots.entry(key.clone()).or_default().insert(member.group);
            }
            let known = self
                .afters
                .entry(key)
                .or_insert_with(|| (0, id.clone(), member.feed.clone()));
            if id < known.1 {
                (known.1, known.2) = (id, member.feed.clone());
            }
        }
        for (key, roots) in roots {
            if let Some(after) = self.afters.get_mut(&key) {
                after.0 = roots.len();
            }
        }
    }
}

/// All that is known of a key that may be refused.
#[derive(Clone, Debug, Default)]
pub(in crate::journey) struct Hub {
    pub shares: HashMap<u64, Share>,
    numbers: usize,
    /// The most that may share the number, and how many records say so.
    most: BTreeMap<usize, usize>,
    /// How many groups each carrier has.
    carriers: HashMap<CarrierId, usize>,
    /// How many carriers have several.
    several: usize,
    /// Groups that the shop does not speak of.
    untold: usize,
    afters: BTreeMap<(bool, UseId), usize>,
}

impl Hub {
    pub fn add(&mut self, record: u64, share: Share) {
        self.numbers += share.numbers;
        *self.most.entry(share.most).or_default() += 1;
        for (carriers, told) in &share.groups {
            self.untold += usize::from(!told);
            for carrier in carriers {
                let count = self.carriers.entry(carrier.clone()).or_default();
                *count += 1;
                self.several += usize::from(*count == 2);
            }
        }
        for (after, (roots, ..)) in &share.afters {
            *self.afters.entry(after.clone()).or_default() += roots;
        }
        self.shares.insert(record, share);
    }

    pub fn take(&mut self, record: u64) -> Option<Share> {
        let share = self.shares.remove(&record)?;
        self.numbers -= share.numbers;
        if let Some(count) = self.most.get_mut(&share.most) {
            *count -= 1;
            if *count == 0 {
                self.most.remove(&share.most);
            }
        }
        for (carriers, told) in &share.groups {
            self.untold -= usize::from(!told);
            for carrier in carriers {
                if let Some(count) = self.carriers.get_mut(carrier) {
                    *count -= 1;
                    self.several -= usize::from(*count == 1);
                }
            }
        }
        self.carriers.retain(|_, count| *count > 0);
        for (after, (roots, ..)) in &share.afters {
            if let Some(count) = self.afters.get_mut(after) {
                *count -= roots;
            }
        }
        let shares = &self.shares;
        if share
            .afters
            .keys()
            .any(|after| self.afters.get(after) == Some(&0))
        {
            let is_said = |after: &(bool, UseId)| {
                shares
                    .values()
                    .any(|share| share.afters.contains_key(after))
            };
            self.afters
                .retain(|after, count| *count > 0 || is_said(after));
        }
        Some(share)
    }

    /// Whether nothing that may still become known of one holder alone can make the key tie.
    pub fn refuses(&self, key: &Key) -> bool {
        match key {
            Key::Own(..) | Key::Paper(..) => {
                let most = self.most.keys().next_back();
                self.numbers > most.copied().unwrap_or_default()
            }
            Key::Successor(_) => {
                !self.afters.is_empty()
                    && self
                        .afters
                        .values()
                        .all(|roots| *roots > most_named_by(Role::NextCarrier))
            }
            Key::Shop(_) => self.several > 0,
            _ => false,
        }
    }

    /// What has to be said of it.
    pub fn notices(&self, key: &Key) -> Vec<Notice> {
        match key {
            Key::Own(_, _, number) | Key::Paper(_, number) => self.too_many(number.as_str()),
            Key::Successor(_) => self.several_go_on(),
            Key::Shop(number) => self.several_parcels(number),
            _ => Vec::new(),
        }
    }

    fn too_many(&self, number: &str) -> Vec<Notice> {
        let shares = || self.shares.values();
        let list = shares()
            .filter_map(|share| share.list.as_ref())
            .min_by(|a, b| a.0.cmp(&b.0))
            .map(|(_, notice)| notice.clone());
        let first = shares()
            .filter_map(|share| share.first.as_ref())
            .min_by(|a, b| a.0.cmp(&b.0))
            .filter(|_| !shares().any(|share| share.silent))
            .map(|(_, role, feed)| too_many(*role, feed, number));
        list.into_iter().chain(first).collect()
    }

    fn several_go_on(&self) -> Vec<Notice> {
        let mut firsts: BTreeMap<&(bool, UseId), (&UseId, &FeedId)> = BTreeMap::new();
        for (after, (_, speaker, feed)) in self.shares.values().flat_map(|share| &share.afters) {
            let known = firsts.entry(after).or_insert((speaker, feed));
            if speaker < known.0 {
                *known = (speaker, feed);
            }
        }
        firsts
            .into_iter()
            .map(|((_, (id, _)), (_, feed))| several_go_on(feed, id.number.as_str()))
            .collect()
    }

    fn several_parcels(&self, number: &str) -> Vec<Notice> {
        let feed = self
            .shares
            .values()
            .filter_map(|share| share.feed.as_ref())
            .min();
        feed.filter(|_| self.untold > 0)
            .map(|feed| several_parcels(feed, number))
            .into_iter()
            .collect()
    }
}

pub(in crate::journey) fn too_many(role: Role, feed: &FeedId, number: &str) -> Notice {
    let message =
        format!("more parcels name this number as {role} than can share one; it ties none of them");
    Notice::of_own_words(NoticeKind::LinkRefused, feed.clone(), message)
        .at("reference")
        .value(number)
}

pub(in crate::journey) fn several_go_on(feed: &FeedId, number: &str) -> Notice {
    let message = "several parcels are said to go on under this number";
    Notice::of_own_words(NoticeKind::AmbiguousLink, feed.clone(), message)
        .at("reference")
        .value(number)
}

pub(in crate::journey) fn several_parcels(feed: &FeedId, number: &str) -> Notice {
    let message = "the shop's number stands for several parcels; it ties none of them";
    Notice::of_own_words(NoticeKind::AmbiguousLink, feed.clone(), message)
        .at("reference")
        .value(number)
}
