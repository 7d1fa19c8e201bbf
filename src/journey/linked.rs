//! Parcels that belong to this one without being it ([`LinkedParcel`]), and what nobody may say for
//! sure ([`Claim`]).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::LegId;
use super::claims::Heard;
use super::legs::{Legs, find_by_number};
use super::merge::Standing;
use super::sighting::is_scan;
use super::uses::Node;
use crate::model::IssuerKind;
use crate::model::{
    CarrierId, Confidence, Event, EventId, FeedId, Milestone, Proof, Reference, Role, Shipment,
    TrackingNumber, words,
};

words! {
    /// What another parcel is to this one.
    LinkRole {
        /// This parcel brings that one back.
        ReturnOf = "return_of",
        /// That parcel brings this one back.
        ReturnedBy = "returned_by",
        /// This parcel was sent in place of that one.
        ReplacementOf = "replacement_of",
        /// That parcel was sent in place of this one.
        ReplacedBy = "replaced_by",
        /// This parcel is the receipt that was signed for that one.
        SignedReceiptOf = "signed_receipt_of",
        /// That parcel is the receipt that was signed for this one.
        SignedReceipt = "signed_receipt",
    }
}

impl LinkRole {
    /// What a number that is named in this role is to whoever names it; none if it is the same
    /// parcel.
    pub(super) const fn of(role: Role) -> Option<Self> {
        Some(match role {
            Role::Return => Self::ReturnedBy,
            Role::Outbound => Self::ReturnOf,
            Role::Replacement => Self::ReplacedBy,
            Role::SignedReceipt => Self::SignedReceipt,
            _ => return None,
        })
    }

    /// The same seen from the other parcel.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::ReturnOf => Self::ReturnedBy,
            Self::ReturnedBy => Self::ReturnOf,
            Self::ReplacementOf => Self::ReplacedBy,
            Self::ReplacedBy => Self::ReplacementOf,
            Self::SignedReceiptOf => Self::SignedReceipt,
            Self::SignedReceipt => Self::SignedReceiptOf,
        }
    }
}

/// A parcel of its own that belongs to this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LinkedParcel {
    /// What it is to this one.
    pub role: LinkRole,
    /// Its carrier and number.
    #[serde(flatten)]
    pub id: LegId,
}

/// A statement about another number that ties nothing: its speaker cannot know it or cannot prove
/// who he is, and nobody has confirmed it.
///
/// It begins to tie when the other side names this parcel back, or the application declares it
/// ([`Journeys::link`](super::Journeys::link)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// What is claimed.
    pub reference: Reference,
    /// The feed that claims it.
    pub feed: FeedId,
    /// How much the delivery proves of who speaks.
    pub proof: Proof,
    /// The event that names the number; absent where the delivery as a whole does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
}

/// Whether a number that is named in this role is, as a rule, a parcel of its own.
pub(super) const fn names_a_parcel_of_its_own(role: Role) -> bool {
    LinkRole::of(role).is_some()
}

/// What decides whether a return under another number is the same parcel or one of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// The first delivery.
    delivered: Option<(DateTime<Utc>, EventId)>,
    /// When it was first said that it goes back.
    turned: Option<(DateTime<Utc>, EventId)>,
    /// The first scan, at the latest.
    scanned: Option<(DateTime<Utc>, EventId)>,
}

impl Ends {
    pub fn of<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut ends = Self::default();
        events
            .into_iter()
            .for_each(|event| ends.take(event, event.id()));
        ends
    }

    fn take(&mut self, event: &Event, id: EventId) {
        let first = |known: Option<(DateTime<Utc>, EventId)>, at| {
            Some(known.map_or((at, id), |known| known.min((at, id))))
        };
        if event.milestone == Milestone::Delivered && event.is_evidence_of_state() {
            self.delivered = first(self.delivered, event.time.middle());
        }
        if event.milestone == Milestone::Returning && event.confidence > Confidence::Low {
            self.turned = first(self.turned, event.time.middle());
        }
        if is_scan(event) {
            self.scanned = first(self.scanned, event.time.latest());
        }
    }

    /// Whether the parcel that was not delivered goes back under another number; the statements
    /// that show it.
    ///
    /// The other number must have been scanned, after the parcel was: a label for a return, which
    /// many shops lay into each parcel, is none. And the parcel must not have been delivered,
    /// unless it was said to be on its way back before.
    pub fn goes_back_as(&self, back: &Self) -> Option<[EventId; 3]> {
        let ((began, first), (at, scan)) = (self.scanned?, back.scanned?);
        let turned = match self.delivered {
            Some((delivered, _)) => self.turned.filter(|(turned, _)| *turned < delivered)?.1,
            None => scan,
        };
        (began < at).then_some([first, scan, turned])
    }
}

/// Whether what one use of a number names in a role is the same parcel, and not one of its own.
pub(super) fn is_one_parcel(role: Role, speaker: &Node, named: &Node) -> bool {
    let (outbound, back) = match role {
        Role::Return => (speaker, named),
        Role::Outbound => (named, speaker),
        role => return !names_a_parcel_of_its_own(role),
    };
    outbound.ends.goes_back_as(&back.ends).is_some()
}

/// What a use of a number says of parcels that belong to it, for each number that is named. Only
/// who may say it is heard.
pub(super) fn named_by(node: &Node) -> impl Iterator<Item = (LegId, LinkedParcel)> + '_ {
    node.says
        .iter()
        .filter(|said| said.issuer == IssuerKind::Carrier && said.ties())
        .filter_map(|said| {
            let role = LinkRole::of(said.role)?.reversed();
            let named = said.leg_id(&node.id.carrier);
            let id = node.id.clone();
            (named != id).then_some((named, LinkedParcel { role, id }))
        })
}

/// Sets apart the legs that are parcels of their own, and returns the links to those on which this
/// parcel goes back.
pub(super) fn returns(
    legs: &mut Legs,
    deliveries: &[&Shipment],
    events: &[Standing<'_>],
    heard: &Heard<'_>,
) -> Vec<(usize, usize)> {
    let named = named(deliveries, events, heard);
    let mut ends: Vec<Ends> = Vec::new();
    let mut back = Vec::new();
    for (carrier, number, reference) in named {
        let here = legs
            .find(carrier, number.as_str())
            .or_else(|| find_by_number(legs, &Reference::new(Role::Waybill, number.as_str())));
        let (Some(here), Some(there)) = (here, find_by_number(legs, reference)) else {
            continue;
        };
        let (outbound, other) = if reference.role == Role::Outbound {
            (there, here)
        } else {
            (here, there)
        };
        if outbound == other
            || legs.fates[outbound].aside
            || legs.fates[other].aside
            || legs.fates[outbound].back
        {
            continue;
        }
        if ends.is_empty() {
            ends = ends_of(legs, events);
        }
        let is_return = matches!(reference.role, Role::Return | Role::Outbound);
        match ends[outbound]
            .goes_back_as(&ends[other])
            .filter(|_| is_return)
        {
            Some(witnesses) => {
                legs.fates[other].back = true;
                legs.stated_by.extend(witnesses);
                back.push((outbound, other));
            }
            None => legs.fates[other].aside = !legs.fates[other].back,
        }
    }
    back
}

fn ends_of(legs: &Legs, events: &[Standing<'_>]) -> Vec<Ends> {
    let mut ends = vec![Ends::default(); legs.all.len()];
    for one in events {
        if let Some(leg) = legs.of(one) {
            ends[leg].take(one.event, one.id);
        }
    }
    ends
}

/// Who names which parcel of its own and may: carrier, number and what they name.
fn named<'j>(
    deliveries: &[&'j Shipment],
    events: &[Standing<'j>],
    heard: &Heard<'_>,
) -> BTreeSet<(&'j CarrierId, &'j TrackingNumber, &'j Reference)> {
    let by_shipments = deliveries
        .iter()
        .flat_map(|shipment| shipment.references.iter().map(|it| (*shipment, it)));
    let by_events = events
        .iter()
        .flat_map(|one| one.event.related.iter().map(|it| (one.shipment, it)));
    by_shipments
        .chain(by_events)
        .filter(|(shipment, reference)| {
            names_a_parcel_of_its_own(reference.role) && heard.ties(shipment, reference)
        })
        .map(|(shipment, reference)| (&shipment.carrier, &shipment.number, reference))
        .collect()
}

/// The parcels of their own that this one's statements name.
pub(super) fn told(
    deliveries: &[&Shipment],
    events: &[Standing<'_>],
    legs: &Legs,
    heard: &Heard<'_>,
) -> BTreeSet<LinkedParcel> {
    let mut told = BTreeSet::new();
    for (carrier, number, reference) in named(deliveries, events, heard) {
        let here = legs
            .find(carrier, number.as_str())
            .or_else(|| find_by_number(legs, &Reference::new(Role::Waybill, number.as_str())));
        let there = find_by_number(legs, reference);
        let is_own = |leg: usize| !legs.fates[leg].aside;
        if here.is_some_and(|here| !is_own(here)) || there.is_some_and(is_own) {
            continue;
        }
        if let Some(role) = LinkRole::of(reference.role) {
            let speaker = here.map_or(carrier, |here| &legs.all[here].carrier);
            told.insert(LinkedParcel {
                role,
                id: reference.leg_id(speaker),
            });
        }
    }
    told
}

impl Reference {
    /// The carrier and number that are named; of the speaker's own carrier, unless another is
    /// named.
    pub(super) fn leg_id(&self, speaker: &CarrierId) -> LegId {
        let carrier = self.carrier.clone().unwrap_or_else(|| speaker.clone());
        LegId {
            carrier,
            number: TrackingNumber::new(&self.number),
        }
    }
}
