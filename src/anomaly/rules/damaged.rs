//! `damaged`: the parcel or its contents are harmed, or something is missing from it.

use std::collections::BTreeMap;

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Fact, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, Reason, Scope};

rule! {
    /// A carrier says that the parcel or its contents are damaged, or that something of it is
    /// missing or stolen. It stays true when the parcel is delivered.
    Damaged = "damaged", Loss =>
    /// By when the damage must be reported to the carrier: the seven days that CMR article 30
    /// leaves for damage which is not apparent.
    report_within: Span = Span::days(7),
    /// How long it is reported.
    keep: Span = Span::days(30),
}

fn speaks_of_it(fact: &&Fact) -> bool {
    fact.scope != Scope::Document
        && (fact.damaged
            || fact.milestone == Milestone::Damaged
            || matches!(
                fact.reason,
                Some(Reason::Damage | Reason::MissingPiece | Reason::Theft)
            ))
}

impl Rule for Damaged {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !parcel.is_damaged()
            && !parcel.cites(Reason::MissingPiece)
            && !parcel.cites(Reason::Theft)
        {
            return;
        }
        let mut of_piece: BTreeMap<Option<u32>, Vec<&Fact>> = BTreeMap::new();
        for fact in parcel.facts.iter().filter(speaks_of_it) {
            of_piece
                .entry(fact.piece.filter(|_| !parcel.is_one_piece()))
                .or_default()
                .push(fact);
        }
        for (piece, told) in of_piece {
            self.judge(parcel, piece, &told, look);
        }
    }
}

impl Damaged {
    /// What is reported the whole, or of one piece.
    fn judge(
        &self,
        parcel: &Parcel,
        piece: Option<u32>,
        told: &[&Fact],
        look: &mut RuleContext<'_>,
    ) {
        let [first, ..] = told else { return };
        let last = told.last().unwrap_or(first);
        if look.passed(self.keep.after(last.latest)) {
            return;
        }
        let draft = Draft::since(first.latest)
            .by(Party::Carrier)
            .due(self.report_within.after(first.latest));
        let draft = draft
            .seen(told.iter().map(|fact| fact.event))
            .with_some("place", parcel.place_of(first));
        let draft = draft.of_piece(
            piece
                .and_then(|piece| parcel.number_of_piece(piece))
                .cloned(),
        );
        look.raise(draft.with_word("reason", first.reason.map(|reason| reason.as_str())));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires, moment};
    use crate::model::{Milestone, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "damaged";

    fn delivered() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-05T08:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .received("2026-03-05T12:00:00Z")
    }

    #[test]
    fn fires_on_what_is_damaged_missing_or_stolen_even_when_delivered() {
        let found = finding(
            CODE,
            [delivered().with(|event| event.damaged = true)],
            "2026-03-05T12:00:00Z",
        )
        .unwrap();
        assert_eq!(
            (found.level, found.due),
            (Level::Critical, Some(moment("2026-03-12T08:00:00Z")))
        );
        let stolen = delivered()
            .event(
                "2026-03-04T08:00:00Z",
                Stage::LastMile,
                Milestone::Exception,
            )
            .with(|event| event.reason = Some(Reason::Theft));
        assert!(fires(CODE, [stolen], "2026-03-05T12:00:00Z"));
        let damaged =
            delivered().event("2026-03-04T08:00:00Z", Stage::LineHaul, Milestone::Damaged);
        assert_eq!(
            finding(CODE, [damaged], "2026-03-05T12:00:00Z")
                .unwrap()
                .evidence
                .len(),
            1
        );
    }

    #[test]
    fn is_silent_about_sound_parcels_and_after_a_month() {
        assert!(!fires(CODE, [delivered()], "2026-03-05T12:00:00Z"));
        assert!(!fires(
            CODE,
            [delivered().with(|event| event.damaged = true)],
            "2026-04-05T12:00:00Z"
        ));
    }
}
