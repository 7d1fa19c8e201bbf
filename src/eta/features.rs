//! What is known of a parcel at one of its events, as numbers; and the contexts whose past is
//! turned into numbers too.

use chrono::{DateTime, Utc};

use super::calendar::Calendar;
use super::kind::Kind;
use super::record::{Record, Spot, Step, Value, mix, unpacked};

const HOUR: f32 = 3600.0;
const DAY: i64 = 86_400;
/// Stands for what is unknown: less than anything that is known.
pub(super) const UNKNOWN: f32 = f32::MIN;

/// How many steps of a plan have a column of their own.
const PLAN: usize = 7;
/// Columns without those of attributes.
pub(super) const COLUMNS: usize = 23 + PLAN;
/// Contexts without those of attributes.
pub(super) const CONTEXTS: usize = 19;
/// Which of the columns report the plan and the promise, by place.
pub(super) fn is_of_plan(column: usize) -> bool {
    (5..=13).contains(&column) || (22..COLUMNS).contains(&column)
}

/// The names of the contexts.
pub(super) const NAMES: [&str; CONTEXTS] = [
    "carrier",
    "service",
    "from country",
    "to country",
    "countries",
    "from region",
    "to region",
    "regions",
    "from area",
    "to area",
    "from postcode",
    "to postcode",
    "from office",
    "to office",
    "lane",
    "office",
    "office and country",
    "office and destination",
    "service and destination",
];

/// The context that each context is shrunk towards, by place in the list.
pub(super) const PARENT: [Option<usize>; CONTEXTS] = [
    None,     // carrier
    Some(0),  // service
    None,     // from country
    None,     // to country
    Some(3),  // both countries
    Some(2),  // from region
    Some(3),  // to region
    Some(6),  // both regions
    Some(5),  // from area
    Some(6),  // to area
    Some(8),  // from postcode
    Some(9),  // to postcode
    Some(5),  // from office
    Some(6),  // to office
    Some(7),  // lane
    None,     // place of the event
    Some(15), // place of the event, country of the destination
    Some(16), // place of the event, destination
    Some(1),  // service, destination
];

/// Writes the columns of a step.
pub(super) fn columns(record: &Record, nth: usize, out: &mut Vec<f32>) {
    let step = record.steps[nth];
    let now = step.at;
    let start = record.start();
    let hours = |seconds: i64| seconds as f32 / HOUR;
    let until = |then: Option<i64>| then.map_or(UNKNOWN, |then| hours(then - now));
    let from_start = |then: Option<i64>| then.map_or(UNKNOWN, |then| hours(then - start));
    let (done, ahead) = plan(record, nth);
    let week_hour =
        |at: i64| ((at.rem_euclid(7 * 86_400) + 3 * 86_400) % (7 * 86_400)) as f32 / HOUR;
    let before = &record.steps[..nth];
    out.extend([
        f32::from(step.kind.index()),
        nth as f32,
        hours(now - start),
        before.last().map_or(UNKNOWN, |last| hours(now - last.at)),
        before
            .iter()
            .filter(|other| other.kind == step.kind)
            .count() as f32,
        until(record.promised),
        from_start(record.promised),
        record.promised.map_or(UNKNOWN, week_hour),
        until(record.plan.last().map(|step| step.at)),
        done.map_or(UNKNOWN, |planned| hours(now - planned)),
        until(ahead.first().map(|step| step.at)),
        until(ahead.get(1).map(|step| step.at)),
        ahead.len() as f32,
        record.plan.len() as f32,
        week_hour(now),
        (now.rem_euclid(86_400)) as f32 / HOUR,
        record.route.from.number,
        record.route.to.number,
        before
            .iter()
            .rev()
            .nth(1)
            .map_or(UNKNOWN, |other| hours(now - other.at)),
        previous(record, nth),
    ]);
    out.extend(open_days(record, now));
    out.extend((0..PLAN).map(|nth| from_start(record.plan.get(nth).map(|step| step.at))));
}

/// Open days at the destination in the next three days, the next seven, and until the promise.
fn open_days(record: &Record, now: i64) -> [f32; 3] {
    let calendar = Calendar::of(unpacked(record.route.to.country));
    let instant = |at: i64| DateTime::<Utc>::from_timestamp(at, 0).unwrap_or_default();
    let until = |at: i64| calendar.open_days(instant(now), instant(at)) as f32;
    let promised = record.promised.map_or(UNKNOWN, |promised| {
        until(promised.clamp(now - 400 * DAY, now + 400 * DAY))
    });
    [until(now + 3 * DAY), until(now + 7 * DAY), promised]
}

fn previous(record: &Record, nth: usize) -> f32 {
    nth.checked_sub(1)
        .map_or(UNKNOWN, |nth| f32::from(record.steps[nth].kind.index()))
}

/// The planned time of this very step, and the steps of the plan after it.
fn plan(record: &Record, nth: usize) -> (Option<i64>, &[Step]) {
    let kind = record.steps[nth].kind;
    let repeat = record.steps[..nth]
        .iter()
        .filter(|step| step.kind == kind)
        .count();
    let of_kind = |kind: Kind, repeat: usize| {
        record
            .plan
            .iter()
            .enumerate()
            .filter(move |(_, step)| step.kind == kind)
            .nth(repeat)
    };
    if let Some((place, planned)) = of_kind(kind, repeat) {
        return (Some(planned.at), &record.plan[place + 1..]);
    }
    let passed = (0..nth).rev().find_map(|nth| {
        let kind = record.steps[nth].kind;
        let repeat = record.steps[..nth]
            .iter()
            .filter(|step| step.kind == kind)
            .count();
        of_kind(kind, repeat).map(|(place, _)| place + 1)
    });
    (None, &record.plan[passed.unwrap_or(0)..])
}

/// The keys of a step's contexts; 0 where nothing is known.
pub(super) fn contexts(record: &Record, nth: usize, out: &mut Vec<u64>) {
    let (route, step) = (&record.route, &record.steps[nth]);
    let kind = mix(u64::from(step.kind.index()) + 1);
    let Spot {
        country,
        region,
        area,
        postcode,
        code,
        ..
    } = route.to;
    let from = route.from;
    let (start, end) = (from.lane_end(), route.to.lane_end());
    let pairs: [(u32, u32, u32); CONTEXTS] = [
        (route.carrier, 0, 0),
        (route.service, route.carrier, 0),
        (from.country, 0, 0),
        (country, 0, 0),
        (from.country, country, 0),
        (from.region, from.country, 0),
        (region, country, 0),
        (from.region, region, country),
        (from.area, from.country, 0),
        (area, country, 0),
        (from.postcode, from.country, 0),
        (postcode, country, 0),
        (from.code, 0, 0),
        (code, 0, 0),
        (start, end, 0),
        (step.place, 0, 0),
        (step.place, country, 1),
        (step.place, end, 2),
        (
            route.service.max(route.carrier),
            if region == 0 { country } else { region },
            3,
        ),
    ];
    out.extend(pairs.iter().enumerate().map(|(nth, &(a, b, c))| {
        if a == 0 {
            0
        } else {
            key(kind, nth as u64, a, b, c)
        }
    }));
}

/// The key of a step's context that is an attribute's word.
pub(super) fn attribute_context(record: &Record, nth: usize, name: u32) -> u64 {
    match record.attributes.iter().find(|(known, _)| *known == name) {
        Some((_, Value::Word(word))) => key(
            mix(u64::from(record.steps[nth].kind.index()) + 1),
            64,
            *word,
            name,
            0,
        ),
        _ => 0,
    }
}

/// An attribute's number.
pub(super) fn attribute_number(record: &Record, name: u32) -> f32 {
    match record.attributes.iter().find(|(known, _)| *known == name) {
        Some((_, Value::Number(number))) => *number,
        _ => UNKNOWN,
    }
}

fn key(kind: u64, nth: u64, a: u32, b: u32, c: u32) -> u64 {
    mix(kind ^ mix((nth << 56) ^ (u64::from(c) << 24) ^ mix(u64::from(a) << 32 | u64::from(b))))
        .max(1)
}
