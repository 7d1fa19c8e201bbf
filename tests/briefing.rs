//! The four answers: nothing invented, nothing worded more certainly than it is known, in every
//! language.
#![cfg(feature = "fluent")]

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parceltrail::anomaly::{Finding, Level};
use parceltrail::briefing::{Arrival, Briefing, Language, Source};
use parceltrail::eta::{Estimate, Next, TransitModel};
use parceltrail::model::{DeliveredTo, EventTime, Party, Promise, PromiseKind, Reason, Zones};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Journey, Milestone, Stage};

const BERLIN: Tz = chrono_tz::Europe::Berlin;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn moving() -> ShipmentBuilder {
    shipment("acme.track", "A1")
        .event(
            "2026-03-02T10:00:00+08:00",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .at("Shenzhen, CN")
}

fn briefing(told: ShipmentBuilder, now: &str) -> Briefing {
    let mut journey = Journey::default();
    journey.apply(told);
    Briefing::new(&journey.at(at(now)))
}

fn estimate(p10: &str, p90: &str, observations: f64) -> Estimate {
    let line = r#"{"id":"1","carrier":"fedex","service":"International Priority","events":[{"at":"2026-03-01T00:00:00Z","stage":"first_mile","milestone":"picked_up"}]}"#;
    let mut estimate = TransitModel::default()
        .estimate(
            &serde_json::from_str(line).unwrap(),
            at("2026-03-02T12:00:00Z"),
        )
        .unwrap();
    (estimate.p10, estimate.p50, estimate.p80, estimate.p90) = (at(p10), at(p10), at(p90), at(p90));
    estimate.loss = 0.01;
    estimate.basis.comparable = observations;
    estimate
}

fn en(briefing: &Briefing) -> parceltrail::briefing::Text {
    briefing.text(Language::builtin("en").unwrap(), BERLIN)
}

fn finding(rule: &str, level: Level, party: Option<Party>, due: Option<&str>) -> Finding {
    let value = serde_json::json!({"rule": rule, "level": level, "party": party, "since": "2026-03-02T00:00:00Z", "due": due});
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_window_is_told_in_the_reader_s_days() {
    let briefing = briefing(moving(), "2026-03-02T12:00:00Z");
    let told = |from, to| en(&briefing.clone().with_estimate(&estimate(from, to, 400.0))).when;
    assert_eq!(
        told("2026-03-03T10:00:00Z", "2026-03-06T10:00:00Z"),
        "Expected between Tue 3 and Fri 6 March."
    );
    assert_eq!(
        told("2026-03-30T10:00:00Z", "2026-04-02T10:00:00Z"),
        "Expected between Mon 30 March and Thu 2 April."
    );
    assert_eq!(
        told("2026-12-30T10:00:00Z", "2027-01-02T10:00:00Z"),
        "Expected between Wed 30 December and Sat 2 January 2027."
    );
    assert_eq!(
        told("2026-03-02T13:00:00Z", "2026-03-02T22:30:00Z"),
        "Expected today, Mon 2 March.",
        "23:30 in Berlin is still today"
    );
    assert_eq!(
        told("2026-03-02T13:00:00Z", "2026-03-02T23:30:00Z"),
        "Expected between Mon 2 and Tue 3 March.",
        "00:30 in Berlin is tomorrow"
    );
    assert_eq!(
        told("2026-03-03T09:00:00Z", "2026-03-03T11:30:00Z"),
        "Expected tomorrow, Tue 3 March between 10:00 and 12:30."
    );
    let chinese = briefing.clone().with_estimate(&estimate(
        "2026-03-03T10:00:00Z",
        "2026-03-06T10:00:00Z",
        400.0,
    ));
    assert_eq!(
        chinese.text(Language::builtin("zh").unwrap(), BERLIN).when,
        "预计3月3日（周二）至6日（周五）送达。"
    );
}

#[test]
fn little_experience_names_no_hours_and_says_so() {
    let told = briefing(moving(), "2026-03-02T12:00:00Z").with_estimate(&estimate(
        "2026-03-03T09:00:00Z",
        "2026-03-03T11:30:00Z",
        0.0,
    ));
    assert_eq!(
        en(&told).when,
        "Expected tomorrow, Tue 3 March, based on published delivery times."
    );
}

#[test]
fn a_window_never_begins_before_now() {
    let late = briefing(moving(), "2026-03-02T12:00:00Z").with_estimate(&estimate(
        "2026-03-01T09:00:00Z",
        "2026-03-03T11:30:00Z",
        99.0,
    ));
    assert_eq!(en(&late).when, "Expected between Mon 2 and Tue 3 March.");
}

#[test]
fn a_promise_stands_beside_the_estimate_and_its_danger_is_said() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
    let promise = Promise::by(
        PromiseKind::Estimated,
        EventTime::date("2026-03-05", day, &Zones::One(BERLIN)),
    );
    let alone = briefing(moving().promised(promise.clone()), "2026-03-02T12:00:00Z");
    assert_eq!(
        en(&alone).when,
        "The carrier expects delivery on Thu 5 March."
    );
    let mut estimate = estimate("2026-03-04T10:00:00Z", "2026-03-08T10:00:00Z", 99.0);
    estimate.miss_promise = Some(0.7);
    estimate.loss = 0.24;
    assert_eq!(
        en(&alone.clone().with_estimate(&estimate)).when,
        "Expected between Wed 4 and Sun 8 March. The carrier expects delivery on Thu 5 March. It will probably arrive later than promised. It may not arrive at all (24 %)."
    );
    let same_evening = briefing(moving().promised(promise.clone()), "2026-03-05T22:30:00Z");
    assert!(
        en(&same_evening)
            .when
            .starts_with("The carrier expects delivery today, Thu 5"),
        "half past eleven of the promised day is not late"
    );
    let after = briefing(moving().promised(promise), "2026-03-05T23:30:00Z");
    assert!(
        en(&after).when.starts_with("The carrier's date has passed"),
        "{}",
        en(&after).when
    );
}

#[test]
fn a_finished_parcel_gets_no_estimate() {
    let delivered = moving()
        .event(
            "2026-03-06T11:40:00+01:00",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .at("Kassel, DE")
        .with(|event| event.delivered_to = Some(DeliveredTo::Neighbour));
    let told = briefing(delivered, "2026-03-07T00:00:00Z").with_estimate(&estimate(
        "2026-03-08T00:00:00Z",
        "2026-03-09T00:00:00Z",
        9.0,
    ));
    assert!(matches!(told.arrival, Arrival::Delivered { .. }));
    let text = en(&told);
    assert_eq!(
        text.where_now,
        "Delivered to a neighbour, Kassel, DE, on Fri 6 March, 11:40."
    );
    assert_eq!(
        (text.next.as_str(), text.when.as_str()),
        ("No further steps.", "Delivered on Fri 6 March.")
    );
    let returning = moving().event(
        "2026-03-06T11:40:00+01:00",
        Stage::Return,
        Milestone::Returning,
    );
    assert_eq!(
        en(&briefing(returning, "2026-03-07T00:00:00Z")).when,
        "On its way back to the sender."
    );
    let lost = moving().event("2026-03-06T11:40:00+01:00", None, Milestone::Lost);
    assert_eq!(
        en(&briefing(lost, "2026-03-07T00:00:00Z")).when,
        "It will not be delivered."
    );
}

#[test]
fn an_unknown_zone_gives_the_day_told_and_no_hour() {
    let wall = chrono::NaiveDate::from_ymd_opt(2026, 3, 3)
        .unwrap()
        .and_hms_opt(23, 30, 0)
        .unwrap();
    let told = moving()
        .event("2026-03-03T23:30:00Z", Stage::LineHaul, Milestone::Arrived)
        .with(|event| {
            event.time = EventTime::local("2026-03-03T23:30:00", wall, &Zones::Unknown);
        });
    assert_eq!(
        en(&briefing(told, "2026-03-05T12:00:00Z")).where_now,
        "Arrived at a facility on Tue 3 March. Last reported location: Shenzhen, CN, on Mon 2 March, 03:00."
    );
}

#[test]
fn what_comes_next_says_how_it_is_known() {
    let held = moving()
        .event(
            "2026-03-06T11:40:00+01:00",
            Stage::ImportCustoms,
            Milestone::CustomsHold,
        )
        .with(|event| event.reason = Some(Reason::InvoiceMissing));
    let held = briefing(held, "2026-03-07T00:00:00Z");
    assert_eq!(
        held.next.as_ref().map(|next| next.source),
        Some(Source::Waiting)
    );
    assert_eq!(en(&held).next, "Waiting for: Release by customs.");
    assert_eq!(
        en(&held).where_now,
        "Held by customs: the commercial invoice is missing. Since Fri 6 March, 11:40. Last reported location: Shenzhen, CN, on Mon 2 March, 03:00."
    );

    let usual = briefing(moving(), "2026-03-02T12:00:00Z");
    assert_eq!(
        en(&usual).next,
        "Arrival at the next facility (usual next step)."
    );
    let learned = [Next {
        stage: Some(Stage::LineHaul),
        milestone: Milestone::Departed,
        share: 0.834,
        typical: chrono::TimeDelta::hours(5),
    }];
    assert_eq!(
        en(&usual.with_next(&learned)).next,
        "Departure to the next facility (83 % of comparable parcels)."
    );
    assert_eq!(
        en(&held.with_next(&learned)).next,
        "Waiting for: Release by customs.",
        "what holds it comes first"
    );

    let silent = shipment("acme.track", "A1");
    let nothing = en(&briefing(silent, "2026-03-07T00:00:00Z"));
    assert_eq!(
        (
            nothing.where_now.as_str(),
            nothing.next.as_str(),
            nothing.when.as_str()
        ),
        ("No location reported yet.", "Unknown.", "Not known yet.")
    );
}

#[test]
fn trouble_is_told_gravest_first_with_who_must_act() {
    let mut under = finding("delivery-failed", Level::Critical, None, None);
    under.under = Some("attempts-exhausted".into());
    let found = [
        finding("stalled", Level::Warning, Some(Party::Carrier), None),
        finding(
            "customs-action-needed",
            Level::Critical,
            Some(Party::Sender),
            Some("2026-03-06T12:00:00Z"),
        ),
        finding("acme-warm", Level::Info, None, None),
        under,
    ];
    let told = briefing(moving(), "2026-03-02T12:00:00Z").with_findings(&found);
    assert_eq!(
        en(&told).wrong,
        [
            "Urgent: Customs is waiting for someone to act. Action needed: the sender, by Fri 6 March.",
            "It has not moved for longer than usual. Action needed: the carrier.",
            "Problem: acme-warm",
        ]
    );
    let own = Language::new("en-GB", "rule-acme-warm = It was too warm.").unwrap();
    assert_eq!(
        told.text(&own, BERLIN).wrong[2],
        "It was too warm.",
        "one's own rules are worded by one's own file; the rest is English"
    );
    assert_eq!(
        en(&briefing(moving(), "2026-03-02T12:00:00Z")).wrong,
        ["Not checked."]
    );
    let checked = briefing(moving(), "2026-03-02T12:00:00Z").with_findings([]);
    assert_eq!(en(&checked).wrong, ["No problems found."]);
}

/// The ids of a file's messages.
fn messages(source: &str) -> Vec<&str> {
    source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split(" =").next())
        .collect()
}

#[test]
fn every_language_words_everything() {
    let english = messages(include_str!("../src/briefing/languages/en.ftl"));
    let mut expected: Vec<String> = Vec::new();
    expected.extend(
        Milestone::ALL
            .iter()
            .map(|word| format!("milestone-{word}")),
    );
    expected.extend(Reason::ALL.iter().map(|word| format!("reason-{word}")));
    expected.extend(Party::ALL.iter().map(|word| format!("party-{word}")));
    expected.extend(Level::ALL.iter().map(|word| format!("wrong-level-{word}")));
    for id in &expected {
        assert!(english.contains(&id.as_str()), "en lacks {id}");
    }
    for language in Language::all_builtin() {
        for id in &english {
            assert!(language.has(id), "{} lacks {id}", language.tag());
        }
    }
    assert_eq!(
        messages(include_str!("../src/briefing/languages/zh.ftl")).len(),
        english.len(),
        "zh has messages that en does not know"
    );
}

#[test]
fn every_milestone_and_reason_is_worded_without_a_gap() {
    for language in Language::all_builtin() {
        for milestone in Milestone::ALL {
            for stage in Stage::ALL {
                let told = shipment("acme.track", "A1")
                    .event("2026-03-02T10:00:00+08:00", *stage, *milestone)
                    .with(|event| event.reason = Some(Reason::Weather));
                let text = briefing(told, "2026-03-03T00:00:00Z")
                    .text(language, BERLIN)
                    .to_string();
                assert!(
                    !text.contains(['{', '$'])
                        && !text.contains("milestone-")
                        && !text.contains("reason-"),
                    "{text}"
                );
                assert_eq!(text.lines().count(), 4, "{text}");
            }
        }
    }
}

#[test]
fn it_serialises_without_losing_what_is_unknown() {
    let value = serde_json::to_value(briefing(
        shipment("acme.track", "A1"),
        "2026-03-07T00:00:00Z",
    ))
    .unwrap();
    assert_eq!(
        value,
        serde_json::json!({"made": "2026-03-07T00:00:00Z", "arrival": {"kind": "unknown"}, "trouble": [], "checked": false})
    );
}

#[test]
fn every_rule_is_worded() {
    for (about, _) in parceltrail::anomaly::Catalogue::builtin().rules() {
        for language in Language::all_builtin() {
            assert!(
                language.has(&format!("rule-{}", about.code)),
                "{} lacks rule-{}",
                language.tag(),
                about.code
            );
        }
    }
}

#[test]
fn where_to_collect_until_when_and_what_to_pay_is_said() {
    use parceltrail::model::{Due, DueKind, FreeText, PickupPoint, Place};
    let day = |text: &str| {
        EventTime::date(
            text,
            text.parse().unwrap(),
            &Zones::One(chrono_tz::Europe::Berlin),
        )
    };
    let point = PickupPoint::new()
        .with_name("Kiosk Sample")
        .with_street("1 Sample Street")
        .with_place(
            Place::new()
                .with_city("Kassel")
                .with_country("DE".parse().ok()),
        )
        .with_hold_until(day("2026-03-12"));
    let due = Due::new(DueKind::Vat)
        .with_amount("9.10".parse().ok())
        .with_currency("EUR");
    let waiting = moving()
        .event(
            "2026-03-03T10:00:00+01:00",
            Stage::LastMile,
            Milestone::AvailableForPickup,
        )
        .with(|event| event.next_steps = FreeText::parse("Collect the parcel"))
        .changed(|shipment| {
            shipment.pickup_point = Some(point);
            shipment.dues = vec![due];
        });
    let told = briefing(waiting.clone(), "2026-03-04T12:00:00Z");
    let text = en(&told);
    assert!(
        text.where_now
            .ends_with("Waiting at Kiosk Sample, 1 Sample Street, Kassel, DE, until Thu 12 March."),
        "{text}"
    );
    assert_eq!(
        text.when,
        "When the recipient collects it, by Thu 12 March at the latest."
    );
    assert!(
        text.next
            .contains("The carrier asks: “Collect the parcel”."),
        "{text}"
    );
    assert_eq!(text.wrong, ["Not checked.", "To be paid: VAT: 9.10 EUR."]);
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["pickup_point"]["name"], "Kiosk Sample");
    let collected = waiting.event(
        "2026-03-05T10:00:00+01:00",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let over = en(&briefing(collected, "2026-03-06T12:00:00Z").with_findings([]));
    assert_eq!(over.wrong, ["No problems found."]);
    assert_eq!(over.next, "No further steps.");
}
