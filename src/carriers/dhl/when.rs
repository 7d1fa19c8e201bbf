//! A promise as JSON states it: a text, a window of two, or something that cannot be read and must
//! not pass in silence.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::promises;
use crate::adapter::Collector;
use crate::model::{EventTime, Promise, PromiseKind, Shipment, TimeKind, Zones};
use crate::wire::json::{Fields, Oddities, Slot, Text, wire};
use crate::wire::odd::Oddity;

wire! {
    pub(super) struct WireWindow {
        from: Text<'a> = "estimatedFrom" | "agreedFrom" | "from",
        through: Text<'a> = "estimatedThrough" | "agreedThrough" | "through" | "to",
    }
}

/// When something will be: a text, or a window of two; whatever else stands there is odd.
#[derive(Debug, Default)]
pub(super) enum When<'a> {
    #[default]
    Absent,
    Said(Text<'a>),
    Window(WireWindow<'a>),
    Odd,
}

struct WhenVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for WhenVisitor<'a> {
    type Value = When<'a>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a time or a window")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<When<'a>, E> {
        Text::deserialize(serde::de::value::BorrowedStrDeserializer::new(text)).map(When::Said)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<When<'a>, E> {
        Text::deserialize(serde::de::value::StrDeserializer::new(text)).map(When::Said)
    }

    fn visit_unit<E: Error>(self) -> Result<When<'a>, E> {
        Ok(When::Absent)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<When<'a>, E> {
        Ok(When::Odd)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<When<'a>, E> {
        Ok(When::Odd)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<When<'a>, E> {
        Ok(When::Odd)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<When<'a>, E> {
        Ok(When::Odd)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<When<'a>, A::Error> {
        let (mut window, mut odd) = (WireWindow::default(), Oddities::default());
        let known = window.fill(&mut map, &mut odd)?;
        Ok(if known {
            When::Window(window)
        } else {
            When::Odd
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<When<'a>, A::Error> {
        let first = list.next_element::<When<'a>>()?.unwrap_or_default();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for When<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WhenVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Slot<'de> for When<'a> {
    fn read<D: Deserializer<'de>>(deserializer: D, _: &mut Oddities) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Said(text) => text.get().is_none(),
            Self::Window(_) | Self::Odd => false,
        }
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        if later.is_blank() {
            return;
        }
        if !self.is_blank() {
            odd.flag(Oddity::Repeated);
        }
        *self = later;
    }
}

impl When<'_> {
    /// Adds what it promises; reports what cannot be read.
    pub fn add(
        &self,
        out: &mut Collector<'_>,
        shipment: &mut Shipment,
        field: &'static str,
        kind: PromiseKind,
        zones: &Zones,
    ) {
        let (from, by) = match self {
            Self::Absent => return,
            Self::Said(text) if text.get().is_none() => return,
            Self::Said(text) => (None, text.get()),
            Self::Window(window) => (window.from.get(), window.through.get()),
            Self::Odd => (None, None),
        };
        match promise(kind, from, by, zones) {
            Ok(promise) => promises::add(&mut shipment.promises, promise),
            Err(raw) => out.unreadable(
                &shipment.number,
                field,
                raw,
                "an ISO 8601 date, or a window of two",
            ),
        }
    }
}

/// A promise from the texts of its start and end; of a start alone its day. What cannot be read is
/// given back.
fn promise<'t>(
    kind: PromiseKind,
    from: Option<&'t str>,
    by: Option<&'t str>,
    zones: &Zones,
) -> Result<Promise, &'t str> {
    let Some(raw) = by else {
        let raw = from.unwrap_or_default();
        let start = promises::due(raw, zones).ok_or(raw)?;
        let day = start
            .wall_clock()
            .map(|local| EventTime::date(raw, local.date(), zones));
        return Ok(promises::window(kind, None, day.unwrap_or(start)));
    };
    let by = promises::due(raw, zones).ok_or(raw)?;
    let read = if by.kind() == TimeKind::Date {
        promises::due
    } else {
        promises::moment
    };
    let from = from.map(|raw| read(raw, zones).ok_or(raw)).transpose()?;
    Ok(promises::window(kind, from, by))
}
