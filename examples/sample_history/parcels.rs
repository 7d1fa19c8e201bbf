//! Parcels of four carriers at home and abroad.

use parceltrail::history::Station;
use parceltrail::{History, Milestone, Stage};

use crate::dice::Dice;
use crate::trail::{Trail, office, working};

/// Made-up carriers: how fast, how steady, and how many days they promise beyond the typical.
const CARRIERS: [(&str, f64, f64, f64); 4] = [
    ("acme", 1.0, 0.4, 1.5),
    ("swift", 0.7, 0.3, 1.0),
    ("frugal", 1.5, 0.6, 3.0),
    ("northern", 1.1, 0.5, 2.0),
];
/// From, to, and days on the line between their hubs.
const LANES: [(&str, &str, f64); 10] = [
    ("DE", "DE", 0.8),
    ("FR", "FR", 0.9),
    ("US", "US", 2.5),
    ("DE", "FR", 1.8),
    ("DE", "AT", 1.2),
    ("GB", "DE", 2.2),
    ("CN", "DE", 6.0),
    ("CN", "US", 7.0),
    ("JP", "US", 4.0),
    ("US", "BR", 6.5),
];
const NEIGHBOURS: [&str; 3] = ["DE", "FR", "AT"];

pub fn parcel(dice: &mut Dice, start: f64) -> Trail {
    let (carrier, pace, spread, margin) = CARRIERS[dice.below(CARRIERS.len())];
    let (from, to, line) = LANES[dice.below(LANES.len())];
    let express = dice.is(0.25);
    let (leaving, arriving) = (dice.below(4), dice.below(6));
    let pace = pace * if express { 0.6 } else { 1.0 };
    let line = line * pace * (1.0 + 0.08 * arriving as f64);
    let is_customs = from != to && !(NEIGHBOURS.contains(&from) && NEIGHBOURS.contains(&to));
    let typical = 1.0 + line + 0.7 + if is_customs { 0.6 } else { 0.0 };

    let mut trail = Trail {
        head: History::default()
            .with_carrier(carrier)
            .with_service(if express { "express" } else { "standard" })
            .with_origin(home(from, leaving, dice))
            .with_destination(home(to, arriving, dice)),
        promised: Some(working(start + (typical * 1.3 + margin).ceil(), 21.0)),
        ..Trail::default()
    };
    let (hub, gateway, depot) = (
        office(from, format_args!("H{leaving}")),
        office(to, "H0"),
        office(to, format_args!("D{arriving}")),
    );
    let mut at = start;
    trail.push(at, Stage::Order, Milestone::Announced, None);
    at = working(at + dice.around(0.4, 0.5), 17.0);
    trail.push(at, Stage::FirstMile, Milestone::PickedUp, None);
    at += dice.around(0.25, 0.4);
    trail.push(at, Stage::LineHaul, Milestone::Arrived, Some(hub.clone()));
    at += dice.around(0.35 * pace, spread) * busy(at);
    trail.push(at, Stage::LineHaul, Milestone::Departed, Some(hub));
    at += dice.around(line, spread * 0.7);
    trail.push(
        at,
        Stage::LineHaul,
        Milestone::Arrived,
        Some(gateway.clone()),
    );
    if is_customs {
        at += dice.around(0.1, 0.4);
        trail.push(
            at,
            Stage::ImportCustoms,
            Milestone::CustomsSubmitted,
            Some(gateway.clone()),
        );
        at += if dice.is(0.85) {
            dice.around(0.05, 0.8)
        } else {
            dice.around(5.0, 0.6)
        };
        trail.push(
            at,
            Stage::ImportCustoms,
            Milestone::CustomsReleased,
            Some(gateway.clone()),
        );
    }
    at += dice.around(0.4 * pace, spread) * busy(at);
    trail.push(at, Stage::LineHaul, Milestone::Departed, Some(gateway));
    at += dice.around(0.3, 0.4);
    trail.push(at, Stage::LastMile, Milestone::Arrived, Some(depot.clone()));
    at = working(at + dice.around(0.1, 0.5), 7.0);
    trail.push(
        at,
        Stage::LastMile,
        Milestone::OutForDelivery,
        Some(depot.clone()),
    );
    if dice.is(0.06) {
        trail.push(
            at + 0.3,
            Stage::LastMile,
            Milestone::DeliveryAttempted,
            Some(depot.clone()),
        );
        at = working(at + 0.4, 7.0);
        trail.push(at, Stage::LastMile, Milestone::OutForDelivery, Some(depot));
    }
    at += dice.around(0.22, 0.4);
    trail.push(at, Stage::LastMile, Milestone::Delivered, None);
    let weight = (dice.around(1.4, 0.9) * 10.0).round() / 10.0;
    trail.with_number("weight_kg", weight)
}

/// A town of a country, with the first digits of a made-up postcode.
fn home(country: &str, area: usize, dice: &mut Dice) -> Station {
    Station::new()
        .with_country(country.parse().ok())
        .with_region(format!("{country}-{area}"))
        .with_postcode(format!("{area}{:02}", dice.below(40)))
}

/// How much longer hubs take: twice as long in the four weeks before Christmas.
fn busy(at: f64) -> f64 {
    let of_year = at.rem_euclid(365.0);
    if (322.0..352.0).contains(&of_year) {
        2.0
    } else {
        1.0
    }
}
