//! One scan told by several feeds: grouped, never melted together, so that the grouping can be undone.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use super::merge::Standing;
use crate::model::{CarrierId, EventId, FeedId, Milestone};

/// Feeds cut seconds off.
const PRECISION: Duration = Duration::seconds(60);

/// Events of different feeds that tell of one scan. Each stays whole in [`State::events`](super::State::events).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SameScan {
    /// Its events, one a feed, oldest statement first.
    pub events: Vec<EventId>,
    /// The event with the most exact time: what to show.
    pub best: EventId,
}

struct Open<'j> {
    members: Vec<Standing<'j>>,
    latest: DateTime<Utc>,
}

/// Groups what different feeds of one carrier tell of one number at one time.
pub(super) fn group(events: &[Standing<'_>]) -> Vec<SameScan> {
    let mut feeds: HashMap<(&CarrierId, &str), Vec<&FeedId>> = HashMap::new();
    for one in events {
        let known = feeds.entry((&one.event.carrier, one.event.number.as_str())).or_default();
        if !known.contains(&&one.event.feed) {
            known.push(&one.event.feed);
        }
    }
    let mut open: HashMap<(&CarrierId, &str, Milestone), Vec<Open<'_>>> = HashMap::new();
    let mut done = Vec::new();
    let told_twice = |one: &&Standing<'_>| feeds.get(&(&one.event.carrier, one.event.number.as_str())).is_some_and(|feeds| feeds.len() > 1);
    let mut by_start: Vec<&Standing<'_>> = events.iter().filter(told_twice).collect();
    by_start.sort_by_key(|one| (one.event.time.earliest(), one.event.time.latest(), one.id));
    for one in by_start {
        let groups = open.entry((&one.event.carrier, one.event.number.as_str(), one.event.milestone)).or_default();
        let start = one.event.time.earliest();
        let (over, still): (Vec<_>, Vec<_>) = std::mem::take(groups).into_iter().partition(|group| group.latest + PRECISION < start);
        done.extend(over);
        *groups = still;
        match groups.iter_mut().find(|group| group.members.iter().all(|member| is_same_scan(member, one))) {
            Some(group) => {
                group.latest = group.latest.max(one.event.time.latest());
                group.members.push(*one);
            }
            None => groups.push(Open { members: vec![*one], latest: one.event.time.latest() }),
        }
    }
    done.extend(open.into_values().flatten());
    let mut scans: Vec<SameScan> = done.into_iter().filter(|group| group.members.len() > 1).map(|group| close(&group.members)).collect();
    scans.sort_by(|a, b| a.events.cmp(&b.events));
    scans
}

/// Whether two statements of different feeds may be one scan: their times can be equal, and neither place nor piece says otherwise.
fn is_same_scan(a: &Standing<'_>, b: &Standing<'_>) -> bool {
    let (x, y) = (a.event, b.event);
    let overlap = x.time.earliest() <= y.time.latest() + PRECISION && y.time.earliest() <= x.time.latest() + PRECISION;
    let countries = (x.place.as_ref().and_then(|place| place.country), y.place.as_ref().and_then(|place| place.country));
    let places_agree = !matches!(countries, (Some(here), Some(there)) if here != there);
    x.feed != y.feed && x.piece == y.piece && overlap && places_agree
}

fn close(members: &[Standing<'_>]) -> SameScan {
    let best = members.iter().min_by_key(|one| (one.event.time.latest() - one.event.time.earliest(), one.event.time.kind(), one.id));
    SameScan { events: members.iter().map(|one| one.id).collect(), best: best.map_or(members[0].id, |one| one.id) }
}
