//! Shipments under one number told apart by the feeds' own identities ([`told_apart`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use smol_str::SmolStr;

use super::uses::{Span, distance, is_movement, span};
use crate::model::{Country, Event, EventId, FeedId, Milestone, Shipment, TrackingNumber};

/// A feed's own identity of the shipment behind a number: what tells two parcels under one number
/// apart, and what the feed can be asked with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct ShipmentId {
    /// The feed.
    pub feed: FeedId,
    /// The number.
    pub number: TrackingNumber,
    /// The feed's identity.
    pub id: SmolStr,
}

/// The identities that these deliveries name.
pub(super) fn named(deliveries: &[&Shipment]) -> Vec<ShipmentId> {
    let of = |shipment: &&Shipment| {
        Some(ShipmentId {
            feed: shipment.feed.clone(),
            number: shipment.number.clone(),
            id: shipment.instance.clone()?,
        })
    };
    let named: BTreeSet<ShipmentId> = deliveries.iter().filter_map(of).collect();
    named.into_iter().collect()
}

/// How long after the last scan under one identity the same parcel may go on under another: a
/// redelivery is tried within days.
const REDELIVERY_REACH: Duration = Duration::days(30);
/// With more shipments than these under one number, feeds are not matched with each other by time
/// any more.
const MOST_MATCHED: usize = 64;

/// One shipment behind a number.
struct Use<S> {
    /// Two feeds name the same shipment differently: identities only tell apart within one feed.
    feeds: BTreeSet<FeedId>,
    span: Option<Span>,
    shipments: Vec<S>,
}

/// Tells the shipments behind one number apart.
///
/// Within one feed two identities are two shipments, unless one goes on where the other was left
/// open: FedEx redelivers a parcel under a second identity. Feeds are matched by equal identities,
/// else by time. What names no identity joins the shipment nearest in time.
pub(super) fn told_apart<S: Deref<Target = Shipment>>(
    shipments: Vec<S>,
    is_order: bool,
) -> Vec<Vec<S>> {
    let mut unnamed: Vec<S> = Vec::new();
    let mut by_feed: BTreeMap<FeedId, BTreeMap<SmolStr, Vec<S>>> = BTreeMap::new();
    for shipment in shipments {
        match shipment.instance.clone() {
            Some(instance) => by_feed
                .entry(shipment.feed.clone())
                .or_default()
                .entry(instance)
                .or_default()
                .push(shipment),
            None => unnamed.push(shipment),
        }
    }
    let mut uses: Vec<Use<S>> = Vec::new();
    let mut by_name: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for (feed, instances) in by_feed {
        for (names, shipments) in chains(instances, is_order) {
            let span = span_of(&shipments);
            let known = names
                .iter()
                .find_map(|name| by_name.get(name))
                .copied()
                .or_else(|| nearest(&uses, span, Some(&feed)));
            let at = known.unwrap_or_else(|| {
                uses.push(Use {
                    feeds: BTreeSet::new(),
                    span: None,
                    shipments: Vec::new(),
                });
                uses.len() - 1
            });
            uses[at].take(span, shipments);
            uses[at].feeds.insert(feed.clone());
            names
                .into_iter()
                .for_each(|name| _ = by_name.entry(name).or_insert(at));
        }
    }
    if !unnamed.is_empty() {
        let span = span_of(&unnamed);
        match nearest(&uses, span, None).or(uses.len().checked_sub(1)) {
            Some(at) => uses[at].take(span, unnamed),
            None => return vec![unnamed],
        }
    }
    uses.into_iter().map(|known| known.shipments).collect()
}

impl<S> Use<S> {
    fn take(&mut self, span: Option<Span>, shipments: Vec<S>) {
        self.span = [self.span, span]
            .into_iter()
            .flatten()
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        self.shipments.extend(shipments);
    }
}

/// The shipment nearest in time of which this feed tells nothing yet; of equally near ones the
/// newest.
fn nearest<S>(uses: &[Use<S>], span: Option<Span>, feed: Option<&FeedId>) -> Option<usize> {
    let open = |known: &Use<S>| feed.is_none_or(|feed| !known.feeds.contains(feed));
    let near = |at: &usize| {
        (
            distance(uses[*at].span, span),
            std::cmp::Reverse(uses[*at].span),
            *at,
        )
    };
    (uses.len() <= MOST_MATCHED).then(|| {
        (0..uses.len())
            .filter(|at| open(&uses[*at]))
            .min_by_key(near)
    })?
}

fn events<S: Deref<Target = Shipment>>(shipments: &[S]) -> impl Iterator<Item = &Event> {
    shipments.iter().flat_map(|shipment| &shipment.events)
}

fn span_of<S: Deref<Target = Shipment>>(shipments: &[S]) -> Option<Span> {
    span(events(shipments))
}

/// The identities of one feed, those together of which each goes on where the one before was left.
fn chains<S: Deref<Target = Shipment>>(
    instances: BTreeMap<SmolStr, Vec<S>>,
    is_order: bool,
) -> Vec<(Vec<SmolStr>, Vec<S>)> {
    let mut in_time: Vec<(Option<Span>, SmolStr, Vec<S>)> = instances
        .into_iter()
        .map(|(name, shipments)| (span_of(&shipments), name, shipments))
        .collect();
    in_time.sort_by(|a, b| (a.0.is_none(), a.0, &a.1).cmp(&(b.0.is_none(), b.0, &b.1)));
    let mut chains: Vec<(Vec<SmolStr>, Vec<S>)> = Vec::new();
    // How the last link of the last chain stands: what follows is compared with that alone.
    let mut left: Option<Left> = None;
    for (_, name, shipments) in in_time {
        let next = Left::of(&shipments);
        match chains
            .last_mut()
            .filter(|_| !is_order && left.as_ref().is_some_and(|left| left.goes_on_as(&next)))
        {
            Some((names, chain)) => {
                names.push(name);
                chain.extend(shipments);
            }
            None => chains.push((vec![name], shipments)),
        }
        left = Some(next);
    }
    chains
}

/// What matters of an identity to tell whether another goes on where it was left.
struct Left {
    span: Option<Span>,
    moved: bool,
    begins: bool,
    ended: Option<DateTime<Utc>>,
    countries: BTreeSet<Country>,
    events: BTreeSet<EventId>,
}

impl Left {
    fn of<S: Deref<Target = Shipment>>(shipments: &[S]) -> Self {
        Self {
            span: span_of(shipments),
            moved: events(shipments).any(is_movement),
            begins: events(shipments).any(|event| {
                event.milestone.is_before_pickup() || event.milestone == Milestone::PickedUp
            }),
            ended: events(shipments)
                .filter(|event| event.milestone.is_terminal())
                .map(|event| event.time.latest())
                .min(),
            countries: shipments
                .iter()
                .filter_map(|shipment| shipment.destination.as_ref()?.country)
                .collect(),
            events: events(shipments).map(Event::id).collect(),
        }
    }

    /// Whether both report one scan, or the parcel was on its way and had not ended, and the next
    /// reports no beginning and of no other destination.
    fn goes_on_as(&self, next: &Self) -> bool {
        if !self.events.is_disjoint(&next.events) {
            return true;
        }
        let (Some((_, end)), Some((start, _))) = (self.span, next.span) else {
            return false;
        };
        let is_open = self.moved && self.ended.is_none_or(|ended| ended > start);
        let is_near = start - end <= REDELIVERY_REACH;
        let elsewhere = !self.countries.is_empty()
            && !next.countries.is_empty()
            && self.countries.is_disjoint(&next.countries);
        is_open && is_near && next.moved && !next.begins && !elsewhere
    }
}

/// How many shipments the identities of one feed under one number are.
pub(super) fn count<'s>(shipments: impl Iterator<Item = &'s Shipment>) -> usize {
    let mut instances: BTreeMap<SmolStr, Vec<&Shipment>> = BTreeMap::new();
    let mut is_order = false;
    for shipment in shipments {
        is_order |= shipment.order.is_some();
        if let Some(instance) = &shipment.instance {
            instances
                .entry(instance.clone())
                .or_default()
                .push(shipment);
        }
    }
    chains(instances, is_order).len()
}
