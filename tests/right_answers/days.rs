//! A carrier's calendar day stays that day, for every reader.

use crate::asked::{TrackRequest, asked};

fn assert_day(asked: &TrackRequest, spoken: &str, day: &str) {
    assert!(asked.text().contains(spoken), "{}", asked.text());
    let arrival = asked.briefings()[0]["arrival"].to_string();
    assert!(arrival.contains(day), "{arrival}");
}

#[test]
fn midnight_without_meaning_is_a_day() {
    for zone in [
        "Asia/Shanghai",
        "America/Los_Angeles",
        "Europe/Paris",
        "Pacific/Kiritimati",
    ] {
        let asked = asked(
            &["fedex-midnight-eta-and-bare-pickup.json"],
            "2024-08-28T12:00:00Z",
        )
        .in_zone(zone);
        assert_day(&asked, "Wed 28 August", "2024-08-28");
    }
}

#[test]
fn a_day_without_a_zone_is_that_day_everywhere() {
    for zone in ["Asia/Shanghai", "America/Los_Angeles", "UTC"] {
        assert_day(
            &asked(&["dhl-etd.json"], "2025-03-05T12:00:00Z").in_zone(zone),
            "Thu 6 March",
            "2025-03-06",
        );
    }
}

#[test]
fn the_last_minute_of_a_day_is_a_day() {
    for zone in ["Asia/Hong_Kong", "America/New_York"] {
        assert_day(
            &asked(&["dhl-xmlpi-eta.xml"], "2025-02-03T12:00:00Z").in_zone(zone),
            "Tue 4 February",
            "2025-02-04",
        );
    }
}

#[test]
fn a_timeframe_is_a_promise() {
    let journeys = asked(&["parcel-de-delivery-window.xml"], "2026-03-18T06:00:00Z").journeys();
    let promise = &journeys[0]["promise"];
    assert_eq!(promise["from"]["local"], "2026-03-18T10:00:00", "{promise}");
    assert_eq!(
        (&promise["by"]["local"], &promise["by"]["zone"]),
        (&"2026-03-18T12:00:00".into(), &"Europe/Berlin".into()),
        "{promise}"
    );
}

#[test]
fn a_flag_is_not_a_date() {
    let asked = asked(
        &["parcel-de-preferred-day-flag.xml"],
        "2026-03-18T06:00:00Z",
    );
    assert!(!asked.notices().contains("field_unreadable") && !asked.events().is_empty());
}
