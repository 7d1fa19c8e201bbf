//! No address, token, secret, number or body where it could be read.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};

use parceltrail::client::{Client, ClientError, RetryPolicy};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

const NUMBER: &str = "449000000013";
const BODY: &str = "body-that-nobody-may-see";

/// All that a log could hold of an error.
fn shown(error: &ClientError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

fn assert_silent(text: &str, server: &MockServer) {
    let host = server.address().to_string();
    for secret in [
        SECRET,
        TOKEN,
        NUMBER,
        BODY,
        &host,
        "http://",
        "trackingnumbers",
    ] {
        assert!(!text.contains(secret), "{secret:?} in: {text}");
    }
}

/// Every way in which a question can fail.
async fn failures() -> Vec<(MockServer, Client)> {
    let mut all = Vec::new();
    let fault = json!({ "errors": [{ "code": NUMBER, "message": format!("{BODY} {NUMBER}") }] });
    let answers = [
        ResponseTemplate::new(400).set_body_json(&fault),
        ResponseTemplate::new(401).set_body_json(&fault),
        ResponseTemplate::new(403).set_body_string(BODY),
        ResponseTemplate::new(503).set_body_string(BODY),
        ResponseTemplate::new(429).insert_header("retry-after", "100000"),
        ResponseTemplate::new(302)
            .insert_header("location", format!("https://elsewhere.example/?{TOKEN}")),
        ResponseTemplate::new(200).set_body_string(BODY),
        ResponseTemplate::new(200).set_body_string(format!("{{\"{BODY}\":\"{NUMBER}\"")),
        ResponseTemplate::new(200).set_body_string(format!("{{\"{BODY}\":\"{NUMBER}\"}}")),
    ];
    for answer in answers {
        let server = MockServer::start().await;
        grants(&server, FEDEX_TOKEN, 3600, 0..).await;
        Mock::given(path(FEDEX_TRACK))
            .respond_with(answer.clone())
            .mount(&server)
            .await;
        let client = client("fedex.track", &server);
        all.push((server, client));
        let server = MockServer::start().await;
        Mock::given(path(FEDEX_TOKEN))
            .respond_with(answer)
            .mount(&server)
            .await;
        let client = builder("fedex.track", &server)
            .with_retry(RetryPolicy::none())
            .build()
            .unwrap();
        all.push((server, client));
    }
    let server = MockServer::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let client = builder("fedex.track", &server)
        .with_base_url(format!("http://{dead}/{TOKEN}"))
        .build()
        .unwrap();
    all.push((server, client));
    all
}

#[tokio::test]
async fn errors_tell_nothing_that_they_should_not() {
    for (server, client) in failures().await {
        let error = client.fetch(&asked(NUMBER)).await.unwrap_err();
        assert_silent(&shown(&error), &server);
        assert!(error.to_string().starts_with("fedex.track: "), "{error}");
        assert_silent(&format!("{client:?} {:#?}", client.clone()), &server);
    }
}

#[test]
fn settings_tell_nothing_that_they_should_not() {
    let builder = Client::builder(adapter("fedex.track"))
        .with_credentials(credentials("fedex.track"))
        .with_base_url(format!("https://{TOKEN}.example"));
    let shown = format!("{builder:?} {:?}", credentials("fedex.track"));
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// In a process of its own: other tests, on other threads, would decide what is logged.
#[test]
fn logs_tell_nothing_that_they_should_not() {
    alone("secrecy::logged", &[]);
}

#[tokio::test]
#[ignore = "run by `logs_tell_nothing_that_they_should_not`"]
async fn logged() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let good = MockServer::start().await;
    fedex(&good).await;
    let mut clients = failures().await;
    let client = client("fedex.track", &good);
    clients.push((good, client));
    for (_, client) in &clients {
        let _ = client.fetch(&asked(NUMBER)).await;
    }
    drop(guard);
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let ours: String = text
        .lines()
        .filter(|line| line.contains("parceltrail"))
        .map(|line| format!("{line}\n"))
        .collect();
    for expected in [
        "parceltrail.request",
        "feed=fedex.track",
        "operation=track",
        "operation=token",
        "status=503",
        "retrying",
    ] {
        assert!(ours.contains(expected), "{expected} is missing in: {ours}");
    }
    for (server, _) in &clients {
        // What the HTTP stack itself logs names the host; it never names more.
        let without_hosts = ours.replace(&server.address().to_string(), "host");
        assert_silent(&without_hosts.replace("http://host", ""), server);
    }
    for secret in [SECRET, TOKEN, NUMBER, BODY] {
        let lines: Vec<_> = text
            .lines()
            .filter(|line| line.contains(secret) && !line.contains("wiremock"))
            .collect();
        assert!(lines.is_empty(), "{lines:?}");
    }
}
