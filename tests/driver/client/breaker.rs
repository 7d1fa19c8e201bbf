//! Hosts that fail are left alone.

use std::time::Duration;

use futures_util::future::join_all;
use parceltrail::client::{BreakerPolicy, Client, ErrorKind, Retry, RetryPolicy};
use wiremock::{MockServer, ResponseTemplate};

use crate::support::*;

fn breaking(server: &MockServer) -> Client {
    let policy = BreakerPolicy::new(3, Duration::from_secs(30));
    paused("dhl.unified", server)
        .with_retry(RetryPolicy::none())
        .with_breaker(policy)
        .build()
        .unwrap()
}

async fn sent(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

async fn kind(client: &Client) -> Option<ErrorKind> {
    client
        .fetch(&asked(DHL))
        .await
        .err()
        .map(|error| error.kind)
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it_and_one_probe_closes_it() {
    let server = answering(InTurn::new(
        [500, 502, 503]
            .map(ResponseTemplate::new)
            .into_iter()
            .chain([ok(&dhl_found())]),
    ))
    .await;
    let client = breaking(&server);
    for _ in 0..3 {
        assert_eq!(kind(&client).await, Some(ErrorKind::Unavailable));
    }
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::CircuitOpen);
    assert!(
        matches!(error.retry, Retry::Temporary { after: Some(after) } if after <= Duration::from_secs(30)),
        "{error:?}"
    );
    assert_eq!((sent(&server).await, client.stats().opened), (3, 1));
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(kind(&client).await, None);
    assert_eq!(kind(&client).await, None);
}

#[tokio::test(start_paused = true)]
async fn half_open_lets_one_probe_through() {
    let slow = ok(&dhl_found()).set_delay(Duration::from_millis(100));
    let server = answering(InTurn::new(
        [500, 500, 500]
            .map(ResponseTemplate::new)
            .into_iter()
            .chain([slow]),
    ))
    .await;
    let client = breaking(&server);
    for _ in 0..3 {
        kind(&client).await;
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    let kinds = join_all((0..5).map(|_| kind(&client))).await;
    assert_eq!(kinds.iter().filter(|kind| kind.is_none()).count(), 1);
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| **kind == Some(ErrorKind::CircuitOpen))
            .count(),
        4
    );
    assert_eq!(sent(&server).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_it_again() {
    let server = answering(ResponseTemplate::new(500)).await;
    let client = breaking(&server);
    for _ in 0..3 {
        kind(&client).await;
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(kind(&client).await, Some(ErrorKind::Unavailable));
    assert_eq!(kind(&client).await, Some(ErrorKind::CircuitOpen));
    assert_eq!((sent(&server).await, client.stats().opened), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_makes_room_for_the_next() {
    let slow = ok(&dhl_found()).set_delay(Duration::from_millis(300));
    let server = answering(InTurn::new(
        [500, 500, 500]
            .map(ResponseTemplate::new)
            .into_iter()
            .chain([slow, ok(&dhl_found())]),
    ))
    .await;
    let client = breaking(&server);
    for _ in 0..3 {
        kind(&client).await;
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(
        tokio::time::timeout(Duration::from_millis(100), kind(&client))
            .await
            .is_err()
    );
    assert_eq!(kind(&client).await, None);
}

#[tokio::test(start_paused = true)]
async fn answers_do_not_count_however_unwelcome() {
    for status in [404, 400, 401, 403, 429] {
        let server = answering(ResponseTemplate::new(status)).await;
        let client = breaking(&server);
        for _ in 0..6 {
            assert_ne!(
                kind(&client).await,
                Some(ErrorKind::CircuitOpen),
                "{status}"
            );
        }
        assert_eq!(
            (sent(&server).await, client.stats().opened),
            (6, 0),
            "{status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_between_ends_the_row() {
    let server = answering(InTurn::new(
        [500, 500, 404, 500, 500, 404, 500].map(ResponseTemplate::new),
    ))
    .await;
    let client = breaking(&server);
    for _ in 0..7 {
        assert_ne!(kind(&client).await, Some(ErrorKind::CircuitOpen));
    }
}

#[tokio::test(start_paused = true)]
async fn connections_that_fail_count_and_each_host_has_its_own() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let server = answering(ok(&dhl_found())).await;
    let policy = BreakerPolicy::new(2, Duration::from_secs(30));
    let client = paused("dhl.unified", &server)
        .with_base_url(format!("http://{dead}"))
        .with_retry(RetryPolicy::none())
        .with_breaker(policy)
        .build()
        .unwrap();
    assert_eq!(
        [
            kind(&client).await,
            kind(&client).await,
            kind(&client).await
        ],
        [
            ErrorKind::Connect,
            ErrorKind::Connect,
            ErrorKind::CircuitOpen
        ]
        .map(Some)
    );
    assert_eq!(kind(&breaking(&server)).await, None);
}

#[tokio::test(start_paused = true)]
async fn attempts_that_open_it_tell_what_they_saw() {
    let server = answering(ResponseTemplate::new(500)).await;
    let policy = BreakerPolicy::new(2, Duration::from_secs(300));
    let client = paused("dhl.unified", &server)
        .with_breaker(policy)
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert!(
        matches!(error.retry, Retry::Exhausted { after: Some(_) }),
        "{error:?}"
    );
    assert_eq!(
        sent(&server).await,
        2,
        "no further attempt at a host that is left alone"
    );
}
