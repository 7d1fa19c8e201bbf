//! What is fixed about a feed: [`Descriptor`].

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::model::{CarrierId, DeliveryKind, FeedId, IssuerKind, Proof, Shipment, TrackingNumber};

/// How a feed states time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Every time carries its offset, or is UTC.
    Stated,
    /// Local time of one zone, always.
    Fixed(Tz),
    /// Local time of the place of the event, without offset.
    Place,
    /// Some times carry an offset; those that do not are local to their place.
    Mixed,
}

/// Something that only this feed's payloads hold, by which they are recognised.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// JSON with all of these keys. A path goes through objects by `.` and through lists without a
    /// sign: `shipments.events`.
    Json(&'static [&'static str]),
    /// XML with this root element, and somewhere below it all of these elements. Names without
    /// prefix.
    Xml(&'static str, &'static [&'static str]),
    /// XML whose root element's name starts and ends so.
    XmlRoot(&'static str, &'static str),
    /// A form body with this field.
    Form(&'static str),
}

/// What is fixed about a feed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Descriptor {
    /// The feed's id.
    pub feed: FeedId,
    /// Whose feed it is: the pack it belongs to.
    pub carrier: CarrierId,
    /// Its name in words.
    pub title: &'static str,
    /// What the party behind it does with parcels.
    pub issuer: IssuerKind,
    /// What absence means.
    pub delivery: DeliveryKind,
    /// How it states time.
    pub clock: Clock,
    /// How much a payload of this feed proves of who speaks, as long as no webhook proves less: a
    /// polled answer, or a file of one, is the carrier's.
    pub proof: Proof,
    /// How its payloads are recognised. Any one suffices.
    pub marks: &'static [Mark],
}

impl Descriptor {
    /// A carrier's feed of snapshots with mixed clocks, to be changed with the `with_` methods.
    ///
    /// The carrier is the id's part before the dot.
    #[must_use]
    pub fn new(feed: &'static str, title: &'static str) -> Self {
        let carrier = feed.split_once('.').map_or(feed, |(carrier, _)| carrier);
        Self {
            feed: FeedId::from_static(feed),
            carrier: CarrierId::from_static(carrier),
            title,
            issuer: IssuerKind::Carrier,
            delivery: DeliveryKind::Snapshot,
            clock: Clock::Mixed,
            proof: Proof::Answer,
            marks: &[],
        }
    }

    /// Sets what the party behind the feed does.
    #[must_use]
    pub fn with_issuer(mut self, issuer: IssuerKind) -> Self {
        self.issuer = issuer;
        self
    }

    /// Sets what absence means.
    #[must_use]
    pub fn with_delivery(mut self, delivery: DeliveryKind) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets how the feed states time.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how much its payloads prove. A feed that only pushes proves what its webhook does.
    #[must_use]
    pub fn with_proof(mut self, proof: Proof) -> Self {
        self.proof = proof;
        self
    }

    /// Sets how payloads are recognised.
    #[must_use]
    pub fn with_marks(mut self, marks: &'static [Mark]) -> Self {
        self.marks = marks;
        self
    }

    /// An empty shipment of this feed: its carrier, issuer, kind of delivery and proof.
    #[must_use]
    pub fn shipment(&self, number: TrackingNumber, received: DateTime<Utc>) -> Shipment {
        Shipment::new(self.feed.clone(), self.carrier.clone(), number, received)
            .with_issuer(self.issuer)
            .with_delivery(self.delivery)
            .with_proof(self.proof)
    }
}
