//! Customs, as rules read them: [`Clearance`].

use std::collections::HashMap;

use super::fact::{Fact, When};
use super::facts::Facts;
use crate::journey::{Customs, CustomsTrack, Hold};
use crate::model::{CarrierId, EventId, Milestone, Party, Reason, Scope, Stage};

/// One direction of customs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Clearance {
    /// Whether it is the way out of the country of origin.
    pub is_export: bool,
    /// What holds the parcel most, else how far clearance has come.
    pub milestone: Milestone,
    /// The first statement of this clearance.
    pub began: When,
    /// That statement.
    pub opened: EventId,
    /// Everything that holds it now.
    pub holds: Vec<HoldDigest>,
    /// Who must act.
    pub party: Option<Party>,
    /// Whether it is over: released, or the parcel has visibly gone on.
    pub over: bool,
}

impl Clearance {
    /// `export` or `import`.
    #[must_use]
    pub const fn direction(&self) -> &'static str {
        if self.is_export { "export" } else { "import" }
    }
}

/// One open hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldDigest {
    /// What kind of hold.
    pub kind: Milestone,
    /// Why.
    pub reason: Option<Reason>,
    /// Since when.
    pub since: When,
    /// The statement.
    pub event: EventId,
    /// Who holds it.
    pub agency: CarrierId,
    /// Who must act for it to end.
    pub party: Party,
}

fn is_export(stage: Option<Stage>) -> bool {
    matches!(
        stage,
        Some(Stage::ExportCustoms | Stage::FirstMile | Stage::Order)
    )
}

/// Every open hold by its statement.
pub(super) type Holds<'s> = HashMap<EventId, &'s Hold>;

pub(super) fn holds(customs: &Customs) -> Holds<'_> {
    [&customs.export, &customs.import]
        .into_iter()
        .flatten()
        .flat_map(|track| &track.holds)
        .map(|hold| (hold.event, hold))
        .collect()
}

/// The clearances of a parcel, or of a piece: of what holds it, that which is said of it.
pub(super) fn clearances(
    facts: &Facts,
    customs: &Customs,
    holds: Option<&Holds<'_>>,
) -> Vec<Clearance> {
    [(true, &customs.export), (false, &customs.import)]
        .into_iter()
        .filter_map(|(is_export, track)| clearance(facts, is_export, track.as_ref()?, holds))
        .collect()
}

fn clearance(
    facts: &Facts,
    is_export_track: bool,
    track: &CustomsTrack,
    all: Option<&Holds<'_>>,
) -> Option<Clearance> {
    let of_track = |fact: &&Fact| {
        fact.milestone.is_customs()
            && fact.scope != Scope::Document
            && is_export(fact.stage) == is_export_track
    };
    let own: Vec<&Fact> = facts.iter().filter(of_track).collect();
    // A control after a release begins anew.
    let after_release = own
        .iter()
        .rposition(|fact| fact.milestone == Milestone::CustomsReleased)
        .map_or(0, |at| at + 1);
    let opening = own.get(after_release).or(own.first())?;
    let last = own.last()?;
    let went_on = facts
        .iter()
        .any(|fact| fact.is_after(last) && fact.is_of_parcel() && is_beyond(fact, is_export_track));
    let holds: Vec<HoldDigest> = match all {
        None => track.holds.iter().map(hold).collect(),
        Some(all) => own
            .iter()
            .filter_map(|fact| Some(hold(all.get(&fact.event)?)))
            .collect(),
    };
    let (milestone, party) = match all {
        None => (track.milestone, track.who_must_act),
        Some(_) => (
            holds.first().map_or(last.milestone, |hold| hold.kind),
            holds.first().map(|hold| hold.party),
        ),
    };
    let is_free =
        milestone == Milestone::CustomsReleased || track.milestone == Milestone::CustomsReleased;
    Some(Clearance {
        is_export: is_export_track,
        milestone,
        began: When {
            earliest: opening.earliest,
            latest: opening.latest,
        },
        opened: opening.event,
        party,
        holds,
        over: is_free || went_on && track.milestone != Milestone::CustomsSeized,
    })
}

/// Whether a statement shows that a parcel has customs behind it, though nobody reported a release.
fn is_beyond(fact: &Fact, is_export: bool) -> bool {
    let at_the_door = matches!(
        fact.milestone,
        Milestone::OutForDelivery
            | Milestone::DeliveryAttempted
            | Milestone::AvailableForPickup
            | Milestone::Delivered
    );
    let stage = fact.stage.filter(|_| fact.is_movement());
    at_the_door
        || stage == Some(Stage::LastMile)
        || is_export
            && (stage == Some(Stage::ImportCustoms)
                || stage == Some(Stage::LineHaul) && fact.milestone == Milestone::Departed)
}

fn hold(hold: &Hold) -> HoldDigest {
    HoldDigest {
        kind: hold.kind,
        reason: hold.reason,
        since: When::from(&hold.since),
        event: hold.event,
        agency: hold.agency.clone(),
        party: hold.who_must_act(),
    }
}
