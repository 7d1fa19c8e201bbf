//! A walk over the statements in order: where the parcel is after each, and what that rests on.

use std::collections::{BTreeMap, BTreeSet};

use super::clearance::Clearance;
use super::legs::Legs;
use super::merge::Standing;
use super::step::Step;
use super::{ParcelState, TraceField, customs};
use crate::model::{Confidence, EventId, IssuerKind, Milestone, Stage};

/// A place in the journey reached by walking over the statements.
#[derive(Clone, Debug)]
pub(super) struct Position<'j> {
    pub milestone: Milestone,
    /// The statement that decided it last.
    pub decided: Standing<'j>,
    /// The statement with which this state began.
    pub since: Standing<'j>,
    /// The scans of later legs that make hand-overs of what these two say.
    because: [Option<EventId>; 2],
    pub stage: Option<(Stage, EventId)>,
    /// The scan that told the place.
    place: Option<Standing<'j>>,
    leg: Option<(usize, EventId)>,
    /// The statement that the parcel goes back: what is delivered after it is delivered to the
    /// sender.
    returning: Option<EventId>,
    export: Clearance,
    import: Clearance,
}

impl<'j> Position<'j> {
    pub fn terminal(&self) -> bool {
        self.milestone.is_terminal()
    }

    /// The leg that it is on.
    pub fn leg(&self) -> Option<usize> {
        self.leg.map(|(leg, _)| leg)
    }

    pub fn state(&self, legs: &Legs) -> ParcelState {
        // A "delivered" that is a hand-over, or was made on the way back, says nothing of those.
        let decided = self.decided.event;
        let said = (decided.milestone == self.milestone).then_some(decided);
        ParcelState {
            stage: self.stage.map(|(stage, _)| stage),
            milestone: self.milestone,
            reason: said.and_then(|event| event.reason),
            delivered_to: said.and_then(|event| event.delivered_to),
            recipient_kind: said.and_then(|event| event.recipient_kind),
            attempt: said.and_then(|event| event.attempt),
            since: self.since.event.time.clone(),
            place: self.place.and_then(|one| one.event.place.clone()),
            place_at: self
                .place
                .filter(|one| one.id != self.since.id)
                .map(|one| one.event.time.clone()),
            leg: self.leg.map(|(leg, _)| legs.id(leg)),
            terminal: self.terminal(),
        }
    }

    pub fn trace(&self, legs: &Legs) -> BTreeMap<TraceField, BTreeSet<EventId>> {
        let [decided, since] = self.because;
        let witnesses = |one: &Standing<'_>, because: Option<EventId>| {
            because.into_iter().chain([one.id]).collect::<BTreeSet<_>>()
        };
        let mut trace = BTreeMap::from([
            (TraceField::Milestone, BTreeSet::from([self.decided.id])),
            (TraceField::Since, witnesses(&self.since, since)),
        ]);
        if let Some(scan) = decided {
            trace.insert(TraceField::HandOver, BTreeSet::from([scan]));
        }
        if let Some((_, by)) = self.stage {
            trace.insert(TraceField::Stage, BTreeSet::from([by]));
        }
        if let Some(one) = self.place {
            trace.insert(TraceField::Place, BTreeSet::from([one.id]));
        }
        if let Some(by) = self.returning {
            trace.insert(TraceField::Returning, BTreeSet::from([by]));
        }
        let customs: BTreeSet<EventId> = self
            .export
            .evidence()
            .chain(self.import.evidence())
            .collect();
        if !customs.is_empty() {
            trace.insert(TraceField::Customs, customs);
        }
        let leg: BTreeSet<EventId> = legs
            .stated_by
            .iter()
            .copied()
            .chain([self.decided.id])
            .chain(self.leg.map(|(_, by)| by))
            .collect();
        trace.insert(TraceField::Leg, leg);
        trace
    }

    pub fn evidence(&self) -> BTreeSet<EventId> {
        let carried = [
            self.stage.map(|(_, by)| by),
            self.place.map(|one| one.id),
            self.leg.map(|(_, by)| by),
            self.returning,
        ];
        let customs = self.export.evidence().chain(self.import.evidence());
        carried
            .into_iter()
            .chain(self.because)
            .flatten()
            .chain([self.decided.id, self.since.id])
            .chain(customs)
            .collect()
    }

    /// The position that a statement alone leads to.
    fn of(step: &Step<'j>) -> Self {
        let Step {
            one,
            leg,
            milestone,
            because,
            ..
        } = *step;
        Self {
            milestone,
            decided: one,
            since: one,
            because: [because; 2],
            stage: one.event.stage.map(|stage| (stage, one.id)),
            place: one.event.place.as_ref().map(|_| one),
            leg: leg.map(|leg| (leg, one.id)),
            returning: None,
            export: Clearance::default(),
            import: Clearance::default(),
        }
        .turned_by(step)
    }

    /// Where the parcel is after one more statement.
    pub fn after(this: Option<Self>, step: &Step<'j>) -> Option<Self> {
        if step.is_unknown_scan {
            return Some(match this {
                None => Self::of(step),
                Some(position) => position.seen_at(step),
            });
        }
        let step = match (step.milestone, &this) {
            (Milestone::Delivered, Some(position))
                if position.returning.is_some() || step.is_back =>
            {
                &Step {
                    milestone: Milestone::Returned,
                    ..*step
                }
            }
            _ => step,
        };
        let had_ended = this.as_ref().is_some_and(Self::terminal);
        let mut position = match this {
            Some(position)
                if position.is_paperwork(step.milestone, &step.one)
                    || !position.yields_to(step) =>
            {
                position
            }
            Some(position) => position.moved(step),
            None => Self::of(step),
        };
        // What is told of customs after the end is paper.
        if !(had_ended && position.terminal()) {
            position.clearance_mut(&step.one).take(&step.one);
        }
        Some(position)
    }

    /// Where the parcel is after a carrier's unknown scan at a place. It shows that the carrier has
    /// a parcel that was only announced, and no more: the milestone says `unmapped`, until
    /// something is understood.
    fn seen_at(self, step: &Step<'j>) -> Self {
        let is_unknown = self.milestone == Milestone::Unmapped;
        if !is_unknown && !self.milestone.is_before_pickup() {
            return self;
        }
        let goes_on = is_unknown && self.is_same_place(&step.one);
        let since = if goes_on { self.since } else { step.one };
        let place = if goes_on { self.place } else { Some(step.one) };
        Self {
            since,
            place,
            export: self.export,
            import: self.import,
            ..Self::of(step)
        }
    }

    /// Notes that from this statement on the parcel goes back.
    fn turned_by(mut self, step: &Step<'j>) -> Self {
        if step.is_back {
            self.stage = Some((Stage::Return, step.one.id));
        }
        if step.is_back || is_return(step.milestone, &step.one) {
            self.returning.get_or_insert(step.one.id);
        }
        self
    }

    fn clearance_mut(&mut self, one: &Standing<'_>) -> &mut Clearance {
        if customs::is_export(one) {
            &mut self.export
        } else {
            &mut self.import
        }
    }

    /// Whether a statement only adds to the file of a clearance that is over.
    fn is_paperwork(&self, milestone: Milestone, one: &Standing<'_>) -> bool {
        let clearance = if customs::is_export(one) {
            self.export
        } else {
            self.import
        };
        clearance.is_paperwork(self.milestone, milestone, one)
    }

    /// Whether a later statement changes the state at all.
    fn yields_to(&self, step: &Step<'j>) -> bool {
        let Step {
            one,
            leg,
            milestone,
            ..
        } = *step;
        let has_moved = !self.milestone.is_before_pickup();
        if milestone == Milestone::Cancelled
            && has_moved
            && one.shipment.issuer == IssuerKind::Merchant
        {
            // A shop cancels orders; a parcel that a carrier holds goes on until the carrier says
            // otherwise.
            return false;
        }
        if milestone.is_before_pickup() {
            // A label made for a later leg does not undo a pickup.
            return !has_moved && milestone >= self.milestone;
        }
        if let (Some(here), Some(there)) = (self.leg(), leg) {
            if has_moved && there < here && !self.yields_to_an_earlier_leg(milestone) {
                return false;
            }
            if milestone == Milestone::Cancelled && has_moved && there != here {
                return false;
            }
        }
        !self.terminal() || self.reopens_by(milestone, &one, leg)
    }

    /// Whether a leg that the parcel has left may say this of it. A "delivered" that no later leg
    /// contradicts is one; on the way back the earlier carriers carry it again; and an unknown scan
    /// does not show that the parcel has left.
    fn yields_to_an_earlier_leg(&self, milestone: Milestone) -> bool {
        let of_any_leg = matches!(
            milestone,
            Milestone::Delivered
                | Milestone::Lost
                | Milestone::Damaged
                | Milestone::Disposed
                | Milestone::CustomsSeized
        );
        of_any_leg || self.returning.is_some() || self.milestone == Milestone::Unmapped
    }

    /// The same position, of which no more is known than that somebody had the parcel.
    pub fn not_understood(&self) -> Self {
        Self {
            milestone: Milestone::Unmapped,
            stage: None,
            ..self.clone()
        }
    }

    /// Whether the same statements decide both.
    pub fn is_same(&self, other: &Self) -> bool {
        let key = |this: &Self| {
            let ids = (
                this.decided.id,
                this.since.id,
                this.because,
                this.place.map(|one| one.id),
                this.returning,
            );
            (
                this.milestone,
                ids,
                this.stage,
                this.leg,
                this.export,
                this.import,
            )
        };
        key(self) == key(other)
    }

    /// Whether a repetition of this end could still tell its stage or place.
    pub fn lacks_stage_or_place(&self) -> bool {
        self.stage.is_none() || self.place.is_none()
    }

    /// Whether a statement after the end shows that it was none. It must be later beyond doubt.
    fn reopens_by(&self, milestone: Milestone, one: &Standing<'_>, leg: Option<usize>) -> bool {
        if milestone == self.milestone {
            return true;
        }
        if one.event.time.earliest() <= self.since.event.time.latest() {
            return false;
        }
        if self.milestone == Milestone::Delivered
            && milestone == Milestone::Lost
            && leg != self.leg()
        {
            // A carrier that never had it, or had it before, does not know what became of it.
            return false;
        }
        may_reopen(self.milestone, milestone)
    }

    /// Whether a statement is about the place where this state began. Without a place of its own it
    /// repeats what was told; with one it tells where.
    fn is_same_place(&self, one: &Standing<'_>) -> bool {
        match (self.since.event.place.as_ref(), one.event.place.as_ref()) {
            (Some(before), Some(now)) => before.identity() == now.identity(),
            (_, None) => true,
            (None, Some(_)) => false,
        }
    }

    fn moved(mut self, step: &Step<'j>) -> Self {
        let Step {
            one,
            leg,
            milestone,
            because,
            ..
        } = *step;
        let goes_on = milestone == self.milestone
            && (milestone.is_terminal()
                || self.is_same_place(&one) && (leg.is_none() || leg == self.leg()));
        if goes_on && self.terminal() {
            // The first of several "delivered" stays the witness of stage and place.
            self.stage = self.stage.or(one.event.stage.map(|stage| (stage, one.id)));
            self.place = self.place.or(one.event.place.as_ref().map(|_| one));
            return self;
        }
        if !goes_on {
            (self.since, self.because[1]) = (one, because);
            self.place = one.event.place.as_ref().map(|_| one).or(self.place);
        }
        (self.decided, self.because[0]) = (one, because);
        self.milestone = milestone;
        self.leg = leg.map(|leg| (leg, one.id)).or(self.leg);
        if milestone == Milestone::Returned && one.event.milestone == Milestone::Delivered {
            self.stage = Some((Stage::Return, one.id));
        } else if let Some(stage) = one.event.stage.filter(|_| milestone == one.event.milestone) {
            self.stage = Some((stage, one.id));
        }
        self.turned_by(step)
    }
}

/// Whether a later statement of one kind shows that an end of another was none.
pub(super) const fn may_reopen(end: Milestone, later: Milestone) -> bool {
    use Milestone as M;
    match end {
        M::Lost | M::Cancelled => true,
        M::Delivered => {
            matches!(
                later,
                M::Returning
                    | M::Returned
                    | M::OutForDelivery
                    | M::DeliveryAttempted
                    | M::Refused
                    | M::Disposed
                    | M::Lost
            )
        }
        M::CustomsSeized => {
            matches!(
                later,
                M::CustomsReleased
                    | M::OutForDelivery
                    | M::Delivered
                    | M::Returning
                    | M::Returned
                    | M::Disposed
            )
        }
        M::Returned => matches!(later, M::OutForDelivery | M::Delivered | M::Disposed),
        _ => false,
    }
}

/// Whether a statement makes every later delivery one to the sender.
fn is_return(milestone: Milestone, one: &Standing<'_>) -> bool {
    milestone == Milestone::Returning && one.event.confidence > Confidence::Low
}
