//! Lines on a terminal: 80 columns, and nothing in them that a terminal would obey.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;

/// How many columns a line may have.
pub const WIDTH: usize = 80;

/// Whether a terminal would obey a character, or show what stands around it in another order,
/// instead of showing it.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text of a feed, in one line, without such characters. Everything that is printed passes
/// through here.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.contains(is_harmful) {
        Cow::Owned(text.replace(is_harmful, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// A line of parts, cut at the page's width.
pub fn row(out: &mut impl Write, parts: &[(Style, &str)]) -> io::Result<()> {
    let mut room = WIDTH;
    let last = parts
        .iter()
        .rposition(|(_, text)| !text.trim().is_empty())
        .map_or(0, |at| at + 1);
    for (at, (style, text)) in parts.iter().take(last).enumerate() {
        let text = clean(text);
        let text = if at + 1 == last {
            text.trim_end()
        } else {
            &text
        };
        let text = if columns(text) > room {
            fit(text, room)
        } else {
            text.to_owned()
        };
        room -= columns(&text).min(room);
        write!(out, "{style}{text}{style:#}")?;
    }
    writeln!(out)
}

/// Columns on a terminal: Chinese characters and pictures are two wide.
pub fn columns(text: &str) -> usize {
    text.chars().map(wide).sum()
}

fn wide(letter: char) -> usize {
    if matches!(letter, '\u{1100}'..='\u{ffdc}' | '\u{1f000}'..) {
        2
    } else {
        1
    }
}

/// A text in exactly so many columns, cut or filled up.
pub fn fit(text: &str, width: usize) -> String {
    let text = clean(text);
    let total = columns(&text);
    let room = if total > width {
        width.saturating_sub(1)
    } else {
        width
    };
    let mut used = 0;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            (used + wide(*c) <= room)
                .then(|| used += wide(*c))
                .is_some()
        })
        .collect();
    if total > width && width > 0 {
        out.push('…');
        used += 1;
    }
    out.push_str(&" ".repeat(width.saturating_sub(used)));
    out
}

/// Words wrapped at the page's width under a hanging indent. A word wider than the page, as a
/// Chinese sentence is, breaks anywhere.
pub fn wrapped(out: &mut impl Write, lead: &str, text: &str, style: Style) -> io::Result<()> {
    let (lead, text) = (clean(lead), clean(text));
    let indent = " ".repeat(columns(&lead));
    let mut line = lead.into_owned();
    let mut used = columns(&line);
    let mut is_fresh = true;
    for word in text.split(' ') {
        if !is_fresh && used + 1 + columns(word).min(WIDTH / 2) > WIDTH {
            row(out, &[(style, &line)])?;
            line.clone_from(&indent);
            (used, is_fresh) = (columns(&indent), true);
        }
        if !is_fresh {
            line.push(' ');
            used += 1;
        }
        for letter in word.chars() {
            if used + wide(letter) > WIDTH {
                row(out, &[(style, &line)])?;
                line.clone_from(&indent);
                used = columns(&indent);
            }
            line.push(letter);
            used += wide(letter);
        }
        is_fresh = false;
    }
    row(out, &[(style, &line)])
}
