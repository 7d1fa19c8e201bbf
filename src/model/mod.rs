//! The one vocabulary that every feed is turned into.
//!
//! An [`Event`] is one thing that somebody says happened: [`Stage`] × [`Milestone`] × [`Reason`] ×
//! [`Scope`], at an [`EventTime`] and a [`Place`], with the carrier's own code kept. A [`Shipment`]
//! is what one feed said about one number in one delivery.

mod carrier_code;
mod check_digit;
mod clean;
mod disclose;
mod due;
mod event;
mod event_id;
mod event_setters;
mod forget;
mod issuer;
mod masking;
mod milestone;
mod notice;
mod number;
mod order;
mod order_signal;
pub(crate) mod pack;
mod personal;
mod pickup_point;
mod place;
mod position;
mod promise;
mod promised_day;
mod proof;
mod proof_of_delivery;
mod reason;
mod shipment;
mod shipment_setters;
mod spelling;
mod stable_hash;
mod time;
mod time_reading;
mod web_link;
mod words;
mod zone;

pub use carrier_code::CarrierCode;
pub use check_digit::Check;
pub(crate) use clean::{clean, clean_in_place, clean_shipment};
pub use disclose::{Disclose, WithPersonalData};
pub use due::{Amount, Due, DueKind};
pub use event::Event;
pub use event_id::EventId;
pub use issuer::{DeliveryKind, IssuerKind};
pub use milestone::{Milestone, Stage};
pub use notice::{Notice, NoticeKind};
pub use number::{CarrierId, FeedId, Reference, Role, TrackingNumber};
pub use order::Order;
pub use order_signal::OrderSignal;
pub use personal::{FreeText, Personal};
pub use pickup_point::PickupPoint;
pub use place::{Country, Place};
pub use position::{Position, PositionSource};
pub use promise::{Promise, PromiseKind};
pub use proof::Proof;
pub use proof_of_delivery::{ProofKind, ProofOfDelivery};
pub use reason::{Confidence, DeliveredTo, Party, Reason, RecipientKind, Scope};
pub use shipment::Shipment;
pub(crate) use shipment::serialize_instant;
pub(crate) use stable_hash::Fnv;
pub use stable_hash::FnvHasher;
pub(crate) use time::instant_text;
pub use time::{EventTime, TimeKind};
pub use web_link::{LinkKind, WebLink};
pub use words::UnknownWord;
pub(crate) use words::deserialize_word;
pub(crate) use words::words;
pub(crate) use zone::country_of_city;
pub use zone::{Zones, zones_of};
