//! The words of the trade, a file a language: `words/*.txt`.
//!
//! A file has sections. `[words]` holds words apart by blanks; the other sections hold words and
//! phrases apart by commas or lines. `#` begins a remark. To add a language, add its file to the
//! list below. Leave out what is a given name or surname by itself; `[phrases]` may hold it in
//! company ("will be"). `[also names]` marks words of the other sections that are hidden where a
//! hidden word stands beside them, and `[small]` holds words that are harmless as long as they
//! begin with a small letter.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lex::{is_hangul, is_ideogram, is_letter, run};

const FILES: &[&str] = &[
    include_str!("words/en.txt"),
    include_str!("words/labels.txt"),
    include_str!("words/notices.txt"),
    include_str!("words/de.txt"),
    include_str!("words/fr.txt"),
    include_str!("words/es.txt"),
    include_str!("words/it.txt"),
    include_str!("words/pt.txt"),
    include_str!("words/nl.txt"),
    include_str!("words/pl.txt"),
    include_str!("words/tr.txt"),
    include_str!("words/ru.txt"),
    include_str!("words/zh.txt"),
    include_str!("words/zh-hant.txt"),
    include_str!("words/ja.txt"),
    include_str!("words/ko.txt"),
];

/// What is known of a word or phrase: a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class(u16);

impl Class {
    pub const NONE: Self = Self(0);
    /// Harmless.
    pub const WORD: Self = Self(1);
    /// A surname as well: where it is harmless by another class, not beside a hidden word.
    pub const ALSO_NAME: Self = Self(2);
    /// A person follows: "signed by".
    pub const NAMES: Self = Self(4);
    /// A person may follow: "handed to".
    pub const MAY_NAME: Self = Self(8);
    /// A kind of recipient or party, not a person: "reception".
    pub const KIND: Self = Self(16);
    /// What a number counts or measures: "pieces", "kg".
    pub const UNIT: Self = Self(32);
    /// A month; harmless beside a day's number.
    pub const MONTH: Self = Self(64);
    /// What a small number follows: "attempt".
    pub const COUNTED: Self = Self(128);
    /// A currency.
    pub const MONEY: Self = Self(256);
    /// What shows that no name follows "courier" or 快递员: "has", 已.
    pub const VERB: Self = Self(512);

    /// What stands before a surname, and is hidden with it: "Mrs".
    pub const TITLE: Self = Self(1024);

    /// A surname that is a word of the trade where it is written small.
    pub const SMALL: Self = Self(2048);

    /// The place where it happened, which may be a surname as well.
    pub const PLACE: Self = Self(2 | 4096);

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it may be shown by itself.
    pub fn is_known(self) -> bool {
        self.0 & !(Self::MONTH | Self::ALSO_NAME | Self::SMALL).0 != 0 && !self.has(Self::TITLE)
    }

    fn of_section(name: &str) -> Option<Self> {
        Some(match name {
            "words" | "phrases" => Self::WORD,
            "also names" => Self::ALSO_NAME,
            "names follow" => Self::NAMES,
            "names may follow" => Self::MAY_NAME,
            "kinds" => Self::KIND,
            "units" => Self::UNIT,
            "months" => Self::MONTH,
            "counted" => Self::COUNTED,
            "money" => Self::MONEY,
            "verbs" => Self::VERB,
            "titles" => Self::TITLE,
            "small" => Self::SMALL | Self::ALSO_NAME,
            _ => return None,
        })
    }
}

impl std::ops::BitOr for Class {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// All languages' words.
pub struct Vocabulary {
    /// By folded text, the words of a phrase one blank apart.
    known: HashMap<Box<str>, Class>,
    /// The most words of a phrase, by its first word.
    most_words: HashMap<Box<str>, usize>,
    /// The most characters of an entry in a script without blanks.
    most_ideograms: usize,
}

impl Vocabulary {
    pub fn get() -> &'static Self {
        static ALL: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::load);
        &ALL
    }

    fn load() -> Self {
        let mut all = Self {
            known: HashMap::new(),
            most_words: HashMap::new(),
            most_ideograms: 0,
        };
        for file in FILES {
            let (mut class, mut by_blanks) = (Class::NONE, false);
            for line in file
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                if let Some(section) = line
                    .strip_prefix('[')
                    .and_then(|line| line.strip_suffix(']'))
                {
                    (class, by_blanks) = (
                        Class::of_section(section).unwrap_or_default(),
                        section == "words",
                    );
                    continue;
                }
                let entries = line.split(move |c: char| c == ',' || by_blanks && c.is_whitespace());
                entries
                    .map(str::trim)
                    .filter(|entry| !entry.is_empty())
                    .for_each(|entry| all.add(entry, class));
            }
        }
        all
    }

    fn add(&mut self, entry: &str, class: Class) {
        if entry.chars().any(|c| is_ideogram(c) || is_hangul(c)) {
            self.most_ideograms = self.most_ideograms.max(entry.chars().count());
            self.insert(entry.to_owned(), class);
            return;
        }
        self.add_phrase(&fold(entry), class);
        if entry.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
            let spelt = entry
                .to_lowercase()
                .replace('ä', "ae")
                .replace('ö', "oe")
                .replace('ü', "ue");
            self.add_phrase(&fold(&spelt), class);
        }
    }

    fn add_phrase(&mut self, entry: &str, class: Class) {
        let words: Vec<&str> = entry
            .split(|c| !is_letter(c))
            .filter(|word| !word.is_empty())
            .collect();
        let Some(first) = words.first() else { return };
        let most = self.most_words.entry((*first).into()).or_default();
        *most = words.len().max(*most);
        self.insert(words.join(" "), class);
    }

    fn insert(&mut self, entry: String, class: Class) {
        let known = self.known.entry(entry.into()).or_default();
        *known = Class(known.0 | class.0);
    }

    /// The longest phrase that begins with the word at `at`: where it ends, and what it is.
    pub fn phrase(&self, text: &str, at: usize) -> Option<(usize, Class)> {
        let mut end = run(text, at, is_letter);
        let mut key = fold(&text[at..end]);
        let most = *self.most_words.get(key.as_str())?;
        let mut found = self.known.get(key.as_str()).map(|class| (end, *class));
        for _ in 1..most {
            let next = run(text, end, |c| {
                matches!(c, ' ' | '-' | '\'' | '’' | '.' | '/')
            });
            let is_joined = next > end && next - end <= 3 && text[next..].starts_with(is_letter);
            if !is_joined {
                break;
            }
            end = run(text, next, is_letter);
            key.push(' ');
            text[next..end]
                .chars()
                .for_each(|letter| fold_letter(letter, &mut key));
            found = self
                .known
                .get(key.as_str())
                .map(|class| (end, *class))
                .or(found);
        }
        found
    }

    /// The class of one word.
    pub fn word(&self, word: &str) -> Class {
        self.known
            .get(fold(word).as_str())
            .copied()
            .unwrap_or_default()
    }

    /// The longest entry of a script without blanks that begins at `at`.
    pub fn ideograms(&self, text: &str, at: usize) -> Option<(usize, Class)> {
        let ends = text[at..]
            .char_indices()
            .take(self.most_ideograms)
            .map(|(offset, letter)| at + offset + letter.len_utf8());
        let candidates: Vec<usize> = ends.collect();
        candidates
            .into_iter()
            .rev()
            .find_map(|end| self.known.get(&text[at..end]).map(|class| (end, *class)))
    }
}

/// The text in lower case without diacritics, so that `REMIS A` is `remis à`. The German umlauts
/// stay: `schön` is not `schon`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars()
        .for_each(|letter| fold_letter(letter, &mut out));
    out
}

pub fn fold_letter(letter: char, out: &mut String) {
    if letter.is_ascii() {
        return out.push(letter.to_ascii_lowercase());
    }
    for lower in letter.to_lowercase() {
        let plain = match lower {
            'à'..='ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
            'ç' | 'ć' | 'č' => "c",
            'ď' | 'đ' => "d",
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
            'ğ' => "g",
            'ì'..='ï' | 'ı' | 'ī' | 'į' => "i",
            'ł' => "l",
            'ñ' | 'ń' | 'ň' => "n",
            'ò'..='õ' | 'ø' | 'ő' => "o",
            'ř' => "r",
            'ś' | 'ş' | 'š' | 'ș' => "s",
            'ß' => "ss",
            'ť' | 'ț' => "t",
            'ù'..='û' | 'ū' | 'ů' | 'ű' => "u",
            'ý' | 'ÿ' => "y",
            'ź' | 'ż' | 'ž' => "z",
            'æ' => "ae",
            'œ' => "oe",
            'ё' => "е",
            '\u{300}'..='\u{36f}' => "",
            other => {
                out.push(other);
                continue;
            }
        };
        out.push_str(plain);
    }
}
