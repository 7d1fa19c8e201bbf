//! The tools of the built-in decoders, for adapters outside the crate.
//!
//! [`Collector`] opens a payload and gathers shipments and notices. The clock readers turn the ways
//! in which carriers write times into numbers, and never guess: what they cannot read is `None`.
//! [`stamped`] makes an [`EventTime`](crate::EventTime) of one and of the zones of its place. The
//! rest builds requests that no number or credential can change.
//!
//! `examples/custom_carrier.rs` is an adapter made with them.

pub use super::build::{basic, build, check_count, client_credentials_form};
pub use super::collector::{Collector, grams, stamped};
pub use super::repeated::repeated_fields;
pub use crate::wire::clock::{
    Stamp, compact, compact_date, compact_time, date, epoch, german, iso, offset, time,
};
