//! Webhook calls: a carrier's updates sent to a hook.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::carrier::Carrier;
use super::fault::Fault;
use super::parcel::Parcel;
use super::scan::Scan;
use super::shared::Shared;
use super::subscriptions::Subscription;
use super::wire::{self, Message};

/// The attempts of a call. Real carriers wait minutes and hours between two attempts; the simulator
/// waits `FIRST_BACKOFF`, doubled each time.
const MAX_ATTEMPTS: u32 = 5;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
/// The response timeout, as DHL documents it.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the simulated clock is read.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// The routes of one SF call at most.
const MAX_ROUTES: usize = 10;
/// The largest acknowledgement that is read, in bytes.
const MAX_RESPONSE: usize = 1 << 16;

/// The content of a call: scans of one parcel or, at SF, of several.
#[derive(Clone, Debug)]
struct Update<'w> {
    told: Vec<(&'w Parcel, &'w Scan)>,
    nth: u64,
}

/// Pushes a carrier's updates until it is dropped.
pub(super) async fn run(shared: Arc<Shared>, hook: Arc<Subscription>) {
    let sender = Sender {
        shared: &shared,
        hook: &hook,
    };
    if !hook.is_active.load(Ordering::Acquire) {
        sender.validate_subscription().await;
    }
    let (mut told_until, mut nth) = (hook.since, 0);
    loop {
        let now = shared.clock.now();
        let mut calls = sender.calls(told_until, now, &mut nth);
        while let Some(news) = calls.pop_front() {
            sender.deliver(&news).await;
        }
        told_until = now;
        *hook.settled.lock().unwrap_or_else(PoisonError::into_inner) = now;
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

struct Sender<'a> {
    shared: &'a Shared,
    hook: &'a Subscription,
}

impl<'a> Sender<'a> {
    /// DHL's handshake: repeats the validation until the application activates the subscription,
    /// then reports that it is ready.
    async fn validate_subscription(&self) {
        let base = self
            .shared
            .endpoints
            .get(&self.hook.carrier)
            .map_or("", |endpoint| endpoint.base.as_str());
        let address = format!("{base}/tracking/push/v1/subscription/{}", self.hook.id);
        let say = |body: Value| {
            Message::json(&body).header("dhl-hook-token", self.hook.secret.expose_secret())
        };
        let question = say(
            json!({ "scope": "subscription.validate", "secret": self.hook.validation, "self": address }),
        );
        while !self.hook.is_active.load(Ordering::Acquire) {
            self.send(&question).await;
            let mut looks = 0;
            while looks < 50 && !self.hook.is_active.load(Ordering::Acquire) {
                tokio::time::sleep(POLL_INTERVAL).await;
                looks += 1;
            }
        }
        self.send(&say(
            json!({ "scope": "subscription.ready", "self": address }),
        ))
        .await;
    }

    /// The calls for updates between two moments, duplicated and reordered by the fault plan.
    fn calls(&self, from: DateTime<Utc>, to: DateTime<Utc>, nth: &mut u64) -> VecDeque<Update<'a>> {
        let is_new = |at: DateTime<Utc>| at > from && at <= to;
        let mut news: Vec<(DateTime<Utc>, &'a Parcel, &'a Scan)> = Vec::new();
        for parcel in self.shared.world.of(self.hook.carrier) {
            for scan in &parcel.scans {
                if is_new(scan.published) {
                    news.push((scan.published, parcel, scan));
                }
                // DHL sends the whole parcel again; the others cannot withdraw a scan.
                if let Some(at) = scan
                    .withdrawn
                    .filter(|at| self.hook.carrier == Carrier::Dhl && is_new(*at))
                {
                    news.push((at, parcel, scan));
                }
            }
        }
        news.sort_by_key(|(at, parcel, _)| (*at, parcel.serial));
        let told: Vec<_> = news
            .into_iter()
            .map(|(_, parcel, scan)| (parcel, scan))
            .collect();
        let together = if self.hook.carrier == Carrier::Sf {
            MAX_ROUTES
        } else {
            1
        };
        let mut calls = VecDeque::new();
        for part in told.chunks(together) {
            let call = Update {
                told: part.to_vec(),
                nth: *nth,
            };
            *nth += 1;
            if self.applies(Fault::RepeatedPush, call.nth) {
                calls.push_back(call.clone());
            }
            let overtakes = !calls.is_empty() && self.applies(Fault::ReorderedPush, call.nth);
            calls.push_back(call);
            if overtakes {
                let last = calls.len() - 1;
                calls.swap(last, last - 1);
            }
        }
        calls
    }

    fn applies(&self, fault: Fault, nth: u64) -> bool {
        let applies = self.shared.plan.applies(fault, self.hook.feed, nth);
        if applies {
            self.shared.counters.fault(self.hook.feed, fault);
        }
        applies
    }

    /// Sends a call until it is acknowledged or abandoned.
    async fn deliver(&self, news: &Update<'_>) {
        let mut wait = FIRST_BACKOFF;
        for attempt in 1..=MAX_ATTEMPTS {
            // A whole parcel is sent in its current state.
            let now = self.shared.clock.now();
            let mut whole = news
                .told
                .first()
                .map(|(parcel, _)| parcel.reported_at(now))
                .unwrap_or_default();
            whole.reverse();
            let message = wire::of(self.hook.carrier).push(
                &news.told,
                &whole,
                self.hook.secret.expose_secret(),
                news.nth,
            );
            if self.send(&message).await {
                return;
            }
            if attempt < MAX_ATTEMPTS {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
        self.shared
            .counters
            .count(self.hook.feed, |figures| figures.pushes_given_up += 1);
    }

    /// Sends a call once. Returns whether it was acknowledged as the carrier demands.
    async fn send(&self, message: &Message) -> bool {
        self.shared
            .counters
            .count(self.hook.feed, |figures| figures.pushes += 1);
        let answered = tokio::time::timeout(RESPONSE_TIMEOUT, post(&self.hook.uri, message)).await;
        let is_acknowledged = matches!(answered, Ok(Ok((status, body))) if wire::of(self.hook.carrier).is_acknowledged(status, &body));
        if is_acknowledged {
            self.shared
                .counters
                .count(self.hook.feed, |figures| figures.pushes_acknowledged += 1);
        }
        is_acknowledged
    }
}

async fn post(uri: &Uri, message: &Message) -> io::Result<(u16, Bytes)> {
    let host = uri.host().unwrap_or_default();
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", uri.authority().map_or("", |name| name.as_str()));
    request = request.header("content-type", message.kind);
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(message.body.clone())))
        .map_err(io::Error::other)?;
    let exchange = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_RESPONSE)
            .collect()
            .await
            .map_err(io::Error::other)?
            .to_bytes();
        Ok((status, body))
    };
    tokio::pin!(exchange);
    // The connection is polled alongside the exchange, and ends with it.
    tokio::select! {
        answered = &mut exchange => answered,
        _ = connection => exchange.await,
    }
}
