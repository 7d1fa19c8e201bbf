//! The shape of an answer.

use crate::wire::json::{Many, One, Text, Texts, wire};

wire! {
    pub(super) struct Answer {
        number: Text<'a> = "trackingNumber",
        piece: Text<'a> = "uniqueMailPieceID" | "uniqueMailPieceId",
        status: Text<'a> = "status",
        category: Text<'a> = "statusCategory",
        summary: Text<'a> = "statusSummary",
        summaries: Texts<'a> = "eventSummaries",
        mail_class: Text<'a> = "mailClass",
        origin_city: Text<'a> = "originCity",
        origin_state: Text<'a> = "originState",
        origin_zip: Text<'a> = "originZIP" | "originZIPCode",
        origin_country: Text<'a> = "originCountry",
        city: Text<'a> = "destinationCity",
        state: Text<'a> = "destinationState",
        zip: Text<'a> = "destinationZIP" | "destinationZIPCode",
        country: Text<'a> = "destinationCountryCode",
        guaranteed: Text<'a> = "guaranteedDeliveryTimeStamp",
        guaranteed_day: Text<'a> = "guaranteedDeliveryDate",
        predicted: Text<'a> = "predictedDeliveryTimeStamp",
        predicted_day: Text<'a> = "predictedDeliveryDate",
        predicted_from: Text<'a> = "predictedDeliveryWindowStartTime",
        predicted_to: Text<'a> = "predictedDeliveryWindowEndTime",
        expected: Text<'a> = "expectedDeliveryTimeStamp",
        expected_day: Text<'a> = "expectedDeliveryDate",
        expected_time: Text<'a> = "expectedDeliveryTime",
        events: Many<WireEvent<'a>> = "trackingEvents",
        error: One<WireError<'a>> = "error",
        fault: One<Gateway<'a>> = "fault",
    }

    pub(super) struct WireEvent {
        text: Text<'a> = "eventType",
        local: Text<'a> = "eventTimestamp",
        instant: Text<'a> = "GMTTimestamp",
        offset: Text<'a> = "GMTOffset",
        country: Text<'a> = "eventCountry",
        city: Text<'a> = "eventCity",
        state: Text<'a> = "eventState",
        zip: Text<'a> = "eventZIP" | "eventZIPCode",
        signer: Text<'a> = "name" | "recipientName",
        code: Text<'a> = "eventCode",
    }

    pub(super) struct WireError {
        code: Text<'a> = "code",
        message: Text<'a> = "message",
        details: Many<WireDetail<'a>> = "errors",
    }

    /// What the gateway before the service says: a token or a quota that it refuses.
    pub(super) struct Gateway { text: Text<'a> = "faultstring", detail: One<GatewayDetail<'a>> = "detail", }
    pub(super) struct GatewayDetail { code: Text<'a> = "errorcode", }

    pub(super) struct WireDetail { code: Text<'a> = "code", status: Text<'a> = "status", title: Text<'a> = "title", detail: Text<'a> = "detail", }

    pub(super) struct OauthError { error: Text<'a> = "error", description: Text<'a> = "error_description", }
}
