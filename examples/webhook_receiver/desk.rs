//! Where deliveries are kept and joined: parcels by number, and what a delivery changed about them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::adapter::{DeliveryKind, Novelty, ReceiveError, ReplayGuard, WebhookDelivery};
use parceltrail::journey::{Journeys, ParcelState};
use parceltrail::model::EventTime;
use parceltrail::{Place, Shipment, TrackingNumber};

/// All that was pushed. An application keeps it in a database, in one transaction with the guard's
/// fingerprints.
#[derive(Debug)]
pub struct Desk {
    guard: ReplayGuard,
    /// By number, in the order of receipt.
    shipments: HashMap<TrackingNumber, Vec<Arc<Shipment>>>,
    /// Which numbers name a number.
    named_by: HashMap<TrackingNumber, BTreeSet<TrackingNumber>>,
}

/// What a delivery meant.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// It came before: nothing is changed.
    Repeated,
    /// It was news; how each parcel's state changed, which may be not at all.
    Changes(Vec<Change>),
}

/// A parcel's state before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub number: TrackingNumber,
    pub before: Option<ParcelState>,
    pub after: Option<ParcelState>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // `Debug` masks the number.
        write!(
            f,
            "{:?}: {} -> {}",
            self.number,
            told(self.before.as_ref()),
            told(self.after.as_ref())
        )
    }
}

impl Desk {
    /// A desk that takes events at most `window` old.
    pub fn new(window: TimeDelta) -> Self {
        Self {
            guard: ReplayGuard::new(window),
            shipments: HashMap::new(),
            named_by: HashMap::new(),
        }
    }

    /// Takes in a delivery, once.
    pub fn apply(&mut self, delivery: &WebhookDelivery) -> Result<Applied, ReceiveError> {
        if self.guard.check(delivery)? == Novelty::Repeated {
            return Ok(Applied::Repeated);
        }
        let now = delivery.received;
        let touched: BTreeSet<TrackingNumber> = delivery
            .batch
            .shipments
            .iter()
            .map(|shipment| shipment.number.clone())
            .collect();
        let before: Vec<Option<ParcelState>> = touched
            .iter()
            .map(|number| self.state(number, now))
            .collect();
        delivery
            .batch
            .shipments
            .iter()
            .for_each(|shipment| self.keep(shipment.clone()));
        self.guard.remember(delivery);
        let change = |(number, before)| Change {
            after: self.state(&number, now),
            number,
            before,
        };
        Ok(Applied::Changes(
            touched.into_iter().zip(before).map(change).collect(),
        ))
    }

    fn keep(&mut self, mut shipment: Shipment) {
        let known = self.shipments.entry(shipment.number.clone()).or_default();
        if shipment.delivery == DeliveryKind::Snapshot
            && known.iter().any(|other| shipment.is_overtaken_by(other))
        {
            // A carrier's late retry. Whole as it is, it must not withdraw what a newer one, which
            // came before it, has told.
            shipment.delivery = DeliveryKind::Increment;
        }
        for other in mentioned(&shipment) {
            self.named_by
                .entry(other)
                .or_default()
                .insert(shipment.number.clone());
        }
        known.push(Arc::new(shipment));
    }

    /// Where the parcel of a number stands: of the journey that has it, the newest one if the
    /// number was used again.
    fn state(&self, number: &TrackingNumber, now: DateTime<Utc>) -> Option<ParcelState> {
        let mut journeys = Journeys::default();
        self.related(number)
            .into_iter()
            .for_each(|shipment| drop(journeys.apply(shipment)));
        let (sorted, _) = journeys.sorted();
        let mine = sorted.iter().rev().find(|journey| {
            journey
                .shipments()
                .any(|shipment| shipment.number == *number)
        })?;
        mine.at(now).parcel
    }

    /// Everything that may belong to the parcel: what numbers tie, directly or through others. Only
    /// this is sorted, not all that was ever told.
    fn related(&self, number: &TrackingNumber) -> Vec<Arc<Shipment>> {
        let (mut seen, mut open, mut all) = (
            HashSet::from([number.clone()]),
            vec![number.clone()],
            Vec::new(),
        );
        while let Some(number) = open.pop() {
            let own = self.shipments.get(&number).into_iter().flatten();
            let names = own.clone().flat_map(|shipment| mentioned(shipment));
            let named = names.chain(self.named_by.get(&number).into_iter().flatten().cloned());
            open.extend(named.filter(|other| seen.insert(other.clone())));
            all.extend(own.cloned());
        }
        all
    }
}

/// Every other number that a shipment names.
fn mentioned(shipment: &Shipment) -> impl Iterator<Item = TrackingNumber> {
    let references = shipment
        .references
        .iter()
        .chain(shipment.events.iter().flat_map(|event| &event.related));
    references.map(|reference| TrackingNumber::new(&reference.number))
}

fn told(state: Option<&ParcelState>) -> String {
    let Some(state) = state else {
        return "nothing known".to_owned();
    };
    let place = state
        .place
        .as_ref()
        .map_or("place unknown".to_owned(), place);
    format!(
        "{}, {place}, since {}",
        state.milestone.as_str().replace('_', " "),
        time(&state.since)
    )
}

fn place(place: &Place) -> String {
    let parts = [
        place.city.as_deref().or(place.name.as_deref()),
        place.region.as_deref(),
        place.country.as_ref().map(|country| country.as_str()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// As the carrier's clock showed it, with its offset if that is known.
fn time(time: &EventTime) -> String {
    match (time.wall_clock(), time.offset()) {
        (Some(wall), Some(offset)) => format!("{} {offset}", wall.format("%Y-%m-%d %H:%M")),
        (Some(wall), None) => format!("{} (zone unknown)", wall.format("%Y-%m-%d %H:%M")),
        (None, _) => time.raw().to_owned(),
    }
}
