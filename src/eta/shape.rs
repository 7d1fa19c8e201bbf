//! The whole distribution behind an estimate: [`Shape`].

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The shares at which a shape is kept; after the last of them comes the longest that is expected
/// at all.
const SHARES: [f64; 14] = [
    0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99,
];
const POINTS: usize = SHARES.len() + 1;

/// The distribution that an estimate was read from, as it stood at the last event: how long after
/// it which share of comparable parcels arrives, of those that do. It is what a
/// [`Calibration`](super::Calibration) judges an estimate by, whenever it was made.
///
/// Depths stand for shares: depth `-ln(1 - share)`, so that equal steps of depth are equal ratios
/// of what is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    since: DateTime<Utc>,
    /// Seconds after `since`.
    seconds: [i64; POINTS],
}

impl Shape {
    /// The depth of the longest that is expected.
    pub(super) const DEEPEST: f64 = 12.0;

    /// A shape from its quantile function: `wait` gives the seconds after `since` by which a share
    /// (from 0 to 1) has arrived.
    ///
    /// ```
    /// use parceltrail::eta::Shape;
    /// let since = "2026-03-02T00:00:00Z".parse()?;
    /// let shape = Shape::new(since, |share| share * 86_400.0);
    /// assert_eq!(shape.by(0.5), "2026-03-02T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn new(since: DateTime<Utc>, wait: impl Fn(f64) -> f64) -> Self {
        let mut seconds = [0; POINTS];
        let mut last = 0;
        for (slot, share) in seconds.iter_mut().zip(SHARES.into_iter().chain([1.0])) {
            // One second at least between two, so that every moment has one depth.
            last = (wait(share).clamp(0.0, 1e12) as i64).max(last + 1);
            *slot = last;
        }
        Self { since, seconds }
    }

    /// The event that it counts from.
    pub(super) const fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// The moment by which a share (from 0 to 1) of those that come has arrived.
    #[must_use]
    pub fn by(&self, share: f64) -> DateTime<Utc> {
        self.at_depth(depth(share))
    }

    /// The depth reached at a moment.
    pub(super) fn depth_at(&self, moment: DateTime<Utc>) -> f64 {
        let wait = (moment - self.since).num_milliseconds() as f64 / 1000.0;
        let mut last = (0.0, 0.0);
        for (seconds, depth) in self.points() {
            if wait < seconds {
                return last.1 + (depth - last.1) * (wait - last.0).max(0.0) / (seconds - last.0);
            }
            last = (seconds, depth);
        }
        Self::DEEPEST
    }

    /// The moment at which a depth is reached.
    pub(super) fn at_depth(&self, wanted: f64) -> DateTime<Utc> {
        let mut last = (0.0, 0.0);
        let mut wait = self.seconds[POINTS - 1] as f64;
        for (seconds, depth) in self.points() {
            if wanted <= depth {
                wait = last.0 + (seconds - last.0) * (wanted - last.1).max(0.0) / (depth - last.1);
                break;
            }
            last = (seconds, depth);
        }
        self.since
            .checked_add_signed(TimeDelta::milliseconds((wait * 1000.0) as i64))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.seconds
            .iter()
            .zip(SHARES.into_iter().chain([1.0]))
            .map(|(seconds, share)| (*seconds as f64, depth(share)))
    }
}

/// The depth of a share.
pub(super) fn depth(share: f64) -> f64 {
    (-(1.0 - share).max(0.0).ln()).clamp(0.0, Shape::DEEPEST)
}
