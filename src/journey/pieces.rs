//! Several pieces under one waybill, rolled up: the shipment is as far as the piece that is behind.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::legs::Legs;
use super::merge::Standing;
use super::state::{Position, Step, steps, walk};
use crate::model::{EventId, EventTime, Milestone, Place, Shipment, Stage, TrackingNumber};

/// Where one piece stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PieceState {
    /// The piece's number.
    pub number: TrackingNumber,
    /// Where in the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    /// When that began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<EventTime>,
    /// Where, if that statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether no further movement is expected of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub terminal: bool,
}

/// How many pieces a shipment has, and how far they have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PieceCount {
    /// All of them: as many as the carrier counts, or as are told apart if that is more.
    pub total: u32,
    /// Delivered.
    pub delivered: u32,
    /// Ended otherwise: returned, lost, cancelled, destroyed, seized.
    pub ended: u32,
    /// The carrier does not have them yet: announced at most.
    pub not_collected: u32,
    /// Counted by the carrier, but told of by no feed.
    pub untold: u32,
}

/// The pieces and what they come to.
pub(super) struct RolledUp<'j> {
    pub overall: Option<Position<'j>>,
    pub pieces: Vec<PieceState>,
    /// What each piece's state rests on.
    pub evidence: Vec<BTreeSet<EventId>>,
}

/// The piece that a statement is about: named by it, or a package with a number of its own under a master.
fn piece_of(Step { one, leg, .. }: &Step<'_>, legs: &Legs) -> Option<TrackingNumber> {
    if let Some(piece) = &one.event.piece {
        return Some(piece.clone());
    }
    let leg = (*leg)?;
    let is_package = legs.all[leg].packages.contains(&one.event.number) && legs.all[leg].packages.len() > 1;
    is_package.then(|| one.event.number.clone())
}

/// Rolls the pieces up.
///
/// A statement that names no piece is about all. While any piece is on its way, the shipment stands where the least advanced of those stands;
/// when all have ended alike, with the last of them; when they ended differently, with the one that did not end well. A piece that the
/// carrier counts but no feed tells apart keeps the shipment open.
pub(super) fn roll_up<'j>(deliveries: &[&Shipment], events: &[Standing<'j>], legs: &Legs) -> RolledUp<'j> {
    let mut by_piece: BTreeMap<TrackingNumber, Vec<usize>> = BTreeMap::new();
    let mut common: Vec<usize> = Vec::new();
    let steps = steps(events, legs);
    for (at, step) in steps.iter().enumerate() {
        // A piece exists as soon as it is named, whatever is said of it.
        let steps_of_it = piece_of(step, legs).map_or(&mut common, |piece| by_piece.entry(piece).or_default());
        if step.is_evidence {
            steps_of_it.push(at);
        }
    }
    if by_piece.is_empty() {
        return RolledUp { overall: walk(common.iter().map(|at| &steps[*at])), pieces: Vec::new(), evidence: Vec::new() };
    }
    for piece in deliveries.iter().flat_map(|shipment| &shipment.pieces) {
        by_piece.entry(piece.clone()).or_default();
    }
    let counted = deliveries.iter().filter_map(|shipment| shipment.piece_count).max().unwrap_or(0) as usize;
    let positions: Vec<(Option<TrackingNumber>, Option<Position<'j>>)> = by_piece
        .into_iter()
        .map(|(piece, own)| (Some(piece), walk(interleave(&common, &own).map(|at| &steps[at]))))
        .chain((0..).take(usize::from(counted > 1)).map(|_| (None, walk(common.iter().map(|at| &steps[*at])))))
        .collect();
    let told = positions.iter().filter(|(piece, _)| piece.is_some()).count();
    let mut on_leg: BTreeMap<usize, usize> = BTreeMap::new();
    for leg in positions.iter().filter(|(piece, _)| piece.is_some()).filter_map(|(_, position)| position.as_ref()?.leg()) {
        *on_leg.entry(leg).or_default() += 1;
    }
    // The untold pieces stand where the statements about all leave them; they matter only if the carrier counts more than are told.
    let relevant: Vec<&(Option<TrackingNumber>, Option<Position<'j>>)> = positions
        .iter()
        .filter(|(piece, _)| piece.is_some() || counted > told)
        .filter(|(_, position)| !position.as_ref().is_some_and(|position| goes_on_as_another(position, &on_leg)))
        .collect();
    let overall = overall(&relevant).or_else(|| walk(steps.iter().filter(|step| step.is_evidence && !step.one.event.milestone.is_terminal())));
    RolledUp {
        overall,
        pieces: positions.iter().filter_map(|(piece, position)| Some(piece_state(piece.clone()?, position.as_ref(), legs))).collect(),
        evidence: positions.iter().filter_map(|(_, position)| position.as_ref()).map(Position::evidence).collect(),
    }
}

/// Whether a piece goes on under another carrier's number for it: it was handed over, or the next carrier tells of as many pieces.
fn goes_on_as_another(position: &Position<'_>, on_leg: &BTreeMap<usize, usize>) -> bool {
    let Some(here) = position.leg() else { return false };
    let later = on_leg.range(here + 1..).map(|(_, count)| *count).max().unwrap_or(0);
    later > 0 && (position.milestone == Milestone::HandedOver || later >= on_leg.get(&here).copied().unwrap_or(0))
}

/// Two ascending lists of indices as one.
fn interleave<'v>(a: &'v [usize], b: &'v [usize]) -> impl Iterator<Item = usize> + 'v {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    std::iter::from_fn(move || match (a.peek(), b.peek()) {
        (Some(x), Some(y)) if x < y => a.next(),
        (Some(_), None) => a.next(),
        _ => b.next(),
    })
}

/// None when every told piece has ended but an untold one has not begun.
fn overall<'j>(positions: &[&(Option<TrackingNumber>, Option<Position<'j>>)]) -> Option<Position<'j>> {
    let known: Vec<&Position<'j>> = positions.iter().filter_map(|(_, position)| position.as_ref()).collect();
    let open = known.iter().filter(|position| !position.terminal());
    if let Some(behind) = open.min_by_key(|position| (progress(position), position.since.event.time.middle(), position.decided.id)) {
        return Some((*behind).clone());
    }
    if known.len() < positions.len() {
        return None;
    }
    let unhappy = known.iter().filter(|position| position.milestone != Milestone::Delivered);
    let last = |position: &&&Position<'j>| (position.since.event.time.middle(), position.decided.id);
    unhappy.max_by_key(last).or_else(|| known.iter().max_by_key(last)).map(|position| (*position).clone())
}

fn progress(position: &Position<'_>) -> (Option<Stage>, u8) {
    (position.stage.map(|(stage, _)| stage), position.milestone.rank())
}

fn piece_state(number: TrackingNumber, position: Option<&Position<'_>>, legs: &Legs) -> PieceState {
    let state = position.map(|position| position.state(legs));
    PieceState {
        number,
        stage: state.as_ref().and_then(|state| state.stage),
        milestone: state.as_ref().map(|state| state.milestone),
        place: state.as_ref().and_then(|state| state.place.clone()),
        terminal: state.as_ref().is_some_and(|state| state.terminal),
        since: state.map(|state| state.since),
    }
}
