//! Counters of a client: [`Stats`], as plain data and through the `metrics` facade.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Histogram};

macro_rules! stats {
    ($($(#[$meta:meta])* $name:ident = $metric:literal,)*) => {
        /// Counters of a client since it was built.
        ///
        /// The same is counted through the [`metrics`] facade, labelled with the feed, under the
        /// names given here; besides the histogram `parceltrail_client_request_seconds` and
        /// `parceltrail_client_errors_total`, labelled with the kind too. A recorder must be
        /// installed before the client is built.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Stats {
            $($(#[$meta])* #[doc = concat!("\n\nMetric: `", $metric, "`.")] pub $name: u64,)*
        }

        #[derive(Debug, Default)]
        struct Counts { $($name: AtomicU64,)* }

        /// Counts events.
        pub(super) struct Meter {
            feed: String,
            counts: Counts,
            seconds: Histogram,
            $($name: Counter,)*
        }

        impl Meter {
            pub fn new(feed: &str) -> Self {
                let feed = feed.to_owned();
                Self {
                    counts: Counts::default(),
                    seconds: metrics::histogram!("parceltrail_client_request_seconds", "feed" => feed.clone()),
                    $($name: metrics::counter!($metric, "feed" => feed.clone()),)*
                    feed,
                }
            }

            pub fn stats(&self) -> Stats {
                Stats { $($name: self.counts.$name.load(Ordering::Relaxed),)* }
            }

            $(pub fn $name(&self) {
                self.counts.$name.fetch_add(1, Ordering::Relaxed);
                self.$name.increment(1);
            })*
        }
    };
}

stats! {
    /// Requests sent, those for tokens included.
    requests = "parceltrail_client_requests_total",
    /// Of these, retries.
    retries = "parceltrail_client_retries_total",
    /// Tokens fetched.
    tokens = "parceltrail_client_tokens_total",
    /// Responses that throttled (429).
    throttled = "parceltrail_client_throttled_total",
    /// Requests that waited for the client's quota.
    waits = "parceltrail_client_waits_total",
    /// Times that a circuit opened.
    opened = "parceltrail_client_breaker_opened_total",
    /// Batches that were divided because one number may have made them fail.
    divided = "parceltrail_client_divided_total",
    /// Numbers that were found.
    found = "parceltrail_client_found_total",
    /// Numbers that the carrier does not know, or not yet.
    not_found = "parceltrail_client_not_found_total",
    /// Numbers that the response did not mention.
    missing = "parceltrail_client_missing_total",
    /// Numbers that ended in an error.
    failed = "parceltrail_client_failed_total",
}

impl Meter {
    /// How long a request took from sending to the last byte.
    pub fn took(&self, time: Duration) {
        self.seconds.record(time.as_secs_f64());
    }

    pub fn error(&self, kind: super::ErrorKind) {
        metrics::counter!("parceltrail_client_errors_total", "feed" => self.feed.clone(), "kind" => kind.as_str()).increment(1);
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.stats().fmt(f)
    }
}
