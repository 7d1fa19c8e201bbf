//! Payloads of the feeds, as small as they can be, and what journeys make of them.

use super::*;

pub fn now() -> DateTime<Utc> {
    "2026-03-18T12:00:00Z".parse().unwrap()
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

pub fn decode(feed: &str, body: &str) -> Vec<Shipment> {
    REGISTRY
        .get(feed)
        .unwrap()
        .decode(Payload::new(
            body.as_bytes(),
            "2026-03-10T00:00:00Z".parse().unwrap(),
        ))
        .unwrap()
        .shipments
}

/// Lines of a push: waybill, time, operation, remark, reason.
pub fn sf_push(lines: &[(&str, &str, &str, &str, &str)]) -> Vec<Shipment> {
    let lines: Vec<_> = lines
        .iter()
        .map(|(number, at, op, remark, reason)| {
            serde_json::json!({"mailno": number, "acceptTime": at, "opCode": op, "remark": remark, "reasonCode": reason, "acceptAddress": "深圳市"})
        })
        .collect();
    decode(
        "sf.push",
        &serde_json::json!({"Body": {"WaybillRoute": lines}}).to_string(),
    )
}

/// An answer about a waybill: time, operation, remark.
pub fn sf_routes(number: &str, lines: &[(&str, &str, &str)]) -> Vec<Shipment> {
    let routes: Vec<_> = lines
        .iter()
        .map(|(at, op, remark)| serde_json::json!({"acceptTime": at, "opCode": op, "remark": remark, "acceptAddress": "深圳市"}))
        .collect();
    let data = serde_json::json!({"success": true, "errorCode": "S0000", "msgData": {"routeResps": [{"mailNo": number, "routes": routes}]}});
    decode(
        "sf.routes",
        &serde_json::json!({"apiResultCode": "A1000", "apiResultData": data.to_string()})
            .to_string(),
    )
}

pub fn dhl(id: &str, details: &str, events: &[(&str, &str)]) -> Vec<Shipment> {
    let events: Vec<_> = events.iter().map(|(at, code)| serde_json::json!({"timestamp": at, "status": code, "statusCode": "transit"})).collect();
    let events = serde_json::Value::from(events);
    decode(
        "dhl.unified",
        &format!(
            r#"{{"shipments":[{{"id":"{id}","service":"express",{details}"events":{events}}}]}}"#
        ),
    )
}

pub fn dhl_victim(id: &str) -> Vec<Shipment> {
    dhl(id, "", &[("2026-03-01T10:00:00+01:00", "PU")])
}

/// An answer of UPS: more of the package, and type, code, day and time of each activity.
pub fn ups(number: &str, more: &str, activities: &[(&str, &str, &str, &str)]) -> Vec<Shipment> {
    let activities: Vec<_> = activities
        .iter()
        .map(|(kind, code, day, time)| {
            serde_json::json!({"status": {"type": kind, "code": code}, "date": day, "time": time, "gmtDate": day, "gmtTime": time, "gmtOffset": "+00:00"})
        })
        .collect();
    let activities = serde_json::Value::from(activities);
    decode(
        "ups.track",
        &format!(
            r#"{{"trackResponse":{{"shipment":[{{"package":[{{"trackingNumber":"{number}"{more},"activity":{activities}}}]}}]}}}}"#
        ),
    )
}

pub fn ups_victim() -> Vec<Shipment> {
    ups(
        "1Z0000000300000013",
        "",
        &[("I", "DP", "20260305", "120000")],
    )
}

pub fn ups_alert(number: &str, kind: &str, code: &str, other: &str) -> Vec<Shipment> {
    let body = serde_json::json!({
        "trackingNumber": number, "localActivityDate": "20260303", "localActivityTime": "141002", "activityStatus": {"type": kind, "code": code},
        "gmtActivityDate": "20260303", "gmtActivityTime": "181002", "gmtOffset": "-04.00", "alternateTrackingNumber": [other]
    });
    decode("ups.track-alert", &body.to_string())
}

pub fn fedex(number: &str, more: &str, scans: &[(&str, &str)]) -> Vec<Shipment> {
    let scans: Vec<_> = scans.iter().map(|(at, kind)| serde_json::json!({"date": at, "eventType": kind, "derivedStatusCode": kind})).collect();
    let scans = serde_json::Value::from(scans);
    decode(
        "fedex.track",
        &format!(
            r#"{{"output":{{"completeTrackResults":[{{"trackingNumber":"{number}","trackResults":[{{"trackingNumberInfo":{{"trackingNumber":"{number}"}},{more}"scanEvents":{scans}}}]}}]}}}}"#
        ),
    )
}

pub fn usps(number: &str, events: &[(&str, &str)]) -> Vec<Shipment> {
    let events: Vec<_> = events
        .iter()
        .map(|(at, code)| serde_json::json!({"eventCode": code, "GMTTimestamp": at, "GMTOffset": "-05:00", "eventType": "Event"}))
        .collect();
    decode(
        "usps.tracking",
        &serde_json::json!({"trackingNumber": number, "trackingEvents": events}).to_string(),
    )
}

pub fn shop(order: &str) -> Vec<Shipment> {
    decode(
        "shop.orders",
        &format!(r#"{{"format":"parceltrail.orders/1","orders":[{order}]}}"#),
    )
}

/// Journeys of some deliveries.
pub struct Sorted {
    pub states: Vec<Snapshot>,
    pub notices: Vec<Notice>,
}

impl Sorted {
    pub fn of(deliveries: impl IntoIterator<Item = Vec<Shipment>>) -> Self {
        let mut journeys = Journeys::default();
        deliveries
            .into_iter()
            .flatten()
            .for_each(|shipment| drop(journeys.apply(shipment)));
        let (sorted, notices) = journeys.sorted();
        Self {
            states: sorted.iter().map(|journey| journey.at(now())).collect(),
            notices,
        }
    }

    pub fn of_number(&self, number: &str) -> &Snapshot {
        self.states
            .iter()
            .find(|state| state.numbers.iter().any(|id| id.number.as_str() == number))
            .unwrap()
    }

    /// Holds that a parcel is alone in its journey and stands where its own carrier says.
    #[track_caller]
    pub fn leaves_alone(&self, number: &str, milestone: Milestone) {
        let state = self.of_number(number);
        let carriers: std::collections::BTreeSet<_> =
            state.legs.iter().map(|leg| &leg.carrier).collect();
        assert!(
            carriers.len() <= 1 && state.legs.len() == 1,
            "{:?}",
            state.legs
        );
        assert_eq!(state.parcel.as_ref().unwrap().milestone, milestone);
    }

    /// How many ties were refused.
    pub fn refusals(&self) -> usize {
        self.notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::LinkRefused)
            .count()
    }
}
