//! What was told wrongly once, each kind by a payload of its own.

mod errors;
mod meanings;
mod promises;
mod silence;

use chrono::DateTime;

use crate::adapter::{Adapter, Batch, NoticeKind, Outcome, Payload, Poll, PollResponse};
use crate::model::{
    DeliveredTo, Event, Milestone, Party, PromiseKind, RecipientKind, Shipment, TimeKind,
};

fn feed(id: &str) -> Box<dyn Adapter> {
    let codes = std::sync::Arc::new(super::PACK.codes());
    match id {
        "unified" => Box::new(super::Unified::new(codes)),
        "express" => Box::new(super::Express::new(codes)),
        "express-xml" => Box::new(super::ExpressXml::new(codes)),
        _ => Box::new(super::ParcelDe::new(codes)),
    }
}

fn decode(id: &str, body: &str) -> Batch {
    feed(id)
        .decode(Payload::new(body.as_bytes(), DateTime::default()))
        .unwrap()
}

fn outcome(id: &str, status: u16, body: &str) -> Outcome {
    let adapter = feed(id);
    let poll: &dyn Poll = adapter.as_poll().unwrap();
    poll.outcome(&PollResponse {
        status,
        headers: &http::HeaderMap::new(),
        body: body.as_bytes(),
        received: DateTime::default(),
    })
}

fn kinds(batch: &Batch) -> Vec<NoticeKind> {
    batch.notices.iter().map(|notice| notice.kind).collect()
}

fn milestones(batch: &Batch) -> Vec<Milestone> {
    batch
        .shipments
        .iter()
        .flat_map(|shipment| &shipment.events)
        .map(|event| event.milestone)
        .collect()
}

/// A promise as its kind, whether it has a start, and its end.
fn promised(shipment: &Shipment) -> Vec<(PromiseKind, Option<String>, String)> {
    let told = |time: &crate::model::EventTime| match time.kind() {
        TimeKind::Date => time.wall_clock().unwrap().date().to_string(),
        _ => time
            .wall_clock()
            .unwrap()
            .format("%Y-%m-%dT%H:%M")
            .to_string(),
    };
    shipment
        .promises
        .iter()
        .map(|promise| {
            (
                promise.kind,
                promise.from.as_ref().map(told),
                told(&promise.by),
            )
        })
        .collect()
}

fn unified(service: &str, members: &str, events: &str) -> Batch {
    decode(
        "unified",
        &format!(
            r#"{{"shipments":[{{"id":"7100000040","service":"{service}"{members},"events":[{events}]}}]}}"#
        ),
    )
}

fn express(members: &str, events: &str) -> Batch {
    decode(
        "express",
        &format!(
            r#"{{"shipments":[{{"shipmentTrackingNumber":"4800000017"{members},"events":[{events}]}}]}}"#
        ),
    )
}

fn piece(attributes: &str, inside: &str) -> Batch {
    let body = format!(
        r#"<data name="piece-shipment-list" code="0"><data name="piece-shipment" piece-code="00340434999900000046" {attributes}>{inside}</data></data>"#
    );
    decode("parcel-de", &body)
}

const SCAN: &str = r#"<data name="piece-event" event-timestamp="18.03.2026 03:32" ice="ULFMV" ric="UNLDD" standard-event-code="EE"/>"#;
const DELIVERY: &str = r#"<data name="piece-event" event-timestamp="18.03.2026 10:02" ice="DLVRD" ric="OTHER" standard-event-code="ZU"/>"#;

fn waybill(inside: &str) -> Batch {
    let head = "<AWBInfo><AWBNumber>3100000042</AWBNumber><Status><ActionStatus>success</ActionStatus></Status>";
    decode(
        "express-xml",
        &format!("<TrackingResponse>{head}{inside}</AWBInfo></TrackingResponse>"),
    )
}

fn checkpoint(name: &str, code: &str, more: &str) -> String {
    format!(
        "<{name}><Date>2026-03-03</Date><Time>14:36:00</Time><ServiceEvent><EventCode>{code}</EventCode></ServiceEvent>{more}</{name}>"
    )
}
