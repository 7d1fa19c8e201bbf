//! One thing that somebody says happened: [`Event`].

use serde::{Deserialize, Serializer};
use smol_str::SmolStr;

use super::carrier_code::{Placed, Sentence};
use super::clean::optional_text;
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::personal::signer;
use super::{
    CarrierCode, CarrierId, Confidence, DeliveredTo, EventTime, FeedId, FreeText, Milestone,
    OrderSignal, Party, Personal, Place, Position, ProofOfDelivery, Reason, RecipientKind,
    Reference, Scope, Stage, TrackingNumber,
};

/// One thing that somebody says happened to a parcel, in one vocabulary for all feeds.
///
/// It serialises to the object that `track --json events` prints; what is absent is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The feed that said it.
    pub feed: FeedId,
    /// The carrier or authority whose statement it is.
    pub carrier: CarrierId,
    /// The number that it was said about.
    pub number: TrackingNumber,
    /// The piece, when it is about one piece of several.
    #[serde(default)]
    pub piece: Option<TrackingNumber>,
    /// Where in the chain; absent when the code does not tell.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// What happened.
    pub milestone: Milestone,
    /// Why.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// What the statement is about.
    pub scope: Scope,
    /// When.
    pub time: EventTime,
    /// Where.
    #[serde(default)]
    pub place: Option<Place>,
    /// The carrier's own code and words.
    #[serde(default)]
    pub code: CarrierCode,
    /// Where a delivered parcel was left.
    #[serde(default)]
    pub delivered_to: Option<DeliveredTo>,
    /// Whether the statement says that it is damaged.
    #[serde(default)]
    pub damaged: bool,
    /// Who signed. `Debug` hides the name; JSON says only `"signed": true`.
    #[serde(default, alias = "signed", deserialize_with = "signer")]
    pub signed_by: Option<Personal>,
    /// Who took it in, in kind: the recipient, a neighbour, the reception.
    #[serde(default)]
    pub recipient_kind: Option<RecipientKind>,
    /// Other numbers that this statement names.
    #[serde(default)]
    pub related: Vec<Reference>,
    /// Whether its speaker takes back with it what he declared about the parcel before, in the same
    /// direction: an authority that lets a customs declaration be withdrawn.
    #[serde(default)]
    pub retracts: bool,
    /// How sure the mapping of the code is.
    pub confidence: Confidence,
    /// Where it stands among the feed's statements of the same second, lowest first; absent where
    /// the feed has no such order. Receipts of an authority come in bursts of one second, in any
    /// order within it.
    #[serde(default)]
    pub sequence: Option<u16>,
    /// What a shop says happened to the order.
    #[serde(default)]
    pub signal: Option<OrderSignal>,
    /// What the carrier has as proof of a delivery.
    #[serde(default)]
    pub proof_of_delivery: Vec<ProofOfDelivery>,
    /// Where on Earth it happened, where the feed says so.
    #[serde(default)]
    pub position: Option<Position>,
    /// Which attempt to deliver it was, counted from 1.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// The feed's own identity of the event.
    #[serde(default, deserialize_with = "optional_text")]
    pub vendor_id: Option<SmolStr>,
    /// What the carrier asks the recipient or sender to do.
    #[serde(default)]
    pub next_steps: Option<FreeText>,
    /// A second sentence of the carrier's about the event.
    #[serde(default)]
    pub remark: Option<FreeText>,
}

impl Event {
    /// Who caused it or must act: the [`Party`] of its reason, or of its milestone where that alone
    /// tells.
    #[must_use]
    pub fn party(&self) -> Option<Party> {
        self.reason.map(Reason::party).or(match self.milestone {
            Milestone::DutiesDue | Milestone::AvailableForPickup | Milestone::Refused => {
                Some(Party::Recipient)
            }
            Milestone::CustomsInspection | Milestone::CustomsHold | Milestone::CustomsSeized => {
                Some(Party::Customs)
            }
            Milestone::Misrouted | Milestone::Lost => Some(Party::Carrier),
            _ => None,
        })
    }

    /// Whether it may set a parcel's state by itself: about the parcel or a piece, mapped, and sure
    /// enough if it would end the journey.
    #[must_use]
    pub fn is_evidence_of_state(&self) -> bool {
        self.milestone.moves_state()
            && matches!(self.scope, Scope::Parcel | Scope::Piece)
            && !(self.milestone.is_terminal() && self.confidence == Confidence::Low)
    }
}

hidden_by_default!(Event);
impl Disclose for Event {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.place.as_ref();
        let sentence = |text| Option::map(text, |text| Sentence(text, place, personal));
        let mut out = Fields::new("Event", 29, personal, serializer)?;
        out.field("id", &self.id())?
            .field("feed", &self.feed)?
            .field("carrier", &self.carrier)?
            .field("number", &self.number)?
            .some("piece", self.piece.as_ref())?
            .some("stage", self.stage)?
            .field("milestone", &self.milestone)?
            .some("reason", self.reason)?
            .some("party", self.party())?
            .field("scope", &self.scope)?
            .field("time", &self.time)?
            .some("place", place)?
            .field("code", &Placed(&self.code, place, personal))?
            .some("delivered_to", self.delivered_to)?
            .some("recipient_kind", self.recipient_kind)?
            .some("damaged", self.damaged.then_some(true))?;
        if personal {
            out.personal("signed_by", self.signed_by.as_ref())?;
        } else {
            out.some("signed", self.signed_by.as_ref().map(|_| true))?;
        }
        out.list("related", &self.related)?
            .some("retracts", self.retracts.then_some(true))?
            .field("confidence", &self.confidence)?
            .some("sequence", self.sequence)?
            .some("signal", self.signal)?
            .personal_list("proof_of_delivery", &self.proof_of_delivery)?
            .personal("position", self.position.as_ref())?
            .some("attempt", self.attempt)?
            .some("vendor_id", self.vendor_id.as_ref())?
            .some("next_steps", sentence(self.next_steps.as_ref()))?
            .some("remark", sentence(self.remark.as_ref()))?;
        out.end()
    }
}
