//! From where to where: [`Lane`].

use crate::model::Country;

/// From where to where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lane {
    /// The country of origin.
    pub origin: Option<Country>,
    /// The country of destination.
    pub destination: Option<Country>,
}

impl Lane {
    /// From one country to another.
    #[must_use]
    pub fn new(
        origin: impl Into<Option<Country>>,
        destination: impl Into<Option<Country>>,
    ) -> Self {
        Self {
            origin: origin.into(),
            destination: destination.into(),
        }
    }

    /// Whether it certainly stays within one country.
    #[must_use]
    pub fn is_domestic(&self) -> bool {
        self.origin.is_some() && self.origin == self.destination
    }
}

impl std::fmt::Display for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |country: &Option<Country>| {
            country.map_or_else(|| "?".to_owned(), |country| country.to_string())
        };
        write!(f, "{}-{}", word(&self.origin), word(&self.destination))
    }
}
