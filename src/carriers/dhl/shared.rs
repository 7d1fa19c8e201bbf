//! What the feeds of this pack share: places, pieces, returns, and numbers used twice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use crate::adapter::{Collector, NoticeKind, grams};
use crate::carriers::mapping::in_time;
use crate::model::{
    Country, Event, EventTime, Milestone, Place, Scope, Shipment, Stage, TrackingNumber, Zones,
    zones_of,
};
use crate::wire::clock;
use crate::wire::json::Texts;

/// A place from one line of text and the country that stands beside it, where one does.
///
/// `Atlanta, GA` is in Georgia when the country says US. Without a country two letters behind a
/// comma may be a state or a country, and stay text.
pub(super) fn place_of(text: &str, stated: Option<Country>) -> Place {
    let mut place = Place::from_text(text);
    let tail = text
        .rsplit_once(',')
        .map(|(city, tail)| (city.trim(), tail.trim()));
    let is_short =
        |tail: &str| (2..=3).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_uppercase());
    if let Some((city, tail)) =
        tail.filter(|(city, tail)| !city.is_empty() && is_short(tail) && place.region.is_none())
    {
        if stated.is_some() && place.country != stated {
            let is_country = Country::named(tail) == stated;
            place = Place {
                city: Some(city.into()),
                region: (!is_country).then(|| tail.into()),
                ..Place::default()
            };
        } else if stated.is_none() && tail.len() == 2 {
            return Place {
                name: place.name,
                ..Place::default()
            };
        }
    }
    if place.city.is_none() && place.country.is_none() {
        place.city = place.name.take();
    }
    place.name = None;
    place.country = stated.or(place.country);
    place
}

/// A service area: its three letters and its line of text (`Brisbane-AU`, `CINCINNATI,OH-USA`).
pub(super) fn area(code: Option<&str>, text: Option<&str>) -> Option<Place> {
    let mut place = text.map(|text| place_of(text, None)).unwrap_or_default();
    place.code = code.map(Into::into);
    place.known()
}

/// A code that no table holds, for which a coarser statement of the carrier's own stands in.
pub(super) fn stands_in(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    field: &'static str,
    code: &str,
) {
    let notice = out.own_notice(
        NoticeKind::UnmappedCode,
        "the code is in no table; a coarser one of the carrier stands in for it",
    );
    out.notice(notice.about(Some(number)).at(field).value(code));
}

/// How many pieces there are, as far as reported.
pub(super) fn piece_total(shipment: &Shipment) -> usize {
    shipment
        .piece_count
        .map_or(0, |count| count as usize)
        .max(shipment.pieces.len())
}

/// Adds an event about the whole shipment, or one for each of the pieces that it names when those
/// are not all.
pub(super) fn push_by_piece(shipment: &mut Shipment, event: Event, pieces: &Texts<'_>) {
    let (named, total) = (pieces.iter().count(), piece_total(shipment));
    if named == 0 || named >= total {
        shipment.events.push(event);
        return;
    }
    for piece in pieces.iter().filter_map(TrackingNumber::parse) {
        shipment.events.push(Event {
            piece: Some(piece),
            scope: Scope::Piece,
            ..event.clone()
        });
    }
}

/// Turns a delivery into the end of a return.
pub(super) fn come_back(event: &mut Event) {
    event.stage = Some(Stage::Return);
    if event.milestone == Milestone::Delivered {
        event.milestone = Milestone::Returned;
        event.delivered_to = None;
    }
}

fn is_end(event: &Event) -> bool {
    matches!(event.milestone, Milestone::Delivered | Milestone::Returned)
        && event.is_evidence_of_state()
}

/// Whether the whole shipment reached somebody: no promise is left to keep.
pub(super) fn is_over(shipment: &Shipment) -> bool {
    let mut pieces = HashSet::new();
    for event in shipment.events.iter().filter(|event| is_end(event)) {
        match &event.piece {
            None => return true,
            Some(piece) => pieces.insert(piece),
        };
    }
    !pieces.is_empty() && pieces.len() >= piece_total(shipment)
}

/// A weight in grams; one of which number or unit is missing or unknown is reported. Nought stands
/// for unknown.
pub(super) fn weight(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    field: &'static str,
    value: &str,
    unit: &str,
) -> Option<u64> {
    let is_nought = value.parse::<f64>().is_ok_and(|value| value == 0.0);
    if value.is_empty() || is_nought {
        return None;
    }
    let weight = grams(value, unit);
    if weight.is_none() {
        out.unreadable(
            number,
            field,
            &format!("{value} {unit}"),
            "a weight and its unit",
        );
    }
    weight
}

/// A ship date: a calendar day where the shipment sets out, whatever clock stands behind it. What
/// cannot be read is reported.
pub(super) fn ship_day(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    field: &'static str,
    raw: &str,
) -> Option<EventTime> {
    if raw.is_empty() {
        return None;
    }
    let day = clock::iso(raw)
        .map(|stamp| stamp.local.date())
        .or_else(|| clock::date(raw));
    if day.is_none() {
        out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
    }
    let zones = shipment.origin.as_ref().map_or(Zones::Unknown, zones_of);
    day.map(|day| EventTime::date(raw, day, &zones))
}

/// Tells that a shipment lists no events at all, not even an empty list.
pub(super) fn without_list(out: &mut Collector<'_>, number: &TrackingNumber, field: &'static str) {
    let notice = out.own_notice(
        NoticeKind::Incomplete,
        "the list of events is missing; nothing but the current status is read",
    );
    out.notice(notice.about(Some(number)).at(field));
}

/// Tells of a current status without a readable time that is none of the listed events.
pub(super) fn undated_status(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    field: &'static str,
    raw: &str,
    code: &str,
    text: &str,
) {
    let is_listed = |event: &Event| {
        event.code.value == code
            && event.code.text.as_ref().map_or("", |text| text.reveal()) == text
    };
    let says_something = !code.is_empty() || !text.is_empty();
    if says_something && !shipment.events.iter().any(is_listed) {
        out.skipped(
            &shipment.number,
            field,
            raw,
            "the time of the current status",
        );
    }
}

/// Passes shipments on, telling apart those that share a number.
///
/// DHL uses numbers again. Two shipments under one number and one service whose events lie apart in
/// time are two parcels: the newer keeps the service as its identity, so that it stays the same
/// when the older one is no longer listed; the older gets its last event's time added.
pub(super) fn push_all(out: &mut Collector<'_>, mut shipments: Vec<Shipment>) {
    let mut newest: HashMap<(TrackingNumber, Option<SmolStr>), Span> = HashMap::new();
    if shipments.len() > 1 {
        for shipment in &shipments {
            let Some(span) = span(shipment) else { continue };
            let best = newest
                .entry((shipment.number.clone(), shipment.instance.clone()))
                .or_insert(span);
            if (span.1, span.0) > (best.1, best.0) {
                *best = span;
            }
        }
    }
    for shipment in &mut shipments {
        let Some((_, last)) = span(shipment) else {
            continue;
        };
        let key = (shipment.number.clone(), shipment.instance.clone());
        if newest
            .get(&key)
            .is_some_and(|(first_of_newest, _)| last < *first_of_newest)
        {
            let newest_event = shipment.events.iter().max_by_key(|event| in_time(event));
            let when = newest_event
                .map(|event| event.time.raw())
                .unwrap_or_default();
            shipment.instance = Some(match &shipment.instance {
                Some(instance) => format_smolstr!("{instance}/{when}"),
                None => when.to_smolstr(),
            });
        }
    }
    let mut seen: HashMap<TrackingNumber, Option<SmolStr>> = HashMap::new();
    for shipment in shipments {
        let known = seen
            .entry(shipment.number.clone())
            .or_insert_with(|| shipment.instance.clone());
        if *known != shipment.instance {
            let notice = out.own_notice(
                NoticeKind::NumberReused,
                "the carrier knows several shipments under this number",
            );
            out.notice(notice.about(Some(&shipment.number)));
        }
        out.push(shipment);
    }
}

/// A first and a last moment.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// From the first to the last moment that a shipment's events may mean.
fn span(shipment: &Shipment) -> Option<Span> {
    let first = shipment
        .events
        .iter()
        .map(|event| event.time.earliest())
        .min()?;
    let last = shipment
        .events
        .iter()
        .map(|event| event.time.latest())
        .max()?;
    Some((first, last))
}

/// Whether a number is an Express piece's licence plate (`JD…`, `JJD…`) rather than a waybill: the
/// two are asked for in different ways.
pub(super) fn is_piece(number: &TrackingNumber) -> bool {
    number.as_str().starts_with("JD") || number.as_str().starts_with("JJD")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_beside_the_text_tells_states_from_countries() {
        let us = Country::from_alpha2("US");
        let cases = [
            (
                "Atlanta, GA",
                us,
                Some("Atlanta"),
                Some("GA"),
                Some("US"),
                None,
            ),
            (
                "Dallas, TX",
                us,
                Some("Dallas"),
                Some("TX"),
                Some("US"),
                None,
            ),
            (
                "Dallas, TX, US",
                us,
                Some("Dallas"),
                Some("TX"),
                Some("US"),
                None,
            ),
            ("Atlanta, GA", None, None, None, None, Some("Atlanta, GA")),
            (
                "HAMBURG - GERMANY",
                Country::from_alpha2("DE"),
                Some("HAMBURG"),
                None,
                Some("DE"),
                None,
            ),
            (
                "Koeln",
                Country::from_alpha2("DE"),
                Some("Koeln"),
                None,
                Some("DE"),
                None,
            ),
            (
                "Berlin, DE",
                Country::from_alpha2("DE"),
                Some("Berlin"),
                None,
                Some("DE"),
                None,
            ),
            ("GERMANY", None, None, None, Some("DE"), None),
        ];
        for (text, stated, city, region, country, name) in cases {
            let place = place_of(text, stated);
            assert_eq!(place.city.as_deref(), city, "{text}");
            assert_eq!(place.region.as_deref(), region, "{text}");
            assert_eq!(
                place.country.as_ref().map(Country::as_str),
                country,
                "{text}"
            );
            assert_eq!(place.name.as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_service_area_keeps_its_code() {
        let place = area(Some("CVG"), Some("CINCINNATI,OH-USA")).unwrap();
        assert_eq!(
            (place.code.as_deref(), place.region.as_deref()),
            (Some("CVG"), Some("OH"))
        );
        assert_eq!(area(None, None), None);
    }
}
