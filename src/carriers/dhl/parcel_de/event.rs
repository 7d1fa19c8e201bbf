//! One event as written, and as read.

use std::borrow::Cow;

use chrono_tz::Europe::Berlin;
use smol_str::{SmolStr, format_smolstr};

use crate::adapter::{Collector, stamped};
use crate::carriers::Mapped;
use crate::carriers::dhl::ending::weighed;
use crate::carriers::dhl::ice::{Codes, Pair};
use crate::carriers::dhl::shared::come_back;
use crate::carriers::dhl::{recipient, sentence};
use crate::carriers::mapping::code;
use crate::model::{
    Country, EventTime, FreeText, Milestone, Place, Shipment, TrackingNumber, Zones, zones_of,
};
use crate::wire::clock::{self, Stamp};
use crate::wire::xml::Node;

const FIELD: &str = "standard-event-code";

type Attribute<'a> = Option<Cow<'a, str>>;

/// One event as written.
pub(super) struct WireEvent<'a> {
    pub timestamp: Attribute<'a>,
    text: Attribute<'a>,
    /// A second sentence of an event, where it says more than the first.
    beside: Attribute<'a>,
    ice: Attribute<'a>,
    ric: Attribute<'a>,
    pub standard: Attribute<'a>,
    location: Attribute<'a>,
    country: Attribute<'a>,
    is_return: Attribute<'a>,
}

impl<'a> WireEvent<'a> {
    pub fn of(data: Node<'_, 'a>) -> Self {
        let event = Self::named(
            data,
            "event-timestamp",
            ["event-status", "event-text", "event-short-status"],
        );
        let beside = data.attribute("event-text");
        Self {
            beside: beside.filter(|text| event.text.as_ref() != Some(text)),
            ..event
        }
    }

    /// The current status, which stands in the piece's own attributes.
    pub fn of_status(piece: Node<'_, 'a>) -> Self {
        let timestamp = if piece.attribute("status-timestamp").is_some() {
            "status-timestamp"
        } else {
            "last-event-timestamp"
        };
        Self::named(
            piece,
            timestamp,
            ["status", "short-status", "event-short-status"],
        )
    }

    /// Reads a row whose time and texts have these names; the first text that is there counts.
    fn named(data: Node<'_, 'a>, timestamp: &str, [text, other, third]: [&str; 3]) -> Self {
        let [
            timestamp,
            text,
            other,
            third,
            ice,
            ric,
            standard,
            location,
            country,
            is_return,
        ] = data.attributes([
            timestamp,
            text,
            other,
            third,
            "ice",
            "ric",
            "standard-event-code",
            "event-location",
            "event-country",
            "ruecksendung",
        ]);
        Self {
            timestamp,
            text: text.or(other).or(third),
            beside: None,
            ice,
            ric,
            standard,
            location,
            country,
            is_return,
        }
    }

    pub fn pair(&self) -> Option<Pair<'_>> {
        Pair::new(self.ice.as_deref(), self.ric.as_deref())
            .or_else(|| Pair::correction(self.standard.as_deref()?))
    }

    /// Its codes, fine and standard.
    pub fn codes(&self) -> [Option<&str>; 3] {
        [
            self.ice.as_deref(),
            self.ric.as_deref(),
            self.standard.as_deref(),
        ]
    }

    /// Whether it has any code.
    pub fn has_code(&self) -> bool {
        self.codes().iter().any(Option::is_some)
    }

    /// When it happened: `dd.MM.yyyy HH:mm`, or ISO 8601 as newer answers write it.
    pub fn stamp(&self) -> Option<Stamp> {
        let raw = self.timestamp.as_deref()?;
        let german = clock::german(raw).map(|local| Stamp {
            local,
            offset: None,
            is_zulu: false,
        });
        german.or_else(|| clock::iso(raw))
    }

    /// What stands in the time's place, the code and the text.
    pub fn undated(&self) -> [&str; 3] {
        [&self.timestamp, &self.standard, &self.text]
            .map(|value| value.as_deref().unwrap_or_default())
    }

    pub fn read(&self, out: &mut Collector<'_>, shipment: &mut Shipment, codes: Codes<'_>) {
        let raw = self.timestamp.as_deref().unwrap_or_default();
        let Some(stamp) = self.stamp() else {
            out.skipped(
                &shipment.number,
                "event-timestamp",
                raw,
                "a date and time (dd.MM.yyyy HH:mm)",
            );
            return;
        };
        let standard = self.standard.as_deref().unwrap_or_default();
        let pair = self.pair();
        let qualifier = pair.map(|Pair { ice, ric }| format_smolstr!("{ice}/{ric}"));
        let known = codes
            .meaning(out, &shipment.number, FIELD, pair, standard)
            .map(|mapped| weighed(mapped, "", &[self.text.as_deref()]));
        let mapped = known.unwrap_or_else(|| self.without_row(out, shipment, &qualifier));
        let place = self.place(out, &shipment.number);
        let germany = Country::from_alpha2("DE");
        let local = stamp.local;
        let abroad = place
            .as_ref()
            .filter(|place| place.country.is_some() && place.country != germany);
        let time = match abroad {
            _ if stamp.offset.is_some() => stamped(raw, stamp, &Zones::One(Berlin)),
            Some(place) => EventTime::local(raw, local, &zones_of(place)),
            None => EventTime::in_fixed_zone(raw, local, Berlin),
        };
        let mut event = out.event(
            &shipment.number,
            mapped,
            time,
            place,
            code(standard, qualifier.as_deref(), self.text.as_deref()),
        );
        event.remark = self.beside.as_deref().and_then(FreeText::parse);
        if self
            .is_return
            .as_deref()
            .map_or(shipment.is_return, |flag| flag.eq_ignore_ascii_case("true"))
        {
            come_back(&mut event);
        } else if event.milestone == Milestone::Delivered
            && let Some(kind) = pair.and_then(|pair| recipient::kind_of_reason(pair.ric))
        {
            recipient::note_kind(&mut event, kind);
        }
        shipment.events.push(event);
    }

    /// The meaning of an event whose codes no table holds: of its sentence where it has no code at
    /// all.
    fn without_row(
        &self,
        out: &mut Collector<'_>,
        shipment: &Shipment,
        pair: &Option<SmolStr>,
    ) -> Mapped {
        let standard = self.standard.as_deref().unwrap_or_default();
        let has_code = pair.is_some() || !standard.is_empty();
        if let Some(read) = self
            .text
            .as_deref()
            .filter(|_| !has_code)
            .and_then(sentence::meaning)
        {
            return weighed(read, "", &[]);
        }
        let code = match pair {
            Some(pair) => format_smolstr!("{pair} {standard}"),
            None => standard.into(),
        };
        out.unmapped(&shipment.number, FIELD, code.trim_end());
        Mapped::UNMAPPED
    }

    /// The country is a name in the answer's language; one that is not known stays text.
    fn place(&self, out: &mut Collector<'_>, number: &TrackingNumber) -> Option<Place> {
        let country = self.country.as_deref().and_then(Country::named);
        let unknown = self.country.as_deref().filter(|_| country.is_none());
        if let Some(name) = unknown {
            out.unreadable(number, "event-country", name, "the name of a country");
        }
        Place {
            city: self.location.as_deref().map(Into::into),
            country,
            name: unknown.map(Into::into),
            ..Place::default()
        }
        .known()
    }
}
