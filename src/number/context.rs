//! What the application knows about a number from elsewhere: [`Context`].

use super::NumberFormat;
use crate::model::{CarrierId, Country};

/// What the application knows about a number from elsewhere: the carriers that it uses, where the
/// parcel comes from and goes to, what service was booked.
///
/// A context ranks candidates and can settle which of them it is; the rule stands at
/// [`Certainty`](super::Certainty). It never adds a candidate: a number that no format fits stays
/// unknown whatever is declared.
///
/// ```
/// use parceltrail::Registry;
/// use parceltrail::number::Context;
/// let registry = Registry::builtin();
/// let number = "449000000013"; // FedEx by its check digit; by its length, SF and others too
/// assert!(!registry.identify(number, &Context::new()).certainty().is_certain());
///
/// let ours = Context::new().with_only_carriers(["dhl", "fedex", "sf", "ups", "usps"]);
/// let found = registry.identify(number, &ours);
/// assert!(found.certainty().is_certain());
/// assert_eq!(found.best().map(|best| best.carrier().as_str()), Some("fedex"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// Carriers that the application uses. Others may occur as well.
    pub carriers: Vec<CarrierId>,
    /// The only carriers that may occur, where that is known.
    pub only_carriers: Option<Vec<CarrierId>>,
    /// The country that the parcel comes from.
    pub origin: Option<Country>,
    /// The country that it goes to.
    pub destination: Option<Country>,
    /// The service booked, in the carrier's words (`Ground`, `parcel-de`, `DHL Paket
    /// International`).
    pub service: Option<String>,
}

impl Context {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a carrier that the application uses. Numbers of others may occur as well.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::Context;
    /// let registry = Registry::builtin();
    /// let context = Context::new().with_carrier("sf");
    /// let found = registry.identify("449000000013", &context);
    /// assert_eq!(found.best().map(|best| best.carrier().as_str()), Some("sf"));
    /// assert!(!found.certainty().is_certain(), "twelve digits are many carriers'");
    /// ```
    #[must_use]
    pub fn with_carrier(mut self, carrier: impl Into<CarrierId>) -> Self {
        self.carriers.push(carrier.into());
        self
    }

    /// Declares that the number is of one of these carriers and of no other: every other candidate
    /// is left out. Called again, it keeps those named each time.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::Context;
    /// let registry = Registry::builtin();
    /// let context = Context::new().with_only_carriers(["ups", "sf"]);
    /// assert!(registry.identify("1Z0000000300000013", &context).certainty().is_certain());
    /// assert!(registry.identify("RB123456785GB", &context).best().is_none());
    /// ```
    #[must_use]
    pub fn with_only_carriers<I>(mut self, carriers: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<CarrierId>,
    {
        let mut only: Vec<CarrierId> = carriers.into_iter().map(Into::into).collect();
        only.retain(|carrier| self.allows(carrier));
        self.only_carriers = Some(only);
        self
    }

    /// Sets the country that the parcel comes from.
    ///
    /// ```
    /// use parceltrail::number::Context;
    /// let context = Context::new().with_origin("CN".parse()?).with_destination("DE".parse()?);
    /// assert_eq!(context.origin.map(|country| country.to_string()).as_deref(), Some("CN"));
    /// # Ok::<(), parceltrail::model::UnknownWord>(())
    /// ```
    #[must_use]
    pub fn with_origin(mut self, country: Country) -> Self {
        self.origin = Some(country);
        self
    }

    /// Sets the country that the parcel goes to.
    #[must_use]
    pub fn with_destination(mut self, country: Country) -> Self {
        self.destination = Some(country);
        self
    }

    /// Sets the service booked. It counts where it holds one of the words that the format names;
    /// case and signs do not matter.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::Context;
    /// let registry = Registry::builtin();
    /// // The check digits of a FedEx number and of an Identcode both fit.
    /// let ours = Context::new().with_only_carriers(["dhl", "fedex"]);
    /// assert!(!registry.identify("100000000220", &ours).certainty().is_certain());
    /// let paket = registry.identify("100000000220", &ours.with_service("DHL Paket"));
    /// assert!(paket.certainty().is_certain());
    /// assert_eq!(paket.best().map(|best| best.carrier().as_str()), Some("dhl"));
    /// ```
    #[must_use]
    pub fn with_service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Whether a number may be of this carrier.
    pub(super) fn allows(&self, carrier: &CarrierId) -> bool {
        self.only_carriers
            .as_ref()
            .is_none_or(|only| only.contains(carrier))
    }

    /// What it says for and against a format.
    pub(super) fn hints(&self, format: &NumberFormat, issuer: Option<Country>) -> Hints {
        let works_in =
            |country: &Country| format.works_in(*country) || issuer.as_ref() == Some(country);
        let known = || [self.origin, self.destination].into_iter().flatten();
        let country = known().find(works_in);
        let is_local = !format.countries().is_empty() || issuer.is_some();
        Hints {
            in_use: match &self.only_carriers {
                Some(only) => only.contains(format.carrier()),
                None => self.carriers.contains(format.carrier()),
            },
            preferred: self.carriers.contains(format.carrier()),
            country,
            elsewhere: is_local && country.is_none() && known().count() == 2,
            service: self
                .service
                .as_deref()
                .is_some_and(|service| format.services().iter().any(|name| holds(service, name))),
        }
    }
}

/// What the context says for and against a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// The carrier is in use: one of the only ones where these are declared, else one of those
    /// named.
    pub in_use: bool,
    /// The carrier is named as one in use.
    pub preferred: bool,
    /// It works in this country of the parcel's.
    pub country: Option<Country>,
    /// Origin and destination are known, and it works in neither.
    pub elsewhere: bool,
    /// The service named is one that has such numbers.
    pub service: bool,
}

/// Whether a text holds the words of a phrase next to each other.
fn holds(text: &str, phrase: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|part| part == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_by_whole_words() {
        for (text, phrase, is_there) in [
            ("DHL Paket International", "paket", true),
            ("parcel_DE", "parcel-de", true),
            ("parcel-desk", "parcel-de", false),
            ("Expressway", "express", false),
            ("", "express", false),
            ("anything", "", false),
        ] {
            assert_eq!(holds(text, phrase), is_there, "{phrase:?} in {text:?}");
        }
    }

    #[test]
    fn declaring_the_only_carriers_again_narrows() {
        let context = Context::new()
            .with_only_carriers(["ups", "sf"])
            .with_only_carriers(["sf", "dhl"]);
        assert_eq!(context.only_carriers, Some(vec!["sf".into()]));
    }
}
