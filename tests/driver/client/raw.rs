//! Raw bodies travel with results, if the builder says so.

use std::sync::Arc;

use futures_util::StreamExt as _;
use parceltrail::client::{Client, ErrorKind};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn results_share_the_body_they_were_decoded_from() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let client = builder("fedex.track", &server)
        .with_raw_bodies(true)
        .build()
        .unwrap();
    let results = all(&client, numbers(3)).await;
    assert_eq!(results.len(), 3);
    for result in &results {
        let [body] = &result.raw[..] else {
            panic!("{result:?}")
        };
        let again = adapter("fedex.track").decode(body.payload()).unwrap();
        let shipments = result.outcome.as_ref().unwrap().shipments();
        assert!(!shipments.is_empty());
        assert!(
            shipments
                .iter()
                .all(|shipment| again.shipments.contains(shipment)),
            "decoding again gives the same"
        );
        assert!(Arc::ptr_eq(body, &results[0].raw[0]), "one copy");
        let shown = format!("{result:?}");
        assert!(
            shown.contains(&format!("{} bytes", body.bytes.len())),
            "{shown}"
        );
        assert!(!shown.contains("completeTrackResults"), "{shown}");
    }
}

#[tokio::test]
async fn nothing_is_kept_unless_set() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let results = all(&client("fedex.track", &server), numbers(2)).await;
    assert!(results.iter().all(|result| result.raw.is_empty()));
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_kept_too() {
    let text = r#"{"output":{"complete"#;
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    Mock::given(path(FEDEX_TRACK))
        .respond_with(ResponseTemplate::new(200).set_body_string(text))
        .mount(&server)
        .await;
    let client = builder("fedex.track", &server)
        .with_raw_bodies(true)
        .build()
        .unwrap();
    let results = all(&client, numbers(1)).await;
    assert_eq!(
        results[0].outcome.as_ref().unwrap_err().kind,
        ErrorKind::Undecodable
    );
    assert_eq!(results[0].raw[0].bytes, text.as_bytes());
}

#[tokio::test]
async fn pages_of_a_subscription_carry_theirs() {
    let server = MockServer::start().await;
    grants(&server, "/security/v1/oauth/token", 3600, 1).await;
    let page = |bookmark: &str| json!({ "QuantumViewResponse": { "Response": { "ResponseStatusCode": "1" }, "QuantumViewEvents": {}, "Bookmark": bookmark } });
    let bodies = [page("more"), page("")];
    Mock::given(path("/api/quantumview/v3/events"))
        .respond_with(InTurn::new(bodies.iter().map(ok)))
        .mount(&server)
        .await;
    let client: Client = builder("ups.quantum-view", &server)
        .with_raw_bodies(true)
        .build()
        .unwrap();
    let pages: Vec<_> = client.updates().collect().await;
    let read: Vec<serde_json::Value> = pages
        .iter()
        .flat_map(|page| &page.raw)
        .map(|body| serde_json::from_slice(&body.bytes).unwrap())
        .collect();
    assert_eq!(read, bodies);
}
