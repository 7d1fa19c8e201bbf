//! What rules ask of a [`Parcel`].

use smol_str::SmolStr;

use super::clearance::Clearance;
use super::fact::Fact;
use super::finding::{Datum, Expected};
use super::parcel::Parcel;
use super::promise::PromiseMark;
use crate::model::{IssuerKind, Milestone, Place, PromiseKind, Reason, Stage, TrackingNumber};

impl Parcel {
    /// Whether a statement of this kind stands.
    #[must_use]
    pub const fn has(&self, milestone: Milestone) -> bool {
        self.facts.has(milestone)
    }

    /// Whether a statement about goods, not about a paper, gives this reason.
    #[must_use]
    pub const fn cites(&self, reason: Reason) -> bool {
        self.facts.cites(reason)
    }

    /// Whether a statement says that the parcel is damaged.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        self.facts.is_damaged()
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

    /// The first statement that the carrier holds the parcel, or of movement where none reported
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
        self.facts.moved()
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

    /// Whether the parcel was handed on, and the carrier that follows has reported no movement yet.
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

    /// Who speaks in a fact: a carrier, an authority or a merchant.
    #[must_use]
    pub fn issuer(&self, fact: &Fact) -> Option<IssuerKind> {
        self.feeds
            .get(usize::from(fact.feed))
            .map(|feed| feed.issuer)
    }

    /// Whether it certainly is one piece, as far as anybody counts.
    #[must_use]
    pub fn is_one_piece(&self) -> bool {
        self.count_pieces() <= 1
    }

    /// How many pieces it has: as many as the carrier counts, or as are distinguished if that is
    /// more.
    #[must_use]
    pub fn count_pieces(&self) -> usize {
        self.pieces
            .len()
            .max(usize::try_from(self.piece_count).unwrap_or(usize::MAX))
    }

    /// The promise that counts: the carrier's newest commitment, else what it says now.
    #[must_use]
    pub fn promise(&self) -> Option<&PromiseMark> {
        self.promised(PromiseKind::Committed)
            .or_else(|| self.promised_now())
    }

    /// The newest promise of a kind.
    #[must_use]
    pub fn promised(&self, kind: PromiseKind) -> Option<&PromiseMark> {
        self.promises
            .iter()
            .rev()
            .find(|promise| promise.kind == kind)
    }

    /// What the carrier says now of the day, commitments aside: its newest estimate, new day or
    /// agreement; of several stated at once the one that is worth most. The estimate that it gave
    /// first counts only while there is no other.
    #[must_use]
    pub fn promised_now(&self) -> Option<&PromiseMark> {
        let is_meant = |promise: &&PromiseMark| promise.kind != PromiseKind::Committed;
        self.promises.iter().filter(is_meant).max_by_key(|promise| {
            let is_current = promise.kind != PromiseKind::FirstEstimate;
            (
                is_current,
                promise.stated,
                promise.kind.currency(),
                promise.by.latest,
            )
        })
    }
}
