//! Which leg and piece a statement is about: [`Numbers`].

use std::collections::{HashMap, HashSet};

use super::leg::index;
use crate::journey::{Leg, LegId};
use crate::model::{CarrierId, Event, TrackingNumber};

/// The legs by their numbers: each by its own and those of its packages, and the carriers that have
/// one leg only.
pub(super) struct Numbers<'s> {
    by_number: HashMap<(&'s CarrierId, &'s TrackingNumber), u16>,
    only: HashMap<&'s CarrierId, Option<u16>>,
    /// The numbers of packages that travel under numbers of their own, several under one leg.
    packages: HashSet<(&'s CarrierId, &'s TrackingNumber)>,
}

impl<'s> Numbers<'s> {
    pub(super) fn of(legs: &'s [Leg]) -> Self {
        let mut numbers = Self {
            by_number: HashMap::new(),
            only: HashMap::new(),
            packages: HashSet::new(),
        };
        for (at, leg) in legs.iter().enumerate() {
            let Some(at) = index(at) else { break };
            for number in std::iter::once(&leg.number).chain(&leg.packages) {
                numbers
                    .by_number
                    .entry((&leg.carrier, number))
                    .or_insert(at);
            }
            if leg.packages.len() > 1 {
                numbers
                    .packages
                    .extend(leg.packages.iter().map(|package| (&leg.carrier, package)));
            }
            numbers
                .only
                .entry(&leg.carrier)
                .and_modify(|only| *only = None)
                .or_insert(Some(at));
        }
        numbers
    }

    /// The leg of a carrier's number.
    pub(super) fn leg(&self, id: &LegId) -> Option<u16> {
        self.by_number.get(&(&id.carrier, &id.number)).copied()
    }

    /// The leg that an event belongs to: by its number, or as the only leg of its carrier.
    pub(super) fn leg_of(&self, event: &Event) -> Option<u16> {
        let by_number = self
            .by_number
            .get(&(&event.carrier, &event.number))
            .copied();
        by_number.or_else(|| self.only.get(&event.carrier).copied().flatten())
    }

    /// The piece that an event is about: named by it, or a package with a number of its own.
    pub(super) fn piece_of<'e>(&self, event: &'e Event) -> Option<&'e TrackingNumber> {
        event.piece.as_ref().or_else(|| {
            self.packages
                .contains(&(&event.carrier, &event.number))
                .then_some(&event.number)
        })
    }
}
