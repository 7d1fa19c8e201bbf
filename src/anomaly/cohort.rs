//! Many parcels at once: what feeds, lanes and orders do, for [`CohortRule`](super::CohortRule)s,
//! and what follows for single parcels: [`Surroundings`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::finding::Findings;
use super::lane::Lane;
use super::order::OrderDigest;
use super::parcel::Parcel;
use super::span::Span;
use crate::model::{EventId, FeedId, Fnv, Personal};

/// What is known around a parcel when it is inspected: feeds that are silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    silent: BTreeMap<FeedId, Option<DateTime<Utc>>>,
}

pub(super) static NOTHING_KNOWN: Surroundings = Surroundings {
    silent: BTreeMap::new(),
};

impl Surroundings {
    /// Says that a feed is silent: nothing can be read from what its parcels do not tell. `until`
    /// is set when it speaks again, to give the backlog time to come in.
    pub fn silence(&mut self, feed: FeedId, until: Option<DateTime<Utc>>) {
        self.silent.insert(feed, until);
    }

    /// Takes over what an inspection of the cohort found: the feeds that `feed-silent` names are
    /// silent from now on; those that it names no more stay so for `grace`, in which their backlog
    /// comes in.
    pub fn update(&mut self, cohort: &Findings, now: DateTime<Utc>, grace: Span) {
        let named: BTreeSet<FeedId> = cohort
            .found
            .iter()
            .filter(|finding| finding.rule == "feed-silent")
            .map(|finding| FeedId::from(finding.subject.clone()))
            .collect();
        self.silent
            .retain(|feed, until| named.contains(feed) || until.is_none_or(|until| until > now));
        for (feed, until) in &mut self.silent {
            if !named.contains(feed) {
                until.get_or_insert(grace.after(now));
            }
        }
        self.silent
            .extend(named.into_iter().map(|feed| (feed, None)));
    }

    /// Whether no feed is silent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.silent.is_empty()
    }

    /// Whether a feed is silent at a moment.
    #[must_use]
    pub fn is_silent(&self, feed: &FeedId, now: DateTime<Utc>) -> bool {
        self.silent
            .get(feed)
            .is_some_and(|until| until.is_none_or(|until| until > now))
    }

    /// Whether every feed that reports the parcel's present leg is silent, and until when, if that
    /// is known.
    pub(super) fn deafness(
        &self,
        parcel: &Parcel,
        now: DateTime<Utc>,
    ) -> Option<Option<DateTime<Utc>>> {
        let of_leg = parcel
            .leg
            .and_then(|leg| parcel.legs.get(usize::from(leg)))
            .map(|leg| leg.feeds.as_slice());
        let is_telling = |at: usize| {
            of_leg.is_none_or(|feeds| {
                feeds.is_empty() || feeds.iter().any(|feed| usize::from(*feed) == at)
            })
        };
        let mut until = None;
        let mut feeds = 0;
        for (_, feed) in parcel
            .feeds
            .iter()
            .enumerate()
            .filter(|(at, _)| is_telling(*at))
        {
            feeds += 1;
            match self.silent.get(&feed.id)? {
                Some(end) if *end <= now => return None,
                Some(end) => {
                    until = Some(until.map_or(*end, |until: DateTime<Utc>| until.min(*end)))
                }
                None => {}
            }
        }
        (feeds > 0).then_some(until)
    }
}

/// Statistics of many parcels: what feeds told is gathered as deliveries come in
/// ([`Cohort::heard`]), lanes and orders by counting the open parcels from time to time
/// ([`Cohort::recount`], then [`Cohort::count`] for each).
///
/// ```
/// use parceltrail::anomaly::{Cohort, Inspector, Settings};
///
/// let inspector = Inspector::new(Settings::default())?;
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let mut cohort = Cohort::default();
/// cohort.heard(&"acme.track".into(), now);
/// cohort.recount(now);
/// // for each open parcel: cohort.count(&parcel, &inspector.inspect(&parcel, now));
/// assert!(inspector.inspect_cohort(&cohort, now).found.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohort {
    /// When the count under way began.
    pub counted: Option<DateTime<Utc>>,
    /// Feeds, by id.
    pub feeds: BTreeMap<SmolStr, FeedPulse>,
    /// Lanes, as `CN-DE`.
    pub lanes: BTreeMap<SmolStr, LanePulse>,
    /// Orders of open parcels, by their key.
    pub orders: BTreeMap<SmolStr, OrderMark>,
}

/// How a feed breathes: in which hours it told something new.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedPulse {
    /// The first delivery ever that told something new.
    pub first_news: DateTime<Utc>,
    /// The last one.
    pub last_news: DateTime<Utc>,
    /// The hours (counted from 1970) with news, of the last [`FeedPulse::WEEKS`] weeks.
    pub hours: BTreeSet<i64>,
    /// Open parcels that it reports, in the count under way.
    pub open: u32,
}

const WEEK_HOURS: i64 = 7 * 24;

fn hour_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(3600)
}

impl FeedPulse {
    /// How many weeks are remembered.
    pub const WEEKS: i64 = 5;

    fn heard(&mut self, received: DateTime<Utc>) {
        self.first_news = self.first_news.min(received);
        self.last_news = self.last_news.max(received);
        let oldest = hour_of(self.last_news) - Self::WEEKS * WEEK_HOURS;
        self.hours.insert(hour_of(received));
        while self.hours.first().is_some_and(|hour| *hour < oldest) {
            self.hours.pop_first();
        }
    }

    /// How probably the feed tells nothing in an hour, by the same hour of the weeks before; `None`
    /// before it is known for two weeks.
    ///
    /// Half a week with news and half a week without are added, so that no hour is ever certain.
    fn silence_in(&self, hour: i64) -> Option<f64> {
        let known = (1..Self::WEEKS)
            .map(|week| hour - week * WEEK_HOURS)
            .filter(|same| *same > hour_of(self.first_news));
        let (mut weeks, mut with_news) = (0.0, 0.0);
        for same in known {
            weeks += 1.0;
            with_news += f64::from(u8::from(self.hours.contains(&same)));
        }
        (weeks >= 2.0).then(|| 1.0 - (with_news + 0.5) / (weeks + 1.0))
    }

    /// When silence since the last news becomes less probable than `chance`; `None` where that is
    /// not known, or never within four weeks.
    #[must_use]
    pub fn improbable_after(&self, chance: f64) -> Option<DateTime<Utc>> {
        let mut probability = 1.0;
        for ahead in 1..=4 * WEEK_HOURS {
            probability *= self.silence_in(hour_of(self.last_news) + ahead)?;
            if probability < chance {
                // The hour must be over to have been silent.
                return DateTime::from_timestamp((hour_of(self.last_news) + ahead + 1) * 3600, 0);
            }
        }
        None
    }
}

/// How the parcels of a lane fare.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LanePulse {
    /// Open parcels, in the count under way.
    pub open: u32,
    /// Those of them about which a rule that reads silence has found something.
    pub silent: u32,
    /// Those of them that are late or at risk of it.
    pub late: u32,
    /// Those of them that are either.
    pub troubled: u32,
    /// The share of parcels in trouble that is usual here, from the counts before.
    pub usual: f64,
    /// How many counts taught it.
    pub counts: u32,
    /// Since which count the share has been at least twice the usual one.
    pub since: Option<DateTime<Utc>>,
}

impl LanePulse {
    /// A lane with fewer open parcels teaches nothing.
    const LEAST: u32 = 5;
    /// A share that is taken for usual even where none was seen.
    const LEAST_USUAL: f64 = 0.02;

    /// The share in trouble in the count under way.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.open == 0 {
            0.0
        } else {
            f64::from(self.troubled) / f64::from(self.open)
        }
    }

    /// Ends a count: its share becomes part of what is usual, a tenth as much while it is unusual,
    /// so that a long disruption is not soon the rule.
    fn close(&mut self, counted: Option<DateTime<Utc>>) {
        if self.open >= Self::LEAST {
            let share = self.share();
            let is_unusual = self.counts > 0 && share > 2.0 * self.usual.max(Self::LEAST_USUAL);
            self.since = if is_unusual {
                self.since.or(counted)
            } else {
                None
            };
            let weight = (1.0 / f64::from(self.counts.saturating_add(1))).max(0.02);
            self.usual += (share - self.usual) * if is_unusual { weight / 10.0 } else { weight };
            self.counts = self.counts.saturating_add(1);
        }
        (self.open, self.silent, self.late, self.troubled) = (0, 0, 0, 0);
    }
}

/// What makes an order a duplicate of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderMark {
    /// Digest of its number.
    pub number: u64,
    /// Digest of the shop's key of the customer.
    pub customer: Option<u64>,
    /// The shop's fingerprint of what was ordered.
    pub basket: Option<SmolStr>,
    /// When it was placed, at the latest.
    pub placed: DateTime<Utc>,
    /// The statement that it was.
    pub event: EventId,
    /// When it is to be shipped.
    pub ship_by: Option<DateTime<Utc>>,
}

impl OrderMark {
    fn of(order: &OrderDigest) -> Option<Self> {
        let placed = order.placed?;
        let digest = |text: &str| {
            let mut hash = Fnv::default();
            hash.text(text);
            hash.0
        };
        Some(Self {
            number: digest(order.number.as_str()),
            customer: order.customer.as_ref().map(Personal::reveal).map(digest),
            basket: order.basket.clone(),
            placed: placed.at.latest,
            event: placed.event,
            ship_by: order.ship_by.map(|by| by.latest),
        })
    }
}

impl Cohort {
    /// Takes in that a feed told something new. Call it for every delivery with events that were
    /// not known before.
    pub fn heard(&mut self, feed: &FeedId, received: DateTime<Utc>) {
        let new = || FeedPulse {
            first_news: received,
            last_news: received,
            ..FeedPulse::default()
        };
        self.feeds
            .entry(feed.as_str().into())
            .or_insert_with(new)
            .heard(received);
    }

    /// Begins a new count of parcels at a moment. What feeds did is kept, and lanes learn what is
    /// usual from the count that ends.
    pub fn recount(&mut self, now: DateTime<Utc>) {
        let counted = self.counted.replace(now);
        self.lanes.values_mut().for_each(|lane| lane.close(counted));
        self.feeds.values_mut().for_each(|feed| feed.open = 0);
        self.orders.clear();
    }

    /// Counts an open parcel and what was found about it.
    pub fn count(&mut self, parcel: &Parcel, findings: &Findings) {
        if parcel.terminal {
            return;
        }
        for feed in parcel.feeds.iter() {
            if let Some(pulse) = self.feeds.get_mut(feed.id.as_str()) {
                pulse.open += 1;
            }
        }
        for order in parcel
            .orders
            .iter()
            .filter(|order| order.cancelled.is_none())
        {
            self.orders
                .extend(OrderMark::of(order).map(|mark| (order.key.clone(), mark)));
        }
        if parcel.lane == Lane::default() {
            return;
        }
        let has = |codes: &[&str]| {
            findings
                .found
                .iter()
                .any(|finding| codes.contains(&finding.rule.as_str()))
        };
        let silent = has(&["stalled", "customs-dwell", "lost-risk", "never-handed-over"]);
        let late = has(&["late", "late-risk", "eta-slipping"]);
        let pulse = self
            .lanes
            .entry(parcel.lane.to_string().into())
            .or_default();
        pulse.open += 1;
        pulse.silent += u32::from(silent);
        pulse.late += u32::from(late);
        pulse.troubled += u32::from(silent || late);
    }
}
