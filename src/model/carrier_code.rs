//! The carrier's own code and words: [`CarrierCode`].

use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;

use super::clean::{optional_text, text};
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::{FreeText, Place, clean};

/// The carrier's own code, as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct CarrierCode {
    /// The code. Empty when the feed gave only a text.
    #[serde(deserialize_with = "text")]
    pub value: SmolStr,
    /// What completes it: the status type, the reason, the service, the message kind.
    #[serde(deserialize_with = "optional_text")]
    pub qualifier: Option<SmolStr>,
    /// The carrier's sentence.
    pub text: Option<FreeText>,
}

impl CarrierCode {
    /// A code alone.
    #[must_use]
    pub fn new(value: impl Into<SmolStr>) -> Self {
        Self {
            value: value.into(),
            qualifier: None,
            text: None,
        }
    }

    /// Adds what completes it.
    #[must_use]
    pub fn with_qualifier(mut self, qualifier: impl Into<SmolStr>) -> Self {
        self.qualifier = Some(qualifier.into());
        self
    }

    /// Adds the carrier's sentence.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Option<FreeText>>) -> Self {
        self.text = text.into();
        self
    }
}

hidden_by_default!(CarrierCode);
impl Disclose for CarrierCode {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        Placed(self, None, personal).serialize(serializer)
    }
}

/// A code whose sentence shows the words of the event's place.
pub(super) struct Placed<'e>(pub &'e CarrierCode, pub Option<&'e Place>, pub bool);

impl Serialize for Placed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(code, place, personal) = *self;
        let mut out = Fields::new("CarrierCode", 3, personal, serializer)?;
        out.some(
            "value",
            (!code.value.is_empty()).then(|| clean(&code.value)),
        )?
        .some("qualifier", code.qualifier.as_deref().map(clean))?
        .some(
            "text",
            code.text
                .as_ref()
                .map(|text| Sentence(text, place, personal)),
        )?;
        out.end()
    }
}

/// A sentence that shows the words of the event's place.
pub(super) struct Sentence<'e>(pub &'e FreeText, pub Option<&'e Place>, pub bool);

impl Serialize for Sentence<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(text, place, personal) = *self;
        if personal {
            serializer.serialize_str(text.reveal())
        } else {
            serializer.serialize_str(&text.shown_with(place))
        }
    }
}
