//! `customs-dwell`: at customs for longer than is usual there.

use crate::anomaly::rule::rule;
use crate::anomaly::{Clearance, Expected, Foresight, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// Clearance takes longer than usual, and nobody but customs or the carrier can do anything
    /// about it. Where sender or recipient must act, `customs-action-needed` speaks instead.
    CustomsDwell = "customs-dwell", Customs =>
    /// Unusual time in import clearance, where no transit model tells. Most parcels clear within
    /// hours, those examined within days.
    import: Span = Span::days(5),
    /// Unusual time in export clearance.
    export: Span = Span::days(3),
    /// When it becomes critical, from the begin of clearance.
    critical_after: Span = Span::days(14),
}

/// The clearance that the parcel waits in, unless it waits for papers or money.
fn waiting(parcel: &Parcel) -> Option<&Clearance> {
    let clearance = parcel.clearance().filter(|_| !parcel.terminal)?;
    let is_their_turn = matches!(clearance.party, Some(Party::Sender | Party::Recipient));
    (!is_their_turn && clearance.milestone != Milestone::CustomsRejected).then_some(clearance)
}

impl Rule for CustomsDwell {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn foresee(&self, ahead: &Foresight<'_>) -> Option<Expected> {
        waiting(ahead.parcel).and_then(|_| ahead.patience())
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let Some(clearance) = waiting(parcel) else {
            return;
        };
        let began = clearance.began.latest;
        let expected = look.expected().unwrap_or_else(|| {
            Expected::after(
                began,
                if clearance.is_export {
                    self.export
                } else {
                    self.import
                },
                self.critical_after,
            )
        });
        let holds = clearance.holds.iter().map(|hold| hold.event);
        let reason = clearance.holds.iter().find_map(|hold| hold.reason);
        look.raise_overdue(expected, began, |draft| {
            let draft = draft
                .about(clearance.direction())
                .by(clearance.party.unwrap_or(Party::Customs));
            let draft = draft
                .seen(std::iter::once(clearance.opened).chain(holds))
                .with_word("last", Some(clearance.milestone.as_str()));
            draft.with_word("reason", reason.map(|reason| reason.as_str()))
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{OneDay, finding, finding_with, fires};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "customs-dwell";

    fn submitted() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2026-03-05T09:00:00Z",
                Stage::ImportCustoms,
                Milestone::CustomsSubmitted,
            )
            .received("2026-03-05T09:00:00Z")
    }

    #[test]
    fn fires_when_clearance_takes_long() {
        assert!(!fires(CODE, [submitted()], "2026-03-10T08:00:00Z"));
        let found = finding(CODE, [submitted()], "2026-03-10T09:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.subject.as_str()),
            (Level::Warning, Some(Party::Customs), "import")
        );
        assert_eq!(
            finding(CODE, [submitted()], "2026-03-19T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_hold_counts_from_the_begin_of_clearance() {
        let held = submitted().event(
            "2026-03-09T09:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsHold,
        );
        let found = finding(CODE, [held], "2026-03-10T09:00:00Z").unwrap();
        assert_eq!(found.evidence.len(), 2);
    }

    #[test]
    fn a_model_knows_better() {
        let model = OneDay {
            delivery: "2026-03-07T09:00:00Z",
        };
        assert!(
            finding_with(
                &model,
                CODE,
                [submitted()],
                "2026-03-05T10:00:00Z",
                "2026-03-06T09:00:00Z"
            )
            .is_some()
        );
    }

    #[test]
    fn is_silent_once_released_gone_on_or_waiting_for_somebody() {
        let later = "2026-04-10T09:00:00Z";
        let released = submitted().event(
            "2026-03-06T09:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
        );
        assert!(!fires(CODE, [released], later));
        let gone_on =
            submitted().event("2026-03-06T09:00:00Z", Stage::LastMile, Milestone::Arrived);
        assert!(!fires(CODE, [gone_on], later));
        let duties = submitted().event(
            "2026-03-06T09:00:00Z",
            Stage::ImportCustoms,
            Milestone::DutiesDue,
        );
        assert!(!fires(CODE, [duties], later));
    }
}
