//! A ledger as bytes that a store keeps: [`write`] and [`read`].
//!
//! The form: `PTJ`, the version, whether personal data are in it; the texts, events, frames and
//! contents as records with their length; the timelines in the order of their voices; what was
//! declared; and a checksum. Numbers are LEB128, signed ones zigzag-coded.

use std::collections::BTreeSet;

use chrono::{DateTime, Timelike, Utc};
use smol_str::SmolStr;

use super::Ledger;
use super::receipts::{Receipt, Timeline};
use super::table::Table;
use crate::journey::legs::LegId;
use crate::journey::linked::{LinkRole, LinkedParcel};
use crate::model::pack::{Damaged, Pack, Packer, Unpacker};
use crate::model::{CarrierId, Event, Fnv, Shipment, TrackingNumber};

const MAGIC: &[u8; 3] = b"PTJ";
/// Raised when bytes are written that an earlier version could misread.
const VERSION: u8 = 1;
const CHECKSUM: usize = 4;

/// Why stored bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// They are not a journey.
    #[error("these bytes are not a stored journey")]
    NotAJourney,
    /// They were written by a newer version of this crate.
    #[error("a stored journey of version {found}; this version reads up to {newest}")]
    Version {
        /// The version of the bytes.
        found: u8,
        /// The newest version that can be read.
        newest: u8,
    },
    /// They were cut off or changed.
    #[error("a stored journey that was cut off or changed")]
    Damaged,
}

impl From<Damaged> for StorageError {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

/// What is held beside deliveries.
#[derive(Clone, Debug, Default)]
pub(in crate::journey) struct Declared {
    pub links: BTreeSet<(LegId, LegId)>,
    pub linked: BTreeSet<LinkedParcel>,
}

/// A ledger and what was declared, as bytes.
pub(in crate::journey) fn write(ledger: &Ledger, declared: &Declared) -> Vec<u8> {
    // What was declared may name texts that no delivery names.
    let mut texts = ledger.texts.clone();
    let mut last = Vec::new();
    let mut out = Packer {
        bytes: &mut last,
        texts: &mut texts,
    };
    write_declared(declared, &mut out);
    let mut bytes = [MAGIC.as_slice(), &[VERSION]].concat();
    let mut unused = Table::default();
    let mut out = Packer {
        bytes: &mut bytes,
        texts: &mut unused,
    };
    for table in [&texts, &ledger.events, &ledger.frames, &ledger.contents] {
        write_table(table, &mut out);
    }
    ledger
        .timelines
        .iter()
        .for_each(|timeline| write_timeline(timeline, &mut out));
    bytes.extend_from_slice(&last);
    let checksum = checksum(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Puts the right checksum at the end.
#[cfg(test)]
pub(in crate::journey) fn seal(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() - CHECKSUM);
    let checksum = checksum(bytes);
    bytes.extend_from_slice(&checksum);
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Fnv::default();
    hash.bytes(bytes);
    let folded = hash.0 ^ hash.0 >> 32;
    let [a, b, c, d, ..] = folded.to_le_bytes();
    [a, b, c, d]
}

fn write_table(table: &Table, out: &mut Packer<'_>) {
    out.number(table.len() as u64);
    for record in table.iter() {
        out.number(record.len() as u64);
        out.bytes.extend_from_slice(record);
    }
}

fn write_timeline(timeline: &Timeline, out: &mut Packer<'_>) {
    out.number((timeline.receipts().len() as u64) << 1 | u64::from(timeline.is_thinned()));
    let (mut seconds, mut before) = (0, 0);
    for (received, content) in timeline.receipts() {
        let nanos = received.nanosecond();
        let since = received.timestamp().wrapping_sub(seconds);
        out.signed(since.wrapping_mul(2) | i64::from(nanos != 0));
        if nanos != 0 {
            out.number(nanos.into());
        }
        out.signed(i64::from(*content) - before);
        (seconds, before) = (received.timestamp(), i64::from(*content));
    }
}

fn write_declared(declared: &Declared, out: &mut Packer<'_>) {
    out.number(declared.links.len() as u64);
    for (from, to) in &declared.links {
        [from, to].into_iter().for_each(|leg| write_leg(leg, out));
    }
    out.number(declared.linked.len() as u64);
    for parcel in &declared.linked {
        parcel.role.pack(out);
        write_leg(&parcel.id, out);
    }
}

fn write_leg(leg: &LegId, out: &mut Packer<'_>) {
    leg.carrier.pack(out);
    leg.number.pack(out);
}

/// Reads what [`write`] wrote. Everything is looked at once, so that nothing can fail later.
pub(in crate::journey) fn read(bytes: &[u8]) -> Result<(Ledger, Declared), StorageError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(StorageError::NotAJourney)?;
    let (version, rest) = rest.split_first().ok_or(StorageError::Damaged)?;
    if *version != VERSION {
        return Err(StorageError::Version {
            found: *version,
            newest: VERSION,
        });
    }
    let length = rest
        .len()
        .checked_sub(CHECKSUM)
        .ok_or(StorageError::Damaged)?;
    let (whole, sum) = bytes.split_at(bytes.len() - CHECKSUM);
    if checksum(whole) != sum {
        return Err(StorageError::Damaged);
    }
    let mut input = Unpacker::new(&rest[..length], &[]);
    let mut ledger = Ledger {
        texts: read_table(&mut input)?,
        events: read_table(&mut input)?,
        frames: read_table(&mut input)?,
        contents: read_table(&mut input)?,
        ..Ledger::default()
    };
    let texts = checked_texts(&ledger.texts)?;
    for record in ledger.events.iter() {
        ledger
            .ids
            .push(whole_record::<Event>(record, &texts)?.identity());
    }
    let mut frames = Vec::with_capacity(ledger.frames.len());
    for record in ledger.frames.iter() {
        frames.push(whole_record::<Shipment>(record, &texts)?);
    }
    let mut scratch = Vec::new();
    for frame in &frames {
        ledger.timeline(frame, &mut scratch);
    }
    for record in ledger.contents.iter() {
        ledger.read_content(record)?;
    }
    for timeline in &mut ledger.timelines {
        *timeline = read_timeline(&mut input, ledger.contents.len())?;
    }
    let declared = read_declared(&mut input.with_texts(&texts))?;
    Ok((ledger, declared))
}

fn checked_texts(table: &Table) -> Result<Vec<SmolStr>, Damaged> {
    let text = |record| std::str::from_utf8(record).map(SmolStr::new);
    table
        .iter()
        .map(|record| text(record).map_err(|_| Damaged))
        .collect()
}

fn whole_record<T: Pack>(record: &[u8], texts: &[SmolStr]) -> Result<T, Damaged> {
    let mut input = Unpacker::new(record, texts);
    let value = T::unpack(&mut input)?;
    if input.is_at_end() {
        Ok(value)
    } else {
        Err(Damaged)
    }
}

fn read_table(input: &mut Unpacker<'_>) -> Result<Table, Damaged> {
    let mut table = Table::default();
    for _ in 0..input.count()? {
        let length = input.small()?;
        if !table.insert(input.take(length)?).1 {
            return Err(Damaged);
        }
    }
    Ok(table)
}

fn read_timeline(input: &mut Unpacker<'_>, contents: usize) -> Result<Timeline, Damaged> {
    let coded = input.number()?;
    let mut receipts: Vec<Receipt> = Vec::new();
    let (mut seconds, mut before) = (0_i64, 0_i64);
    for _ in 0..coded >> 1 {
        let since = input.signed()?;
        let nanos = if since & 1 == 1 { input.small()? } else { 0 };
        seconds = seconds.wrapping_add(since >> 1);
        before = before.checked_add(input.signed()?).ok_or(Damaged)?;
        let content = u32::try_from(before).map_err(|_| Damaged)?;
        let received: DateTime<Utc> = DateTime::from_timestamp(seconds, nanos).ok_or(Damaged)?;
        let receipt = (received, content);
        if content as usize >= contents || receipts.last().is_some_and(|last| *last >= receipt) {
            return Err(Damaged);
        }
        receipts.push(receipt);
    }
    Ok(Timeline::of(receipts, coded & 1 == 1))
}

fn read_declared(input: &mut Unpacker<'_>) -> Result<Declared, Damaged> {
    let mut declared = Declared::default();
    for _ in 0..input.count()? {
        declared.links.insert((read_leg(input)?, read_leg(input)?));
    }
    for _ in 0..input.count()? {
        let (role, id) = (LinkRole::unpack(input)?, read_leg(input)?);
        declared.linked.insert(LinkedParcel { role, id });
    }
    if input.is_at_end() {
        Ok(declared)
    } else {
        Err(Damaged)
    }
}

fn read_leg(input: &mut Unpacker<'_>) -> Result<LegId, Damaged> {
    Ok(LegId {
        carrier: CarrierId::unpack(input)?,
        number: TrackingNumber::unpack(input)?,
    })
}
