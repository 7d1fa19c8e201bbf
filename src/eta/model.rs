//! The model: what it learned, and what it answers.

use std::sync::Arc;

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
    fitted: Arc<Fitted>,
    /// How often something was forgotten: trees grown before know of it.
    forgotten: u32,
}

/// Trees that were grown from what a model remembered, beside it: see [`TransitModel::grow`].
#[derive(Clone, Debug)]
pub struct Trees {
    fitted: Arc<Fitted>,
    forgotten: u32,
}

impl Trees {
    /// How many journeys the model remembered when they were grown.
    #[must_use]
    pub fn journeys(&self) -> usize {
        self.fitted.journeys
    }
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

/// After how many seconds of data trees are old.
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
    }

    /// Grows trees from everything that is remembered, and uses them from now on. Until this was
    /// called, estimates come from shrunk curves alone; with fewer than 500 delivered journeys they
    /// still do. Nothing else fits: learning and estimating cost the same before and after. Depends
    /// on nothing but what is remembered.
    ///
    /// Takes seconds: a model that must answer meanwhile grows its trees [beside](Self::grow).
    pub fn fit(&mut self) {
        // Counted in one order, sums are the same to the last bit in every replica.
        let mut tables = Tables::default();
        for record in self.memory.records() {
            tables.count(record, 1.0, &self.settings);
        }
        self.tables = tables;
        self.fitted = self.grow().fitted;
    }

    /// Grows trees without using them: on a clone in another thread, while this model answers with
    /// the trees it has. [`adopt`](Self::adopt) them when they are ready.
    ///
    /// ```
    /// use parceltrail::eta::TransitModel;
    ///
    /// let mut model = TransitModel::default();
    /// let beside = model.clone();
    /// let growing = std::thread::spawn(move || beside.grow());
    /// // The model answers and learns meanwhile.
    /// let trees = growing.join().map_err(|_| "growing failed")?;
    /// assert!(model.adopt(trees));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn grow(&self) -> Trees {
        let fitted = Fitted::to(&self.memory, &self.settings, self.tables.newest());
        Trees {
            fitted: Arc::new(fitted),
            forgotten: self.forgotten,
        }
    }

    /// Uses trees that were grown from a clone of this model. False, and nothing is changed, if the
    /// model has forgotten something since: those trees still know of it.
    pub fn adopt(&mut self, trees: Trees) -> bool {
        let is_allowed = trees.forgotten == self.forgotten;
        if is_allowed {
            self.fitted = trees.fitted;
        }
        is_allowed
    }

    /// Whether there is reason to [fit](Self::fit): what is remembered reaches a week beyond what
    /// the trees were grown from, or is a quarter more.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.tables.newest() - self.fitted.newest >= STALE
            || self.memory.len() > self.fitted.journeys + self.fitted.journeys / 4 + 20
    }

    /// Whether estimates rest on trees.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        self.fitted.is_ready()
    }

    pub(super) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    pub(super) fn set_fitted(&mut self, fitted: Fitted) {
        self.fitted = Arc::new(fitted);
    }

    /// Takes in everything that another model learned: the result is the model that learned it all,
    /// within rounding. Of the trees of both those stay that were grown from newer data; once
    /// [fitted](Self::fit), the trees are those of the whole too.
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
        let age = |model: &Self| (model.fitted.newest, model.fitted.journeys);
        if age(other) > age(self) {
            self.fitted = Arc::clone(&other.fitted);
        }
        // Trees of the other may know what was forgotten here, and the other way round.
        self.forgotten = self.forgotten.max(other.forgotten);
        for record in other.memory.records() {
            self.remember(record.clone());
        }
        Ok(())
    }

    /// Forgets journeys; estimates are then what they would be had those never been taught. The
    /// trees may know of them, and go: [fit](Self::fit) again.
    pub fn forget(&mut self, what: &Forget) {
        let Self {
            settings,
            memory,
            tables,
            ..
        } = self;
        memory.forget(what, settings, |record, sign| {
            tables.count(record, sign, settings)
        });
        tables.dates(memory.records());
        // Even of what memory had no room for any more, trees may know.
        self.fitted = Arc::default();
        self.forgotten += 1;
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
