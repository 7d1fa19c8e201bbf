//! What is to be paid, and the days: promises, estimates, deadlines.

use parceltrail::anomaly::Span;
use parceltrail::changes::{ChangeKind, ChangeSettings, Picture};
use parceltrail::eta::{Estimate, TransitModel};
use parceltrail::model::{Due, DueKind, EventTime, PickupPoint, Promise, PromiseKind, Reason};
use parceltrail::{Milestone, Stage};

use crate::{at, day, moving, picture, said, told};

fn estimate(made: &str, p80: &str) -> Estimate {
    let line = r#"{"id":"1","carrier":"fedex","service":"International Priority","events":[{"at":"2026-03-01T00:00:00Z","stage":"first_mile","milestone":"picked_up"}]}"#;
    let history = serde_json::from_str(line).unwrap();
    let mut estimate = TransitModel::default()
        .estimate(&history, at(made))
        .unwrap();
    let moved = at(p80) - estimate.p80;
    let quantiles = [
        &mut estimate.p10,
        &mut estimate.p50,
        &mut estimate.p80,
        &mut estimate.p90,
    ];
    for quantile in quantiles.into_iter().chain(&mut estimate.uncorrected) {
        *quantile += moved;
    }
    estimate.basis.comparable = 400.0;
    estimate
}

#[test]
fn payments_and_deadlines() {
    let due = |amount: &str| {
        Due::new(DueKind::Vat)
            .with_amount(amount.parse().ok())
            .with_currency("EUR")
            .with_pay_by(day("2026-03-06"))
    };
    let owing = |dues: Vec<Due>, until: &str| {
        let point = PickupPoint::new().with_hold_until(day(until));
        moving()
            .event(
                "2026-03-03T10:00:00+01:00",
                Stage::LastMile,
                Milestone::AvailableForPickup,
            )
            .changed(|shipment| {
                shipment.pickup_point = Some(point);
                shipment.dues = dues;
            })
    };
    let now = "2026-03-04T12:00:00Z";
    let mut known = picture([owing(vec![due("9.10")], "2026-03-10")], now);
    let changes = known.changes_since(&Picture::default());
    assert_eq!(
        said(&changes)[2..],
        [
            "To be paid: VAT: 9.10 EUR, to be paid by Fri 6 March.",
            "It can be collected until Tue 10 March."
        ]
    );
    let changes = known.update(picture([owing(vec![due("12.00")], "2026-03-12")], now));
    assert_eq!(
        said(&changes),
        [
            "To be paid is now VAT: 12.00 EUR, to be paid by Fri 6 March, instead of VAT: 9.10 EUR, to be paid by Fri 6 March.",
            "It can now be collected until Thu 12 March instead of Tue 10 March."
        ]
    );
    assert_eq!(
        known.next_check(),
        Some(at("2026-03-06T23:00:00Z")),
        "Friday is over in Berlin"
    );
    let late = |now| picture([owing(vec![due("12.00")], "2026-03-12")], now);
    let changes = known.update(late("2026-03-06T23:00:00Z"));
    assert_eq!(
        told(&changes),
        [(
            "due_passed",
            "The time to pay has passed: VAT: 12.00 EUR, to be paid by Fri 6 March.".to_owned()
        )]
    );
    assert_eq!(changes[0].at, at("2026-03-06T23:00:00Z"));
    let changes = known.update(late("2026-03-13T00:00:00Z"));
    assert_eq!(
        said(&changes),
        ["It could be collected until Thu 12 March; that day has passed."]
    );
    let paid = owing(vec![due("12.00").with_paid(true)], "2026-03-12");
    let changes = known.update(picture([paid], "2026-03-13T00:00:00Z"));
    assert_eq!(
        said(&changes),
        ["Paid: VAT: 12.00 EUR, to be paid by Fri 6 March."]
    );
    let (asked, free) = (late("2026-03-05T00:00:00Z"), owing(vec![], "2026-03-12"));
    let changes = picture([free], "2026-03-05T00:00:00Z").changes_since(&asked);
    assert_eq!(
        said(&changes),
        ["No longer to be paid: VAT: 12.00 EUR, to be paid by Fri 6 March."]
    );
}

#[test]
fn a_carrier_s_day() {
    let promised = |text: &str, kind, received: &str| {
        moving()
            .promised(Promise::by(kind, day(text)))
            .received(received)
    };
    let first = promised("2026-03-10", PromiseKind::Estimated, "2026-03-02T03:00:00Z");
    let mut known = picture([first.clone()], "2026-03-02T12:00:00Z");
    assert_eq!(
        said(&known.changes_since(&Picture::default()))[1],
        "The carrier expects delivery on Tue 10 March."
    );
    let delayed = promised(
        "2026-03-12",
        PromiseKind::Rescheduled,
        "2026-03-04T03:00:00Z",
    )
    .event(
        "2026-03-04T09:00:00+08:00",
        Stage::FirstMile,
        Milestone::Delayed,
    )
    .with(|event| event.reason = Some(Reason::Weather));
    let both = [first, delayed];
    let changes = known.update(picture(both.clone(), "2026-03-04T12:00:00Z"));
    assert_eq!(
        told(&changes)[1],
        (
            "promise",
            "The carrier now expects delivery on Thu 12 March, no longer on Tue 10 March: weather."
                .to_owned()
        )
    );
    assert_eq!(known.next_check(), Some(at("2026-03-12T23:00:00Z")));
    let changes = known.update(picture(both.clone(), "2026-03-12T23:00:00Z"));
    assert_eq!(
        told(&changes),
        [(
            "promise_passed",
            "The carrier's date has passed: on Thu 12 March.".to_owned()
        )]
    );
    let again = known.update(picture(both, "2026-03-14T00:00:00Z"));
    assert!(again.is_empty(), "it passes once: {again:?}");
    let silent = known.changes_since(&known);
    assert!(silent.is_empty());
    let none = picture([moving()], "2026-03-02T12:00:00Z");
    let had = picture(
        [promised(
            "2026-03-10",
            PromiseKind::Agreed,
            "2026-03-02T03:00:00Z",
        )],
        "2026-03-02T12:00:00Z",
    );
    assert_eq!(
        said(&had.changes_since(&none)),
        ["Delivery is agreed on Tue 10 March."]
    );
    assert_eq!(
        said(&none.changes_since(&had)),
        ["The carrier no longer names a day of delivery."]
    );
}

#[test]
fn a_window_that_is_narrowed_by_minutes_is_no_change() {
    let window = |from: &str, by: &str| {
        let time = |text: &str| EventTime::at_offset(text, text.parse().unwrap(), 3600);
        let promise = Promise::by(PromiseKind::Estimated, time(by)).with_from(time(from));
        picture([moving().promised(promise)], "2026-03-02T12:00:00Z")
    };
    let mut known = window("2026-03-03T10:00:00", "2026-03-03T12:00:00");
    for minutes in ["10:20", "10:40"] {
        let narrow = window(&format!("2026-03-03T{minutes}:00"), "2026-03-03T12:00:00");
        assert_eq!(known.update(narrow), []);
    }
    let hour = known.update(window("2026-03-03T11:00:00", "2026-03-03T12:00:00"));
    assert_eq!(
        said(&hour),
        [
            "The carrier now expects delivery tomorrow, Tue 3 March between 11:00 and 12:00, no longer tomorrow, Tue 3 March between 10:00 and 12:00."
        ],
        "small moves add up"
    );
}

#[test]
fn an_estimate_that_moves() {
    let with =
        |made: &str, p80: &str| picture([moving()], made).with_estimate(Some(&estimate(made, p80)));
    let first = with("2026-03-03T00:00:00Z", "2026-03-10T12:00:00Z");
    let half = first.estimate.as_ref().map(|estimate| estimate.p50);
    assert_eq!(
        first.next_check(),
        half,
        "half of such parcels have come by then"
    );
    let mut known = Picture::default();
    let changes = known.update(with("2026-03-03T00:00:00Z", "2026-03-10T12:00:00Z"));
    assert_eq!(said(&changes)[1..], ["Expected by Tue 10 March."]);
    let small = known.update(with("2026-03-03T08:00:00Z", "2026-03-10T19:00:00Z"));
    assert_eq!(small, [], "seven hours");
    let changes = known.update(with("2026-03-03T09:00:00Z", "2026-03-12T03:00:00Z"));
    assert_eq!(
        said(&changes),
        [
            "Now expected by Thu 12 March instead of Tue 10 March: newer experience with such parcels."
        ],
        "it is compared with what was announced"
    );
    let ChangeKind::Estimate { before, .. } = &changes[0].kind else {
        panic!("{changes:?}")
    };
    assert_eq!(*before, Some(at("2026-03-10T12:00:00Z")));
    let changes = known.update(with("2026-03-03T10:00:00Z", "2026-03-12T18:00:00Z"));
    assert_eq!(
        said(&changes),
        ["Still expected by Thu 12 March, but later that day: newer experience with such parcels."]
    );
    let strict = ChangeSettings::default().with_estimate(Span::hours(48));
    let later = with("2026-03-03T11:00:00Z", "2026-03-14T03:00:00Z");
    assert!(later.changes_since_by(&known, &strict).is_empty());
    let without = picture([moving()], "2026-03-04T00:00:00Z");
    assert_eq!(known.update(without), [], "nobody was asked");
    assert!(known.estimate.is_some());
    assert!(serde_json::to_string(&known).unwrap().len() < 3000);
}

#[test]
fn an_estimate_from_published_times_does_not_stand_beside_a_promise() {
    let made = "2026-03-03T00:00:00Z";
    let mut rough = estimate(made, "2026-03-10T12:00:00Z");
    rough.basis.comparable = 0.0;
    let promise = Promise::by(PromiseKind::Estimated, day("2026-03-09"));
    let promised = picture([moving().promised(promise)], made);
    assert!(
        promised
            .clone()
            .with_estimate(Some(&rough))
            .estimate
            .is_none()
    );
    assert!(
        picture([moving()], made)
            .with_estimate(Some(&rough))
            .estimate
            .is_some()
    );
    let trained = estimate(made, "2026-03-10T12:00:00Z");
    assert!(promised.with_estimate(Some(&trained)).estimate.is_some());
}
