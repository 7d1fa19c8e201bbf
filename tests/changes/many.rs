//! Pictures and changes take time and memory as the parcel has payments, holds, numbers and pieces.

#[path = "../support/growth.rs"]
mod growth;

use chrono::{Duration, SecondsFormat};
use parceltrail::changes::Picture;
use parceltrail::journey::Snapshot;
use parceltrail::model::{CarrierId, Due, DueKind, Reference, Role};
use parceltrail::testing::shipment;
use parceltrail::{Milestone, Stage};

use crate::{at, journey};

/// Held by many agencies and with many payments before, released and with others after.
fn before_and_after(n: usize) -> (Snapshot, Snapshot) {
    let moment = |nth: usize| {
        let at = at("2026-03-02T00:00:00Z") + Duration::seconds(i64::try_from(nth).unwrap());
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let agency = |nth: usize| CarrierId::from(format!("agency-{nth}").as_str());
    let mut told = shipment("acme.track", "A1").snapshot();
    for nth in 0..n {
        told = told
            .event(&moment(nth), Stage::ImportCustoms, Milestone::CustomsHold)
            .with(|event| event.carrier = agency(nth))
            .of_piece(&format!("A1-{nth}"));
    }
    let owing = |amount: usize| {
        (0..n).map(move |nth| {
            Due::new(DueKind::Fee)
                .with_payee(agency(nth))
                .with_amount(amount.to_string().parse().ok())
        })
    };
    let held = told
        .clone()
        .changed(|shipment| shipment.dues = owing(1).collect())
        .received("2026-03-10T00:00:00Z");
    let free = (0..n).fold(told, |told, nth| {
        told.event(
            &moment(2 * n + nth),
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
        )
        .with(|event| event.carrier = agency(nth))
        .of_piece(&format!("A1-{nth}"))
        .refers_to(Reference::new(Role::Replacement, &format!("B{nth}")))
    });
    let free = free
        .changed(|shipment| shipment.dues = owing(2).collect())
        .received("2026-03-11T00:00:00Z");
    let now = at("2026-03-12T00:00:00Z");
    let journey = journey([held, free]);
    (
        journey.at_known(at("2026-03-10T00:00:00Z"), now),
        journey.at(now),
    )
}

#[test]
fn changes_grow_with_what_has_changed() {
    let (before, after) = before_and_after(100);
    let changes = Picture::of(&after).changes_since(&Picture::of(&before));
    let count = |name: &str| changes.iter().filter(|it| it.kind.name() == name).count();
    assert_eq!(count("due"), 100);
    assert!(count("hold_closed") > 90, "{}", count("hold_closed"));
    growth::linear(
        "changes of a parcel",
        500,
        before_and_after,
        |(before, after)| {
            let (before, after) = (Picture::of(before), Picture::of(after));
            (after.changes_since(&before), before.changes_since(&after))
        },
    );
}
