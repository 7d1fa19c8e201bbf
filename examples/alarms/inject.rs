//! What goes wrong on purpose: [`Kind`] and [`inject`].

use chrono::{DateTime, Duration, TimeDelta, Utc};
use fastrand::Rng;
use parceltrail::history::Station;
use parceltrail::model::Country;
use parceltrail::{Milestone, Reason, Stage};
use serde::Serialize;

use super::course::{Course, Scan};
use super::dwell::hours;
use super::generate::station;
use super::lanes::ASTRAY;

/// How long after its start a loss may still be found: an alarm after a month serves nobody.
pub const LOSS_WATCHED: TimeDelta = TimeDelta::days(30);
/// By how many whole days a stay is prolonged.
pub const STALL_DAYS: std::ops::RangeInclusive<i64> = 5..=12;
/// How long customs hold, in days.
pub const HOLD_DAYS: std::ops::RangeInclusive<i64> = 7..=21;
/// How often the feed reports the hold.
pub const HOLD_TOLD: f64 = 0.5;
/// How often the feed says itself that the parcel went astray.
const MISROUTE_TOLD: f64 = 0.4;
/// By how many days a stray costs.
const ASTRAY_DAYS: std::ops::RangeInclusive<i64> = 3..=8;
/// How many days pass between a delivery that was none and the movement after it.
const FALSE_DELIVERY_DAYS: std::ops::RangeInclusive<i64> = 2..=4;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A stay lasts five to twelve days longer; then the parcel goes on.
    Stall,
    /// Customs release the parcel one to three weeks later; half of the time the feed says that
    /// they hold it.
    CustomsHold,
    /// The parcel turns up where it should not be and comes back days later; sometimes the feed
    /// says so.
    Misroute,
    /// After some scan nothing is ever heard again.
    Loss,
    /// "Delivered" is told; days later the parcel moves on, and is delivered.
    FalseDelivery,
}

impl Kind {
    /// Every kind, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Stall,
        Self::CustomsHold,
        Self::Misroute,
        Self::Loss,
        Self::FalseDelivery,
    ];

    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stall => "stall",
            Self::CustomsHold => "customs-hold",
            Self::Misroute => "misroute",
            Self::Loss => "loss",
            Self::FalseDelivery => "false-delivery",
        }
    }
}

/// A journey with something wrong.
#[derive(Clone, Debug)]
pub struct Injected {
    pub kind: Kind,
    pub course: Course,
    /// The first moment at which it differs from the clean journey. An alarm before it is no
    /// detection.
    pub start: DateTime<Utc>,
    /// When it is over, or nobody waits any longer. An alarm after it is none either.
    pub end: DateTime<Utc>,
}

/// Puts something wrong into a clean journey, if there is room for it.
pub fn inject(kind: Kind, clean: &Course, rng: &mut Rng) -> Option<Injected> {
    match kind {
        Kind::Stall => stall(clean, rng),
        Kind::CustomsHold => customs_hold(clean, rng),
        Kind::Misroute => misroute(clean, rng),
        Kind::Loss => loss(clean, rng),
        Kind::FalseDelivery => false_delivery(clean, rng),
    }
}

fn stall(clean: &Course, rng: &mut Rng) -> Option<Injected> {
    let at = choose(clean, rng, |scan, next| {
        !is_waiting_for_others(scan)
            && next.milestone != Milestone::CustomsReleased
            && !scan.milestone.is_customs()
    })?;
    let mut course = clean.clone();
    delay_from(&mut course, at + 1, Duration::days(rng.i64(STALL_DAYS)));
    Some(Injected {
        kind: Kind::Stall,
        start: clean.scans[at + 1].at,
        end: course.scans[at + 1].received,
        course,
    })
}

fn customs_hold(clean: &Course, rng: &mut Rng) -> Option<Injected> {
    let at = choose(clean, rng, |_, next| {
        next.milestone == Milestone::CustomsReleased
    })?;
    let mut course = clean.clone();
    delay_from(&mut course, at + 1, Duration::days(rng.i64(HOLD_DAYS)));
    let (mut start, end) = (clean.scans[at + 1].at, course.scans[at + 1].received);
    if rng.f64() < HOLD_TOLD {
        let (milestone, reason) = match rng.u8(0..3) {
            0 => (Milestone::CustomsHold, Reason::Regulatory),
            1 => (Milestone::CustomsInspection, Reason::RandomInspection),
            _ => (Milestone::CustomsInfoRequired, Reason::DocumentsMissing),
        };
        let told_at = clean.scans[at].at + hours(4.0 + 40.0 * rng.f64());
        let release = &course.scans[at + 1];
        let told = Scan {
            at: told_at,
            received: told_at + (release.received - release.at),
            milestone,
            reason: Some(reason),
            ..release.clone()
        };
        start = start.min(told_at);
        course.scans.insert(at + 1, told);
    }
    Some(Injected {
        kind: Kind::CustomsHold,
        course,
        start,
        end,
    })
}

fn misroute(clean: &Course, rng: &mut Rng) -> Option<Injected> {
    let at = choose(clean, rng, |scan, next| {
        matches!(
            scan.milestone,
            Milestone::PickedUp
                | Milestone::Departed
                | Milestone::InTransit
                | Milestone::HandedOver
        ) && next.milestone == Milestone::Arrived
            && (scan.at != next.at)
    })?;
    let mut course = clean.clone();
    let lost_time = Duration::days(rng.i64(ASTRAY_DAYS));
    delay_from(&mut course, at + 1, lost_time);
    let (before, after) = (clean.scans[at].clone(), &clean.scans[at + 1]);
    let stray = stray_station(clean, rng);
    let arrives = before.at + (after.at - before.at) / 2;
    let leaves = arrives + lost_time / 2;
    let telling = after.received - after.at;
    let scan = |at: DateTime<Utc>, milestone| Scan {
        at,
        received: at + telling,
        milestone,
        stage: Some(Stage::LineHaul),
        place: Some(stray.clone()),
        reason: (milestone == Milestone::Misrouted).then_some(Reason::Missort),
        ..before.clone()
    };
    let mut strays = vec![scan(arrives, Milestone::Arrived)];
    if rng.f64() < MISROUTE_TOLD {
        strays.push(scan(arrives + (leaves - arrives) / 3, Milestone::Misrouted));
    }
    strays.push(scan(leaves, Milestone::Departed));
    course.scans.splice(at + 1..=at, strays);
    Some(Injected {
        kind: Kind::Misroute,
        start: arrives,
        end: course.ends_at(),
        course,
    })
}

fn loss(clean: &Course, rng: &mut Rng) -> Option<Injected> {
    let at = choose(clean, rng, |scan, _| !is_waiting_for_others(scan))?;
    let mut course = clean.clone();
    course.scans.truncate(at + 1);
    course.outcome = None;
    let start = clean.scans[at + 1].at;
    Some(Injected {
        kind: Kind::Loss,
        course,
        start,
        end: start + LOSS_WATCHED,
    })
}

fn false_delivery(clean: &Course, rng: &mut Rng) -> Option<Injected> {
    let moves = |scan: &Scan| {
        matches!(
            scan.milestone,
            Milestone::Arrived
                | Milestone::Departed
                | Milestone::InTransit
                | Milestone::OutForDelivery
        )
    };
    let at = choose(clean, rng, |scan, next| {
        moves(next) && scan.leg + 1 == clean.legs.len() && !matches!(scan.stage, Some(Stage::Order))
    })?;
    let mut course = clean.clone();
    delay_from(
        &mut course,
        at + 1,
        Duration::days(rng.i64(FALSE_DELIVERY_DAYS)),
    );
    let (before, after) = (&clean.scans[at], &clean.scans[at + 1]);
    let told_at = before.at + (after.at - before.at) / 2;
    let last = clean.scans.last()?;
    let told = Scan {
        at: told_at,
        received: told_at + (after.received - after.at),
        milestone: Milestone::Delivered,
        ..last.clone()
    };
    course.scans.insert(at + 1, told);
    // A movement that becomes known after the parcel has arrived was never there to see.
    let arrival = course.delivery_known_at()?;
    if !course.scans[at + 2..]
        .iter()
        .any(|scan| moves(scan) && scan.received < arrival)
    {
        return None;
    }
    Some(Injected {
        kind: Kind::FalseDelivery,
        start: told_at,
        end: course.ends_at() + Duration::days(1),
        course,
    })
}

/// A stay of a parcel that the carrier holds: the index of the scan with which it begins, chosen
/// among those that `fits` likes.
fn choose(clean: &Course, rng: &mut Rng, fits: impl Fn(&Scan, &Scan) -> bool) -> Option<usize> {
    let held = clean
        .scans
        .iter()
        .position(|scan| !scan.milestone.is_before_pickup())?;
    let end = clean
        .scans
        .iter()
        .position(|scan| scan.milestone.is_terminal())?;
    let fitting: Vec<usize> = (held..end)
        .filter(|&at| at + 1 < clean.scans.len() && fits(&clean.scans[at], &clean.scans[at + 1]))
        .collect();
    rng.choice(fitting)
}

/// Whether the parcel waits for its recipient or for customs, whom no carrier hurries.
fn is_waiting_for_others(scan: &Scan) -> bool {
    matches!(
        scan.milestone,
        Milestone::AvailableForPickup | Milestone::DeliveryAttempted
    )
}

/// Everything from a scan on happens, and is told, later.
fn delay_from(course: &mut Course, from: usize, by: TimeDelta) {
    for scan in course.scans.iter_mut().skip(from) {
        scan.at += by;
        scan.received += by;
    }
}

/// A place that the lane never sees. Where feeds name no country only a code is made up, as they
/// would give one.
fn stray_station(clean: &Course, rng: &mut Rng) -> Station {
    let seen = |country: Option<Country>| {
        clean
            .scans
            .iter()
            .filter_map(|scan| scan.place.as_ref())
            .any(|place| place.country == country)
    };
    if seen(None) || clean.origin.country.is_none() {
        return Station::new().with_code("ASTRAY");
    }
    let is_domestic = clean.origin.country == clean.destination.country;
    let fitting = ASTRAY
        .iter()
        .filter(|town| seen(Country::from_alpha2(town.country)) == is_domestic)
        .map(station);
    rng.choice(fitting.collect::<Vec<_>>())
        .unwrap_or_else(|| station(&ASTRAY[0]))
}

#[cfg(test)]
mod tests {
    use super::super::generate::generate;
    use super::*;

    fn all() -> Vec<(Course, Injected)> {
        let clean: Vec<Course> = generate(400, 11)
            .into_iter()
            .filter(|course| course.delivered_at().is_some())
            .collect();
        let mut rng = Rng::with_seed(3);
        let tried = clean
            .iter()
            .flat_map(|course| Kind::ALL.map(|kind| (course, kind)));
        tried
            .filter_map(|(course, kind)| Some((course.clone(), inject(kind, course, &mut rng)?)))
            .collect()
    }

    #[test]
    fn an_injected_journey_goes_forward_and_differs_from_its_start_on() {
        for (clean, injected) in all() {
            let Injected {
                kind,
                course,
                start,
                end,
            } = &injected;
            assert!(
                course.scans.windows(2).all(|pair| pair[0].at <= pair[1].at),
                "{kind:?} {course:#?}"
            );
            assert!(course.scans.iter().all(|scan| scan.received >= scan.at));
            assert!(start < end, "{kind:?}");
            let before = |course: &Course| {
                course
                    .scans
                    .iter()
                    .filter(|scan| scan.at < *start)
                    .cloned()
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                before(&clean),
                before(course),
                "{kind:?}: until its start it is the clean journey"
            );
            let first =
                |course: &Course| course.scans.iter().find(|scan| scan.at >= *start).cloned();
            assert_ne!(
                first(&clean),
                first(course),
                "{kind:?}: from its start on it is another"
            );
            let starts_with_a_difference = [&clean, course]
                .iter()
                .any(|one| first(one).is_some_and(|scan| scan.at == *start));
            assert!(starts_with_a_difference, "{kind:?}: and not from later on");
        }
    }

    #[test]
    fn each_kind_is_what_it_says() {
        let mut counts = [0; 5];
        for (clean, injected) in all() {
            let (before, after) = (
                clean.delivered_at(),
                injected.course.scans.last().map(|scan| scan.at),
            );
            let later = before
                .zip(after)
                .map(|(before, after)| (after - before).num_days());
            let delivered = injected
                .course
                .scans
                .iter()
                .filter(|scan| scan.milestone == Milestone::Delivered)
                .count();
            counts[Kind::ALL
                .iter()
                .position(|kind| *kind == injected.kind)
                .unwrap()] += 1;
            match injected.kind {
                Kind::Stall => {
                    assert!(later.is_some_and(|days| (5..=12).contains(&days)) && delivered == 1)
                }
                Kind::CustomsHold => {
                    assert!(later.is_some_and(|days| (7..=21).contains(&days)) && delivered == 1)
                }
                Kind::Misroute => assert!(
                    later.is_some_and(|days| (3..=8).contains(&days))
                        && injected.course.scans.len() >= clean.scans.len() + 2
                ),
                Kind::Loss => {
                    assert!(delivered == 0 && injected.course.scans.len() < clean.scans.len())
                }
                Kind::FalseDelivery => assert_eq!(delivered, 2),
            }
        }
        assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
    }

    #[test]
    fn no_customs_milestones_no_customs_hold() {
        let mut clean = generate(1, 1).remove(0);
        clean.scans.retain(|scan| !scan.milestone.is_customs());
        assert!(inject(Kind::CustomsHold, &clean, &mut Rng::with_seed(1)).is_none());
    }
}
