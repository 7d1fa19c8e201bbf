//! Days and promises in the answers: a carrier's day stays that day, what is over says so, and too
//! little experience says nothing.
#![cfg(feature = "fluent")]

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use parceltrail::briefing::{Arrival, Briefing, Language, Text};
use parceltrail::eta::{Estimate, TransitModel};
use parceltrail::model::{EventTime, Promise, PromiseKind, Zones};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Journey, Milestone, Stage};

const READERS: [Tz; 4] = [
    chrono_tz::America::Los_Angeles,
    chrono_tz::Europe::Berlin,
    chrono_tz::Asia::Shanghai,
    chrono_tz::Pacific::Auckland,
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn moving() -> ShipmentBuilder {
    shipment("acme.track", "A1")
        .event(
            "2024-08-26T10:00:00-06:00",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .at("Denver, CO, US")
}

fn briefing(told: ShipmentBuilder, now: &str) -> Briefing {
    let mut journey = Journey::default();
    journey.apply(told);
    Briefing::new(&journey.at(at(now)))
}

fn text(briefing: &Briefing, tag: &str, zone: Tz) -> Text {
    briefing.text(Language::builtin(tag).unwrap(), zone)
}

fn clock(text: &str, hours: i32) -> EventTime {
    EventTime::at_offset(text, text.parse::<NaiveDateTime>().unwrap(), hours * 3600)
}

fn by(kind: PromiseKind, by: EventTime) -> Promise {
    Promise::by(kind, by)
}

fn estimate(p10: &str, p90: &str, observations: f64) -> Estimate {
    let line = r#"{"id":"1","carrier":"fedex","service":"International Priority","events":[
        {"at":"2024-08-26T00:00:00Z","stage":"first_mile","milestone":"picked_up"}]}"#;
    let mut estimate = TransitModel::default()
        .estimate(
            &serde_json::from_str(line).unwrap(),
            at("2024-08-27T12:00:00Z"),
        )
        .unwrap();
    (estimate.p10, estimate.p50, estimate.p80, estimate.p90) = (at(p10), at(p10), at(p90), at(p90));
    (
        estimate.loss,
        estimate.miss_promise,
        estimate.basis.comparable,
    ) = (0.6, Some(0.9), observations);
    estimate
}

#[test]
fn a_carrier_s_day_stays_that_day_in_every_zone_and_in_json() {
    let day = NaiveDate::from_ymd_opt(2024, 8, 28).unwrap();
    let told = [
        EventTime::date("2024-08-28", day, &Zones::Unknown),
        EventTime::date("2024-08-28", day, &Zones::One(chrono_tz::Pacific::Auckland)),
        clock("2024-08-28T00:00:00", -6),
        clock("2024-08-28T23:59:00", -6),
        clock("2024-08-28T23:59:59", 13),
        clock("2024-08-28T20:00:00", -8),
    ];
    for time in told {
        let briefing = briefing(
            moving().promised(by(PromiseKind::Estimated, time.clone())),
            "2024-08-27T12:00:00Z",
        );
        let json = serde_json::to_value(&briefing).unwrap();
        assert_eq!(
            (
                &json["arrival"]["promise"]["first_day"],
                &json["arrival"]["promise"]["last_day"]
            ),
            (&"2024-08-28".into(), &"2024-08-28".into())
        );
        for zone in READERS {
            assert!(
                text(&briefing, "en", zone).when.contains("Wed 28 August"),
                "{time:?} in {zone}: {}",
                text(&briefing, "en", zone).when
            );
            assert!(
                text(&briefing, "zh", zone).when.contains("8月28日（周三）"),
                "{time:?} in {zone}"
            );
        }
    }
}

#[test]
fn hours_that_are_told_are_those_of_the_reader() {
    let promise = by(PromiseKind::Estimated, clock("2024-08-28T12:00:00", 2))
        .with_from(clock("2024-08-28T10:00:00", 2));
    let briefing = briefing(moving().promised(promise), "2024-08-27T12:00:00Z");
    assert_eq!(
        text(&briefing, "en", chrono_tz::Europe::Berlin).when,
        "The carrier expects delivery tomorrow, Wed 28 August between 10:00 and 12:00."
    );
    assert_eq!(
        text(&briefing, "en", chrono_tz::Asia::Shanghai).when,
        "The carrier expects delivery tomorrow, Wed 28 August between 16:00 and 18:00."
    );
}

#[test]
fn a_promise_whose_end_has_passed_is_overdue_with_its_day() {
    let promised = moving().promised(by(PromiseKind::Committed, clock("2024-08-28T00:00:00", -6)));
    let same_day = briefing(promised.clone(), "2024-08-29T05:59:59Z");
    assert_eq!(
        text(&same_day, "en", chrono_tz::America::Denver).when,
        "The carrier is committed to delivery today, Wed 28 August."
    );
    let after = briefing(promised, "2024-08-29T06:00:00Z");
    for zone in READERS {
        assert_eq!(
            text(&after, "en", zone).when,
            "The carrier's date has passed: on Wed 28 August."
        );
        assert_eq!(
            text(&after, "zh", zone).when,
            "已超过承运商给出的日期：8月28日（周三）。"
        );
    }
    assert_eq!(
        serde_json::to_value(&after).unwrap()["arrival"]["promise"]["passed"],
        true
    );
}

#[test]
fn what_a_promise_is_worth_is_said() {
    for (kind, english, chinese) in [
        (
            PromiseKind::Estimated,
            "The carrier expects delivery on Fri 30 August.",
            "承运商预计8月30日（周五）送达。",
        ),
        (
            PromiseKind::Committed,
            "The carrier is committed to delivery on Fri 30 August.",
            "承运商承诺8月30日（周五）送达。",
        ),
        (
            PromiseKind::Agreed,
            "Delivery is agreed on Fri 30 August.",
            "已约定8月30日（周五）派送。",
        ),
        (
            PromiseKind::Rescheduled,
            "The carrier has rescheduled delivery; it now expects it on Fri 30 August.",
            "承运商已改期，现预计8月30日（周五）送达。",
        ),
    ] {
        let told = briefing(
            moving().promised(by(kind, clock("2024-08-30T00:00:00", -6))),
            "2024-08-27T12:00:00Z",
        );
        assert_eq!(text(&told, "en", READERS[0]).when, english);
        assert_eq!(text(&told, "zh", READERS[0]).when, chinese);
    }
}

#[test]
fn an_untrained_model_leaves_the_promise_alone() {
    let promised = briefing(
        moving().promised(by(PromiseKind::Estimated, clock("2024-08-28T00:00:00", -6))),
        "2024-08-27T12:00:00Z",
    );
    let rough = promised.clone().with_estimate(&estimate(
        "2024-09-01T00:00:00Z",
        "2024-09-03T00:00:00Z",
        9.0,
    ));
    assert_eq!(rough, promised, "no odds, no second window");
    let trained = promised.with_estimate(&estimate(
        "2024-09-01T00:00:00Z",
        "2024-09-03T00:00:00Z",
        10.0,
    ));
    assert!(
        matches!(&trained.arrival, Arrival::Expected { odds, .. } if odds.miss_promise == Some(0.9) && odds.loss == Some(0.6))
    );
}

#[test]
fn without_a_promise_published_times_are_told_without_a_loss_figure() {
    let rough = briefing(moving(), "2024-08-27T12:00:00Z").with_estimate(&estimate(
        "2024-09-01T00:00:00Z",
        "2024-09-03T00:00:00Z",
        0.0,
    ));
    assert_eq!(
        text(&rough, "en", chrono_tz::UTC).when,
        "Expected between Sun 1 and Tue 3 September, based on published delivery times."
    );
    assert_eq!(
        text(&rough, "zh", chrono_tz::UTC).when,
        "按承运商公布的时效，预计9月1日（周日）至3日（周二）送达。"
    );
    let json = serde_json::to_value(&rough).unwrap();
    assert_eq!(
        json["arrival"]["odds"],
        serde_json::json!({"observations": 0.0})
    );
}

#[test]
fn a_window_in_the_past_is_not_expected_today() {
    let mut over = estimate("2024-08-20T00:00:00Z", "2024-08-27T12:00:00Z", 99.0);
    let told = briefing(moving(), "2024-08-27T12:00:00Z");
    assert_eq!(told.clone().with_estimate(&over).arrival, Arrival::Silent);
    // By published times alone: the silence is longer than the rest of the way should be.
    (over.made, over.p90, over.basis.comparable) =
        (at("2024-09-27T12:00:00Z"), at("2024-09-27T18:00:00Z"), 0.0);
    let silent = told.with_estimate(&over);
    assert_eq!(
        text(&silent, "en", chrono_tz::UTC).when,
        "No news for too long to name a day."
    );
    assert_eq!(
        text(&silent, "zh", chrono_tz::UTC).when,
        "长时间没有新消息，无法给出日期。"
    );
    let promised = moving().promised(by(PromiseKind::Estimated, clock("2024-08-28T00:00:00", -6)));
    let promised = briefing(promised, "2024-09-27T12:00:00Z").with_estimate(&over);
    assert_eq!(
        text(&promised, "en", chrono_tz::UTC).when,
        "The carrier's date has passed: on Wed 28 August."
    );
}

#[test]
fn what_happened_is_told_on_its_day_and_what_lasts_since_then() {
    let told = |stage, milestone| {
        let told = shipment("acme.track", "A1")
            .event("2024-08-28T12:58:00-06:00", stage, milestone)
            .at("Denver, CO, US");
        let told = briefing(told, "2024-08-29T12:00:00Z");
        (
            text(&told, "en", chrono_tz::America::Denver).where_now,
            text(&told, "zh", chrono_tz::America::Denver).where_now,
        )
    };
    for (milestone, english, chinese) in [
        (Milestone::Delivered, "Delivered", "已送达"),
        (
            Milestone::Returned,
            "Returned to the sender",
            "已退回寄件人",
        ),
        (
            Milestone::Lost,
            "Declared lost by the carrier",
            "承运商确认丢失",
        ),
        (Milestone::Cancelled, "Cancelled", "已取消"),
        (
            Milestone::Disposed,
            "Destroyed or abandoned",
            "已销毁或弃件",
        ),
        (
            Milestone::PickedUp,
            "Picked up by the carrier",
            "承运商已揽收",
        ),
        (Milestone::Departed, "Left a facility", "已离开网点"),
        (Milestone::Refused, "Refused by the recipient", "收件人拒收"),
    ] {
        let (en, zh) = told(None, milestone);
        assert_eq!(
            en,
            format!("{english}, Denver, CO, US, on Wed 28 August, 12:58.")
        );
        assert_eq!(
            zh,
            format!("{chinese}，8月28日（周三）12:58，Denver, CO, US。")
        );
    }
    for milestone in [
        Milestone::OutForDelivery,
        Milestone::AvailableForPickup,
        Milestone::Held,
        Milestone::CustomsHold,
        Milestone::Returning,
    ] {
        let (en, zh) = told(None, milestone);
        assert!(
            en.ends_with(", Denver, CO, US. Since Wed 28 August, 12:58."),
            "{en}"
        );
        assert!(
            zh.ends_with("，Denver, CO, US。自8月28日（周三）12:58起。"),
            "{zh}"
        );
    }
}

#[test]
fn a_parcel_that_lies_ready_is_not_overdue() {
    let ready = moving().event(
        "2024-08-27T10:00:00-06:00",
        Stage::LastMile,
        Milestone::AvailableForPickup,
    );
    let ready = briefing(
        ready.promised(by(PromiseKind::Estimated, clock("2024-08-28T00:00:00", -6))),
        "2024-08-30T12:00:00Z",
    );
    assert_eq!(
        text(&ready, "en", chrono_tz::UTC).when,
        "When the recipient collects it."
    );
    assert_eq!(text(&ready, "zh", chrono_tz::UTC).when, "待收件人取件。");
}

#[test]
fn published_times_are_not_told_of_a_parcel_that_is_found_silent() {
    let told = briefing(moving(), "2024-08-27T12:00:00Z");
    let value =
        serde_json::json!({"rule": "stalled", "level": "warning", "since": "2024-08-26T16:00:00Z"});
    let stalled: parceltrail::anomaly::Finding = serde_json::from_value(value).unwrap();
    let estimate = estimate("2024-09-01T00:00:00Z", "2024-09-03T00:00:00Z", 0.0);
    let found_first = told
        .clone()
        .with_findings([&stalled])
        .with_estimate(&estimate);
    assert_eq!(found_first.arrival, Arrival::Silent);
    assert_eq!(
        told.with_estimate(&estimate).with_findings([&stalled]),
        found_first
    );
}
