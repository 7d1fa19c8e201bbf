//! Scores by moment, method and group.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parceltrail::History;
use parceltrail::eta::score::{Forecast, Score};
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

pub struct Scores {
    pub moments: Moments,
    pub by: Option<Grouping>,
    /// By pool, group (none: all) and method.
    scores: BTreeMap<(usize, Option<SmolStr>, Method), Score>,
    /// Over every moment forecast from.
    whole: BTreeMap<Method, Score>,
}

/// One row of the answer.
pub struct Row<'s> {
    pub at: &'s str,
    pub group: Option<&'s SmolStr>,
    pub method: Method,
    pub score: Option<&'s Score>,
}

impl Scores {
    pub fn new(moments: Moments, by: Option<Grouping>) -> Self {
        Self {
            moments,
            by,
            scores: BTreeMap::new(),
            whole: BTreeMap::new(),
        }
    }

    pub fn take(
        &mut self,
        moment: Moment,
        method: Method,
        group: Option<&SmolStr>,
        forecast: &Forecast,
        delivered: DateTime<Utc>,
    ) {
        if matches!(moment, Moment::Event(_)) {
            self.whole
                .entry(method)
                .or_default()
                .take(forecast, delivered);
        }
        for (pool, _) in self
            .moments
            .pools
            .iter()
            .enumerate()
            .filter(|(_, pool)| pool.holds(moment))
        {
            self.scores
                .entry((pool, None, method))
                .or_default()
                .take(forecast, delivered);
            if let Some(group) = group {
                self.scores
                    .entry((pool, Some(group.clone()), method))
                    .or_default()
                    .take(forecast, delivered);
            }
        }
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
            for ((of, group, _), score) in self
                .scores
                .range((index, None, Method::Ours)..)
                .take_while(|((of, ..), _)| *of == index)
            {
                debug_assert_eq!(*of, index);
                let n = groups.entry(group).or_default();
                *n = score.n().max(*n);
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
                    score: self.scores.get(&(index, group.clone(), method)),
                }));
            }
        }
        rows
    }
}
