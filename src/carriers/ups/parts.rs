//! Places, numbers, promises and deliveries, as all UPS feeds tell them.

use crate::adapter::Collector;
use crate::carriers::mapping::in_time;
use crate::model::{
    Country, DeliveredTo, Event, EventTime, Milestone, Personal, Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones,
    zones_of,
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
            city: self.city.map(Into::into),
            region: self.region.map(Into::into),
            postcode: self.postcode.map(Into::into),
            country: self.country.and_then(Country::named),
            code: self.facility.map(Into::into),
        };
        place.known()
    }
}

/// The zones of a place that may not be known.
pub(super) fn zones_at(place: Option<&Place>) -> Zones {
    place.map_or(Zones::Unknown, zones_of)
}

/// Where UPS left a parcel, by the words that its drivers choose from. `RESIDENTIAL`, `OFFICE` or `OTHER` do not tell, and nothing is read into
/// other words.
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
    LEFT_AT.iter().find(|(word, _)| word.eq_ignore_ascii_case(words)).map(|(_, to)| *to)
}

/// Puts what is told once per parcel onto the last event that ended its delivery.
pub(super) fn sign(events: &mut [Event], left: Option<DeliveredTo>, signer: Option<&str>) {
    let ended = events.iter_mut().filter(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned));
    let Some(event) = ended.max_by_key(|event| in_time(event)) else { return };
    if event.milestone == Milestone::Delivered {
        event.delivered_to = event.delivered_to.or(left);
    }
    event.signed_by = signer.and_then(Personal::parse);
}

/// Whether the parcel's way has ended, so that no promise is left.
pub(super) fn is_over(shipment: &Shipment) -> bool {
    shipment.events.iter().any(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned))
}

/// A number given besides: USPS's for the last mile, another partner's, or (without a type) mostly another of UPS's own.
pub(super) fn alternate(kind: &str, number: &str) -> Reference {
    if kind.starts_with("USPS") {
        Reference::new(Role::NextCarrier, number).issued_by("usps")
    } else if kind.is_empty() {
        Reference::new(Role::Alternate, number)
    } else {
        Reference::new(Role::NextCarrier, number)
    }
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
    /// The promise, in the local time of the destination. A window's start without an end is no window.
    pub fn promise(&self, out: &mut Collector<'_>, number: &TrackingNumber, zones: &Zones) -> Option<Promise> {
        let [day_field, time_field] = self.fields;
        if self.day.is_empty() {
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
            clock.map(|clock| EventTime::local(format!("{} {time}", self.day), date.and_time(clock), zones))
        };
        match at(self.by) {
            Some(by) => Some(Promise { kind: self.kind, from: at(self.from), by, stated: None }),
            None => Some(Promise { kind: self.kind, from: None, by: EventTime::date(self.day, date, zones), stated: None }),
        }
    }
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
        for words in ["", "RESIDENTIAL", "OFFICE", "OTHER", "INSIDE DELIV", "NOT AT FRONT DOOR", "STORE"] {
            assert_eq!(left_at(words), None, "{words}");
        }
    }

    #[test]
    fn numbers_besides_are_told_by_their_type() {
        let usps = alternate("USPS_PIC", "92000000000000000000000017");
        assert_eq!((usps.role, usps.carrier.as_ref().map(|carrier| carrier.as_str())), (Role::NextCarrier, Some("usps")));
        assert_eq!(alternate("", "1Z0000000300000033").role, Role::Alternate);
        assert_eq!((alternate("PARTNER", "1").role, alternate("PARTNER", "1").carrier), (Role::NextCarrier, None));
    }
}
