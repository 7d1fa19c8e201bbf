//! Correcting estimates by how earlier ones turned out.
//!
//! Every estimate is a claim about where a delivery will fall: the share of comparable parcels that
//! comes before it, written as a *depth* (see [`Shape`]). If the claims are honest, shares are
//! spread evenly. [`Calibration`] looks at those of the last [`WINDOW_DAYS`] and moves the
//! quantiles of new estimates to where they really lay. A depth counts from the last event, so that
//! what was learned from estimates made at scans corrects those made during the silence after them,
//! and the other way round.
//!
//! It looks at them as a life table of a period does: every estimate that was under way in the
//! window counts as having been at risk, from the depth it had when the window began (or when it
//! was made) to the depth at which its parcel came, or to the depth it has reached without coming.
//! So a parcel that is due and has not come speaks as loudly as one that has; leaving it out would
//! flatter. And nothing is stepped from outcome to outcome, so outcomes that are told ten days late
//! make a correction later, but not wilder: the table ends where news can be trusted to be
//! complete.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::estimate::Estimate;
use super::shape::Shape;
use crate::model::{Milestone, Stage};

/// How many days back outcomes count.
pub const WINDOW_DAYS: i64 = 28;
/// How many days an estimate is watched at most: what has not come by then will hardly come.
const WATCHED_DAYS: i64 = 180;
/// How many outcomes pull as strongly as the belief that estimates are honest; for one kind of
/// event, as the outcomes of all kinds; and for one kind of event towards one destination, as the
/// outcomes of that kind.
const STRENGTH: [f64; 3] = [30.0, 60.0, 80.0];
/// Outcomes under which nothing is corrected.
const ENOUGH: f64 = 20.0;
/// The share of parcels that never come, before anything was observed.
const NEVER: f64 = 0.005;
const LEVELS: [f64; 4] = [0.1, 0.5, 0.8, 0.9];
/// An estimate made when more than this depth had passed since the last event was made during
/// silence.
const SILENT: f64 = 0.1;
/// With less than this left by what was observed, the estimate stands as it is.
const LEAST_LEFT: f64 = 0.002;
const DAY: i64 = 86_400;

/// A rolling record of estimates and what became of them.
///
/// ```
/// use parceltrail::History;
/// use parceltrail::eta::{Calibration, ModelSettings, TransitModel};
///
/// let model = TransitModel::new(ModelSettings::default());
/// let mut calibration = Calibration::default();
/// let open: History = serde_json::from_str(r#"{"id":"1","carrier":"fedex","service":"International Priority","events":[
///   {"at":"2026-03-19T09:00:00Z","milestone":"picked_up"}]}"#)?;
/// let now = "2026-03-19T10:00:00Z".parse()?;
/// let estimate = model.estimate(&open, now).ok_or("nothing to say")?;
/// calibration.issued("1 picked_up", &estimate);
/// let shown = calibration.adjust(&estimate);
/// // Days later, when the delivery is known:
/// calibration.settled("1 picked_up", Some("2026-03-21T12:00:00Z".parse()?), "2026-03-21T12:05:00Z".parse()?);
/// assert_eq!(shown, estimate, "nothing was known yet that could correct it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    watched: BTreeMap<SmolStr, Watched>,
    #[serde(with = "pairs")]
    tables: BTreeMap<Group, Table>,
    /// The day on which the tables were last made, in days since 1970.
    made: i64,
}

/// What estimates are corrected together: all of them, those after one kind of event, or of these
/// those towards one destination. Networks drift apart: one region's strike must neither spread
/// over the others nor hide among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Group {
    All,
    Kind(Option<Stage>, Milestone),
    Towards(Option<Stage>, Milestone, SmolStr),
    /// Those made during the silence after one kind of event: parcels of which no more was heard
    /// are slower than the others.
    Silent(Option<Stage>, Milestone),
}

impl Group {
    /// The groups that an estimate is counted in, coarse to fine.
    fn of(estimate: &Estimate) -> impl DoubleEndedIterator<Item = Self> {
        let kind = (estimate.stage, estimate.milestone);
        if estimate.shape.depth_at(estimate.made) > SILENT {
            return [Some(Self::Silent(kind.0, kind.1)), None, None]
                .into_iter()
                .flatten();
        }
        let towards = estimate
            .destination
            .clone()
            .map(|destination| Self::Towards(kind.0, kind.1, destination));
        [Some(Self::All), Some(Self::Kind(kind.0, kind.1)), towards]
            .into_iter()
            .flatten()
    }

    /// The group that it is part of, and how many outcomes that one's table pulls as strongly as.
    fn belief(&self) -> (Option<Self>, f64) {
        match self {
            Self::All => (None, STRENGTH[0]),
            Self::Kind(..) => (Some(Self::All), STRENGTH[1]),
            Self::Towards(stage, milestone, _) | Self::Silent(stage, milestone) => {
                (Some(Self::Kind(*stage, *milestone)), STRENGTH[2])
            }
        }
    }
}

/// One estimate under watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Watched {
    groups: Vec<Group>,
    made: i64,
    shape: Shape,
    settled: Option<Settled>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Settled {
    known: i64,
    delivered: Option<i64>,
}

impl Calibration {
    /// An estimate was given out, under a key of the caller's choice such as journey and milestone.
    /// Give it every estimate that you would score, at the moment it is made. Whether it was
    /// adjusted does not matter.
    pub fn issued(&mut self, key: &str, estimate: &Estimate) {
        let made = estimate.made.timestamp();
        self.watched.insert(
            key.into(),
            Watched {
                groups: Group::of(estimate).collect(),
                made,
                shape: estimate.shape.clone(),
                settled: None,
            },
        );
        self.pass(made);
    }

    /// It became known at `now` that the parcel behind a key was delivered, and when; or, with
    /// `None`, that it never will be. While neither is known, nothing need be said: what was issued
    /// and not settled counts as not come.
    pub fn settled(&mut self, key: &str, delivered: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        if let Some(watched) = self.watched.get_mut(key) {
            watched.settled = Some(Settled {
                known: now.timestamp(),
                delivered: delivered.map(|at| at.timestamp()),
            });
        }
        self.pass(now.timestamp());
    }

    /// The estimate, its quantiles moved to where deliveries really fell of late.
    #[must_use]
    pub fn adjust(&self, estimate: &Estimate) -> Estimate {
        let Some(table) = Group::of(estimate)
            .rev()
            .find_map(|group| self.table(group))
        else {
            return estimate.clone();
        };
        let passed = estimate.shape.depth_at(estimate.made);
        let at = |share: f64| {
            estimate
                .shape
                .at_depth(table.coming_after(passed, share))
                .max(estimate.made)
        };
        let p10 = at(LEVELS[0]);
        let p50 = at(LEVELS[1]).max(p10);
        let p80 = at(LEVELS[2]).max(p50);
        let p90 = at(LEVELS[3]).max(p80);
        let miss_promise = estimate
            .promise
            .filter(|_| estimate.miss_promise.is_some())
            .map(|promise| {
                let late =
                    table.beyond(estimate.shape.depth_at(promise)) / table.beyond(passed).max(1e-9);
                if promise <= estimate.made {
                    1.0
                } else {
                    estimate.loss + (1.0 - estimate.loss) * late.min(1.0)
                }
            });
        Estimate {
            p10,
            p50,
            p80,
            p90,
            miss_promise,
            ..estimate.clone()
        }
    }

    /// The table of a group, or of the one that it is part of.
    fn table(&self, group: Group) -> Option<&Table> {
        let mut group = Some(group);
        while let Some(at) = group {
            if let Some(table) = self.tables.get(&at) {
                return Some(table);
            }
            group = at.belief().0;
        }
        None
    }

    /// How many outcomes the corrections rest on.
    #[must_use]
    pub fn outcomes(&self) -> f64 {
        self.tables
            .get(&Group::All)
            .map_or(0.0, |table| table.outcomes)
    }

    /// Takes in what another calibration watched. Of a key in both, what is settled stands.
    pub fn merge(&mut self, other: &Self) {
        for (key, watched) in &other.watched {
            let known = self
                .watched
                .get(key)
                .is_some_and(|own| own.settled.is_some());
            if !known {
                self.watched.insert(key.clone(), watched.clone());
            }
        }
        self.made = self.made.max(other.made);
        self.tabulate(self.made * DAY);
    }

    /// Makes the tables anew when a day has passed.
    fn pass(&mut self, now: i64) {
        let day = now.div_euclid(DAY);
        if day > self.made {
            self.made = day;
            self.watched.retain(|_, watched| match watched.settled {
                Some(settled) => settled.known > now - 2 * WINDOW_DAYS * DAY,
                None => watched.made > now - WATCHED_DAYS * DAY,
            });
            self.tabulate(now);
        }
    }

    fn tabulate(&mut self, now: i64) {
        let until = now - self.delay(now);
        let since = until - WINDOW_DAYS * DAY;
        let mut counts: BTreeMap<&Group, Counts> = BTreeMap::new();
        for watched in self.watched.values() {
            let Some((from, to, came)) = watched.at_risk(since, until) else {
                continue;
            };
            for group in &watched.groups {
                counts.entry(group).or_default().add(from, to, came);
            }
        }
        let mut tables: BTreeMap<Group, Table> = BTreeMap::new();
        if counts
            .get(&Group::All)
            .is_some_and(|all| all.outcomes >= ENOUGH)
        {
            // Coarse groups sort before their parts, which lean on them.
            for (group, counts) in counts {
                let (parent, strength) = group.belief();
                let belief = parent
                    .and_then(|parent| tables.get(&parent))
                    .cloned()
                    .unwrap_or_else(Table::honest);
                tables.insert(group.clone(), counts.table(&belief, strength));
            }
        }
        self.tables = tables;
    }

    /// How late news of deliveries comes: all but one in fifty of the window's were known by then.
    fn delay(&self, now: i64) -> i64 {
        let recent = self
            .watched
            .values()
            .filter_map(|watched| watched.settled)
            .filter(|settled| settled.known > now - WINDOW_DAYS * DAY);
        let mut delays: Vec<i64> = recent
            .filter_map(|settled| Some(settled.known - settled.delivered?))
            .collect();
        let Some(nth) = (delays.len() * 49 / 50).checked_sub(usize::from(delays.len() > 50)) else {
            return 0;
        };
        if delays.is_empty() {
            return 0;
        }
        let nth = nth.min(delays.len() - 1);
        (*delays.select_nth_unstable(nth).1).clamp(0, WATCHED_DAYS * DAY)
    }
}

impl Watched {
    /// The depths between which it was at risk in a window, and whether it came at the latter.
    fn at_risk(&self, since: i64, until: i64) -> Option<(f64, f64, bool)> {
        let (end, came) = match self.settled {
            Some(Settled {
                delivered: Some(at),
                ..
            }) if at <= until => (at, true),
            Some(Settled {
                delivered: None,
                known,
            }) => (known.min(until), false),
            _ => (until, false),
        };
        if end < since || self.made > until || end < self.made {
            return None;
        }
        let at = |moment: i64| {
            self.shape
                .depth_at(DateTime::from_timestamp(moment, 0).unwrap_or(DateTime::<Utc>::MAX_UTC))
        };
        Some((at(self.made.max(since)), at(end), came))
    }
}

const CELLS: usize = 120;
const CELL: f64 = Shape::DEEPEST / CELLS as f64;

/// What happened at each depth.
#[derive(Clone, Debug)]
struct Counts {
    /// Who came under observation less who left it.
    entered: Vec<f64>,
    left: Vec<f64>,
    came: Vec<f64>,
    outcomes: f64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            entered: vec![0.0; CELLS],
            left: vec![0.0; CELLS],
            came: vec![0.0; CELLS],
            outcomes: 0.0,
        }
    }
}

impl Counts {
    fn add(&mut self, from: f64, to: f64, came: bool) {
        let cell = |depth: f64| ((depth / CELL) as usize).min(CELLS - 1);
        self.entered[cell(from)] += 1.0;
        self.left[cell(to)] += 1.0;
        if came {
            self.came[cell(to)] += 1.0;
            self.outcomes += 1.0;
        }
    }

    /// The distribution of depths: what a belief becomes by these counts.
    fn table(&self, belief: &Table, strength: f64) -> Table {
        let (mut at_risk, mut left, mut believed) = (0.0, 1.0, 1.0);
        let mut survival = Vec::with_capacity(CELLS);
        for cell in 0..CELLS {
            at_risk += self.entered[cell];
            // Those who enter or leave within the cell without coming were at risk in half of it.
            let half = 0.5
                * ((self.left[cell] - self.came[cell])
                    + if cell == 0 { 0.0 } else { self.entered[cell] });
            let next = belief.survival[cell];
            let risk = strength * believed + (at_risk - half).max(self.came[cell]);
            left *=
                1.0 - ((strength * (believed - next) + self.came[cell]) / risk.max(1e-12)).min(1.0);
            survival.push(left);
            believed = next;
            at_risk = (at_risk - self.left[cell]).max(0.0);
        }
        Table {
            survival,
            outcomes: self.outcomes,
        }
    }
}

/// The distribution of depths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Table {
    /// The share beyond the end of each cell, those that never come among them.
    survival: Vec<f64>,
    outcomes: f64,
}

impl Table {
    /// The share that lies beyond every depth: what has not come by then will hardly come.
    fn never(&self) -> f64 {
        self.survival.last().copied().unwrap_or_default().min(0.99)
    }

    /// Depths if every claim were kept. A few never come: without them the belief would say that
    /// whoever is left far out comes soon.
    fn honest() -> Self {
        let survival = (1..=CELLS)
            .map(|cell| NEVER + (1.0 - NEVER) * (-(cell as f64) * CELL).exp())
            .collect();
        Self {
            survival,
            outcomes: 0.0,
        }
    }

    /// Of those that come and have not by a depth: the depth by which a share of them has.
    fn coming_after(&self, passed: f64, share: f64) -> f64 {
        let never = self.never();
        let left = (self.survives(passed) - never).max(0.0);
        if left < LEAST_LEFT {
            // Nothing reports so long a wait: as the estimate has it.
            return passed - (1.0 - share).ln();
        }
        self.at(never + left * (1.0 - share)).max(passed)
    }

    /// The depth beyond which a share lies.
    fn at(&self, share: f64) -> f64 {
        let cell = self.survival.partition_point(|left| *left > share);
        let before = cell.checked_sub(1).map_or(1.0, |cell| self.survival[cell]);
        let after = self.survival.get(cell).copied().unwrap_or(0.0);
        (cell as f64
            + if before > after {
                (before - share) / (before - after)
            } else {
                0.0
            })
            * CELL
    }

    /// The share beyond a depth, of those that come.
    fn beyond(&self, depth: f64) -> f64 {
        let never = self.never();
        ((self.survives(depth) - never) / (1.0 - never)).clamp(0.0, 1.0)
    }

    fn survives(&self, depth: f64) -> f64 {
        let cell = ((depth.max(0.0) / CELL) as usize).min(CELLS - 1);
        let before = cell.checked_sub(1).map_or(1.0, |cell| self.survival[cell]);
        let part = (depth / CELL - cell as f64).clamp(0.0, 1.0);
        before + (self.survival[cell] - before) * part
    }
}

/// Maps with keys that are no text, as lists of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Group, Table};

    pub(super) fn serialize<S: Serializer>(
        map: &BTreeMap<Group, Table>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Group, Table>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
