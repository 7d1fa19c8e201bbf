//! Forecasts kept until their parcels arrive or are overdue.

use std::collections::{BTreeMap, btree_map};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Forecast, LEVELS, Score};

crate::model::words! {
    /// Who made a forecast.
    Source {
        /// This crate's estimate.
        Ours = "ours",
        /// The carrier's own date.
        Carrier = "carrier",
        /// The shop's promise to its customer.
        Shop = "shop",
    }
}

/// What a forecast is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// Who made it.
    pub source: Source,
    /// Who carries the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<SmolStr>,
    /// From where to where, such as [`History::lane`](crate::History::lane).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<SmolStr>,
}

/// A forecast that waits for the truth, or for its quantiles to pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    subject: Subject,
    forecast: Forecast,
    /// Levels of which it is settled whether they were kept.
    #[serde(default)]
    passed: usize,
}

/// What became of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Delivered(DateTime<Utc>),
    NeverDelivered,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Parcel {
    forecasts: Vec<Open>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fate: Option<Fate>,
}

/// Forecasts and promises as they are made, scored as their parcels arrive, by carrier, lane and
/// source.
///
/// ```
/// use parceltrail::eta::score::{Forecast, Scorebook, Source, Subject};
///
/// let mut book = Scorebook::default();
/// let carrier = Subject { source: Source::Carrier, carrier: Some("dhl".into()), lane: Some("CN>DE".into()) };
/// let promise = Forecast::promise("2026-03-02T00:00:00Z".parse()?, "2026-03-06T18:00:00Z".parse()?);
/// book.record("order 1", carrier.clone(), promise);
/// book.record("order 2", carrier, promise);
///
/// book.settle("order 1", "2026-03-06T12:00:00Z".parse()?);
/// book.advance("2026-03-10T00:00:00Z".parse()?);
/// let score = book.total(Source::Carrier);
/// assert_eq!(score.under_p90(), Some(1.0), "of those delivered");
/// assert_eq!(score.reliability()[3].due, Some(0.5), "of those due: one has not come");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scorebook {
    #[serde(default)]
    parcels: BTreeMap<SmolStr, Parcel>,
    #[serde(default, with = "pairs")]
    scores: BTreeMap<Subject, Score>,
}

impl Scorebook {
    /// Keeps a forecast of a parcel. `id` is whatever the application calls the parcel; several
    /// forecasts of one parcel are each scored.
    pub fn record(&mut self, id: &str, subject: Subject, forecast: Forecast) {
        self.parcels
            .entry(id.into())
            .or_default()
            .forecasts
            .push(Open {
                subject,
                forecast,
                passed: 0,
            });
    }

    /// Says when a parcel was delivered: its forecasts are scored. Repetitions change nothing.
    pub fn settle(&mut self, id: &str, delivered: DateTime<Utc>) {
        let Some(parcel) = self
            .parcels
            .get_mut(id)
            .filter(|parcel| parcel.fate.is_none())
        else {
            return;
        };
        parcel.fate = Some(Fate::Delivered(delivered));
        for open in &parcel.forecasts {
            self.scores
                .entry(open.subject.clone())
                .or_default()
                .take(&open.forecast, delivered);
        }
    }

    /// Says that a parcel will never be delivered: lost, returned, disposed of. Its forecasts count
    /// as not kept once due.
    pub fn end(&mut self, id: &str) {
        if let Some(parcel) = self
            .parcels
            .get_mut(id)
            .filter(|parcel| parcel.fate.is_none())
        {
            parcel.fate = Some(Fate::NeverDelivered);
        }
    }

    /// Drops a parcel's forecasts without a score.
    pub fn forget(&mut self, id: &str) {
        self.parcels.remove(id);
    }

    /// Counts the quantiles that have passed by `now`, of parcels delivered, ended and still open
    /// alike. Deliveries up to `now` must have been settled before. Costs a look at every forecast
    /// that waits: once an hour or a day is enough.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        let scores = &mut self.scores;
        self.parcels.retain(|_, parcel| {
            let fate = parcel.fate;
            parcel.forecasts.retain_mut(|open| {
                while open.passed < LEVELS.len() && open.forecast.at(open.passed) <= now {
                    let kept = matches!(fate, Some(Fate::Delivered(at)) if at <= open.forecast.at(open.passed));
                    scores.entry(open.subject.clone()).or_default().take_due(open.passed, kept);
                    open.passed += 1;
                }
                fate.is_none() || open.passed < LEVELS.len()
            });
            !parcel.forecasts.is_empty()
        });
    }

    /// How many forecasts wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.parcels
            .values()
            .map(|parcel| parcel.forecasts.len())
            .sum()
    }

    /// The scores, grouped as asked.
    ///
    /// ```
    /// # use parceltrail::eta::score::Scorebook;
    /// # let book = Scorebook::default();
    /// let by_carrier_and_source = book.by(|subject| (subject.carrier.clone(), subject.source));
    /// # assert!(by_carrier_and_source.is_empty());
    /// ```
    #[must_use]
    pub fn by<K: Ord>(&self, key: impl Fn(&Subject) -> K) -> BTreeMap<K, Score> {
        let mut out: BTreeMap<K, Score> = BTreeMap::new();
        for (subject, score) in &self.scores {
            out.entry(key(subject)).or_default().merge(score);
        }
        out
    }

    /// The score of everything that one source said.
    #[must_use]
    pub fn total(&self, source: Source) -> Score {
        self.by(|subject| subject.source)
            .remove(&source)
            .unwrap_or_default()
    }

    /// Adds another book's scores, and the forecasts that wait there. Both may know of a parcel; a
    /// delivery known to one settles the other's.
    pub fn merge(&mut self, other: &Self) {
        for (subject, score) in &other.scores {
            self.scores.entry(subject.clone()).or_default().merge(score);
        }
        for (id, theirs) in &other.parcels {
            match self.parcels.entry(id.clone()) {
                btree_map::Entry::Vacant(slot) => {
                    slot.insert(theirs.clone());
                }
                btree_map::Entry::Occupied(slot) => join(slot.into_mut(), theirs, &mut self.scores),
            }
        }
    }
}

/// Puts another book's forecasts of a parcel to ours. What only one of them knew to be settled is
/// settled for both.
fn join(ours: &mut Parcel, theirs: &Parcel, scores: &mut BTreeMap<Subject, Score>) {
    let unscored = match (ours.fate, theirs.fate) {
        (None, Some(fate)) => Some((fate, &ours.forecasts)),
        (Some(fate), None) => Some((fate, &theirs.forecasts)),
        _ => None,
    };
    if let Some((Fate::Delivered(delivered), forecasts)) = unscored {
        for open in forecasts {
            scores
                .entry(open.subject.clone())
                .or_default()
                .take(&open.forecast, delivered);
        }
    }
    ours.fate = ours.fate.or(theirs.fate);
    ours.forecasts.extend(theirs.forecasts.iter().cloned());
}

/// A map whose keys are no texts, as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Score, Subject};

    pub fn serialize<S: Serializer>(
        map: &BTreeMap<Subject, Score>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Subject, Score>, D::Error> {
        Ok(Vec::<(Subject, Score)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}
