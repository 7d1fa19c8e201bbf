//! A sentence cut into pieces: words, figures, marks and blanks, each known to be harmless or not.

use super::figures;
use super::vocabulary::{Class, Vocabulary, fold};
use crate::model::Place;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// White space.
    Space,
    /// A mark at which what was said of a person ends: a comma, a bracket, the end of a sentence.
    Stop,
    /// Any other mark.
    Mark,
    /// A word or phrase of letters.
    Word,
    /// Chinese or Japanese characters, written without blanks.
    Ideograms,
    /// Digits, alone or with letters.
    Figure,
}

/// A part of a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    pub class: Class,
    pub shown: bool,
}

impl Piece {
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    pub fn is(&self, class: Class) -> bool {
        self.class.has(class)
    }
}

/// The pieces of a sentence, in order and without gaps.
pub fn pieces(text: &str, place: Option<&Place>) -> Vec<Piece> {
    let mut lexer = Lexer {
        text,
        vocabulary: Vocabulary::get(),
        place: place_words(place),
        pieces: Vec::new(),
        chunk_end: 0,
    };
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        at = lexer.step(at, letter);
    }
    lexer.pieces
}

struct Lexer<'t> {
    text: &'t str,
    vocabulary: &'static Vocabulary,
    place: Vec<String>,
    pieces: Vec<Piece>,
    /// How far it is known that no address of e-mail or page begins.
    chunk_end: usize,
}

impl Lexer<'_> {
    /// Takes the piece at `at` and says where the next begins.
    fn step(&mut self, at: usize, letter: char) -> usize {
        if letter.is_whitespace() {
            return self.push(
                at,
                run(self.text, at, char::is_whitespace),
                Kind::Space,
                Class::NONE,
                true,
            );
        }
        if let Some(end) = self.address(at) {
            return self.push(at, end, Kind::Figure, Class::NONE, false);
        }
        if letter.is_ascii_digit() || letter.is_ascii_alphabetic() && is_mixed(self.text, at) {
            let end = figures::harmless(self.text, at, &self.pieces, self.vocabulary);
            return match end {
                Some(end) => self.push(at, end, Kind::Figure, Class::WORD, true),
                None => self.push(
                    at,
                    run(self.text, at, |c| c.is_ascii_alphanumeric()),
                    Kind::Figure,
                    Class::NONE,
                    false,
                ),
            };
        }
        if is_ideogram(letter) {
            return self.ideograms(at, letter);
        }
        if is_letter(letter) {
            return self.word(at);
        }
        let is_mark = letter.is_ascii_punctuation() || is_known_mark(letter);
        let kind = if is_stop(self.text, at, letter) {
            Kind::Stop
        } else {
            Kind::Mark
        };
        self.push(at, at + letter.len_utf8(), kind, Class::NONE, is_mark)
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, class: Class, shown: bool) -> usize {
        self.pieces.push(Piece {
            start,
            end,
            kind,
            class,
            shown,
        });
        end
    }

    /// The end of an address of e-mail or of a page that begins here.
    fn address(&mut self, at: usize) -> Option<usize> {
        if at < self.chunk_end {
            return None;
        }
        let chunk = &self.text[at..run(self.text, at, |c| {
            !c.is_whitespace() && !is_ideogram(c) && !"，。；、【】《》<>()（）[]\"".contains(c)
        })];
        self.chunk_end = at + chunk.len().max(1);
        let is_address = chunk.contains('@') && chunk.len() > 1
            || chunk.contains("://")
            || chunk
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("www."))
            || chunk.contains('=')
            || is_host(chunk);
        is_address.then(|| {
            at + chunk
                .trim_end_matches(['.', ',', ';', ':', '!'])
                .len()
                .max(1)
        })
    }

    /// A word, or the longest phrase of the vocabulary or of the place that begins with it.
    fn word(&mut self, at: usize) -> usize {
        let end = run(self.text, at, is_letter);
        let known = self.vocabulary.phrase(self.text, at);
        if self.is_initial(at, end) {
            return match known.filter(|_| self.is_abbreviation(end)) {
                Some((end, class)) => self.push(at, end, Kind::Word, class, class.is_known()),
                None => self.push(at, end, Kind::Word, Class::NONE, false),
            };
        }
        let place_end = self
            .place
            .iter()
            .filter_map(|phrase| phrase_end(self.text, at, phrase))
            .max();
        match (known, place_end) {
            (Some((end, _)), Some(place_end)) if place_end > end => {
                self.push(at, place_end, Kind::Word, Class::PLACE, true)
            }
            (Some((end, class)), _) => {
                let is_small =
                    class.has(Class::SMALL) && self.text[at..].starts_with(char::is_lowercase);
                self.push(at, end, Kind::Word, class, class.is_known() || is_small)
            }
            (None, Some(place_end)) => self.push(at, place_end, Kind::Word, Class::PLACE, true),
            (None, None) => {
                let class = hangul_word(self.text, at, end, self.vocabulary);
                let class = class
                    .or_else(|| self.is_elided(at, end).then_some(Class::WORD))
                    .unwrap_or_default();
                self.push(at, end, Kind::Word, class, class.is_known())
            }
        }
    }

    /// The capital and its dot in `A. Sample`.
    fn is_initial(&self, at: usize, end: usize) -> bool {
        let mut letters = self.text[at..end].chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_none()
            && self.text[end..].starts_with('.')
    }

    /// Whether an initial that ends here has another one right behind its dot: `U.S. Postal
    /// Service`. Before a name a blank stands between them or a word follows, and no phrase begins
    /// so.
    fn is_abbreviation(&self, end: usize) -> bool {
        let next = end + 1;
        self.text[next..].starts_with(char::is_uppercase)
            && self.is_initial(next, run(self.text, next, is_letter))
    }

    /// The `l` of `l'adresse` and the `s` of `sender's`: a letter or two at an apostrophe.
    fn is_elided(&self, at: usize, end: usize) -> bool {
        let is_apostrophe = |c: char| matches!(c, '\'' | '’');
        let (before, after) = (&self.text[..at], &self.text[end..]);
        let behind = after
            .strip_prefix(is_apostrophe)
            .and_then(|rest| rest.chars().next())
            .is_some_and(char::is_lowercase);
        let follows = before.ends_with(is_apostrophe)
            && self
                .pieces
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|word| word.shown && word.kind == Kind::Word);
        end - at <= 2 && (behind || follows)
    }

    /// The longest known run of characters that begins here, or one unknown character. A run of
    /// katakana is known whole or not at all.
    fn ideograms(&mut self, at: usize, letter: char) -> usize {
        let place = self
            .place
            .iter()
            .filter(|phrase| self.text[at..].starts_with(phrase.as_str()))
            .map(|phrase| at + phrase.len())
            .max();
        let (mut end, mut class) = self
            .vocabulary
            .ideograms(self.text, at)
            .unwrap_or((at, Class::NONE));
        if let Some(place) = place.filter(|place| *place > end) {
            (end, class) = (place, Class::WORD);
        }
        if is_katakana(letter) {
            let whole = run(self.text, at, is_katakana);
            if end < whole {
                return self.push(at, whole, Kind::Ideograms, Class::NONE, false);
            }
        }
        if end == at {
            return self.push(
                at,
                at + letter.len_utf8(),
                Kind::Ideograms,
                Class::NONE,
                false,
            );
        }
        self.push(at, end, Kind::Ideograms, class, class.is_known())
    }
}

/// The place's own words: its city, wording and region, as folded phrases or runs of characters of
/// two and more.
fn place_words(place: Option<&Place>) -> Vec<String> {
    let Some(place) = place else {
        return Vec::new();
    };
    let texts = [&place.city, &place.name, &place.region];
    let mut words = Vec::new();
    for text in texts.into_iter().flatten().filter(|text| text.len() <= 120) {
        let text = text.trim();
        if text.chars().next().is_some_and(is_ideogram) {
            let short = text.trim_end_matches(['市', '省', '县', '縣', '区', '區']);
            words.extend(
                [text, short]
                    .into_iter()
                    .filter(|text| text.chars().count() >= 2)
                    .map(ToOwned::to_owned),
            );
        } else if text.chars().filter(|c| is_letter(*c)).count() >= 3
            && !text.contains(|c: char| c.is_ascii_digit())
        {
            words.push(fold(text));
        }
    }
    words
}

/// Where a folded phrase ends if the text has it at `at`, as whole words.
fn phrase_end(text: &str, at: usize, phrase: &str) -> Option<usize> {
    let mut wanted = phrase.chars();
    let mut end = at;
    let mut letters = text[at..].char_indices();
    while let Some(next) = wanted.next() {
        let (offset, letter) = letters.next()?;
        let mut folded = String::new();
        super::vocabulary::fold_letter(letter, &mut folded);
        let mut folded = folded.chars();
        if folded.next()? != next {
            return None;
        }
        for more in folded {
            if wanted.next()? != more {
                return None;
            }
        }
        end = at + offset + letter.len_utf8();
    }
    (end > at && !text[end..].starts_with(is_letter)).then_some(end)
}

/// Hangul words carry particles and run together: known when a known stem of two syllables or more,
/// and what is known behind it, make up all of it.
fn hangul_word(text: &str, at: usize, end: usize, vocabulary: &Vocabulary) -> Option<Class> {
    if !text[at..].starts_with(is_hangul) {
        return None;
    }
    let (mut from, class) = vocabulary.ideograms(&text[..end], at)?;
    let is_stem = text[at..from].chars().nth(1).is_some() || from == end;
    while from < end {
        (from, _) = vocabulary.ideograms(&text[..end], from)?;
    }
    is_stem.then_some(class)
}

fn is_host(chunk: &str) -> bool {
    let Some((host, rest)) = chunk.split_once('/') else {
        return false;
    };
    host.contains('.')
        && rest.bytes().any(|b| b.is_ascii_digit())
        && host
            .split('.')
            .next_back()
            .is_some_and(|end| end.len() >= 2)
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && host.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether the run of ASCII letters and digits at `at` has a digit.
fn is_mixed(text: &str, at: usize) -> bool {
    text[at..]
        .bytes()
        .take_while(u8::is_ascii_alphanumeric)
        .any(|b| b.is_ascii_digit())
}

pub fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[at..]
        .find(|c| !belongs(c))
        .map_or(text.len(), |length| at + length)
}

/// A letter of a script that separates its words, with its combining marks.
pub fn is_letter(c: char) -> bool {
    (c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)) && !is_ideogram(c)
}

pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}')
}

fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー' | '\u{ff66}'..='\u{ff9f}')
}

/// Chinese and Japanese characters.
pub fn is_ideogram(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '々' | '〇' | '\u{3040}'..='\u{30fa}' | 'ー' | '\u{3100}'..='\u{312f}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{323af}')
}

fn is_known_mark(c: char) -> bool {
    "，。；：、！？（）【】《》「」『』〔〕·…—–‑‒―“”‘’„‚«»‹›•¡¿°€£¥§✓・～〜".contains(c)
}

/// Whether what was said of a person ends here. The dot of an initial or abbreviation is no end.
fn is_stop(text: &str, at: usize, letter: char) -> bool {
    let behind = &text[at + letter.len_utf8()..];
    match letter {
        ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '!' | '?' | '，' | '。' | '；'
        | '（' | '）' | '【' | '】' | '！' | '？' | '、' => true,
        '.' => {
            let word = text[..at]
                .rsplit(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default();
            word.chars().count() > 4
                && (behind.is_empty() || behind.starts_with(char::is_whitespace))
        }
        '-' | '–' | '—' => text[..at].ends_with(' ') && behind.starts_with(' '),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask;

    #[test]
    fn initials_are_shown_in_a_phrase_of_the_trade_and_before_no_name() {
        for sentence in [
            "In transit to U.S. Postal Service",
            "At U.S. Postal Service facility",
            "Cleared U.S. Customs",
        ] {
            assert_eq!(mask(sentence, None), sentence);
        }
        for (sentence, name) in [
            ("Signed by U.S. Sample", "U.S"),
            ("Left with A. Day", "A."),
            ("Received by U. S. Sample", "U."),
        ] {
            assert!(!mask(sentence, None).contains(name), "{sentence}");
        }
    }
}
