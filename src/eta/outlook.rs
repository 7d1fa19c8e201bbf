//! From what was learned to an [`Estimate`].

use chrono::{DateTime, Utc};
use smol_str::{SmolStr, format_smolstr};

use super::arrival::Arrival;
use super::ask::{Named, Reading};
use super::context::Level;
use super::estimate::{Basis, Estimate, Factor};
use super::fit::BEYOND_LONGEST;
use super::model::{TransitModel, instant};
use super::record::{End, Record, hashed};
use super::shape::Shape;
use super::tables::{Table, is_drowning, refine};
use super::{fallback, prior};
use crate::History;
use crate::history::{Attribute, Station};
use crate::model::Country;

/// Observations from which a level is named as the basis.
const SPEAKS: f64 = 3.0;
/// Settled journeys that make up half of what is believed of loss; the other half is
/// [`prior::lost_after`].
const LOSS_STRENGTH: f64 = 30.0;
/// A parcel that has been silent for longer than anything that was seen is given this much of its
/// silence again, at most.
const BEYOND_SILENCE: f64 = 1.25;
/// How many factors an explanation names.
const FACTORS: usize = 6;

/// What a model holds of a parcel's future, whatever the silence.
pub(super) struct Outlook<'a> {
    pub(super) arrival: Arrival,
    reading: Option<Reading>,
    /// Beyond this many seconds nothing is expected; none without trees.
    longest: Option<f64>,
    levels: Vec<(Level, &'a Table)>,
    /// Whether the journey's carrier is known.
    knows_carrier: bool,
    unit: f64,
    prior: &'static str,
    /// How far hand-over lies before the last event, in seconds.
    held: f64,
    /// How much own evidence counts against the prior, where loss is concerned.
    own: f64,
}

impl Outlook<'_> {
    /// The probability that it never arrives, after so many seconds of silence. Grows with them.
    pub(super) fn loss(&self, silence: f64) -> f64 {
        // Where parcels are slower than those that the prior was measured on, it waits for longer.
        let slow = (self.arrival.quantile_after(0.0, 0.9) / (20.0 * 86_400.0)).max(1.0);
        let prior = prior::lost_after((self.held + silence) / slow / 86_400.0);
        self.own * self.arrival.never_after(silence) + (1.0 - self.own) * prior
    }

    /// How many journeys can be compared: of the carrier, or of any where it is not known.
    pub(super) fn comparable(&self) -> f64 {
        comparable(&self.levels, self.knows_carrier) / self.unit
    }

    /// The finest level with enough observations, and how many it has.
    fn basis(&self) -> (Level, f64) {
        let observations = |table: &Table| table.weight / self.unit;
        let finest = self
            .levels
            .iter()
            .rev()
            .find(|(_, table)| observations(table) >= SPEAKS);
        let any = finest.or_else(|| {
            self.levels
                .iter()
                .rev()
                .find(|(_, table)| table.weight > 0.0)
        });
        any.map_or((Level::Prior, 0.0), |(level, table)| {
            (*level, observations(table))
        })
    }
}

impl TransitModel {
    /// When a parcel will arrive, given what is known of it so far and the silence since. Events
    /// after `now` are not looked at. `None` when it is finished, when nothing has happened yet, or
    /// when nothing tells: neither an observation nor a published standard of its carrier.
    #[must_use]
    pub fn estimate(&self, history: &History, now: DateTime<Utc>) -> Option<Estimate> {
        let record = Record::of(history, now)?;
        if record.end != End::Open {
            return None;
        }
        let last = record.steps.len().checked_sub(1)?;
        let step = record.steps[last];
        let outlook = self.outlook(history, &record, last);
        let (level, observations) = outlook.basis();
        if observations == 0.0 && outlook.prior.is_empty() {
            return None;
        }
        let silence = (now.timestamp() - step.at).max(0) as f64;
        let arrival = outlook.arrival.reaching(silence * BEYOND_SILENCE);
        let at = |share: f64| instant(step.at, arrival.quantile_after(silence, share)).max(now);
        let uncorrected @ [p10, p50, p80, p90] = [0.1, 0.5, 0.8, 0.9].map(at);
        let longest = outlook.longest;
        let basis = Basis {
            level,
            observations,
            comparable: outlook.comparable(),
            prior: SmolStr::new_static(outlook.prior),
            latest: longest.map(|longest| instant(step.at, longest)),
            is_bounded: longest.is_some_and(|longest| {
                silence * BEYOND_SILENCE > longest || p90 >= instant(step.at, longest)
            }),
        };
        let loss = outlook.loss(silence);
        let miss_promise = history
            .promised
            .filter(|_| basis.is_trained())
            .map(|promised| {
                let wait = (promised.timestamp() - step.at) as f64;
                if wait <= silence {
                    1.0
                } else {
                    loss + (1.0 - loss) * arrival.ending_beyond(wait, silence)
                }
            });
        Some(Estimate {
            made: now,
            p10,
            p50,
            p80,
            p90,
            loss,
            miss_promise,
            promise: history.promised,
            uncorrected,
            shape: Shape::new(instant(step.at, 0.0), |share| {
                arrival.quantile_after(0.0, share)
            }),
            stage: step.kind.stage(),
            milestone: step.kind.milestone(),
            destination: towards(&history.destination),
            explanation: {
                let mut factors = self.explain(history, &record, last, &outlook, silence, p50);
                factors.extend(bound(&basis, step.at));
                factors
            },
            basis,
        })
    }

    /// What is to be expected after a step.
    pub(super) fn outlook(&self, history: &History, record: &Record, nth: usize) -> Outlook<'_> {
        let step = &record.steps[nth];
        let unit = self.tables().unit(self.settings());
        let levels: Vec<_> = self.tables().levels(record, step).collect();
        let is_known = levels
            .iter()
            .any(|(_, table)| is_drowning(table, unit, self.settings().shrinkage));
        let (prior, source) = if is_known {
            (fallback::drowned().clone(), "")
        } else {
            fallback::remaining(history, record, nth)
        };
        let curve = refine(
            prior,
            &levels,
            |table| &table.arrival,
            unit,
            self.settings().shrinkage,
        );
        let fitted = self.fitted();
        let reading = fitted.is_ready().then(|| fitted.read(record, nth));
        let arrival = reading.as_ref().map_or_else(
            || curve.arrival(),
            |reading| fitted.arrival(reading, &curve),
        );
        let settled = levels.first().map_or(0.0, |(_, table)| table.weight / unit);
        let held = (step.at - fallback::handed_over(record).unwrap_or(step.at)).max(0) as f64;
        Outlook {
            arrival,
            longest: reading.as_ref().map(|_| fitted.longest(step.kind)),
            reading,
            levels,
            knows_carrier: record.route.carrier != 0,
            unit,
            prior: source,
            held,
            own: settled / (settled + LOSS_STRENGTH),
        }
    }

    fn explain(
        &self,
        history: &History,
        record: &Record,
        nth: usize,
        outlook: &Outlook<'_>,
        silence: f64,
        p50: DateTime<Utc>,
    ) -> Vec<Factor> {
        let step = &record.steps[nth];
        let mut factors = Vec::with_capacity(FACTORS + 2);
        if let Some(reading) = &outlook.reading {
            factors.extend(
                self.fitted()
                    .voices(record, nth, reading, FACTORS)
                    .into_iter()
                    .map(|voice| {
                        let (name, value) = match voice.named {
                            Named::Context(name) => {
                                (SmolStr::new_static(name), value(name, history))
                            }
                            Named::Attribute(hash) => attribute(hash, history),
                        };
                        Factor {
                            name,
                            value,
                            weight: voice.weight,
                            observations: voice.observations,
                            says: instant(step.at, voice.says),
                        }
                    }),
            );
        } else {
            factors.extend(outlook.levels.iter().map(|(level, table)| {
                let says = instant(step.at, table.arrival.median());
                let name = level.as_str();
                Factor {
                    name: SmolStr::new_static(name),
                    value: value(name, history),
                    weight: 0.0,
                    observations: table.weight / outlook.unit,
                    says,
                }
            }));
        }
        if silence > 0.0 {
            let value = format_smolstr!("{} h", (silence / 3600.0).round() as i64);
            factors.push(Factor {
                name: SmolStr::new_static("silence"),
                value,
                weight: 0.0,
                observations: 0.0,
                says: p50,
            });
        }
        factors
    }
}

/// That the data ends, where it does.
fn bound(basis: &Basis, since: i64) -> Option<Factor> {
    let latest = basis.latest.filter(|_| basis.is_bounded)?;
    let days = (latest.timestamp() - since) as f64 / BEYOND_LONGEST / 86_400.0;
    Some(Factor {
        name: SmolStr::new_static("bound"),
        value: format_smolstr!("longest seen {days:.1} d"),
        weight: 0.0,
        observations: 0.0,
        says: latest,
    })
}

/// The weight of the journeys that can be compared: those at the level of the carrier, or of all
/// where it is not known.
pub(super) fn comparable(levels: &[(Level, &Table)], knows_carrier: bool) -> f64 {
    let least = if knows_carrier {
        Level::Carrier
    } else {
        Level::All
    };
    levels
        .iter()
        .filter(|(level, _)| *level >= least)
        .map(|(_, table)| table.weight)
        .fold(0.0, f64::max)
}

/// What a factor stood at, in the words of the history.
fn value(name: &str, history: &History) -> SmolStr {
    let (from, to) = (&history.origin, &history.destination);
    let country = |station: &Station| {
        station
            .country
            .as_ref()
            .map(|country| SmolStr::new_inline(country.as_str()))
            .unwrap_or_default()
    };
    let word = |word: &Option<SmolStr>| word.clone().unwrap_or_default();
    let last = || {
        history
            .events
            .last()
            .and_then(|event| event.place.as_ref())
            .map(finest)
            .unwrap_or_default()
    };
    match name {
        "carrier" => word(&history.carrier),
        "service" => word(&history.service),
        "from country" => country(from),
        "to country" => country(to),
        "countries" => format_smolstr!("{} → {}", country(from), country(to)),
        "from region" => word(&from.region),
        "to region" => word(&to.region),
        "regions" => format_smolstr!("{} → {}", word(&from.region), word(&to.region)),
        "from area" | "from postcode" => word(&from.postcode),
        "to area" | "to postcode" => word(&to.postcode),
        "from office" => word(&from.code),
        "to office" => word(&to.code),
        "lane" => format_smolstr!("{} → {}", lane_end(from), lane_end(to)),
        "office and country" => format_smolstr!("{} → {}", last(), country(to)),
        "office" => last(),
        "office and destination" => format_smolstr!("{} → {}", last(), lane_end(to)),
        "service and destination" => {
            format_smolstr!("{} → {}", word(&history.service), lane_end(to))
        }
        _ => SmolStr::default(),
    }
}

/// What a lane begins or ends with; see [`Spot::lane_end`](super::record::Spot::lane_end).
fn lane_end(station: &Station) -> SmolStr {
    match (&station.code, &station.region, &station.postcode) {
        (Some(word), ..) | (None, Some(word), _) => word.clone(),
        (None, None, Some(postcode)) => postcode.chars().take(3).collect(),
        (None, None, None) => finest(station),
    }
}

fn finest(station: &Station) -> SmolStr {
    let finest = station
        .code
        .as_ref()
        .or(station.postcode.as_ref())
        .or(station.region.as_ref())
        .cloned();
    finest
        .or_else(|| {
            station
                .country
                .as_ref()
                .map(|country| SmolStr::new_inline(country.as_str()))
        })
        .unwrap_or_default()
}

/// The name and word of an attribute, by the hash of its name.
fn attribute(hash: u32, history: &History) -> (SmolStr, SmolStr) {
    let found = history
        .attributes
        .iter()
        .find(|(name, _)| hashed(Some(name)) == hash);
    found.map_or_else(Default::default, |(name, value)| {
        let value = match value {
            Attribute::Text(text) => text.clone(),
            Attribute::Number(number) => format_smolstr!("{number}"),
        };
        (name.clone(), value)
    })
}

/// A destination as corrections tell them apart: finer than a region there are too few outcomes in
/// a month.
fn towards(destination: &Station) -> Option<SmolStr> {
    match (&destination.country, &destination.region) {
        (None, None) => None,
        (country, region) => Some(format_smolstr!(
            "{} {}",
            country.as_ref().map_or("", Country::as_str),
            region.as_deref().unwrap_or_default()
        )),
    }
}
