//! How long silence is normal, and what comes after it.

use chrono::{DateTime, TimeDelta, Utc};

use super::curve::{Curve, Spread};
use super::estimate::{Basis, Next};
use super::fallback;
use super::model::{TransitModel, instant};
use super::outlook::comparable;
use super::record::{End, Record};
use super::tables::refine;
use crate::History;
use crate::model::Milestone;

/// How strongly coarser evidence pulls on stays, beside arrivals: patience asks for rare tails, in
/// which a strong belief would be all that is seen.
const PULL: f64 = 0.25;
/// Silence beyond which nothing is looked for.
const FAR_DAYS: f64 = 730.0;

impl TransitModel {
    /// From when on the silence since the last event is longer than in all but `tail` (such as
    /// 0.01) of comparable stays that ended: a parcel that was lost there makes nobody more
    /// patient. `None` if the journey is finished or there are fewer comparable journeys than
    /// [`Basis::MIN_OBSERVATIONS`].
    #[must_use]
    pub fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>> {
        let (record, last) = open(history)?;
        let unit = self.tables().unit(self.settings());
        let levels: Vec<_> = self.tables().levels(&record, &record.steps[last]).collect();
        let seen = comparable(&levels, record.route.carrier != 0) / unit;
        let stay = refine(
            fallback::stay(),
            &levels,
            |table| &table.stay,
            unit,
            self.settings().shrinkage * PULL,
        );
        (seen >= Basis::MIN_OBSERVATIONS).then(|| {
            instant(
                record.steps[last].at,
                stay.arrival()
                    .quantile_after(0.0, 1.0 - tail.clamp(0.0, 1.0)),
            )
        })
    }

    /// From when on the probability that it never arrives exceeds `probability`, if nothing more is
    /// heard. `None` if the journey is finished, the probability is never reached, or there are
    /// fewer comparable journeys than [`Basis::MIN_OBSERVATIONS`].
    #[must_use]
    pub fn loss_patience(&self, history: &History, probability: f64) -> Option<DateTime<Utc>> {
        let (record, last) = open(history)?;
        let outlook = self.outlook(history, &record, last);
        if outlook.comparable() < Basis::MIN_OBSERVATIONS {
            return None;
        }
        let reached = |days: f64| outlook.loss(days * 86_400.0) >= probability;
        let (mut low, mut high) = (0.0, FAR_DAYS);
        if !reached(high) {
            return None;
        }
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if reached(middle) {
                high = middle
            } else {
                low = middle
            }
        }
        Some(instant(record.steps[last].at, high * 86_400.0))
    }

    /// How unusual the place of the last event is, given the lane, the direction and the place
    /// before it: the share (0 to 1) of comparable steps that lead to a place as rare or rarer.
    /// Small is unusual. `None` if the journey is finished, the event tells no new place, the model
    /// is not [fitted](Self::fit), or it has seen too few steps that way.
    #[must_use]
    pub fn place_rarity(&self, history: &History) -> Option<f64> {
        let (record, _) = open(history)?;
        self.fitted().routes.rarity(&record)
    }

    /// What may come next after the last event, likeliest first; nothing if the journey is finished
    /// or nothing like it was taught.
    #[must_use]
    pub fn next(&self, history: &History) -> Vec<Next> {
        let Some((record, last)) = open(history) else {
            return Vec::new();
        };
        let unit = self.tables().unit(self.settings());
        let mut shares: Vec<(super::kind::Kind, f64, Curve)> = Vec::new();
        for (_, table) in self.tables().levels(&record, &record.steps[last]) {
            let weight = |spread: &Spread| spread.weights().0 / unit;
            let total: f64 = table.next.iter().map(|(_, spread)| weight(spread)).sum();
            if total <= 0.0 {
                continue;
            }
            let own = total
                / (total
                    + if shares.is_empty() {
                        0.0
                    } else {
                        self.settings().shrinkage
                    });
            shares
                .iter_mut()
                .for_each(|(_, share, _)| *share *= 1.0 - own);
            for (kind, spread) in &table.next {
                let share = own * weight(spread) / total;
                match shares.iter_mut().find(|(known, ..)| known == kind) {
                    Some((_, known, curve)) => {
                        *known += share;
                        *curve = curve.after(spread, unit, self.settings().shrinkage);
                    }
                    None => shares.push((*kind, share, fallback::stay().after(spread, unit, 0.5))),
                }
            }
        }
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let next = |(kind, share, curve): (super::kind::Kind, f64, Curve)| Next {
            stage: kind.stage(),
            milestone: kind.milestone(),
            share,
            typical: TimeDelta::seconds(curve.arrival().quantile_after(0.0, 0.5) as i64),
        };
        shares
            .into_iter()
            .filter(|(_, share, _)| *share > 0.0)
            .map(next)
            .collect()
    }
}

/// The record of a journey that is not finished, and the place of its last event.
fn open(history: &History) -> Option<(Record, usize)> {
    let until = history.events.iter().map(|event| event.at).max()?;
    let record = Record::of(history, until)?;
    let last = record.steps.len().checked_sub(1)?;
    let is_open =
        record.end == End::Open && record.steps[last].kind.milestone() != Milestone::Delivered;
    is_open.then_some((record, last))
}
