//! A model as it is written down: what it remembers, packed; everything else follows from that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::model::TransitModel;
use super::record::{End, Record, Route, Step, Value};
use super::saved::Saved;
use super::settings::ModelSettings;
use crate::model::{Milestone, Stage};

const VERSION: u32 = 2;

/// Why a written model cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum ReadError {
    #[error("a transit model of version {found}: this crate reads versions up to {VERSION}")]
    Version { found: u32 },
    #[error(
        "a transit model whose journey {journey} names event kind {kind}, but only {kinds} are listed"
    )]
    Kind {
        journey: u64,
        kind: usize,
        kinds: usize,
    },
    #[error("a transit model whose trees are broken: {0}")]
    Trees(&'static str),
}

/// The written form. Version 2 added the trees: a model of version 1 is read as one not yet fitted.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    version: u32,
    settings: ModelSettings,
    /// What the numbers of kinds mean.
    kinds: Vec<(Option<Stage>, Milestone)>,
    journeys: Vec<Packed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trees: Option<Saved>,
}

/// Id, as of, how it ended, start, promise, words, attributes, events, plan. Times are seconds:
/// `start` since 1970, others since `start`.
#[derive(Serialize, Deserialize)]
struct Packed(
    u64,
    i64,
    Option<Ended>,
    i64,
    Option<i64>,
    Route,
    Vec<(u32, Value)>,
    Vec<(i64, usize, u32)>,
    Vec<(i64, usize)>,
);

/// How a journey ended: delivered so many seconds after its start, or never.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Ended {
    Delivered(i64),
    Never(bool),
}

impl From<TransitModel> for Written {
    fn from(model: TransitModel) -> Self {
        let mut numbers: BTreeMap<Kind, usize> = BTreeMap::new();
        let mut kinds = Vec::new();
        let mut number = |kind: Kind| {
            *numbers.entry(kind).or_insert_with(|| {
                kinds.push((kind.stage(), kind.milestone()));
                kinds.len() - 1
            })
        };
        let journeys = model
            .records()
            .map(|record| pack(record, &mut number))
            .collect();
        Self {
            version: VERSION,
            settings: model.settings().clone(),
            kinds,
            journeys,
            trees: model.is_fitted().then(|| Saved::of(model.fitted())),
        }
    }
}

impl TryFrom<Written> for TransitModel {
    type Error = ReadError;

    fn try_from(written: Written) -> Result<Self, ReadError> {
        if written.version > VERSION {
            return Err(ReadError::Version {
                found: written.version,
            });
        }
        let kinds: Vec<Kind> = written
            .kinds
            .iter()
            .map(|(stage, milestone)| Kind::new(*stage, *milestone))
            .collect();
        let mut model = Self::new(written.settings);
        for packed in written.journeys {
            model.remember(unpack(packed, &kinds)?);
        }
        if let Some(fitted) = written.trees.map(Saved::read).transpose()?.flatten() {
            model.set_fitted(fitted);
        }
        Ok(model)
    }
}

fn pack(record: &Record, number: &mut impl FnMut(Kind) -> usize) -> Packed {
    let start = record.start();
    let end = match record.end {
        End::Open => None,
        End::Delivered(at) => Some(Ended::Delivered(at - start)),
        End::Never => Some(Ended::Never(true)),
    };
    let steps = record
        .steps
        .iter()
        .map(|step| (step.at - start, number(step.kind), step.place))
        .collect();
    let plan = record
        .plan
        .iter()
        .map(|step| (step.at - start, number(step.kind)))
        .collect();
    let promised = record
        .promised
        .map(|promised| promised.saturating_sub(start));
    Packed(
        record.id,
        record.seen.saturating_sub(start),
        end,
        start,
        promised,
        record.route,
        record.attributes.clone(),
        steps,
        plan,
    )
}

fn unpack(packed: Packed, kinds: &[Kind]) -> Result<Record, ReadError> {
    let Packed(id, seen, end, start, promised, route, attributes, steps, plan) = packed;
    let kind = |kind: usize| {
        kinds.get(kind).copied().ok_or(ReadError::Kind {
            journey: id,
            kind,
            kinds: kinds.len(),
        })
    };
    let step = |(after, number, place): (i64, usize, u32)| {
        Ok(Step {
            at: start.saturating_add(after),
            kind: kind(number)?,
            place,
        })
    };
    Ok(Record {
        id,
        seen: start.saturating_add(seen),
        end: match end {
            None => End::Open,
            Some(Ended::Delivered(after)) => End::Delivered(start.saturating_add(after)),
            Some(Ended::Never(_)) => End::Never,
        },
        promised: promised.map(|promised| start.saturating_add(promised)),
        route,
        attributes,
        steps: steps
            .into_iter()
            .map(step)
            .collect::<Result<_, ReadError>>()?,
        plan: plan
            .into_iter()
            .map(|(after, number)| step((after, number, 0)))
            .collect::<Result<_, ReadError>>()?,
    })
}
