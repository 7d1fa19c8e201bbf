//! One scan told by several feeds: grouped, never melted together, so that the grouping can be
//! undone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use super::merge::Standing;
use crate::model::{CarrierId, Country, EventId, FeedId};

/// Feeds cut seconds off.
const PRECISION: Duration = Duration::seconds(60);

/// Events of different feeds that report one scan. Each stays whole in
/// [`Snapshot::events`](super::Snapshot::events).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SameScan {
    /// Its events, one a feed, oldest statement first.
    pub events: Vec<EventId>,
    /// The event with the most exact time: what to show.
    pub best: EventId,
}

/// A group that may still grow: its next member must begin before `until`.
struct Open<'j> {
    members: Vec<Standing<'j>>,
    until: DateTime<Utc>,
}

/// What all members of a group have in common: who tells, where, if that is reported. Groups of one
/// kind wait in the order of their ends.
type Kind<'j> = (Vec<&'j FeedId>, Option<Country>);
type Queue<'j> = BTreeMap<(DateTime<Utc>, EventId), Open<'j>>;

/// Groups what different feeds of one carrier report one number at one time.
pub(super) fn group(events: &[Standing<'_>]) -> Vec<SameScan> {
    let mut feeds: HashMap<(&CarrierId, &str), BTreeSet<&FeedId>> = HashMap::new();
    for one in events {
        feeds
            .entry((&one.event.carrier, one.event.number.as_str()))
            .or_default()
            .insert(&one.event.feed);
    }
    let told_twice = |one: &&Standing<'_>| {
        feeds
            .get(&(&one.event.carrier, one.event.number.as_str()))
            .is_some_and(|feeds| feeds.len() > 1)
    };
    let mut by_start: Vec<&Standing<'_>> = events.iter().filter(told_twice).collect();
    by_start.sort_by_key(|one| (one.event.time.earliest(), one.event.time.latest(), one.id));
    let mut open: HashMap<_, BTreeMap<Kind<'_>, Queue<'_>>> = HashMap::new();
    let mut done: Vec<Open<'_>> = Vec::new();
    for one in by_start {
        let event = one.event;
        let waiting = open
            .entry((
                &event.carrier,
                event.number.as_str(),
                event.milestone,
                event.piece.as_ref(),
            ))
            .or_default();
        join(waiting, one, &mut done);
    }
    done.extend(
        open.into_values()
            .flat_map(BTreeMap::into_values)
            .flat_map(BTreeMap::into_values),
    );
    let mut scans: Vec<SameScan> = done
        .into_iter()
        .filter(|group| group.members.len() > 1)
        .map(|group| close(&group.members))
        .collect();
    scans.sort_by(|a, b| a.events.cmp(&b.events));
    scans
}

/// Lets a statement join the group that ends first of those that it may belong to, or begin one.
/// Their times can be equal, no other statement of its feed is in it, and no country says
/// otherwise.
fn join<'j>(
    waiting: &mut BTreeMap<Kind<'j>, Queue<'j>>,
    one: &Standing<'j>,
    done: &mut Vec<Open<'j>>,
) {
    let (start, feed) = (one.event.time.earliest(), &one.event.feed);
    let country = one.event.place.as_ref().and_then(|place| place.country);
    let mut found: Option<((DateTime<Utc>, EventId), Kind<'j>)> = None;
    for (kind, queue) in waiting.iter_mut() {
        while let Some(over) = queue
            .first_entry()
            .filter(|group| group.get().until < start)
        {
            done.push(over.remove());
        }
        let agrees =
            !kind.0.contains(&feed) && (kind.1.is_none() || country.is_none() || kind.1 == country);
        if let Some(first) = queue.keys().next().filter(|_| agrees)
            && found.as_ref().is_none_or(|(known, _)| first < known)
        {
            found = Some((*first, kind.clone()));
        }
    }
    let until = one.event.time.latest() + PRECISION;
    let taken = found.and_then(|(key, kind)| Some((waiting.get_mut(&kind)?.remove(&key)?, kind)));
    let (mut group, (mut feeds, known)) = taken.unwrap_or((
        Open {
            members: Vec::new(),
            until,
        },
        (Vec::new(), None),
    ));
    feeds.push(feed);
    feeds.sort();
    group.members.push(*one);
    group.until = group.until.min(until);
    waiting
        .entry((feeds, known.or(country)))
        .or_default()
        .insert((group.until, one.id), group);
}

fn close(members: &[Standing<'_>]) -> SameScan {
    let best = members.iter().min_by_key(|one| {
        (
            one.event.time.latest() - one.event.time.earliest(),
            one.event.time.kind(),
            one.id,
        )
    });
    SameScan {
        events: members.iter().map(|one| one.id).collect(),
        best: best.map_or(members[0].id, |one| one.id),
    }
}
