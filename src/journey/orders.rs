//! Orders: what a shop says of them, and which parcels they became.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use smol_str::SmolStr;

use super::digest;
use super::joining::{Found, Scene};
use super::shop_numbers::{SHOP_NUMBER_REACH, is_telling};
use super::union::Union;
use super::uses::{ByNumber, Node, nearest, proven_first};
use crate::model::{
    EventTime, FeedId, IssuerKind, Notice, NoticeKind, Personal, Promise, Role, Shipment,
    TrackingNumber,
};

/// An order that a parcel belongs to, as its shop tells it. Of several tellings of a field the one
/// received last stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrderState {
    /// The shop's feed.
    pub feed: FeedId,
    /// The order's number.
    pub number: TrackingNumber,
    /// The shop's own id of the record: one number under two ids is two orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SmolStr>,
    /// When the shop's first signal lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<EventTime>,
    /// When the shop promised to hand it to a carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_by: Option<EventTime>,
    /// When the shop promised that it will be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// The shop's key of the customer, hidden in `Debug` and JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Personal>,
    /// The shop's fingerprint of what was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basket: Option<SmolStr>,
}

/// The orders reported in deliveries. Of two tellings received at one moment the later day stands,
/// and of what has no order one always the same.
pub(super) fn told(deliveries: &[&Shipment]) -> Vec<OrderState> {
    let mut orders: BTreeMap<(&FeedId, &TrackingNumber, Option<&SmolStr>), Vec<&Shipment>> =
        BTreeMap::new();
    for shipment in deliveries
        .iter()
        .filter(|shipment| shipment.order.is_some())
    {
        orders
            .entry((&shipment.feed, &shipment.number, shipment.instance.as_ref()))
            .or_default()
            .push(shipment);
    }
    let state = |((feed, number, id), tellings): (
        (&FeedId, &TrackingNumber, Option<&SmolStr>),
        Vec<&Shipment>,
    )| {
        let of_orders = || {
            tellings
                .iter()
                .filter_map(|shipment| Some((shipment.received, shipment.order.as_deref()?)))
        };
        let by_time = |time: &&EventTime| (time.latest(), time.earliest(), digest(time));
        let times = tellings
            .iter()
            .flat_map(|shipment| &shipment.events)
            .map(|event| &event.time);
        let promises = tellings
            .iter()
            .filter_map(|shipment| Some((shipment.received, shipment.promise()?)));
        OrderState {
            feed: feed.clone(),
            number: number.clone(),
            id: id.cloned(),
            placed: times
                .min_by_key(|time| (time.middle(), digest(time)))
                .cloned(),
            ship_by: last(
                of_orders().filter_map(|(at, order)| Some((at, order.ship_by.as_ref()?))),
                by_time,
            ),
            promise: last(promises, |promise| {
                (
                    promise.kind.currency(),
                    by_time(&&promise.by),
                    digest(promise),
                )
            }),
            customer: last(
                of_orders().filter_map(|(at, order)| Some((at, order.customer.as_ref()?))),
                |customer| customer.reveal().to_owned(),
            ),
            basket: last(
                of_orders().filter_map(|(at, order)| Some((at, order.basket.as_ref()?))),
                |basket| (*basket).clone(),
            ),
        }
    };
    orders.into_iter().map(state).collect()
}

/// What was received last; of several received at one moment the greatest.
fn last<'t, T: Clone + 't, K: Ord>(
    told: impl Iterator<Item = (DateTime<Utc>, &'t T)>,
    key: impl Fn(&&'t T) -> K,
) -> Option<T> {
    told.max_by_key(|(received, value)| (*received, key(value)))
        .map(|(_, value)| value.clone())
}

/// An order's deliveries as each of its parcels is told them. Of several parcels none is told the
/// others' waybills, or an order of ten thousand parcels would be told ten thousand times.
pub(super) fn told_in_each(order: &[Arc<Shipment>], parcels: usize) -> Vec<Arc<Shipment>> {
    if parcels < 2 {
        return order.to_vec();
    }
    let without_waybills = |shipment: &Arc<Shipment>| {
        let mut shipment = Shipment::clone(shipment);
        shipment
            .references
            .retain(|reference| reference.role != Role::Waybill);
        Arc::new(shipment)
    };
    order.iter().map(without_waybills).collect()
}

/// The most orders that one number may stand for, so that it says which one is meant.
const MOST_ORDERS: usize = 16;

/// Which parcels orders became.
#[derive(Default)]
pub(super) struct Attached {
    /// For the node of an order, the roots of the parcels. What is said of an order is said of each
    /// of them.
    pub parcels: BTreeMap<usize, BTreeSet<usize>>,
    /// Orders of which nothing proves who speaks, by name: who names it, and the roots of the parcels
    /// that it had when the name's turn came.
    pub unproven: BTreeMap<(usize, TrackingNumber), (BTreeSet<usize>, BTreeSet<usize>)>,
}

/// Which parcels each order became.
///
/// A waybill that the shop names is its parcel for sure. So is a parcel of which a carrier or
/// authority names the order's number, if only one order in reach has that number.
pub(super) fn attach(scene: &Scene<'_>, union: &mut Union, found: &mut Found) -> Attached {
    let nodes = scene.nodes;
    let orders: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].is_order).collect();
    let mut attached = Attached::default();
    if orders.is_empty() {
        return attached;
    }
    by_waybills(scene, &orders, union, &mut attached.parcels);
    let mut by_name: BTreeMap<TrackingNumber, Vec<usize>> = BTreeMap::new();
    for at in orders {
        for name in nodes[at].names() {
            by_name.entry(name).or_default().push(at);
        }
    }
    let holders = holders(scene, &by_name, found);
    for (name, orders) in by_name
        .into_iter()
        .filter(|(name, _)| is_telling(name.as_str()))
    {
        let (orders, unproven): (Vec<usize>, Vec<usize>) =
            orders.into_iter().partition(|order| nodes[*order].proven);
        let holders = || holders.get(&name).into_iter().flatten().copied();
        for (order, holder) in confirmed(nodes, &unproven, holders()) {
            let parcels = attached.parcels.entry(order).or_default();
            parcels.insert(union.root(holder));
        }
        for order in unproven {
            let parcels = attached.parcels.get(&order).cloned().unwrap_or_default();
            let known = (holders().collect(), parcels);
            attached.unproven.insert((order, name.clone()), known);
        }
        for holder in holders() {
            let root = union.root(holder);
            let is_many = orders.len() > MOST_ORDERS;
            let has_it = |order: &usize| {
                attached
                    .parcels
                    .get(order)
                    .is_some_and(|roots| roots.contains(&root))
            };
            if !is_many && orders.iter().any(has_it) {
                continue;
            }
            let near = || {
                orders
                    .iter()
                    .copied()
                    .filter(|order| nodes[*order].distance(&nodes[holder]) <= SHOP_NUMBER_REACH)
                    .take(2)
            };
            match (is_many, near().next(), near().nth(1)) {
                (false, None, _) => {}
                (false, Some(only), None) => {
                    attached.parcels.entry(only).or_default().insert(root);
                }
                _ => {
                    let why = "several orders have the number that the parcel names; it is tied to none of them";
                    let notice = refused(&nodes[holder], &name, NoticeKind::AmbiguousLink, why);
                    found.notices.extend(notice.map(|notice| (holder, notice)));
                }
            }
        }
    }
    attached
}

/// The parcels that name orders, by the name.
fn holders(
    scene: &Scene<'_>,
    by_name: &BTreeMap<TrackingNumber, Vec<usize>>,
    found: &mut Found,
) -> BTreeMap<TrackingNumber, BTreeSet<usize>> {
    let mut holders: BTreeMap<TrackingNumber, BTreeSet<usize>> = BTreeMap::new();
    for (at, node) in scene
        .nodes
        .iter()
        .enumerate()
        .filter(|(at, node)| scene.here[*at] && !node.is_order)
    {
        for said in node.says.iter().filter(|said| said.role.suggests_parcel()) {
            if said.ties() {
                holders.entry(said.number.clone()).or_default().insert(at);
            } else if by_name.contains_key(&said.number) {
                let why = "who proves nothing, or names a placeholder, names no order";
                let notice = refused(node, &said.number, NoticeKind::LinkRefused, why);
                found.notices.extend(notice.map(|notice| (at, notice)));
            }
        }
    }
    holders
}

/// Which orders that prove nothing are those of parcels all the same: parcel and order name each
/// other.
fn confirmed(
    nodes: &[Arc<Node>],
    orders: &[usize],
    holders: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    if orders.is_empty() {
        return Vec::new();
    }
    let mut by_number: BTreeMap<&TrackingNumber, Vec<usize>> = BTreeMap::new();
    for holder in holders {
        by_number
            .entry(&nodes[holder].id.number)
            .or_default()
            .push(holder);
    }
    let mut confirmed = Vec::new();
    for order in orders.iter().copied() {
        for (number, named) in &by_number {
            for said in nodes[order].waybills(number) {
                let is_its = |holder: &usize| {
                    said.stated
                        .as_ref()
                        .is_none_or(|carrier| *carrier == nodes[*holder].id.carrier)
                };
                let holder = nearest(nodes, order, named.iter().copied().filter(is_its));
                confirmed.extend(holder.map(|holder| (order, holder)));
            }
        }
    }
    confirmed
}

/// The parcels whose waybills an order names. The shop's own statement about a waybill is
/// preferred: it is about the same use of the number.
fn by_waybills(
    scene: &Scene<'_>,
    orders: &[usize],
    union: &mut Union,
    parcels: &mut BTreeMap<usize, BTreeSet<usize>>,
) {
    let nodes = scene.nodes;
    let by_number = ByNumber::of(nodes);
    let numbers: BTreeSet<&TrackingNumber> = (0..nodes.len())
        .filter(|at| scene.here[*at] && !nodes[*at].is_order)
        .map(|at| &nodes[at].id.number)
        .collect();
    for order in orders.iter().copied() {
        for said in numbers
            .iter()
            .flat_map(|number| nodes[order].waybills(number))
            .filter(|said| said.ties())
        {
            let named = || by_number.get(said.number.as_str()).iter().copied();
            let of_shop = named().filter(|at| {
                nodes[*at].issuer == IssuerKind::Merchant
                    && nodes[*at].id.carrier == nodes[order].id.carrier
            });
            let of_carrier = named().filter(|at| {
                let is_its = said
                    .stated
                    .as_ref()
                    .is_none_or(|carrier| *carrier == nodes[*at].id.carrier);
                is_its && nodes[*at].distance(&nodes[order]) <= SHOP_NUMBER_REACH
            });
            let of_carrier = proven_first(nodes, of_carrier.collect());
            if let Some(meant) = nearest(nodes, order, of_shop)
                .or_else(|| nearest(nodes, order, of_carrier.into_iter()))
            {
                parcels.entry(order).or_default().insert(union.root(meant));
            }
        }
    }
}

/// What is said of an order that proves nothing, of which parcels name the number and none is its.
pub(super) fn unproven(order: &Node, name: &TrackingNumber) -> Option<Notice> {
    let why =
        "an order of which nothing proves who speaks is told of no parcel that it does not name";
    refused(order, name, NoticeKind::LinkRefused, why)
}

fn refused(
    holder: &Node,
    name: &TrackingNumber,
    kind: NoticeKind,
    message: &str,
) -> Option<Notice> {
    Some(
        Notice::of_own_words(kind, holder.feed.clone()?, message)
            .about(Some(&holder.id.number))
            .at("reference")
            .value(name.as_str()),
    )
}
