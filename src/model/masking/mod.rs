//! What is not known to be harmless is hidden: a carrier's sentence shown by the words of the
//! trade.
//!
//! A word is shown when the vocabulary of some language holds it ([`vocabulary`]), a figure when
//! its shape and its neighbours tell that it is a date, a clock time, a count or an amount
//! ([`figures`]), and the words of the place where the event happened. Everything else becomes
//! `•••`: names, streets, phone numbers, codes, addresses of e-mail and pages. What follows "signed
//! by" and the like is hidden even where its words are known ([`naming`]).

mod figures;
mod lex;
mod naming;
mod vocabulary;

use std::borrow::Cow;

use super::Place;
use super::clean::clean;
use lex::{Kind, Piece};

/// What stands for hidden text.
pub(super) const HIDDEN: &str = "•••";

/// The most characters of a sentence that are looked at and shown.
pub(super) const LONGEST: usize = 2_000;

/// The sentence with all that is not known to be harmless hidden: one pass, linear, and no more
/// than [`LONGEST`] characters.
pub(super) fn mask<'t>(text: &'t str, place: Option<&Place>) -> Cow<'t, str> {
    let (text, is_cut) = cut(text);
    let clean = clean(text);
    let mut pieces = lex::pieces(&clean, place);
    figures::show_months(&mut pieces);
    naming::hide_named(&clean, &mut pieces);
    naming::hide_beside_hidden(&clean, &mut pieces);
    if !is_cut && pieces.iter().all(|piece| piece.shown) {
        return clean;
    }
    let mut out = written(&clean, &pieces);
    if is_cut {
        out.push('…');
    }
    Cow::Owned(out)
}

/// The first [`LONGEST`] characters, and whether that cut something off.
fn cut(text: &str) -> (&str, bool) {
    if text.len() <= LONGEST {
        return (text, false);
    }
    text.char_indices()
        .nth(LONGEST)
        .map_or((text, false), |(end, _)| (&text[..end], true))
}

/// The shown pieces, with one sign for each run of hidden ones.
fn written(text: &str, pieces: &[Piece]) -> String {
    let mut out = String::with_capacity(text.len());
    // How long `out` was behind the last hidden piece, while only glue followed it.
    let mut behind_hidden = None;
    for piece in pieces {
        let said = piece.text(text);
        if !piece.shown {
            match behind_hidden {
                Some(length) => out.truncate(length),
                None => out.push_str(HIDDEN),
            }
            behind_hidden = Some(out.len());
            continue;
        }
        let is_glue = piece.kind == Kind::Space
            || matches!(piece.kind, Kind::Mark | Kind::Stop)
                && said.chars().all(|c| "-–./()'’+#&_*~@\\\"".contains(c));
        if !is_glue {
            behind_hidden = None;
        }
        out.push_str(said);
    }
    out
}
