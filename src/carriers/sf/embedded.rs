//! JSON inside JSON.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::wire::json::{Fields, Oddities, Slot};
use crate::wire::odd::Oddity;

/// An object, the JSON text of one, or the first of either in a list.
#[derive(Debug, Default)]
pub(super) enum Embedded<'a, T> {
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Object(Box<T>),
}

impl<'de: 'a, 'a, T: Fields<'de>> Slot<'de> for Embedded<'a, T> {
    const HOLDS: bool = true;

    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(odd, PhantomData))
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Object(_) => false,
        }
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        match (&mut *self, later) {
            (_, later) if later.is_blank() => {}
            (Self::Object(object), Self::Object(later)) => object.merge(*later, odd),
            (Self::Text(text), Self::Text(later)) if *text == later => {}
            (_, later) => {
                if !self.is_blank() {
                    odd.flag(Oddity::Repeated);
                }
                *self = later;
            }
        }
    }
}

struct EmbeddedVisitor<'o, 'a, T>(&'o mut Oddities, PhantomData<(&'a (), T)>);

impl<'de: 'a, 'a, T: Fields<'de>> Visitor<'de> for EmbeddedVisitor<'_, 'a, T> {
    type Value = Embedded<'a, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or its JSON text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Box::<T>::default();
        object.fill(&mut map, self.0)?;
        Ok(Embedded::Object(object))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Embedded::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Embedded::Text(Cow::Owned(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let first = list
            .next_element_seed(self.0.seed())?
            .unwrap_or(Embedded::Nothing);
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.0.flag(Oddity::WrongType);
        }
        Ok(first)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Embedded::Nothing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Embedded::Nothing)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Embedded::Nothing)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Embedded::Nothing)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Embedded::Nothing)
    }
}
