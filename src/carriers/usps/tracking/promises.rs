//! What the post promises: guarantee, prediction and expectation, local to the destination.

use chrono::{NaiveDate, NaiveTime, Timelike};
use smol_str::format_smolstr;

use super::answer::Answer;
use super::moment::local;
use super::written;
use crate::adapter::Collector;
use crate::model::{EventTime, Promise, PromiseKind, Shipment, Zones, zones_of};
use crate::wire::clock;
use crate::wire::json::Text;

/// Every day, hour and window that an answer holds. What the service expects is the first estimate
/// where a prediction stands beside it.
pub(super) fn promises(
    out: &mut Collector<'_>,
    wire: &Answer<'_>,
    shipment: &Shipment,
) -> Vec<Promise> {
    let zones = shipment
        .destination
        .as_ref()
        .map_or(Zones::Unknown, zones_of);
    let mut read = Reader {
        out,
        shipment,
        zones,
    };
    let mut told = Vec::new();
    let mut tell = |kind, from: Option<EventTime>, by: Option<EventTime>| {
        told.extend(by.map(|by| Promise {
            kind,
            from,
            by,
            stated: None,
        }));
    };
    tell(
        PromiseKind::Committed,
        None,
        read.moment("guaranteedDeliveryTimeStamp", &wire.guaranteed),
    );
    tell(
        PromiseKind::Committed,
        None,
        read.day(
            "guaranteedDeliveryDate",
            &wire.guaranteed_day,
            &Text::default(),
        ),
    );
    let day = wire.predicted_day.get();
    let to = read.hour("predictedDeliveryWindowEndTime", &wire.predicted_to, day);
    let from = read
        .hour(
            "predictedDeliveryWindowStartTime",
            &wire.predicted_from,
            day,
        )
        .filter(|from| !is_day(from));
    let has_window = to.is_some();
    tell(PromiseKind::Estimated, from, to);
    tell(
        PromiseKind::Estimated,
        None,
        read.moment("predictedDeliveryTimeStamp", &wire.predicted),
    );
    if !has_window {
        tell(
            PromiseKind::Estimated,
            None,
            read.day(
                "predictedDeliveryDate",
                &wire.predicted_day,
                &Text::default(),
            ),
        );
    }
    let expected = [
        read.moment("expectedDeliveryTimeStamp", &wire.expected),
        read.day(
            "expectedDeliveryDate",
            &wire.expected_day,
            &wire.expected_time,
        ),
    ];
    let is_first = told
        .iter()
        .any(|promise| promise.kind == PromiseKind::Estimated);
    let kind = if is_first {
        PromiseKind::FirstEstimate
    } else {
        PromiseKind::Estimated
    };
    told.extend(
        expected
            .into_iter()
            .flatten()
            .map(|by| Promise::by(kind, by)),
    );
    without_repeats(told)
}

/// The same day is often told twice: as a day and as a moment of it.
fn without_repeats(told: Vec<Promise>) -> Vec<Promise> {
    let mut kept: Vec<Promise> = Vec::with_capacity(told.len());
    for promise in told {
        let is_told = kept.iter().any(|other| {
            let day = |promise: &Promise| promise.by.wall_clock().map(|at| at.date());
            other.kind == promise.kind
                && (other.by.wall_clock() == promise.by.wall_clock()
                    || is_day(&promise.by) && day(other) == day(&promise))
        });
        if !is_told {
            kept.push(promise);
        }
    }
    kept
}

fn is_day(time: &EventTime) -> bool {
    time.kind() == crate::model::TimeKind::Date
}

struct Reader<'o, 'c, 's> {
    out: &'o mut Collector<'c>,
    shipment: &'s Shipment,
    zones: Zones,
}

impl Reader<'_, '_, '_> {
    /// A moment; one that means its whole day is the day.
    fn moment(&mut self, field: &'static str, text: &Text<'_>) -> Option<EventTime> {
        let raw = text.get()?;
        match clock::iso(raw) {
            Some(stamp) if is_of_day(stamp.local.time()) => {
                Some(EventTime::date(raw, stamp.local.date(), &self.zones))
            }
            Some(stamp) => Some(local(raw, stamp, &self.zones)),
            None => self
                .date(field, raw)
                .map(|day| EventTime::date(raw, day, &self.zones)),
        }
    }

    /// A day, with the hour that may stand in a field of its own.
    fn day(&mut self, field: &'static str, day: &Text<'_>, hour: &Text<'_>) -> Option<EventTime> {
        if hour.get().is_none() {
            return self.moment(field, day);
        }
        let (raw, beside) = (day.get()?, hour.get()?);
        let date = clock::iso(raw)
            .map(|stamp| stamp.local.date())
            .or_else(|| self.date(field, raw))?;
        match written::hour(beside) {
            Some(clock) if !is_of_day(clock) => Some(EventTime::local(
                format_smolstr!("{raw} {beside}"),
                date.and_time(clock),
                &self.zones,
            )),
            Some(_) => Some(EventTime::date(raw, date, &self.zones)),
            None => {
                self.out.unreadable(
                    &self.shipment.number,
                    "expectedDeliveryTime",
                    beside,
                    "an hour such as 9:00 pm",
                );
                Some(EventTime::date(raw, date, &self.zones))
            }
        }
    }

    /// An end of a window: a moment, or an hour of the predicted day.
    fn hour(
        &mut self,
        field: &'static str,
        text: &Text<'_>,
        day: Option<&str>,
    ) -> Option<EventTime> {
        let raw = text.get()?;
        let (Some(clock), Some(day)) = (written::hour(raw), day) else {
            return self.moment(field, text);
        };
        let date = clock::iso(day)
            .map(|stamp| stamp.local.date())
            .or_else(|| written::date(day))?;
        if is_of_day(clock) {
            return Some(EventTime::date(day, date, &self.zones));
        }
        Some(EventTime::local(
            format_smolstr!("{day} {raw}"),
            date.and_time(clock),
            &self.zones,
        ))
    }

    fn date(&mut self, field: &'static str, raw: &str) -> Option<NaiveDate> {
        let date = written::date(raw);
        if date.is_none() {
            self.out.unreadable(
                &self.shipment.number,
                field,
                raw,
                "a day or an ISO 8601 date and time",
            );
        }
        date
    }
}

/// Midnight and the last minute are no hours of delivery: they mean the day.
fn is_of_day(clock: NaiveTime) -> bool {
    matches!((clock.hour(), clock.minute()), (0, 0) | (23, 59))
}
