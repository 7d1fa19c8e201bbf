//! One parcel's way as it was, and as it was told: [`Course`]. The journey under test is built from
//! it the way any feed builds one.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use parceltrail::history::{HistoryEnd, Station};
use parceltrail::model::{CarrierCode, Promise, PromiseKind, Zones};
use parceltrail::{
    CarrierId, Event, EventTime, FeedId, Milestone, Place, Reason, Shipment, Stage, TrackingNumber,
};
use smol_str::SmolStr;

/// One parcel: every scan with the moment it happened and the moment it became known.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub id: SmolStr,
    pub carrier: SmolStr,
    pub service: Option<SmolStr>,
    pub origin: Station,
    pub destination: Station,
    pub promised: Option<DateTime<Utc>>,
    pub outcome: Option<HistoryEnd>,
    /// The carriers' numbers that it travels under, in order.
    pub legs: Vec<Leg>,
    /// In the order in which they happened.
    pub scans: Vec<Scan>,
}

/// A carrier's number and the feed that reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    pub carrier: SmolStr,
    pub number: SmolStr,
}

/// One told event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Which leg tells it.
    pub leg: usize,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the feed told it: never before it happened.
    pub received: DateTime<Utc>,
    pub stage: Option<Stage>,
    pub milestone: Milestone,
    pub place: Option<Station>,
    pub reason: Option<Reason>,
    pub clock: Clock,
}

/// How the feed writes times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The instant.
    Instant,
    /// Local time with its offset, in seconds east of Greenwich.
    Offset(i32),
    /// Local time, and nobody says where: the offset is the truth behind it.
    Unknown(i32),
}

impl Clock {
    /// What the feed would write.
    pub fn tell(self, at: DateTime<Utc>) -> EventTime {
        let local = |seconds: i32| {
            FixedOffset::east_opt(seconds).map_or(at.naive_utc(), |offset| {
                at.with_timezone(&offset).naive_local()
            })
        };
        match self {
            Self::Instant => EventTime::instant(at.to_rfc3339_opts(SecondsFormat::Secs, true), at),
            Self::Offset(seconds) => {
                EventTime::at_offset(local(seconds).to_string(), local(seconds), seconds)
            }
            Self::Unknown(seconds) => {
                EventTime::local(local(seconds).to_string(), local(seconds), &Zones::Unknown)
            }
        }
    }
}

impl Course {
    /// The instant of its delivery, if it was delivered.
    pub fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.scans
            .iter()
            .find(|scan| scan.milestone == Milestone::Delivered)
            .map(|scan| scan.at)
    }

    /// When its delivery became known; of several the last.
    pub fn delivery_known_at(&self) -> Option<DateTime<Utc>> {
        self.scans
            .iter()
            .rev()
            .find(|scan| scan.milestone == Milestone::Delivered)
            .map(|scan| scan.received)
    }

    /// The instant from which its length counts: its pickup, else its first scan.
    pub fn started_at(&self) -> DateTime<Utc> {
        let pickup = self
            .scans
            .iter()
            .find(|scan| scan.milestone == Milestone::PickedUp);
        pickup
            .or(self.scans.first())
            .map_or(DateTime::UNIX_EPOCH, |scan| scan.at)
    }

    /// When the last of its scans became known.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.scans
            .iter()
            .map(|scan| scan.received)
            .max()
            .unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Countries and service: whose lengths are compared with each other.
    pub fn lane(&self) -> (Station, Station, Option<SmolStr>) {
        let coarse = |station: &Station| match station.country {
            Some(country) => Station::new().with_country(country),
            None => station.clone(),
        };
        (
            coarse(&self.origin),
            coarse(&self.destination),
            self.service.clone(),
        )
    }

    /// What the feeds delivered, one scan a delivery, oldest reception first.
    pub fn deliveries(&self) -> Vec<Shipment> {
        let mut scans: Vec<&Scan> = self.scans.iter().collect();
        scans.sort_by_key(|scan| scan.received);
        scans
            .into_iter()
            .filter_map(|scan| Some(self.delivery(scan, self.legs.get(scan.leg)?)))
            .collect()
    }

    fn delivery(&self, scan: &Scan, leg: &Leg) -> Shipment {
        let number = TrackingNumber::new(leg.number.as_str());
        let feed = FeedId::from(format!("{}.scans", leg.carrier));
        let carrier = CarrierId::from(leg.carrier.clone());
        let mut code = CarrierCode::new(scan.milestone.as_str());
        code.qualifier = scan.stage.map(|stage| stage.as_str().into());
        let time = scan.clock.tell(scan.at);
        let (of_feed, of_carrier) = (feed.clone(), carrier.clone());
        let event = Event::new(of_feed, of_carrier, number.clone(), scan.milestone, time)
            .with_stage(scan.stage)
            .with_reason(scan.reason)
            .with_place(scan.place.as_ref().and_then(place))
            .with_code(code);
        let promise = self
            .promised
            .filter(|_| scan.milestone != Milestone::Delivered);
        let mut shipment = Shipment::new(feed, carrier, number, scan.received)
            .with_event(event)
            .with_origin(place(&self.origin))
            .with_destination(place(&self.destination));
        shipment.service = self.service.clone();
        shipment
            .promises
            .extend(promise.map(|by| Promise::by(PromiseKind::Committed, Clock::Instant.tell(by))));
        shipment
    }
}

fn place(station: &Station) -> Option<Place> {
    let Station {
        country,
        region,
        postcode,
        code,
        ..
    } = station.clone();
    let mut place = Place::new().with_country(country);
    (place.region, place.postcode, place.code) = (region, postcode, code);
    place.known()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_allows_what_happened() {
        let at: DateTime<Utc> = "2026-03-02T23:30:00Z".parse().unwrap();
        for clock in [
            Clock::Instant,
            Clock::Offset(8 * 3600),
            Clock::Unknown(8 * 3600),
            Clock::Unknown(-8 * 3600),
        ] {
            let told = clock.tell(at);
            assert!(told.earliest() <= at && at <= told.latest(), "{clock:?}");
            assert_eq!(
                told.is_exact(),
                !matches!(clock, Clock::Unknown(_)),
                "{clock:?}"
            );
        }
    }
}
