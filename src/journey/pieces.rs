//! Several pieces under one waybill, rolled up: the shipment is as far as the piece that is behind.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::legs::Legs;
use super::merge::Standing;
use super::position::Position;
use super::step::{Step, steps, walk};
use super::walker::Walker;
use crate::model::{EventId, EventTime, Milestone, Place, Role, Shipment, Stage, TrackingNumber};

/// Where one piece stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
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
    /// Where that was, if that statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether no further movement is expected of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub terminal: bool,
}

/// How many pieces a shipment has, and how far they have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PieceCount {
    /// All of them: as many as the carrier counts, or as are distinguished if that is more.
    pub total: u32,
    /// Delivered.
    pub delivered: u32,
    /// Ended otherwise: returned, lost, cancelled, destroyed, seized.
    pub ended: u32,
    /// The carrier does not have them yet: announced at most.
    pub not_collected: u32,
    /// Counted by the carrier, but reported by no feed.
    pub untold: u32,
}

impl PieceCount {
    /// So many pieces, all of them on their way.
    #[must_use]
    pub const fn new(total: u32) -> Self {
        Self {
            total,
            delivered: 0,
            ended: 0,
            not_collected: 0,
            untold: 0,
        }
    }

    /// Sets how many are delivered.
    #[must_use]
    pub const fn with_delivered(mut self, delivered: u32) -> Self {
        self.delivered = delivered;
        self
    }

    /// Sets how many ended otherwise.
    #[must_use]
    pub const fn with_ended(mut self, ended: u32) -> Self {
        self.ended = ended;
        self
    }

    /// Sets how many the carrier does not have yet.
    #[must_use]
    pub const fn with_not_collected(mut self, not_collected: u32) -> Self {
        self.not_collected = not_collected;
        self
    }

    /// Sets how many no feed reports.
    #[must_use]
    pub const fn with_untold(mut self, untold: u32) -> Self {
        self.untold = untold;
        self
    }
}

/// The pieces and what they come to.
pub(super) struct RolledUp<'j> {
    pub overall: Option<Position<'j>>,
    pub pieces: Vec<PieceState>,
    pub count: Option<PieceCount>,
    /// What each piece's state rests on.
    pub evidence: Vec<BTreeSet<EventId>>,
}

/// A piece with the statements about it alone, by their place among all.
#[derive(Default)]
struct Piece<'j> {
    own: Vec<usize>,
    /// The leg whose number it has.
    leg: Option<usize>,
    position: Option<Position<'j>>,
}

impl Piece<'_> {
    /// Whether the carrier has it or had it.
    fn is_held(&self) -> bool {
        self.position
            .as_ref()
            .is_some_and(|position| !position.milestone.is_before_pickup())
    }
}

/// The piece that a statement is about: named by it, or a package with a number of its own under a
/// master.
fn piece_of(Step { one, leg, .. }: &Step<'_>, legs: &Legs) -> Option<TrackingNumber> {
    if let Some(piece) = &one.event.piece {
        return Some(piece.clone());
    }
    let leg = (*leg)?;
    let is_package =
        legs.all[leg].packages.contains(&one.event.number) && legs.all[leg].packages.len() > 1;
    is_package.then(|| one.event.number.clone())
}

/// Rolls the pieces up.
///
/// A statement that names no piece is about all. Of the pieces that the carrier has, the shipment
/// stands where the least advanced stands. A piece that is only a label does not lower it, because
/// the carrier has the others; but it keeps the shipment open, as does a piece that the carrier
/// counts and no feed tells apart. Where all others have ended, the shipment then stands where it
/// stood before they did. When all pieces have ended alike, it ends with the last of them; when
/// they ended differently, with the one that did not end well. [`PieceCount`] tells what one
/// milestone cannot.
pub(super) fn roll_up<'j>(
    deliveries: &[&Shipment],
    events: &[Standing<'j>],
    legs: &Legs,
) -> RolledUp<'j> {
    let steps = steps(events, legs);
    let (mut pieces, common) = gather(deliveries, &steps, legs);
    let is_own = |shipment: &&&Shipment| {
        !legs
            .find(&shipment.carrier, shipment.number.as_str())
            .is_some_and(|leg| legs.fates[leg].aside)
    };
    let counted = deliveries
        .iter()
        .filter(is_own)
        .filter_map(|shipment| shipment.piece_count)
        .max()
        .unwrap_or(0);
    let walker = Walker::new(&steps, &common);
    let of_all = Piece {
        position: walker.walk(&[]),
        ..Piece::default()
    };
    if pieces.is_empty() {
        let others = if is_package(deliveries) {
            counted.saturating_sub(1)
        } else {
            counted
        };
        let unknown = Piece::default();
        let all = if others < counted && others > 0 {
            vec![&of_all, &unknown]
        } else {
            vec![&of_all]
        };
        let count = count(&all, counted, others);
        return RolledUp {
            overall: of_all.position,
            pieces: Vec::new(),
            count,
            evidence: Vec::new(),
        };
    }
    for piece in pieces.values_mut() {
        piece.position = walker.walk(&piece.own);
    }
    drop_repeated(&mut pieces, legs);
    // What is reported all is reported those, too, that no feed tells apart.
    let untold = counted.saturating_sub(u32::try_from(pieces.len()).unwrap_or(u32::MAX));
    let relevant: Vec<&Piece<'_>> = pieces
        .values()
        .chain((untold > 0).then_some(&of_all))
        .collect();
    let overall = overall(&relevant).or_else(|| before_the_end(&steps, &relevant));
    RolledUp {
        count: count(&relevant, counted, untold),
        overall,
        evidence: relevant
            .iter()
            .filter_map(|piece| piece.position.as_ref())
            .map(Position::evidence)
            .collect(),
        pieces: pieces
            .iter()
            .map(|(number, piece)| piece_state(number.clone(), piece.position.as_ref(), legs))
            .collect(),
    }
}

/// The pieces with what is reported each, and what is reported all of them.
fn gather<'j>(
    deliveries: &[&Shipment],
    steps: &[Step<'j>],
    legs: &Legs,
) -> (BTreeMap<TrackingNumber, Piece<'j>>, Vec<usize>) {
    let mut pieces: BTreeMap<TrackingNumber, Piece<'j>> = BTreeMap::new();
    let mut common: Vec<usize> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        // A piece exists as soon as it is named, whatever is said of it.
        let steps_of_it = match piece_of(step, legs) {
            Some(number) => {
                let piece = pieces.entry(number).or_default();
                piece.leg = piece.leg.or(step.leg);
                &mut piece.own
            }
            None => &mut common,
        };
        if step.counts() {
            steps_of_it.push(at);
        }
    }
    if !pieces.is_empty() {
        for shipment in deliveries {
            let leg = legs.find(&shipment.carrier, shipment.number.as_str());
            if leg.is_some_and(|leg| legs.fates[leg].aside) {
                continue;
            }
            for number in &shipment.pieces {
                let piece = pieces.entry(number.clone()).or_default();
                piece.leg = piece.leg.or(leg);
            }
        }
    }
    (pieces, common)
}

/// Leaves out what another number of the same piece tells better: a piece that went on under the
/// next carrier's number, and the next carrier's label for a piece that it does not have yet.
fn drop_repeated(pieces: &mut BTreeMap<TrackingNumber, Piece<'_>>, legs: &Legs) {
    let mut held = vec![0_usize; legs.all.len() + 1];
    for leg in pieces
        .values()
        .filter(|piece| piece.is_held())
        .filter_map(|piece| piece.position.as_ref()?.leg())
    {
        held[leg] += 1;
    }
    let mut most_later = vec![0_usize; held.len()];
    for leg in (0..legs.all.len()).rev() {
        most_later[leg] = most_later[leg + 1].max(held[leg + 1]);
    }
    let first_held = held.iter().position(|count| *count > 0);
    pieces.retain(|_, piece| {
        let Some(position) = piece.position.as_ref().filter(|_| piece.is_held()) else {
            return first_held.is_none() || piece.leg.is_none() || piece.leg <= first_held;
        };
        let Some(here) = position.leg() else {
            return true;
        };
        let went_on = position.milestone == Milestone::HandedOver
            || !position.terminal() && most_later[here] >= held[here];
        most_later[here] == 0 || !went_on
    });
}

/// Whether what is told is reported one package of several: its deliveries name the shipment that
/// it belongs to.
fn is_package(deliveries: &[&Shipment]) -> bool {
    deliveries
        .iter()
        .flat_map(|shipment| &shipment.references)
        .any(|reference| reference.role == Role::MasterWaybill)
}

/// None while no piece that the carrier has is open, but others are still to come.
fn overall<'j>(pieces: &[&Piece<'j>]) -> Option<Position<'j>> {
    let known: Vec<&Position<'j>> = pieces
        .iter()
        .filter_map(|piece| piece.position.as_ref())
        .collect();
    let behind = |position: &&&Position<'j>| {
        (
            progress(position),
            position.since.event.time.middle(),
            position.decided.id,
        )
    };
    let (announced, held): (Vec<&Position<'j>>, Vec<&Position<'j>>) = known
        .iter()
        .copied()
        .filter(|position| !position.terminal())
        .partition(|position| position.milestone.is_before_pickup());
    if let Some(position) = held.iter().min_by_key(behind) {
        return Some((*position).clone());
    }
    let ended = known.len() - announced.len();
    if ended == 0 {
        return announced
            .iter()
            .min_by_key(behind)
            .map(|position| (*position).clone());
    }
    if ended < pieces.len() {
        return None;
    }
    let last =
        |position: &&&Position<'j>| (position.since.event.time.middle(), position.decided.id);
    let unhappy = known
        .iter()
        .filter(|position| position.milestone != Milestone::Delivered)
        .max_by_key(last);
    unhappy
        .or_else(|| known.iter().max_by_key(last))
        .map(|position| (*position).clone())
}

/// Where a shipment stands of which all that the carrier has have ended, while other pieces are
/// still to come: where those stood before. If nothing of that is reported, no more is known than
/// that the carrier has had pieces of it.
fn before_the_end<'j>(steps: &[Step<'j>], pieces: &[&Piece<'j>]) -> Option<Position<'j>> {
    let before = walk(
        steps
            .iter()
            .filter(|step| step.counts() && !step.milestone.is_terminal()),
    );
    if before
        .as_ref()
        .is_some_and(|position| !position.milestone.is_before_pickup())
    {
        return before;
    }
    let ended = pieces
        .iter()
        .filter_map(|piece| piece.position.as_ref())
        .filter(|position| position.terminal());
    ended
        .max_by_key(|position| (position.since.event.time.middle(), position.decided.id))
        .map(Position::not_understood)
}

/// How many pieces there are, if there are several. The last of `pieces` stands for the `untold`
/// ones, which no feed tells apart.
fn count(pieces: &[&Piece<'_>], counted: u32, untold: u32) -> Option<PieceCount> {
    let told = pieces.len() - usize::from(untold > 0);
    let mut count = PieceCount::new(counted.max(u32::try_from(told).unwrap_or(u32::MAX)));
    for (at, piece) in pieces.iter().enumerate() {
        let many = if at < told { 1 } else { untold };
        match piece.position.as_ref().map(|position| position.milestone) {
            Some(Milestone::Delivered) => count.delivered += many,
            Some(milestone) if milestone.is_terminal() => count.ended += many,
            _ if at >= told => count.untold += many,
            Some(milestone) if !milestone.is_before_pickup() => {}
            _ => count.not_collected += many,
        }
    }
    (count.total > 1).then_some(count)
}

fn progress(position: &Position<'_>) -> (Option<Stage>, u8) {
    (
        position.stage.map(|(stage, _)| stage),
        position.milestone.rank(),
    )
}

fn piece_state(number: TrackingNumber, position: Option<&Position<'_>>, legs: &Legs) -> PieceState {
    let state = position.map(|position| position.state(legs));
    PieceState {
        number,
        stage: state.as_ref().and_then(|state| state.stage),
        milestone: state.as_ref().map(|state| state.milestone),
        place: state
            .as_ref()
            .filter(|state| state.place_at.is_none())
            .and_then(|state| state.place.clone()),
        terminal: state.as_ref().is_some_and(|state| state.terminal),
        since: state.map(|state| state.since),
    }
}
