//! How the deliveries of a journey are held: [`Ledger`].
//!
//! A parcel is asked about for weeks, and nearly every answer repeats the one before. So each
//! distinct part is held once, packed: texts; wordings of events; frames (what a delivery says
//! beside its events); contents (a frame and its list of wordings); and for each feed and number
//! the receipts at which a content stood. What a journey costs depends on what was said, not on
//! how often.

mod indexes;
mod receipts;
mod stored;
mod table;
mod view;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

pub use stored::StorageError;
#[cfg(test)]
pub(super) use stored::seal;
pub(super) use stored::{Declared, read, write};
#[cfg(test)]
pub(super) use view::Statement;
pub(super) use view::View;

use self::receipts::{Receipt, Timeline};
use self::table::Table;
use super::digest;
use crate::model::pack::{Damaged, Pack, Packer, Unpacker};
use crate::model::{Event, EventId, Shipment};

/// The distinct parts of deliveries, packed, and when they were received.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    texts: Table,
    /// Wordings of events.
    events: Table,
    /// What tells the events and their places apart, in the same order.
    ids: Vec<(EventId, Option<u64>)>,
    frames: Table,
    /// The index of a frame, then those of the events, as runs.
    contents: Table,
    /// The feed and number of each timeline.
    voices: Table,
    timelines: Vec<Timeline>,
}

/// A content: what it says beside events, and which events.
pub(super) struct Content {
    pub frame: usize,
    pub events: Vec<u32>,
}

impl Ledger {
    /// Takes in a delivery. Says whether its receipt is kept: one that was known already is not,
    /// nor one among many that say the same.
    pub fn insert(&mut self, shipment: &Shipment) -> bool {
        let mut scratch = Vec::with_capacity(128);
        let frame = self.packed_frame(shipment, &mut scratch);
        let mut events = Vec::with_capacity(shipment.events.len());
        for event in &shipment.events {
            scratch.clear();
            event.pack(&mut Packer {
                bytes: &mut scratch,
                texts: &mut self.texts,
            });
            let (at, is_new) = self.events.insert(&scratch);
            if is_new {
                table::grow(&mut self.ids, 1);
                self.ids.push(event.identity());
            }
            events.push(at);
        }
        scratch.clear();
        let mut out = Packer {
            bytes: &mut scratch,
            texts: &mut self.texts,
        };
        out.number(frame.into());
        indexes::pack(&events, &mut out);
        let (content, _) = self.contents.insert(&scratch);
        let timeline = self.timeline(shipment, &mut scratch);
        self.timelines[timeline].insert(shipment.received, content)
    }

    fn packed_frame(&mut self, shipment: &Shipment, scratch: &mut Vec<u8>) -> u32 {
        scratch.clear();
        shipment.pack(&mut Packer {
            bytes: scratch,
            texts: &mut self.texts,
        });
        self.frames.insert(scratch).0
    }

    /// The timeline of a feed and a number.
    fn timeline(&mut self, shipment: &Shipment, scratch: &mut Vec<u8>) -> usize {
        scratch.clear();
        let mut out = Packer {
            bytes: scratch,
            texts: &mut self.texts,
        };
        shipment.feed.pack(&mut out);
        shipment.number.pack(&mut out);
        let (at, is_new) = self.voices.insert(scratch);
        if is_new {
            table::grow(&mut self.timelines, 1);
            self.timelines.push(Timeline::default());
        }
        at as usize
    }

    pub fn is_empty(&self) -> bool {
        self.contents.len() == 0
    }

    /// Takes in what another ledger holds.
    pub fn merge(&mut self, other: &Self) {
        other.deliveries().iter().for_each(|shipment| {
            self.insert(shipment);
        });
    }

    /// Every receipt with its content.
    fn receipts(&self) -> impl Iterator<Item = Receipt> {
        self.timelines
            .iter()
            .flat_map(|timeline| timeline.receipts().iter().copied())
    }

    /// Every delivery whose receipt is kept, oldest first; of one moment in an order of its own.
    pub fn deliveries(&self) -> Vec<Arc<Shipment>> {
        let texts = self.texts();
        let events = self.unpacked::<Event>(&self.events, &texts);
        let frames = self.unpacked::<Shipment>(&self.frames, &texts);
        let mut deliveries: Vec<(DateTime<Utc>, Shipment)> = self
            .receipts()
            .filter_map(|(received, content)| {
                let content = self.content(content as usize)?;
                let mut shipment = frames.get(content.frame)?.clone();
                shipment.received = received;
                shipment.events = content
                    .events
                    .iter()
                    .filter_map(|at| events.get(*at as usize).cloned())
                    .collect();
                Some((received, shipment))
            })
            .collect();
        sort(&mut deliveries);
        deliveries
            .into_iter()
            .map(|(_, shipment)| Arc::new(shipment))
            .collect()
    }

    fn texts(&self) -> Vec<SmolStr> {
        self.texts
            .iter()
            .map(|text| SmolStr::new(std::str::from_utf8(text).unwrap_or_default()))
            .collect()
    }

    /// Everything in a table. What was packed here or was checked when it was read can be unpacked.
    fn unpacked<T: Pack>(&self, table: &Table, texts: &[SmolStr]) -> Vec<T> {
        table
            .iter()
            .filter_map(|record| T::unpack(&mut Unpacker::new(record, texts)).ok())
            .collect()
    }

    fn content(&self, at: usize) -> Option<Content> {
        self.read_content(self.contents.get(at)?).ok()
    }

    fn read_content(&self, record: &[u8]) -> Result<Content, Damaged> {
        let mut input = Unpacker::new(record, &[]);
        let frame = input.small()?;
        if frame >= self.frames.len() {
            return Err(Damaged);
        }
        let events = indexes::unpack(&mut input, self.events.len())?;
        Ok(Content { frame, events })
    }
}

/// Puts deliveries into their order: by receipt; of one moment by what they say beside events, then
/// by all that they say.
fn sort(deliveries: &mut [(DateTime<Utc>, Shipment)]) {
    deliveries.sort_by_key(|(received, _)| *received);
    for moment in deliveries.chunk_by_mut(|a, b| a.0 == b.0) {
        if moment.len() > 1 {
            moment.sort_by_cached_key(|(_, shipment)| order(shipment));
        }
    }
}

/// What sorts deliveries of one moment.
pub(super) fn order(shipment: &Shipment) -> (u64, u64) {
    (frame_order(shipment), digest(&shipment.events))
}

fn frame_order(shipment: &Shipment) -> u64 {
    digest(&Shipment {
        received: DateTime::UNIX_EPOCH,
        ..shipment.without_events()
    })
}

/// Shows how much it holds, not what.
impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("events", &self.events.len())
            .field("contents", &self.contents.len())
            .field("receipts", &self.receipts().count())
            .finish_non_exhaustive()
    }
}
