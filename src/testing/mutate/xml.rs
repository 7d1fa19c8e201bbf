//! XML, changed.

use std::collections::BTreeSet;

use quick_xml::escape::escape;

use super::{Kind, Mutation, STRANGE_KEY, STRANGE_WORD, is_number, spread, tells_status};
use crate::wire::xml::{Document, Node};

#[derive(Clone, Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn of(node: Node<'_, '_>) -> Self {
        Self {
            name: node.name().to_owned(),
            attributes: node
                .all_attributes()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            text: node.text().unwrap_or_default().to_owned(),
            children: node.children().map(Self::of).collect(),
        }
    }

    fn leaf(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            ..Self::default()
        }
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escape(value.as_str())));
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        self.children.iter().for_each(|child| child.write(out));
        out.push_str(&format!("</{}>", self.name));
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    fn paths(&self, path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
        out.push(path.clone());
        for (at, child) in self.children.iter().enumerate() {
            path.push(at);
            child.paths(path, out);
            path.pop();
        }
    }

    fn at_mut(&mut self, path: &[usize]) -> Option<&mut Element> {
        path.iter()
            .try_fold(self, |element, at| element.children.get_mut(*at))
    }

    fn rename_all(&mut self, from: &str) {
        if self.name == from {
            STRANGE_KEY.clone_into(&mut self.name);
        }
        self.children
            .iter_mut()
            .for_each(|child| child.rename_all(from));
    }

    fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    fn is_word_of(&self, name: &str) -> bool {
        self.children.iter().any(|child| child.name == name)
    }

    fn holds_number(&self) -> bool {
        self.children.iter().any(|child| is_number(&child.text))
            || self.attributes.iter().any(|(_, value)| is_number(value))
    }

    fn is_or_holds_number(&self) -> bool {
        is_number(&self.text) || self.children.iter().any(Self::is_or_holds_number)
    }

    /// Whether it tells a status besides its children of that name.
    fn tells_status_beside(&self, name: &str) -> bool {
        self.attributes
            .iter()
            .any(|(name, value)| tells_status(name) && !value.is_empty())
            || self
                .children
                .iter()
                .any(|child| child.name != name && tells_status(&child.name))
    }
}

struct Change {
    kind: Kind,
    place: String,
    element: Element,
    twin: Option<Element>,
    is_beside_number: bool,
    is_single: bool,
}

/// Every change of an XML text; nothing where it is none.
pub(super) fn mutations(text: &str) -> Option<Vec<Mutation>> {
    let document = Document::parse(text).ok()?;
    let root = Element::of(document.root());
    let mut paths = Vec::new();
    root.paths(&mut Vec::new(), &mut paths);
    let mut out = Vec::new();
    let mut names = BTreeSet::new();
    for path in spread(paths) {
        let mut whole = root.clone();
        let Some(element) = whole.at_mut(&path).cloned() else {
            continue;
        };
        names.extend(element.children.iter().map(|child| child.name.clone()));
        for change in changes(&element) {
            let mut with = |element: Element| {
                if let Some(slot) = whole.at_mut(&path) {
                    *slot = element;
                }
                whole.bytes()
            };
            let twin = change.twin.map(&mut with).unwrap_or_default();
            let bytes = with(change.element);
            let place = format!("{} of {} at {path:?}", change.place, element.name);
            out.push(Mutation {
                kind: change.kind,
                place,
                bytes,
                twin,
                is_beside_number: change.is_beside_number,
                is_single: change.is_single,
            });
        }
    }
    for name in names {
        let mut changed = root.clone();
        changed.rename_all(&name);
        let (place, bytes) = (format!("every {name}"), changed.bytes());
        out.push(Mutation {
            kind: Kind::Renamed,
            place,
            bytes,
            twin: Vec::new(),
            is_beside_number: false,
            is_single: false,
        });
    }
    Some(out)
}

/// Every change of what stands directly in an element.
fn changes(element: &Element) -> Vec<Change> {
    let mut out = Vec::new();
    (0..element.attributes.len()).for_each(|at| attribute(element, at, &mut out));
    (0..element.children.len()).for_each(|at| child(element, at, &mut out));
    let names: BTreeSet<_> = element
        .children
        .iter()
        .filter(|child| !child.is_leaf() || child.attributes.len() > 1)
        .map(|child| &child.name)
        .collect();
    for name in names {
        if element.tells_status_beside(name) {
            let mut changed = element.clone();
            changed.children.retain(|child| child.name != *name);
            out.push(Change {
                kind: Kind::ListRemoved,
                place: name.clone(),
                element: changed,
                twin: None,
                is_beside_number: false,
                is_single: false,
            });
        }
    }
    out
}

fn attribute(element: &Element, at: usize, out: &mut Vec<Change>) {
    let (name, value) = &element.attributes[at];
    if name.starts_with("xmlns") || value.is_empty() {
        return;
    }
    let is_beside_number = !is_number(value) && element.holds_number();
    let mut push = |kind, change: &dyn Fn(&mut Element)| {
        let mut changed = element.clone();
        change(&mut changed);
        out.push(Change {
            kind,
            place: format!("@{name}"),
            element: changed,
            twin: None,
            is_beside_number,
            is_single: true,
        });
    };
    push(Kind::Renamed, &|element| {
        element.attributes[at].0 = STRANGE_KEY.to_owned()
    });
    push(Kind::Dropped, &|element| _ = element.attributes.remove(at));
    push(Kind::Word, &|element| {
        element.attributes[at].1 = STRANGE_WORD.to_owned()
    });
}

fn child(element: &Element, at: usize, out: &mut Vec<Change>) {
    let child = &element.children[at];
    let is_beside_number = !child.is_or_holds_number() && element.holds_number();
    let make = |kind, change: &dyn Fn(&mut Element)| {
        let mut changed = element.clone();
        change(&mut changed);
        Change {
            kind,
            place: child.name.clone(),
            element: changed,
            twin: None,
            is_beside_number,
            is_single: child.is_leaf(),
        }
    };
    out.push(make(Kind::Renamed, &|element| {
        element.children[at].name = STRANGE_KEY.to_owned()
    }));
    if child.is_leaf() {
        if child.text.is_empty() {
            return;
        }
        let word = |element: &mut Element| element.children[at].text = STRANGE_WORD.to_owned();
        out.push(make(Kind::Dropped, &|element| {
            _ = element.children.remove(at)
        }));
        out.push(make(Kind::Word, &word));
        out.push(make(Kind::Retyped, &|element| {
            let text = std::mem::take(&mut element.children[at].text);
            element.children[at]
                .children
                .push(Element::leaf(STRANGE_KEY, &text));
        }));
        let mut twin = element.clone();
        word(&mut twin);
        let repeated = make(Kind::Repeated, &|element| {
            element
                .children
                .insert(at + 1, Element::leaf(&child.name, STRANGE_WORD))
        });
        out.push(Change {
            twin: Some(twin),
            ..repeated
        });
        return;
    }
    out.push(make(Kind::Wrapped, &|element| {
        let inner = std::mem::take(&mut element.children[at].children);
        element.children[at].children.push(Element {
            name: STRANGE_KEY.to_owned(),
            children: inner,
            ..Element::default()
        });
    }));
    // What is inside must not take the place of a field of the same name.
    if !child
        .children
        .iter()
        .any(|inner| element.is_word_of(&inner.name))
    {
        out.push(make(Kind::Unwrapped, &|element| {
            let inner = std::mem::take(&mut element.children[at].children);
            element.children.splice(at..=at, inner);
        }));
    }
}
