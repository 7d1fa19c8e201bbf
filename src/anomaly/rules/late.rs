//! `late`: the promised time has passed.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, PromiseMark, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, PromiseKind};

rule! {
    /// The carrier's promise has passed and the parcel is neither delivered nor ready to be
    /// collected. A promised day has passed when it is over everywhere that the delivery may take
    /// place. Lateness is measured against the commitment, and against what the carrier says now;
    /// the finding says against which it is late, and how late against every other promise that has
    /// passed. A day ahead that was agreed with the recipient excuses both.
    Late = "late", Promise =>
    /// How long after the promise it counts as late.
    grace: Span = Span::ZERO,
    /// When it becomes critical.
    critical_after: Span = Span::days(5),
}

/// Under which name a finding tells how late it is against a promise of each kind.
const AGAINST: [(PromiseKind, &str); 5] = [
    (PromiseKind::Committed, "late_committed"),
    (PromiseKind::FirstEstimate, "late_first_estimate"),
    (PromiseKind::Estimated, "late_estimated"),
    (PromiseKind::Rescheduled, "late_rescheduled"),
    (PromiseKind::Agreed, "late_agreed"),
];

impl Late {
    /// The promise that is missed: the commitment, else what the carrier says now.
    fn missed<'p>(
        &self,
        parcel: &'p Parcel,
        look: &mut RuleContext<'_>,
    ) -> Option<&'p PromiseMark> {
        let (committed, now) = (
            parcel.promised(PromiseKind::Committed),
            parcel.promised_now(),
        );
        let agreed = now.filter(|promise| promise.kind == PromiseKind::Agreed);
        let mut is_missed =
            |promise: &&PromiseMark| look.passed(self.grace.after(promise.by.latest));
        if agreed.is_some_and(|agreed| !is_missed(&agreed)) {
            return None;
        }
        let committed = committed.filter(&mut is_missed);
        committed.or_else(|| now.filter(is_missed))
    }
}

impl Rule for Late {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal
            || parcel.awaits_collection()
            || parcel.goes_back()
            || parcel.milestone == Some(Milestone::Refused)
        {
            return;
        }
        let Some(promise) = self.missed(parcel, look) else {
            return;
        };
        let by = promise.by.latest;
        let is_critical = look.passed(self.critical_after.after(by));
        let party = parcel
            .clearance()
            .and_then(|clearance| clearance.party)
            .unwrap_or(Party::Carrier);
        let draft = Draft::since(by)
            .by(party)
            .due((!is_critical).then(|| self.critical_after.after(by)))
            .raised(is_critical);
        let draft = draft
            .with("promised", Datum::At(by))
            .with("late", Datum::hours_between(by, look.now()));
        let mut draft = draft
            .with_word("kind", Some(promise.kind.as_str()))
            .with_some("day", promise.day.map(Datum::Day));
        for (kind, name) in AGAINST {
            let other = parcel
                .promised(kind)
                .map(|other| other.by.latest)
                .filter(|by| kind != promise.kind && *by <= look.now());
            draft = draft.with_some(name, other.map(|by| Datum::hours_between(by, look.now())));
        }
        look.raise(draft);
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires, moment};
    use crate::model::{EventTime, Milestone, Party, Promise, PromiseKind, Stage, Zones};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "late";

    fn promised(by: EventTime) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .received("2026-03-02T10:00:00Z")
            .promised(Promise {
                kind: PromiseKind::Committed,
                from: None,
                by,
                stated: None,
            })
    }

    fn instant(at: &str) -> EventTime {
        EventTime::instant(at, moment(at))
    }

    #[test]
    fn fires_once_the_promise_has_passed() {
        let told = promised(instant("2026-03-05T18:00:00Z"));
        assert!(!fires(CODE, [told.clone()], "2026-03-05T17:59:00Z"));
        let found = finding(CODE, [told.clone()], "2026-03-05T18:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.due),
            (
                Level::Warning,
                Some(Party::Carrier),
                Some(moment("2026-03-10T18:00:00Z"))
            )
        );
        assert_eq!(
            finding(CODE, [told], "2026-03-10T18:00:00Z").unwrap().level,
            Level::Critical
        );
    }

    #[test]
    fn a_promised_day_ends_where_it_ends_last() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        let told = promised(EventTime::date("2026-03-05", day, &Zones::Unknown));
        assert!(!fires(CODE, [told.clone()], "2026-03-06T11:59:00Z"));
        assert!(fires(CODE, [told], "2026-03-06T12:00:00Z"));
    }

    #[test]
    fn is_silent_once_delivered_ready_or_going_back() {
        for milestone in [
            Milestone::Delivered,
            Milestone::AvailableForPickup,
            Milestone::Returning,
            Milestone::Refused,
        ] {
            let told = promised(instant("2026-03-05T18:00:00Z")).event(
                "2026-03-05T09:00:00Z",
                Stage::LastMile,
                milestone,
            );
            assert!(!fires(CODE, [told], "2026-03-20T18:00:00Z"), "{milestone}");
        }
    }

    #[test]
    fn a_later_estimate_does_not_undo_a_commitment() {
        let committed = promised(instant("2026-03-05T18:00:00Z"));
        let estimate = Promise {
            kind: PromiseKind::Estimated,
            from: None,
            by: instant("2026-03-09T18:00:00Z"),
            stated: None,
        };
        let postponed = shipment("acme.track", "A1")
            .received("2026-03-04T10:00:00Z")
            .promised(estimate);
        assert!(fires(CODE, [committed, postponed], "2026-03-06T00:00:00Z"));
    }
}
