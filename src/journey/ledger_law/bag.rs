//! How deliveries were held before: all of them. What the ledger is compared with.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::journey::ledger::{Declared, Statement, View, order};
use crate::journey::merge::{NewestSnapshot, subject};
use crate::journey::{Snapshot, derive, digest};
use crate::model::{DeliveryKind, EventId, Shipment};

/// When a delivery was received, and what sorts those of one moment.
type Place = (DateTime<Utc>, (u64, u64));

/// Every delivery, in canonical order.
#[derive(Clone, Default)]
pub struct Bag {
    deliveries: BTreeMap<Place, Vec<Arc<Shipment>>>,
}

impl Bag {
    pub fn apply(&mut self, shipment: &Arc<Shipment>) {
        let key = (shipment.received, order(shipment));
        let same = self.deliveries.entry(key).or_default();
        if !same.contains(shipment) {
            same.push(Arc::clone(shipment));
        }
    }

    pub fn at(&self, known_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Snapshot {
        let moment = derive::Moment { known_at, now };
        derive::derive(self.view(known_at), &Declared::default(), moment)
    }

    fn view(&self, known_at: Option<DateTime<Utc>>) -> View {
        let deliveries: Vec<Shipment> = self
            .deliveries
            .values()
            .flatten()
            .filter(|shipment| known_at.is_none_or(|known_at| shipment.received <= known_at))
            .map(|shipment| Shipment::clone(shipment))
            .collect();
        View {
            statements: statements(&deliveries),
            newest: newest(&deliveries),
            deliveries,
        }
    }
}

fn statements(deliveries: &[Shipment]) -> Vec<Statement> {
    let mut standing: HashMap<EventId, Statement> = HashMap::new();
    for (delivery, shipment) in deliveries.iter().enumerate() {
        for (event, stated) in shipment.events.iter().enumerate() {
            let (id, place) = stated.identity();
            let candidate = Statement {
                id,
                place,
                delivery,
                event,
                first_received: shipment.received,
                last_received: shipment.received,
            };
            standing
                .entry(candidate.id)
                .and_modify(|kept| {
                    let first_received = kept.first_received.min(candidate.first_received);
                    *kept = Statement {
                        first_received,
                        ..later_wording(deliveries, *kept, candidate)
                    };
                })
                .or_insert(candidate);
        }
    }
    standing.into_values().collect()
}

/// Of two wordings of one statement the one received later; of two received together, either, but
/// always the same.
fn later_wording(deliveries: &[Shipment], a: Statement, b: Statement) -> Statement {
    let event = |it: &Statement| &deliveries[it.delivery].events[it.event];
    match a.last_received.cmp(&b.last_received) {
        Ordering::Less => b,
        Ordering::Greater => a,
        Ordering::Equal if event(&a) == event(&b) => a,
        Ordering::Equal if digest(event(&a)) >= digest(event(&b)) => a,
        Ordering::Equal => b,
    }
}

fn newest(deliveries: &[Shipment]) -> Vec<(usize, NewestSnapshot)> {
    let mut newest = HashMap::new();
    for (at, shipment) in deliveries.iter().enumerate() {
        let times = shipment.events.iter().map(|event| event.time.earliest());
        let Some(oldest) = times
            .min()
            .filter(|_| shipment.delivery == DeliveryKind::Snapshot)
        else {
            continue;
        };
        let this = NewestSnapshot {
            received: shipment.received,
            reaches_back_to: oldest,
        };
        newest
            .entry(subject(shipment))
            .and_modify(|(_, known): &mut (usize, NewestSnapshot)| known.take(this))
            .or_insert((at, this));
    }
    newest.into_values().collect()
}
