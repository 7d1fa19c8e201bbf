//! `returning-unasked`: it goes back, and nobody asked for that.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, Reason, Stage};

rule! {
    /// The parcel goes back to its sender although neither sender nor recipient asked for it. After
    /// a refusal the rule `refused` speaks instead.
    ReturningUnasked = "returning-unasked", Delivery =>
    /// How long it is reported once the parcel is back.
    keep: Span = Span::days(7),
}

/// Reasons for a return that somebody wanted.
const ASKED: [Reason; 4] = [
    Reason::SenderRequest,
    Reason::RecipientRequest,
    Reason::Interception,
    Reason::RecipientRefused,
];

impl Rule for ReturningUnasked {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !parcel.goes_back()
            || parcel.is_return
            || parcel.has(Milestone::Refused)
            || parcel.has(Milestone::Cancelled)
        {
            return;
        }
        let goes_back = |fact: &&Fact| {
            fact.is_of_parcel()
                && (matches!(fact.milestone, Milestone::Returning | Milestone::Returned)
                    || fact.stage == Some(Stage::Return))
        };
        let mut told = parcel.facts.iter().filter(goes_back);
        let Some(first) = told.next() else { return };
        let last = told.next_back().unwrap_or(first);
        if parcel
            .facts
            .iter()
            .filter(goes_back)
            .filter_map(|fact| fact.reason)
            .any(|reason| ASKED.contains(&reason))
        {
            return;
        }
        if parcel.terminal && look.passed(self.keep.after(last.latest)) {
            return;
        }
        // The failure before it tells more than the return itself.
        let before = || {
            parcel
                .facts
                .iter()
                .rev()
                .filter(|fact| first.is_after(fact))
                .find_map(|fact| fact.reason)
        };
        let reason = first.reason.or_else(before);
        let draft = Draft::since(first.latest)
            .by(Party::Sender)
            .seen([first.event]);
        look.raise(
            draft
                .with_word("reason", reason.map(|reason| reason.as_str()))
                .with_some("place", parcel.place_of(first)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Datum;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "returning-unasked";
    const NOW: &str = "2026-03-09T12:00:00Z";

    fn returning(reason: Option<Reason>) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-05T08:00:00Z",
                Stage::LastMile,
                Milestone::DeliveryAttempted,
            )
            .with(|event| event.reason = Some(Reason::RecipientAbsent))
            .event("2026-03-08T08:00:00Z", Stage::Return, Milestone::Returning)
            .with(|event| event.reason = reason)
            .received("2026-03-08T12:00:00Z")
    }

    #[test]
    fn fires_with_the_reason_that_was_told_before() {
        let found = finding(CODE, [returning(None)], NOW).unwrap();
        assert_eq!(found.party, Some(Party::Sender));
        assert_eq!(found.data["reason"], Datum::Word("recipient_absent".into()));
    }

    #[test]
    fn is_told_of_for_a_week_once_it_is_back() {
        let back =
            returning(None).event("2026-03-10T08:00:00Z", Stage::Return, Milestone::Returned);
        assert!(fires(CODE, [back.clone()], "2026-03-16T08:00:00Z"));
        assert!(!fires(CODE, [back], "2026-03-17T08:00:00Z"));
    }

    #[test]
    fn is_silent_when_somebody_asked_for_it() {
        assert!(!fires(CODE, [returning(Some(Reason::SenderRequest))], NOW));
        let refused =
            returning(None).event("2026-03-06T08:00:00Z", Stage::LastMile, Milestone::Refused);
        assert!(!fires(CODE, [refused], NOW));
        let mut shipment = returning(None).shipment();
        shipment.is_return = true;
        let mut journey = crate::Journey::default();
        journey.apply(shipment);
        let inspector =
            crate::anomaly::Inspector::new(crate::anomaly::Settings::default()).unwrap();
        let now = NOW.parse().unwrap();
        assert!(
            inspector
                .inspect(&inspector.digest(&journey.at_known(now, now)), now)
                .of(CODE)
                .is_none()
        );
    }
}
