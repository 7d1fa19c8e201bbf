//! How much is asked, and how long a request waits for its turn.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use parceltrail::client::{ErrorKind, Quota, RateLimiter, Retry, RetryPolicy};
use wiremock::{MockServer, ResponseTemplate};

use crate::support::*;

async fn sent(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn requests_keep_their_pace_and_their_order() {
    let server = answering(ok(&dhl_found())).await;
    let client = paused("dhl.unified", &server)
        .with_quota(Quota::unlimited().with_per_second(2))
        .build()
        .unwrap();
    let done = Mutex::new(Vec::new());
    let numbers = numbers(6);
    let each = numbers.iter().enumerate().map(|(nth, asked)| {
        let (client, done) = (&client, &done);
        async move {
            client.fetch(asked).await.unwrap();
            done.lock().unwrap().push(nth);
        }
    });
    let (_, took) = seconds(join_all(each)).await;
    assert!(
        (2.5..3.0).contains(&took),
        "the first at once, five half a second apart: {took}"
    );
    assert_eq!(*done.lock().unwrap(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(client.stats().waits, 5);
}

#[tokio::test(start_paused = true)]
async fn without_a_quota_of_its_own_a_client_keeps_to_what_is_documented() {
    let server = answering(ok(&dhl_found())).await;
    let feed = adapter("dhl.unified");
    let client = parceltrail::client::Client::builder(feed)
        .with_credentials(credentials("dhl.unified"))
        .with_base_url(server.uri());
    let client = client.with_transport(Thawing::default()).build().unwrap();
    assert_eq!(client.rate_limiter().quota().per_day, Some(250));
    let (answers, took) = seconds(all(&client, numbers(4))).await;
    assert_eq!(answers.len(), 4);
    assert!((15.0..16.0).contains(&took), "one in five seconds: {took}");
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_is_told_at_once() {
    let server = answering(ok(&dhl_found())).await;
    let quota = Quota::unlimited()
        .with_interval(Duration::from_secs(10))
        .with_max_wait(Duration::from_secs(25));
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    let numbers = numbers(6);
    let (answers, took) = seconds(join_all(numbers.iter().map(|asked| client.fetch(asked)))).await;
    assert_eq!(answers.iter().filter(|answer| is_found(answer)).count(), 3);
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(error.kind, ErrorKind::Quota);
        assert!(
            matches!(error.retry, Retry::Temporary { after: Some(after) } if after >= Duration::from_secs(25)),
            "{error:?}"
        );
    }
    assert!((20.0..21.0).contains(&took), "{took}");
    assert_eq!(sent(&server).await, 3);
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_given_up() {
    let server = answering(ok(&dhl_found())).await;
    let quota = Quota::unlimited().with_interval(Duration::from_secs(10));
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    client.fetch(&asked(DHL)).await.unwrap();
    let (mine, other) = (asked("1"), asked("2"));
    let given_up = tokio::time::timeout(Duration::from_secs(1), client.fetch(&mine)).await;
    assert!(given_up.is_err());
    let (told, took) = seconds(client.fetch(&other)).await;
    assert!(is_found(&told));
    assert!(
        (8.0..10.0).contains(&took),
        "the place in the line was free: {took}"
    );
    assert_eq!(sent(&server).await, 2);
}

#[tokio::test]
async fn so_many_are_under_way_at_once_and_no_more() {
    let most = Arc::new(Mutex::new((0_usize, 0_usize)));
    #[derive(Debug)]
    struct Counting(Arc<Mutex<(usize, usize)>>);
    #[async_trait::async_trait]
    impl parceltrail::client::Transport for Counting {
        async fn send(
            &self,
            _: http::Request<Vec<u8>>,
        ) -> Result<http::Response<Vec<u8>>, parceltrail::client::TransportError> {
            {
                let mut counts = self.0.lock().unwrap();
                counts.0 += 1;
                counts.1 = counts.1.max(counts.0);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.0.lock().unwrap().0 -= 1;
            Ok(http::Response::new(dhl_found().to_string().into_bytes()))
        }
    }
    let server = MockServer::start().await;
    let client = builder("dhl.unified", &server)
        .with_transport(Counting(most.clone()))
        .with_quota(Quota::unlimited().with_max_concurrent(3))
        .build()
        .unwrap();
    let numbers = numbers(12);
    assert!(
        join_all(numbers.iter().map(|asked| client.fetch(asked)))
            .await
            .iter()
            .all(is_found)
    );
    assert_eq!(*most.lock().unwrap(), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn the_day_has_so_many_requests() {
    let server = answering(ok(&dhl_found())).await;
    let seconds = Arc::new(AtomicI64::new(0));
    let midnight: DateTime<Utc> = "2026-03-02T00:00:00Z".parse().unwrap();
    let now = seconds.clone();
    let clock = move || midnight + chrono::Duration::seconds(now.load(Ordering::Relaxed) - 600);
    let client = paused("dhl.unified", &server)
        .with_quota(Quota::unlimited().with_per_day(2))
        .with_clock(clock)
        .build()
        .unwrap();
    assert!(
        is_found(&client.fetch(&asked(DHL)).await) && is_found(&client.fetch(&asked(DHL)).await)
    );
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    let until_midnight = Duration::from_secs(590)..=Duration::from_secs(600);
    assert_eq!(error.kind, ErrorKind::Quota);
    assert!(
        matches!(error.retry, Retry::Temporary { after: Some(after) } if until_midnight.contains(&after)),
        "{error:?}"
    );
    assert_eq!(sent(&server).await, 2);
    // A clock that is set forwards gives no second day.
    seconds.store(86_400, Ordering::Relaxed);
    assert_eq!(
        client.fetch(&asked(DHL)).await.unwrap_err().kind,
        ErrorKind::Quota
    );
    seconds.store(600, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(is_found(&client.fetch(&asked(DHL)).await), "a new day");
}

#[tokio::test(start_paused = true)]
async fn the_same_number_is_left_alone_for_a_while() {
    let server = answering(ok(&dhl_found())).await;
    let hour = Duration::from_secs(3600);
    let client = paused("dhl.unified", &server)
        .with_quota(Quota::unlimited().with_per_number_interval(hour))
        .build()
        .unwrap();
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Quota);
    assert!(
        matches!(error.retry, Retry::Temporary { after: Some(after) } if after > hour - Duration::from_secs(5)),
        "{error:?}"
    );
    assert!(
        is_found(&client.fetch(&asked("1000000001")).await),
        "another one may be asked"
    );
    assert_eq!(sent(&server).await, 2);
    tokio::time::sleep(hour).await;
    assert!(is_found(&client.fetch(&asked(DHL)).await));
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_only_the_number_asked_a_moment_ago_waits() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let quota = Quota::unlimited().with_per_number_interval(Duration::from_secs(30));
    let client = paused("fedex.track", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    client.fetch(&asked(&number(1))).await.unwrap();
    let began = tokio::time::Instant::now();
    let answers: Vec<_> = client
        .track(numbers(3))
        .map(|answer| (answer, began.elapsed().as_secs()))
        .collect()
        .await;
    let waited: Vec<_> = answers
        .iter()
        .filter(|(_, at)| *at > 20)
        .map(|(answer, _)| answer.request.clone().unwrap())
        .collect();
    assert_eq!(waited, [asked(&number(1))]);
    assert!(answers.iter().all(|(answer, _)| is_found(&answer.outcome)));
}

#[tokio::test(start_paused = true)]
async fn retries_are_one_question_and_a_question_never_sent_is_none() {
    let server = answering(InTurn::new([ResponseTemplate::new(503), ok(&dhl_found())])).await;
    let quota = Quota::unlimited()
        .with_per_number_interval(Duration::from_secs(3600))
        .with_interval(Duration::from_secs(10));
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    assert!(
        is_found(&client.fetch(&asked(DHL)).await),
        "the second attempt about the same number"
    );
    let other = asked("1000000001");
    let given_up = tokio::time::timeout(Duration::from_secs(1), client.fetch(&other)).await;
    assert!(given_up.is_err());
    assert!(
        is_found(&client.fetch(&other).await),
        "what was given up before it was sent may be asked"
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_number_is_left_alone_from_the_last_request_on() {
    let server = answering(ok(&dhl_found())).await;
    let quota = Quota::unlimited()
        .with_per_number_interval(Duration::from_secs(60))
        .with_interval(Duration::from_secs(20))
        .with_max_wait(Duration::from_secs(30));
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    client.fetch(&asked("1000000001")).await.unwrap();
    let began = tokio::time::Instant::now();
    client.fetch(&asked(DHL)).await.unwrap();
    let waited = began.elapsed();
    assert!(
        waited > Duration::from_secs(15),
        "it had to wait for its turn: {waited:?}"
    );
    let Retry::Temporary { after: Some(after) } =
        client.fetch(&asked(DHL)).await.unwrap_err().retry
    else {
        panic!("asked again at once")
    };
    assert!(
        after > Duration::from_secs(55),
        "counted from when it was sent, not from when it began to wait: {after:?}"
    );
}

#[tokio::test]
async fn clients_of_one_credential_share_its_quota() {
    let server = answering(ok(&dhl_found())).await;
    let rate_limiter = RateLimiter::new(Quota::unlimited().with_per_day(1));
    let [one, other] = [(); 2].map(|()| {
        builder("dhl.unified", &server)
            .with_rate_limiter(rate_limiter.clone())
            .build()
            .unwrap()
    });
    assert!(is_found(&one.fetch(&asked(DHL)).await));
    assert_eq!(
        other.fetch(&asked(DHL)).await.unwrap_err().kind,
        ErrorKind::Quota
    );
    assert_eq!(
        one.clone().fetch(&asked(DHL)).await.unwrap_err().kind,
        ErrorKind::Quota
    );
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_ends_all_of_it() {
    let server = answering(ok(&dhl_found())).await;
    let quota = Quota::unlimited().with_interval(Duration::from_secs(5));
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .with_retry(RetryPolicy::default())
        .build()
        .unwrap();
    let first: Vec<_> = client.track(numbers(50)).take(2).collect().await;
    assert_eq!(first.len(), 2);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(sent(&server).await, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_time_waits_as_long_as_it_takes() {
    let server = answering(ok(&dhl_found())).await;
    let quota = Quota::unlimited()
        .with_interval(Duration::from_secs(600))
        .with_max_wait(Duration::MAX);
    let client = paused("dhl.unified", &server)
        .with_quota(quota)
        .build()
        .unwrap();
    let (answers, took) = seconds(all(&client, numbers(5))).await;
    assert!(answers.iter().all(|answer| is_found(&answer.outcome)));
    assert!((2400.0..2401.0).contains(&took), "{took}");
}
