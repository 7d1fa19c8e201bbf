//! Worlds by chance: few numbers, all roles, all feeds, so that much is tied, refused and undone.

use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use parceltrail::journey::LegId;
use parceltrail::model::{Milestone, Order, Proof, Reference, Role, Shipment, Stage};
use parceltrail::testing::shipment;
use parceltrail::{Payload, Registry};

use crate::chance::Chance;
use crate::feeds::{FEEDS, payloads};
use crate::story::Telling;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);
const CARRIERS: [&str; 4] = ["ups", "usps", "sf", "dhl"];

/// What happens to an index.
#[derive(Clone, Debug)]
pub enum Step {
    Tell(Vec<Shipment>),
    Link(LegId, LegId),
}

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// The first number means nothing.
fn number(chance: &mut Chance, pool: usize) -> String {
    match chance.below(pool) {
        0 => "N/A".into(),
        nth => format!("A100{nth:03}X"),
    }
}

/// What all in a world may name.
struct Rules {
    pool: usize,
    roles: Vec<Role>,
}

fn reference(chance: &mut Chance, rules: &Rules) -> Reference {
    let role = if chance.once_in(3) {
        chance.pick(Role::ALL)
    } else {
        chance.pick(&rules.roles)
    };
    let reference = Reference::new(role, &number(chance, rules.pool));
    if chance.once_in(2) {
        reference.with_carrier(chance.pick(&CARRIERS))
    } else {
        reference
    }
}

/// A moment; one in eight lies after the silence in which a number may be used again.
fn moment(chance: &mut Chance) -> DateTime<Utc> {
    let hours = 7 * i64::try_from(chance.below(30)).unwrap();
    let again = i64::from(chance.once_in(8)) * 100 + i64::from(chance.once_in(20)) * 183;
    start() + Duration::hours(hours) + Duration::days(again)
}

fn told(chance: &mut Chance, rules: &Rules) -> Shipment {
    let carrier = if chance.once_in(2) {
        "ups"
    } else {
        chance.pick(&CARRIERS)
    };
    let feed = format!("{carrier}.track{}", chance.below(2));
    let mut told = shipment(&feed, &number(chance, rules.pool));
    for _ in 0..chance.below(4) {
        let at = moment(chance).to_rfc3339();
        told = told.event(&at, chance.pick(Stage::ALL), chance.pick(Milestone::ALL));
        if chance.once_in(5) {
            let named = reference(chance, rules);
            told = told.with(|event| event.related.push(named));
        }
    }
    let list = if chance.once_in(40) { 40 } else { 0 };
    for _ in 0..chance.below(3) + list {
        told = told.refers_to(reference(chance, rules));
    }
    told = match chance.below(6) {
        0 => told.authority(),
        1 => told.merchant(),
        _ => told,
    };
    if chance.once_in(8) {
        told = told.merchant().order(Order::default());
    }
    if chance.once_in(6) {
        told = told.instance(chance.pick(&["one", "two"]));
    }
    if chance.once_in(5) {
        told = told.proven_by(Proof::Nothing);
    }
    let received = start() + Duration::hours(10 * i64::try_from(chance.below(5)).unwrap());
    told.received(&received.to_rfc3339()).shipment()
}

/// A payload of any feed.
fn decoded(chance: &mut Chance) -> Vec<Shipment> {
    let feed = &FEEDS[chance.below(FEEDS.len())];
    let tellings: Vec<Telling> = (0..1 + chance.below(3))
        .map(|_| Telling::random(chance, feed))
        .collect();
    let received = start() + Duration::days(70) + Duration::hours(i64::from(chance.once_in(3)));
    let decode = |body: String| {
        REGISTRY
            .get(feed.id)
            .unwrap()
            .decode(Payload::new(body.as_bytes(), received))
            .map(|batch| batch.shipments)
            .unwrap_or_default()
    };
    let mut shipments: Vec<Shipment> = payloads(feed, &tellings)
        .into_iter()
        .flat_map(decode)
        .collect();
    if chance.once_in(6) {
        for shipment in &mut shipments {
            shipment.proof = Proof::Nothing;
        }
    }
    shipments
}

/// What happens in one world: up to a few dozen deliveries, some of them again, and declarations.
pub fn steps(chance: &mut Chance) -> Vec<Step> {
    let is_large = chance.once_in(12);
    let rules = Rules {
        pool: if is_large {
            60
        } else {
            chance.pick(&[4, 8, 20])
        },
        roles: (0..1 + chance.below(4))
            .map(|_| chance.pick(Role::ALL))
            .collect(),
    };
    let has_feeds = chance.once_in(2);
    let many = if is_large {
        60 + chance.below(60)
    } else {
        2 + chance.below(24)
    };
    let mut steps: Vec<Step> = Vec::new();
    for _ in 0..many {
        let step = if has_feeds && !chance.once_in(3) {
            Step::Tell(decoded(chance))
        } else if chance.once_in(25) {
            let mut leg = || {
                let carrier = chance.pick(&CARRIERS);
                LegId::new(carrier, &number(chance, rules.pool))
            };
            Step::Link(leg(), leg())
        } else if chance.once_in(10) && !steps.is_empty() {
            chance.pick(&steps)
        } else {
            Step::Tell(vec![told(chance, &rules)])
        };
        steps.push(step);
    }
    steps
}
