//! `lost`: the carrier says that the parcel will not come.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party};

rule! {
    /// The carrier says that the parcel, or a piece of it, is lost or was destroyed. A later scan,
    /// be its meaning known or not, shows that it is not lost.
    Lost = "lost", Loss =>
    /// By when a claim must be made: the shortest limit that is usual among carriers.
    claim_within: Span = Span::days(30),
    /// How long it is reported.
    keep: Span = Span::days(60),
}

const ENDS: [Milestone; 2] = [Milestone::Lost, Milestone::Disposed];

impl Rule for Lost {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !ENDS.iter().any(|end| parcel.has(*end)) {
            return;
        }
        for end in ENDS
            .into_iter()
            .filter(|end| parcel.milestone == Some(*end))
        {
            let Some(told) = parcel.last(end) else {
                continue;
            };
            if end == Milestone::Lost && parcel.moved().is_some_and(|seen| seen.is_after(told)) {
                continue;
            }
            if look.passed(self.keep.after(told.latest)) {
                continue;
            }
            let first = parcel.first(end).unwrap_or(told);
            let draft = Draft::since(first.latest)
                .about(end.as_str())
                .by(Party::Carrier)
                .due(self.claim_within.after(first.latest));
            let draft = draft
                .seen([told.event, first.event])
                .with_word("kind", Some(end.as_str()));
            look.raise(
                draft
                    .with_word("reason", told.reason.map(|reason| reason.as_str()))
                    .with_some("place", parcel.place_of(told)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "lost";

    fn lost() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event("2026-03-20T09:00:00Z", Stage::LineHaul, Milestone::Lost)
            .received("2026-03-20T09:00:00Z")
    }

    #[test]
    fn fires_when_the_carrier_says_so() {
        let found = finding(CODE, [lost()], "2026-03-20T10:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.subject.as_str()),
            (Level::Critical, "lost")
        );
        let disposed = shipment("acme.track", "A1")
            .event("2026-03-20T09:00:00Z", Stage::LineHaul, Milestone::Disposed)
            .received("2026-03-20T09:00:00Z");
        assert_eq!(
            finding(CODE, [disposed], "2026-03-20T10:00:00Z")
                .unwrap()
                .subject,
            "disposed"
        );
    }

    #[test]
    fn a_lost_piece_counts_while_others_are_under_way() {
        let pieces = shipment("acme.track", "A1")
            .event("2026-03-20T09:00:00Z", Stage::LineHaul, Milestone::Lost)
            .of_piece("P1")
            .event("2026-03-20T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .of_piece("P2")
            .received("2026-03-20T09:00:00Z");
        assert!(fires(CODE, [pieces], "2026-03-20T10:00:00Z"));
    }

    #[test]
    fn is_silent_once_it_is_found_again() {
        let found = lost().event("2026-03-22T09:00:00Z", Stage::LineHaul, Milestone::Arrived);
        assert!(!fires(CODE, [found], "2026-03-22T10:00:00Z"));
        let seen = lost().event("2026-03-22T09:00:00Z", None, Milestone::Unmapped);
        assert!(
            !fires(CODE, [seen], "2026-03-22T10:00:00Z"),
            "a scan of unknown meaning is a sign of life"
        );
        assert!(!fires(CODE, [lost()], "2026-05-22T10:00:00Z"));
    }
}
