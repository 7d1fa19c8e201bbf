//! The statements of a journey, as rules read them: [`Statements`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::fact::Fact;
use super::facts::Facts;
use super::feed::{FeedDigest, feed_index};
use super::leg::index;
use super::numbers::Numbers;
use crate::journey::Snapshot;
use crate::model::{Event, EventId, IssuerKind, Milestone, Place, Scope, TrackingNumber};

/// What happened, with the places and words that facts name.
pub(super) struct Statements {
    pub facts: Facts,
    /// The places that facts name by index.
    pub places: Arc<Vec<Place>>,
    /// The carriers' own words in statements of a problem, personal data hidden; sorted by
    /// statement.
    pub words: Arc<Vec<(EventId, SmolStr)>>,
}

impl Statements {
    /// The statements that stand and do not lie in the future.
    pub fn of(snapshot: &Snapshot, feeds: &[FeedDigest], numbers: &Numbers<'_>) -> Self {
        let repeated = repeated(snapshot);
        let pieces: HashMap<&TrackingNumber, u32> = snapshot
            .pieces
            .iter()
            .zip(0..)
            .map(|(piece, at)| (&piece.number, at))
            .collect();
        let mut places = Places::default();
        let mut words: Vec<(EventId, SmolStr)> = Vec::new();
        let happened = snapshot
            .events
            .iter()
            .filter(|event| event.time.earliest() <= snapshot.at);
        let facts = happened
            .map(|event| {
                let id = event.id();
                let feed = feed_index(feeds, &event.feed);
                let fact = Fact {
                    event: id,
                    earliest: event.time.earliest(),
                    latest: event.time.latest(),
                    time: event.time.kind(),
                    received: snapshot.first_received(id).unwrap_or(snapshot.at),
                    milestone: event.milestone,
                    stage: event.stage,
                    reason: event.reason,
                    scope: event.scope,
                    confidence: event.confidence,
                    unexplained: is_unexplained(
                        event,
                        feed.and_then(|at| feeds.get(usize::from(at))),
                    ),
                    delivered_to: event.delivered_to,
                    damaged: event.damaged,
                    repeats: repeated.contains(&id),
                    place: event.place.as_ref().and_then(|place| places.index(place)),
                    feed: feed.unwrap_or(u16::MAX),
                    leg: numbers.leg_of(event),
                    piece: numbers
                        .piece_of(event)
                        .and_then(|piece| pieces.get(piece).copied()),
                };
                if fact.is_problem() {
                    let text = event.code.text.as_ref();
                    words.extend(text.map(|text| (id, SmolStr::from(&*text.masked()))));
                }
                fact
            })
            .collect();
        words.sort();
        Self {
            facts,
            places: Arc::new(places.all),
            words: Arc::new(words),
        }
    }

    /// The place of a fact.
    pub fn place(&self, fact: &Fact) -> Option<&Place> {
        self.places.get(usize::from(fact.place?))
    }
}

/// Whether it is a carrier's scan of unknown meaning.
fn is_unexplained(event: &Event, feed: Option<&FeedDigest>) -> bool {
    event.milestone == Milestone::Unmapped
        && feed.is_some_and(|feed| feed.issuer == IssuerKind::Carrier)
        && matches!(event.scope, Scope::Parcel | Scope::Piece)
}

/// The statements that tell a scan of which another feed is the better witness.
fn repeated(snapshot: &Snapshot) -> HashSet<EventId> {
    let others = snapshot.same_scans.iter().flat_map(|scan| {
        let ids = scan.events.iter().copied();
        ids.filter(move |id| *id != scan.best)
    });
    others.collect()
}

/// Places, each once.
#[derive(Default)]
struct Places {
    all: Vec<Place>,
    known: HashMap<SmolStr, u16>,
}

impl Places {
    fn index(&mut self, place: &Place) -> Option<u16> {
        let key = place.identity();
        if let Some(at) = self.known.get(&key) {
            return Some(*at);
        }
        let at = index(self.all.len())?;
        self.all.push(place.clone());
        self.known.insert(key, at);
        Some(at)
    }
}
