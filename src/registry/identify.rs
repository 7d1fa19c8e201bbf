//! Whose a number may be, by all formats of a registry.

use std::sync::Arc;

use super::Registry;
use crate::carriers;
use crate::number::{Context, Identification, NumberFormat};

/// Which carriers a number may belong to, by the formats that come with the crate. Blanks, hyphens
/// and lower case do not matter.
///
/// ```
/// use parceltrail::identify;
/// let number = identify("RB 1234 5678 5 GB");
/// let best = number.best().unwrap();
/// assert_eq!(best.carrier().as_str(), "royal-mail");
/// assert_eq!(best.issuer().map(|country| country.to_string()).as_deref(), Some("GB"));
/// ```
#[must_use]
pub fn identify(number: &str) -> Identification<'static> {
    carriers::formats().identify(number, &Context::new())
}

impl Registry {
    /// Which carriers a number may belong to, by the formats of this registry and what is known
    /// besides.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::Context;
    /// let registry = Registry::builtin();
    /// let context = Context::new().with_only_carriers(["dhl", "fedex", "sf", "ups", "usps"]);
    /// let number = registry.identify("4006010002", &context);
    /// assert!(number.certainty().is_certain());
    /// assert_eq!(number.best().map(|best| best.carrier().as_str()), Some("dhl"));
    /// ```
    #[must_use]
    pub fn identify(&self, number: &str, context: &Context) -> Identification<'_> {
        self.formats.identify(number, context)
    }

    /// Adds formats of tracking numbers, for [`Registry::identify`]; one whose id is known already
    /// is replaced.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::{Context, FormatRecord, NumberFormat};
    /// let record: FormatRecord = serde_json::from_str(r#"{
    ///     "id": "acme.parcel", "name": "Acme parcel", "carrier": "acme", "shapes": ["'ACME' 8n"],
    ///     "confidence": "high", "source": "the label guide of Acme", "valid": [], "invalid": []
    /// }"#)?;
    /// let mut registry = Registry::builtin();
    /// registry.insert_formats([NumberFormat::try_from(&record)?]);
    /// let number = registry.identify("ACME10000000", &Context::new());
    /// assert!(number.certainty().is_certain());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert_formats(&mut self, formats: impl IntoIterator<Item = NumberFormat>) {
        Arc::make_mut(&mut self.formats).extend(formats);
    }
}
