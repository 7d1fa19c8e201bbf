//! Receipts and declarations of the unified cross-border e-commerce platform (跨境电商统一版), in XML and
//! as JSON relays of it.

mod meaning;
mod record;
mod taxes;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono_tz::Asia::Shanghai;

use self::record::{JsonRecord, Name, Record};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DecodeErrorKind, DeliveryKind,
    Descriptor, IssuerKind, Mark, NoticeKind, Payload, stamped,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::code;
use crate::model::{
    Confidence, Country, Event, EventTime, Milestone, Place, Reason, Reference, Scope, Shipment,
    Stage, TrackingNumber, Zones,
};
use crate::wire::clock;
use crate::wire::json::Many;
use crate::wire::xml::Node;

/// The feed `cn-customs.ceb`: receipts 304 to 900 of China's cross-border e-commerce customs, and
/// the declarations that link numbers or report movement. All times are Beijing time. It is
/// neither polled nor pushed: messages come through the declarant's mailbox.
///
/// Only receipts of the goods list (604, 622) speak of the parcel; all others are
/// [`Scope::Document`] or [`Scope::Consignment`].
#[derive(Debug)]
pub struct Ceb {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Ceb {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::XmlRoot("CEB", "Message"),
            Mark::Xml("DxpMsg", &["Data"]),
            Mark::Json(&["messageType", "returnStatus"]),
            Mark::Json(&["messageType", "returnTime"]),
            Mark::Json(&["messageType", "returnInfo"]),
            Mark::Json(&["messageType", "copNo"]),
            Mark::Json(&["messageType", "invtNo"]),
            Mark::Json(&["messageType", "logisticsNo"]),
            Mark::Json(&["messageType", "list.logisticsNo"]),
            Mark::Json(&["messageType", "departureList.logisticsNo"]),
            Mark::Json(&["messageType", "arrivalList.logisticsNo"]),
        ];
        let descriptor = Descriptor::new(
            "cn-customs.ceb",
            "China Customs – cross-border e-commerce (CEB) messages",
        )
        .with_issuer(IssuerKind::Authority)
        .with_delivery(DeliveryKind::Increment)
        .with_clock(Clock::Fixed(Shanghai))
        .with_marks(MARKS);
        Self { descriptor, codes }
    }
}

impl Adapter for Ceb {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let mut reading = Reading {
            out,
            codes: &self.codes,
            shipments: Vec::new(),
            at: HashMap::new(),
        };
        if text.trim_start().starts_with(['{', '[']) {
            reading.json(&text)?;
        } else {
            let document = reading.out.xml(&text)?;
            match document.root() {
                root if root.name() == "DxpMsg" => reading.envelope(root)?,
                root => reading.message(root)?,
            }
        }
        Ok(reading.finish())
    }
}

/// A payload being read: statements about one number are gathered into one shipment.
struct Reading<'p> {
    out: Collector<'p>,
    codes: &'p CodeTable,
    shipments: Vec<Shipment>,
    at: HashMap<TrackingNumber, usize>,
}

/// Beside a head and its lines nothing else is expected, beside the fields of a receipt only lines.
fn tell_of_others(element: Node<'_, '_>, has_head: bool) {
    const BESIDE: [&str; 4] = [
        "BaseTransfer",
        "BaseSubscribe",
        "ExtendMessage",
        "Signature",
    ];
    let is_expected =
        |name: &str| name.contains("Head") || name.contains("List") || BESIDE.contains(&name);
    element
        .children()
        .filter(|child| !is_expected(child.name()) && (has_head || child.has_children()))
        .for_each(Node::is_elsewhere);
    // A list in a list holds no fields of its own.
    element
        .children()
        .filter(|child| child.name().contains("List") && child.children().any(Node::has_children))
        .for_each(Node::is_elsewhere);
}

impl<'p> Reading<'p> {
    /// The mailbox's envelope: the message is inside, in base64.
    fn envelope(&mut self, root: Node<'_, '_>) -> Result<(), DecodeError> {
        const TOLERANT: GeneralPurpose = GeneralPurpose::new(
            &alphabet::STANDARD,
            GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true),
        );
        let data = root
            .get("Data")
            .ok_or_else(|| self.out.shape("Data", "a CEB message in base64"))?;
        let data: String = data.split_ascii_whitespace().collect();
        let inner = TOLERANT.decode(data).map_err(|error| {
            self.out.error(DecodeErrorKind::Syntax {
                expected: "base64",
                detail: error.to_string(),
            })
        })?;
        let text = self.out.text_of(&inner)?;
        let document = self.out.xml(&text)?;
        self.message(document.root())
    }

    fn message(&mut self, root: Node<'_, '_>) -> Result<(), DecodeError> {
        let message = message_number(root.name()).ok_or_else(|| {
            self.out.shape(
                "CEBnnnMessage",
                "a receipt or declaration of cross-border e-commerce",
            )
        })?;
        let beside = [
            "BaseTransfer",
            "BaseSubscribe",
            "ExtendMessage",
            "Signature",
        ];
        // Some relays leave out the element around head and lines.
        if let Some(head) = root.children().find(|child| child.name().contains("Head")) {
            tell_of_others(root, true);
            let lines = root
                .children()
                .filter(|child| child.name().contains("List"))
                .map(Record::of_element);
            self.statement(message, &Record::of_element(head), lines);
            return Ok(());
        }
        let mut is_empty = true;
        for element in root
            .children()
            .filter(|child| !beside.contains(&child.name()))
        {
            is_empty = false;
            // Receipts are flat; declarations and tax bills have a head (`TaxHeadRd`,
            // `DepartureHead`) and lines (`TaxListRd`, `DepartureList`).
            let head = element
                .children()
                .find(|child| child.name().contains("Head"));
            tell_of_others(element, head.is_some());
            let lines = element
                .children()
                .filter(|child| child.name().contains("List"))
                .map(Record::of_element);
            self.statement(message, &Record::of_element(head.unwrap_or(element)), lines);
        }
        if is_empty {
            self.out.notice(
                self.out
                    .own_notice(NoticeKind::EventSkipped, "the message holds no receipt")
                    .value(message),
            );
        }
        Ok(())
    }

    fn json(&mut self, text: &str) -> Result<(), DecodeError> {
        let records: Many<JsonRecord<'_>> = self.out.json_any(text)?;
        self.out.lost_elements(&records, "the document", None);
        if records.items.is_empty() && records.malformed == 0 && !text.trim_start().starts_with('[')
        {
            return Err(self.out.shape("messageType", "the name of a CEB message"));
        }
        for record in records.iter() {
            let Some(message) = message_number(record.message.or_empty()) else {
                let notice = self.out.own_notice(
                    NoticeKind::EventSkipped,
                    "expected the name of a CEB message",
                );
                self.out
                    .notice(notice.at("messageType").value(record.message.or_empty()));
                continue;
            };
            self.out.lost_elements(&record.lines, "list", None);
            self.statement(
                message,
                &record.record(),
                record.lines.iter().map(JsonRecord::record),
            );
        }
        Ok(())
    }

    /// One receipt or declaration of a message.
    fn statement<'r>(
        &mut self,
        message: &str,
        record: &Record<'r>,
        lines: impl Iterator<Item = Record<'r>>,
    ) {
        if matches!(message, "507" | "509" | "607" | "701" | "711" | "792") {
            return self.sheet(message, record, lines);
        }
        let Some((name, number)) = record.number() else {
            return self.nameless(message);
        };
        if self.is_withdrawn(record, &number) {
            return;
        }
        let event = match message {
            "816" | "818" => self.tax(message, record, &number),
            "513" => self.signed_for(record, &number),
            "900" => self.failed(record, &number),
            // Declarations sent: they say which numbers belong together, and nothing that happened.
            "303" | "311" | "403" | "411" | "505" | "511" | "603" | "605" | "621" | "623"
            | "625" => None,
            _ => self.receipt(message, record, &number),
        };
        if matches!(message, "508" | "510" | "608" | "702" | "712") {
            self.add(number, record.sheet_references(), event);
        } else {
            let is_bill = matches!(message, "816" | "818");
            let dues = is_bill.then(|| taxes::dues(&mut self.out, record, &number));
            self.add(number.clone(), record.references(name), event);
            if let Some(at) = self.at.get(&number)
                && let Some(shipment) = self.shipments.get_mut(*at)
            {
                taxes::add(shipment, dues.into_iter().flatten());
            }
        }
    }

    fn receipt(
        &mut self,
        message: &str,
        record: &Record<'_>,
        number: &TrackingNumber,
    ) -> Option<Event> {
        let said = meaning::of_receipt(self.codes, message, record);
        if said.mapped == Mapped::UNMAPPED {
            self.out.unmapped(number, "returnStatus", said.code);
        }
        let time = self.time(record, Name::ReturnTime, "returnTime", number)?;
        let mut event = self.out.event(
            number,
            said.mapped,
            time,
            place(record),
            code(said.code, Some(message), record.get(Name::ReturnInfo)),
        );
        event.scope = meaning::scope(message, record.get(Name::Waybill).is_some());
        event.retracts = meaning::withdraws(message, said.code);
        Some(event)
    }

    /// A tax bill. Its amounts are guaranteed by the shop's deposit: nobody has to pay before the
    /// parcel moves.
    fn tax(
        &mut self,
        message: &str,
        record: &Record<'_>,
        number: &TrackingNumber,
    ) -> Option<Event> {
        let status = record.get(Name::TaxStatus).unwrap_or_default();
        let mapped = self
            .codes
            .get("tax", status)
            .map_or(Mapped::UNMAPPED, Mapped::from);
        if mapped == Mapped::UNMAPPED {
            self.out.unmapped(number, "status", status);
        }
        let time = self.time(record, Name::ReturnTime, "returnTime", number)?;
        let mut event = self.out.event(
            number,
            mapped,
            time,
            place(record),
            code(status, Some(message), Some(&amounts(record))),
        );
        event.scope = Scope::Document;
        Some(event)
    }

    /// The carrier's report to customs that the recipient signed.
    fn signed_for(&mut self, record: &Record<'_>, number: &TrackingNumber) -> Option<Event> {
        let status = record.get(Name::LogisticsStatus).unwrap_or_default();
        let mapped = self
            .codes
            .get("logistics", status)
            .map_or(Mapped::UNMAPPED, Mapped::from);
        if mapped == Mapped::UNMAPPED {
            self.out.unmapped(number, "logisticsStatus", status);
        }
        let time = self.time(record, Name::LogisticsTime, "logisticsTime", number)?;
        Some(self.out.event(
            number,
            unless_draft(record, mapped),
            time,
            place(record),
            code(status, Some("513"), None),
        ))
    }

    /// A message of ours that did not pass the check of its format.
    fn failed(&mut self, record: &Record<'_>, number: &TrackingNumber) -> Option<Event> {
        if let Some(kind) = record.get(Name::FailedKind) {
            let notice = self.out.own_notice(
                NoticeKind::CarrierMessage,
                "a message did not pass the check of its format",
            );
            self.out
                .notice(notice.about(Some(number)).at("oriMessageType").value(kind));
        }
        let time = self.time(record, Name::ReturnTime, "returnTime", number)?;
        let mapped = Mapped {
            reason: Some(Reason::Technical),
            ..Mapped::rule(None, Milestone::Info, Confidence::High)
        };
        let status = record.get(Name::Status).unwrap_or_default();
        let mut event = self.out.event(
            number,
            mapped,
            time,
            None,
            code(status, Some("900"), record.get(Name::ReturnInfo)),
        );
        event.scope = Scope::Document;
        Some(event)
    }

    /// A sheet of many parcels: arrival at the supervised site, departure from the country, or only
    /// which numbers belong together.
    fn sheet<'r>(
        &mut self,
        message: &str,
        head: &Record<'r>,
        lines: impl Iterator<Item = Record<'r>>,
    ) {
        let sheet = head.number().map(|(_, number)| number);
        if let Some(sheet) = &sheet
            && self.is_withdrawn(head, sheet)
        {
            return;
        }
        let moved = match message {
            "507" => Some((
                Stage::ExportCustoms,
                Milestone::Arrived,
                Name::DeclaredTime,
                "appTime",
            )),
            "509" => Some((
                Stage::LineHaul,
                Milestone::Departed,
                Name::LeaveTime,
                "leaveTime",
            )),
            _ => None,
        };
        let moved = moved.map(|(stage, milestone, field, name)| {
            let mapped = unless_draft(
                head,
                Mapped::rule(Some(stage), milestone, Confidence::Medium),
            );
            (mapped, head.get(field).unwrap_or_default(), name)
        });
        let time = moved.and_then(|(_, raw, _)| time(raw));
        if let (Some((_, raw, name)), None) = (moved, &time) {
            let notice = self
                .out
                .own_notice(NoticeKind::EventSkipped, format!("expected {BEIJING}"));
            self.out
                .notice(notice.about(sheet.as_ref()).at(name).value(raw));
        }
        let event = |this: &Self, number: &TrackingNumber| {
            let ((mapped, ..), time) = (moved?, time.clone()?);
            Some(this.out.event(
                number,
                mapped,
                time,
                place(head),
                code("", Some(message), None),
            ))
        };
        let mut any = false;
        for line in lines {
            let Some((name @ (Name::Waybill | Name::GoodsList), number)) = line.number() else {
                if moved.is_some() {
                    let notice = self.out.own_notice(
                        NoticeKind::EventSkipped,
                        "expected a waybill's number in each line",
                    );
                    self.out
                        .notice(notice.about(sheet.as_ref()).at("logisticsNo"));
                }
                continue;
            };
            any = true;
            let event = event(self, &number);
            self.add(
                number,
                line.references(name).chain(head.sheet_references()),
                event,
            );
        }
        if moved.is_some() && !any {
            let notice = self.out.own_notice(
                NoticeKind::Incomplete,
                "a sheet of parcels without a line that names one",
            );
            self.out.notice(
                notice
                    .about(sheet.as_ref())
                    .at("logisticsNo")
                    .value(message),
            );
        }
        match sheet {
            Some(number) if !any => {
                let event = event(self, &number).map(|event| Event {
                    scope: Scope::Consignment,
                    ..event
                });
                self.add(number, head.sheet_references(), event);
            }
            None if !any => self.nameless(message),
            _ => {}
        }
    }

    /// The time in a field; a statement without it is left out, and said so.
    fn time(
        &mut self,
        record: &Record<'_>,
        field: Name,
        name: &'static str,
        number: &TrackingNumber,
    ) -> Option<EventTime> {
        let raw = record.get(field).unwrap_or_default();
        let time = time(raw);
        if time.is_none() {
            self.out.skipped(number, name, raw, BEIJING);
        }
        time
    }

    /// Whether a declaration deletes what an earlier one said.
    fn is_withdrawn(&mut self, record: &Record<'_>, number: &TrackingNumber) -> bool {
        let is_deletion = record.get(Name::DeclaredKind) == Some("3");
        if is_deletion {
            let notice = self.out.own_notice(
                NoticeKind::Withdrawn,
                "the declaration deletes an earlier one",
            );
            self.out
                .notice(notice.about(Some(number)).at("appType").value("3"));
        }
        is_deletion
    }

    fn nameless(&mut self, message: &str) {
        let notice = self.out.own_notice(
            NoticeKind::EventSkipped,
            "expected a number: logisticsNo, invtNo, copNo, preNo or orderNo",
        );
        self.out.notice(notice.at("guid").value(message));
    }

    /// Adds a statement to the shipment of its number.
    fn add(
        &mut self,
        number: TrackingNumber,
        references: impl Iterator<Item = Reference>,
        event: Option<Event>,
    ) {
        let at = *self.at.entry(number).or_insert_with_key(|number| {
            self.shipments.push(self.out.shipment(number.clone()));
            self.shipments.len() - 1
        });
        let Some(shipment) = self.shipments.get_mut(at) else {
            return;
        };
        for reference in references {
            if !shipment.references.contains(&reference) {
                shipment.references.push(reference);
            }
        }
        shipment.events.extend(event.map(|event| {
            let sequence = meaning::sequence(&event.code.value);
            event.with_sequence(sequence)
        }));
    }

    fn finish(mut self) -> Batch {
        for mut shipment in self.shipments {
            // Bursts within one second come in any order; the statuses have one.
            shipment
                .events
                .sort_by_key(|event| (event.time.earliest().timestamp(), event.sequence));
            taxes::drop_void(&mut shipment);
            self.out.push(shipment);
        }
        self.out.finish()
    }
}

const BEIJING: &str = "14 to 17 digits of Beijing time, or milliseconds since 1970";

/// Digits of Beijing time, the milliseconds since 1970 that some relays make of them, or what a
/// database prints.
fn time(raw: &str) -> Option<EventTime> {
    if let Some(local) = clock::compact(raw) {
        return Some(EventTime::in_fixed_zone(raw, local, Shanghai));
    }
    if raw.len() == 13
        && let Some(at) = clock::epoch(raw)
    {
        return Some(EventTime::instant_in(raw, at, &Zones::One(Shanghai)));
    }
    let stamp = clock::iso(raw)?;
    Some(match stamp.offset {
        None => EventTime::in_fixed_zone(raw, stamp.local, Shanghai),
        Some(_) => stamped(raw, stamp, &Zones::One(Shanghai)),
    })
}

/// The digits of `CEB622Message`.
fn message_number(name: &str) -> Option<&str> {
    let name = name.strip_prefix("CEB").unwrap_or(name);
    let digits = name.strip_suffix("Message").unwrap_or(name);
    (digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// The supervised site or customs office.
fn place(record: &Record<'_>) -> Option<Place> {
    let code = record
        .get(Name::Site)
        .or_else(|| record.get(Name::Office))?;
    Some(Place {
        country: Country::from_alpha2("CN"),
        code: Some(code.into()),
        ..Place::default()
    })
}

/// A declaration that was saved but not sent tells nothing yet.
fn unless_draft(record: &Record<'_>, mapped: Mapped) -> Mapped {
    if record.get(Name::DeclaredStatus) == Some("1") {
        Mapped::rule(mapped.stage, Milestone::Info, mapped.confidence)
    } else {
        mapped
    }
}

/// A tax bill's amounts in words; empty when it has none.
fn amounts(record: &Record<'_>) -> String {
    let mut out = String::new();
    let currency = match record.get(Name::Currency) {
        None | Some("142") => "CNY",
        Some(other) => other,
    };
    for (words, field) in [
        ("customs duty", Name::Duty),
        ("VAT", Name::Vat),
        ("consumption tax", Name::ConsumptionTax),
    ] {
        if let Some(amount) = record
            .get(field)
            .filter(|amount| amount.parse::<f64>().is_ok())
        {
            let comma = if out.is_empty() { "" } else { ", " };
            let _ = write!(out, "{comma}{words} {currency} {amount}");
        }
    }
    out
}
