//! Goods ordered months ahead, truck trips with a plan, and post with few scans.

use parceltrail::{History, Milestone, Stage};

use crate::dice::Dice;
use crate::trail::{Trail, office, working};

/// An order of about 130 days' lead: what was promised is mostly kept, and tells more than the
/// article.
pub fn order(dice: &mut Dice, start: f64) -> Trail {
    let maker = dice.below(40);
    let lead = 60.0 + 140.0 * dice.uniform();
    let reliable = 0.03 + 0.12 * (maker % 5) as f64 / 4.0;
    let late = 4.0 * dice.normal() + lead * reliable * dice.normal().max(0.0);
    let came = start + (lead + late).max(8.0);
    let mut trail = Trail {
        head: History::default()
            .with_carrier("consolidator")
            .with_service("sea")
            .with_origin(office("CN", format_args!("M{maker}")))
            .with_destination(office("DE", "W1")),
        promised: Some(working(start + lead, 16.0)),
        ..Trail::default()
    };
    let port = office("CN", format_args!("P{}", maker % 4));
    let shipped = start + (came - start) * (0.55 + 0.1 * dice.uniform());
    trail.push(start, Stage::Order, Milestone::Announced, None);
    trail.push(
        shipped,
        Stage::FirstMile,
        Milestone::PickedUp,
        Some(port.clone()),
    );
    trail.push(
        shipped + 3.0 * dice.uniform(),
        Stage::LineHaul,
        Milestone::Departed,
        Some(port),
    );
    let landed = came - (came - shipped) * (0.1 + 0.1 * dice.uniform());
    trail.push(
        landed,
        Stage::LineHaul,
        Milestone::Arrived,
        Some(office("DE", "P1")),
    );
    trail.push(came, Stage::LastMile, Milestone::Delivered, None);
    trail.with_number("order_value", (dice.around(9_000.0, 1.0)).round())
}

/// A truck trip: each stop is planned, and delays are carried along.
pub fn trip(dice: &mut Dice, start: f64) -> Trail {
    let (from, to) = (dice.below(12), dice.below(12));
    let stops = 2 + dice.below(3);
    let mut trail = Trail {
        head: History::default()
            .with_carrier(["haul", "road"][dice.below(2)])
            .with_origin(office("DE", format_args!("T{from}")))
            .with_destination(office("PL", format_args!("T{to}"))),
        ..Trail::default()
    };
    let (mut planned, mut at) = (start, start);
    let mut late = 0.0;
    trail.push(at, Stage::Order, Milestone::Announced, None);
    for stop in 0..=stops {
        let leg = 0.2 + 0.06 * ((from + 2 * to + stop) % 7) as f64;
        planned += leg;
        late = (late * 0.8 + 0.03 * dice.normal() + 0.01 * (from % 3) as f64).max(-0.1)
            + if dice.is(0.03) {
                dice.around(1.0, 0.8)
            } else {
                0.0
            };
        at = (planned + late).max(at + 0.02);
        let (stage, milestone) = if stop == 0 {
            (Stage::FirstMile, Milestone::PickedUp)
        } else if stop == stops {
            (Stage::LastMile, Milestone::Delivered)
        } else {
            (Stage::LineHaul, Milestone::Arrived)
        };
        trail.plan.push((planned, stage, milestone));
        trail.push(
            at,
            stage,
            milestone,
            Some(office("DE", format_args!("S{}", (from + stop) % 20))),
        );
    }
    trail
}

/// A small packet abroad: posted, perhaps seen at the border, delivered. Much of the way nobody
/// scans.
pub fn packet(dice: &mut Dice, start: f64) -> Trail {
    const FROM: [&str; 4] = ["CN", "JP", "US", "GB"];
    const TO: [&str; 5] = ["DE", "FR", "BR", "PL", "AU"];
    let (from, to) = (dice.below(FROM.len()), dice.below(TO.len()));
    let typical = 8.0 + 2.5 * from as f64 + 2.0 * ((from * 3 + to * 2) % 5) as f64;
    let mut trail = Trail {
        head: History::default()
            .with_carrier("post")
            .with_origin(office(FROM[from], "X"))
            .with_destination(office(TO[to], "X")),
        ..Trail::default()
    };
    let mut at = start;
    trail.push(
        at,
        Stage::FirstMile,
        Milestone::PickedUp,
        Some(office(FROM[from], "X")),
    );
    if dice.is(0.6) {
        at += dice.around(2.0, 0.6);
        trail.push(
            at,
            Stage::LineHaul,
            Milestone::Departed,
            Some(office(FROM[from], "A")),
        );
    }
    at += dice.around(typical * 0.7, 0.5);
    if dice.is(0.5) {
        trail.push(
            at,
            Stage::LineHaul,
            Milestone::Arrived,
            Some(office(TO[to], "A")),
        );
    }
    at = working(at + dice.around(typical * 0.25, 0.7), 11.0) + 0.1 * dice.uniform();
    trail.push(at, Stage::LastMile, Milestone::Delivered, None);
    trail
}
