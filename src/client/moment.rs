//! The same moment on both clocks: the runtime's, which nobody sets, and the wall clock, which
//! outlives the process.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// The present on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub instant: Instant,
    pub wall: DateTime<Utc>,
}

impl Moment {
    /// The present, by the wall clock given.
    pub fn now(wall: DateTime<Utc>) -> Self {
        Self {
            instant: Instant::now(),
            wall,
        }
    }

    /// The wall time of an instant that lies ahead; none for one that has passed.
    pub fn wall_of(&self, instant: Instant) -> Option<DateTime<Utc>> {
        let ahead = instant
            .checked_duration_since(self.instant)
            .filter(|ahead| !ahead.is_zero())?;
        let at = TimeDelta::from_std(ahead)
            .ok()
            .and_then(|ahead| self.wall.checked_add_signed(ahead));
        Some(at.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// How far a wall time lies ahead, at most `limit`; none for one that has passed.
    pub fn ahead(&self, at: DateTime<Utc>, limit: Duration) -> Option<Duration> {
        let ahead = at.signed_duration_since(self.wall).to_std().ok()?;
        (!ahead.is_zero()).then(|| ahead.min(limit))
    }

    /// The instant of a wall time that lies ahead, at most `limit` from now.
    pub fn instant_of(&self, at: DateTime<Utc>, limit: Duration) -> Option<Instant> {
        self.ahead(at, limit)
            .map(|ahead| super::after(self.instant, ahead))
    }
}
