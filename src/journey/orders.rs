//! Orders: what a shop says of them, and which parcels they became.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use smol_str::SmolStr;

use super::digest;
use super::shop_numbers::{SHOP_NUMBER_REACH, is_telling};
use super::ties::ruling;
use super::union::Union;
use super::uses::{ByNumber, Node, nearest, proven_first};
use crate::model::{EventTime, FeedId, Personal, Promise, Role, Shipment, TrackingNumber};
use crate::model::{IssuerKind, Notice, NoticeKind};

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
pub(super) fn told_in_each(order: &Node, parcels: usize) -> Vec<Arc<Shipment>> {
    if parcels < 2 {
        return order.shipments.clone();
    }
    let without_waybills = |shipment: &Arc<Shipment>| {
        let mut shipment = Shipment::clone(shipment);
        shipment
            .references
            .retain(|reference| reference.role != Role::Waybill);
        Arc::new(shipment)
    };
    order.shipments.iter().map(without_waybills).collect()
}

/// The most orders that one number may stand for, so that it says which one is meant.
const MOST_ORDERS: usize = 16;

/// Which parcels each order became: for the node of an order, the roots of the parcels. What is
/// said of an order is said of each of them.
///
/// A waybill that the shop names is its parcel for sure. So is a parcel of which a carrier or
/// authority names the order's number, if only one order in reach has that number.
pub(super) fn attach(
    nodes: &[Node],
    union: &mut Union,
    notices: &mut Vec<Notice>,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let orders: Vec<usize> = (0..nodes.len())
        .filter(|at| nodes[*at].is_order())
        .collect();
    if orders.is_empty() {
        return BTreeMap::new();
    }
    let mut parcels = by_waybills(nodes, &orders, union);
    let mut by_name: BTreeMap<TrackingNumber, Vec<usize>> = BTreeMap::new();
    for at in orders {
        for name in names(&nodes[at]) {
            by_name.entry(name).or_default().push(at);
        }
    }
    let mut holders: BTreeMap<TrackingNumber, BTreeSet<usize>> = BTreeMap::new();
    for (at, node) in nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.is_order())
    {
        for (shipment, reference) in node
            .statements()
            .filter(|(_, reference)| reference.role.suggests_parcel())
        {
            let number = TrackingNumber::new(&reference.number);
            if ruling(shipment, reference).ties() {
                holders.entry(number).or_default().insert(at);
            } else if by_name.contains_key(&number) {
                notices.extend(refused(
                    node,
                    &number,
                    NoticeKind::LinkRefused,
                    "who proves nothing, or names a placeholder, names no order",
                ));
            }
        }
    }
    for (name, orders) in by_name
        .into_iter()
        .filter(|(name, _)| is_telling(name.as_str()))
    {
        let (orders, unproven): (Vec<usize>, Vec<usize>) =
            orders.into_iter().partition(|order| nodes[*order].proven);
        let holders = || holders.get(&name).into_iter().flatten().copied();
        for (order, holder) in confirmed(nodes, &unproven, holders()) {
            parcels.entry(order).or_default().insert(union.root(holder));
        }
        for order in unproven {
            if holders().next().is_some() && !parcels.contains_key(&order) {
                notices.extend(refused(
                    &nodes[order],
                    &name,
                    NoticeKind::LinkRefused,
                    "an order of which nothing proves who speaks is told of no parcel that it does not name",
                ));
            }
        }
        for holder in holders() {
            let root = union.root(holder);
            let is_many = orders.len() > MOST_ORDERS;
            let has_it = |order: &usize| {
                parcels
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
                    parcels.entry(only).or_default().insert(root);
                }
                _ => {
                    let message = "several orders have the number that the parcel names; it is tied to none of them";
                    notices.extend(refused(
                        &nodes[holder],
                        &name,
                        NoticeKind::AmbiguousLink,
                        message,
                    ));
                }
            }
        }
    }
    notices.sort();
    notices.dedup();
    parcels
}

/// Which orders that prove nothing are those of parcels all the same: parcel and order name each
/// other.
fn confirmed(
    nodes: &[Node],
    orders: &[usize],
    holders: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    if orders.is_empty() {
        return Vec::new();
    }
    let mut by_number: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for holder in holders {
        by_number
            .entry(nodes[holder].id.number.as_str())
            .or_default()
            .push(holder);
    }
    let mut confirmed = Vec::new();
    for order in orders.iter().copied() {
        for (_, reference) in nodes[order]
            .statements()
            .filter(|(_, reference)| reference.role == Role::Waybill)
        {
            let number = TrackingNumber::new(&reference.number);
            let named = by_number.get(number.as_str()).into_iter().flatten();
            let is_its = |holder: &usize| {
                reference
                    .carrier
                    .as_ref()
                    .is_none_or(|carrier| *carrier == nodes[*holder].id.carrier)
            };
            let holder = nearest(nodes, order, named.copied().filter(is_its));
            confirmed.extend(holder.map(|holder| (order, holder)));
        }
    }
    confirmed
}

/// The parcels whose waybills an order names. The shop's own statement about a waybill is
/// preferred: it is about the same use of the number.
fn by_waybills(
    nodes: &[Node],
    orders: &[usize],
    union: &mut Union,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let by_number = ByNumber::of(nodes);
    let mut parcels: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for order in orders.iter().copied() {
        for (shipment, reference) in nodes[order]
            .statements()
            .filter(|(_, reference)| reference.role == Role::Waybill)
        {
            if !ruling(shipment, reference).ties() {
                continue;
            }
            let number = TrackingNumber::new(&reference.number);
            let named = || by_number.get(number.as_str()).iter().copied();
            let of_shop = named().filter(|at| {
                nodes[*at].issuer == IssuerKind::Merchant
                    && nodes[*at].id.carrier == nodes[order].id.carrier
            });
            let of_carrier = named().filter(|at| {
                let is_its = reference
                    .carrier
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
    parcels
}

/// The numbers under which others may name an order.
fn names(order: &Node) -> BTreeSet<TrackingNumber> {
    let named = order.statements().filter(|(shipment, reference)| {
        reference.role == Role::Order && ruling(shipment, reference).ties()
    });
    let others = named.map(|(_, reference)| TrackingNumber::new(&reference.number));
    others.chain([order.id.number.clone()]).collect()
}

fn refused(
    holder: &Node,
    name: &TrackingNumber,
    kind: NoticeKind,
    message: &str,
) -> Option<Notice> {
    let feed = holder
        .shipments
        .iter()
        .map(|shipment| &shipment.feed)
        .min()?
        .clone();
    Some(
        Notice::of_own_words(kind, feed, message)
            .about(Some(&holder.id.number))
            .at("reference")
            .value(name.as_str()),
    )
}
