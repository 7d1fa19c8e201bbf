//! Many parcels at once: what feeds and lanes do, for [`CohortRule`](super::CohortRule)s, and what follows for single parcels: [`Surroundings`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::finding::Findings;
use super::parcel::{Lane, Parcel};
use crate::model::FeedId;

/// What is known around a parcel when it is inspected: feeds that are silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    silent: BTreeMap<FeedId, Option<DateTime<Utc>>>,
}

pub(super) static NOTHING_KNOWN: Surroundings = Surroundings { silent: BTreeMap::new() };

impl Surroundings {
    /// Says that a feed is silent: nothing can be read from what its parcels do not tell. `until` is set when it speaks again, to give the
    /// backlog time to come in.
    pub fn silence(&mut self, feed: FeedId, until: Option<DateTime<Utc>>) {
        self.silent.insert(feed, until);
    }

    /// Whether no feed is silent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.silent.is_empty()
    }

    /// Whether every feed that tells of the parcel's present leg is silent, and until when, if that is known.
    pub(super) fn deafness(&self, parcel: &Parcel, now: DateTime<Utc>) -> Option<Option<DateTime<Utc>>> {
        let of_leg = parcel.leg.and_then(|leg| parcel.legs.get(usize::from(leg))).map(|leg| leg.feeds.as_slice());
        let is_telling = |at: usize| of_leg.is_none_or(|feeds| feeds.is_empty() || feeds.iter().any(|feed| usize::from(*feed) == at));
        let mut until = None;
        let mut feeds = 0;
        for (_, feed) in parcel.feeds.iter().enumerate().filter(|(at, _)| is_telling(*at)) {
            feeds += 1;
            match self.silent.get(&feed.id)? {
                Some(end) if *end <= now => return None,
                Some(end) => until = Some(until.map_or(*end, |until: DateTime<Utc>| until.min(*end))),
                None => {}
            }
        }
        (feeds > 0).then_some(until)
    }
}

/// Statistics of many parcels, gathered as deliveries and inspections pass by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Feeds, by id.
    pub feeds: BTreeMap<SmolStr, FeedPulse>,
    /// Lanes, as `CN-DE`.
    pub lanes: BTreeMap<SmolStr, LanePulse>,
}

/// How a feed breathes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedPulse {
    /// The last delivery that told something new.
    pub last_news: DateTime<Utc>,
    /// The last gaps between news, in seconds, oldest first; at most [`FeedPulse::GAPS`].
    pub gaps: Vec<u32>,
    /// Open parcels that it tells of, in the count under way.
    pub open: u32,
}

impl FeedPulse {
    /// How many gaps are kept.
    pub const GAPS: usize = 64;
}

/// How the parcels of a lane fare.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LanePulse {
    /// Open parcels, in the count under way.
    pub open: u32,
    /// Those of them about which a rule that reads silence has found something.
    pub silent: u32,
    /// Those of them that are late or at risk of it.
    pub late: u32,
}

impl Cohort {
    /// Takes in that a feed told something new.
    pub fn heard(&mut self, feed: &FeedId, received: DateTime<Utc>) {
        let pulse = self.feeds.entry(feed.as_str().into()).or_insert_with(|| FeedPulse { last_news: received, ..FeedPulse::default() });
        if received <= pulse.last_news {
            return;
        }
        if pulse.gaps.len() == FeedPulse::GAPS {
            pulse.gaps.remove(0);
        }
        pulse.gaps.push(u32::try_from((received - pulse.last_news).num_seconds()).unwrap_or(u32::MAX));
        pulse.last_news = received;
    }

    /// Begins a new count of parcels; what feeds did is kept.
    pub fn recount(&mut self) {
        self.lanes.clear();
        self.feeds.values_mut().for_each(|feed| feed.open = 0);
    }

    /// Counts a parcel and what was found about it.
    pub fn count(&mut self, parcel: &Parcel, findings: &Findings) {
        if parcel.terminal {
            return;
        }
        for feed in &parcel.feeds {
            if let Some(pulse) = self.feeds.get_mut(feed.id.as_str()) {
                pulse.open += 1;
            }
        }
        if parcel.lane == Lane::default() {
            return;
        }
        let has = |codes: &[&str]| u32::from(findings.found.iter().any(|finding| codes.contains(&finding.rule.as_str())));
        let pulse = self.lanes.entry(parcel.lane.to_string().into()).or_default();
        pulse.open += 1;
        pulse.silent += has(&["stalled", "customs-dwell", "lost-risk"]);
        pulse.late += has(&["late", "late-risk"]);
    }
}
