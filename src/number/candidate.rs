//! A carrier whose number it may be, and why: [`Candidate`].

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::NumberFormat;
use super::context::Hints;
use super::shape::Shape;
use crate::model::{CarrierId, Confidence, Country, words};

words! {
    /// How much the form of a number alone says for a candidate.
    Likelihood {
        /// Only length and kind of characters fit, or the format is hearsay.
        Weak = "weak",
        /// A check digit or a short prefix fits; by accident that happens one time in ten, or so.
        Fair = "fair",
        /// A distinctive form fits.
        Strong = "strong",
    }
}

/// In tenths of a bit: how much a distinctive form weighs at least, and by how much a candidate
/// must lead for certainty. Three digits that cannot be accident weigh 100; two and a check digit
/// 99.
pub(super) const DECISIVE: i32 = 90;
/// What an accident of one in four weighs; a check digit modulo 7 weighs 28.
const SLIGHT: i32 = 20;
/// What a carrier named, a service or a country adds to the rank, and what countries in which the
/// carrier does not work take away.
const IN_USE: i32 = 70;
const SERVICE: i32 = 40;
const COUNTRY: i32 = 30;

/// A carrier whose format a number has, and why.
///
/// `Display` gives the carrier, the format and the reasons. It holds nothing of the number but the
/// issuing country.
#[derive(Clone)]
pub struct Candidate<'f> {
    format: &'f NumberFormat,
    shape: &'f Shape,
    weight: i32,
    issuer: Option<Country>,
    hints: Hints,
}

impl<'f> Candidate<'f> {
    pub(super) fn new(
        format: &'f NumberFormat,
        shape: &'f Shape,
        length: usize,
        issuer: Option<Country>,
        hints: Hints,
    ) -> Self {
        Self {
            format,
            shape,
            weight: format.weight(shape, length),
            issuer,
            hints,
        }
    }

    /// The carrier.
    #[must_use]
    pub fn carrier(&self) -> &'f CarrierId {
        self.format.carrier()
    }

    /// The format that fits.
    #[must_use]
    pub fn format(&self) -> &'f NumberFormat {
        self.format
    }

    /// How much the form of the number alone says for it.
    #[must_use]
    pub fn likelihood(&self) -> Likelihood {
        let strong = self.weight >= DECISIVE;
        match (strong, self.format.confidence()) {
            (true, Confidence::Medium | Confidence::High) => Likelihood::Strong,
            (true, Confidence::Low) => Likelihood::Fair,
            (false, _) if self.weight >= SLIGHT => Likelihood::Fair,
            _ => Likelihood::Weak,
        }
    }

    /// Whether a check digit was verified.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.format.check().is_some()
    }

    /// The country whose post issued the number, where the number states it.
    #[must_use]
    pub fn issuer(&self) -> Option<Country> {
        self.issuer
    }

    /// Whether the context speaks for it: the carrier is in use, the service is named, or the
    /// carrier works in one of the countries.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.hints.in_use || self.hints.service || self.hints.country.is_some()
    }

    /// Whether the carrier works neither at the origin nor at the destination. Never true of a
    /// [`Likelihood::Strong`] candidate: a distinctive form outweighs what is known of a carrier's
    /// countries.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.hints.elsewhere && self.likelihood() != Likelihood::Strong
    }

    /// The name of the format and the reasons, as `Display` gives them behind the carrier.
    #[must_use]
    pub fn why(&self) -> String {
        format!("{} ({})", self.format.name(), Reasons(self))
    }

    /// How much the form weighs, without the context.
    pub(super) fn weight(&self) -> i32 {
        self.weight
    }

    pub(super) fn hints(&self) -> &Hints {
        &self.hints
    }

    /// The weight of the form and what the context says.
    pub(super) fn rank(&self) -> i32 {
        let add = |is_so: bool, points: i32| if is_so { points } else { 0 };
        self.weight
            + add(self.hints.preferred, IN_USE)
            + add(self.hints.service, SERVICE)
            + add(self.hints.country.is_some(), COUNTRY)
            - add(self.is_elsewhere(), COUNTRY)
    }

    fn write_reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut prefix = self.shape.prefix().peekable();
        if prefix.peek().is_some() {
            f.write_str("starts with ")?;
            prefix.try_for_each(|c| fmt::Write::write_char(f, c))?;
        } else if self.shape.has_letters {
            f.write_str("letters and digits stand in their places")?;
        } else {
            f.write_str("only the length fits")?;
        }
        if self.is_checked() {
            f.write_str(", check digit fits")?;
        }
        if let Some(issuer) = self.issuer {
            write!(f, ", issued in {issuer}")?;
        }
        if self.format.confidence() == Confidence::Low {
            f.write_str(", format not confirmed")?;
        }
        if self.format.is_retired() {
            f.write_str(", no longer issued")?;
        }
        if self.hints.in_use {
            f.write_str(", carrier in use")?;
        }
        if self.hints.service {
            f.write_str(", service named")?;
        }
        if let Some(country) = self.hints.country {
            write!(f, ", works in {country}")?;
        }
        if self.is_elsewhere() {
            f.write_str(", works neither at origin nor destination")?;
        }
        Ok(())
    }
}

/// The reasons alone, for JSON.
struct Reasons<'c, 'f>(&'c Candidate<'f>);

impl fmt::Display for Reasons<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_reasons(f)
    }
}

impl fmt::Display for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} ({})",
            self.carrier(),
            self.format.name(),
            Reasons(self)
        )
    }
}

impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Candidate({}, {}, {})",
            self.format.id(),
            self.likelihood(),
            Reasons(self)
        )
    }
}

impl Serialize for Candidate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Candidate", 7)?;
        out.serialize_field("carrier", self.carrier())?;
        out.serialize_field("format", self.format.id())?;
        out.serialize_field("name", self.format.name())?;
        out.serialize_field("likelihood", &self.likelihood())?;
        out.serialize_field("checked", &self.is_checked())?;
        match self.issuer {
            Some(issuer) => out.serialize_field("issuer", &issuer)?,
            None => out.skip_field("issuer")?,
        }
        out.serialize_field("reasons", &format_args!("{}", Reasons(self)))?;
        out.end()
    }
}
