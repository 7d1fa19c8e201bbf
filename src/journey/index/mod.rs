//! tmp
mod hub;
mod keys;
pub(in crate::journey) use hub::{Hub, Member, Share, UseId, several_go_on, several_parcels};
pub(in crate::journey) use keys::Key;
use super::*;
/// tmp
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    shipments: Vec<Arc<Shipment>>,
    links: BTreeSet<(LegId, LegId)>,
}
impl Journeys {
    /// tmp
    pub fn apply(&mut self, shipment: impl Into<Arc<Shipment>>) {
        self.shipments.push(shipment.into());
    }
    /// tmp
    pub fn link(&mut self, from: LegId, to: LegId) {
        self.links.insert((from, to));
    }
    /// tmp
    pub fn sorted(&self) -> (Vec<Journey>, Vec<crate::Notice>) {
        super::sorting::from_scratch(&self.shipments, &self.links)
    }
}
