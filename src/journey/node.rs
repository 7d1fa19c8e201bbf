//! A use of a number as sorting sees it ([`Node`]): what it says, when it moved, and no deliveries.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use smol_str::SmolStr;

use super::LegId;
use super::linked::Ends;
use super::ties::{Ruling, ruling};
use super::uses::{Span, begins, distance, is_movement, span};
use crate::model::{
    CarrierId, FeedId, IssuerKind, Milestone, Reference, Role, Scope, Shipment, TrackingNumber,
};

/// One use of one carrier's number: all that sorting looks at, without the deliveries themselves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub id: LegId,
    /// Which of the number's uses it is.
    pub nth: u32,
    pub issuer: IssuerKind,
    /// Whether any of its deliveries proves who speaks.
    pub proven: bool,
    /// The first of its feeds by name.
    pub feed: Option<FeedId>,
    /// Whether it is about an order, of which several parcels may be made, and not about a parcel.
    pub is_order: bool,
    pub span: Option<Span>,
    /// When something first moved it: a label and papers do not.
    pub first_moved: Option<DateTime<Utc>>,
    /// When something last moved it.
    pub last_moved: Option<DateTime<Utc>>,
    /// Whether a statement may be the first of a parcel.
    pub begins: bool,
    pub delivered: bool,
    /// Whether anything told is about the parcel itself: an authority also speaks of papers and
    /// sheets.
    pub is_about_a_parcel: bool,
    pub ends: Ends,
    /// Every number that it names, each statement once.
    pub says: Vec<Said>,
}

/// A use with the deliveries about it.
#[derive(Clone)]
pub(super) struct Use {
    pub node: Arc<Node>,
    pub shipments: Vec<Arc<Shipment>>,
}

/// What a delivery says about a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Said {
    // Sorted by these two: see `Node::waybills`.
    pub role: Role,
    pub number: TrackingNumber,
    /// The number as it was written.
    pub text: SmolStr,
    /// The carrier that the statement names, as stated.
    pub stated: Option<CarrierId>,
    pub may: May,
    pub issuer: IssuerKind,
    pub proven: bool,
    pub feed: FeedId,
    /// The number, where it is the speaker's, is named by itself.
    pub is_own: bool,
}

/// A [`Ruling`] that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum May {
    Nothing,
    Claim,
    Tie(Option<CarrierId>),
}

impl Said {
    fn of(shipment: &Shipment, reference: &Reference) -> Self {
        Self {
            role: reference.role,
            stated: reference.carrier.clone(),
            text: reference.number.as_str().into(),
            number: TrackingNumber::new(&reference.number),
            may: match ruling(shipment, reference) {
                Ruling::Nothing => May::Nothing,
                Ruling::Claim => May::Claim,
                Ruling::Ties(whose) => May::Tie(whose.cloned()),
            },
            issuer: shipment.issuer,
            proven: shipment.proof.is_proven(),
            feed: shipment.feed.clone(),
            is_own: is_own(shipment, reference),
        }
    }

    pub fn ruling(&self) -> Ruling<'_> {
        match &self.may {
            May::Nothing => Ruling::Nothing,
            May::Claim => Ruling::Claim,
            May::Tie(whose) => Ruling::Ties(whose.as_ref()),
        }
    }

    pub fn ties(&self) -> bool {
        matches!(self.may, May::Tie(_))
    }

    /// The carrier and number that are named; of the speaker's own carrier, unless another is
    /// named.
    pub fn leg_id(&self, speaker: &CarrierId) -> LegId {
        LegId {
            carrier: self.stated.clone().unwrap_or_else(|| speaker.clone()),
            number: self.number.clone(),
        }
    }
}

/// Whether a number, where it is the speaker's, is named by itself: a carrier's, or what an
/// authority calls a waybill.
fn is_own(shipment: &Shipment, reference: &Reference) -> bool {
    if shipment.issuer == IssuerKind::Authority {
        return reference.role == Role::Waybill;
    }
    shipment.issuer == IssuerKind::Carrier
        && reference
            .carrier
            .as_ref()
            .is_none_or(|carrier| *carrier == shipment.carrier)
}

/// Every number that a delivery names.
pub(super) fn said(shipment: &Shipment) -> impl Iterator<Item = Said> + '_ {
    let of_events = shipment.events.iter().flat_map(|event| &event.related);
    shipment
        .references
        .iter()
        .chain(of_events)
        .map(move |reference| Said::of(shipment, reference))
}

impl Node {
    pub fn new(id: &LegId, shipments: &[Arc<Shipment>]) -> Self {
        let events = || shipments.iter().flat_map(|shipment| &shipment.events);
        let moved = || events().filter(|event| is_movement(event));
        let issuer = shipments
            .first()
            .map_or(IssuerKind::Carrier, |shipment| shipment.issuer);
        let said: BTreeSet<Said> = shipments
            .iter()
            .flat_map(|shipment| said(shipment))
            .collect();
        Self {
            id: id.clone(),
            nth: 0,
            issuer,
            proven: shipments.iter().any(|shipment| shipment.proof.is_proven()),
            feed: shipments
                .iter()
                .map(|shipment| &shipment.feed)
                .min()
                .cloned(),
            is_order: shipments.iter().any(|shipment| shipment.order.is_some()),
            span: span(events()),
            first_moved: moved().map(|event| event.time.latest()).min(),
            last_moved: moved().map(|event| event.time.earliest()).max(),
            begins: events().any(begins),
            delivered: events().any(|event| event.milestone == Milestone::Delivered),
            is_about_a_parcel: events()
                .any(|event| matches!(event.scope, Scope::Parcel | Scope::Piece)),
            ends: Ends::of(events()),
            says: said.into_iter().collect(),
        }
    }

    /// Whether its number is that of a parcel and not of papers: a carrier's or shop's, or one that
    /// an authority calls a waybill.
    pub fn is_a_waybill(&self) -> bool {
        let names_itself =
            |said: &Said| said.role == Role::Waybill && said.number == self.id.number;
        !self.is_order
            && (self.issuer != IssuerKind::Authority || self.says.iter().any(names_itself))
    }

    /// Its place among all uses.
    pub fn use_id(&self) -> (LegId, u32) {
        (self.id.clone(), self.nth)
    }

    /// What an order says of a waybill.
    pub fn waybills(&self, number: &TrackingNumber) -> impl Iterator<Item = &Said> {
        let wanted = (Role::Waybill, number);
        let from = self
            .says
            .partition_point(|said| (said.role, &said.number) < wanted);
        self.says[from..]
            .iter()
            .take_while(move |said| (said.role, &said.number) == wanted)
    }

    /// The numbers under which others may name an order.
    pub fn names(&self) -> BTreeSet<TrackingNumber> {
        let from = self.says.partition_point(|said| said.role < Role::Order);
        let named = self.says[from..]
            .iter()
            .take_while(|said| said.role == Role::Order)
            .filter(|said| said.ties());
        named
            .map(|said| said.number.clone())
            .chain([self.id.number.clone()])
            .collect()
    }

    /// How long lies between two uses; zero when they overlap or nothing is known.
    pub fn distance(&self, other: &Self) -> Duration {
        distance(self.span, other.span)
    }
}
