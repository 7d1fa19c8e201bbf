//! What was reported about a parcel first, which later deliveries do not change: [`FirstTold`].

use smol_str::SmolStr;

use super::voices::Voices;
use crate::model::{IssuerKind, Place, Promise, Shipment};

/// What carriers reported about a parcel first. Estimates learn from it: it is known early, and
/// what is told later does not change it. [`Details`](super::Details) say what stands now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstTold {
    /// The service of the first leg.
    pub service: Option<SmolStr>,
    /// Where from, as the first leg that tells says.
    pub origin: Option<Place>,
    /// Where to, as the last leg that tells says.
    pub destination: Option<Place>,
    /// The first promise of a day of delivery.
    pub promise: Option<Promise>,
    /// Weight in grams.
    pub weight_grams: Option<u64>,
    /// How many pieces are counted.
    pub piece_count: Option<u32>,
}

/// What carriers told first in these deliveries, which come oldest first.
pub(super) fn told(deliveries: &[&Shipment], voices: &Voices<'_>) -> FirstTold {
    let carriers = || {
        deliveries
            .iter()
            .filter(|shipment| shipment.issuer == IssuerKind::Carrier)
    };
    let legs = voices.legs();
    FirstTold {
        service: legs
            .first()
            .and_then(|told| told.iter().find_map(|it| it.service.clone())),
        origin: legs.iter().flatten().find_map(|it| it.origin.clone()),
        destination: legs
            .iter()
            .rev()
            .flatten()
            .find_map(|it| it.destination.clone()),
        promise: carriers().find_map(|it| it.promise().cloned()),
        weight_grams: carriers().find_map(|it| it.weight_grams),
        piece_count: carriers().find_map(|it| it.piece_count),
    }
}
