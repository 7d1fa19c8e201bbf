//! Who speaks ([`IssuerKind`]), and what silence in a delivery means ([`DeliveryKind`]).

use super::words::words;

words! {
    /// What it means when a delivery leaves out something that an earlier one said.
    DeliveryKind {
        /// Everything known now: what is absent was withdrawn.
        Snapshot = "snapshot",
        /// News only: absence means nothing.
        Increment = "increment",
    }
}

words! {
    /// What the party behind a feed does with parcels.
    IssuerKind {
        /// It carries them: its numbers are legs of the journey.
        Carrier = "carrier",
        /// It decides about them: customs and other authorities.
        Authority = "authority",
        /// It sells or sends them: a shop, a warehouse.
        Merchant = "merchant",
    }
}
