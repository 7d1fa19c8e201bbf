//! Fields that a JSON text holds twice, for adapters that read it into a map, which keeps one of
//! them in silence.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The names of fields that stand twice within one object of a JSON text, in alphabetical order;
/// empty for what is no JSON.
///
/// ```
/// use parceltrail::adapter::repeated_fields;
/// assert_eq!(repeated_fields(r#"{"a":1,"list":[{"b":1,"b":2}]}"#), ["b"]);
/// assert!(repeated_fields("no JSON").is_empty());
/// ```
#[must_use]
pub fn repeated_fields(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match deserializer.deserialize_any(Walk(&mut found)) {
        Ok(()) => found.into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

struct Walk<'f>(&'f mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Walk(self.0))?;
            if let Some(repeated) = keys.replace(key) {
                self.0.insert(repeated);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Walk(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
