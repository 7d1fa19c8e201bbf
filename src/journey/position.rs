//! A walk over the statements in order: where the parcel is after each, and what that rests on.

use std::collections::{BTreeMap, BTreeSet};

use super::clearance::Clearance;
use super::legs::Legs;
use super::merge::Standing;
use super::step::Step;
use super::{ParcelState, TraceField, customs};
use crate::model::{Confidence, EventId, IssuerKind, Milestone, Stage};

/// Where two positions that the same statement decides may yet part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Differences {
    /// One has no place: a repetition of the end tells it.
    pub place: bool,
    /// One has no stage: likewise.
    pub stage: bool,
    /// One goes back: it is delivered to the sender.
    pub returning: bool,
    /// Customs have released one only: what they say later may be paper.
    pub cleared: bool,
}

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
        // What is reported customs after the end is paper.
        if !(had_ended && position.terminal()) {
            position.clearance_mut(&step.one).take(&step.one);
        }
        Some(position)
    }

    /// Where the parcel is after a carrier's unknown scan at a place. It shows that the carrier has
    /// a parcel that was only announced, and no more: the milestone says `unmapped`, until
    /// something is understood.
    fn seen_at(self, step: &Step<'j>) -> Self {
        if !self.is_lost_at(step) {
            return self;
        }
        let is_unknown = self.milestone == Milestone::Unmapped;
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
        if step.turns() {
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

    /// Whether the same statement decides both, so that each later statement moves both alike. They
    /// may differ in what is only carried on (see [`Differences`]).
    pub fn is_decided_as(&self, other: &Self) -> bool {
        let key = |this: &Self| (this.milestone, this.decided.id, this.because[0], this.leg());
        let place = |this: &Self| this.since.place;
        let began_alike =
            self.since.id == other.since.id || !self.terminal() && place(self) == place(other);
        key(self) == key(other) && began_alike
    }

    /// What a later statement may tell apart though the same statement decides both.
    pub fn differences(&self, other: &Self) -> Differences {
        let released = |this: &Self| {
            [&this.export, &this.import].map(|clearance| clearance.released.is_some())
        };
        Differences {
            place: self.place.is_some() != other.place.is_some(),
            stage: self.stage.is_some() != other.stage.is_some(),
            returning: self.returning.is_some() != other.returning.is_some(),
            cleared: released(self) != released(other),
        }
    }

    /// This position after the statements that led another from `before` to `after`, which moved
    /// both alike: what they did not change is carried on.
    pub fn carried_on(self, before: &Self, after: &Self) -> Self {
        fn kept<T: PartialEq>(own: T, before: &T, after: T) -> T {
            if *before == after { own } else { after }
        }
        let id = |one: &Option<Standing<'_>>| one.map(|one| one.id);
        let clearance = |own: Clearance, before: Clearance, after: Clearance| Clearance {
            released: kept(own.released, &before.released, after.released),
            control: kept(own.control, &before.control, after.control),
        };
        let began_anew = before.since.id != after.since.id;
        Self {
            since: if began_anew { after.since } else { self.since },
            because: [
                after.because[0],
                if began_anew {
                    after.because[1]
                } else {
                    self.because[1]
                },
            ],
            stage: kept(self.stage, &before.stage, after.stage),
            place: if id(&before.place) == id(&after.place) {
                self.place
            } else {
                after.place
            },
            leg: kept(self.leg, &before.leg, after.leg),
            returning: kept(self.returning, &before.returning, after.returning),
            export: clearance(self.export, before.export, after.export),
            import: clearance(self.import, before.import, after.import),
            milestone: after.milestone,
            decided: after.decided,
        }
    }

    /// Whether a statement repeats this end.
    pub fn is_repeated_by(&self, step: &Step<'j>) -> bool {
        let is_back = self.returning.is_some() || step.is_back;
        let milestone = match step.milestone {
            Milestone::Delivered if is_back => Milestone::Returned,
            milestone => milestone,
        };
        self.terminal() && milestone == self.milestone
    }

    /// Whether a statement leaves nothing of the stage and the way back: an unknown scan, while no
    /// more is known than that, or than an announcement.
    pub fn is_lost_at(&self, step: &Step<'j>) -> bool {
        step.is_unknown_scan
            && (self.milestone == Milestone::Unmapped || self.milestone.is_before_pickup())
    }

    /// Whether a repetition of this end could still tell its stage, and its place.
    pub fn lacks(&self) -> [bool; 2] {
        [self.stage.is_none(), self.place.is_none()]
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
        one.place.is_none() || self.since.place == one.place
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
pub(super) fn is_return(milestone: Milestone, one: &Standing<'_>) -> bool {
    milestone == Milestone::Returning && one.event.confidence > Confidence::Low
}
