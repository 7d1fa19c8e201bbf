//! A batch in progress: requested whole, divided where one number makes it fail, requested again
//! for the numbers that the carrier deferred.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::booking::{Booked, Booking};
use super::retry::Effort;
use super::send::{Received, reply};
use super::sort::{Share, sort};
use super::{ClientError, ErrorKind, Inner, Operation, RawBody, Retry, TrackOutcome, TrackResult};
use crate::adapter::{Batch, Notice, NoticeKind, Page, Payload, Query, TrackRequest};

/// The pages of one result that are read at most.
const MAX_PAGES: usize = 100;

/// Numbers of one request.
#[derive(Debug)]
struct Work {
    requests: Vec<TrackRequest>,
    booking: Option<Arc<Booking>>,
    is_booked: bool,
    /// Not before.
    at: Option<Instant>,
    /// How often the carrier has deferred single numbers of it.
    rounds: u32,
}

/// A batch in progress.
#[derive(Debug)]
pub(super) struct Run {
    client: Arc<Inner>,
    work: VecDeque<Work>,
    ready: Vec<TrackResult>,
}

impl Run {
    pub fn new(client: Arc<Inner>, requests: Vec<TrackRequest>) -> Self {
        let work = Work {
            requests,
            booking: None,
            is_booked: false,
            at: None,
            rounds: 0,
        };
        Self {
            client,
            work: VecDeque::from([work]),
            ready: Vec::new(),
        }
    }

    /// Continues until there are results. Returns them, and itself while more are to come.
    pub async fn advance(mut self) -> (Vec<TrackResult>, Option<Self>) {
        while self.ready.is_empty()
            && let Some(work) = self.work.pop_front()
        {
            self.step(work).await;
        }
        let ready = std::mem::take(&mut self.ready);
        (ready, (!self.work.is_empty()).then_some(self))
    }

    /// One request and its results.
    async fn step(&mut self, mut work: Work) {
        if let Some(at) = work.at {
            sleep_until(at).await;
        }
        if !work.is_booked {
            self.book(&mut work);
        }
        if work.requests.is_empty() {
            return;
        }
        let client = Arc::clone(&self.client);
        let mut raw = Vec::new();
        match client
            .pages(&work.requests, work.booking.as_deref(), &mut raw)
            .await
        {
            Ok((batch, is_not_found)) => self.distribute(work, batch, is_not_found, &raw),
            Err(error) if work.requests.len() > 1 && may_be_one_numbers_fault(error.kind) => {
                self.divide(work)
            }
            Err(error) => work
                .requests
                .into_iter()
                .for_each(|request| self.finish(request, Err(error.clone()), &raw)),
        }
    }

    /// Takes out the numbers whose interval is not over: they wait, or fail when the wait would be
    /// too long.
    fn book(&mut self, work: &mut Work) {
        let rate_limiter = self.client.rate_limiter.clone();
        let Booked {
            free,
            booking,
            early,
        } = rate_limiter.book(std::mem::take(&mut work.requests));
        (work.requests, work.booking, work.is_booked) = (free, booking, true);
        let max_wait = rate_limiter.quota().max_wait;
        let (soon, late): (Vec<_>, Vec<_>) =
            early.into_iter().partition(|(_, wait)| *wait <= max_wait);
        for (request, wait) in late {
            let error = self.client.error(
                Operation::Track,
                ErrorKind::Quota,
                Retry::Temporary { after: Some(wait) },
            );
            self.finish(request, Err(error), &[]);
        }
        if let Some(wait) = soon.iter().map(|(_, wait)| *wait).max() {
            let requests = soon.into_iter().map(|(request, _)| request).collect();
            self.work.push_back(Work {
                requests,
                booking: None,
                is_booked: false,
                at: Some(super::from_now(wait)),
                rounds: 0,
            });
        }
    }

    fn divide(&mut self, mut work: Work) {
        self.client.meter.divided();
        let rest = work.requests.split_off(work.requests.len() / 2);
        let rest = Work {
            requests: rest,
            booking: work.booking.clone(),
            ..work
        };
        self.work.push_front(rest);
        self.work.push_front(work);
    }

    /// Gives each number its share of a batch.
    fn distribute(&mut self, work: Work, batch: Batch, is_not_found: bool, raw: &[Arc<RawBody>]) {
        let (shares, besides) = sort(&work.requests, batch, is_not_found);
        let (mut again, mut code) = (Vec::new(), None);
        for (request, share) in work.requests.into_iter().zip(shares) {
            match share {
                Share::Outcome(outcome) => self.finish(request, Ok(outcome), raw),
                Share::Fault(kind, code) => {
                    let error = self
                        .client
                        .error(Operation::Track, kind, Retry::Permanent)
                        .coded(code.as_deref().unwrap_or_default());
                    self.finish(request, Err(error), raw);
                }
                Share::Again(reported) => {
                    code = reported;
                    again.push(request);
                }
            }
        }
        if !again.is_empty() {
            self.defer(
                Work {
                    requests: again,
                    ..work
                },
                code.as_deref(),
            );
        }
        if !besides.shipments.is_empty() || !besides.notices.is_empty() {
            self.ready.push(TrackResult {
                request: None,
                outcome: Ok(TrackOutcome::Found(besides)),
                raw: raw.to_vec(),
            });
        }
    }

    /// The carrier deferred single numbers: they are retried by the same rules as whole requests.
    fn defer(&mut self, work: Work, code: Option<&str>) {
        let mut effort = Effort::new(&self.client.retry);
        let mut pause = None;
        for _ in 0..=work.rounds {
            effort.begin();
            pause = effort.pause(None, self.client.chance());
        }
        match pause {
            Some(pause) => {
                self.client.meter.retries();
                self.work.push_back(Work {
                    at: Some(super::from_now(pause)),
                    rounds: work.rounds + 1,
                    ..work
                });
            }
            None => {
                let retry = Retry::Exhausted { after: None };
                let error = self
                    .client
                    .error(Operation::Track, ErrorKind::Unavailable, retry)
                    .coded(code.unwrap_or_default());
                work.requests
                    .into_iter()
                    .for_each(|request| self.finish(request, Err(error.clone()), &[]));
            }
        }
    }

    fn finish(
        &mut self,
        request: TrackRequest,
        outcome: Result<TrackOutcome, ClientError>,
        raw: &[Arc<RawBody>],
    ) {
        let meter = &self.client.meter;
        match &outcome {
            Ok(TrackOutcome::Found(_)) => meter.found(),
            Ok(TrackOutcome::NotFound(_)) => meter.not_found(),
            Ok(TrackOutcome::Missing(_)) => meter.missing(),
            Err(error) => {
                meter.failed();
                meter.error(error.kind);
            }
        }
        self.ready.push(TrackResult {
            request: Some(request),
            outcome,
            raw: raw.to_vec(),
        });
    }
}

/// Whether an error of the whole query may come from one number in it. A response that is too large
/// is smaller for fewer numbers.
fn may_be_one_numbers_fault(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Invalid
            | ErrorKind::InvalidRequest
            | ErrorKind::Undecodable
            | ErrorKind::TooLarge
    )
}

impl Inner {
    /// Requests page by page and joins the pages.
    async fn pages(
        &self,
        requests: &[TrackRequest],
        booking: Option<&Booking>,
        raw: &mut Vec<Arc<RawBody>>,
    ) -> Result<(Batch, bool), ClientError> {
        let mut whole = Batch::default();
        let mut page: Option<Page> = None;
        for _ in 0..MAX_PAGES {
            let query = Query {
                requests,
                page: page.as_ref(),
                language: self.language.as_deref(),
            };
            let received = self
                .request_until_done(Operation::Track, &query, booking)
                .await?;
            let is_not_found = received.is_not_found && page.is_none();
            let (mut batch, next) = self.read(Operation::Track, received, raw)?;
            whole.shipments.append(&mut batch.shipments);
            whole.notices.append(&mut batch.notices);
            match next {
                Some(next) if page.as_ref() != Some(&next) => page = Some(next),
                Some(_) => return Ok((self.unfinished(whole), is_not_found)),
                None => return Ok((whole, is_not_found)),
            }
        }
        Ok((self.unfinished(whole), false))
    }

    fn unfinished(&self, mut batch: Batch) -> Batch {
        batch.notices.push(Notice::of_own_words(
            NoticeKind::Incomplete,
            self.feed.clone(),
            "the pages do not end",
        ));
        batch
    }

    /// Decodes a response and looks for the next page. A "not found" that cannot be decoded is one
    /// all the same. Keeps the body in `raw`, if the client keeps them.
    pub fn read(
        &self,
        operation: Operation,
        received: Received,
        raw: &mut Vec<Arc<RawBody>>,
    ) -> Result<(Batch, Option<Page>), ClientError> {
        let Received {
            response,
            received,
            is_not_found,
        } = received;
        let next = self.poll(operation)?.next_page(&reply(&response, received));
        let decoded = match self.adapter.decode(Payload::new(response.body(), received)) {
            Ok(batch) => Ok((batch, next)),
            Err(_) if is_not_found => Ok((Batch::default(), None)),
            Err(error) => Err(self
                .error(operation, ErrorKind::Undecodable, Retry::Permanent)
                .caused_by(error)),
        };
        if self.keeps_raw_bodies {
            raw.push(Arc::new(RawBody::new(response.into_body(), received)));
        }
        decoded
    }
}
