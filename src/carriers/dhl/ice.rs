//! Parcel DE's fine codes: an ICE event and a RIC reason under a TTPro standard code.

use crate::adapter::CodeTable;
use crate::carriers::Mapped;

/// The meaning of `ICE` and `RIC` in one text (`SRTED/NRQRD`), under the standard code `ttpro`; none when the text holds no known pair.
pub(super) fn meaning(codes: &CodeTable, pair: &str, ttpro: &str) -> Option<Mapped> {
    let mut words = pair.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 5);
    let (ice, ric) = (words.next()?, words.next()?);
    of_pair(codes, ice, ric, ttpro)
}

/// The row of ICE, RIC and TTPro, else of ICE and RIC, else of the same event without a reason.
pub(super) fn of_pair(codes: &CodeTable, ice: &str, ric: &str, ttpro: &str) -> Option<Mapped> {
    let table = codes.vocabulary("parcel-de-ice")?;
    let row = table
        .get(format!("{ice}/{ric}/{ttpro}").as_str())
        .or_else(|| table.get(format!("{ice}/{ric}").as_str()))
        .or_else(|| table.get(format!("{ice}/NRQRD/{ttpro}").as_str()))
        .or_else(|| table.get(format!("{ice}/NRQRD").as_str()))?;
    Some(row.into())
}
