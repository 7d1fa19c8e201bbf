//! A carrier defined outside the crate: its feed, its code table, a correction of one row at run
//! time, how it is asked, and the proof that it keeps the contract.
//!
//! `cargo run --example custom_carrier`

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{Method, Request};
use parceltrail::adapter::tools::{Collector, build, check_count, iso, stamped};
use parceltrail::adapter::{
    Clock, CodeTable, Credentials, Descriptor, Mark, NoticeKind, Outcome, PollContext, PollLimits,
    PollResponse, Query, RequestError, TrackRequest,
};
use parceltrail::model::{CarrierCode, FreeText, Place, zones_of};
use parceltrail::testing::Conformance;
use parceltrail::{
    Adapter, Batch, DecodeError, Event, Journey, Payload, Poll, Registry, TrackingNumber,
};
use serde_json::Value;

/// What the carrier's codes mean. Every row has a source.
const CODES: &str = "\
feed,code,qualifier,stage,milestone,reason,confidence,label,source
acme,10,scan,first_mile,picked_up,,high,collected,handbook
acme,40,scan,last_mile,out_for_delivery,,high,on the delivery round,handbook
acme,41,scan,last_mile,delivery_attempted,recipient_absent,high,nobody there,handbook
acme,49,scan,last_mile,delivered,,high,delivered,handbook
";

/// What the application knows better: this carrier's 49 is its locker.
const OVERLAY: &str = "\
feed,code,qualifier,stage,milestone,reason,confidence,label,source
acme,49,scan,last_mile,delivered,locker,high,put into the locker,support ticket 7
";

/// The feed `acme.scans`: JSON, local time of the town without offset.
#[derive(Debug)]
struct AcmeScans {
    descriptor: Descriptor,
    codes: CodeTable,
}

impl AcmeScans {
    fn new(codes: CodeTable) -> Self {
        const MARKS: &[Mark] = &[Mark::Json(&["consignments.acmeRef"])];
        Self {
            descriptor: Descriptor::new("acme.scans", "Acme scans")
                .with_clock(Clock::Place)
                .with_marks(MARKS),
            codes,
        }
    }

    /// One scan, or the notice that says why it was left out.
    fn event(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        scan: &Value,
    ) -> Option<Event> {
        let text = |field: &str| {
            scan[field]
                .as_str()
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let raw = text("when").unwrap_or_default();
        let Some(stamp) = iso(raw) else {
            out.skipped(number, "when", raw, "a date and time");
            return None;
        };
        let mut place = Place::new().with_country(text("iso").and_then(|code| code.parse().ok()));
        place.city = text("town").map(Into::into);
        let code = text("code").unwrap_or_default();
        let meaning = self.codes.get("scan", code);
        if meaning.is_none() {
            out.unmapped(number, "code", code);
        }
        // The zone follows from the place; where it does not, the time stays open.
        let time = stamped(raw, stamp, &zones_of(&place));
        let code = CarrierCode::new(code).with_text(text("note").and_then(FreeText::parse));
        Some(out.coded(number, meaning, time, place.known(), code))
    }

    /// One consignment with its scans.
    fn consignment(&self, out: &mut Collector<'_>, consignment: &Value) {
        let Some(number) = consignment["acmeRef"]
            .as_str()
            .and_then(TrackingNumber::parse)
        else {
            let notice = out.new_notice(
                NoticeKind::EventSkipped,
                "expected the consignment's number",
            );
            out.notice(notice.at("acmeRef"));
            return;
        };
        let mut shipment = out.shipment(number.clone());
        let scans = &consignment["scans"];
        if consignment.get("scans").is_none() || !is_list(scans) {
            out.skipped(&number, "scans", "", "the list of scans");
        }
        shipment.events = one_or_many(scans)
            .iter()
            .filter_map(|scan| self.event(out, &number, scan))
            .collect();
        out.push(shipment);
    }
}

impl Adapter for AcmeScans {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let body = out.json_value(&text)?;
        let Some(consignments) = body.get("consignments") else {
            return Err(out.shape("consignments", "the list of consignments"));
        };
        if !is_list(consignments) {
            let notice = out.new_notice(NoticeKind::EventSkipped, "expected a list");
            out.notice(notice.at("consignments"));
        }
        for consignment in one_or_many(consignments) {
            self.consignment(&mut out, consignment);
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

/// How the carrier is asked: `GET /consignments?refs=A,B` with an API key.
impl Poll for AcmeScans {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(20)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let numbers: Vec<&str> = query
            .requests
            .iter()
            .map(|request| request.number.as_str())
            .collect();
        let base = context.base_or("https://api.acme.example");
        let uri = format!("{base}/consignments?refs={}", numbers.join(","));
        let key = context.credential("api_key")?;
        build(Method::GET, &uri, &[("x-api-key", key)], Vec::new())
    }

    fn outcome(&self, response: &PollResponse<'_>) -> Outcome {
        response.outcome_by_status()
    }
}

/// Whether a value is a list, be it empty, or one object in the place of a list. Only `{}` is an
/// empty list, and `null`.
fn is_list(value: &Value) -> bool {
    value.is_array() || value.is_object() || value.is_null()
}

/// Carriers send one object where a list is due.
fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Object(fields) if !fields.is_empty() => std::slice::from_ref(value),
        _ => &[],
    }
}

const SAMPLE: &str = r#"{"consignments":[{"acmeRef":"ACM00012345","scans":[
    {"when":"2025-03-01 17:20","town":"Lyon","iso":"FR","code":"10"},
    {"when":"2025-03-03 08:05","town":"Porto","iso":"PT","code":"40"},
    {"when":"2025-03-03 10:31","town":"Porto","iso":"PT","code":"77","note":"à vérifier"},
    {"when":"2025-03-03 11:02","town":"Porto","iso":"PT","code":"49"},
    {"when":"soon","code":"40"}]}]}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let codes = CodeTable::parse(CODES)?.overlaid_by(CodeTable::parse(OVERLAY)?);
    let acme = Arc::new(AcmeScans::new(codes));

    Conformance::of(acme.as_ref())
        .sample("a delivery", SAMPLE)
        .assert();
    println!("acme.scans keeps the contract.\n");

    let mut registry = Registry::with_overlays(&BTreeMap::new());
    registry.insert(acme);
    let adapter = registry.recognise(SAMPLE.as_bytes())?;
    println!(
        "The payload is recognised as {}.",
        adapter.descriptor().feed
    );

    let now = "2025-03-04T00:00:00Z".parse()?;
    let credentials = Credentials::default().with("api_key", "secret");
    let context = PollContext {
        now,
        request_id: "1",
        credentials: &credentials,
        token: None,
        base: None,
    };
    let request = TrackRequest::new(TrackingNumber::new("ACM00012345"));
    if let Some(poll) = adapter.as_poll() {
        let request = poll.request(&Query::new(&[request]), &context)?;
        println!("It is asked by {} {}", request.method(), request.uri());
    }

    let batch = adapter.decode(Payload::new(SAMPLE.as_bytes(), now))?;
    for notice in &batch.notices {
        println!(
            "notice: {} {} {:?}",
            notice.kind,
            notice.field.as_deref().unwrap_or_default(),
            notice.value.as_deref().unwrap_or_default()
        );
    }
    let mut journey = Journey::default();
    batch
        .shipments
        .into_iter()
        .for_each(|shipment| _ = journey.apply(shipment));
    let state = journey.at(now);
    for event in &state.events {
        println!(
            "{}  {:<17} {:?}",
            event.time.raw(),
            event.milestone,
            event.delivered_to
        );
    }
    println!("state: {}", state.parcel.ok_or("no state")?.milestone);
    Ok(())
}
