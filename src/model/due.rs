//! What has to be paid before a parcel is released or handed over: [`Due`].

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::words::words;
use super::{CarrierId, EventTime};

words! {
    /// What a payment is for.
    DueKind {
        /// Customs duties.
        Duty = "duty",
        /// Value added or sales tax on the import.
        Vat = "vat",
        /// Excise or consumption tax.
        Excise = "excise",
        /// Duties, taxes and fees in one sum, where the feed does not tell them apart.
        DutiesAndTaxes = "duties_and_taxes",
        /// The carrier's fee for clearing, presenting or advancing.
        Fee = "fee",
        /// The price of the goods, collected at delivery.
        CashOnDelivery = "cash_on_delivery",
        /// Freight or postage that was not prepaid.
        Freight = "freight",
        /// Storage.
        Storage = "storage",
        /// Something else.
        Other = "other",
    }
}

/// An exact decimal amount, as the feed writes it, without grouping and with a dot: `9.10`.
///
/// ```
/// use parceltrail::model::Amount;
/// let amount: Amount = "1,234.50".parse()?;
/// assert_eq!((amount.as_str(), amount.is_zero()), ("1234.50", false));
/// assert!("9,10".parse::<Amount>().is_err(), "a decimal comma or a thousand? it is not guessed");
/// # Ok::<(), parceltrail::model::UnknownWord>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Amount(SmolStr);

impl Amount {
    /// An amount that was one when it was packed.
    pub(super) const fn from_packed(digits: SmolStr) -> Self {
        Self(digits)
    }

    /// The digits, with a dot before the fraction.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|b| matches!(b, b'0' | b'.' | b'-'))
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Amount {
    type Err = super::UnknownWord;

    /// Reads digits with at most one dot; commas only as marks of thousands. At most 30 digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || super::UnknownWord {
            vocabulary: "Amount",
            word: text.chars().take(40).collect(),
        };
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        let is_grouped = whole.contains(',');
        let fits = is_number(first)
            && (!is_grouped || first.len() <= 3)
            && groups.all(|group| group.len() == 3 && is_number(group))
            && fraction.is_none_or(is_number)
            && digits.len() <= 40
            // "9,100" may be nine and a tenth somewhere: only a fraction shows what the comma is.
            && (!is_grouped || fraction.is_some() || whole.matches(',').count() > 1);
        if !fits {
            return Err(unknown());
        }
        let whole: String = whole.split(',').collect();
        Ok(Self(match fraction {
            Some(fraction) => format!("{sign}{whole}.{fraction}").into(),
            None => format!("{sign}{whole}").into(),
        }))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize_word(deserializer)
    }
}

/// A payment that the parcel waits for, or that was made for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Due {
    /// What it is for.
    pub kind: DueKind,
    /// How much, in units of the currency; absent where the feed only says that something is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The currency by its ISO 4217 code of three letters, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<SmolStr>,
    /// Whom it is paid to, where stated: a carrier or an authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<CarrierId>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<EventTime>,
    /// Whether it was paid, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<bool>,
}

impl Due {
    /// A payment of which only the kind is known.
    #[must_use]
    pub const fn new(kind: DueKind) -> Self {
        Self {
            kind,
            amount: None,
            currency: None,
            payee: None,
            pay_by: None,
            paid: None,
        }
    }

    /// Sets how much.
    #[must_use]
    pub fn with_amount(mut self, amount: impl Into<Option<Amount>>) -> Self {
        self.amount = amount.into();
        self
    }

    /// Sets the currency, if the text is a code of three letters.
    #[must_use]
    pub fn with_currency(mut self, code: &str) -> Self {
        let code = code.trim();
        self.currency = (code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic()))
            .then(|| code.to_ascii_uppercase().into());
        self
    }

    /// Names whom it is paid to.
    #[must_use]
    pub fn with_payee(mut self, payee: impl Into<CarrierId>) -> Self {
        self.payee = Some(payee.into());
        self
    }

    /// Sets until when.
    #[must_use]
    pub fn with_pay_by(mut self, by: impl Into<Option<EventTime>>) -> Self {
        self.pay_by = by.into();
        self
    }

    /// Says whether it was paid.
    #[must_use]
    pub fn with_paid(mut self, paid: impl Into<Option<bool>>) -> Self {
        self.paid = paid.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_never_guessed() {
        for (text, read) in [
            ("0", "0"),
            ("-3.50", "-3.50"),
            ("12.3400", "12.3400"),
            ("1,234,567", "1234567"),
            ("1,234.5", "1234.5"),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().as_str(), read);
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "9,10",
            "1,234",
            "1e3",
            "1.2.3",
            "12,34,567.0",
            "٣",
            "+1",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        assert!("0.00".parse::<Amount>().unwrap().is_zero());
        assert!(!"0.01".parse::<Amount>().unwrap().is_zero());
    }
}
