//! What a [`TransitModel`](super::TransitModel) is told before it learns.

use serde::{Deserialize, Serialize};

/// Settings of a model. Models merge only if these agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSettings {
    /// After how many days an observation weighs half. Networks drift.
    pub half_life_days: f64,
    /// How many journeys are remembered. Beyond it a sample is kept, in which recent journeys are
    /// likelier to stand.
    pub capacity: usize,
    /// How many observations of a coarser level of evidence one finer level must outweigh.
    pub shrinkage: f64,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            half_life_days: 90.0,
            capacity: 60_000,
            shrinkage: 8.0,
        }
    }
}
