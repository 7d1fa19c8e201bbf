//! What an answer offers besides the journey: proof of the delivery, pages, the point where the
//! parcel waits, when it was handed in.

use super::place;
use super::wire::{WireEvent, WirePlace, WireProof, WireShipment};
use crate::adapter::{Collector, NoticeKind};
use crate::carriers::dhl::promises;
use crate::carriers::mapping::in_time;
use crate::model::{
    LinkKind, Milestone, Personal, PickupPoint, ProofKind, ProofOfDelivery, Shipment, WebLink,
    Zones, zones_of,
};

/// Reads what is offered, once the events are known.
pub(super) fn read(out: &mut Collector<'_>, wire: &WireShipment<'_>, shipment: &mut Shipment) {
    if let Some(details) = wire.details.get() {
        let proof = details.proof.get();
        shipment.proof_of_delivery = proofs(proof, details.is_proof_signed.is_true());
    }
    let pages = [
        ("shipments.serviceUrl", LinkKind::Tracking, &wire.page),
        ("shipments.rerouteUrl", LinkKind::Redirection, &wire.reroute),
    ];
    for (field, kind, url) in pages {
        let Some(url) = url.get() else { continue };
        match WebLink::new(kind, url) {
            Some(link) => shipment.links.push(link),
            None => out.unreadable(&shipment.number, field, "", "an address of the web"),
        }
    }
    if let Some(raw) = wire.picked_up.get() {
        let zones = shipment.origin.as_ref().map_or(Zones::Unknown, zones_of);
        shipment.handed_in_on = promises::due(raw, &zones);
        if shipment.handed_in_on.is_none() {
            let expected = "an ISO 8601 date";
            out.unreadable(&shipment.number, "shipments.pickUpDate", raw, expected);
        }
    }
    if let Some(words) = wire.estimate_remark.get() {
        let notice = out.new_notice(NoticeKind::CarrierMessage, words);
        let notice = notice.about(Some(&shipment.number));
        out.notice(notice.at("shipments.estimatedTimeOfDeliveryRemark"));
    }
    if wire
        .service
        .get()
        .is_none_or(|name| !name.eq_ignore_ascii_case("express"))
    {
        shipment.pickup_point = waits_at(out, wire, shipment);
    }
}

fn proofs(wire: Option<&WireProof<'_>>, is_signed: bool) -> Vec<ProofOfDelivery> {
    let part = |kind, url: Option<&str>| {
        let url = url.and_then(Personal::parse)?;
        Some(ProofOfDelivery::new(kind).with_url(url))
    };
    let signature = wire.and_then(|wire| part(ProofKind::Signature, wire.signature.get()));
    let document = wire.and_then(|wire| part(ProofKind::Document, wire.document.get()));
    // Without an address all that is known is that DHL has it.
    let bare = (is_signed && signature.is_none() && document.is_none())
        .then(|| ProofOfDelivery::new(ProofKind::Signature));
    [signature, document, bare].into_iter().flatten().collect()
}

/// The service point of the event that says that the parcel can be collected, if nothing came after
/// it. Express names its service areas in the same field, which are no points.
fn waits_at(
    out: &mut Collector<'_>,
    wire: &WireShipment<'_>,
    shipment: &Shipment,
) -> Option<PickupPoint> {
    let moving = shipment.events.iter();
    let last = moving
        .filter(|event| event.milestone.moves_state())
        .max_by_key(|event| in_time(event))?;
    if last.milestone != Milestone::AvailableForPickup {
        return None;
    }
    let is_last = |event: &&WireEvent<'_>| event.timestamp.get() == Some(last.time.raw());
    let listed = wire.events.iter().flat_map(|events| events.iter());
    let located = listed
        .chain(wire.status.iter())
        .filter(is_last)
        .find_map(|event| {
            let at = event.location.get()?;
            at.point.get()?.label.get().map(|label| (at, label))
        });
    let (at, label): (&WirePlace<'_>, &str) = located?;
    let mut point = PickupPoint::new()
        .with_name(label)
        .with_place(place(out, at));
    let street = at.address.get().and_then(|address| address.street.get());
    point.street = street.map(Into::into);
    point.known()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_without_an_address_is_only_known_to_exist() {
        let only = proofs(None, true);
        assert_eq!(only, [ProofOfDelivery::new(ProofKind::Signature)]);
        assert!(proofs(None, false).is_empty());
    }
}
