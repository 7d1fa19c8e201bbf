//! A bare HTTP client, and an application that asks once and no more.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use parceltrail::adapter::{Credentials, Outcome, PollContext, PollResponse, Query, TrackRequest};
use parceltrail::testing::simulator::Simulator;
use parceltrail::{Adapter, Batch, Payload, Registry, TrackingNumber};
use secrecy::SecretString;

pub const FEEDS: [&str; 4] = ["dhl.unified", "fedex.track", "ups.track", "sf.routes"];

/// An answer that came in full.
#[derive(Clone, Debug)]
pub struct TrackResult {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl TrackResult {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Sends a request on a connection of its own.
pub async fn send(request: http::Request<Vec<u8>>) -> Result<TrackResult, String> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().unwrap().to_string();
    head.headers.insert("host", authority.parse().unwrap());
    head.uri = head.uri.path_and_query().unwrap().as_str().parse().unwrap();
    let stream = tokio::net::TcpStream::connect(&authority)
        .await
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let request = http::Request::from_parts(head, Full::new(Bytes::from(body)));
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| error.to_string())?;
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes()
        .to_vec();
    Ok(TrackResult {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    })
}

/// Asks one feed of one simulator.
pub struct Asker<'s> {
    pub simulator: &'s Simulator,
    pub feed: String,
    pub credentials: Credentials,
    pub token: Option<SecretString>,
    pub now: DateTime<Utc>,
}

impl<'s> Asker<'s> {
    /// With the right credentials, and a token where the feed wants one.
    pub async fn new(simulator: &'s Simulator, feed: &str) -> Self {
        let now = DateTime::<Utc>::from(std::time::SystemTime::now());
        let mut asker = Self {
            simulator,
            feed: feed.to_owned(),
            credentials: simulator.credentials(feed),
            token: None,
            now,
        };
        asker.fetch_token(adapter(feed)).await;
        asker
    }

    pub async fn fetch_token(&mut self, adapter: &dyn Adapter) -> Option<TrackResult> {
        let poll = adapter.as_poll().unwrap();
        let request = poll
            .token_request(&self.context("token", self.token.as_ref()))
            .unwrap()?;
        let answer = send(request).await.unwrap();
        self.token = poll.token(&reply(&answer)).map(|token| token.secret);
        Some(answer)
    }

    pub fn context<'a>(
        &'a self,
        request_id: &'a str,
        token: Option<&'a SecretString>,
    ) -> PollContext<'a> {
        PollContext {
            now: self.now,
            request_id,
            credentials: &self.credentials,
            token,
            base: Some(self.simulator.base(&self.feed)),
        }
    }

    pub fn request(&self, numbers: &[String]) -> http::Request<Vec<u8>> {
        self.request_by(adapter(&self.feed), numbers)
    }

    pub fn request_by(&self, adapter: &dyn Adapter, numbers: &[String]) -> http::Request<Vec<u8>> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = format!("{:032}", NEXT.fetch_add(1, Ordering::Relaxed));
        let asked: Vec<TrackRequest> = numbers
            .iter()
            .map(|number| TrackRequest::new(TrackingNumber::new(number)))
            .collect();
        adapter
            .as_poll()
            .unwrap()
            .request(&Query::new(&asked), &self.context(&id, self.token.as_ref()))
            .unwrap()
    }

    pub async fn ask(&self, numbers: &[String]) -> Result<TrackResult, String> {
        send(self.request(numbers)).await
    }

    pub fn outcome(&self, answer: &TrackResult) -> Outcome {
        adapter(&self.feed)
            .as_poll()
            .unwrap()
            .outcome(&reply(answer))
    }

    pub fn decode(&self, answer: &TrackResult) -> Batch {
        adapter(&self.feed)
            .decode(Payload::new(&answer.body, self.simulator.now()))
            .unwrap()
    }

    /// The numbers of a feed, as many at once as it takes.
    pub fn batches(&self) -> Vec<Vec<String>> {
        let most = adapter(&self.feed).as_poll().unwrap().limits().max_numbers;
        self.simulator
            .numbers(&self.feed)
            .chunks(most)
            .map(<[String]>::to_vec)
            .collect()
    }
}

/// A feed's adapter.
pub fn adapter(feed: &str) -> &'static dyn Adapter {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);
    REGISTRY.get(feed).unwrap()
}

pub fn reply(answer: &TrackResult) -> PollResponse<'_> {
    PollResponse {
        status: answer.status,
        headers: &answer.headers,
        body: &answer.body,
        received: DateTime::from(std::time::SystemTime::now()),
    }
}
