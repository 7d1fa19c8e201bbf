//! Parcels drawn from the tables of [`lanes`](super::lanes): the same seed gives the same parcels.

use chrono::{DateTime, Duration, TimeZone, Utc};
use fastrand::Rng;
use parceltrail::history::{HistoryEnd, Station};
use parceltrail::model::Country;
use parceltrail::{Milestone, Reason, Stage};

use super::course::{Clock, Course, Leg, Scan};
use super::dwell::{Open, hours};
use super::lanes::{LANES, Lane, Step, Town};

/// Days over which the parcels start.
const SEASON_DAYS: f64 = 300.0;
/// How much slower the slowest week of the year is than the mean one: networks drift.
const DRIFT: f64 = 0.12;
/// How often a step between facilities misses its connection, and by what.
const MISSED_CONNECTION: (f64, super::dwell::Dwell) = (0.02, super::dwell::Dwell::Usual(20.0, 0.7));
/// How often the courier comes in vain.
const FAILED_ATTEMPT: f64 = 0.06;
/// How often a parcel then waits at a shop.
const COLLECTED_AFTER_ATTEMPT: f64 = 0.3;
/// How often a scan is told a day or two late.
const TOLD_LATE: f64 = 0.02;
/// How often a parcel is lost.
const LOST: f64 = 0.006;
/// How often the carrier admits it.
const LOSS_ADMITTED: f64 = 0.4;

/// Draws `count` parcels, ordered by their start.
pub fn generate(count: usize, seed: u64) -> Vec<Course> {
    let mut rng = Rng::with_seed(seed);
    let season_start = Utc
        .with_ymd_and_hms(2025, 2, 3, 0, 0, 0)
        .single()
        .unwrap_or_default();
    let mut starts: Vec<DateTime<Utc>> = (0..count)
        .map(|_| season_start + hours(24.0 * SEASON_DAYS * rng.f64()))
        .collect();
    starts.sort_unstable();
    let mut drawn: Vec<Course> = starts
        .into_iter()
        .enumerate()
        .map(|(index, start)| Draw::new(index, start, &mut rng).run())
        .collect();
    drawn.sort_by_key(|course| course.scans.first().map(|scan| scan.at));
    drawn
}

fn lane(rng: &mut Rng) -> &'static Lane {
    let mut left = rng.f64() * LANES.iter().map(|lane| lane.share).sum::<f64>();
    LANES
        .iter()
        .find(|lane| {
            left -= lane.share;
            left < 0.0
        })
        .unwrap_or(&LANES[0])
}

/// One parcel being drawn.
struct Draw<'r> {
    lane: &'static Lane,
    rng: &'r mut Rng,
    /// How slow the network is these weeks.
    slowness: f64,
    now: DateTime<Utc>,
    leg: usize,
    picked_up: Option<DateTime<Utc>>,
    course: Course,
}

impl<'r> Draw<'r> {
    fn new(index: usize, start: DateTime<Utc>, rng: &'r mut Rng) -> Self {
        let lane = lane(rng);
        let (first, last) = (&lane.steps[0], &lane.steps[lane.steps.len() - 1]);
        let legs = std::iter::once(lane.carrier).chain(lane.last_mile);
        let course = Course {
            id: format!("g{index}").into(),
            carrier: lane.carrier.into(),
            service: Some(lane.service.into()),
            origin: station(first.town),
            destination: station(last.town),
            promised: None,
            outcome: None,
            legs: legs
                .enumerate()
                .map(|(leg, carrier)| Leg {
                    carrier: carrier.into(),
                    number: format!("T{index:07}{leg}").into(),
                })
                .collect(),
            scans: Vec::new(),
        };
        let day_of_year = (start
            - Utc
                .with_ymd_and_hms(2025, 1, 1, 0, 0, 0)
                .single()
                .unwrap_or(start))
        .num_days() as f64;
        let slowness = 1.0 + DRIFT * (std::f64::consts::TAU * day_of_year / 365.0).sin();
        Self {
            lane,
            rng,
            slowness,
            now: start,
            leg: 0,
            picked_up: None,
            course,
        }
    }

    fn run(mut self) -> Course {
        let lane = self.lane;
        let lost_after = (self.rng.f64() < LOST).then(|| self.rng.usize(1..lane.steps.len()));
        for (index, step) in lane.steps.iter().enumerate() {
            if lost_after == Some(index) && self.picked_up.is_some() {
                self.lose();
                break;
            }
            self.take(step);
        }
        if self
            .course
            .scans
            .last()
            .is_some_and(|scan| scan.milestone == Milestone::Delivered)
        {
            self.course.outcome = Some(HistoryEnd::Delivered);
        }
        let picked_up = self.picked_up.unwrap_or(self.now);
        self.course.promised = lane.promise_days.map(|days| {
            end_of_day(
                picked_up + Duration::days(days),
                &lane.steps[lane.steps.len() - 1],
            )
        });
        self.course
    }

    fn take(&mut self, step: &'static Step) {
        let (mut length, is_slow) = step.dwell.sample(self.rng);
        let started = self.now;
        if step.stage == Stage::LineHaul && self.rng.f64() < MISSED_CONNECTION.0 {
            length += MISSED_CONNECTION.1.sample(self.rng).0;
        }
        self.now = step.open.next(
            started + hours(length * self.slowness),
            offset(step.town),
            self.rng,
        );
        if step.milestone == Milestone::PickedUp {
            self.picked_up = Some(self.now);
        }
        if step.milestone == Milestone::CustomsReleased && is_slow {
            self.control(step, started);
        }
        if step.milestone == Milestone::Delivered && self.rng.f64() < FAILED_ATTEMPT {
            self.fail_attempt(step);
        }
        if self.rng.f64() < step.told {
            self.tell(step, self.now, step.milestone, None);
        }
        if step.milestone == Milestone::HandedOver && self.lane.last_mile.is_some() {
            self.leg = 1;
        }
    }

    /// Slow customs: some say why.
    fn control(&mut self, step: &'static Step, started: DateTime<Utc>) {
        let stay = self.now - started;
        let (milestone, reason) = match self.rng.u8(0..10) {
            0 | 1 => (Milestone::CustomsInspection, Reason::RandomInspection),
            2 => (
                Milestone::CustomsInfoRequired,
                Reason::DescriptionInsufficient,
            ),
            _ => return,
        };
        let at = started + hours(stay.num_minutes() as f64 / 60.0 * (0.1 + 0.4 * self.rng.f64()));
        self.tell(step, at, milestone, Some(reason));
    }

    /// Nobody was at home: another round on the next day of work, or the parcel waits at a shop.
    fn fail_attempt(&mut self, step: &'static Step) {
        self.tell(
            step,
            self.now,
            Milestone::DeliveryAttempted,
            Some(Reason::RecipientAbsent),
        );
        if self.rng.f64() < COLLECTED_AFTER_ATTEMPT {
            let shop_opens = self.now + hours(3.0 + 3.0 * self.rng.f64());
            self.tell(step, shop_opens, Milestone::AvailableForPickup, None);
            let collected = shop_opens
                + hours(
                    super::dwell::Dwell::Usual(28.0, 0.8)
                        .sample(self.rng)
                        .0
                        .min(140.0),
                );
            self.now = Open::Weekdays(9, 19).next(collected, offset(step.town), self.rng);
        } else {
            let next_round =
                Open::Weekdays(7, 11).next(self.now + hours(13.0), offset(step.town), self.rng);
            self.tell(step, next_round, Milestone::OutForDelivery, None);
            self.now = Open::Weekdays(8, 20).next(
                next_round + hours(1.0 + 6.0 * self.rng.f64()),
                offset(step.town),
                self.rng,
            );
        }
    }

    fn lose(&mut self) {
        self.course.outcome = Some(HistoryEnd::Lost);
        if self.rng.f64() < LOSS_ADMITTED {
            let at = self.now + hours(24.0 * (18.0 + 20.0 * self.rng.f64()));
            let step = &self.lane.steps[self.lane.steps.len() - 1];
            self.tell(step, at, Milestone::Lost, None);
        }
    }

    fn tell(
        &mut self,
        step: &'static Step,
        at: DateTime<Utc>,
        milestone: Milestone,
        reason: Option<Reason>,
    ) {
        let mut delay = super::dwell::Dwell::Usual(self.lane.telling, 0.8)
            .sample(self.rng)
            .0;
        if self.rng.f64() < TOLD_LATE {
            delay += 6.0 + 36.0 * self.rng.f64();
        }
        let seconds = offset(step.town);
        self.course.scans.push(Scan {
            leg: self.leg,
            at,
            received: at + hours(delay),
            stage: Some(step.stage),
            milestone,
            place: (milestone != Milestone::Lost).then(|| station(step.town)),
            reason,
            clock: if self.lane.has_zones {
                Clock::Offset(seconds)
            } else {
                Clock::Unknown(seconds)
            },
        });
    }
}

/// The place as feeds name it.
pub fn station(town: &Town) -> Station {
    Station::new()
        .with_country(Country::from_alpha2(town.country))
        .with_code(town.code)
}

fn offset(town: &Town) -> i32 {
    town.offset * 3600
}

fn end_of_day(at: DateTime<Utc>, step: &Step) -> DateTime<Utc> {
    let shift = Duration::seconds(i64::from(offset(step.town)));
    let local = at + shift;
    local
        .date_naive()
        .and_hms_opt(21, 0, 0)
        .map_or(at, |evening| evening.and_utc() - shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_parcels_and_another_draws_others() {
        assert_eq!(generate(40, 7), generate(40, 7));
        assert_ne!(generate(40, 7), generate(40, 8));
    }

    #[test]
    fn parcels_go_forward_in_time_and_most_arrive() {
        let drawn = generate(2000, 3);
        for course in &drawn {
            assert!(
                course.scans.windows(2).all(|pair| pair[0].at <= pair[1].at),
                "{course:?}"
            );
            assert!(
                course
                    .scans
                    .iter()
                    .all(|scan| scan.received >= scan.at && scan.leg < course.legs.len())
            );
        }
        let delivered = drawn
            .iter()
            .filter(|course| course.outcome == Some(HistoryEnd::Delivered))
            .count();
        assert!((1960..2000).contains(&delivered), "{delivered}");
        let late = drawn
            .iter()
            .filter(|course| {
                course
                    .delivered_at()
                    .zip(course.promised)
                    .is_some_and(|(at, promised)| at > promised)
            })
            .count();
        let promised = drawn
            .iter()
            .filter(|course| course.promised.is_some())
            .count();
        let share = late as f64 / promised as f64;
        assert!((0.02..0.12).contains(&share), "{share} are late");
    }

    #[test]
    fn customs_takes_hours_for_most_and_days_for_some() {
        let mut stays: Vec<i64> = generate(4000, 5)
            .iter()
            .flat_map(|course| {
                course
                    .scans
                    .windows(2)
                    .filter(|pair| pair[1].milestone == Milestone::CustomsReleased)
                    .map(|pair| (pair[1].at - pair[0].at).num_hours())
                    .collect::<Vec<_>>()
            })
            .collect();
        stays.sort_unstable();
        assert!(stays[stays.len() / 2] < 4);
        assert!(stays[stays.len() * 99 / 100] > 60);
    }
}
