//! Orders: what a shop says of them, and which parcels they became.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use smol_str::SmolStr;

use super::set::{Node, SHOP_NUMBER_REACH, is_telling, nearest};
use super::union::Union;
use crate::adapter::{IssuerKind, Notice, NoticeKind};
use crate::model::{EventTime, FeedId, Personal, Promise, Role, Shipment, TrackingNumber};

/// An order that a parcel belongs to, as its shop tells it. Of several tellings of a field the one received last stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

/// The orders told of in deliveries, which come in canonical order.
pub(super) fn told(deliveries: &[&Shipment]) -> Vec<OrderState> {
    let mut orders: BTreeMap<(&FeedId, &TrackingNumber, Option<&SmolStr>), OrderState> = BTreeMap::new();
    for shipment in deliveries {
        let Some(order) = &shipment.order else { continue };
        let id = shipment.instance.as_ref();
        let known = orders.entry((&shipment.feed, &shipment.number, id)).or_insert_with(|| OrderState {
            feed: shipment.feed.clone(),
            number: shipment.number.clone(),
            id: id.cloned(),
            placed: None,
            ship_by: None,
            promise: None,
            customer: None,
            basket: None,
        });
        let first = shipment.events.iter().map(|event| &event.time).chain(&known.placed).min_by_key(|time| (time.middle(), time.raw()));
        known.placed = first.cloned();
        known.ship_by = order.ship_by.clone().or(known.ship_by.take());
        known.promise = shipment.promise().cloned().or(known.promise.take());
        known.customer = order.customer.clone().or(known.customer.take());
        known.basket = order.basket.clone().or(known.basket.take());
    }
    orders.into_values().collect()
}

/// Which parcels each order became: for the node of an order, the roots of the parcels. What is said of an order is said of each of them.
///
/// A waybill that the shop names is its parcel for sure. So is a parcel of which a carrier or authority names the order's number, if only one
/// order in reach has that number.
pub(super) fn attach(nodes: &[Node], union: &mut Union, notices: &mut Vec<Notice>) -> BTreeMap<usize, BTreeSet<usize>> {
    let orders: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].is_order()).collect();
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
    let mut holders: BTreeMap<TrackingNumber, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| !node.is_order()) {
        for reference in node.references().filter(|reference| reference.role.suggests_parcel()) {
            holders.entry(TrackingNumber::new(&reference.number)).or_default().push(at);
        }
    }
    for (name, orders) in by_name.into_iter().filter(|(name, _)| is_telling(name.as_str())) {
        for holder in holders.get(&name).into_iter().flatten().copied() {
            let root = union.root(holder);
            if orders.iter().any(|order| parcels.get(order).is_some_and(|roots| roots.contains(&root))) {
                continue;
            }
            let near: Vec<usize> = orders.iter().copied().filter(|order| nodes[*order].distance(&nodes[holder]) <= SHOP_NUMBER_REACH).collect();
            match near.as_slice() {
                [] => {}
                [only] => {
                    parcels.entry(*only).or_default().insert(root);
                }
                _ => notices.extend(ambiguous(&nodes[holder], &name)),
            }
        }
    }
    notices.sort();
    notices.dedup();
    parcels
}

/// The parcels whose waybills an order names. The shop's own statement about a waybill is preferred: it is about the same use of the number.
fn by_waybills(nodes: &[Node], orders: &[usize], union: &mut Union) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut by_number: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| !node.is_order()) {
        by_number.entry(node.id.number.as_str()).or_default().push(at);
    }
    let mut parcels: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for order in orders.iter().copied() {
        for reference in nodes[order].references().filter(|reference| reference.role == Role::Waybill) {
            let number = TrackingNumber::new(&reference.number);
            let named = || by_number.get(number.as_str()).into_iter().flatten().copied();
            let of_shop = named().filter(|at| nodes[*at].issuer == IssuerKind::Merchant && nodes[*at].id.carrier == nodes[order].id.carrier);
            let of_carrier = named().filter(|at| {
                let is_its = reference.carrier.as_ref().is_none_or(|carrier| *carrier == nodes[*at].id.carrier);
                is_its && nodes[*at].distance(&nodes[order]) <= SHOP_NUMBER_REACH
            });
            if let Some(meant) = nearest(nodes, order, of_shop).or_else(|| nearest(nodes, order, of_carrier)) {
                parcels.entry(order).or_default().insert(union.root(meant));
            }
        }
    }
    parcels
}

/// The numbers under which others may name an order.
fn names(order: &Node) -> BTreeSet<TrackingNumber> {
    let others = order.references().filter(|reference| reference.role == Role::Order).map(|reference| TrackingNumber::new(&reference.number));
    others.chain([order.id.number.clone()]).collect()
}

fn ambiguous(holder: &Node, name: &TrackingNumber) -> Option<Notice> {
    let feed = holder.shipments.iter().map(|shipment| &shipment.feed).min()?.clone();
    let message = "several orders have the number that the parcel names; it is tied to none of them";
    Some(Notice::new(NoticeKind::AmbiguousLink, feed, message).about(Some(&holder.id.number)).at("reference").value(name.as_str()))
}
