//! Access tokens.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use parceltrail::client::{ErrorKind, Operation, Retry, RetryPolicy};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::*;

const UPS_TOKEN: &str = "/security/v1/oauth/token";

/// A token endpoint that numbers its tokens, and a tracking endpoint that accepts those that
/// `accepts` says.
async fn numbered(
    lifetime: u64,
    delay: Duration,
    accepts: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> MockServer {
    let server = MockServer::start().await;
    let count = AtomicUsize::new(0);
    let grant = move |_: &Request| {
        let nth = count.fetch_add(1, Ordering::SeqCst) + 1;
        ok(&json!({ "access_token": format!("token-{nth}"), "expires_in": lifetime }))
            .set_delay(delay)
    };
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(grant)
        .mount(&server)
        .await;
    let track = move |request: &Request| {
        let bearer = request.headers["authorization"].to_str().unwrap();
        let nth = bearer
            .strip_prefix("Bearer token-")
            .unwrap()
            .parse()
            .unwrap();
        if accepts(nth) {
            ok(&fedex_found(&fedex_asked(request)))
        } else {
            ResponseTemplate::new(401).set_body_json(fedex_fault("NOT.AUTHORIZED.ERROR"))
        }
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(track)
        .mount(&server)
        .await;
    server
}

async fn grants_of(server: &MockServer) -> usize {
    calls(server, path(FEDEX_TOKEN)).await
}

#[tokio::test]
async fn forty_callers_share_one_fetch() {
    let server = numbered(3600, Duration::from_millis(100), |_| true).await;
    let client = client("fedex.track", &server);
    let numbers = numbers(40);
    let answers = join_all(numbers.iter().map(|asked| client.fetch(asked))).await;
    assert!(answers.iter().all(is_found));
    assert_eq!(grants_of(&server).await, 1);
    assert_eq!(client.stats().tokens, 1);
}

#[tokio::test]
async fn a_fetch_that_is_given_up_does_not_block_the_others() {
    let server = numbered(3600, Duration::from_millis(200), |_| true).await;
    let client = client("fedex.track", &server);
    let (leader, waiter) = (asked(&number(1)), asked(&number(2)));
    let mut first = Box::pin(client.fetch(&leader));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), &mut first)
            .await
            .is_err()
    );
    let second = tokio::time::timeout(Duration::from_millis(50), client.fetch(&waiter)).await;
    assert!(second.is_err(), "it waits for the first one's fetch");
    drop(first);
    let third = tokio::time::timeout(Duration::from_secs(5), client.fetch(&waiter))
        .await
        .unwrap();
    assert!(is_found(&third));
}

#[tokio::test]
async fn a_failed_fetch_fails_for_all_who_waited_for_it() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(503).set_delay(Duration::from_millis(50));
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(response)
        .mount(&server)
        .await;
    let client = builder("fedex.track", &server)
        .with_retry(quick().with_max_attempts(2))
        .build()
        .unwrap();
    let numbers = numbers(20);
    let answers = join_all(numbers.iter().map(|asked| client.fetch(asked))).await;
    for answer in &answers {
        let error = answer.as_ref().unwrap_err();
        assert_eq!(
            (error.operation, error.kind, error.retry),
            (
                Operation::Token,
                ErrorKind::Unavailable,
                Retry::Exhausted { after: None }
            )
        );
    }
    assert_eq!(grants_of(&server).await, 2, "two attempts for all of them");
}

#[tokio::test]
async fn wrong_credentials_are_not_tried_again_and_again() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(401).set_body_json(fedex_fault("NOT.AUTHORIZED.ERROR"));
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(response)
        .expect(1)
        .mount(&server)
        .await;
    let client = client("fedex.track", &server);
    for asked in numbers(5) {
        let error = client.fetch(&asked).await.unwrap_err();
        assert_eq!(
            (error.operation, error.kind, error.retry),
            (Operation::Token, ErrorKind::Unauthorised, Retry::Permanent)
        );
        assert_eq!(error.carrier_code.as_deref(), Some("NOT.AUTHORIZED.ERROR"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let server = numbered(600, Duration::ZERO, |_| true).await;
    let client = paused("fedex.track", &server).build().unwrap();
    for (wait, grants) in [(0, 1), (500, 1), (45, 2), (500, 2), (45, 3)] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        assert!(is_found(&client.fetch(&asked(DHL)).await));
        assert_eq!(grants_of(&server).await, grants, "after {wait} s more");
    }
    assert_eq!(client.stats().retries, 0, "no token was refused");
}

#[tokio::test(start_paused = true)]
async fn the_token_at_hand_serves_while_its_renewal_fails() {
    let server = MockServer::start().await;
    let grant = ok(&json!({ "access_token": "token-1", "expires_in": 600 }));
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(InTurn::new([grant, ResponseTemplate::new(503)]))
        .mount(&server)
        .await;
    Mock::given(path(FEDEX_TRACK))
        .respond_with(|request: &Request| ok(&fedex_found(&fedex_asked(request))))
        .mount(&server)
        .await;
    let client = paused("fedex.track", &server)
        .with_retry(RetryPolicy::none())
        .build()
        .unwrap();
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    tokio::time::sleep(Duration::from_secs(550)).await;
    for _ in 0..3 {
        assert!(is_found(&client.fetch(&asked(DHL)).await));
    }
    assert_eq!(
        grants_of(&server).await,
        2,
        "one try to renew, not one for each request"
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(
        client.fetch(&asked(DHL)).await.unwrap_err().operation,
        Operation::Token
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = numbered(3600, Duration::ZERO, |nth| nth > 1).await;
    let client = client("fedex.track", &server);
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    assert_eq!(
        (
            grants_of(&server).await,
            client.stats().requests,
            client.stats().retries
        ),
        (2, 4, 1)
    );
}

#[tokio::test]
async fn many_refusals_of_one_token_fetch_one_new_token() {
    let server = numbered(3600, Duration::from_millis(50), |nth| nth > 1).await;
    let client = client("fedex.track", &server);
    let numbers = numbers(20);
    let answers = join_all(numbers.iter().map(|asked| client.fetch(asked))).await;
    assert!(answers.iter().all(is_found));
    assert_eq!(grants_of(&server).await, 2);
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let server = numbered(3600, Duration::ZERO, |_| false).await;
    let client = client("fedex.track", &server);
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.operation, error.kind, error.retry),
        (Operation::Track, ErrorKind::Unauthorised, Retry::Permanent)
    );
    assert_eq!(grants_of(&server).await, 2);
}

#[tokio::test]
async fn a_refused_password_is_final_at_once() {
    let server = answering(ResponseTemplate::new(401)).await;
    let error = client("dhl.express", &server)
        .fetch(&asked("1000000001"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unauthorised, Retry::Permanent)
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_keeps_the_carrier_s_code() {
    let refused = json!({ "response": { "errors": [{ "code": "250002", "message": "Invalid Authentication Information." }] } });
    let server = answering(ResponseTemplate::new(401).set_body_json(&refused)).await;
    let error = client("ups.track", &server)
        .fetch(&asked("1Z0000000300000017"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.carrier_code.as_deref()),
        (ErrorKind::Unauthorised, Some("250002"))
    );
}

#[tokio::test]
async fn a_token_endpoint_may_pass_through_a_fault() {
    let server = MockServer::start().await;
    let grant = ok(&json!({ "access_token": TOKEN, "expires_in": "14399" }));
    Mock::given(path(UPS_TOKEN))
        .respond_with(InTurn::new([ResponseTemplate::new(500), grant]))
        .expect(2)
        .mount(&server)
        .await;
    let body = json!({ "trackResponse": { "shipment": [{ "inquiryNumber": "1Z0000000300000017", "package": [{ "trackingNumber": "1Z0000000300000017" }] }] } });
    Mock::given(path("/api/track/v1/details/1Z0000000300000017"))
        .respond_with(ok(&body))
        .mount(&server)
        .await;
    assert!(is_found(
        &client("ups.track", &server)
            .fetch(&asked("1Z0000000300000017"))
            .await
    ));
}

#[tokio::test]
async fn an_answer_without_a_token_is_told_as_such() {
    let server = MockServer::start().await;
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(ok(&json!({ "output": { "completeTrackResults": [] } })))
        .mount(&server)
        .await;
    let error = client("fedex.track", &server)
        .fetch(&asked(DHL))
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation, error.kind, error.retry),
        (Operation::Token, ErrorKind::Undecodable, Retry::Permanent)
    );
}

#[tokio::test]
async fn a_token_endpoint_does_not_send_us_elsewhere() {
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(307)
        .insert_header("location", format!("{}/oauth/token", elsewhere.uri()));
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(response)
        .mount(&server)
        .await;
    let error = client("fedex.track", &server)
        .fetch(&asked(DHL))
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation, error.kind, error.retry),
        (Operation::Token, ErrorKind::Redirected, Retry::Permanent)
    );
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_is_not_fetched_again_for_each_question() {
    let server = numbered(3600, Duration::ZERO, |_| false).await;
    let client = client("fedex.track", &server);
    for at in 0..10 {
        let error = client.fetch(&asked(&number(at))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorised);
        assert!(
            !format!("{error} {error:?}").contains("token-"),
            "{error:?}"
        );
    }
    assert_eq!(
        grants_of(&server).await,
        2,
        "the first, and the one that took its place"
    );
}

#[tokio::test]
async fn a_token_with_control_characters_is_refused_and_not_shown() {
    let server = MockServer::start().await;
    let grant = ok(&json!({ "access_token": "secret-part\r\nX-Other: y", "expires_in": 3600 }));
    Mock::given(path(FEDEX_TOKEN))
        .respond_with(grant)
        .mount(&server)
        .await;
    let error = client("fedex.track", &server)
        .fetch(&asked(&number(1)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.operation),
        (ErrorKind::Undecodable, Operation::Token)
    );
    assert!(!format!("{error} {error:?}").contains("secret-part"));
}

#[tokio::test]
async fn a_page_in_a_200_is_temporary() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    Mock::given(path(FEDEX_TRACK))
        .respond_with(ResponseTemplate::new(200).set_body_string("<!doctype html><p>Back soon"))
        .mount(&server)
        .await;
    let error = client("fedex.track", &server)
        .fetch(&asked(&number(1)))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(matches!(error.retry, Retry::Exhausted { .. }), "{error:?}");
}
