//! What is another in the later of two pictures.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::change::{Change, ChangeKind};
use super::change_id::ChangeId;
use super::differs::{asked, by_kind, differs, is_news, is_paid, span};
use super::parts::{Contradiction, OpenHold, OpenPromise, Status, UnpaidDue};
use super::picture::{Picture, ended, over};
use super::settings::ChangeSettings;
use crate::eta::Why;
use crate::model::{CarrierId, EventId, Milestone, Reason};

/// Everything that has changed, in the order of [`ChangeKind`].
pub(super) fn changes(before: &Picture, after: &Picture, settings: &ChangeSettings) -> Vec<Change> {
    let mut found = Found {
        before,
        after,
        changes: Vec::new(),
    };
    found.movement();
    found.pieces();
    found.customs();
    found.dues();
    found.pickup();
    found.promise(settings);
    found.estimate(settings);
    found.numbers();
    found.contradictions();
    found.cases();
    found.ends();
    found.subordinate();
    found.changes
}

/// The changes found so far.
struct Found<'p> {
    before: &'p Picture,
    after: &'p Picture,
    changes: Vec<Change>,
}

impl Found<'_> {
    fn add(&mut self, kind: ChangeKind, at: DateTime<Utc>, evidence: &BTreeSet<EventId>) {
        self.changes.push(Change {
            id: ChangeId::of(&self.after.key, &kind, evidence),
            at,
            kind,
            evidence: evidence.clone(),
            under: None,
        });
    }

    fn movement(&mut self) {
        let (before, after) = (self.before, self.after);
        let moved = (after.status.as_ref()).filter(|now| is_news(before.status.as_ref(), now));
        let place = after.place.as_ref();
        if let Some(status) = moved {
            let kind = ChangeKind::Milestone {
                before: before.status.as_ref().map(|status| status.milestone),
                after: status.milestone,
                stage: status.stage,
                reason: status.reason,
                delivered_to: status.delivered_to,
                attempt: status.attempt,
                place: place
                    .filter(|place| place.is_of_status)
                    .map(|place| place.place.clone()),
                since: status.since.clone(),
            };
            self.add(kind, status.since.middle(), &status.evidence);
        }
        let was = before.place.as_ref();
        if let Some(place) = place
            .filter(|place| !(moved.is_some() && place.is_of_status))
            .filter(|place| was.is_none_or(|was| was.place.identity() != place.place.identity()))
            .filter(|place| !place.place.identity().is_empty())
        {
            let kind = ChangeKind::Place {
                before: was.map(|was| was.place.clone()),
                after: place.place.clone(),
            };
            self.add(kind, place.at.middle(), &place.evidence);
        }
        let carrier = |status: &Option<Status>| -> Option<CarrierId> {
            status.as_ref().and_then(|status| status.carrier.clone())
        };
        if let (Some(was), Some(is), Some(status)) = (
            carrier(&before.status),
            carrier(&after.status),
            &after.status,
        ) && was != is
        {
            let kind = ChangeKind::Carrier {
                before: was,
                after: is,
            };
            self.add(kind, status.since.middle(), &status.carrier_evidence);
        }
    }

    fn pieces(&mut self) {
        let (before, after) = (self.before.pieces, self.after.pieces);
        if let Some(after) = after.filter(|_| after != before) {
            let at = self.after.heard.unwrap_or(self.after.at);
            let kind = ChangeKind::Pieces { before, after };
            self.add(kind, at, &self.after.piece_evidence);
        }
    }

    /// Since when the parcel stands where it does, else the moment of the later picture.
    fn since(&self) -> DateTime<Utc> {
        let status = self.after.status.as_ref();
        status.map_or(self.after.at, |status| status.since.middle())
    }

    fn customs(&mut self) {
        let (before, after) = (self.before, self.after);
        let (was, is): (BTreeSet<_>, BTreeSet<_>) = (
            before.holds.iter().map(OpenHold::key).collect(),
            after.holds.iter().map(OpenHold::key).collect(),
        );
        for hold in after.holds.iter().filter(|hold| !was.contains(&hold.key())) {
            let kind = ChangeKind::HoldOpened { hold: hold.clone() };
            self.add(kind, hold.since.middle(), &hold.evidence);
        }
        let still: BTreeSet<EventId> = (after.holds.iter())
            .flat_map(|hold| hold.evidence.iter().copied())
            .collect();
        let released: Vec<EventId> = (after.customs_evidence.difference(&still).copied()).collect();
        for hold in before.holds.iter().filter(|hold| !is.contains(&hold.key())) {
            let evidence = hold.evidence.iter().chain(&released).copied().collect();
            let at = self.since().max(hold.since.middle());
            self.add(ChangeKind::HoldClosed { hold: hold.clone() }, at, &evidence);
        }
    }

    fn dues(&mut self) {
        let (before, after) = (by_kind(&self.before.dues), by_kind(&self.after.dues));
        let is_over = (self.after.status.as_ref()).is_some_and(|status| status.finished);
        let at = self.after.at;
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let (was, is) = (before.get(key).copied(), after.get(key).copied());
            let is_paid = |one: Option<&UnpaidDue>| one.is_some_and(|one| is_paid(&one.due));
            let differs = match (was, is) {
                (None, Some(is)) => !is_paid(Some(is)),
                (Some(was), None) => !is_paid(Some(was)) && !is_over,
                (Some(was), Some(is)) => {
                    is_paid(Some(was)) != is_paid(Some(is))
                        || !is_paid(Some(is)) && asked(&was.due) != asked(&is.due)
                }
                (None, None) => false,
            };
            if differs {
                let due = |one: Option<&UnpaidDue>| one.map(|one| one.due.clone());
                let kind = ChangeKind::Due {
                    before: due(was.filter(|was| !is_paid(Some(was)))),
                    after: due(is),
                };
                self.add(kind, at, &BTreeSet::new());
            }
            let passed = is.filter(|is| is.passed && !was.is_some_and(|was| was.passed));
            if let Some(UnpaidDue { due, .. }) = passed {
                let at = due.pay_by.as_ref().map_or(at, ended);
                self.add(
                    ChangeKind::DuePassed { due: due.clone() },
                    at,
                    &BTreeSet::new(),
                );
            }
        }
    }

    fn pickup(&mut self) {
        let Some(is) = &self.after.pickup else { return };
        let was = self.before.pickup.as_ref();
        let moved = was.is_none_or(|was| span(&was.until) != span(&is.until));
        if moved && !is.passed {
            let kind = ChangeKind::PickupDeadline {
                before: was.map(|was| was.until.clone()),
                after: is.until.clone(),
            };
            self.add(kind, self.after.at, &BTreeSet::new());
        }
        if is.passed && (moved || !was.is_some_and(|was| was.passed)) {
            let until = is.until.clone();
            let at = ended(&until);
            let kind = ChangeKind::PickupDeadlinePassed { until };
            self.add(kind, at, &BTreeSet::new());
        }
    }

    fn promise(&mut self, settings: &ChangeSettings) {
        let (was, is) = (self.before.promise.as_ref(), self.after.promise.as_ref());
        let moved = match (was, is) {
            (None, None) => false,
            // The end of a journey ends its promise.
            (Some(_), None) => self.after.is_open(),
            (None, Some(_)) => true,
            (Some(was), Some(is)) => differs(&was.promise, &is.promise, settings),
        };
        let passed = is.filter(|is| is.passed && (moved || !was.is_some_and(|was| was.passed)));
        if let Some(promise) = passed {
            let at = over(promise.promise.end());
            let kind = ChangeKind::PromisePassed {
                promise: promise.clone(),
            };
            self.add(kind, at, &BTreeSet::new());
        } else if moved {
            let kind = ChangeKind::Promise {
                before: was.cloned(),
                after: is.cloned(),
                why: was.and_then(|was| self.reason_since(was)),
            };
            let at = is.map_or(self.after.at, |is| is.stated);
            self.add(kind, at, &BTreeSet::new());
        }
    }

    /// The reason of the parcel's state, if it began after a promise was stated.
    fn reason_since(&self, promise: &OpenPromise) -> Option<Reason> {
        let status = self.after.status.as_ref()?;
        let was = self.before.status.as_ref();
        let is_new = status.since.middle() >= promise.stated
            || was.is_none_or(|was| was.reason != status.reason);
        status.reason.filter(|_| is_new)
    }

    fn estimate(&mut self, settings: &ChangeSettings) {
        let Some(is) = &self.after.estimate else {
            return;
        };
        let was = self.before.estimate.as_ref();
        let causes = match was {
            None => Vec::new(),
            Some(was) => {
                let mut causes = is.moved_since(was).causes;
                // As they are written.
                (causes.iter_mut())
                    .for_each(|cause| cause.by = TimeDelta::seconds(cause.by.num_seconds()));
                let is_silence = (causes.first()).is_some_and(|cause| cause.why == Why::Silence);
                let least = if is_silence {
                    settings.estimate_in_silence
                } else {
                    settings.estimate
                };
                if (is.p80 - was.p80).abs() < least.duration() || is.p80 == was.p80 {
                    return;
                }
                causes
            }
        };
        let kind = ChangeKind::Estimate {
            before: was.map(|was| was.p80),
            after: is.p80,
            causes,
        };
        let evidence = (self.after.status.as_ref())
            .map(|status| status.evidence.clone())
            .unwrap_or_default();
        self.add(kind, is.made, &evidence);
    }

    fn numbers(&mut self) {
        let (before, after) = (self.before, self.after);
        if !before.numbers.is_empty() {
            for new in after.numbers.difference(&before.numbers) {
                let kind = ChangeKind::Number {
                    carrier: new.carrier.clone(),
                    number: new.number.clone(),
                };
                self.add(kind, after.at, &BTreeSet::new());
            }
        }
        for parcel in after.linked.difference(&before.linked) {
            let parcel = parcel.clone();
            self.add(ChangeKind::Linked { parcel }, after.at, &BTreeSet::new());
        }
    }

    fn contradictions(&mut self) {
        let (before, after) = (self.before, self.after);
        let keys =
            |all: &[Contradiction]| -> BTreeSet<_> { all.iter().map(Contradiction::key).collect() };
        let (was, is) = (keys(&before.contradictions), keys(&after.contradictions));
        let new = after
            .contradictions
            .iter()
            .filter(|one| !was.contains(&one.key()));
        for found in new {
            let evidence = found.witnesses.iter().copied().collect();
            let found = found.clone();
            self.add(ChangeKind::Contradiction { found }, after.at, &evidence);
        }
        let gone = before
            .contradictions
            .iter()
            .filter(|one| !is.contains(&one.key()));
        for found in gone {
            let evidence = found.witnesses.iter().copied().collect();
            let kind = ChangeKind::ContradictionSettled {
                found: found.clone(),
            };
            self.add(kind, after.at, &evidence);
        }
    }

    fn cases(&mut self) {
        let Some(is) = &self.after.cases else { return };
        let was = self.before.cases.as_deref().unwrap_or_default();
        let known: BTreeMap<_, _> = was.iter().map(|case| (case.case, case)).collect();
        let open: BTreeSet<_> = is.iter().map(|case| case.case).collect();
        for case in is {
            let known = known
                .get(&case.case)
                .filter(|known| known.times == case.times);
            let kind = match known {
                None => ChangeKind::CaseOpened { case: case.clone() },
                Some(known) if case.level > known.level && !case.acknowledged => {
                    ChangeKind::CaseWorse {
                        before: known.level,
                        case: case.clone(),
                    }
                }
                Some(_) => continue,
            };
            self.add(kind, case.changed, &case.evidence);
        }
        for case in was.iter().filter(|case| !open.contains(&case.case)) {
            let kind = ChangeKind::CaseResolved { case: case.clone() };
            self.add(kind, self.after.at, &case.evidence);
        }
    }

    fn ends(&mut self) {
        let was = (self.before.status.as_ref()).is_some_and(|status| status.finished);
        let Some(status) = &self.after.status else {
            return;
        };
        let milestone = status.milestone;
        let kind = match (was, status.finished) {
            (false, true) => ChangeKind::Finished { milestone },
            (true, false) => ChangeKind::Reopened { milestone },
            _ => return,
        };
        self.add(kind, status.since.middle(), &status.evidence);
    }

    /// Marks what another change says, too, and more.
    fn subordinate(&mut self) {
        let id = |changes: &[Change], is: &dyn Fn(&ChangeKind) -> bool| {
            changes.iter().find(|it| is(&it.kind)).map(|it| it.id)
        };
        let Some(Change {
            kind: ChangeKind::Milestone { after: moved, .. },
            id: milestone,
            evidence,
            ..
        }) = self.changes.first()
        else {
            return;
        };
        let (moved, milestone) = (*moved, *milestone);
        let hold = id(&self.changes, &|kind| {
            matches!(kind, ChangeKind::HoldOpened { hold }
                if hold.kind == moved && !hold.evidence.is_disjoint(evidence))
        });
        for change in &mut self.changes {
            change.under = match change.kind {
                ChangeKind::Milestone { .. } => hold,
                ChangeKind::Finished { .. } | ChangeKind::Reopened { .. } => Some(milestone),
                ChangeKind::HoldClosed { .. } if moved == Milestone::CustomsReleased => {
                    Some(milestone)
                }
                _ => None,
            };
        }
    }
}
