//! Route push (`RoutePushService`): JSON, or XML in a form.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Asia::Shanghai;
use http::Response;
use secrecy::SecretString;

use super::WireRoute;
use super::meaning::{FieldNames, LockerPolicy, Rules, Tables};
use super::route::{self, Route};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, Mark, NoticeKind, Payload, Verdict, Webhook, WebhookCall,
    WebhookError, answer,
};
use crate::model::{Shipment, TrackingNumber};
use crate::wire::form;
use crate::wire::json::{Many, One, wire};

/// The feed `sf.push`. Clock: no zone in the text, read as China's (UTC+8) everywhere. Increments of up to ten routes, repeated often and in any
/// order; status and reason are mostly empty, so that the operation code has to tell alone.
#[derive(Debug)]
pub struct Push {
    descriptor: Descriptor,
    rules: Rules,
}

impl Push {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[Mark::Json(&["Body", "Body.WaybillRoute"]), Mark::Xml("Request", &["Body", "WaybillRoute"]), Mark::Form("content")];
        let descriptor = Descriptor::new("sf.push", "SF Express route push")
            .with_delivery(DeliveryKind::Increment)
            .with_clock(Clock::Fixed(Shanghai))
            .with_marks(MARKS);
        Self { descriptor, rules: Rules::new(codes) }
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

impl Adapter for Push {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        const JSON: FieldNames =
            FieldNames { time: "WaybillRoute.acceptTime", operation: "WaybillRoute.opCode", status: "WaybillRoute.secondaryStatusCode" };
        const XML: FieldNames =
            FieldNames { time: "WaybillRoute/@acceptTime", operation: "WaybillRoute/@opCode", status: "WaybillRoute/@secondaryStatusCode" };
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let mut found = Found::default();
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => read_json(&mut out, &self.rules.tables(&JSON), &text, &mut found)?,
            Some(b'<') => read_xml(&mut out, &self.rules.tables(&XML), &text, &mut found)?,
            _ => {
                let content = form::field(payload.bytes, "content").ok_or_else(|| out.shape("content", "XML of RoutePushService in a form"))?;
                let text = out.text_of(&content)?;
                read_xml(&mut out, &self.rules.tables(&XML), &text, &mut found)?;
            }
        }
        if found.shipments.is_empty() && !found.any_lost {
            out.notice(out.new_notice(NoticeKind::Control, "a push without routes").at("WaybillRoute"));
        }
        for mut shipment in found.shipments {
            route::finish(&mut shipment);
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
    fn add(&mut self, out: &mut Collector<'_>, tables: &Tables<'_>, number: &str, order: &str, route: &Route<'_>) {
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

fn read_json(out: &mut Collector<'_>, tables: &Tables<'_>, text: &str, found: &mut Found) -> Result<(), DecodeError> {
    let message: Message<'_> = out.json(text)?;
    let Some(body) = message.body.get() else { return Err(out.shape("Body", "the routes of RoutePushService")) };
    out.lost_elements(&body.routes, "WaybillRoute", None);
    found.any_lost = body.routes.malformed > 0;
    for route in body.routes.iter() {
        found.add(out, tables, route.number(), route.order(), &route.view());
    }
    Ok(())
}

fn read_xml(out: &mut Collector<'_>, tables: &Tables<'_>, text: &str, found: &mut Found) -> Result<(), DecodeError> {
    let document = out.xml(text)?;
    let root = document.root();
    if root.name() != "Request" {
        return Err(out.shape("Request", "a message of RoutePushService"));
    }
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

    /// Without a secret every call passes. With one none does, because SF sends nothing that could prove it.
    fn verify(&self, _call: &WebhookCall<'_>, secret: Option<&SecretString>) -> Result<(), WebhookError> {
        match secret {
            None => Ok(()),
            Some(_) => Err(WebhookError::MissingProof("of a signature (SF signs nothing)")),
        }
    }

    /// Success, or failure in the form of the call. Anything but success makes SF send the whole message again, so the status stays 200 as
    /// documented, but for callers that are not SF.
    fn acknowledge(&self, call: &WebhookCall<'_>, verdict: Verdict) -> Response<Vec<u8>> {
        let status = if verdict == Verdict::Unverified { verdict.status() } else { 200 };
        let is_json = match call.header("content-type") {
            Some(kind) if kind.contains("json") => true,
            Some(kind) if kind.contains("form") || kind.contains("xml") => false,
            _ => call.body.trim_ascii_start().starts_with(b"{"),
        };
        match (is_json, verdict == Verdict::Accepted) {
            (true, true) => answer(status, JSON, r#"{"return_code":"0000","return_msg":"成功"}"#),
            (true, false) => answer(status, JSON, r#"{"return_code":"1000","return_msg":"失败"}"#),
            (false, true) => answer(status, XML, r#"<Response service="RoutePushService"><Head>OK</Head></Response>"#),
            (false, false) => {
                answer(status, XML, r#"<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">失败</ERROR></Response>"#)
            }
        }
    }
}

const JSON: &str = "application/json; charset=UTF-8";
const XML: &str = "text/xml; charset=UTF-8";
