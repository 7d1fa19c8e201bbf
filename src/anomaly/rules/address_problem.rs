//! `address-problem`: the carrier cannot deliver to the address that it was given.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, Reason};

rule! {
    /// The address is wrong, incomplete or unknown, or the recipient is not known there or has
    /// moved. Somebody must correct it.
    AddressProblem = "address-problem", Delivery, under &["refused"] =>
    /// By when it must be corrected before the parcel goes back.
    answer_within: Span = Span::days(5),
    /// It becomes critical so long before that.
    critical_before: Span = Span::days(2),
}

const REASONS: [Reason; 4] = [
    Reason::AddressIncorrect,
    Reason::AddressIncomplete,
    Reason::RecipientUnknown,
    Reason::RecipientMoved,
];

impl Rule for AddressProblem {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let is_told = parcel.has(Milestone::AddressIssue)
            || REASONS.iter().any(|reason| parcel.cites(*reason));
        if !is_told || parcel.terminal || parcel.awaits_collection() || parcel.goes_back() {
            return;
        }
        let speaks_of_it = |fact: &&Fact| {
            fact.is_of_parcel()
                && (fact.milestone == Milestone::AddressIssue
                    || fact.reason.is_some_and(|reason| REASONS.contains(&reason)))
                && !matches!(fact.milestone, Milestone::Redirected | Milestone::Delivered)
        };
        let Some(last) = parcel.facts.iter().rev().find(speaks_of_it) else {
            return;
        };
        if parcel.went_on_after(last) {
            return;
        }
        let due = self.answer_within.after(last.latest);
        let is_urgent = look.passed(self.critical_before.before(due));
        let party = last.reason.map_or(Party::Sender, |reason| reason.party());
        let draft = Draft::since(last.latest).by(party).due(due).seen(
            parcel
                .facts
                .iter()
                .filter(speaks_of_it)
                .map(|fact| fact.event),
        );
        look.raise(
            draft
                .raised(is_urgent)
                .with_word("reason", last.reason.map(|reason| reason.as_str())),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "address-problem";

    fn told_of(milestone: Milestone, reason: Option<Reason>) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event("2026-03-05T08:00:00Z", Stage::LastMile, milestone)
            .with(|event| event.reason = reason)
            .received("2026-03-05T12:00:00Z")
    }

    #[test]
    fn fires_on_the_milestone_and_on_the_reason() {
        let found = finding(
            CODE,
            [told_of(Milestone::AddressIssue, None)],
            "2026-03-05T12:00:00Z",
        )
        .unwrap();
        assert_eq!(
            (found.level, found.party),
            (Level::Warning, Some(Party::Sender))
        );
        let moved = told_of(Milestone::DeliveryAttempted, Some(Reason::RecipientMoved));
        assert_eq!(
            finding(CODE, [moved.clone()], "2026-03-05T12:00:00Z")
                .unwrap()
                .party,
            Some(Party::Recipient)
        );
        assert_eq!(
            finding(CODE, [moved], "2026-03-08T08:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn is_silent_on_other_failures_and_once_solved() {
        assert!(!fires(
            CODE,
            [told_of(
                Milestone::DeliveryAttempted,
                Some(Reason::RecipientAbsent)
            )],
            "2026-03-05T12:00:00Z"
        ));
        for milestone in [
            Milestone::Redirected,
            Milestone::OutForDelivery,
            Milestone::Delivered,
            Milestone::Returning,
        ] {
            let told = told_of(Milestone::AddressIssue, None).event(
                "2026-03-06T08:00:00Z",
                Stage::LastMile,
                milestone,
            );
            assert!(!fires(CODE, [told], "2026-03-09T12:00:00Z"), "{milestone}");
        }
    }
}
