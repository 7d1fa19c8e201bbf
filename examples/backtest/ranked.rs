//! Values kept in order as they come, so that any quantile of them can be read at any time.

/// Values a chunk holds before it is halved.
const FULL: usize = 2048;

/// A sorted list in chunks: adding moves one chunk's values at most.
#[derive(Debug, Default)]
pub struct Ranked {
    chunks: Vec<Vec<f32>>,
    len: usize,
}

impl Ranked {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn add(&mut self, value: f32) {
        self.len += 1;
        let at = self
            .chunks
            .partition_point(|chunk| chunk.last().is_some_and(|last| *last < value))
            .min(self.chunks.len().saturating_sub(1));
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![value]);
            return;
        };
        chunk.insert(chunk.partition_point(|other| *other < value), value);
        if chunk.len() > FULL {
            let upper = chunk.split_off(FULL / 2);
            self.chunks.insert(at + 1, upper);
        }
    }

    /// The quantile of the values above a bound, between two of them in proportion; none of
    /// nothing.
    pub fn quantile_after(&self, bound: f64, share: f64) -> Option<f64> {
        let below = self.below(bound as f32);
        let at = below as f64 + share * self.len.checked_sub(1 + below)? as f64;
        let (below, part) = (at.floor(), at.fract());
        let low = self.at_rank(below as usize)?;
        let high = self.at_rank(at.ceil() as usize)?;
        Some(low + (high - low) * part)
    }

    /// How many values do not lie above a bound.
    fn below(&self, bound: f32) -> usize {
        let of_chunk = |chunk: &Vec<f32>| {
            if chunk.last().is_some_and(|last| *last <= bound) {
                chunk.len()
            } else {
                chunk.partition_point(|value| *value <= bound)
            }
        };
        if bound <= 0.0 {
            0
        } else {
            self.chunks.iter().map(of_chunk).sum()
        }
    }

    fn at_rank(&self, mut rank: usize) -> Option<f64> {
        for chunk in &self.chunks {
            match chunk.get(rank) {
                Some(value) => return Some(f64::from(*value)),
                None => rank -= chunk.len(),
            }
        }
        None
    }
}
