//! Track Alert: one event at a time, pushed as JSON.

use std::sync::Arc;

use http::Response;
use secrecy::SecretString;

use super::meaning::{Line, Status, Tables};
use super::moment::Moment;
use super::parts::{self, Address, Due};
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, Disposition, Mark,
    NoticeKind, Payload, Proof, Webhook, WebhookCall, WebhookError, answer, same_secret,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::code;
use crate::carriers::partner;
use crate::model::{EventTime, Milestone, Promise, PromiseKind, Shipment, Zones};
use crate::wire::json::{Many, One, Text, Texts, wire};

/// The feed `ups.track-alert`: the events of 1Z numbers that were subscribed, for 14 days.
///
/// Clock: local date and time, and the same moment in GMT; the offset has a dot (`-04.00`) or is
/// missing and then follows from the two.
///
/// Quirks: `descriptionCode` is the statusCode of three digits, often sent as a number that lost
/// its zeros. Order is not kept and events may come twice. There is no history: what happened
/// before the subscription must be asked for at [`Track`](super::Track).
#[derive(Debug)]
pub struct TrackAlert {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl TrackAlert {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackingNumber", "activityStatus"]),
            Mark::Json(&[
                "trackingNumber",
                "activityStatus",
                "localActivityDate",
                "localActivityTime",
            ]),
        ];
        let descriptor = Descriptor::new("ups.track-alert", "UPS Track Alert")
            .with_delivery(DeliveryKind::Increment)
            .with_proof(Proof::Credential)
            .with_marks(MARKS)
            .with_partner(partner);
        Self { descriptor, codes }
    }
}

wire! {
    struct Alert {
        number: Text<'a> = "trackingNumber",
        date: Text<'a> = "localActivityDate",
        time: Text<'a> = "localActivityTime",
        gmt_date: Text<'a> = "gmtActivityDate",
        gmt_time: Text<'a> = "gmtActivityTime",
        gmt_offset: Text<'a> = "gmtOffset",
        location: One<WireLocation<'a>> = "activityLocation",
        status: One<WireStatus<'a>> = "activityStatus",
        scheduled: Text<'a> = "scheduledDeliveryDate",
        from: Text<'a> = "deliveryStartTime",
        by: Text<'a> = "deliveryEndTime",
        window: Text<'a> = "deliveryTimeDescription",
        delivered: Text<'a> = "actualDeliveryDate",
        signer: Text<'a> = "receivedBy",
        alternates: Texts<'a> = "alternateTrackingNumber",
    }

    struct WireLocation {
        city: Text<'a> = "city",
        region: Text<'a> = "stateProvince",
        postcode: Text<'a> = "postalCode",
        country: Text<'a> = "country" | "countryCode",
    }

    struct WireStatus {
        kind: Text<'a> = "type",
        code: Text<'a> = "code",
        description: Text<'a> = "description",
        digits: Text<'a> = "descriptionCode",
    }
}

impl Adapter for TrackAlert {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let alerts: Many<Alert<'_>> = out.json_any(&text)?;
        if alerts.items.is_empty() {
            return Err(out.shape("trackingNumber", "the number of an event"));
        }
        out.lost_elements(&alerts, "the list of events", None);
        let tables = Tables::of(&self.codes);
        for alert in alerts.iter() {
            read_alert(&mut out, &tables, alert);
        }
        Ok(out.finish())
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

fn read_alert(out: &mut Collector<'_>, tables: &Tables<'_>, wire: &Alert<'_>) {
    let Some(number) = wire.number.get().and_then(parts::number) else {
        out.notice(
            out.own_notice(NoticeKind::EventSkipped, "expected the package's number")
                .at("trackingNumber"),
        );
        return;
    };
    let mut shipment = out.shipment(number);
    let address = |location: &WireLocation<'_>| {
        let (city, region) = (location.city.get(), location.region.get());
        Address {
            city,
            region,
            postcode: location.postcode.get(),
            country: location.country.get(),
            facility: None,
        }
        .place()
    };
    let place = wire.location.get().and_then(address);
    let moment = Moment {
        date: wire.date.or_empty(),
        time: wire.time.or_empty(),
        gmt_date: wire.gmt_date.or_empty(),
        gmt_time: wire.gmt_time.or_empty(),
        gmt_offset: wire.gmt_offset.or_empty(),
    };
    let mut stated = None;
    if let Some(time) = moment.read(
        out,
        &shipment.number,
        ["localActivityDate", "localActivityTime"],
        place.as_ref(),
    ) {
        let status = status(wire);
        let mapped = meaning(out, tables, wire, &shipment, status);
        stated = Some(time.clone());
        let event = out.event(
            &shipment.number,
            mapped,
            time,
            place,
            code(&status.value(), Some(status.kind), Some(status.words)),
        );
        shipment.events.push(event);
    }
    parts::sign(&mut shipment.events, None, wire.signer.get());
    for other in wire
        .alternates
        .iter()
        .filter(|other| *other != shipment.number.as_str())
    {
        shipment.references.push(parts::alternate("", other));
    }
    promise(out, wire, &mut shipment, stated);
    out.push(shipment);
}

fn status<'t>(wire: &'t Alert<'_>) -> Status<'t> {
    let told = wire.status.get();
    told.map_or(Status::default(), |told| Status {
        kind: told.kind.or_empty(),
        code: told.code.or_empty(),
        digits: told.digits.or_empty(),
        words: told.description.or_empty(),
    })
}

/// Type D is "loaded, out for delivery, delivered" here: alone it is a delivery only where the day
/// of delivery stands beside it.
fn meaning(
    out: &mut Collector<'_>,
    tables: &Tables<'_>,
    wire: &Alert<'_>,
    shipment: &Shipment,
    status: Status<'_>,
) -> Mapped {
    let is_letter_alone = status.kind == "D" && status.code.is_empty() && status.digits.is_empty();
    if is_letter_alone && wire.delivered.get().is_none() {
        out.unmapped(&shipment.number, "activityStatus", status.kind);
        return Mapped::UNMAPPED;
    }
    let line = Line::of(&shipment.number, "", "");
    tables.meaning(out, &shipment.number, "activityStatus", line, status)
}

/// The day and window told, stated by the event itself. An event of type U says that they were
/// changed.
fn promise(
    out: &mut Collector<'_>,
    wire: &Alert<'_>,
    shipment: &mut Shipment,
    stated: Option<EventTime>,
) {
    let is_changed = shipment.events.iter().any(|event| {
        event.milestone == Milestone::Info && matches!(event.code.value.as_str(), "UP" | "UT")
    });
    let kind = if is_changed {
        PromiseKind::Rescheduled
    } else {
        PromiseKind::Estimated
    };
    let is_day = wire.window.or_empty().eq_ignore_ascii_case("end of day");
    let (from, by) = if is_day {
        ("", "")
    } else {
        (wire.from.or_empty(), wire.by.or_empty())
    };
    let due = Due {
        kind,
        day: wire.scheduled.or_empty(),
        from,
        by,
        fields: ["scheduledDeliveryDate", "deliveryEndTime"],
    };
    let promise = due.promise(out, &shipment.number, &Zones::Unknown);
    shipment
        .promises
        .extend(promise.map(|promise| Promise { stated, ..promise }));
}

impl Webhook for TrackAlert {
    fn protection(&self) -> &'static str {
        "A credential that the subscriber chose, or a token of his own token server, comes back in a header: it proves that the caller knows it, \
         not that the body is unchanged or fresh; a call can be repeated."
    }

    fn proof(&self) -> Proof {
        Proof::Credential
    }

    /// Version 1 sends the credential of the subscription in `credential`, version 2 a bearer token
    /// of the subscriber's own server.
    fn verify(
        &self,
        call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let bearer = || {
            let (scheme, token) = call.header("authorization")?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        };
        let given = call
            .header("credential")
            .or_else(bearer)
            .ok_or(WebhookError::MissingProof("credential"))?;
        same_secret(given, secret)
    }

    fn acknowledge(&self, _call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>> {
        answer(verdict.status(), "", Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use http::HeaderMap;

    use super::*;
    use crate::carriers::ups::PACK;
    use crate::model::{Confidence, Role, TimeKind};

    fn feed() -> TrackAlert {
        TrackAlert::new(Arc::new(PACK.codes()))
    }

    fn decode(text: &str) -> Batch {
        feed()
            .decode(Payload::new(text.as_bytes(), DateTime::<Utc>::UNIX_EPOCH))
            .unwrap()
    }

    fn alert(status: &str, more: &str) -> String {
        format!(
            r#"{{"trackingNumber":"1Z0000000300000017","localActivityDate":"20250312","localActivityTime":"141002",
            "activityLocation":{{"city":"LOUISVILLE","stateProvince":"KY","postalCode":"","country":"US"}},"activityStatus":{status}{more}}}"#
        )
    }

    #[test]
    fn a_delivery_with_an_offset_in_a_dot() {
        let text = alert(
            r#"{"type":"D","code":"FS","description":"Delivered","descriptionCode":11}"#,
            r#","gmtActivityDate":"20250312","gmtActivityTime":"181002","gmtOffset":"-04.00","scheduledDeliveryDate":"20250312","receivedBy":"SAMPLE""#,
        );
        let batch = decode(&text);
        let shipment = &batch.shipments[0];
        let event = &shipment.events[0];
        assert_eq!(
            (event.milestone, event.confidence),
            (Milestone::Delivered, Confidence::High)
        );
        assert_eq!(
            event.time.earliest().to_rfc3339(),
            "2025-03-12T18:10:02+00:00"
        );
        assert_eq!(
            event.time.offset().map(|offset| offset.local_minus_utc()),
            Some(-14_400)
        );
        assert_eq!(
            event.signed_by.as_ref().map(|signer| signer.reveal()),
            Some("SAMPLE")
        );
        assert_eq!(
            shipment.promise().map(|promise| promise.by.raw()),
            Some("20250312"),
            "what was promised is kept after the delivery"
        );
        assert_eq!(shipment.delivery, DeliveryKind::Increment);
        assert!(batch.notices.is_empty());
    }

    #[test]
    fn a_number_for_the_status_code_gets_its_zeros_back() {
        let batch = decode(&alert(r#"{"type":"I","descriptionCode":21}"#, ""));
        let event = &batch.shipments[0].events[0];
        assert_eq!(
            (event.milestone, event.code.value.as_str()),
            (Milestone::OutForDelivery, "021")
        );
        assert_eq!(
            event.time.kind(),
            TimeKind::PlaceZone,
            "without GMT the place tells the zone"
        );
    }

    #[test]
    fn a_photo_or_a_new_date_moves_nothing() {
        for status in ["PX", "UP", "UT"] {
            let batch = decode(&alert(&format!(r#"{{"type":"U","code":"{status}"}}"#), ""));
            assert_eq!(
                batch.shipments[0].events[0].milestone,
                Milestone::Info,
                "{status}"
            );
        }
    }

    #[test]
    fn a_window_is_promised_in_an_unknown_zone() {
        let more = r#","scheduledDeliveryDate":"20250313","deliveryStartTime":"130000","deliveryEndTime":"170000","alternateTrackingNumber":"1Z0000000300000033""#;
        let shipment = decode(&alert(r#"{"type":"U","code":"UT"}"#, more))
            .shipments
            .remove(0);
        let promise = shipment.promise().unwrap();
        assert_eq!(promise.from.as_ref().unwrap().raw(), "20250313 130000");
        assert_eq!(
            (promise.by.raw(), promise.by.kind()),
            ("20250313 170000", TimeKind::Local)
        );
        assert_eq!(
            (promise.kind, promise.stated.as_ref().map(|at| at.raw())),
            (PromiseKind::Rescheduled, Some("20250312 141002"))
        );
        assert_eq!(shipment.references[0].role, Role::Alternate);
        let by_day = more.replace("170000", "235900");
        let shipment = decode(&alert(r#"{"type":"I","code":"DP"}"#, &by_day))
            .shipments
            .remove(0);
        assert_eq!(
            shipment
                .promise()
                .map(|promise| (promise.kind, promise.by.kind())),
            Some((PromiseKind::Estimated, TimeKind::Date))
        );
    }

    #[test]
    fn the_letter_d_alone_is_a_delivery_only_with_its_day() {
        let batch = decode(&alert(r#"{"type":"D"}"#, ""));
        assert_eq!(
            (
                batch.shipments[0].events[0].milestone,
                batch.notices[0].kind
            ),
            (Milestone::Unmapped, NoticeKind::UnmappedCode)
        );
        let batch = decode(&alert(
            r#"{"type":"D"}"#,
            r#","actualDeliveryDate":"20250312""#,
        ));
        assert_eq!(batch.shipments[0].events[0].milestone, Milestone::Delivered);
    }

    #[test]
    fn an_unknown_code_and_a_missing_day_are_reported() {
        let batch = decode(&alert(r#"{"type":"I","code":"Q9"}"#, ""));
        assert_eq!(batch.shipments[0].events[0].milestone, Milestone::Unmapped);
        assert_eq!(batch.notices[0].value.as_deref(), Some("I Q9"));
        let batch = decode(
            r#"{"trackingNumber":"1Z0000000300000017","localActivityDate":"soon","activityStatus":{"type":"I","code":"DP"}}"#,
        );
        assert!(batch.shipments[0].events.is_empty());
        assert_eq!(
            (batch.notices[0].kind, batch.notices[0].value.as_deref()),
            (NoticeKind::EventSkipped, Some("soon"))
        );
        assert!(
            feed()
                .decode(Payload::new(b"{}", DateTime::UNIX_EPOCH))
                .is_err()
        );
    }

    fn verify(headers: &[(&'static str, &str)], secret: Option<&str>) -> Result<(), WebhookError> {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let call = WebhookCall {
            headers: &map,
            body: b"{}",
            received: DateTime::UNIX_EPOCH,
        };
        feed().verify(&call, secret.map(SecretString::from).as_ref())
    }

    #[test]
    fn the_credential_comes_in_either_header() {
        let secret = Some("a-made-up-credential");
        assert_eq!(
            verify(&[("credential", "a-made-up-credential")], secret),
            Ok(())
        );
        assert_eq!(
            verify(
                &[
                    ("authorization", "Bearer a-made-up-credential"),
                    ("x-api-key", "client")
                ],
                secret
            ),
            Ok(())
        );
        assert_eq!(
            verify(&[("credential", "wrong")], secret),
            Err(WebhookError::WrongProof)
        );
        assert_eq!(
            verify(
                &[
                    ("credential", "wrong"),
                    ("authorization", "Bearer a-made-up-credential")
                ],
                secret
            ),
            Err(WebhookError::WrongProof)
        );
        assert_eq!(
            verify(&[("authorization", "Bearer wrong")], secret),
            Err(WebhookError::WrongProof)
        );
        assert_eq!(
            verify(&[("authorization", "Basic a-made-up-credential")], secret),
            Err(WebhookError::MissingProof("credential"))
        );
        assert_eq!(
            verify(&[("x-api-key", "a-made-up-credential")], secret),
            Err(WebhookError::MissingProof("credential"))
        );
        assert_eq!(
            verify(&[("credential", "")], None),
            Err(WebhookError::NoSecret)
        );
    }

    #[test]
    fn the_answer_is_the_verdict_s_status_alone() {
        let headers = HeaderMap::new();
        let call = WebhookCall {
            headers: &headers,
            body: b"{}",
            received: DateTime::UNIX_EPOCH,
        };
        for (verdict, status) in [
            (Disposition::Accepted, 200),
            (Disposition::Unverified, 401),
            (Disposition::Unreadable, 400),
            (Disposition::Failed, 503),
        ] {
            let answer = feed().acknowledge(&call, verdict);
            assert_eq!((answer.status().as_u16(), answer.body().len()), (status, 0));
        }
    }
}
