//! Who speaks of a parcel, in the order in which speakers are believed: [`Voices`].

use super::digest;
use super::legs::Legs;
use crate::model::{IssuerKind, Shipment};

/// Deliveries by their speaker. What is reported about parcels that only belong to this one, such
/// as its return, is left out.
pub(super) struct Voices<'j> {
    /// What carriers say, by the leg that it is about, in order of travel; oldest first.
    legs: Vec<Vec<&'j Shipment>>,
    merchants: Vec<&'j Shipment>,
    authorities: Vec<&'j Shipment>,
    /// The leg that the parcel is on.
    here: Option<usize>,
}

impl<'j> Voices<'j> {
    /// Sorts deliveries, which come oldest first, by their speaker. `here` is the leg that the
    /// parcel is on; without it, the leg that ends at the recipient counts.
    pub fn of(deliveries: &[&'j Shipment], legs: &Legs, here: Option<usize>) -> Self {
        let mut voices = Self {
            legs: vec![Vec::new(); legs.all.len()],
            merchants: Vec::new(),
            authorities: Vec::new(),
            here: here.or_else(|| legs.all.iter().position(|leg| leg.owns_final_address)),
        };
        let mut last: Option<(&Shipment, Option<usize>)> = None;
        for shipment in together(deliveries) {
            match shipment.issuer {
                IssuerKind::Merchant => voices.merchants.push(shipment),
                IssuerKind::Authority => voices.authorities.push(shipment),
                IssuerKind::Carrier => {
                    let same = last.filter(|(before, _)| {
                        (&before.carrier, &before.number) == (&shipment.carrier, &shipment.number)
                    });
                    let leg = match same {
                        Some((_, leg)) => leg,
                        None => legs.find(&shipment.carrier, shipment.number.as_str()),
                    };
                    last = Some((shipment, leg));
                    if let Some(leg) = leg.filter(|leg| !legs.fates[*leg].aside) {
                        voices.legs[leg].push(shipment);
                    }
                }
            }
        }
        voices
    }

    /// From the leg that the parcel is on to the others, the last of them first, then shops, then
    /// authorities; of each speaker the newest delivery first.
    pub fn nearest(&self) -> impl Iterator<Item = &'j Shipment> + '_ {
        let is_other = |leg: &usize| Some(*leg) != self.here;
        let others = (0..self.legs.len()).rev().filter(is_other);
        let carriers = self.here.into_iter().chain(others);
        self.newest(carriers)
    }

    /// From the first leg to the last, then shops, then authorities; of each speaker the newest
    /// delivery first.
    pub fn first_leg_first(&self) -> impl Iterator<Item = &'j Shipment> + '_ {
        self.newest(0..self.legs.len())
    }

    /// From the last leg to the first, then shops, then authorities; of each speaker the newest
    /// delivery first.
    pub fn last_leg_first(&self) -> impl Iterator<Item = &'j Shipment> + '_ {
        self.newest((0..self.legs.len()).rev())
    }

    fn newest<'s>(
        &'s self,
        legs: impl Iterator<Item = usize> + 's,
    ) -> impl Iterator<Item = &'j Shipment> + 's {
        legs.filter_map(|leg| self.legs.get(leg))
            .chain([&self.merchants, &self.authorities])
            .flat_map(|told| told.iter().rev().copied())
    }

    /// What carriers say of each leg in order of travel, oldest first.
    pub fn legs(&self) -> &[Vec<&'j Shipment>] {
        &self.legs
    }

    /// What shops say, oldest first.
    pub fn merchants(&self) -> &[&'j Shipment] {
        &self.merchants
    }
}

/// Deliveries, of which those received together stand in the order of what they say beside events:
/// how the events were divided among deliveries must not matter.
fn together<'j>(deliveries: &[&'j Shipment]) -> Vec<&'j Shipment> {
    let mut all = deliveries.to_vec();
    for group in all.chunk_by_mut(|a, b| a.received == b.received) {
        if group.len() > 1 {
            group.sort_by_cached_key(|shipment| digest(&shipment.without_events()));
        }
    }
    all
}
