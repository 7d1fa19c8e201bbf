//! One parcel with all its scans.

use chrono::{DateTime, TimeDelta, Utc};

use super::carrier::Carrier;
use super::place::Lane;
use super::scan::Scan;

/// A parcel and all its scans.
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
    /// The scans that the carrier reports at a moment, oldest first. Empty while it does not know
    /// the number.
    pub fn reported_at(&self, now: DateTime<Utc>) -> Vec<&Scan> {
        self.scans
            .iter()
            .filter(|scan| scan.is_reported_at(now))
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
