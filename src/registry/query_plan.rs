//! Which feeds to ask about a number, and in which order: [`QueryPlan`].

use serde::Serialize;

use super::default_feed::limits;
use super::{QueryCondition, QueryStep, Registry, SkipReason, SkippedCarrier};
use crate::adapter::Outcome;
use crate::model::CarrierId;
use crate::number::{Candidate, Certainty, Context};

/// Which feeds to ask about a number, in which order, within what is left of each quota.
///
/// One step for each carrier whose format the number has, the likeliest first: the carrier's
/// [default feed](Registry::default_feed). The first step is due at once, each other one only if
/// the one before was answered with "not found"; any other answer ends the plan. Where the carrier
/// is certain, there is no other step. Carriers that cannot be asked are named with the reason.
///
/// A plan is a pure function of what it is made from. It asks nothing, keeps no time, and does not
/// hold the number, so it can be logged and stored.
///
/// ```
/// use parceltrail::Registry;
/// use parceltrail::adapter::Outcome;
/// use parceltrail::number::Context;
/// use parceltrail::registry::{QueryPlan, SkipReason};
///
/// let registry = Registry::builtin();
/// // A FedEx number and an Identcode of DHL Paket; twelve digits are also SF's.
/// let context = Context::new().with_only_carriers(["dhl", "fedex", "sf"]);
/// let plan = QueryPlan::new(&registry, "100000000220", &context)
///     .with_budget("fedex.track", 90_000)
///     .with_budget("dhl.unified", 250)
///     .with_budget("sf.routes", 0);
///
/// let feeds: Vec<_> = plan.steps().iter().map(|step| step.feed.as_str()).collect();
/// assert_eq!(feeds, ["fedex.track", "dhl.unified"]);
/// assert_eq!(plan.steps()[0].why, "FedEx Express (only the length fits, check digit fits, carrier in use)");
/// assert_eq!(plan.skipped()[0].reason, SkipReason::NoBudget);
///
/// let next = plan.next_after("fedex.track", &Outcome::NotFound);
/// assert_eq!(next.map(|step| step.feed.as_str()), Some("dhl.unified"));
/// assert!(plan.next_after("fedex.track", &Outcome::Found).is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueryPlan {
    steps: Vec<QueryStep>,
    skipped: Vec<SkippedCarrier>,
}

impl QueryPlan {
    /// The plan for a number, as if every quota were untouched.
    #[must_use]
    pub fn new(registry: &Registry, number: &str, context: &Context) -> Self {
        let identification = registry.identify(number, context);
        let certain = match identification.certainty() {
            Certainty::Certain(candidate) => Some(candidate.carrier()),
            _ => None,
        };
        let mut plan = Self::default();
        for candidate in identification.candidates() {
            if !plan.has(candidate.carrier()) {
                plan.add(registry, candidate, certain);
            }
        }
        plan.with_conditions()
    }

    /// Says how many requests a feed has left. One that has fewer than its step costs is not asked.
    /// A feed of which nothing is said is asked.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::registry::QueryPlan;
    /// let plan = QueryPlan::new(&Registry::builtin(), "1Z0000000300000013", &Default::default());
    /// assert_eq!(plan.clone().with_budget("ups.track", 1).steps().len(), 1);
    /// assert!(plan.with_budget("ups.track", 0).steps().is_empty());
    /// ```
    #[must_use]
    pub fn with_budget(mut self, feed: &str, remaining: u32) -> Self {
        for step in self
            .steps
            .iter_mut()
            .filter(|step| step.feed.as_str() == feed)
        {
            step.budget = Some(remaining);
        }
        self.without(SkipReason::NoBudget, |step| {
            step.budget.is_some_and(|budget| budget < step.cost)
        })
    }

    /// Says that a feed has answered already, whatever it said: it is not asked again.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::registry::{QueryPlan, SkipReason};
    /// let plan = QueryPlan::new(&Registry::builtin(), "100000000220", &Default::default())
    ///     .with_answered("fedex.track");
    /// assert!(plan.steps().iter().all(|step| step.feed.as_str() != "fedex.track"));
    /// assert!(plan.skipped().iter().any(|carrier| carrier.reason == SkipReason::Answered));
    /// ```
    #[must_use]
    pub fn with_answered(self, feed: &str) -> Self {
        self.without(SkipReason::Answered, |step| step.feed.as_str() == feed)
    }

    /// The feeds to ask, in this order.
    #[must_use]
    pub fn steps(&self) -> &[QueryStep] {
        &self.steps
    }

    /// The carriers that are not asked, and why.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedCarrier] {
        &self.skipped
    }

    /// The step that is due after a feed has answered: the next one after [`Outcome::NotFound`],
    /// else none. Throttling, refusals and faults say nothing about the number; settle them, or
    /// plan anew [without that feed](QueryPlan::with_answered).
    ///
    /// Where many numbers were asked about at once, the answer is `Found` as a whole, and
    /// [`NoticeKind::NotFound`](crate::NoticeKind::NotFound) about this number counts as
    /// `NotFound`.
    #[must_use]
    pub fn next_after(&self, feed: &str, outcome: &Outcome) -> Option<&QueryStep> {
        if !matches!(outcome, Outcome::NotFound) {
            return None;
        }
        let place = self
            .steps
            .iter()
            .position(|step| step.feed.as_str() == feed)?;
        self.steps.get(place + 1)
    }

    fn has(&self, carrier: &CarrierId) -> bool {
        self.steps.iter().any(|step| step.carrier == *carrier)
            || self.skipped.iter().any(|other| other.carrier == *carrier)
    }

    /// Adds the carrier of a candidate, as a step or as one left out.
    fn add(&mut self, registry: &Registry, candidate: &Candidate<'_>, certain: Option<&CarrierId>) {
        let carrier = candidate.carrier();
        let feed = registry.default_feed(carrier);
        let limits = feed
            .and_then(|feed| registry.get(feed.as_str()))
            .and_then(limits);
        let is_certain = certain == Some(carrier);
        let reason = match (feed, limits) {
            _ if certain.is_some() && !is_certain => SkipReason::AnotherIsCertain,
            (Some(feed), Some(limits)) => {
                self.steps.push(QueryStep {
                    feed: feed.clone(),
                    carrier: carrier.clone(),
                    when: QueryCondition::Always,
                    likelihood: candidate.likelihood(),
                    is_certain,
                    why: candidate.why(),
                    cost: 1,
                    numbers_per_request: limits.max_numbers,
                    budget: None,
                });
                return;
            }
            _ if registry
                .iter()
                .any(|adapter| adapter.descriptor().carrier == *carrier) =>
            {
                SkipReason::NoDefaultFeed
            }
            _ => SkipReason::NoFeed,
        };
        self.skipped.push(SkippedCarrier {
            carrier: carrier.clone(),
            feed: feed.cloned(),
            likelihood: candidate.likelihood(),
            reason,
        });
    }

    /// The plan without the steps that `is_out` names.
    fn without(mut self, reason: SkipReason, is_out: impl Fn(&QueryStep) -> bool) -> Self {
        let (out, steps) = std::mem::take(&mut self.steps)
            .into_iter()
            .partition::<Vec<_>, _>(is_out);
        self.steps = steps;
        self.skipped
            .extend(out.into_iter().map(|step| SkippedCarrier {
                carrier: step.carrier,
                feed: Some(step.feed),
                likelihood: step.likelihood,
                reason,
            }));
        self.with_conditions()
    }

    /// The first step is due at once, the others if the one before found nothing.
    fn with_conditions(mut self) -> Self {
        for (place, step) in self.steps.iter_mut().enumerate() {
            step.when = match place {
                0 => QueryCondition::Always,
                _ => QueryCondition::PreviousNotFound,
            };
        }
        self
    }
}
