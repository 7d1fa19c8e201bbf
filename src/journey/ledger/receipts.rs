//! When which contents were received: [`Timeline`].

use std::ops::Range;

use chrono::{DateTime, Utc};

/// How many receipts that said nothing new are kept, so that a delivery that arrives late finds
/// between which others it belongs.
const MOST_REPEATED: usize = 16;
/// Room for so many receipts at least.
const FEWEST: usize = 3;
/// Moments at which more was received are not compared with others.
const LARGEST_COMPARED: usize = 64;

/// A content, and when it was received.
pub(super) type Receipt = (DateTime<Utc>, u32);

/// The receipts of one feed about one number, oldest first; of one moment by content.
///
/// A receipt that says what the one before it said and what the one after it says is left out once
/// there are more than [`MOST_REPEATED`] of them: what is kept is when each content was received
/// first and last, and each time that another came between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timeline {
    receipts: Vec<Receipt>,
    /// How many of them repeat what stands before and after them; none once they are left out.
    repeated: usize,
    /// Whether repeated receipts were left out: from then on all are.
    is_thinned: bool,
}

impl Timeline {
    /// A timeline of receipts in their order.
    pub fn of(receipts: Vec<Receipt>, is_thinned: bool) -> Self {
        let mut timeline = Self {
            receipts,
            repeated: 0,
            is_thinned,
        };
        let all = repeated(&timeline.receipts);
        timeline.repeated = all.iter().filter(|is_repeated| **is_repeated).count();
        timeline
    }

    pub const fn is_thinned(&self) -> bool {
        self.is_thinned
    }

    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// Takes in a receipt. Says whether it is kept.
    pub fn insert(&mut self, received: DateTime<Utc>, content: u32) -> bool {
        let receipt = (received, content);
        let Err(at) = self.receipts.binary_search(&receipt) else {
            return false;
        };
        let before = self.repeated_around(received);
        if self.receipts.capacity() == self.receipts.len() {
            // The first, the last and the one that is coming in.
            let more = (self.receipts.len() / 8).max(FEWEST);
            self.receipts.reserve_exact(more);
        }
        self.receipts.insert(at, receipt);
        let after = self.repeated_around(received);
        let count = |ranges: &[Range<usize>]| ranges.iter().map(Range::len).sum::<usize>();
        self.repeated = (self.repeated + count(&after)).saturating_sub(count(&before));
        if self.is_thinned {
            // From the last to the first, so that the others stay where they are.
            after.into_iter().rev().for_each(|range| {
                self.receipts.drain(range);
            });
            self.repeated = 0;
        } else if self.repeated > MOST_REPEATED {
            self.thin();
        }
        self.receipts.binary_search(&receipt).is_ok()
    }

    fn thin(&mut self) {
        let all = repeated(&self.receipts);
        let mut all = all.iter();
        self.receipts
            .retain(|_| !all.next().copied().unwrap_or_default());
        self.receipts.shrink_to(FEWEST);
        self.is_thinned = true;
        self.repeated = 0;
    }

    /// The moments that repeat their neighbours: the one that a receipt belongs to, and those
    /// beside it.
    fn repeated_around(&self, received: DateTime<Utc>) -> Vec<Range<usize>> {
        let start = self.receipts.partition_point(|(at, _)| *at < received);
        let here = self.moment(start).filter(|_| {
            let first = self.receipts.get(start);
            first.is_some_and(|(at, _)| *at == received)
        });
        let next = self.moment(here.as_ref().map_or(start, |here| here.end));
        let before = start.checked_sub(1).and_then(|at| self.moment(at));
        [before, here, next]
            .into_iter()
            .flatten()
            .filter(|moment| self.is_repeated(moment))
            .collect()
    }

    /// The receipts of one moment.
    fn moment(&self, at: usize) -> Option<Range<usize>> {
        let (time, _) = *self.receipts.get(at)?;
        let start = self.receipts[..at].partition_point(|(before, _)| *before < time);
        let end = at + self.receipts[at..].partition_point(|(after, _)| *after <= time);
        Some(start..end)
    }

    fn is_repeated(&self, moment: &Range<usize>) -> bool {
        let same = |other: Option<Range<usize>>| {
            other.is_some_and(|other| {
                says_the_same(&self.receipts[other], &self.receipts[moment.clone()])
            })
        };
        moment.len() <= LARGEST_COMPARED
            && same(moment.start.checked_sub(1).and_then(|at| self.moment(at)))
            && same(self.moment(moment.end))
    }
}

fn says_the_same<K: PartialEq>(a: &[(DateTime<Utc>, K)], b: &[(DateTime<Utc>, K)]) -> bool {
    a.len() == b.len() && a.len() <= LARGEST_COMPARED && a.iter().zip(b).all(|(a, b)| a.1 == b.1)
}

/// Which receipts lie between two moments that say the same as theirs.
pub(super) fn repeated<K: PartialEq>(receipts: &[(DateTime<Utc>, K)]) -> Vec<bool> {
    let moments: Vec<&[(DateTime<Utc>, K)]> = receipts.chunk_by(|a, b| a.0 == b.0).collect();
    let mut repeated = Vec::with_capacity(receipts.len());
    for (at, moment) in moments.iter().enumerate() {
        let is_same = |other: Option<&&[(DateTime<Utc>, K)]>| {
            other.is_some_and(|other| says_the_same(other, moment))
        };
        let before = at.checked_sub(1).and_then(|at| moments.get(at));
        let is_repeated = is_same(before) && is_same(moments.get(at + 1));
        repeated.extend(std::iter::repeat_n(is_repeated, moment.len()));
    }
    repeated
}
