//! Express checkpoints, which the JSON and the XML interface state alike: a wall clock, a code of
//! two letters, a service area.

use std::borrow::Cow;
use std::collections::HashMap;

use smol_str::{SmolStr, SmolStrBuilder};

use super::shared::{area, piece_total};
use super::{recipient, remark, sentence};
use crate::adapter::{CodeTable, Collector, Vocabulary};
use crate::carriers::Mapped;
use crate::carriers::dhl::ending::weighed;
use crate::carriers::mapping::code;
use crate::model::{
    Event, EventTime, FreeText, Milestone, Personal, Place, Scope, Shipment, TrackingNumber, Zones,
    zones_of,
};
use crate::wire::clock;

/// One checkpoint as read from either interface.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checkpoint<'t> {
    pub date: &'t str,
    pub time: &'t str,
    pub offset: &'t str,
    pub code: &'t str,
    pub text: Option<&'t str>,
    pub remark: Option<&'t str>,
    /// What happens next, or what somebody must do.
    pub next: Option<&'t str>,
    /// The same, whether or not it stands in for the remark.
    pub steps: Option<&'t str>,
    pub area: Option<&'t str>,
    pub area_text: Option<&'t str>,
    pub signer: Option<&'t str>,
}

/// The feed's own names of the fields, for notices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub date: &'static str,
    pub time: &'static str,
    pub offset: &'static str,
    pub code: &'static str,
}

/// Reads checkpoints of one shipment.
pub(super) struct Reader<'c> {
    codes: Option<&'c Vocabulary>,
    names: Names,
}

impl<'c> Reader<'c> {
    pub fn new(codes: &'c CodeTable, names: Names) -> Self {
        Self {
            codes: codes.vocabulary("express"),
            names,
        }
    }

    /// The event of a checkpoint; nothing, and a notice, without a day.
    pub fn event(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        checkpoint: Checkpoint<'_>,
    ) -> Option<Event> {
        let (area_code, area_text) = (
            checkpoint.area.unwrap_or_default(),
            checkpoint.area_text.unwrap_or_default(),
        );
        let place = out.place(area_text, area_code, || {
            area(checkpoint.area, checkpoint.area_text)
        });
        let time = self.time(out, number, checkpoint, place.as_ref())?;
        let mapped = self.meaning(out, number, checkpoint);
        let is_delivered = mapped.milestone == Milestone::Delivered;
        let apart = checkpoint
            .text
            .filter(|_| is_delivered)
            .map(recipient::apart);
        let (text, behind) = apart.map_or((checkpoint.text, None), |(text, signer)| {
            (Some(text), signer)
        });
        let text = match (text, checkpoint.remark) {
            (Some(text), Some(remark)) => Some(Cow::Owned(format!("{text}: {remark}"))),
            (text, remark) => text.or(remark).map(Cow::Borrowed),
        };
        let mut event = out.event(
            number,
            mapped,
            time,
            place,
            code(checkpoint.code, None, text.as_deref()),
        );
        event.next_steps = checkpoint.steps.and_then(FreeText::parse);
        if is_delivered {
            event.signed_by = recipient::name(checkpoint.signer)
                .or(behind)
                .and_then(Personal::parse);
        }
        Some(event)
    }

    fn time(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        checkpoint: Checkpoint<'_>,
        place: Option<&Place>,
    ) -> Option<EventTime> {
        let Checkpoint {
            date, time, offset, ..
        } = checkpoint;
        let Some(day) = clock::date(date) else {
            out.skipped(number, self.names.date, date, "a date (yyyy-MM-dd)");
            return None;
        };
        let zones = place.map_or(Zones::Unknown, zones_of);
        let raw = joined([date, time, offset]);
        let Some(clock) = clock::time(time) else {
            if !time.is_empty() {
                out.unreadable(number, self.names.time, time, "a time (HH:mm:ss)");
            }
            return Some(EventTime::date(raw, day, &zones));
        };
        let local = day.and_time(clock);
        match clock::offset(offset) {
            Some(seconds) => Some(EventTime::at_offset(raw, local, seconds)),
            None => {
                if !offset.is_empty() {
                    out.unreadable(number, self.names.offset, offset, "an offset (+HH:mm)");
                }
                Some(EventTime::local(raw, local, &zones))
            }
        }
    }

    fn meaning(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        checkpoint: Checkpoint<'_>,
    ) -> Mapped {
        let Some(row) = self.codes.and_then(|codes| codes.get(checkpoint.code)) else {
            let read = checkpoint
                .text
                .filter(|_| checkpoint.code.is_empty())
                .and_then(sentence::meaning)
                .map(|read| weighed(read, "", &[]));
            return read.unwrap_or_else(|| {
                out.unmapped(number, self.names.code, checkpoint.code);
                Mapped::UNMAPPED
            });
        };
        weighed(
            refined(
                checkpoint.code,
                row.into(),
                [checkpoint.remark, checkpoint.next],
            ),
            "",
            &[checkpoint.text],
        )
    }
}

/// A checkpoint's meaning with what its remarks add.
pub(super) fn refined(code: &str, row: Mapped, remarks: [Option<&str>; 2]) -> Mapped {
    let said = match remarks {
        [Some(remark), Some(next)] => Cow::Owned(format!("{remark} {next}")),
        [remark, next] => Cow::Borrowed(remark.or(next).unwrap_or_default()),
    };
    remark::meaning(code, row, &said).unwrap_or(row)
}

/// Parts joined with a blank; empty ones are left out.
fn joined<const N: usize>(parts: [&str; N]) -> SmolStr {
    let mut out = SmolStrBuilder::new();
    for (i, part) in parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .enumerate()
    {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.finish()
}

/// An event of one piece.
pub(super) fn of_piece(event: Event, piece: &TrackingNumber) -> Event {
    Event {
        piece: Some(piece.clone()),
        scope: Scope::Piece,
        ..event
    }
}

/// Joins the pieces' events, which repeat the shipment's, with those.
///
/// What all pieces repeat is about the shipment, and stays that once. What only some repeat is
/// about those, and not about the shipment: "delivered" of one piece of three delivers one. What
/// none repeats is about the shipment.
pub(super) fn join_pieces(shipment: &mut Shipment, of_pieces: Vec<Event>) {
    if of_pieces.is_empty() {
        return;
    }
    fn key(event: &Event) -> (&str, &str, &str) {
        (
            event.time.raw(),
            &event.code.value,
            event
                .place
                .as_ref()
                .and_then(|place| place.code.as_deref())
                .unwrap_or_default(),
        )
    }
    let total = piece_total(shipment).max(1);
    // How many pieces repeat it, and the last of them; events come piece by piece.
    let mut repeated: HashMap<_, (usize, Option<&TrackingNumber>)> = HashMap::new();
    for event in &of_pieces {
        let (count, last) = repeated.entry(key(event)).or_default();
        if *last != event.piece.as_ref() {
            *count += 1;
            *last = event.piece.as_ref();
        }
    }
    shipment.events.retain(|event| {
        repeated
            .get(&key(event))
            .is_none_or(|(count, _)| *count >= total)
    });
    let kept: HashMap<_, ()> = shipment
        .events
        .iter()
        .map(|event| (key(event), ()))
        .collect();
    let adds: Vec<bool> = of_pieces
        .iter()
        .map(|event| !kept.contains_key(&key(event)))
        .collect();
    drop((repeated, kept));
    shipment.events.extend(
        of_pieces
            .into_iter()
            .zip(adds)
            .filter_map(|(event, adds)| adds.then_some(event)),
    );
}
