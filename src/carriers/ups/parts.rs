//! Places, numbers, promises and deliveries, as all UPS feeds tell them.

use chrono::{NaiveTime, Timelike};

use crate::adapter::{Collector, grams};
use crate::carriers::mapping::{in_time, one_line, small};
use crate::model::{
    Country, DeliveredTo, Event, EventTime, Milestone, Personal, Place, Promise, PromiseKind,
    Reference, Role, TrackingNumber, Zones, zones_of,
};

use super::moment::{day, time_of_day};

/// The parts of an address that are kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Address<'t> {
    pub city: Option<&'t str>,
    pub region: Option<&'t str>,
    pub postcode: Option<&'t str>,
    pub country: Option<&'t str>,
    /// UPS's own number of the facility (SLIC).
    pub facility: Option<&'t str>,
}

impl Address<'_> {
    pub fn place(&self) -> Option<Place> {
        let place = Place {
            name: None,
            city: self.city.map(small),
            region: self.region.map(small),
            postcode: self.postcode.map(small),
            country: self.country.and_then(Country::named),
            code: self.facility.map(small),
        };
        place.known()
    }
}

/// The zones of a place that may not be known.
pub(super) fn zones_at(place: Option<&Place>) -> Zones {
    place.map_or(Zones::Unknown, zones_of)
}

/// Where UPS left a parcel, by the words that its drivers choose from. `RESIDENTIAL`, `OFFICE` or
/// `OTHER` do not tell, and nothing is read into other words.
const LEFT_AT: &[(&str, DeliveredTo)] = &[
    ("FRONT DOOR", DeliveredTo::SafePlace),
    ("REAR DOOR", DeliveredTo::SafePlace),
    ("BACK DOOR", DeliveredTo::SafePlace),
    ("SIDE DOOR", DeliveredTo::SafePlace),
    ("PORCH", DeliveredTo::SafePlace),
    ("DECK", DeliveredTo::SafePlace),
    ("PATIO", DeliveredTo::SafePlace),
    ("GARAGE", DeliveredTo::SafePlace),
    ("CARPORT", DeliveredTo::SafePlace),
    ("MAILBOX", DeliveredTo::Mailbox),
    ("MAIL BOX", DeliveredTo::Mailbox),
    ("RECEPTION", DeliveredTo::Reception),
    ("FRONT DESK", DeliveredTo::Reception),
    ("MAIL ROOM", DeliveredTo::Reception),
    ("DOCK", DeliveredTo::Reception),
    ("GUARD", DeliveredTo::Reception),
    ("CONCIERGE", DeliveredTo::Reception),
    ("LOCKER", DeliveredTo::Locker),
    ("NEIGHBOR", DeliveredTo::Neighbour),
    ("NEIGHBOUR", DeliveredTo::Neighbour),
    ("MET CUSTOMER MAN", DeliveredTo::Recipient),
    ("MET CUSTOMER WOMAN", DeliveredTo::Recipient),
];

/// Where it was left, when the word tells without doubt.
pub(super) fn left_at(words: &str) -> Option<DeliveredTo> {
    LEFT_AT
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(words))
        .map(|(_, to)| *to)
}

/// Puts what is told once per parcel onto the last event that ended its delivery.
pub(super) fn sign(events: &mut [Event], left: Option<DeliveredTo>, signer: Option<&str>) {
    let ended = events
        .iter_mut()
        .filter(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned));
    let Some(event) = ended.max_by_key(|event| in_time(event)) else {
        return;
    };
    if event.milestone == Milestone::Delivered {
        event.delivered_to = event.delivered_to.or(left);
    }
    event.signed_by = signer.and_then(Personal::parse);
}

/// A number, without what does not belong into one.
pub(super) fn number(text: &str) -> Option<TrackingNumber> {
    TrackingNumber::parse(&one_line(text))
}

/// A reference of the sender.
pub(super) fn reference(text: &str) -> Reference {
    Reference::new(Role::CustomerReference, &one_line(text))
}

/// A number given besides: USPS's for the last mile (by its type, or without one by its form),
/// another partner's, or mostly another of UPS's own.
pub(super) fn alternate(kind: &str, number: &str) -> Reference {
    let number = one_line(number);
    let is_postal = kind.starts_with("USPS") || kind.len() <= 1 && is_of_usps(&number);
    if is_postal {
        Reference::new(Role::NextCarrier, &number).with_carrier("usps")
    } else if kind.is_empty() {
        Reference::new(Role::Alternate, &number)
    } else {
        Reference::new(Role::NextCarrier, &number)
    }
}

/// Whether a number has the form of the post's: 20 to 34 digits, of which the last 22 begin with 9.
fn is_of_usps(number: &str) -> bool {
    let own = number
        .get(number.len().saturating_sub(26)..)
        .unwrap_or(number);
    (20..=34).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && (own.starts_with('9') || number.starts_with("420"))
}

/// A weight in grams; a number whose unit is missing or unknown is reported.
pub(super) fn weight(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    field: &'static str,
    [value, unit]: [&str; 2],
) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    let known = grams(value, unit);
    // A weight of nothing is what UPS writes before it has weighed.
    if known.is_none() && value.trim().parse() != Ok(0.0_f64) {
        out.unreadable(
            number,
            field,
            format!("{value} {unit}").trim(),
            "a weight with its unit",
        );
    }
    known
}

/// A day of delivery with the times that may stand beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due<'t> {
    pub kind: PromiseKind,
    pub day: &'t str,
    pub from: &'t str,
    pub by: &'t str,
    /// The names of day and time in the feed, for notices.
    pub fields: [&'static str; 2],
}

impl Due<'_> {
    /// The promise, in the local time of the destination. A window's start without an end is no
    /// window; the end of a day and its first moment are the day.
    pub fn promise(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        zones: &Zones,
    ) -> Option<Promise> {
        let [day_field, time_field] = self.fields;
        if self.day.is_empty() {
            if !self.by.is_empty() {
                out.unreadable(
                    number,
                    time_field,
                    self.by,
                    "a day beside the time of delivery",
                );
            }
            return None;
        }
        let Some(date) = day(self.day) else {
            out.unreadable(number, day_field, self.day, "a day as YYYYMMDD");
            return None;
        };
        let mut at = |time: &str| {
            if time.is_empty() {
                return None;
            }
            let clock = time_of_day(time);
            if clock.is_none() {
                out.unreadable(number, time_field, time, "a time as HHMMSS");
            }
            let clock = clock.filter(|clock| !is_of_day(*clock))?;
            Some(EventTime::local(
                format!("{} {time}", self.day),
                date.and_time(clock),
                zones,
            ))
        };
        let (from, by) = (at(self.from), at(self.by));
        Some(match by {
            Some(by) => Promise {
                kind: self.kind,
                from,
                by,
                stated: None,
            },
            None => Promise::by(self.kind, EventTime::date(self.day, date, zones)),
        })
    }
}

/// Whether a time of delivery means the whole day: midnight and the last minute are no times that a
/// carrier keeps.
fn is_of_day(clock: NaiveTime) -> bool {
    matches!((clock.hour(), clock.minute()), (23, 59) | (0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_tell_without_doubt_say_where_it_was_left() {
        for (words, to) in [
            ("FRONT DOOR", DeliveredTo::SafePlace),
            ("Garage", DeliveredTo::SafePlace),
            ("MAIL BOX", DeliveredTo::Mailbox),
            ("MAIL ROOM", DeliveredTo::Reception),
            ("DOCK", DeliveredTo::Reception),
            ("NEIGHBOR", DeliveredTo::Neighbour),
            ("MET CUSTOMER WOMAN", DeliveredTo::Recipient),
        ] {
            assert_eq!(left_at(words), Some(to), "{words}");
        }
        for words in [
            "",
            "RESIDENTIAL",
            "OFFICE",
            "OTHER",
            "INSIDE DELIV",
            "NOT AT FRONT DOOR",
            "STORE",
        ] {
            assert_eq!(left_at(words), None, "{words}");
        }
    }

    #[test]
    fn numbers_besides_are_told_by_their_type() {
        let usps = alternate("USPS_PIC", "92000000000000000000000017");
        assert_eq!(
            (
                usps.role,
                usps.carrier.as_ref().map(|carrier| carrier.as_str())
            ),
            (Role::NextCarrier, Some("usps"))
        );
        assert_eq!(alternate("", "1Z0000000300000033").role, Role::Alternate);
        assert_eq!(
            (
                alternate("PARTNER", "1").role,
                alternate("PARTNER", "1").carrier
            ),
            (Role::NextCarrier, None)
        );
        for number in [
            "92000000000000000000000017",
            "9400100000000000000013",
            "420895019200000000000000000017",
        ] {
            assert_eq!(
                alternate("", number)
                    .carrier
                    .as_ref()
                    .map(|carrier| carrier.as_str()),
                Some("usps"),
                "{number}"
            );
        }
        assert_eq!(alternate("", "800000000000000000017").carrier, None);
    }
}
