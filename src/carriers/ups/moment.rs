//! UPS times: local date and time, the same moment in GMT, and the offset between them, each in
//! several dresses and each perhaps missing.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use smol_str::{SmolStr, SmolStrBuilder};

use super::parts::zones_at;
use crate::adapter::Collector;
use crate::model::{EventTime, Place, TrackingNumber};
use crate::wire::clock;

/// A moment as UPS writes it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment<'t> {
    pub date: &'t str,
    pub time: &'t str,
    pub gmt_date: &'t str,
    pub gmt_time: &'t str,
    pub gmt_offset: &'t str,
}

impl Moment<'_> {
    /// The time of an event at a place, whose zones matter only where no offset is told. Without a
    /// day it is none, and the event is reported as skipped; a time of day that cannot be read
    /// costs only itself.
    pub fn read(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        [date, time]: [&'static str; 2],
        place: Option<&Place>,
    ) -> Option<EventTime> {
        if let Some(at) = self.at(place) {
            return Some(at);
        }
        let Some(day) = day(self.date) else {
            out.skipped(number, date, self.date, "a day as YYYYMMDD");
            return None;
        };
        if !self.time.is_empty() {
            out.unreadable(number, time, self.time, "a time as HHMMSS");
        }
        Some(EventTime::date(self.date, day, &zones_at(place)))
    }

    /// The instant is GMT date and time; the wall clock is local date and time; either is enough.
    fn at(&self, place: Option<&Place>) -> Option<EventTime> {
        let local = self.day_and_time(self.date, self.time);
        let gmt = self.day_and_time(self.gmt_date, self.gmt_time);
        let stated =
            clock::offset(self.gmt_offset).map(|seconds| Duration::seconds(i64::from(seconds)));
        let (wall, offset) = match (local, gmt) {
            (None, None) => return None,
            (Some(local), Some(gmt)) if is_offset(local - gmt) => (local, local - gmt),
            (Some(local), None) => match stated {
                Some(offset) => (local, offset),
                None => return Some(EventTime::local(self.raw(), local, &zones_at(place))),
            },
            (_, Some(gmt)) => {
                match stated.and_then(|offset| Some((gmt.checked_add_signed(offset)?, offset))) {
                    Some(told) => told,
                    None => {
                        return Some(EventTime::instant_in(
                            self.raw(),
                            gmt.and_utc(),
                            &zones_at(place),
                        ));
                    }
                }
            }
        };
        let seconds = i32::try_from(offset.num_seconds()).ok()?;
        Some(EventTime::at_offset(self.raw(), wall, seconds))
    }

    fn day_and_time(&self, date: &str, time: &str) -> Option<NaiveDateTime> {
        Some(day(date)?.and_time(time_of_day(time)?))
    }

    /// The parts as received; GMT date and time where no offset says the same shorter.
    fn raw(&self) -> SmolStr {
        let mut raw = SmolStrBuilder::new();
        let (gmt_date, gmt_time) = if self.gmt_offset.is_empty() || self.time.is_empty() {
            (self.gmt_date, self.gmt_time)
        } else {
            ("", "")
        };
        let mut is_first = true;
        for part in [self.date, self.time, gmt_date, gmt_time, self.gmt_offset] {
            if part.is_empty() {
                continue;
            }
            if !is_first {
                raw.push(' ');
            }
            raw.push_str(part);
            is_first = false;
        }
        raw.finish()
    }
}

/// Whether a difference of two clocks can be an offset: whole quarters of an hour that some place
/// on Earth keeps.
fn is_offset(difference: Duration) -> bool {
    (-12 * 60..=14 * 60).contains(&difference.num_minutes()) && difference.num_seconds() % 900 == 0
}

/// `20250312`, and `2025-03-12` of old interfaces.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    clock::compact_date(text).or_else(|| clock::date(text))
}

/// `074700`, `07:47:00`, `08.05.02`, and `74700` or `700` of a number that lost its leading zeros:
/// UPS always means hours, minutes, seconds.
pub(super) fn time_of_day(text: &str) -> Option<NaiveTime> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number: u32 = if (1..=6).contains(&text.len()) {
            text.parse().ok()?
        } else {
            return None;
        };
        return NaiveTime::from_hms_opt(number / 10_000, number / 100 % 100, number % 100);
    }
    if text.contains('.') {
        clock::time(&text.replace('.', ":"))
    } else {
        clock::time(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TimeKind;

    fn at(parts: [&str; 5]) -> Option<EventTime> {
        let [date, time, gmt_date, gmt_time, gmt_offset] = parts;
        Moment {
            date,
            time,
            gmt_date,
            gmt_time,
            gmt_offset,
        }
        .at(None)
    }

    fn instant(parts: [&str; 5]) -> Option<(String, TimeKind)> {
        at(parts).map(|time| (time.earliest().to_rfc3339(), time.kind()))
    }

    #[test]
    fn the_instant_is_gmt_and_the_offset_is_stated_or_the_difference() {
        let told = Some(("2025-03-12T11:47:00+00:00".to_owned(), TimeKind::Offset));
        assert_eq!(
            instant(["20250312", "074700", "20250312", "114700", "-04:00"]),
            told
        );
        assert_eq!(
            instant(["20250312", "074700", "20250312", "114700", ""]),
            told
        );
        assert_eq!(instant(["20250312", "074700", "", "", "-04.00"]), told);
        assert_eq!(instant(["", "", "20250312", "114700", "-04:00"]), told);
        assert_eq!(
            instant(["20250312", "074700", "20250312", "114700", "-05:00"]),
            told,
            "the offset stated is wrong, the clocks are not"
        );
        let over_midnight = at(["20250311", "230500", "20250312", "30500", "-04:00"]);
        assert_eq!(
            over_midnight
                .and_then(|time| time.offset())
                .map(|offset| offset.local_minus_utc()),
            Some(-14_400)
        );
    }

    #[test]
    fn what_is_not_told_stays_unknown() {
        assert_eq!(
            at(["20250312", "074700", "", "", ""]).map(|time| time.kind()),
            Some(TimeKind::Local)
        );
        assert_eq!(
            instant(["", "", "20250312", "114700", ""]),
            Some(("2025-03-12T11:47:00+00:00".to_owned(), TimeKind::Instant))
        );
        assert_eq!(
            instant(["20250310", "074703", "20250312", "114700", ""]),
            Some(("2025-03-12T11:47:00+00:00".to_owned(), TimeKind::Instant)),
            "two clocks days apart: the instant holds, the wall clock does not"
        );
        assert_eq!(at(["20250312", "", "", "", "-04:00"]), None);
    }

    #[test]
    fn times_of_day_in_every_dress() {
        let expected = NaiveTime::from_hms_opt(7, 47, 0);
        for text in [
            "074700", "74700", "07:47:00", "7:47:00", "07.47.00", "07:47",
        ] {
            assert_eq!(time_of_day(text), expected, "{text}");
        }
        assert_eq!(time_of_day("0"), NaiveTime::from_hms_opt(0, 0, 0));
        assert_eq!(time_of_day("747"), NaiveTime::from_hms_opt(0, 7, 47));
        for noise in ["", "246000", "0747000", "noon"] {
            assert_eq!(time_of_day(noise), None, "{noise}");
        }
    }

    #[test]
    fn raw_is_what_was_received() {
        let raw = |parts| at(parts).map(|time| time.raw().to_owned());
        assert_eq!(
            raw(["20250312", "074700", "20250312", "114700", "-04:00"]).as_deref(),
            Some("20250312 074700 -04:00")
        );
        assert_eq!(
            raw(["20250312", "074700", "20250312", "114700", ""]).as_deref(),
            Some("20250312 074700 20250312 114700")
        );
    }
}
