//! Scores by moment, method and group.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parceltrail::History;
use parceltrail::eta::score::{Forecast, Odds, Score};
use smol_str::SmolStr;

use crate::methods::Method;
use crate::moments::{Moment, Moments};

/// What the breakdown goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Grouping {
    /// Where from: country and region, else a code.
    Origin,
    /// Where to.
    Destination,
    /// The carrier.
    Carrier,
    /// Where from and where to.
    Lane,
}

impl Grouping {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Destination => "destination",
            Self::Carrier => "carrier",
            Self::Lane => "lane",
        }
    }

    pub fn of(self, history: &History) -> SmolStr {
        let group = match self {
            Self::Origin => history.origin.label(),
            Self::Destination => history.destination.label(),
            Self::Carrier => history.carrier.clone(),
            Self::Lane => history.lane(),
        };
        group.unwrap_or_else(|| "unknown".into())
    }
}

/// Of what we tell a probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    MissPromise,
    Loss,
}

impl Event {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissPromise => "miss_promise",
            Self::Loss => "loss",
        }
    }
}

/// What was scored of one method.
#[derive(Default)]
pub struct Scored {
    /// Of parcels that were delivered.
    pub score: Score,
    /// The longest time to P90 that was ever said, of any parcel, in hours.
    pub largest_p90_hours: Option<f64>,
}

pub struct Scores {
    pub moments: Moments,
    pub by: Option<Grouping>,
    /// By pool, group (none: all) and method.
    scores: BTreeMap<(usize, Option<SmolStr>, Method), Scored>,
    /// By pool and event.
    odds: BTreeMap<(usize, Event), Odds>,
    /// Over every moment forecast from.
    whole: BTreeMap<Method, Score>,
}

/// One row of the answer.
pub struct Row<'s> {
    pub at: &'s str,
    pub group: Option<&'s SmolStr>,
    pub method: Method,
    pub scored: Option<&'s Scored>,
}

impl Scores {
    pub fn new(moments: Moments, by: Option<Grouping>) -> Self {
        Self {
            moments,
            by,
            scores: BTreeMap::new(),
            odds: BTreeMap::new(),
            whole: BTreeMap::new(),
        }
    }

    /// A forecast, and when its parcel was delivered, if it was.
    pub fn take(
        &mut self,
        moment: Moment,
        method: Method,
        group: Option<&SmolStr>,
        forecast: &Forecast,
        delivered: Option<DateTime<Utc>>,
    ) {
        if let (Moment::Event(_), Some(delivered)) = (moment, delivered) {
            self.whole
                .entry(method)
                .or_default()
                .take(forecast, delivered);
        }
        let p90 = forecast
            .quantiles
            .map(|quantiles| (quantiles[3] - forecast.made).as_seconds_f64() / 3600.0);
        for (pool, _) in self
            .moments
            .pools
            .iter()
            .enumerate()
            .filter(|(_, pool)| pool.holds(moment))
        {
            for group in [None, group]
                .into_iter()
                .take(1 + usize::from(group.is_some()))
            {
                let scored = self
                    .scores
                    .entry((pool, group.cloned(), method))
                    .or_default();
                scored.largest_p90_hours = scored
                    .largest_p90_hours
                    .into_iter()
                    .chain(p90)
                    .reduce(f64::max);
                if let Some(delivered) = delivered {
                    scored.score.take(forecast, delivered);
                }
            }
        }
    }

    /// A probability, and whether it came to that.
    pub fn take_odds(&mut self, moment: Moment, event: Event, said: f64, happened: bool) {
        let pools = self.moments.pools.iter().enumerate();
        for (pool, _) in pools.filter(|(_, pool)| pool.holds(moment)) {
            self.odds
                .entry((pool, event))
                .or_default()
                .take(said, happened);
        }
    }

    /// Every row of probabilities: the name of the moments, of what, how good.
    pub fn odds(&self) -> impl Iterator<Item = (&str, Event, &Odds)> {
        self.odds
            .iter()
            .map(|((pool, event), odds)| (self.moments.pools[*pool].name.as_str(), *event, odds))
    }

    /// Over every moment forecast from.
    pub fn whole(&self, method: Method) -> Option<&Score> {
        self.whole.get(&method)
    }

    /// Every row: per pool all methods, then its groups, the largest first.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for (index, pool) in self.moments.pools.iter().enumerate() {
            let mut groups: BTreeMap<&Option<SmolStr>, u64> = BTreeMap::new();
            for ((of, group, _), scored) in self
                .scores
                .range((index, None, Method::Ours)..)
                .take_while(|((of, ..), _)| *of == index)
            {
                debug_assert_eq!(*of, index);
                let n = groups.entry(group).or_default();
                *n = scored.score.n().max(*n);
            }
            if groups.is_empty() && self.moments.only_what_occurs {
                continue;
            }
            groups.entry(&None).or_default();
            let mut groups: Vec<(&Option<SmolStr>, u64)> = groups.into_iter().collect();
            groups.sort_by_key(|(group, n)| (group.is_some(), std::cmp::Reverse(*n), *group));
            for (group, _) in groups {
                rows.extend(Method::ALL.map(|method| Row {
                    at: &pool.name,
                    group: group.as_ref(),
                    method,
                    scored: self.scores.get(&(index, group.clone(), method)),
                }));
            }
        }
        rows
    }
}
