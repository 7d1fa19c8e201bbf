//! How good forecasts of a delivery were: [`Score`], and the [`Scorebook`] that keeps them until
//! the truth is known.
//!
//! Two kinds of figures answer two questions, and must not be mixed:
//! - **Of those delivered**: error, bias, pinball loss, coverage, width. Parcels still on their way
//!   do not count, so that these figures flatter while many are open.
//! - **Of those due** ([`Reliability::due`]): of all forecasts whose quantile lies in the past, how
//!   many were delivered by then. An open or lost parcel counts as not delivered, and an early one
//!   counts only when its quantile has passed: what a quantile promises, measured on everybody.

mod book;
mod odds;
mod spread;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
pub use book::{Scorebook, Source, Subject};
pub use odds::{Decile, Odds};
use spread::Spread;

/// The quantiles that a forecast names: P10, P50, P80, P90.
pub const LEVELS: [f64; 4] = [0.10, 0.50, 0.80, 0.90];

/// When somebody said that a parcel will be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// When it was said.
    pub made: DateTime<Utc>,
    /// The one moment that it comes down to: P50, or the promised day.
    pub point: DateTime<Utc>,
    /// The quantiles of [`LEVELS`], in their order. A promise has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<[DateTime<Utc>; 4]>,
}

impl Forecast {
    /// A promise, or another single moment.
    #[must_use]
    pub fn promise(made: DateTime<Utc>, by: DateTime<Utc>) -> Self {
        Self {
            made,
            point: by,
            quantiles: None,
        }
    }

    /// A forecast in quantiles; its point is P50.
    #[must_use]
    pub fn quantiles(made: DateTime<Utc>, quantiles: [DateTime<Utc>; 4]) -> Self {
        Self {
            made,
            point: quantiles[1],
            quantiles: Some(quantiles),
        }
    }

    /// The forecast in an [`Estimate`].
    #[must_use]
    pub fn of(estimate: &Estimate) -> Self {
        Self::quantiles(
            estimate.made,
            [estimate.p10, estimate.p50, estimate.p80, estimate.p90],
        )
    }

    /// What it says at a level: the quantile, or the promise at every level.
    fn at(&self, level: usize) -> DateTime<Utc> {
        self.quantiles
            .map_or(self.point, |quantiles| quantiles[level])
    }
}

/// The quality of forecasts whose outcome is known. Sums and counts only, so that two scores add up
/// to the score of the whole.
///
/// Figures are in hours; `None` where nothing was scored that tells them.
///
/// ```
/// use parceltrail::eta::score::{Forecast, Score};
///
/// let made = "2026-03-02T00:00:00Z".parse()?;
/// let mut score = Score::default();
/// score.take(&Forecast::promise(made, "2026-03-04T00:00:00Z".parse()?), "2026-03-03T18:00:00Z".parse()?);
/// score.take(&Forecast::promise(made, "2026-03-04T00:00:00Z".parse()?), "2026-03-05T00:00:00Z".parse()?);
/// assert_eq!(score.mae_hours(), Some(15.0));
/// assert_eq!(score.bias_hours(), Some(-9.0));
/// assert_eq!(score.under_p90(), Some(0.5));
/// assert_eq!(score.coverage_10_90(), None, "a promise has no quantiles");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    n: u64,
    absolute: f64,
    signed: f64,
    errors: Spread,
    by_point: u64,
    with_quantiles: u64,
    pinball: [f64; 4],
    width: f64,
    p90_length: f64,
    /// How many were delivered below P10, from there to P50, to P80, to P90, above.
    between: [u64; 5],
    due: [u64; 4],
    kept: [u64; 4],
}

/// How a quantile did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// The share that should be delivered by it, such as .9.
    pub level: f64,
    /// The share of those delivered that were delivered by it.
    pub delivered: Option<f64>,
    /// The share of all forecasts due that were delivered by it.
    pub due: Option<f64>,
    /// How many were due.
    pub due_n: u64,
}

impl Score {
    /// Scores a forecast of a parcel that was delivered.
    pub fn take(&mut self, forecast: &Forecast, delivered: DateTime<Utc>) {
        let error = hours(delivered, forecast.point);
        self.n += 1;
        self.absolute += error.abs();
        self.signed += error;
        self.errors.add(error.abs());
        self.by_point += u64::from(delivered <= forecast.point);
        let Some(quantiles) = forecast.quantiles else {
            return;
        };
        self.with_quantiles += 1;
        for (at, level) in LEVELS.into_iter().enumerate() {
            let late = hours(quantiles[at], delivered);
            self.pinball[at] += if late >= 0.0 {
                level * late
            } else {
                (level - 1.0) * late
            };
        }
        self.width += hours(quantiles[0], quantiles[3]);
        self.p90_length += hours(forecast.made, quantiles[3]);
        // On a quantile counts as by it; on P10 as inside.
        let above = if delivered < quantiles[0] {
            0
        } else {
            1 + quantiles[1..]
                .iter()
                .filter(|quantile| **quantile < delivered)
                .count()
        };
        self.between[above] += 1;
    }

    /// Counts a forecast whose quantile of that level (an index into [`LEVELS`]) has passed.
    fn take_due(&mut self, level: usize, kept: bool) {
        self.due[level] += 1;
        self.kept[level] += u64::from(kept);
    }

    /// Adds what another score holds.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.absolute += other.absolute;
        self.signed += other.signed;
        self.errors.merge(&other.errors);
        self.by_point += other.by_point;
        self.with_quantiles += other.with_quantiles;
        self.width += other.width;
        self.p90_length += other.p90_length;
        self.pinball
            .iter_mut()
            .zip(other.pinball)
            .for_each(|(sum, more)| *sum += more);
        for (sums, more) in [(&mut self.due, other.due), (&mut self.kept, other.kept)] {
            sums.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        }
        self.between
            .iter_mut()
            .zip(other.between)
            .for_each(|(sum, more)| *sum += more);
    }

    /// How many delivered parcels' forecasts were scored.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean absolute error of the point.
    #[must_use]
    pub fn mae_hours(&self) -> Option<f64> {
        ratio(self.absolute, self.n)
    }

    /// Median absolute error of the point, exact to a part in 4,000.
    #[must_use]
    pub fn median_hours(&self) -> Option<f64> {
        self.errors.median()
    }

    /// Mean of predicted − actual: negative when deliveries come later than said.
    #[must_use]
    pub fn bias_hours(&self) -> Option<f64> {
        ratio(self.signed, self.n)
    }

    /// Mean pinball loss at a level of [`LEVELS`]. Of points without quantiles only P50 has one:
    /// half the error.
    #[must_use]
    pub fn pinball_hours(&self, level: f64) -> Option<f64> {
        let at = LEVELS
            .iter()
            .position(|known| (known - level).abs() < 1e-9)?;
        let of_point = || {
            self.mae_hours()
                .filter(|_| LEVELS[at] == 0.5)
                .map(|mae| mae / 2.0)
        };
        ratio(self.pinball[at], self.with_quantiles).or_else(of_point)
    }

    /// Mean interval score of P10 to P90: its length, and ten times how far outside of it
    /// deliveries lay. The smaller, the better.
    #[must_use]
    pub fn interval_score_hours(&self) -> Option<f64> {
        ratio(
            10.0 * (self.pinball[0] + self.pinball[3]),
            self.with_quantiles,
        )
    }

    /// The share delivered from P10 to P90.
    #[must_use]
    pub fn coverage_10_90(&self) -> Option<f64> {
        ratio(
            self.between[1..4].iter().sum::<u64>() as f64,
            self.with_quantiles,
        )
    }

    /// The share delivered by P90; of promises the share delivered by the promise.
    #[must_use]
    pub fn under_p90(&self) -> Option<f64> {
        if self.with_quantiles == 0 {
            ratio(self.by_point as f64, self.n)
        } else {
            self.delivered_by(3)
        }
    }

    /// Mean length from P10 to P90.
    #[must_use]
    pub fn width_hours(&self) -> Option<f64> {
        ratio(self.width, self.with_quantiles)
    }

    /// Mean length from the moment of the forecast to P90.
    #[must_use]
    pub fn p90_length_hours(&self) -> Option<f64> {
        ratio(self.p90_length, self.with_quantiles)
    }

    /// Each level beside the shares that were in fact delivered by it. Of promises every level is
    /// the promise.
    #[must_use]
    pub fn reliability(&self) -> [Reliability; 4] {
        std::array::from_fn(|at| Reliability {
            level: LEVELS[at],
            delivered: self
                .delivered_by(at)
                .or_else(|| ratio(self.by_point as f64, self.n)),
            due: ratio(self.kept[at] as f64, self.due[at]),
            due_n: self.due[at],
        })
    }

    /// The shares delivered before P10, from P10 to P50, to P80, to P90, and after: .1, .4, .3, .1,
    /// .1 if all is well.
    #[must_use]
    pub fn between_quantiles(&self) -> Option<[f64; 5]> {
        (self.with_quantiles > 0).then(|| {
            self.between
                .map(|count| count as f64 / self.with_quantiles as f64)
        })
    }

    fn delivered_by(&self, level: usize) -> Option<f64> {
        ratio(
            self.between[..=level].iter().sum::<u64>() as f64,
            self.with_quantiles,
        )
    }
}

fn ratio(sum: f64, n: u64) -> Option<f64> {
    (n > 0).then(|| sum / n as f64)
}

/// Hours from one instant to another.
fn hours(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).as_seconds_f64() / 3600.0
}
