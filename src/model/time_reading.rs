//! Reading an [`EventTime`] back from what it serialises to.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error};
use smol_str::SmolStr;

use super::time::{kept, within};
use super::{EventTime, TimeKind};

/// A time as it is written. The interval is stored and not derived anew, because zone rules change
/// between versions of the zone database.
#[derive(Deserialize)]
struct Written {
    raw: SmolStr,
    kind: TimeKind,
    #[serde(default)]
    local: Option<SmolStr>,
    #[serde(default)]
    offset: Option<SmolStr>,
    #[serde(default)]
    zone: Option<SmolStr>,
    earliest: DateTime<Utc>,
    latest: DateTime<Utc>,
}

impl<'de> Deserialize<'de> for EventTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?
            .read()
            .map_err(|field| D::Error::custom(format!("an event's time: {field} cannot be read")))
    }
}

impl Written {
    fn read(self) -> Result<EventTime, &'static str> {
        let local = self.local.map(|text| wall_clock(&text).ok_or("local"));
        let offset = self.offset.map(|text| offset(&text).ok_or("offset"));
        let zone = self.zone.map(|text| text.parse::<Tz>().map_err(|_| "zone"));
        let (local, offset): (Option<NaiveDateTime>, Option<FixedOffset>) =
            (local.transpose()?, offset.transpose()?);
        let zone = zone.transpose()?;
        let bound = |at: DateTime<Utc>| within(at.naive_utc()).and_utc();
        let (earliest, latest) = (bound(self.earliest), bound(self.latest));
        let is_whole = match self.kind {
            TimeKind::Offset => local.is_some() && offset.is_some(),
            TimeKind::Instant => true,
            TimeKind::FixedZone | TimeKind::PlaceZone => local.is_some() && zone.is_some(),
            TimeKind::Local | TimeKind::Date => local.is_some(),
        };
        if !is_whole {
            return Err("what its kind needs");
        }
        if earliest > latest {
            return Err("an interval that ends before it begins");
        }
        Ok(EventTime {
            raw: kept(self.raw),
            kind: self.kind,
            local: local.map(within),
            offset,
            zone,
            earliest,
            latest,
        })
    }
}

/// A day, or a day and time.
fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    let day = || text.parse::<NaiveDate>().ok();
    text.parse()
        .ok()
        .or_else(|| day().map(|day| day.and_time(NaiveTime::MIN)))
}

/// `+08:00`, or `+08:05:43` of the times before zones.
fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let mut parts = digits.split(':').map(|part| {
        let is_pair = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        is_pair.then(|| part.parse::<i32>().ok()).flatten()
    });
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let is_fit = parts.next().is_none() && minutes < 60 && seconds < 60;
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60 + seconds)).filter(|_| is_fit)
}
