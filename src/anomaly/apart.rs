//! The pieces of a shipment, each as a parcel of its own for the rules that judge pieces.

use std::sync::Arc;

use super::digest::{Holds, clearances, holds};
use super::fact::{Fact, When};
use super::parcel::{Parcel, PieceDigest};
use crate::journey::{PieceState, State};
use crate::model::Milestone;

/// Of the statements about all pieces, each piece's digest keeps so many of the first, with which it was announced and collected …
const FIRST: usize = 8;
/// … and so many of the last. With a bound to both, digests are linear in pieces and statements.
const LAST: usize = 32;

/// Lists the pieces and, where there are several, makes a digest of each that is not delivered.
pub(super) fn split(parcel: &mut Parcel, state: &State) {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); state.pieces.len()];
    let mut common: Vec<usize> = Vec::new();
    for (at, fact) in parcel.facts.iter().enumerate() {
        let of_piece = fact.piece.and_then(|piece| own.get_mut(usize::try_from(piece).ok()?));
        of_piece.unwrap_or(&mut common).push(at);
    }
    let counts = counting(parcel, state, &own);
    let counted = || state.pieces.iter().zip(&own).zip(&counts).filter(|(_, counts)| **counts).map(|(piece, _)| piece);
    parcel.pieces = counted().map(|(piece, _)| digest(piece)).collect();
    if parcel.pieces.is_empty() || parcel.is_one_piece() {
        return;
    }
    if common.len() > FIRST + LAST {
        common.drain(FIRST..common.len() - LAST);
    }
    let holds = holds(state);
    parcel.apart = counted()
        .filter(|(piece, _)| piece.milestone != Some(Milestone::Delivered))
        .map(|(piece, own)| of_piece(parcel, state, &holds, piece, merged(&common, own)))
        .collect();
}

fn digest(piece: &PieceState) -> PieceDigest {
    PieceDigest { number: piece.number.clone(), milestone: piece.milestone, terminal: piece.milestone.is_some_and(Milestone::is_terminal) }
}

/// Which pieces count: not those that go on under the next carrier's number for them. A piece goes on so if it was handed over, or if a later leg tells
/// of as many pieces.
fn counting(parcel: &Parcel, state: &State, own: &[Vec<usize>]) -> Vec<bool> {
    let leg_of = |facts: &Vec<usize>| facts.iter().rev().find_map(|at| parcel.facts.get(*at)?.leg).map(usize::from);
    let legs: Vec<Option<usize>> = own.iter().map(leg_of).collect();
    let mut told = vec![0_usize; parcel.legs.len()];
    for leg in legs.iter().flatten() {
        if let Some(count) = told.get_mut(*leg) {
            *count += 1;
        }
    }
    // The most pieces that any later leg tells of.
    let mut later = vec![0; told.len()];
    let mut most = 0;
    for (later, told) in later.iter_mut().zip(&told).rev() {
        *later = most;
        most = most.max(*told);
    }
    let goes_on = |piece: &PieceState, leg: usize| {
        let later = later.get(leg).copied().unwrap_or(0);
        later > 0 && (piece.milestone == Some(Milestone::HandedOver) || later >= told.get(leg).copied().unwrap_or(0))
    };
    state.pieces.iter().zip(legs).map(|(piece, leg)| leg.is_none_or(|leg| !goes_on(piece, leg))).collect()
}

/// Two ascending lists as one.
fn merged(a: &[usize], b: &[usize]) -> Vec<usize> {
    let mut both: Vec<usize> = a.iter().chain(b).copied().collect();
    both.sort_unstable();
    both
}

fn of_piece(parcel: &Parcel, state: &State, holds: &Holds<'_>, piece: &PieceState, facts: Vec<usize>) -> Parcel {
    let facts: Vec<Fact> = facts.into_iter().filter_map(|at| parcel.facts.get(at).copied()).collect();
    let told = |test: &dyn Fn(&Fact) -> bool| facts.iter().rev().find(|fact| fact.is_of_parcel() && test(fact));
    let decided = told(&|fact| Some(fact.milestone) == piece.milestone).or_else(|| told(&|fact| fact.milestone.moves_state()));
    let mut digest = Parcel {
        at: parcel.at,
        carrier: parcel.carrier.clone(),
        lane: parcel.lane,
        milestone: piece.milestone,
        stage: piece.stage,
        since: piece.since.as_ref().map(When::from),
        terminal: piece.milestone.is_some_and(Milestone::is_terminal),
        is_return: parcel.is_return,
        decided: decided.map(|fact| fact.event),
        leg: facts.iter().rev().filter(|fact| fact.is_of_parcel()).find_map(|fact| fact.leg),
        places: Arc::clone(&parcel.places),
        legs: Arc::clone(&parcel.legs),
        feeds: Arc::clone(&parcel.feeds),
        words: Arc::clone(&parcel.words),
        piece: Some(piece.number.clone()),
        piece_count: 1,
        ..Parcel::default()
    };
    for fact in facts {
        digest.take(fact);
    }
    digest.clearances = clearances(&digest, state, Some(holds));
    digest
}
