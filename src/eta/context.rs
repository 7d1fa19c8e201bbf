//! The contexts in which durations are learned, coarse to fine.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Serialize};

use super::record::{Record, Step, mix};

/// A level of evidence, coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// Published service standards: no observation at all.
    Prior,
    /// Every journey that was taught.
    All,
    /// The same carrier.
    Carrier,
    /// The same service of the carrier.
    Service,
    /// The same two countries.
    Countries,
    /// The same lane: two facilities, else regions, else areas of postcodes.
    Lane,
    /// The same office on the lane.
    Office,
}

impl Level {
    /// Every level that is learned, coarse to fine.
    pub const LEARNED: [Self; 6] = [
        Self::All,
        Self::Carrier,
        Self::Service,
        Self::Countries,
        Self::Lane,
        Self::Office,
    ];

    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::All => "all",
            Self::Carrier => "carrier",
            Self::Service => "service",
            Self::Countries => "countries",
            Self::Lane => "lane",
            Self::Office => "office",
        }
    }
}

/// The keys of a step's contexts, in the order of [`Level::LEARNED`]; 0 where a level would say
/// what the one before it says.
pub(super) fn keys(record: &Record, step: &Step) -> [u64; 6] {
    let route = &record.route;
    let kind = u64::from(step.kind.index()) + 1;
    let all = mix(kind);
    let carrier = join(all, 1, [route.carrier, 0]);
    let service = join(carrier, 2, [route.service, 0]);
    let countries = join(service, 3, [route.from.country, route.to.country]);
    let lane = join(countries, 4, [route.from.lane_end(), route.to.lane_end()]);
    let office = join(lane, 5, [step.place, 0]);
    let known = |key: u64, parts: [u32; 2]| if parts == [0, 0] { 0 } else { key };
    [
        all,
        known(carrier, [route.carrier, 0]),
        known(service, [route.service, 0]),
        known(countries, [route.from.country, route.to.country]),
        known(
            lane,
            [
                route.from.finer_than_country(),
                route.to.finer_than_country(),
            ],
        ),
        known(office, [step.place, 0]),
    ]
}

fn join(key: u64, salt: u64, parts: [u32; 2]) -> u64 {
    mix(mix(key ^ (salt << 56)) ^ (u64::from(parts[0]) << 32 | u64::from(parts[1]))).max(1)
}

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub(super) type Hashed = BuildHasherDefault<Identity>;
pub(super) type Map<T> = HashMap<u64, T, Hashed>;
