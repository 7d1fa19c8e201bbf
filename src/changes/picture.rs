//! What is known of a parcel at a moment, as far as changes are told: [`Picture`].

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::change::{Change, ChangeKind};
use super::parts::{
    CaseSummary, Contradiction, LegNumber, LinkedNumber, OpenHold, OpenPromise, PickupDeadline,
    PieceTally, Status, UnpaidDue, Whereabouts,
};
use super::settings::ChangeSettings;
use crate::anomaly::Case;
use crate::eta::Estimate;
use crate::model::{EventId, EventTime, Fnv, Milestone};

/// Published delivery times say no more after a silence that is longer than this and than what is
/// left of the way.
const SHORT_SILENCE: TimeDelta = TimeDelta::days(2);

/// What is known of a parcel at a moment, as far as changes are told of it.
///
/// A store keeps one a parcel, as JSON of a few kilobytes at most, and compares the next one with
/// it. It holds no personal data, reads back what it writes, and reads what earlier versions wrote:
/// fields that are missing count as unknown.
///
/// Two pictures of the same parcel are compared by [`changes_since`](Self::changes_since). To keep
/// the newer one, use [`update`](Self::update), which remembers the estimate that was announced.
///
/// ```
/// use parceltrail::anomaly::{Cases, Inspector, Settings};
/// use parceltrail::changes::Picture;
/// use parceltrail::eta::TransitModel;
/// use parceltrail::testing::shipment;
/// use parceltrail::{History, Journey, Milestone, Stage};
///
/// # let inspector = Inspector::new(Settings::default())?;
/// # let (model, mut cases) = (TransitModel::default(), Cases::default());
/// # let mut journey = Journey::default();
/// # journey.apply(shipment("acme.track", "A1").event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced).received("2026-03-02T09:10:00Z"));
/// let now = "2026-03-12T09:00:00Z".parse()?;
/// let snapshot = journey.at(now);
/// let findings = inspector.inspect(&inspector.digest(&snapshot), now);
/// cases.update("order 17", &findings, now);
/// let estimate = History::of("", &snapshot).and_then(|history| model.estimate(&history, now));
///
/// let picture = Picture::of(&snapshot)
///     .with_key("order 17")
///     .with_estimate(estimate.as_ref())
///     .with_cases(cases.of("order 17"))
///     .with_check(findings.next_check)
///     .with_check(cases.next_check("order 17"));
/// let kept: Picture = serde_json::from_str(&serde_json::to_string(&picture)?)?;
/// assert_eq!(kept, picture);
///
/// // Of a new parcel, everything that is worth knowing.
/// let kinds: Vec<_> = kept.changes_since(&Picture::default()).iter().map(|it| it.kind.name()).collect();
/// assert_eq!(kinds, ["milestone", "case_opened"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Picture {
    /// The moment that it is of.
    pub at: DateTime<Utc>,
    /// What tells the parcel from others in the ids of changes, hashed: a key may hold a number.
    pub(super) key: SmolStr,
    /// Where it stands; absent while no statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The last reported place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Whereabouts>,
    /// When it was heard of last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<DateTime<Utc>>,
    /// How far its pieces have come, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<PieceTally>,
    /// The statements about the pieces, while they are few.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub piece_evidence: BTreeSet<EventId>,
    /// What customs holds it for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<OpenHold>,
    /// What the two clearances rest on.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub customs_evidence: BTreeSet<EventId>,
    /// When the carrier says that it will deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<OpenPromise>,
    /// When it is expected, without the explanation. After [`update`](Self::update) this is the
    /// estimate that was announced last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// What is listed to be paid, or as paid. Nothing once the journey has ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<UnpaidDue>,
    /// Until when it can be collected. Absent once the journey has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<PickupDeadline>,
    /// The numbers that carriers have for it, a leg each.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub numbers: BTreeSet<LegNumber>,
    /// Parcels of their own that belong to it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub linked: BTreeSet<LinkedNumber>,
    /// Statements that cannot both be true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<Contradiction>,
    /// The open cases, in the order in which they opened; absent where nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cases: Option<Vec<CaseSummary>>,
    /// Further moments at which something may change without news.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) checks: BTreeSet<DateTime<Utc>>,
}

impl Picture {
    /// Sets what tells the parcel from others in the ids of changes, such as the application's own
    /// key. It must stay the same: of one change under two keys there are two ids. Only its hash is
    /// kept.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        let mut hash = Fnv::default();
        hash.text(key);
        self.key = format_smolstr!("{:016x}", hash.0);
        self
    }

    /// With an estimate of the arrival, made at the moment of the snapshot. It is left out where a
    /// briefing would not tell it either: of a parcel that is finished, goes back or waits to be
    /// collected; where all of it lies in the past; where it rests on published delivery times
    /// alone and the carrier's promise or a long silence says more.
    #[must_use]
    pub fn with_estimate(mut self, estimate: Option<&Estimate>) -> Self {
        self.estimate = estimate.filter(|one| self.tells(one)).map(|estimate| {
            let short = |share: f64| (share * 1e4).round() / 1e4;
            let mut kept = estimate.clone();
            kept.explanation.clear();
            kept.loss = short(kept.loss);
            kept.miss_promise = kept.miss_promise.map(short);
            kept.basis.observations = short(kept.basis.observations);
            kept.basis.comparable = short(kept.basis.comparable);
            kept
        });
        self
    }

    /// With the parcel's cases: those that are open count. Without, no change of a case is found.
    #[must_use]
    pub fn with_cases(mut self, cases: &[Case]) -> Self {
        let open = cases.iter().filter(|case| case.is_open());
        self.cases = Some(open.map(CaseSummary::from).collect());
        self
    }

    /// With a further moment at which something may change without news, such as
    /// [`Findings::next_check`](crate::anomaly::Findings::next_check) and
    /// [`Cases::next_check`](crate::anomaly::Cases::next_check).
    #[must_use]
    pub fn with_check(mut self, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.checks.extend(at.into());
        self
    }

    /// The earliest moment after this picture at which something can change by the passing of time
    /// alone: a statement about the future begins to count, a promise, a deadline or a time to pay
    /// passes, the parcel has not come by a quantile of its estimate, or a moment set by
    /// [`with_check`](Self::with_check). Until then, and until something is received, a new picture
    /// would show the same.
    #[must_use]
    pub fn next_check(&self) -> Option<DateTime<Utc>> {
        let estimate = self.estimate.as_ref();
        let unpaid = (self.dues.iter()).filter(|one| one.due.paid != Some(true));
        let promise = self.promise.as_ref().map(|one| over(one.promise.end()));
        let moments = (self.checks.iter().copied())
            .chain(promise)
            .chain(self.pickup.as_ref().map(|pickup| ended(&pickup.until)))
            .chain(unpaid.filter_map(|one| one.due.pay_by.as_ref().map(ended)))
            .chain(estimate.into_iter().flat_map(|it| [it.p50, it.p80, it.p90]));
        moments.filter(|moment| *moment > self.at).min()
    }

    /// Whether a picture of `now` may show something else, though nothing was received.
    #[must_use]
    pub fn is_outdated(&self, now: DateTime<Utc>) -> bool {
        self.next_check().is_some_and(|again| again <= now)
    }

    /// What has changed since an earlier picture of the same parcel, in the order of
    /// [`ChangeKind`], by the default [`ChangeSettings`].
    ///
    /// - Two moments are compared: what came and went between them is not told. Compare after each
    ///   delivery to hear of every step.
    /// - Equal pictures give none, and the passing of time alone gives only what it brings about.
    /// - Since `Picture::default()`, of which nothing is known, it tells what is worth knowing of a
    ///   new parcel: where it stands, when it is expected or promised, what holds it, what is to be
    ///   paid and by when it must be collected, its pieces, contradictions and open cases. Its own
    ///   numbers are no news then.
    /// - Days that moved a little are no change; [`ChangeSettings`] says how little.
    /// - What the later picture was not given (estimate, cases) is no change.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        self.changes_since_by(before, &ChangeSettings::default())
    }

    /// The same, by settings of one's own.
    #[must_use]
    pub fn changes_since_by(&self, before: &Self, settings: &ChangeSettings) -> Vec<Change> {
        super::compare::changes(before, self, settings)
    }

    /// Takes a later picture's place and returns what has changed. Where the day of arrival moved
    /// by too little to be announced, the day that was announced is kept to compare with, and so
    /// are estimate and cases that the later picture was not given.
    ///
    /// ```
    /// use parceltrail::changes::Picture;
    /// let mut known = Picture::default();
    /// assert!(known.update(Picture::default()).is_empty());
    /// ```
    pub fn update(&mut self, later: Self) -> Vec<Change> {
        self.update_by(later, &ChangeSettings::default())
    }

    /// The same, by settings of one's own.
    pub fn update_by(&mut self, later: Self, settings: &ChangeSettings) -> Vec<Change> {
        let changes = later.changes_since_by(self, settings);
        let before = std::mem::replace(self, later);
        let announces = |is: fn(&ChangeKind) -> bool| changes.iter().any(|it| is(&it.kind));
        if self.is_open() && !announces(|kind| matches!(kind, ChangeKind::Estimate { .. })) {
            self.estimate = before.estimate;
        }
        if let (Some(earlier), Some(later)) = (before.promise, &mut self.promise)
            && !announces(|kind| matches!(kind, ChangeKind::Promise { .. }))
            && !later.passed
        {
            self.checks.insert(over(later.promise.end()));
            later.promise = earlier.promise;
        }
        if self.cases.is_none() {
            self.cases = before.cases;
        }
        changes
    }

    /// Whether a day of arrival can be told of it.
    pub(super) fn is_open(&self) -> bool {
        self.status.as_ref().is_none_or(|status| {
            !status.finished
                && !matches!(
                    status.milestone,
                    Milestone::Returning | Milestone::AvailableForPickup | Milestone::Delivered
                )
        })
    }

    fn tells(&self, estimate: &Estimate) -> bool {
        let silence = self
            .heard
            .map_or(TimeDelta::zero(), |heard| estimate.made - heard);
        let is_silent = silence > SHORT_SILENCE && silence > estimate.p90 - estimate.made;
        let is_rough = !estimate.basis.is_trained();
        self.is_open()
            && estimate.p90 > estimate.made
            && !(is_rough && (self.promise.is_some() || is_silent))
    }
}

/// When something is over that lasts until a moment: a second later, because a day's last moment is
/// its last second.
pub(super) fn over(until: DateTime<Utc>) -> DateTime<Utc> {
    until
        .checked_add_signed(TimeDelta::seconds(1))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When a day or moment is over, wherever it may be meant.
pub(super) fn ended(until: &EventTime) -> DateTime<Utc> {
    over(until.latest())
}
