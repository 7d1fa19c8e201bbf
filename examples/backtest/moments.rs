//! Which moments are forecast from, and which of them are scored.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use parceltrail::Milestone;

/// Where learning alone ends and scoring begins.
#[derive(Clone, Copy, Debug)]
pub enum Split {
    /// After this share of the journeys, in order of start.
    Fraction(f64),
    /// At this moment.
    Moment(DateTime<Utc>),
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(fraction) = text.parse::<f64>() {
            return if (0.0..=1.0).contains(&fraction) { Ok(Self::Fraction(fraction)) } else { Err("a fraction lies from 0 to 1".to_owned()) };
        }
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) => Ok(Self::Moment(at.to_utc())),
            Err(_) => Err("neither a fraction such as 0.7 nor an RFC 3339 time such as 2026-03-02T00:00:00Z".to_owned()),
        }
    }
}

/// A row of the answer: the moments that it pools, and what it is called.
#[derive(Clone, Debug)]
pub struct Pool {
    pub name: String,
    /// None for any.
    milestones: Option<Vec<Milestone>>,
}

impl Pool {
    pub fn holds(&self, milestone: Milestone) -> bool {
        self.milestones.as_ref().is_none_or(|some| some.contains(&milestone))
    }
}

/// The moments asked for.
#[derive(Clone, Debug)]
pub struct Moments {
    pub pools: Vec<Pool>,
    /// Nothing was named: of the pools only those that occur are told.
    pub only_what_occurs: bool,
}

impl Moments {
    pub fn parse(names: &[String]) -> Result<Self, String> {
        if names.is_empty() {
            let each = Milestone::ALL.iter().filter(|milestone| is_forecast_from(**milestone));
            let mut pools: Vec<Pool> = each.map(|milestone| Pool { name: milestone.to_string(), milestones: Some(vec![*milestone]) }).collect();
            pools.push(Pool { name: "any".to_owned(), milestones: None });
            return Ok(Self { pools, only_what_occurs: true });
        }
        let pools: Result<Vec<Pool>, String> = names.iter().map(|name| pool(name)).collect();
        let mut pools = pools?;
        let mut seen = std::collections::HashSet::new();
        pools.retain(|pool| seen.insert(pool.name.clone()));
        Ok(Self { pools, only_what_occurs: false })
    }

    /// Whether any pool holds it.
    pub fn hold(&self, milestone: Milestone) -> bool {
        is_forecast_from(milestone) && self.pools.iter().any(|pool| pool.holds(milestone))
    }
}

/// Nothing is forecast from the delivery itself.
fn is_forecast_from(milestone: Milestone) -> bool {
    milestone != Milestone::Delivered
}

fn pool(name: &str) -> Result<Pool, String> {
    if name == "any" {
        return Ok(Pool { name: name.to_owned(), milestones: None });
    }
    let milestone = |word: &str| match word.trim().parse::<Milestone>() {
        Ok(milestone) if is_forecast_from(milestone) => Ok(milestone),
        Ok(_) => Err("--at delivered: from the delivery itself nothing is forecast".to_owned()),
        Err(_) => {
            let words: Vec<&str> =
                Milestone::ALL.iter().filter(|milestone| is_forecast_from(**milestone)).map(|milestone| milestone.as_str()).collect();
            Err(format!("--at {word:?} is no milestone; there are any, {}", words.join(", ")))
        }
    };
    let milestones: Result<Vec<Milestone>, String> = name.split('+').map(milestone).collect();
    Ok(Pool { name: name.to_owned(), milestones: Some(milestones?) })
}
