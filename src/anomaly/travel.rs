//! What the places and clocks of a journey's scans tell together: [`Leap`]s between countries, and
//! [`ClockDoubt`]s.

use chrono::{DateTime, Duration, Utc};

use super::fact::{Fact, PHYSICAL};
use super::facts::Facts;
use super::feed::{FeedDigest, feed_index};
use super::geography::least_km;
use super::statements::Statements;
use crate::journey::Snapshot;
use crate::model::EventId;

/// Two scans that follow each other in two countries, with the way and the time between them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Leap {
    /// The two scans, earlier one first.
    pub scans: [EventId; 2],
    /// How many kilometres lie between the countries at least.
    pub km: f64,
    /// How many hours lie between the scans at most, whatever zones and order their times leave
    /// open.
    pub hours: f64,
    /// The latest instant that the two allow.
    pub since: DateTime<Utc>,
}

/// A sign that a feed's clock is wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClockDoubt {
    /// The feed: an index into [`Parcel::feeds`](super::Parcel::feeds).
    pub feed: u16,
    /// The feed that tells the same scans at other times; none where scans were told before they
    /// happened.
    pub against: Option<u16>,
    /// By how many minutes the clock seems to go ahead; negative where it goes behind.
    pub minutes: i64,
    /// The scans that show it.
    pub scans: Vec<EventId>,
    /// The latest instant of these scans or of their receipt.
    pub since: DateTime<Utc>,
}

/// Longer than this, travel is possible between any two places.
const LONGEST_LEAP: Duration = Duration::hours(72);
/// What is told further ahead than any zone is wrong by is a plan, not a scan.
const FARTHEST_AHEAD: Duration = Duration::hours(14);
/// Zones differ by whole multiples of this.
const ZONE_STEP_MINUTES: i64 = 15;

/// Changes of country, as quick as the times allow. Pieces travel apart: it says something of a
/// parcel of one piece only.
pub(super) fn leaps(told: &Statements) -> Vec<Leap> {
    let scans: Vec<_> = told
        .facts
        .iter()
        .filter(|fact| fact.is_scan() && !fact.repeats)
        .filter_map(|fact| Some((fact, told.place(fact)?.country?)))
        .collect();
    let leap = |pair: &[(&Fact, crate::model::Country)]| {
        let ((before, from), (after, to)) = (*pair.first()?, *pair.get(1)?);
        let apart = (after.latest - before.earliest).max(before.latest - after.earliest);
        if from == to || apart > LONGEST_LEAP {
            return None;
        }
        let km = least_km(from, to).filter(|km| *km > 0.0)?;
        #[expect(clippy::cast_precision_loss, reason = "seconds of three days")]
        let hours = apart.num_seconds() as f64 / 3600.0;
        Some(Leap {
            scans: [before.event, after.event],
            km,
            hours,
            since: before.latest.max(after.latest),
        })
    };
    scans.windows(2).filter_map(leap).collect()
}

/// Signs that clocks are wrong.
pub(super) fn clock_doubts(
    facts: &Facts,
    feeds: &[FeedDigest],
    snapshot: &Snapshot,
) -> Vec<ClockDoubt> {
    let mut doubts = told_ahead(feeds, snapshot);
    let feeds = u16::try_from(feeds.len()).unwrap_or(u16::MAX);
    for a in 0..feeds {
        doubts.extend((a + 1..feeds).filter_map(|b| told_apart(facts, a, b)));
    }
    doubts
}

/// Scans that were received before they happened. Statements that lie in the future count too: they
/// are why the rule exists.
fn told_ahead(feeds: &[FeedDigest], snapshot: &Snapshot) -> Vec<ClockDoubt> {
    let mut doubts: Vec<ClockDoubt> = Vec::new();
    for event in snapshot
        .events
        .iter()
        .filter(|event| PHYSICAL.contains(&event.milestone) && event.is_evidence_of_state())
    {
        let id = event.id();
        let Some((feed, received)) =
            feed_index(feeds, &event.feed).zip(snapshot.first_received(id))
        else {
            continue;
        };
        let ahead = event.time.earliest() - received;
        if ahead <= Duration::zero() || ahead > FARTHEST_AHEAD {
            continue;
        }
        match doubts.iter_mut().find(|doubt| doubt.feed == feed) {
            Some(doubt) => {
                doubt.minutes = doubt.minutes.max(ahead.num_minutes());
                doubt.scans.push(id);
                doubt.since = doubt.since.max(received);
            }
            None => doubts.push(ClockDoubt {
                feed,
                against: None,
                minutes: ahead.num_minutes(),
                scans: vec![id],
                since: received,
            }),
        }
    }
    doubts
}

/// Two feeds that tell the same scans, all of them apart by the same step of zones.
fn told_apart(facts: &Facts, a: u16, b: u16) -> Option<ClockDoubt> {
    const TOLERANCE_MINUTES: i64 = 2;
    let scans = |feed: u16| {
        facts
            .iter()
            .filter(move |fact| fact.feed == feed && fact.is_scan() && fact.earliest == fact.latest)
    };
    let mut pairs: Vec<(&Fact, &Fact)> = Vec::new();
    for milestone in PHYSICAL {
        let of = |feed: u16| {
            scans(feed)
                .filter(|fact| fact.milestone == milestone)
                .collect::<Vec<_>>()
        };
        let (first, second) = (of(a), of(b));
        // Only what both tell equally often can be set side by side.
        if first.len() == second.len() {
            pairs.extend(
                first
                    .into_iter()
                    .zip(second)
                    .filter(|(x, y)| x.leg.is_some() && x.leg == y.leg),
            );
        }
    }
    let apart = |(x, y): &(&Fact, &Fact)| (x.earliest - y.earliest).num_minutes();
    let minutes = apart(pairs.first()?);
    let step = (minutes as f64 / ZONE_STEP_MINUTES as f64).round() as i64 * ZONE_STEP_MINUTES;
    let is_systematic = pairs.len() > 2
        && (2 * ZONE_STEP_MINUTES..=FARTHEST_AHEAD.num_minutes()).contains(&step.abs())
        && pairs
            .iter()
            .all(|pair| (apart(pair) - step).abs() <= TOLERANCE_MINUTES);
    is_systematic.then(|| ClockDoubt {
        feed: a,
        against: Some(b),
        minutes: step,
        scans: pairs.iter().flat_map(|(x, y)| [x.event, y.event]).collect(),
        since: pairs
            .iter()
            .map(|(x, y)| x.latest.max(y.latest))
            .max()
            .unwrap_or_default(),
    })
}
