//! DHL Shipment Tracking – Unified: `GET /track/shipments`, one number, an API key; and its Push.

use serde_json::{Value, json};

use super::contract::{Answer, Call, Code, Lookup, Message, Refusal, Wire, code};
use crate::testing::simulator::access::Access;
use crate::testing::simulator::parcel::Parcel;
use crate::testing::simulator::scan::{Scan, Step};

#[derive(Debug)]
pub(super) struct Unified;

impl Wire for Unified {
    /// `more` is the coarse status.
    fn code(&self, parcel: &Parcel, scan: &Scan) -> Code {
        if is_express(parcel) {
            express(scan.step)
        } else {
            parcel_de(scan.step)
        }
    }

    fn activation(&self, call: &Call) -> Option<(String, String)> {
        let id = call
            .path()
            .strip_prefix("/tracking/push/v1/subscription/")?;
        (call.method == hyper::Method::POST)
            .then(|| (id.to_owned(), call.header("dhl-api-hook-secret").to_owned()))
    }

    fn authorise<'c>(
        &self,
        call: &'c Call,
        access: &Access,
    ) -> Result<Option<std::borrow::Cow<'c, str>>, Answer> {
        if access.is("api_key", call.header("dhl-api-key")) {
            Ok(None)
        } else {
            Err(problem(
                401,
                "Unauthorized",
                "The API key is missing or wrong.",
            ))
        }
    }

    fn numbers(&self, call: &Call) -> Result<Vec<String>, Answer> {
        if call.path() != "/track/shipments" {
            return Err(problem(404, "Not Found", "No such resource."));
        }
        if call.method != hyper::Method::GET {
            return Err(problem(405, "Method Not Allowed", "Only GET is allowed."));
        }
        match call.query("trackingNumber") {
            Some(number) if !number.is_empty() => Ok(vec![number]),
            _ => Err(problem(
                400,
                "Bad Request",
                "The parameter trackingNumber is required.",
            )),
        }
    }

    fn found(&self, call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        let told = lookups.iter().find_map(|lookup| lookup.parcel.as_ref());
        let wanted = call.query("service");
        match told.filter(|(parcel, _)| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted == service(parcel))
        }) {
            Some((parcel, scans)) => {
                let url = format!(
                    "/shipments?trackingNumber={}&offset=0&limit=5",
                    parcel.number
                );
                Answer::json(
                    200,
                    &json!({ "url": url, "firstUrl": url, "lastUrl": url, "shipments": [shipment(parcel, scans)] }),
                )
            }
            None => problem(
                404,
                "No result found",
                "No shipment with given tracking number found.",
            ),
        }
    }

    /// DHL is not known to do this; a gateway in front of it may: the problem's body with the wrong
    /// status.
    fn fails_inside(&self, _call: &Call, _sights: &[Lookup<'_>]) -> Answer {
        Answer {
            status: 200,
            ..problem(
                503,
                "Service Unavailable",
                "The service is temporarily unavailable.",
            )
        }
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        match refusal {
            Refusal::Unauthorised => {
                problem(401, "Unauthorized", "The API key is missing or wrong.")
            }
            Refusal::Throttled => problem(
                429,
                "Too many requests",
                "Too many requests within the defined time period.",
            ),
            Refusal::Broken(status) => {
                problem(status, "Internal Server Error", "The service failed.")
            }
        }
    }

    fn push(&self, news: &[(&Parcel, &Scan)], whole: &[&Scan], secret: &str, nth: u64) -> Message {
        let shipments: Vec<Value> = news
            .iter()
            .take(1)
            .map(|(parcel, _)| shipment(parcel, whole))
            .collect();
        let body = json!({ "scope": "subscription.push", "self": format!("/tracking/push/v1/subscription/{nth:08}"), "shipments": shipments });
        Message::json(&body).header("dhl-hook-token", secret)
    }
}

/// An error as RFC 9457 writes it.
fn problem(status: u16, title: &str, detail: &str) -> Answer {
    Answer {
        kind: "application/problem+json",
        ..Answer::json(
            status,
            &json!({ "title": title, "status": status, "detail": detail }),
        )
    }
}

fn is_express(parcel: &Parcel) -> bool {
    parcel.lane.crosses_a_border()
}

fn service(parcel: &Parcel) -> &'static str {
    if is_express(parcel) {
        "express"
    } else {
        "parcel-de"
    }
}

fn shipment(parcel: &Parcel, scans: &[&Scan]) -> Value {
    let place = |site: &crate::testing::simulator::place::Site| json!({ "address": { "addressLocality": format!("{} - {}", site.city, site.country_name), "countryCode": site.country } });
    let newest = scans.iter().max_by_key(|scan| scan.at);
    let mut shipment = json!({
        "id": parcel.number,
        "service": service(parcel),
        "origin": place(parcel.lane.origin),
        "destination": place(parcel.lane.destination),
        "status": newest.map(|scan| event(parcel, scan)),
        "details": {
            "product": { "productName": if is_express(parcel) { "EXPRESS WORLDWIDE" } else { "DHL PAKET" } },
            "totalNumberOfPieces": 1,
            "weight": { "value": 1.0 + (parcel.serial % 40) as f64 / 10.0, "unitText": "KG" },
            "references": [{ "number": format!("SIM-DHL-{:06}", parcel.serial), "type": "customer-reference" }],
        },
        "returnFlag": newest.is_some_and(|scan| scan.step == Step::Returned),
        "events": scans.iter().map(|scan| event(parcel, scan)).collect::<Vec<_>>(),
    });
    if !newest.is_some_and(|scan| scan.is_final()) {
        shipment["estimatedTimeOfDelivery"] = parcel
            .promised()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            .into();
    }
    shipment
}

/// Express writes the time of the place and no offset; Parcel DE states it.
fn event(parcel: &Parcel, scan: &Scan) -> Value {
    let code = Unified.code(parcel, scan);
    let format = if is_express(parcel) {
        "%Y-%m-%dT%H:%M:%S"
    } else {
        "%Y-%m-%dT%H:%M:%S%:z"
    };
    let locality = format!("{} - {}", scan.site.city, scan.site.country_name);
    json!({
        "timestamp": scan.local().format(format).to_string(),
        "location": { "address": { "addressLocality": locality, "countryCode": scan.site.country } },
        "statusCode": code.more,
        "status": code.value,
        "description": code.text,
    })
}

fn express(step: Step) -> Code {
    match step {
        Step::Announced => code("SD", "pre-transit", "", "Shipment information received"),
        Step::PickedUp => code("PU", "transit", "", "Shipment picked up"),
        Step::Departed => code(
            "DF",
            "transit",
            "",
            "Shipment has departed from a DHL facility",
        ),
        Step::Arrived => code("AF", "transit", "", "Arrived at DHL Sort Facility"),
        Step::Delayed => code("OH", "transit", "", "Shipment is on hold"),
        Step::Unknown => code(
            "QX",
            "transit",
            "",
            "Simulated checkpoint without a meaning",
        ),
        Step::CustomsSubmitted => code("IC", "transit", "", "Customs clearance in process"),
        Step::CustomsHeld => code("CD", "failure", "", "Clearance event"),
        Step::CustomsReleased => code("CR", "transit", "", "Clearance processing complete"),
        Step::OutForDelivery => code(
            "WC",
            "transit",
            "",
            "Shipment is out with courier for delivery",
        ),
        Step::Attempted => code(
            "NH",
            "failure",
            "",
            "Delivery attempted; recipient not home",
        ),
        Step::ReadyForPickup => code(
            "CC",
            "transit",
            "",
            "Awaiting collection by recipient as requested",
        ),
        Step::Refused => code("RD", "failure", "", "Recipient refused delivery"),
        Step::Returning => code("RT", "failure", "", "Returned to shipper"),
        Step::Delivered | Step::Returned => code("OK", "delivered", "", "Delivered"),
    }
}

fn parcel_de(step: Step) -> Code {
    match step {
        Step::Announced => code(
            "VA",
            "pre-transit",
            "",
            "The shipment was announced electronically",
        ),
        Step::PickedUp => code("AE", "transit", "", "The shipment was picked up"),
        Step::Departed => code("AA", "transit", "", "The shipment left the parcel centre"),
        Step::Arrived => code(
            "EE",
            "transit",
            "",
            "The shipment arrived at the parcel centre",
        ),
        Step::Delayed => code("BV", "transit", "", "The shipment is delayed"),
        Step::Unknown => code("Q7", "transit", "", "Simulated status without a meaning"),
        Step::CustomsSubmitted | Step::CustomsHeld | Step::CustomsReleased => {
            code("ZO", "transit", "", "The shipment is with customs")
        }
        Step::OutForDelivery => code(
            "PO",
            "transit",
            "",
            "The shipment was loaded onto the delivery vehicle",
        ),
        Step::Attempted => code("ZN", "failure", "", "The recipient was not at home"),
        Step::ReadyForPickup => code(
            "ZF",
            "transit",
            "",
            "The shipment is ready for pickup at the outlet",
        ),
        Step::Refused => code("ZN", "failure", "", "The recipient refused the shipment"),
        Step::Returning => code(
            "NB",
            "transit",
            "",
            "The shipment is on its way back to the sender",
        ),
        Step::Delivered | Step::Returned => {
            code("ZU", "delivered", "", "The shipment was delivered")
        }
    }
}
