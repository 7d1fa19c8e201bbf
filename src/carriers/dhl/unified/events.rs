//! Events, the service's tables that their statuses stand in, and what stands in for a status that
//! no table holds.

use std::borrow::Cow;
use std::collections::HashSet;

use smol_str::{SmolStr, SmolStrBuilder, format_smolstr};

use super::place;
use super::wire::{WireEvent, WireShipment};
use crate::adapter::{CodeMeaning, CodeTable, Collector, NoticeKind, Vocabulary};
use crate::carriers::Mapped;
use crate::carriers::dhl::checkpoint::refined;
use crate::carriers::dhl::ending::weighed;
use crate::carriers::dhl::ice::{self, Pair};
use crate::carriers::dhl::shared::{push_by_piece, stands_in, without_list};
use crate::carriers::dhl::{promises, recipient, sentence};
use crate::carriers::mapping::code;
use crate::model::{
    Confidence, Event, EventTime, FreeText, Milestone, Personal, Shipment, Stage, TimeKind,
    TrackingNumber, Zones, zones_of,
};
use crate::wire::clock;

const FIELD: &str = "shipments.events.status";

/// A service, and the table that its statuses stand in.
pub(super) struct Service<'c> {
    pub name: &'c str,
    table: Option<&'c Vocabulary>,
    /// The sentences that may stand in the place of a code.
    sentences: Option<&'c Vocabulary>,
    /// Parcel DE's fine codes, for the services that use them.
    fine: Option<ice::Codes<'c>>,
}

impl<'c> Service<'c> {
    pub fn new(codes: &'c CodeTable, name: &'c str) -> Self {
        let vocabulary = match name {
            "post-de" | "post-international" => "parcel-de",
            "ecommerce-apac" => "ecommerce",
            other => other,
        };
        let sentences = (vocabulary == "ecommerce")
            .then(|| codes.vocabulary("ecommerce-text"))
            .flatten();
        Self {
            name,
            table: codes.vocabulary(vocabulary),
            sentences,
            fine: (vocabulary == "parcel-de").then(|| ice::Codes::of(codes)),
        }
    }

    fn pair<'t>(&self, wire: &'t WireEvent<'_>) -> Option<Pair<'t>> {
        self.fine?;
        wire.detailed
            .get()
            .and_then(Pair::in_text)
            .or_else(|| Pair::correction(wire.status.get()?))
    }

    /// A status's row: of its code, else of its sentence as DHL lists them, whatever the letters'
    /// case and the marks between the words.
    fn row(&self, status: &str) -> Option<&'c CodeMeaning> {
        self.table?
            .get(status)
            .or_else(|| self.sentences?.get(&plain(status)))
    }
}

/// Reads a shipment's events, and its current status where that tells more than they.
pub(super) fn read(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    service: &Service<'_>,
    wire: &WireShipment<'_>,
) {
    let mut doubtful = Vec::new();
    if let Some(events) = &wire.events {
        out.lost_elements(events, "shipments.events", Some(&shipment.number));
        shipment.events.reserve(events.items.len());
        let gone = withdrawn(service, &events.items);
        for (at, wire) in events.iter().enumerate() {
            if gone.contains(&at) {
                let notice =
                    out.own_notice(NoticeKind::Withdrawn, "the carrier took this event back");
                out.notice(
                    notice
                        .about(Some(&shipment.number))
                        .at("shipments.events")
                        .value(wire.status.or_empty()),
                );
            } else {
                read_event(out, shipment, service, wire, &mut doubtful);
            }
        }
    } else {
        without_list(out, &shipment.number, "shipments.events");
    }
    // A list, so that a current status under another name or of another type is missed by the
    // reader.
    out.lost_elements(&wire.status, "shipments.status", Some(&shipment.number));
    for latest in wire.status.iter() {
        if is_newer(out, latest, shipment) {
            read_event(out, shipment, service, latest, &mut doubtful);
        }
    }
    settle(&mut shipment.events, &doubtful);
}

fn withdrawn(service: &Service<'_>, events: &[WireEvent<'_>]) -> HashSet<usize> {
    if service.fine.is_none() {
        return HashSet::new();
    }
    let corrections: Vec<_> = events
        .iter()
        .map(|event| service.pair(event).is_some_and(Pair::is_correction))
        .collect();
    ice::withdrawn(&corrections, true, |at| {
        clock::iso(events[at].timestamp.get()?).map(|stamp| stamp.local)
    })
}

/// Whether the current status is later than every event: then the list lacks it. One whose time
/// cannot be read may be, and is reported when it is read.
fn is_newer(out: &mut Collector<'_>, latest: &WireEvent<'_>, shipment: &Shipment) -> bool {
    let Some(raw) = latest.timestamp.get() else {
        return true;
    };
    let zones = latest
        .location
        .get()
        .and_then(|location| place(out, location))
        .map_or(Zones::Unknown, |place| zones_of(&place));
    let Some(time) = promises::moment(raw, &zones) else {
        return true;
    };
    let is_later = |event: &Event| {
        let is_local = time.kind() == TimeKind::Local && event.time.kind() != TimeKind::Instant;
        if is_local {
            time.wall_clock() > event.time.wall_clock()
        } else {
            time.earliest() > event.time.latest()
        }
    };
    shipment.events.iter().all(is_later)
}

/// What DHL says of a sentence that was not understood, "in transit", tells that the carrier has
/// the parcel. Where an earlier event tells as much it adds nothing, and must not undo "ready for
/// collection".
fn settle(events: &mut [Event], doubtful: &[usize]) {
    let is_doubtful: HashSet<_> = doubtful.iter().copied().collect();
    let moving = events.iter().enumerate().filter(|(at, event)| {
        !is_doubtful.contains(at)
            && event.milestone.moves_state()
            && !event.milestone.is_before_pickup()
    });
    let Some(began) = moving.map(|(_, event)| event.time.middle()).min() else {
        return;
    };
    for &at in doubtful {
        if let Some(event) = events
            .get_mut(at)
            .filter(|event| event.time.middle() >= began)
        {
            (event.milestone, event.confidence) = (Milestone::Unmapped, Confidence::Low);
        }
    }
}

fn read_event(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    service: &Service<'_>,
    wire: &WireEvent<'_>,
    doubtful: &mut Vec<usize>,
) {
    let raw = wire.timestamp.or_empty();
    let place = wire
        .location
        .get()
        .and_then(|location| place(out, location));
    let zones = place.as_ref().map_or(Zones::Unknown, zones_of);
    let Some(time): Option<EventTime> = promises::moment(raw, &zones) else {
        out.skipped(
            &shipment.number,
            "shipments.events.timestamp",
            raw,
            "an ISO 8601 date and time",
        );
        return;
    };
    let (mapped, is_doubtful) = meaning(out, &shipment.number, service, wire);
    let status = wire.status.or_empty();
    let is_sentence = status.contains(' ');
    let is_delivered = mapped.milestone == Milestone::Delivered;
    let said = wire
        .description
        .get()
        .or_else(|| wire.remark.get())
        .or(is_sentence.then_some(status));
    let apart = said.filter(|_| is_delivered).map(recipient::apart);
    let (text, signer) = apart.map_or((said, None), |(text, signer)| (Some(text), signer));
    let value = if is_sentence && service.row(status).is_none() {
        wire.coarse.or_empty()
    } else {
        status
    };
    let pair = service.pair(wire);
    let qualifier = match pair {
        Some(Pair { ice, ric }) => {
            Cow::Owned(format_smolstr!("{} {ice}/{ric}", service.name).into())
        }
        None => Cow::Borrowed(service.name),
    };
    let mut event = out.event(
        &shipment.number,
        mapped,
        time,
        place,
        code(value, Some(&qualifier), text),
    );
    event.signed_by = signer.and_then(Personal::parse);
    event.next_steps = wire.next_steps.get().and_then(FreeText::parse);
    let beside = wire.description.get().and(wire.remark.get());
    event.remark = beside
        .filter(|remark| Some(*remark) != text)
        .and_then(FreeText::parse);
    if let Some(kind) = pair
        .filter(|_| is_delivered)
        .and_then(|pair| recipient::kind_of_reason(pair.ric))
    {
        recipient::note_kind(&mut event, kind);
    }
    let before = shipment.events.len();
    push_by_piece(shipment, event, &wire.pieces);
    if is_doubtful {
        doubtful.extend(before..shipment.events.len());
    }
}

/// A sentence's words in capitals, one blank between them.
fn plain(sentence: &str) -> SmolStr {
    let mut out = SmolStrBuilder::new();
    for (i, word) in sentence
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .enumerate()
    {
        if i > 0 {
            out.push(' ');
        }
        word.bytes()
            .for_each(|b| out.push(b.to_ascii_uppercase().into()));
    }
    out.finish()
}

/// The meaning of a status: ICE and RIC where given, the service's table, then the coarse status;
/// and whether that last is no more than doubtful.
///
/// The coarse status is DHL's own statement, but "transit" is what it says of everything between
/// pickup and delivery: under an unknown code it tells nothing, and the code stays unmapped. A
/// sentence without a code is read by phrases; one that is not understood is reported.
fn meaning(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    service: &Service<'_>,
    wire: &WireEvent<'_>,
) -> (Mapped, bool) {
    // Written small in answers, and with capitals where a push is subscribed to.
    let (status, coarse) = (
        wire.status.or_empty(),
        wire.coarse.or_empty().to_ascii_lowercase(),
    );
    let coarse = coarse.as_str();
    let known = match service.fine {
        Some(fine) => fine.meaning(
            out,
            number,
            "shipments.events.statusDetailed",
            service.pair(wire),
            status,
        ),
        None => service.row(status).map(Mapped::from),
    };
    if let Some(mapped) = known {
        let remarks = [wire.remark.get(), wire.next_steps.get()];
        let mapped = if service.name == "express" {
            refined(status, mapped, remarks)
        } else {
            mapped
        };
        return (
            confirmed(mapped, coarse, &[wire.description.get(), wire.remark.get()]),
            false,
        );
    }
    let stand_in = match coarse {
        "pre-transit" => Some(Mapped::rule(
            Some(Stage::Order),
            Milestone::Announced,
            Confidence::Medium,
        )),
        "delivered" => Some(Mapped::rule(
            Some(Stage::LastMile),
            Milestone::Delivered,
            Confidence::Medium,
        )),
        "failure" => Some(Mapped::rule(None, Milestone::Exception, Confidence::Medium)),
        _ => None,
    };
    let is_code =
        !status.is_empty() && !status.contains(' ') && !status.eq_ignore_ascii_case(coarse);
    if is_code {
        match stand_in {
            Some(_) => stands_in(
                out,
                number,
                FIELD,
                &format_smolstr!("{} {status}", service.name),
            ),
            None => out.unmapped(number, FIELD, &format_smolstr!("{} {status}", service.name)),
        }
        return (stand_in.unwrap_or(Mapped::UNMAPPED), false);
    }
    let sentences = [
        Some(status).filter(|status| status.contains(' ')),
        wire.description.get(),
        wire.remark.get(),
    ];
    let is_said = sentences.iter().any(Option::is_some);
    if let Some(read) = sentences.into_iter().flatten().find_map(sentence::meaning) {
        return (beside(read, coarse), false);
    }
    if is_said {
        let notice = out.own_notice(
            NoticeKind::UnmappedCode,
            "a sentence without a code was not understood",
        );
        out.notice(notice.about(Some(number)).at(FIELD).value(coarse));
    }
    match (stand_in, coarse) {
        (Some(mapped), _) => (mapped, false),
        (None, "transit") => (
            Mapped::rule(None, Milestone::InTransit, Confidence::Medium),
            is_said,
        ),
        (None, _) => {
            if !is_said && coarse != "unknown" {
                out.unmapped(number, "shipments.events.statusCode", coarse);
            }
            (Mapped::UNMAPPED, false)
        }
    }
}

/// A meaning weighed with the coarse status of the same event and with the sentences beside its
/// code. A way back that is over is the return itself.
fn confirmed(mapped: Mapped, coarse: &str, texts: &[Option<&str>]) -> Mapped {
    if mapped.milestone == Milestone::Returning && coarse == "delivered" {
        return Mapped {
            milestone: Milestone::Returned,
            stage: Some(Stage::Return),
            confidence: Confidence::Medium,
            ..mapped
        };
    }
    weighed(mapped, coarse, texts)
}

/// What a sentence says, weighed with the coarse status beside it: that bears out an end, and tells
/// an end that the words leave open.
fn beside(read: Mapped, coarse: &str) -> Mapped {
    let is_on_its_way = matches!(
        read.milestone,
        Milestone::InTransit
            | Milestone::Arrived
            | Milestone::Departed
            | Milestone::PickedUp
            | Milestone::OutForDelivery
            | Milestone::Announced
    );
    match coarse {
        "delivered" if is_on_its_way => Mapped::rule(
            Some(Stage::LastMile),
            Milestone::Delivered,
            Confidence::Medium,
        ),
        "failure" if is_on_its_way => Mapped::rule(None, Milestone::Exception, Confidence::Medium),
        _ => confirmed(read, coarse, &[]),
    }
}
