//! `moved-after-delivery`: delivered, and yet it moves.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::journey::ConflictKind;
use crate::model::{Milestone, Party, Stage};

rule! {
    /// The carrier reports movement after the final delivery: the delivery was false, or somebody
    /// else's. A return, a second delivery and what is reported other pieces are no contradiction;
    /// a new delivery ends it.
    MovedAfterDelivery = "moved-after-delivery", Custody =>
    /// How long after the delivery scans still count as late paperwork of it.
    grace: Span = Span::hours(1),
}

/// Whether a scan shows that the parcel is on its way.
fn is_on_its_way(fact: &Fact) -> bool {
    fact.stage != Some(Stage::Return)
        && matches!(
            fact.milestone,
            Milestone::PickedUp
                | Milestone::Arrived
                | Milestone::Departed
                | Milestone::InTransit
                | Milestone::OutForDelivery
                | Milestone::DeliveryAttempted
                | Milestone::Misrouted
                | Milestone::CustomsHold
        )
}

impl Rule for MovedAfterDelivery {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let Some(conflict) = parcel
            .conflicts
            .iter()
            .find(|conflict| conflict.kind == ConflictKind::MovementAfterDelivery)
        else {
            return;
        };
        if parcel.goes_back() || parcel.is_return || !parcel.is_one_piece() {
            return;
        }
        let Some(delivered) = parcel
            .facts
            .iter()
            .find(|fact| conflict.events.first() == Some(&fact.event))
        else {
            return;
        };
        let is_later = |fact: &&Fact| {
            fact.earliest > self.grace.after(delivered.latest)
                && fact.is_of_parcel()
                && fact.leg == delivered.leg
        };
        let mut moves = parcel
            .facts
            .iter()
            .filter(is_later)
            .filter(|fact| is_on_its_way(fact));
        let Some(first) = moves.next() else { return };
        let last = moves.next_back().unwrap_or(first);
        let again = |fact: &Fact| {
            fact.milestone == Milestone::Delivered && fact.is_after(last) && fact.is_of_parcel()
        };
        if parcel.facts.iter().any(again) || parcel.has(Milestone::Returning) {
            return;
        }
        let draft = Draft::since(first.latest).by(Party::Carrier).seen([
            delivered.event,
            first.event,
            last.event,
        ]);
        let draft = draft
            .with("delivered", Datum::At(delivered.latest))
            .with_word("moved", Some(last.milestone.as_str()));
        look.raise(draft.with_some("place", parcel.place_of(last)));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "moved-after-delivery";
    const NOW: &str = "2026-03-09T00:00:00Z";

    fn delivered() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .received("2026-03-04T10:00:00Z")
    }

    #[test]
    fn fires_on_movement_after_the_delivery() {
        for milestone in [
            Milestone::Arrived,
            Milestone::Departed,
            Milestone::InTransit,
            Milestone::OutForDelivery,
            Milestone::DeliveryAttempted,
        ] {
            let found = finding(
                CODE,
                [delivered().event("2026-03-05T09:00:00Z", Stage::LastMile, milestone)],
                NOW,
            )
            .unwrap();
            assert_eq!(
                (found.level, found.evidence.len()),
                (Level::Critical, 2),
                "{milestone}"
            );
        }
    }

    #[test]
    fn late_scans_of_the_day_before_and_paperwork_are_no_movement() {
        assert!(!fires(CODE, [delivered()], NOW));
        assert!(!fires(
            CODE,
            [delivered().event(
                "2026-03-04T07:00:00Z",
                Stage::LastMile,
                Milestone::OutForDelivery
            )],
            NOW
        ));
        assert!(!fires(
            CODE,
            [delivered().event(
                "2026-03-04T09:40:00Z",
                Stage::LastMile,
                Milestone::InTransit
            )],
            NOW
        ));
        assert!(!fires(
            CODE,
            [delivered().event("2026-03-05T09:00:00Z", Stage::LastMile, Milestone::Info)],
            NOW
        ));
        assert!(!fires(
            CODE,
            [delivered().event(
                "2026-03-05T09:00:00Z",
                Stage::LastMile,
                Milestone::Delivered
            )],
            NOW
        ));
    }

    #[test]
    fn a_return_is_no_contradiction() {
        let back = delivered().event("2026-03-05T09:00:00Z", Stage::Return, Milestone::Returning);
        assert!(!fires(
            CODE,
            [back.event("2026-03-06T09:00:00Z", Stage::Return, Milestone::Departed)],
            NOW
        ));
    }

    #[test]
    fn a_new_delivery_ends_it() {
        let moved = delivered().event(
            "2026-03-05T09:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        );
        assert!(fires(CODE, [moved.clone()], NOW));
        assert!(!fires(
            CODE,
            [moved.event(
                "2026-03-05T15:00:00Z",
                Stage::LastMile,
                Milestone::Delivered
            )],
            NOW
        ));
    }

    #[test]
    fn the_next_leg_may_move() {
        let next = shipment("beta.track", "B1")
            .event(
                "2026-03-05T09:00:00Z",
                Stage::LastMile,
                Milestone::OutForDelivery,
            )
            .received("2026-03-05T10:00:00Z");
        assert!(!fires(CODE, [delivered(), next], NOW));
    }
}
