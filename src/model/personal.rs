//! Personal data: typed where a feed gives it a field ([`Personal`]), found where it hides in free
//! text ([`FreeText`]).

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serializer};
use smol_str::SmolStr;

use super::Place;
use super::disclose::{Disclose, hidden_by_default};
use super::masking::{HIDDEN, mask};

/// A name, phone number, signature or pickup code. `Debug` and JSON hide it; [`Personal::reveal`]
/// gives it.
///
/// ```
/// use parceltrail::model::Personal;
/// let signer = Personal::new("Sample Person");
/// assert_eq!(format!("{signer:?}"), "•••");
/// assert_eq!(signer.reveal(), "Sample Person");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Personal(SmolStr);

impl Personal {
    /// Wraps a text as personal.
    #[must_use]
    pub fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// Wraps a text as personal, unless it is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

hidden_by_default!(Personal);
impl Disclose for Personal {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if personal { &self.0 } else { HIDDEN })
    }
}

/// Reads who signed: the name, or `true` where it was written without personal data.
pub(super) fn signer<'de, D>(deserializer: D) -> Result<Option<Personal>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Signed {
        Somebody(bool),
        Named(Personal),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Signed::Named(name)) => Some(name),
        Some(Signed::Somebody(true)) => Some(Personal::new(HIDDEN)),
        Some(Signed::Somebody(false)) | None => None,
    })
}

/// A carrier's sentence. It may name a courier, a phone number, a pickup code: `Debug`, `Display`
/// and JSON hide what is not known to be harmless.
///
/// Known are the words of the trade in fourteen languages and, with [`FreeText::shown_with`], those
/// of the event's place; days, clock times, counts and amounts; and numbers of parcels that cannot
/// be a phone or identity number. At most 2,000 characters are shown. The sentence is kept as it
/// came and costs nothing until it is shown.
///
/// ```
/// use parceltrail::model::FreeText;
/// let text = FreeText::new("派送中 [张三,电话:13800000000] 取件码 12-3456");
/// assert_eq!(text.to_string(), "派送中 [•••,电话:•••] 取件码 •••");
/// assert!(text.reveal().contains("13800000000"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(transparent)]
pub struct FreeText(SmolStr);

impl FreeText {
    /// Wraps a sentence.
    #[must_use]
    pub fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// The sentence trimmed, unless it is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The sentence as it came: with personal data, and with whatever characters the feed sent.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The sentence with all hidden that is not known to be harmless, on one line.
    #[must_use]
    pub fn masked(&self) -> Cow<'_, str> {
        mask(&self.0, None)
    }

    /// The same, with the words of the place where it happened shown.
    ///
    /// ```
    /// use parceltrail::model::{FreeText, Place};
    /// let text = FreeText::new("Arrived at facility Springfield, handed to A. Sample");
    /// assert_eq!(text.masked(), "Arrived at facility •••, handed to •••");
    /// let place = Place::new().with_city("SPRINGFIELD");
    /// assert_eq!(text.shown_with(Some(&place)), "Arrived at facility Springfield, handed to •••");
    /// ```
    #[must_use]
    pub fn shown_with(&self, place: Option<&Place>) -> Cow<'_, str> {
        mask(&self.0, place)
    }
}

impl std::fmt::Debug for FreeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

impl std::fmt::Display for FreeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.masked())
    }
}

hidden_by_default!(FreeText);
impl Disclose for FreeText {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        if personal {
            serializer.serialize_str(&self.0)
        } else {
            serializer.serialize_str(&self.masked())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FreeText;

    #[test]
    fn personal_data_in_sentences_is_masked() {
        let cases = [
            ("快件已签收,签收人:张三", "快件已签收,签收人:•••"),
            ("快递员 李四,手机 13912345678", "快递员 •••,手机 •••"),
            (
                "派送途中(派件人:李四,电话:13912345678)",
                "派送途中(派件人:•••,电话:•••)",
            ),
            (
                "快件交给张样本，正在派送途中（联系电话：13800000000）",
                "快件交给•••，正在派送途中（联系电话：•••）",
            ),
            ("簽收人:張三", "簽收人:•••"),
            ("Signed by J. SAMPLE", "Signed by •••"),
            ("Delivered : SAMPLE P", "Delivered : •••"),
            ("Call +1 (555) 010-0199 for assistance", "Call +••• for •••"),
            ("Rückfragen: 0228-555-01990", "Rückfragen: •••"),
            (
                "订购人身份证号110101190003070010有误",
                "订购人身份证号•••有误",
            ),
            ("凭取件码12-3-4567领取", "凭取件码•••领取"),
            ("清单 110101190003070011 已放行", "清单 ••• 已放行"),
        ];
        for (text, masked) in cases {
            assert_eq!(FreeText::new(text).to_string(), masked);
        }
    }

    #[test]
    fn days_counts_and_numbers_that_can_only_be_parcels_stay() {
        for text in [
            "新单号为: SF1000000000033",
            "Forwarded as 00340434999900000015",
            "Delivery by 2025-03-06",
            "Flight LH8400, 4 pieces",
            "Delivered, Left with Individual",
            "Expected Delivery by 9:00pm, 2nd attempt",
            "customs duty CNY 0.00, VAT CNY 9.10",
        ] {
            assert_eq!(FreeText::new(text).to_string(), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_one_with_control_characters_is_cleaned() {
        let long = FreeText::new("parcel ".repeat(100_000));
        assert!(
            (1_990..=2_001).contains(&long.to_string().chars().count())
                && long.to_string().ends_with('…')
        );
        let forged = FreeText::new("Delivered\u{1b}[2J\n2026-01-01 \u{202e}Refused");
        assert_eq!(forged.to_string(), "Delivered 2026-01-01 Refused");
        assert!(forged.reveal().contains('\u{1b}'));
    }
}
