//! What an index of journeys costs: `cargo bench --bench index`.
//!
//! How long a delivery takes with 1,000 and 100,000 parcels of 12 events, and with a million if
//! `INDEX_PARCELS=1000000` says so; how many bytes a parcel takes; and how the time of all
//! deliveries grows where very many share something. With `--test` everything runs once on small
//! sizes.

use std::time::Instant;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use parceltrail::journey::Journeys;
use parceltrail::model::{Order, Reference, Role, Shipment};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Milestone, Stage};

#[path = "../tests/support/growth.rs"]
mod growth;

const POLLS: usize = 20_000;

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let most = std::env::var("INDEX_PARCELS")
        .ok()
        .and_then(|most| most.parse().ok())
        .unwrap_or(100_000);
    let sizes: Vec<usize> = if is_test {
        vec![100, 200]
    } else {
        let sizes = [1_000, 10_000, 100_000, 1_000_000];
        sizes.into_iter().filter(|size| *size <= most).collect()
    };
    println!("| parcels | bytes a parcel | new parcel µs | poll µs | longest poll µs |");
    println!("|---:|---:|---:|---:|---:|");
    let measured: Vec<(f64, f64)> = sizes.into_iter().map(|size| row(size, is_test)).collect();
    println!("a poll grows as n^{:.3}", exponent(&measured));
    hubs(if is_test { 20 } else { 1_250 });
}

/// Fills an index and measures it; the size and the mean time of a poll.
fn row(size: usize, is_test: bool) -> (f64, f64) {
    let mut journeys = Journeys::default();
    let held = allocation_counter::measure(|| {
        for nth in 0..size {
            parcel(nth)
                .into_iter()
                .for_each(|told| drop(journeys.apply(told)));
        }
    });
    assert_eq!(journeys.len(), size);
    let polls = if is_test { 50 } else { POLLS };
    let new = timed((0..polls).map(|nth| poll(size + nth, 0)), &mut journeys);
    // Far apart, so that no cache holds the parcel.
    let stride = (size / polls).max(1) * 7_919;
    let polled = timed(
        (0..polls).map(|nth| poll(nth * stride % size, 1 + nth / size)),
        &mut journeys,
    );
    println!(
        "| {size} | {} | {:.1} | {:.1} | {:.0} |",
        held.bytes_current / i64::try_from(size).unwrap(),
        new.0,
        polled.0,
        polled.1
    );
    #[expect(clippy::cast_precision_loss, reason = "a count for a chart")]
    let size = size as f64;
    (size, polled.0)
}

/// The mean and the longest time of a delivery in microseconds.
fn timed(told: impl Iterator<Item = Shipment>, journeys: &mut Journeys) -> (f64, f64) {
    let (mut total, mut longest, mut many) = (0.0, 0.0_f64, 0.0);
    for shipment in told {
        let clock = Instant::now();
        let applied = journeys.apply(shipment);
        let took = clock.elapsed().as_secs_f64() * 1e6;
        assert!(applied.is_new);
        (total, longest, many) = (total + took, longest.max(took), many + 1.0);
    }
    (total / many, longest)
}

fn start() -> DateTime<Utc> {
    "2026-03-01T06:00:00Z".parse().unwrap()
}

fn at(minutes: usize) -> String {
    let after = TimeDelta::minutes(i64::try_from(minutes).unwrap());
    (start() + after).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn told(nth: usize, from: usize, many: usize) -> ShipmentBuilder {
    let told = shipment("ups.track", &format!("1ZN{nth:09}"));
    let told = (from..from + many).fold(told, |told, nth| {
        let milestone = if nth == 0 {
            Milestone::PickedUp
        } else {
            Milestone::Arrived
        };
        told.event(&at(300 * nth), Stage::LineHaul, milestone)
            .at("Reno, NV, US")
    });
    told.received(&at(300 * (from + many)))
}

/// A parcel of 12 events in three deliveries.
fn parcel(nth: usize) -> [Shipment; 3] {
    [0, 4, 8].map(|from| told(nth, from, 4).shipment())
}

/// A poll that tells one event more; of a parcel that is new, its first.
fn poll(nth: usize, round: usize) -> Shipment {
    match round {
        0 => told(nth, 0, 1).shipment(),
        round => told(nth, 12 + round, 1).shipment(),
    }
}

/// What very many share.
fn hubs(base: usize) {
    let one_by_one = |told: &Vec<Shipment>| {
        let mut journeys = Journeys::default();
        for shipment in told {
            journeys.apply(shipment.clone());
        }
        journeys.len()
    };
    growth::linear("an order of many parcels", base, order_of, one_by_one);
    for (role, whose) in [
        (Role::Alternate, "ups"),
        (Role::Declaration, "cn-customs"),
        (Role::Order, "shop"),
        (Role::NextCarrier, "usps"),
        (Role::Manifest, "ups"),
    ] {
        let reference = Reference::new(role, "9400100000000000000112").with_carrier(whose);
        let named_by_all =
            |n| -> Vec<Shipment> { (0..n).map(|nth| naming(nth, &reference)).collect() };
        growth::linear(
            &format!("one number named by many as {role}"),
            base,
            named_by_all,
            one_by_one,
        );
    }
    growth::linear("a list of many numbers", base, list_of, one_by_one);
    growth::linear("two feeds of many scans", base, scans, one_by_one);
}

fn naming(nth: usize, reference: &Reference) -> Shipment {
    told(nth, 0, 2).refers_to(reference.clone()).shipment()
}

fn order_of(n: usize) -> Vec<Shipment> {
    let waybill = |nth| Reference::new(Role::Waybill, &format!("1ZN{nth:09}")).with_carrier("ups");
    let order = shipment("shop.orders", "WEB-100117")
        .event(&at(0), Stage::Order, Milestone::Announced)
        .merchant()
        .order(Order::default());
    let order = (0..n).fold(order, |order, nth| order.refers_to(waybill(nth)));
    let parcels = (0..n).map(|nth| naming(nth, &Reference::new(Role::Order, "WEB-100117")));
    [order.shipment()].into_iter().chain(parcels).collect()
}

fn list_of(n: usize) -> Vec<Shipment> {
    let named = |nth| Reference::new(Role::Alternate, &format!("1ZN{nth:09}"));
    let list = (0..n.max(40)).fold(told(999_999_999, 0, 2), |list, nth| {
        list.refers_to(named(nth))
    });
    let parcels = (0..n).map(|nth| told(nth, 0, 2).shipment());
    [list.shipment()].into_iter().chain(parcels).collect()
}

fn scans(n: usize) -> Vec<Shipment> {
    let scan = |nth: usize| {
        shipment(["ups.track", "ups.push"][nth % 2], "1ZN000000001")
            .event(&at(nth), Stage::LineHaul, Milestone::Arrived)
            .received(&at(nth))
            .shipment()
    };
    (0..n).map(scan).collect()
}

/// The slope of the logarithms between the first and the last.
fn exponent(measured: &[(f64, f64)]) -> f64 {
    match measured {
        [first, .., last] => (last.1 / first.1).ln() / (last.0 / first.0).ln(),
        _ => 0.0,
    }
}
