//! Requests grouped into batches that one HTTP request can hold.

use std::sync::Arc;

use super::Inner;
use crate::adapter::TrackRequest;

/// Requests in batches that one HTTP request can hold.
pub(super) struct Batches<I> {
    client: Arc<Inner>,
    requests: I,
    /// Requests that did not fit into the batch before.
    put_back: Vec<TrackRequest>,
}

impl<I> Batches<I> {
    pub fn new(client: Arc<Inner>, requests: I) -> Self {
        Self {
            client,
            requests,
            put_back: Vec::new(),
        }
    }
}

impl<I: Iterator<Item = TrackRequest>> Iterator for Batches<I> {
    type Item = Vec<TrackRequest>;

    fn next(&mut self) -> Option<Vec<TrackRequest>> {
        let limit = self.client.max_numbers.max(1);
        let group = |request: &TrackRequest| {
            self.client
                .adapter
                .as_poll()
                .map_or(0, |poll| poll.group(request))
        };
        let mut batch: Vec<TrackRequest> = Vec::new();
        let mut kept = Vec::new();
        let mut before = std::mem::take(&mut self.put_back).into_iter();
        // What does not fit is kept for the next batches, but no more of it than fills one.
        while batch.len() < limit && kept.len() < limit {
            let Some(request) = before.next().or_else(|| self.requests.next()) else {
                break;
            };
            if batch.contains(&request) {
                continue;
            }
            let fits = batch
                .first()
                .is_none_or(|first| group(first) == group(&request))
                && batch.iter().all(|other| other.number != request.number);
            if fits {
                batch.push(request)
            } else {
                kept.push(request)
            }
        }
        kept.extend(before);
        self.put_back = kept;
        (!batch.is_empty()).then_some(batch)
    }
}
