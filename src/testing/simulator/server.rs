//! The carriers' desks: one loopback address each, so that they fail apart.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::access::Access;
use super::clock::Ticking;
use super::counters::Tally;
use super::fault::{Fault, FaultPlan};
use super::push::Hooks;
use super::quota::{UnderWay, Watch};
use super::reply::{Manner, Reply, response};
use super::wire::{self, Answer, Call, ReceiveError, Sight, Wire};
use super::world::World;
use super::{Carrier, truth::TrueEvent};

/// The largest question that is read, in bytes.
const LARGEST_QUESTION: usize = 1 << 20;
/// How long an application that broke its quota is asked to wait.
const QUOTA_WAIT: &str = "1";

/// Everything that the desks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub world: World,
    pub clock: Ticking,
    pub plan: FaultPlan,
    pub tally: Tally,
    pub desks: HashMap<Carrier, Desk>,
    pub hooks: Hooks,
}

/// One carrier's desk.
#[derive(Debug)]
pub(super) struct Desk {
    pub base: String,
    pub access: Access,
    pub watch: Watch,
    memory: Mutex<Memory>,
}

/// What a desk remembers of what was asked.
#[derive(Debug, Default)]
struct Memory {
    asked: HashMap<String, u64>,
    /// How many answers the burst of errors that is under way still costs.
    burst: u32,
}

impl Desk {
    pub fn new(address: SocketAddr, access: Access, watch: Watch) -> Self {
        Self {
            base: format!("http://{address}"),
            access,
            watch,
            memory: Mutex::default(),
        }
    }

    /// How often a number was asked about before.
    fn nth(&self, number: &str) -> u64 {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = memory.asked.entry(number.to_owned()).or_default();
        *asked += 1;
        *asked - 1
    }

    /// Whether this answer falls into a burst; `begins` starts one.
    fn is_in_burst(&self, begins: bool, length: u32) -> bool {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.burst == 0 && begins {
            memory.burst = length;
        }
        let is_in = memory.burst > 0;
        memory.burst = memory.burst.saturating_sub(1);
        is_in
    }
}

/// An address of our own.
pub(super) async fn bind() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// Serves one carrier until it is dropped, all connections with it.
pub(super) async fn serve(shared: Arc<Shared>, carrier: Carrier, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that breaks before it begins is the caller's affair.
                let Ok((stream, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                let service = hyper::service::service_fn(move |request| handle(Arc::clone(&shared), carrier, request));
                connections.spawn(async move {
                    let mut http = hyper::server::conn::http1::Builder::new();
                    // A broken connection is what some faults are for.
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
    let body = Limited::new(body, LARGEST_QUESTION)
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
    let Some(desk) = shared.desks.get(&carrier) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let visit = Visit {
        shared: &shared,
        carrier,
        wire: wire::of(carrier),
        desk,
        call: &call,
    };
    match visit.token().or_else(|| visit.activation()) {
        Some(answer) => Ok(response(answer, Manner::Whole, None)),
        None => visit.question().await,
    }
}

/// One call at one desk.
struct Visit<'a> {
    shared: &'a Shared,
    carrier: Carrier,
    wire: &'static dyn Wire,
    desk: &'a Desk,
    call: &'a Call,
}

impl Visit<'_> {
    fn feed(&self) -> &'static str {
        self.carrier.feed()
    }

    fn token(&self) -> Option<Answer> {
        let (answer, is_given) = self.wire.token(self.call, &self.desk.access)?;
        self.shared.tally.count(self.feed(), |figures| {
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
        if self.wire.authorise(self.call, &self.desk.access).is_err() {
            return Some(self.wire.refused(ReceiveError::Unauthorised));
        }
        let is_known = self.shared.hooks.activate(self.carrier, &id, &secret);
        Some(Answer::json(
            if is_known { 200 } else { 404 },
            &serde_json::json!({ "status": if is_known { "ACTIVE" } else { "UNKNOWN" } }),
        ))
    }

    async fn question(&self) -> Result<Response<Reply>, io::Error> {
        let tally = &self.shared.tally;
        tally.count(self.feed(), |figures| figures.requests += 1);
        let asked = self.wire.numbers(self.call);
        let (under_way, broken) = self.desk.watch.enter(asked.as_deref().unwrap_or_default());
        if !broken.is_empty() {
            tally.count(self.feed(), |figures| {
                broken
                    .iter()
                    .for_each(|limit| *figures.broken.entry(*limit).or_default() += 1)
            });
            let answer = Answer {
                retry_after: Some(QUOTA_WAIT.into()),
                ..self.wire.refused(ReceiveError::Throttled)
            };
            return Ok(response(answer, Manner::Whole, Some(under_way)));
        }
        let token = match self.wire.authorise(self.call, &self.desk.access) {
            Ok(token) => token,
            Err(answer) => {
                tally.count(self.feed(), |figures| figures.unauthorised += 1);
                return Ok(response(answer, Manner::Whole, Some(under_way)));
            }
        };
        let numbers = match asked {
            Ok(numbers) => numbers,
            Err(answer) => {
                tally.count(self.feed(), |figures| figures.invalid += 1);
                return Ok(response(answer, Manner::Whole, Some(under_way)));
            }
        };
        let first = numbers.first().map_or("", String::as_str);
        let chance = Chance {
            shared: self.shared,
            feed: self.feed(),
            key: first,
            nth: self.desk.nth(first),
        };
        match self.misfortune(&chance, token.as_deref()) {
            Some(Misfortune::Refused(answer)) => {
                Ok(response(answer, Manner::Whole, Some(under_way)))
            }
            Some(Misfortune::Silence(time)) => {
                // Whoever waits for nothing is not under way any more, and will not be told so.
                drop(under_way);
                tokio::time::sleep(time).await;
                Err(io::Error::new(
                    io::ErrorKind::ConnectionAborted,
                    "no answer, by the fault plan",
                ))
            }
            None => Ok(self.tell(&numbers, &chance, under_way)),
        }
    }

    /// What goes wrong before the question is looked at.
    fn misfortune(&self, chance: &Chance<'_>, token: Option<&str>) -> Option<Misfortune> {
        let plan = &self.shared.plan;
        if let Some(token) = token
            && chance.strikes(Fault::TokenRevoked)
        {
            self.desk.access.revoke(token);
            return Some(Misfortune::Refused(
                self.wire.refused(ReceiveError::Unauthorised),
            ));
        }
        if self.desk.is_in_burst(
            plan.strikes(Fault::ServerErrors, chance.key, chance.nth),
            plan.burst,
        ) {
            self.shared.tally.fault(self.feed(), Fault::ServerErrors);
            let mut rng = plan.rng(Fault::ServerErrors, chance.key, chance.nth + 1);
            let status = [500, 502, 503, 504][rng.usize(0..4)];
            let is_page = rng.bool() || matches!(status, 502 | 504);
            return Some(Misfortune::Refused(if is_page {
                Answer::page(status)
            } else {
                self.wire.refused(ReceiveError::Broken(status))
            }));
        }
        if chance.strikes(Fault::Throttled) {
            let as_date = plan
                .rng(Fault::Throttled, chance.key, chance.nth + 1)
                .bool();
            let answer = self.wire.refused(ReceiveError::Throttled);
            let retry_after = (answer.status == 429)
                .then(|| retry_after(plan.retry_after, as_date.then_some(self.call.received)));
            return Some(Misfortune::Refused(Answer {
                retry_after,
                ..answer
            }));
        }
        chance
            .strikes(Fault::NoAnswer)
            .then_some(Misfortune::Silence(plan.silence))
    }

    /// The answer, which may still go wrong inside or on its way.
    fn tell(
        &self,
        numbers: &[String],
        chance: &Chance<'_>,
        under_way: UnderWay,
    ) -> Response<Reply> {
        let now = self.shared.clock.now();
        let sights: Vec<Sight<'_>> = numbers
            .iter()
            .map(|number| self.sight(number, now, chance.nth))
            .collect();
        if chance.strikes(Fault::ErrorInside) {
            let answer = self.wire.fails_inside(self.call, &sights);
            return response(answer, Manner::Whole, Some(under_way));
        }
        let answer = self.wire.found(self.call, &sights);
        if chance.strikes(Fault::CutBody) {
            return response(answer, Manner::Cut, Some(under_way));
        }
        let found = sights.iter().filter(|sight| sight.parcel.is_some()).count() as u64;
        self.shared.tally.count(self.feed(), |figures| {
            figures.answered += 1;
            figures.found += found;
            figures.not_found += sights.len() as u64 - found;
        });
        self.desk.watch.answered(numbers);
        let manner = if chance.strikes(Fault::SlowBody) {
            Manner::Slow(self.shared.plan.slowness)
        } else {
            Manner::Whole
        };
        response(answer, manner, Some(under_way))
    }

    fn sight(&self, number: &str, now: DateTime<Utc>, nth: u64) -> Sight<'_> {
        let parcel = self.shared.world.parcel(self.carrier, number);
        let told = parcel
            .map(|parcel| (parcel, parcel.told_at(now)))
            .filter(|(_, scans)| !scans.is_empty());
        let parcel = told.map(|(parcel, mut scans)| {
            scans.reverse();
            let chance = Chance {
                shared: self.shared,
                feed: self.feed(),
                key: number,
                nth,
            };
            if chance.strikes(Fault::DuplicateEvents) {
                let again = scans[chance.rng(Fault::DuplicateEvents).usize(0..scans.len())];
                scans.push(again);
            }
            if scans.len() > 1 && chance.strikes(Fault::ReorderedEvents) {
                chance.rng(Fault::ReorderedEvents).shuffle(&mut scans);
            }
            (parcel, scans)
        });
        Sight {
            number: number.to_owned(),
            parcel,
        }
    }
}

enum Misfortune {
    Refused(Answer),
    Silence(Duration),
}

/// What the plan holds for one question.
struct Chance<'a> {
    shared: &'a Shared,
    feed: &'static str,
    key: &'a str,
    nth: u64,
}

impl Chance<'_> {
    /// Whether a kind of fault strikes; counted if it does.
    fn strikes(&self, fault: Fault) -> bool {
        let strikes = self.shared.plan.strikes(fault, self.key, self.nth);
        if strikes {
            self.shared.tally.fault(self.feed, fault);
        }
        strikes
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

impl Shared {
    /// What a perfect observer of a feed holds at a moment.
    pub fn truth_at(&self, feed: &str, number: &str, now: DateTime<Utc>) -> Vec<TrueEvent> {
        match Carrier::of_feed(feed) {
            Some(carrier) if carrier.feed() == feed => self.world.truth_at(carrier, number, now),
            Some(carrier) => match self.hooks.since(carrier) {
                Some(since) => self.world.pushed_between(carrier, number, since, now),
                None => Vec::new(),
            },
            None => Vec::new(),
        }
    }
}
