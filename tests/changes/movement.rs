//! Where it is, who has it, how it ends.

use parceltrail::changes::Picture;
use parceltrail::journey::LegId;
use parceltrail::model::{Reference, Role, TrackingNumber};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Milestone, Stage};

use crate::{at, journey, moving, picture, said, told};

#[test]
fn a_new_parcel_tells_what_is_worth_knowing() {
    let new = picture([moving()], "2026-03-02T12:00:00Z");
    let changes = new.changes_since(&Picture::default());
    assert_eq!(
        told(&changes),
        [(
            "milestone",
            "Picked up by the carrier, Shenzhen, CN.".to_owned()
        )]
    );
    assert_eq!(changes[0].at, at("2026-03-02T02:00:00Z"));
    assert_eq!(changes[0].evidence.len(), 1);
    assert!(new.changes_since(&new).is_empty());
}

#[test]
fn movement_and_the_end() {
    let mut known = picture([moving()], "2026-03-02T12:00:00Z");
    let left = moving().event(
        "2026-03-03T01:00:00+08:00",
        Stage::FirstMile,
        Milestone::Departed,
    );
    let arrived = left
        .clone()
        .event(
            "2026-03-04T09:00:00+01:00",
            Stage::LastMile,
            Milestone::Arrived,
        )
        .at("Leipzig, DE");
    let further = arrived
        .clone()
        .event(
            "2026-03-04T19:00:00+01:00",
            Stage::LastMile,
            Milestone::Arrived,
        )
        .at("Kassel, DE");
    let delivered = further
        .clone()
        .event(
            "2026-03-05T09:00:00+01:00",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .at("Kassel, DE");
    let changes = known.update(picture([left], "2026-03-03T12:00:00Z"));
    assert_eq!(said(&changes), ["Left a facility."]);
    let changes = known.update(picture([arrived], "2026-03-04T12:00:00Z"));
    assert_eq!(said(&changes), ["Arrived at a facility, Leipzig, DE."]);
    let changes = known.update(picture([further], "2026-03-04T20:00:00Z"));
    assert_eq!(said(&changes), ["Arrived at a facility, Kassel, DE."]);
    let changes = known.update(picture([delivered.clone()], "2026-03-06T12:00:00Z"));
    assert_eq!(
        told(&changes),
        [
            ("milestone", "Delivered, Kassel, DE.".to_owned()),
            ("finished", "No further steps are expected.".to_owned())
        ]
    );
    assert_eq!(
        changes[1].under,
        Some(changes[0].id),
        "a reader needs one of the two"
    );
    let back = delivered.event(
        "2026-03-07T09:00:00+01:00",
        Stage::LastMile,
        Milestone::Returning,
    );
    let changes = known.update(picture([back], "2026-03-07T12:00:00Z"));
    assert_eq!(
        said(&changes)[..],
        ["On its way back to the sender.", "It is on its way again."]
    );
}

#[test]
fn the_same_scan_of_another_feed_is_no_change() {
    let here = |feed| {
        shipment(feed, "A1")
            .event(
                "2026-03-02T10:00:00+08:00",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .at("Shenzhen, CN")
    };
    let one = picture([here("acme.track")], "2026-03-02T12:00:00Z");
    let both = picture(
        [here("acme.track"), here("acme.push")],
        "2026-03-02T12:00:00Z",
    );
    assert_eq!(both.changes_since(&one), []);
}

#[test]
fn a_place_that_another_scan_reports() {
    let at_home = moving().event(
        "2026-03-03T09:00:00+08:00",
        Stage::FirstMile,
        Milestone::Delayed,
    );
    let before = picture([at_home.clone()], "2026-03-03T12:00:00Z");
    let later = at_home
        .event(
            "2026-03-03T13:00:00+08:00",
            Stage::FirstMile,
            Milestone::Info,
        )
        .at("Hong Kong, HK");
    let changes = picture([later], "2026-03-03T12:00:00Z").changes_since(&before);
    assert!(
        said(&changes)
            .iter()
            .all(|text| text == "Now in Hong Kong, HK."),
        "{changes:?}"
    );
}

#[test]
fn another_carrier_and_its_number() {
    let mut known = picture([moving()], "2026-03-02T12:00:00Z");
    let mut journey = journey([
        moving(),
        shipment("post.track", "P9")
            .event(
                "2026-03-04T09:00:00+01:00",
                Stage::LastMile,
                Milestone::Arrived,
            )
            .at("Kassel, DE"),
    ]);
    journey.link(LegId::new("acme", "A1"), LegId::new("post", "P9"));
    let changes = known.update(Picture::of(&journey.at(at("2026-03-05T00:00:00Z"))));
    assert_eq!(
        told(&changes),
        [
            ("milestone", "Arrived at a facility, Kassel, DE.".to_owned()),
            ("carrier", "Handed over to POST.".to_owned()),
            ("number", "It has a further number: POST P9.".to_owned())
        ]
    );
    let back = moving().refers_to(Reference::new(Role::Replacement, "A7"));
    let changes = picture([back], "2026-03-05T00:00:00Z")
        .changes_since(&picture([moving()], "2026-03-05T00:00:00Z"));
    assert_eq!(
        told(&changes),
        [(
            "linked",
            "Another parcel belongs to it: replaced by ACME A7.".to_owned()
        )]
    );
}

#[test]
fn pieces_come_further() {
    let piece = |told: ShipmentBuilder, piece: &str| {
        told.event(
            "2026-03-05T09:00:00+01:00",
            Stage::LastMile,
            Milestone::Delivered,
        )
        .of_piece(piece)
    };
    let announced = moving().changed(|shipment| {
        shipment.pieces = ["A1-1", "A1-2", "A1-3"].map(TrackingNumber::new).into();
    });
    let mut known = picture([announced.clone().pieces(3)], "2026-03-03T00:00:00Z");
    assert_eq!(
        said(&known.changes_since(&Picture::default()))[1],
        "Pieces: 0 of 3 delivered, 3 without any report."
    );
    let changes = known.update(picture(
        [piece(announced.pieces(3), "A1-2")],
        "2026-03-06T00:00:00Z",
    ));
    assert_eq!(
        told(&changes),
        [(
            "pieces",
            "Pieces: 1 of 3 delivered, 2 on the way.".to_owned()
        )]
    );
    assert!(!changes[0].evidence.is_empty());
}
