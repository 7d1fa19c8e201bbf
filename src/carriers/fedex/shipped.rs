//! When a shipment set out: the ship date, and when FedEx got it.

use super::shared::scan_time;
use crate::adapter::Collector;
use crate::model::{EventTime, Shipment, Zones, zones_of};
use crate::wire::clock;

/// A ship date: a calendar day where the shipment sets out, whatever clock stands behind it. What
/// cannot be read is reported.
pub(super) fn day(
    out: &mut Collector<'_>,
    shipment: &Shipment,
    field: &'static str,
    raw: &str,
) -> Option<EventTime> {
    let day = clock::iso(raw)
        .map(|stamp| stamp.local.date())
        .or_else(|| clock::date(raw));
    if day.is_none() {
        out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
    }
    day.map(|day| EventTime::date(raw, day, &zones(shipment)))
}

/// Notes the ship date and the moment of hand-over, where they are told.
pub(super) fn add(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    shipped: Option<&str>,
    handed_in: Option<&str>,
) {
    shipment.shipped_on = shipped.and_then(|raw| day(out, shipment, field, raw));
    let Some(raw) = handed_in else { return };
    shipment.handed_in_on = scan_time(raw, "PU", &zones(shipment));
    if shipment.handed_in_on.is_none() {
        out.unreadable(&shipment.number, field, raw, "an ISO 8601 date");
    }
}

fn zones(shipment: &Shipment) -> Zones {
    shipment.origin.as_ref().map_or(Zones::Unknown, zones_of)
}
