//! DHL Parcel DE Tracking: Parcel Germany's own XML (`d-get-piece-detail`), by pull.

use std::sync::Arc;

use chrono_tz::Europe::Berlin;
use http::{Method, Request};
use quick_xml::escape::escape;
use smol_str::format_smolstr;

use super::ice::{self, Codes, Pair};
use super::shared::{come_back, is_over, push_all, signed_by};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind, Outcome, Payload, Poll, PollContext, PollLimits,
    Question, Reply, RequestError, basic, build, check_count, grams,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned};
use crate::model::{Country, EventTime, Place, Promise, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones};
use crate::wire::clock;
use crate::wire::form::encode_query;
use crate::wire::records::EventAt;
use crate::wire::xml::{Document, Node};

const PRODUCTION: &str = "https://api-eu.dhl.com";

/// The feed `dhl.parcel-de`.
///
/// Every time is German wall time, to the minute. The fine codes ICE and RIC stand beside the standard code and say more than it.
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
        let descriptor = Descriptor::new("dhl.parcel-de", "DHL Parcel DE Tracking").with_clock(Clock::Fixed(Berlin)).with_marks(MARKS);
        Self { descriptor, codes }
    }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[EventAt { path: &["piece-shipment", "piece-event-list", "piece-event"], marks: &["event-timestamp"] }];

impl Adapter for ParcelDe {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let document = out.xml(&text)?;
        let root = document.root();
        if root.name() != "data" || root.attribute("name").is_none_or(|name| !name.starts_with("piece-")) {
            return Err(out.shape("data[@name]", "a list of pieces"));
        }
        out.events_elsewhere(root, EVENTS);
        if let Some(outcome) = failure(root) {
            let notice = out.new_notice(outcome.notice_kind(), said(root));
            out.notice(notice.at("code").value(&root.attribute("code").unwrap_or_default()));
        }
        let pieces = root.all("data").filter(|data| is_called(*data, "piece-shipment"));
        let shipments: Vec<_> = pieces.filter_map(|piece| self.shipment(&mut out, piece)).collect();
        push_all(&mut out, shipments);
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn is_called(data: Node<'_, '_>, name: &str) -> bool {
    data.attribute("name").is_some_and(|found| found == name)
}

/// What an element's code says went wrong, if it says so.
fn failure(data: Node<'_, '_>) -> Option<Outcome> {
    let code = data.attribute("code").or_else(|| data.attribute("error-status")).filter(|code| code != "0")?;
    Some(match &*code {
        "100" => Outcome::NotFound,
        "5" => Outcome::Reauthorise,
        code => Outcome::Invalid(Fault::new(code, &said(data))),
    })
}

fn said(data: Node<'_, '_>) -> String {
    let text = ["error", "error-status", "status"].into_iter().find_map(|name| data.attribute(name));
    text.map_or_else(|| "no reason given".to_owned(), |text| text.into_owned())
}

impl ParcelDe {
    fn shipment(&self, out: &mut Collector<'_>, piece: Node<'_, '_>) -> Option<Shipment> {
        let (code, searched) = (piece.attribute("piece-code"), piece.attribute("searched-piece-code"));
        let Some(number) = code.as_deref().or(searched.as_deref()).and_then(TrackingNumber::parse) else {
            out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the piece's number").at("piece-code"));
            return None;
        };
        let list = piece.children().find(|data| is_called(*data, "piece-event-list"));
        if let Some(outcome) = failure(piece).filter(|_| list.is_none()) {
            let notice = out.new_notice(outcome.notice_kind(), said(piece));
            out.notice(notice.about(Some(&number)).at("error-status").value(&piece.attribute("error-status").unwrap_or_default()));
            return None;
        }
        let mut shipment = out.shipment(number);
        read_facts(out, piece, &mut shipment);
        self.events(out, &mut shipment, piece, list);
        delivered_after_return_is_returned(&mut shipment.events);
        signed_by(&mut shipment, piece.attribute("recipient-id-text").as_deref());
        shipment.promises.extend(promise(out, piece, &shipment));
        Some(shipment)
    }

    /// The events of the list, oldest first; without a list the latest status, which stands in the piece's own attributes.
    fn events(&self, out: &mut Collector<'_>, shipment: &mut Shipment, piece: Node<'_, '_>, list: Option<Node<'_, '_>>) {
        let codes = Codes::of(&self.codes);
        let events: Vec<_> = list.into_iter().flat_map(Node::children).filter(|data| is_called(*data, "piece-event")).map(WireEvent::of).collect();
        let corrections: Vec<_> = events.iter().map(|event| event.pair().is_some_and(Pair::is_correction)).collect();
        let gone = ice::withdrawn(&corrections, false, |at| clock::german(events[at].timestamp.as_deref()?));
        shipment.events.reserve(events.len());
        for (at, event) in events.iter().enumerate() {
            if gone.contains(&at) {
                let notice = out.new_notice(NoticeKind::Withdrawn, "the driver took this event back");
                out.notice(notice.about(Some(&shipment.number)).at("standard-event-code").value(event.standard.as_deref().unwrap_or_default()));
            } else {
                event.read(out, shipment, codes);
            }
        }
        if events.is_empty() && piece.attribute("status-timestamp").is_some() {
            WireEvent::of_status(piece).read(out, shipment, codes);
        }
    }
}

type Attribute<'a> = Option<std::borrow::Cow<'a, str>>;

/// One event as written.
struct WireEvent<'a> {
    timestamp: Attribute<'a>,
    text: Attribute<'a>,
    ice: Attribute<'a>,
    ric: Attribute<'a>,
    standard: Attribute<'a>,
    location: Attribute<'a>,
    country: Attribute<'a>,
    is_return: Attribute<'a>,
}

impl<'a> WireEvent<'a> {
    fn of(data: Node<'_, 'a>) -> Self {
        Self::named(data, "event-timestamp", ["event-status", "event-text", "event-short-status"])
    }

    fn of_status(piece: Node<'_, 'a>) -> Self {
        Self::named(piece, "status-timestamp", ["status", "short-status", "event-short-status"])
    }

    /// Reads a row whose time and texts have these names; the first text that is there counts.
    fn named(data: Node<'_, 'a>, timestamp: &str, [text, other, third]: [&str; 3]) -> Self {
        let [timestamp, text, other, third, ice, ric, standard, location, country, is_return] =
            data.attributes([timestamp, text, other, third, "ice", "ric", "standard-event-code", "event-location", "event-country", "ruecksendung"]);
        Self { timestamp, text: text.or(other).or(third), ice, ric, standard, location, country, is_return }
    }

    fn pair(&self) -> Option<Pair<'_>> {
        Pair::new(self.ice.as_deref(), self.ric.as_deref()).or_else(|| Pair::correction(self.standard.as_deref()?))
    }

    fn read(&self, out: &mut Collector<'_>, shipment: &mut Shipment, codes: Codes<'_>) {
        const FIELD: &str = "standard-event-code";
        let raw = self.timestamp.as_deref().unwrap_or_default();
        let Some(local) = clock::german(raw) else {
            out.skipped(&shipment.number, "event-timestamp", raw, "a date and time (dd.MM.yyyy HH:mm)");
            return;
        };
        let standard = self.standard.as_deref().unwrap_or_default();
        let qualifier = self.pair().map(|Pair { ice, ric }| format_smolstr!("{ice}/{ric}"));
        let mapped = codes.meaning(out, &shipment.number, FIELD, self.pair(), standard).unwrap_or_else(|| {
            let code = match &qualifier {
                Some(pair) => format_smolstr!("{pair} {standard}"),
                None => standard.into(),
            };
            out.unmapped(&shipment.number, FIELD, code.trim_end());
            Mapped::UNMAPPED
        });
        let place = self.place(out, &shipment.number);
        let time = EventTime::in_fixed_zone(raw, local, Berlin);
        let mut event = out.event(&shipment.number, mapped, time, place, code(standard, qualifier.as_deref(), self.text.as_deref()));
        if self.is_return.as_deref().map_or(shipment.is_return, |flag| flag.eq_ignore_ascii_case("true")) {
            come_back(&mut event);
        }
        shipment.events.push(event);
    }

    /// The country is a name in the answer's language; one that is not known stays text.
    fn place(&self, out: &mut Collector<'_>, number: &TrackingNumber) -> Option<Place> {
        let country = self.country.as_deref().and_then(Country::named);
        let unknown = self.country.as_deref().filter(|_| country.is_none());
        if let Some(name) = unknown {
            out.unreadable(number, "event-country", name, "the name of a country");
        }
        Place { city: self.location.as_deref().map(Into::into), country, name: unknown.map(Into::into), ..Place::default() }.known()
    }
}

fn read_facts(out: &mut Collector<'_>, piece: Node<'_, '_>, shipment: &mut Shipment) {
    let country = |name| piece.attribute(name).as_deref().and_then(Country::named);
    let (origin, destination) = (country("origin-country"), country("dest-country"));
    let place = |country: Option<Country>| Place { country, ..Place::default() }.known();
    (shipment.origin, shipment.destination) = (place(origin), place(destination));
    shipment.service = piece.attribute("product-name").map(Into::into);
    shipment.weight_grams = piece.attribute("shipment-weight").and_then(|weight| grams(&weight, "KG"));
    shipment.is_return = piece.attribute("ruecksendung").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let germany = Country::from_alpha2("DE");
    // The number of the Universal Postal Union is that of the post on the other side of the border.
    let foreign_post = match () {
        () if destination.is_some() && destination != germany => Role::NextCarrier,
        () if origin.is_some() && origin != germany => Role::PreviousCarrier,
        () => Role::Alternate,
    };
    let roles = [
        ("upu", foreign_post),
        ("airway-bill-number", Role::MasterAirWaybill),
        ("searched-piece-code", Role::Alternate),
        ("piece-customer-reference", Role::CustomerReference),
        ("shipment-customer-reference", Role::CustomerReference),
    ];
    for (name, role) in roles {
        let Some(number) = piece.attribute(name).filter(|number| TrackingNumber::new(number) != shipment.number) else { continue };
        let reference = Reference::new(role, &number);
        if !shipment.references.contains(&reference) {
            shipment.references.push(reference);
        }
    }
    if let Some(raw) = piece.attribute("shipment-weight").filter(|raw| raw.parse::<f64>().is_err()) {
        out.unreadable(&shipment.number, "shipment-weight", &raw, "kilograms");
    }
}

/// The day that the recipient asked for.
fn promise(out: &mut Collector<'_>, piece: Node<'_, '_>, shipment: &Shipment) -> Option<Promise> {
    const FIELD: &str = "order-preferred-delivery-day";
    let raw = piece.attribute(FIELD).filter(|_| !is_over(shipment))?;
    let day = clock::date(&raw).or_else(|| clock::german(&format!("{raw} 00:00")).map(|at| at.date()));
    let Some(day) = day else {
        out.unreadable(&shipment.number, FIELD, &raw, "a date");
        return None;
    };
    Some(Promise { kind: PromiseKind::Agreed, from: None, by: EventTime::date(&*raw, day, &Zones::One(Berlin)), stated: None })
}

impl Poll for ParcelDe {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key", "api_secret", "appname", "password"]
    }

    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let [asked] = question.numbers else { return Err(RequestError::Numbers { asked: question.numbers.len(), most: 1 }) };
        let key = context.credential("api_key")?;
        let authorization = basic(key, context.credential("api_secret")?);
        let language = if question.language.is_some_and(|language| language.starts_with("de")) { "de" } else { "en" };
        let xml = format!(
            "<data appname=\"{}\" password=\"{}\" request=\"d-get-piece-detail\" language-code=\"{language}\" piece-code=\"{}\"/>",
            escape(context.credential("appname")?),
            escape(context.credential("password")?),
            escape(asked.number.as_str()),
        );
        let uri = format!("{}/parcel/de/tracking/v0/shipments?xml={}", context.base_or(PRODUCTION), encode_query(&xml));
        build(Method::GET, &uri, &[("dhl-api-key", key), ("authorization", &authorization), ("accept", "application/xml")], Vec::new())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        if !(200..=299).contains(&reply.status) {
            return reply.outcome_by_status();
        }
        let text = crate::wire::text::decode(reply.body).text;
        let Ok(document) = Document::parse(&text) else { return Outcome::Found };
        failure(document.root()).unwrap_or(Outcome::Found)
    }
}

#[cfg(test)]
mod tests;
