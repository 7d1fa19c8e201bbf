//! What goes wrong, and how often: [`FaultPlan`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::words;

words! {
    /// A kind of fault. Each can be switched on by itself.
    Fault {
        /// A bearer token dies before its time: 401 (FedEx, UPS) or `A1011` (SF), until a new one
        /// is fetched. Feeds without tokens never show it.
        TokenRevoked = "token_revoked",
        /// 429 with `Retry-After`, in seconds or as a date; SF says `A1005` in a 200 and no time.
        Throttled = "throttled",
        /// 500, 502, 503 or 504, several in a row, with the carrier's own body or a gateway's page.
        ServerErrors = "server_errors",
        /// The question is taken and never answered; the connection closes in the end.
        NoAnswer = "no_answer",
        /// The body comes in drops.
        SlowBody = "slow_body",
        /// The connection breaks in the middle of the body.
        CutBody = "cut_body",
        /// An error in a 200: for one number where several were asked about, else for the call.
        ErrorInside = "error_inside",
        /// An event stands twice in an answer.
        DuplicateEvents = "duplicate_events",
        /// The events of an answer stand in any order.
        ReorderedEvents = "reordered_events",
        /// A scan is timed anew or taken back while the parcel travels. Drawn once a parcel.
        Corrections = "corrections",
        /// An event has a code that no table knows. Drawn once a parcel.
        UnknownCodes = "unknown_codes",
        /// A webhook call is sent twice although it was acknowledged.
        RepeatedPush = "repeated_push",
        /// A webhook call overtakes the one before it.
        ReorderedPush = "reordered_push",
    }
}

/// When a kind of fault strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// The first question about each number, or each parcel.
    First,
    /// This share of them.
    Share(f64),
}

/// Which faults strike, and how often. The same seed and the same questions give the same faults:
/// they are drawn by the number that is asked about (the first one of a batch) and how often it was
/// asked about before, so that it does not matter how questions about several numbers interleave.
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
    /// Nothing goes wrong.
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

    /// Everything goes wrong now and then: about one question in eight meets a fault of transport
    /// or service, one answer in three has events twice or out of order, and a third of the parcels
    /// are corrected.
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

    /// A kind of fault strikes this share of the questions, parcels or calls (0 to 1).
    #[must_use]
    pub fn with_fault(mut self, fault: Fault, share: f64) -> Self {
        self.kinds.insert(fault, When::Share(share));
        self
    }

    /// A kind of fault strikes the first question about each number, and no later one.
    #[must_use]
    pub fn with_first(mut self, fault: Fault) -> Self {
        self.kinds.insert(fault, When::First);
        self
    }

    /// How long `Retry-After` asks to wait; one second unless set. Dates are told to the second,
    /// rounded up.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = wait;
        self
    }

    /// How many answers in a row a burst of [`Fault::ServerErrors`] costs; three unless set.
    #[must_use]
    pub fn with_burst_length(mut self, answers: u32) -> Self {
        self.burst = answers.max(1);
        self
    }

    /// How long [`Fault::NoAnswer`] keeps the connection open; thirty seconds unless set.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// How long a body takes under [`Fault::SlowBody`]; 400 ms unless set.
    #[must_use]
    pub fn with_slowness(mut self, slowness: Duration) -> Self {
        self.slowness = slowness;
        self
    }

    /// Whether a kind of fault is switched on.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.kinds.contains_key(&fault)
    }

    /// Whether a kind of fault strikes: `key` names the number, parcel or call, `nth` how often it
    /// was seen before.
    pub(super) fn strikes(&self, fault: Fault, key: &str, nth: u64) -> bool {
        match self.kinds.get(&fault) {
            None => false,
            Some(When::First) => nth == 0,
            Some(When::Share(share)) => self.rng(fault, key, nth).f64() < *share,
        }
    }

    /// A source of chance that depends on nothing but the seed and what is drawn for.
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
