//! Detection of repeated and old webhook deliveries: [`ReplayGuard`].

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fingerprint, ReceiveError, WebhookDelivery, WebhookError};

/// Replay protection on the receiver's side, for schemes that sign no time: it remembers
/// deliveries, and rejects those whose newest event lies further back than its window.
///
/// A copy is recognised while it is remembered, and it is forgotten only once it is too old to
/// pass. So memory stays bounded by what comes within the window (some 200 bytes a delivery), and
/// no copy of a delivery with events is applied twice, however late. It does not protect against a
/// sender who knows the secret, or against a call that was intercepted and is delivered for the
/// first time within the window.
///
/// Events are idempotent by their id without it. It matters for snapshots, of which the one
/// received last counts: an old one sent again would withdraw what came after it. One that was
/// not received before and comes late is recognised by
/// [`Shipment::is_overtaken_by`](crate::Shipment::is_overtaken_by).
///
/// An event dated more than a year ahead does not date its delivery, which is then remembered for
/// the window after its receipt.
///
/// Choose the window longer than the carrier's longest retry and the age of news that you still
/// want: UPS sends events for 14 days, FedEx keeps failed deliveries for seven. It lives in memory:
/// store it with serde before the process ends, or several machines behind one address keep
/// [`WebhookDelivery::fingerprint`] in the store that they share. It serializes to the window in
/// milliseconds and each fingerprint with the time until which it is remembered (UTC); it holds no
/// tracking number and no body.
///
/// ```
/// use chrono::TimeDelta;
/// use parceltrail::Registry;
/// use parceltrail::adapter::{Novelty, ReceiveError, ReplayGuard, WebhookCall, WebhookError, receive};
///
/// let registry = Registry::builtin();
/// let feed = registry.get("sf.push").unwrap();
/// let body = br#"{"Body":{"WaybillRoute":{"mailno":"SF1000000000017","acceptTime":"2026-03-01 10:00:00","opCode":"50"}}}"#;
/// let headers = http::HeaderMap::new();
/// let call = |received: &str| WebhookCall { headers: &headers, body, received: received.parse().unwrap() };
///
/// let mut guard = ReplayGuard::new(TimeDelta::days(30));
/// let delivery = receive(feed, &call("2026-03-01T03:00:00Z"), None)?;
/// assert_eq!(guard.check(&delivery), Ok(Novelty::New));
/// guard.remember(&delivery); // once it is safe
/// assert_eq!(guard.check(&receive(feed, &call("2026-03-05T00:00:00Z"), None)?), Ok(Novelty::Repeated));
/// assert_eq!(guard.check(&receive(feed, &call("2026-05-01T00:00:00Z"), None)?), Err(ReceiveError::Unverified(WebhookError::Stale)));
///
/// // A restarted process goes on with it:
/// let stored = serde_json::to_string(&guard)?;
/// let guard: ReplayGuard = serde_json::from_str(&stored)?;
/// assert_eq!(guard.check(&delivery), Ok(Novelty::Repeated));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayGuard {
    window: TimeDelta,
    known: HashMap<Fingerprint, DateTime<Utc>>,
    /// The same, by when they may be forgotten.
    by_end: BTreeSet<(DateTime<Utc>, Fingerprint)>,
}

/// How far ahead of its receipt the newest event of a delivery may be dated. Further ahead it does
/// not date the delivery.
const FURTHEST: TimeDelta = TimeDelta::days(366);

fn later(moment: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    moment
        .checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether a delivery was received before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// The first delivery of these bytes.
    New,
    /// A repeat: acknowledge it again, and change nothing.
    Repeated,
}

impl ReplayGuard {
    /// A guard that remembers nothing yet. A window counts in whole milliseconds; a negative one is
    /// none, which lets nothing pass but what lies ahead.
    #[must_use]
    pub fn new(window: TimeDelta) -> Self {
        let milliseconds = window.num_milliseconds().max(0);
        Self {
            window: TimeDelta::try_milliseconds(milliseconds).unwrap_or(window),
            known: HashMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    /// Whether a delivery is new. Does not remember it: [`ReplayGuard::remember`] does, once it is
    /// stored.
    ///
    /// # Errors
    /// [`WebhookError::Stale`] when even its newest event happened, beyond doubt, before the
    /// window. A delivery without events has no age.
    pub fn check(&self, delivery: &WebhookDelivery) -> Result<Novelty, ReceiveError> {
        if self.end_of(delivery) < delivery.received {
            return Err(WebhookError::Stale.into());
        }
        Ok(if self.known.contains_key(&delivery.fingerprint) {
            Novelty::Repeated
        } else {
            Novelty::New
        })
    }

    /// Remembers a delivery that is stored, and forgets those that have become too old to pass.
    pub fn remember(&mut self, delivery: &WebhookDelivery) {
        while let Some((end, old)) = self
            .by_end
            .first()
            .copied()
            .filter(|(end, _)| *end < delivery.received)
        {
            self.by_end.remove(&(end, old));
            self.known.remove(&old);
        }
        let end = self.end_of(delivery);
        if let Some(before) = self.known.insert(delivery.fingerprint, end) {
            self.by_end.remove(&(before, delivery.fingerprint));
        }
        self.by_end.insert((end, delivery.fingerprint));
    }

    /// How many deliveries it remembers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it remembers none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// When a delivery becomes too old to pass. One without events, or with an impossible date, has
    /// the age of its receipt.
    fn end_of(&self, delivery: &WebhookDelivery) -> DateTime<Utc> {
        let furthest = later(delivery.received, FURTHEST);
        let newest = delivery
            .newest
            .filter(|newest| *newest <= furthest)
            .unwrap_or(delivery.received);
        later(newest, self.window)
    }
}

/// A guard as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    window_ms: i64,
    known: Vec<(Fingerprint, DateTime<Utc>)>,
}

impl Serialize for ReplayGuard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.by_end.iter().map(|(end, print)| (*print, *end));
        Stored {
            window_ms: self.window.num_milliseconds(),
            known: known.collect(),
        }
        .serialize(serializer)
    }
}

/// A repeated fingerprint counts with its latest time. A time that has passed is harmless: what is
/// too old to be remembered is too old to pass.
impl<'de> Deserialize<'de> for ReplayGuard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let window = TimeDelta::try_milliseconds(stored.window_ms)
            .filter(|window| *window >= TimeDelta::zero())
            .ok_or_else(|| D::Error::custom("window_ms is out of range"))?;
        let mut known = HashMap::with_capacity(stored.known.len());
        for (print, end) in stored.known {
            let latest = known.entry(print).or_insert(end);
            *latest = end.max(*latest);
        }
        let by_end = known.iter().map(|(print, end)| (*end, *print)).collect();
        Ok(Self {
            window,
            known,
            by_end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;
    use crate::adapter::{WebhookCall, receive};

    fn delivery(time: &str, received: &str) -> WebhookDelivery {
        let body = format!(
            r#"{{"Body":{{"WaybillRoute":{{"mailno":"SF1000000000017","acceptTime":"{time}","opCode":"50"}}}}}}"#
        );
        let call = WebhookCall {
            headers: &http::HeaderMap::new(),
            body: body.as_bytes(),
            received: received.parse().unwrap(),
        };
        receive(Registry::builtin().get("sf.push").unwrap(), &call, None).unwrap()
    }

    #[test]
    fn what_is_forgotten_is_too_old_to_pass() {
        let mut guard = ReplayGuard::new(TimeDelta::days(2));
        guard.remember(&delivery("2026-03-01 10:00:00", "2026-03-01T03:00:00Z"));
        assert_eq!(
            guard.check(&delivery("2026-03-01 10:00:00", "2026-03-03T02:00:00Z")),
            Ok(Novelty::Repeated)
        );
        guard.remember(&delivery("2026-03-03 10:00:00", "2026-03-03T02:00:01Z"));
        assert_eq!(guard.len(), 1, "the first is forgotten");
        assert_eq!(
            guard.check(&delivery("2026-03-01 10:00:00", "2026-03-03T02:00:01Z")),
            Err(WebhookError::Stale.into())
        );
        guard.remember(&delivery("2026-03-03 10:00:00", "2026-03-04T00:00:00Z"));
        assert_eq!(
            (guard.len(), guard.is_empty()),
            (1, false),
            "a repeat takes no more room"
        );
    }

    #[test]
    fn an_event_of_the_far_future_neither_stays_for_ever_nor_blocks() {
        let mut guard = ReplayGuard::new(TimeDelta::days(2));
        guard.remember(&delivery("2199-12-31 10:00:00", "2026-03-01T03:00:00Z"));
        assert_eq!(
            guard.check(&delivery("2199-12-31 10:00:00", "2026-03-02T03:00:00Z")),
            Ok(Novelty::Repeated)
        );
        guard.remember(&delivery("2026-03-05 10:00:00", "2026-03-05T03:00:00Z"));
        assert_eq!(guard.len(), 1, "it is forgotten with its window");
        assert_eq!(
            guard.check(&delivery("2026-03-05 09:00:00", "2026-03-05T03:00:00Z")),
            Ok(Novelty::New)
        );
        let eternal = ReplayGuard::new(TimeDelta::MAX);
        assert_eq!(
            eternal.check(&delivery("2026-03-05 09:00:00", "2026-03-05T03:00:00Z")),
            Ok(Novelty::New)
        );
    }

    #[test]
    fn a_restart_remembers_the_same_deliveries() {
        let mut guard = ReplayGuard::new(TimeDelta::days(2));
        let (one, other) = (
            delivery("2026-03-01 10:00:00", "2026-03-01T03:00:00Z"),
            delivery("2026-03-02 10:00:00", "2026-03-02T03:00:00Z"),
        );
        guard.remember(&one);
        guard.remember(&other);
        let text = serde_json::to_string(&guard).unwrap();
        let mut restored: ReplayGuard = serde_json::from_str(&text).unwrap();
        assert_eq!(restored, guard);
        assert_eq!(restored.check(&one), Ok(Novelty::Repeated));
        restored.remember(&delivery("2026-03-03 10:30:00", "2026-03-03T02:30:00Z"));
        assert_eq!(restored.len(), 2, "the first is forgotten in its time");
    }

    #[test]
    fn corrupt_guards_are_errors_or_harmless() {
        let print = "ab".repeat(32);
        for text in [
            format!(r#"{{"window_ms":{},"known":[]}}"#, i64::MIN),
            format!(
                r#"{{"window_ms":1,"known":[["{}","2026-03-01T00:00:00Z"]]}}"#,
                &print[1..]
            ),
            format!(
                r#"{{"window_ms":1,"known":[["é{}","2026-03-01T00:00:00Z"]]}}"#,
                &print[2..]
            ),
            format!(r#"{{"window_ms":1,"known":[["{print}","soon"]]}}"#),
        ] {
            assert!(
                serde_json::from_str::<ReplayGuard>(&text).is_err(),
                "{text}"
            );
        }
        let twice = format!(
            r#"{{"window_ms":86400000,"known":[["{print}","+262142-12-31T23:59:59Z"],["{print}","2020-01-01T00:00:00Z"]]}}"#
        );
        let mut guard: ReplayGuard = serde_json::from_str(&twice).unwrap();
        assert_eq!(guard.len(), 1);
        let news = delivery("2026-03-05 10:00:00", "2026-03-05T03:00:00Z");
        assert_eq!(guard.check(&news), Ok(Novelty::New));
        guard.remember(&news);
        assert_eq!(
            (guard.len(), guard.check(&news)),
            (2, Ok(Novelty::Repeated))
        );
    }

    #[test]
    fn an_event_of_tomorrow_is_remembered_until_it_is_old() {
        let mut guard = ReplayGuard::new(TimeDelta::days(1));
        guard.remember(&delivery("2026-03-05 08:00:00", "2026-03-01T00:00:00Z"));
        guard.remember(&delivery("2026-03-04 08:00:00", "2026-03-04T00:00:00Z"));
        assert_eq!(
            guard.check(&delivery("2026-03-05 08:00:00", "2026-03-05T12:00:00Z")),
            Ok(Novelty::Repeated)
        );
    }
}
