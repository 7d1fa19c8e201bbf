//! Everything sorted from scratch: what an index must come to, however deliveries arrive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::index::{Hub, Share, UseId};
use super::joining::{Found, Scene};
use super::orders::Attached;
use super::union::Union;
use super::uses::{ByNumber, Node, Use, all_uses};
use super::{Journey, LegId, joining, linked, orders, shop_numbers};
use crate::model::{Notice, Shipment};

/// What uses that are looked at together are to each other.
pub(super) struct Sorted {
    pub union: Union,
    pub found: Found,
    pub attached: Attached,
}

/// Ties what is one parcel, and finds the parcels of orders.
pub(super) fn sort(scene: &Scene<'_>, links: &BTreeSet<(LegId, LegId)>) -> Sorted {
    let mut union = Union::new(scene.nodes.len());
    let mut found = joining::join(scene, links, &mut union);
    shop_numbers::tie(scene, &mut union, &mut found);
    let attached = orders::attach(scene, &mut union, &mut found);
    Sorted {
        union,
        found,
        attached,
    }
}

/// What was found to be one parcel.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub first: Option<DateTime<Utc>>,
    /// Its uses and those of its orders, by number.
    pub uses: BTreeSet<UseId>,
}

impl Group {
    pub fn take(&mut self, node: &Node) {
        self.first = [self.first, node.span.map(|(start, _)| start)]
            .into_iter()
            .flatten()
            .min();
        self.uses.insert(node.use_id());
    }

    pub fn has(&self, id: &LegId) -> bool {
        let from = (id.clone(), 0);
        self.uses
            .range(from..)
            .next()
            .is_some_and(|(next, _)| next == id)
    }
}

/// The order in which journeys are given: by first event and number.
pub(super) fn place<'u>(
    first: Option<DateTime<Utc>>,
    uses: impl Iterator<Item = &'u UseId>,
    root: &'u UseId,
) -> (Option<DateTime<Utc>>, Vec<&'u LegId>, &'u UseId) {
    let mut numbers: Vec<&LegId> = uses.map(|(id, _)| id).collect();
    numbers.dedup();
    (first, numbers, root)
}

/// The journeys of all these deliveries, ordered by first event and number; and what could not be
/// tied for sure.
pub(super) fn from_scratch(
    shipments: &[Arc<Shipment>],
    links: &BTreeSet<(LegId, LegId)>,
) -> (Vec<Journey>, Vec<Notice>) {
    let uses: Vec<Use> = all_uses(shipments);
    let nodes: Vec<Arc<Node>> = uses.iter().map(|one| Arc::clone(&one.node)).collect();
    let scene = Scene {
        nodes: &nodes,
        here: &vec![true; nodes.len()],
        shut: &|_| false,
    };
    let mut sorted = sort(&scene, links);
    let mut groups: BTreeMap<usize, (Group, Journey)> = BTreeMap::new();
    for (at, one) in uses.iter().enumerate() {
        let roots = sorted.attached.parcels.get(&at).cloned();
        let roots = roots.unwrap_or_else(|| [sorted.union.root(at)].into());
        let told = orders::told_in_each(&one.shipments, roots.len());
        for root in roots {
            let (group, journey) = groups.entry(root).or_default();
            group.take(&one.node);
            told.iter().for_each(|shipment| {
                journey.apply(Arc::clone(shipment));
            });
        }
    }
    // What is declared, and what others say of it, is said of the newest use of a number.
    let newest: BTreeMap<&LegId, usize> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (&node.id, sorted.union.root(at)))
        .collect();
    let group_of = |id: &LegId| newest.get(id).copied();
    for link in links {
        for root in [&link.0, &link.1].into_iter().filter_map(group_of) {
            if let Some((_, journey)) = groups.get_mut(&root) {
                journey.declared.links.insert(link.clone());
            }
        }
    }
    for (named, parcel) in nodes.iter().flat_map(|node| linked::named_by(node)) {
        if let Some((_, journey)) = group_of(&named)
            .and_then(|root| groups.get_mut(&root))
            .filter(|(group, _)| !group.has(&parcel.id))
        {
            journey.declared.linked.insert(parcel);
        }
    }
    let mut journeys: Vec<(UseId, Group, Journey)> = groups
        .into_iter()
        .map(|(root, (group, journey))| (nodes[root].use_id(), group, journey))
        .collect();
    journeys.sort_by(|a, b| {
        place(a.1.first, a.1.uses.iter(), &a.0).cmp(&place(b.1.first, b.1.uses.iter(), &b.0))
    });
    let notices = notices(&nodes, sorted);
    (
        journeys.into_iter().map(|(.., journey)| journey).collect(),
        notices,
    )
}

fn notices(nodes: &[Arc<Node>], sorted: Sorted) -> Vec<Notice> {
    let by_number = ByNumber::of(nodes);
    let mut notices: Vec<Notice> = sorted
        .found
        .notices
        .into_iter()
        .map(|(_, notice)| notice)
        .collect();
    for (key, members) in sorted.found.refused {
        let mut hub = Hub::default();
        hub.add(0, Share::of(&key, nodes, &members));
        notices.extend(hub.notices(&key));
    }
    for (at, node) in nodes.iter().enumerate() {
        notices.extend(joining::lists(node, |number, carrier| {
            by_number.get(number.as_str()).iter().any(|target| {
                *target != at && carrier.is_none_or(|carrier| *carrier == nodes[*target].id.carrier)
            })
        }));
    }
    for ((order, name), (holders, parcels)) in sorted.attached.unproven {
        if !holders.is_empty() && parcels.is_empty() {
            notices.extend(orders::unproven(&nodes[order], &name));
        }
    }
    notices.sort();
    notices.dedup();
    notices
}
