//! How good probabilities were: [`Odds`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Cells between 0 and 1, on the scale of square roots: small probabilities are distinguished best.
const CELLS: f64 = 2000.0;

/// The quality of probabilities, such as [`loss`](crate::eta::Estimate::loss) and
/// [`miss_promise`](crate::eta::Estimate::miss_promise), whose outcome is known. Counts and sums
/// only, so that two add up to the whole, in space that does not grow with their number.
///
/// ```
/// use parceltrail::eta::score::Odds;
///
/// let mut odds = Odds::default();
/// for (said, happened) in [(0.9, true), (0.8, true), (0.2, false), (0.1, false)] {
///     odds.take(said, happened);
/// }
/// assert_eq!((odds.n(), odds.rate(), odds.auc()), (4, Some(0.5), Some(1.0)));
/// assert_eq!(odds.brier().map(|brier| (brier * 1000.0).round()), Some(25.0));
/// assert_eq!(odds.brier_of_constant(), Some(0.25));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Odds {
    /// By cell: how many, how many of them happened, and the sum of what was said.
    cells: BTreeMap<u32, (u64, u64, f64)>,
    squares: f64,
}

/// Probabilities that lie side by side, and how often it happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decile {
    /// Their mean.
    pub said: f64,
    /// The share that happened.
    pub happened: f64,
    /// How many there are.
    pub n: u64,
}

impl Odds {
    /// Counts a probability, from 0 to 1, of what by now has happened or cannot happen any more.
    /// What is no probability is left out.
    pub fn take(&mut self, said: f64, happened: bool) {
        if !(0.0..=1.0).contains(&said) {
            return;
        }
        let cell = self.cells.entry((said.sqrt() * CELLS) as u32).or_default();
        cell.0 += 1;
        cell.1 += u64::from(happened);
        cell.2 += said;
        self.squares += (said - f64::from(u8::from(happened))).powi(2);
    }

    /// Adds what another holds.
    pub fn merge(&mut self, other: &Self) {
        for (cell, (n, happened, said)) in &other.cells {
            let own = self.cells.entry(*cell).or_default();
            *own = (own.0 + n, own.1 + happened, own.2 + said);
        }
        self.squares += other.squares;
    }

    /// How many were counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.cells.values().map(|cell| cell.0).sum()
    }

    fn happened(&self) -> u64 {
        self.cells.values().map(|cell| cell.1).sum()
    }

    /// The share that happened.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        super::ratio(self.happened() as f64, self.n())
    }

    /// The mean of what was said: the same as [`rate`](Self::rate) if all is well.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        super::ratio(self.cells.values().map(|cell| cell.2).sum(), self.n())
    }

    /// Mean squared error; 0 is perfect.
    #[must_use]
    pub fn brier(&self) -> Option<f64> {
        super::ratio(self.squares, self.n())
    }

    /// The Brier score of whoever always says [`rate`](Self::rate), known beforehand.
    #[must_use]
    pub fn brier_of_constant(&self) -> Option<f64> {
        self.rate().map(|rate| rate * (1.0 - rate))
    }

    /// How often more was said of one that happened than of one that did not; .5 is chance. `None`
    /// unless there are both. Exact to differences of a thousandth.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let (mut below, mut won) = (0, 0.0);
        for (n, happened, _) in self.cells.values() {
            let not = n - happened;
            won += *happened as f64 * (below as f64 + not as f64 / 2.0);
            below += not;
        }
        let pairs = self.happened() as f64 * below as f64;
        (pairs > 0.0).then(|| won / pairs)
    }

    /// What was said beside what happened, in ten groups of about the same size, the smallest
    /// probabilities first. Fewer groups if many said the same.
    #[must_use]
    pub fn deciles(&self) -> Vec<Decile> {
        let total = self.n() as f64;
        let mut groups: Vec<(u64, u64, f64)> = Vec::new();
        let (mut seen, mut last) = (0, usize::MAX);
        for (n, happened, said) in self.cells.values() {
            // A cell belongs where its middle lies.
            let group = ((seen as f64 + *n as f64 / 2.0) / total * 10.0) as usize;
            if group != last {
                groups.push((0, 0, 0.0));
                last = group;
            }
            if let Some(into) = groups.last_mut() {
                *into = (into.0 + n, into.1 + happened, into.2 + said);
            }
            seen += n;
        }
        let decile = |(n, happened, said): (u64, u64, f64)| Decile {
            said: said / n as f64,
            happened: happened as f64 / n as f64,
            n,
        };
        groups.into_iter().map(decile).collect()
    }
}
