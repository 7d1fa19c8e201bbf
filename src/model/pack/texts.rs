//! Values that are one text.

use smol_str::SmolStr;

use super::{Damaged, Pack, Packer, Unpacker};
use crate::model::{Amount, CarrierId, Country, FeedId, FreeText, Personal, TrackingNumber};

impl Pack for SmolStr {
    fn pack(&self, out: &mut Packer<'_>) {
        out.text(self);
    }

    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        input.text().cloned()
    }
}

macro_rules! texts {
    ($($name:ident: $read:expr, $make:expr;)*) => {
        $(impl Pack for $name {
            fn pack(&self, out: &mut Packer<'_>) {
                let text: fn(&Self) -> &str = $read;
                out.text(text(self));
            }

            fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                let make: fn(SmolStr) -> Option<Self> = $make;
                make(input.text()?.clone()).ok_or(Damaged)
            }
        })*
    };
}

texts! {
    FeedId: Self::as_str, |text| Some(text.into());
    CarrierId: Self::as_str, |text| Some(text.into());
    Country: Self::as_str, |text| Self::from_alpha2(&text);
    FreeText: Self::reveal, |text| Some(Self::new(text));
    Personal: Self::reveal, |text| Some(Self::new(text));
    TrackingNumber: Self::as_str, |text| Some(Self::from_packed(text));
    Amount: Self::as_str, |text| Some(Self::from_packed(text));
}
