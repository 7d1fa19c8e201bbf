//! The identity of a change: [`ChangeId`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::change::ChangeKind;
use super::parts::CaseSummary;
use crate::model::{Due, EventId, EventTime, Fnv, Place, Promise, Reason, UnknownWord};

/// The identity of a change: a function of the parcel's key, of what the change says and of its
/// evidence. It does not depend on when or where it was derived, so a change that is sent twice is
/// recognised by it.
///
/// What was before counts only where the change says so: "Departed" is one change whether the
/// arrival before it was seen or not; "now Thursday instead of Tuesday" is another than "now
/// Thursday instead of Wednesday". [`Change::at`](super::Change::at) never counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangeId(u64);

impl std::fmt::Display for ChangeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for ChangeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for ChangeId {
    type Err = UnknownWord;

    /// Reads the 16 hexadecimal digits that `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(Self).ok_or_else(|| UnknownWord {
            vocabulary: "ChangeId",
            word: text.chars().take(40).collect(),
        })
    }
}

impl Serialize for ChangeId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChangeId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::model::deserialize_word(deserializer)
    }
}

impl ChangeId {
    pub(super) fn of(parcel: &str, kind: &ChangeKind, evidence: &BTreeSet<EventId>) -> Self {
        let mut said = Said(Fnv::default());
        said.text(parcel);
        said.text(kind.name());
        said.kind(kind);
        if kind.rests_on_evidence() {
            evidence.iter().for_each(|event| said.event(*event));
        }
        Self(said.0.0)
    }
}

/// What a change says, as it goes into its id.
struct Said(Fnv);

impl Said {
    fn kind(&mut self, kind: &ChangeKind) {
        use ChangeKind as K;
        match kind {
            K::Milestone {
                after,
                reason,
                delivered_to,
                ..
            } => {
                self.text(after.as_str());
                self.reason(*reason);
                self.text(delivered_to.map_or("", |to| to.as_str()));
            }
            K::Place { after, .. } => self.place(after),
            K::Carrier { after, .. } => self.text(after.as_str()),
            K::HoldOpened { hold } | K::HoldClosed { hold, .. } => {
                self.text(hold.direction.as_str());
                self.text(hold.agency.as_str());
                self.text(hold.kind.as_str());
                self.reason(hold.reason);
                hold.evidence.iter().for_each(|event| self.event(*event));
            }
            K::Promise { before, after, .. } => {
                self.some(before.as_ref(), |said, one| said.promise(&one.promise));
                self.some(after.as_ref(), |said, one| {
                    said.promise(&one.promise);
                    said.instant(one.stated);
                });
            }
            K::PromisePassed { promise } => {
                self.promise(&promise.promise);
                self.instant(promise.stated);
            }
            K::Estimate { before, after, .. } => {
                // To the hour: two machines that ask a model minutes apart mean the same.
                let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(3600);
                self.0.number(before.map_or(0, hour));
                self.0.number(hour(*after));
            }
            K::Due { before, after } => {
                self.some(before.as_ref(), Self::due);
                self.some(after.as_ref(), Self::due);
            }
            K::DuePassed { due } => self.due(due),
            K::PickupDeadline { before, after } => {
                self.some(before.as_ref(), Self::time);
                self.time(after);
            }
            K::PickupDeadlinePassed { until } => self.time(until),
            K::Pieces { after, .. } => {
                let counts = [after.total, after.delivered, after.ended];
                let rest = [after.not_collected, after.untold];
                (counts.into_iter().chain(rest)).for_each(|count| self.0.number(count.into()));
            }
            K::Number { carrier, number } => {
                self.text(carrier.as_str());
                self.text(number.as_str());
            }
            K::Linked { parcel } => {
                self.text(parcel.role.as_str());
                self.text(parcel.carrier.as_str());
                self.text(parcel.number.as_str());
            }
            K::Contradiction { found } | K::ContradictionSettled { found } => {
                self.text(found.conflict.as_str());
                self.some(found.witnesses.first(), |said, event| said.event(*event));
            }
            K::CaseOpened { case } | K::CaseResolved { case } => self.case(case),
            K::CaseWorse { case, .. } => {
                self.case(case);
                self.text(case.level.as_str());
            }
            K::Finished { milestone } | K::Reopened { milestone } => {
                self.text(milestone.as_str());
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.0.text(text);
    }

    fn some<T>(&mut self, value: Option<T>, say: impl FnOnce(&mut Self, T)) {
        self.0.number(value.is_some().into());
        if let Some(value) = value {
            say(self, value);
        }
    }

    fn event(&mut self, event: EventId) {
        self.text(&event.to_string());
    }

    fn reason(&mut self, reason: Option<Reason>) {
        self.text(reason.map_or("", Reason::as_str));
    }

    fn place(&mut self, place: &Place) {
        self.text(&place.identity());
    }

    fn instant(&mut self, at: DateTime<Utc>) {
        self.0.number(at.timestamp_millis());
    }

    fn time(&mut self, time: &EventTime) {
        self.instant(time.earliest());
        self.instant(time.latest());
    }

    fn promise(&mut self, promise: &Promise) {
        self.text(promise.kind.as_str());
        if promise.is_day()
            && let (Some(first), Some(last)) = (promise.first_day(), promise.last_day())
        {
            self.text(&first.to_string());
            self.text(&last.to_string());
        } else {
            self.instant(promise.begin());
            self.instant(promise.end());
        }
    }

    fn due(&mut self, due: &Due) {
        self.text(due.kind.as_str());
        self.text(due.amount.as_ref().map_or("", |amount| amount.as_str()));
        self.text(due.currency.as_deref().unwrap_or_default());
        self.text(due.payee.as_ref().map_or("", |payee| payee.as_str()));
        self.some(due.pay_by.as_ref(), Self::time);
        self.0.number((due.paid == Some(true)).into());
    }

    fn case(&mut self, case: &CaseSummary) {
        self.text(&case.case.to_string());
        self.0.number(case.times.into());
    }
}
