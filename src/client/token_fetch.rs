//! Requests for access tokens.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::retry::Effort;
use super::send::reply;
use super::token::Held;
use super::{ClientError, ErrorKind, Inner, Operation, Retry};
use crate::adapter::{Outcome, Token, is_sendable};

impl Inner {
    /// The token to send, where the feed uses one.
    pub async fn token(&self, rejected: Option<u64>) -> Result<Option<Arc<Held>>, ClientError> {
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

    /// One attempt to fetch a token. It takes no turn of the quota.
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
            // What a header cannot hold is no token; the error does not repeat it.
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
}
