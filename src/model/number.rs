//! Numbers that parcels travel under: [`TrackingNumber`], [`Reference`], and the ids of feeds and
//! carriers.

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, StrExt};

use super::words::words;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id over a text that outlives the program, without allocation.
            #[must_use]
            pub const fn from_static(id: &'static str) -> Self {
                Self(SmolStr::new_static(id))
            }

            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<SmolStr>> From<T> for $name {
            fn from(id: T) -> Self {
                Self(id.into())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// The id of a feed, such as `dhl.unified`: one interface of one carrier with one vocabulary.
    /// Open text; third parties choose their own.
    FeedId
}

id! {
    /// The id of a carrier, customs authority or post, such as `dhl`: the part of a [`FeedId`]
    /// before its dot. Open text.
    CarrierId
}

/// A number that a parcel or piece travels under: upper case, without white space, control
/// characters and characters of no width.
///
/// `Debug` masks the middle, so that a number never lands whole in a log; `Display` and JSON give
/// it whole.
///
/// ```
/// use parceltrail::TrackingNumber;
/// let number = TrackingNumber::new("1z 9999 9999 99999 9999");
/// assert_eq!(number.as_str(), "1Z99999999999999999");
/// assert_eq!(format!("{number:?}"), "1Z9…999");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TrackingNumber(SmolStr);

impl<'de> serde::Deserialize<'de> for TrackingNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(
            &<std::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?,
        ))
    }
}

impl TrackingNumber {
    /// A number that was one when it was packed.
    pub(super) const fn from_packed(number: SmolStr) -> Self {
        Self(number)
    }

    /// The number in its normal form.
    #[must_use]
    pub fn new(number: &str) -> Self {
        if number
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b.is_ascii_lowercase())
        {
            return Self(number.into());
        }
        Self(
            super::clean(number)
                .split_whitespace()
                .collect::<SmolStr>()
                .to_uppercase_smolstr(),
        )
    }

    /// The number, unless the text holds none.
    #[must_use]
    pub fn parse(number: &str) -> Option<Self> {
        let number = Self::new(number);
        (!number.0.is_empty()).then_some(number)
    }

    /// The normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TrackingNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        mask(&self.0, f)
    }
}

impl std::fmt::Display for TrackingNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Writes the first and last three characters, or less of a short text, and hides the rest.
fn mask(text: &str, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let count = text.chars().count();
    let shown = if count >= 9 { 3 } else { count / 4 };
    let head: String = text.chars().take(shown).collect();
    let tail: String = text.chars().skip(count - shown).collect();
    write!(f, "{head}…{tail}")
}

words! {
    /// What a [`Reference`] is to the parcel.
    Role {
        /// The waybill or tracking number itself.
        Waybill = "waybill",
        /// One piece of the shipment.
        Piece = "piece",
        /// The shipment that a piece belongs to.
        MasterWaybill = "master_waybill",
        /// The number under which the next carrier carries it on.
        NextCarrier = "next_carrier",
        /// The number under which the carrier before carried it.
        PreviousCarrier = "previous_carrier",
        /// Another number of the same parcel with the same carrier.
        Alternate = "alternate",
        /// The return shipment of this parcel.
        Return = "return",
        /// The outbound shipment of which this is the return.
        Outbound = "outbound",
        /// The new number after a redirection.
        Redirection = "redirection",
        /// The parcel sent in place of this one.
        Replacement = "replacement",
        /// The paper that the recipient signed, on its way back to the sender as a parcel of its
        /// own (签回单).
        SignedReceipt = "signed_receipt",
        /// The shop's order number.
        Order = "order",
        /// The sender's own reference.
        CustomerReference = "customer_reference",
        /// House air waybill or house bill.
        HouseWaybill = "house_waybill",
        /// Master air waybill that many parcels share.
        MasterAirWaybill = "master_air_waybill",
        /// Container or unit load device.
        Container = "container",
        /// Bag or sack.
        Bag = "bag",
        /// A sheet that lists many parcels: a manifest, a report of arrival or departure, a
        /// collective declaration.
        Manifest = "manifest",
        /// Customs declaration or goods list.
        Declaration = "declaration",
        /// The declaring company's own number of the declaration.
        DeclarationReference = "declaration_reference",
        /// Payment paper.
        Payment = "payment",
    }
}

impl Role {
    /// Whether two statements that name the same number in this role are about the same parcel.
    #[must_use]
    pub const fn identifies_parcel(self) -> bool {
        matches!(
            self,
            Self::Waybill
                | Self::Piece
                | Self::MasterWaybill
                | Self::NextCarrier
                | Self::PreviousCarrier
                | Self::Alternate
                | Self::Redirection
                | Self::HouseWaybill
                | Self::Declaration
                | Self::DeclarationReference
        )
    }

    /// Whether it may tie parcels together when nothing contradicts it: the shop's numbers, of
    /// which one may stand for several parcels.
    #[must_use]
    pub const fn suggests_parcel(self) -> bool {
        matches!(self, Self::Order | Self::CustomerReference)
    }
}

/// Another number that belongs with a parcel, and what it is to it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reference {
    /// What the number is to the parcel.
    pub role: Role,
    /// Whose number it is, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierId>,
    /// The number as written.
    #[serde(deserialize_with = "super::clean::text")]
    pub number: SmolStr,
}

impl Reference {
    /// A reference of unknown issuer.
    #[must_use]
    pub fn new(role: Role, number: &str) -> Self {
        Self {
            role,
            carrier: None,
            number: super::clean(number.trim()).into(),
        }
    }

    /// The same reference, issued by `carrier`.
    #[must_use]
    pub fn with_carrier(mut self, carrier: impl Into<CarrierId>) -> Self {
        self.carrier = Some(carrier.into());
        self
    }
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(", self.role)?;
        if let Some(carrier) = &self.carrier {
            write!(f, "{carrier} ")?;
        }
        mask(&self.number, f)?;
        f.write_str(")")
    }
}
