//! Servers, clients and bodies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use http::{Request, Response};
use parceltrail::adapter::{Credentials, TrackRequest};
use parceltrail::client::{
    Client, ClientBuilder, ClientError, HttpTransport, Quota, RetryPolicy, TrackOutcome,
    TrackResult, Transport, TransportError,
};
use parceltrail::{Adapter, Registry, TrackingNumber};
use serde_json::{Value, json};
use wiremock::matchers::{any, path};
use wiremock::{Match, Mock, MockServer, Respond, ResponseTemplate};

pub const SECRET: &str = "a-very-secret-secret";
pub const TOKEN: &str = "sample-access-token";

pub fn adapter(feed: &str) -> Arc<dyn Adapter> {
    Registry::builtin()
        .share(feed)
        .unwrap_or_else(|| panic!("no feed {feed}"))
}

pub fn asked(number: &str) -> TrackRequest {
    TrackRequest::new(TrackingNumber::new(number))
}

/// FedEx-like numbers that are distinguished by their last digits.
pub fn number(nth: usize) -> String {
    format!("4490{nth:08}")
}

pub fn numbers(count: usize) -> Vec<TrackRequest> {
    (0..count).map(|nth| asked(&number(nth))).collect()
}

/// All credentials that a feed demands.
pub fn credentials(feed: &str) -> Credentials {
    let adapter = adapter(feed);
    let names = adapter
        .as_poll()
        .map(|poll| poll.credentials())
        .unwrap_or_default();
    names
        .iter()
        .fold(Credentials::default(), |credentials, name| {
            credentials.with(*name, SECRET)
        })
}

/// A client of a feed on that server, without limits of its own, with quick and repeatable retries.
pub fn builder(feed: &str, server: &MockServer) -> ClientBuilder {
    Client::builder(adapter(feed))
        .with_credentials(credentials(feed))
        .with_base_url(server.uri())
        .with_quota(Quota::unlimited())
        .with_retry(quick())
        .with_seed(1)
}

pub fn client(feed: &str, server: &MockServer) -> Client {
    builder(feed, server).build().unwrap()
}

/// The same for tests with paused time.
pub fn paused(feed: &str, server: &MockServer) -> ClientBuilder {
    builder(feed, server)
        .with_transport(Thawing::default())
        .with_retry(RetryPolicy::default())
}

pub fn quick() -> RetryPolicy {
    RetryPolicy::default().with_backoff(Duration::from_millis(2), Duration::from_millis(5))
}

pub async fn all(
    client: &Client,
    numbers: impl IntoIterator<Item = TrackRequest, IntoIter: Send>,
) -> Vec<TrackResult> {
    client.track(numbers).collect().await
}

pub fn told<'a>(answers: &'a [TrackResult], number: &str) -> &'a Result<TrackOutcome, ClientError> {
    let mut of_number = answers.iter().filter(|answer| {
        answer
            .request
            .as_ref()
            .is_some_and(|asked| asked.number.as_str() == number)
    });
    let answer = of_number
        .next()
        .unwrap_or_else(|| panic!("no answer for {number}"));
    assert!(of_number.next().is_none(), "two answers for {number}");
    &answer.outcome
}

pub fn is_found(told: &Result<TrackOutcome, ClientError>) -> bool {
    matches!(told, Ok(TrackOutcome::Found(batch)) if !batch.shipments.is_empty())
}

/// A token endpoint that must be called so often.
pub async fn grants(
    server: &MockServer,
    at: &str,
    lifetime: u64,
    calls: impl Into<wiremock::Times>,
) {
    let body = json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": lifetime });
    Mock::given(path(at))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .expect(calls)
        .named("token")
        .mount(server)
        .await;
}

pub const FEDEX_TOKEN: &str = "/oauth/token";
pub const FEDEX_TRACK: &str = "/track/v1/trackingnumbers";

/// A FedEx that knows every number.
pub async fn fedex(server: &MockServer) {
    grants(server, FEDEX_TOKEN, 3600, 0..).await;
    Mock::given(path(FEDEX_TRACK))
        .respond_with(|request: &wiremock::Request| ok(&fedex_found(&fedex_asked(request))))
        .mount(server)
        .await;
}

/// The numbers that a request to FedEx names.
pub fn fedex_asked(request: &wiremock::Request) -> Vec<String> {
    let body: Value = request.body_json().unwrap();
    let list = body["trackingInfo"].as_array().unwrap();
    list.iter()
        .map(|info| {
            info["trackingNumberInfo"]["trackingNumber"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

pub fn fedex_found(numbers: &[String]) -> Value {
    fedex_results(numbers.iter().map(|number| (number.as_str(), fedex_scan())))
}

/// Groups of one result each.
pub fn fedex_results<'n>(results: impl Iterator<Item = (&'n str, Value)>) -> Value {
    let groups: Vec<Value> = results
        .map(|(number, mut result)| {
            result["trackingNumberInfo"] = json!({ "trackingNumber": number });
            json!({ "trackingNumber": number, "trackResults": [result] })
        })
        .collect();
    json!({ "transactionId": "t", "output": { "completeTrackResults": groups } })
}

pub fn fedex_scan() -> Value {
    json!({ "scanEvents": [{ "date": "2025-03-01T10:00:00-06:00", "eventType": "PU", "eventDescription": "Picked up" }] })
}

pub fn fedex_error(code: &str) -> Value {
    json!({ "error": { "code": code, "message": "said" } })
}

pub fn fedex_fault(code: &str) -> Value {
    json!({ "transactionId": "t", "errors": [{ "code": code, "message": "said" }] })
}

pub const DHL: &str = "7100000042";

/// An answer of DHL's unified interface about one number.
pub fn dhl_found() -> Value {
    dhl_page(&[DHL])
}

pub fn dhl_page(ids: &[&str]) -> Value {
    let event = json!({ "timestamp": "2025-03-06T11:40:00+01:00", "statusCode": "transit", "status": "PU", "location": { "address": { "countryCode": "DE" } } });
    let shipments: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "id": id, "service": "express", "events": [event] }))
        .collect();
    json!({ "shipments": shipments })
}

pub fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A server that answers everything so.
pub async fn answering(response: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

/// Answers in turn; the last one stays.
pub struct InTurn(Mutex<Vec<ResponseTemplate>>);

impl InTurn {
    pub fn new(responses: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let mut responses: Vec<_> = responses.into_iter().collect();
        responses.reverse();
        Self(Mutex::new(responses))
    }
}

impl Respond for InTurn {
    fn respond(&self, _: &wiremock::Request) -> ResponseTemplate {
        let mut responses = self.0.lock().unwrap();
        if responses.len() > 1 {
            responses.pop().unwrap()
        } else {
            responses[0].clone()
        }
    }
}

pub async fn calls(server: &MockServer, matcher: impl Match) -> usize {
    server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .filter(|request| matcher.matches(request))
        .count()
}

/// Lets time run while a request is under way. With paused time the runtime would leap to the next
/// timeout while it waits for the socket.
#[derive(Debug)]
pub struct Thawing {
    inner: HttpTransport,
    under_way: Arc<Mutex<usize>>,
}

impl Default for Thawing {
    fn default() -> Self {
        Self {
            inner: HttpTransport::with(|http| http.no_proxy()).unwrap(),
            under_way: Arc::default(),
        }
    }
}

struct Thawed(Arc<Mutex<usize>>);

impl Thawed {
    fn new(under_way: &Arc<Mutex<usize>>) -> Self {
        let mut count = under_way.lock().unwrap();
        if *count == 0 {
            tokio::time::resume();
        }
        *count += 1;
        Self(Arc::clone(under_way))
    }
}

impl Drop for Thawed {
    fn drop(&mut self) {
        let mut count = self.0.lock().unwrap();
        *count -= 1;
        if *count == 0 {
            tokio::time::pause();
        }
    }
}

#[async_trait]
impl Transport for Thawing {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        let _thawed = Thawed::new(&self.under_way);
        self.inner.send(request).await
    }
}

/// How long something takes on the runtime's clock, in seconds.
pub async fn seconds<T>(what: impl Future<Output = T>) -> (T, f64) {
    let began = tokio::time::Instant::now();
    let result = what.await;
    (result, began.elapsed().as_secs_f64())
}

/// Runs a test of this binary that is ignored otherwise, with a process and an environment of its
/// own.
pub fn alone(test: &str, variables: &[(&str, &str)]) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_clear()
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
