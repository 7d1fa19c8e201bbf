//! Figures that are harmless by their shape and neighbours: days, clock times, counts, amounts,
//! flights, and numbers of parcels.

use super::lex::{Kind, Piece, is_ideogram, is_letter, run};
use super::vocabulary::{Class, Vocabulary};
use crate::model::Check;

/// The years in which a parcel travels. A day before them may be one of birth.
const YEARS: std::ops::RangeInclusive<u32> = 2010..=2099;

/// The end of a harmless figure that begins at `at`, or nothing.
pub fn harmless(
    text: &str,
    at: usize,
    before: &[Piece],
    vocabulary: &'static Vocabulary,
) -> Option<usize> {
    let look = Look {
        text,
        at,
        before,
        vocabulary,
    };
    if look.continues_hidden() {
        return None;
    }
    let found = look
        .day()
        .or_else(|| look.clock())
        .or_else(|| look.number_of_parcel());
    found
        .or_else(|| look.flight())
        .or_else(|| look.code_of_declaration())
        .or_else(|| look.count())
        .filter(|end| look.ends_well(*end))
}

struct Look<'t> {
    text: &'t str,
    at: usize,
    before: &'t [Piece],
    vocabulary: &'static Vocabulary,
}

impl Look<'_> {
    /// Whether digits that are hidden stand right before, with only blanks and dashes between: a
    /// part of a phone number.
    fn continues_hidden(&self) -> bool {
        let glued = self.before.iter().rev().find(|piece| {
            !(piece.kind == Kind::Space
                || matches!(
                    piece.text(self.text),
                    "-" | "." | "/" | "(" | ")" | "+" | "#" | "–" | "*"
                ))
        });
        let sign = self.text[..self.at].chars().next_back();
        glued.is_some_and(|piece| piece.kind == Kind::Figure && !piece.shown)
            || sign.is_some_and(|c| matches!(c, '+' | '#' | '*' | '_'))
    }

    /// Whether neither a letter, a digit nor the sign of a longer figure follows.
    fn ends_well(&self, end: usize) -> bool {
        if self.text[..end].ends_with(is_ideogram) {
            return true;
        }
        let mut behind = self.text[end..].chars();
        match behind.next() {
            Some(c) if c.is_ascii_digit() || is_letter(c) => false,
            Some('-' | '/' | ':' | '#' | '_' | '–') => {
                !behind.next().is_some_and(char::is_alphanumeric)
            }
            Some('.' | ',') => !behind.next().is_some_and(|c| c.is_ascii_digit()),
            _ => true,
        }
    }

    /// The word before, over blanks.
    fn word_before(&self) -> Option<&Piece> {
        self.before.iter().rev().find(|piece| {
            !(piece.kind == Kind::Space || matches!(piece.text(self.text), "#" | ":" | "." | "°"))
        })
    }

    /// The class of the word at `at`, over a blank, and its end.
    fn word_at(&self, at: usize) -> Option<(usize, Class)> {
        let at = run(self.text, at, |c| matches!(c, ' ' | '\u{a0}'));
        let letter = self.text[at..].chars().next()?;
        if is_ideogram(letter) || super::lex::is_hangul(letter) {
            return self.vocabulary.ideograms(self.text, at);
        }
        let end = run(self.text, at, is_letter);
        (end > at).then(|| (end, self.vocabulary.word(&self.text[at..end])))
    }

    /// `2026-03-06`, `06.03.2026`, `3/6/2026`, 2026年3月6日, 3月6日, `6 March 2026`, `March 6`.
    fn day(&self) -> Option<usize> {
        self.numeric_day()
            .map(|end| self.clock_behind(end))
            .or_else(|| self.day_in_ideograms())
            .or_else(|| self.day_of_month())
    }

    fn numeric_day(&self) -> Option<usize> {
        let (first, at) = number(self.text, self.at, 4)?;
        let sign = self.text[at..]
            .chars()
            .next()
            .filter(|c| matches!(c, '-' | '.' | '/'))?;
        let (second, at) = number(self.text, at + 1, 2)?;
        let at = at + usize::from(self.text[at..].starts_with(sign));
        let (third, end) = number(self.text, at, 4)?;
        let is_day = |year: u32, a: u32, b: u32| {
            YEARS.contains(&year)
                && (1..=31).contains(&a)
                && (1..=31).contains(&b)
                && a.min(b) <= 12
        };
        (is_day(first, second, third) || is_day(third, first, second)).then_some(end)
    }

    /// Over `T`, a clock time, and an offset.
    fn clock_behind(&self, end: usize) -> usize {
        let Some(clock) = self.text[end..].strip_prefix('T') else {
            return end;
        };
        let length = clock
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'Z')))
            .unwrap_or(clock.len());
        if length <= 30 && clock[..length].contains(':') {
            end + 1 + length
        } else {
            end
        }
    }

    fn day_in_ideograms(&self) -> Option<usize> {
        let mut at = self.at;
        let mut parts = 0;
        for (most, signs) in [(4, ["年", "년"]), (2, ["月", "월"]), (2, ["日", "일"])] {
            let Some((value, end)) = number(self.text, at, most) else {
                break;
            };
            let Some(sign) = signs
                .iter()
                .find(|sign| self.text[end..].starts_with(**sign))
            else {
                continue;
            };
            if most == 4 && !YEARS.contains(&value) || most == 2 && !(1..=31).contains(&value) {
                return None;
            }
            at = run(self.text, end + sign.len(), |c| c == ' ');
            parts += 1;
        }
        (parts > 0).then(|| self.at + self.text[self.at..at].trim_end().len())
    }

    fn day_of_month(&self) -> Option<usize> {
        let (_, end) = number(self.text, self.at, 2).filter(|(day, _)| (1..=31).contains(day))?;
        let end = end
            + ["st", "nd", "rd", "th", ".", "er"]
                .iter()
                .find(|tail| self.text[end..].starts_with(**tail))
                .map_or(0, |tail| tail.len());
        let of = ["de ", "of "]
            .iter()
            .find(|of| self.text[end..].trim_start().starts_with(**of))
            .map_or(0, |of| of.len() + 1);
        if let Some((end, _)) = self
            .word_at((end + of).min(self.text.len()))
            .filter(|(_, class)| class.has(Class::MONTH))
        {
            return Some(self.year_behind(end).unwrap_or(end));
        }
        let word = self
            .before
            .iter()
            .rev()
            .find(|piece| piece.kind != Kind::Space)?;
        let is_month =
            word.kind == Kind::Word && self.vocabulary.word(word.text(self.text)).has(Class::MONTH);
        (is_month && !self.is_in_address()).then(|| self.year_behind(end).unwrap_or(end))
    }

    /// Whether a capitalised word follows, as in "June 12 Main Street".
    fn is_in_address(&self) -> bool {
        let end = run(self.text, self.at, |c| c.is_ascii_alphanumeric());
        self.word_at(end)
            .is_some_and(|(_, class)| !class.is_known())
    }

    fn year_behind(&self, end: usize) -> Option<usize> {
        let at = run(self.text, end, |c| matches!(c, ' ' | ',' | '.'));
        number(self.text, at, 4)
            .filter(|(year, _)| YEARS.contains(year))
            .map(|(_, end)| end)
    }

    /// `14:30`, `9:00pm`, `9am`, `14h30`.
    fn clock(&self) -> Option<usize> {
        let (hour, end) = number(self.text, self.at, 2).filter(|(hour, _)| *hour <= 24)?;
        let half = |end: usize| {
            ["am", "pm", "AM", "PM", "a.m.", "p.m.", "h", "Uhr"]
                .iter()
                .find(|half| self.text[end..].starts_with(**half))
                .map(|half| end + half.len())
        };
        let sign = self.text[end..].chars().next()?;
        if !matches!(sign, ':' | 'h' | 'H' | '：') {
            return half(end).filter(|_| hour <= 12);
        }
        let Some((_, mut end)) = minutes(self.text, end + sign.len_utf8()) else {
            return half(end);
        };
        if sign == ':' && self.text[end..].starts_with(':') {
            end = minutes(self.text, end + 1)?.1;
            if let Some(fraction) = self.text[end..].strip_prefix('.') {
                end += fraction
                    .find(|c: char| !c.is_ascii_digit())
                    .filter(|length| *length <= 9)
                    .map_or(0, |length| length + 1);
            }
        }
        Some(half(end).unwrap_or(end))
    }

    /// "5 pieces", "2.5 kg", 3天, "2 of 5", "2nd attempt", "attempt 2", "EUR 12.30", "100%".
    fn count(&self) -> Option<usize> {
        let (whole, end) = number(self.text, self.at, 6)?;
        let end = match self.text[end..]
            .strip_prefix(['.', ','])
            .and_then(|_| number(self.text, end + 1, 3))
        {
            Some((_, end)) => end,
            None => end,
        };
        let before = self
            .word_before()
            .filter(|piece| piece.shown)
            .map_or(Class::NONE, |piece| piece.class);
        let behind = self.word_at(end);
        if before.has(Class::MONEY) || self.text[end..].starts_with(['%', '€', '$', '£', '¥']) {
            return Some(end);
        }
        if let Some((word_end, class)) = behind {
            let is_attached = self.text[end..].starts_with(is_letter);
            if class.has(Class::UNIT | Class::MONEY) && whole < 10_000 && end - self.at <= 7 {
                return Some(if is_attached { word_end } else { end });
            }
            if is_attached {
                return self.ordinal(whole, end, word_end);
            }
        }
        if whole < 100
            && self.text[end..].strip_prefix(". ").is_some()
            && self
                .word_at(end + 1)
                .is_some_and(|(_, class)| class.has(Class::COUNTED))
        {
            return Some(end);
        }
        if whole < 100
            && end - self.at <= 2
            && (before.has(Class::COUNTED) || before.has(Class::UNIT) && self.is_in_list())
        {
            return Some(end);
        }
        (whole < 1000).then(|| self.part_of_whole(end)).flatten()
    }

    /// Whether it is a counter of pieces or days: "piece 2", "day 3".
    fn is_in_list(&self) -> bool {
        self.word_before()
            .is_some_and(|piece| piece.kind == Kind::Word)
    }

    fn ordinal(&self, whole: u32, end: usize, word_end: usize) -> Option<usize> {
        let tail = self.text[end..word_end].to_lowercase();
        let is_tail = [
            "st", "nd", "rd", "th", "er", "e", "eme", "ème", "re", "ère", "a", "o",
        ]
        .contains(&tail.as_str());
        let counted = self
            .word_at(word_end)
            .is_some_and(|(_, class)| class.has(Class::COUNTED));
        (is_tail && counted && whole < 100).then_some(word_end)
    }

    /// "2 of 5".
    fn part_of_whole(&self, end: usize) -> Option<usize> {
        let of = [
            " of ", " von ", " sur ", " de ", " di ", " van ", " z ", " из ",
        ]
        .iter()
        .find(|of| self.text[end..].starts_with(**of))?;
        let (most, end) = number(self.text, end + of.len(), 3)?;
        (most < 1000 && most > 0).then_some(end)
    }

    /// A flight or vessel's number behind the word for it.
    fn flight(&self) -> Option<usize> {
        let word = self.word_before()?.text(self.text);
        let is_flight = [
            "flight", "flug", "vol", "vuelo", "volo", "voo", "vlucht", "lot", "航班", "рейс", "便",
        ]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name));
        let end = run(self.text, self.at, |c| c.is_ascii_alphanumeric());
        let number = &self.text[self.at..end];
        let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
        (is_flight
            && (4..=7).contains(&number.len())
            && number.len() - digits.len() == 2
            && digits.bytes().all(|b| b.is_ascii_digit()))
        .then_some(end)
    }

    /// The code in `[Code:2600;Desc:…]`, the form in which China customs words a receipt.
    fn code_of_declaration(&self) -> Option<usize> {
        let (_, end) = number(self.text, self.at, 5)?;
        (self.text[..self.at].ends_with("[Code:") && self.text[end..].starts_with(";Desc:"))
            .then_some(end)
    }

    /// A number of a parcel that cannot be a phone, card or identity number: by its letters, length
    /// and check digit.
    fn number_of_parcel(&self) -> Option<usize> {
        let end = run(self.text, self.at, |c| c.is_ascii_alphanumeric());
        let number = &self.text[self.at..end];
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let sf = number
            .strip_prefix("SF")
            .is_some_and(|digits| (12..=13).contains(&digits.len()) && is_digits(digits));
        let ups = number
            .strip_prefix("1Z")
            .is_some_and(|body| body.len() == 16 && fits(&UPS, body));
        let postal = number.len() == 13
            && number
                .get(2..11)
                .is_some_and(|body| is_digits(body) && fits(&Check::S10, body))
            && is_postal(number);
        let long =
            (20..=34).contains(&number.len()) && is_digits(number) && fits(&Check::Gs1, number);
        (sf || ups || postal || long).then_some(end)
    }
}

/// Shows the months beside a day's number: they are names of people elsewhere.
pub fn show_months(pieces: &mut [Piece]) {
    let is_day = |piece: Option<&Piece>| {
        piece.is_some_and(|piece| piece.kind == Kind::Figure && piece.shown)
    };
    for at in 0..pieces.len() {
        if pieces[at].is(Class::MONTH) && !pieces[at].shown {
            let behind = pieces[at + 1..]
                .iter()
                .take(3)
                .find(|piece| !matches!(piece.kind, Kind::Space | Kind::Mark));
            pieces[at].shown = is_day(behind);
        }
    }
}

const UPS: Check = Check::Mod10 {
    even: 1,
    odd: 2,
    reverse: false,
};

/// Whether the last character is the check character of those before.
fn fits(check: &Check, number: &str) -> bool {
    let values: Option<Vec<u8>> = number
        .bytes()
        .map(|b| {
            char::from(b)
                .to_digit(10)
                .map(|value| value as u8)
                .or_else(|| letter_value(check, b))
        })
        .collect();
    values
        .as_deref()
        .and_then(<[u8]>::split_last)
        .is_some_and(|(last, body)| check.fits(body, *last))
}

/// What a letter counts as: only UPS's numbers have letters in the body.
fn letter_value(check: &Check, letter: u8) -> Option<u8> {
    (*check == UPS && letter.is_ascii_uppercase()).then(|| letter - b'A' + 10)
}

fn is_postal(number: &str) -> bool {
    let (service, country) = (&number[..2], &number[11..]);
    service
        .bytes()
        .chain(country.bytes())
        .all(|b| b.is_ascii_uppercase())
}

/// A number of at most `most` digits at `at`, and its end.
fn number(text: &str, at: usize, most: usize) -> Option<(u32, usize)> {
    let digits = text
        .get(at..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    ((1..=most).contains(&digits))
        .then(|| {
            text[at..at + digits]
                .parse()
                .ok()
                .map(|value| (value, at + digits))
        })
        .flatten()
}

fn minutes(text: &str, at: usize) -> Option<(u32, usize)> {
    number(text, at, 2).filter(|(value, end)| *value < 60 && end - at == 2)
}
