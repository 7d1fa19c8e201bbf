//! One thing that somebody says happened: [`Event`].

use serde::ser::{Serialize, SerializeStruct, Serializer};
use smol_str::SmolStr;

use super::{
    CarrierId, Confidence, DeliveredTo, EventTime, FeedId, FreeText, Milestone, Party, Personal,
    Place, Reason, RecipientKind, Reference, Scope, Stage, TrackingNumber, clean,
};

/// The identity of a statement: equal for every repetition of it, whatever batch, language or
/// spelling it comes in.
///
/// It is derived from feed, number, piece, resolved time, code and place, never from the text,
/// which carriers re-word and translate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(u64);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for EventId {
    type Err = super::UnknownWord;

    /// Reads the 16 hexadecimal digits that `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(Self).ok_or_else(|| super::UnknownWord {
            vocabulary: "EventId",
            word: text.chars().take(40).collect(),
        })
    }
}

impl<'de> serde::Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize_word(deserializer)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The carrier's own code, as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CarrierCode {
    /// The code. Empty when the feed gave only a text.
    pub value: SmolStr,
    /// What completes it: the status type, the reason, the service, the message kind.
    pub qualifier: Option<SmolStr>,
    /// The carrier's sentence.
    pub text: Option<FreeText>,
}

impl CarrierCode {
    fn serialize_at<S: Serializer>(
        &self,
        place: Option<&Place>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("CarrierCode", 3)?;
        field(
            &mut out,
            "value",
            (!self.value.is_empty()).then(|| clean(&self.value)),
        )?;
        field(&mut out, "qualifier", self.qualifier.as_deref().map(clean))?;
        field(
            &mut out,
            "text",
            self.text.as_ref().map(|text| text.shown_with(place)),
        )?;
        out.end()
    }
}

impl Serialize for CarrierCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_at(None, serializer)
    }
}

/// A code whose sentence shows the words of the event's place.
struct Placed<'e>(&'e CarrierCode, Option<&'e Place>);

impl Serialize for Placed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_at(self.1, serializer)
    }
}

/// One thing that somebody says happened to a parcel, in one vocabulary for all feeds.
///
/// It serialises to the object that `track --json events` prints; what is absent is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// The feed that said it.
    pub feed: FeedId,
    /// The carrier or authority whose statement it is.
    pub carrier: CarrierId,
    /// The number that it was said about.
    pub number: TrackingNumber,
    /// The piece, when it is about one piece of several.
    pub piece: Option<TrackingNumber>,
    /// Where in the chain; absent when the code does not tell.
    pub stage: Option<Stage>,
    /// What happened.
    pub milestone: Milestone,
    /// Why.
    pub reason: Option<Reason>,
    /// What the statement is about.
    pub scope: Scope,
    /// When.
    pub time: EventTime,
    /// Where.
    pub place: Option<Place>,
    /// The carrier's own code and words.
    pub code: CarrierCode,
    /// Where a delivered parcel was left.
    pub delivered_to: Option<DeliveredTo>,
    /// Whether the statement says that it is damaged.
    pub damaged: bool,
    /// Who signed. Never in JSON or `Debug`.
    pub signed_by: Option<Personal>,
    /// Who took it in, in kind: the recipient, a neighbour, the reception.
    pub recipient_kind: Option<RecipientKind>,
    /// Other numbers that this statement names.
    pub related: Vec<Reference>,
    /// Whether its speaker takes back with it what he declared about the parcel before, in the same
    /// direction: an authority that lets a customs declaration be withdrawn.
    pub retracts: bool,
    /// How sure the mapping of the code is.
    pub confidence: Confidence,
}

impl Event {
    /// The statement's identity.
    #[must_use]
    pub fn id(&self) -> EventId {
        let mut hash = Fnv::default();
        hash.text(self.feed.as_str());
        hash.text(self.number.as_str());
        hash.text(self.piece.as_ref().map_or("", |piece| piece.as_str()));
        hash.number(self.time.earliest().timestamp_millis());
        hash.number(self.time.latest().timestamp_millis());
        hash.text(&self.code.value);
        hash.text(self.code.qualifier.as_deref().unwrap_or_default());
        if self.code.value.is_empty() {
            // Without a code the milestone is all that tells two statements of one moment apart.
            hash.text(self.milestone.as_str());
        }
        hash.text(&self.place.as_ref().map(Place::identity).unwrap_or_default());
        EventId(hash.0)
    }

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

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Event", 20)?;
        out.serialize_field("id", &self.id())?;
        out.serialize_field("feed", &self.feed)?;
        out.serialize_field("carrier", &self.carrier)?;
        out.serialize_field("number", &self.number)?;
        field(&mut out, "piece", self.piece.as_ref())?;
        field(&mut out, "stage", self.stage)?;
        out.serialize_field("milestone", &self.milestone)?;
        field(&mut out, "reason", self.reason)?;
        field(&mut out, "party", self.party())?;
        out.serialize_field("scope", &self.scope)?;
        out.serialize_field("time", &self.time)?;
        field(&mut out, "place", self.place.as_ref())?;
        out.serialize_field("code", &Placed(&self.code, self.place.as_ref()))?;
        field(&mut out, "delivered_to", self.delivered_to)?;
        field(&mut out, "recipient_kind", self.recipient_kind)?;
        field(&mut out, "damaged", self.damaged.then_some(true))?;
        field(
            &mut out,
            "related",
            (!self.related.is_empty()).then_some(&self.related),
        )?;
        field(&mut out, "retracts", self.retracts.then_some(true))?;
        out.serialize_field("confidence", &self.confidence)?;
        out.end()
    }
}

fn field<S: SerializeStruct, T: Serialize>(
    out: &mut S,
    name: &'static str,
    value: Option<T>,
) -> Result<(), S::Error> {
    match value {
        Some(value) => out.serialize_field(name, &value),
        None => out.skip_field(name),
    }
}

/// FNV-1a, 64 bits: a hash that stays the same across versions and platforms, as ids must.
pub struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
