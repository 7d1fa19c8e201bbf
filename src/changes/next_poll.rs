//! When asking a carrier again is worth it: [`PollPace::next_poll`].

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::pace::PollPace;
use super::poll_question::PollQuestion;
use crate::adapter::Outcome;
use crate::anomaly::Span;
use crate::journey::Snapshot;
use crate::model::{Milestone, words};

words! {
    /// Why a carrier is asked again when it is, or not.
    PollReason {
        /// Nothing is known of it.
        NotFound = "not_found",
        /// The carrier does not have it yet.
        Announced = "announced",
        /// It moves.
        InTransit = "in_transit",
        /// Customs has it or holds it.
        Customs = "customs",
        /// It is out for delivery.
        OutForDelivery = "out_for_delivery",
        /// It waits to be collected.
        Pickup = "pickup",
        /// It goes back.
        Returning = "returning",
        /// It has been silent for long.
        Silent = "silent",
        /// The carrier refused for now.
        Throttled = "throttled",
        /// The carrier refuses the request or the credentials: asking again does not help before
        /// they are mended.
        Refused = "refused",
        /// It has ended, and is asked about once more.
        LastTime = "last_time",
        /// It has ended.
        Finished = "finished",
    }
}

impl PollReason {
    const fn text(self) -> &'static str {
        match self {
            Self::NotFound => "not known to the carrier yet",
            Self::Announced => "announced",
            Self::InTransit => "in transit",
            Self::Customs => "at customs",
            Self::OutForDelivery => "out for delivery",
            Self::Pickup => "waits to be collected",
            Self::Returning => "returning",
            Self::Silent => "silent for long",
            Self::Throttled => "the carrier asks to wait",
            Self::Refused => "refused",
            Self::LastTime => "finished: once more",
            Self::Finished => "finished",
        }
    }
}

/// How far a model may shorten and lengthen an interval.
const STRETCH: u8 = 4;

words! {
    /// What an interval follows from.
    PollBasis {
        /// The settings.
        Settings = "settings",
        /// What was learned of comparable parcels.
        Model = "model",
        /// What the carrier allows or demands.
        Carrier = "carrier",
    }
}

/// When to ask a carrier again. Its text says it in English: `out for delivery: every 30m`,
/// `finished: no more`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NextPoll {
    /// When; the present if it is due. Absent where asking again is not worth it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// Why then, or why no more.
    pub reason: PollReason,
    /// How long after the question before, where it is asked about at intervals.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    pub every: Option<TimeDelta>,
    /// What that follows from.
    pub basis: PollBasis,
}

impl fmt::Display for NextPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.text();
        match (self.at, self.every) {
            (None, _) => write!(f, "{reason}: no more"),
            (Some(_), None) => f.write_str(reason),
            (Some(_), Some(every)) => {
                let minutes = every.num_seconds().saturating_add(59) / 60;
                let every = Span::minutes(u32::try_from(minutes).unwrap_or(u32::MAX));
                write!(f, "{reason}: every {every}")
            }
        }
    }
}

fn seconds<S: serde::Serializer>(
    every: &Option<TimeDelta>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    every.map(|every| every.num_seconds()).serialize(serializer)
}

impl PollPace {
    /// When asking the carrier again is worth it: by where the parcel stands, what a model expects,
    /// what the feed allows, and how the carrier answered last. Never sooner than the feed's
    /// documented limits allow, counted from the last question about this parcel; keeping
    /// different parcels' requests apart is the sender's part, as `client::Client` does it.
    ///
    /// ```
    /// use parceltrail::adapter::PollLimits;
    /// use parceltrail::changes::{PollPace, PollQuestion};
    /// use parceltrail::testing::shipment;
    /// use parceltrail::{Journey, Milestone, Stage};
    ///
    /// let mut journey = Journey::default();
    /// let told = shipment("acme.track", "A1")
    ///     .event("2026-03-03T07:10:00Z", Stage::LastMile, Milestone::OutForDelivery)
    ///     .received("2026-03-03T07:30:00Z");
    /// journey.apply(told.clone());
    /// let now = "2026-03-03T07:40:00Z".parse()?;
    /// let snapshot = journey.at(now);
    ///
    /// let pace = PollPace::default();
    /// let next = pace.next_poll(&PollQuestion::about(&snapshot), now);
    /// assert_eq!(next.to_string(), "out for delivery: every 30m");
    /// assert_eq!(next.at, Some("2026-03-03T08:00:00Z".parse()?));
    ///
    /// // 250 requests a day for 100 parcels, one at a time: not that often.
    /// let question = PollQuestion::about(&snapshot)
    ///     .with_limits(PollLimits::numbers(1).with_per_day(250))
    ///     .with_parcels(100);
    /// assert_eq!(pace.next_poll(&question, now).to_string(), "out for delivery: every 9h36m");
    ///
    /// journey.apply(told.event("2026-03-03T11:00:00Z", Stage::LastMile, Milestone::Delivered).received("2026-03-04T12:00:00Z"));
    /// let now = "2026-03-04T12:00:00Z".parse()?;
    /// let next = pace.next_poll(&PollQuestion::about(&journey.at(now)), now);
    /// assert_eq!((next.at, next.to_string().as_str()), (None, "finished: no more"));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn next_poll(&self, question: &PollQuestion<'_>, now: DateTime<Utc>) -> NextPoll {
        let asked = question.asked();
        let least = question.least();
        let after = |wait: TimeDelta| {
            let due = asked.map_or(now, |asked| add(asked, wait));
            Some(due.max(now))
        };
        if let Some(next) = self.answered(question, least, &after) {
            return next;
        }
        let (reason, usual) = self.usual(question.snapshot);
        if reason == PollReason::Finished {
            return self.ended(question, least, now);
        }
        let mut basis = PollBasis::Settings;
        let mut every = usual.duration();
        if let Some(asked) = asked
            && let Some(expected) = question.expected(asked, self.chance.get())
        {
            basis = PollBasis::Model;
            let stretched = usual.times(STRETCH).duration();
            every = (expected - asked).clamp(every / i32::from(STRETCH), stretched);
        }
        every = every.min(self.longest.duration().max(usual.duration()));
        let (mut reason, eased) = (reason, self.eased(question.snapshot, now));
        if eased > every {
            (reason, basis, every) = (PollReason::Silent, PollBasis::Settings, eased);
        }
        if least > every {
            (basis, every) = (PollBasis::Carrier, least);
        }
        NextPoll {
            at: after(every),
            reason,
            every: Some(every),
            basis,
        }
    }

    /// What follows from the last answer alone.
    fn answered(
        &self,
        question: &PollQuestion<'_>,
        least: TimeDelta,
        after: &dyn Fn(TimeDelta) -> Option<DateTime<Utc>>,
    ) -> Option<NextPoll> {
        let (at, reason) = match question.last?.outcome {
            Outcome::RetryAfter(wait) => {
                let stated = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
                let wait = stated.unwrap_or_else(|| self.retry.duration()).max(least);
                (after(wait), PollReason::Throttled)
            }
            Outcome::Refused(_) | Outcome::Invalid(_) | Outcome::Reauthorise => {
                (None, PollReason::Refused)
            }
            Outcome::Found | Outcome::NotFound => return None,
        };
        Some(NextPoll {
            at,
            reason,
            every: None,
            basis: PollBasis::Carrier,
        })
    }

    /// Once more after the end, then no more.
    fn ended(&self, question: &PollQuestion<'_>, least: TimeDelta, now: DateTime<Utc>) -> NextPoll {
        let parcel = question.snapshot.and_then(|it| it.parcel.as_ref());
        let once = parcel.map(|parcel| self.after_end.after(parcel.since.latest()));
        let asked = question.asked();
        let is_due = once.filter(|once| asked.is_none_or(|asked| asked < *once));
        let allowed = asked.map_or(now, |asked| add(asked, least));
        NextPoll {
            at: is_due.map(|once| once.max(allowed).max(now)),
            reason: if is_due.is_some() {
                PollReason::LastTime
            } else {
                PollReason::Finished
            },
            every: None,
            basis: PollBasis::Settings,
        }
    }

    /// Where it stands, and the interval for that.
    fn usual(&self, snapshot: Option<&Snapshot>) -> (PollReason, Span) {
        let Some((snapshot, parcel)) =
            snapshot.and_then(|snapshot| Some((snapshot, snapshot.parcel.as_ref()?)))
        else {
            return (PollReason::NotFound, self.not_found);
        };
        match parcel.milestone {
            _ if parcel.terminal => (PollReason::Finished, self.longest),
            Milestone::OutForDelivery => (PollReason::OutForDelivery, self.out_for_delivery),
            Milestone::AvailableForPickup => (PollReason::Pickup, self.pickup),
            Milestone::Returning => (PollReason::Returning, self.returning),
            milestone if snapshot.customs.is_held() || is_at_customs(milestone) => {
                (PollReason::Customs, self.customs)
            }
            milestone if milestone.is_before_pickup() => (PollReason::Announced, self.announced),
            _ => (PollReason::InTransit, self.in_transit),
        }
    }

    /// How much of the silence so far may pass again.
    fn eased(&self, snapshot: Option<&Snapshot>, now: DateTime<Utc>) -> TimeDelta {
        let heard = snapshot.and_then(|snapshot| {
            let since = snapshot.parcel.as_ref().map(|parcel| parcel.since.middle());
            since.max(snapshot.last_seen.as_ref().map(|seen| seen.time.middle()))
        });
        let Some(silence) = heard.map(|heard| now - heard) else {
            return TimeDelta::zero();
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "seconds of all calendars are far below 2^52"
        )]
        let share = (silence.num_seconds().max(0) as f64 * self.silence.get()) as i64;
        let share = TimeDelta::try_seconds(share).unwrap_or(TimeDelta::MAX);
        if silence < self.longest.duration() {
            return TimeDelta::zero();
        }
        share.min(self.longest.duration())
    }
}

const fn is_at_customs(milestone: Milestone) -> bool {
    milestone.is_customs() && !matches!(milestone, Milestone::CustomsReleased)
}

fn add(at: DateTime<Utc>, wait: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(wait)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
