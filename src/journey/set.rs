//! Deliveries about many parcels, sorted into journeys: [`Journeys`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::union::Union;
use super::uses::{Node, nodes};
use super::{Journey, LegId, joining, linked, orders, shop_numbers};
use crate::model::Notice;
use crate::model::Shipment;

/// Deliveries about many parcels. [`Journeys::sorted`] tells which belong together.
///
/// Sorting is a pure function of the set of deliveries:
/// - deliveries about one number of one carrier belong together, unless the number was used again:
///   another shipment by the feed's own identity, or a new beginning after two months of silence. A
///   second identity that goes on where the first was left open is the same parcel;
/// - a return under another number is the same parcel only if it was scanned and the outbound
///   parcel had not been delivered; else it is a parcel of its own, as replacements and signed
///   receipts are, and [`Snapshot::linked`](super::Snapshot::linked) names each to the other;
/// - an authority's statement about a carrier's number belongs to the use of that number nearest in
///   time;
/// - a shop's order number or reference ties legs of *different* carriers and papers of
///   authorities, if it names one parcel of each, the two lie within four months, and one carrier
///   alone collected at the sender. One order may be several parcels: then it ties nothing, and a
///   notice says so;
/// - what a shop says of an order belongs to every parcel of it: those whose waybills the shop
///   names, and those of which a carrier or authority names the order's number. While there is
///   none, the order is a journey by itself.
///
/// # Who may tie parcels together
/// Feeds name other numbers of a parcel. Such a statement ties only what its speaker can know, so
/// that nobody's message changes the parcel of another:
/// - **A carrier's proven statement** (see [`Proof`](crate::model::Proof)) ties the numbers of that
///   carrier (master, piece, alternate number, house waybill, redirection, return), and the
///   successor that it names with carrier and number. Where a number stands without a carrier, it
///   is the partner's if the carrier's pack names a partner whose numbers look like it.
/// - **An authority's papers** belong to the parcel whose waybill they are about, and to each
///   other. They never tie two parcels.
/// - **The application's own data** may tie anything, and so may [`Journeys::link`].
/// - **Everything else is a claim**: what a feed says that proves nothing, whom a carrier says it
///   took the parcel from, a number of another carrier without a role that the speaker can know. A
///   claim is kept with its witness in [`Snapshot::claims`](super::Snapshot::claims). It ties when
///   the other side names the number back and one of the two is proven, or when the application
///   declares it.
/// - **Placeholders** (`N/A`, `0`, `TEST`, `123456`, one character repeated, words without a digit)
///   **and lists** (manifest, bag, container, master air waybill) tie nothing, and neither does a
///   number that more parcels name than can share it: 999 pieces have one master, 32 papers one
///   waybill, 3 papers one declaration, 4 numbers one alternate number, and a parcel goes on as
///   one.
/// - **A tie joins forward only**: a number that moved before its alleged predecessor began is not
///   its successor.
///
/// Each refusal that leaves two journeys apart is a notice:
/// [`NoticeKind::LinkRefused`](crate::NoticeKind::LinkRefused) or, where several parcels may be
/// meant, [`NoticeKind::AmbiguousLink`](crate::NoticeKind::AmbiguousLink).
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

    /// The journeys, each with what belongs to it, ordered by first event and number; and what
    /// could not be tied for sure.
    #[must_use]
    pub fn sorted(&self) -> (Vec<Journey>, Vec<Notice>) {
        let nodes = nodes(&self.shipments);
        let mut union = Union::new(nodes.len());
        let mut notices = joining::join(&nodes, &self.links, &mut union);
        notices.extend(shop_numbers::tie(&nodes, &mut union));
        let parcels_of_orders = orders::attach(&nodes, &mut union, &mut notices);
        let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
        for (at, node) in nodes.iter().enumerate() {
            match parcels_of_orders.get(&at) {
                Some(roots) => {
                    let told = orders::told_in_each(node, roots.len());
                    roots
                        .iter()
                        .for_each(|root| groups.entry(*root).or_default().take(node, &told));
                }
                None => groups
                    .entry(union.root(at))
                    .or_default()
                    .take(node, &node.shipments),
            }
        }
        // What is declared, and what others say of it, is said of the newest use of a number.
        let newest: BTreeMap<&LegId, usize> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (&node.id, union.root(at)))
            .collect();
        let group_of = |id: &LegId| newest.get(id).copied();
        for link in &self.links {
            for root in [&link.0, &link.1].into_iter().filter_map(group_of) {
                if let Some(group) = groups.get_mut(&root) {
                    group.journey.declared.links.insert(link.clone());
                }
            }
        }
        for (named, parcel) in linked::named_by_others(&self.shipments) {
            if let Some(group) = group_of(&named)
                .and_then(|root| groups.get_mut(&root))
                .filter(|group| !group.numbers.contains(&parcel.id))
            {
                group.journey.declared.linked.insert(parcel);
            }
        }
        let mut sorted: Vec<Group> = groups.into_values().collect();
        sorted.sort_by(|a, b| (a.first, &a.numbers).cmp(&(b.first, &b.numbers)));
        notices.sort();
        notices.dedup();
        (
            sorted.into_iter().map(|group| group.journey).collect(),
            notices,
        )
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
    fn take(&mut self, node: &Node, told: &[Arc<Shipment>]) {
        self.first = [self.first, node.span.map(|(start, _)| start)]
            .into_iter()
            .flatten()
            .min();
        self.numbers.insert(node.id.clone());
        for shipment in told {
            self.journey.apply(Arc::clone(shipment));
        }
    }
}
