//! Trees laid out so that a question to them is short.

use super::boost::{LEVELS, QUANTILES};
use super::saved::{Packer, Unpacker};

/// How many trees are walked down side by side: the steps of one wait for each other, those of
/// several do not.
const ABREAST: usize = 8;

/// No tree is deeper.
const DEEPEST: usize = 64;

/// A split, or the end of a way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Where to go if the value is not above the threshold, and if it is. A leaf leads to itself.
    next: [u32; 2],
    threshold: f32,
    column: u32,
}

/// A tree as it is grown: splits, and what their sides lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) splits: Vec<Split>,
    pub(super) leaves: Vec<[f32; QUANTILES]>,
    pub(super) depth: usize,
}

/// One split of a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    pub(super) column: u16,
    /// Another split, or with [`LEAF`] a leaf.
    pub(super) next: [u16; 2],
    pub(super) threshold: f32,
    /// The threshold as the number of a bin.
    pub(super) bin: u8,
}

/// Marks the number of a leaf among those of splits.
pub(super) const LEAF: u16 = 1 << 15;

impl Tree {
    /// The leaf to which a row of bins leads.
    pub(super) fn leaf_of(&self, codes: &[u8]) -> usize {
        let mut at = 0_u16;
        loop {
            let split = &self.splits[usize::from(at)];
            at = split.next[usize::from(codes[usize::from(split.column)] > split.bin)];
            if at & LEAF != 0 {
                return usize::from(at & !LEAF);
            }
        }
    }
}

/// The trees.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    start: [f32; QUANTILES],
    nodes: Vec<Node>,
    /// What is added at each node: nothing at a split.
    values: Vec<[f32; QUANTILES]>,
    /// Where trees begin that are walked down side by side, and how deep the deepest of them is.
    groups: Vec<([u32; ABREAST], usize)>,
    /// How much loss the splits on each column removed.
    pub(super) gains: Vec<f32>,
}

impl Forest {
    pub(super) fn new(start: [f32; QUANTILES], mut trees: Vec<Tree>, gains: Vec<f32>) -> Self {
        let mut forest = Self {
            start,
            gains,
            ..Self::default()
        };
        // The first node is a leaf that says nothing: it fills the last group.
        forest.nodes.push(Node {
            next: [0, 0],
            threshold: 0.0,
            column: 0,
        });
        forest.values.push([0.0; QUANTILES]);
        // Trees of one depth go together.
        trees.sort_by_key(|tree| tree.depth);
        for group in trees.chunks(ABREAST) {
            let mut roots = [0; ABREAST];
            for (root, tree) in roots.iter_mut().zip(group) {
                *root = forest.nodes.len() as u32;
                forest.push(tree);
            }
            forest.groups.push((
                roots,
                group.iter().map(|tree| tree.depth).max().unwrap_or(0),
            ));
        }
        forest
    }

    fn push(&mut self, tree: &Tree) {
        let first = self.nodes.len();
        let leaves = first + tree.splits.len();
        let place = |next: u16| {
            (if next & LEAF == 0 {
                first + usize::from(next)
            } else {
                leaves + usize::from(next & !LEAF)
            }) as u32
        };
        self.nodes.extend(tree.splits.iter().map(|split| Node {
            next: split.next.map(place),
            threshold: split.threshold,
            column: u32::from(split.column),
        }));
        self.values.resize(leaves, [0.0; QUANTILES]);
        self.nodes
            .extend((leaves..leaves + tree.leaves.len()).map(|leaf| Node {
                next: [leaf as u32; 2],
                threshold: 0.0,
                column: 0,
            }));
        self.values.extend(&tree.leaves);
    }

    /// Writes it down.
    pub(super) fn pack(&self, out: &mut Packer) {
        out.floats(&self.start);
        out.count(self.nodes.len());
        for (node, values) in self.nodes.iter().zip(&self.values) {
            out.int(node.next[0]);
            out.int(node.next[1]);
            out.floats(&[node.threshold]);
            out.int(node.column);
            // What a split adds is nothing.
            if node.next[0] == node.next[1] {
                out.floats(values);
            }
        }
        out.count(self.groups.len());
        for (roots, depth) in &self.groups {
            roots.iter().for_each(|root| out.int(*root));
            out.count(*depth);
        }
        out.count(self.gains.len());
        out.floats(&self.gains);
    }

    /// Reads what was written down; rows that are asked about have so many columns.
    pub(super) fn unpack(from: &mut Unpacker<'_>, columns: usize) -> Result<Self, &'static str> {
        let mut forest = Self {
            start: from.floats()?,
            ..Self::default()
        };
        let nodes = from.count(16)?;
        for _ in 0..nodes {
            let node = Node {
                next: [from.int()?, from.int()?],
                threshold: from.floats::<1>()?[0],
                column: from.int()?,
            };
            if node.next.iter().any(|next| *next as usize >= nodes)
                || node.column as usize >= columns
            {
                return Err("a node leads nowhere");
            }
            forest.values.push(if node.next[0] == node.next[1] {
                from.floats()?
            } else {
                [0.0; QUANTILES]
            });
            forest.nodes.push(node);
        }
        for _ in 0..from.count(4)? {
            let mut roots = [0; ABREAST];
            for root in &mut roots {
                *root = from.int()?;
            }
            let depth = from.int()? as usize;
            if roots.iter().any(|root| *root as usize >= nodes) || depth > DEEPEST {
                return Err("a tree has no root, or is too deep");
            }
            forest.groups.push((roots, depth));
        }
        for _ in 0..from.count(4)? {
            forest.gains.push(from.floats::<1>()?[0]);
        }
        Ok(forest)
    }

    /// The quantiles of a row, increasing.
    pub(super) fn predict(&self, row: &[f32]) -> [f32; LEVELS.len()] {
        let mut sum = self.start;
        for (roots, depth) in &self.groups {
            let mut at = *roots;
            for _ in 0..*depth {
                for at in &mut at {
                    let node = &self.nodes[*at as usize];
                    *at = node.next[usize::from(row[node.column as usize] > node.threshold)];
                }
            }
            for at in at {
                sum.iter_mut()
                    .zip(&self.values[at as usize])
                    .for_each(|(sum, value)| *sum += value);
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
}
