//! One request: its turn, its attempts, the outcome of its response.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::uri::Authority;
use http::{Request, Response};
use smol_str::SmolStr;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument as _;

use super::booking::Booking;
use super::breaker::Pass;
use super::rate_limiter::Turn;
use super::retry::Effort;
use super::token::Held;
use super::{ClientError, ErrorKind, Inner, Operation, Retry, after};
use crate::adapter::{
    NoticeKind, Outcome, Payload, Poll, PollContext, PollResponse, Query, RequestError,
};

const LATER: Retry = Retry::Temporary { after: None };

/// A response with a result in it: found, or not found.
#[derive(Debug)]
pub(super) struct Received {
    pub response: Response<Vec<u8>>,
    pub received: DateTime<Utc>,
    pub is_not_found: bool,
}

/// The response as an adapter reads it.
pub(super) fn reply(response: &Response<Vec<u8>>, received: DateTime<Utc>) -> PollResponse<'_> {
    PollResponse {
        status: response.status().as_u16(),
        headers: response.headers(),
        body: response.body(),
        received,
    }
}

impl Inner {
    pub fn error(&self, operation: Operation, kind: ErrorKind, retry: Retry) -> ClientError {
        ClientError::new(&self.feed, operation, kind, retry)
    }

    /// Sends until there is a result, or retrying does not help any more.
    pub async fn request_until_done(
        &self,
        operation: Operation,
        query: &Query<'_>,
        booking: Option<&Booking>,
    ) -> Result<Received, ClientError> {
        let mut effort = Effort::new(&self.retry);
        let mut rejected = None;
        loop {
            let mut used = None;
            match self
                .attempt(operation, query, booking, &mut effort, rejected, &mut used)
                .await
            {
                Ok(received) => {
                    self.tokens.iter().for_each(super::token::Tokens::accepted);
                    return Ok(received);
                }
                Err(error)
                    if error.kind == ErrorKind::Unauthorised
                        && error.operation == operation
                        && used.is_some()
                        && rejected.is_none() =>
                {
                    tracing::debug!(feed = %self.feed, "the token was rejected");
                    rejected = used;
                    self.meter.retries();
                }
                Err(error) => {
                    if error.kind == ErrorKind::Unauthorised
                        && error.operation == operation
                        && rejected.is_some()
                        && used > rejected
                    {
                        self.tokens.iter().for_each(|tokens| tokens.refused(&error));
                    }
                    self.pause_or_give_up(&mut effort, error).await?;
                }
            }
        }
    }

    /// One attempt. `used` becomes the generation of the token it was made with.
    async fn attempt(
        &self,
        operation: Operation,
        query: &Query<'_>,
        booking: Option<&Booking>,
        effort: &mut Effort<'_>,
        rejected: Option<u64>,
        used: &mut Option<u64>,
    ) -> Result<Received, ClientError> {
        let mut token = self.token(rejected).await?;
        let mut request = self.request(operation, query, token.as_deref())?;
        let host = self.host(operation, &request)?;
        if let Some(open_for) = self.breakers.refuses(&host) {
            return Err(self.circuit_open(operation, open_for));
        }
        let turn = self.turn(operation).await?;
        if turn.has_waited {
            // A signature may be too old by now, the token expired.
            token = self.token(rejected).await?;
            request = self.request(operation, query, token.as_deref())?;
        }
        *used = token.map(|token| token.generation);
        if let Some(booking) = booking {
            booking.used();
        }
        let (response, received, pass) = self.exchange(operation, request, effort, host).await?;
        let outcome = self.poll(operation)?.outcome(&reply(&response, received));
        let is_down = response.status().is_server_error()
            && !matches!(
                outcome,
                Outcome::Found | Outcome::NotFound | Outcome::Invalid(_)
            );
        self.settle(pass, is_down);
        self.judge(operation, response, received, outcome)
    }

    /// Turns an outcome into a result or an error.
    pub fn judge(
        &self,
        operation: Operation,
        response: Response<Vec<u8>>,
        received: DateTime<Utc>,
        outcome: Outcome,
    ) -> Result<Received, ClientError> {
        let status = response.status();
        let fail = |kind, retry| self.error(operation, kind, retry);
        if status.is_redirection() {
            return Err(fail(ErrorKind::Redirected, Retry::Permanent).coded(status.as_str()));
        }
        let reply = reply(&response, received);
        if status.is_success() && reply.is_page() {
            let after = reply.retry_after();
            return Err(self.later(operation, status, after));
        }
        match outcome {
            Outcome::Found => Ok(Received {
                response,
                received,
                is_not_found: false,
            }),
            Outcome::NotFound => Ok(Received {
                response,
                received,
                is_not_found: true,
            }),
            Outcome::RetryAfter(after) => Err(self.later(operation, status, after)),
            Outcome::Reauthorise => {
                let code = self.code_of_refusal(&response, received);
                Err(fail(ErrorKind::Unauthorised, Retry::Permanent)
                    .coded(code.as_deref().unwrap_or(status.as_str())))
            }
            Outcome::Refused(fault) => {
                Err(fail(ErrorKind::Refused, Retry::Permanent).faulted(&fault))
            }
            Outcome::Invalid(fault) => {
                Err(fail(ErrorKind::Invalid, Retry::Permanent).faulted(&fault))
            }
        }
    }

    /// The carrier's own code for a token or password that it rejects, such as 250002, which is
    /// more specific than the status.
    pub fn code_of_refusal(
        &self,
        response: &Response<Vec<u8>>,
        received: DateTime<Utc>,
    ) -> Option<SmolStr> {
        let batch = self
            .adapter
            .decode(Payload::new(response.body(), received))
            .ok()?;
        batch
            .notices
            .into_iter()
            .find(|notice| notice.kind == NoticeKind::Reauthorise)?
            .value
    }

    /// The carrier defers the request. Throttling holds for all requests of the credential.
    pub fn later(
        &self,
        operation: Operation,
        status: http::StatusCode,
        after: Option<Duration>,
    ) -> ClientError {
        // An adapter outside this crate may read the wait elsewhere, without that limit.
        let after = after.map(|after| after.min(PollResponse::MAX_RETRY_AFTER));
        let is_throttled = status == http::StatusCode::TOO_MANY_REQUESTS;
        if is_throttled {
            self.meter.throttled();
            after
                .into_iter()
                .for_each(|after| self.rate_limiter.hold(after));
        }
        let kind = if is_throttled {
            ErrorKind::Throttled
        } else {
            ErrorKind::Unavailable
        };
        let error = self.error(operation, kind, Retry::Temporary { after });
        if status.is_success() {
            error
        } else {
            error.coded(status.as_str())
        }
    }

    /// After a failure: sleeps before the next attempt, or gives up with an error.
    pub async fn pause_or_give_up(
        &self,
        effort: &mut Effort<'_>,
        error: ClientError,
    ) -> Result<(), ClientError> {
        let is_retried = matches!(
            error.kind,
            ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::Unavailable
                | ErrorKind::Throttled
        );
        let was_tried = !effort.is_first();
        match error.retry {
            // Retried already, one layer below; or permanent.
            Retry::Permanent | Retry::Exhausted { .. } => return Err(error),
            // No turn after failed attempts: the attempts count.
            Retry::Temporary { after } if !is_retried && was_tried => {
                return Err(error.with_retry(Retry::Exhausted { after }));
            }
            Retry::Temporary { .. } if !is_retried => return Err(error),
            Retry::Temporary { .. } => {}
        }
        let after = error.retry.after();
        match effort.pause(after, self.chance()) {
            Some(pause) => {
                tracing::debug!(feed = %self.feed, operation = %error.operation, kind = %error.kind, pause = ?pause, "retrying");
                self.meter.retries();
                sleep(pause).await;
                Ok(())
            }
            None => Err(error.with_retry(Retry::Exhausted { after })),
        }
    }

    /// Sends, and reads the response whole.
    pub async fn exchange(
        &self,
        operation: Operation,
        request: Request<Vec<u8>>,
        effort: &mut Effort<'_>,
        host: Authority,
    ) -> Result<(Response<Vec<u8>>, DateTime<Utc>, Pass<'_>), ClientError> {
        let pass = self
            .breakers
            .admit(&host)
            .map_err(|open_for| self.circuit_open(operation, open_for))?;
        let time_limit = effort.begin();
        let began = Instant::now();
        self.meter.requests();
        let span = tracing::debug_span!("parceltrail.request", feed = %self.feed, operation = %operation, status = tracing::field::Empty);
        let sent = timeout_at(after(began, time_limit), self.transport.send(request))
            .instrument(span.clone())
            .await;
        let took = began.elapsed();
        effort.spend(took);
        self.meter.took(took);
        let failure = match sent {
            Ok(Ok(response)) => {
                span.record("status", response.status().as_u16());
                return Ok((response, (self.clock)(), pass));
            }
            Ok(Err(error)) => {
                let retry = if error.is_temporary() {
                    LATER
                } else {
                    Retry::Permanent
                };
                self.error(operation, error.kind(), retry).caused_by(error)
            }
            Err(_) => self.error(operation, ErrorKind::Timeout, LATER),
        };
        let is_down = matches!(
            failure.kind,
            ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout | ErrorKind::Interrupted
        );
        self.settle(pass, is_down);
        Err(failure)
    }

    pub fn settle(&self, pass: Pass<'_>, is_down: bool) {
        if pass.settle(is_down) {
            self.meter.opened();
            tracing::debug!(feed = %self.feed, "circuit open after repeated failures");
        }
    }

    fn circuit_open(&self, operation: Operation, open_for: Option<Duration>) -> ClientError {
        self.error(
            operation,
            ErrorKind::CircuitOpen,
            Retry::Temporary { after: open_for },
        )
    }

    async fn turn(&self, operation: Operation) -> Result<Turn, ClientError> {
        // The rare case is boxed: the future of a request is moved often and should be small.
        let turn = match self.rate_limiter.turn_now(|| (self.clock)()) {
            Some(turn) => turn,
            None => Box::pin(self.rate_limiter.turn(|| (self.clock)())).await,
        };
        let turn = turn
            .map_err(|after| self.error(operation, ErrorKind::Quota, Retry::Temporary { after }))?;
        if turn.has_waited {
            self.meter.waits();
        }
        Ok(turn)
    }

    pub fn poll(&self, operation: Operation) -> Result<&dyn Poll, ClientError> {
        self.adapter
            .as_poll()
            .ok_or_else(|| self.error(operation, ErrorKind::InvalidRequest, Retry::Permanent))
    }

    fn request(
        &self,
        operation: Operation,
        query: &Query<'_>,
        token: Option<&Held>,
    ) -> Result<Request<Vec<u8>>, ClientError> {
        self.with_context(
            token,
            |poll, context| poll.request(query, context),
            operation,
        )
    }

    pub fn with_context<T>(
        &self,
        token: Option<&Held>,
        build: impl FnOnce(&dyn Poll, &PollContext<'_>) -> Result<T, RequestError>,
        operation: Operation,
    ) -> Result<T, ClientError> {
        let request_id = self.request_id();
        let context = PollContext {
            now: (self.clock)(),
            request_id: &request_id,
            credentials: &self.credentials,
            token: token.map(|token| &token.secret),
            base: self.base_url.as_deref(),
        };
        let built = build(self.poll(operation)?, &context);
        built.map_err(|error| {
            self.error(operation, ErrorKind::InvalidRequest, Retry::Permanent)
                .caused_by(error)
        })
    }

    pub fn host(
        &self,
        operation: Operation,
        request: &Request<Vec<u8>>,
    ) -> Result<Authority, ClientError> {
        request
            .uri()
            .authority()
            .cloned()
            .ok_or_else(|| self.error(operation, ErrorKind::InvalidRequest, Retry::Permanent))
    }
}
