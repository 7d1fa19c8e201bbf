//! Where a parcel is, what comes next, and whether something is wrong, across every carrier and
//! customs office it passes.
//!
//! Bytes of a feed go in through an [`Adapter`]; out comes a [`Batch`] of [`Shipment`]s in one
//! vocabulary, and [`Notice`]s about what could not be used. A [`Journey`] is the set of what many
//! feeds said about one parcel; its [state](Journey::at) is a pure function of that set and
//! `now`, so order, repetition and division of deliveries cannot matter. [`journey::Journeys`]
//! tells which deliveries belong to one parcel.
//!
//! ```
//! use parceltrail::journey::Journeys;
//! use parceltrail::{Payload, Registry};
//!
//! let registry = Registry::builtin();
//! let body = br#"{"trackingNumber":"9200190000000000000214","trackingEvents":[
//!   {"eventCode":"OF","GMTTimestamp":"2026-03-11T12:10:00Z","GMTOffset":"-04:00","eventCity":"KNOXVILLE","eventState":"TN"},
//!   {"eventCode":"07","GMTTimestamp":"2026-03-10T10:05:00Z","GMTOffset":"-04:00","eventCity":"KNOXVILLE","eventState":"TN"}]}"#;
//! let received = "2026-03-11T13:00:00Z".parse()?;
//!
//! let feed = registry.recognise(body)?;
//! assert_eq!(feed.descriptor().feed.as_str(), "usps.tracking");
//! let mut journeys = Journeys::default();
//! for shipment in feed.decode(Payload::new(body, received))?.shipments {
//!     journeys.apply(shipment);
//! }
//! let (parcels, _) = journeys.sorted();
//! let state = parcels[0].at(received).parcel.ok_or("nothing reported")?;
//! assert_eq!(state.milestone.as_str(), "out_for_delivery");
//! assert_eq!(state.since.offset().map(|offset| offset.to_string()).as_deref(), Some("-04:00"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | look at |
//! |---|---|
//! | read a payload | [`Registry`], [`Adapter::decode`], [`Payload`] |
//! | know which parcel it is about, and where that is | [`journey`] |
//! | ask a carrier, or be told by it | [`Poll`], [`Webhook`]: pure, you bring the transport |
//! | know what has changed, when it can change again, when to ask again | [`changes`] |
//! | know whose number it is, and whom to ask about it | [`identify`], [`Registry::identify`], [`registry::QueryPlan`] |
//! | add a carrier of your own | [`adapter`], and the module `testing` behind the feature of that name |
//! | know what a carrier's feeds hold | [`carriers`]: each module's page is its pack's README |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]
#![deny(clippy::disallowed_methods)]

pub mod adapter;
pub mod anomaly;
pub mod briefing;
pub mod carriers;
pub mod changes;
#[cfg(feature = "client")]
#[allow(
    clippy::disallowed_methods,
    reason = "the driver reads clock and environment"
)]
pub mod client;
pub mod eta;
pub mod history;
pub mod journey;
pub mod model;
pub mod number;
pub mod registry;
#[cfg(feature = "testing")]
pub mod testing;
mod wire;

pub use adapter::{Adapter, Batch, DecodeError, Notice, NoticeKind, Payload, Poll, Webhook};
pub use history::History;
pub use journey::Journey;
pub use model::{
    CarrierId, Confidence, Event, EventId, EventTime, FeedId, Milestone, Party, Place, Reason,
    Scope, Shipment, Stage, TrackingNumber,
};
pub use registry::{Registry, identify};
pub use smol_str::SmolStr;

/// Runs the README's code as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
