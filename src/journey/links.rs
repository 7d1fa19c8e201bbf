//! Which leg follows which, and which of them ends the journey.

use chrono::{DateTime, Utc};

use super::legs::{Leg, LegId, Legs, LinkEvidence, is_movement};
use super::merge::Standing;
use super::sighting::is_scan;
use crate::model::{EventId, EventTime, Milestone};

/// What follows a leg. Each leg has one successor at most, and no chain comes back to where it was.
pub(super) struct Links {
    next: Vec<Option<(usize, LinkEvidence)>>,
    /// A leg further down the same chain, for finding its end in few steps.
    ahead: Vec<usize>,
    followed: Vec<bool>,
}

impl Links {
    pub fn new(legs: usize) -> Self {
        Self {
            next: vec![None; legs],
            ahead: (0..legs).collect(),
            followed: vec![false; legs],
        }
    }

    /// The last leg of the chain that a leg is in.
    fn end_of(&mut self, mut leg: usize) -> usize {
        while self.ahead[leg] != leg {
            self.ahead[leg] = self.ahead[self.ahead[leg]];
            leg = self.ahead[leg];
        }
        leg
    }

    /// Lets one leg follow another, unless that one has a successor or the chain would become a
    /// ring.
    pub fn add(&mut self, from: usize, to: usize, by: LinkEvidence) {
        if self.next[from].is_none() && self.end_of(to) != from {
            self.next[from] = Some((to, by));
            self.ahead[from] = to;
            self.followed[to] = true;
        }
    }

    pub fn is_followed(&self, leg: usize) -> bool {
        self.next[leg].is_some()
    }

    fn after(&self, leg: usize) -> Option<usize> {
        self.next[leg].map(|(next, _)| next)
    }
}

/// A scan and when it was, at the earliest.
type Scan = (DateTime<Utc>, EventId);

/// What is known of a leg beside what it shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    /// Not a part of this journey: the return of a delivered parcel, a replacement, a signed
    /// receipt.
    pub aside: bool,
    /// On it the parcel goes back to its sender.
    pub back: bool,
    /// The latest scan of a leg that follows.
    later: Option<Scan>,
    /// The latest scan of a leg that follows and that shows the parcel on its way.
    moving: Option<Scan>,
}

/// Why a "delivered" is not the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GoesOn {
    /// The application declared it.
    Declared,
    /// A leg that follows scanned the parcel later; this is its scan.
    Seen(EventId),
}

impl GoesOn {
    /// The scan that shows it.
    pub fn scan(self) -> Option<EventId> {
        match self {
            Self::Declared => None,
            Self::Seen(scan) => Some(scan),
        }
    }
}

impl Legs {
    /// Why the "delivered" of a leg only ends that leg. A known number is no reason: the successor
    /// must have been seen later, beyond doubt, at a scan of its own, or the application must have
    /// declared that the parcel goes on.
    pub fn goes_on(&self, one: &Standing<'_>, leg: usize) -> Option<GoesOn> {
        if one.event.milestone != Milestone::Delivered {
            return None;
        }
        if self.all[leg].next_by == Some(LinkEvidence::Declared) {
            return Some(GoesOn::Declared);
        }
        let (at, scan) = self.fates[leg].later?;
        (at > one.event.time.latest()).then_some(GoesOn::Seen(scan))
    }

    /// The scan of a leg that follows which contradicts a "delivered": later, and not itself a
    /// delivery.
    pub fn contradicting(&self, one: &Standing<'_>) -> Option<EventId> {
        let leg = self.of(one)?;
        if !matches!(self.goes_on(one, leg)?, GoesOn::Seen(_)) {
            return None;
        }
        let (at, scan) = self.fates[leg].moving?;
        (at > one.event.time.latest()).then_some(scan)
    }

    /// Whether a statement is about a parcel of its own that only belongs to this one.
    pub fn is_aside(&self, one: &Standing<'_>) -> bool {
        self.of(one).is_some_and(|leg| self.fates[leg].aside)
    }
}

/// Ties legs that nothing ties, in the order of their first movement.
pub(super) fn infer(legs: &Legs, links: &mut Links) {
    let begun = |leg: &usize| !links.followed[*leg] && !legs.fates[*leg].aside;
    let mut chains: Vec<(DateTime<Utc>, LegId, usize)> = (0..legs.all.len())
        .filter(begun)
        .filter_map(|leg| Some((legs.all[leg].first.as_ref()?.middle(), legs.id(leg), leg)))
        .collect();
    chains.sort();
    for pair in chains.windows(2) {
        let from = links.end_of(pair[0].2);
        links.add(from, pair[1].2, LinkEvidence::Inferred);
    }
}

/// Sorts legs from the first to the last, and writes the links and what follows from them into
/// them.
pub(super) fn in_order_of_travel(mut legs: Legs, links: &Links, events: &[Standing<'_>]) -> Legs {
    for from in 0..legs.all.len() {
        if let Some((to, by)) = links.next[from] {
            legs.all[from].next = Some(legs.id(to));
            legs.all[from].next_by = Some(by);
        }
    }
    look_ahead(&mut legs, links, events);
    end_legs(&mut legs, events);
    if let Some(last) = owner(&legs, links) {
        legs.all[last].owns_final_address = true;
    }
    let order = travel(&legs, links);
    let mut place = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    for leg in legs.aliases.legs_mut() {
        *leg = place[*leg];
    }
    let mut all: Vec<(usize, (Leg, Fate))> = place
        .into_iter()
        .zip(legs.all.into_iter().zip(legs.fates))
        .collect();
    all.sort_by_key(|(new, _)| *new);
    let (all, fates) = all.into_iter().map(|(_, leg)| leg).unzip();
    Legs { all, fates, ..legs }
}

/// The legs in order of travel: chain after chain. What has not begun comes after what has, and
/// what is aside last.
fn travel(legs: &Legs, links: &Links) -> Vec<usize> {
    let mut starts: Vec<usize> = (0..legs.all.len())
        .filter(|leg| !links.followed[*leg])
        .collect();
    starts.sort_by_cached_key(|leg| {
        let first = legs.all[*leg].first.as_ref().map(EventTime::middle);
        (
            legs.fates[*leg].aside,
            first.is_none(),
            first,
            legs.id(*leg),
        )
    });
    let mut order = Vec::with_capacity(legs.all.len());
    let mut seen = vec![false; legs.all.len()];
    for start in starts {
        let mut at = Some(start);
        while let Some(leg) = at.filter(|leg| !std::mem::replace(&mut seen[*leg], true)) {
            order.push(leg);
            at = links.after(leg);
        }
    }
    order
}

/// Notes for each leg what the legs that follow it saw.
fn look_ahead(legs: &mut Legs, links: &Links, events: &[Standing<'_>]) {
    let mut seen: Vec<[Option<Scan>; 2]> = vec![[None; 2]; legs.all.len()];
    for one in events.iter().filter(|one| is_scan(one.event)) {
        let Some(leg) = legs.of(one) else { continue };
        let scan = Some((one.event.time.earliest(), one.id));
        seen[leg][0] = seen[leg][0].max(scan);
        if one.event.milestone != Milestone::Delivered {
            seen[leg][1] = seen[leg][1].max(scan);
        }
    }
    // From the ends of the chains backwards: a leg is done when what follows it is.
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); legs.all.len()];
    let mut ready: Vec<usize> = Vec::new();
    for leg in 0..legs.all.len() {
        match links.after(leg) {
            Some(next) => before[next].push(leg),
            None => ready.push(leg),
        }
    }
    while let Some(leg) = ready.pop() {
        for previous in std::mem::take(&mut before[leg]) {
            let [later, moving] = seen[leg];
            legs.fates[previous].later = legs.fates[leg].later.max(later);
            legs.fates[previous].moving = legs.fates[leg].moving.max(moving);
            ready.push(previous);
        }
    }
}

/// Makes the last milestone of a leg a hand-over where its "delivered" only ended it.
fn end_legs(legs: &mut Legs, events: &[Standing<'_>]) {
    let mut last: Vec<Option<&Standing<'_>>> = vec![None; legs.all.len()];
    for one in events.iter().filter(|one| is_movement(one.event)) {
        if let Some(leg) = legs.of(one) {
            last[leg] = Some(one);
        }
    }
    for (leg, one) in last.into_iter().enumerate() {
        if one.is_some_and(|one| legs.goes_on(one, leg).is_some()) {
            legs.all[leg].milestone = Some(Milestone::HandedOver);
        }
    }
}

/// The leg that ends at the recipient: the one that delivered, else the last that nothing follows.
fn owner(legs: &Legs, links: &Links) -> Option<usize> {
    let own = || (0..legs.all.len()).filter(|leg| !legs.fates[*leg].aside);
    let last = |leg: &usize| {
        let leg = &legs.all[*leg];
        (
            leg.first.as_ref().map(EventTime::middle),
            leg.carrier.clone(),
            leg.number.clone(),
        )
    };
    let delivered = |leg: &usize| {
        legs.all[*leg].milestone == Some(Milestone::Delivered) && !legs.fates[*leg].back
    };
    let deliverer = own().filter(delivered).max_by_key(|leg| {
        (
            legs.all[*leg].last.as_ref().map(EventTime::middle),
            last(leg),
        )
    });
    deliverer.or_else(|| {
        own()
            .filter(|leg| !links.is_followed(*leg))
            .max_by_key(last)
    })
}
