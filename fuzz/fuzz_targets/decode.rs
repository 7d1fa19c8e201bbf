//! Any bytes to the adapter that they look like, and to another one. Seeds are the samples:
//! `cargo fuzz run decode fuzz/corpus/decode carriers/*/samples`
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use parceltrail::adapter::PollResponse;
use parceltrail::{Adapter, Payload, Registry};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fn check(adapter: &dyn Adapter, bytes: &[u8]) {
    let payload = Payload::new(bytes, DateTime::UNIX_EPOCH);
    let first = adapter.decode(payload);
    assert_eq!(first, adapter.decode(payload), "decoding is pure");
    if let Ok(batch) = first {
        for event in batch.shipments.iter().flat_map(|shipment| &shipment.events) {
            assert!(event.time.earliest() <= event.time.latest());
        }
        let _ = serde_json::to_string(&batch);
    }
    if let Some(poll) = adapter.as_poll() {
        let response = PollResponse {
            status: 200,
            headers: &Default::default(),
            body: bytes,
            received: DateTime::UNIX_EPOCH,
        };
        let _ = (poll.outcome(&response), poll.next_page(&response), poll.token(&response));
    }
}

fuzz_target!(|data: &[u8]| {
    let adapters: Vec<_> = REGISTRY.iter().collect();
    if let Ok(adapter) = REGISTRY.recognise(data) {
        check(adapter, data);
    }
    check(adapters[data.len() % adapters.len()], data);
});
