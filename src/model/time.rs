//! When it happened, as exactly as the feed told it and no more: [`EventTime`].

use chrono::{
    DateTime, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    SecondsFormat, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use smol_str::SmolStr;

use super::words::words;
use super::zone::Zones;

/// The largest offset east of Greenwich that any place uses, in hours (Kiritimati).
const EASTMOST_HOURS: i64 = 14;
/// The largest offset west of Greenwich that any place uses, in hours.
const WESTMOST_HOURS: i64 = 12;

words! {
    /// What kind of statement a feed made about a time, strongest first.
    TimeKind {
        /// Local time with its offset: both the instant and the wall clock are known.
        Offset = "offset",
        /// The instant is known, the wall clock there is not.
        Instant = "instant",
        /// Local time in the one zone that the feed always uses, by its documentation.
        FixedZone = "fixed_zone",
        /// Local time; the zone follows from the place (country, region, city or area code).
        PlaceZone = "place_zone",
        /// Local time; the zone is not known, or one of several.
        Local = "local",
        /// A day without a time.
        Date = "date",
    }
}

/// A time that admits what it does not know.
///
/// It keeps the text as received, the [kind](TimeKind) of statement, and the interval `[earliest,
/// latest]` (UTC instants) in which the true instant lies. Where offset or zone is known the
/// interval is one instant; for a local time in an unknown zone it is 26 hours wide, because clocks
/// on Earth differ by that much; for a day it spans the day. Order and rules work on the interval,
/// so a missing zone cannot raise an alarm.
///
/// A time before the year 1 or after 9998 is taken for the nearest one between: rules may add spans
/// to it without leaving the calendar.
///
/// ```
/// use chrono::NaiveDate;
/// use parceltrail::model::{EventTime, TimeKind, Zones};
///
/// let wall = NaiveDate::from_ymd_opt(2025, 3, 6).unwrap().and_hms_opt(9, 12, 0).unwrap();
/// let known = EventTime::at_offset("2025-03-06T09:12:00+01:00", wall, 3600);
/// assert_eq!(known.earliest(), known.latest());
///
/// let unknown = EventTime::local("2025-03-06T09:12:00", wall, &Zones::Unknown);
/// assert_eq!(unknown.kind(), TimeKind::Local);
/// assert_eq!((unknown.latest() - unknown.earliest()).num_hours(), 26);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventTime {
    pub(super) raw: SmolStr,
    pub(super) kind: TimeKind,
    pub(super) local: Option<NaiveDateTime>,
    pub(super) offset: Option<FixedOffset>,
    pub(super) zone: Option<Tz>,
    pub(super) earliest: DateTime<Utc>,
    pub(super) latest: DateTime<Utc>,
}

impl EventTime {
    /// A local time whose offset (seconds east of UTC) the feed states. An offset of a day or more
    /// is not one, and counts as unknown.
    #[must_use]
    pub fn at_offset(raw: impl Into<SmolStr>, local: NaiveDateTime, offset_seconds: i32) -> Self {
        let local = within(local);
        let Some(offset) = FixedOffset::east_opt(offset_seconds) else {
            return Self::local(raw, local, &Zones::Unknown);
        };
        let instant = shift(local, -i64::from(offset_seconds));
        Self {
            raw: kept(raw),
            kind: TimeKind::Offset,
            local: Some(local),
            offset: Some(offset),
            zone: None,
            earliest: instant,
            latest: instant,
        }
    }

    /// An instant without a wall clock.
    #[must_use]
    pub fn instant(raw: impl Into<SmolStr>, at: DateTime<Utc>) -> Self {
        let at = within(at.naive_utc()).and_utc();
        Self {
            raw: kept(raw),
            kind: TimeKind::Instant,
            local: None,
            offset: None,
            zone: None,
            earliest: at,
            latest: at,
        }
    }

    /// An instant at a place whose zone is known: the wall clock follows from both.
    #[must_use]
    pub fn instant_in(raw: impl Into<SmolStr>, at: DateTime<Utc>, zones: &Zones) -> Self {
        let mut time = Self::instant(raw, at);
        if let Some(zone) = zones.only() {
            let there = time.earliest.with_timezone(&zone);
            time.local = Some(there.naive_local());
            time.offset = Some(there.offset().fix());
            time.zone = Some(zone);
        }
        time
    }

    /// A local time in the one zone that the feed always uses.
    #[must_use]
    pub fn in_fixed_zone(raw: impl Into<SmolStr>, local: NaiveDateTime, zone: Tz) -> Self {
        Self::in_zone(kept(raw), within(local), zone, TimeKind::FixedZone)
    }

    /// A local time at a place of which the possible zones are known.
    ///
    /// One zone: the instant follows ([`TimeKind::PlaceZone`]). Several: the interval covers them
    /// all. None known: every zone on Earth. A wall time that a clock change skips or repeats keeps
    /// both readings in the interval.
    #[must_use]
    pub fn local(raw: impl Into<SmolStr>, local: NaiveDateTime, zones: &Zones) -> Self {
        let (raw, local) = (kept(raw), within(local));
        if let Some(zone) = zones.only() {
            return Self::in_zone(raw, local, zone, TimeKind::PlaceZone);
        }
        let (earliest, latest) = span(local, zones);
        Self {
            raw,
            kind: TimeKind::Local,
            local: Some(local),
            offset: None,
            zone: None,
            earliest,
            latest,
        }
    }

    /// A day without a time: from its first to its last second in the zones possible there.
    #[must_use]
    pub fn date(raw: impl Into<SmolStr>, day: NaiveDate, zones: &Zones) -> Self {
        let day = within(day.and_time(NaiveTime::MIN)).date();
        let (earliest, _) = span(day.and_time(NaiveTime::MIN), zones);
        let last_second = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN);
        let (_, latest) = span(day.and_time(last_second), zones);
        Self {
            raw: kept(raw),
            kind: TimeKind::Date,
            local: Some(day.and_time(NaiveTime::MIN)),
            offset: None,
            zone: zones.only(),
            earliest,
            latest,
        }
    }

    fn in_zone(raw: SmolStr, local: NaiveDateTime, zone: Tz, kind: TimeKind) -> Self {
        let (earliest, latest, offset) = match zone.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) => {
                let at = shift(local, -i64::from(offset.fix().local_minus_utc()));
                (at, at, Some(offset.fix()))
            }
            _ => {
                let (earliest, latest) = readings(local, zone);
                (earliest, latest, None)
            }
        };
        Self {
            raw,
            kind,
            local: Some(local),
            offset,
            zone: Some(zone),
            earliest,
            latest,
        }
    }

    /// The text as received.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// What kind of statement it is.
    #[must_use]
    pub fn kind(&self) -> TimeKind {
        self.kind
    }

    /// The wall clock at the place, where known. For [`TimeKind::Date`] only the day means
    /// anything.
    #[must_use]
    pub fn wall_clock(&self) -> Option<NaiveDateTime> {
        self.local
    }

    /// The offset from UTC, where known.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.offset
    }

    /// The IANA zone, where it was stated or inferred.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// The earliest instant that the statement allows.
    #[must_use]
    pub fn earliest(&self) -> DateTime<Utc> {
        self.earliest
    }

    /// The latest instant that the statement allows.
    #[must_use]
    pub fn latest(&self) -> DateTime<Utc> {
        self.latest
    }

    /// Whether the instant is known.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.earliest == self.latest
    }

    /// The middle of the interval: what statements are sorted by.
    #[must_use]
    pub fn middle(&self) -> DateTime<Utc> {
        if self.is_exact() {
            self.earliest
        } else {
            self.earliest + (self.latest - self.earliest) / 2
        }
    }
}

impl Serialize for EventTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let local = self.local.map(|local| match self.kind {
            TimeKind::Date => local.date().to_string(),
            _ => local.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        });
        let mut out = serializer.serialize_struct("EventTime", 7)?;
        out.serialize_field("raw", self.raw.as_str())?;
        out.serialize_field("kind", &self.kind)?;
        match &local {
            Some(local) => out.serialize_field("local", local)?,
            None => out.skip_field("local")?,
        }
        match self.offset {
            Some(offset) => out.serialize_field("offset", &offset.to_string())?,
            None => out.skip_field("offset")?,
        }
        match self.zone {
            Some(zone) => out.serialize_field("zone", zone.name())?,
            None => out.skip_field("zone")?,
        }
        out.serialize_field("earliest", &instant_text(self.earliest))?;
        out.serialize_field("latest", &instant_text(self.latest))?;
        out.end()
    }
}

/// The text as received, without what acts on a terminal.
pub(super) fn kept(raw: impl Into<SmolStr>) -> SmolStr {
    let mut raw = raw.into();
    super::clean_in_place(&mut raw);
    raw
}

/// RFC 3339 in UTC with as many fraction digits as needed.
pub(crate) fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The instants that a wall time may mean in any of `zones`.
fn span(local: NaiveDateTime, zones: &Zones) -> (DateTime<Utc>, DateTime<Utc>) {
    let mut all = zones.iter().map(|zone| readings(local, zone));
    match all.next() {
        Some(first) => all.fold(first, |(a, b), (c, d)| (a.min(c), b.max(d))),
        None => (
            shift(local, -EASTMOST_HOURS * 3600),
            shift(local, WESTMOST_HOURS * 3600),
        ),
    }
}

/// The instants that a wall time may mean in `zone`: one, or two around a clock change.
fn readings(local: NaiveDateTime, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => {
            let at = shift(local, -i64::from(offset.fix().local_minus_utc()));
            (at, at)
        }
        LocalResult::Ambiguous(one, other) => {
            let one = shift(local, -i64::from(one.fix().local_minus_utc()));
            let other = shift(local, -i64::from(other.fix().local_minus_utc()));
            (one.min(other), one.max(other))
        }
        LocalResult::None => around_gap(local, zone),
    }
}

/// A wall time that a clock change skips: read with the offsets before and after it.
fn around_gap(local: NaiveDateTime, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let near = |hours: i64| {
        let probe = shift(local, hours * 3600).naive_utc();
        let offset = zone
            .offset_from_utc_datetime(&probe)
            .fix()
            .local_minus_utc();
        shift(local, -i64::from(offset))
    };
    let (before, after) = (near(-EASTMOST_HOURS - 12), near(WESTMOST_HOURS + 12));
    (before.min(after), before.max(after))
}

/// The nearest time in the years 1 to 9998.
pub(super) fn within(time: NaiveDateTime) -> NaiveDateTime {
    let edge =
        |year| NaiveDate::from_ymd_opt(year, 1, 1).map_or(time, |day| day.and_time(NaiveTime::MIN));
    time.clamp(edge(1), edge(9999))
}

/// `local` read as UTC and moved by `seconds`; at the edge of the calendar it stays where it is.
fn shift(local: NaiveDateTime, seconds: i64) -> DateTime<Utc> {
    let utc = local.and_utc();
    utc.checked_add_signed(Duration::seconds(seconds))
        .unwrap_or(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn every_zone_on_earth_lies_inside_the_unknown_interval() {
        for &zone in &chrono_tz::TZ_VARIANTS {
            for month in 1..=12 {
                let truth = Utc.with_ymd_and_hms(2025, month, 17, 3, 30, 0).unwrap();
                let local = truth.with_timezone(&zone).naive_local();
                let told = EventTime::local("", local, &Zones::Unknown);
                assert!(told.earliest() <= truth && truth <= told.latest(), "{zone}");
            }
        }
    }

    #[test]
    fn a_repeated_hour_keeps_both_readings() {
        let told =
            EventTime::in_fixed_zone("", wall("2025-10-26T02:30:00"), chrono_tz::Europe::Berlin);
        assert_eq!((told.latest() - told.earliest()).num_minutes(), 60);
        assert_eq!(told.offset(), None);
    }

    #[test]
    fn a_skipped_hour_keeps_both_readings() {
        let told =
            EventTime::in_fixed_zone("", wall("2025-03-30T02:30:00"), chrono_tz::Europe::Berlin);
        assert_eq!((told.latest() - told.earliest()).num_minutes(), 60);
    }

    #[test]
    fn a_day_spans_itself_in_its_zone() {
        let day = NaiveDate::from_ymd_opt(2025, 1, 9).unwrap();
        let told = EventTime::date("20250109", day, &Zones::One(chrono_tz::Asia::Shanghai));
        assert_eq!(instant_text(told.earliest()), "2025-01-08T16:00:00Z");
        assert_eq!(instant_text(told.latest()), "2025-01-09T15:59:59Z");
    }

    #[test]
    fn the_calendar_s_edge_does_not_panic() {
        let told = EventTime::local("", NaiveDateTime::MAX, &Zones::Unknown);
        assert!(told.earliest() <= told.latest());
        let told = EventTime::in_fixed_zone("", NaiveDateTime::MIN, chrono_tz::Asia::Tokyo);
        assert!(told.earliest() <= told.latest());
        assert!(told.middle() <= told.latest());
    }
}
