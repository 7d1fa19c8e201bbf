//! `route-loop`: the parcel goes round in circles.

use std::collections::{BTreeMap, HashMap};

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Fact, Parcel, Rule, RuleAbout, RuleContext};
use crate::model::{EventId, Milestone, Party};

rule! {
    /// The parcel came to the same place again and again, with other places between. Scans repeated
    /// at one place are no loop, nor is the way back to the sender. Only what one feed says of one
    /// leg is compared, because two feeds name one place in two ways.
    RouteLoop = "route-loop", Route =>
    /// How many stays at one place make a loop. Two happen: a parcel that missed its delivery goes
    /// back to its depot.
    visits: u8 = 3,
}

/// A run of scans at one place.
struct Stay<'p> {
    place: u16,
    first: &'p Fact,
    last: &'p Fact,
}

/// The scans of each feed on each leg.
fn scans(parcel: &Parcel) -> impl Iterator<Item = Vec<&Fact>> {
    let mut scans: BTreeMap<(u16, Option<u16>), Vec<&Fact>> = BTreeMap::new();
    for fact in parcel.facts.iter().filter(|fact| {
        fact.is_of_parcel() && (fact.is_scan() || fact.milestone == Milestone::InTransit)
    }) {
        scans.entry((fact.feed, fact.leg)).or_default().push(fact);
    }
    scans.into_values()
}

/// Where one feed saw the parcel on one leg, oldest first. A scan whose order with the one before
/// is open to doubt is passed over.
fn stays<'p>(parcel: &'p Parcel, scans: &[&'p Fact]) -> Vec<Stay<'p>> {
    let mut stays: Vec<Stay<'_>> = Vec::new();
    for fact in scans.iter().copied() {
        // A country alone, or a name without one, is too coarse to come back to.
        let Some(place) = fact.place.filter(|_| {
            parcel
                .place(fact)
                .is_some_and(|place| place.city.is_some() || place.code.is_some())
        }) else {
            continue;
        };
        match stays.last_mut() {
            Some(stay) if stay.place == place => stay.last = fact,
            Some(stay) if !fact.is_after(stay.last) => {}
            _ => stays.push(Stay {
                place,
                first: fact,
                last: fact,
            }),
        }
    }
    stays
}

impl RouteLoop {
    /// Whether the parcel changed places often enough: on a straight way there are as many runs of
    /// scans as places.
    fn is_thinkable(&self, parcel: &Parcel) -> bool {
        let mut runs = 0;
        let mut here = None;
        for place in parcel.facts.iter().filter_map(|fact| fact.place) {
            runs += usize::from(here != Some(place));
            here = Some(place);
        }
        runs >= parcel.places.len() + usize::from(self.visits.max(2)) - 1
    }

    /// The loop at a place: the beginnings of all stays there.
    fn found(&self, stays: &[Stay<'_>]) -> Option<(Vec<EventId>, usize)> {
        let visits = usize::from(self.visits.max(2));
        let mut count: HashMap<u16, usize> = HashMap::new();
        for stay in stays {
            *count.entry(stay.place).or_default() += 1;
        }
        let at = stays
            .iter()
            .rposition(|stay| count.get(&stay.place).is_some_and(|count| *count >= visits))?;
        let place = stays.get(at)?.place;
        let events = stays
            .iter()
            .filter(|stay| stay.place == place)
            .map(|stay| stay.first.event)
            .collect();
        Some((events, at))
    }
}

impl Rule for RouteLoop {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if !self.is_thinkable(parcel)
            || parcel.terminal
            || parcel.goes_back()
            || parcel.is_return
            || !parcel.is_one_piece()
        {
            return;
        }
        for scans in scans(parcel) {
            let stays = stays(parcel, &scans);
            let Some((events, at)) = self.found(&stays) else {
                continue;
            };
            let Some(stay) = stays.get(at) else { continue };
            let draft = Draft::since(stay.first.latest)
                .by(Party::Carrier)
                .with_some("place", parcel.place_of(stay.first));
            let visits = i64::try_from(events.len()).unwrap_or(i64::MAX);
            look.raise(draft.seen(events).with("visits", Datum::Count(visits)));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Datum;
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{EventTime, Milestone, Stage, Zones};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "route-loop";
    const NOW: &str = "2026-03-20T00:00:00Z";

    /// One scan a day, from 1 March.
    fn seen_at(places: &[&str]) -> ShipmentBuilder {
        places.iter().zip(1..).fold(
            shipment("acme.track", "A1").received(NOW),
            |told, (place, day)| {
                told.event(
                    &format!("2026-03-{day:02}T09:00:00Z"),
                    Stage::LineHaul,
                    Milestone::Arrived,
                )
                .at(place)
            },
        )
    }

    #[test]
    fn fires_when_a_parcel_keeps_coming_back() {
        let round = ["Lyon, FR", "Paris, FR", "Lyon, FR", "Paris, FR", "Lyon, FR"];
        assert!(!fires(CODE, [seen_at(&round[..4])], NOW));
        let found = finding(CODE, [seen_at(&round)], NOW).unwrap();
        assert_eq!(
            (
                found.evidence.len(),
                &found.data["visits"],
                &found.data["place"]
            ),
            (3, &Datum::Count(3), &Datum::Place("Lyon, FR".into()))
        );
    }

    #[test]
    fn repeated_scans_and_depots_visited_twice_are_no_loop() {
        assert!(!fires(CODE, [seen_at(&["Lyon, FR"; 8])], NOW));
        assert!(!fires(
            CODE,
            [seen_at(&[
                "Paris, FR",
                "Lyon, FR",
                "Lyon, FR",
                "Dijon, FR",
                "Lyon, FR"
            ])],
            NOW
        ));
        assert!(
            !fires(
                CODE,
                [seen_at(&[
                    "France",
                    "Lyon, FR",
                    "France",
                    "Paris, FR",
                    "France"
                ])],
                NOW
            ),
            "a country is no place to come back to"
        );
    }

    #[test]
    fn two_names_of_one_place_are_no_loop() {
        let places = ["Lyon, FR", "Paris, FR", "Dijon, FR", "Lille, FR"];
        let other = places.iter().zip(1..).fold(
            shipment("acme.push", "A1").received(NOW),
            |told, (place, day)| {
                told.event(
                    &format!("2026-03-{day:02}T09:02:00Z"),
                    Stage::LineHaul,
                    Milestone::Departed,
                )
                .at(&format!("{place} HUB, FR"))
            },
        );
        assert!(!fires(CODE, [seen_at(&places), other], NOW));
    }

    #[test]
    fn an_order_that_nobody_knows_is_no_loop() {
        let wall = |event: &mut crate::Event| {
            event.time = EventTime::local(
                event.time.raw(),
                event.time.wall_clock().unwrap(),
                &Zones::Unknown,
            )
        };
        let hourly = ["Lyon, FR", "Paris, FR", "Lyon, FR", "Paris, FR", "Lyon, FR"]
            .iter()
            .zip(1..)
            .fold(
                shipment("acme.track", "A1").received(NOW),
                |told, (place, hour)| {
                    told.event(
                        &format!("2026-03-02T{hour:02}:00:00Z"),
                        Stage::LineHaul,
                        Milestone::Arrived,
                    )
                    .at(place)
                    .with(wall)
                },
            );
        assert!(!fires(CODE, [hourly], NOW));
    }

    #[test]
    fn the_way_back_is_no_loop() {
        let back = seen_at(&["Lyon, FR", "Paris, FR", "Lyon, FR", "Paris, FR", "Lyon, FR"]);
        assert!(!fires(
            CODE,
            [back.event("2026-03-06T09:00:00Z", Stage::Return, Milestone::Returning)],
            NOW
        ));
    }
}
