//! `clock-skew`: a feed whose clock is wrong.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext, Span};

rule! {
    /// A feed tells scans before they happen, or at other times than another feed tells the same
    /// ones, always by the same step of zones. Its times mislead every rule and estimate that
    /// waits. What is told further ahead than fourteen hours is taken for a plan.
    ClockSkew = "clock-skew", Data =>
    /// How far ahead of its receipt a scan may lie.
    ahead: Span = Span::minutes(30),
}

impl Rule for ClockSkew {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal {
            return;
        }
        for doubt in &parcel.clock_doubts {
            let Some(feed) = parcel.feeds.get(usize::from(doubt.feed)) else {
                continue;
            };
            if doubt.against.is_none() && doubt.minutes <= self.ahead.duration().num_minutes() {
                continue;
            }
            let against = doubt
                .against
                .and_then(|feed| parcel.feeds.get(usize::from(feed)));
            #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
            let hours = doubt.minutes as f64 / 60.0;
            let draft = Draft::since(doubt.since)
                .about(feed.id.as_str())
                .seen(doubt.scans.iter().copied());
            let draft = draft
                .with("feed", Datum::Word(feed.id.as_str().into()))
                .with("ahead", Datum::Hours((hours * 100.0).round() / 100.0));
            look.raise(draft.with_some(
                "against",
                against.map(|feed| Datum::Word(feed.id.as_str().into())),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Datum;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Event, EventTime, Milestone, Stage, Zones};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "clock-skew";
    const NOW: &str = "2026-03-09T00:00:00Z";

    fn scan(at: &str, received: &str) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(at, Stage::LineHaul, Milestone::Arrived)
            .received(received)
    }

    #[test]
    fn fires_when_a_scan_is_told_before_it_happens() {
        let found = finding(
            CODE,
            [scan("2026-03-03T17:00:00Z", "2026-03-03T09:05:00Z")],
            "2026-03-03T09:05:00Z",
        )
        .unwrap();
        assert_eq!(
            (found.subject.as_str(), &found.data["ahead"]),
            ("acme.track", &Datum::Hours(7.92))
        );
        assert!(
            !fires(
                CODE,
                [scan("2026-03-03T09:20:00Z", "2026-03-03T09:05:00Z")],
                NOW
            ),
            "clocks are never quite the same"
        );
    }

    #[test]
    fn plans_and_unknown_zones_are_no_skew() {
        assert!(!fires(
            CODE,
            [scan("2026-03-05T17:00:00Z", "2026-03-03T09:05:00Z")],
            NOW
        ));
        let planned = scan("2026-03-03T17:00:00Z", "2026-03-03T09:05:00Z")
            .with(|event| event.milestone = Milestone::DeliveryScheduled);
        assert!(!fires(CODE, [planned], NOW));
        let wide = |event: &mut Event| {
            event.time = EventTime::local(
                event.time.raw(),
                event.time.wall_clock().unwrap(),
                &Zones::Unknown,
            )
        };
        assert!(!fires(
            CODE,
            [scan("2026-03-03T17:00:00Z", "2026-03-03T09:05:00Z").with(wide)],
            NOW
        ));
    }

    fn three(feed: &str, hour: u8) -> ShipmentBuilder {
        [
            (2, Milestone::PickedUp),
            (3, Milestone::Departed),
            (4, Milestone::Arrived),
        ]
        .into_iter()
        .fold(
            shipment(feed, "A1").received("2026-03-05T00:00:00Z"),
            |told, (day, milestone)| {
                told.event(
                    &format!("2026-03-{day:02}T{hour:02}:10:00Z"),
                    Stage::LineHaul,
                    milestone,
                )
            },
        )
    }

    #[test]
    fn fires_when_two_feeds_tell_the_same_scans_hours_apart() {
        let found = finding(CODE, [three("acme.push", 17), three("acme.track", 9)], NOW).unwrap();
        assert_eq!(
            (&found.data["ahead"], &found.data["against"]),
            (&Datum::Hours(8.0), &Datum::Word("acme.track".into()))
        );
        assert!(!fires(
            CODE,
            [three("acme.push", 9), three("acme.track", 9)],
            NOW
        ));
    }

    #[test]
    fn scans_that_are_not_all_apart_alike_are_other_scans() {
        let other = three("acme.track", 9).with(|event| {
            let at = event.time.wall_clock().unwrap() + chrono::Duration::minutes(20);
            event.time = EventTime::at_offset(event.time.raw(), at, 0);
        });
        assert!(!fires(CODE, [three("acme.push", 17), other], NOW));
        let next_leg = three("beta.track", 17);
        assert!(!fires(CODE, [three("acme.track", 9), next_leg], NOW));
    }
}
