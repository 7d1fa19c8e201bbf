//! Where it happened: [`Place`] and [`Country`].

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, StrExt};

use super::clean::optional_text;
use super::zone;

/// A country or territory by its ISO 3166 alpha-2 code.
///
/// ```
/// use parceltrail::model::Country;
/// assert_eq!("UK".parse::<Country>()?.as_str(), "GB");
/// assert_eq!(Country::named("GERMANY"), Some("DE".parse()?));
/// assert_eq!(Country::named("CHINA, PEOPLES REPUBLIC"), Some("CN".parse()?));
/// # Ok::<(), parceltrail::model::UnknownWord>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Country({})", self.as_str())
    }
}

impl Country {
    /// The code of two letters, in either case; `UK` is read as `GB`. Whether such a country exists
    /// is not checked.
    #[must_use]
    pub const fn from_alpha2(code: &str) -> Option<Self> {
        let &[a, b] = code.as_bytes() else {
            return None;
        };
        let (a, b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
        match (a, b) {
            (b'U', b'K') => Some(Self(*b"GB")),
            (b'A'..=b'Z', b'A'..=b'Z') => Some(Self([a, b])),
            _ => None,
        }
    }

    /// The country that a carrier's text names: alpha-2, alpha-3, or a name in one of the spellings
    /// that carriers use.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        zone::country_by_name(name)
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Both bytes are ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::str::FromStr for Country {
    type Err = super::UnknownWord;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::from_alpha2(code).ok_or_else(|| super::UnknownWord {
            vocabulary: "Country",
            word: code.into(),
        })
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::words::deserialize_word(deserializer)
    }
}

/// A place as far as the feed tells it. Streets, names and phone numbers are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Place {
    /// The carrier's own wording, where it says more than the parts.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub name: Option<SmolStr>,
    /// City or locality.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub city: Option<SmolStr>,
    /// State, province or region, as the feed writes it.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub region: Option<SmolStr>,
    /// Postal code.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub postcode: Option<SmolStr>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The carrier's code of the facility, service area or customs office.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub code: Option<SmolStr>,
}

impl Place {
    /// A place of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the carrier's own wording.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<SmolStr>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets city or locality.
    #[must_use]
    pub fn with_city(mut self, city: impl Into<SmolStr>) -> Self {
        self.city = Some(city.into());
        self
    }

    /// Sets state, province or region.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<SmolStr>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the postal code.
    #[must_use]
    pub fn with_postcode(mut self, postcode: impl Into<SmolStr>) -> Self {
        self.postcode = Some(postcode.into());
        self
    }

    /// Sets the country.
    #[must_use]
    pub fn with_country(mut self, country: impl Into<Option<Country>>) -> Self {
        self.country = country.into();
        self
    }

    /// Sets the carrier's code of the facility, service area or customs office.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<SmolStr>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The place, unless nothing of it is known.
    #[must_use]
    pub fn known(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }

    /// A place from one line of text: `LEIPZIG - GERMANY`, `Brisbane-AU`, `CINCINNATI,OH-USA`,
    /// `Dallas, TX, US`.
    ///
    /// Only a last part that names a country is taken as one; else the text is kept whole as
    /// [`Place::name`].
    ///
    /// ```
    /// use parceltrail::model::Place;
    /// let place = Place::from_text("CINCINNATI,OH-USA");
    /// assert_eq!(place.city.as_deref(), Some("CINCINNATI"));
    /// assert_eq!(place.region.as_deref(), Some("OH"));
    /// assert_eq!(place.country, "US".parse().ok());
    /// ```
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let text = super::clean(text.trim());
        let text = text.trim();
        if text.is_empty() {
            return Self::default();
        }
        let mut place = Self {
            name: Some(text.into()),
            ..Self::default()
        };
        let Some((rest, country)) = split_country(text) else {
            place.country = Country::named(text).filter(|_| text.len() > 3);
            return place;
        };
        place.country = Some(country);
        let (city, region) = match rest.rsplit_once(',') {
            Some((city, region)) if is_region(region.trim()) => (city, Some(region.trim())),
            _ => (rest, None),
        };
        let city = city.trim().trim_end_matches([',', '-']).trim();
        place.city = (!city.is_empty()).then(|| city.into());
        place.region = region.map(StrExt::to_uppercase_smolstr);
        place
    }

    /// What two statements must share to be about the same place: the feed's code, else country and
    /// city, however the city is spelt.
    pub(crate) fn identity(&self) -> SmolStr {
        if let Some(code) = &self.code {
            return code.clone();
        }
        let town = self
            .city
            .as_deref()
            .or(self.name.as_deref())
            .unwrap_or_default();
        let mut out = smol_str::SmolStrBuilder::new();
        if let Some(country) = &self.country {
            out.push_str(country.as_str());
        }
        out.push_str(&super::spelling::town_key(
            town,
            self.country,
            self.postcode.as_deref(),
        ));
        out.finish()
    }
}

/// No name of a country is longer, in bytes.
const LONGEST_COUNTRY: usize = 100;

/// Splits off a country at the end: behind a dash (the last that leaves a country), else behind the
/// last comma.
fn split_country(text: &str) -> Option<(&str, Country)> {
    let longest = text.len().saturating_sub(LONGEST_COUNTRY);
    for (at, _) in text.match_indices('-').skip_while(|(at, _)| *at < longest) {
        let tail = text[at + 1..].trim();
        if let Some(country) =
            Country::named(tail).filter(|country| zone::is_known_country(*country))
        {
            return Some((&text[..at], country));
        }
    }
    let (rest, tail) = text.rsplit_once(',')?;
    if tail.trim().len() == 2 && !rest.contains(',') && zone::is_north_american_region(tail.trim())
    {
        // "Atlanta, GA" is not in Gabon.
        return None;
    }
    let country = Country::named(tail).filter(|country| zone::is_known_country(*country))?;
    Some((rest, country))
}

fn is_region(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_only_at_a_country() {
        let cases = [
            ("LEIPZIG - GERMANY", Some("LEIPZIG"), None, Some("DE")),
            (
                "SHENZHEN - CHINA, PEOPLES REPUBLIC",
                Some("SHENZHEN"),
                None,
                Some("CN"),
            ),
            ("Brisbane-AU", Some("Brisbane"), None, Some("AU")),
            ("MEXICO CITY-MEXICO", Some("MEXICO CITY"), None, Some("MX")),
            ("Dallas, TX, US", Some("Dallas"), Some("TX"), Some("US")),
            (
                "STRATFORD-UPON-AVON - UK",
                Some("STRATFORD-UPON-AVON"),
                None,
                Some("GB"),
            ),
            ("Toulouse, FR", Some("Toulouse"), None, Some("FR")),
            ("Atlanta, GA", None, None, None),
            ("SOMEWHERE", None, None, None),
        ];
        for (text, city, region, country) in cases {
            let place = Place::from_text(text);
            assert_eq!(place.city.as_deref(), city, "{text}");
            assert_eq!(place.region.as_deref(), region, "{text}");
            assert_eq!(
                place.country.as_ref().map(Country::as_str),
                country,
                "{text}"
            );
            assert_eq!(place.name.as_deref(), Some(text));
        }
    }
}
