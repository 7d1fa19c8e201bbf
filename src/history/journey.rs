//! From a journey to its history.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use smol_str::{SmolStr, StrExt};

use super::{Attribute, History, HistoryEnd, Passage, Station};
use crate::journey::{FirstTold, Snapshot, TraceField};
use crate::model::{Event, EventId, EventTime, Milestone, Place, Promise, Scope};

/// Statements about a time less certain than this are left out: a local time without a zone (26
/// hours) is just certain enough, a date without a year is not.
const CERTAIN_ENOUGH: TimeDelta = TimeDelta::hours(26);
/// How much of a postcode is kept: a district, never a house.
const POSTCODE_LETTERS: usize = 3;

impl History {
    /// What a journey says at the moment of its snapshot, once places and times are settled. None
    /// if nothing has happened at a time that is known, or it was cancelled.
    ///
    /// `id` is the application's own name for it; it need not and should not be the tracking
    /// number.
    ///
    /// - **Events**: those that stand and tell about the parcel itself, from a table or sure
    ///   enough; of one scan told by several feeds the one with the most exact time. Papers, air
    ///   waybills, remarks and unmapped codes are left out.
    /// - **Times**: the instant, or the middle of the interval that a statement allows if that is
    ///   at most 26 hours wide (a day; a local time in an unknown zone), never later than the
    ///   snapshot.
    ///   Less certain statements are left out.
    /// - **Delivered** stands only if the journey's state is delivered (or returned, which is then
    ///   what stands), and only once: a carrier's "delivered" after which the parcel was seen on a
    ///   later leg is `handed_over`; of one that was taken back, or of single pieces, nothing is
    ///   told.
    /// - **Carrier and service** are those of the first leg, which are known from the start.
    ///   **Origin and destination** are what the shipments name; the origin else the place of the
    ///   first event. The postcode is cut to three signs.
    /// - **Promised** is the first promise that a carrier made. Weight in grams and number of
    ///   pieces are attributes where stated.
    ///
    /// ```
    /// # use parceltrail::{History, Journey, Payload, Registry};
    /// let body = br#"{"shipments":[{"id":"7100000042","service":"express","events":[
    ///   {"timestamp":"2025-03-06T11:40:00+01:00","status":"OK","statusCode":"delivered"},
    ///   {"timestamp":"2025-03-03T17:05:00+08:00","status":"PU","statusCode":"transit"}]}]}"#;
    /// let now = "2025-03-06T12:00:00Z".parse()?;
    /// let mut journey = Journey::default();
    /// for shipment in Registry::builtin().get("dhl.unified").unwrap().decode(Payload::new(body, now))?.shipments {
    ///     journey.apply(shipment);
    /// }
    /// let history = History::of("order 17", &journey.at(now)).ok_or("nothing happened")?;
    /// assert_eq!(history.carrier.as_deref(), Some("dhl"));
    /// assert_eq!(history.delivered_at(), Some("2025-03-06T10:40:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(id: impl Into<SmolStr>, snapshot: &Snapshot) -> Option<Self> {
        let stands = snapshot.parcel.as_ref().map(|parcel| parcel.milestone);
        if stands == Some(Milestone::Cancelled) {
            return None;
        }
        let events = passages(snapshot);
        let first = events.first()?;
        let told = &snapshot.first_told;
        let outcome = [
            HistoryEnd::Delivered,
            HistoryEnd::Lost,
            HistoryEnd::Returned,
        ];
        Some(Self {
            id: id.into(),
            carrier: snapshot.legs.first().map(|leg| leg.carrier.as_str().into()),
            service: told.service.clone(),
            origin: told
                .origin
                .as_ref()
                .map(station)
                .or_else(|| first.place.clone())
                .unwrap_or_default(),
            destination: told.destination.as_ref().map(station).unwrap_or_default(),
            promised: told.promise.as_ref().map(Promise::end),
            outcome: outcome
                .into_iter()
                .find(|end| stands.is_some_and(|milestone| end.is_told_by(milestone))),
            attributes: attributes(told),
            events,
            schedule: Vec::new(),
        })
    }
}

/// What happened, oldest first; of one scan told by several feeds the best witness.
fn passages(snapshot: &Snapshot) -> Vec<Passage> {
    let repeated: HashSet<EventId> = snapshot
        .same_scans
        .iter()
        .flat_map(|scan| scan.events.iter().filter(|id| **id != scan.best))
        .copied()
        .collect();
    let best = snapshot
        .events
        .iter()
        .filter(|event| repeated.is_empty() || !repeated.contains(&event.id()));
    let mut events: Vec<Passage> = best.filter_map(|event| passage(event, snapshot)).collect();
    events.sort_by_key(|event| event.at);
    events
}

/// An event as a history keeps it, if it does.
fn passage(event: &Event, snapshot: &Snapshot) -> Option<Passage> {
    let now = snapshot.at;
    if !(event.is_evidence_of_state() && event.time.earliest() <= now) {
        return None;
    }
    let milestone = match event.milestone {
        Milestone::Delivered => delivered(event, snapshot)?,
        other => other,
    };
    let place = event.place.as_ref().map(station);
    Some(Passage {
        at: instant(&event.time)?.min(now),
        stage: event.stage,
        milestone,
        place,
        planned: None,
        reason: event.reason,
    })
}

/// What a "delivered" is worth: the end of a leg, the end of the journey, or nothing.
fn delivered(event: &Event, snapshot: &Snapshot) -> Option<Milestone> {
    let id = event.id();
    if snapshot.handed_over.contains(&id) {
        return (event.scope == Scope::Parcel).then_some(Milestone::HandedOver);
    }
    let decides = snapshot.trace.rests_on(TraceField::Milestone, id);
    let stands = snapshot.parcel.as_ref()?.milestone;
    (decides && matches!(stands, Milestone::Delivered | Milestone::Returned)).then_some(stands)
}

/// The instant of a statement, if it is certain enough.
fn instant(time: &EventTime) -> Option<DateTime<Utc>> {
    (time.latest() - time.earliest() <= CERTAIN_ENOUGH).then(|| time.middle())
}

fn station(place: &Place) -> Station {
    let postcode = place.postcode.as_ref().map(|code| {
        code.chars()
            .filter(|sign| sign.is_alphanumeric())
            .take(POSTCODE_LETTERS)
            .collect::<SmolStr>()
    });
    Station {
        country: place.country,
        region: place.region.clone(),
        postcode: postcode.map(|code| code.to_uppercase_smolstr()),
        code: place.code.clone(),
    }
}

fn attributes(told: &FirstTold) -> BTreeMap<SmolStr, Attribute> {
    #[expect(clippy::cast_precision_loss, reason = "no parcel weighs 2^53 grams")]
    let weight = told
        .weight_grams
        .map(|grams| ("weight_grams", grams as f64));
    let pieces = told.piece_count.map(|count| ("pieces", f64::from(count)));
    weight
        .into_iter()
        .chain(pieces)
        .map(|(name, value)| (name.into(), Attribute::Number(value)))
        .collect()
}
