//! What every decoder does: opens the payload as text, JSON or XML, and collects shipments and
//! notices.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::rc::Rc;

use smol_str::SmolStr;

use super::batch::{open_text, without_quotes};
use super::{
    Batch, CodeMeaning, DecodeError, DecodeErrorKind, Descriptor, IssuerKind, NamePartner, Notice,
    NoticeKind, Payload,
};
use crate::model::{
    CarrierCode, Confidence, Event, EventTime, FnvHasher, Milestone, Place, Role, Shipment,
    TrackingNumber, clean_shipment,
};
use crate::wire::json::{self, Fields, Many, One, Slot};
use crate::wire::odd::{Oddities, Oddity};
use crate::wire::records::{self, EventAt};
use crate::wire::xml::{Document, Node, XmlError};

/// Says whose a number is that a carrier gives without a carrier, where it is one of a partner's:
/// another number, or that of the next carrier.
fn name_partners(shipment: &mut Shipment, partner: NamePartner) {
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
        if let Some(partner) = partner(&shipment.carrier, &reference.number, is_next, to) {
            (reference.role, reference.carrier) = (Role::NextCarrier, Some(partner));
        }
    }
}

/// Opens a payload and gathers what it says: shipments, and a notice about everything that could
/// not be used.
///
/// ```
/// use parceltrail::adapter::tools::{Collector, iso, stamped};
/// use parceltrail::adapter::{CodeTable, Descriptor};
/// use parceltrail::model::{CarrierCode, Place, zones_of};
/// use parceltrail::{Batch, DecodeError, Payload, TrackingNumber};
///
/// fn decode(feed: &Descriptor, codes: &CodeTable, payload: Payload<'_>) -> Result<Batch, DecodeError> {
///     let mut out = Collector::new(feed, payload);
///     let text = out.text()?;
///     let body = out.json_value(&text)?;
///     let number = TrackingNumber::new(body["ref"].as_str().ok_or(out.shape("ref", "a number"))?);
///     let (at, code) = (body["at"].as_str().unwrap_or(""), body["code"].as_str().unwrap_or(""));
///     let place = Place::new().with_country("PT".parse().ok());
///     let mut shipment = out.shipment(number.clone());
///     match iso(at) {
///         Some(stamp) => {
///             let time = stamped(at, stamp, &zones_of(&place));
///             let meaning = codes.get("scan", code);
///             if meaning.is_none() {
///                 out.unmapped(&number, "code", code);
///             }
///             let code = CarrierCode::new(code);
///             shipment.events.push(out.coded(&number, meaning, time, Some(place), code));
///         }
///         None => out.skipped(&number, "at", at, "a date and time"),
///     }
///     out.push(shipment);
///     Ok(out.finish())
/// }
/// # let feed = Descriptor::new("acme.scans", "Acme");
/// # let payload = |body: &'static str| Payload::new(body.as_bytes(), Default::default());
/// let batch = decode(&feed, &CodeTable::default(), payload(r#"{"ref":"A1","at":"2026-03-02T10:00","code":"7"}"#))?;
/// assert_eq!(batch.shipments[0].events.len(), 1);
/// assert_eq!(batch.notices[0].kind.as_str(), "unmapped_code");
/// # Ok::<(), DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Collector<'p> {
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
    /// Starts with a payload of a feed.
    #[must_use]
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

    /// The error for a payload that cannot be read.
    #[must_use]
    pub fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            feed: self.descriptor.feed.clone(),
            kind,
        }
    }

    /// The error for a message of another shape than this feed's.
    #[must_use]
    pub fn shape(&self, field: &'static str, expected: &'static str) -> DecodeError {
        self.error(DecodeErrorKind::Shape { field, expected })
    }

    /// The payload as text. Assumed encodings and lost characters become notices.
    ///
    /// # Errors
    /// When it is empty or too large.
    pub fn text(&mut self) -> Result<std::borrow::Cow<'p, str>, DecodeError> {
        self.text_of(self.payload.bytes)
    }

    /// Bytes from inside the payload as text.
    pub(crate) fn text_of<'b>(
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
    pub(crate) fn json<'t, T: Fields<'t>>(&mut self, text: &'t str) -> Result<T, DecodeError> {
        let object: One<T> = self.json_any(text)?;
        object
            .0
            .ok_or_else(|| self.shape("the document", "a JSON object of this feed"))
    }

    /// Text as JSON of any tolerant type. What the reader saw and could not take in becomes
    /// notices.
    pub(crate) fn json_any<'t, T: Slot<'t>>(&mut self, text: &'t str) -> Result<T, DecodeError> {
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
    pub(crate) fn odd(&mut self, odd: Oddities) {
        for (oddity, key) in odd.found {
            let kind = if oddity == Oddity::Elsewhere {
                NoticeKind::Incomplete
            } else {
                NoticeKind::FieldUnreadable
            };
            self.notice(self.own_notice(kind, oddity.as_str()).at(key));
        }
    }

    /// Text as JSON. A field that stands twice, of which only one is read, becomes a notice.
    ///
    /// # Errors
    /// On broken syntax.
    pub fn json_value(&mut self, text: &str) -> Result<serde_json::Value, DecodeError> {
        let value = serde_json::from_str(text).map_err(|error| {
            self.error(DecodeErrorKind::Syntax {
                expected: "JSON",
                detail: without_quotes(&error.to_string()),
            })
        })?;
        for field in super::repeated_fields(text) {
            let message = "stands twice: only one of the two is read";
            self.notice(
                self.own_notice(NoticeKind::FieldUnreadable, message)
                    .at(field),
            );
        }
        Ok(value)
    }

    /// An event about a whole parcel, by its code's row: without one it is
    /// [`Milestone::Unmapped`].
    #[must_use]
    pub fn coded(
        &self,
        number: &TrackingNumber,
        meaning: Option<&CodeMeaning>,
        time: EventTime,
        place: Option<Place>,
        code: CarrierCode,
    ) -> Event {
        let (feed, carrier) = (
            self.descriptor.feed.clone(),
            self.descriptor.carrier.clone(),
        );
        let milestone = meaning.map_or(Milestone::Unmapped, |row| row.milestone);
        let event = Event::new(feed, carrier, number.clone(), milestone, time)
            .with_place(place)
            .with_code(code);
        match meaning {
            Some(row) => event
                .with_stage(row.stage)
                .with_reason(row.reason)
                .with_delivered_to(row.delivered_to)
                .with_damaged(row.damaged)
                .with_confidence(row.confidence),
            None => event.with_confidence(Confidence::Low),
        }
    }

    /// Text as XML.
    pub(crate) fn xml<'t>(&mut self, text: &'t str) -> Result<Document<'t>, DecodeError> {
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
    pub(crate) fn events_elsewhere(&mut self, root: Node<'_, '_>, expected: &[EventAt]) {
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
    #[must_use]
    pub fn new_notice(&self, kind: NoticeKind, message: impl Into<String>) -> Notice {
        Notice::new(kind, self.descriptor.feed.clone(), message)
    }

    /// A notice in words of our own, into which nothing of the payload was put.
    pub(crate) fn own_notice(&self, kind: NoticeKind, message: impl Into<String>) -> Notice {
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

    /// An event that had to be left out. The notice says what was expected in its place.
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
    pub(crate) fn lost_elements<T>(
        &mut self,
        list: &Many<T>,
        field: &'static str,
        number: Option<&TrackingNumber>,
    ) {
        // A list that is none was reported when it was read.
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
    #[must_use]
    pub fn shipment(&self, number: TrackingNumber) -> Shipment {
        self.descriptor.shipment(number, self.payload.received)
    }

    /// Adds a shipment.
    pub fn push(&mut self, mut shipment: Shipment) {
        if let Some(partner) = self.descriptor.partner {
            name_partners(&mut shipment, partner);
        }
        self.batch.shipments.push(shipment);
    }

    /// The place that two texts tell. Scans that follow each other mostly share theirs, which is
    /// then read once.
    pub(crate) fn place(
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

    /// What was gathered. A payload that says nothing is reported of, too, and a parcel of which
    /// nothing is said but its number.
    #[must_use]
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

    /// The feed.
    #[must_use]
    pub fn descriptor(&self) -> &'p Descriptor {
        self.descriptor
    }
}

/// A weight in grams from a number and its unit as carriers write them (`KG`, `KGS`, `K`, `LB`,
/// `LBS`, `L`, `G`, `OZ`).
#[must_use]
pub fn grams(value: &str, unit: &str) -> Option<u64> {
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
#[must_use]
pub fn stamped(
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
