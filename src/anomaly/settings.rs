//! Settings as data: [`Settings`] from TOML or JSON, with overrides for a carrier, a lane or a
//! customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use smol_str::SmolStr;

use super::case::CaseSettings;
use super::span::Share;
use crate::model::Country;

/// The keys of one rule, as they are written.
pub type Section = serde_json::Map<String, Value>;

/// How strict the rules are.
///
/// Every rule has a section `rules.<code>`; what it does not name keeps its default. Two keys are
/// common to all: `enabled` (true) and `level` (`info`, `warning` or `critical`: the level that a
/// finding starts with, in place of the category's). `override` sections change rules for some
/// parcels. Unknown keys and rules are refused. All defaults stand in
/// [`DEFAULTS`](super::DEFAULTS).
///
/// Of several overrides that match a parcel all count, key by key: the more of customer,
/// destination, origin and carrier one names, the stronger it is; of two that name equally many,
/// customer goes before destination, destination before origin, and origin before carrier. Two
/// overrides for exactly the same parcels are refused.
///
/// ```
/// use parceltrail::anomaly::{Inspector, Settings};
/// let settings = Settings::from_json(
///     r#"{
///       "false_alarms_per_parcel": 0.01,
///       "rules": {"stalled": {"line_haul": "6d", "level": "critical"}, "clock-skew": {"enabled": false}},
///       "override": [{"carrier": "acme", "lane": "CN-DE", "rules": {"stalled": {"line_haul": "20d"}}}]
///     }"#,
/// )?;
/// let error = Settings::from_json(r#"{"rules":{"stalled":{"afterwards":"6d"}}}"#).map(Inspector::new)?.unwrap_err();
/// assert!(error.to_string().contains("rule stalled, key afterwards"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Settings {
    /// The share of sound parcels that rules which read silence may raise an alarm about, over the
    /// whole journey. Where a transit model tells, each stay gets its part of it.
    pub false_alarms_per_parcel: Share,
    /// How many stays a journey is expected to have; a journey with more divides by its own number.
    pub stays_per_journey: u16,
    /// The life of cases.
    pub cases: CaseSettings,
    /// Sections of rules, by code.
    pub rules: BTreeMap<SmolStr, Section>,
    /// Sections for some parcels only.
    #[serde(rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            false_alarms_per_parcel: Share::percent(2),
            stays_per_journey: 12,
            cases: CaseSettings::default(),
            rules: BTreeMap::new(),
            overrides: Vec::new(),
        }
    }
}

/// Sections of rules for the parcels that it matches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Override {
    /// Parcels on a leg of this carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<SmolStr>,
    /// Parcels on this lane: `CN-DE`, `CN-*` or `*-DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LanePattern>,
    /// Parcels of this customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SmolStr>,
    /// The sections.
    pub rules: BTreeMap<SmolStr, Section>,
}

impl Override {
    /// How many it names, and which: what decides between overrides.
    pub(super) fn strength(&self) -> (u32, u8) {
        let lane = self.lane.unwrap_or_default();
        let named = [
            self.carrier.is_some(),
            lane.origin.is_some(),
            lane.destination.is_some(),
            self.customer.is_some(),
        ];
        let mask = named
            .iter()
            .enumerate()
            .fold(0u8, |mask, (bit, named)| mask | u8::from(*named) << bit);
        (mask.count_ones(), mask)
    }
}

/// A lane of settings: either side may be `*`. It reads and writes as `CN-DE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LanePattern {
    /// The country of origin; any, if absent.
    pub origin: Option<Country>,
    /// The country of destination; any, if absent.
    pub destination: Option<Country>,
}

impl std::str::FromStr for LanePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| match text {
            "*" => Some(None),
            code => Country::from_alpha2(code).map(Some),
        };
        let sides = text
            .split_once('-')
            .and_then(|(origin, destination)| Some((side(origin)?, side(destination)?)));
        match sides {
            Some((origin, destination)) => Ok(Self {
                origin,
                destination,
            }),
            None => Err(format!(
                "{:?} is no lane; expected two countries such as \"CN-DE\", \"CN-*\" or \"*-DE\"",
                text.get(..20).unwrap_or(text)
            )),
        }
    }
}

impl std::fmt::Display for LanePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = |country: Option<Country>| {
            country.map_or_else(|| "*".to_owned(), |country| country.to_string())
        };
        write!(f, "{}-{}", side(self.origin), side(self.destination))
    }
}

impl Serialize for LanePattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LanePattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: std::borrow::Cow<'de, str> = Deserialize::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is wrong with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsError {
    /// The override that it stands in, counted from 1.
    pub in_override: Option<usize>,
    /// The rule.
    pub rule: Option<SmolStr>,
    /// The key.
    pub key: Option<SmolStr>,
    /// What was expected.
    pub problem: String,
}

impl std::error::Error for SettingsError {}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("settings: ")?;
        if let Some(number) = self.in_override {
            write!(f, "override {number}, ")?;
        }
        match (&self.rule, &self.key) {
            (Some(rule), Some(key)) => write!(f, "rule {rule}, key {key}: ")?,
            (Some(rule), None) => write!(f, "rule {rule}: ")?,
            (None, Some(key)) => write!(f, "key {key}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.problem)
    }
}

impl Settings {
    /// Reads JSON.
    ///
    /// # Errors
    /// When it is no JSON, a key of the frame is unknown, or a value has the wrong shape. Rules'
    /// sections are read by [`Inspector::new`](super::Inspector::new).
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        serde_json::from_str(text).map_err(|error| SettingsError {
            problem: error.to_string(),
            ..SettingsError::default()
        })
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// As [`Settings::from_json`].
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| SettingsError {
            problem: error.to_string(),
            ..SettingsError::default()
        })
    }
}

/// The defaults of the frame around the rules, each explained by a comment.
pub(super) fn frame_toml() -> String {
    let Settings {
        false_alarms_per_parcel,
        stays_per_journey,
        cases,
        rules: _,
        overrides: _,
    } = Settings::default();
    let mut out = String::new();
    let mut line = |about: &str, key: &str, value: &dyn std::fmt::Display| {
        super::catalogue::comment(&mut out, about);
        out.push_str(&format!("{key} = {value}\n"));
    };
    line(
        "The share of sound parcels that rules which read silence may raise an alarm about.",
        "false_alarms_per_parcel",
        &false_alarms_per_parcel.get(),
    );
    line(
        "How many stays a journey is expected to have; each gets its part of that share.",
        "stays_per_journey",
        &stays_per_journey,
    );
    out.push_str("\n[cases]\n");
    let mut line = |about: &str, key: &str, value: &dyn std::fmt::Display| {
        super::catalogue::comment(&mut out, about);
        out.push_str(&format!("{key} = \"{value}\"\n"));
    };
    line(
        "How long a finding must be gone before its case is resolved.",
        "calm",
        &cases.calm,
    );
    line(
        "A finding that comes back within this time of the resolution continues the same case.",
        "reopen",
        &cases.reopen,
    );
    out.push('\n');
    out
}
