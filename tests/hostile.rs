//! Large and hostile payloads to every adapter: an error or notices, no panic, and nothing that
//! grows faster than its input.

use parceltrail::{Payload, Registry};

const SIZE: usize = 1_000_000;

fn payloads() -> Vec<(&'static str, Vec<u8>)> {
    let repeated = |open: &str, piece: &str, close: &str| {
        format!("{open}{}{close}", piece.repeat(SIZE / piece.len())).into_bytes()
    };
    let noise = (0..SIZE as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8)
        .collect();
    vec![
        ("noise", noise),
        ("one byte again and again", vec![b'<'; SIZE]),
        ("elements never closed", repeated("", "<a>", "")),
        (
            "empty elements",
            repeated("<TrackReply>", "<a/>", "</TrackReply>"),
        ),
        (
            "text in pieces",
            repeated("<TrackReply>", "x &amp; ", "</TrackReply>"),
        ),
        ("empty objects", repeated("{\"shipments\":[", "{},", "{}]}")),
        (
            "bad events",
            repeated(
                "{\"shipments\":[{\"id\":\"7100000042\",\"service\":\"express\",\"events\":[",
                "{\"timestamp\":\"x\",\"status\":\"PU\"},",
                "{}]}]}",
            ),
        ),
        ("a form of escapes", repeated("content=", "%3C", "")),
    ]
}

#[test]
fn large_nonsense_is_refused_or_told() {
    let registry = Registry::builtin();
    for (name, bytes) in payloads() {
        let _ = registry.recognise(&bytes);
        for adapter in registry.iter() {
            let Ok(batch) = adapter.decode(Payload::new(&bytes, Default::default())) else {
                continue;
            };
            let feed = &adapter.descriptor().feed;
            assert_eq!(
                batch
                    .shipments
                    .iter()
                    .map(|shipment| shipment.events.len())
                    .sum::<usize>(),
                0,
                "{feed}: {name}"
            );
            assert!(
                !batch.notices.is_empty(),
                "{feed}: {name} is passed over in silence"
            );
            assert!(
                batch.notices.len() <= 10_001,
                "{feed}: {name} gives {} notices",
                batch.notices.len()
            );
        }
    }
}

#[test]
fn more_than_the_largest_payload_is_refused() {
    let bytes = vec![b' '; Payload::MAX_BYTES + 1];
    for adapter in Registry::builtin().iter() {
        let error = adapter
            .decode(Payload::new(&bytes, Default::default()))
            .unwrap_err();
        assert!(error.to_string().contains("bytes"), "{error}");
    }
}
