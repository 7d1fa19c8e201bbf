//! When an event happened: an instant and an offset where they are told, else the local time at the
//! place.

use chrono::Duration;
use smol_str::{SmolStr, format_smolstr};

use super::answer::WireEvent;
use crate::adapter::{Collector, stamped};
use crate::model::{EventTime, Place, TrackingNumber, Zones, zones_of};
use crate::wire::clock::{self, Stamp};

/// The instant and the offset, where given; else the local time at the place.
pub(super) fn event_time(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    wire: &WireEvent<'_>,
    place: Option<&Place>,
) -> Option<EventTime> {
    let offset = wire.offset.get().and_then(|text| {
        let offset = offset(text);
        if offset.is_none() {
            out.unreadable(
                number,
                "trackingEvents.GMTOffset",
                text,
                "an offset such as -05:00 or -420",
            );
        }
        Some((text, offset?))
    });
    if let Some(raw) = wire.instant.get() {
        if let Some(stamp) = clock::iso(raw) {
            let between = between_clocks(wire.local.get().and_then(clock::iso), stamp);
            return Some(at_instant(raw, stamp, offset, between, place));
        }
        out.unreadable(
            number,
            "trackingEvents.GMTTimestamp",
            raw,
            "an ISO 8601 instant",
        );
    }
    let raw = wire.local.or_empty();
    let zones = place.map_or(Zones::Unknown, zones_of);
    let time = match clock::iso(raw) {
        Some(stamp) => Some(match offset {
            Some((text, seconds)) => EventTime::at_offset(joined(raw, text), stamp.local, seconds),
            None => local(raw, stamp, &zones),
        }),
        None => clock::date(raw).map(|day| EventTime::date(raw, day, &zones)),
    };
    if time.is_none() {
        out.skipped(
            number,
            "trackingEvents.eventTimestamp",
            raw,
            "an ISO 8601 date and time",
        );
    }
    time
}

/// An offset as the post writes it: hours and minutes (`-05:00`, `-7:00`, `-0700`), hours (`-7`),
/// or minutes (`-420`).
pub(super) fn offset(text: &str) -> Option<i32> {
    let digits = text.trim_start_matches(['+', '-']);
    let is_clock = text.contains(':')
        || digits.len() == 4 && digits.starts_with('0')
        || digits.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit());
    if is_clock {
        return clock::offset(text);
    }
    let number: i32 = digits.parse().ok()?;
    let seconds = if number > 14 {
        number.checked_mul(60)?
    } else {
        number * 3600
    };
    (seconds <= 14 * 3600).then_some(if text.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

/// The offset that the local stamp and the instant differ by, in quarters of an hour. The local one
/// is cut to its minute; where both are equal, they say nothing of an offset.
fn between_clocks(local: Option<Stamp>, instant: Stamp) -> Option<i32> {
    let apart = (local?.local - utc(instant)).num_seconds();
    let quarters = (apart + 450).div_euclid(900) * 900;
    let is_offset = quarters != 0 && (apart - quarters).abs() <= 60 && quarters.abs() <= 14 * 3600;
    is_offset.then(|| i32::try_from(quarters).ok()).flatten()
}

fn utc(stamp: Stamp) -> chrono::NaiveDateTime {
    stamp.local - Duration::seconds(i64::from(stamp.offset.unwrap_or(0)))
}

/// `GMTTimestamp` is UTC whether or not it says so. Where the stated offset and the two clocks
/// disagree, the clocks are right.
fn at_instant(
    raw: &str,
    stamp: Stamp,
    stated: Option<(&str, i32)>,
    between: Option<i32>,
    place: Option<&Place>,
) -> EventTime {
    let utc = utc(stamp);
    let text = stated.map_or_else(|| raw.into(), |(text, _)| joined(raw, text));
    match between.or(stated.map(|(_, seconds)| seconds)) {
        Some(seconds) => {
            EventTime::at_offset(text, utc + Duration::seconds(i64::from(seconds)), seconds)
        }
        None => EventTime::instant_in(raw, utc.and_utc(), &place.map_or(Zones::Unknown, zones_of)),
    }
}

fn joined(raw: &str, beside: &str) -> SmolStr {
    format_smolstr!("{raw} {beside}")
}

/// A local time. The post's `Z` means nothing: it stands on local times too.
pub(super) fn local(raw: &str, stamp: Stamp, zones: &Zones) -> EventTime {
    let offset = stamp.offset.filter(|_| !stamp.is_zulu);
    stamped(
        raw,
        Stamp {
            offset,
            is_zulu: false,
            ..stamp
        },
        zones,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_hours_and_in_minutes() {
        for (text, minutes) in [
            ("-05:00", -300),
            ("-7:00", -420),
            ("-420", -420),
            ("-300", -300),
            ("-0700", -420),
            ("-7", -420),
            ("540", 540),
            ("0", 0),
        ] {
            assert_eq!(offset(text), Some(minutes * 60), "{text}");
        }
        for text in ["", "soon", "-9999", "+999999999", "99999999999999", "-"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }
}
