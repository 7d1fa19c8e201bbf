//! A small tree over the pull reader: names without prefix, text that borrows from the message,
//! children in order.
//!
//! Entities other than the predefined ones and character references are never expanded, document
//! type declarations never read, depth and size are bounded.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::odd::{Oddities, Oddity};
use super::text::trim;

#[cfg(test)]
mod tests;

const DEEPEST: usize = 200;
const MOST_ELEMENTS: usize = 2_000_000;

/// Why a message is not XML that we read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("not well-formed near byte {at}: {what}")]
    Malformed { at: u64, what: String },
    #[error("elements nested deeper than {DEEPEST}")]
    TooDeep,
    #[error("more than {MOST_ELEMENTS} elements")]
    TooLarge,
    #[error("no element")]
    Empty,
    #[error("the message ends inside <{0}>")]
    Unclosed(String),
}

/// The parsed message.
pub(crate) struct Document<'a> {
    source: &'a str,
    nodes: Vec<Raw<'a>>,
    /// Texts that are not one slice of the source, by node.
    built: Vec<(u32, String)>,
    /// What was odd about what was looked up.
    odd: Rc<RefCell<Oddities>>,
}

/// Offsets into the source; `u32` suffices because payloads are bounded well below 4 GiB.
struct Raw<'a> {
    name: &'a str,
    attributes: (u32, u32),
    text: (u32, u32),
    first_child: u32,
    next_sibling: u32,
}

const NONE: u32 = u32::MAX;

impl<'a> Document<'a> {
    /// Reads a message. What follows the root element is not read.
    pub fn parse(source: &'a str) -> Result<Self, XmlError> {
        Builder::new(source)?.run()
    }

    /// What was odd about what is looked up in it, from now on too.
    pub fn odd(&self) -> Rc<RefCell<Oddities>> {
        Rc::clone(&self.odd)
    }

    /// The root element.
    pub fn root(&self) -> Node<'_, 'a> {
        Node {
            document: self,
            at: 0,
        }
    }
}

struct Builder<'a> {
    document: Document<'a>,
    reader: Reader<&'a [u8]>,
    /// Open elements, each with its last child.
    open: Vec<(u32, u32)>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Result<Self, XmlError> {
        if u32::try_from(source.len()).is_err() {
            return Err(XmlError::TooLarge);
        }
        let mut reader = Reader::from_str(source);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.check_comments = false;
        // The builder knows what is open and compares itself.
        config.check_end_names = false;
        let nodes = Vec::with_capacity(source.len() / 32);
        Ok(Self {
            document: Document {
                source,
                nodes,
                built: Vec::new(),
                odd: Rc::default(),
            },
            reader,
            open: Vec::new(),
        })
    }

    fn run(mut self) -> Result<Document<'a>, XmlError> {
        loop {
            let before = self.position();
            let event = self.reader.read_event();
            let after = self.position();
            match event {
                Ok(Event::Start(tag)) => {
                    self.element(before, after, tag.name().as_ref().len(), false)?
                }
                Ok(Event::Empty(tag)) => {
                    self.element(before, after, tag.name().as_ref().len(), true)?
                }
                Ok(Event::End(_)) => self.close(before, after)?,
                Ok(Event::Text(_)) => self.text(before, after),
                Ok(Event::CData(_)) => self.text((before + 9).min(after), after.saturating_sub(3)),
                Ok(Event::GeneralRef(entity)) => {
                    let known = match &*entity {
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "amp" => Some('&'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => entity.resolve_char_ref().ok().flatten(),
                    };
                    match known {
                        Some(letter) => self.built(letter.encode_utf8(&mut [0; 4])),
                        None => self.text(before, after),
                    }
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => {
                    return Err(XmlError::Malformed {
                        at: self.reader.error_position(),
                        what: error.to_string(),
                    });
                }
            }
            if self.open.is_empty() && !self.document.nodes.is_empty() {
                return Ok(self.document);
            }
        }
        match self.open.last() {
            Some(&(at, _)) => Err(XmlError::Unclosed(
                Node {
                    document: &self.document,
                    at,
                }
                .name()
                .to_owned(),
            )),
            None => Err(XmlError::Empty),
        }
    }

    fn position(&self) -> u32 {
        self.reader.buffer_position() as u32
    }

    fn element(
        &mut self,
        before: u32,
        after: u32,
        name_len: usize,
        is_empty: bool,
    ) -> Result<(), XmlError> {
        if self.open.len() >= DEEPEST {
            return Err(XmlError::TooDeep);
        }
        if self.document.nodes.len() >= MOST_ELEMENTS {
            return Err(XmlError::TooLarge);
        }
        let name_end = before + 1 + name_len as u32;
        let full = &self.document.source[before as usize + 1..name_end as usize];
        let prefix = full
            .bytes()
            .position(|b| b == b':')
            .map_or(0, |colon| colon + 1);
        let at = self.document.nodes.len() as u32;
        self.document.nodes.push(Raw {
            name: &full[prefix..],
            attributes: (name_end, after - if is_empty { 2 } else { 1 }),
            text: (0, 0),
            first_child: NONE,
            next_sibling: NONE,
        });
        if let Some((parent, last)) = self.open.last_mut() {
            match *last {
                NONE => self.document.nodes[*parent as usize].first_child = at,
                sibling => self.document.nodes[sibling as usize].next_sibling = at,
            }
            *last = at;
        }
        if !is_empty {
            self.open.push((at, NONE));
        }
        Ok(())
    }

    /// Closes the open element, if the closing tag (`</name>`) is its.
    fn close(&mut self, before: u32, after: u32) -> Result<(), XmlError> {
        let tag = &self.document.source[before as usize + 2..after as usize - 1];
        let Some((open, _)) = self.open.pop() else {
            return Err(XmlError::Malformed {
                at: u64::from(before),
                what: format!("</{tag}> closes nothing"),
            });
        };
        let expected = self.document.nodes[open as usize].name;
        let closed = tag.trim_end();
        let is_same = closed.ends_with(expected)
            && (closed.len() == expected.len()
                || closed.as_bytes()[closed.len() - expected.len() - 1] == b':');
        if is_same {
            return Ok(());
        }
        Err(XmlError::Malformed {
            at: u64::from(before),
            what: format!("</{closed}> closes <{expected}>"),
        })
    }

    /// Adds a slice of the source to the open element's text.
    fn text(&mut self, from: u32, to: u32) {
        let Some(&(at, last_child)) = self.open.last() else {
            return;
        };
        let text = self.document.nodes[at as usize].text;
        if text == (0, 0) && last_child == NONE {
            self.document.nodes[at as usize].text = (from, to);
            return;
        }
        let slice = &self.document.source[from as usize..to as usize];
        if last_child != NONE && slice.trim_start().is_empty() {
            return;
        }
        let so_far = &self.document.source[text.0 as usize..text.1 as usize];
        if self.is_built(at) {
            self.built(slice);
        } else if so_far.trim().is_empty() {
            self.document.nodes[at as usize].text = (from, to);
        } else if text.1 == from {
            self.document.nodes[at as usize].text.1 = to;
        } else {
            self.built(slice);
        }
    }

    fn is_built(&self, at: u32) -> bool {
        self.document
            .built
            .last()
            .is_some_and(|(node, _)| *node == at)
    }

    /// Adds text that is not in the source as it stands.
    fn built(&mut self, more: &str) {
        let Some(&(at, _)) = self.open.last() else {
            return;
        };
        if !self.is_built(at) {
            let text = self.document.nodes[at as usize].text;
            let so_far = self.document.source[text.0 as usize..text.1 as usize].to_owned();
            self.document.built.push((at, so_far));
        }
        if let Some((_, text)) = self.document.built.last_mut() {
            text.push_str(more);
        }
    }
}

/// One element.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d, 'a> {
    document: &'d Document<'a>,
    at: u32,
}

impl<'d, 'a> Node<'d, 'a> {
    fn raw(self) -> &'d Raw<'a> {
        &self.document.nodes[self.at as usize]
    }

    fn slice(self, (from, to): (u32, u32)) -> &'a str {
        self.document
            .source
            .get(from as usize..to as usize)
            .unwrap_or_default()
    }

    /// The local name.
    pub fn name(self) -> &'a str {
        self.raw().name
    }

    /// The element's own text, trimmed, unless nothing is left.
    pub fn text(self) -> Option<&'d str> {
        let text = match self
            .document
            .built
            .binary_search_by_key(&self.at, |(node, _)| *node)
        {
            Ok(found) => self.document.built[found].1.as_str(),
            Err(_) => self.slice(self.raw().text),
        };
        Some(trim(text)).filter(|text| !text.is_empty())
    }

    /// Its children, in order.
    pub fn children(self) -> impl Iterator<Item = Node<'d, 'a>> {
        let document = self.document;
        let mut next = self.raw().first_child;
        std::iter::from_fn(move || {
            let at = (next != NONE).then_some(next)?;
            next = document.nodes[at as usize].next_sibling;
            Some(Node { document, at })
        })
    }

    /// Its children of that name, in order.
    pub fn all(self, name: &'static str) -> impl Iterator<Item = Node<'d, 'a>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// Its first child of that name.
    pub fn child(self, name: &str) -> Option<Node<'d, 'a>> {
        self.children().find(|child| child.name() == name)
    }

    /// Notes that it stands beside another of its name, of which the first counts.
    pub fn is_one_of_several(self) {
        self.document
            .odd
            .borrow_mut()
            .note(Oddity::OneOfSeveral, self.name());
    }

    /// Notes that it looks like a record and stands where none is read.
    pub fn is_elsewhere(self) {
        self.document
            .odd
            .borrow_mut()
            .note(Oddity::Elsewhere, self.name());
    }

    /// Whether elements stand in it.
    pub fn has_children(self) -> bool {
        self.raw().first_child != NONE
    }

    /// Its only child of that name; the first, and a note, where there are several that differ.
    fn only(self, name: &str) -> Option<Node<'d, 'a>> {
        let mut of_name = self.children().filter(|child| child.name() == name);
        let first = of_name.next()?;
        let differs = |other: Node<'_, '_>| {
            first.has_children() || other.has_children() || first.text() != other.text()
        };
        if of_name.any(differs) {
            first.is_one_of_several();
        }
        Some(first)
    }

    /// The descendant at the end of a path of names, the first at each step.
    pub fn at(self, path: &[&str]) -> Option<Node<'d, 'a>> {
        path.iter().try_fold(self, |node, name| node.only(name))
    }

    /// The text of its first child of that name.
    pub fn get(self, name: &str) -> Option<&'d str> {
        self.only(name)?.text()
    }

    /// The text at the end of a path.
    pub fn get_at(self, path: &[&str]) -> Option<&'d str> {
        self.at(path)?.text()
    }

    /// All its attributes: local name, and value unescaped.
    #[cfg(feature = "testing")]
    pub fn all_attributes(self) -> impl Iterator<Item = (&'a str, String)> {
        let mut rest = self.slice(self.raw().attributes);
        std::iter::from_fn(move || {
            let (name, value, after) = next_attribute(rest)?;
            rest = after;
            Some((name, unescape(value)))
        })
    }

    /// Whether it has an attribute or a child of that name.
    pub fn has(self, name: &str) -> bool {
        let mut rest = self.slice(self.raw().attributes);
        while let Some((found, _, after)) = next_attribute(rest) {
            if found == name {
                return true;
            }
            rest = after;
        }
        self.child(name).is_some()
    }

    /// Descendants of that name, outermost first, not looked for inside each other.
    pub fn descendants(self, name: &str) -> Vec<Node<'d, 'a>> {
        let mut found = Vec::new();
        let mut waiting: Vec<_> = self.children().collect();
        waiting.reverse();
        while let Some(node) = waiting.pop() {
            if node.name() == name {
                found.push(node);
            } else {
                let before = waiting.len();
                waiting.extend(node.children());
                waiting[before..].reverse();
            }
        }
        found
    }

    /// The value of an attribute, trimmed and unescaped, unless nothing is left.
    pub fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let [value] = self.attributes([name]);
        value
    }

    /// The values of several attributes in one pass, each trimmed and unescaped, unless nothing is
    /// left.
    pub fn attributes<const N: usize>(self, names: [&str; N]) -> [Option<Cow<'a, str>>; N] {
        let mut found = [const { None }; N];
        let mut rest = self.slice(self.raw().attributes);
        while let Some((name, value, after)) = next_attribute(rest) {
            if let Some(at) = names.iter().position(|wanted| *wanted == name) {
                found[at] = clean(value);
            }
            rest = after;
        }
        found
    }
}

/// The next attribute: its local name, its raw value, and what follows.
fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let mut local = start;
    let mut at = start;
    while *bytes.get(at)? != b'=' {
        if bytes[at] == b':' {
            local = at + 1;
        }
        at += 1;
    }
    let name = trim(&text[local..at]);
    let open = at
        + 1
        + bytes[at + 1..]
            .iter()
            .position(|b| !b.is_ascii_whitespace())?;
    let quote = bytes[open];
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = open + 1 + memchr::memchr(quote, &bytes[open + 1..])?;
    Some((name, &text[open + 1..end], &text[end + 1..]))
}

fn clean(value: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'&', value.as_bytes()).is_none() {
        return Some(trim(value))
            .filter(|value| !value.is_empty())
            .map(Cow::Borrowed);
    }
    let value = unescape(value);
    Some(value.trim())
        .filter(|value| !value.is_empty())
        .map(|value| Cow::Owned(value.to_owned()))
}

/// Predefined entities and character references; everything else stays as written.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = rest.find(';').filter(|end| *end <= 10).and_then(|end| {
            let letter = match &rest[1..end] {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                reference => {
                    let digits = reference.strip_prefix('#')?;
                    let code = match digits.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => digits.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((letter, end + 1))
        });
        let (letter, len) = known.unwrap_or(('&', 1));
        out.push(letter);
        rest = &rest[len..];
    }
    out.push_str(rest);
    out
}
