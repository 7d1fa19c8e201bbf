//! What the remembered journeys say about each context: times to delivery, times to the next event,
//! and which event that is.

use super::context::{Level, Map, keys};
use super::curve::{Curve, Seen, Spread};
use super::kind::Kind;
use super::record::{End, Record, Step};
use super::settings::ModelSettings;
use crate::model::Milestone;

/// From which share on a finer level holds the same journeys.
const SAME: f64 = 0.95;

/// Of one context.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) arrival: Spread,
    pub(super) stay: Spread,
    pub(super) next: Vec<(Kind, Spread)>,
    /// The weight of its observations.
    pub(super) weight: f64,
    /// How many there are.
    count: u32,
}

/// Of all contexts. Follows from a [`Memory`](super::memory::Memory); never written down.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    by_key: Map<Table>,
    newest: i64,
}

impl Tables {
    /// Counts a record in, or with `sign` -1 out again.
    pub(super) fn count(&mut self, record: &Record, sign: f64, settings: &ModelSettings) {
        self.newest = self.newest.max(record.dated());
        let weight = sign * weight_at(record.dated(), settings);
        for (nth, step) in record.steps.iter().enumerate() {
            if step.kind.milestone().is_terminal() {
                break;
            }
            let next = record.steps.get(nth + 1);
            let arrival = match record.end {
                End::Delivered(at) => Seen::Ended((at - step.at) as f64),
                End::Open => Seen::Going((record.seen - step.at) as f64),
                End::Never => Seen::Never,
            };
            let stay = stay(record, step, next);
            for key in keys(record, step).into_iter().filter(|key| *key != 0) {
                let table = self.by_key.entry(key).or_default();
                table.arrival.add(arrival, weight);
                table.stay.add(stay, weight);
                table.weight += weight;
                table.count = if sign > 0.0 {
                    table.count + 1
                } else {
                    table.count.saturating_sub(1)
                };
                if let Some(next) = next {
                    table.went(next.kind, stay, weight);
                }
                if table.count == 0 {
                    self.by_key.remove(&key);
                }
            }
        }
    }

    /// What the levels of evidence say, coarse to fine, with how many observations each holds.
    pub(super) fn levels<'a>(
        &'a self,
        record: &Record,
        step: &Step,
    ) -> impl Iterator<Item = (Level, &'a Table)> {
        Level::LEARNED
            .into_iter()
            .zip(keys(record, step))
            .filter_map(|(level, key)| Some((level, self.by_key.get(&key)?)))
    }

    /// What one observation of today weighs.
    pub(super) fn unit(&self, settings: &ModelSettings) -> f64 {
        weight_at(self.newest, settings)
    }

    /// The newest date of any evidence, seconds since 1970.
    pub(super) const fn newest(&self) -> i64 {
        self.newest
    }

    /// After some records went: the newest date of those that are left.
    pub(super) fn dates<'r>(&mut self, left: impl Iterator<Item = &'r Record>) {
        self.newest = left.map(Record::dated).max().unwrap_or_default();
    }

    pub(super) fn contexts(&self) -> usize {
        self.by_key.len()
    }
}

impl Table {
    fn went(&mut self, kind: Kind, stay: Seen, weight: f64) {
        match self.next.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, spread)) => spread.add(stay, weight),
            None => {
                let mut spread = Spread::default();
                spread.add(stay, weight);
                self.next.push((kind, spread));
            }
        }
    }
}

/// What became of a stay: the next event, nothing yet, or nothing ever.
fn stay(record: &Record, step: &Step, next: Option<&Step>) -> Seen {
    match next {
        Some(next) if next.kind.milestone() == Milestone::Lost => Seen::Never,
        Some(next) => Seen::Ended((next.at - step.at) as f64),
        None if record.end == End::Never => Seen::Never,
        None => Seen::Going((record.seen - step.at) as f64),
    }
}

/// Whether so much was observed that what is believed besides hardly counts.
pub(super) fn is_drowning(table: &Table, unit: f64, strength: f64) -> bool {
    table.weight / unit > strength * 50.0
}

/// A belief, made finer level by level. Passed over are levels coarser than one that drowns them,
/// and those that hold hardly anything but what the next finer one holds: the same journeys do not
/// speak twice.
pub(super) fn refine<'a>(
    prior: Curve,
    levels: &[(Level, &'a Table)],
    spread: fn(&'a Table) -> &'a Spread,
    unit: f64,
    strength: f64,
) -> Curve {
    let drowning = levels
        .iter()
        .rposition(|(_, table)| is_drowning(table, unit, strength))
        .unwrap_or(0);
    let levels = &levels[drowning.min(levels.len())..];
    let mut curve = prior;
    for (nth, (_, table)) in levels.iter().enumerate() {
        let is_repeated = levels
            .get(nth + 1)
            .is_some_and(|(_, finer)| finer.weight > SAME * table.weight);
        if !is_repeated {
            curve = curve.after(spread(table), unit, strength);
        }
    }
    curve
}

/// Forward decay: later observations weigh more, by a factor that depends on nothing but their
/// date.
pub(super) fn weight_at(seconds: i64, settings: &ModelSettings) -> f64 {
    const LANDMARK: i64 = 1_577_836_800;
    let days = ((seconds - LANDMARK) as f64 / 86_400.0).clamp(-20_000.0, 40_000.0);
    (days / settings.half_life_days.max(1.0))
        .clamp(-900.0, 900.0)
        .exp2()
}
