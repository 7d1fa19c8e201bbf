//! Webhooks over HTTP: the receiver's answers and counts for every feed that pushes, and what keeps
//! repeats and late retries from doing harm.

#[path = "../counts.rs"]
mod counts;
#[path = "../desk.rs"]
mod desk;
#[path = "../samples.rs"]
mod samples;
#[path = "../server.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use counts::Outcome;
use parceltrail::Registry;
use parceltrail::adapter::{Proof, WebhookCall};
use samples::{Sample, samples};
use secrecy::SecretString;
use server::{Receiver, Settings, path, pushing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MOST_BYTES: usize = 16 * 1024;
const SF_JSON_REFUSED: &str = r#"{"return_code":"1000","return_msg":"失败"}"#;
const SF_XML_REFUSED: &str = r#"<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">失败</ERROR></Response>"#;

fn now() -> DateTime<Utc> {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

fn secret(feed: &str) -> String {
    format!("a-secret-of-{feed}")
}

fn all_secrets() -> BTreeMap<String, SecretString> {
    let feeds = Registry::builtin();
    pushing(&feeds)
        .map(|(adapter, _)| adapter.descriptor().feed.to_string())
        .map(|feed| (feed.clone(), secret(&feed).into()))
        .collect()
}

/// A receiver on a loopback port, with everything that it said.
struct Bench {
    receiver: Arc<Receiver>,
    base: String,
    said: Arc<Mutex<Vec<String>>>,
    client: reqwest::Client,
}

/// Status, content type, body.
type Answer = (u16, String, String);

impl Bench {
    async fn new(secrets: BTreeMap<String, SecretString>) -> Self {
        Self::with(secrets, |settings| settings).await
    }

    async fn with(
        secrets: BTreeMap<String, SecretString>,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let calls = AtomicI64::new(0);
        let settings = Settings {
            secrets,
            most_bytes: MOST_BYTES,
            window: TimeDelta::days(30),
            patience: Duration::from_millis(300),
            dhl_key: Some("sample-key".into()),
            dhl_base: None,
            // A second passes between any two calls, so that it matters which came last.
            clock: Box::new(move || {
                now() + TimeDelta::seconds(calls.fetch_add(1, Ordering::Relaxed))
            }),
            say: Box::new(move |line| heard.lock().unwrap().push(line)),
        };
        let receiver = Receiver::new(change(settings)).unwrap();
        let base = serve(receiver.router()).await;
        Self {
            receiver,
            base,
            said,
            client: reqwest::Client::new(),
        }
    }

    /// Sends a body of a feed, with the proof that a secret gives.
    async fn send(&self, sample: &Sample, body: &str, secret: Option<&str>) -> Answer {
        let (header, word) = secret.map_or((None, None), |secret| {
            samples::proof(sample.feed, secret, body)
        });
        let url = format!(
            "{}{}{}",
            self.base,
            path(sample.feed),
            word.map_or(String::new(), |word| format!("/{word}"))
        );
        let mut request = self
            .client
            .post(url)
            .header("content-type", sample.content_type)
            .body(body.to_owned());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let kind = response
            .headers()
            .get("content-type")
            .map(|kind| kind.to_str().unwrap().to_owned())
            .unwrap_or_default();
        (
            response.status().as_u16(),
            kind,
            response.text().await.unwrap(),
        )
    }

    async fn good(&self, sample: &Sample) -> Answer {
        self.send(sample, &sample.body, Some(&secret(sample.feed)))
            .await
    }

    fn count(&self, feed: &str, outcome: Outcome) -> u64 {
        self.receiver.counts.of(feed, outcome)
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.said.lock().unwrap())
    }
}

async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// What a feed answers to what it refuses: its content type and body.
fn refused(sample: &Sample) -> (String, String) {
    let (kind, body) = match (sample.feed, sample.form) {
        ("sf.push", "JSON") => ("application/json; charset=UTF-8", SF_JSON_REFUSED),
        ("sf.push", _) => ("text/xml; charset=UTF-8", SF_XML_REFUSED),
        _ => ("", ""),
    };
    (kind.into(), body.into())
}

/// What is answered to what can never succeed: SF sends again for ever what it is refused, so it is
/// told that all is well.
fn hopeless(sample: &Sample, status: u16) -> (u16, String, String) {
    let (kind, body) = refused(sample);
    if sample.feed == "sf.push" {
        (200, kind, sample.acknowledgement.into())
    } else {
        (status, kind, body)
    }
}

fn sample_of(feed: &str) -> Sample {
    samples(now())
        .into_iter()
        .find(|sample| sample.feed == feed)
        .unwrap()
}

#[tokio::test]
async fn every_feed_that_pushes_has_a_sample_that_is_acknowledged_exactly() {
    let bench = Bench::new(all_secrets()).await;
    for sample in samples(now()) {
        let (kind, _) = refused(&sample);
        assert_eq!(
            bench.good(&sample).await,
            (200, kind, sample.acknowledgement.to_owned()),
            "{} {}",
            sample.feed,
            sample.form
        );
        let said = bench.said();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("nothing known -> "), "{said:?}");
        assert!(
            !said[0].contains("000000"),
            "the number is masked: {said:?}"
        );
    }
    let feeds = Registry::builtin();
    for (adapter, _) in pushing(&feeds) {
        let feed = adapter.descriptor().feed.as_str();
        let forms = samples(now())
            .iter()
            .filter(|sample| sample.feed == feed)
            .count();
        assert!(forms > 0, "{feed} has no sample");
        assert_eq!(bench.count(feed, Outcome::Accepted), forms as u64);
    }
}

#[tokio::test]
async fn a_repeat_is_acknowledged_alike_and_changes_nothing() {
    let bench = Bench::new(all_secrets()).await;
    for sample in samples(now()) {
        let first = bench.good(&sample).await;
        bench.said();
        let before = bench.count(sample.feed, Outcome::Repeated);
        assert_eq!(bench.good(&sample).await, first);
        assert_eq!(bench.count(sample.feed, Outcome::Repeated), before + 1);
        assert_eq!(bench.said(), [""; 0]);
    }
}

#[tokio::test]
async fn what_is_not_proved_is_not_read() {
    let bench = Bench::new(all_secrets()).await;
    for sample in samples(now()) {
        let (kind, body) = refused(&sample);
        let before = bench.count(sample.feed, Outcome::Unverified);
        // Nonsense too is distinguished only after the proof: whoever has none learns nothing.
        for content in [sample.body.as_str(), "nonsense"] {
            assert_eq!(
                bench.send(&sample, content, Some("another-secret")).await,
                (401, kind.clone(), body.clone()),
                "{}",
                sample.feed
            );
        }
        assert_eq!(bench.count(sample.feed, Outcome::Unverified), before + 2);
        if sample.feed == "sf.push" {
            assert_eq!(
                bench.send(&sample, &sample.body, None).await.0,
                404,
                "the path without its secret is none"
            );
        } else {
            assert_eq!(
                bench.send(&sample, &sample.body, None).await,
                (401, kind, body)
            );
        }
        assert_eq!(bench.count(sample.feed, Outcome::Accepted), 0);
    }
    let said = bench.said();
    assert!(
        said.iter().all(|line| !line.contains("nothing known")),
        "{said:?}"
    );
}

/// What `Proof` says of a scheme is what it does.
#[test]
fn a_signature_covers_the_body_and_a_credential_does_not() {
    let feeds = Registry::builtin();
    for (adapter, webhook) in pushing(&feeds) {
        let feed = adapter.descriptor().feed.as_str();
        let (header, _) = samples::proof(feed, &secret(feed), "{}");
        let headers: HeaderMap = header
            .into_iter()
            .map(|(name, value)| {
                (
                    axum::http::HeaderName::from_static(name),
                    value.parse().unwrap(),
                )
            })
            .collect();
        let secret = SecretString::from(secret(feed));
        let given = (webhook.proof() != Proof::Nothing).then_some(&secret);
        let verify = |body: &[u8], received| {
            webhook.verify(
                &WebhookCall {
                    headers: &headers,
                    body,
                    received,
                },
                given,
            )
        };
        assert_eq!(verify(b"{}", now()), Ok(()), "{feed}");
        assert_eq!(
            verify(b"{ }", now()).is_err(),
            webhook.proof() >= Proof::Signature,
            "{feed}: the body"
        );
        let is_timed = webhook.proof() >= Proof::TimedSignature;
        assert_eq!(
            verify(b"{}", now() + TimeDelta::days(3650)).is_err(),
            is_timed,
            "{feed}: a copy ten years later"
        );
    }
}

#[tokio::test]
async fn a_feed_without_a_secret_is_closed_and_its_carrier_sends_again() {
    let bench = Bench::new(BTreeMap::new()).await;
    for sample in samples(now()) {
        let (kind, body) = refused(&sample);
        let status = if sample.feed == "sf.push" { 200 } else { 503 };
        assert_eq!(
            bench.good(&sample).await,
            (status, kind, body),
            "{}",
            sample.feed
        );
        assert_eq!(bench.count(sample.feed, Outcome::Accepted), 0);
    }
    assert_eq!(bench.count("sf.push", Outcome::NoSecret), 2);
    assert_eq!(bench.count("fedex.webhook", Outcome::NoSecret), 1);
}

#[tokio::test]
async fn old_news_are_refused_however_well_proved() {
    let bench = Bench::new(all_secrets()).await;
    let old = samples(now() - TimeDelta::days(31));
    for (sample, within) in old.into_iter().zip(samples(now() - TimeDelta::days(29))) {
        let before = bench.count(sample.feed, Outcome::Stale);
        assert_eq!(
            bench.good(&sample).await,
            hopeless(&sample, 401),
            "{}",
            sample.feed
        );
        assert_eq!(bench.count(sample.feed, Outcome::Stale), before + 1);
        assert_eq!(bench.good(&within).await.0, 200, "{}", sample.feed);
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_kept() {
    let bench = Bench::new(all_secrets()).await;
    for sample in samples(now()) {
        let secret = secret(sample.feed);
        let before = bench.count(sample.feed, Outcome::Oversize);
        assert_eq!(
            bench
                .send(&sample, &"x".repeat(MOST_BYTES + 1), Some(&secret))
                .await
                .0,
            413,
            "{}",
            sample.feed
        );
        assert_eq!(bench.count(sample.feed, Outcome::Oversize), before + 1);
        let padded = format!(
            "{}{}",
            sample.body,
            " ".repeat(MOST_BYTES - sample.body.len())
        );
        assert_eq!(
            bench.send(&sample, &padded, Some(&secret)).await.0,
            200,
            "{}: just at the limit",
            sample.feed
        );
    }
}

#[tokio::test]
async fn nonsense_is_told_as_each_carrier_understands_it() {
    let bench = Bench::new(all_secrets()).await;
    for sample in samples(now()) {
        let expected = hopeless(&sample, 400);
        let before = bench.count(sample.feed, Outcome::Unreadable);
        let nonsense = [
            "",
            "<a>SF1000000000017",
            "{\"SF1000000000017\":",
            "\"SF1000000000017\"",
            "\u{0}\u{1}",
            "content=%FF",
            "content=",
        ];
        for content in nonsense {
            let answer = bench
                .send(&sample, content, Some(&secret(sample.feed)))
                .await;
            assert_eq!(answer, expected, "{} {content:?}", sample.feed);
        }
        assert_eq!(
            bench.count(sample.feed, Outcome::Unreadable),
            before + nonsense.len() as u64
        );
    }
    let said = bench.said();
    assert!(
        said.iter().all(|line| !line.contains("SF1000000000017")),
        "no content is said: {said:?}"
    );
}

#[tokio::test]
async fn other_methods_and_paths_are_turned_away() {
    let bench = Bench::new(all_secrets()).await;
    for method in [
        reqwest::Method::GET,
        reqwest::Method::PUT,
        reqwest::Method::DELETE,
    ] {
        for address in [
            "/webhooks/fedex.webhook",
            "/webhooks/sf.push/a-secret-of-sf.push",
        ] {
            let response = bench
                .client
                .request(method.clone(), format!("{}{address}", bench.base))
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 405, "{method} {address}");
        }
    }
    for address in [
        "/",
        "/webhooks",
        "/webhooks/usps.tracking",
        "/webhooks/fedex.webhook/more",
        "/webhooks/sf.push",
    ] {
        assert_eq!(
            bench
                .client
                .post(format!("{}{address}", bench.base))
                .body("{}")
                .send()
                .await
                .unwrap()
                .status(),
            404,
            "{address}"
        );
    }
    assert_eq!(
        (
            bench.count("-", Outcome::WrongMethod),
            bench.count("-", Outcome::UnknownPath)
        ),
        (6, 5)
    );
    let counts = bench
        .client
        .get(format!("{}/counts", bench.base))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(counts.contains("wrong method          6"), "{counts}");
}

/// A body that is announced and does not come holds nobody up.
#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let bench = Bench::new(all_secrets()).await;
    let mut stream = tokio::net::TcpStream::connect(bench.base.trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(b"POST /webhooks/ups.track-alert HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(bench.count("ups.track-alert", Outcome::Incomplete), 1);
}

/// DHL sends again after one hour and six more: what came in between must not be withdrawn by it,
/// nor by a copy of an old call.
#[tokio::test]
async fn a_late_retry_of_a_snapshot_takes_nothing_back() {
    let bench = Bench::new(all_secrets()).await;
    let dhl = sample_of("dhl.unified");
    let hours = |hours| now() - TimeDelta::hours(hours);
    let first = samples::dhl(&[(hours(9), "PU", "Leipzig")]);
    let second = samples::dhl(&[(hours(9), "PU", "Leipzig"), (hours(6), "DF", "Paris")]);
    let third = samples::dhl(&[
        (hours(9), "PU", "Leipzig"),
        (hours(6), "DF", "Paris"),
        (hours(1), "OK", "Lyon"),
    ]);
    for body in [&first, &third] {
        assert_eq!(bench.send(&dhl, body, Some(&secret(dhl.feed))).await.0, 200);
    }
    assert!(bench.said().last().unwrap().contains("-> delivered, Lyon"));
    for late in [&second, &first] {
        assert_eq!(bench.send(&dhl, late, Some(&secret(dhl.feed))).await.0, 200);
    }
    assert_eq!(
        (
            bench.count(dhl.feed, Outcome::Accepted),
            bench.count(dhl.feed, Outcome::Repeated)
        ),
        (3, 1)
    );
    assert_eq!(bench.said(), [""; 0], "it stays delivered");
}

/// A correction that DHL makes in its newest snapshot still counts.
#[tokio::test]
async fn a_corrected_snapshot_withdraws() {
    let bench = Bench::new(all_secrets()).await;
    let dhl = sample_of("dhl.unified");
    let hours = |hours| now() - TimeDelta::hours(hours);
    for events in [
        [(hours(9), "PU", "Leipzig"), (hours(3), "OK", "Lyon")],
        [(hours(9), "PU", "Leipzig"), (hours(2), "DF", "Paris")],
    ] {
        assert_eq!(
            bench
                .send(&dhl, &samples::dhl(&events), Some(&secret(dhl.feed)))
                .await
                .0,
            200
        );
    }
    let said = bench.said();
    assert!(
        said[1].contains("delivered, Lyon") && said[1].contains("-> departed, Paris"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_subscription_of_dhl_is_activated_only_for_who_proves_himself() {
    let wanted = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&wanted);
    let activate = move |headers: HeaderMap, uri: axum::http::Uri| async move {
        let header = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        heard.lock().unwrap().push((
            uri.path().to_owned(),
            header("dhl-api-key"),
            header("dhl-api-hook-secret"),
        ));
    };
    let host = serve(axum::Router::new().fallback(activate)).await;
    let bench = Bench::with(all_secrets(), |settings| Settings {
        dhl_base: Some(host),
        ..settings
    })
    .await;
    let dhl = sample_of("dhl.unified");
    let body = samples::DHL_VALIDATE;
    assert_eq!(bench.send(&dhl, body, Some("another-secret")).await.0, 401);
    assert_eq!(
        bench.send(&dhl, body, Some(&secret(dhl.feed))).await,
        (200, String::new(), String::new())
    );
    for _ in 0..100 {
        if bench.count(dhl.feed, Outcome::HandshakeDone) > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let expected = "/tracking/push/v1/subscription/11111111-2222-3333-4444-555555555555";
    assert_eq!(
        *wanted.lock().unwrap(),
        [(
            expected.to_owned(),
            "sample-key".to_owned(),
            "sample-hook-secret".to_owned()
        )]
    );
    let foreign = body.replace("/subscription/", "https://elsewhere.example/subscription/");
    assert_eq!(
        bench.send(&dhl, &foreign, Some(&secret(dhl.feed))).await.0,
        200
    );
    assert_eq!(bench.count(dhl.feed, Outcome::HandshakeFailed), 1);
    assert_eq!(
        wanted.lock().unwrap().len(),
        1,
        "the key goes to no foreign address"
    );
}
