//! `impossible-travel`: no parcel travels that fast.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext, Span};

rule! {
    /// Two scans in two countries follow each other faster than anything travels from door to door:
    /// one of them is of another parcel, of another day, or false. The distance is the least that
    /// two points of the two countries can have, the time the most that both statements allow, so
    /// an unknown zone, an open order or a neighbouring country cannot raise it. Parcels of several
    /// pieces are not looked at.
    ImpossibleTravel = "impossible-travel", Route =>
    /// The fastest travel in kilometres an hour. Airliners cruise at about 900; 1,000 allows for
    /// wind from behind.
    fastest_kmh: u16 = 1000,
    /// What is added to the time between the scans: two feeds' clocks may be an hour apart, and
    /// scans are keyed in late.
    slack: Span = Span::minutes(90),
}

impl Rule for ImpossibleTravel {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.leaps.is_empty() || parcel.terminal {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "minutes of a setting")]
        let slack = self.slack.duration().num_minutes() as f64 / 60.0;
        let is_impossible =
            |hours: f64, km: f64| km > f64::from(self.fastest_kmh.max(100)) * (hours + slack);
        let mut leaps = parcel
            .leaps
            .iter()
            .filter(|leap| is_impossible(leap.hours, leap.km));
        let Some(first) = leaps.next() else { return };
        let evidence = first
            .scans
            .into_iter()
            .chain(leaps.flat_map(|leap| leap.scans));
        let draft = Draft::since(first.since)
            .seen(evidence)
            .with("distance", Datum::Km(first.km.round()));
        look.raise(draft.with("time", Datum::Hours((first.hours * 100.0).round() / 100.0)));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Event, EventTime, Milestone, Stage, Zones};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "impossible-travel";
    const NOW: &str = "2026-03-05T00:00:00Z";

    fn scans(first: (&str, &str), second: (&str, &str)) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .event(first.0, Stage::FirstMile, Milestone::PickedUp)
            .at(first.1)
            .event(second.0, Stage::LastMile, Milestone::Arrived)
            .at(second.1)
            .received("2026-03-04T00:00:00Z")
    }

    fn without_zone(event: &mut Event) {
        event.time = EventTime::local(
            event.time.raw(),
            event.time.wall_clock().unwrap(),
            &Zones::Unknown,
        );
    }

    #[test]
    fn fires_when_a_parcel_is_in_two_far_countries_within_hours() {
        let found = finding(
            CODE,
            [scans(
                ("2026-03-02T09:00:00Z", "Shenzhen, CN"),
                ("2026-03-02T11:00:00Z", "Berlin - GERMANY"),
            )],
            NOW,
        )
        .unwrap();
        assert_eq!(found.evidence.len(), 2);
    }

    #[test]
    fn a_flight_is_possible() {
        assert!(!fires(
            CODE,
            [scans(
                ("2026-03-02T09:00:00Z", "Shenzhen, CN"),
                ("2026-03-02T21:00:00Z", "Berlin - GERMANY")
            )],
            NOW
        ));
    }

    #[test]
    fn neighbours_may_be_near() {
        assert!(!fires(
            CODE,
            [scans(
                ("2026-03-02T09:00:00Z", "Aachen - GERMANY"),
                ("2026-03-02T09:05:00Z", "Liege, BE")
            )],
            NOW
        ));
        assert!(!fires(
            CODE,
            [scans(
                ("2026-03-02T09:00:00Z", "Los Angeles, US"),
                ("2026-03-02T09:05:00Z", "Toronto - CANADA")
            )],
            NOW
        ));
    }

    #[test]
    fn an_unknown_zone_or_country_cannot_fire_it() {
        let near = || {
            scans(
                ("2026-03-02T09:00:00Z", "Shenzhen, CN"),
                ("2026-03-02T11:00:00Z", "Berlin - GERMANY"),
            )
        };
        assert!(!fires(CODE, [near().with(without_zone)], NOW));
        assert!(!fires(CODE, [near().at("BERLIN")], NOW));
    }

    #[test]
    fn clocks_an_hour_apart_cannot_fire_it() {
        // Hong Kong and Manila lie an hour's flight apart; the second clock is an hour behind.
        assert!(!fires(
            CODE,
            [scans(
                ("2026-03-02T09:00:00Z", "Hong Kong, HK"),
                ("2026-03-02T09:10:00Z", "Manila, PH")
            )],
            NOW
        ));
    }

    #[test]
    fn pieces_travel_apart() {
        let told = scans(
            ("2026-03-02T09:00:00Z", "Shenzhen, CN"),
            ("2026-03-02T11:00:00Z", "Berlin - GERMANY"),
        );
        assert!(!fires(CODE, [told.pieces(2)], NOW));
    }

    #[test]
    fn statements_of_offices_are_no_scans() {
        let told = scans(
            ("2026-03-02T09:00:00Z", "Shenzhen, CN"),
            ("2026-03-02T11:00:00Z", "Berlin - GERMANY"),
        );
        let cleared_ahead = told.with(|event| event.milestone = Milestone::CustomsReleased);
        assert!(!fires(CODE, [cleared_ahead], NOW));
    }
}
