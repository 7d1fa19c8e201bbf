//! Tolerant JSON: carriers send numbers for strings, one object for a list, null for anything. A
//! wrong type costs its field, never the payload; only broken syntax is an error.

mod object;
mod slot;
mod sniff;
mod text;

pub(crate) use object::{Fields, Many, One, wire};
use serde::Deserialize;
use serde::de::DeserializeSeed as _;
pub(crate) use slot::Slot;
pub(crate) use text::{Text, Texts};

pub(crate) use super::odd::Oddities;

/// The most elements that one list may hold; what follows is counted, not kept.
const LONGEST_LIST: usize = 50_000;

/// Reads one JSON document.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// Reads one JSON document, and notes what was odd about it.
pub(crate) fn read_with<'a, T: Slot<'a>>(
    text: &'a str,
    odd: &mut Oddities,
) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = odd.seed().deserialize(&mut deserializer)?;
    odd.settle("the document");
    deserializer.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::{Many, One, Text, Texts, read, wire};

    wire! {
        struct Outer {
            id: Text<'a> = "id" | "ID",
            inner: One<Inner<'a>> = "inner",
            list: Many<Inner<'a>> = "list",
            words: Texts<'a> = "words",
        }
        struct Inner { name: Text<'a> = "name", }
    }

    fn outer(text: &str) -> Outer<'_> {
        read::<One<Outer<'_>>>(text).unwrap().0.unwrap()
    }

    #[test]
    fn wrong_types_cost_only_their_field() {
        let all = outer(
            r#"{"ID":136,"inner":[{"name":"a"},7],"list":[{"name":"b"},null,"x",[1],{"other":1}],"words":"one","new":{"deep":[{}]}}"#,
        );
        assert_eq!(all.id.get(), Some("136"));
        assert_eq!(all.inner.get().unwrap().name.get(), Some("a"));
        assert_eq!((all.list.items.len(), all.list.malformed), (1, 4));
        assert_eq!(all.words.iter().collect::<Vec<_>>(), ["one"]);
    }

    #[test]
    fn one_stands_for_many_and_null_for_none() {
        let one = outer(r#"{"id":null,"inner":3,"list":{"name":"b"},"words":null}"#);
        assert_eq!(one.id.get(), None);
        assert!(one.inner.get().is_none());
        assert_eq!(one.list.items.len(), 1);
        assert_eq!(outer(r#"{"id":"","list":[]}"#).list.items.len(), 0);
    }

    #[test]
    fn digits_are_never_rounded() {
        assert_eq!(
            outer(r#"{"id":340434999900000013}"#).id.get(),
            Some("340434999900000013")
        );
        assert_eq!(
            outer(r#"{"id":340434999900000013340434999900000013}"#)
                .id
                .get(),
            None
        );
    }

    #[test]
    fn depth_is_an_error_or_passed_over_never_a_crash() {
        let deep = format!(
            "{{\"new\":{}{},\"id\":\"a\"}}",
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert_eq!(outer(&deep).id.get(), Some("a"));
        let deep = format!("{{\"list\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let _ = read::<One<Outer<'_>>>(&deep);
    }

    fn odd(text: &str) -> Vec<(super::super::odd::Oddity, String)> {
        let mut odd = super::Oddities::default();
        super::read_with::<One<Outer<'_>>>(text, &mut odd).unwrap();
        odd.found
    }

    #[test]
    fn a_repeated_field_is_noted_and_lists_are_joined() {
        use super::super::odd::Oddity::Repeated;
        let text = r#"{"id":"1","list":[{"name":"a"}],"list":[{"name":"b"}],"id":"2"}"#;
        let (all, names) = (outer(text), outer(text).list.items.len());
        assert_eq!((all.id.get(), names), (Some("2"), 2));
        assert_eq!(
            odd(text),
            [(Repeated, "list".to_owned()), (Repeated, "id".to_owned())]
        );
        assert_eq!(
            odd(r#"{"id":"1","id":"1","list":[],"list":[{"name":"b"}]}"#),
            [],
            "the same twice, and an empty list, lose nothing"
        );
    }

    #[test]
    fn only_an_empty_object_is_an_empty_list() {
        use super::super::odd::Oddity::WrongType;
        assert_eq!(
            (
                odd(r#"{"list":{}}"#).len(),
                outer(r#"{"list":{}}"#).list.malformed
            ),
            (0, 0)
        );
        for text in [
            r#"{"list":{"event":[{"name":"a"}]}}"#,
            r#"{"list":"text"}"#,
            r#"{"list":7}"#,
        ] {
            assert_eq!(odd(text), [(WrongType, "list".to_owned())], "{text}");
            assert_eq!(outer(text).list.malformed, 1);
        }
    }

    #[test]
    fn records_under_another_name_are_noted() {
        use super::super::odd::Oddity::Elsewhere;
        wire! {
            struct Parcel { id: Text<'a> = "id", events: Many<Scan<'a>> = "events", }
            struct Scan { at: Text<'a> = "time", code: Text<'a> = "code", town: Text<'a> = "town", note: Text<'a> = "note", }
        }
        let noted = |text: &str| {
            let mut odd = super::Oddities::default();
            super::read_with::<One<Parcel<'_>>>(text, &mut odd).unwrap();
            odd.found
        };
        assert_eq!(
            noted(r#"{"id":"1","scans":[{"time":"1","code":"2","town":"3"}]}"#),
            [(Elsewhere, "scans".to_owned())]
        );
        assert_eq!(
            noted(
                r#"{"id":"1","events":[{"time":"1"}],"scans":[{"time":"1","code":"2","town":"3"}]}"#
            ),
            [],
            "the list is there"
        );
        assert_eq!(
            noted(r#"{"id":"1","services":[{"code":"2","price":"3"}]}"#),
            [],
            "something else"
        );
    }
}
