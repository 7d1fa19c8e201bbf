//! A set of formats, indexed: [`Identifier`].

use super::shape::LONGEST;
use super::{Candidate, Context, Identification, NumberFormat};

/// A set of formats, ready to tell which of them a number has.
#[derive(Clone, Debug, Default)]
pub struct Identifier {
    formats: Vec<NumberFormat>,
    /// By length of the number: the shapes to try.
    by_length: Vec<Vec<Slot>>,
}

/// A shape to try, found without touching its format.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The characters with which it may start.
    first: u64,
    format: usize,
    shape: usize,
}

impl Identifier {
    /// A set of these formats.
    #[must_use]
    pub fn new(formats: impl IntoIterator<Item = NumberFormat>) -> Self {
        let mut identifier = Self::default();
        identifier.extend(formats);
        identifier
    }

    /// The formats, in the order in which they were added.
    pub fn formats(&self) -> impl Iterator<Item = &NumberFormat> {
        self.formats.iter()
    }

    /// Which formats a number has. Blanks, hyphens and lower case do not matter.
    ///
    /// ```
    /// use parceltrail::number::{Context, FormatRecord, Identifier, NumberFormat};
    /// let record: FormatRecord = serde_json::from_str(r#"{
    ///     "id": "acme.parcel", "name": "Acme parcel", "carrier": "acme", "shapes": ["'AC' 8n"],
    ///     "confidence": "high", "source": "the label guide of Acme", "valid": [], "invalid": []
    /// }"#)?;
    /// let formats = Identifier::new([NumberFormat::try_from(&record)?]);
    /// let found = formats.identify("ac-1000-0000", &Context::new());
    /// assert_eq!(found.best().map(|best| best.format().id()), Some("acme.parcel"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn identify(&self, number: &str, context: &Context) -> Identification<'_> {
        let Some(normal) = Normal::of(number) else {
            return Identification::default();
        };
        let values = normal.values();
        let (Some(slots), Some(first)) = (self.by_length.get(values.len()), values.first()) else {
            return Identification::default();
        };
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        let mut mistyped = None;
        let mut found = None;
        for slot in slots {
            if slot.first >> first & 1 == 0 || found == Some(slot.format) {
                continue;
            }
            let Some(format) = self.formats.get(slot.format) else {
                continue;
            };
            let Some(shape) = format
                .shapes()
                .get(slot.shape)
                .filter(|shape| shape.fits(values))
            else {
                continue;
            };
            if !format.check_fits(shape, values) {
                if shape.has_letters && mistyped.is_none() {
                    mistyped = Some(format);
                }
                continue;
            }
            found = Some(slot.format);
            if candidates.is_empty() {
                candidates.reserve(8);
            }
            let issuer = shape.country(values);
            candidates.push(Candidate::new(
                format,
                shape,
                values.len(),
                issuer,
                context.hints(format, issuer),
            ));
        }
        Identification::new(candidates, mistyped, context)
    }
}

impl Extend<NumberFormat> for Identifier {
    /// Adds formats; one whose id is there already replaces it.
    fn extend<T: IntoIterator<Item = NumberFormat>>(&mut self, formats: T) {
        for format in formats {
            match self
                .formats
                .iter_mut()
                .find(|known| known.id() == format.id())
            {
                Some(known) => *known = format,
                None => self.formats.push(format),
            }
        }
        self.by_length = vec![Vec::new(); LONGEST + 1];
        for (index, format) in self.formats.iter().enumerate() {
            for (shape_index, shape) in format.shapes().iter().enumerate() {
                for length in shape.lengths() {
                    if let Some(slots) = self.by_length.get_mut(length) {
                        slots.push(Slot {
                            first: shape.first(),
                            format: index,
                            shape: shape_index,
                        });
                    }
                }
            }
        }
    }
}

impl FromIterator<NumberFormat> for Identifier {
    fn from_iter<T: IntoIterator<Item = NumberFormat>>(formats: T) -> Self {
        Self::new(formats)
    }
}

/// A number without blanks and hyphens, as values: 0–9, and A–Z = 10–35.
struct Normal {
    values: [u8; LONGEST],
    length: usize,
}

impl Normal {
    /// None where it holds other characters, is longer than any number, or has no digit: a word is
    /// no number.
    fn of(number: &str) -> Option<Self> {
        let mut normal = Self {
            values: [0; LONGEST],
            length: 0,
        };
        let mut has_digit = false;
        for c in number.chars() {
            let value = match c {
                '0'..='9' => c as u8 - b'0',
                'A'..='Z' => c as u8 - b'A' + 10,
                'a'..='z' => c as u8 - b'a' + 10,
                // Dashes that word processors make of hyphens, and marks without width, come along
                // when a number is pasted.
                ' ' | '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {
                    continue;
                }
                _ if c.is_whitespace() => continue,
                _ => return None,
            };
            has_digit |= value < 10;
            *normal.values.get_mut(normal.length)? = value;
            normal.length += 1;
        }
        has_digit.then_some(normal)
    }

    fn values(&self) -> &[u8] {
        self.values.get(..self.length).unwrap_or_default()
    }
}
