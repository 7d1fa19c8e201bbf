//! What the client costs beside a bare `reqwest` loop against the same server: `cargo bench --bench
//! client`.
//!
//! The server is another process on a loopback port, so that the processor time is the client's
//! alone. Both sides are timed in turns; the figures are the medians of the turns' ratios. With
//! `--test` everything runs once and little.
//!
//! Two feeds: `plain`, whose adapter does next to nothing, so that what is measured is the client
//! itself; and `dhl.unified` with 12 events, where the bare loop builds the request, reads the
//! outcome and decodes the answer through the same adapter, as a caller without the client has to.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use futures_util::stream::{self, StreamExt as _};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parceltrail::adapter::{
    Credentials, Descriptor, Outcome, PollContext, PollLimits, PollResponse, Query, RequestError,
    TrackRequest,
};
use parceltrail::client::{BreakerPolicy, Client, HttpTransport, Quota};
use parceltrail::{Adapter, Batch, DecodeError, Payload, Poll, Registry, TrackingNumber};

const AIM: f64 = 1.10;
const SERVE: &str = "--serve";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if std::env::args().any(|argument| argument == SERVE) {
        return runtime.block_on(serve());
    }
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (turns, requests) = if is_test { (1, 20) } else { (41, 1000) };
    let server = Server::start();
    println!(
        "client against a bare reqwest loop, {requests} requests a turn, {turns} turns in pairs; aim {AIM:.2}"
    );
    println!(
        "| feed | at once | bare µs | client µs | time | bare CPU µs | client CPU µs | CPU | aim |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---|");
    let feeds: [(&str, Arc<dyn Adapter>); 2] = [
        (
            "plain",
            Arc::new(Plain(Descriptor::new("bench.plain", "Plain"))),
        ),
        (
            "dhl.unified, 12 events",
            Registry::builtin().share("dhl.unified").unwrap(),
        ),
    ];
    for (name, adapter) in feeds {
        for at_once in [1, 16] {
            let side = Sides::new(Arc::clone(&adapter), &server.base, at_once, requests);
            let pairs: Vec<_> = runtime.block_on(side.in_turns(turns));
            report(name, at_once, requests, pairs);
        }
    }
}

/// Wall and processor time of some requests, in seconds.
#[derive(Clone, Copy)]
struct Spent {
    wall: f64,
    cpu: f64,
}

fn report(name: &str, at_once: usize, requests: usize, pairs: Vec<(Spent, Spent)>) {
    let median = |of: &dyn Fn(&(Spent, Spent)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let micros = 1e6 / requests as f64;
    let (time, cpu) = (
        median(&|pair| pair.1.wall / pair.0.wall),
        median(&|pair| pair.1.cpu / pair.0.cpu),
    );
    let met = if time <= AIM && cpu <= AIM {
        "met"
    } else {
        "missed"
    };
    println!(
        "| {name} | {at_once} | {:.0} | {:.0} | {time:.2} | {:.0} | {:.0} | {cpu:.2} | {met} |",
        median(&|pair| pair.0.wall) * micros,
        median(&|pair| pair.1.wall) * micros,
        median(&|pair| pair.0.cpu) * micros,
        median(&|pair| pair.1.cpu) * micros,
    );
}

struct Sides {
    adapter: Arc<dyn Adapter>,
    base: String,
    credentials: Credentials,
    http: reqwest::Client,
    client: Client,
    asked: TrackRequest,
    at_once: usize,
    requests: usize,
}

impl Sides {
    fn new(adapter: Arc<dyn Adapter>, base: &str, at_once: usize, requests: usize) -> Self {
        let credentials = Credentials::default().with("api_key", "sample");
        let builder = Client::builder(Arc::clone(&adapter))
            .with_credentials(credentials.clone())
            .with_base_url(base)
            .with_quota(Quota::unlimited());
        let builder = builder
            .with_breaker(BreakerPolicy::default())
            .with_transport(HttpTransport::with(|http| http.no_proxy()).unwrap());
        Self {
            adapter,
            base: base.to_owned(),
            credentials,
            http: bare(),
            client: builder.with_concurrency(at_once).build().unwrap(),
            asked: TrackRequest::new(TrackingNumber::new("7100000042")),
            at_once,
            requests,
        }
    }

    async fn in_turns(&self, turns: usize) -> Vec<(Spent, Spent)> {
        self.by_hand().await;
        self.by_client().await;
        let mut pairs = Vec::with_capacity(turns);
        for turn in 0..turns {
            // Who goes first alternates.
            if turn % 2 == 0 {
                let bare = spent(self.by_hand()).await;
                pairs.push((bare, spent(self.by_client()).await));
            } else {
                let client = spent(self.by_client()).await;
                pairs.push((spent(self.by_hand()).await, client));
            }
        }
        pairs
    }

    async fn by_hand(&self) {
        if self.at_once == 1 {
            for _ in 0..self.requests {
                self.one_by_hand().await;
            }
        } else {
            let all = stream::iter(0..self.requests)
                .map(|_| self.one_by_hand())
                .buffer_unordered(self.at_once);
            assert_eq!(all.count().await, self.requests);
        }
    }

    async fn one_by_hand(&self) {
        let request = {
            let context = PollContext {
                now: Utc::now(),
                request_id: "1",
                credentials: &self.credentials,
                token: None,
                base: Some(&self.base),
            };
            self.adapter
                .as_poll()
                .unwrap()
                .request(&Query::new(std::slice::from_ref(&self.asked)), &context)
                .unwrap()
        };
        let mut answer = self
            .http
            .execute(request.try_into().unwrap())
            .await
            .unwrap();
        let (status, headers) = (
            answer.status().as_u16(),
            std::mem::take(answer.headers_mut()),
        );
        let body = answer.bytes().await.unwrap();
        let (poll, reply) = (
            self.adapter.as_poll().unwrap(),
            PollResponse {
                status,
                headers: &headers,
                body: &body,
                received: Utc::now(),
            },
        );
        assert_eq!(poll.outcome(&reply), Outcome::Found);
        assert!(poll.next_page(&reply).is_none());
        assert_eq!(
            self.adapter
                .decode(Payload::new(&body, Utc::now()))
                .unwrap()
                .shipments
                .len(),
            1
        );
    }

    async fn by_client(&self) {
        if self.at_once == 1 {
            for _ in 0..self.requests {
                assert_eq!(
                    self.client
                        .fetch(&self.asked)
                        .await
                        .unwrap()
                        .shipments()
                        .len(),
                    1
                );
            }
        } else {
            let answers = self
                .client
                .track(std::iter::repeat_n(self.asked.clone(), self.requests));
            assert_eq!(
                answers
                    .filter(|answer| std::future::ready(answer.outcome.is_ok()))
                    .count()
                    .await,
                self.requests
            );
        }
    }
}

async fn spent(work: impl Future<Output = ()>) -> Spent {
    let (wall, cpu) = (Instant::now(), cpu());
    work.await;
    Spent {
        wall: wall.elapsed().as_secs_f64(),
        cpu: self::cpu() - cpu,
    }
}

/// Processor time of this process, in seconds.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// One client with the same settings as the other side's: what is measured is the client of this
/// crate, not the settings of `reqwest`.
fn bare() -> reqwest::Client {
    let config = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::aws_lc_rs::default_provider().into(),
    );
    let config = config
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(config)
        .user_agent("bench")
        .connect_timeout(HttpTransport::CONNECT_TIMEOUT)
        .read_timeout(HttpTransport::READ_TIMEOUT)
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

/// A feed that costs nothing to speak of.
#[derive(Debug)]
struct Plain(Descriptor);

impl Adapter for Plain {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let shipments = vec![
            self.0
                .shipment(TrackingNumber::new("7100000042"), payload.received),
        ];
        Ok(Batch {
            shipments,
            notices: Vec::new(),
        })
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl Poll for Plain {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<http::Request<Vec<u8>>, RequestError> {
        let uri = format!(
            "{}/plain?number={}",
            context.base_or(""),
            query.requests[0].number.as_str()
        );
        let request = http::Request::get(uri)
            .header("dhl-api-key", context.credential("api_key")?)
            .header("accept", "application/json");
        request
            .body(Vec::new())
            .map_err(|_| RequestError::Unfit("the address"))
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        reply.outcome_by_status()
    }
}

/// The server, ended when dropped.
struct Server {
    process: Child,
    base: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            process,
            base: format!("http://{}", address.trim()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let body = Bytes::from(body());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let body = body.clone();
        let answer = service_fn(move |_: http::Request<Incoming>| {
            let answer = http::Response::builder()
                .header("content-type", "application/json")
                .body(Full::new(body.clone()));
            async move { Ok::<_, Infallible>(answer.unwrap()) }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer),
        );
    }
}

/// Twelve events of one parcel.
fn body() -> String {
    let event = |nth: usize| {
        format!(
            r#"{{"timestamp":"2025-03-06T{:02}:40:00+01:00","statusCode":"transit","status":"PU","description":"Shipment picked up",
            "location":{{"address":{{"countryCode":"DE","addressLocality":"LEIPZIG"}}}}}}"#,
            nth + 6
        )
    };
    let events: Vec<_> = (0..12).map(event).collect();
    format!(
        r#"{{"shipments":[{{"id":"7100000042","service":"express","events":[{}]}}]}}"#,
        events.join(",")
    )
}
