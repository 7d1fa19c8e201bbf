//! What random payloads tell, before any feed's syntax: few numbers, few moments, so that much
//! falls together.

use chrono::{DateTime, Duration, Utc};

use super::chance::Chance;

/// One scan.
#[derive(Clone, Debug)]
pub struct Scan {
    pub at: DateTime<Utc>,
    pub code: &'static str,
    pub place: usize,
    /// A number that the scan names.
    pub other: Option<&'static str>,
    pub piece: Option<usize>,
    pub text: &'static str,
}

/// What one record of a payload reports one number.
#[derive(Clone, Debug)]
pub struct Telling {
    pub number: &'static str,
    pub id: Option<&'static str>,
    pub scans: Vec<Scan>,
    /// Kind and number.
    pub others: Vec<(&'static str, &'static str)>,
    /// Days of delivery.
    pub dues: Vec<DateTime<Utc>>,
    pub signer: Option<&'static str>,
}

/// What a feed's payloads are made of.
pub struct Feed {
    pub id: &'static str,
    pub numbers: &'static [&'static str],
    pub ids: &'static [&'static str],
    pub codes: &'static [&'static str],
    pub kinds: &'static [&'static str],
}

pub const PLACES: [(&str, &str, &str); 4] = [
    ("RENO", "NV", "US"),
    ("LYON", "", "FR"),
    ("HONG KONG", "", "HK"),
    ("", "", ""),
];
const TEXTS: [&str; 4] = [
    "",
    "Scanned",
    "Left at the front door",
    "转第三方快递UPS, 单号 1Z0000000300000013",
];

/// Numbers of all carriers, orders and nobody: what one feed may name of the others.
const OTHERS: [&str; 16] = [
    "7200000041",
    "7200000042",
    "449000000013",
    "449000000024",
    "1Z0000000300000013",
    "1Z0000000300000022",
    "9400100000000000000112",
    "9200190000000000000207",
    "SF1000000000203",
    "SF1000000000017",
    "00340434999900000015",
    "WEB-100117",
    "WEB-100118",
    "COP-SAMPLE-203",
    "N/A",
    "99992026E000000203",
];

/// A moment out of few; one in twenty lies after the silence in which a number may be used again.
fn moment(chance: &mut Chance) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-01T06:00:00Z".parse().unwrap();
    let again = if chance.once_in(20) {
        Duration::days(90)
    } else {
        Duration::zero()
    };
    start + Duration::hours(7 * i64::try_from(chance.below(9)).unwrap()) + again
}

impl Telling {
    pub fn random(chance: &mut Chance, feed: &Feed) -> Self {
        let scans = (0..chance.below(6)).map(|_| Scan {
            at: moment(chance),
            code: chance.pick(feed.codes),
            place: chance.below(PLACES.len()),
            other: chance.once_in(3).then(|| chance.pick(&OTHERS)),
            piece: chance.once_in(3).then(|| chance.below(2)),
            text: chance.pick(&TEXTS),
        });
        Self {
            scans: scans.collect(),
            number: chance.pick(feed.numbers),
            id: (!feed.ids.is_empty() && !chance.once_in(4)).then(|| chance.pick(feed.ids)),
            others: (0..chance.below(3))
                .map(|_| (chance.pick(feed.kinds), chance.pick(&OTHERS)))
                .collect(),
            dues: (0..chance.below(3))
                .map(|_| moment(chance) + Duration::days(4))
                .collect(),
            signer: chance.once_in(3).then_some("SAMPLE"),
        }
    }
}
