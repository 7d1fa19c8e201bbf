//! All parcels, and what is true of them at a moment.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, Offset, TimeDelta, TimeZone, Utc};

use super::fault::{Fault, FaultPlan};
use super::place::{self, Lane};
use super::story::{self, Scan, Step};
use super::truth::TrueEvent;
use super::{Carrier, number, wire};

/// A parcel and everything that will ever be said about it.
#[derive(Debug)]
pub(super) struct Parcel {
    pub carrier: Carrier,
    pub number: String,
    pub lane: &'static Lane,
    pub serial: u64,
    /// Oldest first.
    pub scans: Vec<Scan>,
}

impl Parcel {
    /// What the carrier tells at a moment, oldest first. Nothing: it does not know the number yet.
    pub fn told_at(&self, now: DateTime<Utc>) -> Vec<&Scan> {
        self.scans
            .iter()
            .filter(|scan| scan.is_told_at(now))
            .collect()
    }

    /// The day that the carrier promises from the start: two days after the plan, so that some are
    /// late.
    pub fn promised(&self) -> DateTime<Utc> {
        let days = if self.lane.crosses_a_border() { 4 } else { 3 };
        self.scans
            .first()
            .map_or(DateTime::UNIX_EPOCH, |scan| scan.at)
            + TimeDelta::days(days)
    }

    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.scans.last().map(|scan| scan.published)
    }
}

impl Scan {
    /// The time where it happened, with its offset.
    pub fn local(&self) -> DateTime<FixedOffset> {
        let offset = self
            .site
            .zone
            .offset_from_utc_datetime(&self.at.naive_utc())
            .fix();
        self.at.with_timezone(&offset)
    }

    pub fn is_last_word(&self) -> bool {
        matches!(self.step, Step::Delivered | Step::Returned)
    }
}

/// All parcels of all carriers.
#[derive(Debug, Default)]
pub(super) struct World {
    parcels: HashMap<Carrier, Vec<Parcel>>,
    by_number: HashMap<String, (Carrier, usize)>,
}

impl World {
    /// Makes `count` parcels of a carrier, whose labels are made from `begin` on, spread over some
    /// time.
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
            // Some labels were made before the start, so that the first question finds some parcels
            // and not others.
            let delay =
                TimeDelta::seconds(rng.i64(-spread.num_seconds() / 4..spread.num_seconds().max(1)));
            let mut scans = story::told(&mut rng, lane, begin + delay);
            if plan.strikes(Fault::UnknownCodes, &number, 0) {
                story::with_unknown_code(&mut rng, &mut scans);
            }
            if plan.strikes(Fault::Corrections, &number, 0) {
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

    /// When the last word about the last parcel is published.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.parcels
            .values()
            .flatten()
            .filter_map(Parcel::ends)
            .max()
    }

    /// What a perfect observer of a polled feed holds at a moment.
    pub fn truth_at(&self, carrier: Carrier, number: &str, now: DateTime<Utc>) -> Vec<TrueEvent> {
        let Some(parcel) = self.parcel(carrier, number) else {
            return Vec::new();
        };
        parcel
            .told_at(now)
            .into_iter()
            .map(|scan| true_event(parcel, scan))
            .collect()
    }

    /// What a perfect observer of pushes holds: all that was published since, also what was taken
    /// back later, because a push says only what is new.
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
