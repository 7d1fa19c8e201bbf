//! Values of settings: [`Span`], a duration written as `36h`, and [`Share`], a number from 0 to 1.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest span: a thousand years, so that sums stay far from the ends of the calendar.
const LONGEST_MINUTES: i64 = 1000 * 365 * 24 * 60;
const UNITS: [(char, i64); 4] = [('w', 7 * 24 * 60), ('d', 24 * 60), ('h', 60), ('m', 1)];

/// A duration of settings, to the minute, written as `90m`, `36h`, `5d`, `2w` or a sum of those
/// such as `1d12h`. Days have 24 hours.
///
/// ```
/// use parceltrail::anomaly::Span;
/// assert_eq!("1d12h".parse::<Span>()?, Span::hours(36));
/// assert_eq!(Span::hours(120).to_string(), "5d");
/// assert!("5 days".parse::<Span>().is_err());
/// # Ok::<(), parceltrail::anomaly::InvalidSpan>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(i64);

/// A text that is no [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duration; expected one such as \"90m\", \"36h\", \"5d\" or \"1d12h\"")]
pub struct InvalidSpan(String);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many minutes.
    #[must_use]
    pub const fn minutes(minutes: u32) -> Self {
        Self(minutes as i64)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self(hours as i64 * 60)
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self(days as i64 * 24 * 60)
    }

    /// The instant this long after another. It ends where the calendar ends.
    #[must_use]
    pub fn after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_add_signed(self.duration())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The instant this long before another. It begins where the calendar begins.
    #[must_use]
    pub fn before(self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_sub_signed(self.duration())
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// So many times as long.
    #[must_use]
    pub const fn times(self, times: u8) -> Self {
        let minutes = self.0.saturating_mul(times as i64);
        Self(if minutes > LONGEST_MINUTES {
            LONGEST_MINUTES
        } else {
            minutes
        })
    }

    /// The same as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::minutes(self.0)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        // Weeks read worse than days.
        for (unit, minutes) in &UNITS[1..] {
            if rest >= *minutes {
                write!(f, "{}{unit}", rest / minutes)?;
                rest %= minutes;
            }
        }
        if self.0 == 0 {
            f.write_str("0h")
        } else {
            Ok(())
        }
    }
}

impl std::str::FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let invalid = || InvalidSpan(text.chars().take(40).collect());
        let mut total = 0i64;
        let mut smallest = i64::MAX;
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| !c.is_ascii_digit()) {
            let number: u32 = rest[..at].parse().map_err(|_| invalid())?;
            let letter = rest[at..].chars().next();
            let (unit, minutes) = UNITS
                .iter()
                .find(|(unit, _)| Some(*unit) == letter)
                .ok_or_else(invalid)?;
            if *minutes >= smallest {
                return Err(invalid());
            }
            smallest = *minutes;
            total += i64::from(number) * minutes;
            rest = &rest[at + unit.len_utf8()..];
        }
        if !rest.is_empty() || smallest == i64::MAX || total > LONGEST_MINUTES {
            return Err(invalid());
        }
        Ok(Self(total))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: std::borrow::Cow<'de, str> = Deserialize::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A probability or a share: a number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

/// A number that is no [`Share`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is no share; expected a number from 0 to 1")]
pub struct InvalidShare(f64);

impl Share {
    /// Percent as a share; more than a hundred are a hundred.
    #[must_use]
    pub const fn percent(percent: u8) -> Self {
        Self(if percent > 100 {
            1.0
        } else {
            percent as f64 / 100.0
        })
    }

    /// So many of a million; more than all are all.
    #[must_use]
    pub const fn per_million(parts: u32) -> Self {
        Self(if parts > 1_000_000 {
            1.0
        } else {
            parts as f64 / 1_000_000.0
        })
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = InvalidShare;

    fn try_from(share: f64) -> Result<Self, InvalidShare> {
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err(InvalidShare(share))
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_what_they_write() {
        for (text, minutes) in [
            ("0h", 0),
            ("45m", 45),
            ("36h", 2160),
            ("5d", 7200),
            ("1d12h30m", 2190),
            ("2w", 20160),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span, Span::minutes(minutes), "{text}");
            assert_eq!(span.to_string().parse(), Ok(span), "{text}");
        }
        for text in [
            "",
            "5",
            "d",
            "-5d",
            "5D",
            "1h1d",
            "1d1d",
            "5d ",
            "99999999999d",
            "4000000000w",
            "5é",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn sums_end_where_the_calendar_ends() {
        assert_eq!(
            Span::days(u32::MAX).after(DateTime::<Utc>::MAX_UTC),
            DateTime::<Utc>::MAX_UTC
        );
        assert_eq!(
            Span::days(1).before(DateTime::<Utc>::MIN_UTC),
            DateTime::<Utc>::MIN_UTC
        );
    }

    #[test]
    fn shares_lie_between_nothing_and_all() {
        assert!(Share::try_from(1.01).is_err() && Share::try_from(f64::NAN).is_err());
        assert_eq!(
            serde_json::from_str::<Share>("0.02").unwrap(),
            Share::percent(2)
        );
    }
}
