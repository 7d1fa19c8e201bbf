//! One request: its turn, its token, its attempts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::uri::Authority;
use http::{Request, Response};
use secrecy::ExposeSecret as _;
use smol_str::SmolStr;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument as _;

use super::breaker::Pass;
use super::quota::{Booking, Turn};
use super::retry::Effort;
use super::token::Held;
use super::{ClientError, ErrorKind, Inner, Operation, Retry, after};
use crate::adapter::{
    NoticeKind, Outcome, Payload, Poll, PollContext, PollResponse, Query, RequestError, Token,
    is_sendable,
};

const LATER: Retry = Retry::Temporary { after: None };

/// An answer with something in it: found, or not found.
#[derive(Debug)]
pub(super) struct Answered {
    pub response: Response<Vec<u8>>,
    pub received: DateTime<Utc>,
    pub is_not_found: bool,
}

/// The reply that an adapter reads.
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

    /// Asks until there is an answer, or trying again does not help any more.
    pub async fn ask(
        &self,
        operation: Operation,
        query: &Query<'_>,
        booking: Option<&Booking>,
    ) -> Result<Answered, ClientError> {
        let mut effort = Effort::new(&self.retry);
        let mut rejected = None;
        loop {
            let mut used = None;
            match self
                .attempt(operation, query, booking, &mut effort, rejected, &mut used)
                .await
            {
                Ok(answered) => {
                    self.tokens.iter().for_each(super::token::Tokens::accepted);
                    return Ok(answered);
                }
                Err(error)
                    if error.kind == ErrorKind::Unauthorised
                        && error.operation == operation
                        && used.is_some()
                        && rejected.is_none() =>
                {
                    tracing::debug!(feed = %self.feed, "the token was not accepted");
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

    /// One attempt to get an answer. `used` tells which token it was made with.
    async fn attempt(
        &self,
        operation: Operation,
        query: &Query<'_>,
        booking: Option<&Booking>,
        effort: &mut Effort<'_>,
        rejected: Option<u64>,
        used: &mut Option<u64>,
    ) -> Result<Answered, ClientError> {
        let mut token = self.token(rejected).await?;
        let mut request = self.request(operation, query, token.as_deref())?;
        let host = self.host(operation, &request)?;
        if let Some(rest) = self.breakers.refuses(&host) {
            return Err(self.left_alone(operation, rest));
        }
        let turn = self.turn(operation).await?;
        if turn.has_waited {
            // A signature may be too old by now, the token over.
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

    /// What an outcome comes to.
    fn judge(
        &self,
        operation: Operation,
        response: Response<Vec<u8>>,
        received: DateTime<Utc>,
        outcome: Outcome,
    ) -> Result<Answered, ClientError> {
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
            Outcome::Found => Ok(Answered {
                response,
                received,
                is_not_found: false,
            }),
            Outcome::NotFound => Ok(Answered {
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

    /// The carrier's own code for a token or password that it refuses, such as 250002; the status
    /// says less.
    fn code_of_refusal(
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

    /// The carrier wants to be asked later. Who is too fast is so with all requests of the
    /// credential.
    fn later(
        &self,
        operation: Operation,
        status: http::StatusCode,
        after: Option<Duration>,
    ) -> ClientError {
        // An adapter of others may have read the wait elsewhere.
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

    /// After a failure: sleeps before the next attempt, or gives up with an error that says so.
    async fn pause_or_give_up(
        &self,
        effort: &mut Effort<'_>,
        error: ClientError,
    ) -> Result<(), ClientError> {
        let is_for_us = matches!(
            error.kind,
            ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::Unavailable
                | ErrorKind::Throttled
        );
        let was_tried = !effort.is_first();
        match error.retry {
            // Tried already, one layer below; or hopeless.
            Retry::Permanent | Retry::Exhausted { .. } => return Err(error),
            // No turn after attempts that failed: they are what matters.
            Retry::Temporary { after } if !is_for_us && was_tried => {
                return Err(error.with_retry(Retry::Exhausted { after }));
            }
            Retry::Temporary { .. } if !is_for_us => return Err(error),
            Retry::Temporary { .. } => {}
        }
        let after = error.retry.after();
        match effort.pause(after, self.chance()) {
            Some(pause) => {
                tracing::debug!(feed = %self.feed, operation = %error.operation, kind = %error.kind, pause = ?pause, "trying again");
                self.meter.retries();
                sleep(pause).await;
                Ok(())
            }
            None => Err(error.with_retry(Retry::Exhausted { after })),
        }
    }

    /// Sends, and reads the answer whole.
    async fn exchange(
        &self,
        operation: Operation,
        request: Request<Vec<u8>>,
        effort: &mut Effort<'_>,
        host: Authority,
    ) -> Result<(Response<Vec<u8>>, DateTime<Utc>, Pass<'_>), ClientError> {
        let pass = self
            .breakers
            .admit(&host)
            .map_err(|rest| self.left_alone(operation, rest))?;
        let most = effort.begin();
        let began = Instant::now();
        self.meter.requests();
        let span = tracing::debug_span!("parceltrail.request", feed = %self.feed, operation = %operation, status = tracing::field::Empty);
        let sent = timeout_at(after(began, most), self.transport.send(request))
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
                self.error(operation, error.kind(), retry).because(error)
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

    fn settle(&self, pass: Pass<'_>, is_down: bool) {
        if pass.settle(is_down) {
            self.meter.opened();
            tracing::debug!(feed = %self.feed, "the host fails and is left alone");
        }
    }

    fn left_alone(&self, operation: Operation, rest: Option<Duration>) -> ClientError {
        self.error(
            operation,
            ErrorKind::CircuitOpen,
            Retry::Temporary { after: rest },
        )
    }

    async fn turn(&self, operation: Operation) -> Result<Turn, ClientError> {
        // What is rare is boxed: the future of a request is moved about, and should be small.
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

    /// The token to ask with, where the feed wants one.
    async fn token(
        &self,
        rejected: Option<u64>,
    ) -> Result<Option<std::sync::Arc<Held>>, ClientError> {
        match &self.tokens {
            None => Ok(None),
            Some(tokens) => tokens
                .get(rejected, || Box::pin(self.fetch_token()))
                .await
                .map(Some),
        }
    }

    async fn fetch_token(&self) -> Result<Token, ClientError> {
        let mut effort = Effort::new(&self.retry);
        loop {
            match self.attempt_token(&mut effort).await {
                Ok(token) => {
                    self.meter.tokens();
                    return Ok(token);
                }
                Err(error) => self.pause_or_give_up(&mut effort, error).await?,
            }
        }
    }

    /// One attempt to fetch a token. It takes no turn of the quota: it asks for nothing.
    async fn attempt_token(&self, effort: &mut Effort<'_>) -> Result<Token, ClientError> {
        const OPERATION: Operation = Operation::Token;
        let request =
            self.with_context(None, |poll, context| poll.token_request(context), OPERATION)?;
        let Some(request) = request else {
            return Err(self.error(OPERATION, ErrorKind::InvalidRequest, Retry::Permanent));
        };
        let host = self.host(OPERATION, &request)?;
        let (response, received, pass) = self.exchange(OPERATION, request, effort, host).await?;
        let status = response.status();
        self.settle(pass, status.is_server_error());
        if status.is_redirection() {
            return Err(self
                .error(OPERATION, ErrorKind::Redirected, Retry::Permanent)
                .coded(status.as_str()));
        }
        let reply = reply(&response, received);
        let poll = self.poll(OPERATION)?;
        if status.is_success()
            && let Some(token) = poll.token(&reply)
        {
            // What cannot stand in a header is no token; it is not repeated in the error.
            if !is_sendable(token.secret.expose_secret()) {
                return Err(self.error(OPERATION, ErrorKind::Undecodable, Retry::Permanent));
            }
            return Ok(token);
        }
        if let later @ Outcome::RetryAfter(_) = reply.outcome_by_status() {
            return Err(self
                .judge(OPERATION, response.map(|_| Vec::new()), received, later)
                .err()
                .unwrap_or_else(|| self.unauthorised(status)));
        }
        Err(match poll.outcome(&reply) {
            Outcome::RetryAfter(after) => self.later(OPERATION, status, after),
            Outcome::Refused(fault) | Outcome::Invalid(fault) => {
                self.unauthorised(status).faulted(&fault)
            }
            Outcome::Found | Outcome::NotFound if status.is_success() => {
                self.error(OPERATION, ErrorKind::Undecodable, Retry::Permanent)
            }
            _ => match self.code_of_refusal(&response, received) {
                Some(code) => self.unauthorised(status).coded(&code),
                None => self.unauthorised(status),
            },
        })
    }

    fn unauthorised(&self, status: http::StatusCode) -> ClientError {
        self.error(Operation::Token, ErrorKind::Unauthorised, Retry::Permanent)
            .coded(status.as_str())
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

    fn with_context<T>(
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
            base: self.base.as_deref(),
        };
        let built = build(self.poll(operation)?, &context);
        built.map_err(|error| {
            self.error(operation, ErrorKind::InvalidRequest, Retry::Permanent)
                .because(error)
        })
    }

    fn host(
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
