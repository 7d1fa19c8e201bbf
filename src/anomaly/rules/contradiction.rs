//! `contradiction`: statements that cannot both be true.

use smol_str::SmolStr;

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext};
use crate::journey::ConflictKind;

rule! {
    /// Two statements about the parcel cannot both be true: it was delivered and lost, one scan
    /// lies in two cities, a delivery is damaged and is not. Movement after a delivery has a rule
    /// of its own.
    Contradiction = "contradiction", Data =>
    /// Whether two cities of one scan count. Feeds also name a suburb and its city.
    places: bool = true,
}

impl Rule for Contradiction {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let mut seen: Vec<ConflictKind> = Vec::new();
        for conflict in &parcel.conflicts {
            let is_first = !seen.contains(&conflict.kind);
            if is_first {
                seen.push(conflict.kind);
            }
            let is_meant = conflict.kind != ConflictKind::MovementAfterDelivery
                && (self.places || conflict.kind != ConflictKind::DifferentPlaces);
            if !is_first || !is_meant {
                continue;
            }
            let same = || {
                parcel
                    .conflicts
                    .iter()
                    .filter(|other| other.kind == conflict.kind)
            };
            let evidence = same().flat_map(|conflict| conflict.events.iter().copied());
            let latest = parcel
                .facts
                .iter()
                .filter(|fact| conflict.events.contains(&fact.event))
                .map(|fact| fact.latest)
                .max();
            let Some(since) = latest else { continue };
            // Ends that differ and damage that one side hides are somebody's money.
            let is_grave = matches!(
                conflict.kind,
                ConflictKind::DifferentEnds | ConflictKind::DifferentCondition
            );
            let mut draft = Draft::since(since)
                .about(conflict.kind.as_str())
                .raised(is_grave)
                .seen(evidence);
            for (name, value) in ["one", "other"].into_iter().zip(&conflict.values) {
                draft = draft.with(name, Datum::Word(SmolStr::from(value.as_str())));
            }
            look.raise(draft.with(
                "conflicts",
                Datum::Count(i64::try_from(same().count()).unwrap_or(i64::MAX)),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, findings, fires};
    use crate::anomaly::{Datum, Level};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "contradiction";
    const NOW: &str = "2026-03-09T00:00:00Z";

    fn arrived(feed: &str, place: &str) -> ShipmentBuilder {
        shipment(feed, "A1")
            .event("2026-03-03T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .at(place)
            .received("2026-03-03T10:00:00Z")
    }

    #[test]
    fn two_ends_cannot_both_be() {
        let told = arrived("acme.track", "Lyon, FR").event(
            "2026-03-04T09:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        );
        let found = finding(
            CODE,
            [told.event("2026-03-05T09:00:00Z", Stage::LastMile, Milestone::Lost)],
            NOW,
        )
        .unwrap();
        assert_eq!(
            (found.level, found.subject.as_str(), found.evidence.len()),
            (Level::Warning, "different_ends", 2)
        );
        assert_eq!(
            (&found.data["one"], &found.data["other"]),
            (
                &Datum::Word("delivered".into()),
                &Datum::Word("lost".into())
            )
        );
    }

    #[test]
    fn one_scan_lies_in_one_city() {
        let found = finding(
            CODE,
            [
                arrived("acme.track", "Lyon, FR"),
                arrived("acme.push", "Paris, FR"),
            ],
            NOW,
        )
        .unwrap();
        assert_eq!(
            (found.level, found.subject.as_str()),
            (Level::Info, "different_places")
        );
        assert!(!fires(
            CODE,
            [
                arrived("acme.track", "Lyon, FR"),
                arrived("acme.push", "LYON, FR")
            ],
            NOW
        ));
    }

    #[test]
    fn movement_after_delivery_is_another_rule_s() {
        let told = arrived("acme.track", "Lyon, FR").event(
            "2026-03-04T09:00:00Z",
            Stage::LastMile,
            Milestone::Delivered,
        );
        let told = told.event("2026-03-05T09:00:00Z", Stage::LastMile, Milestone::Arrived);
        let found = findings([told], NOW);
        assert!(found.of(CODE).is_none() && found.of("moved-after-delivery").is_some());
    }
}
