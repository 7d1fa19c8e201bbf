//! Which carriers a number may belong to: [`Identification`].
//!
//! A number says less than it seems to. Twelve digits may be FedEx, DHL Paket, SF Express and half
//! a dozen others, and a check digit that fits by accident fits one time in ten. So an
//! [`Identification`] ranks every format that fits, each with its reasons, and its
//! [`certainty`](Identification::certainty) is certain only where the evidence for one carrier
//! leaves no room for another.
//!
//! ```
//! use parceltrail::identify;
//! use parceltrail::number::Certainty;
//!
//! let number = identify("1z 000 000 03 0000 0013");
//! let Certainty::Certain(ups) = number.certainty() else { panic!("{number:?}") };
//! assert_eq!(ups.carrier().as_str(), "ups");
//! assert_eq!(ups.to_string(), "ups: UPS package (starts with 1Z, check digit fits)");
//!
//! let number = identify("100000000220");
//! assert!(matches!(number.certainty(), Certainty::Ambiguous(several) if several.len() >= 3));
//! ```
//!
//! The formats are data: those of a pack in its `carrier.json`, those of other carriers in
//! `carriers/other-numbers.json`. An application adds its own with
//! [`Registry::insert_formats`](crate::Registry::insert_formats), or makes an [`Identifier`] of
//! exactly the formats it wants.

mod candidate;
mod certainty;
mod context;
mod format;
mod identification;
mod identifier;
mod shape;

pub use crate::model::Check;
pub use candidate::{Candidate, Likelihood};
pub use certainty::Certainty;
pub use context::Context;
pub use format::{FormatError, FormatRecord, NumberFormat};
pub use identification::Identification;
pub use identifier::Identifier;
