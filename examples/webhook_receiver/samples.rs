//! Synthetic calls as the carriers make them, and the command lines that send them.

use base64::Engine as _;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};

/// A call as a carrier makes it.
#[derive(Clone, Debug)]
pub struct Sample {
    pub feed: &'static str,
    /// What tells it from the feed's other samples.
    pub form: &'static str,
    pub content_type: &'static str,
    pub body: String,
    /// What the carrier is told when all is well, byte for byte.
    pub acknowledgement: &'static str,
}

const JSON: &str = "application/json;charset=UTF-8";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// One call of each feed and form, about events shortly before `now`.
pub fn samples(now: DateTime<Utc>) -> Vec<Sample> {
    let at = now - TimeDelta::minutes(20);
    let sample = |feed, form, content_type, body, acknowledgement| Sample {
        feed,
        form,
        content_type,
        body,
        acknowledgement,
    };
    let (sf_json, sf_form) = (
        r#"{"return_code":"0000","return_msg":"成功"}"#,
        r#"<Response service="RoutePushService"><Head>OK</Head></Response>"#,
    );
    vec![
        sample("fedex.webhook", "JSON", JSON, fedex(at), ""),
        sample("ups.track-alert", "JSON", JSON, ups(at), ""),
        sample(
            "dhl.unified",
            "JSON",
            JSON,
            dhl(&[
                (at - TimeDelta::hours(9), "PU", "Leipzig"),
                (at, "WC", "Lyon"),
            ]),
            "",
        ),
        sample("sf.push", "JSON", JSON, sf(at), sf_json),
        sample("sf.push", "XML in a form", FORM, sf_in_form(at), sf_form),
    ]
}

fn fedex(at: DateTime<Utc>) -> String {
    let at = at.format("%Y-%m-%dT%H:%M:%S+00:00");
    format!(
        r#"{{"trackingNumberInfo":{{"trackingNumber":"449000000710","carrierCode":"FDXE"}},"scanEvents":[{{"date":"{at}","eventType":"OD","eventDescription":"On FedEx vehicle for delivery","derivedStatusCode":"IT","scanLocation":{{"city":"LONDON","countryCode":"GB"}}}}]}}"#
    )
}

fn ups(at: DateTime<Utc>) -> String {
    let local = at
        .with_timezone(&offset(-5))
        .format(r#""localActivityDate":"%Y%m%d","localActivityTime":"%H%M%S""#);
    let gmt = at.format(r#""gmtActivityDate":"%Y%m%d","gmtActivityTime":"%H%M%S""#);
    format!(
        r#"{{"trackingNumber":"1Z0000000300000710",{local},{gmt},"gmtOffset":"-05.00","activityLocation":{{"city":"LOUISVILLE","stateProvince":"KY","country":"US"}},"activityStatus":{{"type":"I","code":"OT","description":"Out for Delivery","descriptionCode":"021"}}}}"#
    )
}

/// DHL's whole history: when, status and town of each event.
pub fn dhl(events: &[(DateTime<Utc>, &str, &str)]) -> String {
    let event = |(at, status, town): &(DateTime<Utc>, &str, &str)| {
        let at = at.format("%Y-%m-%dT%H:%M:%S+00:00");
        format!(
            r#"{{"timestamp":"{at}","statusCode":"transit","status":"{status}","location":{{"address":{{"addressLocality":"{town}"}}}}}}"#
        )
    };
    let events = events.iter().rev().map(event).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"scope":"subscription.push","shipments":[{{"id":"7100000710","service":"express","events":[{events}]}}]}}"#
    )
}

/// DHL's question whether a subscription is wanted.
pub const DHL_VALIDATE: &str = r#"{"scope":"subscription.validate","secret":"sample-hook-secret","self":"/subscription/11111111-2222-3333-4444-555555555555"}"#;

fn sf(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&offset(8)).format("%Y-%m-%d %H:%M:%S");
    format!(
        r#"{{"Body":{{"WaybillRoute":[{{"id":"900000000000710","mailno":"SF1000000000710","orderid":"WEB-5710","acceptTime":"{at}","acceptAddress":"深圳市","remark":"顺丰速运 已收取快件","opCode":"50"}}]}}}}"#
    )
}

fn sf_in_form(at: DateTime<Utc>) -> String {
    let at = at
        .with_timezone(&offset(8))
        .format("%Y-%m-%d+%H%%3A%M%%3A%S");
    format!(
        "content=%3CRequest+service%3D%22RoutePushService%22%3E%3CBody%3E%3CWaybillRoute+id%3D%22900000000000711%22+mailno%3D%22SF1000000000711%22+acceptTime%3D%22{at}%22+opCode%3D%2250%22%2F%3E%3C%2FBody%3E%3C%2FRequest%3E"
    )
}

/// Beijing is 8 hours ahead, Louisville at least 4 behind.
fn offset(hours: i32) -> FixedOffset {
    FixedOffset::east_opt(hours * 3600)
        .unwrap_or_else(|| FixedOffset::east_opt(0).expect("zero is an offset"))
}

/// What proves a body of a feed: a header, and the last part of the path.
pub fn proof(
    feed: &str,
    secret: &str,
    body: &str,
) -> (Option<(&'static str, String)>, Option<String>) {
    match feed {
        "fedex.webhook" => {
            let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes())
                .expect("any key will do")
                .chain_update(body);
            let tag = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
            (Some(("fdx-signature", tag)), None)
        }
        "ups.track-alert" => (Some(("credential", secret.to_owned())), None),
        "dhl.unified" => (Some(("dhl-hook-token", secret.to_owned())), None),
        _ => (None, Some(secret.to_owned())),
    }
}
