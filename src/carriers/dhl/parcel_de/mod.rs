//! DHL Parcel DE Tracking: Parcel Germany's own XML (`d-get-piece-detail` and its older and public
//! sisters), by pull.

mod event;
mod fault;
mod layout;
mod piece;

use std::sync::Arc;

use chrono_tz::Europe::Berlin;
use http::{Method, Request};
use quick_xml::escape::escape;

use super::ice::{self, Codes, Pair};
use super::problem;
use super::shared::{push_all, undated_status, without_list};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Mark, NoticeKind,
    Outcome, Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, basic,
    build, check_count,
};
use crate::carriers::mapping::{delivered_after_return_is_returned, in_time};
use crate::carriers::partner;
use crate::model::{Confidence, Milestone, Shipment, Stage, TrackingNumber};
use crate::wire::form::encode_query;
use crate::wire::xml::{Document, Node};
use event::WireEvent;

const PRODUCTION: &str = "https://api-eu.dhl.com";

/// The feed `dhl.parcel-de`.
///
/// Times are German wall time to the minute, except that a scan abroad is local to its country. The
/// fine codes ICE and RIC stand beside the standard code and say more than it.
#[derive(Debug)]
pub struct ParcelDe {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl ParcelDe {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[Mark::Xml("data", &["data"]), Mark::XmlRoot("data", "data")];
        let descriptor = Descriptor::new("dhl.parcel-de", "DHL Parcel DE Tracking")
            .with_clock(Clock::Fixed(Berlin))
            .with_marks(MARKS)
            .with_partner(partner);
        Self { descriptor, codes }
    }
}

impl Adapter for ParcelDe {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        // The gateway before the interface answers errors in JSON.
        if text.trim_start().starts_with(['{', '[']) && problem::tell(&mut out, &text) {
            return Ok(out.finish());
        }
        let document = out.xml(&text)?;
        let root = document.root();
        if !layout::is_answer(root) {
            return Err(out.shape("data[@name]", "a list of pieces"));
        }
        let pieces = layout::pieces(root);
        let mut is_told = false;
        for list in layout::lists(root) {
            is_told |= fault::tell(&mut out, list, None);
        }
        if let Some(other) = layout::unknown(root) {
            let name = other.attribute("name").unwrap_or_default();
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected pieces")
                    .at("data[@name]")
                    .value(&name),
            );
        } else if pieces.is_empty() && !is_told {
            out.notice(
                out.own_notice(NoticeKind::NotFound, "the answer lists no piece")
                    .at("piece-shipment"),
            );
        }
        let shipments: Vec<_> = pieces
            .into_iter()
            .filter_map(|piece| self.shipment(&mut out, piece))
            .collect();
        push_all(&mut out, shipments);
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl ParcelDe {
    fn shipment(&self, out: &mut Collector<'_>, piece: Node<'_, '_>) -> Option<Shipment> {
        let (code, searched) = (
            piece.attribute("piece-code"),
            piece.attribute("searched-piece-code"),
        );
        let number = code
            .as_deref()
            .or(searched.as_deref())
            .and_then(TrackingNumber::parse);
        let is_failed = fault::tell(out, piece, number.as_ref());
        let events = layout::events(piece);
        if is_failed && events.is_empty() {
            return None;
        }
        let Some(number) = number else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the piece's number")
                    .at("piece-code"),
            );
            return None;
        };
        let mut shipment = out.shipment(number);
        piece::read_facts(out, piece, &mut shipment);
        self.events(out, &mut shipment, piece, &events);
        delivered_after_return_is_returned(&mut shipment.events);
        piece::recipient(out, piece, &mut shipment);
        piece::what_comes_next(piece, &mut shipment);
        piece::promise(out, piece, &mut shipment);
        Some(shipment)
    }

    /// The events of the list, and the piece's current status where that is later than they or all
    /// there is.
    fn events(
        &self,
        out: &mut Collector<'_>,
        shipment: &mut Shipment,
        piece: Node<'_, '_>,
        nodes: &[Node<'_, '_>],
    ) {
        let codes = Codes::of(&self.codes);
        let events: Vec<_> = nodes.iter().map(|node| WireEvent::of(*node)).collect();
        let corrections: Vec<_> = events
            .iter()
            .map(|event| event.pair().is_some_and(Pair::is_correction))
            .collect();
        let gone = ice::withdrawn(&corrections, false, |at| {
            events[at].stamp().map(|stamp| stamp.local)
        });
        shipment.events.reserve(events.len());
        for (at, event) in events.iter().enumerate() {
            if gone.contains(&at) {
                let notice =
                    out.own_notice(NoticeKind::Withdrawn, "the driver took this event back");
                out.notice(
                    notice
                        .about(Some(&shipment.number))
                        .at("standard-event-code")
                        .value(event.standard.as_deref().unwrap_or_default()),
                );
            } else {
                event.read(out, shipment, codes);
            }
        }
        match layout::strangers(piece) {
            0 if events.is_empty() && !layout::has_list(piece) => {
                without_list(out, &shipment.number, "piece-event-list")
            }
            0 => {}
            count => out.skipped(
                &shipment.number,
                "piece-event",
                "",
                &format!("{count} more elements to be events"),
            ),
        }
        let status = WireEvent::of_status(piece);
        if status.stamp().is_none() {
            let [raw, code, text] = status.undated();
            undated_status(out, shipment, "status-timestamp", raw, code, text);
        }
        let last = events
            .iter()
            .filter_map(|event| event.stamp().map(|stamp| stamp.local))
            .max();
        let is_newer = status
            .stamp()
            .is_some_and(|at| last.is_none_or(|last| at.local > last));
        let is_listed = || events.iter().any(|event| event.codes() == status.codes());
        if is_newer || (status.stamp().is_none() && status.has_code() && !is_listed()) {
            status.read(out, shipment, codes);
        }
        if piece
            .attribute("delivery-event-flag")
            .is_some_and(|flag| flag == "1")
        {
            flagged(shipment);
        }
    }
}

/// The flag says that the piece was delivered. It stands in where the last event's code is in no
/// table, and bears out a delivery that a sentence alone tells.
fn flagged(shipment: &mut Shipment) {
    let is_return = shipment.is_return;
    let Some(last) = shipment
        .events
        .iter_mut()
        .max_by_key(|event| in_time(event))
    else {
        return;
    };
    if last.milestone == Milestone::Unmapped {
        (last.stage, last.milestone, last.confidence) = (
            Some(Stage::LastMile),
            Milestone::Delivered,
            Confidence::Medium,
        );
        if is_return {
            super::shared::come_back(last);
        }
    } else if matches!(last.milestone, Milestone::Delivered | Milestone::Returned) {
        last.confidence = last.confidence.max(Confidence::Medium);
    }
}

impl Poll for ParcelDe {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key", "api_secret", "appname", "password"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let [asked] = query.requests else {
            return Err(RequestError::Numbers {
                asked: query.requests.len(),
                most: 1,
            });
        };
        let key = context.credential("api_key")?;
        let authorization = basic(key, context.credential("api_secret")?);
        let language = if query
            .language
            .is_some_and(|language| language.starts_with("de"))
        {
            "de"
        } else {
            "en"
        };
        let xml = format!(
            "<data appname=\"{}\" password=\"{}\" request=\"d-get-piece-detail\" language-code=\"{language}\" piece-code=\"{}\"/>",
            escape(context.credential("appname")?),
            escape(context.credential("password")?),
            escape(asked.number.as_str()),
        );
        let uri = format!(
            "{}/parcel/de/tracking/v0/shipments?xml={}",
            context.base_or(PRODUCTION),
            encode_query(&xml)
        );
        build(
            Method::GET,
            &uri,
            &[
                ("dhl-api-key", key),
                ("authorization", &authorization),
                ("accept", "application/xml"),
            ],
            Vec::new(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        if !(200..=299).contains(&reply.status) {
            let is_passing = matches!(reply.status, 408 | 425 | 429 | 500..=599);
            let told = || problem::outcome_of(reply.body, reply.status);
            return if is_passing { None } else { told() }
                .unwrap_or_else(|| reply.outcome_by_status());
        }
        let text = crate::wire::text::decode(reply.body).text;
        if let Some(outcome) = problem::outcome_of(reply.body, 0) {
            return outcome;
        }
        // A page or half an answer under a good status is a passing fault.
        let Some(document) = Document::parse(&text)
            .ok()
            .filter(|_| !problem::is_page(reply.body))
        else {
            return Outcome::RetryAfter(None);
        };
        let root = document.root();
        let pieces = layout::pieces(root);
        let is_readable =
            |piece: Node<'_, '_>| fault::of(piece).is_none() || !layout::events(piece).is_empty();
        if pieces.iter().any(|piece| is_readable(*piece)) {
            return Outcome::Found;
        }
        let first = layout::lists(root)
            .into_iter()
            .chain(pieces.iter().copied())
            .find_map(fault::of);
        let is_empty =
            layout::is_answer(root) && pieces.is_empty() && layout::unknown(root).is_none();
        first.unwrap_or(if is_empty {
            Outcome::NotFound
        } else {
            Outcome::Found
        })
    }
}

#[cfg(test)]
mod tests;
