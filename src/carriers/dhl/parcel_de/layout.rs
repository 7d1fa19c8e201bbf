//! Where things stand in an answer: everything is an element `data`, told apart by its attribute
//! `name`. What looks like an event or a piece is one, whatever its element is called and however
//! deep it stands.
//!
//! Three layouts are in use. `piece-shipment-list` holds `piece-shipment` holds `piece-event-list`
//! holds `piece-event`; the older one has the same names without hyphens; the public one holds
//! `piece-status-public` with the events right in it, and stands one element deeper.

use smol_str::SmolStr;

use crate::wire::xml::Node;

/// The name of an element, in small letters without hyphens.
fn name(data: Node<'_, '_>) -> SmolStr {
    let name = data.attribute("name").unwrap_or_default();
    name.chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn is_event(data: Node<'_, '_>) -> bool {
    name(data) == "pieceevent" || data.attribute("event-timestamp").is_some()
}

fn is_event_list(data: Node<'_, '_>) -> bool {
    name(data) == "pieceeventlist"
}

fn is_piece(data: Node<'_, '_>) -> bool {
    let is_named = matches!(&*name(data), "pieceshipment" | "piecestatuspublic");
    let has_number = || {
        data.attribute("piece-code")
            .or_else(|| data.attribute("searched-piece-code"))
            .is_some()
            && data.attribute("request").is_none()
    };
    is_named || (!is_event(data) && !is_event_list(data) && has_number())
}

/// Elements of which `is_wanted` is true, outermost first, not looked for inside each other.
fn outermost<'d, 'a>(
    of: Node<'d, 'a>,
    is_wanted: impl Fn(Node<'_, '_>) -> bool,
) -> Vec<Node<'d, 'a>> {
    let mut found = Vec::new();
    let mut waiting: Vec<_> = of.children().collect();
    waiting.reverse();
    while let Some(node) = waiting.pop() {
        if is_wanted(node) {
            found.push(node);
        } else {
            let before = waiting.len();
            waiting.extend(node.children());
            waiting[before..].reverse();
        }
    }
    found
}

/// Whether this is an answer of the feed at all.
pub(super) fn is_answer(root: Node<'_, '_>) -> bool {
    let is_own = |data: Node<'_, '_>| name(data).starts_with("piece") || name(data) == "error";
    root.name() == "data"
        && (is_own(root) || root.all("data").any(is_own) || root.attribute("error").is_some())
}

/// The pieces of an answer.
pub(super) fn pieces<'d, 'a>(root: Node<'d, 'a>) -> Vec<Node<'d, 'a>> {
    outermost(root, is_piece)
}

/// The elements around the pieces, which carry the answer's code.
pub(super) fn lists<'d, 'a>(root: Node<'d, 'a>) -> Vec<Node<'d, 'a>> {
    std::iter::once(root)
        .chain(root.children().filter(|data| !is_piece(*data)))
        .collect()
}

/// An element among the pieces that is none, and is no list of them.
pub(super) fn unknown<'d, 'a>(root: Node<'d, 'a>) -> Option<Node<'d, 'a>> {
    let is_known = |data: Node<'_, '_>| {
        is_piece(data) || name(data).ends_with("list") || name(data) == "error"
    };
    lists(root)
        .into_iter()
        .flat_map(Node::children)
        .find(|child| child.name() == "data" && !is_known(*child))
}

/// The events of a piece, however deep they stand.
pub(super) fn events<'d, 'a>(piece: Node<'d, 'a>) -> Vec<Node<'d, 'a>> {
    outermost(piece, is_event)
}

/// Whether a piece has a list of events, be it empty.
pub(super) fn has_list(piece: Node<'_, '_>) -> bool {
    piece.all("data").any(is_event_list)
}

/// How many elements inside a piece are neither events nor lists of them.
pub(super) fn strangers(piece: Node<'_, '_>) -> usize {
    outermost(piece, |data| {
        is_event(data) || (!is_event_list(data) && data.children().next().is_none())
    })
    .into_iter()
    .filter(|data| !is_event(*data))
    .count()
}
