//! For tests of adapters and of what is built on journeys. Behind the feature `testing`.
//!
//! [`Conformance`] runs any adapter, of this crate or a third party's, through what the contract demands. [`told`] builds shipments without
//! payloads.

mod conformance;
mod distort;
mod told;

pub use conformance::{Conformance, Violation};
pub use told::{Told, told};
