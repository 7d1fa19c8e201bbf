//! The formats of numbers that come with the crate: those of the packs, and those of other
//! carriers.

use std::sync::{Arc, LazyLock};

use super::packs;
use crate::model::CarrierId;
use crate::number::{FormatRecord, Identifier, NumberFormat};

/// The formats of carriers that have no pack, and those that many carriers share.
const OTHERS: &str = include_str!("../../carriers/other-numbers.json");

static FORMATS: LazyLock<Arc<Identifier>> = LazyLock::new(|| {
    // A test holds that every record compiles; one that did not would only be missing.
    let formats = records()
        .into_iter()
        .filter_map(|(carrier, record)| NumberFormat::of_carrier(&record, carrier).ok());
    Arc::new(formats.collect())
});

/// The built-in formats, shared.
pub(crate) fn formats() -> &'static Arc<Identifier> {
    &FORMATS
}

/// Every built-in record and the carrier whose file it stands in.
fn records() -> Vec<(CarrierId, FormatRecord)> {
    let mut records = Vec::new();
    for pack in packs() {
        let numbers = pack
            .profile()
            .map(|profile| profile.numbers)
            .unwrap_or_default();
        records.extend(
            numbers
                .into_iter()
                .map(|record| (pack.carrier().clone(), record)),
        );
    }
    let others: Vec<FormatRecord> = serde_json::from_str(OTHERS).unwrap_or_default();
    records.extend(
        others
            .into_iter()
            .filter_map(|record| Some((record.carrier.clone()?.into(), record))),
    );
    records
}

#[cfg(test)]
mod tests;
