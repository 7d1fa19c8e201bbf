//! Access tokens: fetched once however many requests wait, renewed before they expire.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::ClientError;
use crate::adapter::Token;

/// How long before it expires a token is renewed, at most.
const AHEAD: Duration = Duration::from_secs(60);
/// How long a failure is returned again instead of a new fetch, if it is permanent or there still
/// is a usable token.
const FAILURE_STANDS: Duration = Duration::from_secs(20);

/// How long no token is fetched after a new one was rejected, at most.
const MAX_REFUSAL: Duration = Duration::from_secs(900);

/// A token in use. `Debug` hides it.
#[derive(Debug)]
pub(super) struct Held {
    pub secret: SecretString,
    /// Rises with each fetch.
    pub generation: u64,
    renew: Option<Instant>,
    ends: Option<Instant>,
}

impl Held {
    fn is_due(&self, now: Instant) -> bool {
        self.renew.is_some_and(|renew| now >= renew)
    }

    fn has_expired(&self, now: Instant) -> bool {
        self.ends.is_some_and(|ends| now >= ends)
    }
}

#[derive(Clone, Debug)]
struct Failure {
    at: Instant,
    /// How many fetches had ended when it came about, itself included.
    fetch: u64,
    error: ClientError,
}

/// New tokens that were rejected, one after the other: the account lacks the permission, and more
/// tokens do not help.
#[derive(Debug, Default)]
struct Refusals {
    times: u32,
    last: Option<(Instant, ClientError)>,
}

impl Refusals {
    /// The rejection that is still in force: 20 seconds after the first, twice as long after each
    /// further one, up to a quarter of an hour.
    fn standing(&self, now: Instant) -> Option<ClientError> {
        let in_force = FAILURE_STANDS
            .saturating_mul(1 << self.times.saturating_sub(1).min(10))
            .min(MAX_REFUSAL);
        self.last
            .as_ref()
            .filter(|(at, _)| now.saturating_duration_since(*at) < in_force)
            .map(|(_, error)| error.clone())
    }
}

/// The token of one client.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    current: RwLock<Option<Arc<Held>>>,
    failure: Mutex<Option<Failure>>,
    refusals: Mutex<Refusals>,
    /// Whether there are rejections; read without the lock, as there mostly are none.
    are_refused: AtomicBool,
    /// Fetches that ended.
    ended: AtomicU64,
    /// Held while fetching. A fetch that is dropped lets the next one proceed.
    turn: tokio::sync::Mutex<()>,
}

impl Tokens {
    /// A token that was fetched for this request was rejected.
    pub fn refused(&self, error: &ClientError) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.times = refusals.times.saturating_add(1);
        refusals.last = Some((Instant::now(), error.clone()));
        self.are_refused.store(true, Ordering::Release);
    }

    /// A token was accepted.
    pub fn accepted(&self) {
        if self.are_refused.swap(false, Ordering::AcqRel) {
            *self.refusals.lock().unwrap_or_else(PoisonError::into_inner) = Refusals::default();
        }
    }

    /// A token newer than the one `rejected`: the current one, or a fetched one. While the
    /// rejection of a new token is in force, none is fetched.
    pub async fn get<F>(
        &self,
        rejected: Option<u64>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<Held>, ClientError>
    where
        F: Future<Output = Result<Token, ClientError>>,
    {
        let ended = self.ended.load(Ordering::Acquire);
        let current = self.usable(rejected);
        if let Some(held) = current {
            let now = Instant::now();
            if !held.is_due(now)
                || self
                    .failed(|failure| now - failure.at < FAILURE_STANDS)
                    .is_some()
            {
                return Ok(held);
            }
            // It is valid for a little longer: one request renews it, the others use it.
            let Ok(_turn) = self.turn.try_lock() else {
                return Ok(held);
            };
            return Ok(self.renewed(rejected, fetch).await.unwrap_or(held));
        }
        let _turn = self.turn.lock().await;
        let now = Instant::now();
        if rejected.is_some()
            && self.usable(rejected).is_none()
            && self.are_refused.load(Ordering::Acquire)
            && let Some(error) = self
                .refusals
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .standing(now)
        {
            return Err(error);
        }
        let stands = |failure: &Failure| {
            failure.fetch > ended
                || !failure.error.is_temporary() && now - failure.at < FAILURE_STANDS
        };
        if self.usable(rejected).is_none()
            && let Some(failure) = self.failed(stands)
        {
            return Err(failure.error);
        }
        self.renewed(rejected, fetch).await
    }

    /// The current token, unless it was rejected or has expired.
    fn usable(&self, rejected: Option<u64>) -> Option<Arc<Held>> {
        let held = self
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        let is_rejected = rejected.is_some_and(|rejected| held.generation <= rejected);
        (!is_rejected && !held.has_expired(Instant::now())).then_some(held)
    }

    fn failed(&self, matters: impl FnOnce(&Failure) -> bool) -> Option<Failure> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .filter(|failure| matters(failure))
    }

    /// Fetches, unless another one has done so while this one waited for its turn.
    async fn renewed<F>(
        &self,
        rejected: Option<u64>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<Held>, ClientError>
    where
        F: Future<Output = Result<Token, ClientError>>,
    {
        if let Some(held) = self
            .usable(rejected)
            .filter(|held| !held.is_due(Instant::now()))
        {
            return Ok(held);
        }
        // The lifetime counts from before the request, so that it is never overestimated.
        let began = Instant::now();
        let fetched = fetch().await;
        let fetch = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        let (held, failure) = match fetched {
            Ok(token) => (Ok(Arc::new(held(token, fetch, began))), None),
            Err(error) => (
                Err(error.clone()),
                Some(Failure {
                    at: Instant::now(),
                    fetch,
                    error,
                }),
            ),
        };
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        if let Ok(held) = &held {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(held));
        }
        held
    }
}

fn held(token: Token, generation: u64, began: Instant) -> Held {
    let before_end = |ahead: Duration| {
        token.lifetime.and_then(|lifetime| {
            began.checked_add(lifetime.saturating_sub(ahead.min(lifetime / 5)))
        })
    };
    Held {
        generation,
        renew: before_end(AHEAD),
        ends: before_end(AHEAD / 12),
        secret: token.secret,
    }
}
