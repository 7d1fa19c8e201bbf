//! The identity of a statement: [`EventId`].

use serde::{Serialize, Serializer};

use super::{Event, Fnv, Place};

/// The identity of a statement: equal for every repetition of it, whatever batch, language or
/// spelling it comes in.
///
/// It is derived from feed, number, piece, resolved time, code and place, never from the text,
/// which carriers re-word and translate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(u64);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for EventId {
    type Err = super::UnknownWord;

    /// Reads the 16 hexadecimal digits that `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(Self).ok_or_else(|| super::UnknownWord {
            vocabulary: "EventId",
            word: text.chars().take(40).collect(),
        })
    }
}

impl<'de> serde::Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize_word(deserializer)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Event {
    /// The statement's identity.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.identity().0
    }

    /// The statement's identity, and a hash of its place's.
    pub(crate) fn identity(&self) -> (EventId, Option<u64>) {
        let place = self.place.as_ref().map(Place::identity);
        let mut hash = Fnv::default();
        hash.text(self.feed.as_str());
        hash.text(self.number.as_str());
        hash.text(self.piece.as_ref().map_or("", |piece| piece.as_str()));
        hash.number(self.time.earliest().timestamp_millis());
        hash.number(self.time.latest().timestamp_millis());
        hash.text(&self.code.value);
        hash.text(self.code.qualifier.as_deref().unwrap_or_default());
        if self.code.value.is_empty() {
            // Without a code the milestone is all that tells two statements of one moment apart.
            hash.text(self.milestone.as_str());
        }
        hash.text(place.as_deref().unwrap_or_default());
        let place = place.map(|place| {
            let mut hash = Fnv::default();
            hash.text(&place);
            hash.0
        });
        (EventId(hash.0), place)
    }
}
