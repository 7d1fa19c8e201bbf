//! Response bodies that results were decoded from: [`RawBody`].

use std::fmt;

use chrono::{DateTime, Utc};

use crate::adapter::{Payload, Size};

/// A response body as it came, and when. `Debug` shows its size only: it may hold personal data.
///
/// ```
/// use parceltrail::client::RawBody;
///
/// let body = RawBody::new(b"{}".to_vec(), "2026-03-01T03:00:00Z".parse()?);
/// assert_eq!(body.payload().bytes, b"{}");
/// assert!(format!("{body:?}").contains("2 bytes"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawBody {
    /// The bytes, after the content encoding was undone.
    pub bytes: Vec<u8>,
    /// When the response was received.
    pub received: DateTime<Utc>,
}

impl RawBody {
    /// A body received at a moment.
    #[must_use]
    pub const fn new(bytes: Vec<u8>, received: DateTime<Utc>) -> Self {
        Self { bytes, received }
    }

    /// What [`Adapter::decode`](crate::Adapter::decode) reads: decoding it again gives the same
    /// batch.
    #[must_use]
    pub fn payload(&self) -> Payload<'_> {
        Payload::new(&self.bytes, self.received)
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawBody")
            .field("bytes", &Size(&self.bytes))
            .field("received", &self.received)
            .finish()
    }
}
