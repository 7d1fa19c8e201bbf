//! What a pack is to the rest of the crate: its profile, its code table, its adapters.

use std::sync::Arc;

use serde::Deserialize;

use super::PartnerRecord;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;
use crate::number::FormatRecord;

/// One folder under `carriers/` and the module that decodes its feeds.
#[derive(Debug)]
pub struct Pack {
    pub(crate) carrier: CarrierId,
    pub(crate) profile: &'static str,
    pub(crate) codes: &'static str,
    pub(crate) adapters: fn(&Arc<CodeTable>) -> Vec<Arc<dyn Adapter>>,
}

impl Pack {
    /// The carrier's id.
    #[must_use]
    pub fn carrier(&self) -> &CarrierId {
        &self.carrier
    }

    /// The built-in code table, `codes.csv`.
    ///
    /// A test holds that every built-in table parses; should one not, the pack would know no codes.
    #[must_use]
    pub fn codes(&self) -> CodeTable {
        CodeTable::parse(self.codes).unwrap_or_default()
    }

    /// What is true of the carrier in any language, `carrier.json`.
    ///
    /// # Errors
    /// Never for a built-in pack; a test holds it.
    pub fn profile(&self) -> Result<Profile, serde_json::Error> {
        serde_json::from_str(self.profile)
    }

    /// The pack's adapters over a code table.
    #[must_use]
    pub fn adapters(&self, codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
        (self.adapters)(codes)
    }
}

/// A carrier's `carrier.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// The carrier's id.
    pub id: String,
    /// Its names, the usual one first.
    pub names: Vec<String>,
    /// The country of its seat, ISO 3166 alpha-2.
    pub country: String,
    /// Its public tracking page, with `{number}` where the number goes.
    pub tracking_page: Option<String>,
    /// The feed to ask about a number of the carrier, where nothing else is said. Absent where
    /// nothing can be asked.
    pub default_feed: Option<String>,
    /// Its feeds.
    pub feeds: Vec<FeedProfile>,
    /// The carriers that it hands parcels to, and which formats their numbers then have.
    #[serde(default)]
    pub partners: Vec<PartnerRecord>,
    /// The formats of its numbers.
    pub numbers: Vec<FormatRecord>,
}

/// One feed in a `carrier.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedProfile {
    /// The feed's id.
    pub id: String,
    /// Its name in words.
    pub title: String,
    /// Production hosts; empty for feeds that only push.
    pub hosts: Vec<String>,
    /// Test hosts.
    #[serde(default)]
    pub test_hosts: Vec<String>,
    /// How far the decoder was verified: `documentation`, `third_party` or `memory`.
    pub verified: String,
}
