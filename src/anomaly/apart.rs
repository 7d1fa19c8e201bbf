//! The pieces of a shipment, each as a parcel of its own for the rules that judge pieces.

use std::sync::Arc;

use super::digest::{Holds, clearances, holds};
use super::fact::{Fact, When};
use super::parcel::{Parcel, PieceDigest};
use crate::journey::{PieceState, Snapshot};
use crate::model::Milestone;

/// Of the statements about all pieces, each piece's digest keeps so many of the first, with which
/// it was announced and collected …
const FIRST: usize = 8;
/// … and so many of the last. With a bound to both, digests are linear in pieces and statements.
const LAST: usize = 32;

/// Lists the pieces and, where there are several, makes a digest of each that is not delivered.
pub(super) fn split(parcel: &mut Parcel, state: &Snapshot) {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); state.pieces.len()];
    let mut common: Vec<usize> = Vec::new();
    for (at, fact) in parcel.facts.iter().enumerate() {
        let of_piece = fact
            .piece
            .and_then(|piece| own.get_mut(usize::try_from(piece).ok()?));
        of_piece.unwrap_or(&mut common).push(at);
    }
    parcel.pieces = state.pieces.iter().map(digest).collect();
    if parcel.pieces.is_empty() || parcel.is_one_piece() {
        return;
    }
    if common.len() > FIRST + LAST {
        common.drain(FIRST..common.len() - LAST);
    }
    let holds = holds(state);
    let told = state.pieces.iter().zip(&own);
    parcel.apart = told
        .filter(|(piece, _)| piece.milestone != Some(Milestone::Delivered))
        .map(|(piece, own)| of_piece(parcel, state, &holds, piece, merged(&common, own)))
        .collect();
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
    parcel: &Parcel,
    state: &Snapshot,
    holds: &Holds<'_>,
    piece: &PieceState,
    facts: Vec<usize>,
) -> Parcel {
    let facts: Vec<Fact> = facts
        .into_iter()
        .filter_map(|at| parcel.facts.get(at).copied())
        .collect();
    let told = |test: &dyn Fn(&Fact) -> bool| {
        facts
            .iter()
            .rev()
            .find(|fact| fact.is_of_parcel() && test(fact))
    };
    let decided = told(&|fact| Some(fact.milestone) == piece.milestone)
        .or_else(|| told(&|fact| fact.milestone.moves_state()));
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
        leg: facts
            .iter()
            .rev()
            .filter(|fact| fact.is_of_parcel())
            .find_map(|fact| fact.leg),
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
