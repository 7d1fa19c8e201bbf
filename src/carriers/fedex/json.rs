//! The Track API's vocabulary in JSON, which the webhook speaks too: answers, groups of results,
//! single results.

#[cfg(test)]
mod completed_tests;
mod describe;
mod offers;
#[cfg(test)]
mod tests;
mod wire;

use serde::de::MapAccess;
use serde_json::Value;

use self::describe::{describe, ending, promises};
use self::wire::{
    Ancillary, Answer, Complete, Delay, Latest, NumberInfo, TrackResult, WireAddress, WireScan,
};
use super::faults;
use super::meaning::{Meanings, Names, Scan};
use super::shared::{self, Address, Told};
use crate::adapter::{CodeTable, Collector, DecodeError, NoticeKind, Outcome};
use crate::model::{Reference, Role, Scope, Shipment, TrackingNumber};
use crate::wire::json::{Fields, Many, Oddities, One};

const NAMES: Names = Names {
    event: "scanEvents.eventType",
    exception: "scanEvents.exceptionCode",
    time: "scanEvents.date",
};

/// What a push may be: a whole answer, a group of results, or one result.
#[derive(Debug, Default)]
struct Pushed<'a> {
    answer: Answer<'a>,
    group: Complete<'a>,
    result: TrackResult<'a>,
}

impl<'a> Fields<'a> for Pushed<'a> {
    const HOLDS: bool = true;
    const WIDTH: usize = Answer::WIDTH + Complete::WIDTH + TrackResult::WIDTH;

    fn field<A: MapAccess<'a>>(
        &mut self,
        key: &str,
        map: &mut A,
        odd: &mut Oddities,
    ) -> Result<bool, A::Error> {
        Ok(self.answer.field(key, map, odd)?
            || self.group.field(key, map, odd)?
            || self.result.field(key, map, odd)?)
    }

    fn is_dated() -> bool {
        true
    }

    fn knows(key: &str) -> bool {
        Answer::knows(key) || Complete::knows(key) || TrackResult::knows(key)
    }

    fn holds(key: &str) -> bool {
        Answer::holds(key) || Complete::holds(key) || TrackResult::holds(key)
    }

    fn misses(&self, keys: &[std::borrow::Cow<'_, str>]) -> bool {
        self.answer.misses(keys) || self.group.misses(keys) || self.result.misses(keys)
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        self.answer.merge(later.answer, odd);
        self.group.merge(later.group, odd);
        self.result.merge(later.result, odd);
    }
}

/// Reads an answer of the Track API.
pub(super) fn read_answer(
    out: &mut Collector<'_>,
    codes: &CodeTable,
    text: &str,
) -> Result<(), DecodeError> {
    let answer: Answer<'_> = out.json(text)?;
    if answer.output.get().is_none() && answer.errors.items.is_empty() {
        return Err(out.shape("output", "an answer of the Track API, or its errors"));
    }
    let mut seen = shared::Seen::new();
    Reader { codes }.answer(out, &answer, &mut seen);
    shared::note_reuse(out, &seen);
    Ok(())
}

/// Reads the body of a push.
pub(super) fn read_push(
    out: &mut Collector<'_>,
    codes: &CodeTable,
    text: &str,
) -> Result<(), DecodeError> {
    let pushed: Many<Pushed<'_>> = out.json_any(text)?;
    if pushed.items.is_empty() && (pushed.malformed > 0 || !text.trim_start().starts_with('[')) {
        return Err(out.shape(
            "trackingNumberInfo",
            "one track result, a list of them, or an answer of the Track API",
        ));
    }
    out.lost_elements(&pushed, "trackResults", None);
    let reader = Reader { codes };
    let mut within = Within::default();
    for pushed in pushed.iter() {
        reader.answer(out, &pushed.answer, &mut within.seen);
        reader.group(out, &pushed.group, &mut within.seen);
        within.asked = pushed.group.number.get();
        if pushed.answer.output.get().is_none()
            && pushed.answer.errors.items.is_empty()
            && pushed.group.results.items.is_empty()
        {
            reader.result(out, &pushed.result, &mut within);
        }
    }
    shared::note_reuse(out, &within.seen);
    Ok(())
}

/// What an answer comes to: the errors of the whole call, else of its numbers when none of them was
/// found.
pub(super) fn outcome(body: &[u8]) -> Option<Outcome> {
    let answer = serde_json::from_slice::<One<Answer<'_>>>(body).ok()?.0?;
    if let Some(error) = answer.errors.iter().next() {
        return faults::fault(error.code.or_empty(), error.message.or_empty());
    }
    let mut results = answer
        .output
        .get()?
        .complete
        .iter()
        .flat_map(|group| group.results.iter());
    let Some(first) = results.next() else {
        return Some(Outcome::NotFound);
    };
    let of = |result: &TrackResult<'_>| {
        let error = result.error.get().filter(|_| !is_filled(result))?;
        faults::fault(error.code.or_empty(), error.message.or_empty())
    };
    let first = of(first)?;
    results
        .all(|result| of(result).as_ref() == Some(&first))
        .then_some(first)
}

/// Whether a result tells anything of a parcel.
fn is_filled(result: &TrackResult<'_>) -> bool {
    let has_status = result
        .latest
        .get()
        .is_some_and(|latest| latest.code.get().or(latest.derived.get()).is_some());
    has_status || !result.scans.items.is_empty()
}

/// What a result stands in.
#[derive(Default)]
struct Within<'w> {
    /// The number as it was asked for.
    asked: Option<&'w str>,
    /// Whether several results stand under it.
    is_shared: bool,
    seen: shared::Seen,
}

struct Reader<'c> {
    codes: &'c CodeTable,
}

impl Reader<'_> {
    fn answer(&self, out: &mut Collector<'_>, answer: &Answer<'_>, seen: &mut shared::Seen) {
        for error in answer.errors.iter() {
            note_fault(
                out,
                error.code.or_empty(),
                error.message.or_empty(),
                None,
                "errors",
            );
        }
        let Some(output) = answer.output.get() else {
            return;
        };
        out.lost_elements(&output.complete, "completeTrackResults", None);
        for group in output.complete.iter() {
            self.group(out, group, seen);
        }
        note_alerts(out, &output.alerts);
    }

    fn group(&self, out: &mut Collector<'_>, group: &Complete<'_>, seen: &mut shared::Seen) {
        let asked = group.number.get();
        let mut within = Within {
            asked,
            is_shared: group.results.items.len() > 1,
            seen: std::mem::take(seen),
        };
        let number = asked.and_then(TrackingNumber::parse);
        out.lost_elements(&group.results, "trackResults", number.as_ref());
        for result in group.results.iter() {
            self.result(out, result, &mut within);
        }
        *seen = within.seen;
    }

    fn result(&self, out: &mut Collector<'_>, wire: &TrackResult<'_>, within: &mut Within<'_>) {
        let info = wire.number.get();
        let told = info.and_then(|info| info.number.get());
        let number = told.or(within.asked).and_then(TrackingNumber::parse);
        if let Some(error) = wire.error.get() {
            note_fault(
                out,
                error.code.or_empty(),
                error.message.or_empty(),
                number.as_ref(),
                "trackResults.error",
            );
            if !is_filled(wire) {
                return;
            }
        }
        let Some(number) = number else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the tracking number")
                    .at("trackingNumberInfo.trackingNumber"),
            );
            return;
        };
        let mut shipment = out.shipment(number);
        let shipped = || date(wire, &["SHIP", "ACTUAL_PICKUP"]).filter(|_| within.is_shared);
        shipment.instance = info
            .and_then(|info| info.unique.get())
            .or_else(shipped)
            .map(Into::into);
        within
            .seen
            .push((shipment.number.clone(), shipment.instance.clone()));
        describe(out, wire, &mut shipment);
        offers::read_dates(out, wire, &mut shipment);
        if let Some(asked) = within
            .asked
            .map(TrackingNumber::new)
            .filter(|asked| *asked != shipment.number)
        {
            // A door tag, or the long form of the number on the label.
            shipment
                .references
                .push(Reference::new(Role::Alternate, asked.as_str()).with_carrier("fedex"));
        }
        self.events(out, wire, &mut shipment);
        offers::read(out, wire, &mut shipment);
        shared::finish(&mut shipment, ending(wire), is_freight(info));
        shipment.promises = promises(out, wire, &shipment);
        push_splits(
            out,
            &mut shipment,
            &Meanings::new(self.codes, SPLIT_NAMES, "", ""),
            wire,
        );
        out.push(shipment);
    }

    fn events(&self, out: &mut Collector<'_>, wire: &TrackResult<'_>, shipment: &mut Shipment) {
        let commit = wire
            .commit
            .get()
            .map_or("", |commit| commit.kind.or_empty());
        let carrier = wire.number.get().map_or("", |info| info.carrier.or_empty());
        let mut meanings = Meanings::new(self.codes, NAMES, commit, carrier);
        out.lost_elements(&wire.scans, "scanEvents", Some(&shipment.number));
        shipment.events.reserve(wire.scans.items.len());
        // The status reports the newest scan of its code what that scan may leave out.
        let mut status = wire.latest.get();
        for scan in wire.scans.iter() {
            let is_its = |latest: &&Latest<'_>| {
                latest.code.get().is_some() && latest.code.get() == scan.event.get()
            };
            let of_status = status.filter(is_its);
            if of_status.is_some() {
                status = None;
            }
            push_scan(out, shipment, &meanings, scan, of_status);
        }
        meanings.names = LATEST_NAMES;
        if let Some(latest) = wire.latest.get().filter(|latest| is_news(wire, latest)) {
            push_latest(out, shipment, &meanings, wire, latest);
        }
        if shipment.events.is_empty() && !is_filled(wire) {
            shared::push_ship_date(out, shipment);
        }
        if !is_filled(wire) {
            shared::note_silence(out, shipment);
        }
    }
}

/// Whether the status says what no scan does.
fn is_news(wire: &TrackResult<'_>, latest: &Latest<'_>) -> bool {
    let Some(code) = latest.code.get().or(latest.derived.get()) else {
        return false;
    };
    !wire
        .scans
        .iter()
        .any(|scan| [scan.event.get(), scan.derived.get()].contains(&Some(code)))
}

const SPLIT_NAMES: Names = Names {
    event: "shipmentDetails.splitShipments.statusCode",
    exception: "shipmentDetails.splitShipments",
    time: "shipmentDetails.splitShipments.timestamp",
};

const LATEST_NAMES: Names = Names {
    event: "latestStatusDetail.code",
    exception: "latestStatusDetail.ancillaryDetails.reason",
    time: "dateAndTimes",
};

fn push_scan(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    meanings: &Meanings<'_>,
    wire: &WireScan<'_>,
    status: Option<&Latest<'_>>,
) {
    let mut scan = Scan {
        event: wire.event.or_empty(),
        exception: wire.exception.or_empty(),
        exception_text: wire.exception_text.or_empty(),
        description: wire.description.or_empty(),
        derived: wire.derived.or_empty(),
        location: wire.location.or_empty(),
        delay: delayed_by(&wire.delay),
    };
    if let Some(status) = status {
        let reason = reason(status).filter(|_| wire.exception.get().is_none());
        if let Some(reason) = reason.filter(|_| wire.exception_text.get().is_none()) {
            scan.exception = reason.reason.or_empty();
            scan.exception_text = reason.description.or_empty();
        }
        if scan.delay.is_empty() {
            scan.delay = delayed_by(&status.delay);
        }
    }
    let told = Told {
        time: wire.date.or_empty(),
        facility: wire.facility.get(),
        address: wire.place.get().map(address).unwrap_or_default(),
    };
    let value = wire.event.get().unwrap_or(scan.derived);
    shared::push_scan(out, shipment, meanings, value, &scan, &told);
}

/// The first of a status's details that names a reason.
fn reason<'w, 'a>(latest: &'w Latest<'a>) -> Option<&'w Ancillary<'a>> {
    let details = &mut latest.ancillary.iter();
    details.find(|detail| detail.reason.get().is_some())
}

/// What delays it, unless it is not late.
fn delayed_by<'w>(delay: &'w One<Delay<'_>>) -> &'w str {
    delay
        .get()
        .filter(|delay| !matches!(delay.status.or_empty(), "ON_TIME" | "EARLY"))
        .map_or("", |delay| delay.kind.or_empty())
}

/// The status alone, where no scans are told. It has no time of its own: only some of the dates say
/// when it came about.
fn push_latest(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    meanings: &Meanings<'_>,
    wire: &TrackResult<'_>,
    latest: &Latest<'_>,
) {
    let (code, derived) = (latest.code.or_empty(), latest.derived.or_empty());
    let value = if code.is_empty() { derived } else { code };
    let reason = reason(latest);
    let scan = Scan {
        // Written twice it is the coarse code: `IN` then means "initiated".
        event: if code == derived { "" } else { code },
        exception: reason.map_or("", |detail| detail.reason.or_empty()),
        exception_text: reason.map_or("", |detail| detail.description.or_empty()),
        description: latest
            .description
            .get()
            .or(latest.locale.get())
            .unwrap_or_default(),
        derived,
        location: "",
        delay: delayed_by(&latest.delay),
    };
    let told = Told {
        time: date(wire, shared::dated_by(value)).unwrap_or_default(),
        facility: None,
        address: latest.place.get().map(address).unwrap_or_default(),
    };
    shared::push_scan(out, shipment, meanings, value, &scan, &told);
}

/// Pieces of freight that have come apart. What some of them do is told, but moves nothing.
fn push_splits(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    meanings: &Meanings<'_>,
    wire: &TrackResult<'_>,
) {
    let Some(details) = wire.details.get() else {
        return;
    };
    out.lost_elements(
        &details.splits,
        "shipmentDetails.splitShipments",
        Some(&shipment.number),
    );
    for split in details.splits.iter() {
        let scan = Scan {
            event: split.code.or_empty(),
            description: split.description.or_empty(),
            ..Scan::default()
        };
        let before = shipment.events.len();
        shared::push_scan(
            out,
            shipment,
            meanings,
            scan.event,
            &scan,
            &Told {
                time: split.time.or_empty(),
                ..Told::default()
            },
        );
        for event in shipment.events.iter_mut().skip(before) {
            event.scope = Scope::Document;
            event.code.qualifier = split
                .count
                .get()
                .map(|count| format!("{count} pieces").into());
        }
    }
}

/// The date of the first of these kinds that is reported.
fn date<'w>(wire: &'w TrackResult<'_>, kinds: &[&str]) -> Option<&'w str> {
    kinds.iter().find_map(|kind| {
        wire.dates
            .iter()
            .find(|date| date.kind.get() == Some(kind))?
            .at
            .get()
    })
}

fn address<'w>(wire: &'w WireAddress<'_>) -> Address<'w> {
    Address {
        city: wire.city.get(),
        region: wire.region.get(),
        postcode: wire.postcode.get(),
        country: wire.country.get(),
        country_name: wire.country_name.get(),
    }
}

fn is_freight(info: Option<&NumberInfo<'_>>) -> bool {
    info.is_some_and(|info| matches!(info.carrier.or_empty(), "FXFR" | "FDFR"))
}

/// An error of the carrier's as a notice.
fn note_fault(
    out: &mut Collector<'_>,
    code: &str,
    message: &str,
    number: Option<&TrackingNumber>,
    field: &'static str,
) {
    let kind = faults::fault(code, message)
        .map_or(NoticeKind::CarrierMessage, |outcome| outcome.notice_kind());
    let notice = out.new_notice(kind, message);
    out.notice(notice.about(number).at(field).value(code));
}

/// Whether a word looks like one of the API's codes.
fn is_code(word: &str) -> bool {
    word.contains('.') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'.')
}

/// Alerts are a list of objects, or in some answers a plain text.
fn note_alerts(out: &mut Collector<'_>, alerts: &Value) {
    let list = match alerts {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for alert in list {
        let part = |name: &str| alert.get(name).and_then(Value::as_str).unwrap_or_default();
        // As a plain text the code stands before the words: `TRACKING.DATA.NOTFOUND - Tracking data
        // unavailable`.
        let (code, message) = match alert.as_str() {
            Some(text) => text
                .split_once('-')
                .filter(|(code, _)| is_code(code.trim()))
                .unwrap_or(("", text)),
            None => (part("code"), part("message")),
        };
        let (code, message) = (code.trim(), message.trim());
        if !message.is_empty() || !code.is_empty() {
            note_fault(out, code, message, None, "output.alerts");
        }
    }
}
