//! `customs-action-needed`: customs wait for the sender or the recipient.

use crate::anomaly::rule::rule;
use crate::anomaly::{Clearance, Draft, HoldDigest, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// Customs or the broker wait for papers, information or money, and somebody outside must give
    /// them. Carriers send back what stays unanswered.
    CustomsActionNeeded = "customs-action-needed", Customs =>
    /// By when it must be answered, from the request. Carriers and posts keep parcels for customs
    /// between one and three weeks.
    answer_within: Span = Span::days(7),
    /// It becomes critical so long before that.
    critical_before: Span = Span::days(2),
}

impl Rule for CustomsActionNeeded {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.clearances.is_empty() || parcel.terminal || parcel.goes_back() {
            return;
        }
        for clearance in parcel.clearances.iter().filter(|clearance| !clearance.over) {
            let is_theirs = |hold: &&HoldDigest| {
                matches!(hold.party, Party::Sender | Party::Recipient)
                    && hold.kind != Milestone::CustomsRejected
            };
            let mut seen: Vec<Milestone> = Vec::new();
            for hold in clearance.holds.iter().filter(is_theirs) {
                // Carrier and customs may both report one request.
                let is_same = |other: &&HoldDigest| is_theirs(other) && other.kind == hold.kind;
                if !seen.contains(&hold.kind) {
                    seen.push(hold.kind);
                    self.raise(
                        look,
                        clearance,
                        hold,
                        clearance.holds.iter().filter(is_same),
                    );
                }
            }
        }
    }
}

impl CustomsActionNeeded {
    fn raise<'p>(
        &self,
        look: &mut RuleContext<'_>,
        clearance: &Clearance,
        hold: &HoldDigest,
        all: impl Iterator<Item = &'p HoldDigest>,
    ) {
        let due = self.answer_within.after(hold.since.latest);
        let is_urgent = look.passed(self.critical_before.before(due));
        let draft = Draft::since(hold.since.latest)
            .about(format!("{} {}", clearance.direction(), hold.kind))
            .by(hold.party)
            .due(due);
        let draft = draft
            .seen(all.map(|hold| hold.event))
            .raised(is_urgent)
            .with_word("kind", Some(hold.kind.as_str()));
        look.raise(
            draft
                .with_word("reason", hold.reason.map(|reason| reason.as_str()))
                .with_word("direction", Some(clearance.direction())),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, findings, fires, moment};
    use crate::model::{Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "customs-action-needed";

    fn asked(milestone: Milestone) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event("2026-03-05T09:00:00Z", Stage::ImportCustoms, milestone)
            .received("2026-03-05T09:00:00Z")
    }

    #[test]
    fn duties_are_the_recipients_and_due_in_a_week() {
        let found = finding(CODE, [asked(Milestone::DutiesDue)], "2026-03-05T10:00:00Z").unwrap();
        assert_eq!(
            (found.party, found.due),
            (Some(Party::Recipient), Some(moment("2026-03-12T09:00:00Z")))
        );
        assert_eq!(found.level, Level::Warning);
        assert_eq!(
            finding(CODE, [asked(Milestone::DutiesDue)], "2026-03-10T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn two_requests_are_two_findings() {
        let both = asked(Milestone::DutiesDue).event(
            "2026-03-05T10:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsInfoRequired,
        );
        let found = findings([both], "2026-03-05T11:00:00Z").found;
        let parties: Vec<_> = found
            .iter()
            .filter(|finding| finding.rule == CODE)
            .map(|finding| finding.party)
            .collect();
        assert_eq!(parties, [Some(Party::Recipient), Some(Party::Sender)]);
    }

    #[test]
    fn one_request_told_by_two_is_one_finding() {
        let broker = shipment("broker.status", "A1").event(
            "2026-03-05T10:00:00Z",
            Stage::ImportCustoms,
            Milestone::DutiesDue,
        );
        let found = findings(
            [
                asked(Milestone::DutiesDue),
                broker.received("2026-03-05T10:00:00Z"),
            ],
            "2026-03-05T11:00:00Z",
        )
        .found;
        let evidence: Vec<usize> = found
            .iter()
            .filter(|finding| finding.rule == CODE)
            .map(|finding| finding.evidence.len())
            .collect();
        assert_eq!(evidence, [2]);
    }

    #[test]
    fn a_hold_for_a_reason_that_is_the_senders_counts() {
        let told =
            asked(Milestone::CustomsHold).with(|event| event.reason = Some(Reason::InvoiceMissing));
        assert_eq!(
            finding(CODE, [told], "2026-03-05T11:00:00Z").unwrap().party,
            Some(Party::Sender)
        );
    }

    #[test]
    fn is_silent_when_customs_work_when_answered_and_when_gone_on() {
        assert!(!fires(
            CODE,
            [asked(Milestone::CustomsInspection)],
            "2026-03-15T11:00:00Z"
        ));
        let paid = asked(Milestone::DutiesDue).event(
            "2026-03-06T09:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsSubmitted,
        );
        assert!(!fires(CODE, [paid], "2026-03-15T11:00:00Z"));
        let delivered = asked(Milestone::DutiesDue).event(
            "2026-03-06T09:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        );
        assert!(!fires(CODE, [delivered], "2026-03-15T11:00:00Z"));
    }
}
