//! Which of several numbers each part of a response is about.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::{ErrorKind, TrackOutcome};
use crate::adapter::{Batch, Notice, NoticeKind, TrackRequest};
use crate::model::{Role, Shipment};

/// The part of a response that is about one number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Share {
    Outcome(TrackOutcome),
    /// The carrier defers this number.
    Again(Option<SmolStr>),
    /// The carrier reports an error for this number.
    Fault(ErrorKind, Option<SmolStr>),
}

/// Gives each request what is about its number, in the order of the requests; and what is about
/// none of them.
pub(super) fn sort(
    requests: &[TrackRequest],
    batch: Batch,
    is_not_found: bool,
) -> (Vec<Share>, Batch) {
    if let [_] = requests {
        return (vec![share(batch, is_not_found)], Batch::default());
    }
    let index: HashMap<&str, usize> = requests
        .iter()
        .enumerate()
        .map(|(at, request)| (request.number.as_str(), at))
        .collect();
    let mut shares: Vec<Batch> = requests.iter().map(|_| Batch::default()).collect();
    let mut besides = Batch::default();
    let (own, others): (Vec<Shipment>, Vec<Shipment>) = batch
        .shipments
        .into_iter()
        .partition(|shipment| index.contains_key(shipment.number.as_str()));
    let found: HashSet<usize> = own
        .iter()
        .filter_map(|shipment| index.get(shipment.number.as_str()).copied())
        .collect();
    // A number that has no shipment of its own may be another name of one, or its master.
    for shipment in own.iter().chain(&others) {
        for at in named(shipment, &index).filter(|at| !found.contains(at)) {
            shares[at].shipments.push(shipment.clone());
        }
    }
    for shipment in others {
        if named(&shipment, &index).all(|at| found.contains(&at)) {
            besides.shipments.push(shipment);
        }
    }
    for shipment in own {
        if let Some(at) = index.get(shipment.number.as_str()) {
            shares[*at].shipments.push(shipment);
        }
    }
    let owner: HashMap<SmolStr, usize> = shares
        .iter()
        .enumerate()
        .flat_map(|(at, share)| {
            share
                .shipments
                .iter()
                .map(move |shipment| (SmolStr::new(shipment.number.as_str()), at))
        })
        .collect();
    // A response that names some of the numbers states nothing about the others.
    let is_named = |notice: &Notice| {
        notice
            .number
            .as_ref()
            .is_some_and(|number| index.contains_key(number.as_str()))
    };
    let is_not_found = is_not_found && !batch.notices.iter().any(is_named);
    for notice in batch.notices {
        let number = notice.number.as_ref().map(|number| number.as_str());
        match number.and_then(|number| index.get(number).or_else(|| owner.get(number)).copied()) {
            Some(at) => shares[at].notices.push(notice),
            None if is_not_found && is_empty_notice(&notice) => shares
                .iter_mut()
                .for_each(|share| share.notices.push(notice.clone())),
            None => besides.notices.push(notice),
        }
    }
    (
        shares
            .into_iter()
            .map(|batch| share(batch, is_not_found))
            .collect(),
        besides,
    )
}

/// The requested numbers that identify a shipment, besides its own.
fn named<'i>(
    shipment: &'i Shipment,
    index: &'i HashMap<&str, usize>,
) -> impl Iterator<Item = usize> + 'i {
    let of_parcel = shipment.references.iter().filter(|reference| {
        reference.role.identifies_parcel() || reference.role == Role::CustomerReference
    });
    let names = of_parcel
        .map(|reference| reference.number.as_str())
        .chain(shipment.pieces.iter().map(|piece| piece.as_str()));
    let mut seen = HashSet::new();
    names
        .filter_map(|name| index.get(name).copied())
        .filter(move |at| seen.insert(*at))
}

/// Whether a notice reports that there is nothing.
fn is_empty_notice(notice: &Notice) -> bool {
    matches!(notice.kind, NoticeKind::NotFound | NoticeKind::Empty)
}

/// The outcome of shipments and notices.
fn share(batch: Batch, is_not_found: bool) -> Share {
    if !batch.shipments.is_empty() {
        return Share::Outcome(TrackOutcome::Found(batch));
    }
    let code = |notice: &Notice| notice.value.clone();
    for notice in &batch.notices {
        match notice.kind {
            NoticeKind::RetryLater => return Share::Again(code(notice)),
            NoticeKind::Reauthorise => return Share::Fault(ErrorKind::Unauthorised, code(notice)),
            NoticeKind::Refused => return Share::Fault(ErrorKind::Refused, code(notice)),
            NoticeKind::InvalidRequest => return Share::Fault(ErrorKind::Invalid, code(notice)),
            _ => {}
        }
    }
    let is_reported = batch.notices.iter().any(is_empty_notice);
    Share::Outcome(if is_not_found || is_reported {
        TrackOutcome::NotFound(batch.notices)
    } else {
        TrackOutcome::Missing(batch.notices)
    })
}
