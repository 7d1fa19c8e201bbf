//! What one feed said about one number in one delivery: [`Shipment`].

use chrono::{DateTime, Utc};
use serde::Serialize;
use smol_str::SmolStr;

use super::words::words;
use super::{CarrierId, Event, EventTime, FeedId, Order, Place, Proof, Reference, TrackingNumber};
use crate::adapter::{DeliveryKind, Descriptor, IssuerKind};

words! {
    /// What a carrier's date of delivery is worth.
    PromiseKind {
        /// The estimate that the carrier gave first, where it still states it beside the current
        /// one.
        FirstEstimate = "first_estimate",
        /// The carrier's current estimate.
        Estimated = "estimated",
        /// A new day, after the one before could not be kept.
        Rescheduled = "rescheduled",
        /// A day or window agreed with the recipient.
        Agreed = "agreed",
        /// The service's commitment.
        Committed = "committed",
    }
}

impl PromiseKind {
    /// How much a promise of this kind says about when the parcel will come, beside others made in
    /// the same delivery: the greatest counts. A commitment is what lateness is measured against;
    /// an estimate beside it is newer knowledge.
    #[must_use]
    pub const fn currency(self) -> u8 {
        match self {
            Self::FirstEstimate => 0,
            Self::Committed => 1,
            Self::Estimated => 2,
            Self::Rescheduled => 3,
            Self::Agreed => 4,
        }
    }
}

/// When the carrier says that it will deliver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Promise {
    /// What it is worth.
    pub kind: PromiseKind,
    /// The window's start, where there is a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<EventTime>,
    /// The window's end, or the day or moment itself.
    pub by: EventTime,
    /// When the carrier says that it stated it. Absent where only the receipt of the delivery
    /// tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<EventTime>,
}

impl Promise {
    /// A day or moment without a window.
    #[must_use]
    pub const fn by(kind: PromiseKind, by: EventTime) -> Self {
        Self {
            kind,
            from: None,
            by,
            stated: None,
        }
    }
}

/// What one feed said about one number in one delivery.
///
/// Feeds that know nothing more than events leave the rest empty. Origin and destination are
/// places, never people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Shipment {
    /// The feed that said it.
    pub feed: FeedId,
    /// Whose shipment it is.
    pub carrier: CarrierId,
    /// Whether that is a carrier, an authority or a merchant.
    pub issuer: IssuerKind,
    /// The number that it was said about.
    pub number: TrackingNumber,
    /// The feed's own identity of the shipment behind the number, where it has one: two of them
    /// under one number are two parcels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<SmolStr>,
    /// What absence in this delivery means.
    pub delivery: DeliveryKind,
    /// How much it proves of who speaks.
    #[serde(skip_serializing_if = "Shipment::is_answer")]
    pub proof: Proof,
    /// When the caller received it.
    #[serde(serialize_with = "serialize_instant")]
    pub received: DateTime<Utc>,
    /// What happened, in the feed's order.
    pub events: Vec<Event>,
    /// Other numbers that belong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Its pieces, where the feed lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<TrackingNumber>,
    /// How many pieces it has, where told; may exceed those listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub piece_count: Option<u32>,
    /// Every day or window that the carrier states for the delivery. Left out once delivered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<Promise>,
    /// Where from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Place>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Place>,
    /// The service's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<SmolStr>,
    /// Weight in grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<u64>,
    /// Whether the feed marks it as a return shipment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_return: bool,
    /// What a shop says of the order. Its presence makes it a statement about an order, of which
    /// several parcels may be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Box<Order>>,
}

impl Shipment {
    /// An empty shipment of a feed.
    #[must_use]
    pub fn new(feed: &Descriptor, number: TrackingNumber, received: DateTime<Utc>) -> Self {
        Self {
            feed: feed.feed.clone(),
            carrier: feed.carrier.clone(),
            issuer: feed.issuer,
            number,
            instance: None,
            delivery: feed.delivery,
            proof: feed.proof,
            received,
            events: Vec::new(),
            references: Vec::new(),
            pieces: Vec::new(),
            piece_count: None,
            promises: Vec::new(),
            origin: None,
            destination: None,
            service: None,
            weight_grams: None,
            is_return: false,
            order: None,
        }
    }

    /// The promise that tells best when the parcel will come: see [`PromiseKind::currency`]. Of
    /// equals the latest.
    #[must_use]
    pub fn promise(&self) -> Option<&Promise> {
        let raw = |time: &Option<EventTime>| time.as_ref().map(|time| time.raw().to_owned());
        let key = |promise: &&Promise| {
            (
                promise.kind.currency(),
                promise.by.latest(),
                promise.by.raw().to_owned(),
                raw(&promise.from),
                raw(&promise.stated),
            )
        };
        self.promises.iter().max_by_key(key)
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    fn is_answer(proof: &Proof) -> bool {
        *proof == Proof::Answer
    }

    /// Whether all that this delivery tells of its shipment is older, beyond doubt, than the newest
    /// that another told.
    ///
    /// A push that failed is sent again hours later, after newer ones. As a
    /// [`Snapshot`](DeliveryKind::Snapshot) the one received last would withdraw what came in
    /// between; whoever keeps pushed snapshots turns one that was overtaken into an
    /// [`Increment`](DeliveryKind::Increment) first. A polled answer is the carrier's word of now:
    /// there, what is missing was taken back. A pushed correction that only takes back the newest
    /// event looks like a late one; it takes effect with the next snapshot.
    ///
    /// ```
    /// use parceltrail::{Payload, Registry};
    /// let registry = Registry::builtin();
    /// let told = |events: &str| {
    ///     let body = format!(r#"{{"shipments":[{{"id":"7100000042","service":"express","events":[{events}]}}]}}"#);
    ///     let batch = registry.get("dhl.unified").unwrap().decode(Payload::new(body.as_bytes(), Default::default())).unwrap();
    ///     batch.shipments.into_iter().next().unwrap()
    /// };
    /// let pickup = r#"{"timestamp":"2025-03-03T17:05:00+08:00","status":"PU"}"#;
    /// let delivery = r#"{"timestamp":"2025-03-06T11:40:00+01:00","status":"OK"}"#;
    /// let (first, second) = (told(pickup), told(&format!("{delivery},{pickup}")));
    /// assert!(first.is_overtaken_by(&second));
    /// assert!(!second.is_overtaken_by(&first) && !first.is_overtaken_by(&first));
    /// ```
    #[must_use]
    pub fn is_overtaken_by(&self, other: &Self) -> bool {
        let subject = |shipment: &Self| {
            (
                shipment.feed.clone(),
                shipment.number.clone(),
                shipment.instance.clone(),
            )
        };
        let latest = self.events.iter().map(|event| event.time.latest()).max();
        let newest = other.events.iter().map(|event| event.time.earliest()).max();
        latest
            .zip(newest)
            .is_some_and(|(latest, newest)| latest < newest)
            && subject(self) == subject(other)
    }
}

pub(crate) fn serialize_instant<S: serde::Serializer>(
    at: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::instant_text(*at))
}
