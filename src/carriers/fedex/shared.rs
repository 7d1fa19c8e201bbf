//! What FedEx's feeds share around their scans: places, times, references, where it was left, how a
//! journey ends, faults.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, Offset, TimeZone};
use smol_str::SmolStr;

use super::meaning::{Meanings, Scan};
use crate::adapter::{Collector, NoticeKind, stamped};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned, in_time};
use crate::model::{
    Confidence, Country, DeliveredTo, Event, EventTime, Milestone, Personal, Place, RecipientKind,
    Reference, Role, Scope, Shipment, Stage, TrackingNumber, Zones, zones_of,
};
use crate::wire::clock::{self, Stamp};

/// The offsets of US Central time, which FedEx writes after the midnight of a day without a time.
const CENTRAL: [i32; 2] = [-6 * 3600, -5 * 3600];

/// The parts of an address that are kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Address<'t> {
    pub city: Option<&'t str>,
    pub region: Option<&'t str>,
    pub postcode: Option<&'t str>,
    pub country: Option<&'t str>,
    pub country_name: Option<&'t str>,
}

impl Address<'_> {
    pub fn place(&self) -> Option<Place> {
        let city = self.city.unwrap_or_default();
        let town = city.strip_prefix("FEDEX SMARTPOST").map(str::trim);
        let named = town.unwrap_or(city);
        Place {
            name: town.map(|_| city.into()),
            city: (!named.is_empty()).then(|| named.into()),
            region: self.region.map(Into::into),
            postcode: self.postcode.map(Into::into),
            country: self.country.or(self.country_name).and_then(Country::named),
            code: None,
        }
        .known()
    }
}

/// The words around a scan's codes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told<'t> {
    pub time: &'t str,
    pub facility: Option<&'t str>,
    pub address: Address<'t>,
}

/// Adds a scan to a shipment. `value` is the code as the feed wrote it.
pub(super) fn push_scan(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    meanings: &Meanings<'_>,
    value: &str,
    scan: &Scan<'_>,
    told: &Told<'_>,
) {
    let mut place = told.address.place();
    // Before the facility's code is added: it looks like an airport's, but need not be one.
    let zones = place.as_ref().map_or(Zones::Unknown, zones_of);
    let Some(time) = scan_time(told.time, value, &zones) else {
        out.skipped(
            &shipment.number,
            meanings.names.time,
            told.time,
            "an ISO 8601 date and time",
        );
        return;
    };
    if let Some(facility) = told.facility {
        place.get_or_insert_default().code = Some(facility.into());
    }
    let mapped = meanings.of(out, &shipment.number, scan);
    let repeats = scan.exception_text.is_empty()
        || scan.exception_text.eq_ignore_ascii_case(scan.description);
    let joined;
    let text = match (scan.description, repeats) {
        (description, true) => description,
        ("", false) => scan.exception_text,
        (description, false) => {
            joined = [description, scan.exception_text].join(" - ");
            &joined
        }
    };
    let event = out.event(
        &shipment.number,
        mapped,
        time,
        place,
        code(value, Some(scan.exception), Some(text)),
    );
    shipment.events.push(event);
}

/// A scan's time. Midnight stands for "that day" at a pickup or label, without an offset, and in US
/// Central time anywhere else on Earth.
pub(super) fn scan_time(raw: &str, event: &str, zones: &Zones) -> Option<EventTime> {
    let Some(stamp) = clock::iso(raw) else {
        return clock::date(raw).map(|day| EventTime::date(raw, day, zones));
    };
    let is_midnight = stamp.local.time() == NaiveTime::MIN;
    let is_day = is_midnight
        && (matches!(event, "PU" | "PX" | "DO" | "OC" | "MD")
            || stamp.offset.is_none()
            || is_foreign_central(stamp, zones));
    Some(if is_day {
        EventTime::date(raw, stamp.local.date(), zones)
    } else {
        stamped(raw, stamp, zones)
    })
}

fn is_foreign_central(stamp: Stamp, zones: &Zones) -> bool {
    let Some(offset) = stamp.offset.filter(|offset| CENTRAL.contains(offset)) else {
        return false;
    };
    let Some(utc) = stamp
        .local
        .checked_sub_signed(chrono::Duration::seconds(offset.into()))
    else {
        return true;
    };
    !zones
        .iter()
        .any(|zone| zone.offset_from_utc_datetime(&utc).fix().local_minus_utc() == offset)
}

/// Which dates say when a status came about that has no time of its own.
pub(super) fn dated_by(status: &str) -> &'static [&'static str] {
    match status {
        "DL" => &["ACTUAL_DELIVERY"],
        "PU" | "PX" | "IP" => &["ACTUAL_PICKUP", "ACTUAL_TENDER"],
        "DO" => &["ACTUAL_TENDER", "ACTUAL_PICKUP"],
        "DE" => &["ATTEMPTED_DELIVERY"],
        "OC" | "IN" | "MD" => &["SHIPMENT_DATA_RECEIVED"],
        _ => &[],
    }
}

/// What a `packageIdentifier` is to the parcel. Numbers that half a warehouse shares (department,
/// part) are no references.
pub(super) fn reference(
    kind: &str,
    number: &str,
    next_carrier: Option<&'static str>,
) -> Option<Reference> {
    let role = match kind {
        "DEPARTMENT" | "PART_NUMBER" => return None,
        "PARTNER_CARRIER_NUMBER" => Role::NextCarrier,
        "STANDARD_MPS" => Role::MasterWaybill,
        "RETURNED_TO_SHIPPER_TRACKING_NUMBER" => Role::Return,
        "OUTBOUND_LINK_TO_RETURN" => Role::Outbound,
        "REROUTE_TRACKING_NUMBER" => Role::Redirection,
        "EXPRESS_ALTERNATE_REFERENCE"
        | "TRACKING_NUMBER_OR_DOORTAG"
        | "TRANSPORTATION_CONTROL_NUMBER"
        | "TRACKING_CONTROL_NUMBER" => Role::Alternate,
        "INTERNATIONAL_DISTRIBUTION" | "TRANSBORDER_DISTRIBUTION" | "VIRTUAL_CONSOLIDATION" => {
            Role::MasterAirWaybill
        }
        "FEDEX_OFFICE_JOB_ORDER_NUMBER" | "ORDER_GLOBAL_TRACKING_NUMBER" => Role::Order,
        "COD_RETURN_TRACKING_NUMBER" | "ORDER_TO_PAY_NUMBER" => Role::Payment,
        _ => Role::CustomerReference,
    };
    let reference = Reference::new(role, number);
    Some(match (role, next_carrier) {
        (Role::NextCarrier, Some(carrier)) => reference.with_carrier(carrier),
        (Role::NextCarrier, None) => reference,
        (Role::CustomerReference | Role::Order | Role::Payment, _) => reference,
        _ => reference.with_carrier("fedex"),
    })
}

/// Where it was left: by FedEx's word for the kind of place, else by its fixed description. A
/// residence says nothing of whose hands.
pub(super) fn delivered_to(kind: &str, description: &str) -> Option<DeliveredTo> {
    match kind {
        "RECEPTIONIST_OR_FRONT_DESK"
        | "MAILROOM"
        | "SHIPPING_RECEIVING"
        | "GUARD_OR_SECURITY_STATION"
        | "GATE_HOUSE"
        | "APARTMENT_OFFICE"
        | "LEASING_OFFICE"
        | "RENTAL_OFFICE"
        | "MAIN_OFFICE"
        | "MANAGER_OFFICE" => return Some(DeliveredTo::Reception),
        "FEDEX_LOCATION" => return Some(DeliveredTo::PickupPoint),
        "MAILBOX" => return Some(DeliveredTo::Mailbox),
        _ => {}
    }
    let place = left_at(description).unwrap_or(description);
    let is = |known: &[&str]| known.iter().any(|known| place.eq_ignore_ascii_case(known));
    if is(&[
        "Receptionist/Front Desk",
        "Front Desk",
        "Mailroom",
        "Mail Room",
        "Shipping/Receiving",
        "Guard/Security Station",
    ]) {
        Some(DeliveredTo::Reception)
    } else if is(&[
        "Front Door",
        "Back Door",
        "Side Door",
        "Rear Door",
        "Garage",
        "Porch",
        "Patio",
    ]) {
        Some(DeliveredTo::SafePlace)
    } else if is(&["Neighbor", "Neighbour"]) {
        Some(DeliveredTo::Neighbour)
    } else {
        is(&["Mailbox", "Mail Box"]).then_some(DeliveredTo::Mailbox)
    }
}

/// Who took it in, in kind, as far as the place where it was left tells.
pub(super) fn recipient_kind(left: Option<DeliveredTo>) -> Option<RecipientKind> {
    match left? {
        DeliveredTo::Reception => Some(RecipientKind::Reception),
        DeliveredTo::Neighbour => Some(RecipientKind::Neighbour),
        _ => None,
    }
}

/// Whether a special handling marks a package that a customer sends back on the shop's label.
pub(super) fn is_return_label(handling: &str) -> bool {
    matches!(
        handling,
        "PACKAGE_RETURN_PROGRAM" | "NET_RETURN" | "CALL_TAG"
    )
}

/// Where a sentence beside "delivered" says that it was left: `Left with neighbor at No. 14`.
pub(super) fn left_in(sentence: &str) -> Option<DeliveredTo> {
    delivered_to("", left_at(sentence)?)
}

/// The place in `Left at front door. Signature Service not requested.`
fn left_at(sentence: &str) -> Option<&str> {
    let words = |len: usize| sentence.get(..len).zip(sentence.get(len..));
    let at = ["left at the ", "left at ", "left with the ", "left with "];
    let rest = at.iter().find_map(|start| {
        words(start.len())
            .filter(|(said, _)| said.eq_ignore_ascii_case(start))
            .map(|(_, rest)| rest)
    })?;
    let place = rest.split(['.', ',', ';', ':', '(', '-']).next()?;
    let place = place.split(" at ").next()?.trim();
    let article = |place: &str, word: &str| {
        let (said, rest) = place.split_at_checked(word.len())?;
        said.eq_ignore_ascii_case(word).then_some(rest.len())
    };
    let kept = ["a ", "your ", "the "]
        .iter()
        .find_map(|word| article(place, word))
        .unwrap_or(place.len());
    place.get(place.len() - kept..)
}

/// What a shipment's own fields tell about its end.
#[derive(Default)]
pub(super) struct Ending<'t> {
    /// FedEx names a return: its details, or the number it goes back under.
    pub is_back: bool,
    /// Where it was delivered, when that is reported besides the scans.
    pub place: Option<Place>,
    pub delivered_to: Option<DeliveredTo>,
    pub recipient_kind: Option<RecipientKind>,
    pub signer: Option<&'t str>,
    /// When FedEx says that it was delivered. A later scan of a delivery only adds to it.
    pub at: Option<&'t str>,
}

impl Ending<'_> {
    /// Whether this is the event at the time that FedEx names.
    fn is_at(&self, event: &Event) -> bool {
        let told = self.at.and_then(clock::iso).map(|stamp| stamp.local);
        told.is_some() && event.time.wall_clock() == told
    }
}

/// Applies what is told once for the shipment to its events.
pub(super) fn finish(shipment: &mut Shipment, ending: Ending<'_>, is_freight: bool) {
    let last = shipment
        .events
        .iter_mut()
        .filter(|event| event.milestone == Milestone::Delivered)
        .max_by_key(|event| (ending.is_at(event), in_time(event)));
    if let Some(last) = last {
        last.delivered_to = ending.delivered_to.or(last.delivered_to);
        last.recipient_kind = ending.recipient_kind.or(last.recipient_kind);
        // FedEx writes "Signature not required" where a name would stand.
        last.signed_by = ending
            .signer
            .filter(|signer| !signer.to_ascii_lowercase().contains("signature"))
            .and_then(Personal::parse);
    }
    end_return(shipment, &ending);
    // Every package has a number of its own: what is said of it is said of one piece. Freight moves
    // as one under one number.
    let is_of_several = shipment.piece_count.is_some_and(|count| count > 1) || has_master(shipment);
    if is_of_several && !is_freight {
        shipment.pieces = vec![shipment.number.clone()];
        for event in shipment
            .events
            .iter_mut()
            .filter(|event| event.scope == Scope::Parcel)
        {
            event.piece = Some(event.number.clone());
            event.scope = Scope::Piece;
        }
    }
}

/// Says of a shipment that nothing is reported of it but its number. The number may have other
/// notices: they say nothing of this shipment.
pub(super) fn note_silence(out: &mut Collector<'_>, shipment: &Shipment) {
    if shipment.events.is_empty() {
        let notice = out.own_notice(
            NoticeKind::Empty,
            "the payload holds no event of this shipment",
        );
        out.notice(
            notice
                .about(Some(&shipment.number))
                .at("trackingNumberUniqueId")
                .value(shipment.instance.as_deref().unwrap_or_default()),
        );
    }
}

/// Whether it travels under the number of another package's shipment.
fn has_master(shipment: &Shipment) -> bool {
    shipment.references.iter().any(|reference| {
        reference.role == Role::MasterWaybill && reference.number != shipment.number.as_str()
    })
}

/// Turns a delivery that ends a return into one.
///
/// `RS` says that the parcel is on its way back. `RT` and the exceptions 14 (undeliverable) and 86
/// only expect it: parcels are delivered after them too.
fn end_return(shipment: &mut Shipment, ending: &Ending<'_>) {
    let is_moving = |event: &Event| {
        !matches!(
            event.code.value.as_str(),
            "RT" | "DE" | "SE" | "DY" | "DD" | "PD" | "CD"
        )
    };
    let returning = || {
        shipment
            .events
            .iter()
            .filter(|event| event.milestone == Milestone::Returning)
    };
    if returning().any(is_moving) {
        delivered_after_return_is_returned(&mut shipment.events);
        return;
    }
    let undeliverable = shipment
        .events
        .iter()
        .filter(|event| is_undeliverable(event));
    let expected = returning()
        .chain(undeliverable)
        .map(|event| event.time.earliest())
        .min();
    let origin = shipment.origin.as_ref();
    for event in shipment
        .events
        .iter_mut()
        .filter(|event| event.milestone == Milestone::Delivered)
    {
        let places = origin.zip(ending.place.as_ref().or(event.place.as_ref()));
        let is_elsewhere = places.is_some_and(|(origin, reached)| differ(origin, reached));
        let is_expected =
            places.is_some() && expected.is_some_and(|expected| expected <= event.time.earliest());
        if !is_elsewhere && (ending.is_back || is_expected) {
            event.stage = Some(Stage::Return);
            event.milestone = Milestone::Returned;
            event.delivered_to = None;
            event.recipient_kind = None;
            event.confidence = event.confidence.min(Confidence::Medium);
        }
    }
}

/// Whether a problem's exception code is 14 of FedEx Express. Ground's `014` is another code.
fn is_undeliverable(event: &Event) -> bool {
    let bare = |code: &SmolStr| code.trim_end_matches(|c: char| c.is_ascii_alphabetic()) == "14";
    matches!(event.code.value.as_str(), "DE" | "SE")
        && event.code.qualifier.as_ref().is_some_and(bare)
}

/// Whether two places are certainly not the same town.
fn differ(one: &Place, other: &Place) -> bool {
    let countries = one
        .country
        .zip(other.country)
        .is_some_and(|(one, other)| one != other);
    let towns = one
        .city
        .as_ref()
        .zip(other.city.as_ref())
        .is_some_and(|(one, other)| !one.eq_ignore_ascii_case(other));
    countries || towns
}

/// The shipments of a payload so far: number and instance.
pub(super) type Seen = Vec<(TrackingNumber, Option<SmolStr>)>;

/// Says of every shipment whose number stands for several how it can be asked for: by its id, which
/// is the notice's value.
pub(super) fn note_reuse(out: &mut Collector<'_>, seen: &Seen) {
    let mut instances: BTreeMap<&TrackingNumber, BTreeSet<Option<&SmolStr>>> = BTreeMap::new();
    for (number, instance) in seen {
        instances
            .entry(number)
            .or_default()
            .insert(instance.as_ref());
    }
    for (number, instances) in instances
        .into_iter()
        .filter(|(_, instances)| instances.len() > 1)
    {
        for instance in instances {
            let notice = out.own_notice(
                NoticeKind::NumberReused,
                "several shipments stand under this number; this is one of them",
            );
            out.notice(
                notice
                    .about(Some(number))
                    .at("trackingNumberUniqueId")
                    .value(instance.map_or("", SmolStr::as_str)),
            );
        }
    }
}

/// A ship date, where nothing else is reported a shipment: it tells two shipments of one number
/// apart.
pub(super) fn push_ship_date(out: &mut Collector<'_>, shipment: &mut Shipment) {
    // Told of already where it cannot be read.
    let Some(day) = shipment.shipped_on.clone() else {
        return;
    };
    let shipped = Mapped::rule(Some(Stage::Order), Milestone::Info, Confidence::High);
    let event = out.event(
        &shipment.number,
        shipped,
        day,
        None,
        code("SHIP", None, None),
    );
    shipment.events.push(Event {
        scope: Scope::Document,
        ..event
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TimeKind;

    fn at(city: &str, region: &str, country: &str) -> Place {
        let part = |text| Some(text).filter(|text: &&str| !text.is_empty());
        Address {
            city: part(city),
            region: part(region),
            country: part(country),
            ..Address::default()
        }
        .place()
        .unwrap_or_default()
    }

    #[test]
    fn a_midnight_that_stands_for_no_time_is_a_day() {
        let kind = |raw, event, place: &Place| {
            scan_time(raw, event, &zones_of(place)).map(|time| time.kind())
        };
        let (reno, memphis) = (at("RENO", "NV", "US"), at("MEMPHIS", "TN", "US"));
        assert_eq!(
            kind("2025-03-03T00:00:00-06:00", "IT", &reno),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-07-03T00:00:00-05:00", "IT", &reno),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00-06:00", "IT", &Place::default()),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00-06:00", "AR", &memphis),
            Some(TimeKind::Offset)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00-06:00", "PU", &memphis),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00-08:00", "AR", &reno),
            Some(TimeKind::Offset)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00-08:00", "PU", &reno),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-03-03T00:00:00", "AR", &reno),
            Some(TimeKind::Date)
        );
        assert_eq!(
            kind("2025-03-03T00:01:00", "AR", &reno),
            Some(TimeKind::PlaceZone)
        );
        assert_eq!(kind("2025-03-03", "AR", &reno), Some(TimeKind::Date));
        assert_eq!(
            kind("2025-03-03T09:00:00", "AR", &Place::default()),
            Some(TimeKind::Local)
        );
        assert_eq!(kind("soon", "AR", &reno), None);
    }

    #[test]
    fn smartpost_is_no_town() {
        let place = at("FEDEX SMARTPOST AUSTIN", "TX", "US");
        assert_eq!(
            (place.city.as_deref(), place.name.as_deref()),
            (Some("AUSTIN"), Some("FEDEX SMARTPOST AUSTIN"))
        );
        assert_eq!(at("", "", "").known(), None);
        let named = Address {
            country_name: Some("Japan"),
            ..Address::default()
        }
        .place()
        .unwrap();
        assert_eq!(named.country, Country::from_alpha2("JP"));
    }

    #[test]
    fn identifiers_keep_their_roles() {
        for (kind, role) in [
            ("PARTNER_CARRIER_NUMBER", Role::NextCarrier),
            ("STANDARD_MPS", Role::MasterWaybill),
            ("RETURNED_TO_SHIPPER_TRACKING_NUMBER", Role::Return),
            ("OUTBOUND_LINK_TO_RETURN", Role::Outbound),
            ("REROUTE_TRACKING_NUMBER", Role::Redirection),
            ("TRACKING_NUMBER_OR_DOORTAG", Role::Alternate),
            ("SHIPPER_REFERENCE", Role::CustomerReference),
            ("PURCHASE_ORDER", Role::CustomerReference),
            ("INVOICE", Role::CustomerReference),
        ] {
            assert_eq!(
                reference(kind, "1", None).map(|reference| reference.role),
                Some(role),
                "{kind}"
            );
        }
        assert_eq!(reference("DEPARTMENT", "1", None), None);
        let next = reference("PARTNER_CARRIER_NUMBER", "1", Some("usps")).unwrap();
        assert_eq!(
            next.carrier.map(|carrier| carrier.to_string()).as_deref(),
            Some("usps")
        );
        assert_eq!(
            reference("PARTNER_CARRIER_NUMBER", "1", None)
                .unwrap()
                .carrier,
            None
        );
        assert_eq!(
            reference("SHIPPER_REFERENCE", "1", Some("usps"))
                .unwrap()
                .carrier,
            None
        );
    }

    #[test]
    fn only_plain_words_say_where_it_was_left() {
        assert_eq!(delivered_to("MAILROOM", ""), Some(DeliveredTo::Reception));
        assert_eq!(
            delivered_to("FEDEX_LOCATION", ""),
            Some(DeliveredTo::PickupPoint)
        );
        assert_eq!(delivered_to("", "Front Door"), Some(DeliveredTo::SafePlace));
        assert_eq!(delivered_to("RESIDENCE", "Residence"), None);
        assert_eq!(
            delivered_to("RESIDENCE", "Front Door"),
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(delivered_to("OTHER", "Not at the front door"), None);
        assert_eq!(
            delivered_to("", "Left at garage. Signature Service not requested."),
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(
            delivered_to("", "Left with neighbor"),
            Some(DeliveredTo::Neighbour)
        );
        assert_eq!(delivered_to("", "Left at an unknown place"), None);
    }

    #[test]
    fn towns_differ_only_when_both_are_told() {
        assert!(differ(&at("LYON", "", "FR"), &at("DALLAS", "TX", "US")));
        assert!(differ(&at("LYON", "", "FR"), &at("PARIS", "", "FR")));
        assert!(!differ(&at("LYON", "", "FR"), &at("Lyon", "", "FR")));
        assert!(!differ(&at("LYON", "", "FR"), &at("", "", "FR")));
    }
}
