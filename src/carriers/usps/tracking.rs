//! Tracking API v3: one JSON a number, by pull.

#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;
use std::time::Duration as StdDuration;

use chrono::Duration;
use http::{Method, Request};
use smol_str::{SmolStr, format_smolstr};

use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind, Outcome, Payload, Poll, PollContext, PollLimits,
    Question, Reply, RequestError, Token, Vocabulary, build, check_count, client_credentials_form, stamped,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, delivered_after_return_is_returned};
use crate::model::{Country, EventTime, Milestone, Personal, Place, Promise, PromiseKind, Shipment, TrackingNumber, Zones, zones_of};
use crate::wire::clock::{self, Stamp};
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One, Text, wire};

const PRODUCTION: &str = "https://apis.usps.com";

/// The feed `usps.tracking`. `GMTTimestamp` is the instant and `GMTOffset` the offset of the place; `eventTimestamp` is local even where it
/// carries a `Z`, and is used only where the other two are missing. Some codes are made finer by the event's wording.
#[derive(Debug)]
pub struct Tracking {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Tracking {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackingNumber", "trackingEvents"]),
            Mark::Json(&["trackingNumber", "statusCategory"]),
            Mark::Json(&["trackingNumber", "statusSummary"]),
            Mark::Json(&["trackingNumber", "trackingEvents", "trackingEvents.eventCode", "trackingEvents.eventTimestamp"]),
            Mark::Json(&["apiVersion", "error"]),
            Mark::Json(&["error", "error_description", "error_uri"]),
        ];
        let descriptor = Descriptor::new("usps.tracking", "USPS Tracking API v3").with_clock(Clock::Mixed).with_marks(MARKS);
        Self { descriptor, codes }
    }
}

wire! {
    struct Answer {
        number: Text<'a> = "trackingNumber",
        piece: Text<'a> = "uniqueMailPieceID",
        mail_class: Text<'a> = "mailClass",
        origin_city: Text<'a> = "originCity",
        origin_state: Text<'a> = "originState",
        origin_zip: Text<'a> = "originZIP",
        origin_country: Text<'a> = "originCountry",
        city: Text<'a> = "destinationCity",
        state: Text<'a> = "destinationState",
        zip: Text<'a> = "destinationZIP",
        country: Text<'a> = "destinationCountryCode",
        guaranteed: Text<'a> = "guaranteedDeliveryTimeStamp",
        predicted: Text<'a> = "predictedDeliveryTimeStamp",
        predicted_day: Text<'a> = "predictedDeliveryDate",
        predicted_from: Text<'a> = "predictedDeliveryWindowStartTime",
        predicted_to: Text<'a> = "predictedDeliveryWindowEndTime",
        expected: Text<'a> = "expectedDeliveryTimeStamp",
        events: Many<WireEvent<'a>> = "trackingEvents",
        error: One<WireError<'a>> = "error",
    }

    struct WireEvent {
        text: Text<'a> = "eventType",
        local: Text<'a> = "eventTimestamp",
        instant: Text<'a> = "GMTTimestamp",
        offset: Text<'a> = "GMTOffset",
        country: Text<'a> = "eventCountry",
        city: Text<'a> = "eventCity",
        state: Text<'a> = "eventState",
        zip: Text<'a> = "eventZIP",
        signer: Text<'a> = "name",
        code: Text<'a> = "eventCode",
    }

    struct WireError {
        code: Text<'a> = "code",
        message: Text<'a> = "message",
        details: Many<WireDetail<'a>> = "errors",
    }

    struct WireDetail { status: Text<'a> = "status", title: Text<'a> = "title", detail: Text<'a> = "detail", }

    struct OauthError { error: Text<'a> = "error", description: Text<'a> = "error_description", }
}

impl Adapter for Tracking {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        // One object; a list of them where several numbers were asked.
        let answers: Many<Answer<'_>> = out.json_any(&text)?;
        out.lost_elements(&answers, "the document", None);
        let table = self.codes.vocabulary("event");
        for answer in answers.iter() {
            match fault(answer, &text) {
                Some((outcome, fault)) => {
                    let notice = out.new_notice(outcome.notice_kind(), fault.message.reveal());
                    let number = answer.number.get().and_then(TrackingNumber::parse);
                    out.notice(notice.about(number.as_ref()).at("error").value(&fault.code));
                }
                None => read(&mut out, table, answer),
            }
        }
        if answers.items.is_empty() && answers.malformed == 0 && !text.trim_start().starts_with('[') {
            return Err(out.shape("trackingNumber", "the number of a mail piece"));
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn read(out: &mut Collector<'_>, table: Option<&Vocabulary>, wire: &Answer<'_>) {
    let Some(number) = wire.number.get().and_then(TrackingNumber::parse) else {
        out.notice(out.new_notice(NoticeKind::EventSkipped, "expected the number of a mail piece").at("trackingNumber"));
        return;
    };
    let mut shipment = out.shipment(number);
    // Numbers are used again after some months; the mail piece behind one has an id of its own.
    shipment.instance = wire.piece.get().map(Into::into);
    shipment.origin = place(&wire.origin_country, &wire.origin_city, &wire.origin_state, &wire.origin_zip);
    shipment.destination = place(&wire.country, &wire.city, &wire.state, &wire.zip);
    shipment.service = wire.mail_class.get().map(|class| words::plain(class).into());
    out.lost_elements(&wire.events, "trackingEvents", Some(&shipment.number));
    shipment.events.reserve(wire.events.items.len());
    for wire in wire.events.iter() {
        event(out, table, &mut shipment, wire);
    }
    delivered_after_return_is_returned(&mut shipment.events);
    shipment.promises.extend(promise(out, wire, &shipment));
    out.push(shipment);
}

fn event(out: &mut Collector<'_>, table: Option<&Vocabulary>, shipment: &mut Shipment, wire: &WireEvent<'_>) {
    let place = event_place(wire);
    let Some(time) = event_time(out, &shipment.number, wire, place.as_ref()) else { return };
    let (value, text) = (wire.code.or_empty(), wire.text.get());
    let row = table.and_then(|table| table.get(value)).map(Mapped::from);
    let mapped = words::refine(row, text.unwrap_or_default()).unwrap_or_else(|| {
        let (field, said) =
            if value.is_empty() { ("trackingEvents.eventType", text.unwrap_or_default()) } else { ("trackingEvents.eventCode", value) };
        out.unmapped(&shipment.number, field, said);
        Mapped::UNMAPPED
    });
    let mut event = out.event(&shipment.number, mapped, time, place, code(value, None, text));
    if matches!(event.milestone, Milestone::Delivered | Milestone::Returned) {
        event.signed_by = wire.signer.get().and_then(Personal::parse);
    }
    shipment.events.push(event);
}

/// The instant and the offset, where given; else the local time at the place.
fn event_time(out: &mut Collector<'_>, number: &TrackingNumber, wire: &WireEvent<'_>, place: Option<&Place>) -> Option<EventTime> {
    let offset = wire.offset.get().and_then(|text| {
        let offset = clock::offset(text);
        if offset.is_none() {
            out.unreadable(number, "trackingEvents.GMTOffset", text, "an offset such as -05:00");
        }
        Some((text, offset?))
    });
    if let Some(raw) = wire.instant.get() {
        if let Some(stamp) = clock::iso(raw) {
            return Some(at_instant(raw, stamp, offset, place));
        }
        out.unreadable(number, "trackingEvents.GMTTimestamp", raw, "an ISO 8601 instant");
    }
    let raw = wire.local.or_empty();
    let zones = place.map_or(Zones::Unknown, zones_of);
    let time = match clock::iso(raw) {
        Some(stamp) => Some(match offset {
            Some((text, seconds)) => EventTime::at_offset(joined(raw, text), stamp.local, seconds),
            None => local(raw, stamp, &zones),
        }),
        None => clock::date(raw).map(|day| EventTime::date(raw, day, &zones)),
    };
    if time.is_none() {
        out.skipped(number, "trackingEvents.eventTimestamp", raw, "an ISO 8601 date and time");
    }
    time
}

/// `GMTTimestamp` is UTC whether or not it says so.
fn at_instant(raw: &str, stamp: Stamp, offset: Option<(&str, i32)>, place: Option<&Place>) -> EventTime {
    let utc = stamp.local - Duration::seconds(i64::from(stamp.offset.unwrap_or(0)));
    match offset {
        Some((text, seconds)) => EventTime::at_offset(joined(raw, text), utc + Duration::seconds(i64::from(seconds)), seconds),
        None => EventTime::instant_in(raw, utc.and_utc(), &place.map_or(Zones::Unknown, zones_of)),
    }
}

fn joined(raw: &str, offset: &str) -> SmolStr {
    format_smolstr!("{raw} {offset}")
}

/// A local time. The post's `Z` means nothing: it stands on local times too.
fn local(raw: &str, stamp: Stamp, zones: &Zones) -> EventTime {
    let offset = stamp.offset.filter(|_| !stamp.is_zulu);
    stamped(raw, Stamp { offset, is_zulu: false, ..stamp }, zones)
}

fn event_place(wire: &WireEvent<'_>) -> Option<Place> {
    place(&wire.country, &wire.city, &wire.state, &wire.zip)
}

/// A place. Where other parts are told but no country, it is the United States, a territory of theirs, or a military post office abroad.
fn place(country: &Text<'_>, city: &Text<'_>, state: &Text<'_>, zip: &Text<'_>) -> Option<Place> {
    let mut place = Place { postcode: zip.get().map(Into::into), region: state.get().map(Into::into), ..Place::default() };
    match city.get() {
        // A facility, not a city: `ISC NEW YORK NY(USPS)`.
        Some(facility) if facility.ends_with("(USPS)") => place.name = Some(facility.into()),
        other => place.city = other.map(Into::into),
    }
    match country.get() {
        Some(name) => {
            place.country = Country::named(name);
            if place.country.is_none() && place.name.is_none() {
                place.name = Some(name.into());
            }
        }
        None if place.is_empty() => return None,
        None => {
            place.country = match state.or_empty() {
                // Military post offices lie anywhere in Europe, the Pacific or the Americas.
                "AA" | "AE" | "AP" => None,
                territory @ ("AS" | "GU" | "MP" | "PR" | "VI") => Country::from_alpha2(territory),
                _ => Country::from_alpha2("US"),
            }
        }
    }
    Some(place)
}

/// The guarantee, else the current prediction, else the service's expectation; local to the destination.
fn promise(out: &mut Collector<'_>, wire: &Answer<'_>, shipment: &Shipment) -> Option<Promise> {
    if shipment.events.iter().any(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned)) {
        return None;
    }
    let zones = shipment.destination.as_ref().map_or(Zones::Unknown, zones_of);
    let day = wire.predicted_day.get().and_then(clock::date);
    let mut read = |field: &'static str, text: &Text<'_>| {
        let raw = text.get()?;
        let whole = clock::iso(raw).map(|stamp| local(raw, stamp, &zones)).or_else(|| clock::date(raw).map(|day| EventTime::date(raw, day, &zones)));
        // A window's ends may be hours of the predicted day.
        let time = whole.or_else(|| {
            let joined = joined(wire.predicted_day.get()?, raw);
            Some(EventTime::local(joined, day?.and_time(clock::time(raw)?), &zones))
        });
        if time.is_none() {
            out.unreadable(&shipment.number, field, raw, "an ISO 8601 date and time");
        }
        time
    };
    if let Some(by) = read("guaranteedDeliveryTimeStamp", &wire.guaranteed) {
        return Some(Promise { kind: PromiseKind::Committed, from: None, by, stated: None });
    }
    let kind = PromiseKind::Estimated;
    if let Some(by) = read("predictedDeliveryWindowEndTime", &wire.predicted_to) {
        return Some(Promise { kind, from: read("predictedDeliveryWindowStartTime", &wire.predicted_from), by, stated: None });
    }
    let by = read("predictedDeliveryTimeStamp", &wire.predicted)
        .or_else(|| read("predictedDeliveryDate", &wire.predicted_day))
        .or_else(|| read("expectedDeliveryTimeStamp", &wire.expected))?;
    Some(Promise { kind, from: None, by, stated: None })
}

/// The error that an answer is, if it is one.
fn fault(answer: &Answer<'_>, text: &str) -> Option<(Outcome, Fault)> {
    if let Some(error) = answer.error.get() {
        let detail = error.details.iter().next();
        let code = error.code.get().or_else(|| detail?.status.get()).unwrap_or_default();
        let message = error.message.get().or_else(|| detail?.detail.get()).or_else(|| detail?.title.get()).unwrap_or_default();
        let fault = Fault::new(code, message);
        return Some((by_status(code.get(..3).and_then(|code| code.parse().ok()).unwrap_or(400), &fault, None), fault));
    }
    if answer.number.get().is_some() {
        return None;
    }
    // OAuth's errors are a word where the others are an object.
    let oauth = serde_json::from_str::<One<OauthError<'_>>>(text).ok()?.0?;
    oauth.error.get()?;
    let fault = Fault::new(oauth.error.or_empty(), oauth.description.or_empty());
    let outcome = match oauth.error.or_empty() {
        "invalid_client" | "invalid_token" | "invalid_grant" => Outcome::Reauthorise,
        "unauthorized_client" | "access_denied" | "invalid_scope" | "insufficient_scope" => Outcome::Refused(fault.clone()),
        "temporarily_unavailable" | "server_error" => Outcome::RetryAfter(None),
        _ => Outcome::Invalid(fault.clone()),
    };
    Some((outcome, fault))
}

fn by_status(status: u16, fault: &Fault, wait: Option<StdDuration>) -> Outcome {
    match status {
        200..=299 => Outcome::Found,
        401 => Outcome::Reauthorise,
        403 => Outcome::Refused(fault.clone()),
        404 => Outcome::NotFound,
        408 | 429 | 500..=599 => Outcome::RetryAfter(wait),
        // The post says so of numbers it has not scanned yet.
        _ if fault.message.reveal().contains("not yet available") => Outcome::NotFound,
        _ => Outcome::Invalid(fault.clone()),
    }
}

impl Poll for Tracking {
    /// One number a request, and 60 requests an hour for a new account.
    fn limits(&self) -> PollLimits {
        PollLimits { max_numbers: 1, pause: Some(StdDuration::from_secs(60)), per_day: None }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["client_id", "client_secret"]
    }

    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let Some(asked) = question.numbers.first() else { return Err(RequestError::Numbers { asked: 0, most: 1 }) };
        let uri = format!("{}/tracking/v3/tracking/{}?expand=DETAIL", context.base_or(PRODUCTION), encode_query(asked.number.as_str()));
        let bearer = context.bearer()?;
        build(Method::GET, &uri, &[("authorization", &bearer), ("accept", "application/json")], Vec::new())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        let text = String::from_utf8_lossy(reply.body);
        let answer = serde_json::from_str::<One<Answer<'_>>>(&text).ok().and_then(|answer| answer.0).unwrap_or_default();
        match (reply.status, fault(&answer, &text)) {
            // A list may hold one number's error beside another's events.
            (200..=299, Some((outcome, _))) if !text.trim_start().starts_with('[') => outcome,
            (200..=299, _) => Outcome::Found,
            // OAuth's word says more than its status, the others' status more than their code.
            (status @ (408 | 429 | 500..=599), _) => by_status(status, &Fault::status(status), reply.retry_after()),
            (_, Some((outcome, _))) if answer.error.get().is_none() => outcome,
            (status, Some((_, fault))) => by_status(status, &fault, reply.retry_after()),
            (status, None) => by_status(status, &Fault::status(status), reply.retry_after()),
        }
    }

    fn token_request(&self, context: &PollContext<'_>) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        let uri = format!("{}/oauth2/v3/token", context.base_or(PRODUCTION));
        let body = client_credentials_form(context, &[("scope", "tracking")])?;
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
        build(Method::POST, &uri, &headers, body).map(Some)
    }

    fn token(&self, reply: &Reply<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}
