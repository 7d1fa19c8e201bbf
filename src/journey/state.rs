//! Where the parcel stands: a walk over the statements in order, and the evidence for each field.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::legs::{LegId, Legs};
use super::merge::{Standing, standing};
use super::{State, claims, conflicts, customs, instances, legs, orders, pieces, scans};
use crate::adapter::{IssuerKind, Notice, NoticeKind};
use crate::model::{Confidence, EventId, EventTime, FeedId, Milestone, Place, Promise, Scope, Shipment, Stage};

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelState {
    /// Where in the chain; absent while no statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What happened last that moves the state.
    pub milestone: Milestone,
    /// When this state began.
    pub since: EventTime,
    /// The last place told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The leg that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegId>,
    /// Whether no further movement is expected.
    pub terminal: bool,
}

/// A carrier's promise and which feed made it when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatedPromise {
    /// The feed.
    pub feed: FeedId,
    /// When it was received.
    #[serde(serialize_with = "crate::model::serialize_instant")]
    pub stated: DateTime<Utc>,
    /// The promise.
    #[serde(flatten)]
    pub promise: Promise,
}

/// The events that each derived field rests on: with these alone the field comes out the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// For the parcel's stage, milestone, start, place and leg.
    pub state: BTreeMap<&'static str, BTreeSet<EventId>>,
    /// For the customs track.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub customs: BTreeSet<EventId>,
}

impl Trace {
    /// Every event that the parcel's state rests on.
    #[must_use]
    pub fn of_state(&self) -> BTreeSet<EventId> {
        self.state.values().flatten().copied().collect()
    }
}

/// Everything that follows from `deliveries` at `now`.
pub(super) fn derive(deliveries: &[&Shipment], declared: &BTreeSet<(LegId, LegId)>, now: DateTime<Utc>) -> State {
    let (events, mut notices) = standing(deliveries);
    notices.extend(reused(deliveries));
    let happened: Vec<Standing<'_>> = events.iter().filter(|one| one.event.time.earliest() <= now).copied().collect();
    let legs = legs::build(deliveries, &happened, declared);
    let mut trace = Trace::default();
    let rolled = pieces::roll_up(deliveries, &happened, &legs);
    if let Some(position) = &rolled.overall {
        trace.state = position.trace(&legs);
        for piece in &rolled.evidence {
            trace.state.entry("pieces").or_default().extend(piece);
        }
    }
    let customs = customs::track(&happened);
    trace.customs = customs.evidence();
    let same_scans = scans::group(&events);
    let parcel = rolled.overall.as_ref().map(|position| position.state(&legs));
    State {
        numbers: numbers(deliveries),
        shipments: instances::named(deliveries),
        promise: promise(deliveries, &legs, parcel.as_ref()),
        conflicts: conflicts::find(&happened, &same_scans, &legs),
        orders: orders::told(deliveries),
        pieces: rolled.pieces,
        piece_count: None,
        promises: Vec::new(),
        linked: Vec::new(),
        claims: claims::open(deliveries, &events, &legs),
        last_seen: None,
        legs: legs.all,
        parcel,
        customs,
        notices,
        trace,
        same_scans,
        events: events.iter().map(|one| one.event.clone()).collect(),
    }
}

fn numbers(deliveries: &[&Shipment]) -> Vec<LegId> {
    let numbers: BTreeSet<LegId> =
        deliveries.iter().map(|shipment| LegId { carrier: shipment.carrier.clone(), number: shipment.number.clone() }).collect();
    numbers.into_iter().collect()
}

/// The newest promise of the leg that owns the final address, of several the latest day; none once the journey is over.
fn promise(deliveries: &[&Shipment], legs: &Legs, parcel: Option<&ParcelState>) -> Option<StatedPromise> {
    if parcel.is_some_and(|parcel| parcel.terminal) {
        return None;
    }
    let owner = legs.all.iter().find(|leg| leg.owns_final_address)?;
    let of_leg = |shipment: &&&Shipment| shipment.carrier == owner.carrier && shipment.issuer == IssuerKind::Carrier;
    let newest = deliveries.iter().filter(of_leg).filter_map(|shipment| Some((shipment.received, &shipment.feed, shipment.promise()?)));
    let (stated, feed, promise) = newest.max_by_key(|(received, feed, promise)| (*received, promise.by.latest(), promise.kind, *feed))?;
    Some(StatedPromise { feed: feed.clone(), stated, promise: promise.clone() })
}

/// A journey handed two shipments under one number says so; [`Journeys`](super::Journeys) keeps them apart.
fn reused(deliveries: &[&Shipment]) -> BTreeSet<Notice> {
    let mut by_number: BTreeMap<_, Vec<&Shipment>> = BTreeMap::new();
    for shipment in deliveries.iter().filter(|shipment| shipment.instance.is_some()) {
        by_number.entry((&shipment.feed, &shipment.number)).or_default().push(shipment);
    }
    by_number
        .into_iter()
        .map(|((feed, number), shipments)| (feed, number, instances::count(shipments.into_iter())))
        .filter(|(.., count)| *count > 1)
        .map(|(feed, number, count)| {
            let message = format!("{count} shipments under one number in one journey");
            Notice::new(NoticeKind::NumberReused, feed.clone(), message).about(Some(number))
        })
        .collect()
}

/// A place in the journey reached by walking over the statements.
#[derive(Clone, Debug)]
pub(super) struct Position<'j> {
    pub milestone: Milestone,
    /// The statement that decided it last.
    pub decided: Standing<'j>,
    /// The statement with which this state began.
    pub since: Standing<'j>,
    pub stage: Option<(Stage, EventId)>,
    place: Option<(&'j Place, EventId)>,
    leg: Option<(usize, EventId)>,
    /// The statement that the parcel goes back: what is delivered after it is delivered to the sender.
    returning: Option<EventId>,
    export: Clearance,
    import: Clearance,
}

/// How far customs of one direction have come, as the state needs it.
#[derive(Clone, Copy, Debug, Default)]
struct Clearance {
    /// The release, unless a control came after it.
    released: Option<EventId>,
    /// The last control.
    control: Option<EventId>,
}

impl Clearance {
    fn take(&mut self, one: &Standing<'_>) {
        match one.event.milestone {
            Milestone::CustomsReleased => self.released = self.released.or(Some(one.id)),
            Milestone::CustomsSubmitted => {}
            milestone if milestone.is_customs() => *self = Self { released: None, control: Some(one.id) },
            _ => {}
        }
    }

    fn evidence(self) -> impl Iterator<Item = EventId> {
        [self.released, self.control].into_iter().flatten()
    }
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
        ParcelState {
            stage: self.stage.map(|(stage, _)| stage),
            milestone: self.milestone,
            since: self.since.event.time.clone(),
            place: self.place.map(|(place, _)| place.clone()),
            leg: self.leg.map(|(leg, _)| legs.id(leg)),
            terminal: self.terminal(),
        }
    }

    pub fn trace(&self, legs: &Legs) -> BTreeMap<&'static str, BTreeSet<EventId>> {
        let mut trace = BTreeMap::from([("milestone", BTreeSet::from([self.decided.id])), ("since", BTreeSet::from([self.since.id]))]);
        if let Some((_, by)) = self.stage {
            trace.insert("stage", BTreeSet::from([by]));
        }
        if let Some((_, by)) = self.place {
            trace.insert("place", BTreeSet::from([by]));
        }
        if let Some(by) = self.returning {
            trace.insert("returning", BTreeSet::from([by]));
        }
        let customs: BTreeSet<EventId> = self.export.evidence().chain(self.import.evidence()).collect();
        if !customs.is_empty() {
            trace.insert("customs", customs);
        }
        let leg: BTreeSet<EventId> = legs.stated_by.iter().copied().chain([self.decided.id]).chain(self.leg.map(|(_, by)| by)).collect();
        trace.insert("leg", leg);
        trace
    }

    pub fn evidence(&self) -> BTreeSet<EventId> {
        let carried = [self.stage.map(|(_, by)| by), self.place.map(|(_, by)| by), self.leg.map(|(_, by)| by), self.returning];
        let customs = self.export.evidence().chain(self.import.evidence());
        carried.into_iter().flatten().chain([self.decided.id, self.since.id]).chain(customs).collect()
    }

    /// Where the parcel is after one more statement.
    fn after(this: Option<Self>, step: &Step<'j>) -> Option<Self> {
        let Step { one, leg, milestone, .. } = *step;
        let milestone = match milestone {
            Milestone::Delivered if this.as_ref().is_some_and(|position| position.returning.is_some()) => Milestone::Returned,
            milestone => milestone,
        };
        let mut position = match this {
            Some(position) if position.is_paperwork(milestone, &one) || !position.yields_to(milestone, &one, leg) => position,
            Some(position) => position.moved(milestone, one, leg),
            None => Self {
                milestone,
                decided: one,
                since: one,
                stage: one.event.stage.map(|stage| (stage, one.id)),
                place: one.event.place.as_ref().map(|place| (place, one.id)),
                leg: leg.map(|leg| (leg, one.id)),
                returning: is_return(milestone, &one).then_some(one.id),
                export: Clearance::default(),
                import: Clearance::default(),
            },
        };
        position.clearance_mut(&one).take(&one);
        Some(position)
    }

    fn clearance_mut(&mut self, one: &Standing<'_>) -> &mut Clearance {
        if customs::is_export(one) { &mut self.export } else { &mut self.import }
    }

    /// Whether a statement only adds to the file of a clearance that is over: a straggler of a lower step, or an authority that closes its case
    /// when the parcel is long on its way.
    fn is_paperwork(&self, milestone: Milestone, one: &Standing<'_>) -> bool {
        let clearance = if customs::is_export(one) { self.export } else { self.import };
        let is_authority = one.shipment.issuer == IssuerKind::Authority;
        clearance.released.is_some()
            && match milestone {
                Milestone::CustomsReleased => is_authority,
                Milestone::CustomsSubmitted => is_authority || self.milestone == Milestone::CustomsReleased,
                _ => false,
            }
    }

    /// Whether a later statement changes the state at all.
    fn yields_to(&self, milestone: Milestone, one: &Standing<'_>, leg: Option<usize>) -> bool {
        let has_moved = !self.milestone.is_before_pickup();
        if milestone == Milestone::Cancelled && has_moved && one.shipment.issuer == IssuerKind::Merchant {
            // A shop cancels orders; a parcel that a carrier holds goes on until the carrier says otherwise.
            return false;
        }
        if milestone.is_before_pickup() {
            // A label made for a later leg does not undo a pickup.
            return !has_moved && milestone >= self.milestone;
        }
        if let (Some(here), Some(there)) = (self.leg(), leg) {
            let is_behind = has_moved && there < here;
            if is_behind && !matches!(milestone, Milestone::Lost | Milestone::Damaged | Milestone::Disposed | Milestone::CustomsSeized) {
                return false;
            }
            if milestone == Milestone::Cancelled && has_moved && there != here {
                return false;
            }
        }
        !self.terminal() || self.reopens_by(milestone, one)
    }

    /// Whether a statement after the end shows that it was none. It must be later beyond doubt.
    fn reopens_by(&self, milestone: Milestone, one: &Standing<'_>) -> bool {
        if milestone == self.milestone {
            return true;
        }
        if one.event.time.earliest() <= self.since.event.time.latest() {
            return false;
        }
        match self.milestone {
            Milestone::Lost | Milestone::Cancelled => true,
            Milestone::Delivered => matches!(
                milestone,
                Milestone::Returning
                    | Milestone::Returned
                    | Milestone::OutForDelivery
                    | Milestone::DeliveryAttempted
                    | Milestone::Refused
                    | Milestone::Disposed
                    | Milestone::Lost
            ),
            Milestone::CustomsSeized => matches!(
                milestone,
                Milestone::CustomsReleased
                    | Milestone::OutForDelivery
                    | Milestone::Delivered
                    | Milestone::Returning
                    | Milestone::Returned
                    | Milestone::Disposed
            ),
            Milestone::Returned => matches!(milestone, Milestone::OutForDelivery | Milestone::Delivered | Milestone::Disposed),
            _ => false,
        }
    }

    fn moved(mut self, milestone: Milestone, one: Standing<'j>, leg: Option<usize>) -> Self {
        let is_same_place = match (self.since.event.place.as_ref(), one.event.place.as_ref()) {
            (Some(before), Some(now)) => before.identity() == now.identity(),
            _ => true,
        };
        let goes_on = milestone == self.milestone && (milestone.is_terminal() || is_same_place && (leg.is_none() || leg == self.leg()));
        if !goes_on {
            self.since = one;
        }
        if goes_on && self.terminal() {
            // The first of several "delivered" stays the witness of stage and place.
            self.stage = self.stage.or(one.event.stage.map(|stage| (stage, one.id)));
            self.place = self.place.or(one.event.place.as_ref().map(|place| (place, one.id)));
            return self;
        }
        self.milestone = milestone;
        self.decided = one;
        self.leg = leg.map(|leg| (leg, one.id)).or(self.leg);
        if is_return(milestone, &one) {
            self.returning.get_or_insert(one.id);
        }
        if milestone == Milestone::Returned && one.event.milestone == Milestone::Delivered {
            self.stage = Some((Stage::Return, one.id));
        } else if let Some(stage) = one.event.stage.filter(|_| milestone == one.event.milestone) {
            self.stage = Some((stage, one.id));
        }
        if let Some(place) = &one.event.place {
            self.place = Some((place, one.id));
        }
        self
    }
}

/// Whether a statement makes every later delivery one to the sender.
fn is_return(milestone: Milestone, one: &Standing<'_>) -> bool {
    milestone == Milestone::Returning && one.event.confidence > Confidence::Low
}

/// What a statement means for the parcel: a "delivered" that another leg follows only ends its own.
fn effective(one: &Standing<'_>, leg: Option<usize>, legs: &Legs) -> Milestone {
    match one.event.milestone {
        Milestone::Delivered if leg.is_some_and(|leg| legs.has_successor(leg)) => Milestone::HandedOver,
        milestone => milestone,
    }
}

/// Whether a statement may move the state: about the parcel, or about a consignment that carries it and not about its end.
fn is_evidence(one: &Standing<'_>) -> bool {
    let event = one.event;
    match event.scope {
        Scope::Consignment => {
            event.milestone.moves_state()
                && !event.milestone.is_terminal()
                && !matches!(event.milestone, Milestone::OutForDelivery | Milestone::AvailableForPickup | Milestone::DeliveryAttempted)
        }
        _ => event.is_evidence_of_state(),
    }
}

/// A statement, with what is the same for every piece that it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'j> {
    pub one: Standing<'j>,
    /// The leg that it belongs to.
    pub leg: Option<usize>,
    /// What it means for the parcel.
    pub milestone: Milestone,
    /// Whether it may move the state.
    pub is_evidence: bool,
}

/// Statements as steps, in the same order.
pub(super) fn steps<'j>(events: &[Standing<'j>], legs: &Legs) -> Vec<Step<'j>> {
    let step = |one: &Standing<'j>| {
        let leg = legs.of(one);
        Step { one: *one, leg, milestone: effective(one, leg, legs), is_evidence: is_evidence(one) }
    };
    events.iter().map(step).collect()
}

/// Walks over statements that may move the state, oldest first.
pub(super) fn walk<'j: 's, 's>(steps: impl Iterator<Item = &'s Step<'j>>) -> Option<Position<'j>> {
    steps.fold(None, Position::after)
}
