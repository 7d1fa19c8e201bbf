//! Gradient-boosted trees whose leaves hold several quantiles at once.
//!
//! One structure serves all quantiles: a split is chosen by the gain in pinball loss summed over them, and each leaf then takes the quantiles of what its
//! rows leave unexplained. A row whose duration was still going on when last seen ("censored") counts as Portnoy's redistribution has it: as far as
//! the present belief puts its end below a quantile. Leaves take their quantiles from rows that did not choose the structure, which keeps them
//! honest. Everything is seeded and depends on the order of rows alone.

use super::record::mix;

/// The quantiles that a leaf holds.
pub(super) const LEVELS: [f32; 7] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97];
const LANES: usize = LEVELS.len() + 1;
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
pub struct Growth {
    pub trees: usize,
    pub leaves: usize,
    pub rate: f32,
    pub min_leaf: usize,
    /// The share of rows that a tree's structure is chosen on.
    pub rows: f64,
    /// The share of columns that a tree may split on.
    pub columns: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { trees: 150, leaves: 31, rate: 0.1, min_leaf: 40, rows: 0.6, columns: 0.6 }
    }
}

/// Rows to learn from.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: usize,
    /// Row by row.
    pub(super) values: Vec<f32>,
    pub(super) target: Vec<f32>,
    /// Whether the target is only a lower bound.
    pub(super) going: Vec<bool>,
    pub(super) weight: Vec<f32>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    column: u16,
    /// Children; a leaf where the highest bit is set.
    left: u16,
    right: u16,
    threshold: f32,
    /// The threshold as the number of a bin.
    bin: u8,
}

const LEAF: u16 = 1 << 15;

#[derive(Clone, Debug)]
struct Tree {
    nodes: Vec<Node>,
    leaves: Vec<[f32; LANES]>,
}

impl Tree {
    fn leaf(&self, row: &[f32]) -> usize {
        let mut at = 0_u16;
        loop {
            let node = &self.nodes[usize::from(at)];
            at = if row[usize::from(node.column)] <= node.threshold { node.left } else { node.right };
            if at & LEAF != 0 {
                return usize::from(at & !LEAF);
            }
        }
    }

    /// The same for a row of bins.
    fn leaf_of(&self, codes: &[u8]) -> usize {
        let mut at = 0_u16;
        loop {
            let node = &self.nodes[usize::from(at)];
            at = if codes[usize::from(node.column)] <= node.bin { node.left } else { node.right };
            if at & LEAF != 0 {
                return usize::from(at & !LEAF);
            }
        }
    }
}

/// The trees.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    start: [f32; LANES],
    trees: Vec<Tree>,
    /// How much loss the splits on each column removed.
    pub(super) gains: Vec<f32>,
}

impl Forest {
    /// The quantiles of a row, increasing.
    pub(super) fn predict(&self, row: &[f32]) -> [f32; LEVELS.len()] {
        let mut sum = self.start;
        for tree in &self.trees {
            let leaf = &tree.leaves[tree.leaf(row)];
            for (sum, value) in sum.iter_mut().zip(leaf) {
                *sum += value;
            }
        }
        let mut out = [0.0; LEVELS.len()];
        out.copy_from_slice(&sum[..LEVELS.len()]);
        // Crossing quantiles are put in order around the median.
        for nth in 3..out.len() {
            out[nth] = out[nth].max(out[nth - 1]);
        }
        for nth in (0..2).rev() {
            out[nth] = out[nth].min(out[nth + 1]);
        }
        out
    }

    /// Grows the trees.
    pub(super) fn grow(rows: &Rows, growth: &Growth) -> Self {
        let bins = Bins::of(rows);
        let count = rows.target.len();
        let growth = &Growth { leaves: growth.leaves.min(count / 150).max(4), ..growth.clone() };
        let mut grower = Grower { rows, bins: &bins, growth, scratch: Vec::new(), gains: vec![0.0; rows.columns] };
        let all: Vec<u32> = (0..count as u32).collect();
        let mut at = vec![[0.0_f32; LANES]; count];
        let start = grower.quantiles(&all, &at);
        at.iter_mut().for_each(|at| *at = start);
        let mut trees = Vec::with_capacity(growth.trees);
        for nth in 0..growth.trees {
            let Some(tree) = grower.tree(nth as u64, &at) else { break };
            for (row, at) in at.iter_mut().enumerate() {
                let leaf = &tree.leaves[tree.leaf_of(bins.row(row))];
                at.iter_mut().zip(leaf).for_each(|(at, value)| *at += value);
            }
            trees.push(tree);
        }
        Self { start, trees, gains: grower.gains }
    }
}

/// The share of a belief that lies below a value.
fn below(at: &[f32; LANES], value: f32) -> f32 {
    let mut last = (0.0, f32::NEG_INFINITY);
    for (level, quantile) in LEVELS.into_iter().zip(at) {
        if value < *quantile {
            let part = if last.1.is_finite() { ((value - last.1) / (quantile - last.1).max(1e-9)).clamp(0.0, 1.0) } else { 0.0 };
            return last.0 + (level - last.0) * part;
        }
        last = (level, *quantile);
    }
    LEVELS[LEVELS.len() - 1]
}

/// The share of a row that counts as ended by its lower bound, for one level.
fn ended(level: f32, known_below: f32) -> f32 {
    ((level - known_below) / (1.0 - known_below)).clamp(0.0, 1.0)
}

/// How the losses that judge a split would change with the quantiles of a row; and its weight.
fn gradient(target: f32, going: bool, weight: f32, at: &[f32; LANES]) -> [f32; PARTS] {
    let mut out = [0.0; PARTS];
    let passed = if going { below(at, target) } else { 0.0 };
    for (out, nth) in out.iter_mut().zip(JUDGES) {
        let is_below = match (target < at[nth], going) {
            (false, _) => 0.0,
            (true, false) => 1.0,
            (true, true) => ended(LEVELS[nth], passed),
        };
        *out = weight * (is_below - LEVELS[nth]);
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
                let mut values: Vec<f32> = (0..count).step_by(stride).map(|row| rows.values[row * rows.columns + column]).collect();
                values.sort_unstable_by(f32::total_cmp);
                let mut distinct = values.clone();
                distinct.dedup();
                if distinct.len() <= MAX_BINS {
                    distinct.pop();
                    return distinct;
                }
                let mut cuts: Vec<f32> = (1..MAX_BINS).map(|nth| values[nth * values.len() / MAX_BINS]).collect();
                cuts.dedup();
                cuts
            })
            .collect();
        let mut codes = Vec::with_capacity(rows.values.len());
        for row in rows.values.chunks_exact(rows.columns) {
            codes.extend(row.iter().zip(&cuts).map(|(value, cuts)| cuts.partition_point(|cut| cut < value) as u8));
        }
        Self { columns: rows.columns, cuts, codes }
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
    split: Option<Split>,
    /// Where its index stands: a node and its side.
    at: Option<(usize, bool)>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f32,
    column: usize,
    bin: usize,
}

impl Grower<'_> {
    fn tree(&mut self, nth: u64, at: &[[f32; LANES]]) -> Option<Tree> {
        let growth = self.growth;
        let drawn = |salt: u64, share: f64| move |item: u64| (mix(mix(nth << 8 | salt) ^ item) >> 11) as f64 / ((1u64 << 53) as f64) < share;
        let is_column = drawn(1, growth.columns);
        let columns: Vec<usize> = (0..self.bins.columns).filter(|column| !self.bins.cuts[*column].is_empty() && is_column(*column as u64)).collect();
        let is_in = drawn(2, growth.rows);
        let (inside, outside): (Vec<u32>, Vec<u32>) = (0..self.rows.target.len() as u32).partition(|row| is_in(u64::from(*row)));
        let mut gradients = vec![[0.0; PARTS]; self.rows.target.len()];
        for row in inside.iter().map(|row| *row as usize) {
            gradients[row] = gradient(self.rows.target[row], self.rows.going[row], self.rows.weight[row], &at[row]);
        }
        let root = self.growing(inside, None, &columns, &gradients, None)?;
        let mut nodes: Vec<Node> = Vec::new();
        let mut open = vec![root];
        while open.len() < growth.leaves {
            let best = (0..open.len()).filter(|leaf| open[*leaf].split.is_some()).max_by(|a, b| {
                let gain = |leaf: &usize| open[*leaf].split.map_or(0.0, |split| split.gain);
                gain(a).total_cmp(&gain(b)).then(b.cmp(a))
            });
            let Some(best) = best else { break };
            let leaf = open.swap_remove(best);
            let Some(split) = leaf.split else { break };
            self.gains[split.column] += split.gain;
            let place = nodes.len();
            nodes.push(Node {
                column: split.column as u16,
                left: 0,
                right: 0,
                threshold: self.bins.cuts[split.column][split.bin],
                bin: split.bin as u8,
            });
            set(&mut nodes, leaf.at, place as u16);
            let code = |row: u32| usize::from(self.bins.codes[row as usize * self.bins.columns + split.column]);
            let (left, right): (Vec<u32>, Vec<u32>) = leaf.rows.iter().partition(|row| code(**row) <= split.bin);
            let small_is_left = left.len() <= right.len();
            let (small, large) = if small_is_left { (left, right) } else { (right, left) };
            let small = self.growing(small, Some((place, small_is_left)), &columns, &gradients, None)?;
            let mut rest = leaf.histogram;
            rest.iter_mut().zip(&small.histogram).for_each(|(rest, small)| rest.iter_mut().zip(small).for_each(|(rest, small)| *rest -= small));
            let large = self.growing(large, Some((place, !small_is_left)), &columns, &gradients, Some(rest))?;
            open.extend([small, large]);
        }
        if nodes.is_empty() {
            return None;
        }
        for (leaf, growing) in open.iter().enumerate() {
            set(&mut nodes, growing.at, leaf as u16 | LEAF);
        }
        let mut tree = Tree { nodes, leaves: Vec::new() };
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
            leaf.iter_mut().for_each(|value| *value *= growth.rate * certain);
            tree.leaves.push(leaf);
        }
        Some(tree)
    }

    fn growing(
        &self,
        rows: Vec<u32>,
        at: Option<(usize, bool)>,
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
                    cell.iter_mut().zip(gradient).for_each(|(cell, value)| *cell += value);
                }
            }
            histogram
        });
        let split = if rows.len() >= 2 * self.growth.min_leaf { self.split(&histogram, columns, rows.len()) } else { None };
        Some(Growing { rows, histogram, split, at })
    }

    /// The split with the largest gain.
    fn split(&self, histogram: &Histogram, columns: &[usize], count: usize) -> Option<Split> {
        let mut total = [0.0_f32; PARTS];
        for cell in &histogram[..=MAX_BINS] {
            total.iter_mut().zip(cell).for_each(|(total, cell)| *total += cell);
        }
        let weight = total[PARTS - 1];
        let least = weight * self.growth.min_leaf as f32 / count as f32;
        let score = |sum: &[f32; PARTS]| sum[..JUDGES.len()].iter().map(|value| value * value).sum::<f32>() / (sum[PARTS - 1] + 1e-6);
        let before = score(&total);
        let mut best: Option<Split> = None;
        for (nth, &column) in columns.iter().enumerate() {
            let mut left = [0.0_f32; PARTS];
            for bin in 0..self.bins.cuts[column].len() {
                left.iter_mut().zip(&histogram[nth << 8 | bin]).for_each(|(left, cell)| *left += cell);
                if left[PARTS - 1] < least {
                    continue;
                }
                if weight - left[PARTS - 1] < least {
                    break;
                }
                let mut right = total;
                right.iter_mut().zip(&left).for_each(|(right, left)| *right -= left);
                let gain = score(&left) + score(&right) - before;
                if gain > best.map_or(1e-6 * weight, |best| best.gain) {
                    best = Some(Split { gain, column, bin });
                }
            }
        }
        best
    }

    /// The quantiles of what is left unexplained of some rows; 0 where there are none.
    fn quantiles(&mut self, rows: &[u32], at: &[[f32; LANES]]) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        if rows.len() < 4 {
            return out;
        }
        let stride = rows.len().div_ceil(LEAF_SAMPLE);
        for (nth, level) in LEVELS.into_iter().enumerate() {
            self.scratch.clear();
            for row in rows.iter().step_by(stride) {
                let row = *row as usize;
                let (left, weight) = (self.rows.target[row] - at[row][nth], self.rows.weight[row]);
                if self.rows.going[row] {
                    let share = ended(level, below(&at[row], self.rows.target[row]));
                    self.scratch.push((left, weight * share));
                    self.scratch.push((f32::MAX, weight * (1.0 - share)));
                } else {
                    self.scratch.push((left, weight));
                }
            }
            let found = weighted_quantile(&mut self.scratch, level);
            out[nth] = if found == f32::MAX { 0.0 } else { found };
        }
        out
    }
}

fn set(nodes: &mut [Node], at: Option<(usize, bool)>, index: u16) {
    if let Some((node, is_left)) = at {
        let side = if is_left { &mut nodes[node].left } else { &mut nodes[node].right };
        *side = index;
    }
}

/// The value below which a share of the weight lies. Halves the candidates in every round.
fn weighted_quantile(values: &mut [(f32, f32)], share: f32) -> f32 {
    let mut left = values.iter().map(|(_, weight)| weight).sum::<f32>() * share;
    let mut values = values;
    loop {
        let Some(middle) = values.len().checked_sub(1).map(|last| last / 2) else { return 0.0 };
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
