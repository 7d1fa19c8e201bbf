//! What became of calls, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Taken in for the first time.
    Accepted,
    /// Taken in before; acknowledged again.
    Repeated,
    /// Missing or wrong signature, credential or address.
    Unverified,
    /// Its newest event is older than what this receiver takes.
    Stale,
    /// Refused because no secret is configured.
    NoSecret,
    /// It cannot be read.
    Unreadable,
    /// Larger than this receiver takes.
    Oversize,
    /// The body did not come in time, or was cut.
    Incomplete,
    /// A fault of ours.
    Failed,
    /// A path that is none of ours.
    UnknownPath,
    /// Not a POST.
    WrongMethod,
    /// A subscription that was activated.
    HandshakeDone,
    /// A subscription whose activation failed.
    HandshakeFailed,
}

impl Outcome {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Unverified => "unverified",
            Self::Stale => "stale",
            Self::NoSecret => "no secret",
            Self::Unreadable => "unreadable",
            Self::Oversize => "oversize",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::UnknownPath => "unknown path",
            Self::WrongMethod => "wrong method",
            Self::HandshakeDone => "handshake done",
            Self::HandshakeFailed => "handshake failed",
        }
    }
}

/// Counts by feed and outcome.
#[derive(Debug, Default)]
pub struct Counts(Mutex<BTreeMap<(String, Outcome), u64>>);

impl Counts {
    /// One more.
    pub fn add(&self, feed: &str, outcome: Outcome) {
        let mut counts = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *counts.entry((feed.to_owned(), outcome)).or_default() += 1;
    }

    /// How often a feed's calls ended so.
    pub fn of(&self, feed: &str, outcome: Outcome) -> u64 {
        let counts = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        counts
            .get(&(feed.to_owned(), outcome))
            .copied()
            .unwrap_or(0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut before = "";
        for ((feed, outcome), count) in counts.iter() {
            let shown = if feed == before { "" } else { feed };
            writeln!(f, "  {shown:<16} {:<17} {count:>5}", outcome.name())?;
            before = feed;
        }
        Ok(())
    }
}
