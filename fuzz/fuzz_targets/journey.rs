//! Several payloads, cut at zero bytes, to one set of journeys, forwards and backwards. Seeds are
//! the samples: `cargo fuzz run journey fuzz/corpus/journey carriers/*/samples`
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use parceltrail::journey::Journeys;
use parceltrail::{Payload, Registry, Shipment};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fn told(shipments: impl Iterator<Item = Shipment>) -> String {
    let mut journeys = Journeys::default();
    shipments.for_each(|shipment| drop(journeys.apply(shipment)));
    let (sorted, _) = journeys.sorted();
    sorted.iter().map(|journey| serde_json::to_string(&journey.at(DateTime::UNIX_EPOCH)).unwrap_or_default()).collect()
}

fuzz_target!(|data: &[u8]| {
    let shipments: Vec<Shipment> = data
        .split(|byte| *byte == 0)
        .filter_map(|bytes| REGISTRY.recognise(bytes).ok()?.decode(Payload::new(bytes, DateTime::UNIX_EPOCH)).ok())
        .flat_map(|batch| batch.shipments)
        .collect();
    assert_eq!(told(shipments.iter().cloned()), told(shipments.iter().rev().cloned()), "order does not matter");
});
