//! The median of many values in little space.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts of values rounded to twelve binary digits: a median within a part in 4,000, in space that
/// does not grow with their number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Spread(BTreeMap<u32, u64>);

/// Binary digits of a float that are rounded away.
const ROUNDED: u32 = 12;

impl Spread {
    pub fn add(&mut self, value: f64) {
        // The bits of floats that are not negative have the order of their values.
        let rounded = ((value as f32).to_bits() + (1 << (ROUNDED - 1))) >> ROUNDED;
        *self.0.entry(rounded).or_default() += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        for (value, count) in &other.0 {
            *self.0.entry(*value).or_default() += count;
        }
    }

    pub fn median(&self) -> Option<f64> {
        let n: u64 = self.0.values().sum();
        let (low, high) = (self.at_rank(n.checked_sub(1)? / 2)?, self.at_rank(n / 2)?);
        Some(f64::midpoint(low, high))
    }

    fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut seen = 0;
        let bits = self.0.iter().find_map(|(bits, count)| {
            seen += count;
            (seen > rank).then_some(*bits)
        })?;
        Some(f64::from(f32::from_bits(bits << ROUNDED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_within_a_part_in_4000_and_parts_add_up() {
        let mut parts = [Spread::default(), Spread::default()];
        let mut values: Vec<f64> = (0..10_001)
            .map(|at| f64::from(at * 7919 % 10_007) / 13.0)
            .collect();
        for (at, value) in values.iter().enumerate() {
            parts[at % 2].add(*value);
        }
        values.sort_by(f64::total_cmp);
        let [mut whole, other] = parts;
        whole.merge(&other);
        let (told, truth) = (whole.median().unwrap(), values[5_000]);
        assert!((told / truth - 1.0).abs() < 1.0 / 4000.0, "{told} {truth}");
        assert!(whole.0.len() < 10_001);
    }

    #[test]
    fn few_values_have_a_median_too() {
        let mut spread = Spread::default();
        assert_eq!(spread.median(), None);
        spread.add(0.0);
        assert_eq!(spread.median(), Some(0.0));
        spread.add(6.0);
        assert_eq!(spread.median(), Some(3.0));
        spread.add(7.5);
        assert_eq!(spread.median(), Some(6.0));
    }
}
