//! `delivery-failed`: the courier was there and could not deliver.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// A delivery was attempted and failed, and neither a new attempt nor a place to collect the
    /// parcel is reported yet.
    DeliveryFailed = "delivery-failed", Delivery, under &["attempts-exhausted", "refused"] =>
    /// By when a new attempt should follow. Couriers usually come again on the next working day.
    retry_within: Span = Span::days(4),
}

impl Rule for DeliveryFailed {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal || parcel.awaits_collection() || parcel.goes_back() {
            return;
        }
        let Some(attempt) = parcel.last(Milestone::DeliveryAttempted) else {
            return;
        };
        if parcel.went_on_after(attempt) {
            return;
        }
        let due = self.retry_within.after(attempt.latest);
        let is_overdue = look.passed(due);
        let party = attempt
            .reason
            .map_or(Party::Carrier, |reason| reason.party());
        let draft = Draft::since(attempt.latest)
            .by(party)
            .due(due)
            .seen([attempt.event])
            .raised(is_overdue);
        look.raise(
            draft
                .with_word("reason", attempt.reason.map(|reason| reason.as_str()))
                .with_some("place", parcel.place_of(attempt)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "delivery-failed";

    fn attempted() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-05T08:00:00Z",
                Stage::LastMile,
                Milestone::OutForDelivery,
            )
            .event(
                "2026-03-05T11:00:00Z",
                Stage::LastMile,
                Milestone::DeliveryAttempted,
            )
            .with(|event| event.reason = Some(Reason::RecipientAbsent))
            .received("2026-03-05T12:00:00Z")
    }

    #[test]
    fn fires_at_once_and_grows_louder_without_a_new_attempt() {
        let found = finding(CODE, [attempted()], "2026-03-05T12:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party),
            (Level::Warning, Some(Party::Recipient))
        );
        assert_eq!(
            finding(CODE, [attempted()], "2026-03-09T11:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn stays_while_the_parcel_lies_at_the_depot() {
        let back = attempted().event("2026-03-05T18:00:00Z", Stage::LastMile, Milestone::Held);
        assert!(fires(CODE, [back], "2026-03-05T19:00:00Z"));
    }

    #[test]
    fn is_silent_once_the_parcel_goes_on() {
        for milestone in [
            Milestone::OutForDelivery,
            Milestone::Delivered,
            Milestone::AvailableForPickup,
            Milestone::Returning,
        ] {
            let told = attempted().event("2026-03-06T08:00:00Z", Stage::LastMile, milestone);
            assert!(!fires(CODE, [told], "2026-03-16T12:00:00Z"), "{milestone}");
        }
    }
}
