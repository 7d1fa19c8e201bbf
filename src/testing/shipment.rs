//! Shipments without payloads: [`shipment`].

use chrono::{DateTime, FixedOffset, Utc};

use crate::adapter::{DeliveryKind, IssuerKind};
use crate::model::{
    CarrierCode, Event, EventTime, Milestone, Order, Place, Promise, Proof, Reference, Scope,
    Shipment, Stage, TrackingNumber,
};

/// Starts a shipment as a feed would tell it. The carrier is the feed's part before the dot.
///
/// ```
/// use parceltrail::testing::shipment;
/// use parceltrail::{Journey, Milestone, Stage};
///
/// let mut journey = Journey::default();
/// journey.apply(
///     shipment("acme.track", "A1")
///         .event("2025-03-01T10:00:00+01:00", Stage::FirstMile, Milestone::PickedUp)
///         .event("2025-03-03T11:00:00+01:00", Stage::LastMile, Milestone::Delivered)
///         .received("2025-03-03T12:00:00Z"),
/// );
/// let state = journey.at("2025-03-04T00:00:00Z".parse()?);
/// assert!(state.parcel.unwrap().terminal);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn shipment(feed: &str, number: &str) -> ShipmentBuilder {
    let carrier = feed.split('.').next().unwrap_or(feed);
    let received = DateTime::<Utc>::UNIX_EPOCH;
    let number = TrackingNumber::new(number);
    ShipmentBuilder(Shipment::new(feed, carrier, number, received))
}

/// A shipment in the making. [`ShipmentBuilder::shipment`] gives it; where `impl
/// Into<Arc<Shipment>>` is asked for, as in [`Journey::apply`](crate::Journey::apply), the builder
/// can be passed itself.
#[derive(Clone, Debug)]
pub struct ShipmentBuilder(Shipment);

impl ShipmentBuilder {
    /// Adds an event at an RFC 3339 moment.
    ///
    /// # Panics
    /// When the moment is none: a mistake in the test.
    #[must_use]
    pub fn event(
        mut self,
        at: &str,
        stage: impl Into<Option<Stage>>,
        milestone: Milestone,
    ) -> Self {
        let moment: DateTime<FixedOffset> =
            at.parse().unwrap_or_else(|error| panic!("{at}: {error}"));
        let time =
            EventTime::at_offset(at, moment.naive_local(), moment.offset().local_minus_utc());
        let event = Event::new(
            self.0.feed.clone(),
            self.0.carrier.clone(),
            self.0.number.clone(),
            milestone,
            time,
        );
        let code = CarrierCode::new(milestone.as_str());
        self.0.events.push(event.with_stage(stage).with_code(code));
        self
    }

    /// Changes the event added last.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Event)) -> Self {
        if let Some(event) = self.0.events.last_mut() {
            change(event);
        }
        self
    }

    /// Changes the shipment.
    #[must_use]
    pub fn changed(mut self, change: impl FnOnce(&mut Shipment)) -> Self {
        change(&mut self.0);
        self
    }

    /// Puts the event added last at a place, given as one line of text.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        self.with(|event| event.place = Place::from_text(place).known())
    }

    /// Makes the event added last one about a piece.
    #[must_use]
    pub fn of_piece(mut self, piece: &str) -> Self {
        let piece = TrackingNumber::new(piece);
        if !self.0.pieces.contains(&piece) {
            self.0.pieces.push(piece.clone());
        }
        self.with(|event| {
            event.piece = Some(piece);
            event.scope = Scope::Piece;
        })
    }

    /// Names another number.
    #[must_use]
    pub fn refers_to(mut self, reference: Reference) -> Self {
        self.0.references.push(reference);
        self
    }

    /// When the delivery was received (RFC 3339).
    ///
    /// # Panics
    /// When the moment is none: a mistake in the test.
    #[must_use]
    pub fn received(mut self, at: &str) -> Self {
        self.0.received = at.parse().unwrap_or_else(|error| panic!("{at}: {error}"));
        self
    }

    /// Makes it a snapshot: what is absent was withdrawn.
    #[must_use]
    pub fn snapshot(mut self) -> Self {
        self.0.delivery = DeliveryKind::Snapshot;
        self
    }

    /// Makes it an authority's statement.
    #[must_use]
    pub fn authority(mut self) -> Self {
        self.0.issuer = IssuerKind::Authority;
        self
    }

    /// Makes it a shop's statement about a parcel.
    #[must_use]
    pub fn merchant(mut self) -> Self {
        self.0.issuer = IssuerKind::Merchant;
        self
    }

    /// Makes it a shop's statement about an order.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.0.order = Some(Box::new(order));
        self.merchant()
    }

    /// Names the feed's own identity of what is behind the number.
    #[must_use]
    pub fn instance(mut self, id: &str) -> Self {
        self.0.instance = Some(id.into());
        self
    }

    /// Where it goes, given as one line of text.
    #[must_use]
    pub fn to(mut self, place: &str) -> Self {
        self.0.destination = Place::from_text(place).known();
        self
    }

    /// Renames the code of the event added last.
    #[must_use]
    pub fn coded(self, code: &str) -> Self {
        self.with(|event| event.code.value = code.into())
    }

    /// Adds a promise.
    #[must_use]
    pub fn promised(mut self, promise: Promise) -> Self {
        self.0.promises.push(promise);
        self
    }

    /// Says how much the delivery proves.
    #[must_use]
    pub fn proven_by(mut self, proof: Proof) -> Self {
        self.0.proof = proof;
        self
    }

    /// Sets how many pieces the carrier counts.
    #[must_use]
    pub fn pieces(mut self, count: u32) -> Self {
        self.0.piece_count = Some(count);
        self
    }

    /// The shipment.
    #[must_use]
    pub fn shipment(self) -> Shipment {
        self.0
    }
}

impl From<Shipment> for ShipmentBuilder {
    fn from(shipment: Shipment) -> Self {
        Self(shipment)
    }
}

impl From<ShipmentBuilder> for std::sync::Arc<Shipment> {
    fn from(told: ShipmentBuilder) -> Self {
        Self::new(told.0)
    }
}
