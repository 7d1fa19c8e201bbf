//! Which parcels a shop's own numbers (order, reference) tie: [`tie`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use smol_str::SmolStr;

use super::index::{Key, Member, several_parcels};
use super::joining::{Found, Scene};
use super::ties::is_placeholder;
use super::union::Union;
use super::uses::{HAND_OVER_SLACK, Node};
use crate::model::{CarrierId, FeedId, IssuerKind, Role};

/// How far apart shipments may lie that only a shop's number ties.
pub(super) const SHOP_NUMBER_REACH: Duration = Duration::days(120);

/// Ties by the shop's numbers what no carrier's number tied, where they name one parcel only.
///
/// One order may be several parcels. Carriers that both collected at the sender have a parcel each:
/// a shop's number joins a carrier that began on the way to the one that collected, and papers of
/// authorities to their parcel.
pub(super) fn tie(scene: &Scene<'_>, union: &mut Union, found: &mut Found) {
    let nodes = scene.nodes;
    let mut holders: BTreeMap<SmolStr, BTreeSet<usize>> = BTreeMap::new();
    for (at, node) in nodes
        .iter()
        .enumerate()
        .filter(|(at, node)| scene.here[*at] && !node.is_order)
    {
        for said in node.says.iter().filter(|said| said.role.suggests_parcel()) {
            if said.ties() && is_telling(&said.text) {
                holders
                    .entry(said.text.to_uppercase().into())
                    .or_default()
                    .insert(at);
            }
        }
    }
    for (number, members) in holders {
        let members: Vec<usize> = members.into_iter().collect();
        let key = Key::Shop(number.clone());
        let of_group = groups(nodes, &members, union);
        if (scene.shut)(&key) || has_several_of_a_carrier(&of_group) {
            let refused = members.iter().map(|at| member(nodes, *at, union.root(*at)));
            found.refused.insert(key, refused.collect());
            continue;
        }
        if of_group.len() < 2 {
            continue;
        }
        if names_one_parcel(nodes, &members, &of_group) {
            for pair in members.windows(2) {
                union.tie(pair[0], pair[1]);
            }
        } else if !are_told_apart(nodes, &members, union) {
            let Some(feed) = members
                .iter()
                .filter_map(|at| nodes[*at].feed.as_ref())
                .min()
            else {
                continue;
            };
            found
                .notices
                .push((members[0], several_parcels(feed, &number)));
        }
    }
}

/// A use that holds a shop's number which is refused.
fn member(nodes: &[Arc<Node>], at: usize, group: usize) -> Member {
    Member {
        at,
        speaker: at,
        feed: nodes[at].feed.clone().unwrap_or_else(|| FeedId::from("")),
        role: Role::Order,
        group,
        after: None,
        list: None,
        silent: false,
    }
}

/// Whether a shop's number is long enough to mean something: `1` or `SAMPLE` tie nothing.
pub(super) fn is_telling(number: &str) -> bool {
    number.len() >= 5 && !is_placeholder(number)
}

/// Those who name it, by what they are one parcel with.
fn groups<'n>(
    nodes: &'n [Arc<Node>],
    members: &[usize],
    union: &mut Union,
) -> BTreeMap<usize, Vec<&'n Node>> {
    let mut groups: BTreeMap<usize, Vec<&Node>> = BTreeMap::new();
    for at in members {
        groups.entry(union.root(*at)).or_default().push(&nodes[*at]);
    }
    groups
}

/// Whether a carrier, or an authority that speaks of parcels, has several parcels of it.
fn has_several_of_a_carrier(groups: &BTreeMap<usize, Vec<&Node>>) -> bool {
    let counts = |node: &&&Node| node.issuer != IssuerKind::Authority || node.is_about_a_parcel;
    let carriers = groups.values().map(|group| {
        group
            .iter()
            .filter(counts)
            .map(|node| &node.id.carrier)
            .collect::<BTreeSet<&CarrierId>>()
    });
    let mut seen = BTreeSet::new();
    !carriers.flatten().all(|carrier| seen.insert(carrier))
}

/// All within reach of each other, and one carrier that collected it; each carrier has one parcel of
/// it.
fn names_one_parcel(
    nodes: &[Arc<Node>],
    members: &[usize],
    groups: &BTreeMap<usize, Vec<&Node>>,
) -> bool {
    let spans = || members.iter().filter_map(|at| nodes[*at].span);
    // The two that lie farthest apart are the one that ends first and the one that begins last.
    let gap = spans()
        .map(|(start, _)| start)
        .max()
        .zip(spans().map(|(_, end)| end).min())
        .map(|(start, end)| start - end);
    gap.is_none_or(|gap| gap <= SHOP_NUMBER_REACH) && is_collected_once(groups.values())
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
    group.iter().any(|node| node.delivered)
}

/// Whether carriers moved a parcel and none of them tells how it began.
fn began_on_the_way(group: &[&Node]) -> bool {
    group.iter().any(|node| node.first_moved.is_some()) && !group.iter().any(|node| node.begins)
}

/// Whether the shop itself says of each that it is a parcel of its own.
fn are_told_apart(nodes: &[Arc<Node>], members: &[usize], union: &mut Union) -> bool {
    let told: BTreeSet<usize> = members
        .iter()
        .filter(|at| nodes[**at].issuer == IssuerKind::Merchant)
        .map(|at| union.root(*at))
        .collect();
    members.iter().all(|at| told.contains(&union.root(*at)))
}
