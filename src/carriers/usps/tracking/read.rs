//! From one answer to one shipment.

use super::answer::{Answer, WireEvent};
use super::moment::event_time;
use super::names::meaning;
use super::place::{self, Parts};
use super::promises::promises;
use super::sentence::Sentence;
use super::words;
use crate::adapter::{Collector, NoticeKind, Vocabulary};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned, one_line, small};
use crate::model::{Milestone, Personal, Shipment, TrackingNumber};

pub(super) fn read(out: &mut Collector<'_>, table: Option<&Vocabulary>, wire: &Answer<'_>) {
    let Some(number) = wire
        .number
        .get()
        .and_then(|number| TrackingNumber::parse(&one_line(number)))
    else {
        out.notice(
            out.own_notice(
                NoticeKind::EventSkipped,
                "expected the number of a mail piece",
            )
            .at("trackingNumber"),
        );
        return;
    };
    let mut shipment = out.shipment(number);
    // Numbers are used again after some months; the mail piece behind one has an id of its own.
    shipment.instance = wire.piece.get().map(small);
    shipment.origin = Parts {
        country: wire.origin_country.get(),
        city: wire.origin_city.get(),
        state: wire.origin_state.get(),
        zip: wire.origin_zip.get(),
    }
    .place();
    shipment.destination = Parts {
        country: wire.country.get(),
        city: wire.city.get(),
        state: wire.state.get(),
        zip: wire.zip.get(),
    }
    .place();
    shipment.service = wire
        .mail_class
        .get()
        .map(|class| words::plain(class).into());
    out.lost_elements(&wire.events, "trackingEvents", Some(&shipment.number));
    shipment.events.reserve(wire.events.items.len());
    for wire in wire.events.iter() {
        event(out, table, &mut shipment, wire);
    }
    summaries(out, wire, &mut shipment);
    status(out, wire, &mut shipment);
    delivered_after_return_is_returned(&mut shipment.events);
    shipment.promises = promises(out, wire, &shipment);
    out.push(shipment);
}

fn event(
    out: &mut Collector<'_>,
    table: Option<&Vocabulary>,
    shipment: &mut Shipment,
    wire: &WireEvent<'_>,
) {
    let place = place::of_event(wire);
    let Some(time) = event_time(out, &shipment.number, wire, place.as_ref()) else {
        return;
    };
    let (value, text) = (wire.code.or_empty(), wire.text.get());
    let row = table.and_then(|table| table.get(value)).map(Mapped::from);
    let mapped = meaning(row, text.unwrap_or_default());
    if mapped.is_none() {
        let (field, said) = if value.is_empty() {
            ("trackingEvents.eventType", text.unwrap_or_default())
        } else {
            ("trackingEvents.eventCode", value)
        };
        out.unmapped(&shipment.number, field, said);
    } else if row.is_none() && !value.is_empty() {
        let notice = out.own_notice(
            NoticeKind::UnmappedCode,
            "the code is in no table; the event's name stands in",
        );
        out.notice(
            notice
                .about(Some(&shipment.number))
                .at("trackingEvents.eventCode")
                .value(value),
        );
    }
    let mut event = out.event(
        &shipment.number,
        mapped.unwrap_or(Mapped::UNMAPPED),
        time,
        place,
        code(value, None, text),
    );
    if matches!(event.milestone, Milestone::Delivered | Milestone::Returned) {
        event.signed_by = wire.signer.get().and_then(Personal::parse);
    }
    shipment.events.push(event);
}

/// The default answer tells its events as sentences. Where events with their fields stand as well,
/// the sentences say the same again.
fn summaries(out: &mut Collector<'_>, wire: &Answer<'_>, shipment: &mut Shipment) {
    const FIELD: &str = "eventSummaries";
    let (told, unread) = (
        wire.summaries.iter().count(),
        wire.summaries
            .0
            .iter()
            .filter(|text| text.get().is_none())
            .count(),
    );
    if unread > 0 {
        let notice = out.own_notice(
            NoticeKind::EventSkipped,
            format!("{unread} of the list's elements are not sentences"),
        );
        out.notice(notice.about(Some(&shipment.number)).at(FIELD));
    }
    if !wire.events.items.is_empty() {
        if told > wire.events.items.len() {
            let notice = out.own_notice(
                NoticeKind::Incomplete,
                "there are more sentences than events",
            );
            out.notice(
                notice
                    .about(Some(&shipment.number))
                    .at(FIELD)
                    .value(&told.to_string()),
            );
        }
        return;
    }
    for text in wire.summaries.iter() {
        sentence(out, shipment, FIELD, text, text);
    }
}

/// An event from a sentence; `name` is what says what happened, where that stands elsewhere.
fn sentence(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    text: &str,
    name: &str,
) {
    let Some(sentence) = Sentence::read(text) else {
        out.skipped(
            &shipment.number,
            field,
            text,
            "a sentence with the day of the event",
        );
        return;
    };
    let mapped = meaning(None, name)
        .or_else(|| meaning(None, sentence.name))
        .or_else(|| meaning(None, text));
    if mapped.is_none() {
        let notice = out.own_notice(
            NoticeKind::UnmappedCode,
            "the sentence is not understood; its event does not move the state",
        );
        out.notice(
            notice
                .about(Some(&shipment.number))
                .at(field)
                .value(sentence.name),
        );
    }
    let time = sentence.time();
    let event = out.event(
        &shipment.number,
        mapped.unwrap_or(Mapped::UNMAPPED),
        time,
        sentence.place,
        code("", None, Some(name)),
    );
    shipment.events.push(event);
}

/// The status is an event where no event tells it: all of it where there is none, and an ending
/// that none of them tells. Its day stands in its sentence; a status without a day is no event, and
/// is reported.
fn status(out: &mut Collector<'_>, wire: &Answer<'_>, shipment: &mut Shipment) {
    let (Some(name), summary) = (
        wire.status
            .get()
            .or(wire.summary.get())
            .or(wire.category.get()),
        wire.summary.or_empty(),
    ) else {
        if shipment.events.is_empty() {
            let notice = out.own_notice(
                NoticeKind::Incomplete,
                "the answer holds no event and no status",
            );
            out.notice(notice.about(Some(&shipment.number)).at("trackingEvents"));
        }
        return;
    };
    if !shipment.events.is_empty() {
        let ends = meaning(None, name).is_some_and(|mapped| mapped.milestone.is_terminal());
        let is_told = shipment
            .events
            .iter()
            .any(|event| event.milestone.is_terminal() || event.milestone == Milestone::HandedOver);
        if ends && !is_told && Sentence::read(summary).is_some() {
            sentence(out, shipment, "statusSummary", summary, name);
        }
        return;
    }
    if Sentence::read(summary).is_some() {
        sentence(out, shipment, "statusSummary", summary, name);
    }
    let kind = if shipment.events.is_empty() {
        NoticeKind::CarrierMessage
    } else {
        NoticeKind::Incomplete
    };
    let message = if shipment.events.is_empty() {
        name
    } else {
        "the answer holds no event: its status stands in"
    };
    let notice = out.new_notice(kind, message);
    out.notice(
        notice
            .about(Some(&shipment.number))
            .at("status")
            .value(wire.category.or_empty()),
    );
}
