//! `attempts-exhausted`: the courier will not come again.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// So many deliveries failed that the carrier will hold the parcel for collection or send it
    /// back, unless somebody acts.
    AttemptsExhausted = "attempts-exhausted", Delivery, under &["refused"] =>
    /// After how many attempts. Three are usual among parcel carriers.
    attempts: u16 = 3,
    /// Two statements that lie closer together report one attempt.
    apart: Span = Span::hours(4),
    /// How long the parcel is kept after the last attempt before it goes back.
    kept_for: Span = Span::days(5),
}

impl Rule for AttemptsExhausted {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !parcel.has(Milestone::DeliveryAttempted)
            || parcel.terminal
            || parcel.awaits_collection()
            || parcel.goes_back()
        {
            return;
        }
        let mut attempts: Vec<&Fact> = Vec::new();
        for fact in parcel
            .facts
            .iter()
            .filter(|fact| fact.milestone == Milestone::DeliveryAttempted && !fact.repeats)
        {
            // Pieces of one shipment are tried together.
            if attempts
                .last()
                .is_none_or(|before| fact.earliest >= self.apart.after(before.latest))
            {
                attempts.push(fact);
            }
        }
        let Some(last) = attempts
            .last()
            .filter(|_| attempts.len() >= usize::from(self.attempts))
        else {
            return;
        };
        if parcel.went_on_after(last) {
            return;
        }
        let party = last
            .reason
            .map_or(Party::Recipient, |reason| reason.party());
        let draft = Draft::since(last.latest)
            .by(party)
            .due(self.kept_for.after(last.latest))
            .seen(attempts.iter().map(|fact| fact.event));
        let draft = draft
            .with_word("reason", last.reason.map(|reason| reason.as_str()))
            .raised(true);
        look.raise(draft.with(
            "attempts",
            Datum::Count(i64::try_from(attempts.len()).unwrap_or(i64::MAX)),
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, findings, fires};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "attempts-exhausted";

    fn attempts(hours: &[&str]) -> ShipmentBuilder {
        let start = shipment("acme.track", "A1").received("2026-03-09T12:00:00Z");
        hours.iter().fold(start, |told, at| {
            told.event(
                &format!("2026-03-{at}:00:00Z"),
                Stage::LastMile,
                Milestone::DeliveryAttempted,
            )
        })
    }

    #[test]
    fn fires_after_the_third_attempt() {
        let found = finding(
            CODE,
            [attempts(&["05T10", "06T10", "09T10"])],
            "2026-03-09T12:00:00Z",
        )
        .unwrap();
        assert_eq!((found.level, found.evidence.len()), (Level::Critical, 3));
        assert!(!fires(
            CODE,
            [attempts(&["05T10", "06T10"])],
            "2026-03-09T12:00:00Z"
        ));
    }

    #[test]
    fn the_single_failure_goes_under_in_it() {
        let found = findings(
            [attempts(&["05T10", "06T10", "09T10"])],
            "2026-03-09T12:00:00Z",
        );
        assert_eq!(
            found.of("delivery-failed").unwrap().under.as_deref(),
            Some(CODE)
        );
    }

    #[test]
    fn statements_of_one_attempt_count_once() {
        assert!(!fires(
            CODE,
            [attempts(&["05T10", "05T11", "05T12", "06T10"])],
            "2026-03-09T12:00:00Z"
        ));
    }

    #[test]
    fn is_silent_once_the_parcel_can_be_collected() {
        let told = attempts(&["05T10", "06T10", "09T10"]).event(
            "2026-03-09T11:00:00Z",
            Stage::LastMile,
            Milestone::AvailableForPickup,
        );
        assert!(!fires(CODE, [told], "2026-03-09T12:00:00Z"));
    }
}
