//! What very many share costs each of them nothing: the time of all deliveries one by one grows as
//! their number does.

use parceltrail::journey::Journeys;
use parceltrail::model::{Milestone, Order, Reference, Role, Shipment, Stage};
use parceltrail::testing::shipment;

#[path = "../support/growth.rs"]
mod growth;

fn parcel(nth: usize) -> Shipment {
    shipment("ups.track", &format!("1ZN{nth:08}"))
        .event(
            "2026-03-03T10:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .event("2026-03-04T10:00:00Z", Stage::LineHaul, Milestone::Departed)
        .shipment()
}

fn naming(n: usize, reference: &Reference) -> Vec<Shipment> {
    let named = |nth| {
        let mut told = parcel(nth);
        told.references.push(reference.clone());
        told
    };
    (0..n).map(named).collect()
}

fn one_by_one(told: &[Shipment]) -> usize {
    let mut index = Journeys::default();
    for shipment in told {
        index.apply(shipment.clone());
    }
    index.len()
}

#[test]
fn an_order_of_many_parcels() {
    growth::linear(
        "an order of many parcels, one by one",
        100,
        |n| {
            let mut order = shipment("shop.orders", "WEB-100117")
                .event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced)
                .merchant()
                .order(Order::default())
                .shipment();
            order.references = (0..n)
                .map(|nth| {
                    Reference::new(Role::Waybill, &format!("1ZN{nth:08}")).with_carrier("ups")
                })
                .collect();
            let mut all = vec![order];
            all.extend(naming(n, &Reference::new(Role::Order, "WEB-100117")));
            all
        },
        |told| one_by_one(told),
    );
}

#[test]
fn one_number_named_by_many() {
    for (role, whose) in [
        (Role::Alternate, None),
        (Role::Declaration, None),
        (Role::CustomerReference, None),
        (Role::NextCarrier, Some("usps")),
        (Role::Manifest, None),
    ] {
        growth::linear(
            &format!("one number named by many as {role}, one by one"),
            100,
            |n| {
                let reference = Reference::new(role, "9400100000000000000112");
                let reference = match whose {
                    Some(carrier) => reference.with_carrier(carrier),
                    None => reference,
                };
                let mut all = naming(n, &reference);
                let usps = shipment("usps.tracking", "9400100000000000000112").event(
                    "2026-03-05T12:00:00Z",
                    Stage::LastMile,
                    Milestone::OutForDelivery,
                );
                all.push(usps.shipment());
                all
            },
            |told| one_by_one(told),
        );
    }
}

#[test]
fn a_list_of_many_numbers() {
    growth::linear(
        "a list of many numbers, one by one",
        100,
        |n| {
            let mut list = parcel(99_999_999);
            let name = |nth| Reference::new(Role::Alternate, &format!("1ZN{nth:08}"));
            list.references = (0..n.max(40)).map(name).collect();
            let mut all = vec![list];
            all.extend((0..n).map(parcel));
            all
        },
        |told| one_by_one(told),
    );
}

#[test]
fn two_feeds_of_many_scans() {
    growth::linear(
        "two feeds of many scans, one by one",
        200,
        |n| {
            let start: chrono::DateTime<chrono::Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
            let scan = |nth: usize| {
                let at = start + chrono::Duration::minutes(i64::try_from(nth).unwrap());
                let feed = ["ups.track", "ups.push"][nth % 2];
                shipment(feed, "1ZN00000001")
                    .event(&at.to_rfc3339(), Stage::LineHaul, Milestone::Arrived)
                    .received(&at.to_rfc3339())
                    .shipment()
            };
            (0..n).map(scan).collect::<Vec<_>>()
        },
        |told| one_by_one(told),
    );
}
