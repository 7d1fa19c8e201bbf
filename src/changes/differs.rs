//! What counts as another state, day or payment, and what as the same in other words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::parts::{Status, UnpaidDue};
use super::settings::ChangeSettings;
use crate::model::{CarrierId, Due, DueKind, EventTime, Promise};

/// Whether a state is another than the one before, or began anew. The same state that another feed
/// reports with a time of its own is none.
pub(super) fn is_news(before: Option<&Status>, after: &Status) -> bool {
    let Some(before) = before else { return true };
    before.milestone != after.milestone
        || after.reason.is_some() && before.reason != after.reason
        || after.delivered_to.is_some() && before.delivered_to != after.delivered_to
        || is_later(&before.since, &after.since)
}

/// Whether a time is later beyond doubt. Two wall clocks of which nobody knows the zone are taken
/// for clocks of one zone.
fn is_later(before: &EventTime, after: &EventTime) -> bool {
    match (before.wall_clock(), after.wall_clock()) {
        (Some(was), Some(is))
            if before.kind() == after.kind() && !before.is_exact() && !after.is_exact() =>
        {
            is > was
        }
        _ => after.earliest() > before.latest(),
    }
}

pub(super) fn span(time: &EventTime) -> (DateTime<Utc>, DateTime<Utc>) {
    (time.earliest(), time.latest())
}

/// Whether a carrier's day is another, or its window another by enough.
pub(super) fn differs(before: &Promise, after: &Promise, settings: &ChangeSettings) -> bool {
    let days = |promise: &Promise| {
        let days = promise.first_day().zip(promise.last_day());
        days.filter(|_| promise.is_day())
    };
    if let (Some(was), Some(is)) = (days(before), days(after)) {
        return was != is;
    }
    let least = settings.promise.duration();
    let moved = |was: DateTime<Utc>, is: DateTime<Utc>| (is - was).abs();
    let far = moved(before.begin(), after.begin()).max(moved(before.end(), after.end()));
    far >= least && !far.is_zero()
}

/// What a payment is for, whom it is paid to, and, of several alike, which it is.
pub(super) type DueKey = (DueKind, Option<CarrierId>, usize);

pub(super) fn by_kind(dues: &[UnpaidDue]) -> BTreeMap<DueKey, &UnpaidDue> {
    let mut alike: BTreeMap<(DueKind, Option<CarrierId>), usize> = BTreeMap::new();
    let mut known = BTreeMap::new();
    for one in dues {
        let (kind, payee) = (one.due.kind, one.due.payee.clone());
        let nth = alike.entry((kind, payee.clone())).or_default();
        known.insert((kind, payee, *nth), one);
        *nth += 1;
    }
    known
}

pub(super) fn is_paid(due: &Due) -> bool {
    due.paid == Some(true)
}

/// What is asked for: how much, and until when.
pub(super) fn asked(due: &Due) -> impl PartialEq + '_ {
    (&due.amount, &due.currency, due.pay_by.as_ref().map(span))
}
