//! Gradient-boosted trees whose leaves hold several quantiles at once.
//!
//! One structure serves all quantiles: a split is chosen by the gain in pinball loss summed over
//! them, and each leaf then takes the quantiles of what its rows leave unexplained. Leaves take
//! their quantiles from rows that did not choose the structure, which keeps them honest. Everything
//! is seeded and depends on the order of rows alone.

use super::forest::{Forest, LEAF, Split, Tree};
use super::record::mix;

/// The quantiles that a leaf holds.
pub(super) const LEVELS: [f32; 7] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97];
pub(super) const QUANTILES: usize = LEVELS.len() + 1;
/// The levels whose losses choose a split, by place; and the weight.
const JUDGES: [usize; 3] = [0, 2, 5];
const PARTS: usize = JUDGES.len() + 1;
const MAX_BINS: usize = 255;
/// How many of a leaf's rows its quantiles are taken from, at most.
const LEAF_SAMPLE: usize = 1024;
/// A leaf of so many rows moves half as far as it would.
const UNSURE: f32 = 10.0;

/// How the trees are grown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Growth {
    pub(super) trees: usize,
    pub(super) leaves: usize,
    pub(super) depth: usize,
    pub(super) rate: f32,
    pub(super) min_leaf: usize,
    /// The share of rows that a tree's structure is chosen on.
    pub(super) rows: f64,
    /// The share of columns that a tree may split on.
    pub(super) columns: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            trees: 150,
            leaves: 31,
            depth: 8,
            rate: 0.1,
            min_leaf: 40,
            rows: 0.6,
            columns: 0.6,
        }
    }
}

/// Rows to learn from.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: usize,
    /// Row by row.
    pub(super) values: Vec<f32>,
    pub(super) target: Vec<f32>,
    pub(super) weight: Vec<f32>,
}

/// Grows trees.
pub(super) fn grow(rows: &Rows, growth: &Growth) -> Forest {
    let bins = Bins::of(rows);
    let count = rows.target.len();
    let growth = &Growth {
        leaves: growth.leaves.min(count / 150).max(4),
        ..growth.clone()
    };
    let mut grower = Grower {
        rows,
        bins: &bins,
        growth,
        scratch: Vec::new(),
        gains: vec![0.0; rows.columns],
    };
    let all: Vec<u32> = (0..count as u32).collect();
    let mut at = vec![[0.0_f32; QUANTILES]; count];
    let start = grower.quantiles(&all, &at);
    at.iter_mut().for_each(|at| *at = start);
    let mut trees = Vec::with_capacity(growth.trees);
    for nth in 0..growth.trees {
        let Some(tree) = grower.tree(nth as u64, &at) else {
            break;
        };
        for (row, at) in at.iter_mut().enumerate() {
            let leaf = &tree.leaves[tree.leaf_of(bins.row(row))];
            at.iter_mut().zip(leaf).for_each(|(at, value)| *at += value);
        }
        trees.push(tree);
    }
    Forest::new(start, trees, grower.gains)
}

/// How the losses that judge a split would change with the quantiles of a row; and its weight.
fn gradient(target: f32, weight: f32, at: &[f32; QUANTILES]) -> [f32; PARTS] {
    let mut out = [0.0; PARTS];
    for (out, nth) in out.iter_mut().zip(JUDGES) {
        *out = weight * (if target < at[nth] { 1.0 } else { 0.0 } - LEVELS[nth]);
    }
    out[PARTS - 1] = weight;
    out
}

/// Values as the numbers of their bins.
struct Bins {
    columns: usize,
    cuts: Vec<Vec<f32>>,
    /// Row by row.
    codes: Vec<u8>,
}

impl Bins {
    fn of(rows: &Rows) -> Self {
        let count = rows.target.len();
        let stride = (count / 20_000).max(1);
        let cuts: Vec<Vec<f32>> = (0..rows.columns)
            .map(|column| {
                let mut values: Vec<f32> = (0..count)
                    .step_by(stride)
                    .map(|row| rows.values[row * rows.columns + column])
                    .collect();
                values.sort_unstable_by(f32::total_cmp);
                let mut distinct = values.clone();
                distinct.dedup();
                if distinct.len() <= MAX_BINS {
                    distinct.pop();
                    return distinct;
                }
                let mut cuts: Vec<f32> = (1..MAX_BINS)
                    .map(|nth| values[nth * values.len() / MAX_BINS])
                    .collect();
                cuts.dedup();
                cuts
            })
            .collect();
        let mut codes = Vec::with_capacity(rows.values.len());
        for row in rows.values.chunks_exact(rows.columns) {
            codes.extend(
                row.iter()
                    .zip(&cuts)
                    .map(|(value, cuts)| cuts.partition_point(|cut| cut < value) as u8),
            );
        }
        Self {
            columns: rows.columns,
            cuts,
            codes,
        }
    }

    fn row(&self, row: usize) -> &[u8] {
        &self.codes[row * self.columns..(row + 1) * self.columns]
    }
}

struct Grower<'a> {
    rows: &'a Rows,
    bins: &'a Bins,
    growth: &'a Growth,
    scratch: Vec<(f32, f32)>,
    gains: Vec<f32>,
}

type Histogram = Vec<[f32; PARTS]>;

struct Growing {
    rows: Vec<u32>,
    histogram: Histogram,
    split: Option<Choice>,
    at: Place,
}

/// Where a leaf hangs.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// The split above it, and whether it is on its upper side.
    side: Option<(usize, bool)>,
    depth: usize,
}

impl Place {
    /// Writes into the split above where this side leads.
    fn lead(self, splits: &mut [Split], to: u16) {
        if let Some((split, is_upper)) = self.side {
            splits[split].next[usize::from(is_upper)] = to;
        }
    }
}

/// A split that may be made.
#[derive(Clone, Copy)]
struct Choice {
    gain: f32,
    column: usize,
    bin: usize,
}

impl Grower<'_> {
    fn tree(&mut self, nth: u64, at: &[[f32; QUANTILES]]) -> Option<Tree> {
        let growth = self.growth;
        let drawn = |salt: u64, share: f64| {
            move |item: u64| {
                (mix(mix(nth << 8 | salt) ^ item) >> 11) as f64 / ((1u64 << 53) as f64) < share
            }
        };
        let is_column = drawn(1, growth.columns);
        let columns: Vec<usize> = (0..self.bins.columns)
            .filter(|column| !self.bins.cuts[*column].is_empty() && is_column(*column as u64))
            .collect();
        let is_in = drawn(2, growth.rows);
        let (inside, outside): (Vec<u32>, Vec<u32>) =
            (0..self.rows.target.len() as u32).partition(|row| is_in(u64::from(*row)));
        let mut gradients = vec![[0.0; PARTS]; self.rows.target.len()];
        for row in inside.iter().map(|row| *row as usize) {
            gradients[row] = gradient(self.rows.target[row], self.rows.weight[row], &at[row]);
        }
        let root = self.growing(inside, Place::default(), &columns, &gradients, None)?;
        let mut splits: Vec<Split> = Vec::new();
        let mut open = vec![root];
        while open.len() < growth.leaves {
            let best = (0..open.len())
                .filter(|leaf| open[*leaf].split.is_some())
                .max_by(|a, b| {
                    let gain = |leaf: &usize| open[*leaf].split.map_or(0.0, |split| split.gain);
                    gain(a).total_cmp(&gain(b)).then(b.cmp(a))
                });
            let Some(best) = best else { break };
            let leaf = open.swap_remove(best);
            let Some(split) = leaf.split else { break };
            self.gains[split.column] += split.gain;
            let place = splits.len();
            let threshold = self.bins.cuts[split.column][split.bin];
            splits.push(Split {
                column: split.column as u16,
                next: [0; 2],
                threshold,
                bin: split.bin as u8,
            });
            leaf.at.lead(&mut splits, place as u16);
            let below = |is_upper: bool| Place {
                side: Some((place, is_upper)),
                depth: leaf.at.depth + 1,
            };
            let code = |row: u32| {
                usize::from(self.bins.codes[row as usize * self.bins.columns + split.column])
            };
            let (left, right): (Vec<u32>, Vec<u32>) =
                leaf.rows.iter().partition(|row| code(**row) <= split.bin);
            let small_is_left = left.len() <= right.len();
            let (small, large) = if small_is_left {
                (left, right)
            } else {
                (right, left)
            };
            let small = self.growing(small, below(!small_is_left), &columns, &gradients, None)?;
            let mut rest = leaf.histogram;
            rest.iter_mut()
                .zip(&small.histogram)
                .for_each(|(rest, small)| {
                    rest.iter_mut()
                        .zip(small)
                        .for_each(|(rest, small)| *rest -= small)
                });
            let large = self.growing(
                large,
                below(small_is_left),
                &columns,
                &gradients,
                Some(rest),
            )?;
            open.extend([small, large]);
        }
        if splits.is_empty() {
            return None;
        }
        for (leaf, growing) in open.iter().enumerate() {
            growing.at.lead(&mut splits, leaf as u16 | LEAF);
        }
        let depth = open.iter().map(|leaf| leaf.at.depth).max().unwrap_or(0);
        let mut tree = Tree {
            splits,
            leaves: Vec::new(),
            depth,
        };
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); open.len()];
        for row in outside {
            members[tree.leaf_of(self.bins.row(row as usize))].push(row);
        }
        for (mut rows, leaf) in members.into_iter().zip(open) {
            if rows.len() < growth.min_leaf / 3 {
                rows.extend(leaf.rows);
            }
            let certain = rows.len() as f32 / (rows.len() as f32 + UNSURE);
            let mut leaf = self.quantiles(&rows, at);
            leaf.iter_mut()
                .for_each(|value| *value *= growth.rate * certain);
            tree.leaves.push(leaf);
        }
        Some(tree)
    }

    fn growing(
        &self,
        rows: Vec<u32>,
        at: Place,
        columns: &[usize],
        gradients: &[[f32; PARTS]],
        known: Option<Histogram>,
    ) -> Option<Growing> {
        if columns.is_empty() {
            return None;
        }
        let histogram = known.unwrap_or_else(|| {
            let mut histogram: Histogram = vec![[0.0; PARTS]; columns.len() * (MAX_BINS + 1)];
            for row in &rows {
                let gradient = &gradients[*row as usize];
                let codes = self.bins.row(*row as usize);
                for (nth, column) in columns.iter().enumerate() {
                    let cell = &mut histogram[nth << 8 | usize::from(codes[*column])];
                    cell.iter_mut()
                        .zip(gradient)
                        .for_each(|(cell, value)| *cell += value);
                }
            }
            histogram
        });
        let split = if rows.len() >= 2 * self.growth.min_leaf && at.depth < self.growth.depth {
            self.split(&histogram, columns, rows.len())
        } else {
            None
        };
        Some(Growing {
            rows,
            histogram,
            split,
            at,
        })
    }

    /// The split with the largest gain.
    fn split(&self, histogram: &Histogram, columns: &[usize], count: usize) -> Option<Choice> {
        let mut total = [0.0_f32; PARTS];
        for cell in &histogram[..=MAX_BINS] {
            total
                .iter_mut()
                .zip(cell)
                .for_each(|(total, cell)| *total += cell);
        }
        let weight = total[PARTS - 1];
        let least = weight * self.growth.min_leaf as f32 / count as f32;
        let score = |sum: &[f32; PARTS]| {
            sum[..JUDGES.len()]
                .iter()
                .map(|value| value * value)
                .sum::<f32>()
                / (sum[PARTS - 1] + 1e-6)
        };
        let before = score(&total);
        let mut best: Option<Choice> = None;
        for (nth, &column) in columns.iter().enumerate() {
            let mut left = [0.0_f32; PARTS];
            for bin in 0..self.bins.cuts[column].len() {
                left.iter_mut()
                    .zip(&histogram[nth << 8 | bin])
                    .for_each(|(left, cell)| *left += cell);
                if left[PARTS - 1] < least {
                    continue;
                }
                if weight - left[PARTS - 1] < least {
                    break;
                }
                let mut right = total;
                right
                    .iter_mut()
                    .zip(&left)
                    .for_each(|(right, left)| *right -= left);
                let gain = score(&left) + score(&right) - before;
                if gain > best.map_or(1e-6 * weight, |best| best.gain) {
                    best = Some(Choice { gain, column, bin });
                }
            }
        }
        best
    }

    /// The quantiles of what is left unexplained of some rows; 0 where there are none.
    fn quantiles(&mut self, rows: &[u32], at: &[[f32; QUANTILES]]) -> [f32; QUANTILES] {
        let mut out = [0.0; QUANTILES];
        if rows.len() < 4 {
            return out;
        }
        let stride = rows.len().div_ceil(LEAF_SAMPLE);
        for (nth, level) in LEVELS.into_iter().enumerate() {
            self.scratch.clear();
            for row in rows.iter().step_by(stride) {
                let row = *row as usize;
                self.scratch
                    .push((self.rows.target[row] - at[row][nth], self.rows.weight[row]));
            }
            out[nth] = weighted_quantile(&mut self.scratch, level);
        }
        out
    }
}

/// The value below which a share of the weight lies. Halves the candidates in every round.
fn weighted_quantile(values: &mut [(f32, f32)], share: f32) -> f32 {
    let mut left = values.iter().map(|(_, weight)| weight).sum::<f32>() * share;
    let mut values = values;
    loop {
        let Some(middle) = values.len().checked_sub(1).map(|last| last / 2) else {
            return 0.0;
        };
        let (_, pivot, _) = values.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let pivot = pivot.0;
        if values.len() == 1 {
            return pivot;
        }
        let lower: f32 = values[..=middle].iter().map(|(_, weight)| weight).sum();
        if left <= lower {
            values = &mut values[..=middle];
            if middle == 0 {
                return pivot;
            }
        } else {
            left -= lower;
            values = &mut values[middle + 1..];
        }
    }
}
