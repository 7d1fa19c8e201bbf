//! `pickup-expiring`: waiting for its recipient, and soon sent back.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// The parcel lies ready to be collected and will be sent back when the holding period is over.
    /// The period counts from the day on which it was made ready, in calendar days.
    PickupExpiring = "pickup-expiring", Delivery =>
    /// The holding period where the carrier's is not known: that of DHL's parcel lockers in Germany
    /// (seven calendar days), the shortest among the large carriers.
    hold: Span = Span::days(7),
    /// The holding period of the United States Postal Service: fifteen days after the first notice.
    usps: Span = Span::days(15),
    /// How long before the end the recipient is reminded.
    remind: Span = Span::days(2),
}

/// The statement with which the present wait began: the first of those after the last other step.
fn ready(parcel: &Parcel) -> Option<&Fact> {
    let is_other_step =
        |fact: &&Fact| fact.is_movement() && fact.milestone != Milestone::AvailableForPickup;
    let before = parcel
        .facts
        .iter()
        .rposition(|fact| is_other_step(&fact))
        .map_or(0, |at| at + 1);
    parcel
        .facts
        .get(before..)?
        .iter()
        .find(|fact| fact.milestone == Milestone::AvailableForPickup && fact.is_of_parcel())
}

impl PickupExpiring {
    fn period(&self, parcel: &Parcel) -> Span {
        match parcel.carrier.as_ref().map(|carrier| carrier.as_str()) {
            Some("usps") => self.usps,
            _ => self.hold,
        }
    }
}

impl Rule for PickupExpiring {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !parcel.awaits_collection() || parcel.terminal {
            return;
        }
        let Some(ready) = ready(parcel) else { return };
        let period = self.period(parcel);
        // The earliest end that the statement allows is the one to meet.
        let due = period.after(ready.earliest);
        if !look.passed(self.remind.before(due).max(ready.latest)) {
            return;
        }
        let is_over = look.passed(period.after(ready.latest));
        let draft = Draft::since(ready.latest)
            .by(Party::Recipient)
            .due(due)
            .raised(is_over)
            .seen([ready.event]);
        look.raise(
            draft
                .with("until", Datum::At(due))
                .with_some("place", parcel.place_of(ready)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires, moment};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "pickup-expiring";

    fn ready(feed: &str) -> ShipmentBuilder {
        shipment(feed, "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                Milestone::AvailableForPickup,
            )
            .received("2026-03-04T10:00:00Z")
    }

    #[test]
    fn reminds_before_the_period_ends_and_is_louder_after_it() {
        assert!(!fires(CODE, [ready("acme.track")], "2026-03-09T08:59:00Z"));
        let found = finding(CODE, [ready("acme.track")], "2026-03-09T09:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.due),
            (
                Level::Warning,
                Some(Party::Recipient),
                Some(moment("2026-03-11T09:00:00Z"))
            )
        );
        assert_eq!(
            finding(CODE, [ready("acme.track")], "2026-03-11T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_post_that_holds_longer_is_given_longer() {
        assert!(!fires(
            CODE,
            [ready("usps.tracking")],
            "2026-03-17T08:59:00Z"
        ));
        assert!(fires(
            CODE,
            [ready("usps.tracking")],
            "2026-03-17T09:00:00Z"
        ));
    }

    #[test]
    fn reminders_do_not_begin_the_period_anew_and_a_new_place_does() {
        let reminded = ready("acme.track").event(
            "2026-03-07T09:00:00Z",
            Stage::LastMile,
            Milestone::AvailableForPickup,
        );
        assert!(fires(CODE, [reminded], "2026-03-09T09:00:00Z"));
        let moved = ready("acme.track")
            .event(
                "2026-03-06T09:00:00Z",
                Stage::LastMile,
                Milestone::Redirected,
            )
            .event(
                "2026-03-07T09:00:00Z",
                Stage::LastMile,
                Milestone::AvailableForPickup,
            );
        assert!(!fires(CODE, [moved], "2026-03-09T09:00:00Z"));
    }

    #[test]
    fn is_silent_once_collected_or_sent_back() {
        for milestone in [
            Milestone::Delivered,
            Milestone::Returning,
            Milestone::OutForDelivery,
        ] {
            let over =
                ready("acme.track").event("2026-03-05T09:00:00Z", Stage::LastMile, milestone);
            assert!(!fires(CODE, [over], "2026-03-20T09:00:00Z"), "{milestone}");
        }
    }
}
