//! What is said of a piece: its facts, who took it in, and when it is promised.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Europe::Berlin;

use crate::adapter::{Collector, NoticeKind};
use crate::carriers::dhl::shared::{is_over, weight};
use crate::carriers::dhl::{promises, recipient};
use crate::carriers::mapping::in_time;
use crate::model::{
    Country, EventTime, FreeText, Place, PromiseKind, Reference, Role, Shipment, TrackingNumber,
    Zones,
};
use crate::wire::clock;
use crate::wire::xml::Node;

/// Reads what is said of the piece itself; of people nothing.
pub(super) fn read_facts(out: &mut Collector<'_>, piece: Node<'_, '_>, shipment: &mut Shipment) {
    let country = |name| piece.attribute(name).as_deref().and_then(Country::named);
    let (origin, destination) = (country("origin-country"), country("dest-country"));
    let place = |country: Option<Country>| {
        Place {
            country,
            ..Place::default()
        }
        .known()
    };
    (shipment.origin, shipment.destination) = (place(origin), place(destination));
    shipment.service = piece.attribute("product-name").map(Into::into);
    let kilograms = piece.attribute("shipment-weight").unwrap_or_default();
    shipment.weight_grams = weight(out, &shipment.number, "shipment-weight", &kilograms, "KG");
    shipment.is_return = piece
        .attribute("ruecksendung")
        .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
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
        let Some(number) = piece
            .attribute(name)
            .filter(|number| TrackingNumber::new(number) != shipment.number)
        else {
            continue;
        };
        let reference = Reference::new(role, &number);
        if !shipment.references.contains(&reference) {
            shipment.references.push(reference);
        }
    }
}

/// Who took the piece in, in kind. A word that is not known may be a name, and is not repeated.
pub(super) fn recipient(out: &mut Collector<'_>, piece: Node<'_, '_>, shipment: &mut Shipment) {
    const FIELD: &str = "recipient-id-text";
    let Some(text) = piece.attribute(FIELD) else {
        return;
    };
    match recipient::kind_in(&text) {
        Some(kind) => {
            if let Some(event) = recipient::last_end(&mut shipment.events) {
                recipient::note_kind(event, kind);
            }
        }
        None => out.unreadable(&shipment.number, FIELD, "", "a known kind of recipient"),
    }
}

/// Notes at the last event the sentence about what comes next, which the public layout has.
pub(super) fn what_comes_next(piece: Node<'_, '_>, shipment: &mut Shipment) {
    let next = piece.attribute("status-next");
    let Some(next) = next.as_deref().and_then(FreeText::parse) else {
        return;
    };
    let last = shipment
        .events
        .iter_mut()
        .max_by_key(|event| in_time(event));
    if let Some(event) = last.filter(|event| event.remark.is_none()) {
        event.remark = Some(next);
    }
}

/// The day and window that DHL expects, and those that the recipient asked for.
pub(super) fn promise(out: &mut Collector<'_>, piece: Node<'_, '_>, shipment: &mut Shipment) {
    if is_over(shipment) {
        return;
    }
    add(
        out,
        piece,
        shipment,
        PromiseKind::Estimated,
        [
            "delivery-date",
            "delivery-timeframe-from",
            "delivery-timeframe-to",
        ],
    );
    let wished = if piece
        .attribute("preferred-timeframe-refused-text")
        .is_some()
    {
        let notice = out.own_notice(
            NoticeKind::CarrierMessage,
            "the recipient's window was refused",
        );
        out.notice(
            notice
                .about(Some(&shipment.number))
                .at("preferred-timeframe-refused-text"),
        );
        ["preferred-delivery-day", "", ""]
    } else {
        [
            "preferred-delivery-day",
            "preferred-delivery-timeframe-from",
            "preferred-delivery-timeframe-to",
        ]
    };
    add(out, piece, shipment, PromiseKind::Agreed, wished);
    // As a rule a flag that says whether a day was ordered; some answers hold the day itself.
    let is_flag = |raw: &str| {
        matches!(
            &*raw.to_ascii_lowercase(),
            "true" | "false" | "0" | "1" | "yes" | "no" | "ja" | "nein"
        )
    };
    if piece
        .attribute("order-preferred-delivery-day")
        .is_some_and(|raw| !is_flag(&raw))
    {
        add(
            out,
            piece,
            shipment,
            PromiseKind::Agreed,
            ["order-preferred-delivery-day", "", ""],
        );
    }
}

/// Adds the promise that three attributes make: a day, and the start and end of a window on it.
fn add(
    out: &mut Collector<'_>,
    piece: Node<'_, '_>,
    shipment: &mut Shipment,
    kind: PromiseKind,
    fields: [&'static str; 3],
) {
    let [day_raw, from_raw, to_raw] = piece.attributes(fields);
    let day = day_raw.as_deref().and_then(day_in);
    if let Some(raw) = day_raw.as_deref().filter(|_| day.is_none()) {
        out.unreadable(&shipment.number, fields[0], raw, "a day (dd.MM.yyyy)");
    }
    let mut at = |field: &'static str, raw: Option<&str>| {
        let raw = raw?;
        let local = moment_in(raw, day);
        if local.is_none() {
            out.unreadable(
                &shipment.number,
                field,
                raw,
                "a time (HH:mm) of a known day",
            );
        }
        let whole = |local: NaiveDateTime| {
            EventTime::in_fixed_zone(local.format("%d.%m.%Y %H:%M").to_string(), local, Berlin)
        };
        local.map(whole)
    };
    let (from, to) = (
        at(fields[1], from_raw.as_deref()),
        at(fields[2], to_raw.as_deref()),
    );
    let day = day.map(|day| {
        EventTime::date(
            day_raw.as_deref().unwrap_or_default(),
            day,
            &Zones::One(Berlin),
        )
    });
    let Some(by) = to.map(promises::whole_day).or(day) else {
        return;
    };
    promises::add(&mut shipment.promises, promises::window(kind, from, by));
}

/// `18.03.2026`, `2026-03-18`, either with a time behind it.
fn day_in(raw: &str) -> Option<NaiveDate> {
    let head = raw.get(..10)?;
    clock::date(head).or_else(|| clock::german(&format!("{head} 00:00")).map(|at| at.date()))
}

/// `10:00` on a day, `10:00 Uhr`, or a day and time.
fn moment_in(raw: &str, day: Option<NaiveDate>) -> Option<NaiveDateTime> {
    let bare = raw.trim_end_matches("Uhr").trim();
    let on_day = || Some(day?.and_time(clock::time(bare)?));
    on_day().or_else(|| clock::german(bare)).or_else(|| {
        clock::iso(bare)
            .filter(|stamp| stamp.offset.is_none())
            .map(|stamp| stamp.local)
    })
}
