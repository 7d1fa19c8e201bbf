//! The shape of an answer.

use crate::wire::json::{Many, One, Text, wire};

wire! {
    pub(super) struct Answer { response: One<Response<'a>> = "trackResponse", }
    pub(super) struct Response { shipments: Many<WireShipment<'a>> = "shipment", }

    pub(super) struct WireShipment {
        inquiry: Text<'a> = "inquiryNumber",
        warnings: Many<WireWarning<'a>> = "warnings",
        packages: Many<WirePackage<'a>> = "package",
    }

    pub(super) struct WireWarning { code: Text<'a> = "code", message: Text<'a> = "message", }

    pub(super) struct WirePackage {
        number: Text<'a> = "trackingNumber",
        count: Text<'a> = "packageCount",
        status: Text<'a> = "statusCode",
        status_text: Text<'a> = "statusDescription",
        current: One<WireStatus<'a>> = "currentStatus",
        activities: Many<WireActivity<'a>> = "activity",
        dates: Many<WireDate<'a>> = "deliveryDate",
        times: Many<WireTime<'a>> = "deliveryTime",
        delivery: One<WireDelivery<'a>> = "deliveryInformation",
        alternates: Many<WireReference<'a>> = "alternateTrackingNumber",
        references: Many<WireReference<'a>> = "referenceNumber",
        addresses: Many<WirePlace<'a>> = "packageAddress",
        service: One<WireService<'a>> = "service",
        weight: One<WireWeight<'a>> = "weight",
        access_point: One<WireAccessPoint<'a>> = "accessPointInformation",
        payments: Many<WirePayment<'a>> = "paymentInformation",
    }

    pub(super) struct WireStatus {
        kind: Text<'a> = "type",
        code: Text<'a> = "code",
        digits: Text<'a> = "statusCode",
        description: Text<'a> = "description",
        simple: Text<'a> = "simplifiedTextDescription",
    }

    pub(super) struct WireActivity {
        date: Text<'a> = "date",
        time: Text<'a> = "time",
        gmt_date: Text<'a> = "gmtDate",
        gmt_time: Text<'a> = "gmtTime",
        gmt_offset: Text<'a> = "gmtOffset",
        location: One<WirePlace<'a>> = "location",
        status: One<WireStatus<'a>> = "status",
    }

    pub(super) struct WirePlace {
        kind: Text<'a> = "type",
        facility: Text<'a> = "slic",
        address: One<WireAddress<'a>> = "address",
    }

    pub(super) struct WireAddress {
        city: Text<'a> = "city",
        region: Text<'a> = "stateProvince",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "country",
        country_code: Text<'a> = "countryCode",
    }

    pub(super) struct WireDate { kind: Text<'a> = "type", date: Text<'a> = "date", }
    pub(super) struct WireTime { kind: Text<'a> = "type", start: Text<'a> = "startTime", end: Text<'a> = "endTime", }
    pub(super) struct WireDelivery {
        location: Text<'a> = "location",
        signer: Text<'a> = "receivedBy",
        signature: One<WireSignature<'a>> = "signature",
        photo: One<WirePhoto<'a>> = "deliveryPhoto",
        document: One<WireDocument<'a>> = "pod",
    }

    pub(super) struct WireSignature { image: Text<'a> = "image", }
    pub(super) struct WirePhoto { photo: Text<'a> = "photo", }
    pub(super) struct WireDocument { content: Text<'a> = "content", }
    pub(super) struct WireAccessPoint { until: Text<'a> = "pickupByDate", }

    pub(super) struct WirePayment {
        kind: Text<'a> = "type",
        amount: Text<'a> = "amount",
        currency: Text<'a> = "currency",
        paid: Text<'a> = "paid",
    }

    pub(super) struct WireReference { kind: Text<'a> = "type", number: Text<'a> = "number", }
    pub(super) struct WireService { code: Text<'a> = "code", description: Text<'a> = "description", }
    pub(super) struct WireWeight { unit: Text<'a> = "unitOfMeasurement", value: Text<'a> = "weight", }
}
