//! Route push (`RoutePushService`): JSON, or XML in a form.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Asia::Shanghai;
use http::Response;
use secrecy::SecretString;

use super::WireRoute;
use super::meaning::{FieldNames, LockerPolicy, Rules, Tables};
use super::route::{self, Route};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor,
    Disposition, Mark, NoticeKind, Payload, Proof, Webhook, WebhookCall, WebhookError, answer,
};
use crate::model::{Shipment, TrackingNumber};
use crate::wire::form;
use crate::wire::json::{Many, One, wire};
use crate::wire::records::EventAt;

/// The feed `sf.push`. Clock: no zone in the text, read as China's (UTC+8) everywhere. Increments
/// of up to ten routes, repeated often and in any order; status and reason are mostly empty, so
/// that the operation code has to tell alone. Each route is read by itself, so that the division
/// into messages changes nothing: customs stay import customs, and "signed" after a return stays
/// "delivered" here.
#[derive(Debug)]
pub struct Push {
    descriptor: Descriptor,
    rules: Rules,
}

impl Push {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["Body", "Body.WaybillRoute"]),
            Mark::Xml("Request", &["Body", "WaybillRoute"]),
            Mark::Form("content"),
        ];
        let descriptor = Descriptor::new("sf.push", "SF Express route push")
            .with_delivery(DeliveryKind::Increment)
            .with_clock(Clock::Fixed(Shanghai))
            .with_proof(Proof::Nothing)
            .with_marks(MARKS);
        Self {
            descriptor,
            rules: Rules::new(codes),
        }
    }

    /// Sets what "signed" means when the sentence names a locker or shop.
    #[must_use]
    pub fn with_lockers(mut self, policy: LockerPolicy) -> Self {
        self.rules.lockers = policy;
        self
    }
}

wire! {
    struct Message { body: One<Body<'a>> = "Body" | "body", }
    struct Body { routes: Many<WireRoute<'a>> = "WaybillRoute" | "waybillRoute", }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[
    EventAt {
        path: &["Request", "Body", "WaybillRoute"],
        marks: &["acceptTime"],
    },
    EventAt {
        path: &["Request", "Body", "WaybillRoute"],
        marks: &["accept_time"],
    },
];

impl Adapter for Push {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        const JSON: FieldNames = FieldNames {
            time: "WaybillRoute.acceptTime",
            operation: "WaybillRoute.opCode",
            status: "WaybillRoute.secondaryStatusCode",
        };
        const XML: FieldNames = FieldNames {
            time: "WaybillRoute/@acceptTime",
            operation: "WaybillRoute/@opCode",
            status: "WaybillRoute/@secondaryStatusCode",
        };
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let mut found = Found::default();
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => read_json(&mut out, &self.rules.tables(&JSON), &text, &mut found)?,
            Some(b'<') => read_xml(&mut out, &self.rules.tables(&XML), &text, &mut found)?,
            _ => {
                let content = form::field(payload.bytes, "content")
                    .ok_or_else(|| out.shape("content", "XML of RoutePushService in a form"))?;
                let text = out.text_of(&content)?;
                read_xml(&mut out, &self.rules.tables(&XML), &text, &mut found)?;
            }
        }
        if found.shipments.is_empty() && !found.any_lost {
            out.notice(
                out.own_notice(NoticeKind::Control, "a push without routes")
                    .at("WaybillRoute"),
            );
        }
        for mut shipment in found.shipments {
            let mut seen = HashSet::new();
            shipment
                .references
                .retain(|reference| seen.insert(reference.clone()));
            out.push(shipment);
        }
        Ok(out.finish())
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

/// The shipments of a message, whose routes come mixed.
#[derive(Default)]
struct Found {
    shipments: Vec<Shipment>,
    by_number: HashMap<TrackingNumber, usize>,
    any_lost: bool,
}

impl Found {
    fn add(
        &mut self,
        out: &mut Collector<'_>,
        tables: &Tables<'_>,
        number: &str,
        order: &str,
        route: &Route<'_>,
    ) {
        let Some(number) = route::number(out, number, "WaybillRoute.mailno") else {
            self.any_lost = true;
            return;
        };
        let shipments = &mut self.shipments;
        let at = *self.by_number.entry(number).or_insert_with_key(|number| {
            shipments.push(out.shipment(number.clone()));
            shipments.len() - 1
        });
        if let Some(shipment) = self.shipments.get_mut(at) {
            route::add_order(shipment, order);
            tables.push(out, shipment, route);
        }
    }
}

fn read_json(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    text: &str,
    found: &mut Found,
) -> Result<(), DecodeError> {
    let message: Message<'_> = out.json(text)?;
    let Some(body) = message.body.get() else {
        return Err(out.shape("Body", "the routes of RoutePushService"));
    };
    out.lost_elements(&body.routes, "WaybillRoute", None);
    found.any_lost = body.routes.malformed > 0;
    for route in body.routes.iter() {
        found.add(out, tables, route.number(), route.order(), &route.view());
    }
    Ok(())
}

fn read_xml(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    text: &str,
    found: &mut Found,
) -> Result<(), DecodeError> {
    let document = out.xml(text)?;
    let root = document.root();
    if root.name() != "Request" {
        return Err(out.shape("Request", "a message of RoutePushService"));
    }
    out.events_elsewhere(root, EVENTS);
    for node in root.all("Body").flat_map(|body| body.all("WaybillRoute")) {
        let number = node.attribute("mailno").unwrap_or_default();
        let order = node.attribute("orderid").unwrap_or_default();
        route::with_xml_route(node, |route| found.add(out, tables, &number, &order, route));
    }
    Ok(())
}

impl Webhook for Push {
    fn protection(&self) -> &'static str {
        "Nothing: SF signs no push. Keep the address unguessable, admit SF's addresses only, and give this feed no secret, for there is nothing to check it against."
    }

    fn proof(&self) -> Proof {
        Proof::Nothing
    }

    /// Without a secret every call passes. With one none does, because SF sends nothing that could
    /// prove it.
    fn verify(
        &self,
        _call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError> {
        match secret {
            None => Ok(()),
            Some(_) => Err(WebhookError::MissingProof(
                "of a signature (SF signs nothing)",
            )),
        }
    }

    /// Success, or failure in the form of the call. Anything but success makes SF send the whole
    /// message again, for as long as it is answered so: what cannot be read today, or is too old,
    /// will be no better tomorrow, and is acknowledged; only a fault of ours is not. The status
    /// stays 200 as documented, but for callers that are not SF.
    fn acknowledge(&self, call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>> {
        let status = if verdict == Disposition::Unverified {
            verdict.status()
        } else {
            200
        };
        let is_json = match call.header("content-type") {
            Some(kind) if kind.contains("json") => true,
            Some(kind) if kind.contains("form") || kind.contains("xml") => false,
            _ => call.body.trim_ascii_start().starts_with(b"{"),
        };
        match (
            is_json,
            matches!(
                verdict,
                Disposition::Accepted | Disposition::Unreadable | Disposition::Stale
            ),
        ) {
            (true, true) => answer(
                status,
                JSON,
                r#"{"return_code":"0000","return_msg":"成功"}"#,
            ),
            (true, false) => answer(
                status,
                JSON,
                r#"{"return_code":"1000","return_msg":"失败"}"#,
            ),
            (false, true) => answer(
                status,
                XML,
                r#"<Response service="RoutePushService"><Head>OK</Head></Response>"#,
            ),
            (false, false) => answer(
                status,
                XML,
                r#"<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">失败</ERROR></Response>"#,
            ),
        }
    }
}

const JSON: &str = "application/json; charset=UTF-8";
const XML: &str = "text/xml; charset=UTF-8";

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn adapter() -> Push {
        Push::new(Arc::new(super::super::PACK.codes()))
    }

    fn acknowledged(
        kind: &'static str,
        body: &[u8],
        verdict: Disposition,
    ) -> (u16, String, String) {
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            headers.insert("content-type", HeaderValue::from_static(kind));
        }
        let response = adapter().acknowledge(
            &WebhookCall {
                headers: &headers,
                body,
                received: Default::default(),
            },
            verdict,
        );
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (
            response.status().as_u16(),
            kind,
            String::from_utf8(response.into_body()).unwrap(),
        )
    }

    #[test]
    fn each_form_has_its_own_answer() {
        let (json, form) = (
            "application/json;charset=UTF-8",
            "application/x-www-form-urlencoded; charset=UTF-8",
        );
        let success = (
            200,
            JSON.to_owned(),
            r#"{"return_code":"0000","return_msg":"成功"}"#.to_owned(),
        );
        assert_eq!(acknowledged(json, b"{}", Disposition::Accepted), success);
        assert_eq!(acknowledged("", b" {}", Disposition::Accepted), success);
        let success = (
            200,
            XML.to_owned(),
            r#"<Response service="RoutePushService"><Head>OK</Head></Response>"#.to_owned(),
        );
        assert_eq!(
            acknowledged(form, b"content=x", Disposition::Accepted),
            success
        );
        assert_eq!(
            acknowledged("", b"content=x", Disposition::Accepted),
            success
        );
        assert_eq!(
            acknowledged(form, b"content=x", Disposition::Unreadable),
            success
        );
        assert_eq!(
            acknowledged(form, b"content=x", Disposition::Stale),
            success
        );
        for (verdict, status) in [(Disposition::Failed, 200), (Disposition::Unverified, 401)] {
            assert_eq!(
                acknowledged(json, b"{}", verdict),
                (
                    status,
                    JSON.to_owned(),
                    r#"{"return_code":"1000","return_msg":"失败"}"#.to_owned()
                )
            );
            let (told, _, body) = acknowledged(form, b"content=x", verdict);
            let failure = r#"<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">失败</ERROR></Response>"#;
            assert_eq!((told, body.as_str()), (status, failure));
        }
    }

    #[test]
    fn a_secret_cannot_be_checked_and_so_never_passes() {
        let headers = HeaderMap::new();
        let call = WebhookCall {
            headers: &headers,
            body: b"{}",
            received: Default::default(),
        };
        assert_eq!(adapter().verify(&call, None), Ok(()));
        assert!(matches!(
            adapter().verify(&call, Some(&SecretString::from("secret"))),
            Err(WebhookError::MissingProof(_))
        ));
        assert!(adapter().protection().starts_with("Nothing"));
    }

    #[test]
    fn both_forms_say_the_same() {
        let json = r#"{"Body":{"WaybillRoute":{"mailno":"SF1000000000017","orderid":"O-1","acceptTime":"2025-03-01 10:00:00","acceptAddress":"深圳市","remark":"已收件","opCode":"50","reasonCode":"1"}}}"#;
        let xml = "<Request service=\"RoutePushService\"><Body><WaybillRoute opCode=\"50\" reasonCode=\"1\" remark=\"已收件\" acceptAddress=\"深圳市\" \
                   acceptTime=\"2025-03-01 10:00:00\" orderid=\"O-1\" mailno=\"SF1000000000017\"/></Body></Request>";
        let decode = |bytes: &[u8]| {
            adapter()
                .decode(Payload::new(bytes, Default::default()))
                .unwrap()
        };
        let expected = decode(json.as_bytes());
        assert_eq!(
            expected.shipments[0].events[0].code.qualifier.as_deref(),
            Some("1")
        );
        assert_eq!(decode(form::pairs([("content", xml)]).as_bytes()), expected);
        assert_eq!(decode(xml.as_bytes()), expected);
    }

    #[test]
    fn the_division_into_messages_changes_nothing() {
        let route = |time: &str, code: &str, order: &str| {
            serde_json::json!({"mailno": "SF1000000000017", "orderid": order, "acceptTime": time, "acceptAddress": "深圳市",
                "remark": "快件正在退回", "opCode": code})
        };
        let routes = [
            ("01", "50", "O-1"),
            ("02", "604", "O-2"),
            ("03", "99", "O-1"),
            ("04", "80", "O-1"),
        ]
        .map(|(day, code, order)| route(&format!("2025-03-{day} 10:00:00"), code, order));
        let decode = |routes: &[serde_json::Value]| {
            let body = serde_json::json!({"Body": {"WaybillRoute": routes}}).to_string();
            adapter()
                .decode(Payload::new(body.as_bytes(), Default::default()))
                .unwrap()
                .shipments
        };
        let together = decode(&routes);
        assert_eq!(together[0].references.len(), 2);
        let apart: Vec<_> = routes
            .iter()
            .flat_map(|route| decode(std::slice::from_ref(route)))
            .flat_map(|shipment| shipment.events)
            .collect();
        assert_eq!(together[0].events, apart);
    }

    #[test]
    fn another_message_is_not_ours() {
        for body in [
            r#"{"Body":7}"#,
            "<Response/>",
            "field=1",
            "content=%3CResponse%2F%3E",
        ] {
            assert!(
                adapter()
                    .decode(Payload::new(body.as_bytes(), Default::default()))
                    .is_err(),
                "{body}"
            );
        }
    }
}
