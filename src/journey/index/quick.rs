//! The usual poll: a delivery that changes nothing but the journey it goes into ([`Quick`]).

use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};

use super::super::uses::{Node, REUSE_SILENCE, Use, said};
use super::keys::Key;
use super::record::Record;
use super::store::Store;
use crate::model::{FnvHasher, Shipment};

/// What is known of a number that has one use and that nothing else is connected with, so that the
/// next delivery can be compared with it.
#[derive(Clone, Debug)]
pub(super) struct Quick {
    /// What its deliveries say about other numbers, who speaks, and under which identities.
    signs: Box<[u64]>,
    /// From the first to the last event. Between two of them there is no long silence.
    reach: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When the last delivery was received.
    received: DateTime<Utc>,
}

impl Quick {
    /// What stands for a number's only use. None where its events lie far apart, or a feed tells
    /// several shipments apart.
    pub fn of(only: &Use) -> Option<Self> {
        let mut signs: Vec<u64> = only
            .shipments
            .iter()
            .flat_map(|shipment| signs(shipment))
            .collect();
        signs.sort_unstable();
        signs.dedup();
        let mut identities: Vec<_> = only
            .shipments
            .iter()
            .filter_map(|shipment| Some((&shipment.feed, shipment.instance.as_ref()?)))
            .collect();
        identities.sort();
        identities.dedup();
        let is_one_each = identities.windows(2).all(|pair| pair[0].0 != pair[1].0);
        let mut times: Vec<DateTime<Utc>> = only
            .shipments
            .iter()
            .flat_map(|shipment| &shipment.events)
            .map(|event| event.time.middle())
            .collect();
        times.sort_unstable();
        let is_dense = times
            .windows(2)
            .all(|pair| pair[1] - pair[0] <= REUSE_SILENCE);
        let received = only.shipments.iter().map(|shipment| shipment.received);
        (is_one_each && is_dense && !only.node.is_order).then_some(Self {
            signs: signs.into(),
            reach: times.first().copied().zip(times.last().copied()),
            received: received.max()?,
        })
    }

    /// Notes a delivery, if it is new and changes nothing but the journey.
    pub fn take(&mut self, shipment: &Shipment) -> bool {
        let mut reach = self.reach;
        let mut times: Vec<DateTime<Utc>> = shipment
            .events
            .iter()
            .map(|event| event.time.middle())
            .collect();
        times.sort_unstable();
        for at in times {
            let (first, last) = reach.unwrap_or((at, at));
            if first - at > REUSE_SILENCE || at - last > REUSE_SILENCE {
                return false;
            }
            reach = Some((first.min(at), last.max(at)));
        }
        let is_known = shipment.order.is_none()
            && shipment.received > self.received
            && signs(shipment).all(|sign| self.signs.binary_search(&sign).is_ok());
        if is_known {
            (self.reach, self.received) = (reach, shipment.received);
        }
        is_known
    }
}

/// What a delivery says beside its events, as far as sorting looks at it.
fn signs(shipment: &Shipment) -> impl Iterator<Item = u64> + '_ {
    let speaker = digest(&(
        0_u8,
        &shipment.carrier,
        shipment.issuer,
        &shipment.feed,
        shipment.proof.is_proven(),
    ));
    let identity = digest(&(1_u8, &shipment.feed, &shipment.instance));
    let said = said(shipment).map(|said| digest(&(2_u8, said)));
    [speaker, identity].into_iter().chain(said)
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = FnvHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Whether nothing names the number of a record's only use.
pub(super) fn is_named_by_nobody(store: &impl Store, record: &Record) -> bool {
    record.told.first().is_some_and(|told| {
        let names = Key::Names(told.root.0.number.clone());
        store.holders(names.digest()).is_empty()
    })
}

/// Whether others see the same of a number's uses as before: all but when it was last seen, which
/// matters to whoever asks how far two lie apart.
pub(super) fn look_the_same(
    before: &[std::sync::Arc<Node>],
    after: &[std::sync::Arc<Node>],
) -> bool {
    let face = |node: &Node| {
        (
            node.use_id(),
            node.issuer,
            node.proven,
            node.is_order,
            node.first_moved,
            node.is_a_waybill(),
            node.ends,
            node.span.map(|(start, _)| start),
        )
    };
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .all(|(before, after)| face(before) == face(after))
        && (after.len() == 1 || last_seen_the_same(before, after))
}

/// Whether a number's uses end when they did before.
pub(super) fn last_seen_the_same(
    before: &[std::sync::Arc<Node>],
    after: &[std::sync::Arc<Node>],
) -> bool {
    let ends = |nodes: &[std::sync::Arc<Node>]| -> Vec<_> {
        nodes
            .iter()
            .map(|node| node.span.map(|(_, end)| end))
            .collect()
    };
    ends(before) == ends(after)
}

/// How far a delivery reaches back, for the order of journeys.
pub(super) fn first_of(shipment: &Shipment) -> Option<DateTime<Utc>> {
    shipment
        .events
        .iter()
        .map(|event| event.time.earliest())
        .min()
}
