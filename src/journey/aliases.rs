//! The numbers under which legs are reported: [`Aliases`].

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::model::CarrierId;

/// Every number and carrier under which a leg is reported: its own, pieces, alternates. By number
/// first, because some feeds name no carrier.
#[derive(Default)]
pub(super) struct Aliases(BTreeMap<SmolStr, Vec<(CarrierId, usize)>>);

impl Aliases {
    /// The leg of a carrier's number.
    pub fn get(&self, carrier: &CarrierId, number: &str) -> Option<usize> {
        let known = self.of(number).iter().find(|(known, _)| known == carrier);
        known.map(|(_, leg)| *leg)
    }

    /// The carriers that have a leg under a number.
    pub fn of(&self, number: &str) -> &[(CarrierId, usize)] {
        self.0.get(number).map_or(&[], Vec::as_slice)
    }

    /// Names a leg by a number that names none yet.
    pub fn add(&mut self, number: SmolStr, carrier: CarrierId, leg: usize) {
        let carriers = self.0.entry(number).or_default();
        if !carriers.iter().any(|(known, _)| *known == carrier) {
            carriers.push((carrier, leg));
        }
    }

    /// Names a leg by a number, whatever it named before.
    pub fn set(&mut self, number: SmolStr, carrier: CarrierId, leg: usize) {
        let carriers = self.0.entry(number).or_default();
        carriers.retain(|(known, _)| *known != carrier);
        carriers.push((carrier, leg));
    }

    pub fn legs_mut(&mut self) -> impl Iterator<Item = &mut usize> {
        self.0.values_mut().flatten().map(|(_, leg)| leg)
    }
}
