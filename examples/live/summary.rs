//! The figures of a run.

use std::collections::BTreeMap;

use parceltrail::client::Stats;
use parceltrail::testing::simulator::{Fault, FeedCounters, Limit};
use serde::Serialize;

use crate::watch::Audit;

/// The figures of a run.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub seed: u64,
    pub storm: bool,
    /// The world's time.
    pub seconds: f64,
    /// The parcels' time.
    pub simulated_days: f64,
    pub feeds: BTreeMap<&'static str, Figures>,
    pub total: Figures,
}

/// The figures of one feed, or of all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    pub parcels: u64,
    pub at_rest: u64,
    pub requests: u64,
    pub retries: u64,
    pub tokens: u64,
    pub throttled: u64,
    pub waits: u64,
    pub breaker_opened: u64,
    pub found: u64,
    pub not_found: u64,
    pub failed: u64,
    pub events: u64,
    pub lost: u64,
    pub repeated: u64,
    pub untrue: u64,
    pub quota_broken: u64,
    /// Which limits were broken how often, as the carriers count.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits_broken: BTreeMap<Limit, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub faults: BTreeMap<Fault, u64>,
}

/// A row's name, its figure, and whether that must be zero.
type Row = (&'static str, fn(&Figures) -> u64, bool);

impl Summary {
    pub const ROWS: &'static [Row] = &[
        ("parcels", |figures| figures.parcels, false),
        ("at rest", |figures| figures.at_rest, false),
        ("requests", |figures| figures.requests, false),
        ("retries", |figures| figures.retries, false),
        ("tokens fetched", |figures| figures.tokens, false),
        ("throttled", |figures| figures.throttled, false),
        ("waited for the own quota", |figures| figures.waits, false),
        ("breaker opened", |figures| figures.breaker_opened, false),
        ("answers: found", |figures| figures.found, false),
        (
            "answers: not found (yet)",
            |figures| figures.not_found,
            false,
        ),
        (
            "answers: failed, asked again",
            |figures| figures.failed,
            false,
        ),
        ("events held", |figures| figures.events, false),
        ("lost", |figures| figures.lost, true),
        ("held twice", |figures| figures.repeated, true),
        ("held, but not true", |figures| figures.untrue, true),
        (
            "quota broken (server's count)",
            |figures| figures.quota_broken,
            true,
        ),
    ];
}

impl Figures {
    pub fn new(stats: Stats, seen: &FeedCounters, audit: &Audit) -> Self {
        Self {
            parcels: audit.parcels as u64,
            at_rest: audit.at_rest as u64,
            requests: stats.requests,
            retries: stats.retries,
            tokens: stats.tokens,
            throttled: stats.throttled,
            waits: stats.waits,
            breaker_opened: stats.opened,
            found: stats.found,
            not_found: stats.not_found,
            failed: stats.failed + stats.missing,
            events: audit.events as u64,
            lost: audit.lost as u64,
            repeated: audit.repeated as u64,
            untrue: audit.untrue as u64,
            quota_broken: seen.quota_violations(),
            limits_broken: seen.broken.clone(),
            faults: seen.faults.clone(),
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.parcels += other.parcels;
        self.at_rest += other.at_rest;
        self.requests += other.requests;
        self.retries += other.retries;
        self.tokens += other.tokens;
        self.throttled += other.throttled;
        self.waits += other.waits;
        self.breaker_opened += other.breaker_opened;
        self.found += other.found;
        self.not_found += other.not_found;
        self.failed += other.failed;
        self.events += other.events;
        self.lost += other.lost;
        self.repeated += other.repeated;
        self.untrue += other.untrue;
        self.quota_broken += other.quota_broken;
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        for (limit, count) in &other.limits_broken {
            *self.limits_broken.entry(*limit).or_default() += count;
        }
    }

    /// Whether all that happened is held, once, and no quota was broken.
    pub fn is_clean(&self) -> bool {
        self.lost + self.repeated + self.untrue + self.quota_broken == 0
            && self.at_rest == self.parcels
    }
}
