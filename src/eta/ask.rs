//! What fitted trees say of a parcel.

use super::arrival::Arrival;
use super::boost::LEVELS;
use super::curve::Curve;
use super::features::{COLUMNS, CONTEXTS, NAMES, PARENT};
use super::fit::{ATTRIBUTES, Fitted, HEAD, Past, TAIL, kind_key, seconds};
use super::kind::Kind;
use super::record::Record;

/// A step as the trees read it.
pub(super) struct Reading {
    kind: Kind,
    /// Seconds until the promise or plan.
    due: Option<f64>,
    row: Vec<f32>,
    /// What is known of each context's past: whether it has one of its own, and what it or a
    /// coarser one says.
    past: Vec<(bool, Past)>,
}

/// What a factor is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Context(&'static str),
    /// The hash of an attribute's name.
    Attribute(u32),
}

/// What one factor says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub(super) named: Named,
    pub(super) weight: f64,
    pub(super) observations: f64,
    /// How long such parcels typically take, in seconds.
    pub(super) says: f64,
}

impl Fitted {
    /// Whether there are trees to ask.
    pub(super) fn is_ready(&self) -> bool {
        !self.past.is_empty()
    }

    /// Reads a step.
    pub(super) fn read(&self, record: &Record, nth: usize) -> Reading {
        let mut row = Vec::with_capacity(COLUMNS + 2 * CONTEXTS + 3 * ATTRIBUTES);
        let mut keys = Vec::with_capacity(CONTEXTS + ATTRIBUTES);
        self.fill(record, nth, &mut row, &mut keys);
        let base = self
            .past
            .get(&kind_key(record, nth))
            .copied()
            .unwrap_or_default();
        let mut past: Vec<(bool, Past)> = Vec::with_capacity(keys.len());
        for (context, key) in keys.iter().enumerate() {
            let own = if *key == 0 {
                None
            } else {
                self.past.get(key).copied()
            };
            let value = own.unwrap_or_else(|| {
                PARENT
                    .get(context)
                    .copied()
                    .flatten()
                    .map_or(base, |parent| past[parent].1)
            });
            past.push((own.is_some(), value));
            row.extend([value[0], value[1]]);
        }
        let step = record.steps[nth];
        Reading {
            kind: step.kind,
            due: record.due().map(|due| (due - step.at) as f64),
            row,
            past,
        }
    }

    /// When a parcel arrives. A gap in `shape`, between two kinds of dwell, stays a gap.
    pub(super) fn arrival(&self, reading: &Reading, shape: &Curve) -> Arrival {
        let levels = self.levels(&reading.row, reading.kind, reading.due);
        let longest = self.longest(reading.kind);
        let mut arrival = Arrival::new(shape.never());
        for (share, part) in HEAD.into_iter().zip(self.head) {
            arrival.push(levels[0] * part, share);
        }
        for (share, seconds) in LEVELS.into_iter().zip(levels) {
            arrival.push(seconds, f64::from(share));
        }
        let width = width(&levels);
        for (share, part) in TAIL.into_iter().zip(self.tail) {
            arrival.push((levels[2] + width * part).min(longest), share);
        }
        arrival.push(
            (levels[2] + width * self.tail[TAIL.len() - 1] * 2.0).min(longest),
            1.0,
        );
        let is_gap = levels.windows(2).any(|pair| pair[1] > 2.0 * pair[0]);
        shape
            .gap()
            .filter(|_| is_gap)
            .map_or_else(|| arrival.clone(), |gap| arrival.parted(gap))
    }

    /// What the weightiest factors say, weightiest first.
    pub(super) fn voices(
        &self,
        record: &Record,
        nth: usize,
        reading: &Reading,
        most: usize,
    ) -> Vec<Voice> {
        let mut voices = Vec::with_capacity(reading.past.len() + 1);
        for (context, ((is_own, past), weight)) in
            reading.past.iter().zip(&self.weights).enumerate()
        {
            if *is_own && *weight > 0.0 {
                let named = NAMES.get(context).map_or_else(
                    || Named::Attribute(self.words[context - CONTEXTS]),
                    |name| Named::Context(name),
                );
                voices.push(Voice {
                    named,
                    weight: *weight,
                    observations: f64::from(past[2]),
                    says: f64::from(past[0]),
                });
            }
        }
        voices.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight));
        voices.truncate(most);
        voices
            .iter_mut()
            .for_each(|voice| voice.says = seconds(voice.says));
        if let Some(planned) = record.due() {
            let says = (planned - record.steps[nth].at).max(0) as f64;
            voices.push(Voice {
                named: Named::Context("promise"),
                weight: self.plan_weight,
                observations: 1.0,
                says,
            });
            voices.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        }
        voices
    }
}

/// The unit in which tails are measured: from the median to the last level, or more where that is
/// too little to be measured by.
pub(super) fn width(levels: &[f64; LEVELS.len()]) -> f64 {
    (levels[6] - levels[2]).max(levels[2] * 0.25).max(3600.0)
}
