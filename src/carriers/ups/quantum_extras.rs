//! What a Quantum View record holds beside its event and promises: the access point, the day of
//! collection.

use super::moment::day;
use super::parts::zones_at;
use super::quantum_read::Record;
use crate::adapter::Collector;
use crate::carriers::mapping::small;
use crate::model::{EventTime, PickupPoint, Place, Shipment};

/// Fills the pickup point and the ship date. Both days are calendar days of their place.
pub(super) fn read(out: &mut Collector<'_>, record: &Record<'_>, shipment: &mut Shipment) {
    let there = record
        .place
        .place()
        .or_else(|| shipment.destination.clone());
    let mut point = PickupPoint::new().with_hold_until(on(
        out,
        shipment,
        "LastPickupDate",
        record.last_pickup,
        there.as_ref(),
    ));
    point.id = record.access_point.map(small);
    shipment.pickup_point = point.known();
    let origin = shipment.origin.clone();
    shipment.shipped_on = on(out, shipment, "PickupDate", record.pickup, origin.as_ref());
}

fn on(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    field: &'static str,
    text: &str,
    place: Option<&Place>,
) -> Option<EventTime> {
    if text.is_empty() {
        return None;
    }
    let read = day(text).map(|day| EventTime::date(text, day, &zones_at(place)));
    if read.is_none() {
        out.unreadable(&shipment.number, field, text, "a day");
    }
    read
}

#[cfg(test)]
mod tests {
    use crate::Registry;
    use crate::adapter::Payload;
    use crate::model::Shipment;

    fn read(records: &str) -> Shipment {
        let body = format!(
            r#"{{"QuantumViewResponse":{{"Response":{{"ResponseStatusCode":"1"}},"QuantumViewEvents":{{
            "SubscriptionEvents":[{{"SubscriptionFile":[{{{records}}}]}}]}}}}}}"#
        );
        let payload = Payload::new(body.as_bytes(), chrono::DateTime::UNIX_EPOCH);
        let feed = Registry::builtin().share("ups.quantum-view").unwrap();
        feed.decode(payload).unwrap().shipments.remove(0)
    }

    #[test]
    fn the_access_point_is_where_it_waits_and_until_when() {
        let shipment = read(
            r#""Delivery":[{"TrackingNumber":"1Z0000000300000013","Date":"20250312","Time":"094500",
            "AccessPointLocationID":"U00000001","LastPickupDate":"2025-03-19"}]"#,
        );
        let point = shipment.pickup_point.unwrap();
        assert_eq!(point.id.as_deref(), Some("U00000001"));
        assert_eq!(point.hold_until.unwrap().raw(), "2025-03-19");
    }

    #[test]
    fn the_day_of_collection_is_the_ship_date() {
        let shipment = read(
            r#""Manifest":{"PickupDate":"20250310","Shipper":{"Address":{"CountryCode":"DE"}},
            "Package":[{"TrackingNumber":"1Z0000000300000013"}]}"#,
        );
        let shipped = shipment.shipped_on.unwrap();
        assert_eq!(shipped.earliest().to_rfc3339(), "2025-03-09T23:00:00+00:00");
        assert!(shipment.pickup_point.is_none());
    }
}
