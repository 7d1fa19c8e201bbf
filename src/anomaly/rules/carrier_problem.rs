//! `carrier-problem`: the carrier says that something is in the way, and no more.

use crate::anomaly::rule::rule;
use crate::anomaly::{Draft, Fact, Parcel, Rule, RuleAbout, RuleContext};
use crate::model::IssuerKind;
use crate::model::{Milestone, Party, Reason};

rule! {
    /// The carrier reports an exception, a hold or a delay, or customs hold the parcel, and nothing
    /// shows that it went on since. Where a finer rule speaks of the same (damage, a wrong address,
    /// a wrong way, customs that wait for somebody), that one is told; a hold that sender or
    /// recipient asked for is no problem. The finding gives the carrier's own words, personal data
    /// hidden.
    CarrierProblem = "carrier-problem", Delivery, under &["customs-action-needed", "customs-dwell", "lost"] =>
    /// Whether a notice of a delay counts.
    delays: bool = true,
}

/// Reasons of which another rule speaks.
const FINER: [Reason; 8] = [
    Reason::Damage,
    Reason::MissingPiece,
    Reason::Theft,
    Reason::AddressIncorrect,
    Reason::AddressIncomplete,
    Reason::RecipientUnknown,
    Reason::RecipientMoved,
    Reason::Missort,
];

/// Reasons of a hold that somebody wanted.
const ASKED: [Reason; 3] = [
    Reason::SenderRequest,
    Reason::RecipientRequest,
    Reason::RecipientUnavailablePeriod,
];

impl CarrierProblem {
    fn is_meant(&self, parcel: &Parcel, fact: &Fact) -> bool {
        let is_named = fact
            .reason
            .is_some_and(|reason| FINER.contains(&reason) || ASKED.contains(&reason));
        fact.is_problem()
            && !is_named
            && !fact.damaged
            && (self.delays || fact.milestone != Milestone::Delayed)
            && parcel.issuer(fact) != Some(IssuerKind::Merchant)
    }
}

impl Rule for CarrierProblem {
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
        if [Milestone::Exception, Milestone::Held, Milestone::Delayed]
            .into_iter()
            .any(|milestone| parcel.has(milestone))
        {
            self.of_carrier(parcel, look);
        }
        if parcel.has(Milestone::CustomsHold) {
            of_customs(parcel, look);
        }
    }
}

impl CarrierProblem {
    fn of_carrier(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let Some(problem) = parcel
            .facts
            .iter()
            .rev()
            .find(|fact| self.is_meant(parcel, fact))
        else {
            return;
        };
        let went_on =
            |fact: &Fact| fact.is_movement() && fact.is_of_parcel() && fact.is_after(problem);
        if parcel.facts.iter().rev().any(went_on) {
            return;
        }
        let party = problem
            .reason
            .map_or(Party::Carrier, |reason| reason.party());
        let draft = Draft::since(problem.latest)
            .by(party)
            .seen([problem.event])
            .with_word("kind", Some(problem.milestone.as_str()));
        let draft = draft
            .with_word("reason", problem.reason.map(|reason| reason.as_str()))
            .with_some("place", parcel.place_of(problem));
        look.raise(
            draft.with_some(
                "words",
                parcel
                    .words_of(problem)
                    .cloned()
                    .map(crate::anomaly::Datum::Text),
            ),
        );
    }
}

/// A hold of customs, at once: `customs-dwell` speaks of its length.
fn of_customs(parcel: &Parcel, look: &mut RuleContext<'_>) {
    let holds = parcel
        .clearances
        .iter()
        .filter(|clearance| !clearance.over)
        .flat_map(|clearance| &clearance.holds);
    let Some(hold) = holds
        .filter(|hold| hold.kind == Milestone::CustomsHold)
        .min_by_key(|hold| (hold.since.latest, hold.event))
    else {
        return;
    };
    let draft = Draft::since(hold.since.latest)
        .about("customs")
        .by(hold.party)
        .seen([hold.event]);
    look.raise(
        draft
            .with_word("kind", Some(hold.kind.as_str()))
            .with_word("reason", hold.reason.map(|reason| reason.as_str())),
    );
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, findings, fires};
    use crate::anomaly::{Datum, Level};
    use crate::model::{FreeText, Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "carrier-problem";

    fn told_of(milestone: Milestone) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event("2026-03-03T09:00:00Z", Stage::LineHaul, milestone)
            .received("2026-03-03T10:00:00Z")
    }

    #[test]
    fn an_exception_is_told_with_the_carrier_s_own_words() {
        let told = told_of(Milestone::Exception)
            .with(|event| event.code.text = Some(FreeText::new("Shipment exception")));
        let found = finding(CODE, [told], "2026-03-03T10:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party),
            (Level::Warning, Some(Party::Carrier))
        );
        assert_eq!(
            (&found.data["kind"], &found.data["words"]),
            (
                &Datum::Word("exception".into()),
                &Datum::Text("Shipment exception".into())
            )
        );
    }

    #[test]
    fn a_hold_and_a_delay_are_trouble_too() {
        for milestone in [Milestone::Held, Milestone::Delayed] {
            assert!(
                fires(CODE, [told_of(milestone)], "2026-03-03T10:00:00Z"),
                "{milestone}"
            );
        }
        let customs =
            told_of(Milestone::CustomsHold).with(|event| event.stage = Some(Stage::ImportCustoms));
        assert_eq!(
            finding(CODE, [customs], "2026-03-03T10:00:00Z")
                .unwrap()
                .subject,
            "customs"
        );
    }

    #[test]
    fn is_silent_once_the_parcel_goes_on_or_has_ended() {
        for milestone in [
            Milestone::Departed,
            Milestone::OutForDelivery,
            Milestone::Delivered,
            Milestone::AvailableForPickup,
        ] {
            let told = told_of(Milestone::Exception).event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                milestone,
            );
            assert!(!fires(CODE, [told], "2026-03-04T10:00:00Z"), "{milestone}");
        }
    }

    #[test]
    fn a_hold_that_somebody_asked_for_and_what_a_finer_rule_tells_are_not_meant() {
        let because = |reason| told_of(Milestone::Held).with(|event| event.reason = Some(reason));
        assert!(!fires(
            CODE,
            [because(Reason::RecipientRequest)],
            "2026-03-03T10:00:00Z"
        ));
        let found = findings([because(Reason::AddressIncomplete)], "2026-03-03T10:00:00Z");
        assert!(found.of(CODE).is_none() && found.of("address-problem").is_some());
    }

    #[test]
    fn the_problem_of_one_piece_names_it() {
        let told = shipment("acme.track", "A1")
            .event("2026-03-02T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .of_piece("P1")
            .event("2026-03-02T10:00:00Z", Stage::LineHaul, Milestone::Held)
            .of_piece("P2")
            .received("2026-03-03T10:00:00Z");
        assert_eq!(
            finding(CODE, [told], "2026-03-03T10:00:00Z")
                .unwrap()
                .piece
                .unwrap()
                .as_str(),
            "P2"
        );
    }
}
