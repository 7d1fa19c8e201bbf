//! Days and windows that DHL promises, as they are written.

use chrono::{NaiveDateTime, Timelike};

use crate::adapter::stamped;
use crate::model::{EventTime, Promise, PromiseKind, TimeKind, Zones};
use crate::wire::clock;

/// Whether a wall clock stands for its day: midnight, or the last minute.
fn is_whole_day(local: NaiveDateTime) -> bool {
    matches!((local.hour(), local.minute()), (0, 0) | (23, 59))
}

/// A time that an ISO text states: an instant, a local time, or a day.
pub(super) fn moment(raw: &str, zones: &Zones) -> Option<EventTime> {
    let stamp = clock::iso(raw).map(|stamp| stamped(raw, stamp, zones));
    stamp.or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, zones)))
}

/// When a promise falls due. Midnight and the last minute, which DHL writes where it means the day,
/// are that day of the place.
pub(super) fn due(raw: &str, zones: &Zones) -> Option<EventTime> {
    let time = moment(raw, zones)?;
    let written = clock::iso(raw)
        .map(|stamp| stamp.local)
        .filter(|local| is_whole_day(*local));
    let there = || {
        time.wall_clock()
            .filter(|local| time.kind() != TimeKind::Date && is_whole_day(*local))
    };
    Some(match written.or_else(there) {
        Some(local) => EventTime::date(raw, local.date(), zones),
        None => time,
    })
}

/// The day, of a time in a known zone that stands for it.
pub(super) fn whole_day(time: EventTime) -> EventTime {
    match (
        time.wall_clock().filter(|local| is_whole_day(*local)),
        time.zone(),
    ) {
        (Some(local), Some(zone)) => EventTime::date(time.raw(), local.date(), &Zones::One(zone)),
        _ => time,
    }
}

/// A promise that falls due at `by`, from `from` on where that says more.
pub(super) fn window(kind: PromiseKind, from: Option<EventTime>, by: EventTime) -> Promise {
    let day = |time: &EventTime| time.wall_clock().map(|local| local.date());
    let says_more = |from: &EventTime| {
        let is_start = from.wall_clock().is_some_and(is_whole_day);
        let is_same_day = by.kind() == TimeKind::Date && is_start && day(from) == day(&by);
        from.earliest() <= by.latest() && !is_same_day
    };
    Promise {
        kind,
        from: from.filter(says_more),
        by,
        stated: None,
    }
}

/// Adds a promise, unless a finer one of its kind already tells that day: a window beside a time or
/// day, a time beside a day.
pub(super) fn add(promises: &mut Vec<Promise>, promise: Promise) {
    let day = |promise: &Promise| promise.by.wall_clock().map(|local| local.date());
    let is_told = |known: &Promise| {
        let is_coarser =
            promise.from.is_none() && (promise.by.kind() == TimeKind::Date || known.from.is_some());
        known.kind == promise.kind
            && (known == &promise || (is_coarser && day(known) == day(&promise)))
    };
    if !promises.iter().any(is_told) {
        promises.push(promise);
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;

    #[test]
    fn midnight_and_the_last_minute_are_the_day() {
        let zones = Zones::One(Berlin);
        let day = |raw: &str| {
            due(raw, &zones)
                .map(|time| (time.kind(), time.wall_clock().unwrap().date().to_string()))
                .unwrap()
        };
        let of = |day: &str| (TimeKind::Date, day.to_owned());
        assert_eq!(day("2025-03-06"), of("2025-03-06"));
        assert_eq!(day("2025-03-06T00:00:00"), of("2025-03-06"));
        assert_eq!(day("2025-03-06T23:59:59+01:00"), of("2025-03-06"));
        assert_eq!(day("2025-03-06 23:59:00 GMT+01:00"), of("2025-03-06"));
        assert_eq!(day("2025-03-06T00:00:00Z"), of("2025-03-06"));
        // An instant that is midnight or the last minute there.
        assert_eq!(day("2025-03-06T22:59:00Z"), of("2025-03-06"));
        assert_eq!(day("2025-03-06T18:00:00+01:00").0, TimeKind::Offset);
        assert_eq!(due("soon", &zones), None);
    }

    #[test]
    fn a_coarser_wording_of_a_promise_adds_nothing() {
        let zones = Zones::One(Berlin);
        let by = |raw: &str| due(raw, &zones).unwrap();
        let mut all = Vec::new();
        add(
            &mut all,
            window(
                PromiseKind::Estimated,
                moment("2025-03-06T10:00:00", &zones),
                by("2025-03-06T12:00:00"),
            ),
        );
        add(
            &mut all,
            window(PromiseKind::Estimated, None, by("2025-03-06")),
        );
        add(
            &mut all,
            window(PromiseKind::Estimated, None, by("2025-03-06T18:00:00")),
        );
        add(
            &mut all,
            window(PromiseKind::Estimated, None, by("2025-03-07")),
        );
        add(
            &mut all,
            window(PromiseKind::Agreed, None, by("2025-03-06")),
        );
        assert_eq!(all.len(), 3);
        assert!(all[0].from.is_some());
    }
}
