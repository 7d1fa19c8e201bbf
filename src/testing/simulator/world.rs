//! All parcels, and their true events at a moment.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::carrier::Carrier;
use super::fault::{Fault, FaultPlan};
use super::parcel::Parcel;
use super::scan::Scan;
use super::truth::TrueEvent;
use super::{number, place, story, wire};

/// All parcels of all carriers.
#[derive(Debug, Default)]
pub(super) struct World {
    parcels: HashMap<Carrier, Vec<Parcel>>,
    by_number: HashMap<String, (Carrier, usize)>,
}

impl World {
    /// Makes `count` parcels of a carrier, whose labels are created from `begin` on, spread over
    /// some time.
    pub fn populate(
        &mut self,
        carrier: Carrier,
        count: usize,
        seed: u64,
        begin: DateTime<Utc>,
        spread: TimeDelta,
        plan: &FaultPlan,
    ) {
        let parcels = self.parcels.entry(carrier).or_default();
        for _ in 0..count {
            let serial = parcels.len() as u64;
            let mut rng = fastrand::Rng::with_seed(seed ^ (serial << 8) ^ carrier as u64);
            let lanes = place::lanes(carrier);
            let lane = &lanes[rng.usize(0..lanes.len())];
            let number =
                number::synthetic(carrier, !lane.crosses_a_border(), serial * 7 + seed % 7);
            // Some labels are created before the start, so that the first requests find some
            // parcels and not others.
            let delay =
                TimeDelta::seconds(rng.i64(-spread.num_seconds() / 4..spread.num_seconds().max(1)));
            let mut scans = story::scans(&mut rng, lane, begin + delay);
            if plan.applies(Fault::UnknownCodes, &number, 0) {
                story::with_unknown_code(&mut rng, &mut scans);
            }
            if plan.applies(Fault::Corrections, &number, 0) {
                story::corrected(&mut rng, &mut scans);
            }
            self.by_number
                .insert(number.clone(), (carrier, parcels.len()));
            parcels.push(Parcel {
                carrier,
                number,
                lane,
                serial,
                scans,
            });
        }
    }

    pub fn parcel(&self, carrier: Carrier, number: &str) -> Option<&Parcel> {
        let (owner, at) = self.by_number.get(number)?;
        self.parcels
            .get(owner)
            .filter(|_| *owner == carrier)?
            .get(*at)
    }

    pub fn of(&self, carrier: Carrier) -> &[Parcel] {
        self.parcels.get(&carrier).map_or(&[], Vec::as_slice)
    }

    /// When the last scan of all parcels is published.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.parcels
            .values()
            .flatten()
            .filter_map(Parcel::ends)
            .max()
    }

    /// The true events of a polled feed at a moment.
    pub fn truth_at(&self, carrier: Carrier, number: &str, now: DateTime<Utc>) -> Vec<TrueEvent> {
        let Some(parcel) = self.parcel(carrier, number) else {
            return Vec::new();
        };
        parcel
            .reported_at(now)
            .into_iter()
            .map(|scan| true_event(parcel, scan))
            .collect()
    }

    /// The true events of a pushing feed: all that were published since, also those withdrawn
    /// later, because a push holds only new scans.
    pub fn pushed_between(
        &self,
        carrier: Carrier,
        number: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<TrueEvent> {
        let Some(parcel) = self.parcel(carrier, number) else {
            return Vec::new();
        };
        parcel
            .scans
            .iter()
            .filter(|scan| scan.published > since && scan.published <= now)
            .map(|scan| true_event(parcel, scan))
            .collect()
    }
}

fn true_event(parcel: &Parcel, scan: &Scan) -> TrueEvent {
    TrueEvent {
        at: scan.local(),
        code: wire::of(parcel.carrier).code(parcel, scan).value.into(),
        published: scan.published,
    }
}
