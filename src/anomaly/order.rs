//! The shop's own part, as rules read it: [`OrderDigest`].

use std::collections::{HashMap, HashSet};

use smol_str::{SmolStr, format_smolstr};

use super::fact::When;
use crate::journey::{OrderState, Snapshot};
use crate::model::{
    Event, EventId, FeedId, Fnv, IssuerKind, Milestone, OrderSignal, Personal, Reason,
    TrackingNumber,
};

/// An order that the parcel belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderDigest {
    /// The order's number.
    pub number: TrackingNumber,
    /// The shop's own id of the record.
    pub id: Option<SmolStr>,
    /// A name of the record in findings, derived from feed, number and id: sixteen digits that tell
    /// nobody the number.
    pub key: SmolStr,
    /// The order's first signal.
    pub placed: Option<Signal>,
    /// When the shop promised to hand it to a carrier.
    pub ship_by: Option<When>,
    /// When the shop promised its delivery.
    pub deliver_by: Option<When>,
    /// The shop's key of the customer.
    pub customer: Option<Personal>,
    /// The shop's fingerprint of what was ordered.
    pub basket: Option<SmolStr>,
    /// The payment that failed, while none was made since.
    pub unpaid: Option<Signal>,
    /// The shortage, while nothing shows that it is over.
    pub short: Option<Signal>,
    /// That the shop handed this parcel, or the order, to a carrier.
    pub handed_over: Option<Signal>,
    /// That it was cancelled.
    pub cancelled: Option<Signal>,
}

/// Something that the shop said happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signal {
    /// The statement.
    pub event: EventId,
    /// When.
    pub at: When,
}

impl Signal {
    fn of(event: &Event) -> Self {
        Self {
            event: event.id(),
            at: When::from(&event.time),
        }
    }
}

/// The orders of a journey, with what their shops have said of them.
pub(super) fn orders(snapshot: &Snapshot) -> Vec<OrderDigest> {
    if snapshot.orders.is_empty() {
        return Vec::new();
    }
    let shops: HashSet<&FeedId> = snapshot
        .feeds
        .iter()
        .filter(|feed| feed.issuer == IssuerKind::Merchant)
        .map(|feed| &feed.id)
        .collect();
    let mut said = Said {
        of_order: snapshot
            .orders
            .iter()
            .map(|order| (&order.number, Vec::new()))
            .collect(),
        of_parcel: Vec::new(),
    };
    let events = snapshot
        .events
        .iter()
        .filter(|event| event.time.earliest() <= snapshot.at && shops.contains(&event.feed));
    for told in events.enumerate() {
        said.of_order
            .get_mut(&told.1.number)
            .unwrap_or(&mut said.of_parcel)
            .push(told);
    }
    snapshot
        .orders
        .iter()
        .map(|order| digest(order, &said))
        .collect()
}

/// What shops said, each with its place in the order of time.
struct Said<'s> {
    /// Of each order.
    of_order: HashMap<&'s TrackingNumber, Vec<(usize, &'s Event)>>,
    /// Of the parcel, under its waybill.
    of_parcel: Vec<(usize, &'s Event)>,
}

impl<'s> Said<'s> {
    /// What the shop of an order said of it and of the parcel, oldest first.
    fn about(&self, order: &OrderState) -> impl Iterator<Item = &'s Event> {
        let of_order = self.of_order.get(&order.number).into_iter().flatten();
        let is_of_shop = |told: &&(usize, &'s Event)| told.1.feed == order.feed;
        let mut told: Vec<(usize, &'s Event)> = of_order
            .chain(&self.of_parcel)
            .filter(is_of_shop)
            .copied()
            .collect();
        told.sort_unstable_by_key(|(at, _)| *at);
        told.into_iter().map(|(_, event)| event)
    }
}

/// What is said of the order, and of this parcel under its waybill; not what is said of another
/// order.
fn digest(order: &OrderState, said: &Said<'_>) -> OrderDigest {
    let signals = said
        .about(order)
        .fold(Signals::default(), |signals, event| signals.after(event));
    OrderDigest {
        number: order.number.clone(),
        id: order.id.clone(),
        key: key(order),
        placed: signals.placed,
        ship_by: order.ship_by.as_ref().map(When::from),
        deliver_by: order
            .promise
            .as_ref()
            .map(|promise| When::from(&promise.by)),
        customer: order.customer.clone(),
        basket: order.basket.clone(),
        unpaid: signals.unpaid,
        short: signals.short,
        handed_over: signals.handed_over,
        cancelled: signals.cancelled,
    }
}

/// What a shop's signals come to; they come oldest first.
#[derive(Clone, Copy, Default)]
struct Signals {
    placed: Option<Signal>,
    unpaid: Option<Signal>,
    short: Option<Signal>,
    handed_over: Option<Signal>,
    cancelled: Option<Signal>,
}

impl Signals {
    fn after(self, event: &Event) -> Self {
        let signal = Some(Signal::of(event));
        let before = Self {
            placed: self.placed.or(signal),
            ..self
        };
        match (event.milestone, event.reason, event.signal) {
            (Milestone::Exception, Some(Reason::PaymentFailed), _) => Self {
                unpaid: signal,
                ..before
            },
            (Milestone::Exception, Some(Reason::StockShort), _) => Self {
                short: signal,
                ..before
            },
            (Milestone::HandedOver, ..) => Self {
                handed_over: signal,
                short: None,
                ..before
            },
            (Milestone::Cancelled, ..) => Self {
                cancelled: signal,
                unpaid: None,
                short: None,
                ..before
            },
            (.., Some(OrderSignal::Paid | OrderSignal::Refunded)) => Self {
                unpaid: None,
                ..before
            },
            (.., Some(OrderSignal::StockRestored | OrderSignal::Packed)) => Self {
                short: None,
                ..before
            },
            _ => before,
        }
    }
}

fn key(order: &OrderState) -> SmolStr {
    let mut hash = Fnv::default();
    hash.text(order.feed.as_str());
    hash.text(order.number.as_str());
    hash.text(order.id.as_deref().unwrap_or_default());
    format_smolstr!("{:016x}", hash.0)
}
