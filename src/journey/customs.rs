//! Customs, a track of its own beside the parcel's movement: submitted, held by whom for what,
//! released.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::merge::Standing;
use crate::model::IssuerKind;
use crate::model::{CarrierId, EventId, EventTime, FeedId, Milestone, Party, Reason, Scope, Stage};

/// The customs tracks of a journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Customs {
    /// Out of the country of origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<CustomsTrack>,
    /// Into the country of destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<CustomsTrack>,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CustomsTrack {
    /// What holds the parcel most, else how far clearance has come.
    pub milestone: Milestone,
    /// When the clearance began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted: Option<EventTime>,
    /// When it was released, unless something holds it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<EventTime>,
    /// Everything that holds it now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Who must act for it to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who_must_act: Option<Party>,
    #[serde(skip)]
    evidence: BTreeSet<EventId>,
}

/// One open hold: of one feed, by one agency, of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hold {
    /// The feed that reports it.
    pub feed: FeedId,
    /// The carrier or authority that holds.
    pub agency: CarrierId,
    /// What kind of hold.
    pub kind: Milestone,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Since when.
    pub since: EventTime,
    /// The statement.
    pub event: EventId,
}

impl Hold {
    /// Who must act for it to end.
    #[must_use]
    pub fn who_must_act(&self) -> Party {
        match self.kind {
            Milestone::DutiesDue => Party::Recipient,
            Milestone::CustomsInfoRequired | Milestone::CustomsRejected => {
                self.reason.map_or(Party::Sender, Reason::party)
            }
            _ => self.reason.map_or(Party::Customs, Reason::party),
        }
    }
}

impl Customs {
    /// Whether customs were never mentioned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.export.is_none() && self.import.is_none()
    }

    /// Whether anything holds the parcel.
    #[must_use]
    pub fn is_held(&self) -> bool {
        [&self.export, &self.import]
            .into_iter()
            .flatten()
            .any(|track| !track.holds.is_empty())
    }

    pub(super) fn evidence(&self) -> BTreeSet<EventId> {
        [&self.export, &self.import]
            .into_iter()
            .flatten()
            .flat_map(|track| track.evidence.iter().copied())
            .collect()
    }
}

/// Follows both directions through statements, oldest first.
pub(super) fn track(events: &[Standing<'_>]) -> Customs {
    let mut export = Follower::default();
    let mut import = Follower::default();
    for one in events
        .iter()
        .filter(|one| one.event.milestone.is_customs() && one.event.scope != Scope::Document)
    {
        if is_export(one) {
            export.take(one)
        } else {
            import.take(one)
        }
    }
    Customs {
        export: export.finish(),
        import: import.finish(),
    }
}

/// What is left to go by when declarations were withdrawn: without what the same authority said of
/// customs, in the same direction, until then.
pub(super) fn without_withdrawn(events: Vec<Standing<'_>>) -> Vec<Standing<'_>> {
    fn key<'j>(one: &Standing<'j>) -> (&'j FeedId, &'j CarrierId, bool) {
        (&one.event.feed, &one.event.carrier, is_export(one))
    }
    let mut withdrawn = BTreeMap::new();
    for one in events.iter().filter(|one| one.event.retracts) {
        let until = withdrawn.entry(key(one)).or_insert(one.event.time.latest());
        *until = one.event.time.latest().max(*until);
    }
    if withdrawn.is_empty() {
        return events;
    }
    let stands = |one: &Standing<'_>| {
        let until = withdrawn.get(&(&one.event.feed, &one.event.carrier, is_export(one)));
        !(one.event.milestone.is_customs()
            && until.is_some_and(|until| one.event.time.latest() <= *until))
    };
    let mut left = events.clone();
    left.retain(stands);
    left
}

/// Whether a statement about customs is about the way out of the country of origin.
pub(super) fn is_export(one: &Standing<'_>) -> bool {
    matches!(
        one.event.stage,
        Some(Stage::ExportCustoms | Stage::FirstMile | Stage::Order)
    )
}

#[derive(Default)]
struct Follower {
    submitted: Option<(EventTime, EventId)>,
    released: Option<(EventTime, EventId)>,
    holds: Vec<Hold>,
    seized: Option<Hold>,
}

impl Follower {
    fn take(&mut self, one: &Standing<'_>) {
        let event = one.event;
        match event.milestone {
            Milestone::CustomsReleased => {
                let is_authority = one.shipment.issuer == IssuerKind::Authority;
                // A carrier knows of its own holds only; an authority's release ends every hold
                // told before it.
                self.holds.retain(|hold| {
                    hold.feed != event.feed && hold.agency != event.carrier && !is_authority
                });
                if self
                    .seized
                    .as_ref()
                    .is_some_and(|seizure| is_authority || seizure.feed == event.feed)
                {
                    self.seized = None;
                }
                if self.holds.is_empty() && self.seized.is_none() {
                    self.released
                        .get_or_insert_with(|| (event.time.clone(), one.id));
                }
            }
            Milestone::CustomsSubmitted => {
                // Papers handed in, duties paid, a new declaration after a rejection, a review
                // finished: ends what waited for it. An examination, and what an authority detains,
                // ends with a release only.
                let is_authority = one.shipment.issuer == IssuerKind::Authority;
                let is_detained = |hold: &Hold| {
                    is_authority
                        && hold.kind == Milestone::CustomsHold
                        && hold.reason == Some(Reason::Regulatory)
                };
                self.holds.retain(|hold| {
                    hold.feed != event.feed
                        || hold.kind == Milestone::CustomsInspection
                        || is_detained(hold)
                });
                if self.submitted.is_none() {
                    self.submitted = Some((event.time.clone(), one.id));
                }
            }
            Milestone::CustomsSeized => {
                self.released = None;
                self.seized = Some(hold(one));
            }
            _ => {
                self.released = None;
                let new = hold(one);
                let is_told = |hold: &Hold| {
                    hold.feed == new.feed
                        && hold.agency == new.agency
                        && hold.kind == new.kind
                        && hold.reason == new.reason
                };
                if !self.holds.iter().any(is_told) {
                    self.holds.push(new);
                }
            }
        }
    }

    fn finish(self) -> Option<CustomsTrack> {
        let worst = self
            .holds
            .iter()
            .max_by_key(|hold| (severity(hold.kind), hold.event));
        let milestone = match (&self.seized, worst, &self.released, &self.submitted) {
            (Some(_), ..) => Milestone::CustomsSeized,
            (None, Some(hold), ..) => hold.kind,
            (None, None, Some(_), _) => Milestone::CustomsReleased,
            (None, None, None, Some(_)) => Milestone::CustomsSubmitted,
            (None, None, None, None) => return None,
        };
        let who_must_act = match milestone {
            Milestone::CustomsReleased => None,
            _ => worst.map(Hold::who_must_act).or(Some(Party::Customs)),
        };
        let steps = [&self.submitted, &self.released]
            .into_iter()
            .flatten()
            .map(|(_, id)| *id);
        let evidence = steps
            .chain(self.holds.iter().chain(&self.seized).map(|hold| hold.event))
            .collect();
        Some(CustomsTrack {
            milestone,
            submitted: self.submitted.map(|(time, _)| time),
            released: self.released.map(|(time, _)| time),
            who_must_act,
            holds: self.holds,
            evidence,
        })
    }
}

fn hold(one: &Standing<'_>) -> Hold {
    let event = one.event;
    Hold {
        feed: event.feed.clone(),
        agency: event.carrier.clone(),
        kind: event.milestone,
        reason: event.reason,
        since: event.time.clone(),
        event: one.id,
    }
}

fn severity(kind: Milestone) -> u8 {
    match kind {
        Milestone::CustomsRejected => 4,
        Milestone::CustomsInfoRequired => 3,
        Milestone::DutiesDue => 2,
        Milestone::CustomsHold => 1,
        _ => 0,
    }
}
