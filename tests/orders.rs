//! What a shop says of its orders, and what journeys make of it.
#![cfg(feature = "testing")]

use chrono::{DateTime, Utc};
use parceltrail::adapter::NoticeKind;
use parceltrail::journey::{Journeys, Snapshot};
use parceltrail::model::{Order, Reference, Role};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Milestone, Notice, Payload, Registry, Shipment, Stage};

fn now() -> DateTime<Utc> {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

/// The shop's document with these orders, decoded.
fn shop(orders: &str) -> Vec<Shipment> {
    let body = format!(r#"{{"format":"parceltrail.orders/1","orders":[{orders}]}}"#);
    let batch = Registry::builtin()
        .get("shop.orders")
        .unwrap()
        .decode(Payload::new(
            body.as_bytes(),
            "2026-03-02T18:00:00Z".parse().unwrap(),
        ));
    let batch = batch.unwrap();
    assert_eq!(batch.notices, []);
    batch.shipments
}

fn sorted(
    shop: Vec<Shipment>,
    carriers: impl IntoIterator<Item = ShipmentBuilder>,
) -> (Vec<Snapshot>, Vec<Notice>) {
    let mut journeys = Journeys::default();
    carriers
        .into_iter()
        .for_each(|told| drop(journeys.apply(told)));
    shop.into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    let (journeys, notices) = journeys.sorted();
    (
        journeys.iter().map(|journey| journey.at(now())).collect(),
        notices,
    )
}

fn codes(state: &Snapshot) -> Vec<&str> {
    state
        .events
        .iter()
        .map(|event| event.code.value.as_str())
        .collect()
}

const PLACED: &str = r#"{"at":"2026-03-01T09:00:00Z","signal":"placed"}"#;

fn order(number: &str, signals: &str) -> String {
    format!(
        r#"{{"number":"{number}","ship_by":"2026-03-04T17:00:00Z","deliver_by":"2026-03-09","signals":[{PLACED}{signals}]}}"#
    )
}

fn handed_over(carrier: &str, number: &str) -> String {
    format!(
        r#",{{"at":"2026-03-02T16:00:00Z","signal":"handed_over","carrier":"{carrier}","number":"{number}"}}"#
    )
}

fn picked_up(feed: &str, number: &str) -> ShipmentBuilder {
    shipment(feed, number)
        .event(
            "2026-03-02T19:00:00Z",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .coded("PU")
}

#[test]
fn the_trail_begins_at_the_order() {
    let told = order("WEB-100117", &handed_over("dhl", "7100000042"));
    let (states, notices) = sorted(shop(&told), [picked_up("dhl.unified", "7100000042")]);
    assert_eq!((states.len(), notices.len()), (1, 0));
    assert_eq!(codes(&states[0]), ["placed", "handed_over", "PU"]);
    let parcel = states[0].parcel.as_ref().unwrap();
    assert_eq!(
        (
            parcel.milestone,
            parcel.leg.as_ref().unwrap().carrier.as_str()
        ),
        (Milestone::PickedUp, "dhl")
    );
    let order = &states[0].orders[0];
    assert_eq!(
        (order.number.as_str(), order.placed.as_ref().unwrap().raw()),
        ("WEB-100117", "2026-03-01T09:00:00Z")
    );
    assert_eq!(
        order.ship_by.as_ref().unwrap().raw(),
        "2026-03-04T17:00:00Z"
    );
    assert_eq!(order.promise.as_ref().unwrap().by.raw(), "2026-03-09");
    assert_eq!(states[0].legs.len(), 1, "a shop carries nothing");
    assert_eq!(states[0].promise, None, "the carrier promised nothing");
}

#[test]
fn a_shop_s_hand_over_is_not_the_carrier_s_pick_up() {
    let (states, _) = sorted(
        shop(&order("WEB-100117", &handed_over("dhl", "7100000042"))),
        [],
    );
    assert_eq!(states.len(), 1);
    let parcel = states[0].parcel.as_ref().unwrap();
    assert_eq!(
        (parcel.milestone, parcel.stage, parcel.terminal),
        (Milestone::Announced, Some(Stage::Order), false)
    );
}

#[test]
fn an_order_of_two_parcels_is_told_in_both_and_each_has_its_own_hand_over() {
    let told = order(
        "WEB-100118",
        &(handed_over("dhl", "7100000042") + &handed_over("ups", "1Z0000000300000017")),
    );
    let both = || {
        [
            picked_up("dhl.unified", "7100000042"),
            picked_up("ups.track", "1Z0000000300000017"),
        ]
    };
    let (states, notices) = sorted(shop(&told), both());
    assert_eq!((states.len(), notices.len()), (2, 0));
    for state in &states {
        assert_eq!(codes(state), ["placed", "handed_over", "PU"]);
        assert_eq!(state.orders.len(), 1);
    }

    // Carriers that name the order do not melt what the shop tells apart.
    let naming = both().map(|told| told.refers_to(Reference::new(Role::Order, "WEB-100118")));
    let (states, notices) = sorted(shop(&told), naming);
    assert_eq!((states.len(), notices.len()), (2, 0));
}

#[test]
fn an_order_that_only_the_carriers_name_is_told_in_all_its_parcels() {
    let naming = |feed: &str, number: &str| {
        picked_up(feed, number).refers_to(Reference::new(Role::CustomerReference, "web-100118"))
    };
    let (states, _) = sorted(
        shop(&order("WEB-100118", "")),
        [
            naming("ups.track", "1Z1"),
            naming("ups.track", "1Z2"),
            picked_up("ups.track", "1Z3"),
        ],
    );
    assert_eq!(
        states
            .iter()
            .map(|state| state.orders.len())
            .collect::<Vec<_>>(),
        [1, 1, 0]
    );
    assert_eq!(
        states
            .iter()
            .filter(|state| codes(state) == ["placed", "PU"])
            .count(),
        2
    );
}

#[test]
fn two_orders_in_one_parcel_are_both_told() {
    let orders = [
        order("WEB-100118", &handed_over("dhl", "7100000042")),
        order("WEB-100119", &handed_over("dhl", "7100000042")),
    ]
    .join(",");
    let (states, _) = sorted(shop(&orders), [picked_up("dhl.unified", "7100000042")]);
    assert_eq!(states.len(), 1);
    assert_eq!(
        states[0]
            .orders
            .iter()
            .map(|order| order.number.as_str())
            .collect::<Vec<_>>(),
        ["WEB-100118", "WEB-100119"]
    );
}

#[test]
fn one_number_under_two_ids_is_two_orders_and_ties_no_parcel_that_only_names_it() {
    let sent = |id: &str| order("WEB-100124", "").replacen('{', &format!(r#"{{"id":"{id}","#), 1);
    let parcel = picked_up("ups.track", "1Z1").refers_to(Reference::new(Role::Order, "WEB-100124"));
    let (states, notices) = sorted(shop(&[sent("a1"), sent("a2")].join(",")), [parcel.clone()]);
    assert_eq!(states.len(), 3);
    assert_eq!(
        notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(),
        [NoticeKind::AmbiguousLink]
    );
    let ids: Vec<_> = states
        .iter()
        .flat_map(|state| &state.orders)
        .filter_map(|order| order.id.as_deref())
        .collect();
    assert_eq!(ids, ["a1", "a2"]);

    // The same record sent twice is one order.
    let (states, notices) = sorted(shop(&[sent("a1"), sent("a1")].join(",")), [parcel]);
    assert_eq!((states.len(), notices.len()), (1, 0));
}

#[test]
fn a_shop_s_cancellation_ends_what_no_carrier_holds() {
    let cancelled = r#",{"at":"2026-03-03T08:00:00Z","signal":"cancelled","reason":"customer"}"#;
    let (states, _) = sorted(shop(&order("WEB-100121", cancelled)), []);
    assert!(states[0].parcel.as_ref().unwrap().terminal);

    let shipped = order(
        "WEB-100121",
        &(handed_over("dhl", "7100000042") + cancelled),
    );
    let (states, _) = sorted(shop(&shipped), [picked_up("dhl.unified", "7100000042")]);
    let parcel = states[0].parcel.as_ref().unwrap();
    assert_eq!(
        (parcel.milestone, parcel.terminal),
        (Milestone::PickedUp, false)
    );
}

#[test]
fn an_order_placed_in_advance_stays_one_order() {
    let late = r#",{"at":"2026-07-01T09:00:00Z","signal":"packed"},{"at":"2026-07-02T09:00:00Z","signal":"handed_over","carrier":"dhl","number":"7100000042"}"#;
    let parcel = shipment("dhl.unified", "7100000042").event(
        "2026-07-02T19:00:00Z",
        Stage::FirstMile,
        Milestone::PickedUp,
    );
    let (states, _) = sorted(shop(&order("WEB-100135", late)), [parcel]);
    assert_eq!(states.len(), 1);
    assert_eq!(states[0].events.len(), 4);
}

#[test]
fn an_old_use_of_the_waybill_s_number_is_not_the_order_s_parcel() {
    let old = shipment("dhl.unified", "7100000042").event(
        "2024-03-02T19:00:00Z",
        Stage::FirstMile,
        Milestone::PickedUp,
    );
    let (states, _) = sorted(
        shop(&order("WEB-100117", &handed_over("dhl", "7100000042"))),
        [old],
    );
    assert_eq!(
        states
            .iter()
            .map(|state| state.orders.len())
            .collect::<Vec<_>>(),
        [0, 1]
    );
}

#[test]
fn the_next_carrier_that_a_shop_names_is_the_next_leg() {
    let signal = r#",{"at":"2026-03-02T16:00:00Z","signal":"handed_over","carrier":"sf","number":"SF1000000000017","next":{"carrier":"ups","number":"1Z0000000300000035"}}"#;
    let delivered = picked_up("sf.push", "SF1000000000017").event(
        "2026-03-05T10:00:00Z",
        Stage::LastMile,
        Milestone::Delivered,
    );
    let (states, _) = sorted(shop(&order("WEB-100129", signal)), [delivered]);
    assert_eq!(states.len(), 1);
    assert_eq!(
        states[0].parcel.as_ref().unwrap().milestone,
        Milestone::Delivered,
        "a number that the shop knows undoes no delivery"
    );
    assert_eq!(
        states[0]
            .legs
            .iter()
            .map(|leg| leg.carrier.as_str())
            .collect::<Vec<_>>(),
        ["sf", "ups"]
    );
}

#[test]
fn the_customer_s_key_is_seen_nowhere() {
    let keyed = order("WEB-100117", "").replacen('{', r#"{"customer":"9f2c4e1ab07d44c3a1e0","#, 1);
    let (states, _) = sorted(shop(&keyed), []);
    assert_eq!(
        states[0].orders[0].customer.as_ref().unwrap().reveal(),
        "9f2c4e1ab07d44c3a1e0"
    );
    assert!(!format!("{:?}", states[0]).contains("9f2c4e1a"));
    assert!(
        !serde_json::to_string(&states[0])
            .unwrap()
            .contains("9f2c4e1a")
    );
}

#[test]
fn orders_sort_the_same_in_any_order_and_division() {
    let told = [
        order(
            "WEB-100118",
            &(handed_over("dhl", "71000001") + &handed_over("ups", "1Z7")),
        ),
        order("WEB-100119", &handed_over("ups", "1Z7")),
    ];
    let mut shipments = shop(&told.join(","));
    let carriers = || {
        [
            picked_up("dhl.unified", "71000001"),
            picked_up("ups.track", "1Z7"),
        ]
    };
    let once = sorted(shipments.clone(), carriers());
    shipments.reverse();
    shipments.extend(shipments.clone());
    let split: Vec<Shipment> = shipments
        .iter()
        .flat_map(|whole| {
            whole.events.iter().map(|event| {
                let mut part = whole.clone();
                part.events = vec![event.clone()];
                part
            })
        })
        .collect();
    assert_eq!(sorted(shipments, carriers()), once);
    assert_eq!(sorted(split, carriers()), once);
}

#[test]
fn any_merchant_s_feed_may_tell_of_orders() {
    let own = shipment("acme.orders", "7001-A")
        .event("2026-03-01T09:00:00Z", Stage::Order, Milestone::Announced)
        .order(Order::default());
    let waybill = Reference::new(Role::Waybill, "1Z1").with_carrier("ups");
    let (states, _) = sorted(
        Vec::new(),
        [own.refers_to(waybill), picked_up("ups.track", "1Z1")],
    );
    assert_eq!(states.len(), 1);
    assert_eq!(states[0].orders.len(), 1);
}
