//! `stalled`: under way, and no news for longer than is usual there.

use crate::anomaly::rule::rule;
use crate::anomaly::{Expected, Foresight, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, Stage};

rule! {
    /// The parcel is under way and has not moved for longer than parcels usually rest there.
    /// Waiting at customs, for its recipient or for the next carrier is not meant: other rules look
    /// at those.
    Stalled = "stalled", Silence, under &["lost", "lost-risk"] =>
    /// Unusual silence after collection, where no transit model tells.
    first_mile: Span = Span::days(4),
    /// Unusual silence between facilities within a country. Posts start a search after about a week
    /// (USPS: seven business days).
    line_haul: Span = Span::days(5),
    /// Unusual silence between facilities across a border: a parcel sent as a letter or by sea
    /// tells nothing on its way.
    abroad: Span = Span::days(14),
    /// Unusual silence in the last mile.
    last_mile: Span = Span::days(4),
    /// Unusual silence on the way back to the sender.
    returning: Span = Span::days(14),
    /// It becomes critical when the silence lasts this many times as long as is unusual.
    critical_times: u8 = 2,
}

impl Stalled {
    /// Whether the rule is meant: under way, and nobody else's turn.
    fn is_meant(parcel: &Parcel) -> bool {
        let Some(milestone) = parcel.milestone else {
            return false;
        };
        !parcel.terminal
            && !milestone.is_before_pickup()
            && !matches!(
                milestone,
                Milestone::AvailableForPickup | Milestone::DeliveryScheduled
            )
            && parcel.clearance().is_none()
            && !parcel.between_legs()
    }

    fn patience(&self, parcel: &Parcel) -> Span {
        match parcel.stage {
            _ if parcel.goes_back() => self.returning,
            Some(Stage::FirstMile) => self.first_mile,
            Some(Stage::LastMile) => self.last_mile,
            _ if parcel.lane.is_domestic() => self.line_haul,
            _ => self.abroad,
        }
    }
}

impl Rule for Stalled {
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
        Self::is_meant(ahead.parcel).then(|| ahead.patience())?
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !Self::is_meant(parcel) {
            return;
        }
        let Some(last) = parcel.moved().or(parcel.decisive()) else {
            return;
        };
        let expected = look.expected().unwrap_or_else(|| {
            let patience = self.patience(parcel);
            Expected::after(last.latest, patience, patience.times(self.critical_times))
        });
        let place = parcel.place_of(last);
        look.raise_overdue(expected, last.latest, |draft| {
            let draft = draft
                .by(Party::Carrier)
                .seen([last.event])
                .with_word("last", Some(last.milestone.as_str()));
            draft.with_some("place", place)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{OneDay, finding, finding_with, fires, moment};
    use crate::model::{EventTime, Milestone, Party, Stage, Zones};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "stalled";

    fn at_the_depot() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .at("Lyon, FR")
            .event("2026-03-03T09:00:00Z", Stage::LastMile, Milestone::Arrived)
            .at("Paris, FR")
            .received("2026-03-03T09:00:00Z")
    }

    #[test]
    fn fires_after_the_silence_that_the_settings_allow() {
        assert!(!fires(CODE, [at_the_depot()], "2026-03-07T08:59:00Z"));
        let found = finding(CODE, [at_the_depot()], "2026-03-07T09:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.since),
            (
                Level::Warning,
                Some(Party::Carrier),
                moment("2026-03-03T09:00:00Z")
            )
        );
        assert_eq!(found.evidence.len(), 1);
        assert_eq!(
            finding(CODE, [at_the_depot()], "2026-03-11T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_model_knows_better() {
        let model = OneDay {
            delivery: "2026-03-05T09:00:00Z",
        };
        let found = |now| finding_with(&model, CODE, [at_the_depot()], "2026-03-03T10:00:00Z", now);
        assert!(found("2026-03-04T08:59:00Z").is_none());
        assert_eq!(found("2026-03-04T09:00:00Z").unwrap().level, Level::Warning);
        assert_eq!(
            found("2026-03-05T09:00:00Z").unwrap().level,
            Level::Critical
        );
    }

    #[test]
    fn an_unknown_zone_gives_the_parcel_the_time_that_it_may_have() {
        let wall = moment("2026-03-03T09:00:00Z").naive_utc();
        let vague = at_the_depot().with(|event| {
            event.time = EventTime::local("2026-03-03T09:00:00", wall, &Zones::Unknown)
        });
        assert!(!fires(CODE, [vague.clone()], "2026-03-07T20:59:00Z"));
        assert!(fires(CODE, [vague], "2026-03-07T21:00:00Z"));
    }

    #[test]
    fn is_silent_where_somebody_else_is_awaited_or_all_is_over() {
        for milestone in [
            Milestone::AvailableForPickup,
            Milestone::Delivered,
            Milestone::DeliveryScheduled,
            Milestone::Lost,
        ] {
            let told = at_the_depot().event("2026-03-03T10:00:00Z", Stage::LastMile, milestone);
            assert!(!fires(CODE, [told], "2026-04-07T21:00:00Z"), "{milestone}");
        }
        let in_customs = at_the_depot().event(
            "2026-03-03T10:00:00Z",
            Stage::ImportCustoms,
            Milestone::CustomsInspection,
        );
        assert!(!fires(CODE, [in_customs], "2026-04-07T21:00:00Z"));
    }

    #[test]
    fn a_delay_notice_is_no_movement() {
        let delayed =
            at_the_depot().event("2026-03-06T10:00:00Z", Stage::LastMile, Milestone::Delayed);
        assert!(fires(CODE, [delayed], "2026-03-07T09:00:00Z"));
    }
}
