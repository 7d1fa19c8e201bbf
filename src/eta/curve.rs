//! Durations as weights in bins of equal ratio, and the curve of what is still to come.

use std::ops::AddAssign;

use super::arrival::Arrival;

/// Bins: the first holds what is under a minute, the last what is over four years.
pub(super) const BINS: usize = 86;
const PER_OCTAVE: f64 = 4.0;
/// A gap between two kinds of dwell spans two octaves and holds a fiftieth of what ends at most;
/// each side holds a tenth at least.
const GAP_BINS: usize = 8;
const GAP_SHARE: f64 = 0.02;
const SIDE_SHARE: f64 = 0.1;

/// The bin of a duration in seconds.
pub(super) fn bin(seconds: f64) -> usize {
    if seconds < 60.0 {
        return 0;
    }
    (1 + ((seconds / 60.0).log2() * PER_OCTAVE) as usize).min(BINS - 1)
}

/// Where a bin begins, in seconds.
pub(super) fn edge(bin: usize) -> f64 {
    if bin == 0 {
        0.0
    } else {
        60.0 * ((bin - 1) as f64 / PER_OCTAVE).exp2()
    }
}

/// Weights of observed durations, of durations that were still going on, and of those that never
/// ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    ended: Vec<(u8, f64)>,
    going: Vec<(u8, f64)>,
    never: f64,
}

/// What became of a duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    Ended(f64),
    Going(f64),
    Never,
}

impl Spread {
    pub(super) fn add(&mut self, seen: Seen, weight: f64) {
        match seen {
            Seen::Ended(seconds) => put(&mut self.ended, bin(seconds), weight),
            Seen::Going(seconds) => put(&mut self.going, bin(seconds), weight),
            Seen::Never => self.never.add_assign(weight),
        }
    }

    /// Half of those that ended took less, in seconds; 0 where none ended.
    pub(super) fn median(&self) -> f64 {
        let mut left = self.weights().0 / 2.0;
        for (bin, weight) in &self.ended {
            if left <= *weight {
                let (low, high) = (edge(usize::from(*bin)), edge(usize::from(*bin) + 1));
                return low + (high - low) * left / weight.max(1e-300);
            }
            left -= weight;
        }
        0.0
    }

    /// The weight of what ended, and of everything.
    pub(super) fn weights(&self) -> (f64, f64) {
        let ended: f64 = self.ended.iter().map(|(_, weight)| weight).sum();
        let going: f64 = self.going.iter().map(|(_, weight)| weight).sum();
        (ended, ended + going + self.never)
    }
}

fn put(bins: &mut Vec<(u8, f64)>, bin: usize, weight: f64) {
    let bin = bin as u8;
    match bins.binary_search_by_key(&bin, |(bin, _)| *bin) {
        Ok(nth) => {
            bins[nth].1 += weight;
            if weight < 0.0 && bins[nth].1 <= 1e-9 * -weight {
                bins.remove(nth);
            }
        }
        Err(nth) => {
            if weight > 0.0 {
                bins.insert(nth, (bin, weight));
            }
        }
    }
}

/// A distribution of durations: the share that ends in each bin, and the share that never ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    mass: [f64; BINS],
    never: f64,
}

impl Curve {
    /// Log-linear between four quantiles (P10, P50, P80, P90, in seconds), with a tail beyond.
    pub(super) fn between(quantiles: [f64; 4], never: f64) -> Self {
        let knots = [
            (0.0, quantiles[0] / 4.0),
            (0.1, quantiles[0]),
            (0.5, quantiles[1]),
            (0.8, quantiles[2]),
            (0.9, quantiles[3]),
            (0.98, quantiles[3] * 2.0),
            (0.998, quantiles[3] * 4.0),
            (1.0, quantiles[3] * 10.0),
        ];
        let below = |seconds: f64| {
            let x = seconds.max(1.0).ln();
            let mut last = (0.0, f64::NEG_INFINITY);
            for (share, knot) in knots {
                let knot = knot.max(1.0).ln();
                if x < knot {
                    return if last.1.is_finite() {
                        last.0 + (share - last.0) * (x - last.1) / (knot - last.1)
                    } else {
                        0.0
                    };
                }
                last = (share, knot);
            }
            1.0
        };
        let mut mass = [0.0; BINS];
        for (nth, mass) in mass.iter_mut().enumerate() {
            let upper = if nth + 1 < BINS {
                below(edge(nth + 1))
            } else {
                1.0
            };
            *mass = (upper - below(edge(nth))).max(0.0) * (1.0 - never);
        }
        Self { mass, never }
    }

    /// This belief, worth `strength` observations, after seeing a spread: a beta process, so that
    /// what is still going on counts for as long as it has.
    ///
    /// The belief is first moved, as a whole and on the scale of ratios, towards the spread's
    /// median: a slow lane keeps the shape of the tail that its carrier has, around its own middle.
    pub(super) fn after(&self, spread: &Spread, unit: f64, strength: f64) -> Self {
        let (ended, total) = spread.weights();
        self.moved(spread.median(), ended / unit / (ended / unit + strength))
            .updated(spread, total, unit, strength)
    }

    fn moved(&self, median: f64, share: f64) -> Self {
        let half = self.mass.iter().sum::<f64>() / 2.0;
        let middle = self
            .mass
            .iter()
            .scan(0.0, |sum, mass| {
                *sum += mass;
                Some(*sum)
            })
            .position(|sum| sum >= half);
        let Some(middle) = middle.filter(|_| median > 0.0 && share > 0.0) else {
            return self.clone();
        };
        let by = ((bin(median) as f64 - middle as f64) * share).round() as isize;
        let mut mass = [0.0; BINS];
        for (nth, share) in self.mass.iter().enumerate() {
            mass[nth.saturating_add_signed(by).min(BINS - 1)] += share;
        }
        Self {
            mass,
            never: self.never,
        }
    }

    fn updated(&self, spread: &Spread, total: f64, unit: f64, strength: f64) -> Self {
        let mut at_risk = total / unit;
        let (mut belief, mut left) = (1.0, 1.0);
        let (mut ended, mut going) = (
            spread.ended.iter().peekable(),
            spread.going.iter().peekable(),
        );
        let mut mass = [0.0; BINS];
        for (nth, mass) in mass.iter_mut().enumerate() {
            let take = |of: &mut std::iter::Peekable<std::slice::Iter<'_, (u8, f64)>>| {
                of.next_if(|(bin, _)| usize::from(*bin) == nth)
                    .map_or(0.0, |found| found.1 / unit)
            };
            let (ends, goes) = (take(&mut ended), take(&mut going));
            let risk = strength * belief + (at_risk - goes / 2.0).max(ends);
            let hazard = if risk > 1e-12 {
                ((strength * self.mass[nth] + ends) / risk).min(1.0)
            } else {
                1.0
            };
            *mass = left * hazard;
            left -= *mass;
            belief -= self.mass[nth];
            belief = belief.max(0.0);
            at_risk = (at_risk - ends - goes).max(0.0);
        }
        Self {
            mass,
            never: left.max(0.0),
        }
    }

    /// The widest stretch of time in which next to nothing ends, if a good share ends on either
    /// side of it: what is left between two kinds of dwell.
    pub(super) fn gap(&self) -> Option<(f64, f64)> {
        let ending: f64 = self.mass.iter().sum();
        let mut best: Option<(usize, usize)> = None;
        let (mut from, mut before, mut within) = (0, 0.0, 0.0);
        for nth in 0..BINS {
            within += self.mass[nth];
            while within > GAP_SHARE * ending {
                before += self.mass[from];
                within -= self.mass[from];
                from += 1;
            }
            let is_wide = nth + 1 >= from + GAP_BINS
                && best.is_none_or(|(low, high)| nth + 1 - from > high - low);
            if is_wide
                && before > SIDE_SHARE * ending
                && ending - before - within > SIDE_SHARE * ending
            {
                best = Some((from, nth + 1));
            }
        }
        best.map(|(low, high)| (edge(low), edge(high)))
    }

    pub(super) const fn never(&self) -> f64 {
        self.never
    }

    /// The same as points on a curve.
    pub(super) fn arrival(&self) -> Arrival {
        let ending: f64 = self.mass.iter().sum();
        let mut arrival = Arrival::new(self.never / (self.never + ending).max(1e-300));
        let mut below = 0.0;
        for (nth, mass) in self.mass.iter().enumerate() {
            below += mass;
            arrival.push(edge(nth + 1), below / ending.max(1e-300));
        }
        arrival
    }
}
