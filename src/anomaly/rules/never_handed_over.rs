//! `never-handed-over`: the next carrier has not begun.

use crate::anomaly::rule::rule;
use crate::anomaly::{
    Datum, Expected, Foresight, LegDigest, Parcel, Rule, RuleAbout, RuleContext, Span,
};
use crate::model::Party;

rule! {
    /// One carrier is done with the parcel, and the next one, whose number is known, has reported
    /// no movement: the hand-over did not take place, or was not scanned.
    NeverHandedOver = "never-handed-over", Silence, under &["lost"] =>
    /// How long the next carrier's first scan may take within a country, where no transit model
    /// tells.
    after: Span = Span::days(4),
    /// The same where the hand-over lies between countries: a flight and customs may lie between.
    after_abroad: Span = Span::days(10),
    /// It becomes critical when the silence lasts this many times as long as is unusual.
    critical_times: u8 = 2,
}

/// The leg that the parcel should be on by now.
fn next(parcel: &Parcel) -> Option<&LegDigest> {
    if parcel.terminal || !parcel.between_legs() {
        return None;
    }
    let leg = parcel.legs.get(usize::from(parcel.leg?))?;
    // A scan of unknown meaning is one.
    let has_begun = parcel
        .facts
        .iter()
        .any(|fact| fact.leg == leg.next && fact.is_sign_of_life());
    parcel
        .legs
        .get(usize::from(leg.next?))
        .filter(|_| !has_begun)
}

impl Rule for NeverHandedOver {
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
        next(ahead.parcel).and_then(|_| ahead.patience())
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let Some(next) = next(parcel) else { return };
        let Some(done) = parcel.decisive() else {
            return;
        };
        // It is the next carrier's feeds whose silence is read.
        let mut feeds = next
            .feeds
            .iter()
            .filter_map(|feed| parcel.feeds.get(usize::from(*feed)))
            .peekable();
        if feeds.peek().is_some()
            && feeds.all(|feed| look.surroundings().is_silent(&feed.id, look.now()))
        {
            return;
        }
        let patience = if parcel.lane.is_domestic() {
            self.after
        } else {
            self.after_abroad
        };
        let expected = look.expected().unwrap_or_else(|| {
            Expected::after(done.latest, patience, patience.times(self.critical_times))
        });
        look.raise_overdue(expected, done.latest, |draft| {
            draft
                .by(Party::Carrier)
                .seen([done.event])
                .with("next", Datum::Word(next.carrier.as_str().into()))
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{
        OneDay, finding, finding_with, fires, inspector, journey, moment,
    };
    use crate::anomaly::{Datum, Level, Surroundings};
    use crate::model::{Milestone, Party, Reference, Role, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "never-handed-over";

    fn done() -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .refers_to(Reference::new(Role::NextCarrier, "B1").with_carrier("beta"))
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LineHaul,
                Milestone::HandedOver,
            )
            .received("2026-03-04T10:00:00Z")
    }

    #[test]
    fn fires_when_the_next_carrier_does_not_begin() {
        assert!(!fires(CODE, [done()], "2026-03-14T08:59:00Z"));
        let found = finding(CODE, [done()], "2026-03-14T09:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, &found.data["next"]),
            (
                Level::Warning,
                Some(Party::Carrier),
                &Datum::Word("beta".into())
            )
        );
        assert_eq!(
            finding(CODE, [done()], "2026-03-24T09:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_label_of_the_next_carrier_is_no_movement_and_a_scan_is() {
        let label = shipment("beta.track", "B1")
            .event("2026-03-03T09:00:00Z", Stage::Order, Milestone::Announced)
            .received("2026-03-03T09:00:00Z");
        assert!(fires(CODE, [done(), label.clone()], "2026-03-14T09:00:00Z"));
        let scan = label.event("2026-03-05T09:00:00Z", Stage::LastMile, Milestone::Arrived);
        assert!(!fires(CODE, [done(), scan], "2026-03-14T09:00:00Z"));
    }

    #[test]
    fn a_domestic_hand_over_is_quicker_and_a_model_knows_better() {
        let domestic = done()
            .to("Lyon, FR")
            .changed(|shipment| shipment.origin = shipment.destination.clone());
        assert!(
            fires(CODE, [domestic], "2026-03-08T09:00:00Z")
                && !fires(CODE, [done()], "2026-03-08T09:00:00Z")
        );
        let model = OneDay {
            delivery: "2026-03-08T09:00:00Z",
        };
        assert!(
            finding_with(
                &model,
                CODE,
                [done()],
                "2026-03-04T10:00:00Z",
                "2026-03-05T09:00:00Z"
            )
            .is_some()
        );
    }

    #[test]
    fn a_feed_that_is_silent_itself_says_nothing() {
        let label = shipment("beta.track", "B1")
            .event("2026-03-03T09:00:00Z", Stage::Order, Milestone::Announced)
            .received("2026-03-03T09:00:00Z");
        let now = moment("2026-03-14T09:00:00Z");
        let mut around = Surroundings::default();
        around.silence("beta.track".into(), None);
        let parcel = inspector().digest(&journey([done(), label]).at_known(now, now));
        assert!(
            inspector()
                .inspect_amid(&parcel, now, &around)
                .of(CODE)
                .is_none()
        );
        assert!(inspector().inspect(&parcel, now).of(CODE).is_some());
    }

    #[test]
    fn a_last_leg_that_ends_is_delivered() {
        let alone = shipment("acme.track", "A1")
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .received("2026-03-04T10:00:00Z");
        assert!(!fires(CODE, [alone], "2026-03-24T09:00:00Z"));
    }
}
