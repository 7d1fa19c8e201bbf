//! The trees of a model: which columns they read, what past each context has, and the quantiles
//! they give.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::width;
use super::boost::{Growth, LEVELS, Rows, grow};
use super::context::Map;
use super::features::{
    COLUMNS, PARENT, attribute_context, attribute_number, columns, contexts, is_of_plan,
};
use super::forest::Forest;
use super::kind::Kind;
use super::memory::Memory;
use super::record::{End, Record, Value, mix};
use super::routes::Routes;
use super::settings::ModelSettings;

/// Journeys that must have ended before trees are grown.
const ENOUGH: usize = 500;
/// Rows that trees are grown on, at most.
const MOST_ROWS: usize = 120_000;
const FOLDS: usize = 5;
/// How many attributes are looked at, of words and of numbers each.
pub(super) const ATTRIBUTES: usize = 8;
/// Observations that a context must have to weigh as much as the one it is shrunk towards.
const STRENGTH: f32 = 10.0;
/// Durations are learned as `ln(1 + t / SCALE)`: minutes and months on one scale.
const SCALE: f64 = 8.0 * 3600.0;
/// Where the tail beyond the last level is measured, and the head before the first.
pub(super) const TAIL: [f64; 5] = [0.98, 0.99, 0.995, 0.998, 0.9995];
pub(super) const HEAD: [f64; 2] = [0.02, 0.05];

/// After how many typical transit times an observation weighs half, if that is longer than the
/// settings say: a network is not seen to drift within one transit.
const HALF_LIFE_TRANSITS: f64 = 4.0;
const DAY: f64 = 86_400.0;
/// A duration weighs at most by the inverse of this.
const LEAST_OBSERVABLE: f64 = 0.2;
/// How far beyond the longest duration observed of a kind anything is expected.
pub(super) const BEYOND_LONGEST: f64 = 1.25;

/// What was fitted to a memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Fitted {
    pub(super) journeys: usize,
    pub(super) newest: i64,
    pub(super) words: Vec<u32>,
    pub(super) numbers: Vec<u32>,
    pub(super) past: Map<Past>,
    /// The share of the loss removed that each context's columns removed, and the plan's.
    pub(super) weights: Vec<f64>,
    pub(super) plan_weight: f64,
    pub(super) forest: Forest,
    /// Trees of the deviation from the promise or plan, for the kinds of event after which they
    /// told more.
    pub(super) against_due: Option<Forest>,
    pub(super) kinds_against_due: BTreeSet<Kind>,
    /// The longest duration observed of each kind, in seconds.
    pub(super) longest: BTreeMap<Kind, f64>,
    pub(super) routes: Routes,
    /// How far beyond the last level the tail reaches, in widths from the median to that level.
    pub(super) tail: [f64; TAIL.len()],
    /// How far before the first level the head begins, as a share of that level.
    pub(super) head: [f64; HEAD.len()],
}

/// A row before its contexts' past is known.
struct Draft {
    record: usize,
    step: usize,
    target: f32,
    /// The target less the promise or plan, on a scale of both signs; 0 without one.
    deviation: f32,
    /// Seconds until the promise or plan.
    due: Option<f64>,
    weight: f32,
    fold: usize,
}

/// What a context's observations say: mean target, mean deviation, and their weight.
pub(super) type Past = [f32; 3];

/// Sums over a context's rows, by fold: weight, targets, deviations.
type Sums = [[f32; 3]; FOLDS];

impl Fitted {
    /// Fits trees to everything remembered. Depends on nothing but the set of records.
    pub(super) fn to(memory: &Memory, settings: &ModelSettings, newest: i64) -> Self {
        let mut records: Vec<&Record> = memory.records().collect();
        records.sort_by_key(|record| record.id);
        let mut fitted = Self {
            journeys: records.len(),
            newest,
            ..Self::default()
        };
        if records
            .iter()
            .filter(|record| matches!(record.end, End::Delivered(_)))
            .count()
            < ENOUGH
        {
            return fitted;
        }
        fitted.routes = Routes::of(&records);
        fitted.name_attributes(&records);
        let drafts = drafts(&records, settings, newest);
        for draft in &drafts {
            let longest = fitted
                .longest
                .entry(records[draft.record].steps[draft.step].kind)
                .or_default();
            *longest = longest.max(seconds(f64::from(draft.target)));
        }
        let sample = fitted.rows(&records, &drafts);
        fitted.forest = grow(&sample.rows, &Growth::default());
        fitted.weigh_against_due(&sample);
        fitted.measure_ends(&sample);
        fitted.weigh();
        fitted
    }

    /// The columns that need no past, and the keys of the contexts.
    pub(super) fn fill(
        &self,
        record: &Record,
        nth: usize,
        row: &mut Vec<f32>,
        keys: &mut Vec<u64>,
    ) {
        columns(record, nth, row);
        row.extend(
            self.numbers
                .iter()
                .map(|name| attribute_number(record, *name)),
        );
        contexts(record, nth, keys);
        keys.extend(
            self.words
                .iter()
                .map(|name| attribute_context(record, nth, *name)),
        );
    }

    /// The attributes that most journeys have.
    fn name_attributes(&mut self, records: &[&Record]) {
        let mut counts: BTreeMap<(bool, u32), usize> = BTreeMap::new();
        for (name, value) in records.iter().flat_map(|record| &record.attributes) {
            *counts
                .entry((matches!(value, Value::Word(_)), *name))
                .or_default() += 1;
        }
        let most = |words: bool| {
            let mut names: Vec<(usize, u32)> = counts
                .iter()
                .filter(|((is_word, _), count)| *is_word == words && **count * 50 > records.len())
                .map(|((_, name), count)| (*count, *name))
                .collect();
            names.sort_unstable_by(|a, b| b.cmp(a));
            names
                .into_iter()
                .take(ATTRIBUTES)
                .map(|(_, name)| name)
                .collect()
        };
        (self.words, self.numbers) = (most(true), most(false));
    }

    /// Rows with the past of their contexts. A row's own fold is left out of it, else trees would
    /// trust it too much.
    fn rows(&mut self, records: &[&Record], drafts: &[Draft]) -> Sample {
        let mut sums: Map<Sums> = Map::default();
        let (mut row, mut keys) = (Vec::new(), Vec::new());
        for draft in drafts {
            keys.clear();
            row.clear();
            let record = records[draft.record];
            self.fill(record, draft.step, &mut row, &mut keys);
            for key in keys
                .iter()
                .copied()
                .chain([kind_key(record, draft.step)])
                .filter(|key| *key != 0)
            {
                let cell = &mut sums.entry(key).or_default()[draft.fold];
                cell.iter_mut()
                    .zip([1.0, draft.target, draft.deviation])
                    .for_each(|(cell, value)| *cell += draft.weight * value);
            }
        }
        let stride = drafts.len().div_ceil(MOST_ROWS);
        let mut rows = Rows::default();
        let mut about = Vec::new();
        for draft in drafts.iter().filter(|draft| {
            stride < 2
                || (mix(records[draft.record].id ^ draft.step as u64) as usize)
                    .is_multiple_of(stride)
        }) {
            keys.clear();
            let record = records[draft.record];
            self.fill(record, draft.step, &mut rows.values, &mut keys);
            let base = shrunk(
                sums.get(&kind_key(record, draft.step)),
                Some(draft.fold),
                [0.0; 3],
            );
            let mut values: Vec<Past> = Vec::with_capacity(keys.len());
            for (context, key) in keys.iter().enumerate() {
                let above = PARENT
                    .get(context)
                    .copied()
                    .flatten()
                    .map_or(base, |parent| values[parent]);
                let value = shrunk(sums.get(key), Some(draft.fold), above);
                values.push(value);
                rows.values.extend([value[0], value[1]]);
            }
            rows.target.push(draft.target);
            rows.weight.push(draft.weight);
            about.push(About {
                kind: record.steps[draft.step].kind,
                due: draft.due,
                deviation: draft.deviation,
                dated: record.dated(),
            });
        }
        rows.columns = rows.values.len() / rows.target.len().max(1);
        self.remember(records, drafts, &sums);
        Sample { rows, about }
    }

    /// Grows trees of the deviation from what was promised or planned, and keeps them for the kinds
    /// of event after which they were better on the newest quarter of the journeys, which neither
    /// of the trees compared had seen.
    fn weigh_against_due(&mut self, sample: &Sample) {
        let with_due: Vec<usize> = (0..sample.about.len())
            .filter(|row| sample.about[*row].due.is_some())
            .collect();
        let mut dates: Vec<i64> = with_due
            .iter()
            .map(|row| sample.about[*row].dated)
            .collect();
        if dates.len() < ENOUGH {
            return;
        }
        let nth = dates.len() * 3 / 4;
        let until = *dates.select_nth_unstable(nth).1;
        let (old, new): (Vec<usize>, Vec<usize>) = with_due
            .iter()
            .partition(|row| sample.about[**row].dated < until);
        let trial = Growth {
            trees: TRIAL_TREES,
            ..Growth::default()
        };
        let plain = grow(&sample.part(&old, false), &trial);
        let against = grow(&sample.part(&old, true), &trial);
        let mut losses: BTreeMap<Kind, (usize, [f64; 2])> = BTreeMap::new();
        for row in new {
            let (About { kind, due, .. }, values) = (&sample.about[row], sample.row(row));
            let took = seconds(f64::from(sample.rows.target[row]));
            let (count, sums) = losses.entry(*kind).or_default();
            *count += 1;
            sums[0] += pinball(
                &plain.predict(values).map(|value| seconds(f64::from(value))),
                took,
            );
            sums[1] += pinball(
                &against
                    .predict(values)
                    .map(|value| after_due(f64::from(value), due.unwrap_or_default())),
                took,
            );
        }
        let is_better = |(count, [plain, against]): &(usize, [f64; 2])| {
            *count >= ENOUGH_TO_CHOOSE && *against < 0.99 * *plain
        };
        self.kinds_against_due = losses
            .iter()
            .filter(|(_, loss)| is_better(loss))
            .map(|(kind, _)| *kind)
            .collect();
        if !self.kinds_against_due.is_empty() {
            self.against_due = Some(grow(&sample.part(&with_due, true), &Growth::default()));
        }
    }

    /// The levels of a step's duration in seconds: by the trees that tell more of such a step, and
    /// no longer than was ever seen.
    pub(super) fn levels(&self, row: &[f32], kind: Kind, due: Option<f64>) -> [f64; LEVELS.len()] {
        let against = self
            .against_due
            .as_ref()
            .zip(due)
            .filter(|_| self.kinds_against_due.contains(&kind));
        let levels = match against {
            Some((forest, due)) => forest
                .predict(row)
                .map(|value| after_due(f64::from(value), due)),
            None => self
                .forest
                .predict(row)
                .map(|value| seconds(f64::from(value))),
        };
        let longest = self.longest(kind);
        levels.map(|level| level.min(longest))
    }

    /// Beyond this many seconds nothing was ever seen after such an event.
    pub(super) fn longest(&self, kind: Kind) -> f64 {
        let any = || self.longest.values().copied().fold(0.0, f64::max);
        BEYOND_LONGEST * self.longest.get(&kind).copied().unwrap_or_else(any)
    }

    /// Writes down the past of every context, coarse before fine.
    fn remember(&mut self, records: &[&Record], drafts: &[Draft], sums: &Map<Sums>) {
        let (mut row, mut keys) = (Vec::new(), Vec::new());
        for draft in drafts {
            keys.clear();
            row.clear();
            let record = records[draft.record];
            self.fill(record, draft.step, &mut row, &mut keys);
            let kind = kind_key(record, draft.step);
            let base = *self
                .past
                .entry(kind)
                .or_insert_with(|| shrunk(sums.get(&kind), None, [0.0; 3]));
            let mut values: Vec<Past> = Vec::with_capacity(keys.len());
            for (context, key) in keys.iter().enumerate() {
                let above = PARENT
                    .get(context)
                    .copied()
                    .flatten()
                    .map_or(base, |parent| values[parent]);
                values.push(if *key == 0 {
                    above
                } else {
                    *self
                        .past
                        .entry(*key)
                        .or_insert_with(|| shrunk(sums.get(key), None, above))
                });
            }
        }
    }

    /// How much each context counts.
    fn weigh(&mut self) {
        let gains = &self.forest.gains;
        let total = gains
            .iter()
            .map(|gain| f64::from(*gain))
            .sum::<f64>()
            .max(1e-300);
        let share =
            |columns: &[f32]| columns.iter().map(|gain| f64::from(*gain)).sum::<f64>() / total;
        let contexts = COLUMNS + self.numbers.len();
        self.weights = gains
            .get(contexts..)
            .unwrap_or_default()
            .chunks(2)
            .map(share)
            .collect();
        self.plan_weight = (0..COLUMNS)
            .filter(|column| is_of_plan(*column))
            .map(|column| share(&gains[column..=column]))
            .sum();
    }

    /// Measures the tail beyond the levels, and the head before them.
    fn measure_ends(&mut self, sample: &Sample) {
        let (mut tails, mut heads) = (Vec::new(), Vec::new());
        for nth in 0..sample.about.len() {
            let levels = self.levels(
                sample.row(nth),
                sample.about[nth].kind,
                sample.about[nth].due,
            );
            let took = seconds(f64::from(sample.rows.target[nth]));
            let width = width(&levels);
            tails.push((took - levels[2]) / width);
            heads.push(took / levels[0].max(1.0));
        }
        let at = |values: &mut Vec<f64>, share: f64| {
            let nth = ((values.len() - 1) as f64 * share) as usize;
            *values.select_nth_unstable_by(nth, f64::total_cmp).1
        };
        if tails.is_empty() {
            return;
        }
        for (nth, share) in TAIL.into_iter().enumerate() {
            self.tail[nth] = at(&mut tails, share).max(1.0 + 0.1 * (nth + 1) as f64);
        }
        for (nth, share) in HEAD.into_iter().enumerate() {
            self.head[nth] = at(&mut heads, share).clamp(0.0, 1.0);
        }
    }
}

pub(super) fn kind_key(record: &Record, nth: usize) -> u64 {
    mix(u64::from(record.steps[nth].kind.index()) + 1)
}

/// A context's past, as its observations pull it away from the context above.
fn shrunk(sums: Option<&Sums>, without: Option<usize>, above: Past) -> Past {
    let Some(sums) = sums else { return above };
    let mut total = [0.0_f32; 3];
    for (fold, cell) in sums
        .iter()
        .enumerate()
        .filter(|(fold, _)| Some(*fold) != without)
    {
        let _ = fold;
        total
            .iter_mut()
            .zip(cell)
            .for_each(|(total, cell)| *total += cell);
    }
    [
        (total[1] + STRENGTH * above[0]) / (total[0] + STRENGTH),
        (total[2] + STRENGTH * above[1]) / (total[0] + STRENGTH),
        total[0],
    ]
}

/// Rows to learn from, and what each is about.
struct Sample {
    rows: Rows,
    about: Vec<About>,
}

struct About {
    kind: Kind,
    due: Option<f64>,
    deviation: f32,
    dated: i64,
}

impl Sample {
    fn row(&self, nth: usize) -> &[f32] {
        &self.rows.values[nth * self.rows.columns..(nth + 1) * self.rows.columns]
    }

    /// Some of the rows, the target being the duration or its deviation from what was due.
    fn part(&self, which: &[usize], against_due: bool) -> Rows {
        let all = &self.rows;
        Rows {
            columns: all.columns,
            values: which
                .iter()
                .flat_map(|row| self.row(*row))
                .copied()
                .collect(),
            target: which
                .iter()
                .map(|row| {
                    if against_due {
                        self.about[*row].deviation
                    } else {
                        all.target[*row]
                    }
                })
                .collect(),
            weight: which.iter().map(|row| all.weight[*row]).collect(),
        }
    }
}

/// Trees that are enough to tell which target is the better one.
const TRIAL_TREES: usize = 50;
/// Journeys of a kind of event that must have ended before it has a target of its own.
const ENOUGH_TO_CHOOSE: usize = 100;

/// The pinball loss of levels, summed.
fn pinball(levels: &[f64; LEVELS.len()], took: f64) -> f64 {
    LEVELS
        .iter()
        .zip(levels)
        .map(|(share, level)| {
            (f64::from(*share) * (took - level)).max((f64::from(*share) - 1.0) * (took - level))
        })
        .sum()
}

/// A duration from its deviation from what was due, on the scale of deviations.
fn after_due(deviation: f64, due: f64) -> f64 {
    (due + deviation.clamp(-12.0, 12.0).sinh() * SCALE).max(0.0)
}

/// How much a journey weighs among others, by when it began: not by its end, which would favour the
/// slow.
fn recency(records: &[&Record], settings: &ModelSettings, newest: i64) -> impl Fn(&Record) -> f64 {
    let mut transits: Vec<i64> = records
        .iter()
        .filter_map(|record| Some(delivered(record)? - record.start()))
        .collect();
    let middle = transits.len() / 2;
    let typical = if transits.is_empty() {
        0
    } else {
        *transits.select_nth_unstable(middle).1
    };
    let half_life = settings
        .half_life_days
        .max(1.0)
        .max(HALF_LIFE_TRANSITS * typical as f64 / DAY);
    move |record| {
        (-((newest - record.start()).max(0) as f64 / DAY / half_life))
            .clamp(-900.0, 0.0)
            .exp2()
    }
}

fn delivered(record: &Record) -> Option<i64> {
    match record.end {
        End::Delivered(at) => Some(at),
        _ => None,
    }
}

/// Of the steps of each kind, the weight of those that lie at least so long back: who is slower
/// than that could not have arrived yet.
struct Observable {
    /// By kind: ages in seconds, the largest first, with the weight up to each.
    by_kind: BTreeMap<Kind, Vec<(i64, f64)>>,
}

impl Observable {
    fn of(records: &[&Record], recency: impl Fn(&Record) -> f64, newest: i64) -> Self {
        let mut by_kind: BTreeMap<Kind, Vec<(i64, f64)>> = BTreeMap::new();
        for record in records {
            let weight = recency(record);
            for step in &record.steps {
                by_kind
                    .entry(step.kind)
                    .or_default()
                    .push((newest - step.at, weight));
            }
        }
        for ages in by_kind.values_mut() {
            ages.sort_unstable_by_key(|(age, _)| std::cmp::Reverse(*age));
            let mut sum = 0.0;
            for (_, weight) in ages.iter_mut() {
                sum += *weight;
                *weight = sum;
            }
        }
        Self { by_kind }
    }

    /// The share of steps of a kind after which a duration could have been observed.
    fn share(&self, kind: Kind, took: i64) -> f64 {
        let Some(ages) = self.by_kind.get(&kind) else {
            return 1.0;
        };
        let old_enough = ages.partition_point(|(age, _)| *age >= took);
        let of = |nth: usize| ages.get(nth).map_or(0.0, |(_, sum)| *sum);
        old_enough.checked_sub(1).map_or(0.0, of) / of(ages.len() - 1).max(1e-300)
    }
}

/// The rows: every step of every journey that was delivered.
///
/// Durations are about parcels that come, and parcels still under way are not among them. So that
/// the quick of the newest journeys, which have arrived, do not outvote the slow, which have not, a
/// duration weighs the more, the fewer journeys began early enough for it to be seen by now.
fn drafts(records: &[&Record], settings: &ModelSettings, newest: i64) -> Vec<Draft> {
    let recency = recency(records, settings, newest);
    let observable = Observable::of(records, &recency, newest);
    let mut drafts = Vec::new();
    for (nth, record) in records.iter().enumerate() {
        let Some(until) = delivered(record) else {
            continue;
        };
        let weight = recency(record);
        for (step, at) in record.steps.iter().enumerate() {
            if at.kind.milestone().is_terminal() {
                break;
            }
            let took = (until - at.at).max(0);
            let due = record.due().map(|due| (due - at.at) as f64);
            drafts.push(Draft {
                record: nth,
                step,
                target: target(took as f64),
                deviation: due.map_or(0.0, |due| (took as f64 - due) / SCALE).asinh() as f32,
                due,
                weight: (weight / observable.share(at.kind, took).max(LEAST_OBSERVABLE)) as f32,
                fold: (mix(record.id) % FOLDS as u64) as usize,
            });
        }
    }
    drafts
}

fn target(seconds: f64) -> f32 {
    (seconds / SCALE).ln_1p() as f32
}

pub(super) fn seconds(target: f64) -> f64 {
    target.clamp(0.0, 20.0).exp_m1() * SCALE
}
