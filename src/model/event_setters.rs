//! Building an [`Event`] from outside: one setter a field.

use smol_str::SmolStr;

use super::{
    CarrierCode, CarrierId, Confidence, DeliveredTo, Event, EventTime, FeedId, FreeText, Milestone,
    OrderSignal, Personal, Place, Position, ProofOfDelivery, Reason, RecipientKind, Reference,
    Scope, Stage, TrackingNumber,
};

impl Event {
    /// A statement about a parcel: who says it, about which number, what happened and when. All
    /// else is set with the `with_` methods; the scope is the parcel, the confidence high.
    ///
    /// ```
    /// use parceltrail::model::{CarrierCode, EventTime, Place};
    /// use parceltrail::{Event, Milestone, Stage, TrackingNumber};
    /// let event = Event::new(
    ///     "acme.scans",
    ///     "acme",
    ///     TrackingNumber::new("AC100000001"),
    ///     Milestone::Arrived,
    ///     EventTime::instant("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z".parse()?),
    /// )
    /// .with_stage(Stage::LineHaul)
    /// .with_place(Place::from_text("LEIPZIG - GERMANY"))
    /// .with_code(CarrierCode::new("AR"));
    /// assert_eq!(event.place.unwrap().country, "DE".parse().ok());
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn new(
        feed: impl Into<FeedId>,
        carrier: impl Into<CarrierId>,
        number: TrackingNumber,
        milestone: Milestone,
        time: EventTime,
    ) -> Self {
        Self {
            feed: feed.into(),
            carrier: carrier.into(),
            number,
            piece: None,
            stage: None,
            milestone,
            reason: None,
            scope: Scope::Parcel,
            time,
            place: None,
            code: CarrierCode::default(),
            delivered_to: None,
            damaged: false,
            signed_by: None,
            recipient_kind: None,
            related: Vec::new(),
            retracts: false,
            confidence: Confidence::High,
            sequence: None,
            signal: None,
            proof_of_delivery: Vec::new(),
            position: None,
            attempt: None,
            vendor_id: None,
            next_steps: None,
            remark: None,
        }
    }

    /// Makes it a statement about one piece; see also [`Event::with_scope`].
    #[must_use]
    pub fn with_piece(mut self, piece: impl Into<Option<TrackingNumber>>) -> Self {
        self.piece = piece.into();
        self
    }

    /// Sets where in the chain it happened.
    #[must_use]
    pub fn with_stage(mut self, stage: impl Into<Option<Stage>>) -> Self {
        self.stage = stage.into();
        self
    }

    /// Sets why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Option<Reason>>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Sets what the statement is about; without it, the parcel.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets where.
    #[must_use]
    pub fn with_place(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// Sets the carrier's own code and words.
    #[must_use]
    pub fn with_code(mut self, code: CarrierCode) -> Self {
        self.code = code;
        self
    }

    /// Sets where a delivered parcel was left.
    #[must_use]
    pub fn with_delivered_to(mut self, delivered_to: impl Into<Option<DeliveredTo>>) -> Self {
        self.delivered_to = delivered_to.into();
        self
    }

    /// Says whether it is damaged.
    #[must_use]
    pub fn with_damaged(mut self, damaged: bool) -> Self {
        self.damaged = damaged;
        self
    }

    /// Sets who signed.
    #[must_use]
    pub fn with_signed_by(mut self, signed_by: impl Into<Option<Personal>>) -> Self {
        self.signed_by = signed_by.into();
        self
    }

    /// Sets who took it in, in kind.
    #[must_use]
    pub fn with_recipient_kind(mut self, recipient_kind: impl Into<Option<RecipientKind>>) -> Self {
        self.recipient_kind = recipient_kind.into();
        self
    }

    /// Adds another number that the statement names.
    #[must_use]
    pub fn with_related(mut self, reference: Reference) -> Self {
        self.related.push(reference);
        self
    }

    /// Says whether its speaker takes back what he declared before.
    #[must_use]
    pub fn with_retracts(mut self, retracts: bool) -> Self {
        self.retracts = retracts;
        self
    }

    /// Sets how sure the mapping is; without it, high.
    #[must_use]
    pub fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Sets its place among the feed's statements of the same second, lowest first.
    #[must_use]
    pub fn with_sequence(mut self, sequence: impl Into<Option<u16>>) -> Self {
        self.sequence = sequence.into();
        self
    }

    /// Sets what a shop says happened to the order.
    #[must_use]
    pub fn with_signal(mut self, signal: impl Into<Option<OrderSignal>>) -> Self {
        self.signal = signal.into();
        self
    }

    /// Adds proof of the delivery.
    #[must_use]
    pub fn with_proof_of_delivery(mut self, proof: ProofOfDelivery) -> Self {
        self.proof_of_delivery.push(proof);
        self
    }

    /// Sets where on Earth it happened.
    #[must_use]
    pub fn with_position(mut self, position: impl Into<Option<Position>>) -> Self {
        self.position = position.into();
        self
    }

    /// Sets which attempt to deliver it was, from 1.
    #[must_use]
    pub fn with_attempt(mut self, attempt: impl Into<Option<u32>>) -> Self {
        self.attempt = attempt.into();
        self
    }

    /// Sets the feed's own identity of the event.
    #[must_use]
    pub fn with_vendor_id(mut self, vendor_id: impl Into<SmolStr>) -> Self {
        self.vendor_id = Some(vendor_id.into());
        self
    }

    /// Sets what the carrier asks the recipient or sender to do.
    #[must_use]
    pub fn with_next_steps(mut self, next_steps: impl Into<Option<FreeText>>) -> Self {
        self.next_steps = next_steps.into();
        self
    }

    /// Sets a second sentence about the event.
    #[must_use]
    pub fn with_remark(mut self, remark: impl Into<Option<FreeText>>) -> Self {
        self.remark = remark.into();
        self
    }
}
