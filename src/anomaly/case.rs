//! A trouble from its first sign to its end: [`Case`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::finding::{Datum, Finding, Level};
use super::span::Span;
use crate::model::{EventId, Fnv, Party, TrackingNumber, UnknownWord, words};

/// How long cases take to close, and how soon they open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CaseSettings {
    /// How long a finding must be gone before its case is resolved.
    pub calm: Span,
    /// A finding that comes back within this time of the resolution continues the same case.
    pub reopen: Span,
}

impl CaseSettings {
    /// Sets how long a finding must be gone before its case is resolved.
    #[must_use]
    pub const fn with_calm(mut self, calm: Span) -> Self {
        self.calm = calm;
        self
    }

    /// Sets within which time of the resolution a finding continues the same case.
    #[must_use]
    pub const fn with_reopen(mut self, reopen: Span) -> Self {
        self.reopen = reopen;
        self
    }
}

impl Default for CaseSettings {
    fn default() -> Self {
        Self {
            calm: Span::hours(1),
            reopen: Span::days(3),
        }
    }
}

/// The identity of a case: the same wherever the same findings are made, derived from the parcel,
/// the rule, what it is about, and the evidence with which it opened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId(u64);

impl CaseId {
    pub(super) fn of(parcel: &str, finding: &Finding) -> Self {
        let mut hash = Fnv::default();
        hash.text(parcel);
        hash.text(&finding.rule);
        hash.text(&finding.subject);
        if let Some(piece) = &finding.piece {
            hash.text(piece.as_str());
        }
        for event in &finding.evidence {
            hash.text(&event.to_string());
        }
        if finding.evidence.is_empty() {
            hash.number(finding.since.timestamp());
        }
        Self(hash.0)
    }
}

impl std::fmt::Display for CaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for CaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for CaseId {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(Self).ok_or_else(|| UnknownWord {
            vocabulary: "CaseId",
            word: text.chars().take(40).collect(),
        })
    }
}

impl Serialize for CaseId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::model::deserialize_word(deserializer)
    }
}

words! {
    /// Where a case stands.
    CaseStatus {
        /// Somebody should look.
        Open = "open",
        /// Somebody knows.
        Acknowledged = "acknowledged",
        /// It is over.
        Resolved = "resolved",
    }
}

words! {
    /// What happened to a case.
    CaseEvent {
        /// It is new.
        Opened = "opened",
        /// It became worse.
        Escalated = "escalated",
        /// More statements speak of it.
        EvidenceAdded = "evidence_added",
        /// Somebody knows.
        Acknowledged = "acknowledged",
        /// What was found is gone.
        Resolved = "resolved",
        /// It came back.
        Reopened = "reopened",
    }
}

/// A trouble from its first sign to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Case {
    /// Its identity.
    pub id: CaseId,
    /// The parcel, under the key that the application gave; for a cohort its key.
    pub parcel: SmolStr,
    /// The rule's code.
    pub rule: SmolStr,
    /// What of the parcel it is about; empty for the parcel itself.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub subject: SmolStr,
    /// The piece that it is about, of a shipment of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<TrackingNumber>,
    /// Where it stands.
    pub status: CaseStatus,
    /// The worst level since it opened.
    pub level: Level,
    /// Who must act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// When it was found.
    pub opened: DateTime<Utc>,
    /// When it changed last.
    pub changed: DateTime<Utc>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<DateTime<Utc>>,
    /// Since when nothing has been found any more, while the resolution waits for calm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calm_since: Option<DateTime<Utc>>,
    /// Who acknowledged it last, as the application says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<SmolStr>,
    /// Every statement that ever spoke of it.
    pub evidence: BTreeSet<EventId>,
    /// What the last finding said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<SmolStr, Datum>,
    /// What happened to it, oldest first.
    pub history: Vec<CaseStep>,
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseStep {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: CaseEvent,
    /// The level then.
    pub level: Level,
}

/// A change that an application may want to tell somebody about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseChange {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: CaseEvent,
    /// Whether nobody need be told: the case is acknowledged, and nothing but time has passed.
    pub silenced: bool,
    /// The case as it stands now.
    pub case: Case,
}

/// Rule, subject and piece.
pub(super) type CaseKey = (SmolStr, SmolStr, Option<TrackingNumber>);

impl Finding {
    /// The key of its case.
    pub(super) fn key(&self) -> CaseKey {
        (self.rule.clone(), self.subject.clone(), self.piece.clone())
    }
}

impl Case {
    pub(super) fn open(parcel: &str, finding: &Finding, now: DateTime<Utc>) -> Self {
        let mut case = Self {
            id: CaseId::of(parcel, finding),
            parcel: parcel.into(),
            rule: finding.rule.clone(),
            subject: finding.subject.clone(),
            piece: finding.piece.clone(),
            status: CaseStatus::Open,
            level: finding.level,
            party: None,
            due: None,
            since: finding.since,
            opened: now,
            changed: now,
            resolved: None,
            calm_since: None,
            acknowledged_by: None,
            evidence: BTreeSet::new(),
            data: BTreeMap::new(),
            history: Vec::new(),
        };
        case.take(finding);
        case
    }

    /// Whether it is not over.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status != CaseStatus::Resolved
    }

    /// What tells it from the parcel's other cases: at most one case of a key is open.
    pub(super) fn key(&self) -> CaseKey {
        (self.rule.clone(), self.subject.clone(), self.piece.clone())
    }

    /// Takes over what a finding says now. Says whether it brings new evidence.
    pub(super) fn take(&mut self, finding: &Finding) -> bool {
        (self.party, self.due, self.since) = (finding.party, finding.due, finding.since);
        self.data.clone_from(&finding.data);
        self.calm_since = None;
        let known = self.evidence.len();
        self.evidence.extend(&finding.evidence);
        self.evidence.len() > known
    }

    pub(super) fn step(
        &mut self,
        what: CaseEvent,
        at: DateTime<Utc>,
        silenced: bool,
    ) -> CaseChange {
        self.changed = at;
        self.history.push(CaseStep {
            at,
            what,
            level: self.level,
        });
        CaseChange {
            at,
            what,
            silenced,
            case: self.clone(),
        }
    }
}
