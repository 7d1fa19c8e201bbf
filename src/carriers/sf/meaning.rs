//! What a route means: the status pair first, then operation and reason, then the operation alone.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::{SmolStr, SmolStrBuilder};

use super::route::Route;
use super::{remark, sentence};
use crate::adapter::{CodeTable, Collector, NoticeKind, Vocabulary};
use crate::carriers::Mapped;
use crate::model::{Confidence, DeliveredTo, Milestone, Stage, TrackingNumber};

/// What "signed" (80, 4/401) means when the sentence names a locker or a shop: 顺丰自助柜, 丰巢, 驿站, 自提点.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockerPolicy {
    /// Delivered, as SF says, to a locker or pickup point.
    #[default]
    Delivered,
    /// Waiting there for the recipient, unless the sentence says that it was taken out.
    AvailableForPickup,
}

/// What every feed of SF reads codes by.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub codes: Arc<CodeTable>,
    pub lockers: LockerPolicy,
}

impl Rules {
    pub fn new(codes: Arc<CodeTable>) -> Self {
        Self {
            codes,
            lockers: LockerPolicy::default(),
        }
    }

    /// The vocabularies, looked up once per payload; `fields` are the feed's names of what a route
    /// holds.
    pub fn tables(&self, fields: &'static FieldNames) -> Tables<'_> {
        Tables {
            fields,
            status: self.codes.vocabulary("status"),
            reasons: self.codes.vocabulary("reason"),
            operations: self.codes.vocabulary("opcode"),
            lockers: self.lockers,
        }
    }
}

/// A feed's names for the fields that notices are about.
#[derive(Debug)]
pub(super) struct FieldNames {
    pub time: &'static str,
    pub operation: &'static str,
    pub status: &'static str,
}

pub(super) struct Tables<'c> {
    pub fields: &'static FieldNames,
    status: Option<&'c Vocabulary>,
    reasons: Option<&'c Vocabulary>,
    operations: Option<&'c Vocabulary>,
    lockers: LockerPolicy,
}

/// Two codes in one key of the table.
pub(super) fn joined(first: &str, second: &str) -> SmolStr {
    let mut key = SmolStrBuilder::new();
    key.push_str(first);
    key.push('/');
    key.push_str(second);
    key.finish()
}

impl Tables<'_> {
    /// The meaning of a route, and notices of codes and sentences that have none.
    pub fn meaning(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        route: &Route<'_>,
    ) -> Mapped {
        let operation = get(self.operations, route.operation)
            .filter(|row| row.milestone != Milestone::Unmapped);
        // 98 is an agent's own scan: the code says only that, the sentence what was scanned.
        let spoken = if matches!(route.operation, "" | "98") {
            sentence::meaning(route.remark)
        } else {
            None
        };
        if operation.is_none() && !route.operation.is_empty() {
            out.unmapped(number, self.fields.operation, route.operation);
        } else if operation.is_none() && route.status().is_none() && spoken.is_none() {
            out.unmapped(number, self.fields.operation, route.remark);
        }
        let reason = || {
            (!route.reason.is_empty())
                .then(|| get(self.reasons, &joined(route.operation, route.reason)))
                .flatten()
        };
        let found = match route.operation {
            // It repeats the end and may say how it was: the status beside it would be a second
            // delivery.
            "8000" => reason().or(operation),
            // The number of the signed receipt: a paper's, not this parcel's way.
            "922" if remark::names_signed_receipt(route.remark) => {
                Some(Mapped::rule(None, Milestone::Info, Confidence::Medium))
            }
            "98" if spoken.is_some() && route.status().is_none() => spoken,
            "99" | "648" => {
                reason().or_else(|| operation.map(|row| returned_or_forwarded(row, route.remark)))
            }
            _ => self
                .by_status(out, number, route, operation, reason())
                .or_else(reason)
                .or(operation),
        };
        let mapped = found
            .or_else(|| self.without_status(route))
            .or(spoken)
            .unwrap_or(Mapped::UNMAPPED);
        let mapped = confirmed(mapped, route);
        let mapped = match route.operation {
            "33" | "70" | "870" | "934" => {
                sentence::delayed(sentence::failed(mapped, route.remark), route.remark)
            }
            "66" | "77" | "833" => sentence::delayed(mapped, route.remark),
            _ => mapped,
        };
        self.signed(mapped, route)
    }

    /// What the status pair says, made finer by the operation (and its reason) where that tells
    /// more of the same.
    fn by_status(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        route: &Route<'_>,
        operation: Option<Mapped>,
        reason: Option<Mapped>,
    ) -> Option<Mapped> {
        let (first, second) = route.status()?;
        let row = get(self.status, &joined(first, second))
            .or_else(|| get(self.status, &joined(first, "")))
            .or_else(|| self.only_pair(first, second));
        let Some(row) = row else {
            let notice = out.own_notice(
                NoticeKind::UnmappedCode,
                "the status is in no table; the operation code decides",
            );
            out.notice(
                notice
                    .about(Some(number))
                    .at(self.fields.status)
                    .value(&joined(first, second)),
            );
            return None;
        };
        match (first, second, route.operation) {
            // Some rows carry these codes with another name than customs clearance.
            ("2", "204" | "205", _) if !names_clearance(route.status_name) => return None,
            // Taken out of the locker again while the status still says that it waits there.
            ("11", "1101", "126") => {
                return Some(Mapped::rule(
                    Some(Stage::LastMile),
                    Milestone::Exception,
                    Confidence::Medium,
                ));
            }
            _ => {}
        }
        match operation {
            Some(operation) if operation.milestone == row.milestone => Some(Mapped {
                confidence: operation.confidence.max(row.confidence),
                ..operation
            }),
            Some(operation) if yields(row) || is_finer(operation, row.milestone) => {
                reason.or(Some(operation))
            }
            Some(_) => Some(row),
            None if route.operation.is_empty() => Some(row),
            // "Moving" says nothing of an operation that nobody knows.
            None if row.milestone == Milestone::InTransit => None,
            None => Some(Mapped {
                confidence: row.confidence.min(Confidence::Medium),
                ..row
            }),
        }
    }

    /// The first status code alone, where a single pair begins with it; at most of medium
    /// confidence.
    fn only_pair(&self, first: &str, second: &str) -> Option<Mapped> {
        let begins = |key: &str| {
            key.strip_prefix(first)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let mut pairs = self
            .status
            .filter(|_| second.is_empty())?
            .iter()
            .filter(|(key, _)| begins(key));
        let (_, row) = pairs.next()?;
        pairs.next().is_none().then(|| Mapped {
            confidence: row.confidence.min(Confidence::Medium),
            ..row.into()
        })
    }

    /// An unknown operation under the status `-`: SF gives that to what was returned or forwarded,
    /// if the sentence says so too.
    fn without_status(&self, route: &Route<'_>) -> Option<Mapped> {
        if route.first != "-" || Direction::of(route.remark) == Direction::Untold {
            return None;
        }
        let row = get(self.status, "-/")?;
        Some(Mapped {
            confidence: Confidence::Low,
            ..returned_or_forwarded(row, route.remark)
        })
    }

    /// Where a signed parcel was left, if the sentence tells.
    fn signed(&self, mapped: Mapped, route: &Route<'_>) -> Mapped {
        if mapped.milestone != Milestone::Delivered || mapped.delivered_to.is_some() {
            return mapped;
        }
        let Some(place) = sentence::left_at(route.remark) else {
            return mapped;
        };
        let was_taken = ["取出", "取走", "已取"]
            .iter()
            .any(|word| route.remark.contains(word));
        let waits = matches!(place, DeliveredTo::Locker | DeliveredTo::PickupPoint) && !was_taken;
        if self.lockers == LockerPolicy::AvailableForPickup && waits {
            return Mapped {
                milestone: Milestone::AvailableForPickup,
                confidence: mapped.confidence.min(Confidence::Medium),
                ..mapped
            };
        }
        Mapped {
            delivered_to: Some(place),
            ..mapped
        }
    }
}

/// An end that rests on one list only is sure enough once SF's own words beside it, or the status's
/// name, say the same.
fn confirmed(mapped: Mapped, route: &Route<'_>) -> Mapped {
    let says_so =
        |text: &str| sentence::meaning(text).is_some_and(|said| said.milestone == mapped.milestone);
    let is_unsure = mapped.milestone.is_terminal()
        && mapped.confidence == Confidence::Low
        && (!route.operation.is_empty() || route.status().is_some());
    if is_unsure && (says_so(route.remark) || says_so(route.status_name)) {
        return Mapped {
            confidence: Confidence::Medium,
            ..mapped
        };
    }
    mapped
}

fn get(table: Option<&Vocabulary>, code: &str) -> Option<Mapped> {
    table?.get(code).map(Mapped::from)
}

/// Whether a status gives way to any known operation: one that is not sure, unless it is of low
/// confidence only because one list tells an end.
fn yields(status: Mapped) -> bool {
    status.confidence == Confidence::Low && !status.milestone.is_terminal()
}

/// Whether an operation tells more than the status beside it: what "moving" leaves open, and which
/// step of a clearance it is.
fn is_finer(operation: Mapped, status: Milestone) -> bool {
    use Milestone as M;
    match status {
        M::InTransit => {
            operation.milestone.is_customs()
                || matches!(
                    operation.milestone,
                    M::Arrived
                        | M::Departed
                        | M::HandedOver
                        | M::Delayed
                        | M::Held
                        | M::Misrouted
                        | M::Redirected
                        | M::Returning
                        | M::Exception
                        | M::DeliveryAttempted
                )
        }
        // Trouble within the clearance: the tally does not match, it takes longer.
        M::CustomsSubmitted if operation.stage == Some(Stage::ImportCustoms) => {
            operation.milestone.is_customs()
                || matches!(operation.milestone, M::Delayed | M::Exception)
        }
        M::CustomsSubmitted | M::CustomsReleased => operation.milestone.is_customs(),
        _ => false,
    }
}

/// Whether the name of 2/204 or 2/205 is about customs; a missing name contradicts nothing.
fn names_clearance(name: &str) -> bool {
    if name.is_empty() || ["清关", "清關"].iter().any(|word| name.contains(word)) {
        return true;
    }
    let name = name.to_ascii_lowercase();
    name.contains("customs") || name.contains("clear")
}

/// Where a sentence of return or forwarding sends the parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Back,
    Onward,
    BackOrOnward,
    Untold,
}

impl Direction {
    /// By 退 and 转 (but not the 转 of 中转, a transfer hub).
    fn of(remark: &str) -> Self {
        let is_back = remark.contains('退');
        let is_onward = remark
            .match_indices(['转', '轉'])
            .any(|(at, _)| !remark.get(..at).unwrap_or_default().ends_with('中'));
        match (is_back, is_onward) {
            (true, false) => Self::Back,
            (false, true) => Self::Onward,
            (true, true) => Self::BackOrOnward,
            (false, false) => Self::Untold,
        }
    }
}

/// 99 and 648 say "returned or forwarded": the sentence tells which. One that names both (已退回/转寄)
/// leaves it open, and is taken for a return of low confidence.
fn returned_or_forwarded(row: Mapped, remark: &str) -> Mapped {
    let returning =
        |confidence| Mapped::rule(Some(Stage::Return), Milestone::Returning, confidence);
    match Direction::of(remark) {
        Direction::Back => returning(Confidence::Medium),
        Direction::Onward => Mapped::rule(
            Some(Stage::LastMile),
            Milestone::Redirected,
            Confidence::Medium,
        ),
        Direction::BackOrOnward => returning(Confidence::Low),
        Direction::Untold => row,
    }
}
