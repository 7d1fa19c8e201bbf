//! Which days a country works on: weekends, and public holidays with the feature `holidays`.
//!
//! Weekends are those of the Unicode CLDR, release 47, `weekData` (`weekendStart`/`weekendEnd`):
//! Saturday and Sunday except in 18 countries. They are what a country calls its weekend, not when
//! a carrier drives: many deliver on Saturdays, which is for a model to learn.
//!
//! Public holidays come from the crate `opening-hours`: 122 countries, 1999 to 2076, nationwide
//! holidays only, one day each. So China's Spring Festival and National Day count one day, not the
//! week that is free in fact. Without the feature, or for another country, only weekends are known.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Offset, TimeDelta, TimeZone, Utc, Weekday};

use crate::model::{Country, Place, zones_of};

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Days that a calculation may span: beyond, instants stay at the calendar's edge.
const SPAN_DAYS: f64 = 4.0e6;

/// Countries whose weekend is not Saturday and Sunday, with the days of theirs (Unicode CLDR 47,
/// `weekData`).
const WEEKENDS: &[(&str, &[Weekday])] = &[
    ("AF", &[Weekday::Thu, Weekday::Fri]),
    ("BH", &[Weekday::Fri, Weekday::Sat]),
    ("DZ", &[Weekday::Fri, Weekday::Sat]),
    ("EG", &[Weekday::Fri, Weekday::Sat]),
    ("IL", &[Weekday::Fri, Weekday::Sat]),
    ("IN", &[Weekday::Sun]),
    ("IQ", &[Weekday::Fri, Weekday::Sat]),
    ("IR", &[Weekday::Fri]),
    ("JO", &[Weekday::Fri, Weekday::Sat]),
    ("KW", &[Weekday::Fri, Weekday::Sat]),
    ("LY", &[Weekday::Fri, Weekday::Sat]),
    ("OM", &[Weekday::Fri, Weekday::Sat]),
    ("QA", &[Weekday::Fri, Weekday::Sat]),
    ("SA", &[Weekday::Fri, Weekday::Sat]),
    ("SD", &[Weekday::Fri, Weekday::Sat]),
    ("SY", &[Weekday::Fri, Weekday::Sat]),
    ("UG", &[Weekday::Sun]),
    ("YE", &[Weekday::Fri, Weekday::Sat]),
];
const USUAL_WEEKEND: &[Weekday] = &[Weekday::Sat, Weekday::Sun];

/// The open days of a country.
///
/// Days are the country's own: they begin at midnight of its standard time (the middle one of
/// several zones; summer time is left out, which moves a boundary by an hour). Built once a country
/// and kept; a question costs tens of nanoseconds.
///
/// ```
/// use chrono::{DateTime, NaiveDate, Utc};
/// use parceltrail::eta::calendar::Calendar;
///
/// let germany = Calendar::of("DE".parse().ok());
/// let friday: DateTime<Utc> = "2026-03-06T11:00:00Z".parse()?;
/// let monday: DateTime<Utc> = "2026-03-09T11:00:00Z".parse()?;
/// assert!((germany.open_days(friday, monday) - 1.0).abs() < 1e-6);
/// assert_eq!(germany.add(friday, 1.0), monday);
///
/// let saudi = Calendar::of("SA".parse().ok());
/// let sunday = NaiveDate::from_ymd_opt(2026, 3, 8).unwrap();
/// assert!(saudi.is_open(sunday) && !germany.is_open(sunday));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Open weekdays before each day of a week that begins on Thursday, as the count of days since
    /// 1970 does; last, those of a whole week.
    before: [u8; 8],
    /// Public holidays that fall on open weekdays, in days since 1970, sorted.
    holidays: Vec<i32>,
    /// Seconds east of Greenwich at which its days begin.
    offset: i32,
}

impl Calendar {
    /// The calendar of a country. Of an unknown one: Saturday and Sunday are free, days begin at
    /// midnight UTC.
    #[must_use]
    pub fn of(country: Option<Country>) -> &'static Self {
        static UNKNOWN: OnceLock<Calendar> = OnceLock::new();
        static KNOWN: [OnceLock<Calendar>; 26 * 26] = [const { OnceLock::new() }; 26 * 26];
        let slot = country.and_then(|country| {
            let &[a, b] = country.as_str().as_bytes() else {
                return None;
            };
            KNOWN.get(usize::from(a.checked_sub(b'A')?) * 26 + usize::from(b.checked_sub(b'A')?))
        });
        slot.unwrap_or(&UNKNOWN)
            .get_or_init(|| Self::build(country))
    }

    fn build(country: Option<Country>) -> Self {
        let code = country.as_ref().map_or("", Country::as_str);
        let weekend = WEEKENDS
            .iter()
            .find(|(of, _)| *of == code)
            .map_or(USUAL_WEEKEND, |(_, days)| days);
        let mut before = [0; 8];
        let mut day = Weekday::Thu;
        for at in 0..7 {
            before[at + 1] = before[at] + u8::from(!weekend.contains(&day));
            day = day.succ();
        }
        let mut calendar = Self {
            before,
            holidays: Vec::new(),
            offset: country.map_or(0, standard_offset),
        };
        let mut holidays: Vec<i32> = country.map(public_holidays).unwrap_or_default();
        holidays.retain(|day| calendar.is_open_weekday(i64::from(*day)));
        holidays.sort_unstable();
        holidays.dedup();
        calendar.holidays = holidays;
        calendar
    }

    /// The days on which every country works. Days begin by the clock of the first. Merges their
    /// tables, so keep it rather than ask twice.
    #[must_use]
    pub fn joint(countries: &[Country]) -> Self {
        let mut joint = Self::of(countries.first().copied()).clone();
        for country in countries.iter().skip(1) {
            let other = Self::of(Some(*country));
            let open: [bool; 7] = std::array::from_fn(|at| {
                joint.before[at + 1] > joint.before[at] && other.before[at + 1] > other.before[at]
            });
            for (at, open) in open.iter().enumerate() {
                joint.before[at + 1] = joint.before[at] + u8::from(*open);
            }
            joint.holidays.extend(&other.holidays);
            joint.holidays.retain(|day| open[weekday(i64::from(*day))]);
        }
        joint.holidays.sort_unstable();
        joint.holidays.dedup();
        joint
    }

    /// Whether a day, by the country's own date, is neither weekend nor holiday.
    #[must_use]
    pub fn is_open(&self, date: NaiveDate) -> bool {
        self.is_open_day(days_since_1970(date))
    }

    /// Whether an instant falls on an open day.
    #[must_use]
    pub fn is_open_at(&self, at: DateTime<Utc>) -> bool {
        self.is_open_day(self.local(at).0)
    }

    /// The date that a country keeps at an instant, by its standard time.
    #[must_use]
    pub fn date_at(&self, at: DateTime<Utc>) -> NaiveDate {
        (at.naive_utc()
            .checked_add_signed(TimeDelta::seconds(i64::from(self.offset))))
        .unwrap_or(at.naive_utc())
        .date()
    }

    /// How many open days lie between two instants; parts of a day count as such. Negative when
    /// `to` is the earlier.
    #[must_use]
    pub fn open_days(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        self.open_time(to) - self.open_time(from)
    }

    /// The first instant with that many open days behind it since `from`; of none, `from` itself. A
    /// negative count of days counts as none.
    #[must_use]
    pub fn add(&self, from: DateTime<Utc>, open_days: f64) -> DateTime<Utc> {
        if open_days.is_nan() || open_days <= 0.0 {
            return from;
        }
        if self.before[7] == 0 {
            return DateTime::<Utc>::MAX_UTC;
        }
        let target = self.open_time(from) + open_days.min(SPAN_DAYS);
        let day = self.day_reaching(target);
        let seconds = (target - self.open_before(day) as f64) * DAY;
        let millis = (seconds * 1000.0).round() as i64;
        let at = day
            .checked_mul(86_400)
            .and_then(|start| DateTime::from_timestamp(start - i64::from(self.offset), 0));
        at.and_then(|start| start.checked_add_signed(TimeDelta::milliseconds(millis)))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
            .max(from)
    }

    /// Open days since 1970, with the part of the day that has passed.
    fn open_time(&self, at: DateTime<Utc>) -> f64 {
        let (day, part) = self.local(at);
        let whole = self.open_before(day) as f64;
        if self.is_open_day(day) {
            whole + part
        } else {
            whole
        }
    }

    /// The day since 1970 by the country's clock, and which part of it has passed.
    fn local(&self, at: DateTime<Utc>) -> (i64, f64) {
        let seconds = at.timestamp() + i64::from(self.offset);
        let into = seconds.rem_euclid(86_400) as f64 + f64::from(at.timestamp_subsec_nanos()) / 1e9;
        (seconds.div_euclid(86_400), into / DAY)
    }

    fn is_open_weekday(&self, day: i64) -> bool {
        let at = weekday(day);
        self.before[at + 1] > self.before[at]
    }

    fn is_open_day(&self, day: i64) -> bool {
        self.is_open_weekday(day)
            && i32::try_from(day).is_ok_and(|day| self.holidays.binary_search(&day).is_err())
    }

    /// Open days from 1970 until `day` begins.
    fn open_before(&self, day: i64) -> i64 {
        day.div_euclid(7) * i64::from(self.before[7]) + i64::from(self.before[weekday(day)])
            - self.holidays_before(day)
    }

    fn holidays_before(&self, day: i64) -> i64 {
        self.holidays
            .partition_point(|holiday| i64::from(*holiday) < day)
            .try_into()
            .unwrap_or(0)
    }

    /// The open day during which `target` open days are reached.
    fn day_reaching(&self, target: f64) -> i64 {
        let index = target.ceil() as i64 - 1;
        // Each holiday before the day found moves it on by one open weekday, until no further
        // holiday is passed.
        let mut passed = 0;
        loop {
            let day = self.open_weekday(index + passed);
            let holidays = self.holidays_before(day + 1);
            if holidays == passed {
                return day;
            }
            passed = holidays;
        }
    }

    /// The open weekday with that many open weekdays before it since 1970.
    fn open_weekday(&self, index: i64) -> i64 {
        let a_week = i64::from(self.before[7]);
        let rest = index.rem_euclid(a_week);
        let at = (0..7)
            .find(|&at| i64::from(self.before[at]) == rest && self.before[at + 1] > self.before[at])
            .unwrap_or(0);
        let at = at as i64;
        index.div_euclid(a_week) * 7 + at
    }
}

/// The place of a day in a week that begins on Thursday.
fn weekday(day: i64) -> usize {
    day.rem_euclid(7).try_into().unwrap_or(0)
}

fn days_since_1970(date: NaiveDate) -> i64 {
    date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive())
        .num_days()
}

/// Seconds east of Greenwich of the country's standard time; of several zones the middle one.
fn standard_offset(country: Country) -> i32 {
    let zones = zones_of(&Place {
        country: Some(country),
        ..Place::default()
    });
    let (winter, summer) = (
        DateTime::from_timestamp(1_736_899_200, 0),
        DateTime::from_timestamp(1_752_537_600, 0),
    );
    let (Some(winter), Some(summer)) = (winter, summer) else {
        return 0;
    };
    let offset = |zone: chrono_tz::Tz, at: DateTime<Utc>| {
        zone.offset_from_utc_datetime(&at.naive_utc())
            .fix()
            .local_minus_utc()
    };
    let mut offsets: Vec<i32> = zones
        .iter()
        .map(|zone| offset(zone, winter).min(offset(zone, summer)))
        .collect();
    offsets.sort_unstable();
    offsets.get(offsets.len() / 2).copied().unwrap_or(0)
}

/// Nationwide public holidays, in days since 1970.
#[cfg(feature = "holidays")]
fn public_holidays(country: Country) -> Vec<i32> {
    let Ok(country) = country
        .as_str()
        .parse::<opening_hours::localization::Country>()
    else {
        return Vec::new();
    };
    country
        .holidays()
        .get_public()
        .iter()
        .filter_map(|date| days_since_1970(date).try_into().ok())
        .collect()
}

/// None are known without the feature `holidays`.
#[cfg(not(feature = "holidays"))]
fn public_holidays(_country: Country) -> Vec<i32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn calendar(code: &str) -> &'static Calendar {
        Calendar::of(Country::from_alpha2(code))
    }

    #[test]
    fn weekends_are_the_country_s() {
        let open = |code: &str, date: &str| calendar(code).is_open(date.parse().unwrap());
        // 6 to 8 March 2026 are Friday to Sunday.
        let weekend = |code| {
            ["2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08"].map(|date| open(code, date))
        };
        assert_eq!(weekend("FR"), [true, true, false, false]);
        assert_eq!(weekend("EG"), [true, false, false, true]);
        assert_eq!(
            weekend("AE"),
            [true, true, false, false],
            "the Emirates moved to Saturday and Sunday in 2022"
        );
        assert_eq!(weekend("IR"), [true, false, true, true]);
        assert_eq!(weekend("IN"), [true, true, true, false]);
        assert_eq!(weekend("AF"), [false, false, true, true]);
        assert_eq!(
            weekend("ZZ"),
            [true, true, false, false],
            "unknown countries rest as most do"
        );
    }

    #[cfg(feature = "holidays")]
    #[test]
    fn public_holidays_are_free() {
        let germany = calendar("DE");
        assert!(!germany.is_open("2026-12-25".parse().unwrap()));
        // Wednesday 23 to Monday 28 December 2026: two open days, and the holidays of Friday and
        // Saturday.
        assert!(
            (germany.open_days(at("2026-12-22T23:00:00Z"), at("2026-12-27T23:00:00Z")) - 2.0).abs()
                < 1e-9
        );
        assert_eq!(
            germany.add(at("2026-12-24T11:00:00Z"), 1.0),
            at("2026-12-28T11:00:00Z")
        );
        assert!(calendar("US").holidays.len() > 400 && calendar("CN").holidays.len() > 200);
    }

    #[cfg(not(feature = "holidays"))]
    #[test]
    fn without_the_feature_only_weekends_are_free() {
        assert!(calendar("DE").is_open("2026-12-25".parse().unwrap()));
    }

    #[test]
    fn days_open_in_every_country() {
        let countries = ["SA", "DE"].map(|code| code.parse().unwrap());
        let joint = Calendar::joint(&countries);
        let open = |date: &str| joint.is_open(date.parse().unwrap());
        assert_eq!(
            [
                "2026-03-05",
                "2026-03-06",
                "2026-03-07",
                "2026-03-08",
                "2026-03-09"
            ]
            .map(open),
            [true, false, false, false, true]
        );
        let mut day: NaiveDate = "2024-01-01".parse().unwrap();
        for _ in 0..1000 {
            assert_eq!(
                joint.is_open(day),
                countries
                    .iter()
                    .all(|country| Calendar::of(Some(*country)).is_open(day)),
                "{day}"
            );
            day = day.succ_opt().unwrap();
        }
    }

    #[test]
    fn days_begin_by_the_country_s_clock() {
        // Friday 17:00 UTC is Saturday 01:00 in China.
        let friday = at("2026-03-06T17:00:00Z");
        assert!(!calendar("CN").is_open_at(friday) && calendar("US").is_open_at(friday));
        assert_eq!(calendar("CN").date_at(friday).to_string(), "2026-03-07");
        assert_eq!(calendar("GB").offset, 0);
        assert_eq!(calendar("IN").offset, 19_800);
    }

    #[test]
    fn adding_undoes_counting() {
        for code in ["DE", "SA", "IN", "US", "CN", "AF", "JP"] {
            let calendar = calendar(code);
            for step in 0..400 {
                let from = at("2025-11-01T05:17:23Z") + TimeDelta::minutes(step * 977);
                for days in [0.01, 0.5, 1.0, 2.25, 7.0, 33.3, 260.0] {
                    let to = calendar.add(from, days);
                    assert!(to >= from);
                    assert!(
                        (calendar.open_days(from, to) - days).abs() < 1e-6,
                        "{code} {from} {days} {to}"
                    );
                    let just_before = to - TimeDelta::seconds(60);
                    assert!(
                        calendar.open_days(from, just_before) < days,
                        "{code}: not the first such instant"
                    );
                }
            }
        }
    }

    #[test]
    fn open_days_never_shrink_and_never_outrun_the_clock() {
        let calendar = calendar("BR");
        let start = at("1998-12-20T00:00:00Z");
        let mut last = 0.0;
        for hour in 0..24 * 500 {
            let open = calendar.open_days(start, start + TimeDelta::hours(hour));
            assert!(open >= last && open - last < 1.0 / 24.0 + 1e-9);
            last = open;
        }
    }

    #[test]
    fn the_calendar_s_edges_do_not_panic() {
        for calendar in [calendar("DE"), Calendar::of(None)] {
            let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
            assert!(calendar.open_days(first, last) > 0.0);
            assert_eq!(calendar.add(last, 1e300), last);
            assert!(calendar.add(first, 3.0) > first);
            assert_eq!(calendar.add(first, f64::NAN), first);
            let _ = (
                calendar.is_open_at(first),
                calendar.is_open_at(last),
                calendar.date_at(last),
                calendar.date_at(first),
            );
        }
    }
}
