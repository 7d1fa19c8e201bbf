//! UPS Tracking API v1: `GET /api/track/v1/details/{number}`, one number, a bearer token; and Track
//! Alert.

use base64::Engine as _;
use serde_json::{Value, json};

use super::contract::{Answer, Call, Code, Lookup, Message, Refusal, Wire, code};
use crate::testing::simulator::access::Access;
use crate::testing::simulator::parcel::Parcel;
use crate::testing::simulator::place::Site;
use crate::testing::simulator::scan::{Scan, Step};

#[derive(Debug)]
pub(super) struct Track;

impl Wire for Track {
    /// `more` is the type, `digits` the status code of three digits.
    fn code(&self, _parcel: &Parcel, scan: &Scan) -> Code {
        match scan.step {
            Step::Announced => code(
                "MP",
                "M",
                "003",
                "Shipper created a label, UPS has not received the package yet. ",
            ),
            Step::PickedUp => code("OR", "I", "038", "Origin Scan"),
            Step::Departed => code("DP", "I", "005", "Departed from Facility"),
            Step::Arrived => code("AR", "I", "005", "Arrived at Facility"),
            Step::Delayed => code("DJ", "X", "048", "Severe weather has delayed delivery."),
            Step::Unknown => code("Q9", "I", "", "Simulated scan without a meaning"),
            Step::CustomsSubmitted => code("IP", "I", "012", "Import Scan"),
            Step::CustomsHeld => code(
                "2B",
                "X",
                "058",
                "We have asked the receiver for information needed for clearance.",
            ),
            Step::CustomsReleased => code(
                "SR",
                "X",
                "014",
                "Your package was released by the customs agency.",
            ),
            Step::OutForDelivery => code("OT", "I", "021", "Out For Delivery "),
            Step::Attempted => code(
                "48",
                "X",
                "022",
                "The receiver was not available for delivery.",
            ),
            Step::ReadyForPickup => code(
                "ZP",
                "X",
                "017",
                "The package is waiting at the access point.",
            ),
            Step::Refused => code("AM", "X", "", "The receiver refused the delivery."),
            Step::Returning => code(
                "UF",
                "X",
                "035",
                "The package is being returned to the sender.",
            ),
            Step::Delivered | Step::Returned => code("FS", "D", "011", "DELIVERED"),
        }
    }

    fn token(&self, call: &Call, access: &Access) -> Option<(Answer, bool)> {
        if call.path() != "/security/v1/oauth/token" {
            return None;
        }
        let encoded = call
            .header("authorization")
            .strip_prefix("Basic ")
            .unwrap_or_default();
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .unwrap_or_default();
        let expected = format!(
            "{}:{}",
            access.secret("client_id"),
            access.secret("client_secret")
        );
        let is_grant = call.method == hyper::Method::POST
            && call.form("grant_type").as_deref() == Some("client_credentials");
        if decoded != expected.as_bytes() {
            return Some((errors(401, "10401", "ClientId is Invalid"), false));
        }
        if !is_grant || !call.has_type("application/x-www-form-urlencoded") {
            return Some((
                errors(400, "10400", "Invalid/Missing Authorization Header"),
                false,
            ));
        }
        let token = json!({
            "token_type": "Bearer", "issued_at": call.received.timestamp_millis().to_string(), "client_id": access.secret("client_id"),
            "access_token": access.issue(), "scope": "", "expires_in": access.lifetime().as_secs().to_string(), "refresh_count": "0", "status": "approved",
        });
        Some((Answer::json(200, &token), true))
    }

    fn authorise<'c>(
        &self,
        call: &'c Call,
        access: &Access,
    ) -> Result<Option<std::borrow::Cow<'c, str>>, Answer> {
        let token = call.bearer();
        if access.accepts(token) {
            Ok(Some(token.into()))
        } else {
            Err(self.refused(Refusal::Unauthorised))
        }
    }

    fn numbers(&self, call: &Call) -> Result<Vec<String>, Answer> {
        let details = ["/api/track/v1/details/", "/api/track/v1/shipment/details/"];
        let Some(number) = details
            .into_iter()
            .find_map(|start| call.path().strip_prefix(start))
        else {
            return Err(errors(404, "404", "Resource not found"));
        };
        let id = call.header("transid");
        if id.is_empty() || id.len() > 32 || call.header("transactionsrc").is_empty() {
            return Err(errors(
                400,
                "VSS002",
                "Missing or invalid transId or transactionSrc",
            ));
        }
        if !(7..=34).contains(&number.len()) {
            return Err(errors(400, "TV1002", "Invalid inquiry number"));
        }
        Ok(vec![number.to_owned()])
    }

    fn found(&self, _call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        let shipments: Vec<Value> = lookups.iter().map(shipment).collect();
        Answer::json(200, &json!({ "trackResponse": { "shipment": shipments } }))
    }

    fn fails_inside(&self, _call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        let warnings = json!([{ "code": "TW0002", "message": "Tracking information is temporarily unavailable" }]);
        let shipments: Vec<Value> = lookups
            .iter()
            .map(|lookup| json!({ "inquiryNumber": lookup.number, "warnings": warnings }))
            .collect();
        Answer::json(200, &json!({ "trackResponse": { "shipment": shipments } }))
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        match refusal {
            Refusal::Unauthorised => errors(401, "250002", "Invalid Authentication Information."),
            Refusal::Throttled => errors(429, "10429", "Too Many Requests"),
            Refusal::Broken(status) => errors(status, "10004", "An unknown error occurred"),
        }
    }

    fn push(&self, news: &[(&Parcel, &Scan)], _whole: &[&Scan], secret: &str, nth: u64) -> Message {
        let alerts: Vec<Value> = news
            .iter()
            .map(|(parcel, scan)| alert(parcel, scan, nth))
            .collect();
        let body = match <[Value; 1]>::try_from(alerts) {
            Ok([only]) => only,
            Err(several) => Value::Array(several),
        };
        Message::json(&body)
            .header("user-agent", "UPSPubSubTrackingService")
            .header("credential", secret)
    }
}

fn errors(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({ "response": { "errors": [{ "code": code, "message": message }] } }),
    )
}

fn address(site: &Site) -> Value {
    json!({ "city": site.city, "stateProvince": site.region, "countryCode": site.country, "country": site.country })
}

fn shipment(lookup: &Lookup<'_>) -> Value {
    let Some((parcel, scans)) = &lookup.parcel else {
        let warnings = json!([{ "code": "TW0001", "message": "Tracking Information Not Found" }]);
        return json!({ "inquiryNumber": lookup.number, "warnings": warnings });
    };
    let newest = scans.iter().max_by_key(|scan| scan.at);
    let mut package = json!({
        "trackingNumber": parcel.number,
        "packageCount": 1,
        "activity": scans.iter().map(|scan| activity(parcel, scan)).collect::<Vec<_>>(),
        "packageAddress": [
            { "type": "ORIGIN", "address": address(parcel.lane.origin) },
            { "type": "DESTINATION", "address": address(parcel.lane.destination) },
        ],
        "referenceNumber": [{ "type": "SHIPMENT", "number": format!("SIM-UPS-{:06}", parcel.serial) }],
        "service": { "code": "518", "levelCode": "003", "description": "UPS Ground" },
        "weight": { "unitOfMeasurement": "LBS", "weight": "4.20" },
        "alternateTrackingNumber": [],
        "deliveryInformation": {},
    });
    if let Some(newest) = newest {
        let status = status(parcel, newest);
        package["currentStatus"] = status;
        let (kind, day) = if newest.is_final() {
            ("DEL", newest.local().naive_local())
        } else {
            (
                "SDD",
                parcel
                    .promised()
                    .with_timezone(&parcel.lane.destination.zone)
                    .naive_local(),
            )
        };
        package["deliveryDate"] =
            json!([{ "type": kind, "date": day.format("%Y%m%d").to_string() }]);
    }
    json!({ "inquiryNumber": lookup.number, "package": [package] })
}

fn status(parcel: &Parcel, scan: &Scan) -> Value {
    let code = Track.code(parcel, scan);
    json!({ "type": code.more, "code": code.value, "description": code.text, "statusCode": code.digits })
}

fn activity(parcel: &Parcel, scan: &Scan) -> Value {
    let (local, gmt) = (scan.local(), scan.at);
    json!({
        "location": { "address": address(scan.site), "slic": "" },
        "status": status(parcel, scan),
        "date": local.format("%Y%m%d").to_string(), "time": local.format("%H%M%S").to_string(),
        "gmtDate": gmt.format("%Y%m%d").to_string(), "gmtTime": gmt.format("%H%M%S").to_string(), "gmtOffset": local.offset().to_string(),
    })
}

/// One event of Track Alert. The offset has a dot, or is missing; the status code has lost its
/// zeros.
fn alert(parcel: &Parcel, scan: &Scan, nth: u64) -> Value {
    let code = Track.code(parcel, scan);
    let (local, gmt) = (scan.local(), scan.at);
    let mut alert = json!({
        "trackingNumber": parcel.number,
        "localActivityDate": local.format("%Y%m%d").to_string(), "localActivityTime": local.format("%H%M%S").to_string(),
        "activityLocation": { "city": scan.site.city, "stateProvince": scan.site.region, "postalCode": "", "country": scan.site.country },
        "activityStatus": { "type": code.more, "code": code.value, "description": code.text, "descriptionCode": code.digits.parse::<u32>().ok() },
        "gmtActivityDate": gmt.format("%Y%m%d").to_string(), "gmtActivityTime": gmt.format("%H%M%S").to_string(),
    });
    if !nth.is_multiple_of(3) {
        alert["gmtOffset"] = local.offset().to_string().replace(':', ".").into();
    }
    if scan.is_final() {
        alert["actualDeliveryDate"] = alert["localActivityDate"].clone();
        alert["actualDeliveryTime"] = alert["localActivityTime"].clone();
    }
    alert
}
