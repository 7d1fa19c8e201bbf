//! What a number may be: [`Identification`], its [`Candidate`]s and the [`Certainty`].

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::NumberFormat;
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
const DECISIVE: i32 = 90;
/// What an accident of one in four weighs; a check digit modulo 7 weighs 28.
const SLIGHT: i32 = 20;
/// What an expected carrier or country adds to the rank. Less than decides, so that no expectation
/// displaces a distinctive form.
const EXPECTED: i32 = 70;
const COUNTRY: i32 = 30;

/// What the context says for a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    pub expected: bool,
    pub country: Option<Country>,
}

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

    /// Whether the context speaks for it.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.hints.expected || self.hints.country.is_some()
    }

    fn rank(&self) -> i32 {
        self.weight
            + if self.hints.expected { EXPECTED } else { 0 }
            + if self.hints.country.is_some() {
                COUNTRY
            } else {
                0
            }
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
        if self.hints.expected {
            f.write_str(", carrier expected")?;
        }
        if let Some(country) = self.hints.country {
            write!(f, ", works in {country}")?;
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

/// Every format that a number has, the likeliest first.
///
/// It does not keep the number, so it can be logged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Identification<'f> {
    candidates: Vec<Candidate<'f>>,
    #[serde(skip)]
    mistyped: Option<&'f NumberFormat>,
}

/// What can be said about whose a number is.
#[derive(Clone, Copy, Debug)]
pub enum Certainty<'i, 'f> {
    /// No format fits.
    Unknown,
    /// Only this carrier fits, or its form is so distinctive that the others fit by accident.
    Certain(&'i Candidate<'f>),
    /// It may be any of these, the likeliest first. A single one means that its form could as well
    /// be an accident.
    Ambiguous(&'i [Candidate<'f>]),
}

impl Certainty<'_, '_> {
    /// Whether the carrier is certain.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        matches!(self, Self::Certain(_))
    }
}

impl<'f> Identification<'f> {
    pub(super) fn new(
        mut candidates: Vec<Candidate<'f>>,
        mistyped: Option<&'f NumberFormat>,
    ) -> Self {
        // Stable: what ranks equal keeps the order of the formats.
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
        Self {
            candidates,
            mistyped,
        }
    }

    /// Every format that fits, the likeliest first.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate<'f>] {
        &self.candidates
    }

    /// The likeliest, which may be wrong: see [`verdict`](Self::verdict).
    #[must_use]
    pub fn best(&self) -> Option<&Candidate<'f>> {
        self.candidates.first()
    }

    /// A format of letters and digits that the number has but for its check digit: perhaps one
    /// character is mistyped.
    #[must_use]
    pub fn mistyped(&self) -> Option<&'f NumberFormat> {
        self.mistyped
    }

    /// Whether it can be said whose the number is.
    #[must_use]
    pub fn certainty(&self) -> Certainty<'_, 'f> {
        let Some((best, others)) = self.candidates.split_first() else {
            return Certainty::Unknown;
        };
        // Only the form of the number decides; an expectation that puts another candidate first
        // leaves the matter open.
        let outdone = |other: &Candidate<'f>| best.weight >= other.weight + DECISIVE;
        let decided = others.iter().all(|other| {
            other.carrier() == best.carrier() || self.is_refined(other) || outdone(other)
        });
        if best.likelihood() == Likelihood::Strong && !self.is_refined(best) && decided {
            Certainty::Certain(best)
        } else {
            Certainty::Ambiguous(&self.candidates)
        }
    }

    /// Whether a narrower format than this candidate's fits as well.
    fn is_refined(&self, wide: &Candidate<'f>) -> bool {
        self.candidates
            .iter()
            .any(|candidate| candidate.format.refines() == Some(wide.format.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Context, FormatRecord, Identifier};

    /// Formats by id, shape, confidence and what they refine.
    fn formats(formats: &[(&str, &str, &str, Option<&str>)]) -> Identifier {
        let compiled = formats.iter().map(|(id, shape, confidence, refines)| {
            let record: FormatRecord = serde_json::from_value(serde_json::json!({
                "id": id, "name": "number", "carrier": id.split('.').next(), "shapes": [shape], "refines": refines, "countries": ["JP"],
                "check": shape.contains('(').then_some("gs1"), "confidence": confidence, "source": "S", "valid": [], "invalid": []
            }))
            .unwrap();
            NumberFormat::try_from(&record).unwrap()
        });
        compiled.collect()
    }

    fn carriers(identification: &Identification<'_>) -> Vec<String> {
        identification
            .candidates()
            .iter()
            .map(|candidate| candidate.carrier().to_string())
            .collect()
    }

    #[test]
    fn evidence_ranks() {
        let set = formats(&[
            ("length.a", "10n", "high", None),
            ("check.a", "(9n) c", "high", None),
            ("prefix.a", "'94' 8n", "high", None),
        ]);
        let found = set.identify("9400000009", &Context::default());
        assert_eq!(carriers(&found), ["prefix", "check", "length"]);
        assert_eq!(
            found
                .candidates()
                .iter()
                .map(Candidate::likelihood)
                .collect::<Vec<_>>(),
            [Likelihood::Fair, Likelihood::Fair, Likelihood::Weak]
        );
        assert!(matches!(found.certainty(), Certainty::Ambiguous(all) if all.len() == 3));
    }

    #[test]
    fn one_weak_candidate_is_not_certain() {
        let set = formats(&[("length.a", "10n", "high", None)]);
        assert!(matches!(
            set.identify("9400000009", &Context::default()).certainty(),
            Certainty::Ambiguous([_])
        ));
    }

    #[test]
    fn hearsay_is_never_certain() {
        let certain = |confidence| {
            formats(&[("a.a", "'AB' 8n", confidence, None)])
                .identify("AB12345678", &Context::default())
                .certainty()
                .is_certain()
        };
        assert!(certain("high") && certain("medium") && !certain("low"));
    }

    #[test]
    fn a_distinctive_form_outdoes_an_accident_but_not_its_equal() {
        let accident = formats(&[
            ("a.a", "('942' 6n) c", "high", None),
            ("b.a", "10n", "high", None),
        ]);
        let number = "9420000003";
        assert!(
            accident
                .identify(number, &Context::default())
                .certainty()
                .is_certain()
        );
        let equal = formats(&[
            ("a.a", "('942' 6n) c", "high", None),
            ("b.a", "('94' 7n) c", "high", None),
        ]);
        assert!(
            !equal
                .identify(number, &Context::default())
                .certainty()
                .is_certain()
        );
        let same_carrier = formats(&[
            ("a.a", "('942' 6n) c", "high", None),
            ("a.b", "('94' 7n) c", "high", None),
        ]);
        assert!(
            same_carrier
                .identify(number, &Context::default())
                .certainty()
                .is_certain()
        );
    }

    #[test]
    fn a_narrower_format_stands_for_the_wider() {
        let set = formats(&[
            ("wide.a", "2A 8n", "high", None),
            ("narrow.a", "'A' A 8n", "high", Some("wide.a")),
        ]);
        let found = set.identify("AB12345678", &Context::default());
        assert!(
            matches!(found.certainty(), Certainty::Certain(candidate) if candidate.carrier().as_str() == "narrow")
        );
        assert_eq!(carriers(&found), ["narrow", "wide"]);
        // Expecting the wider one does not make it certain.
        assert!(
            !set.identify("AB12345678", &Context::default().expecting("wide"))
                .certainty()
                .is_certain()
        );
    }

    #[test]
    fn the_context_changes_the_order_and_says_so() {
        let set = formats(&[("a.a", "10n", "high", None), ("b.a", "10n", "high", None)]);
        let found = set.identify("9400000009", &Context::default().expecting("b"));
        assert_eq!(carriers(&found), ["b", "a"]);
        assert!(!found.certainty().is_certain());
        assert!(found.candidates()[0].is_expected() && !found.candidates()[1].is_expected());
        assert_eq!(
            found.candidates()[0].to_string(),
            "b: number (only the length fits, carrier expected)"
        );
        let found = set.identify(
            "9400000009",
            &Context::default().by_way_of("JP".parse().unwrap()),
        );
        assert_eq!(
            found.candidates()[0].to_string(),
            "a: number (only the length fits, works in JP)"
        );
    }

    #[test]
    fn an_expectation_displaces_no_distinctive_form() {
        let set = formats(&[
            ("a.a", "('942' 6n) c", "high", None),
            ("b.a", "10n", "high", None),
        ]);
        let found = set.identify("9420000003", &Context::default().expecting("b"));
        assert!(
            matches!(found.certainty(), Certainty::Certain(candidate) if candidate.carrier().as_str() == "a")
        );
    }

    #[test]
    fn a_format_added_again_replaces_the_first() {
        let mut set = formats(&[("a.a", "10n", "high", None), ("b.a", "10n", "high", None)]);
        set.extend(
            formats(&[("a.a", "'AB' 8n", "high", None)])
                .formats()
                .cloned(),
        );
        assert_eq!(
            carriers(&set.identify("9400000009", &Context::default())),
            ["b"]
        );
        assert_eq!(
            carriers(&set.identify("AB12345678", &Context::default())),
            ["a"]
        );
    }

    #[test]
    fn a_wrong_check_digit_is_told_apart() {
        let set = formats(&[
            ("a.a", "'AB' (7n) c", "high", None),
            ("b.a", "(9n) c", "high", None),
        ]);
        let found = set.identify("AB00000001", &Context::default());
        assert!(found.candidates().is_empty());
        assert_eq!(found.mistyped().map(NumberFormat::id), Some("a.a"));
        assert!(
            set.identify("0000000001", &Context::default())
                .mistyped()
                .is_none(),
            "digits alone are mistyped numbers of everyone"
        );
    }

    #[test]
    fn json_gives_the_reasons() {
        let set = formats(&[("a.a", "'AB' (7n) c", "high", None)]);
        let json = serde_json::to_value(set.identify("AB00000000", &Context::default())).unwrap();
        assert_eq!(
            json,
            serde_json::json!({ "candidates": [{ "carrier": "a", "format": "a.a", "name": "number", "likelihood": "strong", "checked": true, "reasons": "starts with AB, check digit fits" }] })
        );
    }
}
