//! What is counted.

use std::collections::BTreeMap;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn the_same_is_counted_in_stats_and_through_the_facade() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recorder = metrics::set_default_local_recorder(&recorder);
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let respond = |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        if asked.iter().any(|number| number.ends_with('3')) {
            return ResponseTemplate::new(400).set_body_json(fedex_fault("BAD.REQUEST.ERROR"));
        }
        ok(&fedex_results(
            asked
                .iter()
                .filter(|number| !number.ends_with('0'))
                .map(|number| {
                    let is_known = !number.ends_with('1');
                    (
                        number.as_str(),
                        if is_known {
                            fedex_scan()
                        } else {
                            fedex_error("TRACKING.TRACKINGNUMBER.NOTFOUND")
                        },
                    )
                }),
        ))
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(ResponseTemplate::new(429))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let client = client("fedex.track", &server);
    let answers = all(&client, numbers(4)).await;
    assert_eq!(answers.len(), 4);

    let stats = client.stats();
    // The token, a 429, four numbers, two and two, one and one.
    assert_eq!(
        (
            stats.requests,
            stats.tokens,
            stats.throttled,
            stats.retries,
            stats.divided
        ),
        (7, 1, 1, 1, 2),
        "{stats:?}"
    );
    assert_eq!(
        (stats.found, stats.not_found, stats.missing, stats.failed),
        (1, 1, 1, 1),
        "{stats:?}"
    );

    let mut counted = BTreeMap::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let labels: Vec<_> = key
            .key()
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        assert!(
            labels.contains(&"feed=fedex.track".to_owned()),
            "{labels:?}"
        );
        counted.insert(key.key().name().to_owned(), value);
    }
    for (name, expected) in [
        ("requests", stats.requests),
        ("retries", stats.retries),
        ("tokens", stats.tokens),
        ("throttled", stats.throttled),
        ("divided", stats.divided),
        ("found", stats.found),
        ("not_found", stats.not_found),
        ("missing", stats.missing),
        ("failed", stats.failed),
        ("waits", stats.waits),
        ("breaker_opened", stats.opened),
    ] {
        assert_eq!(
            counted.get(&format!("parceltrail_client_{name}_total")),
            Some(&DebugValue::Counter(expected)),
            "{name}"
        );
    }
    let seconds = &counted["parceltrail_client_request_seconds"];
    assert!(
        matches!(seconds, DebugValue::Histogram(values) if values.len() as u64 == stats.requests),
        "{seconds:?}"
    );
}
