//! Texts, whatever they were written as.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::LONGEST_LIST;
use super::slot::Slot;
use crate::wire::odd::{Oddities, Oddity};
use crate::wire::text::trim;

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

struct TextVisitor<'o, 'a>(&'o mut Oddities, PhantomData<&'a ()>);

impl<'a> Visitor<'a> for TextVisitor<'_, 'a> {
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
        Ok(Text(Some(Cow::Borrowed(if value {
            "true"
        } else {
            "false"
        }))))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text<'a>, E> {
        // Beyond 2^53 digits are lost: a number that is not the one sent is worse than none.
        let is_exact = value.abs() < 9_007_199_254_740_992.0;
        if !is_exact {
            self.0.flag(Oddity::WrongType);
        }
        Ok(Text(is_exact.then(|| Cow::Owned(value.to_string()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            self.0.flag(Oddity::WrongType);
        }
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Text<'a>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.0.flag(Oddity::WrongType);
        }
        Ok(Text(None))
    }
}

impl<'de: 'a, 'a> Slot<'de> for Text<'a> {
    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor(odd, PhantomData))
    }

    fn is_blank(&self) -> bool {
        self.get().is_none()
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        if later.is_blank() {
            return;
        }
        if !self.is_blank() && self.get() != later.get() {
            odd.flag(Oddity::Repeated);
        }
        *self = later;
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, &mut Oddities::default())
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

impl<'de: 'a, 'a> Slot<'de> for Texts<'a> {
    fn read<D: Deserializer<'de>>(deserializer: D, odd: &mut Oddities) -> Result<Self, D::Error> {
        struct TextsVisitor<'o, 'a>(&'o mut Oddities, PhantomData<&'a ()>);
        impl<'a> Visitor<'a> for TextsVisitor<'_, 'a> {
            type Value = Texts<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Texts<'a>, A::Error> {
                let mut out = Vec::new();
                while out.len() < LONGEST_LIST {
                    match list.next_element_seed(self.0.seed())? {
                        Some(text) => out.push(text),
                        None => return Ok(Texts(out)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Texts(out))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Texts<'a>, E> {
                TextVisitor(self.0, PhantomData)
                    .visit_borrowed_str(text)
                    .map(|text| Texts(vec![text]))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts<'a>, E> {
                TextVisitor(self.0, PhantomData)
                    .visit_str(text)
                    .map(|text| Texts(vec![text]))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Texts<'a>, E> {
                TextVisitor(self.0, PhantomData)
                    .visit_u64(value)
                    .map(|text| Texts(vec![text]))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Texts<'a>, E> {
                TextVisitor(self.0, PhantomData)
                    .visit_i64(value)
                    .map(|text| Texts(vec![text]))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Texts<'a>, E> {
                TextVisitor(self.0, PhantomData)
                    .visit_f64(value)
                    .map(|text| Texts(vec![text]))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Texts<'a>, E> {
                Ok(Texts::default())
            }

            fn visit_unit<E: Error>(self) -> Result<Texts<'a>, E> {
                Ok(Texts::default())
            }

            fn visit_map<A: MapAccess<'a>>(self, map: A) -> Result<Texts<'a>, A::Error> {
                TextVisitor(self.0, PhantomData)
                    .visit_map(map)
                    .map(|_| Texts::default())
            }
        }
        deserializer.deserialize_any(TextsVisitor(odd, PhantomData))
    }

    fn is_blank(&self) -> bool {
        self.iter().next().is_none()
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        if !self.is_blank() && !later.is_blank() {
            odd.flag(Oddity::Repeated);
        }
        let room = LONGEST_LIST.saturating_sub(self.0.len());
        self.0.extend(later.0.into_iter().take(room));
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, &mut Oddities::default())
    }
}
