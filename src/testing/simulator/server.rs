//! The HTTP servers of the carriers: one loopback address each, so that they fail independently.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::carrier::Carrier;
use super::fault::Fault;
use super::quota::InFlight;
use super::reply::{Manner, Reply, response};
use super::shared::{Endpoint, Shared};
use super::wire::{self, Answer, Call, Lookup, Refusal, Wire};

/// The largest request that is read, in bytes.
const MAX_REQUEST: usize = 1 << 20;
/// `Retry-After` of a request that exceeds the quota, in seconds.
const QUOTA_WAIT: &str = "1";

/// A loopback address with a free port.
pub(super) async fn bind() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// Serves one carrier until it is dropped, all connections with it.
pub(super) async fn serve(shared: Arc<Shared>, carrier: Carrier, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that closes at once needs no response.
                let Ok((stream, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                let service = hyper::service::service_fn(move |request| handle(Arc::clone(&shared), carrier, request));
                connections.spawn(async move {
                    let mut http = hyper::server::conn::http1::Builder::new();
                    // Some faults break the connection on purpose.
                    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn handle(
    shared: Arc<Shared>,
    carrier: Carrier,
    request: Request<Incoming>,
) -> Result<Response<Reply>, io::Error> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_REQUEST)
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    let call = Call {
        method: head.method,
        uri: head.uri,
        headers: head.headers,
        body,
        received: DateTime::<Utc>::from(SystemTime::now()),
    };
    let Some(endpoint) = shared.endpoints.get(&carrier) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let exchange = Exchange {
        shared: &shared,
        carrier,
        wire: wire::of(carrier),
        endpoint,
        call: &call,
    };
    match exchange.token().or_else(|| exchange.activation()) {
        Some(answer) => Ok(response(answer, Manner::Whole, None)),
        None => exchange.question().await,
    }
}

/// One request to one carrier.
struct Exchange<'a> {
    shared: &'a Shared,
    carrier: Carrier,
    wire: &'static dyn Wire,
    endpoint: &'a Endpoint,
    call: &'a Call,
}

impl Exchange<'_> {
    fn feed(&self) -> &'static str {
        self.carrier.feed()
    }

    fn token(&self) -> Option<Answer> {
        let (answer, is_given) = self.wire.token(self.call, &self.endpoint.access)?;
        self.shared.counters.count(self.feed(), |figures| {
            if is_given {
                figures.tokens += 1
            } else {
                figures.tokens_refused += 1
            }
        });
        Some(answer)
    }

    fn activation(&self) -> Option<Answer> {
        let (id, secret) = self.wire.activation(self.call)?;
        if self
            .wire
            .authorise(self.call, &self.endpoint.access)
            .is_err()
        {
            return Some(self.wire.refused(Refusal::Unauthorised));
        }
        let is_known = self
            .shared
            .subscriptions
            .activate(self.carrier, &id, &secret);
        Some(Answer::json(
            if is_known { 200 } else { 404 },
            &serde_json::json!({ "status": if is_known { "ACTIVE" } else { "UNKNOWN" } }),
        ))
    }

    async fn question(&self) -> Result<Response<Reply>, io::Error> {
        let counters = &self.shared.counters;
        counters.count(self.feed(), |figures| figures.requests += 1);
        let asked = self.wire.numbers(self.call);
        let (in_flight, broken) = self
            .endpoint
            .quota
            .enter(asked.as_deref().unwrap_or_default());
        if !broken.is_empty() {
            counters.count(self.feed(), |figures| {
                broken
                    .iter()
                    .for_each(|limit| *figures.broken.entry(*limit).or_default() += 1)
            });
            let answer = Answer {
                retry_after: Some(QUOTA_WAIT.into()),
                ..self.wire.refused(Refusal::Throttled)
            };
            return Ok(response(answer, Manner::Whole, Some(in_flight)));
        }
        let token = match self.wire.authorise(self.call, &self.endpoint.access) {
            Ok(token) => token,
            Err(answer) => {
                counters.count(self.feed(), |figures| figures.unauthorised += 1);
                return Ok(response(answer, Manner::Whole, Some(in_flight)));
            }
        };
        let numbers = match asked {
            Ok(numbers) => numbers,
            Err(answer) => {
                counters.count(self.feed(), |figures| figures.invalid += 1);
                return Ok(response(answer, Manner::Whole, Some(in_flight)));
            }
        };
        let first = numbers.first().map_or("", String::as_str);
        let draw = Draw {
            shared: self.shared,
            feed: self.feed(),
            key: first,
            nth: self.endpoint.nth(first),
        };
        match self.failure(&draw, token.as_deref()) {
            Some(Failure::Refused(answer)) => Ok(response(answer, Manner::Whole, Some(in_flight))),
            Some(Failure::Silence(time)) => {
                // A request without a response does not count as in flight.
                drop(in_flight);
                tokio::time::sleep(time).await;
                Err(io::Error::new(
                    io::ErrorKind::ConnectionAborted,
                    "no response, by the fault plan",
                ))
            }
            None => Ok(self.respond(&numbers, &draw, in_flight)),
        }
    }

    /// The fault injected before the request is processed.
    fn failure(&self, draw: &Draw<'_>, token: Option<&str>) -> Option<Failure> {
        let plan = &self.shared.plan;
        if let Some(token) = token
            && draw.applies(Fault::TokenRevoked)
        {
            self.endpoint.access.revoke(token);
            return Some(Failure::Refused(self.wire.refused(Refusal::Unauthorised)));
        }
        if self.endpoint.is_in_burst(
            plan.applies(Fault::ServerErrors, draw.key, draw.nth),
            plan.burst,
        ) {
            self.shared.counters.fault(self.feed(), Fault::ServerErrors);
            let mut rng = plan.rng(Fault::ServerErrors, draw.key, draw.nth + 1);
            let status = [500, 502, 503, 504][rng.usize(0..4)];
            let is_page = rng.bool() || matches!(status, 502 | 504);
            return Some(Failure::Refused(if is_page {
                Answer::page(status)
            } else {
                self.wire.refused(Refusal::Broken(status))
            }));
        }
        if draw.applies(Fault::Throttled) {
            let as_date = plan.rng(Fault::Throttled, draw.key, draw.nth + 1).bool();
            let answer = self.wire.refused(Refusal::Throttled);
            let retry_after = (answer.status == 429)
                .then(|| retry_after(plan.retry_after, as_date.then_some(self.call.received)));
            return Some(Failure::Refused(Answer {
                retry_after,
                ..answer
            }));
        }
        draw.applies(Fault::NoAnswer)
            .then_some(Failure::Silence(plan.silence))
    }

    /// The response, in which faults may still occur.
    fn respond(&self, numbers: &[String], draw: &Draw<'_>, in_flight: InFlight) -> Response<Reply> {
        let now = self.shared.clock.now();
        let lookups: Vec<Lookup<'_>> = numbers
            .iter()
            .map(|number| self.lookup(number, now, draw.nth))
            .collect();
        if draw.applies(Fault::ErrorInside) {
            let answer = self.wire.fails_inside(self.call, &lookups);
            return response(answer, Manner::Whole, Some(in_flight));
        }
        let answer = self.wire.found(self.call, &lookups);
        if draw.applies(Fault::CutBody) {
            return response(answer, Manner::Cut, Some(in_flight));
        }
        let found = lookups
            .iter()
            .filter(|lookup| lookup.parcel.is_some())
            .count() as u64;
        self.shared.counters.count(self.feed(), |figures| {
            figures.answered += 1;
            figures.found += found;
            figures.not_found += lookups.len() as u64 - found;
        });
        self.endpoint.quota.answered(numbers);
        let manner = if draw.applies(Fault::SlowBody) {
            Manner::Slow(self.shared.plan.slowness)
        } else {
            Manner::Whole
        };
        response(answer, manner, Some(in_flight))
    }

    fn lookup(&self, number: &str, now: DateTime<Utc>, nth: u64) -> Lookup<'_> {
        let parcel = self.shared.world.parcel(self.carrier, number);
        let told = parcel
            .map(|parcel| (parcel, parcel.reported_at(now)))
            .filter(|(_, scans)| !scans.is_empty());
        let parcel = told.map(|(parcel, mut scans)| {
            scans.reverse();
            let draw = Draw {
                shared: self.shared,
                feed: self.feed(),
                key: number,
                nth,
            };
            if draw.applies(Fault::DuplicateEvents) {
                let again = scans[draw.rng(Fault::DuplicateEvents).usize(0..scans.len())];
                scans.push(again);
            }
            if scans.len() > 1 && draw.applies(Fault::ReorderedEvents) {
                draw.rng(Fault::ReorderedEvents).shuffle(&mut scans);
            }
            (parcel, scans)
        });
        Lookup {
            number: number.to_owned(),
            parcel,
        }
    }
}

enum Failure {
    Refused(Answer),
    Silence(Duration),
}

/// The faults drawn for one request.
struct Draw<'a> {
    shared: &'a Shared,
    feed: &'static str,
    key: &'a str,
    nth: u64,
}

impl Draw<'_> {
    /// Whether a kind of fault occurs; counted if it does.
    fn applies(&self, fault: Fault) -> bool {
        let applies = self.shared.plan.applies(fault, self.key, self.nth);
        if applies {
            self.shared.counters.fault(self.feed, fault);
        }
        applies
    }

    fn rng(&self, fault: Fault) -> fastrand::Rng {
        self.shared.plan.rng(fault, self.key, self.nth + 1)
    }
}

/// `Retry-After` in seconds, or as a date from a moment on; rounded up.
fn retry_after(wait: Duration, from: Option<DateTime<Utc>>) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match from {
        None => seconds.to_string(),
        Some(now) => {
            let at =
                now + TimeDelta::from_std(wait).unwrap_or_default() + TimeDelta::milliseconds(999);
            at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
        }
    }
}
