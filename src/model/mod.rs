//! The one vocabulary that every feed is turned into.
//!
//! An [`Event`] is one thing that somebody says happened: [`Stage`] × [`Milestone`] × [`Reason`] ×
//! [`Scope`], at an [`EventTime`] and a [`Place`], with the carrier's own code kept. A [`Shipment`]
//! is what one feed said about one number in one delivery.

mod clean;
mod event;
mod masking;
mod milestone;
mod number;
mod order;
mod personal;
mod place;
mod promised_day;
mod proof;
mod reason;
mod shipment;
mod spelling;
mod time;
mod words;
mod zone;

pub(crate) use clean::{clean, clean_in_place, clean_shipment};
pub(crate) use event::Fnv;
pub use event::{CarrierCode, Event, EventId};
pub use milestone::{Milestone, Stage};
pub use number::{CarrierId, FeedId, Reference, Role, TrackingNumber};
pub use order::Order;
pub use personal::{FreeText, Personal};
pub use place::{Country, Place};
pub use proof::Proof;
pub use reason::{Confidence, DeliveredTo, Party, Reason, RecipientKind, Scope};
pub(crate) use shipment::serialize_instant;
pub use shipment::{Promise, PromiseKind, Shipment};
pub(crate) use time::instant_text;
pub use time::{EventTime, TimeKind};
pub use words::UnknownWord;
pub(crate) use words::deserialize_word;
pub(crate) use words::words;
pub(crate) use zone::country_of_city;
pub use zone::{Zones, zones_of};
