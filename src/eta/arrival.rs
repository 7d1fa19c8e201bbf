//! A distribution of durations as points on its curve, and what silence leaves of it.

/// How many points a curve has at most.
pub(super) const POINTS: usize = 120;

/// The share of another curve that must lie between two points for it to shape what is between them.
const LEAST: f64 = 0.02;

/// The share that has ended by a duration, at points between which it runs straight; and the share that never ends.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// Seconds and shares of those that end; both increasing, the last share 1.
    points: [(f64, f64); POINTS],
    count: usize,
    never: f64,
}

impl Arrival {
    pub(super) fn new(never: f64) -> Self {
        Self { points: [(0.0, 0.0); POINTS], count: 0, never: never.clamp(0.0, 1.0) }
    }

    /// Adds a point. One that falls behind the last is moved up to it.
    pub(super) fn push(&mut self, seconds: f64, share: f64) {
        let last = self.count.checked_sub(1).map_or((0.0, 0.0), |last| self.points[last]);
        if self.count < POINTS && seconds.is_finite() {
            self.points[self.count] = (seconds.max(last.0), share.clamp(last.1, 1.0));
            self.count += 1;
        }
    }

    /// Adds a point, and before it those of another curve that lie between it and the last, with the other's share of what lies between.
    pub(super) fn push_like(&mut self, other: &Self, seconds: f64, share: f64) {
        let Some(last) = self.count.checked_sub(1).map(|last| self.points[last]) else { return self.push(seconds, share) };
        let (before, after) = (other.below(last.0), other.below(seconds));
        if seconds > 2.0 * last.0 && after - before > LEAST {
            let between = other.points().iter().filter(|point| last.0 < point.0 && point.0 < seconds);
            for point in between.copied() {
                self.push(point.0, last.1 + (share - last.1) * (point.1 - before) / (after - before));
            }
        }
        self.push(seconds, share);
    }

    fn points(&self) -> &[(f64, f64)] {
        &self.points[..self.count]
    }

    /// The share of those that end which do so by then.
    fn below(&self, seconds: f64) -> f64 {
        let points = self.points();
        let after = points.partition_point(|point| point.0 <= seconds);
        let last = after.checked_sub(1).map_or((0.0, 0.0), |nth| points[nth]);
        match points.get(after) {
            None => 1.0,
            Some(next) => last.1 + (next.1 - last.1) * (seconds - last.0) / (next.0 - last.0).max(1e-9),
        }
    }

    fn at(&self, share: f64) -> f64 {
        let points = self.points();
        let after = points.partition_point(|point| point.1 < share);
        let last = after.checked_sub(1).map_or((0.0, 0.0), |nth| points[nth]);
        match points.get(after) {
            None => last.0,
            Some(next) if next.1 > last.1 => last.0 + (next.0 - last.0) * (share - last.1) / (next.1 - last.1),
            Some(next) => next.0,
        }
    }

    /// Of those that end, and last longer than `passed`, the share that lasts longer than `seconds`.
    pub(super) fn ending_beyond(&self, seconds: f64, passed: f64) -> f64 {
        let left = 1.0 - self.below(passed);
        if left > 0.0 { ((1.0 - self.below(seconds)) / left).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// The share that never ends, of those that last longer.
    pub(super) fn never_after(&self, seconds: f64) -> f64 {
        let beyond = self.never + (1.0 - self.never) * (1.0 - self.below(seconds));
        if beyond > 0.0 { (self.never / beyond).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// The duration under which a share lies of those that end and last longer than `seconds`. At least `seconds`; grows with it.
    pub(super) fn quantile_after(&self, seconds: f64, share: f64) -> f64 {
        let passed = self.below(seconds);
        self.at(passed + (1.0 - passed) * share).max(seconds)
    }
}
