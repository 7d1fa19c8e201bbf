//! What rules read: [`Parcel`], a digest of a journey made once when the journey changes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::fact::{Fact, When};
use super::finding::{Datum, Expected};
use super::lane::Lane;
use super::order::OrderDigest;
use super::promise::PromiseMark;
use super::travel::{ClockDoubt, Leap};
use crate::journey::{Conflict, LinkEvidence};
use crate::model::{
    CarrierId, EventId, FeedId, Milestone, Party, Place, Reason, Scope, Stage, TrackingNumber,
};
use crate::model::{IssuerKind, Notice};

/// The digest of a journey at a moment, in the shape that rules read.
///
/// Made by [`Inspector::digest`](super::Inspector::digest), and again when the journey changes or
/// [`Parcel::renew`] has come. Times are intervals: a rule that waits counts from `latest`, so that
/// an unknown zone cannot raise an alarm.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Parcel {
    /// When the digest was made.
    pub at: DateTime<Utc>,
    /// When a statement about the future begins to count, so that the digest must be made anew.
    pub renew: Option<DateTime<Utc>>,
    /// The carrier of the leg that it is on, or else of the last leg.
    pub carrier: Option<CarrierId>,
    /// From where to where, as far as it is known.
    pub lane: Lane,
    /// Whose parcel it is, as the application says.
    pub customer: Option<SmolStr>,
    /// The carrier's product.
    pub service: Option<SmolStr>,
    /// What happened last that moves the state.
    pub milestone: Option<Milestone>,
    /// Where in the chain.
    pub stage: Option<Stage>,
    /// When the state began.
    pub since: Option<When>,
    /// The statement that decided the state last.
    pub decided: Option<EventId>,
    /// Whether no further movement is expected.
    pub terminal: bool,
    /// Whether a feed marks it as a return shipment.
    pub is_return: bool,
    /// What happened, oldest first: statements that stand and do not lie in the future.
    pub facts: Vec<Fact>,
    /// The places that facts name by index.
    pub places: Arc<Vec<Place>>,
    /// The carriers' legs in order of travel.
    pub legs: Arc<Vec<LegDigest>>,
    /// The leg that it is on, by index.
    pub leg: Option<u16>,
    /// Clearances: out of the country of origin, into that of destination.
    pub clearances: Vec<Clearance>,
    /// What the carrier of the last leg promised, of every kind, oldest first; a repetition is left
    /// out.
    pub promises: Vec<PromiseMark>,
    /// Each piece, where feeds tell pieces apart. One that goes on under another carrier's number
    /// for it is left out.
    pub pieces: Vec<PieceDigest>,
    /// Of a shipment of several pieces, those that are not delivered, each as a parcel of its own:
    /// with what is said of it and of all. Rules that [judge pieces](super::Rule::judges_pieces)
    /// look at these.
    pub apart: Vec<Parcel>,
    /// The piece that this digest is of, if it is one of several.
    pub piece: Option<TrackingNumber>,
    /// Statements that cannot both be true.
    pub conflicts: Vec<Conflict>,
    /// What was withdrawn or set aside.
    pub notices: Vec<Notice>,
    /// The feeds that told of it, which facts name by index.
    pub feeds: Arc<Vec<FeedDigest>>,
    /// The orders that it belongs to, where a shop tells of them.
    pub orders: Vec<OrderDigest>,
    /// Where it goes, as each feed of the last leg and each shop tells.
    pub destinations: Vec<Place>,
    /// How many pieces are counted at most; zero where nobody counts.
    pub piece_count: u32,
    /// Scans in two countries that follow each other closely.
    pub leaps: Vec<Leap>,
    /// Signs that feeds' clocks are wrong.
    pub clock_doubts: Vec<ClockDoubt>,
    /// What the transit model expects, by rule.
    pub(super) expected: Vec<(&'static str, Expected)>,
    pub(super) seen: u64,
    pub(super) reasons: u128,
    pub(super) is_damaged: bool,
    pub(super) moved: Option<u32>,
    /// The numbers of all pieces of the state, which facts name by index.
    pub(super) piece_numbers: Vec<TrackingNumber>,
    /// The carriers' own words in statements of a problem, personal data hidden; sorted by
    /// statement.
    pub(super) words: Arc<Vec<(EventId, SmolStr)>>,
}

/// A piece of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceDigest {
    /// Its number.
    pub number: TrackingNumber,
    /// What happened last that moves its state.
    pub milestone: Option<Milestone>,
    /// Whether no further movement is expected of it.
    pub terminal: bool,
}

/// A carrier's part of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegDigest {
    /// The carrier.
    pub carrier: CarrierId,
    /// The first movement told.
    pub first: Option<When>,
    /// The last movement told.
    pub last: Option<When>,
    /// The last movement's milestone; `handed_over` where a "delivered" only ends this leg.
    pub milestone: Option<Milestone>,
    /// The leg that follows, by index.
    pub next: Option<u16>,
    /// How that is known.
    pub next_by: Option<LinkEvidence>,
    /// Whether it ends at the recipient's address, as far as is known.
    pub owns_final_address: bool,
    /// The feeds that tell of it, by index.
    pub feeds: Vec<u16>,
}

/// One direction of customs.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A feed and what it told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedDigest {
    /// The feed.
    pub id: FeedId,
    /// Whether a carrier, an authority or a merchant speaks.
    pub issuer: IssuerKind,
    /// Its first delivery.
    pub first_received: DateTime<Utc>,
    /// Its last delivery.
    pub last_received: DateTime<Utc>,
}

impl Parcel {
    /// Whether a statement of this kind stands.
    #[must_use]
    pub const fn has(&self, milestone: Milestone) -> bool {
        self.seen & (1 << milestone as u64) != 0
    }

    /// Whether a statement about goods, not about a paper, gives this reason.
    #[must_use]
    pub const fn cites(&self, reason: Reason) -> bool {
        self.reasons & (1 << reason as u128) != 0
    }

    /// Whether a statement says that the parcel is damaged.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// Whether the parcel was out for delivery, sent elsewhere or made ready to be collected after
    /// a fact, beyond doubt.
    #[must_use]
    pub fn went_on_after(&self, fact: &Fact) -> bool {
        let is_progress = |later: &&Fact| {
            matches!(
                later.milestone,
                Milestone::OutForDelivery
                    | Milestone::Delivered
                    | Milestone::Redirected
                    | Milestone::AvailableForPickup
                    | Milestone::Returning
            )
        };
        self.facts
            .iter()
            .rev()
            .take_while(|later| later.event != fact.event)
            .filter(is_progress)
            .any(|later| later.is_after(fact))
    }

    /// The newest fact of a kind.
    #[must_use]
    pub fn last(&self, milestone: Milestone) -> Option<&Fact> {
        if !self.has(milestone) {
            return None;
        }
        self.facts
            .iter()
            .rev()
            .find(|fact| fact.milestone == milestone)
    }

    /// The oldest fact of a kind.
    #[must_use]
    pub fn first(&self, milestone: Milestone) -> Option<&Fact> {
        if !self.has(milestone) {
            return None;
        }
        self.facts.iter().find(|fact| fact.milestone == milestone)
    }

    /// The first statement that the carrier holds the parcel, or of movement where none told of
    /// that. A scan of unknown meaning counts once the carrier has announced the parcel; before, it
    /// may be part of the announcement.
    #[must_use]
    pub fn collected(&self) -> Option<&Fact> {
        let announced = self
            .facts
            .iter()
            .rev()
            .find(|fact| fact.milestone.is_before_pickup() && fact.is_of_parcel());
        let is_later = |fact: &Fact| announced.is_none_or(|announced| fact.is_after(announced));
        self.facts.iter().find(|fact| {
            fact.is_of_parcel() && (fact.is_movement() || fact.unexplained && is_later(fact))
        })
    }

    /// The last sign of life: a movement, or a carrier's scan of unknown meaning.
    #[must_use]
    pub fn moved(&self) -> Option<&Fact> {
        self.facts.get(usize::try_from(self.moved?).ok()?)
    }

    /// The last that a carrier or an authority said of the parcel itself, other than that it is
    /// announced, scheduled, late or a mere message.
    #[must_use]
    pub fn heard(&self) -> Option<&Fact> {
        let is_news = |fact: &&Fact| {
            let says_nothing = matches!(
                fact.milestone,
                Milestone::Info | Milestone::Delayed | Milestone::DeliveryScheduled
            );
            fact.is_of_parcel()
                && (fact.unexplained
                    || fact.milestone.moves_state()
                        && !says_nothing
                        && !fact.milestone.is_before_pickup())
                && self.issuer(fact) != Some(IssuerKind::Merchant)
        };
        self.facts.iter().rev().find(is_news)
    }

    /// The state's last statement.
    #[must_use]
    pub fn decisive(&self) -> Option<&Fact> {
        let decided = self.decided?;
        self.facts.iter().rev().find(|fact| fact.event == decided)
    }

    /// The place of a fact.
    #[must_use]
    pub fn place(&self, fact: &Fact) -> Option<&Place> {
        self.places.get(usize::from(fact.place?))
    }

    /// The place of a fact as a value to show: city and country, else whatever the feed names.
    #[must_use]
    pub fn place_of(&self, fact: &Fact) -> Option<Datum> {
        let place = self.place(fact)?;
        let text = match (&place.city, place.country) {
            (Some(city), Some(country)) => SmolStr::from(format!("{city}, {country}")),
            (Some(city), None) => city.clone(),
            (None, country) => place
                .name
                .clone()
                .or_else(|| place.code.clone())
                .or_else(|| country.map(|country| country.as_str().into()))?,
        };
        Some(Datum::Place(text))
    }

    /// The number of the piece that facts name by index.
    #[must_use]
    pub fn number_of_piece(&self, piece: u32) -> Option<&TrackingNumber> {
        self.piece_numbers.get(usize::try_from(piece).ok()?)
    }

    /// The clearance that the parcel is in.
    #[must_use]
    pub fn clearance(&self) -> Option<&Clearance> {
        self.clearances
            .iter()
            .rev()
            .find(|clearance| !clearance.over)
    }

    /// The carrier's own words in a statement of a problem, personal data hidden.
    #[must_use]
    pub fn words_of(&self, fact: &Fact) -> Option<&SmolStr> {
        let at = self
            .words
            .binary_search_by_key(&fact.event, |(event, _)| *event)
            .ok()?;
        self.words.get(at).map(|(_, words)| words)
    }

    /// Whether the parcel waits where its recipient collects it.
    #[must_use]
    pub fn awaits_collection(&self) -> bool {
        self.milestone == Some(Milestone::AvailableForPickup)
    }

    /// Whether the parcel was handed on, and the carrier that follows has told of no movement yet.
    #[must_use]
    pub fn between_legs(&self) -> bool {
        self.milestone == Some(Milestone::HandedOver)
            && self
                .leg
                .and_then(|leg| self.legs.get(usize::from(leg))?.next)
                .and_then(|next| self.legs.get(usize::from(next)))
                .is_some_and(|next| next.first.is_none())
    }

    /// Whether it goes back to its sender.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        self.stage == Some(Stage::Return)
            || matches!(
                self.milestone,
                Some(Milestone::Returning | Milestone::Returned)
            )
    }

    /// How many stays it has had: facts that brought it on, and that no other repeats.
    #[must_use]
    pub fn stays(&self) -> usize {
        self.facts
            .iter()
            .filter(|fact| fact.milestone.moves_state() && !fact.repeats && fact.is_of_parcel())
            .count()
    }

    /// What the transit model expects of a rule.
    pub(super) fn expected_by(&self, rule: &str) -> Option<Expected> {
        self.expected
            .iter()
            .find(|(code, _)| *code == rule)
            .map(|(_, expected)| *expected)
    }

    /// Takes in what happened next.
    pub(super) fn take(&mut self, fact: Fact) {
        if fact.is_sign_of_life() {
            self.moved = u32::try_from(self.facts.len()).ok();
        }
        self.seen |= 1 << fact.milestone as u64;
        if fact.scope != Scope::Document {
            self.reasons |= fact.reason.map_or(0, |reason| 1 << reason as u128);
            self.is_damaged |= fact.damaged
                || fact.milestone == Milestone::Damaged
                || fact.reason == Some(Reason::Damage);
        }
        self.facts.push(fact);
    }
}
