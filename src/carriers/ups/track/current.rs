//! The current status of a package: told beside the activities, or in their stead.

use super::super::meaning::{Line, Status, Tables};
use super::super::moment::{day, time_of_day};
use super::super::parts::zones_at;
use super::answer::WirePackage;
use super::read::status;
use crate::adapter::{Collector, NoticeKind};
use crate::carriers::mapping::code;
use crate::model::{EventTime, Milestone, Shipment};

const FIELD: &str = "package.currentStatus";

/// Adds the event that the current status is, where the activities do not tell it: all of it where
/// there is no activity, and an ending that none of them tells. Its time is the day and time of
/// delivery; a status without a time is no event, and is reported.
pub(super) fn add(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    line: Line,
    wire: &WirePackage<'_>,
    shipment: &mut Shipment,
) {
    let has_activities = !shipment.events.is_empty();
    let Some(told) = current(wire) else {
        if !has_activities {
            let notice = out.own_notice(
                NoticeKind::Incomplete,
                "the package holds no activity and no status",
            );
            out.notice(notice.about(Some(&shipment.number)).at("package.activity"));
        }
        return;
    };
    if has_activities {
        let is_told = |milestone: Milestone| {
            shipment
                .events
                .iter()
                .any(|event| event.milestone == milestone || event.milestone.is_terminal())
        };
        let mapped = tables
            .quietly(line, told)
            .filter(|mapped| mapped.milestone.is_terminal() && !is_told(mapped.milestone));
        let time = mapped.and_then(|_| time(wire, shipment));
        if let (Some(mapped), Some(time)) = (mapped, time) {
            let event = out.event(
                &shipment.number,
                mapped,
                time,
                None,
                code(&told.value(), Some(told.kind), Some(told.words)),
            );
            shipment.events.push(event);
        }
        return;
    }
    let notice = out.own_notice(
        NoticeKind::Incomplete,
        "the package lists no activity; its current status is used instead",
    );
    out.notice(
        notice
            .about(Some(&shipment.number))
            .at(FIELD)
            .value(&told.value()),
    );
    let mapped = tables.meaning(out, &shipment.number, FIELD, line, told);
    let is_end = matches!(mapped.milestone, Milestone::Delivered | Milestone::Returned);
    match time(wire, shipment).filter(|_| is_end) {
        Some(time) => {
            let event = out.event(
                &shipment.number,
                mapped,
                time,
                None,
                code(&told.value(), Some(told.kind), Some(told.words)),
            );
            shipment.events.push(event);
        }
        None => {
            let notice = out.new_notice(NoticeKind::CarrierMessage, told.words);
            out.notice(
                notice
                    .about(Some(&shipment.number))
                    .at(FIELD)
                    .value(&told.value()),
            );
        }
    }
}

/// The current status. Its code is the one of three digits, with or without its zeros; older
/// answers have it on the package itself.
fn current<'t>(wire: &'t WirePackage<'_>) -> Option<Status<'t>> {
    let Some(current) = wire.current.get() else {
        let digits = wire.status.get()?;
        return Some(Status {
            digits,
            words: wire.status_text.or_empty(),
            ..Status::default()
        });
    };
    let told = status(current);
    let is_digits = !told.code.is_empty()
        && told.code.len() <= 3
        && told.code.bytes().all(|b| b.is_ascii_digit());
    Some(match (is_digits, told.digits) {
        (true, "") => Status {
            digits: told.code,
            code: "",
            ..told
        },
        (true, _) => Status { code: "", ..told },
        (false, _) => told,
    })
}

/// When it was delivered, in the local time of the destination.
fn time(wire: &WirePackage<'_>, shipment: &Shipment) -> Option<EventTime> {
    let raw = wire
        .dates
        .iter()
        .find(|date| date.kind.or_empty() == "DEL")?
        .date
        .get()?;
    let date = day(raw)?;
    let zones = zones_at(shipment.destination.as_ref());
    let clock = wire
        .times
        .iter()
        .find(|time| time.kind.or_empty() == "DEL")
        .and_then(|time| time.end.get());
    Some(
        match clock.and_then(|text| Some((text, time_of_day(text)?))) {
            Some((text, clock)) => {
                EventTime::local(format!("{raw} {text}"), date.and_time(clock), &zones)
            }
            None => EventTime::date(raw, date, &zones),
        },
    )
}
