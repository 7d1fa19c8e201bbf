//! What every decoder does: opens the payload as text, JSON or XML, and collects shipments and
//! notices.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::rc::Rc;

use smol_str::SmolStr;

use super::batch::{open_text, without_quotes};
use super::{
    Batch, DecodeError, DecodeErrorKind, Descriptor, IssuerKind, Notice, NoticeKind, Payload,
};
use crate::model::{EventTime, FnvHasher, Place, Role, Shipment, TrackingNumber, clean_shipment};
use crate::number;
use crate::wire::json::{self, Fields, Many, One, Slot};
use crate::wire::odd::{Oddities, Oddity};
use crate::wire::records::{self, EventAt};
use crate::wire::xml::{Document, Node, XmlError};

/// Says whose a number is that a carrier gives without a carrier, where it is one of a partner's:
/// another number, or that of the next carrier.
fn name_partners(shipment: &mut Shipment) {
    if shipment.issuer != IssuerKind::Carrier {
        return;
    }
    let to = shipment
        .destination
        .as_ref()
        .and_then(|place| place.country);
    for reference in shipment.references.iter_mut().chain(
        shipment
            .events
            .iter_mut()
            .flat_map(|event| &mut event.related),
    ) {
        if !matches!(reference.role, Role::Alternate | Role::NextCarrier)
            || reference.carrier.is_some()
        {
            continue;
        }
        let is_next = reference.role == Role::NextCarrier;
        if let Some(partner) = number::partner(&shipment.carrier, &reference.number, is_next, to) {
            (reference.role, reference.carrier) = (Role::NextCarrier, Some(partner));
        }
    }
}

/// Opens a payload and gathers what it said.
pub(crate) struct Collector<'p> {
    descriptor: &'p Descriptor,
    payload: Payload<'p>,
    batch: Batch,
    /// The place read last, by the texts that it was read from.
    last_place: Option<(SmolStr, SmolStr, Option<Place>)>,
    /// Digests of the notices already there.
    told: HashSet<u64, BuildHasherDefault<FnvHasher>>,
    /// What was odd about the XML documents that were opened.
    odd: Vec<Rc<RefCell<Oddities>>>,
}

/// The most notices of one payload: noise must not cost more memory than it came with.
const MOST_NOTICES: usize = 10_000;

impl<'p> Collector<'p> {
    pub fn new(descriptor: &'p Descriptor, payload: Payload<'p>) -> Self {
        Self {
            descriptor,
            payload,
            batch: Batch::default(),
            last_place: None,
            told: HashSet::default(),
            odd: Vec::new(),
        }
    }

    pub fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            feed: self.descriptor.feed.clone(),
            kind,
        }
    }

    /// The error for a message of another shape than this feed's.
    pub fn shape(&self, field: &'static str, expected: &'static str) -> DecodeError {
        self.error(DecodeErrorKind::Shape { field, expected })
    }

    /// The payload as text.
    pub fn text(&mut self) -> Result<std::borrow::Cow<'p, str>, DecodeError> {
        self.text_of(self.payload.bytes)
    }

    /// Bytes from inside the payload as text.
    pub fn text_of<'b>(
        &mut self,
        bytes: &'b [u8],
    ) -> Result<std::borrow::Cow<'b, str>, DecodeError> {
        let decoded = open_text(bytes).map_err(|kind| self.error(kind))?;
        if let Some(assumed) = decoded.assumed {
            self.notice(
                self.own_notice(
                    NoticeKind::EncodingAssumed,
                    "not UTF-8 and no encoding stated".to_owned(),
                )
                .value(assumed),
            );
        }
        if decoded.damaged {
            self.notice(self.own_notice(
                NoticeKind::TextDamaged,
                "bytes that are no text in the encoding used were replaced",
            ));
        }
        Ok(decoded.text)
    }

    /// Text as a JSON object (of a list, the first).
    pub fn json<'t, T: Fields<'t>>(&mut self, text: &'t str) -> Result<T, DecodeError> {
        let object: One<T> = self.json_any(text)?;
        object
            .0
            .ok_or_else(|| self.shape("the document", "a JSON object of this feed"))
    }

    /// Text as JSON of any tolerant type. What the reader saw and could not take in becomes
    /// notices.
    pub fn json_any<'t, T: Slot<'t>>(&mut self, text: &'t str) -> Result<T, DecodeError> {
        let mut odd = Oddities::default();
        let read = json::read_with(text, &mut odd);
        self.odd(odd);
        read.map_err(|error| {
            self.error(DecodeErrorKind::Syntax {
                expected: "JSON",
                detail: without_quotes(&error.to_string()),
            })
        })
    }

    /// Tells what a reader saw and could not take in.
    pub fn odd(&mut self, odd: Oddities) {
        for (oddity, key) in odd.found {
            let kind = if oddity == Oddity::Elsewhere {
                NoticeKind::Incomplete
            } else {
                NoticeKind::FieldUnreadable
            };
            self.notice(self.own_notice(kind, oddity.as_str()).at(key));
        }
    }

    /// Text as XML.
    pub fn xml<'t>(&mut self, text: &'t str) -> Result<Document<'t>, DecodeError> {
        let document = Document::parse(text).map_err(|error: XmlError| {
            self.error(DecodeErrorKind::Syntax {
                expected: "XML",
                detail: without_quotes(&error.to_string()),
            })
        })?;
        self.odd.push(document.odd());
        Ok(document)
    }

    /// Tells of elements that look like this feed's events and stand where none are read.
    pub fn events_elsewhere(&mut self, root: Node<'_, '_>, expected: &[EventAt]) {
        let mut odd = Oddities::default();
        // Parcel DE calls every element `data` and names it by an attribute.
        let name = |node: Node<'_, '_>| match node.name() {
            "data" => node.attribute("name").unwrap_or_default().into_owned(),
            name => name.to_owned(),
        };
        records::elsewhere(root, expected, name, &mut odd);
        self.odd(odd);
    }

    /// A notice whose message may repeat the payload.
    pub fn new_notice(&self, kind: NoticeKind, message: impl Into<String>) -> Notice {
        Notice::new(kind, self.descriptor.feed.clone(), message)
    }

    /// A notice in words of our own, into which nothing of the payload was put.
    pub fn own_notice(&self, kind: NoticeKind, message: impl Into<String>) -> Notice {
        Notice::of_own_words(kind, self.descriptor.feed.clone(), message)
    }

    /// Adds a notice, once; one for each event that was left out.
    pub fn notice(&mut self, notice: Notice) {
        let mut hasher = FnvHasher::default();
        notice.hash(&mut hasher);
        if !self.told.insert(hasher.finish()) && notice.kind != NoticeKind::EventSkipped {
            return;
        }
        match self.batch.notices.len() {
            MOST_NOTICES => self.batch.notices.push(self.own_notice(
                NoticeKind::Incomplete,
                "there are more notices than are kept",
            )),
            count if count < MOST_NOTICES => self.batch.notices.push(notice),
            _ => {}
        }
    }

    /// An event that had to be left out.
    pub fn skipped(
        &mut self,
        number: &TrackingNumber,
        field: &'static str,
        value: &str,
        expected: &str,
    ) {
        let notice = self.own_notice(NoticeKind::EventSkipped, format!("expected {expected}"));
        self.notice(notice.about(Some(number)).at(field).value(value));
    }

    /// An optional field that had to be left out.
    pub fn unreadable(
        &mut self,
        number: &TrackingNumber,
        field: &'static str,
        value: &str,
        expected: &str,
    ) {
        let notice = self.own_notice(NoticeKind::FieldUnreadable, format!("expected {expected}"));
        self.notice(notice.about(Some(number)).at(field).value(value));
    }

    /// A code that is in no table.
    pub fn unmapped(&mut self, number: &TrackingNumber, field: &'static str, code: &str) {
        let notice = self.own_notice(
            NoticeKind::UnmappedCode,
            "the code is in no table; its event does not move the state".to_owned(),
        );
        self.notice(notice.about(Some(number)).at(field).value(code));
    }

    /// What a list lost: elements that were no objects, and those beyond the longest list.
    pub fn lost_elements<T>(
        &mut self,
        list: &Many<T>,
        field: &'static str,
        number: Option<&TrackingNumber>,
    ) {
        // A list that is none was told of when it was read.
        if list.malformed > 0 && !list.is_none {
            let message = format!(
                "{} of the list's elements are not objects of this feed",
                list.malformed
            );
            self.notice(
                self.own_notice(NoticeKind::EventSkipped, message)
                    .about(number)
                    .at(field),
            );
        }
        if list.dropped > 0 {
            let message = format!(
                "the list is too long: its last {} elements were not read",
                list.dropped
            );
            self.notice(
                self.own_notice(NoticeKind::Incomplete, message)
                    .about(number)
                    .at(field),
            );
        }
    }

    /// A new, empty shipment of this feed.
    pub fn shipment(&self, number: TrackingNumber) -> Shipment {
        self.descriptor.shipment(number, self.payload.received)
    }

    pub fn push(&mut self, mut shipment: Shipment) {
        name_partners(&mut shipment);
        self.batch.shipments.push(shipment);
    }

    /// The place that two texts tell. Scans that follow each other mostly share theirs, which is
    /// then read once.
    pub fn place(
        &mut self,
        text: &str,
        beside: &str,
        read: impl FnOnce() -> Option<Place>,
    ) -> Option<Place> {
        match &self.last_place {
            Some((known, known_beside, place)) if known == text && known_beside == beside => {
                place.clone()
            }
            _ => {
                let place = read();
                self.last_place = Some((text.into(), beside.into(), place.clone()));
                place
            }
        }
    }

    /// What was gathered. A payload that says nothing is told of, too, and a parcel of which
    /// nothing is said but its number.
    pub fn finish(mut self) -> Batch {
        for odd in std::mem::take(&mut self.odd) {
            self.odd(odd.take());
        }
        self.tell_of_silent_shipments();
        if self.batch.shipments.is_empty() && self.batch.notices.is_empty() {
            self.notice(
                self.own_notice(NoticeKind::Empty, "the payload says nothing of any parcel"),
            );
        }
        self.batch.shipments.iter_mut().for_each(clean_shipment);
        self.batch
    }

    /// A carrier's shipment without events, of which no notice says why. Orders and papers have
    /// none.
    fn tell_of_silent_shipments(&mut self) {
        if self.descriptor.issuer != IssuerKind::Carrier {
            return;
        }
        let told: HashSet<TrackingNumber> = self
            .batch
            .notices
            .iter()
            .filter_map(|notice| notice.number.clone())
            .collect();
        let is_silent = |shipment: &&Shipment| {
            shipment.events.is_empty()
                && shipment.order.is_none()
                && !told.contains(&shipment.number)
        };
        let silent: Vec<TrackingNumber> = self
            .batch
            .shipments
            .iter()
            .filter(is_silent)
            .map(|shipment| shipment.number.clone())
            .collect();
        for number in silent {
            let notice = self.own_notice(
                NoticeKind::Empty,
                "the payload holds no event of this parcel",
            );
            self.notice(notice.about(Some(&number)));
        }
    }

    pub fn descriptor(&self) -> &'p Descriptor {
        self.descriptor
    }
}

/// A weight in grams from a number and its unit as carriers write them (`KG`, `KGS`, `K`, `LB`,
/// `LBS`, `L`, `G`, `OZ`).
pub(crate) fn grams(value: &str, unit: &str) -> Option<u64> {
    let value: f64 = value.trim().parse().ok()?;
    let factor = match unit.trim().to_ascii_uppercase().as_str() {
        "KG" | "KGS" | "K" | "METRIC" => 1000.0,
        "G" | "GR" | "GRAM" | "GRAMS" => 1.0,
        "LB" | "LBS" | "L" | "IMPERIAL" => 453.592_37,
        "OZ" | "OZS" => 28.349_523_125,
        _ => return None,
    };
    let grams = value * factor;
    (grams > 0.0 && grams < 1.0e9).then_some(grams.round() as u64)
}

/// A time in the zones of its place, from a stamp that may carry an offset.
pub(crate) fn stamped(
    raw: &str,
    stamp: crate::wire::clock::Stamp,
    zones: &crate::model::Zones,
) -> EventTime {
    match stamp.offset {
        Some(0) if stamp.is_zulu => EventTime::instant_in(raw, stamp.local.and_utc(), zones),
        Some(offset) => EventTime::at_offset(raw, stamp.local, offset),
        None => EventTime::local(raw, stamp.local, zones),
    }
}
