//! Objects and lists of objects, filled field by field where they stay.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::LONGEST_LIST;
use super::slot::Slot;
use super::sniff::Sniff;
use crate::wire::odd::{Oddities, Oddity};

/// The visitor methods for scalars where an object or list is due. What they give depends on
/// whether the scalar is blank.
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
pub(super) use scalars_give;

/// An object whose fields are read one by one; unknown ones are passed over, with a look at whether
/// they hold what is missed.
pub(crate) trait Fields<'de>: Default {
    /// Whether a list of objects may stand in it.
    const HOLDS: bool;

    /// How many fields it has.
    const WIDTH: usize;

    /// Reads the value of `key` into its field, or says that there is none.
    fn field<A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        odd: &mut Oddities,
    ) -> Result<bool, A::Error>;

    /// Whether it tells a time, as an event does.
    fn is_dated() -> bool;

    /// Whether what is lost in it may be events.
    fn matters() -> bool {
        Self::HOLDS || Self::is_dated() && Self::WIDTH >= 4
    }

    /// Whether it has a field for `key`.
    fn knows(key: &str) -> bool;

    /// Whether it has a field for `key` in which a list of objects may stand.
    fn holds(key: &str) -> bool;

    /// Whether objects with these keys look like what a field that is empty should hold.
    fn misses(&self, keys: &[Cow<'_, str>]) -> bool;

    /// Takes in an object of the same kind that stands further on.
    fn merge(&mut self, later: Self, odd: &mut Oddities);

    /// Reads all fields; says whether any of them is known.
    fn fill<A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        odd: &mut Oddities,
    ) -> Result<bool, A::Error> {
        let mut any = false;
        let mut passed_over = Vec::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if self.field(&key.0, map, odd)? {
                any = true;
                odd.settle(&key.0);
            } else if Self::matters() {
                let keys = map.next_value_seed(Sniff {
                    looks_into_lists: true,
                })?;
                if !keys.is_empty() && passed_over.len() < MOST_PASSED_OVER {
                    passed_over.push((key.0, keys));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        for (key, keys) in passed_over {
            if self.misses(&keys) || !any && is_kin::<Self>(&keys) {
                odd.note(Oddity::Elsewhere, &key);
            }
        }
        Ok(any)
    }
}

/// The most unknown objects and lists within one object that are looked at.
const MOST_PASSED_OVER: usize = 32;

/// Whether an object with these keys looks like a `T`: three of them are its own, or one that names
/// a list; or all, where a `T` is more than a code and its text, as so many objects are.
fn is_kin<'de, T: Fields<'de>>(keys: &[Cow<'_, str>]) -> bool {
    let known = keys.iter().filter(|key| T::knows(key)).count();
    known >= 3
        || known > 0 && known == keys.len() && T::WIDTH >= 4
        || keys.iter().any(|key| T::holds(key))
}

/// A field's name.
pub(crate) struct Key<'a>(pub Cow<'a, str>);

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

/// Declares a wire struct: each field with the JSON keys it may stand under. Fields are as visible
/// as their struct.
macro_rules! wire {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty = $($key:literal)|+,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name<'a> { $($(#[$field_meta])* $vis $field: $type,)* _lifetime: std::marker::PhantomData<&'a ()> }

        impl<'a> $crate::wire::json::Fields<'a> for $name<'a> {
            const HOLDS: bool = false $(|| <$type as $crate::wire::json::Slot<'a>>::HOLDS)*;
            const WIDTH: usize = [$(stringify!($field)),*].len();

            fn field<A: serde::de::MapAccess<'a>>(
                &mut self,
                key: &str,
                map: &mut A,
                odd: &mut $crate::wire::json::Oddities,
            ) -> Result<bool, A::Error> {
                match key {
                    $($($key)|+ => {
                        let value = map.next_value_seed(odd.seed())?;
                        $crate::wire::json::Slot::merge(&mut self.$field, value, odd);
                    })*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn is_dated() -> bool {
                [$($($key),+),*].iter().any(|key| {
                    let key = key.to_ascii_lowercase();
                    key.contains("time") || key.contains("date")
                })
            }

            fn knows(key: &str) -> bool {
                matches!(key, $($($key)|+)|*)
            }

            fn holds(key: &str) -> bool {
                match key {
                    $($($key)|+ => <$type as $crate::wire::json::Slot<'a>>::HOLDS,)*
                    _ => false,
                }
            }

            fn misses(&self, keys: &[std::borrow::Cow<'_, str>]) -> bool {
                use $crate::wire::json::Slot;
                false $(|| <$type as Slot<'a>>::is_kin(keys) && self.$field.is_blank())*
            }

            fn merge(&mut self, later: Self, odd: &mut $crate::wire::json::Oddities) {
                $($crate::wire::json::Slot::merge(&mut self.$field, later.$field, odd);)*
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

impl<'de, T: Fields<'de>> Slot<'de> for One<T> {
    const HOLDS: bool = T::HOLDS;

    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        let mut one = T::default();
        let known = Fill {
            slot: &mut one,
            looks_into_lists: true,
            odd,
        }
        .deserialize(deserializer)?;
        Ok(Self(known.then_some(one)))
    }

    fn is_blank(&self) -> bool {
        self.0.is_none()
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        match (&mut self.0, later.0) {
            (_, None) => {}
            (Some(slot), Some(later)) => slot.merge(later, odd),
            (slot, later) => *slot = later,
        }
    }

    fn is_kin(keys: &[Cow<'_, str>]) -> bool {
        T::matters() && is_kin::<T>(keys)
    }
}

impl<'de, T: Fields<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, &mut Oddities::default())
    }
}

/// Fills an object in place, which spares moving it about. Says whether it was an object with a
/// known field.
struct Fill<'s, T> {
    slot: &'s mut T,
    /// Whether the first object of a list stands for the list.
    looks_into_lists: bool,
    odd: &'s mut Oddities,
}

impl<'de, T: Fields<'de>> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T> Fill<'_, T> {
    /// What stands where an object is due that may hold events, and is none, is reported.
    fn scalar<'de>(self, is_blank: bool) -> bool
    where
        T: Fields<'de>,
    {
        if self.looks_into_lists && T::matters() && !is_blank {
            self.odd.flag(Oddity::WrongType);
        }
        false
    }
}

impl<'de, T: Fields<'de>> Visitor<'de> for Fill<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        self.slot.fill(&mut map, self.odd)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let mut found = false;
        while self.looks_into_lists && !found {
            match list.next_element_seed(Fill {
                slot: &mut *self.slot,
                looks_into_lists: true,
                odd: &mut *self.odd,
            })? {
                Some(known) => found = known,
                None => return Ok(false),
            }
        }
        let mut more = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            more = true;
        }
        if self.looks_into_lists && T::matters() && more {
            self.odd.flag(Oddity::WrongType);
        }
        Ok(found)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        Ok(self.scalar(text.trim().is_empty()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(self.scalar(false))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(self.scalar(false))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(self.scalar(false))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(self.scalar(false))
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
    /// Whether it is no list at all, nor an object of this kind. It counts as malformed.
    pub is_none: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            malformed: 0,
            dropped: 0,
            is_none: false,
        }
    }
}

impl<T> Many<T> {
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

struct ManyVisitor<'o, T>(&'o mut Oddities, PhantomData<T>);

impl<'de, T: Fields<'de>> Visitor<'de> for ManyVisitor<'_, T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
        let odd = self.0;
        let mut out = Many::default();
        loop {
            if out.items.len() >= LONGEST_LIST {
                while list.next_element::<IgnoredAny>()?.is_some() {
                    out.dropped += 1;
                }
                return Ok(out);
            }
            out.items.push(T::default());
            let Some(slot) = out.items.last_mut() else {
                return Ok(out);
            };
            match list.next_element_seed(Fill {
                slot,
                looks_into_lists: false,
                odd: &mut *odd,
            })? {
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

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
        let mut map = Counted { map, entries: 0 };
        let mut item = T::default();
        let known = item.fill(&mut map, self.0)?;
        // `{}` is an empty list in the clothes of PHP. An object without a known field is a list
        // that we cannot read.
        if known {
            return Ok(Many {
                items: vec![item],
                ..Many::default()
            });
        }
        Ok(none(map.entries == 0, self.0))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Many<T>, E> {
        Ok(none(text.trim().is_empty(), self.0))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Many<T>, E> {
        Ok(none(false, self.0))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Many<T>, E> {
        Ok(none(false, self.0))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Many<T>, E> {
        Ok(none(false, self.0))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Many<T>, E> {
        Ok(none(false, self.0))
    }

    fn visit_unit<E: Error>(self) -> Result<Many<T>, E> {
        Ok(none(true, self.0))
    }
}

/// An empty list, or what stands where a list is due and is none.
fn none<T>(is_blank: bool, odd: &mut Oddities) -> Many<T> {
    if !is_blank {
        odd.flag(Oddity::WrongType);
    }
    Many {
        malformed: u32::from(!is_blank),
        is_none: !is_blank,
        ..Many::default()
    }
}

/// Counts the entries of an object on their way.
struct Counted<A> {
    map: A,
    entries: usize,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Counted<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = self.map.next_key_seed(seed)?;
        self.entries += usize::from(key.is_some());
        Ok(key)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

impl<'de, T: Fields<'de>> Slot<'de> for Many<T> {
    const HOLDS: bool = true;

    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(odd, PhantomData))
    }

    fn is_blank(&self) -> bool {
        self.items.is_empty() && self.malformed == 0
    }

    fn merge(&mut self, mut later: Self, odd: &mut Oddities) {
        if !self.is_blank() && !later.is_blank() {
            odd.flag(Oddity::Repeated);
        }
        if self.items.is_empty() {
            std::mem::swap(&mut self.items, &mut later.items);
        }
        let room = LONGEST_LIST.saturating_sub(self.items.len());
        let beyond = later.items.len().saturating_sub(room);
        self.items.extend(later.items.into_iter().take(room));
        self.is_none |= later.is_none;
        self.malformed = self.malformed.saturating_add(later.malformed);
        self.dropped = self
            .dropped
            .saturating_add(later.dropped)
            .saturating_add(u32::try_from(beyond).unwrap_or(u32::MAX));
    }

    fn is_kin(keys: &[Cow<'_, str>]) -> bool {
        is_kin::<T>(keys)
    }
}

impl<'de, T: Fields<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, &mut Oddities::default())
    }
}
