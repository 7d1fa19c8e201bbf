//! The model: what it learned, and what it answers.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::arrival::Arrival;
use super::context::Level;
use super::curve::Curve;
use super::estimate::{Basis, Estimate, Factor};
use super::fallback;
use super::fit::Fitted;
use super::memory::{Forget, Memory};
use super::record::{End, Record};
use super::settings::ModelSettings;
use super::tables::{Tables, refine};
use crate::History;

/// How long things take, learned from journeys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TransitModel {
    settings: ModelSettings,
    memory: Memory,
    tables: Tables,
    fitted: OnceLock<Arc<Fitted>>,
}

/// Why two models cannot be combined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// They would weigh or keep journeys differently.
    #[error("models with different settings cannot be merged: {left:?} and {right:?}")]
    Settings {
        /// Of the one.
        left: Box<ModelSettings>,
        /// Of the other.
        right: Box<ModelSettings>,
    },
}

/// Why a written model cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("a transit model of version {found}: this crate reads versions up to {VERSION}")]
pub(super) struct VersionError {
    found: u32,
}

const VERSION: u32 = 1;
/// After how many seconds of data the trees are fitted anew.
const STALE: i64 = 7 * 86_400;

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    settings: ModelSettings,
    journeys: Vec<Record>,
}

impl TransitModel {
    /// A model that knows nothing but published service standards.
    #[must_use]
    pub fn new(settings: ModelSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// What it was told before it learned.
    #[must_use]
    pub const fn settings(&self) -> &ModelSettings {
        &self.settings
    }

    /// How many journeys it remembers.
    #[must_use]
    pub fn journeys(&self) -> usize {
        self.memory.len()
    }

    /// How many contexts it has evidence on.
    #[must_use]
    pub fn contexts(&self) -> usize {
        self.tables.contexts()
    }

    /// Takes in what was known of a journey at a moment. A finished one teaches how long it took; an open one, that it took longer than that.
    /// What is taught again replaces what was taught before, unless it tells less.
    pub fn learn(&mut self, history: &History, as_of: DateTime<Utc>) {
        let Some(record) = Record::of(history, as_of) else { return };
        let Self { settings, memory, tables, .. } = self;
        memory.insert(record, settings, |record, sign| tables.count(record, sign, settings));
        let is_stale =
            |fitted: &Arc<Fitted>| self.tables.newest() - fitted.newest >= STALE || self.memory.len() > fitted.journeys + fitted.journeys / 4 + 20;
        if self.fitted.get().is_some_and(is_stale) {
            self.fitted.take();
        }
    }

    /// Fits the trees to everything that is remembered now, so that no estimate has to wait for it. Left out, the first estimate does it, and again
    /// whenever what was fitted is a week of data old.
    pub fn prepare(&mut self) {
        self.fitted.take();
        self.fitted();
    }

    fn fitted(&self) -> &Fitted {
        self.fitted.get_or_init(|| Arc::new(Fitted::to(&self.memory, &self.settings, self.tables.newest())))
    }

    /// Takes in everything that another model learned: the result is the model that learned it all, within rounding.
    ///
    /// # Errors
    /// [`MergeError::Settings`] if the models were told different settings.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if self.settings != other.settings {
            return Err(MergeError::Settings { left: Box::new(self.settings.clone()), right: Box::new(other.settings.clone()) });
        }
        self.fitted.take();
        let Self { settings, memory, tables, .. } = self;
        for record in other.memory.records() {
            memory.insert(record.clone(), settings, |record, sign| tables.count(record, sign, settings));
        }
        Ok(())
    }

    /// Forgets journeys; estimates are then what they would be had those never been taught.
    pub fn forget(&mut self, what: &Forget) {
        self.fitted.take();
        let Self { settings, memory, tables, .. } = self;
        memory.forget(what, settings, |record, sign| tables.count(record, sign, settings));
    }

    /// When a parcel will arrive, given what is known of it so far and the silence since. Events after `now` are not looked at. `None` when it is
    /// finished, or when nothing has happened yet.
    #[must_use]
    pub fn estimate(&self, history: &History, now: DateTime<Utc>) -> Option<Estimate> {
        let record = Record::of(history, now)?;
        if record.end != End::Open {
            return None;
        }
        let last = record.steps.len().checked_sub(1)?;
        let step = record.steps[last];
        let silence = (now.timestamp() - step.at).max(0) as f64;
        let at = |share: f64, curve: &Arrival| instant(step.at, curve.quantile_after(silence, share)).max(now);
        let mut explanation = Vec::new();
        let mut basis = (Level::Prior, 0.0);
        let (curve, prior) = self.arrival(&record, last, |level, observations, curve| {
            if observations >= 3.0 || basis.0 == Level::Prior {
                basis = (level, observations);
            }
            explanation.push(Factor {
                name: format!("{level:?}").to_lowercase(),
                value: name(level, history),
                observations,
                says: at(0.5, &curve.arrival()),
            });
        });
        let promise = history.promised;
        let miss_promise = promise.map(|promise| {
            let wait = (promise.timestamp() - step.at) as f64;
            if wait <= silence { 1.0 } else { (curve.beyond(wait) / curve.beyond(silence).max(1e-300)).clamp(0.0, 1.0) }
        });
        let levels @ [p10, p50, p80, p90] = [0.1, 0.5, 0.8, 0.9].map(|share| at(share, &curve));
        Some(Estimate {
            made: now,
            p10,
            p50,
            p80,
            p90,
            uncorrected: levels,
            stage: step.kind.stage(),
            milestone: step.kind.milestone(),
            loss: curve.never_after(silence),
            miss_promise,
            promise,
            basis: Basis { level: basis.0, observations: basis.1, prior: prior.to_owned() },
            explanation,
        })
    }

    /// How long after a step a parcel arrives.
    pub(super) fn arrival(&self, record: &Record, step: usize, told: impl FnMut(Level, f64, &Curve)) -> (Arrival, &'static str) {
        let abroad = record.route.from.country != record.route.to.country;
        let (prior, source) = fallback::remaining(record.steps[step].kind.milestone(), abroad);
        let spreads = self.tables.levels(record, &record.steps[step]).map(|(level, table)| (level, &table.arrival));
        let curve = refine(prior, spreads, self.tables.unit(&self.settings), self.settings.shrinkage, told);
        let fitted = self.fitted();
        let arrival = if fitted.is_ready() { fitted.arrival(record, step, curve.never()) } else { curve.arrival() };
        (arrival, source)
    }

    pub(super) const fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// What a level stood at, in the words of the history.
fn name(level: Level, history: &History) -> String {
    let place = |station: &crate::history::Station| {
        let finest = station.code.as_ref().or(station.postcode.as_ref()).or(station.region.as_ref());
        finest.map(ToString::to_string).or_else(|| station.country.as_ref().map(ToString::to_string)).unwrap_or_default()
    };
    let country = |station: &crate::history::Station| station.country.as_ref().map(ToString::to_string).unwrap_or_default();
    match level {
        Level::Prior | Level::All => String::new(),
        Level::Carrier => history.carrier.as_deref().unwrap_or_default().to_owned(),
        Level::Service => history.service.as_deref().unwrap_or_default().to_owned(),
        Level::Countries => format!("{} → {}", country(&history.origin), country(&history.destination)),
        Level::Lane => format!("{} → {}", place(&history.origin), place(&history.destination)),
        Level::Office => history.events.last().and_then(|event| event.place.as_ref()).map(place).unwrap_or_default(),
    }
}

/// A moment so many seconds after another; never out of range.
pub(super) fn instant(from: i64, seconds: f64) -> DateTime<Utc> {
    let millis = (seconds.clamp(0.0, 1e12) * 1000.0) as i64;
    DateTime::from_timestamp(from, 0).and_then(|from| from.checked_add_signed(TimeDelta::milliseconds(millis))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl From<TransitModel> for Written {
    fn from(model: TransitModel) -> Self {
        Self { version: VERSION, journeys: model.memory.records().cloned().collect(), settings: model.settings }
    }
}

impl TryFrom<Written> for TransitModel {
    type Error = VersionError;

    fn try_from(written: Written) -> Result<Self, VersionError> {
        if written.version > VERSION {
            return Err(VersionError { found: written.version });
        }
        let mut model = Self::new(written.settings);
        let Self { settings, memory, tables, .. } = &mut model;
        for record in written.journeys {
            memory.insert(record, settings, |record, sign| tables.count(record, sign, settings));
        }
        Ok(model)
    }
}
