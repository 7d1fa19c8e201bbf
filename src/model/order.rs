//! What only a shop knows of an order: [`Order`].

use serde::Serialize;
use smol_str::SmolStr;

use super::{EventTime, Personal};

/// What only a shop knows of an order. Its number, promise of delivery and destination stand in the
/// [`Shipment`](super::Shipment) around it.
///
/// A shipment that holds one is about the order itself, of which several parcels may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Order {
    /// When the shop promised to hand it to a carrier, at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_by: Option<EventTime>,
    /// The shop's key of the customer: a keyed hash, never a name or address. Hidden in `Debug` and
    /// JSON nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Personal>,
    /// The shop's fingerprint of what was ordered: the same goods in the same quantities have the
    /// same one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basket: Option<SmolStr>,
}
