//! What a plan consists of: feeds to ask ([`QueryStep`]) and carriers left out
//! ([`SkippedCarrier`]).

use serde::Serialize;

use crate::model::{CarrierId, FeedId, words};
use crate::number::Likelihood;

words! {
    /// When a step of a plan is due.
    QueryCondition {
        /// At once.
        Always = "always",
        /// Only if the step before was answered with "not found".
        PreviousNotFound = "previous_not_found",
    }
}

words! {
    /// Why a carrier whose format the number has is not asked.
    SkipReason {
        /// The registry has no feed of it.
        NoFeed = "no_feed",
        /// It has feeds, but none that can be asked about numbers, or several and none is its
        /// default.
        NoDefaultFeed = "no_default_feed",
        /// Its feed has answered already.
        Answered = "answered",
        /// Nothing of its feed's quota is left.
        NoBudget = "no_budget",
        /// It is certain that the number is another carrier's.
        AnotherIsCertain = "another_is_certain",
    }
}

/// A feed to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueryStep {
    /// The feed.
    pub feed: FeedId,
    /// The carrier whose number it would be.
    pub carrier: CarrierId,
    /// When to ask it.
    pub when: QueryCondition,
    /// How much the form of the number says for this carrier.
    pub likelihood: Likelihood,
    /// Whether it is certain that the number is this carrier's.
    pub is_certain: bool,
    /// Why it may be this carrier's, in words.
    pub why: String,
    /// What the step takes from the feed's quota, in requests.
    pub cost: u32,
    /// How many numbers the feed takes in one request, for the same cost.
    pub numbers_per_request: usize,
    /// What is left of the feed's quota before the step, in requests, where it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
}

/// A carrier that is not asked although the number has one of its formats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SkippedCarrier {
    /// The carrier.
    pub carrier: CarrierId,
    /// The feed that would be asked, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedId>,
    /// How much the form of the number says for this carrier.
    pub likelihood: Likelihood,
    /// Why it is not asked.
    pub reason: SkipReason,
}
