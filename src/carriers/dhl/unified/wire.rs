//! The JSON of answers and pushed messages, as far as it is read.

use std::borrow::Cow;

use crate::carriers::dhl::when::When;
use crate::wire::json::{Many, One, Text, Texts, wire};

wire! {
    pub(super) struct Answer {
        shipments: Option<Many<WireShipment<'a>>> = "shipments",
        url: Text<'a> = "url",
        next_url: Text<'a> = "nextUrl",
        last_url: Text<'a> = "lastUrl",
        other_services: Texts<'a> = "possibleAdditionalShipmentsUrl",
        scope: Text<'a> = "scope",
        subscription: Text<'a> = "self",
        secret: Text<'a> = "secret",
    }

    pub(super) struct WireShipment {
        id: Text<'a> = "id",
        service: Text<'a> = "service",
        origin: One<WirePlace<'a>> = "origin",
        destination: One<WirePlace<'a>> = "destination",
        status: Many<WireEvent<'a>> = "status",
        events: Option<Many<WireEvent<'a>>> = "events",
        estimated: When<'a> = "estimatedTimeOfDelivery",
        estimated_day: When<'a> = "estimatedDeliveryDate",
        expected: When<'a> = "expectedDelivery" | "expectedDeliveryDate",
        window: When<'a> = "estimatedDeliveryTimeFrame",
        agreed: When<'a> = "agreedDeliveryDate" | "agreedDeliveryTimeFrame",
        estimate_remark: Text<'a> = "estimatedTimeOfDeliveryRemark",
        picked_up: Text<'a> = "pickUpDate" | "pickupDate",
        page: Text<'a> = "serviceUrl",
        reroute: Text<'a> = "rerouteUrl",
        return_flag: Text<'a> = "returnFlag",
        details: One<WireDetails<'a>> = "details",
    }

    pub(super) struct WirePlace { address: One<WireAddress<'a>> = "address", point: One<WirePoint<'a>> = "servicePoint", }
    pub(super) struct WirePoint { label: Text<'a> = "label", }

    pub(super) struct WireAddress {
        locality: Text<'a> = "addressLocality",
        region: Text<'a> = "addressRegion",
        country: Text<'a> = "countryCode",
        postcode: Text<'a> = "postalCode",
        /// Read of a service point only.
        street: Text<'a> = "streetAddress",
    }

    pub(super) struct WireEvent {
        timestamp: Text<'a> = "timestamp",
        location: One<WirePlace<'a>> = "location",
        coarse: Text<'a> = "statusCode",
        status: Text<'a> = "status",
        detailed: Text<'a> = "statusDetailed",
        description: Text<'a> = "description",
        remark: Text<'a> = "remark",
        next_steps: Text<'a> = "nextSteps",
        pieces: Texts<'a> = "pieceIds",
    }

    pub(super) struct WireDetails {
        product: One<WireProduct<'a>> = "product",
        provider: One<WireProvider<'a>> = "provider",
        pieces_total: Text<'a> = "totalNumberOfPieces",
        pieces: Texts<'a> = "pieceIds",
        weight: One<WireWeight<'a>> = "weight",
        references: Many<WireReference<'a>> = "references",
        proof: One<WireProof<'a>> = "proofOfDelivery",
        is_proof_signed: Text<'a> = "proofOfDeliverySignedAvailable",
    }

    pub(super) struct WireProduct { name: Text<'a> = "productName", }
    pub(super) struct WireProvider { destination: Text<'a> = "destinationProvider", }
    pub(super) struct WireWeight { value: Text<'a> = "value", unit: Text<'a> = "unitText", }
    pub(super) struct WireReference { number: Text<'a> = "number", kind: Text<'a> = "type", }
    pub(super) struct WireProof {
        document: Text<'a> = "documentUrl",
        signature: Text<'a> = "signatureUrl",
        signed: One<WireSigner<'a>> = "signed",
    }
    pub(super) struct WireSigner { name: Text<'a> = "name", given: Text<'a> = "givenName", family: Text<'a> = "familyName", }
}

impl Answer<'_> {
    /// The services that may know the number too.
    pub fn other_services(&self) -> impl Iterator<Item = &str> {
        self.other_services
            .iter()
            .map(|url| parameter(url, "service").unwrap_or_default())
    }

    /// The offset of the next page, if there is one behind this: links are given on the last page
    /// too.
    pub fn next_offset(&self) -> Option<&str> {
        let offset = |url: &Text<'_>| parameter(url.get()?, "offset")?.parse::<u32>().ok();
        let next = parameter(self.next_url.get()?, "offset")?;
        let at: u32 = next.parse().ok()?;
        let is_behind = at > offset(&self.url).unwrap_or(0)
            && offset(&self.last_url).is_none_or(|last| at <= last);
        let is_filled = self
            .shipments
            .as_ref()
            .is_some_and(|list| !list.items.is_empty());
        (is_behind && is_filled && next.bytes().all(|b| b.is_ascii_digit())).then_some(next)
    }
}

impl WireSigner<'_> {
    pub fn full_name(&self) -> Option<Cow<'_, str>> {
        match (self.name.get(), self.given.get(), self.family.get()) {
            (Some(name), ..) => Some(Cow::Borrowed(name)),
            (None, Some(given), Some(family)) => Some(Cow::Owned(format!("{given} {family}"))),
            (None, given, family) => given.or(family).map(Cow::Borrowed),
        }
    }
}

/// A parameter of an address.
fn parameter<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    url.split_once('?')?
        .1
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
