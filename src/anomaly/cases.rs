//! The cases of many parcels: [`Cases`].

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::case::{Case, CaseChange, CaseEvent, CaseId, CaseKey, CaseSettings, CaseStatus};
use super::finding::{Finding, Findings};

/// The cases of many parcels. Serialisable, so that an application can keep them.
///
/// A finding opens a case once. As long as it is found, the case stays open; it gathers evidence
/// and grows worse, never milder. Once the finding is gone for [`CaseSettings::calm`], the case is
/// resolved by itself; comes it back within [`CaseSettings::reopen`], the same case goes on. An
/// acknowledged case is silent until new evidence comes. Time only moves forward: an update of the
/// past counts as one of the latest moment.
///
/// ```
/// use parceltrail::anomaly::{CaseEvent, Cases, Draft, Inspector, Settings};
/// use parceltrail::testing::shipment;
/// use parceltrail::{Journey, Milestone, Stage};
///
/// let mut journey = Journey::default();
/// journey.apply(shipment("acme.track", "A1").event("2026-03-02T09:00:00Z", Stage::LastMile, Milestone::Refused).received("2026-03-02T09:10:00Z"));
/// let inspector = Inspector::new(Settings::default())?;
/// let now = "2026-03-02T10:00:00Z".parse()?;
/// let findings = inspector.inspect(&inspector.digest(&journey.at(now)), now);
///
/// let mut cases = Cases::new(inspector.settings().cases.clone());
/// assert_eq!(cases.update("parcel 1", &findings, now)[0].what, CaseEvent::Opened);
/// assert!(cases.update("parcel 1", &findings, now).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cases {
    settings: CaseSettings,
    parcels: BTreeMap<SmolStr, OfParcel>,
}

/// The cases of one parcel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct OfParcel {
    /// The latest moment of an update.
    at: DateTime<Utc>,
    cases: Vec<Case>,
}

impl Cases {
    /// None yet.
    #[must_use]
    pub fn new(settings: CaseSettings) -> Self {
        Self {
            settings,
            parcels: BTreeMap::new(),
        }
    }

    /// Takes in everything that an inspection found about a parcel, under a key of the
    /// application's choice. Returns what changed.
    ///
    /// The key is part of the case's identity, so it must stay the same. A parcel about which
    /// nothing is and was wrong takes no room.
    pub fn update(
        &mut self,
        parcel: &str,
        findings: &Findings,
        now: DateTime<Utc>,
    ) -> Vec<CaseChange> {
        if findings.found.is_empty() && !self.parcels.contains_key(parcel) {
            return Vec::new();
        }
        let of_parcel = self.parcels.entry(parcel.into()).or_default();
        of_parcel.at = of_parcel.at.max(now);
        let now = of_parcel.at;
        let mut changes = Vec::new();
        let mut known: HashMap<CaseKey, Vec<usize>> = HashMap::new();
        for (at, case) in of_parcel.cases.iter().enumerate() {
            known.entry(case.key()).or_default().push(at);
        }
        for finding in &findings.found {
            changes.extend(meet(
                &mut of_parcel.cases,
                known.entry(finding.key()).or_default(),
                parcel,
                finding,
                now,
                &self.settings,
            ));
        }
        let found: HashSet<CaseKey> = findings.found.iter().map(Finding::key).collect();
        for case in of_parcel.cases.iter_mut().filter(|case| case.is_open()) {
            if !found.contains(&case.key()) {
                changes.extend(calm_down(case, now, &self.settings));
            }
        }
        changes
    }

    /// Marks a case as known to somebody. From then on only new evidence, its end or its return are
    /// told.
    pub fn acknowledge(
        &mut self,
        parcel: &str,
        case: CaseId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Option<CaseChange> {
        let of_parcel = self.parcels.get_mut(parcel)?;
        of_parcel.at = of_parcel.at.max(now);
        let case = of_parcel
            .cases
            .iter_mut()
            .find(|known| known.id == case && known.status == CaseStatus::Open)?;
        case.status = CaseStatus::Acknowledged;
        case.acknowledged_by = Some(by.into());
        Some(case.step(CaseEvent::Acknowledged, of_parcel.at, false))
    }

    /// When the parcel's cases must be updated again although neither its findings nor its journey
    /// change: a resolution waits for calm.
    #[must_use]
    pub fn next_check(&self, parcel: &str) -> Option<DateTime<Utc>> {
        let cases = &self.parcels.get(parcel)?.cases;
        cases
            .iter()
            .filter(|case| case.is_open())
            .filter_map(|case| Some(self.settings.calm.after(case.calm_since?)))
            .min()
    }

    /// The cases of a parcel, in the order in which they opened.
    #[must_use]
    pub fn of(&self, parcel: &str) -> &[Case] {
        self.parcels
            .get(parcel)
            .map_or(&[], |of_parcel| &of_parcel.cases)
    }

    /// Every case that is not over.
    pub fn open(&self) -> impl Iterator<Item = &Case> {
        self.parcels
            .values()
            .flat_map(|of_parcel| &of_parcel.cases)
            .filter(|case| case.is_open())
    }

    /// Every case.
    pub fn iter(&self) -> impl Iterator<Item = &Case> {
        self.parcels.values().flat_map(|of_parcel| &of_parcel.cases)
    }

    /// Forgets cases that were resolved before a moment. One that returns afterwards opens anew.
    pub fn forget(&mut self, resolved_before: DateTime<Utc>) {
        for of_parcel in self.parcels.values_mut() {
            of_parcel.cases.retain(|case| {
                case.resolved
                    .is_none_or(|resolved| resolved >= resolved_before)
            });
        }
        self.parcels
            .retain(|_, of_parcel| !of_parcel.cases.is_empty());
    }
}

/// Opens, continues or reopens the case of a finding. `known` are the cases of its key, oldest
/// first.
fn meet(
    cases: &mut Vec<Case>,
    known: &mut Vec<usize>,
    parcel: &str,
    finding: &Finding,
    now: DateTime<Utc>,
    settings: &CaseSettings,
) -> Option<CaseChange> {
    let id = CaseId::of(parcel, finding);
    let is = |at: &usize, test: &dyn Fn(&Case) -> bool| cases.get(*at).is_some_and(test);
    let recent = |case: &Case| {
        case.resolved
            .is_none_or(|resolved| now <= settings.reopen.after(resolved))
    };
    let open = known.iter().find(|at| is(at, &Case::is_open));
    let met = open
        .or_else(|| {
            known
                .iter()
                .rev()
                .find(|at| is(at, &|case| case.id == id || recent(case)))
        })
        .copied();
    let Some(case) = met.and_then(|at| cases.get_mut(at)) else {
        if finding.under.is_some() {
            return None;
        }
        known.push(cases.len());
        cases.push(Case::open(parcel, finding, now));
        return cases
            .last_mut()
            .map(|case| case.step(CaseEvent::Opened, now, false));
    };
    if !case.is_open() {
        if finding.under.is_some() {
            return None;
        }
        case.take(finding);
        (case.status, case.resolved, case.level) = (CaseStatus::Open, None, finding.level);
        return Some(case.step(CaseEvent::Reopened, now, false));
    }
    let is_worse = finding.level > case.level;
    let has_news = case.take(finding);
    case.level = case.level.max(finding.level);
    if has_news && case.status == CaseStatus::Acknowledged {
        case.status = CaseStatus::Open;
    }
    let silenced = case.status == CaseStatus::Acknowledged;
    if is_worse {
        return Some(case.step(CaseEvent::Escalated, now, silenced));
    }
    has_news.then(|| case.step(CaseEvent::EvidenceAdded, now, silenced))
}

fn calm_down(case: &mut Case, now: DateTime<Utc>, settings: &CaseSettings) -> Option<CaseChange> {
    let since = *case.calm_since.get_or_insert(now);
    if settings.calm.after(since) > now {
        return None;
    }
    case.status = CaseStatus::Resolved;
    case.resolved = Some(since);
    case.calm_since = None;
    Some(case.step(CaseEvent::Resolved, now, false))
}
