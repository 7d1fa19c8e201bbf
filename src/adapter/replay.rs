//! Telling repeats and old copies of deliveries from news: [`ReplayGuard`].

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Fingerprint, ReceiveError, WebhookDelivery, WebhookError};

/// What makes up, on the receiver's side, for schemes that sign no time: it remembers deliveries,
/// and refuses those whose newest event lies further back than its window.
///
/// The two close the gap together: a copy is recognised while it is remembered, and it is forgotten
/// only once it is too old to pass. So memory stays bounded by what comes within the window (some
/// 200 bytes a delivery), and no copy of a delivery with events is applied twice, however late. It
/// does not help against somebody who knows the secret, or against the first sight of a call that
/// was held back for less than the window.
///
/// Events are idempotent by their id without it. It matters for snapshots, of which the one
/// received last counts: an old one sent again would withdraw what came after it. One that was
/// never seen and comes late is told by
/// [`Shipment::is_overtaken_by`](crate::Shipment::is_overtaken_by).
///
/// An event dated more than a year ahead says nothing of the age of its delivery: such a one is
/// remembered for the window after its receipt.
///
/// Choose the window longer than the carrier's longest retry and the age of news that you still
/// want: UPS sends events for 14 days, FedEx keeps what failed for seven. It lives in memory;
/// behind several machines keep [`WebhookDelivery::fingerprint`] in the store that they share.
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
/// # Ok::<(), ReceiveError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReplayGuard {
    window: TimeDelta,
    known: HashMap<Fingerprint, DateTime<Utc>>,
    /// The same, by when they may be forgotten.
    by_end: BTreeSet<(DateTime<Utc>, Fingerprint)>,
}

/// How far ahead of its receipt a delivery's newest event is still believed. Further on it says
/// nothing of the delivery's age.
const FURTHEST: TimeDelta = TimeDelta::days(366);

fn later(moment: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    moment
        .checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether a delivery came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It is the first of its bytes.
    New,
    /// It was remembered: acknowledge it again, and change nothing.
    Repeated,
}

impl ReplayGuard {
    /// A guard that remembers nothing yet.
    #[must_use]
    pub fn new(window: TimeDelta) -> Self {
        Self {
            window,
            known: HashMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    /// Whether a delivery is news.
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

    /// Remembers a delivery that is kept, and forgets those that have become too old to pass.
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

    /// When a delivery stops passing. One without events, or dated by nobody who lives, has the age
    /// of its receipt.
    fn end_of(&self, delivery: &WebhookDelivery) -> DateTime<Utc> {
        let furthest = later(delivery.received, FURTHEST);
        let newest = delivery
            .newest
            .filter(|newest| *newest <= furthest)
            .unwrap_or(delivery.received);
        later(newest, self.window)
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
