//! What a number looks like: the small language of shapes, compiled to one set of characters per
//! place.

use std::ops::Range;

use crate::model::Country;

/// The longest number that any shape describes.
pub(super) const LONGEST: usize = 48;

/// The characters that may stand at one place: bit 0–9 for digits, bit 10–35 for letters.
type Allowed = u64;

const DIGITS: Allowed = (1 << 10) - 1;
const LETTERS: Allowed = ((1 << 26) - 1) << 10;
const ANY: Allowed = DIGITS | LETTERS;

/// The countries that issue S10 numbers, a bit per second letter: those of the table of zones, so
/// that there is one list.
static ISSUERS: [u32; 26] = issuers(include_bytes!("../model/zones/countries.csv"));

const fn issuers(csv: &[u8]) -> [u32; 26] {
    let mut issuers = [0; 26];
    let mut i = 0;
    while i + 3 < csv.len() {
        let line_starts = i > 0 && csv[i - 1] == b'\n';
        if line_starts
            && csv[i].is_ascii_uppercase()
            && csv[i + 1].is_ascii_uppercase()
            && csv[i + 2] == b','
        {
            issuers[(csv[i] - b'A') as usize] |= 1 << (csv[i + 1] - b'A');
        }
        i += 1;
    }
    issuers
}

/// One shape of a format, ready for matching.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    places: Box<[Allowed]>,
    /// What may follow the places, and how often at most.
    tail: (Allowed, usize),
    /// The characters that the check reads.
    pub(super) body: Range<usize>,
    /// Where the check character stands.
    pub(crate) check: Option<usize>,
    /// Where an issuing country stands.
    country: Option<usize>,
    /// How unlikely it is to fit by accident, in tenths of a bit: of the places, and of each
    /// character of the tail.
    weights: (i32, i32),
    /// Whether a letter must stand somewhere.
    pub(super) has_letters: bool,
}

impl Shape {
    /// Reads a shape: tokens divided by blanks. The language is described at
    /// [`FormatRecord::shapes`](super::FormatRecord::shapes).
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut draft = Draft::default();
        text.split_whitespace()
            .try_for_each(|word| draft.read(word))?;
        draft.finish()
    }

    /// The lengths of the numbers that have it.
    pub(super) fn lengths(&self) -> std::ops::RangeInclusive<usize> {
        self.places.len()..=self.places.len() + self.tail.1
    }

    /// Whether a number that starts with this value may have it.
    pub(super) fn first(&self) -> Allowed {
        self.places.first().copied().unwrap_or(0)
    }

    /// Whether a number has it.
    pub(crate) fn fits(&self, values: &[u8]) -> bool {
        let Some((head, rest)) = values.split_at_checked(self.places.len()) else {
            return false;
        };
        rest.len() <= self.tail.1
            && head
                .iter()
                .zip(&self.places)
                .all(|(value, set)| set >> value & 1 == 1)
            && rest.iter().all(|value| self.tail.0 >> value & 1 == 1)
            && self
                .country
                .is_none_or(|at| matches!(values.get(at..at + 2), Some(&[a, b]) if is_issuer(a, b)))
    }

    /// How unlikely it is that a number of this length fits by accident, in tenths of a bit.
    pub(super) fn weight(&self, length: usize) -> i32 {
        let rest = i32::try_from(length.saturating_sub(self.places.len())).unwrap_or(0);
        self.weights.0 + self.weights.1 * rest
    }

    /// The issuing country that a fitting number states.
    pub(super) fn country(&self, values: &[u8]) -> Option<Country> {
        let at = self.country?;
        let letters = [
            b'A' + values.get(at)?.checked_sub(10)?,
            b'A' + values.get(at + 1)?.checked_sub(10)?,
        ];
        std::str::from_utf8(&letters)
            .ok()
            .and_then(Country::from_alpha2)
    }

    /// The characters that every such number starts with.
    pub(super) fn prefix(&self) -> impl Iterator<Item = char> {
        let fixed = self.places.iter().take_while(|set| set.is_power_of_two());
        fixed
            .filter_map(|set| char::from_digit(set.trailing_zeros(), 36))
            .map(|c| c.to_ascii_uppercase())
    }
}

/// A shape half read.
#[derive(Default)]
struct Draft {
    places: Vec<Allowed>,
    tail: (Allowed, usize),
    body_start: Option<usize>,
    body_end: Option<usize>,
    check: Option<usize>,
    country: Option<usize>,
}

impl Draft {
    /// Reads one token with its parentheses.
    fn read(&mut self, word: &str) -> Result<(), String> {
        if self.tail.1 > 0 {
            return Err(format!("{word:?} follows a range, which must be last"));
        }
        let here = self.places.len();
        let opened = word.strip_prefix('(');
        if opened.is_some() && self.body_start.replace(here).is_some() {
            return Err("only one part can be checked".into());
        }
        let word = opened.unwrap_or(word);
        let closed = word.strip_suffix(')');
        match closed.unwrap_or(word) {
            "c" => self.place_check(DIGITS)?,
            "C" => self.place_check(ANY)?,
            "country" => {
                self.country = Some(here);
                self.places.extend([LETTERS, LETTERS]);
            }
            word => match word.strip_prefix("country:") {
                Some(code) => {
                    self.country = Some(here);
                    let code = literal(code).filter(|code| is_country(code));
                    self.places
                        .extend(code.ok_or_else(|| format!("{word:?} names no country"))?);
                }
                None => self.place(
                    &Token::parse(word).ok_or_else(|| format!("{word:?} is not a token"))?,
                )?,
            },
        }
        if closed.is_some() && self.body_end.replace(self.places.len()).is_some() {
            return Err("only one part can be checked".into());
        }
        Ok(())
    }

    fn place_check(&mut self, set: Allowed) -> Result<(), String> {
        if self.check.replace(self.places.len()).is_some() {
            return Err("there can be only one check character".into());
        }
        self.places.push(set);
        Ok(())
    }

    fn place(&mut self, token: &Token) -> Result<(), String> {
        let (least, most) = token.count;
        if most > LONGEST || least > most || most == 0 {
            return Err(format!("a count of {least} to {most} is impossible"));
        }
        for _ in 0..least {
            self.places.extend(&token.sets);
        }
        if most > least {
            let [set] = token.sets[..] else {
                return Err("only single characters can repeat by a range".into());
            };
            self.tail = (set, most - least);
        }
        Ok(())
    }

    fn finish(self) -> Result<Shape, String> {
        let Self {
            places,
            tail,
            body_start,
            body_end,
            check,
            country,
        } = self;
        let body = match (body_start, body_end) {
            (Some(start), Some(end)) if start < end => start..end,
            (None, None) => 0..0,
            _ => return Err("the parentheses do not pair".into()),
        };
        if places.is_empty() || places.len() + tail.1 > LONGEST {
            return Err(format!("the shape must be 1 to {LONGEST} characters long"));
        }
        if body.is_empty() != check.is_none() {
            return Err(
                "a check character and the characters that it checks need each other".into(),
            );
        }
        if check.is_some_and(|at| body.contains(&at)) {
            return Err("a check character cannot check itself".into());
        }
        let has_letters = places.iter().any(|set| set & DIGITS == 0);
        let weigh = |set: Allowed| weight(set, has_letters);
        let weights = (places.iter().copied().map(weigh).sum(), weigh(tail.0));
        Ok(Shape {
            places: places.into(),
            tail,
            body,
            check,
            country,
            weights,
            has_letters,
        })
    }
}

fn is_issuer(a: u8, b: u8) -> bool {
    let (Some(a), Some(b)) = (a.checked_sub(10), b.checked_sub(10)) else {
        return false;
    };
    ISSUERS
        .get(usize::from(a))
        .is_some_and(|seconds| seconds >> b & 1 == 1)
}

/// Whether two sets of one character each are the letters of a country.
fn is_country(letters: &[Allowed]) -> bool {
    let value = |set: &Allowed| u8::try_from(set.trailing_zeros()).unwrap_or(0);
    matches!(letters, [a, b] if is_issuer(value(a), value(b)))
}

/// Tenths of a bit: among digits and letters where the shape needs letters, else among digits.
fn weight(set: Allowed, among_letters: bool) -> i32 {
    let share = if among_letters {
        36.0 / f64::from(set.count_ones().max(1))
    } else {
        10.0 / f64::from((set & DIGITS).count_ones().max(1))
    };
    // At most 52, for one character of 36.
    #[expect(clippy::cast_possible_truncation, reason = "0 to 52")]
    {
        (share.log2() * 10.0).round() as i32
    }
}

/// A token that stands for characters: `'1Z'`, `7n`, `[ABC]`, `10-39X`.
struct Token {
    sets: Vec<Allowed>,
    count: (usize, usize),
}

impl Token {
    fn parse(word: &str) -> Option<Self> {
        let split = word
            .find(|c: char| !c.is_ascii_digit() && c != '-')
            .unwrap_or(word.len());
        let (count, class) = word.split_at(split);
        let count = match count.split_once('-') {
            Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            None if count.is_empty() => (1, 1),
            None => (count.parse().ok()?, count.parse().ok()?),
        };
        let sets = match class {
            "n" => vec![DIGITS],
            "A" => vec![LETTERS],
            "X" => vec![ANY],
            _ => {
                if let Some(text) = class
                    .strip_prefix('\'')
                    .and_then(|rest| rest.strip_suffix('\''))
                {
                    literal(text)?
                } else {
                    vec![one_of(class.strip_prefix('[')?.strip_suffix(']')?)?]
                }
            }
        };
        (!sets.is_empty()).then_some(Self { sets, count })
    }
}

/// A set of one for each of these characters.
fn literal(text: &str) -> Option<Vec<Allowed>> {
    text.chars()
        .map(|c| value(c).map(|value| 1 << value))
        .collect()
}

/// The set written `ABC` or `0-8`.
fn one_of(members: &str) -> Option<Allowed> {
    let mut set = 0;
    let mut rest = members.chars().peekable();
    while let Some(from) = rest.next() {
        let to = if rest.next_if_eq(&'-').is_some() {
            rest.next()?
        } else {
            from
        };
        for value in value(from)?..=value(to)? {
            set |= 1 << value;
        }
    }
    (set != 0).then_some(set)
}

/// The value of an upper-case letter or digit.
fn value(c: char) -> Option<u32> {
    if c.is_ascii_lowercase() {
        None
    } else {
        c.to_digit(36)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(shape: &str, number: &str) -> bool {
        let values: Vec<u8> = number
            .chars()
            .map(|c| u8::try_from(value(c).unwrap()).unwrap())
            .collect();
        Shape::parse(shape).unwrap().fits(&values)
    }

    #[test]
    fn each_token_means_what_it_says() {
        assert!(fits("'1Z' 2X n A", "1ZA07Q"));
        assert!(!fits("'1Z' 2X n A", "1ZA0QQ"), "n is a digit");
        assert!(!fits("'1Z' 2X n A", "1ZA077"), "A is a letter");
        assert!(fits("2[A-C7]", "B7"));
        assert!(!fits("2[A-C7]", "BD"));
        assert!(fits("2A country", "RBCN"));
        assert!(!fits("2A country", "RBZZ"), "ZZ is no country");
        assert!(fits("2A country:CN", "RBCN") && !fits("2A country:CN", "RBDE"));
        assert!(!fits("'1Z'", "1Z0") && !fits("'1Z'", "1"));
    }

    #[test]
    fn a_range_ends_the_shape() {
        for (number, fitting) in [
            ("GM1", false),
            ("GM12", true),
            ("GM1234", true),
            ("GM12345", false),
            ("GM12A", false),
        ] {
            assert_eq!(fits("'GM' 2-4n", number), fitting, "{number}");
        }
        assert_eq!(Shape::parse("'GM' 2-4n").unwrap().lengths(), 4..=6);
        assert!(fits("'A' 0-1n", "A"));
    }

    #[test]
    fn malformed_shapes_are_refused() {
        for shape in [
            "",
            "2-4n n",
            "5q",
            "(2n",
            "2n)",
            "(2n)",
            "c",
            "'az'",
            "[Z-A]",
            "[]",
            "''",
            "0n",
            "4-2n",
            "49n",
            "99999999999999999999n",
            "2-3'AB'",
            "(2n) c (2n)",
            "(2n) c c",
            "n-",
            "-n",
            "(c)",
            "country:CHN",
            "country:ZZ",
        ] {
            assert!(Shape::parse(shape).is_err(), "{shape:?}");
        }
    }

    #[test]
    fn the_marks_tell_what_the_check_reads() {
        let shape = Shape::parse("'1Z' (6X 9X) c").unwrap();
        assert_eq!((shape.body, shape.check), (2..17, Some(17)));
    }

    #[test]
    fn weights_grow_with_what_is_fixed() {
        let weight = |shape: &str| Shape::parse(shape).unwrap().weight(12);
        assert_eq!(weight("12n"), 0, "length alone says nothing");
        assert!(weight("'96' 10n") > weight("'9' 11n"));
        assert!(weight("'SF' 10n") > weight("2A 10n"));
        assert_eq!(
            weight("'SF' 10n"),
            weight("'SF' 5-20n"),
            "a tail weighs as much as places"
        );
    }

    #[test]
    fn the_prefix_ends_at_the_first_choice() {
        assert_eq!(
            Shape::parse("'1LS' [12] '7'")
                .unwrap()
                .prefix()
                .collect::<String>(),
            "1LS"
        );
    }
}
