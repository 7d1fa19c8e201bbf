//! Orders of a shop: this crate's own format, `parceltrail.orders/1`.

use std::sync::Arc;

use smol_str::{SmolStr, StrExt, format_smolstr};

use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, IssuerKind,
    Mark, NoticeKind, Payload, Vocabulary, stamped,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::code;
use crate::model::{
    CarrierId, Country, Event, EventTime, Milestone, Order, Personal, Place, Promise, PromiseKind,
    Proof, Reference, Role, Scope, Shipment, TimeKind, TrackingNumber, Zones, zones_of,
};
use crate::wire::clock;
use crate::wire::json::{Many, One, Text, wire};

const FORMAT: &str = "parceltrail.orders/1";

/// The feed `shop.orders`: what a shop says of its orders, each as one shipment under the order's
/// number and one under every waybill named.
///
/// An order's shipment holds an [`Order`]; the shop's statement about a waybill names the order.
/// Only `cancelled`, `placed` and what prepares a parcel may move a state; that the shop handed a
/// parcel over is a paper, which the carrier has to confirm.
#[derive(Debug)]
pub struct Orders {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Orders {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[Mark::Json(&["format", "orders"])];
        let descriptor = Descriptor::new("shop.orders", "Orders of a shop (parceltrail.orders/1)")
            .with_issuer(IssuerKind::Merchant)
            .with_delivery(DeliveryKind::Increment)
            .with_clock(Clock::Stated)
            .with_proof(Proof::Own)
            .with_marks(MARKS);
        Self { descriptor, codes }
    }
}

wire! {
    struct Document { format: Text<'a> = "format", orders: Many<WireOrder<'a>> = "orders", }

    struct WireOrder {
        number: Text<'a> = "number",
        id: Text<'a> = "id",
        customer: Text<'a> = "customer",
        basket: Text<'a> = "basket",
        ship_by: Text<'a> = "ship_by",
        deliver_from: Text<'a> = "deliver_from",
        deliver_by: Text<'a> = "deliver_by",
        service: Text<'a> = "service",
        origin: One<WirePlace<'a>> = "origin",
        destination: One<WirePlace<'a>> = "destination",
        signals: Many<WireSignal<'a>> = "signals",
    }

    struct WirePlace { country: Text<'a> = "country", region: Text<'a> = "region", postcode: Text<'a> = "postcode", }

    struct WireSignal {
        at: Text<'a> = "at",
        signal: Text<'a> = "signal",
        reason: Text<'a> = "reason",
        note: Text<'a> = "note",
        carrier: Text<'a> = "carrier",
        number: Text<'a> = "number",
        next: One<WireWaybill<'a>> = "next",
    }

    struct WireWaybill { carrier: Text<'a> = "carrier", number: Text<'a> = "number", }
}

impl Adapter for Orders {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let documents: Many<Document<'_>> = out.json_any(&text)?;
        let table = self.codes.vocabulary("signal");
        if !documents
            .iter()
            .any(|document| document.format.get() == Some(FORMAT))
        {
            return Err(out.shape("format", FORMAT));
        }
        out.lost_elements(&documents, "the document", None);
        for document in documents.iter() {
            if document.format.get() != Some(FORMAT) {
                let notice = out.own_notice(NoticeKind::EventSkipped, format!("expected {FORMAT}"));
                out.notice(notice.at("format").value(document.format.or_empty()));
                continue;
            }
            out.lost_elements(&document.orders, "orders", None);
            for order in document.orders.iter() {
                read(&mut out, table, order);
            }
        }
        Ok(out.finish())
    }
}

/// One order: the shipment of the order itself, and one for every waybill that its signals name.
fn read(out: &mut Collector<'_>, table: Option<&Vocabulary>, wire: &WireOrder<'_>) {
    let Some(number) = wire.number.get().and_then(TrackingNumber::parse) else {
        out.notice(
            out.own_notice(NoticeKind::EventSkipped, "expected the order's number")
                .at("orders.number"),
        );
        return;
    };
    let mut order = out.shipment(number);
    order.instance = wire.id.get().map(Into::into);
    order.origin = wire.origin.get().and_then(place);
    order.destination = wire.destination.get().and_then(place);
    order.service = wire.service.get().map(Into::into);
    let shop_zones = order.origin.as_ref().map_or(Zones::Unknown, zones_of);
    let customer_zones = order.destination.as_ref().map_or(Zones::Unknown, zones_of);
    order.order = Some(Box::new(Order {
        ship_by: deadline(
            out,
            &order.number,
            "orders.ship_by",
            &wire.ship_by,
            &shop_zones,
        ),
        customer: customer(out, &order.number, &wire.customer),
        basket: wire.basket.get().map(Into::into),
    }));
    let by = deadline(
        out,
        &order.number,
        "orders.deliver_by",
        &wire.deliver_by,
        &customer_zones,
    );
    let from = deadline(
        out,
        &order.number,
        "orders.deliver_from",
        &wire.deliver_from,
        &customer_zones,
    );
    order
        .promises
        .extend(promise(out, wire, &order.number, from, by));
    out.lost_elements(&wire.signals, "orders.signals", Some(&order.number));
    let mut parcels: Vec<Shipment> = Vec::new();
    for signal in wire.signals.iter() {
        let Some(event) = event(out, table, &order, signal, &shop_zones) else {
            continue;
        };
        match waybill(signal.carrier.get(), signal.number.get()) {
            Some(waybill) => about_parcel(out, &mut order, &mut parcels, event, &waybill, signal),
            None => order.events.push(event),
        }
    }
    out.push(order);
    parcels.into_iter().for_each(|parcel| out.push(parcel));
}

/// The window of delivery. A start without an end, or behind it, is reported.
fn promise(
    out: &mut Collector<'_>,
    wire: &WireOrder<'_>,
    number: &TrackingNumber,
    from: Option<EventTime>,
    by: Option<EventTime>,
) -> Option<Promise> {
    let is_of = |by: &EventTime| {
        from.as_ref()
            .is_none_or(|from| from.earliest() <= by.latest())
    };
    let fits = by.as_ref().is_some_and(is_of);
    if from.is_some() && !fits {
        out.unreadable(
            number,
            "orders.deliver_from",
            wire.deliver_from.or_empty(),
            "a time before deliver_by",
        );
    }
    Some(Promise {
        kind: PromiseKind::Agreed,
        from: from.filter(|_| fits),
        by: by?,
        stated: None,
    })
}

fn event(
    out: &mut Collector<'_>,
    table: Option<&Vocabulary>,
    order: &Shipment,
    wire: &WireSignal<'_>,
    zones: &Zones,
) -> Option<Event> {
    let number = &order.number;
    let Some(time) = moment(wire.at.or_empty(), zones) else {
        out.skipped(
            number,
            "orders.signals.at",
            wire.at.or_empty(),
            "an ISO 8601 time with its offset",
        );
        return None;
    };
    if !matches!(time.kind(), TimeKind::Offset | TimeKind::Instant) {
        out.unreadable(
            number,
            "orders.signals.at",
            wire.at.or_empty(),
            "a time with its offset; it is taken for a local time of the origin",
        );
    }
    let said = wire
        .signal
        .get()
        .map(|word| word.to_lowercase_smolstr())
        .unwrap_or_default();
    let why = wire.reason.get().map(|word| word.to_lowercase_smolstr());
    let with_reason = why
        .as_ref()
        .and_then(|why| table?.get(format_smolstr!("{said}/{why}").as_str()));
    let mapped = match with_reason.or_else(|| table?.get(said.as_str())) {
        Some(row) => Mapped::from(row),
        None => {
            out.unmapped(number, "orders.signals.signal", &said);
            Mapped::UNMAPPED
        }
    };
    let mut event = out.event(
        number,
        mapped,
        time,
        None,
        code(&said, why.as_deref(), wire.note.get()),
    );
    event.scope = scope(&event);
    event.signal = said.parse().ok();
    Some(event)
}

/// Money, stock and the hand-over are papers of the shop: told, but no movement of a parcel.
fn scope(event: &Event) -> Scope {
    match event.milestone {
        Milestone::Announced | Milestone::PickupScheduled | Milestone::Cancelled => Scope::Parcel,
        _ => Scope::Document,
    }
}

/// Files a signal that names a waybill under that waybill, and the waybill under the order.
fn about_parcel(
    out: &Collector<'_>,
    order: &mut Shipment,
    parcels: &mut Vec<Shipment>,
    mut event: Event,
    waybill: &(TrackingNumber, Reference),
    wire: &WireSignal<'_>,
) {
    let (number, reference) = waybill;
    event.number = number.clone();
    let parcel = match parcels.iter().position(|parcel| parcel.number == *number) {
        Some(at) => &mut parcels[at],
        None => {
            let mut parcel = out.shipment(number.clone());
            parcel.references.push(
                Reference::new(Role::Order, order.number.as_str())
                    .with_carrier(order.carrier.clone()),
            );
            parcels.push(parcel);
            let last = parcels.len() - 1;
            &mut parcels[last]
        }
    };
    let next = wire
        .next
        .get()
        .and_then(|next| self::waybill(next.carrier.get(), next.number.get()));
    for reference in next
        .map(|(_, next)| Reference {
            role: Role::NextCarrier,
            ..next
        })
        .into_iter()
        .chain([reference.clone()])
    {
        if !parcel.references.contains(&reference) {
            parcel.references.push(reference);
        }
    }
    parcel.events.push(event);
    if !order.references.contains(reference) {
        order.references.push(reference.clone());
    }
}

fn waybill(carrier: Option<&str>, number: Option<&str>) -> Option<(TrackingNumber, Reference)> {
    let number = TrackingNumber::parse(number?)?;
    let reference = Reference::new(Role::Waybill, number.as_str());
    let carrier = carrier.map(|carrier| CarrierId::from(carrier.to_lowercase_smolstr()));
    Some((
        number,
        Reference {
            carrier,
            ..reference
        },
    ))
}

fn place(wire: &WirePlace<'_>) -> Option<Place> {
    let country = wire.country.get();
    Place {
        country: country.and_then(Country::named),
        region: wire.region.get().map(Into::into),
        postcode: wire.postcode.get().map(Into::into),
        // A country that nobody knows is not lost.
        name: country
            .filter(|name| Country::named(name).is_none())
            .map(Into::into),
        ..Place::default()
    }
    .known()
}

/// A moment with its offset; without one, or a day alone, it is as wide as the zones allow.
fn moment(text: &str, zones: &Zones) -> Option<EventTime> {
    clock::iso(text)
        .map(|stamp| stamped(text, stamp, zones))
        .or_else(|| clock::date(text).map(|day| EventTime::date(text, day, zones)))
}

fn deadline(
    out: &mut Collector<'_>,
    number: &TrackingNumber,
    field: &'static str,
    wire: &Text<'_>,
    zones: &Zones,
) -> Option<EventTime> {
    let text = wire.get()?;
    let time = moment(text, zones);
    if time.is_none() {
        out.unreadable(
            number,
            field,
            text,
            "an ISO 8601 time with its offset, or a day",
        );
    }
    time
}

/// A keyed hash. What looks like a name, an address or a telephone number is not taken, and not
/// repeated in the notice.
fn customer(out: &mut Collector<'_>, number: &TrackingNumber, wire: &Text<'_>) -> Option<Personal> {
    let text = wire.get()?;
    let is_hash_like = (16..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_'))
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    if !is_hash_like {
        out.unreadable(
            number,
            "orders.customer",
            "",
            "a keyed hash of 16 to 128 letters and digits, never a person's data",
        );
        return None;
    }
    Some(Personal::new(SmolStr::new(text)))
}
