//! What uses of numbers say about other numbers, each statement once: [`namings`].

use std::collections::BTreeMap;

use super::ties::{Ruling, leads_on, most_names};
use super::uses::Node;
use crate::model::{CarrierId, FeedId, IssuerKind, Notice, NoticeKind, Role, TrackingNumber};

/// One node's word about another number, the strongest of its deliveries.
#[derive(Clone, Debug)]
pub(super) struct Naming<'n> {
    pub at: usize,
    pub role: Role,
    /// The carrier that the statement names, as stated.
    pub stated: Option<&'n CarrierId>,
    pub number: &'n TrackingNumber,
    pub ruling: Ruling<'n>,
    pub proven: bool,
    pub feed: &'n FeedId,
}

impl Naming<'_> {
    /// Whose number it must be: the carrier for which the statement ties, else the one that it
    /// names.
    pub fn whose(&self) -> Option<&CarrierId> {
        match self.ruling {
            Ruling::Ties(whose) => whose,
            _ => self.stated,
        }
    }

    pub fn refused(&self, node: &Node, kind: NoticeKind, why: &str) -> Notice {
        Notice::of_own_words(kind, self.feed.clone(), why)
            .about(Some(&node.id.number))
            .at("reference")
            .value(self.number.as_str())
    }

    /// Whether the statement is an authority's, or about papers.
    pub fn is_paper(&self, speaker: &Node) -> bool {
        speaker.issuer == IssuerKind::Authority || is_about_papers(self.role)
    }
}

/// Whether a number in this role is that of papers.
pub(super) const fn is_about_papers(role: Role) -> bool {
    matches!(role, Role::Declaration | Role::DeclarationReference)
}

/// What a node says about other numbers, once each. What names too many numbers in one role is a
/// list.
pub(super) fn namings(at: usize, node: &Node) -> Vec<Naming<'_>> {
    if node.is_order {
        return Vec::new();
    }
    let mut of_node: BTreeMap<(Role, Option<&CarrierId>, &TrackingNumber), Naming<'_>> =
        BTreeMap::new();
    for said in &node.says {
        if !(said.role.identifies_parcel() || leads_on(said.role).is_some())
            || said.number == node.id.number && said.is_own
        {
            continue;
        }
        let naming = Naming {
            at,
            role: said.role,
            stated: said.stated.as_ref(),
            ruling: said.ruling(),
            proven: said.proven,
            feed: &said.feed,
            number: &said.number,
        };
        of_node
            .entry((naming.role, naming.stated, naming.number))
            .and_modify(|known| {
                known.ruling = known.ruling.max(naming.ruling);
                known.proven |= naming.proven;
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
    of_node
        .into_values()
        .map(|naming| match is_list(naming.role) {
            true => Naming {
                ruling: Ruling::Nothing,
                ..naming
            },
            false => naming,
        })
        .collect()
}
