//! Where a person is named: what follows "signed by", and known words in the middle of a name.

use super::lex::{Kind, Piece};
use super::vocabulary::Class;

/// The most pieces that one "signed by" hides.
const LONGEST_NAME: usize = 60;

/// Hides what follows the words that name a person, up to a comma, bracket or the end, unless it is
/// a kind of recipient.
pub fn hide_named(text: &str, pieces: &mut [Piece]) {
    let mut at = 0;
    while at < pieces.len() {
        let piece = pieces[at];
        at += 1;
        let (always, perhaps) = (
            piece.is(Class::NAMES | Class::TITLE),
            piece.is(Class::MAY_NAME | Class::KIND),
        );
        if !(piece.shown || piece.is(Class::TITLE)) || !(always || perhaps) {
            continue;
        }
        let (start, is_marked) = name_start(text, pieces, at, piece.kind);
        let Some(first) = pieces.get(start) else {
            continue;
        };
        let is_label = piece.is(Class::KIND) && !always && !piece.is(Class::MAY_NAME);
        if is_label && !is_marked {
            hide_surname(text, pieces, start, piece);
            continue;
        }
        let is_verb = first.is(Class::VERB) && !is_marked;
        let is_no_name = first.is(Class::KIND) && !is_person(text, pieces, start) || is_verb;
        if first.kind == Kind::Stop || is_no_name && !piece.is(Class::TITLE) {
            continue;
        }
        let end = name_end(pieces, start, piece.kind == Kind::Ideograms && !is_marked);
        let all_known = pieces[start..end]
            .iter()
            .all(|piece| piece.shown && !piece.is(Class::ALSO_NAME));
        if always || !all_known {
            pieces[start..end]
                .iter_mut()
                .filter(|piece| piece.kind != Kind::Space)
                .for_each(|piece| piece.shown = false);
            at = end;
        }
    }
}

/// Hides the surname that stands before its title where titles follow: 周女士, 高先生, 関さん. A known word
/// of two characters and more is a kind of person there, such as 快递师傅.
fn hide_titled(text: &str, pieces: &mut [Piece]) {
    const TITLES: [&str; 12] = [
        "先生", "女士", "小姐", "太太", "师傅", "師傅", "阿姨", "様", "さん", "氏", "씨", "님",
    ];
    for at in 1..pieces.len() {
        let (name, title) = (pieces[at - 1], pieces[at]);
        let is_short = matches!(name.kind, Kind::Ideograms | Kind::Word)
            && name.text(text).chars().count() == 1;
        if is_short
            && TITLES
                .iter()
                .any(|known| title.text(text).starts_with(known))
        {
            pieces[at - 1].shown = false;
        }
    }
}

/// Where a name may begin behind its introduction, and whether a colon or bracket leads to it.
fn name_start(text: &str, pieces: &[Piece], from: usize, kind: Kind) -> (usize, bool) {
    let (mut at, mut is_marked) = (from, false);
    while let Some(piece) = pieces.get(at) {
        let said = piece.text(text);
        let leads = match piece.kind {
            Kind::Space => true,
            Kind::Mark => matches!(said, ":" | "：" | "-" | "." | "\"" | "#" | "“" | "„"),
            Kind::Stop => matches!(said, "(" | "（" | "[" | "【"),
            Kind::Word => is_article(said),
            Kind::Ideograms => {
                kind == Kind::Ideograms && matches!(said, "是" | "为" | "為" | "の" | "は")
            }
            Kind::Figure => false,
        };
        if !leads {
            break;
        }
        is_marked |= matches!(said, ":" | "：" | "[" | "【" | "是" | "为" | "為")
            || kind != Kind::Ideograms && matches!(said, "(" | "（");
        at += 1;
    }
    (at, is_marked)
}

fn is_article(word: &str) -> bool {
    const ARTICLES: &[&str] = &[
        "the", "a", "an", "your", "der", "die", "das", "dem", "den", "le", "la", "les", "un",
        "une", "el", "los", "il", "lo", "o", "os", "as", "de", "het", "een", "al", "bir",
    ];
    ARTICLES
        .iter()
        .any(|article| word.eq_ignore_ascii_case(article))
}

/// Whether a name follows a kind directly: "neighbour Mark Young".
fn is_person(text: &str, pieces: &[Piece], kind: usize) -> bool {
    let next = pieces[kind + 1..]
        .iter()
        .find(|piece| piece.kind != Kind::Space);
    next.is_some_and(|next| {
        !next.shown && next.kind == Kind::Word && next.text(text).starts_with(char::is_uppercase)
    }) && pieces[kind].is(Class::ALSO_NAME)
}

/// Up to the next stop; in a script without blanks also up to the next known word that is no part
/// of a name.
fn name_end(pieces: &[Piece], start: usize, at_known: bool) -> usize {
    let mut hidden = 0;
    for (at, piece) in pieces.iter().enumerate().skip(start).take(LONGEST_NAME) {
        let is_stop =
            piece.kind == Kind::Stop || at_known && piece.kind == Kind::Space && hidden > 0;
        let is_known = at_known && piece.shown && hidden > 1 && piece.end - piece.start >= 6;
        if is_stop || is_known {
            return at;
        }
        hidden += usize::from(piece.kind == Kind::Ideograms)
            .max(usize::from(piece.kind != Kind::Space) * 2);
    }
    pieces.len().min(start + LONGEST_NAME)
}

/// Hides a known word that is a surname as well, right behind "driver" or "Frau".
fn hide_surname(text: &str, pieces: &mut [Piece], at: usize, before: Piece) {
    let piece = &mut pieces[at];
    if piece.is(Class::ALSO_NAME)
        && piece.class != Class::PLACE
        && before.kind == Kind::Word
        && piece.text(text).starts_with(char::is_uppercase)
    {
        piece.shown = false;
    }
}

/// Hides known words beside hidden ones that are likely a part of the same name: surnames,
/// initials, "de la", single characters.
pub fn hide_beside_hidden(text: &str, pieces: &mut [Piece]) {
    hide_titled(text, pieces);
    hide_pairs(text, pieces);
    hide_capitalised(text, pieces);
    for reversed in [false, true] {
        let mut neighbour = Neighbour::default();
        for step in 0..pieces.len() {
            let at = if reversed {
                pieces.len() - 1 - step
            } else {
                step
            };
            let piece = pieces[at];
            if piece.shown && neighbour.swallows(text, piece, reversed) {
                pieces[at].shown = false;
            }
            neighbour.pass(text, pieces[at]);
        }
    }
    hide_between(text, pieces);
}

/// Hides two surnames in a row that are written as names: "Will May", "Mill House".
fn hide_pairs(text: &str, pieces: &mut [Piece]) {
    let is_name = |piece: &Piece| {
        piece.kind == Kind::Word
            && piece.is(Class::ALSO_NAME)
            && !piece.is(Class::KIND)
            && piece.text(text).starts_with(char::is_uppercase)
    };
    for at in 2..pieces.len() {
        if pieces[at - 1].kind == Kind::Space && is_name(&pieces[at - 2]) && is_name(&pieces[at]) {
            (pieces[at - 2].shown, pieces[at].shown) = (false, false);
        }
    }
}

/// Hides a capitalised word right behind a hidden one, in a sentence that writes its words small:
/// the second part of a name.
fn hide_capitalised(text: &str, pieces: &mut [Piece]) {
    let is_title = |piece: &Piece| {
        let mut letters = piece.text(text).chars();
        piece.kind == Kind::Word
            && letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase)
    };
    let writes_small = pieces.iter().any(|piece| {
        piece.kind == Kind::Word
            && piece.shown
            && piece.end - piece.start > 4
            && piece.text(text).starts_with(char::is_lowercase)
    });
    for at in 2..pieces.len() {
        let is_behind_hidden = !pieces[at - 2].shown
            && is_title(&pieces[at - 2])
            && pieces[at - 1].kind == Kind::Space;
        if writes_small && is_behind_hidden && is_title(&pieces[at]) {
            pieces[at].shown = false;
        }
    }
}

/// What stands before a piece: whether it is hidden, and how many characters without blanks are.
#[derive(Default)]
struct Neighbour {
    is_hidden: bool,
    hidden_ideograms: usize,
    is_apart: bool,
}

impl Neighbour {
    fn swallows(&self, text: &str, piece: Piece, is_behind: bool) -> bool {
        let said = piece.text(text);
        match piece.kind {
            Kind::Word => {
                let letters = said.chars().count();
                self.is_hidden
                    && (piece.is(Class::ALSO_NAME)
                        || letters == 1 && said.chars().all(char::is_uppercase) && !is_behind)
            }
            Kind::Ideograms if !self.is_apart => {
                let letters = said.chars().count();
                letters == 1 && self.hidden_ideograms > 0 && self.is_hidden
                    || letters == 2 && self.hidden_ideograms == 1 && self.is_hidden && !is_behind
            }
            _ => false,
        }
    }

    fn pass(&mut self, text: &str, piece: Piece) {
        match piece.kind {
            Kind::Space => self.is_apart = true,
            Kind::Word if piece.shown && self.is_hidden && is_connector(piece.text(text)) => {}
            Kind::Word | Kind::Figure => {
                *self = Self {
                    is_hidden: !piece.shown,
                    ..Self::default()
                }
            }
            Kind::Ideograms if piece.shown => *self = Self::default(),
            Kind::Ideograms => {
                *self = Self {
                    is_hidden: true,
                    hidden_ideograms: self.hidden_ideograms + 1,
                    is_apart: false,
                }
            }
            Kind::Stop => *self = Self::default(),
            Kind::Mark => {}
        }
    }
}

/// A word that joins the parts of a name or of a street.
fn is_connector(word: &str) -> bool {
    const CONNECTORS: &[&str] = &[
        "de", "do", "da", "dos", "das", "du", "des", "del", "della", "di", "der", "den", "dem",
        "van", "von", "la", "le", "los", "las", "el", "am", "of", "y",
    ];
    CONNECTORS
        .iter()
        .any(|connector| word.eq_ignore_ascii_case(connector))
}

/// Hides up to three short words between two hidden ones: "Maria de la Cruz".
fn hide_between(text: &str, pieces: &mut [Piece]) {
    let (mut last_hidden, mut short) = (None, 0);
    for at in 0..pieces.len() {
        let piece = pieces[at];
        match piece.kind {
            Kind::Space | Kind::Mark => {}
            Kind::Word if !piece.shown => {
                if let Some(from) = last_hidden.filter(|_| short > 0) {
                    pieces[from..at]
                        .iter_mut()
                        .filter(|piece| piece.kind == Kind::Word)
                        .for_each(|piece| piece.shown = false);
                }
                (last_hidden, short) = (Some(at), 0);
            }
            Kind::Word if piece.text(text).chars().count() <= 3 && short < 3 => short += 1,
            _ => (last_hidden, short) = (None, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask;

    #[test]
    fn a_surname_before_its_title_is_hidden_though_the_word_is_known() {
        for (text, surname) in [
            ("周女士拒收", "周"),
            ("派送员白师傅正在派送", "白"),
            ("関様へお届け済み", "関"),
            ("由金女士代收", "金"),
        ] {
            assert!(!mask(text, None).contains(surname), "{text}");
        }
    }
}
