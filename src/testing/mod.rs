//! For tests of adapters and of what is built on journeys. Behind the feature `testing`.
//!
//! [`Conformance`] runs any adapter, of this crate or a third party's, through what the contract
//! demands. [`shipment`] builds shipments without payloads. The module `simulator`, behind
//! the feature of that name, plays four carriers on a loopback address, with everything that can go
//! wrong.

mod conformance;
mod distort;
mod loss;
mod mutate;
mod shipment;
#[cfg(feature = "simulator")]
#[allow(
    clippy::disallowed_methods,
    reason = "a simulated carrier lives in real time"
)]
pub mod simulator;

pub use conformance::{Conformance, Violation};
pub use shipment::{ShipmentBuilder, shipment};
