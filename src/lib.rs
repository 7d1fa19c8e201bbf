//! Where a parcel is, what comes next, and whether something is wrong, across every carrier and customs office it passes.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod adapter;
pub mod carriers;
pub mod journey;
pub mod model;
pub mod number;
#[cfg(feature = "testing")]
pub mod testing;
mod wire;

pub use adapter::{Adapter, Batch, DecodeError, Notice, NoticeKind, Payload, Poll, Registry, Webhook};
pub use journey::Journey;
pub use model::{CarrierId, Confidence, Event, EventId, EventTime, FeedId, Milestone, Party, Place, Reason, Scope, Shipment, Stage, TrackingNumber};
pub use number::identify;
