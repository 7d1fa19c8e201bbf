//! A carrier defined outside the crate: its feed, its code table, a correction of one row at run
//! time, and the proof that it keeps the contract.
//!
//! `cargo run --example custom_carrier --features testing`

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;
use parceltrail::adapter::{
    Clock, CodeTable, DecodeErrorKind, Descriptor, Mark, Notice, NoticeKind, repeated_fields,
};
use parceltrail::model::{CarrierCode, EventTime, FreeText, Place, zones_of};
use parceltrail::testing::Conformance;
use parceltrail::{
    Adapter, Batch, Confidence, DecodeError, Event, Journey, Milestone, Payload, Registry,
    TrackingNumber,
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

    fn failed(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            feed: self.descriptor.feed.clone(),
            kind,
        }
    }

    /// One scan, or the notice that says why it was left out.
    fn event(
        &self,
        number: &TrackingNumber,
        scan: &Value,
        notices: &mut Vec<Notice>,
    ) -> Option<Event> {
        let notice = |kind, field: &'static str, message| {
            Notice::new(kind, self.descriptor.feed.clone(), message)
                .about(Some(number))
                .at(field)
        };
        let text = |field: &str| {
            scan[field]
                .as_str()
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let mut place = Place::new().with_country(text("iso").and_then(|code| code.parse().ok()));
        place.city = text("town").map(Into::into);
        let raw = text("when").unwrap_or_default();
        let Ok(local) = NaiveDateTime::parse_from_str(raw, "%Y-%m-%d %H:%M") else {
            notices.push(
                notice(NoticeKind::EventSkipped, "when", "expected a date and time").value(raw),
            );
            return None;
        };
        let code = text("code").unwrap_or_default();
        let meaning = self.codes.get("scan", code);
        if meaning.is_none() {
            notices.push(
                notice(NoticeKind::UnmappedCode, "code", "the code is in no table").value(code),
            );
        }
        let milestone = meaning.map_or(Milestone::Unmapped, |row| row.milestone);
        // The zone follows from the place; where it does not, the time stays open.
        let time = EventTime::local(raw, local, &zones_of(&place));
        let (feed, carrier) = (
            self.descriptor.feed.clone(),
            self.descriptor.carrier.clone(),
        );
        let event = Event::new(feed, carrier, number.clone(), milestone, time)
            .with_place(place.known())
            .with_code(CarrierCode::new(code).with_text(text("note").and_then(FreeText::parse)));
        Some(match meaning {
            Some(row) => event
                .with_stage(row.stage)
                .with_reason(row.reason)
                .with_delivered_to(row.delivered_to)
                .with_damaged(row.damaged)
                .with_confidence(row.confidence),
            None => event.with_confidence(Confidence::Low),
        })
    }
}

impl Adapter for AcmeScans {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let text = payload.text().map_err(|kind| self.failed(kind))?;
        let body: Value = serde_json::from_str(&text).map_err(|error| {
            self.failed(DecodeErrorKind::Syntax {
                expected: "JSON",
                detail: error.to_string(),
            })
        })?;
        let Some(consignments) = body.get("consignments") else {
            return Err(self.failed(DecodeErrorKind::Shape {
                field: "consignments",
                expected: "the list of consignments",
            }));
        };
        let mut batch = Batch::default();
        let notice = |kind, field: &str, message: &str| {
            Notice::new(kind, self.descriptor.feed.clone(), message).at(field)
        };
        // A map keeps one of two fields of the same name: that the other was lost must be told.
        batch
            .notices
            .extend(repeated_fields(&text).iter().map(|field| {
                notice(
                    NoticeKind::FieldUnreadable,
                    field,
                    "stands twice: one of the two is read",
                )
            }));
        if !is_list(consignments) {
            batch.notices.push(notice(
                NoticeKind::EventSkipped,
                "consignments",
                "expected a list",
            ));
        } else if one_or_many(consignments).is_empty() {
            batch
                .notices
                .push(notice(NoticeKind::Empty, "consignments", "no consignments"));
        }
        for consignment in one_or_many(consignments) {
            let Some(number) = consignment["acmeRef"]
                .as_str()
                .and_then(TrackingNumber::parse)
            else {
                batch.notices.push(notice(
                    NoticeKind::EventSkipped,
                    "acmeRef",
                    "expected the consignment's number",
                ));
                continue;
            };
            let mut shipment = self.descriptor.shipment(number.clone(), payload.received);
            let scans = &consignment["scans"];
            if consignment.get("scans").is_none() || !is_list(scans) {
                batch.notices.push(
                    notice(
                        NoticeKind::EventSkipped,
                        "scans",
                        "expected the list of scans",
                    )
                    .about(Some(&number)),
                );
            }
            shipment.events = one_or_many(scans)
                .iter()
                .filter_map(|scan| self.event(&number, scan, &mut batch.notices))
                .collect();
            batch.shipments.push(shipment);
        }
        Ok(batch)
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
