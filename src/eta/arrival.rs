//! A distribution of durations as points on its curve, and what silence leaves of it.

/// How many points a curve has at most.
pub(super) const POINTS: usize = 88;

/// The share that is left for what is slower than all that was seen.
const FEW: f64 = 0.001;
/// A share in a gap that is let be.
const LEAST: f64 = 0.01;

/// The share that has ended by a duration, at points between which it runs straight; and the share
/// that never ends.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// Seconds and shares of those that end; both increasing, the last share 1.
    points: [(f64, f64); POINTS],
    count: usize,
    never: f64,
}

impl Arrival {
    pub(super) fn new(never: f64) -> Self {
        Self {
            points: [(0.0, 0.0); POINTS],
            count: 0,
            never: never.clamp(0.0, 1.0),
        }
    }

    /// Adds a point. One that falls behind the last is moved up to it.
    pub(super) fn push(&mut self, seconds: f64, share: f64) {
        let last = self
            .count
            .checked_sub(1)
            .map_or((0.0, 0.0), |last| self.points[last]);
        if self.count < POINTS && seconds.is_finite() {
            self.points[self.count] = (seconds.max(last.0), share.clamp(last.1, 1.0));
            self.count += 1;
        }
    }

    /// The same curve with nothing in a gap where nothing ever ends: quantiles that fall into it
    /// stand for doubt about which side of it is meant, so half of their share goes to either.
    pub(super) fn parted(&self, (from, to): (f64, f64)) -> Self {
        let (before, after) = (self.below(from), self.below(to));
        if after - before < LEAST {
            return self.clone();
        }
        let left = f64::midpoint(before, after);
        let mut parted = Self::new(self.never);
        for (seconds, share) in self.points().iter().filter(|point| point.0 < from) {
            parted.push(
                *seconds,
                if before > 0.0 {
                    share * left / before
                } else {
                    0.0
                },
            );
        }
        parted.push(from, left);
        parted.push(to, left);
        for (seconds, share) in self.points().iter().filter(|point| point.0 > to) {
            parted.push(
                *seconds,
                if after < 1.0 {
                    1.0 - (1.0 - share) * (1.0 - left) / (1.0 - after)
                } else {
                    1.0
                },
            );
        }
        if parted.points().last().is_none_or(|last| last.1 < 1.0) {
            parted.push(to * 1.5, 1.0);
        }
        parted
    }

    /// The same curve, reaching as far as a duration at least: a few of those that come are slower
    /// than all that were seen.
    pub(super) fn reaching(&self, seconds: f64) -> Self {
        let mut out = self.clone();
        let Some(last) = self
            .points()
            .last()
            .copied()
            .filter(|last| last.0 < seconds)
        else {
            return out;
        };
        for point in &mut out.points[..out.count] {
            point.1 = point.1.min(1.0 - FEW);
        }
        out.push(last.0, 1.0 - FEW);
        out.push(seconds, 1.0);
        out
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
            Some(next) => {
                last.1 + (next.1 - last.1) * (seconds - last.0) / (next.0 - last.0).max(1e-9)
            }
        }
    }

    fn at(&self, share: f64) -> f64 {
        let points = self.points();
        let after = points.partition_point(|point| point.1 < share);
        let last = after.checked_sub(1).map_or((0.0, 0.0), |nth| points[nth]);
        match points.get(after) {
            None => last.0,
            Some(next) if next.1 > last.1 => {
                last.0 + (next.0 - last.0) * (share - last.1) / (next.1 - last.1)
            }
            Some(next) => next.0,
        }
    }

    /// Of those that end, and last longer than `passed`, the share that lasts longer than
    /// `seconds`.
    pub(super) fn ending_beyond(&self, seconds: f64, passed: f64) -> f64 {
        let left = 1.0 - self.below(passed);
        if left > 0.0 {
            ((1.0 - self.below(seconds)) / left).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    /// The share that never ends, of those that last longer.
    pub(super) fn never_after(&self, seconds: f64) -> f64 {
        let beyond = self.never + (1.0 - self.never) * (1.0 - self.below(seconds));
        if beyond > 0.0 {
            (self.never / beyond).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    /// The duration under which a share lies of those that end and last longer than `seconds`. At
    /// least `seconds`; grows with it.
    pub(super) fn quantile_after(&self, seconds: f64, share: f64) -> f64 {
        let passed = self.below(seconds);
        self.at(passed + (1.0 - passed) * share).max(seconds)
    }
}
