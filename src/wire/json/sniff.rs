//! A look at a value that no field takes, for what it may hold.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::object::{Key, scalars_give};

/// The most keys that are looked at.
const MOST_KEYS: usize = 64;

/// Gives the keys of a passed-over object, or of the first object in a passed-over list; none of
/// everything else.
#[derive(Clone, Copy)]
pub(super) struct Sniff {
    /// Whether the value may be a list. Lists in lists are not looked into.
    pub looks_into_lists: bool,
}

type Keys<'a> = Vec<Cow<'a, str>>;

impl<'de> DeserializeSeed<'de> for Sniff {
    type Value = Keys<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Keys<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sniff {
    type Value = Keys<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys<'de>, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            map.next_value::<IgnoredAny>()?;
            if keys.len() < MOST_KEYS {
                keys.push(key.0);
            }
        }
        Ok(keys)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys<'de>, A::Error> {
        let mut keys = Vec::new();
        while self.looks_into_lists && keys.is_empty() {
            match list.next_element_seed(Sniff {
                looks_into_lists: false,
            })? {
                Some(found) => keys = found,
                None => return Ok(keys),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(keys)
    }

    scalars_give!(Keys<'de>: |_| Vec::new());
}
