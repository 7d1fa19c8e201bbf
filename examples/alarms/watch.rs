//! The rules of the crate over journeys, with a clock: what they would have raised, and when.

use std::collections::BTreeMap;
use std::num::NonZero;

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::ProgressBar;
use parceltrail::anomaly::{
    CaseChange, CaseEvent, Catalogue, Category, Expectations, Inspector, Level, Replay, RuleAbout,
    Section, Settings, SettingsError, Share,
};
use parceltrail::eta::{ModelSettings, TransitModel};
use parceltrail::journey::LegId;
use parceltrail::{History, Journey, Shipment};
use smol_str::SmolStr;

use super::course::Course;
use super::inject::{Injected, Kind};
use super::judge::{Judged, share};
use super::trial::Parts;

/// The rules that name a kind of trouble. What only follows from it, such as a promise at risk, is
/// no detection.
pub const fn seen_by(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Stall => &["stalled", "never-handed-over", "lost-risk"],
        Kind::CustomsHold => &[
            "customs-dwell",
            "customs-action-needed",
            "stalled",
            "lost-risk",
        ],
        Kind::Misroute => &["misrouted", "route-loop", "impossible-travel"],
        Kind::Loss => &[
            "stalled",
            "never-handed-over",
            "customs-dwell",
            "lost-risk",
            "lost",
        ],
        Kind::FalseDelivery => &["moved-after-delivery", "contradiction"],
    }
}

/// The rules' name in the table.
pub const DETECTOR: &str = "parceltrail";
/// How long a delivered parcel is still looked at: a scan may be told late.
const AFTERWARDS: TimeDelta = TimeDelta::days(1);
/// How often the setting is halved in on: enough for three parts in a hundred.
const HALVINGS: usize = 8;

/// An alarm of level warning or above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub at: DateTime<Utc>,
    pub rule: SmolStr,
}

/// How many clean parcels a rule raised an alarm about.
#[derive(Clone, Debug)]
pub struct RuleCount {
    pub rule: SmolStr,
    pub parcels: usize,
    /// Whether such an alarm is false on a clean parcel.
    pub counts: bool,
}

/// The rules at their operating point.
pub struct Watched {
    pub judged: Judged,
    /// The share of clean parcels of the tuning part with an alarm, if the setting were the share
    /// allowed: how far its name can be believed.
    pub as_named: f64,
    pub rules: Vec<RuleCount>,
}

/// A journey ready for replay.
struct Ready {
    journey: Journey,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Ready {
    fn new(course: &Course, until: DateTime<Utc>) -> Self {
        let deliveries = course.deliveries();
        let from = deliveries.first().map_or(until, |first| first.received);
        Self {
            journey: journey(course, deliveries),
            from,
            until,
        }
    }
}

/// The journey that an application has after some deliveries, and the link that it declares when it
/// learns the next carrier's number.
fn journey(course: &Course, deliveries: impl IntoIterator<Item = Shipment>) -> Journey {
    let mut journey = Journey::default();
    for delivery in deliveries {
        journey.apply(delivery);
    }
    let leg = |index: usize| {
        let leg = &course.legs[index];
        LegId::new(leg.carrier.clone(), leg.number.as_str())
    };
    for next in 1..course.legs.len() {
        journey.link(leg(next - 1), leg(next));
    }
    journey
}

/// How many journeys are read or replayed in all.
pub fn work(parts: &Parts, injected: &[(usize, Injected)]) -> usize {
    parts.train.len() + (HALVINGS + 2) * parts.tune.len() + parts.test.len() + injected.len()
}

/// What a transit model learns from the journeys that teach: what was known of them when training
/// ends.
pub fn train(parts: &Parts, bar: &ProgressBar) -> TransitModel {
    let mut model = TransitModel::new(ModelSettings::default());
    for course in &parts.train {
        bar.inc(1);
        let known = course
            .deliveries()
            .into_iter()
            .filter(|delivery| delivery.received <= parts.train_until);
        let snapshot = journey(course, known).at(parts.train_until);
        if let Some(history) = History::of(course.id.clone(), &snapshot) {
            model.learn(&history, parts.train_until);
        }
    }
    model.fit();
    model
}

/// Sets the rules on the tuning part, and judges them.
pub fn judge(
    parts: &Parts,
    injected: &[(usize, Injected)],
    allowed: f64,
    model: &dyn Expectations,
    bar: &ProgressBar,
) -> Result<Watched, SettingsError> {
    let ready = |courses: &[Course]| {
        courses
            .iter()
            .map(|course| Ready::new(course, course.ends_at() + AFTERWARDS))
            .collect::<Vec<_>>()
    };
    let (tune, test) = (ready(&parts.tune), ready(&parts.test));
    let alarmed = |inspector: &Inspector, ready: &[Ready]| {
        let counted = |alarms: Vec<Alarm>| {
            alarms
                .iter()
                .any(|alarm| is_claim(inspector.catalogue(), &alarm.rule))
        };
        let of_each = in_parallel(ready, |one| {
            bar.inc(1);
            counted(alarms(inspector, model, one))
        });
        share(
            of_each.into_iter().filter(|counts| *counts).count(),
            ready.len(),
        )
    };
    let as_named = alarmed(&inspector(allowed, Which::Counted)?, &tune);
    let (mut low, mut high) = (allowed / 50.0, (allowed * 20.0).min(0.9));
    for _ in 0..HALVINGS {
        let middle = (low * high).sqrt();
        if alarmed(&inspector(middle, Which::Counted)?, &tune) > allowed {
            high = middle
        } else {
            low = middle
        }
    }
    let listing = inspector(low, Which::All)?;
    let inspector = inspector(low, Which::Counted)?;
    let of_test = in_parallel(&test, |one| {
        bar.inc(1);
        alarms(&listing, model, one)
    });
    let seen = in_parallel(injected, |(_, one)| {
        bar.inc(1);
        let alarms = alarms(&inspector, model, &Ready::new(&one.course, one.end));
        alarms
            .into_iter()
            .find(|alarm| alarm.at >= one.start && seen_by(one.kind).contains(&alarm.rule.as_str()))
            .map(|alarm| alarm.at)
    });
    let is_alarmed = |alarms: &&Vec<Alarm>| {
        alarms
            .iter()
            .any(|alarm| is_claim(listing.catalogue(), &alarm.rule))
    };
    Ok(Watched {
        judged: Judged {
            detector: DETECTOR,
            setting: format!("false_alarms_per_parcel = {low:.4}"),
            tuned: alarmed(&inspector, &tune),
            false_alarms: share(of_test.iter().filter(is_alarmed).count(), test.len()),
            seen,
        },
        as_named,
        rules: by_rule(&listing, &of_test),
    })
}

/// The rules at a setting. Without those that do not count where nobody lists them: asking for the
/// promise takes most of the time.
fn inspector(false_alarms: f64, which: Which) -> Result<Inspector, SettingsError> {
    let false_alarms_per_parcel =
        Share::try_from(false_alarms.clamp(0.0, 1.0)).unwrap_or(Share::percent(2));
    let catalogue = Catalogue::builtin();
    let disabled: Section = [("enabled".to_owned(), false.into())].into_iter().collect();
    let is_left_out =
        |about: &RuleAbout| which == Which::Counted && !is_claim(&catalogue, about.code);
    let rules = catalogue
        .rules()
        .filter(|(about, _)| is_left_out(about))
        .map(|(about, _)| (about.code.into(), disabled.clone()))
        .collect();
    let mut settings = Settings::default();
    (settings.false_alarms_per_parcel, settings.rules) = (false_alarms_per_parcel, rules);
    Inspector::new(settings)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Only the rules whose alarms are false on a clean parcel.
    Counted,
    All,
}

/// Whether a rule claims that something is wrong that is not. Rules about the promise foretell a
/// lateness or state it, and rules about the delivery repeat what the courier told: on a clean
/// parcel they may be right.
fn is_claim(catalogue: &Catalogue, rule: &str) -> bool {
    catalogue
        .about(rule)
        .is_none_or(|about| !matches!(about.category, Category::Promise | Category::Delivery))
}

/// What would have been raised about a journey, oldest first.
fn alarms(inspector: &Inspector, model: &dyn Expectations, ready: &Ready) -> Vec<Alarm> {
    let changes = Replay::new(inspector).expecting(model).run(
        "parcel",
        &ready.journey,
        ready.from,
        ready.until,
    );
    changes
        .into_iter()
        .filter(is_alarm)
        .map(|change| Alarm {
            at: change.at,
            rule: change.case.rule,
        })
        .collect()
}

fn is_alarm(change: &CaseChange) -> bool {
    matches!(
        change.what,
        CaseEvent::Opened | CaseEvent::Escalated | CaseEvent::Reopened
    ) && change.case.level >= Level::Warning
}

fn by_rule(inspector: &Inspector, of_parcels: &[Vec<Alarm>]) -> Vec<RuleCount> {
    let mut parcels: BTreeMap<&str, usize> = BTreeMap::new();
    for alarms in of_parcels {
        let mut rules: Vec<&str> = alarms.iter().map(|alarm| alarm.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
            .into_iter()
            .for_each(|rule| *parcels.entry(rule).or_default() += 1);
    }
    let mut counts: Vec<RuleCount> = parcels
        .into_iter()
        .map(|(rule, parcels)| RuleCount {
            rule: rule.into(),
            parcels,
            counts: is_claim(inspector.catalogue(), rule),
        })
        .collect();
    counts.sort_by(|a, b| b.counts.cmp(&a.counts).then(b.parcels.cmp(&a.parcels)));
    counts
}

/// Maps on all cores; the results keep the order.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(size)
            .map(|chunk| scope.spawn(|| chunk.iter().map(&work).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
