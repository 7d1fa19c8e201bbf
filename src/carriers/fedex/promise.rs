//! When FedEx says that it will deliver: every day and window that a shipment's fields hold.

use chrono::NaiveTime;

use crate::adapter::{Collector, stamped};
use crate::model::{
    EventTime, Milestone, Promise, PromiseKind, Shipment, TimeKind, Zones, zones_of,
};
use crate::wire::clock;

/// One statement about when it will be delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'t> {
    pub kind: PromiseKind,
    pub field: &'static str,
    pub from: Option<&'t str>,
    pub by: Option<&'t str>,
}

/// What a date of this type promises; none for dates about anything but a delivery ahead.
pub(super) fn kind_of(date: &str) -> Option<PromiseKind> {
    Some(match date {
        "ESTIMATED_DELIVERY" => PromiseKind::Estimated,
        "APPOINTMENT_DELIVERY" => PromiseKind::Agreed,
        "COMMITMENT" => PromiseKind::Committed,
        _ => return None,
    })
}

/// What the recipient asked for and FedEx took: a new day, or an appointment. None for a request
/// that was not granted.
pub(super) fn kind_of_option(option: &str, status: &str) -> Option<PromiseKind> {
    let is_refused = [
        "CANCEL",
        "DENIED",
        "REJECT",
        "FAIL",
        "EXPIRED",
        "INELIGIBLE",
    ]
    .iter()
    .any(|word| status.contains(word));
    (!is_refused).then_some(if option.contains("RESCHEDUL") {
        PromiseKind::Rescheduled
    } else {
        PromiseKind::Agreed
    })
}

/// Every readable statement. What cannot be read is reported.
///
/// Once it is delivered (`is_delivered`, or a scan says so) an estimate is none any more, but what
/// was committed or agreed still says whether it came in time. No promise outlives another end.
pub(super) fn promises<'t>(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    is_delivered: bool,
    told: impl IntoIterator<Item = Expected<'t>>,
) -> Vec<Promise> {
    let mut ends = shipment
        .events
        .iter()
        .map(|event| event.milestone)
        .filter(|milestone| milestone.is_terminal())
        .peekable();
    let is_over = is_delivered || ends.peek().is_some();
    if ends.any(|end| end != Milestone::Delivered) {
        return Vec::new();
    }
    let told = told
        .into_iter()
        .filter(|told| !is_over || told.kind != PromiseKind::Estimated);
    let zones = shipment
        .destination
        .as_ref()
        .map_or(Zones::Unknown, zones_of);
    let mut read = |field, raw: &str| {
        let time = time(raw, &zones);
        if time.is_none() {
            out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
        }
        time
    };
    let mut promises: Vec<Promise> = Vec::new();
    for Expected {
        kind,
        field,
        from,
        by,
    } in told
    {
        // A window of which only the start is told still says the day.
        let Some(by) = by.or(from).and_then(|raw| read(field, raw)) else {
            continue;
        };
        let from = from
            .and_then(|raw| read(field, raw))
            .filter(|from| from.earliest() < by.latest());
        let promise = Promise {
            kind,
            from,
            by,
            stated: None,
        };
        if !promises.contains(&promise) {
            promises.push(promise);
        }
    }
    without_coarser(promises)
}

/// Leaves out a bare day where the same statement is told with its hours.
fn without_coarser(promises: Vec<Promise>) -> Vec<Promise> {
    let day = |time: &EventTime| time.wall_clock().map(|at| at.date());
    let is_coarser = |one: &Promise| {
        let finer = |other: &Promise| {
            other.kind == one.kind
                && other.by.kind() != TimeKind::Date
                && day(&other.by) == day(&one.by)
        };
        one.by.kind() == TimeKind::Date && promises.iter().any(finer)
    };
    promises
        .iter()
        .filter(|one| !is_coarser(one))
        .cloned()
        .collect()
}

/// Nothing is delivered at midnight, and nothing is due at its last minute: both stand for a day
/// without a time.
fn time(raw: &str, zones: &Zones) -> Option<EventTime> {
    let last_minute = NaiveTime::from_hms_opt(23, 59, 0)?;
    match clock::iso(raw) {
        Some(stamp)
            if stamp.local.time() == NaiveTime::MIN || stamp.local.time() >= last_minute =>
        {
            Some(EventTime::date(raw, stamp.local.date(), zones))
        }
        Some(stamp) => Some(stamped(raw, stamp, zones)),
        None => clock::date(raw).map(|day| EventTime::date(raw, day, zones)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Descriptor, NoticeKind, Payload};
    use crate::model::TrackingNumber;

    fn told(expected: &[Expected<'_>]) -> (Vec<Promise>, usize) {
        let descriptor = Descriptor::new("fedex.track", "");
        let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
        let shipment = out.shipment(TrackingNumber::new("449000000013"));
        let promises = promises(&mut out, &shipment, false, expected.iter().copied());
        (promises, unreadable(out))
    }

    const fn expected<'t>(
        kind: PromiseKind,
        from: Option<&'t str>,
        by: Option<&'t str>,
    ) -> Expected<'t> {
        Expected {
            kind,
            field: "field",
            from,
            by,
        }
    }

    fn unreadable(out: Collector<'_>) -> usize {
        out.finish()
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::FieldUnreadable)
            .count()
    }

    #[test]
    fn midnight_and_the_last_minute_are_days() {
        for raw in [
            "2024-08-28T00:00:00-06:00",
            "2024-08-28T23:59:59-06:00",
            "2024-08-28T23:59:00",
            "2024-08-28",
        ] {
            let (promises, _) = told(&[expected(PromiseKind::Estimated, None, Some(raw))]);
            assert_eq!(promises[0].by.kind(), TimeKind::Date, "{raw}");
            assert_eq!(
                promises[0]
                    .by
                    .wall_clock()
                    .map(|at| at.date().to_string())
                    .as_deref(),
                Some("2024-08-28"),
                "{raw}"
            );
        }
    }

    #[test]
    fn all_are_kept_and_what_only_repeats_is_not() {
        use PromiseKind::{Agreed, Committed, Estimated};
        let window = expected(
            Estimated,
            Some("2025-03-01T09:00:00+01:00"),
            Some("2025-03-01T12:00:00+01:00"),
        );
        let same_day = expected(Estimated, None, Some("2025-03-01T00:00:00-06:00"));
        let commitment = expected(Committed, None, Some("2025-03-04"));
        let agreed = expected(Agreed, None, Some("2025-03-02"));
        let (promises, notices) = told(&[window, same_day, commitment, agreed, commitment]);
        let kinds: Vec<_> = promises
            .iter()
            .map(|promise| (promise.kind, promise.from.is_some()))
            .collect();
        assert_eq!(
            (kinds, notices),
            (
                vec![(Estimated, true), (Committed, false), (Agreed, false)],
                0
            )
        );
    }

    #[test]
    fn what_cannot_be_read_is_reported() {
        assert_eq!(
            told(&[expected(PromiseKind::Estimated, None, Some("soon"))]),
            (Vec::new(), 1)
        );
        let (promises, notices) = told(&[expected(
            PromiseKind::Estimated,
            Some("2025-03-01T09:00:00+01:00"),
            None,
        )]);
        assert_eq!(
            (promises.len(), promises[0].from.is_none(), notices),
            (1, true, 0)
        );
    }

    #[test]
    fn a_request_that_was_not_granted_promises_nothing() {
        assert_eq!(
            kind_of_option("RESCHEDULE", "ACTIVE"),
            Some(PromiseKind::Rescheduled)
        );
        assert_eq!(
            kind_of_option("REDIRECT_TO_HOLD_AT_LOCATION", "HELD"),
            Some(PromiseKind::Agreed)
        );
        assert_eq!(kind_of_option("RESCHEDULE", "CANCELLED"), None);
    }
}
