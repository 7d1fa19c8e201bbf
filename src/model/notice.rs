//! What a caller may want to count, show or act on: [`Notice`].

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::words::words;
use super::{FeedId, FreeText, TrackingNumber, clean, clean_in_place};

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
        /// A number was named that does not tie what names it: a placeholder, a list, a number that
        /// too many share, or one that its speaker cannot know or does not prove to speak about.
        LinkRefused = "link_refused",
    }
}

/// Something that a caller may want to count, show or act on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// A notice about a feed. What is not known to be harmless in the message is hidden, as in a
    /// [`FreeText`].
    #[must_use]
    pub fn new(kind: NoticeKind, feed: FeedId, message: impl Into<String>) -> Self {
        Self::of_own_words(
            kind,
            feed,
            FreeText::new(message.into()).masked().into_owned(),
        )
    }

    /// A notice whose message repeats nothing of a payload.
    pub(crate) fn of_own_words(kind: NoticeKind, feed: FeedId, message: impl Into<String>) -> Self {
        Self {
            kind,
            feed,
            number: None,
            field: None,
            value: None,
            message: message.into(),
        }
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
        let mut field = field.into();
        clean_in_place(&mut field);
        self.field = Some(field);
        self
    }

    /// The value that was read, cut to 80 characters. A code and a time are shown as they are; what
    /// else is not known to be harmless is hidden.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        let cut: SmolStr = clean(value).chars().take(80).collect();
        let is_shown = self.kind.speaks_of_codes() && is_code(&cut)
            || self.kind.speaks_of_numbers() && is_number(&cut)
            || is_time(&cut)
            || is_code(&cut) && is_formal(&cut);
        let shown = if is_shown {
            cut
        } else {
            FreeText::new(cut).masked().into()
        };
        self.value = (!shown.is_empty()).then_some(shown);
        self
    }
}

impl NoticeKind {
    /// Whether its value is a carrier's code, which no list of ours holds.
    const fn speaks_of_codes(self) -> bool {
        matches!(
            self,
            Self::UnmappedCode
                | Self::NotFound
                | Self::RetryLater
                | Self::Reauthorise
                | Self::Refused
                | Self::InvalidRequest
                | Self::CarrierMessage
                | Self::Control
                | Self::EncodingAssumed
                | Self::Withdrawn
        )
    }

    /// Whether its value is the number of a parcel, an order or a count of pages.
    const fn speaks_of_numbers(self) -> bool {
        matches!(
            self,
            Self::Incomplete | Self::Empty | Self::NumberReused | Self::AmbiguousLink
        )
    }
}

/// Whether a value may be a code: plain letters, digits and signs, without the digits of a phone or
/// identity number and without the signs of an address of e-mail, a list of names or an
/// international number. Of several words, each is short or known.
fn is_code(value: &str) -> bool {
    const SIGNS: &[u8] = b"._-/:#*&=% ";
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || SIGNS.contains(&b));
    let blanks = value.bytes().filter(|b| *b == b' ').count();
    let is_short = |word: &str| {
        word.len() <= 3
            || word.contains(['/', '-', '_', '.'])
            || FreeText::new(word).masked() == word
    };
    let is_one = blanks == 0 || blanks <= 2 && value.len() <= 24 && value.split(' ').all(is_short);
    digits <= 6 && value.len() <= 60 && is_plain && is_one
}

/// Whether a value may be the number of a parcel, an order or a page: one word of letters and
/// digits.
fn is_number(value: &str) -> bool {
    value.len() <= 40
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'~'))
}

/// Whether a code looks like nothing else: short, or of digits and signs among its letters.
fn is_formal(value: &str) -> bool {
    value.len() <= 3 || value.bytes().any(|b| matches!(b, b'.' | b'_')) && !value.contains(' ')
}

/// Whether a value has the shape of a time, exists or not: `2026-13-45T25:00:00`, `20261345`,
/// `20261399000000000` (an identity number of China has a digit more, and no region 19 or 20),
/// `31.02.2026 10:00`.
fn is_time(value: &str) -> bool {
    let is_shape = |b: u8| {
        b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'/' | b'T' | b'Z' | b'+' | b' ')
    };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value
        .bytes()
        .filter(|b| matches!(b, b'-' | b':' | b'.' | b'/'))
        .count();
    let is_year = |text: Option<&str>| {
        text.is_some_and(|text| {
            text.starts_with("19") || text.starts_with("20") || text.starts_with("00")
        })
    };
    let is_compact = signs == 0 && matches!(digits, 8 | 12 | 14 | 17) && is_year(value.get(..2));
    let is_dated = signs >= 2
        && (is_year(value.get(..4)) && !value.as_bytes()[..4].contains(&b'.')
            || is_year(value.get(6..10)));
    value.bytes().all(is_shape)
        && digits <= 23
        && (is_compact || is_dated || value.contains(':') && digits <= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Option<String> {
        let notice = Notice::new(
            NoticeKind::UnmappedCode,
            FeedId::from_static("ups.track"),
            "",
        );
        notice.value(value).value.map(Into::into)
    }

    #[test]
    fn a_code_that_no_list_has_is_shown_with_its_signs() {
        for code in [
            "I #7",
            "#7",
            "P&D",
            "*4",
            "DE=12",
            "70%",
            "13/1301",
            "DY.84",
            "20261399000000000",
        ] {
            assert_eq!(shown(code).as_deref(), Some(code));
        }
    }

    #[test]
    fn what_looks_personal_is_no_code() {
        for (value, part) in [
            ("j.sample@example.com", "sample"),
            ("+49 30 123456", "123456"),
            ("Sample, Jo", "Sample"),
            ("440301199001011234", "199001"),
            ("Flat #12", "Flat"),
        ] {
            let shown = shown(value).unwrap();
            assert!(!shown.contains(part), "{value}: {shown}");
        }
    }
}
