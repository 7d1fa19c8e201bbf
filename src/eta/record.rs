//! A journey as the model remembers it: words as hashes, times as seconds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::features::UNKNOWN;
use super::kind::Kind;
use crate::History;
use crate::history::{Attribute, HistoryEnd, Station};
use crate::model::{Country, Milestone};

/// Dates before 1990 and from 2200 on are mistakes, and what comes three years after the start is
/// not the same journey.
const EARLIEST: i64 = 631_152_000;
const LATEST: i64 = 7_258_118_400;
const LONGEST: i64 = 3 * 366 * 86_400;

/// The words of a journey that contexts are made of, as hashes; 0 where nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, Spot, Spot)", into = "(u32, u32, Spot, Spot)")]
pub(super) struct Route {
    pub(super) carrier: u32,
    pub(super) service: u32,
    pub(super) from: Spot,
    pub(super) to: Spot,
}

/// A place as hashes, coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenSpot", into = "WrittenSpot")]
pub(super) struct Spot {
    pub(super) country: u32,
    pub(super) region: u32,
    /// The first three characters of the postcode.
    pub(super) area: u32,
    pub(super) postcode: u32,
    pub(super) code: u32,
    /// The digits that the postcode begins with: neighbours have near numbers.
    pub(super) number: f32,
}

/// Country, region, area, postcode, code, number.
type WrittenSpot = (u32, u32, u32, u32, u32, Option<f32>);

impl From<(u32, u32, Spot, Spot)> for Route {
    fn from((carrier, service, from, to): (u32, u32, Spot, Spot)) -> Self {
        Self {
            carrier,
            service,
            from,
            to,
        }
    }
}

impl From<Route> for (u32, u32, Spot, Spot) {
    fn from(route: Route) -> Self {
        (route.carrier, route.service, route.from, route.to)
    }
}

impl From<WrittenSpot> for Spot {
    fn from((country, region, area, postcode, code, number): WrittenSpot) -> Self {
        Self {
            country,
            region,
            area,
            postcode,
            code,
            number: number.unwrap_or(UNKNOWN),
        }
    }
}

impl From<Spot> for WrittenSpot {
    fn from(spot: Spot) -> Self {
        let number = (spot.number > UNKNOWN).then_some(spot.number);
        (
            spot.country,
            spot.region,
            spot.area,
            spot.postcode,
            spot.code,
            number,
        )
    }
}

impl Spot {
    pub(super) fn of(station: &Station) -> Self {
        Self {
            country: station.country.as_ref().map_or(0, packed),
            region: hashed(station.region.as_deref()),
            area: hashed(station.postcode.as_deref().map(area)),
            postcode: hashed(station.postcode.as_deref()),
            code: hashed(station.code.as_deref()),
            number: station.postcode.as_deref().map_or(UNKNOWN, leading_number),
        }
    }

    /// Something finer than the country, if that is known.
    pub(super) const fn finer_than_country(self) -> u32 {
        self.region | self.postcode | self.code
    }

    /// What lanes are made of: a facility, else a region, else the first three characters of the
    /// postcode, else the country. Whole postcodes make lanes of one journey each.
    pub(super) const fn lane_end(self) -> u32 {
        match self {
            Self { code, .. } if code != 0 => code,
            Self { region, .. } if region != 0 => region,
            Self { area, .. } if area != 0 => area,
            Self { country, .. } => country,
        }
    }
}

/// The hash of the finest that is known of a place.
fn finest(station: &Station) -> u32 {
    let word = station
        .code
        .as_deref()
        .or(station.postcode.as_deref())
        .or(station.region.as_deref());
    word.map_or_else(
        || station.country.as_ref().map_or(0, packed),
        |word| hashed(Some(word)),
    )
}

/// One event, or one step of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Seconds since 1970.
    pub(super) at: i64,
    pub(super) kind: Kind,
    /// Hash of the finest that is known of the place.
    pub(super) place: u32,
}

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Open,
    Delivered(i64),
    /// Lost, returned, disposed of: it will not arrive.
    Never,
}

/// What else is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Value {
    #[serde(rename = "n")]
    Number(f32),
    #[serde(rename = "w")]
    Word(u32),
}

/// One journey.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) id: u64,
    /// As of when it was taught, seconds since 1970.
    pub(super) seen: i64,
    pub(super) end: End,
    pub(super) promised: Option<i64>,
    pub(super) route: Route,
    pub(super) attributes: Vec<(u32, Value)>,
    /// At least one, in order of time.
    pub(super) steps: Vec<Step>,
    pub(super) plan: Vec<Step>,
}

impl Record {
    /// What was known of a journey at a moment; nothing if nothing had happened.
    pub(super) fn of(history: &History, at: DateTime<Utc>) -> Option<Self> {
        let known = || {
            history.events.iter().filter(|event| {
                event.at <= at && EARLIEST <= event.at.timestamp() && event.at.timestamp() < LATEST
            })
        };
        let moving = known().any(|event| event.milestone.moves_state());
        let mut steps: Vec<Step> = known()
            .filter(|event| !moving || event.milestone.moves_state())
            .map(|event| Step {
                at: event.at.timestamp(),
                kind: Kind::new(event.stage, event.milestone),
                place: event.place.as_ref().map_or(0, finest),
            })
            .collect();
        steps.sort_by_key(|step| step.at);
        let first = steps.first()?.at;
        steps.retain(|step| step.at - first < LONGEST);
        let seen = at.timestamp().min(steps.last()?.at + LONGEST);
        let delivered = steps
            .iter()
            .find(|step| step.kind.milestone() == Milestone::Delivered)
            .map(|step| step.at);
        let whole = history.events.iter().all(|event| event.at <= at);
        let end = match (delivered, history.outcome) {
            (Some(at), _) => End::Delivered(at),
            (None, Some(HistoryEnd::Lost | HistoryEnd::Returned)) if whole => End::Never,
            _ if steps
                .last()
                .is_some_and(|last| last.kind.milestone().is_terminal()) =>
            {
                End::Never
            }
            _ => End::Open,
        };
        if let End::Delivered(at) = end {
            steps.retain(|step| step.at <= at);
        }
        let plan = history
            .schedule
            .iter()
            .map(|step| Step {
                at: step.at.timestamp(),
                kind: Kind::new(step.stage, step.milestone),
                place: 0,
            })
            .filter(|step| (step.at - first).abs() < LONGEST)
            .collect();
        Some(Self {
            id: hash(history.id.as_bytes()),
            seen,
            end,
            promised: history
                .promised
                .map(|promised| promised.timestamp().clamp(first - LONGEST, first + LONGEST)),
            route: Route {
                carrier: hashed(history.carrier.as_deref()),
                service: hashed(history.service.as_deref()),
                from: Spot::of(&history.origin),
                to: Spot::of(&history.destination),
            },
            attributes: history
                .attributes
                .iter()
                .filter_map(|(name, value)| Some((hashed(Some(name)), value_of(value)?)))
                .collect(),
            steps,
            plan,
        })
    }

    pub(super) fn start(&self) -> i64 {
        self.steps.first().map_or(self.seen, |step| step.at)
    }

    /// When it was promised or planned to arrive.
    pub(super) fn due(&self) -> Option<i64> {
        self.promised
            .or_else(|| self.plan.last().map(|step| step.at))
    }

    /// When its evidence dates from: its end, or when it was last seen open.
    pub(super) fn dated(&self) -> i64 {
        match self.end {
            End::Delivered(at) => at,
            End::Open => self.seen,
            End::Never => self.steps.last().map_or(self.seen, |step| step.at),
        }
    }

    /// Whether this tells more of a journey than another record of it.
    pub(super) fn supersedes(&self, other: &Self) -> bool {
        let rank = |record: &Self| (record.end != End::Open, record.seen, record.steps.len());
        rank(self) >= rank(other)
    }
}

fn area(postcode: &str) -> &str {
    postcode
        .char_indices()
        .nth(3)
        .map_or(postcode, |(end, _)| &postcode[..end])
}

fn leading_number(postcode: &str) -> f32 {
    let digits = postcode.bytes().take(5).take_while(u8::is_ascii_digit);
    let (number, count) = digits.fold((0_u32, 0_u32), |(number, count), digit| {
        (number * 10 + u32::from(digit - b'0'), count + 1)
    });
    if count == 0 {
        UNKNOWN
    } else {
        number as f32 * 10_f32.powi(5 - count as i32)
    }
}

fn value_of(value: &Attribute) -> Option<Value> {
    match value {
        Attribute::Number(number) => Some(*number as f32)
            .filter(|number| number.is_finite())
            .map(Value::Number),
        Attribute::Text(text) => Some(Value::Word(hashed(Some(text)))),
    }
}

/// A country of two letters from its number.
pub(super) fn unpacked(country: u32) -> Option<Country> {
    let [.., a, b] = country.to_be_bytes();
    Country::from_alpha2(std::str::from_utf8(&[a, b]).ok()?)
}

/// A country's two letters as a number.
pub(super) fn packed(country: &Country) -> u32 {
    country
        .as_str()
        .bytes()
        .fold(0, |packed, byte| packed << 8 | u32::from(byte))
}

/// The hash of a word, never 0; 0 for none.
pub(super) fn hashed(word: Option<&str>) -> u32 {
    word.map_or(0, |word| (hash(word.as_bytes()) as u32).max(1))
}

/// FNV-1a, finished with a mix. The same on every machine, and part of the serialised form.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// A bijection that spreads every bit.
pub(super) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
