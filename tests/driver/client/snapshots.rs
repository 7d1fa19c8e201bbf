//! State that outlives the process: the use of a quota and the circuits of hosts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response};
use parceltrail::client::{
    BreakerPolicy, BreakerSnapshot, Client, ClientBuilder, ErrorKind, Quota, RateLimiter,
    RateLimiterSnapshot, Retry, RetryPolicy, Transport, TransportError,
};
use serde_json::json;

use crate::support::*;

/// Sends nothing, and answers with one status.
#[derive(Clone, Debug)]
struct Canned {
    status: u16,
    retry_after: Option<&'static str>,
    sent: Arc<AtomicUsize>,
}

impl Canned {
    fn new(status: u16) -> Self {
        Self {
            status,
            retry_after: None,
            sent: Arc::default(),
        }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(dhl_found().to_string().into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap();
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert("retry-after", wait.parse().unwrap());
        }
        Ok(response)
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A client whose process started at `now`.
fn started(now: DateTime<Utc>, transport: &Canned) -> ClientBuilder {
    let start = tokio::time::Instant::now();
    let clock = move || now + TimeDelta::from_std(start.elapsed()).unwrap();
    Client::builder(adapter("dhl.unified"))
        .with_credentials(credentials("dhl.unified"))
        .with_transport(transport.clone())
        .with_retry(RetryPolicy::none())
        .with_clock(clock)
}

fn limited(now: DateTime<Utc>, limiter: RateLimiter, transport: &Canned) -> Client {
    started(now, transport)
        .with_rate_limiter(limiter)
        .build()
        .unwrap()
}

/// Through text, as a process stores it.
fn stored(client: &Client, now: DateTime<Utc>) -> RateLimiterSnapshot {
    let text = serde_json::to_string(&client.rate_limiter().snapshot(now)).unwrap();
    assert!(!text.contains(SECRET));
    serde_json::from_str(&text).unwrap()
}

async fn kind(client: &Client, number: &str) -> Option<ErrorKind> {
    let result = client.fetch(&asked(number)).await;
    result.err().map(|error| error.kind)
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_count_of_the_day() {
    let (quota, transport) = (Quota::unlimited().with_per_day(3), Canned::new(200));
    let before = time("2026-03-05T21:00:00Z");
    let client = limited(before, RateLimiter::new(quota), &transport);
    assert_eq!(
        [kind(&client, "1").await, kind(&client, "2").await],
        [None; 2]
    );
    let snapshot = stored(&client, before);

    let after = time("2026-03-05T22:00:00Z");
    let client = limited(
        after,
        RateLimiter::restore(quota, &snapshot, after),
        &transport,
    );
    assert_eq!(kind(&client, "3").await, None);
    let error = client.fetch(&asked("4")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Quota);
    assert_eq!(
        error.retry,
        Retry::Temporary {
            after: Some(Duration::from_secs(2 * 3600))
        },
        "until midnight"
    );
    tokio::time::sleep(Duration::from_secs(2 * 3600)).await;
    assert_eq!(kind(&client, "4").await, None, "a new day");

    let tomorrow = time("2026-03-06T00:00:00Z");
    let client = limited(
        tomorrow,
        RateLimiter::restore(quota, &snapshot, tomorrow),
        &transport,
    );
    for number in ["1", "2", "3"] {
        assert_eq!(
            kind(&client, number).await,
            None,
            "yesterday's count is over"
        );
    }
    assert_eq!(kind(&client, "4").await, Some(ErrorKind::Quota));
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_pace_and_gives_no_second_burst() {
    let quota = Quota::unlimited()
        .with_interval(Duration::from_secs(10))
        .with_burst(3);
    let (transport, now) = (Canned::new(200), time("2026-03-05T12:00:00Z"));
    let client = limited(now, RateLimiter::new(quota), &transport);
    let (_, took) = seconds(async {
        for number in ["1", "2", "3"] {
            assert_eq!(kind(&client, number).await, None);
        }
    })
    .await;
    assert!(took < 0.1, "a burst of three: {took}");
    let snapshot = stored(&client, now);

    let client = limited(now, RateLimiter::restore(quota, &snapshot, now), &transport);
    let (_, took) = seconds(kind(&client, "4")).await;
    assert!((9.9..10.1).contains(&took), "{took}");

    let later = now + TimeDelta::seconds(60);
    let client = limited(
        later,
        RateLimiter::restore(quota, &snapshot, later),
        &transport,
    );
    let (_, took) = seconds(kind(&client, "4")).await;
    assert!(took < 0.1, "the pace is over after a minute: {took}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_a_pause_that_the_carrier_demanded() {
    let throttling = Canned {
        retry_after: Some("3600"),
        ..Canned::new(429)
    };
    let (quota, now) = (Quota::unlimited(), time("2026-03-05T12:00:00Z"));
    let client = limited(now, RateLimiter::new(quota), &throttling);
    assert_eq!(kind(&client, "1").await, Some(ErrorKind::Throttled));
    let snapshot = stored(&client, now);

    let (transport, after) = (Canned::new(200), now + TimeDelta::seconds(600));
    let client = limited(
        after,
        RateLimiter::restore(quota, &snapshot, after),
        &transport,
    );
    let error = client.fetch(&asked("1")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry.after()),
        (ErrorKind::Quota, Some(Duration::from_secs(3000)))
    );
    assert_eq!(transport.sent(), 0);
    tokio::time::sleep(Duration::from_secs(3000)).await;
    assert_eq!(kind(&client, "1").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_interval_of_each_number() {
    let quota = Quota::unlimited().with_per_number_interval(Duration::from_secs(3600));
    let (transport, now) = (Canned::new(200), time("2026-03-05T12:00:00Z"));
    let client = limited(now, RateLimiter::new(quota), &transport);
    assert_eq!(kind(&client, DHL).await, None);
    let snapshot = stored(&client, now);

    let after = now + TimeDelta::seconds(600);
    let client = limited(
        after,
        RateLimiter::restore(quota, &snapshot, after),
        &transport,
    );
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry.after()),
        (ErrorKind::Quota, Some(Duration::from_secs(3000)))
    );
    assert_eq!(kind(&client, "1000000001").await, None, "another number");
    let later = now + TimeDelta::seconds(3600);
    let limiter = RateLimiter::restore(quota, &snapshot, later);
    assert_eq!(kind(&limited(later, limiter, &transport), DHL).await, None);
}

#[tokio::test(start_paused = true)]
async fn corrupt_snapshots_never_allow_more_than_the_quota() {
    let quota = Quota::unlimited()
        .with_per_day(4)
        .with_interval(Duration::from_secs(1))
        .with_burst(2)
        .with_per_number_interval(Duration::from_secs(60))
        .with_max_wait(Duration::ZERO);
    let times = [
        DateTime::<Utc>::MIN_UTC,
        time("1970-01-01T00:00:00Z"),
        time("2026-03-05T12:00:00Z"),
        time("2026-03-05T12:00:01Z"),
        time("2026-03-06T00:00:00Z"),
        time("9999-12-31T23:59:59Z"),
        DateTime::<Utc>::MAX_UTC,
    ];
    for at in times {
        for used in [0, 3, 4, u32::MAX] {
            let snapshot: RateLimiterSnapshot = serde_json::from_value(json!({
                "day": { "ends": at, "used": used }, "pace_idle_at": at, "held_until": at,
                "numbers": { DHL: at, "": at },
            }))
            .unwrap();
            for now in times {
                let transport = Canned::new(200);
                let client = limited(now, RateLimiter::restore(quota, &snapshot, now), &transport);
                for nth in 0..4 {
                    kind(&client, &number(nth)).await;
                }
                assert!(
                    transport.sent() <= 2,
                    "no more than a burst: {at} {used} {now}"
                );
                _ = client.rate_limiter().snapshot(now);
            }
        }
    }
    for text in [
        r#"{"day":7}"#,
        r#"{"held_until":"soon"}"#,
        r#"{"day":{"ends":"2026-03-05T12:00:00Z","used":-1}}"#,
    ] {
        assert!(
            serde_json::from_str::<RateLimiterSnapshot>(text).is_err(),
            "{text}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_too_far_ahead_counts_as_the_furthest_possible() {
    let quota = Quota::unlimited()
        .with_per_day(1)
        .with_per_number_interval(Duration::from_secs(60));
    let (never, now) = ("9999-12-31T23:59:59Z", time("2026-03-05T12:00:00Z"));
    let wait_after = async |snapshot: serde_json::Value| {
        let snapshot: RateLimiterSnapshot = serde_json::from_value(snapshot).unwrap();
        let limiter = RateLimiter::restore(quota, &snapshot, now);
        let client = limited(now, limiter, &Canned::new(200));
        let error = client.fetch(&asked(DHL)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Quota);
        error.retry.after().unwrap().as_secs()
    };
    assert_eq!(
        wait_after(json!({ "day": { "ends": never, "used": 1 } })).await,
        36 * 3600
    );
    assert_eq!(wait_after(json!({ "held_until": never })).await, 86_400);
    let snapshot = serde_json::from_value(json!({ "numbers": { DHL: never } })).unwrap();
    let limiter = RateLimiter::restore(quota, &snapshot, now);
    let client = limited(now, limiter, &Canned::new(200));
    let results = seconds(all(&client, [asked(DHL)])).await;
    assert!(is_found(told(&results.0, DHL)));
    assert!((59.9..60.1).contains(&results.1), "one interval");
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_an_open_circuit_and_the_failures_of_a_closed_one() {
    let policy = BreakerPolicy::new(3, Duration::from_secs(300));
    let (failing, now) = (Canned::new(500), time("2026-03-05T12:00:00Z"));
    let build = |now, transport: &Canned, text: &str| {
        started(now, transport)
            .with_quota(Quota::unlimited())
            .with_breaker(policy)
            .with_breaker_snapshot(serde_json::from_str(text).unwrap())
            .build()
            .unwrap()
    };
    let store = |client: &Client| serde_json::to_string(&client.breaker_snapshot()).unwrap();
    let client = build(now, &failing, "{}");
    kind(&client, DHL).await;
    kind(&client, DHL).await;
    let two_failures = store(&client);
    let client = build(now, &failing, &two_failures);
    assert_eq!(kind(&client, DHL).await, Some(ErrorKind::Unavailable));
    assert_eq!(
        kind(&client, DHL).await,
        Some(ErrorKind::CircuitOpen),
        "the third failure in a row"
    );
    let open = store(&client);
    assert_eq!(client.breaker_snapshot().open().count(), 1);

    let (well, after) = (Canned::new(200), now + TimeDelta::seconds(100));
    let client = build(after, &well, &open);
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry.after()),
        (ErrorKind::CircuitOpen, Some(Duration::from_secs(200)))
    );
    assert_eq!(well.sent(), 0);
    let later = now + TimeDelta::seconds(300);
    let client = build(later, &well, &open);
    assert_eq!(kind(&client, DHL).await, None, "the probe");
    assert_eq!(client.breaker_snapshot(), BreakerSnapshot::default());
}

#[tokio::test(start_paused = true)]
async fn corrupt_circuits_open_for_one_reset_timeout_at_most() {
    let policy = BreakerPolicy::new(2, Duration::from_secs(30));
    let (transport, now) = (Canned::new(200), time("2026-03-05T12:00:00Z"));
    let host = "api-eu.dhl.com";
    for circuit in [
        json!({ "failures": u32::MAX }),
        json!({ "open_until": DateTime::<Utc>::MIN_UTC }),
        json!({ "open_until": DateTime::<Utc>::MAX_UTC, "failures": u32::MAX }),
    ] {
        let hosts = json!({ "hosts": { host: circuit, "": circuit, "not a host": circuit } });
        let snapshot: BreakerSnapshot = serde_json::from_value(hosts).unwrap();
        let client = started(now, &transport)
            .with_quota(Quota::unlimited())
            .with_breaker(policy)
            .with_breaker_snapshot(snapshot.clone())
            .build()
            .unwrap();
        let known = serde_json::to_value(client.breaker_snapshot()).unwrap();
        assert_eq!(known["hosts"].as_object().unwrap().len(), 1, "{known}");
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(kind(&client, DHL).await, None, "{circuit}");
        let disabled = started(now, &transport)
            .with_breaker(BreakerPolicy::disabled())
            .with_breaker_snapshot(snapshot)
            .build()
            .unwrap();
        assert_eq!(disabled.breaker_snapshot(), BreakerSnapshot::default());
    }
}
