//! Characters that act on a terminal, log or page instead of being read: [`clean`] takes them out.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;

use super::{Place, Reference, Shipment};

/// The longest escape sequence that is taken out as a whole, in bytes; of a longer one only the
/// escape character goes.
const LONGEST_SEQUENCE: usize = 128;

/// The text on one line, without control characters, ANSI escape sequences, bidi controls, and
/// characters of no width.
///
/// White space of every kind becomes a blank. One pass, linear; what holds nothing of the sort is
/// not copied.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, 0x20..0x7f)) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(is_unfit) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(letter) = rest.chars().next() {
        let taken = if is_unfit(letter) {
            sequence(rest)
        } else {
            letter.len_utf8()
        };
        if !is_unfit(letter) {
            out.push(letter);
        } else if becomes_blank(letter) && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        rest = &rest[taken..];
    }
    out.truncate(out.trim_end().len());
    Cow::Owned(out)
}

/// Cleans a text in place, where it needs it.
pub(crate) fn clean_in_place(text: &mut SmolStr) {
    if let Cow::Owned(fit) = clean(text) {
        *text = fit.into();
    }
}

/// Cleans every text of a shipment that is shown as it is. Sentences are cleaned when they are
/// shown.
pub(crate) fn clean_shipment(shipment: &mut Shipment) {
    for event in &mut shipment.events {
        clean_in_place(&mut event.code.value);
        clean_optional(&mut event.code.qualifier);
        clean_place(&mut event.place);
        clean_references(&mut event.related);
        clean_optional(&mut event.vendor_id);
    }
    clean_references(&mut shipment.references);
    clean_place(&mut shipment.origin);
    clean_place(&mut shipment.destination);
    clean_optional(&mut shipment.service);
    clean_optional(&mut shipment.instance);
    if let Some(point) = &mut shipment.pickup_point {
        for part in [&mut point.id, &mut point.name, &mut point.street] {
            clean_optional(part);
        }
        point.opening_hours.iter_mut().for_each(clean_in_place);
        clean_place(&mut point.place);
    }
}

fn clean_place(place: &mut Option<Place>) {
    let Some(parts) = place else { return };
    for part in [
        &mut parts.name,
        &mut parts.city,
        &mut parts.region,
        &mut parts.postcode,
        &mut parts.code,
    ] {
        clean_optional(part);
    }
    if parts.is_empty() {
        *place = None;
    }
}

fn clean_references(references: &mut [Reference]) {
    references
        .iter_mut()
        .for_each(|reference| clean_in_place(&mut reference.number));
}

/// Cleans a text in place; one of which nothing is left goes.
fn clean_optional(text: &mut Option<SmolStr>) {
    if let Some(inner) = text {
        clean_in_place(inner);
    }
    if text.as_ref().is_some_and(|text| text.is_empty()) {
        *text = None;
    }
}

/// Reads a text that is shown as it is.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmolStr, D::Error> {
    let mut text = SmolStr::deserialize(deserializer)?;
    clean_in_place(&mut text);
    Ok(text)
}

/// Reads a text that may be absent.
pub(super) fn optional_text<'de, D>(deserializer: D) -> Result<Option<SmolStr>, D::Error>
where
    D: Deserializer<'de>,
{
    let mut text = Option::deserialize(deserializer)?;
    clean_optional(&mut text);
    Ok(text)
}

/// Reads a list of texts.
pub(super) fn texts<'de, D>(deserializer: D) -> Result<Vec<SmolStr>, D::Error>
where
    D: Deserializer<'de>,
{
    let mut texts = Vec::deserialize(deserializer)?;
    texts.iter_mut().for_each(clean_in_place);
    Ok(texts)
}

fn becomes_blank(letter: char) -> bool {
    matches!(
        letter,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_unfit(letter: char) -> bool {
    letter.is_control()
        || !letter.is_ascii()
            && matches!(letter,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}' | '\u{fe00}'..='\u{fe0f}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many bytes go with the unfit character at the start: itself, or the escape sequence that it
/// begins.
fn sequence(text: &str) -> usize {
    let lone = text.chars().next().map_or(1, char::len_utf8);
    let (introducer, begins) = match text.as_bytes() {
        [0x1b, second, ..] => (*second, 2),
        [0xc2, second @ 0x90..=0x9f, ..] => (second - 0x40, 2),
        _ => return lone,
    };
    let body = text.as_bytes()[begins..].iter().take(LONGEST_SEQUENCE);
    let end = match introducer {
        // A control sequence: parameters, then one final byte.
        b'[' => body
            .clone()
            .position(|b| !(0x20..0x40).contains(b))
            .filter(|at| text.as_bytes()[begins + at].is_ascii_graphic())
            .map(|at| at + 1),
        // A string for the terminal, up to its bell or terminator.
        b']' | b'P' | b'X' | b'^' | b'_' => body
            .clone()
            .position(|b| matches!(b, 0x07 | 0x1b))
            .map(|at| {
                if text.as_bytes()[begins + at..].starts_with(b"\x1b\\") {
                    at + 2
                } else {
                    at + usize::from(text.as_bytes()[begins + at] == 0x07)
                }
            }),
        _ => None,
    };
    end.map_or(lone, |end| begins + end)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_acts_on_a_terminal_goes_and_the_rest_stays() {
        let cases = [
            ("plain, 派送中 ✓", "plain, 派送中 ✓"),
            ("a\u{1b}[31mred\u{1b}[0m b", "ared b"),
            ("x\u{1b}]0;PWNED\u{7}y", "xy"),
            ("x\u{1b}]8;;https://e.example\u{1b}\\link", "xlink"),
            ("x\u{9b}2Jy", "xy"),
            ("unfinished \u{1b}]0;title", "unfinished ]0;title"),
            ("one\r\nFORGED LINE\u{2028}two", "one FORGED LINE two"),
            ("left\u{202e}thgir\u{2069}\u{200b}.", "leftthgir."),
            ("\n\tonly\n", "only"),
            ("tag\u{e0041}s\u{feff}", "tags"),
            ("\u{1b}", ""),
            ("\u{1b}[", "["),
        ];
        for (text, fit) in cases {
            assert_eq!(clean(text), fit, "{text:?}");
            assert_eq!(clean(&clean(text)), clean(text), "twice is once");
        }
    }
}
