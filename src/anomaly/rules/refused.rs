//! `refused`: the recipient does not want it.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// The recipient refused the parcel. The sender decides what becomes of it.
    Refused = "refused", Delivery =>
    /// By when the sender should decide before the carrier sends it back.
    answer_within: Span = Span::days(5),
}

impl Rule for Refused {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let Some(refusal) = parcel.last(Milestone::Refused).filter(|_| !parcel.terminal) else {
            return;
        };
        // On its way back it is still refused; out for delivery again, or sent elsewhere, it is
        // not.
        if !parcel.goes_back() && parcel.went_on_after(refusal) {
            return;
        }
        let draft = Draft::since(refusal.latest)
            .by(Party::Sender)
            .due(self.answer_within.after(refusal.latest))
            .seen([refusal.event]);
        look.raise(draft.with_word("reason", refusal.reason.map(|reason| reason.as_str())));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "refused";
    const NOW: &str = "2026-03-09T12:00:00Z";

    fn refused() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event("2026-03-05T08:00:00Z", Stage::LastMile, Milestone::Refused)
            .received("2026-03-05T12:00:00Z")
    }

    #[test]
    fn fires_until_the_parcel_is_back() {
        assert_eq!(
            finding(CODE, [refused()], NOW).unwrap().party,
            Some(Party::Sender)
        );
        let returning =
            refused().event("2026-03-06T08:00:00Z", Stage::Return, Milestone::Returning);
        assert!(fires(CODE, [returning.clone()], NOW));
        let returned = returning.event("2026-03-08T08:00:00Z", Stage::Return, Milestone::Returned);
        assert!(!fires(CODE, [returned], NOW));
    }

    #[test]
    fn is_silent_once_it_is_delivered_after_all() {
        for milestone in [
            Milestone::OutForDelivery,
            Milestone::Delivered,
            Milestone::Redirected,
        ] {
            let told = refused().event("2026-03-06T08:00:00Z", Stage::LastMile, milestone);
            assert!(!fires(CODE, [told], NOW), "{milestone}");
        }
    }
}
