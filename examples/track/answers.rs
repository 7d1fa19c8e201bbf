//! The four answers about a parcel, with what is known on the first day: published delivery times
//! and the rules' own settings.

use chrono::{DateTime, Utc};
use parceltrail::History;
use parceltrail::anomaly::Inspector;
use parceltrail::briefing::Briefing;
use parceltrail::eta::TransitModel;
use parceltrail::journey::{Journey, Snapshot};

use crate::changes;

/// Who estimates, and who looks for trouble.
pub struct Desk {
    /// Nothing was learned yet: it says what carriers publish.
    model: TransitModel,
    inspector: Inspector,
}

impl Desk {
    pub fn new() -> Result<Self, String> {
        let inspector = Inspector::new(parceltrail::anomaly::Settings::default())
            .map_err(|error| error.to_string())?;
        Ok(Self {
            model: TransitModel::default(),
            inspector,
        })
    }

    /// Everything that changed about a parcel until now.
    pub fn changes(&self, journey: &Journey, now: DateTime<Utc>) -> Vec<changes::Found> {
        changes::replay(journey, now, &self.inspector, &self.model)
    }

    /// The four answers.
    pub fn brief(&self, snapshot: &Snapshot) -> Briefing {
        let findings = self
            .inspector
            .inspect(&self.inspector.digest(snapshot), snapshot.at);
        let mut briefing = Briefing::new(snapshot).with_findings(&findings.found);
        if let Some(history) = History::of("", snapshot) {
            briefing = briefing.with_next(&self.model.next(&history));
            if let Some(estimate) = self.model.estimate(&history, snapshot.at) {
                briefing = briefing.with_estimate(&estimate);
            }
        }
        briefing
    }
}
