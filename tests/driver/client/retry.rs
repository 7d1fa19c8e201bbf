//! When to try again, and when to give up.

use std::time::Duration;

use parceltrail::client::{ErrorKind, Retry, RetryPolicy};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::*;

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

async fn sent(server: &wiremock::MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_with_jitter() {
    let server = answering(InTurn::new([
        status(503),
        status(500),
        status(502),
        ok(&dhl_found()),
    ]))
    .await;
    let client = paused("dhl.unified", &server)
        .with_retry(
            RetryPolicy::default().with_backoff(Duration::from_secs(1), Duration::from_secs(30)),
        )
        .build()
        .unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    assert!(is_found(&told));
    assert!(
        (3.5..7.5).contains(&took),
        "1 + 2 + 4 s, each at least half: {took}"
    );
    assert_ne!((took * 1000.0) as u64 % 500, 0, "jitter");
    assert_eq!((client.stats().requests, client.stats().retries), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_seconds_is_kept() {
    let server = answering(InTurn::new([
        status(429).insert_header("retry-after", "17"),
        ok(&dhl_found()),
    ]))
    .await;
    let client = paused("dhl.unified", &server).build().unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    assert!(is_found(&told));
    assert!((17.0..18.0).contains(&took), "{took}");
    assert_eq!(client.stats().throttled, 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_as_a_date_is_kept() {
    let server = answering(InTurn::new([
        status(503).insert_header("retry-after", "Sun, 01 Mar 2026 12:00:40 GMT"),
        ok(&dhl_found()),
    ]))
    .await;
    let client = paused("dhl.unified", &server)
        .with_clock(|| "2026-03-01T12:00:00Z".parse().unwrap())
        .build()
        .unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    assert!(is_found(&told));
    assert!((40.0..41.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn who_is_throttled_is_so_with_all_requests_of_the_credential() {
    let server = answering(InTurn::new([
        status(429).insert_header("retry-after", "30"),
        ok(&dhl_found()),
    ]))
    .await;
    let client = paused("dhl.unified", &server)
        .with_retry(RetryPolicy::none())
        .build()
        .unwrap();
    assert_eq!(
        client.fetch(&asked(DHL)).await.unwrap_err().kind,
        ErrorKind::Throttled
    );
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    assert!(is_found(&told));
    assert!((29.0..31.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_beyond_the_budget_ends_it_at_once() {
    let server = answering(status(429).insert_header("retry-after", "3600")).await;
    let client = paused("dhl.unified", &server).build().unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    let error = told.unwrap_err();
    assert_eq!(
        error.retry,
        Retry::Exhausted {
            after: Some(Duration::from_secs(3600))
        }
    );
    assert!(error.to_string().contains("not before 3600 s"), "{error}");
    assert!(took < 5.0, "{took}");
    assert_eq!(sent(&server).await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_total_budget_ends_it() {
    let server = answering(status(503)).await;
    let policy = RetryPolicy::default()
        .with_max_attempts(1000)
        .with_backoff(Duration::from_secs(5), Duration::from_secs(5))
        .with_budget(Duration::from_secs(30));
    let client = paused("dhl.unified", &server)
        .with_breaker(parceltrail::client::BreakerPolicy::disabled())
        .with_retry(policy)
        .build()
        .unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    let error = told.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unavailable, Retry::Exhausted { after: None })
    );
    assert_eq!(error.carrier_code.as_deref(), Some("503"));
    assert!((20.0..30.5).contains(&took), "{took}");
}

#[tokio::test]
async fn exhausted_errors_are_marked() {
    let server = answering(status(502)).await;
    let client = builder("dhl.unified", &server)
        .with_retry(quick().with_max_attempts(3))
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unavailable, Retry::Exhausted { after: None })
    );
    assert!(error.is_temporary());
    assert_eq!(
        error.to_string(),
        "dhl.unified: track: carrier unavailable (502); retries exhausted"
    );
    assert_eq!(sent(&server).await, 3);
}

#[tokio::test]
async fn what_the_adapter_calls_permanent_is_not_tried_again() {
    for (response, kind) in [
        (status(400), ErrorKind::Invalid),
        (status(403), ErrorKind::Refused),
        (status(401), ErrorKind::Unauthorised),
        (ok(&json!("<html>")), ErrorKind::Undecodable),
    ] {
        let server = answering(response).await;
        let error = client("dhl.unified", &server)
            .fetch(&asked(DHL))
            .await
            .unwrap_err();
        assert_eq!((error.kind, error.retry), (kind, Retry::Permanent));
        assert_eq!(sent(&server).await, 1, "{kind}");
    }
}

#[tokio::test]
async fn a_fault_inside_a_200_is_tried_again_when_the_adapter_says_so() {
    let busy = json!({ "apiResultCode": "A1005", "apiErrorMsg": "busy" });
    let inner = json!({ "success": true, "errorCode": "S0000", "msgData": { "routeResps": [{ "mailNo": "SF1000000000017",
        "routes": [{ "acceptTime": "2025-03-01 10:20:00", "opCode": "50" }] }] } });
    let found = json!({ "apiResultCode": "A1000", "apiResultData": inner.to_string() });
    let server = answering(InTurn::new([ok(&busy), ok(&found)])).await;
    let client = client("sf.routes", &server);
    assert!(is_found(&client.fetch(&asked("SF1000000000017")).await));
    assert_eq!(client.stats().retries, 1);
}

#[tokio::test]
async fn a_connection_that_fails_is_tried_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = answering(ok(&dhl_found())).await;
    let client = builder("dhl.unified", &server)
        .with_base_url(format!("http://{address}"))
        .with_retry(quick().with_max_attempts(3))
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Connect, Retry::Exhausted { after: None })
    );
    assert_eq!((client.stats().requests, client.stats().retries), (3, 2));
}
