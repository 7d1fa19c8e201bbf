//! Random numbers that are the same everywhere.

/// A generator of one journey's numbers (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, nth: u32) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(nth) << 20));
        dice.uniform();
        dice
    }

    /// From 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn is(&mut self, share: f64) -> bool {
        self.uniform() < share
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Around 0, about two thirds within 1: the sum of twelve draws, which no machine rounds
    /// differently.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// A duration around a typical one: half take longer, and few much longer. `spread` .3 is a
    /// steady process, .8 a wild one.
    pub fn around(&mut self, typical: f64, spread: f64) -> f64 {
        let drawn = spread * self.normal();
        // A power of two from products alone, so that every machine draws the same.
        let whole = drawn.floor();
        let part = drawn - whole;
        let fraction = 1.0 + part * (0.695_98 + part * (0.226_42 + part * 0.077_6));
        typical * fraction * 2.0_f64.powi(whole as i32)
    }
}
