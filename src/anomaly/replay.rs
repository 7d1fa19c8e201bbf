//! What the rules would have raised, and when: [`Replay`].

use chrono::{DateTime, Duration, Utc};

use super::case::CaseChange;
use super::cases::Cases;
use super::expectations::Expectations;
use super::finding::Findings;
use super::inspector::Inspector;
use super::parcel::Parcel;
use crate::journey::Journey;

/// Two looks without news are at least so far apart, whatever a rule asks for.
const FINEST: Duration = Duration::minutes(1);

/// Runs rules over a journey's past as if it happened now: only what had been received counts at
/// each moment.
///
/// It looks when something was received and when a rule wanted to look again, to the minute; it
/// does not poll.
///
/// ```
/// use parceltrail::anomaly::{Inspector, Replay, Settings};
/// use parceltrail::testing::shipment;
/// use parceltrail::{Journey, Milestone, Stage};
///
/// let mut journey = Journey::default();
/// journey.apply(shipment("acme.track", "A1").event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced).received("2026-03-02T09:10:00Z"));
/// journey.apply(shipment("acme.track", "A1").event("2026-03-20T09:00:00Z", Stage::FirstMile, Milestone::PickedUp).received("2026-03-20T09:10:00Z"));
///
/// let inspector = Inspector::new(Settings::default())?;
/// let changes = Replay::new(&inspector).run("parcel 1", &journey, "2026-03-01T00:00:00Z".parse()?, "2026-03-21T00:00:00Z".parse()?);
/// let told: Vec<String> = changes.iter().map(|change| format!("{} {}", change.case.rule, change.what)).collect();
/// assert_eq!(told, ["never-collected opened", "never-collected escalated", "never-collected resolved"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Replay<'a> {
    inspector: &'a Inspector,
    model: Option<&'a dyn Expectations>,
    customer: Option<&'a str>,
}

impl<'a> Replay<'a> {
    /// With the rules of an inspector.
    #[must_use]
    pub fn new(inspector: &'a Inspector) -> Self {
        Self {
            inspector,
            model: None,
            customer: None,
        }
    }

    /// With a transit model. For an honest result it must not have learned from what came later.
    #[must_use]
    pub fn expecting(mut self, model: &'a dyn Expectations) -> Self {
        self.model = Some(model);
        self
    }

    /// For a customer's parcel.
    #[must_use]
    pub fn of_customer(mut self, customer: &'a str) -> Self {
        self.customer = Some(customer);
        self
    }

    /// What would have changed from one moment to another, both included, oldest first.
    #[must_use]
    pub fn run(
        &self,
        key: &str,
        journey: &Journey,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Vec<CaseChange> {
        let mut cases = Cases::new(self.inspector.settings().cases.clone());
        let mut changes = Vec::new();
        self.each(journey, from, to, |now, _, findings| {
            changes.extend(cases.update(key, findings, now));
            cases.next_check(key)
        });
        changes
    }

    /// Calls `see` with every inspection. It may ask to look again at an instant, though no rule
    /// wants to.
    pub fn each(
        &self,
        journey: &Journey,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        mut see: impl FnMut(DateTime<Utc>, &Parcel, &Findings) -> Option<DateTime<Utc>>,
    ) {
        let mut news: Vec<DateTime<Utc>> = journey
            .shipments()
            .map(|shipment| shipment.received)
            .filter(|received| *received > from && *received <= to)
            .collect();
        news.push(from);
        news.sort();
        news.dedup();
        for (at, start) in news.iter().enumerate() {
            let end = news.get(at + 1).copied();
            let mut now = *start;
            let mut parcel = self.digest(journey, now);
            loop {
                let findings = self.inspector.inspect(&parcel, now);
                let wanted = [see(now, &parcel, &findings), findings.next_check]
                    .into_iter()
                    .flatten()
                    .min();
                let Some(next) =
                    wanted.and_then(|wanted| Some(wanted.max(now.checked_add_signed(FINEST)?)))
                else {
                    break;
                };
                if next > to || end.is_some_and(|end| next >= end) {
                    break;
                }
                now = next;
                if parcel.renew.is_some_and(|renew| renew <= now) {
                    parcel = self.digest(journey, now);
                }
            }
        }
    }

    fn digest(&self, journey: &Journey, now: DateTime<Utc>) -> Parcel {
        let snapshot = journey.at_known(now, now);
        match self.model {
            Some(model) => self
                .inspector
                .digest_expecting(&snapshot, self.customer, model),
            None => self
                .inspector
                .digest(&snapshot)
                .with_customer(self.customer.map(Into::into)),
        }
    }
}

impl std::fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay")
            .field("customer", &self.customer)
            .finish_non_exhaustive()
    }
}
