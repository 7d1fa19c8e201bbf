//! The time that a state takes grows as its journey does. Prints exponents:
//! `cargo test --release --all-features --test journey_growth -- --ignored --nocapture`
#![cfg(feature = "testing")]

use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use parceltrail::History;
use parceltrail::journey::{Journey, Journeys};
use parceltrail::model::{
    EventTime, Milestone, Promise, PromiseKind, Reference, Role, Scope, Stage,
};
use parceltrail::testing::{ShipmentBuilder, shipment};

fn now() -> DateTime<Utc> {
    "2027-01-01T00:00:00Z".parse().unwrap()
}

fn at(seconds: usize) -> String {
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    (start + chrono::Duration::seconds(seconds as i64)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Two feeds that report thousands of scans in one day, one of them in local times of an unknown
/// zone.
fn two_feeds(n: usize) -> Vec<ShipmentBuilder> {
    let feed = |feed: &str| {
        (0..n / 2).fold(shipment(feed, "A1"), |told, nth| {
            told.event(&at(nth * 86_400 / n), Stage::LineHaul, Milestone::Arrived)
                .at("Reno, NV, US")
        })
    };
    let unsure = feed("a.y").changed(|shipment| {
        for event in &mut shipment.events {
            let local = event.time.earliest().naive_utc();
            event.time = EventTime::local(
                event.time.raw().to_owned(),
                local,
                &parceltrail::model::Zones::Unknown,
            );
        }
    });
    vec![feed("a.x"), unsure]
}

/// Many pieces, each with scans of its own, and statements about all between them.
fn pieces(n: usize) -> Vec<ShipmentBuilder> {
    let mut kept = shipment("a.x", "A1").shipment();
    let one = shipment("a.x", "A1")
        .event(&at(0), Stage::LineHaul, Milestone::Arrived)
        .at("Reno, NV, US")
        .shipment()
        .events
        .remove(0);
    for nth in 0..n {
        for (after, milestone) in [
            (0, Milestone::PickedUp),
            (n, Milestone::Arrived),
            (2 * n, Milestone::Delivered),
        ] {
            let mut event = one.clone();
            event.milestone = milestone;
            event.time = EventTime::instant("", at(nth + after).parse().unwrap());
            let mut of_all = event.clone();
            event.scope = Scope::Piece;
            event.piece = Some(parceltrail::TrackingNumber::new(&format!("P{nth:06}")));
            kept.events.push(event);
            if after == n {
                of_all.milestone = if nth % 2 == 0 {
                    Milestone::Departed
                } else {
                    Milestone::InTransit
                };
                of_all.time = EventTime::instant("", at(nth + 3 * n).parse().unwrap());
                kept.events.push(of_all);
            }
        }
    }
    vec![kept.into()]
}

/// A chain of legs, each naming the one before it, so that links are told backwards.
fn legs(n: usize) -> Vec<ShipmentBuilder> {
    let leg = |nth: usize| {
        let told = shipment("a.x", &format!("L{:06}", n - nth)).event(
            &at(nth * 60),
            Stage::LineHaul,
            Milestone::Arrived,
        );
        let told = told.event(&at(nth * 60 + 30), Stage::LastMile, Milestone::Delivered);
        told.refers_to(
            Reference::new(Role::NextCarrier, &format!("L{:06}", n - nth - 1)).with_carrier("a"),
        )
    };
    (0..n).map(leg).collect()
}

/// Polls, each with another promise, and a return that each names.
fn polls(n: usize) -> Vec<ShipmentBuilder> {
    let poll = |nth: usize| {
        let by = EventTime::instant(at(nth), at(nth).parse().unwrap());
        let told = shipment("a.x", "A1")
            .event(&at(nth * 60), Stage::LineHaul, Milestone::Arrived)
            .received(&at(nth * 60 + 1));
        told.promised(Promise::by(PromiseKind::Estimated, by))
            .refers_to(Reference::new(Role::Return, "R1"))
    };
    (0..n)
        .map(poll)
        .chain([shipment("a.x", "R1").event(&at(30), Stage::LineHaul, Milestone::Departed)])
        .collect()
}

type Shape = fn(usize) -> Vec<ShipmentBuilder>;

fn quickest(journey: &Journey) -> Duration {
    let once = || {
        let start = Instant::now();
        let state = journey.at(now());
        let history = History::of("1", &state);
        assert!(history.is_some());
        start.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

/// The slope of the logarithms, by least squares.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = (
        points.iter().map(|(x, _)| x.ln()).sum::<f64>() / n,
        points.iter().map(|(_, y)| y.ln()).sum::<f64>() / n,
    );
    let over: f64 = points
        .iter()
        .map(|(a, b)| (a.ln() - x) * (b.ln() - y))
        .sum();
    over / points
        .iter()
        .map(|(a, _)| (a.ln() - x).powi(2))
        .sum::<f64>()
}

#[test]
#[ignore = "measures time; run it alone and in a release build"]
fn the_time_of_a_state_grows_as_the_journey_does() {
    let shapes: [(&str, Shape); 4] = [
        ("two feeds", two_feeds),
        ("pieces", pieces),
        ("legs", legs),
        ("polls", polls),
    ];
    let mut worst: f64 = 0.0;
    for (name, shape) in shapes {
        let measured = [1, 2, 4, 8].map(|times| {
            let n = 2_000 * times;
            let mut journey = Journey::default();
            shape(n).into_iter().for_each(|told| {
                journey.apply(told);
            });
            (n as f64, quickest(&journey).as_secs_f64())
        });
        let exponent = exponent(&measured);
        println!("{name:10} exponent {exponent:.2}  {measured:.4?}");
        worst = worst.max(exponent);
    }
    // n log n over these sizes is 1.1; the rest is noise of the machine.
    assert!(worst <= 1.25, "{worst}");
}

/// Without a clock: what was quadratic would not end here.
#[test]
fn large_journeys_end() {
    for shape in [two_feeds, pieces, legs, polls] {
        let mut journeys = Journeys::default();
        journeys.extend(shape(3_000));
        let (sorted, _) = journeys.sorted();
        assert!(
            !sorted.is_empty()
                && sorted
                    .iter()
                    .all(|journey| journey.at(now()).parcel.is_some())
        );
    }
}
