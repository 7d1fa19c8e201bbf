//! Deliveries about many parcels, sorted into journeys: [`Journeys`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use smol_str::SmolStr;

use super::linked::names_a_parcel_of_its_own;
use super::union::Union;
use super::{Journey, LegId, digest, linked, orders};
use crate::adapter::{IssuerKind, Notice, NoticeKind};
use crate::model::{CarrierId, Event, FeedId, Milestone, Reference, Scope, Shipment, Stage, TrackingNumber};

/// A silence after which a number may begin anew. Carriers reuse numbers after three months at the earliest.
const REUSE_SILENCE: Duration = Duration::days(60);
/// How far apart shipments may lie that only a shop's number ties.
pub(super) const SHOP_NUMBER_REACH: Duration = Duration::days(120);

/// Deliveries about many parcels. [`Journeys::sorted`] tells which belong together.
///
/// Sorting is a pure function of the set of deliveries:
/// - deliveries about one number of one carrier belong together, unless the number was used again: another shipment by the feed's own identity,
///   or a new beginning after two months of silence;
/// - numbers that a feed names as another number of the same parcel (piece, next carrier, declaration …) tie what they name;
/// - a return under another number is the same parcel only if it was scanned and the outbound parcel had not been delivered; else it is a parcel of
///   its own, as replacements and signed receipts are, and [`State::linked`](super::State::linked) names each to the other;
/// - an authority's statement about a carrier's number belongs to the use of that number nearest in time;
/// - a shop's order number or reference ties legs of *different* carriers and papers of authorities, if it names one parcel of each and the
///   two lie within four months. One order may be several parcels: then it ties nothing, and a notice says so;
/// - what a shop says of an order belongs to every parcel of it: those whose waybills the shop names, and those of which a carrier or authority
///   names the order's number. While there is none, the order is a journey by itself.
///
/// ```
/// use parceltrail::journey::Journeys;
/// let journeys = Journeys::default();
/// assert!(journeys.sorted().0.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    shipments: Vec<Arc<Shipment>>,
    links: BTreeSet<(LegId, LegId)>,
}

impl Journeys {
    /// Takes in a delivery.
    pub fn apply(&mut self, shipment: impl Into<Arc<Shipment>>) {
        self.shipments.push(shipment.into());
    }

    /// Declares that a parcel goes on from one carrier's number to another's.
    pub fn link(&mut self, from: LegId, to: LegId) {
        self.links.insert((from, to));
    }

    /// The journeys, each with what belongs to it, ordered by first event and number; and what could not be tied for sure.
    #[must_use]
    pub fn sorted(&self) -> (Vec<Journey>, Vec<Notice>) {
        let nodes = nodes(&self.shipments);
        let mut union = Union::new(nodes.len());
        tie_by_numbers(&nodes, &self.links, &mut union);
        let mut notices = tie_by_shop_numbers(&nodes, &mut union);
        let parcels_of_orders = orders::attach(&nodes, &mut union, &mut notices);
        let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
        for (at, node) in nodes.iter().enumerate() {
            match parcels_of_orders.get(&at) {
                Some(roots) => roots.iter().for_each(|root| groups.entry(*root).or_default().take(node)),
                None => groups.entry(union.root(at)).or_default().take(node),
            }
        }
        // What is declared, and what others say of it, is said of the newest use of a number.
        let newest: BTreeMap<&LegId, usize> = nodes.iter().enumerate().map(|(at, node)| (&node.id, union.root(at))).collect();
        let group_of = |id: &LegId| newest.get(id).copied();
        for link in &self.links {
            for root in [&link.0, &link.1].into_iter().filter_map(group_of) {
                if let Some(group) = groups.get_mut(&root) {
                    group.journey.links.insert(link.clone());
                }
            }
        }
        for (named, parcel) in linked::named_by_others(&self.shipments) {
            if let Some(group) = group_of(&named).and_then(|root| groups.get_mut(&root)).filter(|group| !group.numbers.contains(&parcel.id)) {
                group.journey.linked.insert(parcel);
            }
        }
        let mut sorted: Vec<Group> = groups.into_values().collect();
        sorted.sort_by(|a, b| (a.first, &a.numbers).cmp(&(b.first, &b.numbers)));
        (sorted.into_iter().map(|group| group.journey).collect(), notices)
    }
}

/// What was found to be one parcel.
#[derive(Default)]
struct Group {
    first: Option<DateTime<Utc>>,
    numbers: BTreeSet<LegId>,
    journey: Journey,
}

impl Group {
    fn take(&mut self, node: &Node) {
        self.first = [self.first, node.span.map(|(start, _)| start)].into_iter().flatten().min();
        self.numbers.insert(node.id.clone());
        for shipment in &node.shipments {
            self.journey.apply(Arc::clone(shipment));
        }
    }
}

/// One use of one carrier's number, with every delivery about it.
pub(super) struct Node {
    pub id: LegId,
    pub issuer: IssuerKind,
    /// From its first to its last event.
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub shipments: Vec<Arc<Shipment>>,
}

impl Node {
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.shipments.iter().flat_map(|shipment| &shipment.events)
    }

    /// Whether it is about an order, of which several parcels may be made, and not about a parcel.
    pub fn is_order(&self) -> bool {
        self.shipments.iter().any(|shipment| shipment.order.is_some())
    }

    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.shipments.iter().flat_map(|shipment| shipment.references.iter().chain(shipment.events.iter().flat_map(|event| &event.related)))
    }

    /// Whether anything told is about the parcel itself: an authority also speaks of papers and sheets.
    fn is_about_a_parcel(&self) -> bool {
        self.shipments.iter().flat_map(|shipment| &shipment.events).any(|event| matches!(event.scope, Scope::Parcel | Scope::Piece))
    }

    /// How long lies between two uses; zero when they overlap or nothing is known.
    pub fn distance(&self, other: &Self) -> Duration {
        match (self.span, other.span) {
            (Some((a, b)), Some((c, d))) => (c - b).max(a - d).max(Duration::zero()),
            _ => Duration::zero(),
        }
    }
}

/// The uses of every number.
fn nodes(shipments: &[Arc<Shipment>]) -> Vec<Node> {
    let mut by_number: BTreeMap<LegId, Vec<Arc<Shipment>>> = BTreeMap::new();
    for shipment in shipments {
        let id = LegId { carrier: shipment.carrier.clone(), number: shipment.number.clone() };
        by_number.entry(id).or_default().push(Arc::clone(shipment));
    }
    by_number.into_iter().flat_map(|(id, shipments)| uses(&id, &whole(shipments))).collect()
}

/// Parts of one delivery put together again: what is the same but for its events.
fn whole(shipments: Vec<Arc<Shipment>>) -> Vec<Arc<Shipment>> {
    let mut wholes: Vec<Arc<Shipment>> = Vec::with_capacity(shipments.len());
    let mut known: HashMap<u64, Vec<(Shipment, usize)>> = HashMap::new();
    for shipment in shipments {
        let frame = frame(&shipment);
        let same_digest = known.entry(digest(&frame)).or_default();
        match same_digest.iter().find(|(other, _)| *other == frame).map(|(_, at)| *at) {
            Some(at) if wholes[at].events != shipment.events => Arc::make_mut(&mut wholes[at]).events.extend(shipment.events.iter().cloned()),
            Some(_) => {}
            None => {
                same_digest.push((frame, wholes.len()));
                wholes.push(shipment);
            }
        }
    }
    wholes
}

/// A delivery without its events, which are never copied for it.
fn frame(shipment: &Shipment) -> Shipment {
    Shipment {
        feed: shipment.feed.clone(),
        carrier: shipment.carrier.clone(),
        issuer: shipment.issuer,
        number: shipment.number.clone(),
        instance: shipment.instance.clone(),
        delivery: shipment.delivery,
        received: shipment.received,
        events: Vec::new(),
        references: shipment.references.clone(),
        pieces: shipment.pieces.clone(),
        piece_count: shipment.piece_count,
        proof: shipment.proof,
        promises: shipment.promises.clone(),
        origin: shipment.origin.clone(),
        destination: shipment.destination.clone(),
        service: shipment.service.clone(),
        weight_grams: shipment.weight_grams,
        is_return: shipment.is_return,
        order: shipment.order.clone(),
    }
}

/// Tells the uses of one number apart, by silence and by the feeds' own identities.
fn uses(id: &LegId, shipments: &[Arc<Shipment>]) -> Vec<Node> {
    // Shops do not use an order's number again; what is ordered in advance is silent for months.
    let is_order = shipments.iter().any(|shipment| shipment.order.is_some());
    let cuts = if is_order { Vec::new() } else { cuts(shipments) };
    let mut parts: BTreeMap<(usize, Option<SmolStr>), Vec<Arc<Shipment>>> = BTreeMap::new();
    for shipment in shipments {
        let mut by_use: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
        for event in &shipment.events {
            by_use.entry(use_at(&cuts, event.time.middle())).or_default().push(event.clone());
        }
        if by_use.len() <= 1 {
            let at = by_use.keys().next().copied().unwrap_or(cuts.len());
            parts.entry((at, shipment.instance.clone())).or_default().push(Arc::clone(shipment));
            continue;
        }
        let last = by_use.keys().next_back().copied();
        for (at, events) in by_use {
            // What a delivery says besides events is about the newest use.
            let part = if Some(at) == last { Shipment { events, ..Shipment::clone(shipment) } } else { history(shipment, events) };
            parts.entry((at, shipment.instance.clone())).or_default().push(Arc::new(part));
        }
    }
    merge_instances(parts).into_iter().map(|shipments| node(id, shipments)).collect()
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
        ..shipment.clone()
    }
}

fn node(id: &LegId, shipments: Vec<Arc<Shipment>>) -> Node {
    let events = || shipments.iter().flat_map(|shipment| &shipment.events);
    let start = events().map(|event| event.time.earliest()).min();
    let end = events().map(|event| event.time.latest()).max();
    let issuer = shipments.first().map_or(IssuerKind::Carrier, |shipment| shipment.issuer);
    Node { id: id.clone(), issuer, span: start.zip(end), shipments }
}

/// Feeds without an identity of their own join the one identity that their use has; of several, each stays alone.
fn merge_instances(parts: BTreeMap<(usize, Option<SmolStr>), Vec<Arc<Shipment>>>) -> Vec<Vec<Arc<Shipment>>> {
    // Two feeds name the same shipment differently: identities only tell apart within one feed.
    struct Use {
        at: usize,
        names: BTreeSet<(FeedId, SmolStr)>,
        shipments: Vec<Arc<Shipment>>,
    }
    let mut uses: Vec<Use> = Vec::new();
    for ((at, instance), shipments) in parts {
        let names: BTreeSet<_> = shipments.iter().filter_map(|shipment| Some((shipment.feed.clone(), instance.clone()?))).collect();
        let contradicts = |known: &Use| names.iter().any(|(feed, name)| known.names.iter().any(|(known, other)| known == feed && other != name));
        match uses.iter_mut().find(|known| known.at == at && !contradicts(known)) {
            Some(known) => {
                known.names.extend(names);
                known.shipments.extend(shipments);
            }
            None => uses.push(Use { at, names, shipments }),
        }
    }
    uses.into_iter().map(|known| known.shipments).collect()
}

/// The moments at which a number begins anew: after a long silence, with a beginning, or after an end.
fn cuts(shipments: &[Arc<Shipment>]) -> Vec<DateTime<Utc>> {
    let mut events: Vec<&Event> = shipments.iter().flat_map(|shipment| &shipment.events).collect();
    events.sort_by_cached_key(|event| (event.time.middle(), event.milestone.rank(), event.id()));
    let mut ended = false;
    let mut cuts = Vec::new();
    for pair in events.windows(2) {
        let (before, next) = (pair[0], pair[1]);
        ended |= matches!(before.milestone, Milestone::Delivered | Milestone::Returned | Milestone::Disposed | Milestone::Cancelled);
        let begins =
            next.milestone.is_before_pickup() || next.milestone == Milestone::PickedUp || matches!(next.stage, Some(Stage::Order | Stage::FirstMile));
        let is_silent = next.time.earliest() - before.time.latest() > REUSE_SILENCE;
        if is_silent && (begins || ended && next.stage != Some(Stage::Return)) {
            cuts.push(next.time.middle());
            ended = false;
        }
    }
    cuts
}

fn use_at(cuts: &[DateTime<Utc>], at: DateTime<Utc>) -> usize {
    cuts.partition_point(|cut| *cut <= at)
}

/// Ties uses that name each other, or the same number of one parcel.
fn tie_by_numbers(nodes: &[Node], declared: &BTreeSet<(LegId, LegId)>, union: &mut Union) {
    let mut by_number: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let parcels = || nodes.iter().enumerate().filter(|(_, node)| !node.is_order());
    for (at, node) in parcels() {
        by_number.entry(node.id.number.as_str()).or_default().push(at);
    }
    let mut shared: BTreeMap<(Option<&CarrierId>, TrackingNumber), Vec<usize>> = BTreeMap::new();
    let mut returns = linked::Returns::new(nodes);
    for (at, node) in parcels() {
        for reference in node.references().filter(|reference| reference.role.identifies_parcel() || names_a_parcel_of_its_own(reference.role)) {
            let number = TrackingNumber::new(&reference.number);
            let targets = by_number.get(number.as_str()).into_iter().flatten().copied().filter(|target| {
                let issuer = reference.carrier.as_ref();
                let is_far = node.issuer == IssuerKind::Merchant && node.distance(&nodes[*target]) > SHOP_NUMBER_REACH;
                *target != at && !is_far && issuer.is_none_or(|issuer| *issuer == nodes[*target].id.carrier)
            });
            match nearest(nodes, at, targets) {
                Some(meant) if returns.is_one_parcel(reference.role, at, meant) => union.tie(at, meant),
                _ => {}
            }
            if reference.role.identifies_parcel() {
                shared.entry((reference.carrier.as_ref(), number)).or_default().push(at);
            }
        }
    }
    // An authority speaks of a parcel under its carrier's number: the two share it, and neither names it to the other.
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.issuer == IssuerKind::Authority && is_telling(node.id.number.as_str())) {
        let same = by_number.get(node.id.number.as_str()).into_iter().flatten().copied();
        if let Some(meant) = nearest(nodes, at, same.filter(|target| nodes[*target].issuer == IssuerKind::Carrier)) {
            union.tie(at, meant);
        }
    }
    for members in shared.values() {
        for pair in members.windows(2) {
            if nodes[pair[0]].distance(&nodes[pair[1]]) <= REUSE_SILENCE {
                union.tie(pair[0], pair[1]);
            }
        }
    }
    // What is declared is declared of the newest use.
    let newest: BTreeMap<&LegId, usize> = nodes.iter().enumerate().map(|(at, node)| (&node.id, at)).collect();
    for (from, to) in declared {
        if let (Some(from), Some(to)) = (newest.get(from), newest.get(to)) {
            union.tie(*from, *to);
        }
    }
}

/// Of several uses of the number named, the nearest in time is meant; of equally near ones the newest.
pub(super) fn nearest(nodes: &[Node], at: usize, targets: impl Iterator<Item = usize>) -> Option<usize> {
    targets.min_by_key(|target| {
        let node = &nodes[*target];
        (nodes[at].distance(node), Reverse(node.span), *target)
    })
}

/// Ties by the shop's numbers what no carrier's number tied, where they name one parcel only.
fn tie_by_shop_numbers(nodes: &[Node], union: &mut Union) -> Vec<Notice> {
    let mut holders: BTreeMap<SmolStr, BTreeSet<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| !node.is_order()) {
        for reference in node.references().filter(|reference| reference.role.suggests_parcel() && is_telling(&reference.number)) {
            holders.entry(reference.number.to_uppercase().into()).or_default().insert(at);
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
            let feeds = members.iter().flat_map(|at| &nodes[*at].shipments).map(|shipment| &shipment.feed);
            let Some(feed) = feeds.min().cloned() else { continue };
            let notice =
                Notice::new(NoticeKind::AmbiguousLink, feed, "the shop's number stands for several parcels; it ties none of them").at("reference");
            notices.push(notice.value(&number));
        }
    }
    notices
}

/// Whether a shop's number is long enough to mean something: `1` or `SAMPLE` tie nothing.
pub(super) fn is_telling(number: &str) -> bool {
    number.len() >= 5 && number.bytes().any(|b| b.is_ascii_digit())
}

/// One leg of each carrier, one parcel of each authority, all within reach of each other.
fn names_one_parcel(nodes: &[Node], members: &[usize], union: &mut Union) -> bool {
    let mut groups: BTreeMap<usize, BTreeSet<&CarrierId>> = BTreeMap::new();
    for at in members {
        let node = &nodes[*at];
        let carriers = groups.entry(union.root(*at)).or_default();
        if node.issuer != IssuerKind::Authority || node.is_about_a_parcel() {
            carriers.insert(&node.id.carrier);
        }
    }
    let mut seen = BTreeSet::new();
    let is_unique = groups.values().flatten().all(|carrier| seen.insert(carrier));
    let spans = || members.iter().filter_map(|at| nodes[*at].span);
    // The two that lie farthest apart are the one that ends first and the one that begins last.
    let gap = spans().map(|(start, _)| start).max().zip(spans().map(|(_, end)| end).min()).map(|(start, end)| start - end);
    is_unique && gap.is_none_or(|gap| gap <= SHOP_NUMBER_REACH)
}

/// Whether the shop itself says of each that it is a parcel of its own.
fn are_told_apart(nodes: &[Node], members: &[usize], union: &mut Union) -> bool {
    let told: BTreeSet<usize> = members.iter().filter(|at| nodes[**at].issuer == IssuerKind::Merchant).map(|at| union.root(*at)).collect();
    members.iter().all(|at| told.contains(&union.root(*at)))
}
