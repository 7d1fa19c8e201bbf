//! Formats of numbers: as records in `carrier.json` ([`FormatRecord`]), and compiled
//! ([`NumberFormat`]).

use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;

use super::shape::{LONGEST, Shape};
use crate::model::{CarrierId, Check, Confidence, Country};

/// A format of numbers as data, in a `carrier.json` or in `carriers/other-numbers.json`.
///
/// ```
/// use parceltrail::number::{FormatRecord, Identifier, NumberFormat};
/// let record: FormatRecord = serde_json::from_str(r#"{
///     "id": "acme.parcel", "name": "Acme parcel", "carrier": "acme",
///     "shapes": ["'AC' (8n) c"], "check": {"mod10": {"even": 3, "odd": 1}},
///     "confidence": "high", "source": "the label guide of Acme",
///     "valid": ["AC100000007", "AC000000107"], "invalid": ["AC100000008", "AB100000007"]
/// }"#)?;
/// let formats = Identifier::new([NumberFormat::try_from(&record)?]);
/// assert!(formats.identify("ac 1000 0000-7", &Default::default()).certainty().is_certain());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormatRecord {
    /// Its id, unique among all formats: the carrier's id, a dot, a name.
    pub id: SmolStr,
    /// What such a number is called.
    pub name: SmolStr,
    /// Whose numbers they are. A `carrier.json` leaves it out: they are that carrier's.
    pub carrier: Option<SmolStr>,
    /// What the numbers look like after blanks and hyphens are removed: one of these shapes.
    ///
    /// A shape is a list of tokens divided by blanks. `n` is a digit, `A` a letter, `X` either,
    /// `[ABC0-9]` one of these, `'1Z'` these very characters, `country` the two letters of any
    /// country, `country:GB` those of this one; a count stands before (`7n`), and in the last token
    /// a range may (`10-39X`). Parentheses enclose the characters that the check reads; `c` is the
    /// check digit, `C` a check character that may be a letter.
    pub shapes: Vec<String>,
    /// How the check character follows from the characters in parentheses.
    pub check: Option<Check>,
    /// What is put before those characters, unless they start with it already.
    pub prepend: Option<String>,
    /// The id of a wider format of which this one is a part: where both fit, only this one counts.
    pub refines: Option<SmolStr>,
    /// The countries in which the carrier works, where they are few.
    #[serde(default)]
    pub countries: Vec<SmolStr>,
    /// What else one should know.
    pub note: Option<SmolStr>,
    /// How sure it is that numbers look like this.
    #[serde(deserialize_with = "confidence")]
    pub confidence: Confidence,
    /// Where the format was learnt.
    pub source: SmolStr,
    /// Made-up numbers that have it.
    pub valid: Vec<String>,
    /// Made-up numbers that do not.
    pub invalid: Vec<String>,
}

fn confidence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Confidence, D::Error> {
    SmolStr::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}

/// A format ready for matching.
#[derive(Clone, Debug)]
pub struct NumberFormat {
    id: SmolStr,
    name: SmolStr,
    carrier: CarrierId,
    shapes: Vec<Shape>,
    check: Option<Check>,
    prepend: Box<[u8]>,
    refines: Option<SmolStr>,
    countries: Vec<Country>,
    note: Option<SmolStr>,
    confidence: Confidence,
}

/// A record that describes no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number format {format}: {message}")]
pub struct FormatError {
    /// The record's id.
    pub format: SmolStr,
    /// What is wrong.
    pub message: String,
}

impl TryFrom<&FormatRecord> for NumberFormat {
    type Error = FormatError;

    fn try_from(record: &FormatRecord) -> Result<Self, FormatError> {
        let carrier = record
            .carrier
            .clone()
            .ok_or_else(|| failed(record, "the carrier is missing"))?;
        Self::of_carrier(record, carrier.into())
    }
}

impl NumberFormat {
    /// Compiles a record of a carrier; one that the record itself names wins.
    ///
    /// # Errors
    /// On a shape that cannot be read, or one that does not go with the check.
    pub fn of_carrier(record: &FormatRecord, carrier: CarrierId) -> Result<Self, FormatError> {
        let fail = |message: &str| failed(record, message);
        let shapes: Vec<_> = record
            .shapes
            .iter()
            .map(|shape| Shape::parse(shape))
            .collect::<Result<_, _>>()
            .map_err(|message| fail(&message))?;
        if shapes.is_empty() {
            return Err(fail("there is no shape"));
        }
        if shapes
            .iter()
            .any(|shape| shape.check.is_some() != record.check.is_some())
        {
            return Err(fail(
                "a check and shapes with a check character need each other",
            ));
        }
        if matches!(&record.check, Some(Check::Weighted { weights, modulo }) if weights.is_empty() || modulo.contains(&0))
        {
            return Err(fail("a weighted check needs weights and moduli above zero"));
        }
        let prepend = record.prepend.as_deref().unwrap_or_default();
        if prepend.len() > PREPENDED || !prepend.bytes().all(|b| b.is_ascii_digit()) {
            return Err(fail("only a few digits can be prepended"));
        }
        let countries = record
            .countries
            .iter()
            .map(|code| Country::from_alpha2(code))
            .collect::<Option<_>>();
        Ok(Self {
            id: record.id.clone(),
            name: record.name.clone(),
            carrier: record.carrier.clone().map_or(carrier, CarrierId::from),
            shapes,
            check: record.check.clone(),
            prepend: prepend.bytes().map(|b| b - b'0').collect(),
            refines: record.refines.clone(),
            countries: countries.ok_or_else(|| fail("a country is not of two letters"))?,
            note: record.note.clone(),
            confidence: record.confidence,
        })
    }

    /// Its id, unique among all formats.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What such a number is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose numbers they are.
    #[must_use]
    pub fn carrier(&self) -> &CarrierId {
        &self.carrier
    }

    /// How the check character is formed, where there is one.
    #[must_use]
    pub fn check(&self) -> Option<&Check> {
        self.check.as_ref()
    }

    /// How sure it is that the carrier's numbers look like this.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What else one should know.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    pub(super) fn refines(&self) -> Option<&str> {
        self.refines.as_deref()
    }

    pub(super) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    pub(super) fn works_in(&self, country: Country) -> bool {
        self.countries.contains(&country)
    }

    /// Whether the check character of a number of this shape fits; true where there is none.
    pub(super) fn check_fits(&self, shape: &Shape, values: &[u8]) -> bool {
        let (Some(check), Some(at)) = (&self.check, shape.check) else {
            return true;
        };
        let (Some(body), Some(&given)) = (values.get(shape.body.clone()), values.get(at)) else {
            return false;
        };
        if self.prepend.is_empty() || body.starts_with(&self.prepend) {
            return check.fits(body, given);
        }
        let mut longer = [0; LONGEST + PREPENDED];
        let length = self.prepend.len() + body.len();
        for (to, from) in longer.iter_mut().zip(self.prepend.iter().chain(body)) {
            *to = *from;
        }
        longer
            .get(..length)
            .is_some_and(|body| check.fits(body, given))
    }

    /// What the shape and the check together weigh, less what the doubt about the format takes
    /// away.
    pub(super) fn weight(&self, shape: &Shape, length: usize) -> i32 {
        let doubt = match self.confidence {
            Confidence::High => 0,
            Confidence::Medium => 10,
            Confidence::Low => 60,
        };
        shape.weight(length) + self.check.as_ref().map_or(0, Check::weight) - doubt
    }
}

/// How many digits may be prepended at most.
const PREPENDED: usize = 4;

fn failed(record: &FormatRecord, message: &str) -> FormatError {
    FormatError {
        format: record.id.clone(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(change: impl FnOnce(&mut FormatRecord)) -> Result<NumberFormat, FormatError> {
        let mut record: FormatRecord = serde_json::from_str(
            r#"{"id":"a.b","name":"B","carrier":"a","shapes":["(3n) c"],"check":"gs1","confidence":"high","source":"S","valid":[],"invalid":[]}"#,
        )
        .unwrap();
        change(&mut record);
        NumberFormat::try_from(&record)
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        assert!(compiled(|_| ()).is_ok());
        assert!(compiled(|record| record.carrier = None).is_err());
        assert!(compiled(|record| record.shapes.clear()).is_err());
        assert!(compiled(|record| record.shapes.push("4n".into())).is_err());
        assert!(compiled(|record| record.check = None).is_err());
        assert!(compiled(|record| record.prepend = Some("9A".into())).is_err());
        assert!(compiled(|record| record.prepend = Some("91919".into())).is_err());
        assert!(compiled(|record| record.countries = vec!["GER".into()]).is_err());
        assert!(
            compiled(|record| record.check = Some(Check::Weighted {
                weights: vec![],
                modulo: [11, 10]
            }))
            .is_err()
        );
        let error = compiled(|record| record.shapes = vec!["5q".into()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"number format a.b: "5q" is not a token"#
        );
    }

    #[test]
    fn unknown_fields_and_words_are_refused() {
        let json = |confidence: &str, more: &str| {
            format!(
                r#"{{"id":"a.b","name":"B","shapes":["4n"],"confidence":"{confidence}","source":"S","valid":[],"invalid":[]{more}}}"#
            )
        };
        assert!(serde_json::from_str::<FormatRecord>(&json("low", "")).is_ok());
        assert!(serde_json::from_str::<FormatRecord>(&json("perhaps", "")).is_err());
        assert!(serde_json::from_str::<FormatRecord>(&json("low", r#","chek":"gs1""#)).is_err());
    }

    #[test]
    fn digits_are_prepended_unless_they_stand_there() {
        let format = compiled(|record| {
            record.shapes = vec!["(2n) c".into(), "(4n) c".into()];
            record.prepend = Some("91".into());
        })
        .unwrap();
        let fits = |number: &[u8]| {
            format.check_fits(
                format
                    .shapes()
                    .iter()
                    .find(|shape| shape.fits(number))
                    .unwrap(),
                number,
            )
        };
        // 9102: 9·1 + 1·3 + 0·1 + 2·3 = 18 → 2, with or without the 91 written.
        assert!(fits(&[0, 2, 2]) && fits(&[9, 1, 0, 2, 2]));
        assert!(!fits(&[0, 2, 4]), "4 is the check digit of 02 alone");
    }
}
