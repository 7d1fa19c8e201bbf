//! The four answers about a parcel, with what is known on the first day: published delivery times
//! and the rules' own settings.

use chrono::{DateTime, Utc};
use parceltrail::History;
use parceltrail::anomaly::Inspector;
use parceltrail::briefing::Briefing;
use parceltrail::eta::TransitModel;
use parceltrail::journey::{Journey, Snapshot};

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

    /// The four answers.
    pub fn brief(&self, journey: &Journey, state: &Snapshot, now: DateTime<Utc>) -> Briefing {
        let parcel = self.inspector.digest_state(journey, state, now);
        let mut briefing =
            Briefing::new(state, now).with_findings(&self.inspector.inspect(&parcel, now).found);
        if let Some(history) = History::of("", journey, now) {
            briefing = briefing.with_next(&self.model.next(&history));
            if let Some(estimate) = self.model.estimate(&history, now) {
                briefing = briefing.with_estimate(&estimate);
            }
        }
        briefing
    }
}
