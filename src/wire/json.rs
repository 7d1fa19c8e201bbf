//! Tolerant JSON: carriers send numbers for strings, one object for a list, null for anything. A wrong type costs its field, never the
//! payload; only broken syntax is an error.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::text::trim;

/// The most elements that one list may hold; what follows is counted, not kept.
const LONGEST_LIST: usize = 50_000;

/// Reads one JSON document.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// A text, whatever scalar it was written as. Blank counts as absent.
#[derive(Debug, Default, Clone)]
pub(crate) struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// The text without white space around it, unless nothing is left.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().map(trim).filter(|text| !text.is_empty())
    }

    /// The text, or nothing.
    pub fn or_empty(&self) -> &str {
        self.get().unwrap_or_default()
    }

    /// Whether it says yes: `true`, `"true"`, `"Y"`, `1`.
    pub fn is_true(&self) -> bool {
        matches!(self.or_empty(), "true" | "True" | "TRUE" | "Y" | "y" | "1")
    }

    /// Read as a whole number.
    pub fn number(&self) -> Option<u32> {
        self.get()?.parse().ok()
    }
}

struct TextVisitor<'a>(PhantomData<&'a ()>);

impl<'a> Visitor<'a> for TextVisitor<'a> {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(text.into()))))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Borrowed(if value { "true" } else { "false" }))))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text<'a>, E> {
        // Beyond 2^53 digits are lost: a number that is not the one sent is worse than none.
        Ok(Text((value.abs() < 9_007_199_254_740_992.0).then(|| Cow::Owned(value.to_string()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Text<'a>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor(PhantomData))
    }
}

/// An object whose fields are read one by one; unknown ones are passed over.
pub(crate) trait Fields<'de>: Default {
    /// Reads the value of `key` into its field, or says that there is none.
    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;

    /// Reads all fields; says whether any of them is known.
    fn fill<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<bool, A::Error> {
        let mut any = false;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if self.field(&key.0, map)? {
                any = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(any)
    }
}

pub(crate) struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.into())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// Declares a wire struct: each field with the JSON keys it may stand under. Fields are as visible as their struct.
macro_rules! wire {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty = $($key:literal)|+,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name<'a> { $($(#[$field_meta])* $vis $field: $type,)* _lifetime: std::marker::PhantomData<&'a ()> }

        impl<'a> $crate::wire::json::Fields<'a> for $name<'a> {
            fn field<A: serde::de::MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
                match key {
                    $($($key)|+ => self.$field = map.next_value()?,)*
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    )+};
}
pub(crate) use wire;

/// An object, or nothing where something else stands. Of a list, the first element.
#[derive(Debug, Clone)]
pub(crate) struct One<T>(pub Option<T>);

impl<T> Default for One<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> One<T> {
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<'de, T: Fields<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut one = T::default();
        let known = Fill(&mut one).deserialize(deserializer)?;
        Ok(Self(known.then_some(one)))
    }
}

/// Fills an object in place, which spares moving it about. Says whether it was an object with a known field.
struct Fill<'s, T>(&'s mut T);

impl<'de, T: Fields<'de>> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Fields<'de>> Visitor<'de> for Fill<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        self.0.fill(&mut map)
    }

    /// Of a list, the first element that is such an object.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let mut found = false;
        while !found {
            match list.next_element_seed(Fill(&mut *self.0))? {
                Some(known) => found = known,
                None => return Ok(false),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(true)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// A list of objects, or the one object that stands in its place.
#[derive(Debug, Clone)]
pub(crate) struct Many<T> {
    pub items: Vec<T>,
    /// How many elements were not objects with a known field.
    pub malformed: u32,
    /// How many elements came after the longest list that is kept.
    pub dropped: u32,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self { items: Vec::new(), malformed: 0, dropped: 0 }
    }
}

impl<T> Many<T> {
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Fields<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
        let mut out = Many::default();
        loop {
            if out.items.len() >= LONGEST_LIST {
                while list.next_element::<IgnoredAny>()?.is_some() {
                    out.dropped += 1;
                }
                return Ok(out);
            }
            out.items.push(T::default());
            let Some(slot) = out.items.last_mut() else { return Ok(out) };
            match list.next_element_seed(Flat(slot))? {
                Some(true) => {}
                Some(false) => {
                    out.items.pop();
                    out.malformed += 1;
                }
                None => {
                    out.items.pop();
                    return Ok(out);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Many<T>, A::Error> {
        let mut item = T::default();
        let known = item.fill(&mut map)?;
        // One object without a known field is an empty list in the clothes of PHP.
        Ok(Many { items: if known { vec![item] } else { Vec::new() }, malformed: 0, dropped: 0 })
    }

    fn visit_unit<E: Error>(self) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Many<T>, E> {
        Ok(Many { malformed: u32::from(!text.trim().is_empty()), ..Many::default() })
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Many<T>, E> {
        Ok(Many { malformed: 1, ..Many::default() })
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Many<T>, E> {
        Ok(Many { malformed: 1, ..Many::default() })
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Many<T>, E> {
        Ok(Many { malformed: 1, ..Many::default() })
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Many<T>, E> {
        Ok(Many { malformed: 1, ..Many::default() })
    }
}

impl<'de, T: Fields<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

/// Fills an element of a list: an object, not a list within the list.
struct Flat<'s, T>(&'s mut T);

impl<'de, T: Fields<'de>> DeserializeSeed<'de> for Flat<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Fields<'de>> Visitor<'de> for Flat<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        Fill(self.0).visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// A list of texts, or the one text that stands in its place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Texts<'a>(pub Vec<Text<'a>>);

impl<'a> Texts<'a> {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Text::get)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor<'a>(PhantomData<&'a ()>);
        impl<'a> Visitor<'a> for TextsVisitor<'a> {
            type Value = Texts<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Texts<'a>, A::Error> {
                let mut out = Vec::new();
                while out.len() < LONGEST_LIST {
                    match list.next_element()? {
                        Some(text) => out.push(text),
                        None => return Ok(Texts(out)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Texts(out))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Texts<'a>, E> {
                TextVisitor(PhantomData).visit_borrowed_str(text).map(|text| Texts(vec![text]))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts<'a>, E> {
                TextVisitor(PhantomData).visit_str(text).map(|text| Texts(vec![text]))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Texts<'a>, E> {
                TextVisitor(PhantomData).visit_u64(value).map(|text| Texts(vec![text]))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Texts<'a>, E> {
                TextVisitor(PhantomData).visit_i64(value).map(|text| Texts(vec![text]))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Texts<'a>, E> {
                TextVisitor(PhantomData).visit_f64(value).map(|text| Texts(vec![text]))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Texts<'a>, E> {
                Ok(Texts::default())
            }

            fn visit_unit<E: Error>(self) -> Result<Texts<'a>, E> {
                Ok(Texts::default())
            }

            fn visit_map<A: MapAccess<'a>>(self, map: A) -> Result<Texts<'a>, A::Error> {
                TextVisitor(PhantomData).visit_map(map).map(|_| Texts::default())
            }
        }
        deserializer.deserialize_any(TextsVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::{Many, One, Text, Texts, read};

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
        let all = outer(r#"{"ID":136,"inner":[{"name":"a"},7],"list":[{"name":"b"},null,"x",[1],{"other":1}],"words":"one","new":{"deep":[{}]}}"#);
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
        assert_eq!(outer(r#"{"id":340434999900000013}"#).id.get(), Some("340434999900000013"));
        assert_eq!(outer(r#"{"id":340434999900000013340434999900000013}"#).id.get(), None);
    }

    #[test]
    fn depth_is_an_error_or_passed_over_never_a_crash() {
        let deep = format!("{{\"new\":{}{},\"id\":\"a\"}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(outer(&deep).id.get(), Some("a"));
        let deep = format!("{{\"list\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let _ = read::<One<Outer<'_>>>(&deep);
    }
}
