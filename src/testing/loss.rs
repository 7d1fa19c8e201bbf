//! Nothing is lost in silence: what an adapter must report when its payloads change.
//!
//! Every sample is changed in one place after another ([`mutate`](super::mutate)) and read again.
//! What is demanded follows from what the adapter itself made of the sample, so that a field which
//! it does not use demands nothing:
//!
//! 1. **Fewer events or shipments than before** need a notice that the sample did not give, or an
//!    error. That holds for a list under another name, inside an object, taken out of its object or
//!    divided over a repeated key, for a value of another type, for a word that nobody knows, and
//!    for a single value that is missing: the other values of the event are still there. (Where a
//!    whole list or event is missing, nothing is lost: it was not sent.)
//! 2. **A single value given twice**, of which the adapter uses one: if it reads the second alone
//!    as something else than the first, it must report the two, or keep both.
//! 3. **A list that is missing while a status stands beside it** (a field whose name holds
//!    "status"): a shipment that had events has one at least, or a notice reports it.
//! 4. **A weight whose unit is missing, strange or of another type** must be reported, if it is not
//!    read.

use super::mutate::{Kind, Mutation};
use crate::adapter::{Batch, DecodeError, Notice};

/// What is demanded, and what was seen instead.
pub(super) type Loss = (&'static str, String);

/// Whether a change of the sample was reported; else what was lost. `decode` reads the twin of a
/// repeated value.
pub(super) fn loss(
    sample: &Batch,
    mutation: &Mutation,
    changed: &Result<Batch, DecodeError>,
    decode: impl FnOnce(&[u8]) -> Option<Batch>,
) -> Option<Loss> {
    let Ok(changed) = changed else { return None };
    if tells_more(sample, changed) {
        return None;
    }
    let seen = |what: &str| format!("{:?} {}{what}", mutation.kind, mutation.place);
    match mutation.kind {
        Kind::Repeated => {
            let alone = decode(&mutation.twin)?;
            let is_used = alone.shipments != sample.shipments;
            let one_is_lost =
                changed.shipments == sample.shipments || changed.shipments == alone.shipments;
            return (is_used && one_is_lost)
                .then(|| ("tells of a field that stands twice", seen("")));
        }
        Kind::ListRemoved => {
            let is_there = changed.shipments.len() == sample.shipments.len();
            let is_silent =
                is_there && shipments_with_events(changed) < shipments_with_events(sample);
            return is_silent.then(|| {
                (
                    "tells of a parcel whose events are gone while its status stands",
                    seen(""),
                )
            });
        }
        _ => {}
    }
    let (before, after) = (events(sample), events(changed));
    // A number is not lost with its field: without it the events may belong to another shipment of
    // the payload.
    let is_number = mutation.is_single && matches!(mutation.kind, Kind::Dropped | Kind::Renamed);
    if after < before || !is_number && changed.shipments.len() < sample.shipments.len() {
        return Some((
            "tells of events that it does not read",
            seen(&format!(": {before} events became {after}")),
        ));
    }
    let is_unit = mutation.is_beside_number
        && matches!(
            mutation.kind,
            Kind::Dropped | Kind::Word | Kind::Retyped | Kind::Renamed
        );
    (is_unit && weights(changed) < weights(sample))
        .then(|| ("tells of a weight that it does not read", seen("")))
}

fn events(batch: &Batch) -> usize {
    batch
        .shipments
        .iter()
        .map(|shipment| shipment.events.len())
        .sum()
}

fn shipments_with_events(batch: &Batch) -> usize {
    batch
        .shipments
        .iter()
        .filter(|shipment| !shipment.events.is_empty())
        .count()
}

fn weights(batch: &Batch) -> usize {
    batch
        .shipments
        .iter()
        .filter(|shipment| shipment.weight_grams.is_some())
        .count()
}

/// Whether there is a notice that the sample did not give.
fn tells_more(sample: &Batch, changed: &Batch) -> bool {
    let mut known: Vec<&Notice> = sample.notices.iter().collect();
    changed.notices.iter().any(
        |notice| match known.iter().position(|other| *other == notice) {
            Some(at) => {
                known.swap_remove(at);
                false
            }
            None => true,
        },
    )
}
