//! Check digits: [`Check`].

use serde::Deserialize;

/// How the check character of a number follows from its other characters.
///
/// Characters have the values 0–9 and A–Z = 10–35. Only [`Check::Mod10`] and [`Check::Mod37`] read
/// letters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Check {
    /// The body as one integer, modulo 7.
    Mod7,
    /// Weighted digits, products added whole; the check digit fills the sum up to the next ten.
    ///
    /// A letter counts as (ASCII − 3) mod 10.
    Mod10 {
        /// The weight of the characters at even places, counted from 0.
        even: u8,
        /// The weight of those at odd places.
        odd: u8,
        /// Whether places are counted from the right.
        #[serde(default)]
        reverse: bool,
    },
    /// GS1: weights 3 and 1 from the right, as in SSCC and GTIN.
    Gs1,
    /// Luhn: every second digit from the right doubled and folded.
    Luhn,
    /// UPU S10: weights 8 6 4 2 3 5 9 7, modulo 11.
    S10,
    /// A weighted sum, reduced by two moduli after each other.
    Weighted {
        /// One weight per character; they repeat.
        weights: Vec<u8>,
        /// The moduli.
        modulo: [u8; 2],
    },
    /// ISO 7064 mod 37,36: the check character is a digit or a letter.
    Mod37,
}

impl Check {
    /// Whether `check` is the check character of `body`. All are values, not ASCII.
    pub(crate) fn fits(&self, body: &[u8], check: u8) -> bool {
        match self {
            Self::Mod7 => {
                body.iter()
                    .fold(0, |rest, &value| (rest * 10 + u32::from(value)) % 7)
                    == u32::from(check)
            }
            Self::Mod10 {
                even,
                odd,
                reverse: false,
            } => mod10(body.iter(), *even, *odd) == u32::from(check),
            Self::Mod10 {
                even,
                odd,
                reverse: true,
            } => mod10(body.iter().rev(), *even, *odd) == u32::from(check),
            Self::Gs1 => mod10(body.iter().rev(), 3, 1) == u32::from(check),
            Self::Luhn => luhn(body) == u32::from(check),
            Self::S10 => s10(body) == u32::from(check),
            Self::Weighted {
                weights,
                modulo: [first, second],
            } => {
                let sum: u32 = body
                    .iter()
                    .zip(weights.iter().cycle())
                    .map(|(&value, &weight)| u32::from(value) * u32::from(weight))
                    .sum();
                sum.checked_rem(u32::from(*first))
                    .and_then(|rest| rest.checked_rem(u32::from(*second)))
                    == Some(u32::from(check))
            }
            Self::Mod37 => mod37(body) == u32::from(check),
        }
    }

    /// How unlikely it is to fit by accident, in tenths of a bit.
    pub(crate) const fn weight(&self) -> i32 {
        match self {
            Self::Mod7 => 28,
            Self::Mod37 => 52,
            _ => 33,
        }
    }
}

fn mod10<'b>(body: impl Iterator<Item = &'b u8>, even: u8, odd: u8) -> u32 {
    let digit = |value: u8| u32::from(if value < 10 { value } else { (value + 2) % 10 });
    let sum: u32 = body
        .zip([even, odd].iter().cycle())
        .map(|(&value, &weight)| digit(value) * u32::from(weight))
        .sum();
    (10 - sum % 10) % 10
}

fn luhn(body: &[u8]) -> u32 {
    let folded = |value: u32| if value > 9 { value - 9 } else { value };
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 1].iter().cycle())
        .map(|(&value, &weight)| folded(u32::from(value) * weight))
        .sum();
    (10 - sum % 10) % 10
}

fn s10(body: &[u8]) -> u32 {
    let sum: u32 = body
        .iter()
        .zip([8, 6, 4, 2, 3, 5, 9, 7])
        .map(|(&value, weight)| u32::from(value) * weight)
        .sum();
    match sum % 11 {
        0 => 5,
        1 => 0,
        rest => 11 - rest,
    }
}

fn mod37(body: &[u8]) -> u32 {
    let product = body.iter().fold(36, |product, &value| {
        let sum = (product + u32::from(value)) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    (37 - product) % 36
}

#[cfg(test)]
mod tests {
    use super::Check;

    /// Holds that, of all characters, exactly the last one of `number` checks the others.
    fn only(check: &Check, number: &str) {
        let values: Vec<u8> = number
            .chars()
            .map(|c| u8::try_from(c.to_digit(36).unwrap()).unwrap())
            .collect();
        let (last, body) = values.split_last().unwrap();
        let fitting: Vec<u8> = (0..36).filter(|value| check.fits(body, *value)).collect();
        assert_eq!(fitting, [*last], "{check:?} of {number}");
    }

    #[test]
    fn mod7_divides_the_whole_body() {
        only(&Check::Mod7, "12345675");
        only(&Check::Mod7, "76543213");
        only(&Check::Mod7, "99999999993");
    }

    #[test]
    fn mod10_weighs_by_place_and_reads_letters() {
        // 1·1 + 2·2 + 3·1 = 8
        only(
            &Check::Mod10 {
                even: 1,
                odd: 2,
                reverse: false,
            },
            "1232",
        );
        // From the right the same weights meet other digits where the length is even: 2·1 + 1·2 = 4
        only(
            &Check::Mod10 {
                even: 1,
                odd: 2,
                reverse: true,
            },
            "126",
        );
        only(
            &Check::Mod10 {
                even: 1,
                odd: 2,
                reverse: false,
            },
            "125",
        );
        // A counts 2, Z counts 7; products are not folded: 2 + 14 = 16.
        only(
            &Check::Mod10 {
                even: 1,
                odd: 2,
                reverse: false,
            },
            "AZ4",
        );
        only(
            &Check::Mod10 {
                even: 4,
                odd: 9,
                reverse: false,
            },
            "1006",
        );
        only(
            &Check::Mod10 {
                even: 4,
                odd: 9,
                reverse: false,
            },
            "1107",
        );
        only(
            &Check::Mod10 {
                even: 4,
                odd: 9,
                reverse: false,
            },
            "1012",
        );
    }

    #[test]
    fn gs1_counts_from_the_right() {
        only(&Check::Gs1, "395212345000000019");
        only(&Check::Gs1, "00395212345000000019");
    }

    #[test]
    fn luhn_folds_products() {
        only(&Check::Luhn, "79927398713");
        only(&Check::Luhn, "59");
        only(&Check::Luhn, "00");
    }

    #[test]
    fn s10_has_its_two_exceptions() {
        only(&Check::S10, "123456785");
        only(&Check::S10, "473124829");
        // A remainder of 0 gives 5, of 1 gives 0.
        only(&Check::S10, "000000005");
        only(&Check::S10, "000040000");
    }

    #[test]
    fn weighted_sums_are_reduced_twice() {
        let fedex = Check::Weighted {
            weights: vec![3, 1, 7],
            modulo: [11, 10],
        };
        // 3·3 + 1·1 = 10 → 10 mod 11 = 10 → 0
        only(&fedex, "310");
        // 3 + 2 + 21 + 12 = 38 → 5: the weights repeat.
        only(&fedex, "12345");
        assert!(
            !Check::Weighted {
                weights: vec![],
                modulo: [0, 0]
            }
            .fits(&[1], 0),
            "a modulus of zero fits nothing"
        );
    }

    #[test]
    fn mod37_gives_letters() {
        // Worked by hand: product 36 → (36+0)→36→72−37=35 → (35+1)→36→35 → check 2.
        only(&Check::Mod37, "012");
        // 36 → (36+0)→36→35 → 37−35 = 2
        only(&Check::Mod37, "02");
        // 36 → (36+10)→10→20 → 37−20 = 17 = H
        only(&Check::Mod37, "AH");
        // 36 → (36+18)→18→36 → 1
        only(&Check::Mod37, "I1");
        // 36 → (36+19)→19→38−37=1 → 37−1 = 36 → 0
        only(&Check::Mod37, "J0");
    }
}
