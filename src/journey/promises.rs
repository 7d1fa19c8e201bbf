//! What carriers promise: every statement of the day of delivery, and the one that counts now.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::legs::Legs;
use crate::model::IssuerKind;
use crate::model::{EventTime, FeedId, Promise, PromiseKind, Shipment, TrackingNumber};

/// A carrier's promise and which feed made it when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatedPromise {
    /// The feed.
    pub feed: FeedId,
    /// When the carrier stated it, by its own word; else when it was first received. Never later
    /// than the receipt.
    #[serde(serialize_with = "crate::model::serialize_instant")]
    pub stated: DateTime<Utc>,
    /// The promise.
    #[serde(flatten)]
    pub promise: Promise,
}

/// One voice: what it says twice is a repetition.
type Voice<'j> = (&'j FeedId, &'j TrackingNumber, PromiseKind);

/// The day or window that is promised.
type Said<'j> = (&'j EventTime, Option<&'j EventTime>);

/// What a promise says, in an order that does not depend on how it came.
fn said(promise: &Promise) -> impl Ord + '_ {
    let time = |time: &EventTime| (time.latest(), time.earliest(), time.raw().to_owned());
    (
        time(&promise.by),
        promise.from.as_ref().map(time),
        promise.stated.as_ref().map(time),
    )
}

/// The deliveries that may promise the end: those of the last leg that has begun or promises
/// something.
fn promising<'j>(deliveries: &[&'j Shipment], legs: &Legs) -> Vec<&'j Shipment> {
    let mut of_leg: BTreeMap<usize, Vec<&'j Shipment>> = BTreeMap::new();
    for shipment in deliveries
        .iter()
        .filter(|shipment| shipment.issuer == IssuerKind::Carrier && !shipment.promises.is_empty())
    {
        if let Some(leg) = legs.find(&shipment.carrier, shipment.number.as_str()) {
            of_leg.entry(leg).or_default().push(shipment);
        }
    }
    let Some(owner) = legs.all.iter().position(|leg| leg.owns_final_address) else {
        return Vec::new();
    };
    let last = (0..=owner)
        .rev()
        .find(|leg| of_leg.contains_key(leg) || legs.all[*leg].first.is_some());
    last.and_then(|leg| of_leg.remove(&leg)).unwrap_or_default()
}

fn stated_at(promise: &Promise, received: DateTime<Utc>) -> DateTime<Utc> {
    promise
        .stated
        .as_ref()
        .map_or(received, |stated| stated.latest().min(received))
}

/// Every promise of the last leg's carrier, oldest first. What one feed repeats of one number is
/// left out.
pub(super) fn stated(deliveries: &[&Shipment], legs: &Legs) -> Vec<StatedPromise> {
    let mut voices: BTreeMap<Voice<'_>, BTreeMap<DateTime<Utc>, Vec<&Promise>>> = BTreeMap::new();
    for shipment in promising(deliveries, legs) {
        for promise in &shipment.promises {
            let voice = voices
                .entry((&shipment.feed, &shipment.number, promise.kind))
                .or_default();
            voice
                .entry(stated_at(promise, shipment.received))
                .or_default()
                .push(promise);
        }
    }
    let mut all: Vec<(DateTime<Utc>, Voice<'_>, &Promise)> = Vec::new();
    for (voice, moments) in voices {
        let mut before: HashSet<Said<'_>> = HashSet::new();
        for (stated, mut promises) in moments {
            // Of several wordings of one promise the same one stands, however they came.
            promises.sort_by_cached_key(|promise| said(promise));
            let now: HashMap<Said<'_>, &Promise> = promises
                .into_iter()
                .map(|promise| ((&promise.by, promise.from.as_ref()), promise))
                .collect();
            all.extend(
                now.iter()
                    .filter(|(said, _)| !before.contains(*said))
                    .map(|(_, promise)| (stated, voice, *promise)),
            );
            before = now.into_keys().collect();
        }
    }
    all.sort_by_cached_key(|(stated, voice, promise)| (*stated, *voice, said(promise)));
    all.into_iter()
        .map(|(stated, (feed, ..), promise)| StatedPromise {
            feed: feed.clone(),
            stated,
            promise: promise.clone(),
        })
        .collect()
}

/// The promise that counts now: of the newest delivery that states one, the most current kind, of
/// equals the latest day.
pub(super) fn current(
    stated: &[StatedPromise],
    deliveries: &[&Shipment],
    legs: &Legs,
) -> Option<StatedPromise> {
    let newest = promising(deliveries, legs)
        .into_iter()
        .filter_map(|shipment| Some((shipment, shipment.promise()?)));
    let (shipment, promise) = newest.max_by_key(|(shipment, promise)| {
        (
            shipment.received,
            promise.by.latest(),
            promise.kind.currency(),
            said(promise),
            &shipment.feed,
        )
    })?;
    let is_this = |known: &&StatedPromise| {
        known.feed == shipment.feed
            && (known.promise.kind, &known.promise.by, &known.promise.from)
                == (promise.kind, &promise.by, &promise.from)
    };
    let first = stated.iter().rev().find(is_this).map(|known| known.stated);
    let stated = first.unwrap_or_else(|| stated_at(promise, shipment.received));
    Some(StatedPromise {
        feed: shipment.feed.clone(),
        stated,
        promise: promise.clone(),
    })
}
