//! Who says how long things take: [`Expectations`], and how rules ask: [`Foresight`].

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Expected;
use super::parcel::Parcel;
use crate::History;
use crate::eta::TransitModel;

/// Who can say how long things take. A trained transit model does; an application may bring its
/// own.
pub trait Expectations: Send + Sync {
    /// When the silence since the last event of `history` becomes longer than all but `tail` (0 to
    /// 1) of comparable stays. `None` where there is no evidence, or no silence is unusual.
    fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>>;

    /// When, without news, the parcel will more probably than `probability` never arrive.
    fn loss_patience(&self, history: &History, probability: f64) -> Option<DateTime<Utc>>;

    /// How probably the parcel arrives after `by`, if nothing more is heard until `now`.
    fn miss(&self, history: &History, by: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64>;

    /// The share (0 to 1) of comparable steps that lead to a place as rare as that of the last
    /// event, or rarer. `None`, and so by default, where there is no evidence.
    fn place_rarity(&self, history: &History) -> Option<f64> {
        let _ = history;
        None
    }
}

/// What [`Rule::foresee`](super::Rule::foresee) works with.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Foresight<'a> {
    /// The parcel.
    pub parcel: &'a Parcel,
    /// Its events as the model reads them.
    pub history: &'a History,
    /// The model.
    pub model: &'a dyn Expectations,
    /// The share of stays that may be taken for trouble although they are none: the false alarms
    /// allowed per parcel, divided over the stays of a journey.
    pub tail: f64,
    /// How much later than the history has it the last event may have been: an unknown zone must
    /// not shorten patience.
    pub(super) doubt: TimeDelta,
}

impl std::fmt::Debug for Foresight<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Foresight")
            .field("parcel", &self.parcel)
            .field("tail", &self.tail)
            .finish_non_exhaustive()
    }
}

impl Foresight<'_> {
    /// When the silence since the last event becomes unusual, and when twenty times more so.
    #[must_use]
    pub fn patience(&self) -> Option<Expected> {
        let patience = |tail: f64| {
            self.model
                .patience(self.history, tail)
                .map(|at| self.at_the_latest(at))
        };
        let at = patience(self.tail)?;
        Some(Expected {
            at,
            severe: patience(self.tail / 20.0).filter(|severe| *severe > at),
        })
    }

    /// When, without news, the parcel more probably than `probability` never arrives.
    #[must_use]
    pub fn loss(&self, probability: f64) -> Option<DateTime<Utc>> {
        self.model
            .loss_patience(self.history, probability)
            .map(|at| self.at_the_latest(at))
    }

    /// When the parcel came to a place where comparable ones hardly ever come, if it has.
    #[must_use]
    pub fn strayed(&self) -> Option<DateTime<Utc>> {
        let is_rare = self.model.place_rarity(self.history)? < self.tail;
        let last = self.history.events.last().filter(|_| is_rare)?;
        Some(self.at_the_latest(last.at))
    }

    fn at_the_latest(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_add_signed(self.doubt)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When the probability of missing `by` exceeds `probability`, if it does so before `by`.
    #[must_use]
    pub fn miss(&self, by: DateTime<Utc>, probability: f64) -> Option<DateTime<Utc>> {
        let misses = |now: DateTime<Utc>| {
            self.model
                .miss(self.history, by, now)
                .map(|miss| miss >= probability)
        };
        let mut early = self.parcel.at;
        if early >= by {
            return None;
        }
        if misses(early)? {
            return Some(early);
        }
        // Just before the promised moment. Without news the probability only grows.
        let mut late = by;
        if !misses(late)? {
            return None;
        }
        for _ in 0..10 {
            let middle = early + (late - early) / 2;
            if misses(middle)? {
                late = middle
            } else {
                early = middle
            }
        }
        Some(late)
    }
}

impl Expectations for TransitModel {
    fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>> {
        Self::patience(self, history, tail)
    }

    fn loss_patience(&self, history: &History, probability: f64) -> Option<DateTime<Utc>> {
        Self::loss_patience(self, history, probability)
    }

    fn miss(&self, history: &History, by: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64> {
        if history.promised == Some(by) {
            return self.estimate(history, now)?.miss_promise;
        }
        let history = History {
            promised: Some(by),
            ..history.clone()
        };
        self.estimate(&history, now)?.miss_promise
    }

    fn place_rarity(&self, history: &History) -> Option<f64> {
        Self::place_rarity(self, history)
    }
}
