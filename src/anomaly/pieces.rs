//! The pieces of a shipment, each as a parcel of its own for the rules that judge pieces.

use std::sync::Arc;

use super::clearance::{Holds, clearances, holds};
use super::digest::Shared;
use super::fact::{Fact, When};
use super::facts::Facts;
use super::parcel::Parcel;
use crate::journey::{Customs, PieceState};
use crate::model::{Milestone, TrackingNumber};

/// A piece of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PieceDigest {
    /// Its number.
    pub number: TrackingNumber,
    /// What happened last that moves its state.
    pub milestone: Option<Milestone>,
    /// Whether no further movement is expected of it.
    pub terminal: bool,
}

/// Of the statements about all pieces, each piece's digest keeps so many of the first, with which
/// it was announced and collected …
const FIRST: usize = 8;
/// … and so many of the last. With a bound to both, digests are linear in pieces and statements.
const LAST: usize = 32;

/// Where each piece stands.
pub(super) fn pieces(states: &[PieceState]) -> Vec<PieceDigest> {
    states.iter().map(digest).collect()
}

/// A digest of each piece that is not delivered, with what is said of it and of all.
pub(super) fn apart(
    shared: &Shared,
    facts: &Facts,
    states: &[PieceState],
    customs: &Customs,
) -> Vec<Parcel> {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    let mut common: Vec<usize> = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        let of_piece = fact
            .piece
            .and_then(|piece| own.get_mut(usize::try_from(piece).ok()?));
        of_piece.unwrap_or(&mut common).push(at);
    }
    if common.len() > FIRST + LAST {
        common.drain(FIRST..common.len() - LAST);
    }
    let holds = holds(customs);
    let of = |at: usize| facts.get(at).copied();
    let open = states
        .iter()
        .zip(&own)
        .filter(|(piece, _)| piece.milestone != Some(Milestone::Delivered));
    open.map(|(piece, own)| {
        let facts = merged(&common, own).into_iter().filter_map(of).collect();
        of_piece(shared, piece, facts, customs, &holds)
    })
    .collect()
}

fn digest(piece: &PieceState) -> PieceDigest {
    PieceDigest {
        number: piece.number.clone(),
        milestone: piece.milestone,
        terminal: piece.milestone.is_some_and(Milestone::is_terminal),
    }
}

/// Two ascending lists as one.
fn merged(a: &[usize], b: &[usize]) -> Vec<usize> {
    let mut both: Vec<usize> = a.iter().chain(b).copied().collect();
    both.sort_unstable();
    both
}

fn of_piece(
    shared: &Shared,
    piece: &PieceState,
    facts: Facts,
    customs: &Customs,
    holds: &Holds<'_>,
) -> Parcel {
    let told = |test: &dyn Fn(&Fact) -> bool| {
        facts
            .iter()
            .rev()
            .find(|fact| fact.is_of_parcel() && test(fact))
    };
    let decided = told(&|fact| Some(fact.milestone) == piece.milestone)
        .or_else(|| told(&|fact| fact.milestone.moves_state()));
    Parcel {
        at: shared.at,
        carrier: shared.carrier.clone(),
        lane: shared.lane,
        milestone: piece.milestone,
        stage: piece.stage,
        since: piece.since.as_ref().map(When::from),
        terminal: piece.milestone.is_some_and(Milestone::is_terminal),
        is_return: shared.is_return,
        decided: decided.map(|fact| fact.event),
        leg: facts
            .iter()
            .rev()
            .filter(|fact| fact.is_of_parcel())
            .find_map(|fact| fact.leg),
        places: Arc::clone(&shared.places),
        legs: Arc::clone(&shared.legs),
        feeds: Arc::clone(&shared.feeds),
        words: Arc::clone(&shared.words),
        piece: Some(piece.number.clone()),
        piece_count: 1,
        clearances: clearances(&facts, customs, Some(holds)),
        facts,
        ..Parcel::default()
    }
}
