//! The Track API's objects, as far as they are read.

use serde_json::Value;

use crate::wire::json::{Many, One, Text, Texts, wire};

wire! {
    pub(super) struct Answer { output: One<Output<'a>> = "output", errors: Many<WireFault<'a>> = "errors", }
    pub(super) struct Output { complete: Many<Complete<'a>> = "completeTrackResults", alerts: Value = "alerts", }
    pub(super) struct Complete { number: Text<'a> = "trackingNumber", results: Many<TrackResult<'a>> = "trackResults", }
    pub(super) struct WireFault { code: Text<'a> = "code", message: Text<'a> = "message", }

    pub(super) struct TrackResult {
        number: One<NumberInfo<'a>> = "trackingNumberInfo",
        additional: One<Additional<'a>> = "additionalTrackingInfo",
        latest: One<Latest<'a>> = "latestStatusDetail",
        dates: Many<WireDate<'a>> = "dateAndTimes",
        delivery: One<Delivery<'a>> = "deliveryDetails",
        package: One<Package<'a>> = "packageDetails",
        details: One<Weights<'a>> = "shipmentDetails",
        service: One<Service<'a>> = "serviceDetail",
        commit: One<Commit<'a>> = "serviceCommitMessage",
        returned: One<Returned<'a>> = "returnDetail",
        origin: One<Located<'a>> = "originLocation",
        destination: One<Located<'a>> = "destinationLocation",
        shipper: One<Contact<'a>> = "shipperInformation",
        recipient: One<Contact<'a>> = "recipientInformation",
        last_destination: One<WireAddress<'a>> = "lastUpdatedDestinationAddress",
        scans: Many<WireScan<'a>> = "scanEvents",
        estimated: One<Window<'a>> = "estimatedDeliveryTimeWindow",
        standard: One<Window<'a>> = "standardTransitTimeWindow",
        options: Many<DeliveryOption<'a>> = "customDeliveryOptions",
        counts: Many<PieceCount<'a>> = "pieceCounts",
        handlings: Many<Handling<'a>> = "specialHandlings",
        images: Many<Image<'a>> = "availableImages",
        held: One<Held<'a>> = "holdAtLocation",
        notes: Many<Note<'a>> = "informationNotes",
        error: One<WireFault<'a>> = "error",
    }

    pub(super) struct Image { kind: Text<'a> = "type", }
    pub(super) struct Note { code: Text<'a> = "code", description: Text<'a> = "description", }

    /// Where it is held for its recipient.
    pub(super) struct Held { id: Text<'a> = "locationId", kind: Text<'a> = "locationType", at: One<HeldContact<'a>> = "locationContactAndAddress", }
    pub(super) struct HeldContact { contact: One<Business<'a>> = "contact", address: One<HeldAddress<'a>> = "address", }
    pub(super) struct Business { company: Text<'a> = "companyName", }

    pub(super) struct NumberInfo { number: Text<'a> = "trackingNumber", unique: Text<'a> = "trackingNumberUniqueId", carrier: Text<'a> = "carrierCode", }
    pub(super) struct Additional { identifiers: Many<Identifier<'a>> = "packageIdentifiers", }
    pub(super) struct Identifier { kind: Text<'a> = "type", values: Texts<'a> = "values" | "value", }
    pub(super) struct WireDate { kind: Text<'a> = "type", at: Text<'a> = "dateTime", }
    pub(super) struct Package { count: Text<'a> = "count", weights: One<Weights<'a>> = "weightAndDimensions", }
    pub(super) struct Weights { weight: Many<Weight<'a>> = "weight", splits: Many<Split<'a>> = "splitShipments", }
    pub(super) struct Weight { unit: Text<'a> = "unit", value: Text<'a> = "value", }
    pub(super) struct Service { kind: Text<'a> = "type", description: Text<'a> = "description", }
    pub(super) struct Commit { kind: Text<'a> = "type", message: Text<'a> = "message", }
    pub(super) struct Returned { authorised_by: Text<'a> = "authorizationName", reasons: Many<Reason<'a>> = "reasonDetail", }
    pub(super) struct Reason { kind: Text<'a> = "type", description: Text<'a> = "description", }
    pub(super) struct Located { contact: One<Contact<'a>> = "locationContactAndAddress", }
    pub(super) struct Contact { address: One<WireAddress<'a>> = "address", }
    pub(super) struct Window { kind: Text<'a> = "type", window: One<Span<'a>> = "window", }
    pub(super) struct Span { begins: Text<'a> = "begins" | "starts", ends: Text<'a> = "ends", }

    /// What the recipient asked for, such as another day.
    pub(super) struct DeliveryOption { kind: Text<'a> = "type", status: Text<'a> = "status", appointment: One<Appointment<'a>> = "requestedAppointmentDetail", }
    pub(super) struct Appointment { date: Text<'a> = "date", windows: Many<Window<'a>> = "window", }
    pub(super) struct PieceCount { kind: Text<'a> = "type", count: Text<'a> = "count", }

    pub(super) struct Handling { kind: Text<'a> = "type", }

    /// Some of a freight shipment's pieces, where they have come apart.
    pub(super) struct Split {
        count: Text<'a> = "pieceCount",
        code: Text<'a> = "statusCode",
        description: Text<'a> = "statusDescription",
        time: Text<'a> = "timestamp",
    }

    pub(super) struct WireAddress {
        city: Text<'a> = "city",
        region: Text<'a> = "stateOrProvinceCode",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "countryCode",
        country_name: Text<'a> = "countryName",
    }

    /// The address of a location: the only one of which the street is read.
    pub(super) struct HeldAddress {
        streets: Texts<'a> = "streetLines",
        city: Text<'a> = "city",
        region: Text<'a> = "stateOrProvinceCode",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "countryCode",
        country_name: Text<'a> = "countryName",
    }

    pub(super) struct Latest {
        code: Text<'a> = "code",
        derived: Text<'a> = "derivedCode",
        description: Text<'a> = "description",
        locale: Text<'a> = "statusByLocale",
        place: One<WireAddress<'a>> = "scanLocation",
        ancillary: Many<Ancillary<'a>> = "ancillaryDetails",
        delay: One<Delay<'a>> = "delayDetail",
    }

    /// What delays it, and whether it does: `DELAYED`, `ON_TIME` or `EARLY`.
    pub(super) struct Delay { kind: Text<'a> = "type", status: Text<'a> = "status", }

    pub(super) struct Ancillary { reason: Text<'a> = "reason", description: Text<'a> = "reasonDescription", steps: Text<'a> = "actionDescription", }

    pub(super) struct Delivery {
        received_by: Text<'a> = "receivedByName",
        signed_by: Text<'a> = "signedByName",
        address: One<WireAddress<'a>> = "actualDeliveryAddress",
        kind: Text<'a> = "locationType",
        description: Text<'a> = "locationDescription",
        attempts: Text<'a> = "deliveryAttempts",
        office: Text<'a> = "officeOrderDeliveryMethod",
    }

    pub(super) struct WireScan {
        date: Text<'a> = "date",
        event: Text<'a> = "eventType",
        description: Text<'a> = "eventDescription",
        derived: Text<'a> = "derivedStatusCode",
        exception: Text<'a> = "exceptionCode",
        exception_text: Text<'a> = "exceptionDescription",
        place: One<WireAddress<'a>> = "scanLocation",
        facility: Text<'a> = "locationId",
        location: Text<'a> = "locationType",
        delay: One<Delay<'a>> = "delayDetail",
    }
}
