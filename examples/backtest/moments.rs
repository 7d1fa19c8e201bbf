//! Which moments are forecast from, and which of them are scored.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
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
            return if (0.0..=1.0).contains(&fraction) {
                Ok(Self::Fraction(fraction))
            } else {
                Err("a fraction lies from 0 to 1".to_owned())
            };
        }
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) => Ok(Self::Moment(at.to_utc())),
            Err(_) => Err(
                "neither a fraction such as 0.7 nor an RFC 3339 time such as 2026-03-02T00:00:00Z"
                    .to_owned(),
            ),
        }
    }
}

/// A row of the answer: the moments that it pools, and what it is called.
#[derive(Clone, Debug)]
pub struct Pool {
    pub name: String,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    Any,
    Milestones(Vec<Milestone>),
    /// A look during silence, by the band of its length.
    Looks(usize),
}

/// When a forecast is made: at an event, or during the silence after one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Event(Milestone),
    /// A look during silence; the band of its length.
    Look(usize),
}

/// Where bands of silence end, in days; the last is open.
const BANDS: [u32; 8] = [1, 2, 4, 7, 14, 18, 25, 30];

impl Moment {
    pub fn look(silence: TimeDelta) -> Self {
        let days = silence.as_seconds_f64() / 86_400.0;
        Self::Look(
            BANDS
                .iter()
                .take_while(|end| days >= f64::from(**end))
                .count(),
        )
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(milestone) => write!(f, "{milestone}"),
            Self::Look(band) => {
                let from = band.checked_sub(1).map_or(0, |before| BANDS[before]);
                match BANDS.get(*band) {
                    Some(to) => write!(f, "look:{from}-{to}d"),
                    None => write!(f, "look:{from}d+"),
                }
            }
        }
    }
}

impl Pool {
    pub fn holds(&self, moment: Moment) -> bool {
        match (&self.holds, moment) {
            (Holds::Any, Moment::Event(_)) => true,
            (Holds::Milestones(some), Moment::Event(milestone)) => some.contains(&milestone),
            (Holds::Looks(band), Moment::Look(at)) => *band == at,
            _ => false,
        }
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
    pub fn parse(names: &[String], looks: bool) -> Result<Self, String> {
        let bands = if looks { BANDS.len() + 1 } else { 0 };
        let silent = (0..bands).map(|band| Pool {
            name: Moment::Look(band).to_string(),
            holds: Holds::Looks(band),
        });
        if names.is_empty() {
            let each = Milestone::ALL
                .iter()
                .filter(|milestone| is_forecast_from(**milestone));
            let each = each.map(|milestone| Pool {
                name: milestone.to_string(),
                holds: Holds::Milestones(vec![*milestone]),
            });
            let any = Pool {
                name: "any".to_owned(),
                holds: Holds::Any,
            };
            return Ok(Self {
                pools: each.chain([any]).chain(silent).collect(),
                only_what_occurs: true,
            });
        }
        let pools: Result<Vec<Pool>, String> = names.iter().map(|name| pool(name)).collect();
        let mut pools = pools?;
        let mut seen = std::collections::HashSet::new();
        pools.retain(|pool| seen.insert(pool.name.clone()));
        pools.extend(silent);
        Ok(Self {
            pools,
            only_what_occurs: false,
        })
    }

    /// Whether any pool holds it.
    pub fn hold(&self, milestone: Milestone) -> bool {
        is_forecast_from(milestone)
            && self
                .pools
                .iter()
                .any(|pool| pool.holds(Moment::Event(milestone)))
    }
}

/// Nothing is forecast from the delivery itself.
fn is_forecast_from(milestone: Milestone) -> bool {
    milestone != Milestone::Delivered
}

fn pool(name: &str) -> Result<Pool, String> {
    if name == "any" {
        return Ok(Pool {
            name: name.to_owned(),
            holds: Holds::Any,
        });
    }
    let milestone = |word: &str| match word.trim().parse::<Milestone>() {
        Ok(milestone) if is_forecast_from(milestone) => Ok(milestone),
        Ok(_) => Err("--at delivered: from the delivery itself nothing is forecast".to_owned()),
        Err(_) => {
            let words: Vec<&str> = Milestone::ALL
                .iter()
                .filter(|milestone| is_forecast_from(**milestone))
                .map(|milestone| milestone.as_str())
                .collect();
            Err(format!(
                "--at {word:?} is no milestone; there are any, {}",
                words.join(", ")
            ))
        }
    };
    let milestones: Result<Vec<Milestone>, String> = name.split('+').map(milestone).collect();
    Ok(Pool {
        name: name.to_owned(),
        holds: Holds::Milestones(milestones?),
    })
}
