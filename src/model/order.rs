//! What only a shop knows of an order: [`Order`].

use serde::{Deserialize, Serializer};
use smol_str::SmolStr;

use super::clean::optional_text;
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::{EventTime, Personal};

/// What only a shop knows of an order. Its number, promise of delivery and destination stand in the
/// [`Shipment`](super::Shipment) around it.
///
/// A shipment that holds one is about the order itself, of which several parcels may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Order {
    /// When the shop promised to hand it to a carrier, at the latest.
    pub ship_by: Option<EventTime>,
    /// The shop's key of the customer: a keyed hash, never a name or address. Hidden in `Debug` and
    /// JSON nevertheless.
    pub customer: Option<Personal>,
    /// The shop's fingerprint of what was ordered: the same goods in the same quantities have the
    /// same one.
    #[serde(deserialize_with = "optional_text")]
    pub basket: Option<SmolStr>,
}

impl Order {
    /// An order of which nothing more is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets when the shop promised to hand it to a carrier.
    #[must_use]
    pub fn with_ship_by(mut self, ship_by: impl Into<Option<EventTime>>) -> Self {
        self.ship_by = ship_by.into();
        self
    }

    /// Sets the shop's key of the customer.
    #[must_use]
    pub fn with_customer(mut self, customer: impl Into<Option<Personal>>) -> Self {
        self.customer = customer.into();
        self
    }

    /// Sets the shop's fingerprint of the goods.
    #[must_use]
    pub fn with_basket(mut self, basket: impl Into<SmolStr>) -> Self {
        self.basket = Some(basket.into());
        self
    }
}

hidden_by_default!(Order);
impl Disclose for Order {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields::new("Order", 3, personal, serializer)?;
        out.some("ship_by", self.ship_by.as_ref())?
            .personal("customer", self.customer.as_ref())?
            .some("basket", self.basket.as_ref())?;
        out.end()
    }
}
