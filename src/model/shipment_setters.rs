//! Building a [`Shipment`] from outside: one setter a field.

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::{
    CarrierId, DeliveryKind, Due, Event, EventTime, FeedId, IssuerKind, Order, PickupPoint, Place,
    Promise, Proof, ProofOfDelivery, Reference, Shipment, TrackingNumber, WebLink,
};

impl Shipment {
    /// A carrier's increment about one number, which says nothing yet. An adapter's own
    /// [`Descriptor::shipment`](crate::adapter::Descriptor::shipment) fills in what is fixed about
    /// its feed.
    #[must_use]
    pub fn new(
        feed: impl Into<FeedId>,
        carrier: impl Into<CarrierId>,
        number: TrackingNumber,
        received: DateTime<Utc>,
    ) -> Self {
        Self {
            feed: feed.into(),
            carrier: carrier.into(),
            issuer: IssuerKind::Carrier,
            number,
            instance: None,
            delivery: DeliveryKind::Increment,
            proof: Proof::Answer,
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
            proof_of_delivery: Vec::new(),
            pickup_point: None,
            dues: Vec::new(),
            shipped_on: None,
            handed_in_on: None,
            links: Vec::new(),
        }
    }

    /// Sets whether a carrier, an authority or a merchant speaks; without it, a carrier.
    #[must_use]
    pub fn with_issuer(mut self, issuer: IssuerKind) -> Self {
        self.issuer = issuer;
        self
    }

    /// Sets the feed's own identity of the shipment behind the number.
    #[must_use]
    pub fn with_instance(mut self, instance: impl Into<SmolStr>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Sets what absence means; without it, nothing.
    #[must_use]
    pub fn with_delivery(mut self, delivery: DeliveryKind) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets how much it proves of who speaks; without it, that it is the carrier's answer.
    #[must_use]
    pub fn with_proof(mut self, proof: Proof) -> Self {
        self.proof = proof;
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn with_event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Adds another number.
    #[must_use]
    pub fn with_reference(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self
    }

    /// Adds a piece.
    #[must_use]
    pub fn with_piece(mut self, piece: TrackingNumber) -> Self {
        self.pieces.push(piece);
        self
    }

    /// Sets how many pieces it has.
    #[must_use]
    pub fn with_piece_count(mut self, piece_count: impl Into<Option<u32>>) -> Self {
        self.piece_count = piece_count.into();
        self
    }

    /// Adds a promise.
    #[must_use]
    pub fn with_promise(mut self, promise: Promise) -> Self {
        self.promises.push(promise);
        self
    }

    /// Sets where from.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<Option<Place>>) -> Self {
        self.origin = origin.into();
        self
    }

    /// Sets where to.
    #[must_use]
    pub fn with_destination(mut self, destination: impl Into<Option<Place>>) -> Self {
        self.destination = destination.into();
        self
    }

    /// Sets the service's name.
    #[must_use]
    pub fn with_service(mut self, service: impl Into<SmolStr>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Sets the weight in grams.
    #[must_use]
    pub fn with_weight_grams(mut self, weight_grams: impl Into<Option<u64>>) -> Self {
        self.weight_grams = weight_grams.into();
        self
    }

    /// Says whether it is a return shipment.
    #[must_use]
    pub fn with_return(mut self, is_return: bool) -> Self {
        self.is_return = is_return;
        self
    }

    /// Makes it a shop's statement about an order.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = Some(Box::new(order));
        self
    }

    /// Adds proof of the delivery.
    #[must_use]
    pub fn with_proof_of_delivery(mut self, proof: ProofOfDelivery) -> Self {
        self.proof_of_delivery.push(proof);
        self
    }

    /// Sets where it waits to be collected.
    #[must_use]
    pub fn with_pickup_point(mut self, pickup_point: impl Into<Option<PickupPoint>>) -> Self {
        self.pickup_point = pickup_point.into();
        self
    }

    /// Adds a payment.
    #[must_use]
    pub fn with_due(mut self, due: Due) -> Self {
        self.dues.push(due);
        self
    }

    /// Sets the ship date.
    #[must_use]
    pub fn with_shipped_on(mut self, shipped_on: impl Into<Option<EventTime>>) -> Self {
        self.shipped_on = shipped_on.into();
        self
    }

    /// Sets when the sender handed it in.
    #[must_use]
    pub fn with_handed_in_on(mut self, handed_in_on: impl Into<Option<EventTime>>) -> Self {
        self.handed_in_on = handed_in_on.into();
        self
    }

    /// Adds a page of the carrier's.
    #[must_use]
    pub fn with_link(mut self, link: WebLink) -> Self {
        self.links.push(link);
        self
    }

    /// The same without its events, which are not copied for it.
    pub(crate) fn without_events(&self) -> Self {
        Self {
            feed: self.feed.clone(),
            carrier: self.carrier.clone(),
            issuer: self.issuer,
            number: self.number.clone(),
            instance: self.instance.clone(),
            delivery: self.delivery,
            proof: self.proof,
            received: self.received,
            events: Vec::new(),
            references: self.references.clone(),
            pieces: self.pieces.clone(),
            piece_count: self.piece_count,
            promises: self.promises.clone(),
            origin: self.origin.clone(),
            destination: self.destination.clone(),
            service: self.service.clone(),
            weight_grams: self.weight_grams,
            is_return: self.is_return,
            order: self.order.clone(),
            proof_of_delivery: self.proof_of_delivery.clone(),
            pickup_point: self.pickup_point.clone(),
            dues: self.dues.clone(),
            shipped_on: self.shipped_on.clone(),
            handed_in_on: self.handed_in_on.clone(),
            links: self.links.clone(),
        }
    }
}
