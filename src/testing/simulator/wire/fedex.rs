//! FedEx Track API v1: `POST /track/v1/trackingnumbers`, up to thirty numbers, a bearer token; and
//! its webhook.

use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::contract::{Answer, Call, Code, Lookup, Message, Refusal, Wire, code};
use crate::testing::simulator::access::Access;
use crate::testing::simulator::parcel::Parcel;
use crate::testing::simulator::place::Site;
use crate::testing::simulator::scan::{Scan, Step};

const MOST_NUMBERS: usize = 30;

#[derive(Debug)]
pub(super) struct Track;

impl Wire for Track {
    /// `more` is the derived status, `digits` the exception code.
    fn code(&self, _parcel: &Parcel, scan: &Scan) -> Code {
        match scan.step {
            Step::Announced => code("OC", "IN", "", "Shipment information sent to FedEx"),
            Step::PickedUp => code("PU", "PU", "", "Picked up"),
            Step::Departed => code("DP", "IT", "", "Left FedEx origin facility"),
            Step::Arrived => code("AR", "IT", "", "Arrived at FedEx location"),
            Step::Delayed => code("DY", "DY", "84", "Delay"),
            Step::Unknown => code("QZ", "IT", "", "Simulated scan without a meaning"),
            Step::CustomsSubmitted => code("IT", "IT", "", "In transit"),
            Step::CustomsHeld => code("CD", "CD", "60", "Clearance delay - Import"),
            Step::CustomsReleased => {
                code("CC", "IT", "", "International shipment release - Import")
            }
            Step::OutForDelivery => code("OD", "IT", "", "On FedEx vehicle for delivery"),
            Step::Attempted => code("DE", "DE", "08", "Delivery exception"),
            Step::ReadyForPickup => code("HP", "IT", "", "Ready for recipient pickup"),
            Step::Refused => code("DE", "DE", "07", "Delivery exception"),
            Step::Returning => code("RS", "RS", "", "Returning package to shipper"),
            Step::Delivered | Step::Returned => code("DL", "DL", "", "Delivered"),
        }
    }

    fn token(&self, call: &Call, access: &Access) -> Option<(Answer, bool)> {
        if call.path() != "/oauth/token" {
            return None;
        }
        let is_form = call.method == hyper::Method::POST
            && call.has_type("application/x-www-form-urlencoded");
        let is_grant = call.form("grant_type").as_deref() == Some("client_credentials");
        let is_ours = ["client_id", "client_secret"]
            .into_iter()
            .all(|name| access.is(name, &call.form(name).unwrap_or_default()));
        if !is_form || !is_grant {
            return Some((
                errors(400, "BAD.REQUEST.ERROR", "Missing or duplicate parameters."),
                false,
            ));
        }
        if !is_ours {
            return Some((
                errors(
                    401,
                    "NOT.AUTHORIZED.ERROR",
                    "The given client credentials were not valid.",
                ),
                false,
            ));
        }
        let token = json!({ "access_token": access.issue(), "token_type": "bearer", "expires_in": access.lifetime().as_secs(), "scope": "CXS-TP" });
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
        if call.path() != "/track/v1/trackingnumbers" || call.method != hyper::Method::POST {
            return Err(errors(
                404,
                "NOT.FOUND.ERROR",
                "The resource you requested is not available.",
            ));
        }
        let question: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let asked = question["trackingInfo"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let numbers: Vec<String> = asked
            .iter()
            .filter_map(|one| one["trackingNumberInfo"]["trackingNumber"].as_str())
            .filter(|number| !number.is_empty())
            .map(Into::into)
            .collect();
        if !call.has_type("application/json") || numbers.len() != asked.len() || numbers.is_empty()
        {
            return Err(errors(
                400,
                "TRACKING.TRACKINGNUMBER.EMPTY",
                "Please provide a tracking number.",
            ));
        }
        if numbers.len() > MOST_NUMBERS {
            return Err(errors(
                400,
                "BAD.REQUEST.ERROR",
                "At most 30 tracking numbers can be asked about.",
            ));
        }
        Ok(numbers)
    }

    fn found(&self, call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        answer(call, lookups, None)
    }

    fn fails_inside(&self, call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        match lookups {
            [first, _, ..] => answer(call, lookups, Some(&first.number)),
            _ => Answer {
                status: 200,
                ..self.refused(Refusal::Broken(503))
            },
        }
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        match refusal {
            Refusal::Unauthorised => errors(
                401,
                "NOT.AUTHORIZED.ERROR",
                "Access token expired. Please modify your request and try again.",
            ),
            Refusal::Throttled => errors(
                429,
                "TOO.MANY.REQUESTS.ERROR",
                "The rate limit was exceeded.",
            ),
            Refusal::Broken(503) => errors(
                503,
                UNAVAILABLE,
                "The service is currently unavailable and we are working to resolve the issue.",
            ),
            Refusal::Broken(status) => errors(
                status,
                "INTERNAL.SERVER.ERROR",
                "We encountered an unexpected error and are working to resolve the issue.",
            ),
        }
    }

    fn push(&self, news: &[(&Parcel, &Scan)], _whole: &[&Scan], secret: &str, nth: u64) -> Message {
        let results: Vec<Value> = news
            .iter()
            .map(|(parcel, scan)| result(parcel, &[scan]))
            .collect();
        // One result by itself, or a list: both are sent.
        let body = match <[Value; 1]>::try_from(results) {
            Ok([only]) if nth.is_multiple_of(2) => only,
            Ok(only) => Value::Array(only.into()),
            Err(several) => Value::Array(several),
        };
        let message = Message::json(&body);
        let tag = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .map(|mac| mac.chain_update(&message.body).finalize().into_bytes());
        let signature = tag
            .map(|tag| base64::engine::general_purpose::STANDARD.encode(tag))
            .unwrap_or_default();
        message.header("fdx-signature", &signature)
    }

    fn is_acknowledged(&self, status: u16, _body: &[u8]) -> bool {
        matches!(status, 200 | 202)
    }
}

const UNAVAILABLE: &str = "SERVICE.UNAVAILABLE.ERROR";

fn errors(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({ "transactionId": "simulated", "errors": [{ "code": code, "message": message }] }),
    )
}

/// All results; `failing` is the number whose result fails.
fn answer(call: &Call, lookups: &[Lookup<'_>], failing: Option<&str>) -> Answer {
    let question: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let wants_all = question["includeDetailedScans"].as_bool() == Some(true);
    let results: Vec<Value> = lookups
        .iter()
        .map(|lookup| {
            let fault = |code: &str, message: &str| {
                json!({ "trackingNumberInfo": { "trackingNumber": lookup.number }, "error": { "code": code, "message": message } })
            };
            let result = match &lookup.parcel {
                _ if failing == Some(&lookup.number) => fault(UNAVAILABLE, "The service is currently unavailable."),
                None => fault("TRACKING.TRACKINGNUMBER.NOTFOUND", "Tracking number cannot be found."),
                Some((parcel, scans)) if wants_all => result(parcel, scans),
                Some((parcel, scans)) => {
                    let newest: Vec<&Scan> = scans.iter().copied().max_by_key(|scan| scan.at).into_iter().collect();
                    result(parcel, &newest)
                }
            };
            json!({ "trackingNumber": lookup.number, "trackResults": [result] })
        })
        .collect();
    let mut body =
        json!({ "transactionId": "simulated", "output": { "completeTrackResults": results } });
    let id = call.header("x-customer-transaction-id");
    if !id.is_empty() {
        body["customerTransactionId"] = id.into();
    }
    Answer::json(200, &body)
}

fn address(site: &Site) -> Value {
    json!({ "city": site.city, "stateOrProvinceCode": site.region, "countryCode": site.country, "residential": false })
}

fn result(parcel: &Parcel, scans: &[&Scan]) -> Value {
    let first = parcel
        .scans
        .first()
        .map_or_else(|| 0, |scan| scan.at.timestamp() / 86_400);
    let mut result = json!({
        "trackingNumberInfo": { "trackingNumber": parcel.number, "trackingNumberUniqueId": format!("{first}~{}~FX", parcel.number), "carrierCode": "FDXE" },
        "additionalTrackingInfo": { "packageIdentifiers": [{ "type": "SHIPPER_REFERENCE", "values": [format!("SIM-FEDEX-{:06}", parcel.serial)] }] },
        "serviceDetail": { "type": "FEDEX_2_DAY", "description": "FedEx 2Day", "shortDescription": "P-2" },
        "shipperInformation": { "contact": {}, "address": address(parcel.lane.origin) },
        "recipientInformation": { "contact": {}, "address": address(parcel.lane.destination) },
        "packageDetails": { "count": "1", "sequenceNumber": "1", "weightAndDimensions": { "weight": [{ "unit": "KG", "value": "1.4" }] } },
        "scanEvents": scans.iter().map(|scan| event(parcel, scan)).collect::<Vec<_>>(),
    });
    let Some(newest) = scans.iter().max_by_key(|scan| scan.at) else {
        return result;
    };
    let code = Track.code(parcel, newest);
    result["latestStatusDetail"] = json!({ "code": code.value, "derivedCode": code.more, "statusByLocale": code.text, "description": code.text, "scanLocation": address(newest.site) });
    result["dateAndTimes"] = if newest.is_final() {
        json!([{ "type": "ACTUAL_DELIVERY", "dateTime": newest.local().to_rfc3339() }])
    } else {
        let zone = parcel.lane.destination.zone;
        json!([{ "type": "ESTIMATED_DELIVERY", "dateTime": parcel.promised().with_timezone(&zone).fixed_offset().to_rfc3339() }])
    };
    result
}

fn event(parcel: &Parcel, scan: &Scan) -> Value {
    let code = Track.code(parcel, scan);
    json!({
        "date": scan.local().to_rfc3339(),
        "eventType": code.value,
        "eventDescription": code.text,
        "exceptionCode": code.digits,
        "exceptionDescription": if code.digits.is_empty() { "" } else { code.text },
        "scanLocation": address(scan.site),
        "locationType": "FEDEX_FACILITY",
        "derivedStatusCode": code.more,
        "derivedStatus": code.text,
    })
}
