//! Records of an XML feed that stand where no decoder looks for them.

use super::odd::{Oddities, Oddity};
use super::xml::Node;

/// What an event looks like, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventAt {
    /// The names of its elements from the outside in, the event's own last. What stands around the
    /// first of them does not matter.
    pub path: &'static [&'static str],
    /// Attributes or children that every event has, and nothing else has all of.
    pub marks: &'static [&'static str],
}

/// Notes every element that looks like an event and stands on none of the expected paths. `name`
/// tells what an element is called.
pub(crate) fn elsewhere<'a>(
    root: Node<'_, 'a>,
    expected: &[EventAt],
    name: impl Fn(Node<'_, 'a>) -> String,
    odd: &mut Oddities,
) {
    let mut waiting = vec![(root, 0)];
    let mut path: Vec<String> = Vec::new();
    while let Some((node, depth)) = waiting.pop() {
        path.truncate(depth);
        path.push(name(node));
        let is_at = |event: &EventAt| {
            path.len() >= event.path.len() && path[path.len() - event.path.len()..] == *event.path
        };
        let is_astray = |event: &EventAt| {
            event.marks.iter().all(|mark| node.has(mark))
                && !expected
                    .iter()
                    .any(|at| at.marks == event.marks && is_at(at))
        };
        if expected.iter().any(is_astray) {
            odd.note(Oddity::Elsewhere, path.last().map_or("", String::as_str));
        }
        waiting.extend(node.children().map(|child| (child, depth + 1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml::Document;

    const EXPECTED: &[EventAt] = &[EventAt {
        path: &["Package", "Activity"],
        marks: &["Date", "Status"],
    }];

    fn noted(text: &str) -> Vec<String> {
        let document = Document::parse(text).unwrap();
        let mut odd = Oddities::default();
        elsewhere(
            document.root(),
            EXPECTED,
            |node| node.name().to_owned(),
            &mut odd,
        );
        odd.found.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn an_event_under_another_name_or_parent_is_noted() {
        assert!(
            noted(
                "<R><Package><Activity><Date/><Status/></Activity><Due><Date/></Due></Package></R>"
            )
            .is_empty()
        );
        assert_eq!(
            noted("<R><Package><Scan Date=''><Status/></Scan></Package></R>"),
            ["Scan"]
        );
        assert_eq!(
            noted("<R><Package><List><Activity><Date/><Status/></Activity></List></Package></R>"),
            ["Activity"]
        );
    }
}
