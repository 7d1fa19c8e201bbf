//! The receiver put through everything once, over HTTP on a loopback port: what was sent, what came
//! back, and whether it was as demanded.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{TimeDelta, Utc};
use tokio::net::TcpListener;

use super::counts::Outcome;
use super::samples::{self, DHL_VALIDATE, Sample};
use super::server::{Receiver, Settings, path};
use super::{sample_secret, sample_secrets};

const MOST_BYTES: usize = 64 * 1024;
const WINDOW_DAYS: i64 = 30;

type Failure = Box<dyn std::error::Error>;

/// A call, what must come back and how it must be counted.
struct Step {
    what: &'static str,
    sample: Sample,
    /// The secret that the caller knows; none leaves the proof out.
    secret: Option<String>,
    status: u16,
    answer: Option<&'static str>,
    outcome: Outcome,
}

/// Runs through it. True if all was as demanded.
pub async fn run() -> Result<bool, Failure> {
    let activations = Arc::new(AtomicU32::new(0));
    let dhl = serve(dhl_host(Arc::clone(&activations))).await?;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let receiver = Receiver::new(Settings {
        secrets: sample_secrets(),
        most_bytes: MOST_BYTES,
        window: TimeDelta::days(WINDOW_DAYS),
        patience: Duration::from_secs(5),
        dhl_key: Some("sample-key".to_owned()),
        dhl_base: Some(dhl),
        clock: Box::new(Utc::now),
        say: Box::new(move |line| {
            heard
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(line)
        }),
    })?;
    let base = serve(receiver.router()).await?;
    let client = reqwest::Client::new();
    let mut all_well = true;
    for step in steps() {
        let before = receiver.counts.of(step.sample.feed, step.outcome);
        let (status, answer) = send(&client, &base, &step.sample, step.secret.as_deref()).await?;
        let counted = receiver.counts.of(step.sample.feed, step.outcome) - before;
        let is_right = status == step.status
            && step.answer.is_none_or(|wanted| wanted == answer)
            && counted == 1;
        all_well &= is_right;
        let mark = if is_right { "as demanded" } else { "WRONG" };
        println!(
            "{:<16} {:<38} {status} {:<11} {mark}",
            step.sample.feed,
            step.what,
            step.outcome.name()
        );
        if !is_right {
            println!(
                "    expected {} {:?}, counted once; got {status} {answer:?}, counted {counted} times",
                step.status, step.answer
            );
        }
        if step.sample.body == DHL_VALIDATE {
            all_well &= has_activated(&receiver).await;
        }
        for line in lines
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .drain(..)
        {
            println!(
                "    {}",
                line.split_once("  ")
                    .map_or(line.as_str(), |(_, rest)| rest)
            );
        }
    }
    all_well &= elsewhere(&client, &base).await?;
    let activated = activations.load(Ordering::SeqCst);
    all_well &= activated == 1;
    println!(
        "\nDHL's host heard of {activated} activation of the subscription, with the hook's secret (1 expected)."
    );
    println!("\nCounts:\n{}", receiver.counts);
    println!(
        "{}",
        if all_well {
            "All as demanded."
        } else {
            "NOT all as demanded."
        }
    );
    Ok(all_well)
}

/// The activation follows the acknowledgement; it has five seconds.
async fn has_activated(receiver: &Receiver) -> bool {
    for _ in 0..50 {
        if receiver.counts.of("dhl.unified", Outcome::HandshakeDone) > 0 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

fn steps() -> Vec<Step> {
    let now = Utc::now();
    let mut steps = Vec::new();
    let old = samples::samples(now - TimeDelta::days(WINDOW_DAYS + 30));
    for (sample, old) in samples::samples(now).into_iter().zip(old) {
        let secret = sample_secret(sample.feed);
        let is_sf = sample.feed == "sf.push";
        let refused = match (is_sf, sample.form) {
            (false, _) => "",
            (true, "JSON") => r#"{"return_code":"1000","return_msg":"失败"}"#,
            (true, _) => {
                r#"<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">失败</ERROR></Response>"#
            }
        };
        let with = |what, body: String, secret: Option<&str>, status, answer, outcome| Step {
            what,
            sample: Sample {
                body,
                ..sample.clone()
            },
            secret: secret.map(str::to_owned),
            status,
            answer,
            outcome,
        };
        let news = if sample.form == "JSON" {
            "news"
        } else {
            "news, XML in a form"
        };
        let nonsense = if sample.form == "JSON" {
            "{\"nonsense\":"
        } else {
            "content=nonsense"
        };
        // What can never succeed is acknowledged to SF, which would send it for ever.
        let hopeless = |status| {
            if is_sf {
                (200, Some(sample.acknowledgement))
            } else {
                (status, Some(refused))
            }
        };
        let (unreadable, at_nonsense) = hopeless(400);
        let (stale, at_old) = hopeless(401);
        let body = || sample.body.clone();
        steps.push(with(
            news,
            body(),
            Some(&secret),
            200,
            Some(sample.acknowledgement),
            Outcome::Accepted,
        ));
        steps.push(with(
            "the same again",
            body(),
            Some(&secret),
            200,
            Some(sample.acknowledgement),
            Outcome::Repeated,
        ));
        steps.push(with(
            "under a wrong secret",
            body(),
            Some("a-wrong-secret"),
            401,
            Some(refused),
            Outcome::Unverified,
        ));
        if !is_sf {
            steps.push(with(
                "without proof",
                body(),
                None,
                401,
                Some(""),
                Outcome::Unverified,
            ));
        }
        steps.push(with(
            "news of two months ago",
            old.body,
            Some(&secret),
            stale,
            at_old,
            Outcome::Stale,
        ));
        steps.push(with(
            "larger than the limit",
            "x".repeat(MOST_BYTES + 1),
            Some(&secret),
            413,
            None,
            Outcome::Oversize,
        ));
        steps.push(with(
            "nonsense",
            nonsense.to_owned(),
            Some(&secret),
            unreadable,
            at_nonsense,
            Outcome::Unreadable,
        ));
        if sample.feed == "dhl.unified" {
            steps.push(with(
                "is the subscription wanted?",
                DHL_VALIDATE.to_owned(),
                Some(&secret),
                200,
                Some(""),
                Outcome::Accepted,
            ));
        }
    }
    steps
}

/// A wrong method and a wrong path.
async fn elsewhere(client: &reqwest::Client, base: &str) -> Result<bool, Failure> {
    let wrong_method = client
        .get(format!("{base}{}", path("fedex.webhook")))
        .send()
        .await?
        .status()
        .as_u16();
    let unknown_path = client
        .post(format!("{base}/webhooks/nobody"))
        .body("{}")
        .send()
        .await?
        .status()
        .as_u16();
    println!("{:<16} {:<38} {wrong_method}", "-", "GET instead of POST");
    println!("{:<16} {:<38} {unknown_path}", "-", "a path that is none");
    Ok((wrong_method, unknown_path) == (405, 404))
}

/// Sends a sample with the proof that a secret gives.
async fn send(
    client: &reqwest::Client,
    base: &str,
    sample: &Sample,
    secret: Option<&str>,
) -> Result<(u16, String), reqwest::Error> {
    let (header, word) = secret.map_or((None, None), |secret| {
        samples::proof(sample.feed, secret, &sample.body)
    });
    let word = word.map_or(String::new(), |word| format!("/{word}"));
    let mut request = client
        .post(format!("{base}{}{word}", path(sample.feed)))
        .header("content-type", sample.content_type);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let response = request.body(sample.body.clone()).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

/// Plays DHL's host: an activation must carry the key and the hook's secret.
fn dhl_host(activations: Arc<AtomicU32>) -> axum::Router {
    let activate = move |headers: HeaderMap| async move {
        let is = |name, value: &str| headers.get(name).is_some_and(|given| given == value);
        if !(is("dhl-api-key", "sample-key") && is("dhl-api-hook-secret", "sample-hook-secret")) {
            return StatusCode::UNAUTHORIZED;
        }
        activations.fetch_add(1, Ordering::SeqCst);
        StatusCode::OK
    };
    axum::Router::new().route("/tracking/push/v1/subscription/{id}", post(activate))
}

/// Serves on a free loopback port; its address.
async fn serve(router: axum::Router) -> std::io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}
