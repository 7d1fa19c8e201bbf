//! [`EventTime`] packed: what follows from the rest is left out, above all the text, which is
//! nearly always the wall clock in one of a few spellings.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use smol_str::SmolStr;

use super::{Damaged, Pack, Packer, Unpacker, zigzag};
use crate::model::{EventTime, TimeKind};

/// Seconds are counted from the start of 2024, so that times of today take four bytes.
const EPOCH: i64 = 1_704_067_200;

/// How feeds spell a wall clock: `Y`, `M`, `D`, `h`, `m`, `s` stand for one digit each, `z` for
/// the offset as `+01:00`. Only appended to: packed times hold the place of their spelling here.
const SPELLINGS: [&str; 14] = [
    "YYYY-MM-DDThh:mm:ss",
    "YYYY-MM-DDThh:mm:ssz",
    "YYYY-MM-DD hh:mm:ss",
    "YYYYMMDD hhmmss",
    "YYYYMMDD hhmmss z",
    "YYYY-MM-DDThh:mm:ssZ",
    "DD.MM.YYYY hh:mm",
    "YYYY-MM-DD",
    "YYYYMMDDhhmmss",
    "YYYYMMDD",
    "YYYY-MM-DD hh:mm:ss z",
    "YYYY-MM-DD hh:mm",
    "YYYY-MM-DDThh:mm:ss.000z",
    "YYYY-MM-DDThh:mm:ss.000Z",
];

// The first byte: the kind in the lowest three bits, then one bit each.
const HAS_LOCAL: u8 = 1 << 3;
const HAS_OFFSET: u8 = 1 << 4;
const HAS_ZONE: u8 = 1 << 5;
/// The interval is one instant.
const IS_INSTANT: u8 = 1 << 6;
/// It begins where wall clock and offset say.
const IS_DERIVED: u8 = 1 << 7;
// The second byte: the spelling, counted from 1, in the lowest five bits; 0 is a text of its own.
const SPELLING: u8 = 0x1f;
/// Some part has fractions of a second.
const HAS_NANOS: u8 = 1 << 5;

impl Pack for EventTime {
    fn pack(&self, out: &mut Packer<'_>) {
        let flag = |is_set, bit| if is_set { bit } else { 0 };
        let derived = self.local.map(|local| derived(local, self.offset));
        out.byte(
            self.kind as u8
                | flag(self.local.is_some(), HAS_LOCAL)
                | flag(self.offset.is_some(), HAS_OFFSET)
                | flag(self.zone.is_some(), HAS_ZONE)
                | flag(self.earliest == self.latest, IS_INSTANT)
                | flag(derived == Some(self.earliest), IS_DERIVED),
        );
        let nanos = [
            self.local.map_or(0, |local| local.nanosecond()),
            self.earliest.timestamp_subsec_nanos(),
            self.latest.timestamp_subsec_nanos(),
        ];
        let has_nanos = nanos.iter().any(|nanos| *nanos != 0);
        let spelling = self.spelling();
        out.byte(spelling.unwrap_or(0) | flag(has_nanos, HAS_NANOS));
        if spelling.is_none() {
            out.text(&self.raw);
        }
        let local = self.local.map(|local| local.and_utc().timestamp() - EPOCH);
        local.iter().for_each(|seconds| out.signed(*seconds));
        if let Some(offset) = self.offset {
            pack_offset(offset, out);
        }
        if let Some(zone) = self.zone {
            out.text(zone.name());
        }
        let earliest = self.earliest.timestamp() - EPOCH;
        if derived != Some(self.earliest) {
            out.signed(earliest - local.unwrap_or(0));
        }
        if self.earliest != self.latest {
            out.signed(self.latest.timestamp() - EPOCH - earliest);
        }
        if has_nanos {
            nanos.iter().for_each(|nanos| out.number((*nanos).into()));
        }
    }

    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let (flags, more) = (input.byte()?, input.byte()?);
        let has = |bit: u8| flags & bit != 0;
        let kind = *TimeKind::ALL.get(usize::from(flags & 7)).ok_or(Damaged)?;
        let written = match more & SPELLING {
            0 => Some(input.text()?.clone()),
            _ => None,
        };
        let seconds = has(HAS_LOCAL).then(|| input.signed()).transpose()?;
        let offset = has(HAS_OFFSET).then(|| unpack_offset(input)).transpose()?;
        let zone = has(HAS_ZONE).then(|| input.text()).transpose()?;
        let zone: Option<Tz> = zone
            .map(|name| name.parse().map_err(|_| Damaged))
            .transpose()?;
        let mut local = seconds.map(instant).transpose()?.map(|at| at.naive_utc());
        let earliest = if has(IS_DERIVED) {
            None
        } else {
            let since = input.signed()?.checked_add(seconds.unwrap_or(0));
            Some(instant(since.ok_or(Damaged)?)?)
        };
        let length = if has(IS_INSTANT) { 0 } else { input.signed()? };
        let mut earliest = match (earliest, local) {
            (Some(earliest), _) => earliest,
            (None, Some(local)) => derived(local, offset),
            (None, None) => return Err(Damaged),
        };
        let length = TimeDelta::try_seconds(length).ok_or(Damaged)?;
        let mut latest = earliest.checked_add_signed(length).ok_or(Damaged)?;
        if more & HAS_NANOS != 0 {
            let nanos: u32 = input.small()?;
            local = match local {
                Some(local) => Some(local.with_nanosecond(nanos).ok_or(Damaged)?),
                None => None,
            };
            earliest = earliest.with_nanosecond(input.small()?).ok_or(Damaged)?;
            latest = latest.with_nanosecond(input.small()?).ok_or(Damaged)?;
        }
        let raw = match written {
            Some(raw) => raw,
            None => {
                let spelling = SPELLINGS.get(usize::from(more & SPELLING) - 1);
                spelled(
                    spelling.ok_or(Damaged)?,
                    local.unwrap_or(earliest.naive_utc()),
                    offset,
                )
                .ok_or(Damaged)?
            }
        };
        if earliest > latest {
            return Err(Damaged);
        }
        Ok(Self {
            raw,
            kind,
            local,
            offset,
            zone,
            earliest,
            latest,
        })
    }
}

impl EventTime {
    /// The place of the spelling that gives back the text, counted from 1.
    fn spelling(&self) -> Option<u8> {
        let clock = self.local.unwrap_or(self.earliest.naive_utc());
        (1..).zip(SPELLINGS).find_map(|(place, spelling)| {
            let length = spelling.len() + if spelling.contains('z') { 5 } else { 0 };
            (length == self.raw.len() && spelled(spelling, clock, self.offset)? == self.raw)
                .then_some(place)
        })
    }
}

/// The instant at which a wall clock shows a time; without an offset, Greenwich's.
fn derived(local: NaiveDateTime, offset: Option<FixedOffset>) -> DateTime<Utc> {
    let seconds = offset.map_or(0, |offset| offset.local_minus_utc());
    local
        .and_utc()
        .checked_sub_signed(TimeDelta::seconds(seconds.into()))
        .unwrap_or(local.and_utc())
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, Damaged> {
    let seconds = seconds.checked_add(EPOCH).ok_or(Damaged)?;
    DateTime::from_timestamp(seconds, 0).ok_or(Damaged)
}

/// Offsets are quarters of an hour, but for some of long ago.
fn pack_offset(offset: FixedOffset, out: &mut Packer<'_>) {
    let seconds = i64::from(offset.local_minus_utc());
    match seconds % 900 {
        0 => out.number(zigzag(seconds / 900) << 1),
        _ => out.number(zigzag(seconds) << 1 | 1),
    }
}

fn unpack_offset(input: &mut Unpacker<'_>) -> Result<FixedOffset, Damaged> {
    let number: u32 = input.small()?;
    let signed = super::unzigzag((number >> 1).into());
    let seconds = if number & 1 == 0 {
        signed * 900
    } else {
        signed
    };
    let seconds = i32::try_from(seconds).map_err(|_| Damaged)?;
    FixedOffset::east_opt(seconds).ok_or(Damaged)
}

/// A wall clock in a spelling; none where the spelling cannot hold it.
fn spelled(spelling: &str, clock: NaiveDateTime, offset: Option<FixedOffset>) -> Option<SmolStr> {
    let year = u32::try_from(clock.year()).ok()?;
    let (month, day) = (clock.month(), clock.day());
    let [hour, minute, second] = [clock.hour(), clock.minute(), clock.second()];
    let digits = [year / 100, year, month, day, hour, minute, second];
    let digits = digits.map(|pair| [digit(pair / 10), digit(pair)]);
    let digits = digits.as_flattened();
    // Where the next digit of each letter stands: a year has four, everything else two.
    let mut next = [0_usize, 4, 6, 8, 10, 12];
    let mut text = [0_u8; 32];
    let mut length = 0;
    for letter in spelling.bytes() {
        if letter == b'z' {
            length += spell_offset(offset?, text.get_mut(length..)?)?;
            continue;
        }
        let part = match letter {
            b'Y' => Some(0),
            b'M' => Some(1),
            b'D' => Some(2),
            b'h' => Some(3),
            b'm' => Some(4),
            b's' => Some(5),
            _ => None,
        };
        *text.get_mut(length)? = match part {
            Some(part) => {
                next[part] += 1;
                *digits.get(next[part] - 1)?
            }
            None => letter,
        };
        length += 1;
    }
    let text = std::str::from_utf8(text.get(..length)?).ok()?;
    Some(SmolStr::new(text))
}

/// `+01:00`; how many bytes it takes.
fn spell_offset(offset: FixedOffset, text: &mut [u8]) -> Option<usize> {
    let seconds = offset.local_minus_utc();
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { b'-' } else { b'+' };
    let [hours, minutes] = [minutes / 60, minutes % 60].map(|pair| [digit(pair / 10), digit(pair)]);
    let spelled = [sign, hours[0], hours[1], b':', minutes[0], minutes[1]];
    text.get_mut(..spelled.len())?.copy_from_slice(&spelled);
    Some(spelled.len())
}

/// The last digit of a number.
fn digit(value: u32) -> u8 {
    b'0' + (value % 10).to_le_bytes()[0]
}
