//! Objects and lists of objects, filled field by field where they stay.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::LONGEST_LIST;

/// The visitor methods for scalars where an object or list is due. What they give depends on whether the scalar is blank.
macro_rules! scalars_give {
    ($value:ty: $given:expr) => {
        fn visit_str<E: Error>(self, text: &str) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(text.trim().is_empty()))
        }

        fn visit_bool<E: Error>(self, _: bool) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(false))
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(false))
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(false))
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(false))
        }

        fn visit_unit<E: Error>(self) -> Result<$value, E> {
            let given: fn(bool) -> $value = $given;
            Ok(given(true))
        }
    };
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
        let known = Fill { slot: &mut one, looks_into_lists: true }.deserialize(deserializer)?;
        Ok(Self(known.then_some(one)))
    }
}

/// Fills an object in place, which spares moving it about. Says whether it was an object with a known field.
struct Fill<'s, T> {
    slot: &'s mut T,
    /// Whether the first object of a list stands for the list.
    looks_into_lists: bool,
}

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
        self.slot.fill(&mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let mut found = false;
        while self.looks_into_lists && !found {
            match list.next_element_seed(Fill { slot: &mut *self.slot, looks_into_lists: true })? {
                Some(known) => found = known,
                None => return Ok(false),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }

    scalars_give!(bool: |_| false);
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
            match list.next_element_seed(Fill { slot, looks_into_lists: false })? {
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

    scalars_give!(Many<T>: |is_blank| Many { malformed: u32::from(!is_blank), ..Many::default() });
}

impl<'de, T: Fields<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}
