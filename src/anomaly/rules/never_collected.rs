//! `never-collected`: announced, but the carrier never got it.

use crate::anomaly::rule::rule;
use crate::anomaly::{Expected, Fact, Foresight, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::IssuerKind;
use crate::model::{Milestone, Party};

rule! {
    /// The carrier knows of the parcel but does not hold it: it was not handed over, not scanned,
    /// or the pickup did not take place. A scan of unknown meaning by the carrier shows that it has
    /// it.
    NeverCollected = "never-collected", Silence =>
    /// How long after the announcement a pickup is missed, where no transit model tells. Four days
    /// span a weekend with a holiday.
    after: Span = Span::days(4),
    /// When it becomes critical.
    critical_after: Span = Span::days(10),
}

impl Rule for NeverCollected {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn foresee(&self, ahead: &Foresight<'_>) -> Option<Expected> {
        ahead
            .parcel
            .milestone?
            .is_before_pickup()
            .then(|| ahead.patience())?
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !parcel.milestone.is_some_and(Milestone::is_before_pickup)
            || parcel.collected().is_some()
        {
            return;
        }
        // An order that no carrier was reported is the shop's: `not-shipped-in-time` looks at it.
        // Its word that it handed the parcel over counts.
        let is_told = |fact: &&Fact| match parcel.issuer(fact) {
            Some(IssuerKind::Merchant) => {
                fact.milestone == Milestone::HandedOver
                    || fact.milestone == Milestone::PickupScheduled
            }
            _ => fact.milestone.is_before_pickup() && fact.is_of_parcel(),
        };
        let Some(announced) = parcel.facts.iter().find(is_told) else {
            return;
        };
        let booked = parcel.facts.iter().rev().find(|fact| {
            matches!(
                fact.milestone,
                Milestone::PickupScheduled | Milestone::HandedOver
            )
        });
        let since = booked.unwrap_or(announced).latest;
        let expected = look
            .expected()
            .unwrap_or_else(|| Expected::after(since, self.after, self.critical_after));
        // A booked pickup that did not come, and a parcel that the shop gave away, are the
        // carrier's; what nobody asked to collect is the sender's.
        let party = if booked.is_some() {
            Party::Carrier
        } else {
            Party::Sender
        };
        let events = std::iter::once(announced)
            .chain(booked)
            .map(|fact| fact.event);
        look.raise_overdue(expected, since, |draft| draft.by(party).seen(events));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires, moment};
    use crate::anomaly::{Category, Level};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "never-collected";

    fn announced() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced)
            .received("2026-03-02T09:00:00Z")
    }

    #[test]
    fn fires_when_nobody_hands_the_parcel_over() {
        assert!(!fires(CODE, [announced()], "2026-03-06T08:59:00Z"));
        let found = finding(CODE, [announced()], "2026-03-06T09:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.evidence.len()),
            (Category::Silence.level(), Some(Party::Sender), 1)
        );
        assert_eq!(found.due, Some(moment("2026-03-12T09:00:00Z")));
        assert_eq!(
            finding(CODE, [announced()], "2026-03-12T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_booked_pickup_that_did_not_come_is_the_carriers() {
        let booked = announced().event(
            "2026-03-03T09:00:00Z",
            Stage::FirstMile,
            Milestone::PickupScheduled,
        );
        assert!(!fires(CODE, [booked.clone()], "2026-03-06T10:00:00Z"));
        assert_eq!(
            finding(CODE, [booked], "2026-03-07T09:00:00Z")
                .unwrap()
                .party,
            Some(Party::Carrier)
        );
    }

    #[test]
    fn is_silent_once_the_parcel_moves_or_is_cancelled() {
        let moving = announced().event(
            "2026-03-03T09:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        );
        assert!(!fires(CODE, [moving], "2026-04-06T10:00:00Z"));
        let cancelled =
            announced().event("2026-03-03T09:00:00Z", Stage::Order, Milestone::Cancelled);
        assert!(!fires(CODE, [cancelled], "2026-04-06T10:00:00Z"));
    }
}
