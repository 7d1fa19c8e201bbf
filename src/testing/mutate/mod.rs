//! Payloads that say something else than the sample, one change at a time: what a carrier's next
//! release, a relay or a mistake does to them.

mod json;
mod xml;

/// A key, element or value that no feed has.
pub(super) const STRANGE_KEY: &str = "conformance_key";
pub(super) const STRANGE_WORD: &str = "conformance word";

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A field has another name.
    Renamed,
    /// A list or object stands inside another object.
    Wrapped,
    /// What was inside an object stands in its place.
    Unwrapped,
    /// A value is of another type.
    Retyped,
    /// A value is a word that nobody knows.
    Word,
    /// A single value is not there.
    Dropped,
    /// A list or object stands twice under its name, once empty or each time in part.
    Divided,
    /// A single value stands twice: as it was, and as [`STRANGE_WORD`]. The twin holds the word
    /// alone.
    Repeated,
    /// A list is not there, and a field beside it still tells a status.
    ListRemoved,
}

/// A changed payload.
#[derive(Clone, Debug)]
pub(super) struct Mutation {
    pub kind: Kind,
    /// What was changed, for people.
    pub place: String,
    pub bytes: Vec<u8>,
    /// For [`Kind::Repeated`]: the payload in which the strange value stands alone.
    pub twin: Vec<u8>,
    /// Whether what was changed holds no number and stands beside one, as a unit does.
    pub is_beside_number: bool,
    /// Whether what was changed is a single value.
    pub is_single: bool,
}

/// Every change of a payload, in its order. None for what is neither JSON nor XML.
pub(super) fn mutations(bytes: &[u8]) -> Vec<Mutation> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    json::mutations(text)
        .or_else(|| xml::mutations(text))
        .unwrap_or_default()
}

/// The most places of one payload that are changed.
const MOST_PLACES: usize = 400;

/// A spread of at most [`MOST_PLACES`] of them.
fn spread<T>(places: Vec<T>) -> impl Iterator<Item = T> {
    let step = places.len().div_ceil(MOST_PLACES).max(1);
    places.into_iter().step_by(step)
}

/// Whether a name says that its field tells a status.
fn tells_status(name: &str) -> bool {
    name.to_ascii_lowercase().contains("status")
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_kind(text: &str, kind: Kind) -> Vec<String> {
        let all = mutations(text.as_bytes());
        all.into_iter()
            .filter(|one| one.kind == kind)
            .map(|one| String::from_utf8(one.bytes).unwrap())
            .collect()
    }

    #[test]
    fn json_is_changed_in_every_way() {
        let text = r#"{"status":"OK","list":[{"a":"1"},{"a":"2"}]}"#;
        assert!(
            of_kind(text, Kind::Renamed)
                .iter()
                .any(|text| text.contains(r#""conformance_key":[{"a":"1"}"#))
        );
        assert!(
            of_kind(text, Kind::Repeated)
                .iter()
                .any(|text| text.contains(r#""status":"OK","status":"conformance word""#))
        );
        assert!(
            of_kind(text, Kind::Divided)
                .iter()
                .any(|text| text.contains(r#""list":[{"a":"1"}],"list":[{"a":"2"}]"#))
        );
        assert_eq!(of_kind(text, Kind::ListRemoved), [r#"{"status":"OK"}"#]);
        assert!(
            of_kind(text, Kind::Wrapped)
                .iter()
                .any(|text| text.contains(r#""list":{"conformance_key":["#))
        );
    }

    #[test]
    fn json_in_a_text_is_changed_too() {
        let text = r#"{"data":"{\"list\":[{\"a\":1}]}"}"#;
        assert!(
            of_kind(text, Kind::Renamed)
                .contains(&r#"{"data":"{\"conformance_key\":[{\"a\":1}]}"}"#.to_owned())
        );
    }

    #[test]
    fn xml_is_changed_in_every_way() {
        let text = "<r status=\"OK\"><e><t>1</t></e><e><t>2</t></e></r>";
        assert!(
            of_kind(text, Kind::Renamed)
                .iter()
                .any(|text| text.contains("<conformance_key><t>1</t></conformance_key>"))
        );
        assert!(
            of_kind(text, Kind::Repeated)
                .iter()
                .any(|text| text.contains("<t>1</t><t>conformance word</t>"))
        );
        assert!(
            of_kind(text, Kind::ListRemoved)
                .iter()
                .any(|text| text == "<r status=\"OK\"></r>")
        );
        assert!(
            of_kind(text, Kind::Unwrapped)
                .iter()
                .any(|text| text.contains("<r status=\"OK\"><t>1</t>"))
        );
    }
}
