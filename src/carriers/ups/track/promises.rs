//! Days and windows of delivery: each that an answer holds.

use super::super::parts::{Due, zones_at};
use super::answer::{WireDate, WirePackage, WireTime};
use crate::adapter::Collector;
use crate::model::{Promise, PromiseKind, Shipment};

const FIELDS: [&str; 2] = ["package.deliveryDate", "package.deliveryTime"];

/// All promises of a package. The rescheduled day, else the scheduled one, is the current one, and
/// the times stand beside it; what was scheduled before it was rescheduled is the first estimate.
/// The day of delivery is no promise.
pub(super) fn promises(
    out: &mut Collector<'_>,
    wire: &WirePackage<'_>,
    shipment: &Shipment,
) -> Vec<Promise> {
    let days: Vec<_> = wire
        .dates
        .iter()
        .filter(|date| date.kind.or_empty() != "DEL")
        .collect();
    let is_rescheduled = days.iter().any(|date| date.kind.or_empty() == "RDD");
    let current = days
        .iter()
        .rposition(|date| date.kind.or_empty() == "RDD")
        .or_else(|| days.iter().position(|date| date.kind.or_empty() == "SDD"));
    let windows: Vec<_> = wire
        .times
        .iter()
        .filter(|time| is_window(out, shipment, time))
        .collect();
    let zones = zones_at(shipment.destination.as_ref());
    let mut told = Vec::new();
    for (at, date) in days.into_iter().enumerate() {
        let Some(kind) = kind_of_day(out, shipment, date, is_rescheduled) else {
            continue;
        };
        let mut promise = |kind, time: Option<&WireTime<'_>>| {
            let (from, by) = time.map_or(("", ""), |time| {
                (time.start.or_empty(), time.end.or_empty())
            });
            Due {
                kind,
                day: date.date.or_empty(),
                from,
                by,
                fields: FIELDS,
            }
            .promise(out, &shipment.number, &zones)
        };
        if current != Some(at) || windows.is_empty() {
            told.extend(promise(kind, None));
            continue;
        }
        told.extend(
            windows
                .iter()
                .filter_map(|time| promise(kind_of_window(time, kind), Some(time))),
        );
    }
    if current.is_none() {
        for time in windows {
            out.unreadable(
                &shipment.number,
                FIELDS[1],
                time.end.or_empty(),
                "a day beside the time of delivery",
            );
        }
    }
    told
}

fn kind_of_day(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    date: &WireDate<'_>,
    is_rescheduled: bool,
) -> Option<PromiseKind> {
    match date.kind.or_empty() {
        "RDD" => Some(PromiseKind::Rescheduled),
        "SDD" if is_rescheduled => Some(PromiseKind::FirstEstimate),
        "SDD" => Some(PromiseKind::Estimated),
        _ if date.date.get().is_none() => None,
        other => {
            out.unreadable(&shipment.number, FIELDS[0], other, "SDD, RDD or DEL");
            None
        }
    }
}

/// A commitment and an agreed window are more than the day that they stand beside.
fn kind_of_window(time: &WireTime<'_>, of_day: PromiseKind) -> PromiseKind {
    match (time.kind.or_empty(), of_day) {
        ("CDW", _) => PromiseKind::Agreed,
        ("CMT", PromiseKind::Estimated) => PromiseKind::Committed,
        _ => of_day,
    }
}

/// Whether a time is one of delivery that is still promised. `EOD` is the end of the day: the day
/// itself.
fn is_window(out: &mut Collector<'_>, shipment: &Shipment, time: &WireTime<'_>) -> bool {
    match time.kind.or_empty() {
        "CMT" | "CDW" | "EDW" | "IDW" => {
            let has_end = time.end.get().is_some();
            if !has_end && let Some(start) = time.start.get() {
                out.unreadable(&shipment.number, FIELDS[1], start, "the end of a window");
            }
            has_end
        }
        "EOD" | "DEL" => false,
        other => {
            if !other.is_empty() || time.end.get().is_some() {
                out.unreadable(
                    &shipment.number,
                    FIELDS[1],
                    other,
                    "EOD, CMT, EDW, CDW, IDW or DEL",
                );
            }
            false
        }
    }
}
