//! Who may tie parcels together.

use serde_json::Value;

use crate::asked::{TrackRequest, asked, assert_delivered};

#[test]
fn a_push_that_proves_nothing_moves_no_other_parcel() {
    let asked = asked(
        &["poison-ups-victim.json", "poison-sf-push.json"],
        "2026-03-08T00:00:00Z",
    );
    assert_eq!(asked.state("1Z0000000300000013")["milestone"], "departed");
}

#[test]
fn placeholders_tie_nothing() {
    assert_eq!(
        asked(
            &["placeholder-1.json", "placeholder-2.json"],
            "2026-03-05T00:00:00Z"
        )
        .journeys()
        .len(),
        2
    );
}

#[test]
fn one_order_in_two_parcels_of_two_carriers_is_two_parcels() {
    let asked = asked(
        &["split-order-fedex.json", "split-order-ups.json"],
        "2026-03-18T12:00:00Z",
    );
    assert_eq!(asked.journeys().len(), 2);
    assert!(
        !asked.rules().is_empty(),
        "the one that stands still is seen"
    );
}

#[test]
fn a_redelivery_under_a_second_id_is_one_parcel() {
    let asked = asked(&["fedex-redelivery-two-ids.json"], "2026-04-10T00:00:00Z");
    assert_eq!(asked.journeys().len(), 1);
    assert_delivered(&asked, "", "2026-03-06T09:26:00");
    assert!(asked.rules().is_empty(), "{:?}", asked.rules());
}

#[test]
fn two_shipments_under_one_waybill_are_told_apart() {
    let journeys = asked(&["fedex-xml-duplicate-waybill.xml"], "2026-06-20T00:00:00Z").journeys();
    assert_eq!(journeys.len(), 2);
    assert_ne!(journeys[0], journeys[1]);
}

/// The order of records in one payload decides nothing.
#[test]
fn records_in_another_order_give_the_same_journey() {
    let told =
        |file| -> Vec<Value> { TrackRequest::journeys(&asked(&[file], "2026-03-08T00:00:00Z")) };
    assert_eq!(told("orders-tie-ab.json"), told("orders-tie-ba.json"));
}
