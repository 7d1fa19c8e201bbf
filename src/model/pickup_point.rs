//! Where a parcel waits to be collected: [`PickupPoint`].

use serde::{Deserialize, Serializer};
use smol_str::SmolStr;

use super::clean::{optional_text, texts};
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::{EventTime, Personal, Place};

/// A shop, post office, station or locker at which the recipient collects the parcel.
///
/// Name, street and hours are those of a business and are shown. The code that opens the locker is
/// personal: `Debug` and JSON hide it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct PickupPoint {
    /// The carrier's id of the point.
    #[serde(deserialize_with = "optional_text")]
    pub id: Option<SmolStr>,
    /// Its name.
    #[serde(deserialize_with = "optional_text")]
    pub name: Option<SmolStr>,
    /// Street and house number of the point.
    #[serde(deserialize_with = "optional_text")]
    pub street: Option<SmolStr>,
    /// Town, region, postcode and country.
    pub place: Option<Place>,
    /// When it is open, in the carrier's words, a line each.
    #[serde(deserialize_with = "texts")]
    pub opening_hours: Vec<SmolStr>,
    /// Until when the parcel is kept there.
    pub hold_until: Option<EventTime>,
    /// The code that the recipient shows or types in.
    pub code: Option<Personal>,
}

impl PickupPoint {
    /// A point of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the carrier's id of the point.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<SmolStr>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets its name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<SmolStr>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets its street and house number.
    #[must_use]
    pub fn with_street(mut self, street: impl Into<SmolStr>) -> Self {
        self.street = Some(street.into());
        self
    }

    /// Sets town, region, postcode and country.
    #[must_use]
    pub fn with_place(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// Adds a line about its opening hours.
    #[must_use]
    pub fn with_opening_hours(mut self, line: impl Into<SmolStr>) -> Self {
        self.opening_hours.push(line.into());
        self
    }

    /// Sets until when the parcel is kept there.
    #[must_use]
    pub fn with_hold_until(mut self, until: impl Into<Option<EventTime>>) -> Self {
        self.hold_until = until.into();
        self
    }

    /// Sets the code that the recipient shows or types in.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Option<Personal>>) -> Self {
        self.code = code.into();
        self
    }

    /// The point, unless nothing of it is known.
    #[must_use]
    pub fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

hidden_by_default!(PickupPoint);
impl Disclose for PickupPoint {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields::new("PickupPoint", 7, personal, serializer)?;
        out.some("id", self.id.as_ref())?
            .some("name", self.name.as_ref())?
            .some("street", self.street.as_ref())?
            .some("place", self.place.as_ref())?
            .list("opening_hours", &self.opening_hours)?
            .some("hold_until", self.hold_until.as_ref())?
            .personal("code", self.code.as_ref())?;
        out.end()
    }
}
