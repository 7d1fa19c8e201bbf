//! Sorting and deriving take time in proportion to what is told: measured at n, 2n, 4n and 8n, by
//! processor time, the best of three.

use parceltrail::model::Reference;
use rustix::time::{ClockId, clock_gettime};

use super::*;

/// What a fit over noisy runs may show where time is linear but for a sort. A quadratic shows 2.
const MOST: f64 = 1.25;

fn seconds(work: &dyn Fn()) -> f64 {
    let now = || clock_gettime(ClockId::ThreadCPUTime);
    let start = now();
    work();
    let end = now();
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a short run")]
    let passed = (end.tv_sec - start.tv_sec) as f64 + (end.tv_nsec - start.tv_nsec) as f64 / 1e9;
    passed
}

/// The exponent of growth: the slope of time over size, both as logarithms.
fn exponent(n: u32, make: &dyn Fn(usize) -> Vec<Shipment>) -> f64 {
    let sizes = [n, 2 * n, 4 * n, 8 * n];
    let points = sizes.map(|size| {
        let shipments = make(size as usize);
        let run = || {
            let mut journeys = Journeys::default();
            journeys.extend(shipments.iter().cloned());
            let (sorted, _) = journeys.sorted();
            sorted
                .iter()
                .for_each(|journey| drop(std::hint::black_box(journey.at(now()))));
        };
        let best = (0..3).map(|_| seconds(&run)).fold(f64::INFINITY, f64::min);
        (f64::from(size).ln(), best.ln())
    });
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / 4.0;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum::<f64>()
        / points
            .iter()
            .map(|point| (point.0 - x).powi(2))
            .sum::<f64>()
}

/// Holds that the growth is linear; another process may disturb one measurement, not three.
#[track_caller]
fn is_linear(what: &str, n: u32, make: impl Fn(usize) -> Vec<Shipment>) {
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        least = least.min(exponent(n, &make));
        if least <= MOST {
            break;
        }
    }
    println!("{what}: exponent {least:.2}");
    assert!(least <= MOST, "{what}: exponent {least:.2}");
}

fn parcel(carrier: &str, number: String) -> Shipment {
    let mut shipment = ups_victim().remove(0);
    shipment.carrier = carrier.into();
    shipment.feed = format!("{carrier}.track").into();
    shipment.number = parceltrail::TrackingNumber::new(&number);
    for event in &mut shipment.events {
        (event.number, event.carrier, event.feed) = (
            shipment.number.clone(),
            shipment.carrier.clone(),
            shipment.feed.clone(),
        );
    }
    shipment
}

fn naming(n: usize, role: Role, number: &str, whose: Option<&str>) -> Vec<Shipment> {
    let reference = Reference::new(role, number);
    let reference = whose.map_or(reference.clone(), |carrier| reference.with_carrier(carrier));
    let one = |at| {
        let mut shipment = parcel("ups", format!("1ZN{at:08}"));
        shipment.references.push(reference.clone());
        shipment
    };
    (0..n).map(one).collect()
}

#[test]
fn an_order_of_many_parcels() {
    is_linear("an order of many parcels", 250, order_of);
}

fn order_of(n: usize) -> Vec<Shipment> {
    let signals: Vec<String> =
        (0..n).map(|at| format!(r#"{{"at":"2026-03-02T09:00:00Z","signal":"handed_over","carrier":"ups","number":"1ZN{at:08}"}}"#)).collect();
    let mut all = shop(&format!(
        r#"{{"number":"WEB-100117","signals":[{}]}}"#,
        signals.join(",")
    ));
    all.extend((0..n).map(|at| parcel("ups", format!("1ZN{at:08}"))));
    all
}

#[test]
fn an_order_s_parcels_hold_no_copy_of_the_order_each() {
    let kept = |n: usize| {
        let mut journeys = Journeys::default();
        journeys.extend(order_of(n));
        let (sorted, _) = journeys.sorted();
        assert_eq!(sorted.len(), n);
        let all: std::collections::HashMap<_, _> = sorted
            .iter()
            .flat_map(|journey| journey.shipments())
            .map(|shipment| {
                (
                    std::sync::Arc::as_ptr(shipment),
                    shipment.references.len() + 1,
                )
            })
            .collect();
        all.values().sum::<usize>()
    };
    assert!(kept(800) <= 8 * kept(100));
}

#[test]
fn a_list_of_customs() {
    is_linear("a list of customs", 250, |n| {
        let lines: Vec<String> = (0..n)
            .map(|at| {
                format!(
                    r#"{{"logisticsNo":"SF10000{at:08}","copNo":"LIST-0001","preNo":"LIST-0002"}}"#
                )
            })
            .collect();
        let list = format!(
            r#"{{"messageType":"CEB509Message","copNo":"LIST-0001","leaveTime":"20260302171000","list":[{}]}}"#,
            lines.join(",")
        );
        decode("cn-customs.ceb", &list)
    });
}

#[test]
fn one_number_named_by_many() {
    // Up to 999 packages under one master are one parcel, more are none: two shapes, each measured
    // by itself.
    for (role, whose, least) in [
        (Role::Alternate, None, 250),
        (Role::NextCarrier, Some("usps"), 250),
        (Role::MasterWaybill, None, 100),
        (Role::MasterWaybill, None, 1_000),
        (Role::Order, None, 250),
    ] {
        is_linear(&format!("one number named by many as {role}"), least, |n| {
            let mut all = naming(n, role, "9400100000000000000112", whose);
            all.extend(usps(
                "9400100000000000000112",
                &[("2026-03-05T12:00:00Z", "OF")],
            ));
            all
        });
    }
}

#[test]
fn one_number_claimed_by_many() {
    is_linear("one number claimed by many", 250, |n| {
        let mut all = naming(n, Role::NextCarrier, "9400100000000000000112", Some("usps"));
        all.iter_mut()
            .for_each(|shipment| shipment.proof = Proof::Nothing);
        all.extend(usps(
            "9400100000000000000112",
            &[("2026-03-05T12:00:00Z", "OF")],
        ));
        all
    });
}

#[test]
fn many_numbers_named_by_one() {
    is_linear("many numbers named by one", 250, |n| {
        let mut one = parcel("sf", "SF9999999999994".into());
        one.references.extend((0..n).map(|at| {
            Reference::new(Role::NextCarrier, &format!("1ZN{at:08}")).with_carrier("ups")
        }));
        one.proof = Proof::Nothing;
        (0..n)
            .map(|at| parcel("ups", format!("1ZN{at:08}")))
            .chain([one])
            .collect()
    });
}

#[test]
fn one_id_with_many_instances() {
    is_linear("one id with many instances", 250, |n| {
        let one = |at| {
            let mut shipment = parcel("fedex", "449000000013".into());
            shipment.instance = Some(format!("246{at:07}~449000000013~FX").into());
            shipment
        };
        let mut all: Vec<Shipment> = (0..n).map(one).collect();
        all.extend(naming(n, Role::NextCarrier, "449000000013", Some("fedex")));
        all
    });
}

#[test]
fn a_number_used_again_and_again() {
    is_linear("a number used again and again", 100, |n| {
        let mut one = parcel("dhl", "7200000041".into());
        let event = one.events.remove(0);
        one.events = (0..n as i64)
            .map(|at| {
                let mut event = event.clone();
                event.milestone = if at % 2 == 0 {
                    Milestone::PickedUp
                } else {
                    Milestone::Delivered
                };
                event.time =
                    parceltrail::EventTime::instant("t", now() - chrono::Duration::days(at * 70));
                event
            })
            .collect();
        vec![one]
    });
}

#[test]
fn many_orders_of_one_number() {
    is_linear("many orders of one number", 250, |n| {
        let orders: Vec<String> = (0..n)
            .map(|at| format!(r#"{{"number":"WEB-100117","id":"id-{at}","signals":[{{"at":"2026-03-01T09:00:00Z","signal":"placed"}}]}}"#))
            .collect();
        let mut all = shop(&orders.join(","));
        all.extend(naming(n, Role::Order, "WEB-100117", None));
        all
    });
}

#[test]
fn one_declaration_of_many_waybills() {
    is_linear("one declaration of many waybills", 250, |n| {
        let papers: Vec<String> =
            (0..n).map(|at| format!(r#"{{"messageType":"CEB603Message","logisticsNo":"1ZN{at:08}","copNo":"COP-00203"}}"#)).collect();
        let mut all = decode("cn-customs.ceb", &format!("[{}]", papers.join(",")));
        all.extend((0..n).map(|at| parcel("ups", format!("1ZN{at:08}"))));
        all
    });
}
