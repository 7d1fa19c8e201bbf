//! The uses of every number: which deliveries about one number are about one shipment ([`Node`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

pub(super) use super::node::{Node, Use, said};
use super::{LegId, digest, instances};
use crate::model::{Event, Milestone, Scope, Shipment, Stage};

/// A silence after which a number may begin anew. Carriers reuse numbers after three months at the
/// earliest.
pub(super) const REUSE_SILENCE: Duration = Duration::days(60);

/// How far the scans of two carriers at a hand-over may lie apart the wrong way round: partners
/// report each other's late and in other clocks.
pub(super) const HAND_OVER_SLACK: Duration = Duration::days(2);

/// From the first to the last event.
pub(super) type Span = (DateTime<Utc>, DateTime<Utc>);

pub(super) fn distance(a: Option<Span>, b: Option<Span>) -> Duration {
    match (a, b) {
        (Some((a, b)), Some((c, d))) => (c - b).max(a - d).max(Duration::zero()),
        _ => Duration::zero(),
    }
}

pub(super) fn span<'e>(events: impl Iterator<Item = &'e Event>) -> Option<Span> {
    events
        .map(|event| (event.time.earliest(), event.time.latest()))
        .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
}

/// Whether somebody moved the parcel: neither an announcement nor paper.
pub(super) fn is_movement(event: &Event) -> bool {
    event.milestone.moves_state()
        && !event.milestone.is_before_pickup()
        && matches!(event.scope, Scope::Parcel | Scope::Piece)
}

/// The uses of every number.
pub(super) fn all_uses(shipments: &[Arc<Shipment>]) -> Vec<Use> {
    let mut by_number: BTreeMap<LegId, Vec<Arc<Shipment>>> = BTreeMap::new();
    for shipment in shipments {
        let id = LegId {
            carrier: shipment.carrier.clone(),
            number: shipment.number.clone(),
        };
        by_number.entry(id).or_default().push(Arc::clone(shipment));
    }
    by_number
        .into_iter()
        .flat_map(|(id, shipments)| uses(&id, &whole(shipments)))
        .collect()
}

/// Parts of one delivery put together again: what is the same but for its events. In one order,
/// whatever order they came in.
pub(super) fn whole(shipments: Vec<Arc<Shipment>>) -> Vec<Arc<Shipment>> {
    struct Whole {
        frame: Shipment,
        parts: Vec<Arc<Shipment>>,
    }
    let mut wholes: BTreeMap<(DateTime<Utc>, u64), Vec<Whole>> = BTreeMap::new();
    for shipment in shipments {
        let frame = shipment.without_events();
        let same_digest = wholes.entry((frame.received, digest(&frame))).or_default();
        match same_digest.iter_mut().find(|whole| whole.frame == frame) {
            Some(whole) => whole.parts.push(shipment),
            None => same_digest.push(Whole {
                frame,
                parts: vec![shipment],
            }),
        }
    }
    wholes
        .into_values()
        .flatten()
        .map(|whole| joined(whole.frame, &whole.parts))
        .collect()
}

/// Parts as one delivery, each event once, in an order of its own.
fn joined(mut frame: Shipment, parts: &[Arc<Shipment>]) -> Arc<Shipment> {
    if let Some((first, rest)) = parts.split_first()
        && rest.iter().all(|part| part.events == first.events)
    {
        return Arc::clone(first);
    }
    let mut events: Vec<(u64, &Event)> = parts
        .iter()
        .flat_map(|part| &part.events)
        .map(|event| (digest(event), event))
        .collect();
    events.sort_by_key(|(digest, event)| (event.time.middle(), *digest));
    // Equal events stand beside each other, but for two that share a digest by accident.
    events.dedup_by(|a, b| a.1 == b.1);
    frame.events = events.into_iter().map(|(_, event)| event.clone()).collect();
    Arc::new(frame)
}

/// Tells the uses of one number apart, by silence and by the feeds' own identities.
pub(super) fn uses(id: &LegId, shipments: &[Arc<Shipment>]) -> Vec<Use> {
    // Shops do not use an order's number again; what is ordered in advance is silent for months.
    let is_order = shipments.iter().any(|shipment| shipment.order.is_some());
    let cuts = if is_order {
        Vec::new()
    } else {
        cuts(shipments)
    };
    let mut parts: BTreeMap<usize, Vec<Arc<Shipment>>> = BTreeMap::new();
    for shipment in shipments {
        let mut by_use: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
        let first = shipment
            .events
            .first()
            .map(|event| use_at(&cuts, event.time.middle()));
        if shipment
            .events
            .iter()
            .all(|event| Some(use_at(&cuts, event.time.middle())) == first)
        {
            parts
                .entry(first.unwrap_or(cuts.len()))
                .or_default()
                .push(Arc::clone(shipment));
            continue;
        }
        for event in &shipment.events {
            by_use
                .entry(use_at(&cuts, event.time.middle()))
                .or_default()
                .push(event.clone());
        }
        let last = by_use.keys().next_back().copied();
        for (at, events) in by_use {
            // What a delivery says besides events is about the newest use.
            let part = if Some(at) == last {
                Shipment {
                    events,
                    ..shipment.without_events()
                }
            } else {
                history(shipment, events)
            };
            parts.entry(at).or_default().push(Arc::new(part));
        }
    }
    parts
        .into_values()
        .flat_map(|shipments| instances::told_apart(shipments, is_order))
        .zip(0..)
        .map(|(shipments, nth)| {
            let node = Node {
                nth,
                ..Node::new(id, &shipments)
            };
            Use {
                node: Arc::new(node),
                shipments,
            }
        })
        .collect()
}

/// An older use's part of a delivery: its events, without what describes the newest.
fn history(shipment: &Shipment, events: Vec<Event>) -> Shipment {
    Shipment {
        events,
        references: Vec::new(),
        pieces: Vec::new(),
        piece_count: None,
        promises: Vec::new(),
        origin: None,
        destination: None,
        ..shipment.without_events()
    }
}

/// The moments at which a number begins anew: after a long silence, with a beginning, or after an
/// end.
fn cuts(shipments: &[Arc<Shipment>]) -> Vec<DateTime<Utc>> {
    let mut events: Vec<&Event> = shipments
        .iter()
        .flat_map(|shipment| &shipment.events)
        .collect();
    events.sort_by_cached_key(|event| {
        (
            event.time.middle(),
            event.milestone.rank(),
            event.id(),
            digest(event),
        )
    });
    let mut ended = false;
    let mut cuts = Vec::new();
    for pair in events.windows(2) {
        let (before, next) = (pair[0], pair[1]);
        ended |= matches!(
            before.milestone,
            Milestone::Delivered | Milestone::Returned | Milestone::Disposed | Milestone::Cancelled
        );
        let is_silent = next.time.earliest() - before.time.latest() > REUSE_SILENCE;
        if is_silent && (begins(next) || ended && next.stage != Some(Stage::Return)) {
            cuts.push(next.time.middle());
            ended = false;
        }
    }
    cuts
}

/// Whether a statement may be the first of a parcel.
pub(super) fn begins(event: &Event) -> bool {
    event.milestone.is_before_pickup()
        || event.milestone == Milestone::PickedUp
        || matches!(event.stage, Some(Stage::Order | Stage::FirstMile))
}

fn use_at(cuts: &[DateTime<Utc>], at: DateTime<Utc>) -> usize {
    cuts.partition_point(|cut| *cut <= at)
}

/// Of several uses of the number named, the nearest in time is meant; of equally near ones the
/// newest.
pub(super) fn nearest(
    nodes: &[Arc<Node>],
    at: usize,
    targets: impl Iterator<Item = usize>,
) -> Option<usize> {
    targets.min_by_key(|target| {
        let node = &nodes[*target];
        (
            nodes[at].distance(node),
            std::cmp::Reverse(node.span),
            *target,
        )
    })
}

/// The uses of the number named that may be meant: those of which somebody proves who speaks, and
/// the others only where there are none. So nobody who proves nothing can stand beside the parcel
/// that is meant.
pub(super) fn proven_first(nodes: &[Arc<Node>], mut targets: Vec<usize>) -> Vec<usize> {
    if targets.iter().any(|target| nodes[*target].proven) {
        targets.retain(|target| nodes[*target].proven);
    }
    targets
}

/// The nodes by number, where a carrier has no more uses of a number than [`MOST_USES`].
pub(super) struct ByNumber<'n>(HashMap<&'n str, Uses>);

/// The uses of one number.
#[derive(Default)]
struct Uses {
    /// Those that can be told apart.
    few: Vec<usize>,
    /// Whether a carrier has too many.
    too_many: bool,
}

/// The most shipments that may have one number at once with one carrier, so that naming it says
/// something. Carriers tell a handful apart.
const MOST_USES: usize = 64;

impl<'n> ByNumber<'n> {
    /// All nodes that are about parcels. They are sorted by carrier and number.
    pub fn of(nodes: &'n [Arc<Node>]) -> Self {
        let mut by_number: HashMap<&str, Uses> = HashMap::new();
        let of_parcels: Vec<usize> = (0..nodes.len()).filter(|at| !nodes[*at].is_order).collect();
        for of_one in of_parcels.chunk_by(|a, b| nodes[*a].id == nodes[*b].id) {
            let uses = by_number
                .entry(nodes[of_one[0]].id.number.as_str())
                .or_default();
            if of_one.len() > MOST_USES {
                uses.too_many = true;
            } else {
                uses.few.extend(of_one);
            }
        }
        Self(by_number)
    }

    /// The uses of a number, without those of a carrier that has too many.
    pub fn get(&self, number: &str) -> &[usize] {
        self.0.get(number).map_or(&[], |uses| uses.few.as_slice())
    }

    /// Whether too many shipments have a number, and no other carrier has it.
    pub fn has_too_many(&self, number: &str) -> bool {
        self.0
            .get(number)
            .is_some_and(|uses| uses.too_many && uses.few.is_empty())
    }
}

/// The distinct numbers of some nodes: several uses of one number are not several parcels that
/// share something.
pub(super) fn distinct_numbers(
    nodes: &[Arc<Node>],
    members: impl IntoIterator<Item = usize>,
) -> BTreeSet<&LegId> {
    members.into_iter().map(|at| &nodes[at].id).collect()
}
