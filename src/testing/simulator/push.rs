//! The carriers call: [`Hook`] says where, and with what secret.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::Carrier;
use super::fault::Fault;
use super::server::Shared;
use super::story::Scan;
use super::wire;
use super::world::Parcel;

/// How often a call is tried in all. The carriers wait minutes and hours between two tries; here it
/// is `FIRST_WAIT`, doubled each time.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// How long an application has to answer, as DHL demands.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the parcels' clock is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How many routes SF puts into a call.
const MOST_ROUTES: usize = 10;
/// The longest acknowledgement that is read, in bytes.
const LONGEST_ANSWER: usize = 1 << 16;

/// Where a carrier's news are to be sent.
///
/// ```
/// use parceltrail::testing::simulator::Hook;
/// let hook = Hook::new("fedex.webhook", "http://127.0.0.1:8080/hooks/fedex").with_secret("chosen-in-the-portal");
/// assert!(!format!("{hook:?}").contains("chosen"));
/// ```
#[derive(Clone)]
pub struct Hook {
    pub(super) feed: String,
    pub(super) url: String,
    pub(super) secret: SecretString,
    pub(super) is_active: bool,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("feed", &self.feed)
            .finish_non_exhaustive()
    }
}

impl Hook {
    /// News of a feed (`dhl.unified`, `fedex.webhook`, `ups.track-alert`, `sf.push`) go to a plain
    /// HTTP address.
    #[must_use]
    pub fn new(feed: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            feed: feed.into(),
            url: url.into(),
            secret: SecretString::from(""),
            is_active: false,
        }
    }

    /// The secret that proves the carrier: DHL's hook token, FedEx's security token, UPS's
    /// credential. SF has none.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = SecretString::from(secret.into());
        self
    }

    /// Leaves out DHL's handshake: without this nothing is pushed before the application has
    /// answered `subscription.validate`.
    #[must_use]
    pub fn without_handshake(mut self) -> Self {
        self.is_active = true;
        self
    }
}

/// A webhook call to be made.
#[derive(Clone)]
pub(super) struct Message {
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Message {
    pub fn new(kind: &'static str, body: Vec<u8>) -> Self {
        Self {
            kind,
            headers: Vec::new(),
            body,
        }
    }

    pub fn json(body: &Value) -> Self {
        Self::new("application/json", body.to_string().into_bytes())
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }
}

/// The hooks of all carriers.
#[derive(Debug, Default)]
pub(super) struct Hooks(Mutex<Vec<Arc<Subscribed>>>);

/// A hook in use.
#[derive(Debug)]
pub(super) struct Subscribed {
    carrier: Carrier,
    feed: &'static str,
    uri: Uri,
    secret: SecretString,
    id: String,
    /// What DHL sends and wants back.
    validation: String,
    is_active: AtomicBool,
    since: DateTime<Utc>,
    /// Everything published until then was delivered, or given up.
    settled: Mutex<DateTime<Utc>>,
}

impl Hooks {
    /// Takes a hook into use.
    ///
    /// # Errors
    /// When the address is not one of plain HTTP.
    pub fn add(
        &self,
        carrier: Carrier,
        hook: Hook,
        now: DateTime<Utc>,
    ) -> io::Result<Arc<Subscribed>> {
        let invalid = || {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "a hook's address starts with http:// and names a host",
            )
        };
        let uri: Uri = hook.url.parse().map_err(|_| invalid())?;
        if uri.scheme_str() != Some("http") || uri.authority().is_none() {
            return Err(invalid());
        }
        let mut hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = hooks.len() + 1;
        let subscribed = Arc::new(Subscribed {
            carrier,
            feed: carrier.push_feed(),
            uri,
            secret: hook.secret,
            id: format!("{nth:08}-0000-4000-8000-000000000000"),
            validation: format!("simulated-hook-secret-{nth}"),
            is_active: AtomicBool::new(hook.is_active || carrier != Carrier::Dhl),
            since: now,
            settled: Mutex::new(now),
        });
        hooks.push(Arc::clone(&subscribed));
        Ok(subscribed)
    }

    /// Activates a subscription, if its secret comes back.
    pub fn activate(&self, carrier: Carrier, id: &str, secret: &str) -> bool {
        let hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hook = hooks
            .iter()
            .find(|hook| hook.carrier == carrier && hook.id == id && hook.validation == secret);
        hook.inspect(|hook| hook.is_active.store(true, Ordering::Release))
            .is_some()
    }

    /// Since when a carrier's news are pushed.
    pub fn since(&self, carrier: Carrier) -> Option<DateTime<Utc>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|hook| hook.carrier == carrier)
            .map(|hook| hook.since)
            .min()
    }

    /// Whether everything published until a moment was delivered or given up, by the hooks that are
    /// active.
    pub fn are_settled(&self, until: DateTime<Utc>) -> bool {
        let hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hooks
            .iter()
            .all(|hook| *hook.settled.lock().unwrap_or_else(PoisonError::into_inner) >= until)
    }
}

/// News about one parcel or, at SF, several.
#[derive(Clone, Debug)]
struct News<'w> {
    told: Vec<(&'w Parcel, &'w Scan)>,
    nth: u64,
}

/// Pushes a carrier's news until it is dropped.
pub(super) async fn run(shared: Arc<Shared>, hook: Arc<Subscribed>) {
    let caller = Caller {
        shared: &shared,
        hook: &hook,
    };
    if !hook.is_active.load(Ordering::Acquire) {
        caller.shake_hands().await;
    }
    let (mut told_until, mut nth) = (hook.since, 0);
    loop {
        let now = shared.clock.now();
        let mut calls = caller.calls(told_until, now, &mut nth);
        while let Some(news) = calls.pop_front() {
            caller.deliver(&news).await;
        }
        told_until = now;
        *hook.settled.lock().unwrap_or_else(PoisonError::into_inner) = now;
        tokio::time::sleep(LOOK).await;
    }
}

struct Caller<'a> {
    shared: &'a Shared,
    hook: &'a Subscribed,
}

impl<'a> Caller<'a> {
    /// DHL's handshake: asks until the application activates the subscription, then says that it is
    /// ready.
    async fn shake_hands(&self) {
        let base = self
            .shared
            .desks
            .get(&self.hook.carrier)
            .map_or("", |desk| desk.base.as_str());
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
                tokio::time::sleep(LOOK).await;
                looks += 1;
            }
        }
        self.send(&say(
            json!({ "scope": "subscription.ready", "self": address }),
        ))
        .await;
    }

    /// The calls that news between two moments make, with repetitions and overtaking by plan.
    fn calls(&self, from: DateTime<Utc>, to: DateTime<Utc>, nth: &mut u64) -> VecDeque<News<'a>> {
        let is_new = |at: DateTime<Utc>| at > from && at <= to;
        let mut news: Vec<(DateTime<Utc>, &'a Parcel, &'a Scan)> = Vec::new();
        for parcel in self.shared.world.of(self.hook.carrier) {
            for scan in &parcel.scans {
                if is_new(scan.published) {
                    news.push((scan.published, parcel, scan));
                }
                // DHL tells the whole parcel again; the others cannot take back what they said.
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
            MOST_ROUTES
        } else {
            1
        };
        let mut calls = VecDeque::new();
        for part in told.chunks(together) {
            let call = News {
                told: part.to_vec(),
                nth: *nth,
            };
            *nth += 1;
            if self.strikes(Fault::RepeatedPush, call.nth) {
                calls.push_back(call.clone());
            }
            let overtakes = !calls.is_empty() && self.strikes(Fault::ReorderedPush, call.nth);
            calls.push_back(call);
            if overtakes {
                let last = calls.len() - 1;
                calls.swap(last, last - 1);
            }
        }
        calls
    }

    fn strikes(&self, fault: Fault, nth: u64) -> bool {
        let strikes = self.shared.plan.strikes(fault, self.hook.feed, nth);
        if strikes {
            self.shared.tally.fault(self.hook.feed, fault);
        }
        strikes
    }

    /// Sends a call until it is acknowledged, or given up.
    async fn deliver(&self, news: &News<'_>) {
        let mut wait = FIRST_WAIT;
        for attempt in 1..=TRIES {
            // A parcel told as a whole is told as it is now.
            let now = self.shared.clock.now();
            let mut whole = news
                .told
                .first()
                .map(|(parcel, _)| parcel.told_at(now))
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
            if attempt < TRIES {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
        self.shared
            .tally
            .count(self.hook.feed, |figures| figures.pushes_given_up += 1);
    }

    /// Sends a call once. Says whether it was acknowledged as the carrier demands.
    async fn send(&self, message: &Message) -> bool {
        self.shared
            .tally
            .count(self.hook.feed, |figures| figures.pushes += 1);
        let answered = tokio::time::timeout(PATIENCE, post(&self.hook.uri, message)).await;
        let is_acknowledged = matches!(answered, Ok(Ok((status, body))) if wire::of(self.hook.carrier).is_acknowledged(status, &body));
        if is_acknowledged {
            self.shared
                .tally
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
        let body = Limited::new(response.into_body(), LONGEST_ANSWER)
            .collect()
            .await
            .map_err(io::Error::other)?
            .to_bytes();
        Ok((status, body))
    };
    tokio::pin!(exchange);
    // The connection is driven beside the exchange, and ends with it.
    tokio::select! {
        answered = &mut exchange => answered,
        _ = connection => exchange.await,
    }
}
