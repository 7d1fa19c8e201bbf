//! `late-risk`: the promise will probably be missed.

use crate::anomaly::rule::rule;
use crate::anomaly::{
    Datum, Draft, Expected, Foresight, Parcel, Rule, RuleAbout, RuleContext, Share, Span,
};
use crate::model::{Milestone, Party, Stage};

rule! {
    /// The carrier's promise has not passed yet, but the parcel will probably miss it, as a transit
    /// model has learned. Without one the carrier's word stands, unless the settings name a least
    /// time that a parcel needs.
    LateRisk = "late-risk", Promise, under &["late"] =>
    /// From which probability of missing the promise, as the transit model says.
    probability: Share = Share::percent(60),
    /// Where no transit model tells: the least time that a parcel needs which the carrier does not
    /// hold yet. `0m`, here and below: nothing is said.
    announced: Span = Span::ZERO,
    /// The least time that it needs while it is still in another country than its destination.
    abroad: Span = Span::ZERO,
    /// The least time that it needs in customs.
    customs: Span = Span::ZERO,
    /// The least time that it needs between facilities.
    line_haul: Span = Span::ZERO,
    /// The least time that it needs in the last mile when it is not out for delivery yet.
    last_mile: Span = Span::ZERO,
}

/// Whether a promise may still be missed.
fn is_meant(parcel: &Parcel) -> bool {
    !parcel.terminal
        && !parcel.promises.is_empty()
        && !parcel.awaits_collection()
        && !parcel.goes_back()
        && parcel.milestone != Some(Milestone::Refused)
}

impl LateRisk {
    /// The least time until delivery, where something is known of it.
    fn least(&self, parcel: &Parcel) -> Option<Span> {
        let milestone = parcel.milestone?;
        let here = parcel
            .moved()
            .and_then(|fact| parcel.place(fact))
            .and_then(|place| place.country);
        let is_abroad = here
            .zip(parcel.lane.destination)
            .is_some_and(|(here, destination)| here != destination);
        let least = match parcel.stage {
            _ if milestone == Milestone::OutForDelivery => None,
            _ if is_abroad => Some(self.abroad),
            _ if milestone.is_before_pickup() => Some(self.announced),
            _ if parcel.clearance().is_some() => Some(self.customs),
            Some(Stage::LastMile) => Some(self.last_mile),
            Some(_) => Some(self.line_haul),
            None => None,
        };
        least.filter(|least| *least > Span::ZERO)
    }
}

impl Rule for LateRisk {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn foresee(&self, ahead: &Foresight<'_>) -> Option<Expected> {
        let by = ahead
            .parcel
            .promise()
            .filter(|_| is_meant(ahead.parcel))?
            .by
            .latest;
        ahead
            .miss(by, self.probability.get())
            .map(|at| Expected { at, severe: None })
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !is_meant(parcel) {
            return;
        }
        let Some(promise) = parcel.promise() else {
            return;
        };
        let by = promise.by.latest;
        let expected = look.expected().map(|expected| expected.at);
        let Some(at) = expected.or_else(|| Some(self.least(parcel)?.before(by))) else {
            return;
        };
        // Once it has passed, the parcel is late and no longer at risk of it.
        if !look.passed(at) || look.passed(by) {
            return;
        }
        let party = parcel
            .clearance()
            .and_then(|clearance| clearance.party)
            .unwrap_or(Party::Carrier);
        let draft = Draft::since(at)
            .by(party)
            .due(by)
            .with("promised", Datum::At(by));
        look.raise(
            draft
                .with_word("kind", Some(promise.kind.as_str()))
                .with("left", Datum::hours_between(look.now(), by)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{OneDay, finding_with, fires, journey, moment};
    use crate::anomaly::{Inspector, Settings};
    use crate::model::{EventTime, Milestone, Party, Promise, PromiseKind, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "late-risk";

    fn promised() -> ShipmentBuilder {
        let by = EventTime::instant("2026-03-05T18:00:00Z", moment("2026-03-05T18:00:00Z"));
        shipment("acme.track", "A1")
            .event("2026-03-02T09:00:00Z", Stage::LineHaul, Milestone::Departed)
            .received("2026-03-02T10:00:00Z")
            .promised(Promise {
                kind: PromiseKind::Committed,
                from: None,
                by,
                stated: None,
            })
    }

    #[test]
    fn without_a_model_the_carriers_word_stands_unless_the_settings_say_otherwise() {
        assert!(!fires(CODE, [promised()], "2026-03-05T17:59:00Z"));
        let settings =
            Settings::from_json(r#"{"rules":{"late-risk":{"line_haul":"8h"}}}"#).unwrap();
        let inspector = Inspector::new(settings).unwrap();
        let found = |now: &str| {
            let parcel =
                inspector.digest(&journey([promised()]).at_known(moment(now), moment(now)));
            inspector
                .inspect(&parcel, moment(now))
                .found
                .into_iter()
                .find(|finding| finding.rule == CODE)
        };
        assert_eq!(found("2026-03-05T09:59:00Z"), None);
        let found = found("2026-03-05T10:00:00Z").unwrap();
        assert_eq!(
            (found.party, found.due),
            (Some(Party::Carrier), Some(moment("2026-03-05T18:00:00Z")))
        );
    }

    #[test]
    fn a_model_knows_better() {
        let late = OneDay {
            delivery: "2026-03-06T18:00:00Z",
        };
        assert!(
            finding_with(
                &late,
                CODE,
                [promised()],
                "2026-03-02T10:00:00Z",
                "2026-03-02T10:00:00Z"
            )
            .is_some()
        );
        let in_time = OneDay {
            delivery: "2026-03-04T18:00:00Z",
        };
        assert!(
            finding_with(
                &in_time,
                CODE,
                [promised()],
                "2026-03-02T10:00:00Z",
                "2026-03-05T09:00:00Z"
            )
            .is_none()
        );
    }

    #[test]
    fn is_silent_when_out_for_delivery_and_once_late() {
        let out = promised().event(
            "2026-03-05T08:00:00Z",
            Stage::LastMile,
            Milestone::OutForDelivery,
        );
        assert!(!fires(CODE, [out], "2026-03-05T17:00:00Z"));
        assert!(!fires(CODE, [promised()], "2026-03-05T18:00:00Z"));
        assert!(fires("late", [promised()], "2026-03-05T18:00:00Z"));
    }
}
