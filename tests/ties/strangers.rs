//! Nobody who proves nothing can stand beside a stranger's parcel under its own number, and so cut
//! it off from its papers, its next carrier or its order.

use parceltrail::model::{Order, Reference, Stage};
use parceltrail::testing::{ShipmentBuilder, shipment};

use super::*;

const UPS: &str = "1Z0000000300000013";
const POST: &str = "9400100000000000000112";

fn moved(feed: &str, number: &str, day: u32, milestone: Milestone) -> ShipmentBuilder {
    shipment(feed, number).event(
        &format!("2026-03-{day:02}T10:00:00Z"),
        Stage::LineHaul,
        milestone,
    )
}

fn push(number: &str, day: u32, milestone: Milestone) -> ShipmentBuilder {
    moved("sf.push", number, day, milestone).proven_by(Proof::Nothing)
}

/// What honest speakers say is one parcel, and stays the same in every word beside a push.
#[track_caller]
fn is_untouched(honest: &[ShipmentBuilder], pushes: &[ShipmentBuilder]) {
    let told = |shipments: &[ShipmentBuilder]| {
        let shipments = shipments.iter().cloned().map(ShipmentBuilder::shipment);
        Sorted::of([shipments.collect()])
    };
    let alone = told(honest);
    assert_eq!(alone.states.len(), 1, "{:?}", alone.notices);
    let both = told(&[honest, pushes].concat());
    assert!(both.states.contains(&alone.states[0]), "{:?}", both.notices);
}

fn paper(number: &str) -> ShipmentBuilder {
    moved("cn-customs.ceb", number, 2, Milestone::CustomsReleased)
        .authority()
        .refers_to(Reference::new(Role::Waybill, UPS))
}

#[test]
fn a_push_about_a_stranger_s_number_does_not_cut_off_its_papers() {
    let parcel = || moved("ups.track", UPS, 3, Milestone::Arrived);
    for number in [UPS, "LIST-2026-0001"] {
        is_untouched(
            &[parcel(), paper(number)],
            &[push(UPS, 3, Milestone::Delivered)],
        );
    }
    // The papers' own number is no waybill that a push could be about.
    let own = "COP-2026-000203";
    let paper = moved("cn-customs.ceb", own, 2, Milestone::CustomsReleased).authority();
    is_untouched(&[paper], &[push(own, 3, Milestone::Delivered)]);
}

/// The uses of a number are counted for each carrier.
#[test]
fn a_number_that_a_push_uses_again_and_again_still_means_the_parcel() {
    let pushes: Vec<ShipmentBuilder> = (0..70)
        .map(|nth| push(UPS, 3, Milestone::PickedUp).instance(&format!("{nth}")))
        .collect();
    is_untouched(
        &[
            moved("ups.track", UPS, 3, Milestone::Arrived),
            paper("LIST-2026-0001"),
        ],
        &pushes,
    );
}

/// Naming back counts for the carrier that is named, not for whoever has the same number.
#[test]
fn who_is_not_named_confirms_nothing() {
    let honest = [
        moved("ups.track", UPS, 3, Milestone::Departed)
            .refers_to(Reference::new(Role::NextCarrier, POST).with_carrier("usps")),
        moved("usps.tracking", POST, 4, Milestone::Arrived),
    ];
    for role in [Role::PreviousCarrier, Role::Alternate, Role::NextCarrier] {
        let push = push(POST, 5, Milestone::Delivered)
            .refers_to(Reference::new(role, UPS).with_carrier("ups"));
        is_untouched(&honest, std::slice::from_ref(&push));
        is_untouched(&honest[..1], &[push]);
    }
}

#[test]
fn what_an_authority_or_a_shop_says_without_proof_is_told_of_no_parcel() {
    let honest = [moved("ups.track", UPS, 3, Milestone::Departed)
        .refers_to(Reference::new(Role::Order, "WEB-100117"))];
    let seized = moved("acme-customs.push", UPS, 4, Milestone::CustomsSeized)
        .authority()
        .proven_by(Proof::Nothing);
    let cancelled = moved("acme-shop.push", "WEB-100117", 4, Milestone::Cancelled)
        .order(Order::default())
        .proven_by(Proof::Nothing);
    is_untouched(&honest, &[seized, cancelled.clone()]);

    // Nor does it make the shop's own order ambiguous.
    let order = moved("shop.orders", "WEB-100117", 1, Milestone::Announced).order(Order::default());
    is_untouched(
        &[honest[0].clone(), order],
        std::slice::from_ref(&cancelled),
    );

    // Parcel and order that name each other belong together.
    let both = Sorted::of([vec![
        honest[0].clone().shipment(),
        cancelled
            .refers_to(Reference::new(Role::Waybill, UPS).with_carrier("ups"))
            .shipment(),
    ]]);
    assert_eq!(both.states.len(), 1);
    assert_eq!(both.states[0].orders.len(), 1);
}
