//! When SF says that it will deliver: in a field of its own (预计送达), or in a sentence.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Asia::Shanghai;

use super::sentence::simplified;
use crate::adapter::Collector;
use crate::model::{EventTime, Promise, PromiseKind, Shipment, Zones};
use crate::wire::clock;

/// Adds what a field promises; one that cannot be read is reported. Two times with a sign between
/// them are a window.
pub(super) fn from_field(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    text: &str,
) {
    if text.is_empty() {
        return;
    }
    let mut parts = text
        .split([',', '，', '~', '～', '至'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let (first, second) = (parts.next().and_then(moment), parts.next());
    let read = match (first, second.map(moment)) {
        (Some(from), Some(Some(by))) => Some((Some(from), by)),
        (Some(by), None) => Some((None, by)),
        _ => None,
    };
    match read {
        Some((from, by)) => add(
            shipment,
            from.map(|from| time(text, from)),
            time(text, by),
            None,
        ),
        None => out.unreadable(
            &shipment.number,
            field,
            text,
            "a date and time like 2025-03-05 18:00:00, or two of them",
        ),
    }
}

/// Adds what a sentence of the moment `stated` promises. One that speaks of a delivery ahead
/// without a readable day is reported.
pub(super) fn from_sentence(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    remark: &str,
    stated: &EventTime,
) {
    let text = simplified(remark);
    let Some(said) = expectation(&text) else {
        return;
    };
    let Some(day) = stated.wall_clock().and_then(|at| day(said, at.date())) else {
        out.unreadable(&shipment.number, field, said, "a day of delivery");
        return;
    };
    let hours = hours(said);
    let at = |hour: &NaiveTime| time(said, (day, Some(*hour)));
    let promised = match hours.as_slice() {
        [from, by, ..] if from < by => (Some(at(from)), at(by)),
        [by, ..] => (None, at(by)),
        [] => (None, time(said, (day, None))),
    };
    add(shipment, promised.0, promised.1, Some(stated.clone()));
}

fn add(shipment: &mut Shipment, from: Option<EventTime>, by: EventTime, stated: Option<EventTime>) {
    let promise = Promise {
        kind: PromiseKind::Estimated,
        from,
        by,
        stated,
    };
    if !shipment.promises.contains(&promise) {
        shipment.promises.push(promise);
    }
}

type Moment = (NaiveDate, Option<NaiveTime>);

/// A day with its time; midnight and the last minute stand for none.
fn moment(text: &str) -> Option<Moment> {
    let at = |local: NaiveDateTime| (local.date(), Some(local.time()));
    clock::iso(text)
        .map(|stamp| at(stamp.local))
        .or_else(|| clock::compact(text).map(at))
        .or_else(|| Some((clock::date(text)?, None)))
}

fn time(raw: &str, (day, at): Moment) -> EventTime {
    let last_minute = NaiveTime::from_hms_opt(23, 59, 0).unwrap_or(NaiveTime::MIN);
    match at.filter(|at| *at != NaiveTime::MIN && *at < last_minute) {
        Some(at) => EventTime::in_fixed_zone(raw, day.and_time(at), Shanghai),
        None => EventTime::date(raw, day, &Zones::One(Shanghai)),
    }
}

/// The part of a sentence that speaks of a delivery ahead. An arrival at a hub (预计到达) is none.
fn expectation(text: &str) -> Option<&str> {
    let (_, said) = text.split_once("预计")?;
    let said = said.split(['。', '；', ';', '！', '!']).next()?;
    ["送达", "派送", "派件", "配送"]
        .iter()
        .any(|word| said.contains(word))
        .then_some(said)
}

/// The day that a sentence names: with its year, without (the next one), or counted from the day of
/// the sentence.
fn day(said: &str, today: NaiveDate) -> Option<NaiveDate> {
    let relative = [
        ("今天", 0),
        ("今日", 0),
        ("明天", 1),
        ("明日", 1),
        ("后天", 2),
    ];
    if let Some((_, days)) = relative.iter().find(|(word, _)| said.contains(word)) {
        return today.checked_add_days(Days::new(*days));
    }
    if let Some(start) = said.find(|c: char| c.is_ascii_digit())
        && let Some(day) = said.get(start..start + 10).and_then(clock::date)
    {
        return Some(day);
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let (before, rest) = said.split_once('月')?;
    let day = number(rest.split(['日', '号']).next()?.trim())?;
    let month = number(before.rsplit(|c: char| !c.is_ascii_digit()).next()?)?;
    let year = before
        .split_once('年')
        .and_then(|(year, _)| number(year.rsplit(|c: char| !c.is_ascii_digit()).next()?));
    match year {
        Some(year) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day),
        None => {
            let this_year = NaiveDate::from_ymd_opt(today.year(), month, day)?;
            if this_year >= today {
                Some(this_year)
            } else {
                NaiveDate::from_ymd_opt(today.year() + 1, month, day)
            }
        }
    }
}

/// The hours that a sentence names: `18:00`, `18点`.
fn hours(said: &str) -> Vec<NaiveTime> {
    let runs = said.split(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '：' | '点' | '时'));
    let read = |run: &str| {
        let run = run.replace('：', ":");
        let hour = |text: &str| NaiveTime::from_hms_opt(text.parse().ok()?, 0, 0);
        match run.strip_suffix(['点', '时']) {
            Some(digits) => hour(digits),
            None if run.contains(':') => clock::time(&run),
            None => None,
        }
    };
    runs.filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Descriptor, NoticeKind, Payload};
    use crate::model::{TimeKind, TrackingNumber};

    /// What was promised: kind of time, wall clock, whether it is a window; and how many notices.
    fn told(
        add: impl FnOnce(&mut Collector<'_>, &mut Shipment),
    ) -> (Vec<(TimeKind, String, bool)>, usize) {
        let descriptor = Descriptor::new("sf.routes", "");
        let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
        let mut shipment = out.shipment(TrackingNumber::new("SF1000000000017"));
        add(&mut out, &mut shipment);
        let promised = shipment
            .promises
            .iter()
            .map(|promise| {
                (
                    promise.by.kind(),
                    promise
                        .by
                        .wall_clock()
                        .map_or(String::new(), |at| at.to_string()),
                    promise.from.is_some(),
                )
            })
            .collect();
        (promised, unreadable(out))
    }

    fn said(remark: &str) -> (Vec<(TimeKind, String, bool)>, usize) {
        let stated = EventTime::in_fixed_zone("", "2025-12-30T09:00:00".parse().unwrap(), Shanghai);
        told(|out, shipment| from_sentence(out, shipment, "remark", remark, &stated))
    }

    fn unreadable(out: Collector<'_>) -> usize {
        out.finish()
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::FieldUnreadable)
            .count()
    }

    #[test]
    fn a_field_is_a_time_a_day_or_a_window() {
        let field = |text: &str| told(|out, shipment| from_field(out, shipment, "deliverTm", text));
        assert_eq!(
            field("2025-03-05 18:00:00"),
            (
                vec![(TimeKind::FixedZone, "2025-03-05 18:00:00".into(), false)],
                0
            )
        );
        assert_eq!(
            field("2025-03-05 23:59:59"),
            (
                vec![(TimeKind::Date, "2025-03-05 00:00:00".into(), false)],
                0
            )
        );
        assert_eq!(
            field("2025-03-05"),
            (
                vec![(TimeKind::Date, "2025-03-05 00:00:00".into(), false)],
                0
            )
        );
        assert_eq!(
            field("2025-03-05 12:00:00,2025-03-05 18:00:00"),
            (
                vec![(TimeKind::FixedZone, "2025-03-05 18:00:00".into(), true)],
                0
            )
        );
        assert_eq!(field("soon"), (vec![], 1));
        assert_eq!(field(""), (vec![], 0));
    }

    #[test]
    fn a_sentence_names_its_day_in_many_ways() {
        for (remark, at, is_window) in [
            (
                "预计送达时间：2026-01-02 18:00",
                "2026-01-02 18:00:00",
                false,
            ),
            ("快件预计12月31日18:00前送达", "2025-12-31 18:00:00", false),
            ("預計1月2日送達", "2026-01-02 00:00:00", false),
            ("预计2026年1月3日为您派送", "2026-01-03 00:00:00", false),
            ("预计明天12:00-14:00送达", "2025-12-31 14:00:00", true),
            ("预计今日18点前派送", "2025-12-30 18:00:00", false),
        ] {
            let (promised, notices) = said(remark);
            assert_eq!((promised.len(), notices), (1, 0), "{remark}");
            assert_eq!(
                (promised[0].1.as_str(), promised[0].2),
                (at, is_window),
                "{remark}"
            );
        }
    }

    #[test]
    fn other_sentences_promise_nothing_and_an_unreadable_day_is_reported() {
        assert_eq!(said("快件到达中转场"), (vec![], 0));
        assert_eq!(said("预计1月2日到达中转场"), (vec![], 0));
        assert_eq!(said("预计近日送达"), (vec![], 1));
    }
}
