//! `customs-rejected`: customs refused the entry, or took the parcel.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// Customs refused the declaration, so that a new one is needed; or they seized the parcel,
    /// which is critical at once.
    CustomsRejected = "customs-rejected", Customs =>
    /// By when a new declaration should follow.
    answer_within: Span = Span::days(3),
    /// How long a seizure is reported.
    keep: Span = Span::days(30),
}

impl Rule for CustomsRejected {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.clearances.is_empty() {
            return;
        }
        if parcel.milestone == Some(Milestone::CustomsSeized) {
            let Some(seizure) = parcel.last(Milestone::CustomsSeized) else {
                return;
            };
            if !look.passed(self.keep.after(seizure.latest)) {
                let draft = Draft::since(seizure.latest)
                    .about("seized")
                    .by(Party::Sender)
                    .seen([seizure.event])
                    .raised(true);
                look.raise(
                    draft
                        .with_word("kind", Some("customs_seized"))
                        .with_word("reason", seizure.reason.map(|reason| reason.as_str())),
                );
            }
            return;
        }
        if parcel.terminal || parcel.goes_back() {
            return;
        }
        for clearance in parcel.clearances.iter().filter(|clearance| !clearance.over) {
            let rejections = || {
                clearance
                    .holds
                    .iter()
                    .filter(|hold| hold.kind == Milestone::CustomsRejected)
            };
            let Some(first) = rejections().next() else {
                continue;
            };
            let due = self.answer_within.after(first.since.latest);
            let is_overdue = look.passed(due);
            let draft = Draft::since(first.since.latest)
                .about(clearance.direction())
                .by(first.party)
                .due(due)
                .raised(is_overdue);
            let draft = draft
                .seen(rejections().map(|hold| hold.event))
                .with_word("kind", Some("customs_rejected"));
            let draft = draft.with_word("direction", Some(clearance.direction()));
            look.raise(draft.with_word("reason", first.reason.map(|reason| reason.as_str())));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "customs-rejected";

    fn at_customs(milestone: Milestone) -> ShipmentBuilder {
        shipment("customs.declarations", "A1")
            .event("2026-03-05T09:00:00Z", Stage::ExportCustoms, milestone)
            .received("2026-03-05T09:00:00Z")
    }

    #[test]
    fn a_rejection_is_the_senders_until_a_new_declaration() {
        let found = finding(
            CODE,
            [at_customs(Milestone::CustomsRejected)],
            "2026-03-05T10:00:00Z",
        )
        .unwrap();
        assert_eq!(
            (found.party, found.level),
            (Some(Party::Sender), Level::Warning)
        );
        assert_eq!(
            finding(
                CODE,
                [at_customs(Milestone::CustomsRejected)],
                "2026-03-08T10:00:00Z"
            )
            .unwrap()
            .level,
            Level::Critical
        );
        let anew = at_customs(Milestone::CustomsRejected).event(
            "2026-03-06T09:00:00Z",
            Stage::ExportCustoms,
            Milestone::CustomsSubmitted,
        );
        assert!(!fires(CODE, [anew], "2026-03-08T10:00:00Z"));
    }

    #[test]
    fn a_seizure_is_critical_and_told_for_a_month() {
        let found = finding(
            CODE,
            [at_customs(Milestone::CustomsSeized)],
            "2026-03-05T10:00:00Z",
        )
        .unwrap();
        assert_eq!(found.level, Level::Critical);
        assert!(!fires(
            CODE,
            [at_customs(Milestone::CustomsSeized)],
            "2026-04-05T10:00:00Z"
        ));
    }

    #[test]
    fn a_hold_is_no_rejection() {
        assert!(!fires(
            CODE,
            [at_customs(Milestone::CustomsHold)],
            "2026-03-08T10:00:00Z"
        ));
    }
}
