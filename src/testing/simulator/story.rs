//! Scenarios: the scans of a parcel, with their times.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::place::{Lane, Site};
use super::scan::{Scan, Step};

/// The course of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Plain,
    Delayed,
    HeldAtCustoms,
    FailedAttempt,
    PickupPoint,
    Returned,
    /// A label was created and the parcel never handed over.
    NeverHandedOver,
}

impl Story {
    fn drawn(rng: &mut Rng, lane: &Lane) -> Self {
        match rng.u32(0..100) {
            0..40 => Self::Plain,
            40..50 => Self::Delayed,
            50..62 if lane.crosses_a_border() => Self::HeldAtCustoms,
            50..74 => Self::FailedAttempt,
            74..84 => Self::PickupPoint,
            84..96 => Self::Returned,
            _ => Self::NeverHandedOver,
        }
    }
}

/// The scans of one parcel whose label is created at `begin`, oldest first.
pub(super) fn scans(rng: &mut Rng, lane: &Lane, begin: DateTime<Utc>) -> Vec<Scan> {
    let story = Story::drawn(rng, lane);
    let mut trip = Trip {
        rng,
        at: begin,
        scans: Vec::new(),
    };
    trip.scan(Step::Announced, lane.origin, 0..1);
    if story == Story::NeverHandedOver {
        return trip.scans;
    }
    trip.scan(Step::PickedUp, lane.origin, 4..20);
    trip.scan(Step::Departed, lane.origin, 2..6);
    trip.scan(Step::Arrived, lane.first_hub, 3..9);
    if story == Story::Delayed {
        trip.scan(Step::Delayed, lane.first_hub, 4..12);
    }
    trip.scan(Step::Departed, lane.first_hub, 2..8);
    if lane.first_hub != lane.second_hub {
        trip.scan(Step::Arrived, lane.second_hub, 8..18);
        if lane.crosses_a_border() {
            trip.customs(lane.second_hub, story);
        }
        trip.scan(Step::Departed, lane.second_hub, 2..6);
    }
    trip.last_mile(lane, story);
    trip.scans
}

struct Trip<'r> {
    rng: &'r mut Rng,
    at: DateTime<Utc>,
    scans: Vec<Scan>,
}

impl Trip<'_> {
    /// Adds a scan some hours after the one before. Never on a full minute: some carriers write
    /// a day as its midnight.
    fn scan(&mut self, step: Step, site: &'static Site, hours: std::ops::Range<i64>) {
        let minutes = self.rng.i64(hours.start * 60..hours.end * 60);
        let whole = self.at + TimeDelta::minutes(minutes);
        self.at = DateTime::from_timestamp(
            whole.timestamp().div_euclid(60) * 60 + self.rng.i64(5..55),
            0,
        )
        .unwrap_or(whole);
        let published = self.at + TimeDelta::seconds(self.rng.i64(60..900));
        self.scans.push(Scan {
            step,
            site,
            at: self.at,
            published,
            withdrawn: None,
        });
    }

    fn customs(&mut self, site: &'static Site, story: Story) {
        self.scan(Step::CustomsSubmitted, site, 1..4);
        if story == Story::HeldAtCustoms {
            self.scan(Step::CustomsHeld, site, 2..6);
            self.scan(Step::CustomsReleased, site, 12..40);
        } else {
            self.scan(Step::CustomsReleased, site, 1..8);
        }
    }

    fn last_mile(&mut self, lane: &Lane, story: Story) {
        let door = lane.destination;
        self.scan(Step::Arrived, door, 3..9);
        self.scan(Step::OutForDelivery, door, 2..10);
        match story {
            Story::FailedAttempt => {
                self.scan(Step::Attempted, door, 2..6);
                self.scan(Step::OutForDelivery, door, 15..20);
                self.scan(Step::Delivered, door, 1..6);
            }
            Story::PickupPoint => {
                self.scan(Step::Attempted, door, 2..6);
                self.scan(Step::ReadyForPickup, door, 2..5);
                self.scan(Step::Delivered, door, 10..30);
            }
            Story::Returned => {
                self.scan(Step::Refused, door, 2..6);
                self.scan(Step::Returning, door, 4..20);
                self.scan(Step::Arrived, lane.first_hub, 16..30);
                self.scan(Step::Returned, lane.origin, 10..20);
            }
            _ => self.scan(Step::Delivered, door, 1..8),
        }
    }
}

/// Inserts a scan with an unknown code between two others.
pub(super) fn with_unknown_code(rng: &mut Rng, scans: &mut Vec<Scan>) {
    if scans.len() < 4 {
        return;
    }
    let after = rng.usize(1..scans.len() - 2);
    let (before, next) = (&scans[after], &scans[after + 1]);
    let at = before.at + TimeDelta::seconds((next.at - before.at).num_seconds() / 2);
    let scan = Scan {
        step: Step::Unknown,
        site: before.site,
        at,
        published: at + TimeDelta::seconds(rng.i64(60..600)),
        withdrawn: None,
    };
    scans.insert(after + 1, scan);
}

/// Gives a scan in the middle another time, or withdraws it, once the next one was published. The
/// last two scans stay.
pub(super) fn corrected(rng: &mut Rng, scans: &mut Vec<Scan>) {
    if scans.len() < 5 {
        return;
    }
    let wrong = rng.usize(1..scans.len() - 2);
    let noticed = scans[wrong + 1].published + TimeDelta::seconds(30);
    let mut right = scans[wrong].clone();
    scans[wrong].withdrawn = Some(noticed);
    if rng.bool() {
        right.at += TimeDelta::seconds(rng.i64(120..600) * if rng.bool() { 1 } else { -1 });
        right.published = noticed;
        let place = wrong + usize::from(right.at > scans[wrong].at);
        scans.insert(place, right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::simulator::carrier::Carrier;
    use crate::testing::simulator::place;

    #[test]
    fn scans_keep_their_order_and_the_last_word_stands() {
        for seed in 0..2000 {
            let mut rng = Rng::with_seed(seed);
            let lanes = place::lanes(Carrier::ALL[seed as usize % 4]);
            let lane = &lanes[rng.usize(0..lanes.len())];
            let mut scans = super::scans(
                &mut rng,
                lane,
                DateTime::from_timestamp(1_772_409_600, 0).unwrap(),
            );
            with_unknown_code(&mut rng, &mut scans);
            corrected(&mut rng, &mut scans);
            assert!(
                scans.windows(2).all(|pair| pair[0].at < pair[1].at),
                "seed {seed}: {scans:?}"
            );
            let last = scans.last().unwrap();
            assert!(last.withdrawn.is_none());
            assert!(
                scans[0].withdrawn.is_none(),
                "a snapshot reaches back to the first scan"
            );
            let corrected_by = scans
                .iter()
                .flat_map(|scan| [Some(scan.published), scan.withdrawn])
                .flatten()
                .max();
            assert_eq!(
                corrected_by,
                Some(last.published),
                "seed {seed}: nothing changes after the last scan"
            );
        }
    }
}
