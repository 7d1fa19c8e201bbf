//! What one feed said about one number in one delivery: [`Shipment`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serializer};
use smol_str::SmolStr;

use super::clean::optional_text;
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::{
    CarrierId, DeliveryKind, Due, Event, EventTime, FeedId, IssuerKind, Order, PickupPoint, Place,
    Promise, Proof, ProofOfDelivery, Reference, TrackingNumber, WebLink, instant_text,
};

/// What one feed said about one number in one delivery.
///
/// Feeds that know nothing more than events leave the rest empty. Origin and destination are
/// places, never people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
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
    #[serde(default, deserialize_with = "optional_text")]
    pub instance: Option<SmolStr>,
    /// What absence in this delivery means.
    pub delivery: DeliveryKind,
    /// How much it proves of who speaks.
    #[serde(default = "answer")]
    pub proof: Proof,
    /// When the caller received it.
    pub received: DateTime<Utc>,
    /// What happened, in the feed's order.
    pub events: Vec<Event>,
    /// Other numbers that belong with it.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// Its pieces, where the feed lists them.
    #[serde(default)]
    pub pieces: Vec<TrackingNumber>,
    /// How many pieces it has, where stated; may exceed those listed.
    #[serde(default)]
    pub piece_count: Option<u32>,
    /// Every day or window that the carrier states for the delivery. Left out once delivered.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// Where from.
    #[serde(default)]
    pub origin: Option<Place>,
    /// Where to.
    #[serde(default)]
    pub destination: Option<Place>,
    /// The service's name.
    #[serde(default, deserialize_with = "optional_text")]
    pub service: Option<SmolStr>,
    /// Weight in grams.
    #[serde(default)]
    pub weight_grams: Option<u64>,
    /// Whether the feed marks it as a return shipment.
    #[serde(default)]
    pub is_return: bool,
    /// What a shop says of the order. Its presence makes it a statement about an order, of which
    /// several parcels may be made.
    #[serde(default)]
    pub order: Option<Box<Order>>,
    /// Proof of the delivery that the feed offers for the shipment rather than for an event.
    #[serde(default)]
    pub proof_of_delivery: Vec<ProofOfDelivery>,
    /// Where it waits to be collected, or will.
    #[serde(default)]
    pub pickup_point: Option<PickupPoint>,
    /// What has to be paid for it, or was.
    #[serde(default)]
    pub dues: Vec<Due>,
    /// The day that the carrier gives as the ship date.
    #[serde(default)]
    pub shipped_on: Option<EventTime>,
    /// When the sender handed it in, where the feed states that apart from the ship date.
    #[serde(default)]
    pub handed_in_on: Option<EventTime>,
    /// Pages of the carrier's about it.
    #[serde(default)]
    pub links: Vec<WebLink>,
}

impl Shipment {
    /// The promise that tells best when the parcel will come: see
    /// [`PromiseKind::currency`](super::PromiseKind::currency). Of equals the latest.
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

    /// Whether all that this delivery reports its shipment is older, beyond doubt, than the newest
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

fn answer() -> Proof {
    Proof::Answer
}

hidden_by_default!(Shipment);
impl Disclose for Shipment {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields::new("Shipment", 25, personal, serializer)?;
        out.field("feed", &self.feed)?
            .field("carrier", &self.carrier)?
            .field("issuer", &self.issuer)?
            .field("number", &self.number)?
            .some("instance", self.instance.as_ref())?
            .field("delivery", &self.delivery)?
            .some("proof", (self.proof != answer()).then_some(self.proof))?
            .field("received", &instant_text(self.received))?
            .personal("events", Some(&self.events))?
            .list("references", &self.references)?
            .list("pieces", &self.pieces)?
            .some("piece_count", self.piece_count)?
            .list("promises", &self.promises)?
            .some("origin", self.origin.as_ref())?
            .some("destination", self.destination.as_ref())?
            .some("service", self.service.as_ref())?
            .some("weight_grams", self.weight_grams)?
            .some("is_return", self.is_return.then_some(true))?
            .personal("order", self.order.as_ref())?
            .personal_list("proof_of_delivery", &self.proof_of_delivery)?
            .personal("pickup_point", self.pickup_point.as_ref())?
            .list("dues", &self.dues)?
            .some("shipped_on", self.shipped_on.as_ref())?
            .some("handed_in_on", self.handed_in_on.as_ref())?
            .personal_list("links", &self.links)?;
        out.end()
    }
}

pub(crate) fn serialize_instant<S: serde::Serializer>(
    at: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::instant_text(*at))
}
