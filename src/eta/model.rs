//! The model: what it learned, and what it answers.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::fit::Fitted;
use super::memory::{Forget, Memory};
use super::record::Record;
use super::settings::ModelSettings;
use super::tables::Tables;
use super::written::Written;
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

/// After how many seconds of data the trees are fitted anew.
const STALE: i64 = 7 * 86_400;

impl TransitModel {
    /// A model that knows nothing but published service standards.
    #[must_use]
    pub fn new(settings: ModelSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
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

    /// Everything it remembers, in no order that means anything.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.memory.records()
    }

    pub(super) fn remember(&mut self, record: Record) {
        let Self {
            settings,
            memory,
            tables,
            ..
        } = self;
        memory.insert(record, settings, |record, sign| {
            tables.count(record, sign, settings)
        });
    }

    /// How many contexts it has evidence on.
    #[must_use]
    pub fn contexts(&self) -> usize {
        self.tables.contexts()
    }

    /// Takes in what was known of a journey at a moment. A finished one teaches how long it took;
    /// an open one, that it took longer than that. What is taught again replaces what was taught
    /// before, unless it tells less.
    pub fn learn(&mut self, history: &History, as_of: DateTime<Utc>) {
        let Some(record) = Record::of(history, as_of) else {
            return;
        };
        self.remember(record);
        let is_stale = |fitted: &Arc<Fitted>| {
            self.tables.newest() - fitted.newest >= STALE
                || self.memory.len() > fitted.journeys + fitted.journeys / 4 + 20
        };
        if self.fitted.get().is_some_and(is_stale) {
            self.fitted.take();
        }
    }

    /// Fits the trees to everything that is remembered now, so that no estimate has to wait for it.
    /// Left out, the first estimate does it, and again whenever what was fitted is a week of data
    /// old.
    pub fn prepare(&mut self) {
        self.fitted.take();
        self.fitted();
    }

    pub(super) fn fitted(&self) -> &Fitted {
        self.fitted.get_or_init(|| {
            Arc::new(Fitted::to(
                &self.memory,
                &self.settings,
                self.tables.newest(),
            ))
        })
    }

    /// Takes in everything that another model learned: the result is the model that learned it all,
    /// within rounding.
    ///
    /// # Errors
    /// [`MergeError::Settings`] if the models were told different settings.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if self.settings != other.settings {
            return Err(MergeError::Settings {
                left: Box::new(self.settings.clone()),
                right: Box::new(other.settings.clone()),
            });
        }
        self.fitted.take();
        for record in other.memory.records() {
            self.remember(record.clone());
        }
        Ok(())
    }

    /// Forgets journeys; estimates are then what they would be had those never been taught.
    pub fn forget(&mut self, what: &Forget) {
        self.fitted.take();
        let Self {
            settings,
            memory,
            tables,
            ..
        } = self;
        memory.forget(what, settings, |record, sign| {
            tables.count(record, sign, settings)
        });
    }

    pub(super) const fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// A moment so many seconds after another; never out of range.
pub(super) fn instant(from: i64, seconds: f64) -> DateTime<Utc> {
    let millis = (seconds.clamp(0.0, 1e12) * 1000.0) as i64;
    DateTime::from_timestamp(from, 0)
        .and_then(|from| from.checked_add_signed(TimeDelta::milliseconds(millis)))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
