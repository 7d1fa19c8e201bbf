//! Shipment Tracking – Unified: one JSON for all DHL divisions, by pull and by push.

mod events;
mod offers;
mod poll;
#[cfg(test)]
mod tests;
mod webhook;
mod wire;

use std::sync::Arc;

use self::events::Service;
use self::wire::{Answer, WireDetails, WirePlace, WireShipment};
use super::shared::{come_back, is_over, place_of, push_all, weight};
use super::{problem, recipient};
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Mark, NoticeKind, Payload, Poll,
    Webhook,
};
use crate::carriers::mapping::delivered_after_return_is_returned;
use crate::carriers::partner;
use crate::model::{
    Country, Milestone, Place, PromiseKind, Reference, Role, Shipment, TrackingNumber, Zones,
    zones_of,
};
use crate::wire::json::One;

/// The feed `dhl.unified`.
///
/// Its statuses are keyed by service: `PU` means one thing for Express and nothing for Parcel DE.
/// Times without an offset are local to their place.
#[derive(Debug)]
pub struct Unified {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Unified {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["shipments", "shipments.service", "shipments.id"]),
            Mark::Json(&["url", "shipments"]),
            Mark::Json(&["shipments", "possibleAdditionalShipmentsUrl"]),
            Mark::Json(&["scope", "self"]),
            Mark::Json(&["scope", "shipments"]),
            Mark::Json(&["scope", "shipments", "shipments.service", "shipments.id"]),
            Mark::Json(&["title", "status", "detail"]),
        ];
        Self {
            descriptor: Descriptor::new("dhl.unified", "DHL Shipment Tracking – Unified")
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
    }
}

impl Adapter for Unified {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: Answer<'_> = out
            .json_any::<One<Answer<'_>>>(&text)?
            .0
            .unwrap_or_default();
        if let Some(scope) = answer
            .scope
            .get()
            .filter(|scope| *scope != "subscription.push")
        {
            let notice =
                out.new_notice(NoticeKind::Control, format!("subscription message {scope}"));
            out.notice(notice.value(scope));
        } else if answer.shipments.is_some() || !problem::tell(&mut out, &text) {
            let shipments = answer.shipments.as_ref().ok_or_else(|| {
                out.shape("shipments", "a list of shipments, a scope, or a problem")
            })?;
            if shipments.items.is_empty() && shipments.malformed == 0 {
                out.notice(
                    out.own_notice(NoticeKind::NotFound, "the answer lists no shipment")
                        .at("shipments"),
                );
            }
        }
        if let Some(list) = &answer.shipments {
            out.lost_elements(list, "shipments", None);
            let shipments = list
                .iter()
                .filter_map(|wire| self.shipment(&mut out, wire))
                .collect();
            push_all(&mut out, shipments);
        }
        if answer.next_offset().is_some() {
            out.notice(
                out.own_notice(
                    NoticeKind::Incomplete,
                    "more shipments stand on the next page",
                )
                .at("nextUrl"),
            );
        }
        for service in answer.other_services() {
            let notice = out.own_notice(
                NoticeKind::Incomplete,
                "another DHL service may know this number",
            );
            out.notice(notice.at("possibleAdditionalShipmentsUrl").value(service));
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

impl Unified {
    fn shipment(&self, out: &mut Collector<'_>, wire: &WireShipment<'_>) -> Option<Shipment> {
        let Some(number) = wire.id.get().and_then(TrackingNumber::parse) else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the shipment's number")
                    .at("shipments.id"),
            );
            return None;
        };
        let name = wire.service.or_empty().to_ascii_lowercase();
        let service = Service::new(&self.codes, &name);
        let details = wire.details.get();
        let mut shipment = out.shipment(number);
        shipment.instance = Some(service.name)
            .filter(|name| !name.is_empty())
            .map(Into::into);
        shipment.origin = wire.origin.get().and_then(|origin| place(out, origin));
        shipment.destination = wire
            .destination
            .get()
            .and_then(|destination| place(out, destination));
        shipment.is_return = wire.return_flag.is_true();
        if let Some(details) = details {
            read_details(out, details, &mut shipment);
        }
        events::read(out, &mut shipment, &service, wire);
        if shipment.is_return {
            shipment
                .events
                .iter_mut()
                .filter(|event| event.milestone == Milestone::Delivered)
                .for_each(come_back);
        } else {
            delivered_after_return_is_returned(&mut shipment.events);
        }
        let signer = details.and_then(|details| details.proof.get()?.signed.get()?.full_name());
        recipient::signed_by(&mut shipment.events, signer.as_deref());
        offers::read(out, wire, &mut shipment);
        promise(out, wire, &mut shipment);
        Some(shipment)
    }
}

fn place(out: &mut Collector<'_>, wire: &WirePlace<'_>) -> Option<Place> {
    let address = wire.address.get()?;
    let (locality, country) = (address.locality.or_empty(), address.country.or_empty());
    let mut place = out
        .place(locality, country, || {
            place_of(locality, Country::named(country)).known()
        })
        .unwrap_or_default();
    if let Some(region) = address.region.get() {
        place.region = Some(region.into());
    }
    place.postcode = address.postcode.get().map(Into::into);
    place.known()
}

fn read_details(out: &mut Collector<'_>, details: &WireDetails<'_>, shipment: &mut Shipment) {
    shipment.service = details
        .product
        .get()
        .and_then(|product| product.name.get())
        .map(Into::into);
    shipment.pieces = details
        .pieces
        .iter()
        .filter_map(TrackingNumber::parse)
        .collect();
    shipment.piece_count = details.pieces_total.number();
    shipment.weight_grams = details.weight.get().and_then(|wire| {
        weight(
            out,
            &shipment.number,
            "shipments.details.weight",
            wire.value.or_empty(),
            wire.unit.or_empty(),
        )
    });
    let provider = details
        .provider
        .get()
        .and_then(|provider| provider.destination.get());
    for reference in details.references.iter() {
        let Some(number) = reference.number.get() else {
            continue;
        };
        let role = match reference.kind.or_empty() {
            "customer-reference" | "customer-confirmation-number" | "reference" => {
                Role::CustomerReference
            }
            // About accounts and the route, not about the parcel.
            "payer-account-number"
            | "receiver-account-number"
            | "shipper-account-number"
            | "routing-code" => continue,
            "customer-order-number" => Role::Order,
            "local-tracking-number" | "domestic-consignment-id" => Role::NextCarrier,
            "ecommerce-number" | "shipment-id" => Role::Alternate,
            "container-number" => Role::Container,
            "housebill" => Role::HouseWaybill,
            "masterbill" => Role::MasterAirWaybill,
            // What a number is decides which parcels it ties together: not to be guessed.
            other => {
                out.unreadable(
                    &shipment.number,
                    "shipments.details.references.type",
                    other,
                    "a documented type of reference",
                );
                continue;
            }
        };
        let mut reference = Reference::new(role, number);
        if role == Role::NextCarrier
            && let Some(provider) = provider
        {
            reference = reference.with_carrier(provider);
        }
        shipment.references.push(reference);
    }
}

/// Adds every day and window that the shipment promises.
fn promise(out: &mut Collector<'_>, wire: &WireShipment<'_>, shipment: &mut Shipment) {
    if is_over(shipment) {
        return;
    }
    let zones = shipment
        .destination
        .as_ref()
        .map_or(Zones::Unknown, zones_of);
    let stated = [
        (
            "shipments.agreedDeliveryDate",
            PromiseKind::Agreed,
            &wire.agreed,
        ),
        (
            "shipments.estimatedDeliveryTimeFrame",
            PromiseKind::Estimated,
            &wire.window,
        ),
        (
            "shipments.estimatedTimeOfDelivery",
            PromiseKind::Estimated,
            &wire.estimated,
        ),
        (
            "shipments.estimatedDeliveryDate",
            PromiseKind::Estimated,
            &wire.estimated_day,
        ),
        (
            "shipments.expectedDelivery",
            PromiseKind::Estimated,
            &wire.expected,
        ),
    ];
    for (field, kind, when) in stated {
        when.add(out, shipment, field, kind, &zones);
    }
}
