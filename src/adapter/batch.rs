//! What goes into an adapter ([`Payload`]) and what comes out ([`Batch`], [`Notice`], [`DecodeError`]).

use chrono::{DateTime, Utc};
use serde::Serialize;
use smol_str::SmolStr;

use crate::model::{FeedId, FreeText, Shipment, TrackingNumber, words};
use crate::wire::text::Decoded;

/// Bytes as they came, and when.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// The body. Bytes, because only the feed knows its encoding.
    pub bytes: &'a [u8],
    /// When the caller received it. Adapters never ask a clock.
    pub received: DateTime<Utc>,
}

impl<'a> Payload<'a> {
    /// The largest body that an adapter reads, in bytes.
    pub const LARGEST: usize = 64 * 1024 * 1024;

    /// A body received at a moment.
    #[must_use]
    pub fn new(bytes: &'a [u8], received: DateTime<Utc>) -> Self {
        Self { bytes, received }
    }

    /// The body as text: by byte order mark, UTF-8, XML declaration or, failing these, GB18030.
    ///
    /// # Errors
    /// When it is empty or too large.
    pub fn text(&self) -> Result<std::borrow::Cow<'a, str>, DecodeErrorKind> {
        open_text(self.bytes).map(|decoded| decoded.text)
    }
}

/// Bytes as text, refused when there are none or too many.
pub(crate) fn open_text(bytes: &[u8]) -> Result<Decoded<'_>, DecodeErrorKind> {
    if bytes.len() > Payload::LARGEST {
        return Err(DecodeErrorKind::TooLarge(bytes.len()));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeErrorKind::Empty);
    }
    Ok(crate::wire::text::decode(bytes))
}

/// What a payload said. Partial success is the normal result: `notices` tell what could not be used, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// What it said about each number.
    pub shipments: Vec<Shipment>,
    /// What it said besides, and what could not be used.
    pub notices: Vec<Notice>,
}

words! {
    /// What a [`Notice`] is about.
    NoticeKind {
        /// A code is in no table; its event is kept as `unmapped`.
        UnmappedCode = "unmapped_code",
        /// An event was left out because a field that it needs is missing or unreadable.
        EventSkipped = "event_skipped",
        /// A field was left out because it is unreadable.
        FieldUnreadable = "field_unreadable",
        /// The carrier knows nothing of the number, or not yet.
        NotFound = "not_found",
        /// The payload says nothing of any parcel.
        Empty = "empty",
        /// The carrier asks to try again later.
        RetryLater = "retry_later",
        /// The credentials or token were not accepted.
        Reauthorise = "reauthorise",
        /// The carrier does not allow the question.
        Refused = "refused",
        /// The question was wrong.
        InvalidRequest = "invalid_request",
        /// A message of the carrier that changes nothing.
        CarrierMessage = "carrier_message",
        /// A control message of a subscription, without tracking events.
        Control = "control",
        /// More is to be had: another page, or pieces that were not listed.
        Incomplete = "incomplete",
        /// The encoding was assumed.
        EncodingAssumed = "encoding_assumed",
        /// Characters were lost in decoding.
        TextDamaged = "text_damaged",
        /// The carrier withdrew a statement.
        Withdrawn = "withdrawn",
        /// One number stands for several parcels, told apart by time.
        NumberReused = "number_reused",
        /// Numbers might belong together, but it is not sure which.
        AmbiguousLink = "ambiguous_link",
        /// A number was named that does not tie what names it: a placeholder, a list, a number that too many share, or one that its speaker
        /// cannot know or does not prove to speak about.
        LinkRefused = "link_refused",
    }
}

/// Something that a caller may want to count, show or act on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// The feed.
    pub feed: FeedId,
    /// The number, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<TrackingNumber>,
    /// The field, in the feed's own names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<SmolStr>,
    /// The value or the carrier's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<SmolStr>,
    /// What was expected, or what the carrier said.
    pub message: String,
}

impl Notice {
    /// A notice about a feed. Personal data in the message is masked.
    #[must_use]
    pub fn new(kind: NoticeKind, feed: FeedId, message: impl Into<String>) -> Self {
        let message = FreeText::new(message.into()).masked().into_owned();
        Self { kind, feed, number: None, field: None, value: None, message }
    }

    /// The number that it is about.
    #[must_use]
    pub fn about(mut self, number: Option<&TrackingNumber>) -> Self {
        self.number = number.cloned();
        self
    }

    /// The field that it is about.
    #[must_use]
    pub fn at(mut self, field: impl Into<SmolStr>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The value that was read, cut to 80 characters.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        let cut: SmolStr = value.chars().take(80).collect();
        self.value = (!cut.is_empty()).then(|| FreeText::new(cut).masked().into());
        self
    }
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
    /// Larger than [`Payload::LARGEST`].
    #[error("the payload has {0} bytes; the most is {most}", most = Payload::LARGEST)]
    TooLarge(usize),
}
