//! Stored bytes: those of this version, cut ones, changed ones, and how much is kept.

use std::sync::Arc;

use chrono::Duration;

use super::{Chance, cases, history, journey_of, start};
use crate::journey::{Journey, PersonalData, StorageError};
use crate::model::Shipment;

#[test]
fn what_is_cut_off_or_changed_is_refused() {
    let mut chance = Chance(3);
    let deliveries = history(&mut chance, 5);
    let bytes = journey_of(&mut chance, &deliveries).to_bytes(PersonalData::Kept);
    assert!(Journey::from_bytes(&bytes).is_ok());
    for length in 0..bytes.len() {
        let cut = Journey::from_bytes(&bytes[..length]);
        assert!(cut.is_err(), "{length} of {} bytes", bytes.len());
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(Journey::from_bytes(&changed).is_err(), "byte {at}");
    }
    let mut newer = bytes;
    newer[3] = 9;
    let error = Journey::from_bytes(&newer).unwrap_err();
    assert_eq!(
        error,
        StorageError::Version {
            found: 9,
            newest: 1
        }
    );
    assert_eq!(
        error.to_string(),
        "a stored journey of version 9; this version reads up to 1"
    );
    assert_eq!(
        Journey::from_bytes(b"{}").unwrap_err(),
        StorageError::NotAJourney
    );
}

/// Bytes with a right checksum and wrong contents are an error, too, and never a panic.
#[test]
fn hostile_bytes_do_not_panic() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let deliveries = history(&mut chance, 3);
        let mut bytes = journey_of(&mut chance, &deliveries).to_bytes(PersonalData::Kept);
        for _ in 0..1 + chance.below(3) {
            let at = 4 + chance.below(bytes.len() - 8);
            bytes[at] = chance.next().to_le_bytes()[0];
        }
        crate::journey::ledger::seal(&mut bytes);
        if let Ok(journey) = Journey::from_bytes(&bytes) {
            let now = start() + Duration::days(3);
            let _ = (journey.at(now), journey.shipments().count());
        }
    }
}

#[test]
fn a_thousand_polls_cost_what_one_costs() {
    let mut chance = Chance(11);
    let deliveries = history(&mut chance, 1);
    let mut once = Journey::default();
    deliveries
        .iter()
        .for_each(|shipment| _ = once.apply(Arc::clone(shipment)));
    let mut often = once.clone();
    for poll in 1..1_000 {
        for shipment in &deliveries {
            let mut again = Shipment::clone(shipment);
            again.received += Duration::minutes(30 * poll);
            often.apply(again);
        }
    }
    let size = |journey: &Journey| journey.to_bytes(PersonalData::Kept).len();
    let feeds = deliveries.len();
    assert!(
        size(&often) <= size(&once) + 8 * feeds,
        "{} {}",
        size(&once),
        size(&often)
    );
    assert!(often.shipments().count() <= 2 * feeds);
}
