//! Injected faults, and how often they occur: [`FaultPlan`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::words;

words! {
    /// A kind of fault. Each can be switched on by itself.
    Fault {
        /// A bearer token is revoked before it expires: 401 (FedEx, UPS) or `A1011` (SF), until a
        /// new one is fetched. Feeds without tokens are not affected.
        TokenRevoked = "token_revoked",
        /// 429 with `Retry-After`, in seconds or as a date; SF responds `A1005` in a 200 without a
        /// time.
        Throttled = "throttled",
        /// 500, 502, 503 or 504, several in a row, with the carrier's own body or a gateway's page.
        ServerErrors = "server_errors",
        /// The request gets no response; the connection closes in the end.
        NoAnswer = "no_answer",
        /// The body is sent slowly, in pieces.
        SlowBody = "slow_body",
        /// The connection closes in the middle of the body.
        CutBody = "cut_body",
        /// An error in a 200: for one number of several, else for the request.
        ErrorInside = "error_inside",
        /// A response holds an event twice.
        DuplicateEvents = "duplicate_events",
        /// A response holds its events in random order.
        ReorderedEvents = "reordered_events",
        /// A scan gets another time or is withdrawn while the parcel is in transit. Drawn once a
        /// parcel.
        Corrections = "corrections",
        /// An event has a code that is in no table. Drawn once a parcel.
        UnknownCodes = "unknown_codes",
        /// A webhook call is sent twice although it was acknowledged.
        RepeatedPush = "repeated_push",
        /// A webhook call overtakes the one before it.
        ReorderedPush = "reordered_push",
    }
}

/// When a kind of fault occurs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// At the first request for each number, or at each parcel.
    First,
    /// At this share of them.
    Share(f64),
}

/// Which faults occur, and how often. The same seed and the same requests give the same faults:
/// they are drawn by the requested number (the first one of a batch) and how often it was requested
/// before, so that the interleaving of requests does not matter.
///
/// ```
/// use parceltrail::testing::simulator::{Fault, FaultPlan};
/// let one = FaultPlan::none().with_first(Fault::Throttled);
/// let some = FaultPlan::none().with_fault(Fault::CutBody, 0.1).with_fault(Fault::SlowBody, 0.1);
/// let all = FaultPlan::storm(7);
/// assert!(Fault::ALL.iter().all(|fault| all.has(*fault)));
/// assert!(one.has(Fault::Throttled) && !some.has(Fault::Throttled));
/// ```
#[derive(Clone, Debug)]
pub struct FaultPlan {
    seed: u64,
    kinds: BTreeMap<Fault, When>,
    pub(super) retry_after: Duration,
    pub(super) burst: u32,
    pub(super) silence: Duration,
    pub(super) slowness: Duration,
}

impl FaultPlan {
    /// No faults.
    #[must_use]
    pub fn none() -> Self {
        Self {
            seed: 0,
            kinds: BTreeMap::new(),
            retry_after: Duration::from_secs(1),
            burst: 3,
            silence: Duration::from_secs(30),
            slowness: Duration::from_millis(400),
        }
    }

    /// All faults now and then: about one request in eight fails in transport or service, one
    /// response in three has duplicate or reordered events, and a third of the parcels are
    /// corrected.
    #[must_use]
    pub fn storm(seed: u64) -> Self {
        let shares = [
            (Fault::TokenRevoked, 0.01),
            (Fault::Throttled, 0.025),
            (Fault::ServerErrors, 0.01),
            (Fault::NoAnswer, 0.01),
            (Fault::SlowBody, 0.02),
            (Fault::CutBody, 0.025),
            (Fault::ErrorInside, 0.025),
            (Fault::DuplicateEvents, 0.2),
            (Fault::ReorderedEvents, 0.2),
            (Fault::Corrections, 0.35),
            (Fault::UnknownCodes, 0.1),
            (Fault::RepeatedPush, 0.2),
            (Fault::ReorderedPush, 0.2),
        ];
        shares
            .into_iter()
            .fold(Self::none().with_seed(seed), |plan, (fault, share)| {
                plan.with_fault(fault, share)
            })
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a kind of fault at this share of the requests, parcels or webhook calls (0 to 1).
    #[must_use]
    pub fn with_fault(mut self, fault: Fault, share: f64) -> Self {
        self.kinds.insert(fault, When::Share(share));
        self
    }

    /// Adds a kind of fault at the first request for each number, and no later one.
    #[must_use]
    pub fn with_first(mut self, fault: Fault) -> Self {
        self.kinds.insert(fault, When::First);
        self
    }

    /// Sets the wait that `Retry-After` demands; one second by default. Dates are rounded up to the
    /// second.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = wait;
        self
    }

    /// Sets how many responses in a row a burst of [`Fault::ServerErrors`] affects; three by
    /// default.
    #[must_use]
    pub fn with_burst_length(mut self, answers: u32) -> Self {
        self.burst = answers.max(1);
        self
    }

    /// Sets how long [`Fault::NoAnswer`] keeps the connection open; thirty seconds by default.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Sets how long a body takes under [`Fault::SlowBody`]; 400 ms by default.
    #[must_use]
    pub fn with_slowness(mut self, slowness: Duration) -> Self {
        self.slowness = slowness;
        self
    }

    /// Whether the plan holds a kind of fault.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.kinds.contains_key(&fault)
    }

    /// Whether a kind of fault occurs: `key` names the number, parcel or call, `nth` how often it
    /// occurred before.
    pub(super) fn applies(&self, fault: Fault, key: &str, nth: u64) -> bool {
        match self.kinds.get(&fault) {
            None => false,
            Some(When::First) => nth == 0,
            Some(When::Share(share)) => self.rng(fault, key, nth).f64() < *share,
        }
    }

    /// A random number generator that depends only on the seed and these values.
    pub(super) fn rng(&self, fault: Fault, key: &str, nth: u64) -> fastrand::Rng {
        let mut hash = crate::model::Fnv::default();
        hash.bytes(&self.seed.to_le_bytes());
        hash.bytes(fault.as_str().as_bytes());
        hash.bytes(key.as_bytes());
        hash.bytes(&nth.to_le_bytes());
        fastrand::Rng::with_seed(hash.0)
    }
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self::none()
    }
}
