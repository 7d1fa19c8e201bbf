//! Reservations of numbers, so that none is requested again before its interval is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::rate_limiter::{RateLimiter, locked};
use crate::adapter::TrackRequest;
use crate::model::TrackingNumber;

impl RateLimiter {
    /// Reserves the numbers that may be requested now. The others have to wait.
    pub(super) fn book(&self, requests: Vec<TrackRequest>) -> Booked {
        let Some(interval) = self.0.quota.per_number_interval else {
            return Booked {
                free: requests,
                booking: None,
                early: Vec::new(),
            };
        };
        let now = Instant::now();
        let until = super::after(now, interval);
        let (mut free, mut early) = (Vec::with_capacity(requests.len()), Vec::new());
        let mut numbers = locked(&self.0.numbers);
        if numbers.len() == numbers.capacity() {
            numbers.retain(|_, free| *free > now);
        }
        for request in requests {
            match numbers
                .get(&request.number)
                .map(|free| free.saturating_duration_since(now))
                .filter(|wait| !wait.is_zero())
            {
                Some(wait) => early.push((request, wait)),
                None => {
                    numbers.insert(request.number.clone(), until);
                    free.push(request);
                }
            }
        }
        let booking = Booking {
            rate_limiter: self.clone(),
            numbers: free.iter().map(|request| request.number.clone()).collect(),
            interval,
            until,
            is_used: AtomicBool::new(false),
        };
        Booked {
            free,
            booking: Some(Arc::new(booking)),
            early,
        }
    }
}

/// The result of a reservation.
#[derive(Debug)]
pub(super) struct Booked {
    /// Numbers that may be requested.
    pub free: Vec<TrackRequest>,
    /// The reservation of them, where there is an interval to keep.
    pub booking: Option<Arc<Booking>>,
    /// Numbers that have to wait, and how long.
    pub early: Vec<(TrackRequest, Duration)>,
}

/// Numbers that are being requested. Dropped before a request was sent, it releases them.
#[derive(Debug)]
pub(super) struct Booking {
    rate_limiter: RateLimiter,
    numbers: Vec<TrackingNumber>,
    interval: Duration,
    until: Instant,
    is_used: AtomicBool,
}

impl Booking {
    /// A request for the numbers goes out: the interval runs from the last of them, whatever its
    /// turn or its retries took.
    pub fn used(&self) {
        let until = super::from_now(self.interval);
        let mut numbers = locked(&self.rate_limiter.0.numbers);
        for number in &self.numbers {
            numbers.insert(number.clone(), until);
        }
        self.is_used.store(true, Ordering::Relaxed);
    }
}

impl Drop for Booking {
    fn drop(&mut self) {
        if !self.is_used.load(Ordering::Relaxed) {
            let mut numbers = locked(&self.rate_limiter.0.numbers);
            for number in &self.numbers {
                if numbers.get(number) == Some(&self.until) {
                    numbers.remove(number);
                }
            }
        }
    }
}
