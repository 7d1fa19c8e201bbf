//! What rules read: [`Parcel`], a digest of a journey made once when the journey changes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::clearance::Clearance;
use super::fact::When;
use super::facts::Facts;
use super::feed::FeedDigest;
use super::finding::Expected;
use super::lane::Lane;
use super::leg::LegDigest;
use super::order::OrderDigest;
use super::pieces::PieceDigest;
use super::promise::PromiseMark;
use super::travel::{ClockDoubt, Leap};
use crate::journey::Conflict;
use crate::model::{CarrierId, EventId, Milestone, Notice, Place, Stage, TrackingNumber};

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
    pub facts: Facts,
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
    /// The feeds that reported it, which facts name by index.
    pub feeds: Arc<Vec<FeedDigest>>,
    /// The orders that it belongs to, where a shop reports them.
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
    /// The numbers of all pieces of the state, which facts name by index.
    pub(super) piece_numbers: Vec<TrackingNumber>,
    /// The carriers' own words in statements of a problem, personal data hidden; sorted by
    /// statement.
    pub(super) words: Arc<Vec<(EventId, SmolStr)>>,
}

impl Parcel {
    /// The same, as a customer's parcel.
    #[must_use]
    pub fn with_customer(mut self, customer: impl Into<Option<SmolStr>>) -> Self {
        self.customer = customer.into();
        self
    }
}
