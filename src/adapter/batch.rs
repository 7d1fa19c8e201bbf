//! What goes into an adapter ([`Payload`]) and what comes out ([`Batch`], [`Notice`],
//! [`DecodeError`]).

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{FeedId, Notice, Shipment, clean};
use crate::wire::text::Decoded;

/// Bytes as they came, and when.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    /// The body. Bytes, because only the feed knows its encoding.
    pub bytes: &'a [u8],
    /// When the caller received it. Adapters never ask a clock.
    pub received: DateTime<Utc>,
}

impl<'a> Payload<'a> {
    /// The largest body that an adapter reads, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024 * 1024;

    /// A body received at a moment.
    #[must_use]
    pub fn new(bytes: &'a [u8], received: DateTime<Utc>) -> Self {
        Self { bytes, received }
    }

    /// The body as text: by byte order mark, UTF-8, XML declaration or, failing these, GB18030.
    ///
    /// # Errors
    /// When it is empty or too large.
    pub fn text(&self) -> Result<Cow<'a, str>, DecodeErrorKind> {
        open_text(self.bytes).map(|decoded| decoded.text)
    }
}

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload")
            .field("bytes", &Size(self.bytes))
            .field("received", &self.received)
            .finish()
    }
}

/// A body as `Debug` shows it: by its size alone.
pub(crate) struct Size<'a>(pub &'a [u8]);

impl std::fmt::Debug for Size<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Bytes as text, refused when there are none or too many.
pub(crate) fn open_text(bytes: &[u8]) -> Result<Decoded<'_>, DecodeErrorKind> {
    if bytes.len() > Payload::MAX_BYTES {
        return Err(DecodeErrorKind::TooLarge(bytes.len()));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeErrorKind::Empty);
    }
    Ok(crate::wire::text::decode(bytes))
}

/// What a payload said. Partial success is the normal result: `notices` tell what could not be
/// used, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// What it said about each number.
    pub shipments: Vec<Shipment>,
    /// What it said besides, and what could not be used.
    pub notices: Vec<Notice>,
}

/// A parser's complaint without what it quotes from the payload.
pub(crate) fn without_quotes(detail: &str) -> String {
    let mut parts = detail.split(['"', '`', '\'']);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        out.push_str(if at % 2 == 0 { "•••" } else { part });
    }
    clean(&out).into_owned()
}

/// A payload that could not be read at all.
///
/// ```
/// use parceltrail::{Payload, Registry};
/// let registry = Registry::builtin();
/// let error = registry.get("ups.track").unwrap().decode(Payload::new(b"<html>", Default::default())).unwrap_err();
/// assert!(error.to_string().starts_with("ups.track: "));
/// ```
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{feed}: {kind}")]
pub struct DecodeError {
    /// The feed.
    pub feed: FeedId,
    /// What was wrong.
    pub kind: DecodeErrorKind,
}

/// What was wrong with a payload.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Nothing came.
    #[error("the payload is empty")]
    Empty,
    /// Broken syntax.
    #[error("not {expected}: {detail}")]
    Syntax {
        /// `JSON`, `XML` or `a form`.
        expected: &'static str,
        /// Where, and what was found.
        detail: String,
    },
    /// Good syntax, but another feed's or nobody's message.
    #[error("{field} is missing: expected {expected}")]
    Shape {
        /// The field that had to be there.
        field: &'static str,
        /// What it should have held.
        expected: &'static str,
    },
    /// Larger than [`Payload::MAX_BYTES`].
    #[error("the payload has {0} bytes; the most is {most}", most = Payload::MAX_BYTES)]
    TooLarge(usize),
}
