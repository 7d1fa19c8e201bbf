//! Clocks in the shapes that carriers write. Fixed widths are read by hand: format strings cost as
//! much as the event around them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// A moment as written: wall clock, and the offset in seconds where the text states one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The wall clock.
    pub local: NaiveDateTime,
    /// Seconds east of UTC, where the text states an offset.
    pub offset: Option<i32>,
    /// Whether the offset was written as `Z`.
    pub is_zulu: bool,
}

/// Digits of ASCII text as a number.
fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0u32, |n, b| {
        b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
    })
}

/// `2025-03-06` and also `2025/03/06`.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    let b = text.as_bytes();
    if b.len() != 10 || b[4] != b[7] || !matches!(b[4], b'-' | b'/') {
        return None;
    }
    ymd(digits(&b[..4])?, digits(&b[5..7])?, digits(&b[8..])?)
}

/// `20250306`.
#[must_use]
pub fn compact_date(text: &str) -> Option<NaiveDate> {
    let b = text.as_bytes();
    if b.len() != 8 {
        return None;
    }
    ymd(digits(&b[..4])?, digits(&b[4..6])?, digits(&b[6..])?)
}

/// A date that exists, in a year that a parcel can have lived in. Zero dates and far futures are
/// noise, not dates.
fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    (1970..=2199)
        .contains(&year)
        .then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))
        .flatten()
}

/// `09:12`, `09:12:30`, `09:12:30.123`, and hours without their zero.
#[must_use]
pub fn time(text: &str) -> Option<NaiveTime> {
    let (main, fraction) = match text.split_once(['.', ',']) {
        Some((main, fraction)) => (main, nanoseconds(fraction)?),
        None => (text, 0),
    };
    let mut parts = main.split(':').map(|part| {
        if part.len() <= 2 {
            digits(part.as_bytes())
        } else {
            None
        }
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_nano_opt(hour, minute, second, fraction)
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    let b = fraction.as_bytes();
    let kept = &b[..b.len().min(9)];
    digits(kept).map(|n| n * 10u32.pow(9 - kept.len() as u32))
}

/// `091230`, `91230` (the leading zero lost) and `0912`.
#[must_use]
pub fn compact_time(text: &str) -> Option<NaiveTime> {
    let b = text.as_bytes();
    let n = digits(b)?;
    match b.len() {
        5 | 6 => NaiveTime::from_hms_opt(n / 10_000, n / 100 % 100, n % 100),
        3 | 4 => NaiveTime::from_hms_opt(n / 100, n % 100, 0),
        _ => None,
    }
}

/// An offset: `+01:00`, `-0700`, `+9`, `-7:00`, `-04.00`, `Z`, `GMT+08:00`.
#[must_use]
pub fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let text = text
        .strip_prefix("GMT")
        .or_else(|| text.strip_prefix("UTC"))
        .unwrap_or(text);
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once([':', '.']) {
        Some((hours, minutes)) if minutes.len() == 2 => {
            (digits(hours.as_bytes())?, digits(minutes.as_bytes())?)
        }
        Some(_) => return None,
        None if rest.len() <= 2 => (digits(rest.as_bytes())?, 0),
        None if rest.len() <= 4 => {
            let n = digits(rest.as_bytes())?;
            (n / 100, n % 100)
        }
        None => return None,
    };
    (hours <= 14 && minutes < 60).then(|| sign * (hours * 3600 + minutes * 60) as i32)
}

/// ISO 8601 and its cousins: `2025-03-06T09:12:00+01:00`, `2025-03-06 09:12`, `…T09:12:00.000Z`,
/// with or without offset.
#[must_use]
pub fn iso(text: &str) -> Option<Stamp> {
    let day = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
    let end = rest
        .find(['+', '-', 'Z', 'z', ' ', 'G', 'U'])
        .unwrap_or(rest.len());
    let local = day.and_time(time(&rest[..end])?);
    let zone = rest[end..].trim();
    if zone.is_empty() {
        return Some(Stamp {
            local,
            offset: None,
            is_zulu: false,
        });
    }
    Some(Stamp {
        local,
        offset: Some(offset(zone)?),
        is_zulu: matches!(zone, "Z" | "z"),
    })
}

/// `20250306091230`, with up to three more digits for milliseconds, with a blank or `T` between, or
/// down to the minute.
#[must_use]
pub fn compact(text: &str) -> Option<NaiveDateTime> {
    let day = compact_date(text.get(..8)?)?;
    let rest = text.get(8..)?.trim_start_matches([' ', 'T']);
    let (clock, millis) = match rest.len() {
        4 | 6 => (rest, 0),
        7..=9 => {
            let fraction = rest.get(6..)?;
            (
                rest.get(..6)?,
                digits(fraction.as_bytes())? * 10u32.pow(3 - fraction.len() as u32),
            )
        }
        _ => return None,
    };
    let at = compact_time(clock)?;
    day.and_time(at)
        .checked_add_signed(chrono::Duration::milliseconds(i64::from(millis)))
}

/// `06.03.2025 09:12`, with or without seconds.
#[must_use]
pub fn german(text: &str) -> Option<NaiveDateTime> {
    let b = text.as_bytes();
    if b.len() < 16 || b[2] != b'.' || b[5] != b'.' || b[10] != b' ' {
        return None;
    }
    let day = ymd(digits(&b[6..10])?, digits(&b[3..5])?, digits(&b[..2])?)?;
    Some(day.and_time(time(text.get(11..)?.trim())?))
}

/// Milliseconds (13 digits) or seconds (10 digits) since 1970.
#[must_use]
pub fn epoch(text: &str) -> Option<DateTime<Utc>> {
    let n: i64 = text.parse().ok()?;
    match text.len() {
        13 => DateTime::from_timestamp_millis(n),
        10 => DateTime::from_timestamp(n, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn iso_with_and_without_offset() {
        let cases = [
            (
                "2025-03-06T09:12:00+01:00",
                "2025-03-06T09:12:00",
                Some(3600),
            ),
            (
                "2025-03-06T09:12:00.250Z",
                "2025-03-06T09:12:00.250",
                Some(0),
            ),
            ("2025-03-06 09:12", "2025-03-06T09:12:00", None),
            (
                "2021-05-07 23:59:00 GMT-04:00",
                "2021-05-07T23:59:00",
                Some(-14_400),
            ),
            (
                "2025-03-06T09:12:00-0530",
                "2025-03-06T09:12:00",
                Some(-19_800),
            ),
        ];
        for (text, expected, offset) in cases {
            let stamp = iso(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (stamp.local, stamp.offset),
                (local(expected), offset),
                "{text}"
            );
        }
    }

    #[test]
    fn noise_is_no_time() {
        for text in [
            "",
            "2025-02-30T00:00:00",
            "0000-00-00 00:00:00",
            "9999-12-31T00:00:00",
            "2025-03-06T25:00:00",
            "14:29 PM",
            "2025-03-06T14:29 PM",
            "ü025-03-06T",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
        assert_eq!(compact("20250229000000"), None);
        assert_eq!(german("31.02.2025 10:00"), None);
        assert_eq!(time("1:2:3:4"), None);
    }

    #[test]
    fn compact_shapes() {
        assert_eq!(
            compact("20260102093015123"),
            Some(local("2026-01-02T09:30:15.123"))
        );
        assert_eq!(
            compact("20260105120000"),
            Some(local("2026-01-05T12:00:00"))
        );
        assert_eq!(compact_time("74700"), NaiveTime::from_hms_opt(7, 47, 0));
        assert_eq!(
            german("04.05.2025 21:03"),
            Some(local("2025-05-04T21:03:00"))
        );
        assert_eq!(
            epoch("1691397830000").map(|at| at.to_rfc3339()).as_deref(),
            Some("2023-08-07T08:43:50+00:00")
        );
    }

    #[test]
    fn offsets_in_every_dress() {
        for (text, seconds) in [
            ("-04.00", -14_400),
            ("-7:00", -25_200),
            ("+0900", 32_400),
            ("Z", 0),
            ("+05:30", 19_800),
            ("GMT+08:00", 28_800),
            ("+9", 32_400),
        ] {
            assert_eq!(offset(text), Some(seconds), "{text}");
        }
        assert_eq!(offset("05:00"), None);
        assert_eq!(offset("+25:00"), None);
    }
}
