//! A batch on its way: asked whole, divided where one number spoils it, asked again where single
//! numbers are to be.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::quota::{Booked, Booking};
use super::retry::Effort;
use super::send::{Answered, reply};
use super::sort::{Share, sort};
use super::{ClientError, ErrorKind, Inner, Operation, Retry, TrackOutcome, TrackResult};
use crate::adapter::{Batch, Notice, NoticeKind, Page, Payload, Query, TrackRequest};

/// The most pages of one answer.
const MOST_PAGES: usize = 100;

/// Numbers that are asked about in one request.
#[derive(Debug)]
struct Work {
    asked: Vec<TrackRequest>,
    booking: Option<Arc<Booking>>,
    is_booked: bool,
    /// Not before.
    at: Option<Instant>,
    /// How often the carrier has put off single numbers of it.
    rounds: u32,
}

/// A batch on its way.
#[derive(Debug)]
pub(super) struct Run {
    client: Arc<Inner>,
    work: VecDeque<Work>,
    ready: Vec<TrackResult>,
}

impl Run {
    pub fn new(client: Arc<Inner>, asked: Vec<TrackRequest>) -> Self {
        let work = Work {
            asked,
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

    /// Goes on until there are answers; and itself, while more are to come.
    pub async fn advance(mut self) -> (Vec<TrackResult>, Option<Self>) {
        while self.ready.is_empty()
            && let Some(work) = self.work.pop_front()
        {
            self.step(work).await;
        }
        let ready = std::mem::take(&mut self.ready);
        (ready, (!self.work.is_empty()).then_some(self))
    }

    /// One request and what comes of it.
    async fn step(&mut self, mut work: Work) {
        if let Some(at) = work.at {
            sleep_until(at).await;
        }
        if !work.is_booked {
            self.book(&mut work);
        }
        if work.asked.is_empty() {
            return;
        }
        let client = Arc::clone(&self.client);
        match client.pages(&work.asked, work.booking.as_deref()).await {
            Ok((batch, is_not_found)) => self.give_out(work, batch, is_not_found),
            Err(error) if work.asked.len() > 1 && may_be_one_numbers_fault(error.kind) => {
                self.divide(work)
            }
            Err(error) => work
                .asked
                .into_iter()
                .for_each(|asked| self.answer(asked, Err(error.clone()))),
        }
    }

    /// Takes out the numbers that were asked about a moment ago: to wait, or to be told that they
    /// would wait too long.
    fn book(&mut self, work: &mut Work) {
        let rate_limiter = self.client.rate_limiter.clone();
        let Booked {
            free,
            booking,
            early,
        } = rate_limiter.book(std::mem::take(&mut work.asked));
        (work.asked, work.booking, work.is_booked) = (free, booking, true);
        let longest = rate_limiter.quota().longest_wait;
        let (soon, late): (Vec<_>, Vec<_>) =
            early.into_iter().partition(|(_, wait)| *wait <= longest);
        for (asked, wait) in late {
            let error = self.client.error(
                Operation::Track,
                ErrorKind::Quota,
                Retry::Temporary { after: Some(wait) },
            );
            self.answer(asked, Err(error));
        }
        if let Some(wait) = soon.iter().map(|(_, wait)| *wait).max() {
            let asked = soon.into_iter().map(|(asked, _)| asked).collect();
            self.work.push_back(Work {
                asked,
                booking: None,
                is_booked: false,
                at: Some(super::from_now(wait)),
                rounds: 0,
            });
        }
    }

    fn divide(&mut self, mut work: Work) {
        self.client.meter.divided();
        let rest = work.asked.split_off(work.asked.len() / 2);
        let rest = Work {
            asked: rest,
            booking: work.booking.clone(),
            ..work
        };
        self.work.push_front(rest);
        self.work.push_front(work);
    }

    /// Gives each number its share of an answer.
    fn give_out(&mut self, work: Work, batch: Batch, is_not_found: bool) {
        let (shares, besides) = sort(&work.asked, batch, is_not_found);
        let (mut again, mut code) = (Vec::new(), None);
        for (asked, share) in work.asked.into_iter().zip(shares) {
            match share {
                Share::TrackOutcome(told) => self.answer(asked, Ok(told)),
                Share::Fault(kind, code) => {
                    let error = self
                        .client
                        .error(Operation::Track, kind, Retry::Permanent)
                        .coded(code.as_deref().unwrap_or_default());
                    self.answer(asked, Err(error));
                }
                Share::Again(told) => {
                    code = told;
                    again.push(asked);
                }
            }
        }
        if !again.is_empty() {
            self.ask_again(
                Work {
                    asked: again,
                    ..work
                },
                code.as_deref(),
            );
        }
        if !besides.shipments.is_empty() || !besides.notices.is_empty() {
            self.ready.push(TrackResult {
                request: None,
                outcome: Ok(TrackOutcome::Found(besides)),
            });
        }
    }

    /// The carrier put off single numbers: later, by the same rules as whole requests.
    fn ask_again(&mut self, work: Work, code: Option<&str>) {
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
                work.asked
                    .into_iter()
                    .for_each(|asked| self.answer(asked, Err(error.clone())));
            }
        }
    }

    fn answer(&mut self, asked: TrackRequest, told: Result<TrackOutcome, ClientError>) {
        let meter = &self.client.meter;
        match &told {
            Ok(TrackOutcome::Found(_)) => meter.found(),
            Ok(TrackOutcome::NotFound(_)) => meter.not_found(),
            Ok(TrackOutcome::Missing(_)) => meter.missing(),
            Err(error) => {
                meter.failed();
                meter.error(error.kind);
            }
        }
        self.ready.push(TrackResult {
            request: Some(asked),
            outcome: told,
        });
    }
}

/// A fault of the whole query that may come from one number in it. An answer that is too large
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
    /// Asks page by page and puts the pages together.
    async fn pages(
        &self,
        asked: &[TrackRequest],
        booking: Option<&Booking>,
    ) -> Result<(Batch, bool), ClientError> {
        let mut whole = Batch::default();
        let mut page: Option<Page> = None;
        for _ in 0..MOST_PAGES {
            let query = Query {
                requests: asked,
                page: page.as_ref(),
                language: self.language.as_deref(),
            };
            let answered = self.ask(Operation::Track, &query, booking).await?;
            let is_not_found = answered.is_not_found && page.is_none();
            let (mut batch, next) = self.read(Operation::Track, &answered)?;
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
            "the pages do not come to an end",
        ));
        batch
    }

    /// Decodes an answer and looks for the next page. A "not found" that cannot be read is one all
    /// the same.
    pub fn read(
        &self,
        operation: Operation,
        answered: &Answered,
    ) -> Result<(Batch, Option<Page>), ClientError> {
        let next = self
            .poll(operation)?
            .next_page(&reply(&answered.response, answered.received));
        match self
            .adapter
            .decode(Payload::new(answered.response.body(), answered.received))
        {
            Ok(batch) => Ok((batch, next)),
            Err(_) if answered.is_not_found => Ok((Batch::default(), None)),
            Err(error) => Err(self
                .error(operation, ErrorKind::Undecodable, Retry::Permanent)
                .because(error)),
        }
    }
}
