//! Any bytes to any adapter: the first byte picks the feed. Run: `cargo fuzz run decode`.
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use parceltrail::adapter::Reply;
use parceltrail::{Payload, Registry};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fuzz_target!(|data: &[u8]| {
    let Some((pick, bytes)) = data.split_first() else { return };
    let _ = REGISTRY.recognise(bytes);
    let adapters: Vec<_> = REGISTRY.iter().collect();
    let adapter = adapters[usize::from(*pick) % adapters.len()];
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
        let reply = Reply { status: 200, headers: &Default::default(), body: bytes, received: DateTime::UNIX_EPOCH };
        let _ = (poll.outcome(&reply), poll.next_page(&reply), poll.token(&reply));
    }
});
