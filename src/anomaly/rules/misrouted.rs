//! `misrouted`: sent the wrong way, where comparable parcels never come, or on its last mile in the
//! wrong country.

use crate::anomaly::geography::are_different;
use crate::anomaly::rule::rule;
use crate::anomaly::{
    Datum, Draft, Expected, Fact, Foresight, Parcel, Rule, RuleAbout, RuleContext, Span,
};
use crate::model::{Milestone, Party, Reason, Stage};

rule! {
    /// The carrier says that the parcel was sorted or sent the wrong way, and nothing shows that it
    /// was sent on since; or it is on its last mile in a country that is not its destination; or,
    /// if a transit model has learned routes, it is at a place where parcels of its lane that come
    /// from the place before hardly ever come.
    Misrouted = "misrouted", Route =>
    /// When it becomes critical if the parcel is not sent on.
    critical_after: Span = Span::days(5),
    /// Whether a last mile in another country than the destination counts.
    wrong_country: bool = true,
    /// Whether a place counts that is unusual by the routes that a transit model learned. How
    /// unusual follows from the false alarms allowed per parcel.
    off_route: bool = true,
}

/// The last statement that it went wrong, unless the parcel was sent on since.
fn shipment(parcel: &Parcel) -> Option<&Fact> {
    let is_wrong = |fact: &Fact| {
        fact.is_of_parcel()
            && (fact.milestone == Milestone::Misrouted || fact.reason == Some(Reason::Missort))
    };
    let wrong = parcel.facts.iter().rev().find(|fact| is_wrong(fact))?;
    let place = |fact: &Fact| fact.place;
    let sent_on = parcel.facts.iter().any(|fact| {
        fact.is_after(wrong)
            && !is_wrong(fact)
            && fact.is_of_parcel()
            && match fact.milestone {
                Milestone::Arrived => place(fact).is_some() && place(fact) != place(wrong),
                milestone => matches!(
                    milestone,
                    Milestone::Departed
                        | Milestone::OutForDelivery
                        | Milestone::DeliveryAttempted
                        | Milestone::AvailableForPickup
                        | Milestone::Redirected
                        | Milestone::HandedOver
                ),
            }
    });
    (!sent_on).then_some(wrong)
}

/// The last scan, if it is one of the last mile in a country that certainly is not the destination.
fn abroad(parcel: &Parcel) -> Option<&Fact> {
    let destination = parcel.lane.destination?;
    let last = parcel
        .facts
        .iter()
        .rev()
        .find(|fact| fact.is_scan() && !fact.repeats)?;
    let is_last_mile = matches!(
        last.milestone,
        Milestone::OutForDelivery | Milestone::DeliveryAttempted | Milestone::AvailableForPickup
    ) || last.milestone == Milestone::Arrived
        && last.stage == Some(Stage::LastMile);
    let country = parcel.place(last).and_then(|place| place.country)?;
    let is_last_leg = last
        .leg
        .and_then(|leg| parcel.legs.get(usize::from(leg)))
        .is_some_and(|leg| leg.owns_final_address);
    (is_last_mile
        && is_last_leg
        && are_different(country, destination)
        && !parcel.has(Milestone::Redirected))
    .then_some(last)
}

/// The last scan with a place, if it is the last sign of the parcel: what learned routes judge.
fn placed(parcel: &Parcel) -> Option<&Fact> {
    let scan = parcel
        .facts
        .iter()
        .rev()
        .find(|fact| fact.is_scan() && !fact.repeats)?;
    scan.place.is_some().then_some(scan)
}

impl Rule for Misrouted {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn judges_pieces(&self) -> bool {
        true
    }

    fn foresee(&self, ahead: &Foresight<'_>) -> Option<Expected> {
        let at = ahead.strayed().filter(|_| self.off_route)?;
        Some(Expected { at, severe: None })
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal || parcel.goes_back() || parcel.is_return {
            return;
        }
        let found = shipment(parcel).map(|fact| (fact, "told")).or_else(|| {
            abroad(parcel)
                .filter(|_| self.wrong_country)
                .map(|fact| (fact, "country"))
        });
        let found = found.or_else(|| {
            look.expected()
                .and_then(|_| placed(parcel))
                .map(|fact| (fact, "route"))
        });
        let Some((fact, how)) = found else { return };
        let critical = self.critical_after.after(fact.latest);
        let is_critical = look.passed(critical);
        let draft = Draft::since(fact.latest)
            .by(Party::Carrier)
            .due((!is_critical).then_some(critical))
            .raised(is_critical);
        let draft = draft
            .seen([fact.event])
            .with_word("how", Some(how))
            .with_some("place", parcel.place_of(fact));
        let destination = parcel
            .lane
            .destination
            .map(|country| Datum::Place(country.as_str().into()));
        look.raise(draft.with_some("destination", destination));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Party, Reason, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "misrouted";

    fn under_way() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .to("Lyon, FR")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .at("Hamburg - GERMANY")
            .received("2026-03-03T09:00:00Z")
    }

    #[test]
    fn fires_when_the_carrier_says_so_until_the_parcel_is_sent_on() {
        let wrong = under_way()
            .event(
                "2026-03-03T09:00:00Z",
                Stage::LineHaul,
                Milestone::Misrouted,
            )
            .at("Milano, IT");
        let found = finding(CODE, [wrong.clone()], "2026-03-03T10:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.evidence.len()),
            (Level::Warning, Some(Party::Carrier), 1)
        );
        assert_eq!(
            finding(CODE, [wrong.clone()], "2026-03-08T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
        let scanned_there = wrong
            .clone()
            .event("2026-03-03T12:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .at("Milano, IT");
        assert!(fires(CODE, [scanned_there], "2026-03-04T10:00:00Z"));
        let sent_on = wrong
            .event("2026-03-04T09:00:00Z", Stage::LineHaul, Milestone::Departed)
            .at("Milano, IT");
        assert!(!fires(CODE, [sent_on], "2026-03-04T10:00:00Z"));
    }

    #[test]
    fn a_reason_says_it_too() {
        let delayed = under_way()
            .event("2026-03-03T09:00:00Z", Stage::LineHaul, Milestone::Delayed)
            .with(|event| event.reason = Some(Reason::Missort));
        assert!(fires(CODE, [delayed], "2026-03-03T10:00:00Z"));
    }

    #[test]
    fn a_last_mile_in_another_country_is_a_wrong_way() {
        let out = |place| {
            under_way()
                .event(
                    "2026-03-03T09:00:00Z",
                    Stage::LastMile,
                    Milestone::OutForDelivery,
                )
                .at(place)
        };
        assert!(fires(CODE, [out("Torino, IT")], "2026-03-03T10:00:00Z"));
        assert!(!fires(CODE, [out("Lyon, FR")], "2026-03-03T10:00:00Z"));
        assert!(
            !fires(CODE, [out("MONACO - MONACO")], "2026-03-03T10:00:00Z"),
            "Monaco shares the post of France"
        );
        assert!(
            !fires(CODE, [out("Somewhere")], "2026-03-03T10:00:00Z"),
            "unknown places are unknown"
        );
        let unknown = shipment("acme.track", "A1")
            .event(
                "2026-03-03T09:00:00Z",
                Stage::LastMile,
                Milestone::OutForDelivery,
            )
            .at("Torino, IT");
        assert!(
            !fires(CODE, [unknown], "2026-03-03T10:00:00Z"),
            "so are destinations"
        );
    }

    #[test]
    fn is_silent_in_transit_on_the_way_back_and_after_the_end() {
        let through = under_way()
            .event("2026-03-03T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .at("Torino, IT");
        assert!(!fires(CODE, [through], "2026-03-03T10:00:00Z"));
        let wrong = under_way()
            .event(
                "2026-03-03T09:00:00Z",
                Stage::LineHaul,
                Milestone::Misrouted,
            )
            .at("Milano, IT");
        for milestone in [Milestone::Delivered, Milestone::Returning] {
            let over = wrong
                .clone()
                .event("2026-03-05T09:00:00Z", Stage::LastMile, milestone);
            assert!(!fires(CODE, [over], "2026-03-06T10:00:00Z"), "{milestone}");
        }
    }
}
