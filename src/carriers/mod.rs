//! The built-in packs. Each module's page is its pack's README.
//!
//! A new carrier is one folder under `carriers/`, one module here, and one line in the list of
//! packs.

mod mapping;
mod numbers;
mod pack;
mod partners;

pub mod cn_customs;
pub mod dhl;
pub mod fedex;
pub mod sf;
pub mod shop;
pub mod ups;
pub mod usps;

pub(crate) use mapping::Mapped;
pub(crate) use numbers::formats;
pub use pack::{FeedProfile, Pack, Profile};
pub use partners::PartnerRecord;
pub(crate) use partners::partner;

static PACKS: &[&Pack] = &[
    &cn_customs::PACK,
    &dhl::PACK,
    &fedex::PACK,
    &sf::PACK,
    &shop::PACK,
    &ups::PACK,
    &usps::PACK,
];

/// Every built-in pack.
#[must_use]
pub fn packs() -> &'static [&'static Pack] {
    PACKS
}
