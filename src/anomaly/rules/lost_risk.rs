//! `lost-risk`: silent for so long that it has probably gone astray.

use crate::anomaly::rule::rule;
use crate::anomaly::{Expected, Foresight, Parcel, Rule, RuleAbout, RuleContext, Share, Span};
use crate::model::Party;

rule! {
    /// Nothing was heard of a parcel for so long that it more probably never arrives than not. A
    /// search should be asked for while the carrier still accepts one.
    LostRisk = "lost-risk", Loss, under &["lost"] =>
    /// From which probability that it never arrives, as the transit model says.
    probability: Share = Share::percent(50),
    /// Silence within a country, where no transit model tells. Posts accept a search or a claim
    /// after ten to fifteen days.
    domestic: Span = Span::days(15),
    /// Silence on the way abroad.
    abroad: Span = Span::days(40),
}

/// Whether the rule is meant: with the carrier, and not waiting where it is known to be.
fn is_meant(parcel: &Parcel) -> bool {
    let Some(milestone) = parcel.milestone else {
        return false;
    };
    !parcel.terminal
        && !milestone.is_before_pickup()
        && !parcel.awaits_collection()
        && parcel.clearance().is_none()
}

impl Rule for LostRisk {
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
        let probable = is_meant(ahead.parcel).then(|| ahead.loss(self.probability.get()))??;
        // A model of few journeys may take a usual silence for a loss: it must be unusual as well,
        // by the false alarms that are allowed.
        let unusual = ahead.patience().map(|unusual| unusual.at);
        Some(Expected {
            at: unusual.map_or(probable, |unusual| unusual.max(probable)),
            severe: None,
        })
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !is_meant(parcel) {
            return;
        }
        let Some(last) = parcel.heard().or(parcel.decisive()) else {
            return;
        };
        let patience = if parcel.lane.is_domestic() {
            self.domestic
        } else {
            self.abroad
        };
        let expected = look.expected().unwrap_or(Expected {
            at: patience.after(last.latest),
            severe: None,
        });
        let place = parcel.place_of(last);
        look.raise_overdue(expected, last.latest, |draft| {
            draft
                .by(Party::Carrier)
                .seen([last.event])
                .with_word("last", Some(last.milestone.as_str()))
                .with_some("place", place)
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use crate::History;
    use crate::anomaly::rules::trial::{OneDay, finding, finding_with, findings, fires};
    use crate::anomaly::{Expectations, Level};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "lost-risk";

    fn departed() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event("2026-03-02T09:00:00Z", Stage::LineHaul, Milestone::Departed)
            .received("2026-03-02T09:00:00Z")
    }

    #[test]
    fn fires_after_a_long_silence_and_the_stall_goes_under_in_it() {
        assert!(!fires(CODE, [departed()], "2026-04-11T08:00:00Z"));
        assert_eq!(
            finding(CODE, [departed()], "2026-04-11T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
        let found = findings([departed()], "2026-04-11T09:00:00Z");
        assert_eq!(found.of("stalled").unwrap().under.as_deref(), Some(CODE));
    }

    #[test]
    fn a_model_knows_better() {
        let model = OneDay {
            delivery: "2026-03-04T09:00:00Z",
        };
        let found = |now| finding_with(&model, CODE, [departed()], "2026-03-02T09:00:00Z", now);
        assert!(found("2026-03-09T08:00:00Z").is_none() && found("2026-03-09T09:00:00Z").is_some());
    }

    #[test]
    fn a_silence_that_is_usual_is_no_loss_whatever_the_model_says_of_losses() {
        let model = OneDay {
            delivery: "2026-03-04T09:00:00Z",
        };
        let rash = Rash(model);
        let found = |now| finding_with(&rash, CODE, [departed()], "2026-03-02T09:00:00Z", now);
        assert!(found("2026-03-03T08:00:00Z").is_none() && found("2026-03-03T09:00:00Z").is_some());
    }

    /// A model that gives a parcel up after an hour.
    struct Rash(OneDay);

    impl Expectations for Rash {
        fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>> {
            self.0.patience(history, tail)
        }

        fn loss_patience(&self, history: &History, _: f64) -> Option<DateTime<Utc>> {
            Some(history.events.last()?.at + chrono::Duration::hours(1))
        }

        fn miss(&self, history: &History, by: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64> {
            self.0.miss(history, by, now)
        }
    }

    #[test]
    fn is_silent_where_the_parcel_is_known_to_wait_or_has_ended() {
        for milestone in [
            Milestone::AvailableForPickup,
            Milestone::Delivered,
            Milestone::Lost,
            Milestone::CustomsHold,
        ] {
            let told = departed().event("2026-03-03T09:00:00Z", Stage::ImportCustoms, milestone);
            assert!(!fires(CODE, [told], "2026-06-11T08:00:00Z"), "{milestone}");
        }
    }
}
