//! Which parcels a shop's own numbers (order, reference) tie: [`tie`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use smol_str::SmolStr;

use super::ties::{is_placeholder, ruling};
use super::union::Union;
use super::uses::{HAND_OVER_SLACK, Node, begins};
use crate::model::{CarrierId, Milestone};
use crate::model::{IssuerKind, Notice, NoticeKind};

/// How far apart shipments may lie that only a shop's number ties.
pub(super) const SHOP_NUMBER_REACH: Duration = Duration::days(120);

/// Ties by the shop's numbers what no carrier's number tied, where they name one parcel only.
///
/// One order may be several parcels. Carriers that both collected at the sender have a parcel each:
/// a shop's number joins a carrier that began on the way to the one that collected, and papers of
/// authorities to their parcel.
pub(super) fn tie(nodes: &[Node], union: &mut Union) -> Vec<Notice> {
    let mut holders: BTreeMap<SmolStr, BTreeSet<usize>> = BTreeMap::new();
    for (at, node) in nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.is_order())
    {
        for (shipment, reference) in node
            .statements()
            .filter(|(_, reference)| reference.role.suggests_parcel())
        {
            if ruling(shipment, reference).ties() && is_telling(&reference.number) {
                holders
                    .entry(reference.number.to_uppercase().into())
                    .or_default()
                    .insert(at);
            }
        }
    }
    let mut notices = Vec::new();
    for (number, members) in holders {
        let groups: BTreeSet<usize> = members.iter().map(|at| union.root(*at)).collect();
        if groups.len() < 2 {
            continue;
        }
        let members: Vec<usize> = members.into_iter().collect();
        if names_one_parcel(nodes, &members, union) {
            for pair in members.windows(2) {
                union.tie(pair[0], pair[1]);
            }
        } else if !are_told_apart(nodes, &members, union) {
            let feeds = members
                .iter()
                .flat_map(|at| &nodes[*at].shipments)
                .map(|shipment| &shipment.feed);
            let Some(feed) = feeds.min().cloned() else {
                continue;
            };
            let notice = Notice::of_own_words(
                NoticeKind::AmbiguousLink,
                feed,
                "the shop's number stands for several parcels; it ties none of them",
            )
            .at("reference");
            notices.push(notice.value(&number));
        }
    }
    notices
}

/// Whether a shop's number is long enough to mean something: `1` or `SAMPLE` tie nothing.
pub(super) fn is_telling(number: &str) -> bool {
    number.len() >= 5 && !is_placeholder(number)
}

/// One leg of each carrier, one parcel of each authority, all within reach of each other, and one
/// carrier that collected it.
fn names_one_parcel(nodes: &[Node], members: &[usize], union: &mut Union) -> bool {
    let mut groups: BTreeMap<usize, Vec<&Node>> = BTreeMap::new();
    for at in members {
        groups.entry(union.root(*at)).or_default().push(&nodes[*at]);
    }
    let counts = |node: &&&Node| node.issuer != IssuerKind::Authority || node.is_about_a_parcel();
    let carriers = groups.values().map(|group| {
        group
            .iter()
            .filter(counts)
            .map(|node| &node.id.carrier)
            .collect::<BTreeSet<&CarrierId>>()
    });
    let mut seen = BTreeSet::new();
    let is_unique = carriers.flatten().all(|carrier| seen.insert(carrier));
    let spans = || members.iter().filter_map(|at| nodes[*at].span);
    // The two that lie farthest apart are the one that ends first and the one that begins last.
    let gap = spans()
        .map(|(start, _)| start)
        .max()
        .zip(spans().map(|(_, end)| end).min())
        .map(|(start, end)| start - end);
    is_unique
        && gap.is_none_or(|gap| gap <= SHOP_NUMBER_REACH)
        && is_collected_once(groups.values())
}

/// Whether of all groups that a carrier reports one alone may have begun at the sender, and the
/// others moved after it.
fn is_collected_once<'g, 'n: 'g>(groups: impl Iterator<Item = &'g Vec<&'n Node>>) -> bool {
    let carried = groups.map(|group| {
        group
            .iter()
            .filter(|node| node.issuer == IssuerKind::Carrier)
            .copied()
            .collect::<Vec<&Node>>()
    });
    let carried: Vec<Vec<&Node>> = carried.filter(|group| !group.is_empty()).collect();
    if carried.len() < 2 {
        return true;
    }
    let first_moved = |group: &[&Node]| group.iter().filter_map(|node| node.first_moved).min();
    let (on_the_way, collected): (Vec<&Vec<&Node>>, Vec<&Vec<&Node>>) =
        carried.iter().partition(|group| began_on_the_way(group));
    let [first] = collected.as_slice() else {
        return false;
    };
    let left: Option<DateTime<Utc>> = first.iter().filter_map(|node| node.last_moved).max();
    let takes_over = |group: &&Vec<&Node>| {
        let later = first_moved(group)
            .zip(first_moved(first))
            .is_some_and(|(later, moved)| later >= moved);
        // Whoever still moves it after another has it, or delivers it as the other does, has a
        // parcel of his own.
        let holds_it = first_moved(group)
            .zip(left)
            .is_some_and(|(later, left)| left > later + HAND_OVER_SLACK);
        later && !holds_it && !(is_delivered(first) && is_delivered(group))
    };
    on_the_way.iter().all(takes_over)
}

fn is_delivered(group: &[&Node]) -> bool {
    group
        .iter()
        .flat_map(|node| &node.shipments)
        .flat_map(|shipment| &shipment.events)
        .any(|event| event.milestone == Milestone::Delivered)
}

/// Whether carriers moved a parcel and none of them tells how it began.
fn began_on_the_way(group: &[&Node]) -> bool {
    let mut events = group
        .iter()
        .flat_map(|node| &node.shipments)
        .flat_map(|shipment| &shipment.events);
    group.iter().any(|node| node.first_moved.is_some()) && !events.any(begins)
}

/// Whether the shop itself says of each that it is a parcel of its own.
fn are_told_apart(nodes: &[Node], members: &[usize], union: &mut Union) -> bool {
    let told: BTreeSet<usize> = members
        .iter()
        .filter(|at| nodes[**at].issuer == IssuerKind::Merchant)
        .map(|at| union.root(*at))
        .collect();
    members.iter().all(|at| told.contains(&union.root(*at)))
}
