//! The wire format of each carrier: how requests are authorised and read, responses and webhook
//! calls written.
//!
//! Written from the carriers' documentation, not from the adapters: signatures, forms and digests
//! are implemented a second time, so that a mistake in an adapter shows.

mod contract;
mod dhl;
mod fedex;
mod sf;
mod ups;

pub(super) use contract::{Answer, Call, Lookup, Message, Refusal, Wire};

use super::carrier::Carrier;

/// How a carrier speaks.
pub(super) fn of(carrier: Carrier) -> &'static dyn Wire {
    match carrier {
        Carrier::Dhl => &dhl::Unified,
        Carrier::Fedex => &fedex::Track,
        Carrier::Ups => &ups::Track,
        Carrier::Sf => &sf::Routes,
    }
}
