//! Values that can stand in a field, read with an eye on what is odd about them.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};

use crate::wire::odd::{Oddities, Oddity};

impl Oddities {
    /// Reads a value with an eye on what is odd.
    pub fn seed<T>(&mut self) -> Seed<'_, T> {
        Seed(self, PhantomData)
    }
}

/// A value that can stand in a field.
pub(crate) trait Slot<'de>: Default {
    /// Whether lists of objects may stand in it: what is lost there may be events.
    const HOLDS: bool = false;

    /// Reads a value, and notes what was odd about it.
    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error>;

    /// Whether nothing was told.
    fn is_blank(&self) -> bool;

    /// Takes in the value of the same field that stands further on.
    fn merge(&mut self, later: Self, odd: &mut Oddities);

    /// Whether objects with these keys look like what may stand in it.
    fn is_kin(_keys: &[Cow<'_, str>]) -> bool {
        false
    }
}

impl<'de, T: Slot<'de>> Slot<'de> for Option<T> {
    const HOLDS: bool = T::HOLDS;

    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        struct OptionVisitor<'o, T>(&'o mut Oddities, PhantomData<T>);
        impl<'de, T: Slot<'de>> serde::de::Visitor<'de> for OptionVisitor<'_, T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Option<T>, D::Error> {
                T::read(deserializer, self.0).map(Some)
            }
        }
        deserializer.deserialize_option(OptionVisitor(odd, PhantomData))
    }

    fn is_blank(&self) -> bool {
        self.as_ref().is_none_or(Slot::is_blank)
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        match (self.as_mut(), later) {
            (_, None) => {}
            (None, later) => *self = later,
            (Some(slot), Some(later)) => slot.merge(later, odd),
        }
    }

    fn is_kin(keys: &[Cow<'_, str>]) -> bool {
        T::is_kin(keys)
    }
}

/// Reads a [`Slot`] as serde wants it.
pub(crate) struct Seed<'o, T>(&'o mut Oddities, PhantomData<T>);

impl<'de, T: Slot<'de>> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// Any JSON, where a feed writes the same field in too many shapes.
impl<'de> Slot<'de> for serde_json::Value {
    fn read<D: Deserializer<'de>>(deserializer: D, _: &mut Oddities) -> Result<Self, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }

    fn is_blank(&self) -> bool {
        self.is_null()
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        if later.is_null() {
            return;
        }
        if !self.is_null() && *self != later {
            odd.flag(Oddity::Repeated);
        }
        *self = later;
    }
}
