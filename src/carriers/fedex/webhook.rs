//! Advanced Integrated Visibility: the Track API's JSON by push.

use std::sync::Arc;

use base64::Engine as _;
use http::Response;
use secrecy::SecretString;

use super::json;
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, Disposition, Mark,
    Payload, Proof, Webhook, WebhookCall, WebhookError, answer, verify_hmac_sha256,
};
use crate::carriers::partner;

const SIGNATURE: &str = "fdx-signature";

/// The feed `fedex.webhook`: news of one parcel or several, in the vocabulary of `fedex.track`,
/// with the same clock.
///
/// A body may be one track result, a list of them, or a whole answer of the Track API. By its bytes
/// alone the last is told as `fedex.track`; this adapter reads it all the same.
#[derive(Debug)]
pub struct Push {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Push {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackingNumberInfo", "trackingNumberInfo.trackingNumber"]),
            Mark::Json(&["trackingNumberInfo", "scanEvents", "scanEvents.eventType"]),
            Mark::Json(&["trackingNumber", "trackResults"]),
            Mark::Json(&[
                "trackingNumberInfo",
                "latestStatusDetail",
                "latestStatusDetail.code",
            ]),
        ];
        let descriptor = Descriptor::new("fedex.webhook", "FedEx Advanced Integrated Visibility")
            .with_delivery(DeliveryKind::Increment)
            .with_proof(Proof::Signature)
            .with_marks(MARKS)
            .with_partner(partner);
        Self { descriptor, codes }
    }
}

impl Adapter for Push {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        json::read_push(&mut out, &self.codes, &text)?;
        Ok(out.finish())
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

impl Webhook for Push {
    fn protection(&self) -> &'static str {
        "An HMAC-SHA256 of the body proves the sender and that the body is unchanged. It covers no time and no delivery id: a copy sent again \
         verifies again."
    }

    fn proof(&self) -> Proof {
        Proof::Signature
    }

    fn verify(
        &self,
        call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let given = call
            .header(SIGNATURE)
            .ok_or(WebhookError::MissingProof(SIGNATURE))?;
        let tag = base64::engine::general_purpose::STANDARD
            .decode(given)
            .map_err(|_| WebhookError::WrongProof)?;
        verify_hmac_sha256(secret, call.body, &tag)
    }

    /// 200 is what FedEx takes for received. After anything but 200 or 202 it tries three times
    /// more and then keeps the event for seven days.
    fn acknowledge(&self, _call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>> {
        answer(verdict.status(), "", Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::Registry;
    use crate::model::Milestone;

    const RESULT: &str = r#"{"trackingNumberInfo":{"trackingNumber":"449000000013","carrierCode":"FDXE"},"scanEvents":[{"date":"2025-03-07T10:00:00+01:00","eventType":"DL","eventDescription":"Delivered","derivedStatusCode":"DL","scanLocation":{"city":"LYON","countryCode":"FR"}}]}"#;

    fn adapter() -> Push {
        Push::new(Arc::new(crate::carriers::fedex::PACK.codes()))
    }

    fn decode(body: &str) -> Result<Batch, DecodeError> {
        adapter().decode(Payload::new(body.as_bytes(), Default::default()))
    }

    #[test]
    fn the_three_bodies_say_the_same() {
        let whole = format!(
            r#"{{"output":{{"completeTrackResults":[{{"trackingNumber":"449000000013","trackResults":[{RESULT}]}}]}}}}"#
        );
        let one = decode(RESULT).unwrap();
        assert_eq!(one.shipments[0].events[0].milestone, Milestone::Delivered);
        assert_eq!(one.shipments[0].delivery, DeliveryKind::Increment);
        assert_eq!(decode(&format!("[{RESULT}]")), Ok(one.clone()));
        assert_eq!(decode(&whole), Ok(one.clone()));
        assert_eq!(
            decode(&format!(
                r#"{{"trackingNumber":"449000000013","trackResults":[{RESULT}]}}"#
            )),
            Ok(one)
        );
        let registry = Registry::builtin();
        let told = |body: &str| {
            registry
                .recognise(body.as_bytes())
                .unwrap()
                .descriptor()
                .feed
                .to_string()
        };
        assert_eq!(told(RESULT), "fedex.webhook");
        assert_eq!(told(&format!("[{RESULT}]")), "fedex.webhook");
        assert_eq!(told(&whole), "fedex.track");
        assert_eq!(
            told(&format!(
                r#"{{"trackingNumber":"449000000013","trackResults":[{RESULT}]}}"#
            )),
            "fedex.webhook"
        );
    }

    #[test]
    fn news_of_one_parcel_twice_is_no_reuse() {
        let batch = decode(&format!("[{RESULT},{RESULT}]")).unwrap();
        assert_eq!((batch.shipments.len(), batch.notices.len()), (2, 0));
    }

    #[test]
    fn empty_lists_are_fine_and_foreign_messages_are_not() {
        assert_eq!(
            decode("[]").unwrap().notices[0].kind,
            crate::NoticeKind::Empty
        );
        for body in ["", "{}", "[7]", r#"{"id":1}"#, "true"] {
            assert!(decode(body).is_err(), "{body}");
        }
        assert_eq!(decode(&format!("[7,{RESULT}]")).unwrap().notices.len(), 1);
    }

    #[test]
    fn only_the_raw_body_under_the_token_verifies() {
        let secret = SecretString::from("sample-token");
        // Computed outside this crate over RESULT, under this token and under another.
        let (good, other) = (
            "SZRAMHTodVNzTCiojSUl6MSTU+MsTKT9+FYQVtQHsj4=",
            "0j0Uhe/EJ5jwH6i9bfcUI/AWJJNwq1SdZ8U7gEVP6UU=",
        );
        let verify = |signature: Option<&str>, body: &str, secret| {
            let mut headers = HeaderMap::new();
            if let Some(signature) = signature {
                headers.insert(SIGNATURE, signature.parse().unwrap());
            }
            adapter().verify(
                &WebhookCall {
                    headers: &headers,
                    body: body.as_bytes(),
                    received: Default::default(),
                },
                secret,
            )
        };
        assert_eq!(verify(Some(good), RESULT, Some(&secret)), Ok(()));
        assert_eq!(
            verify(Some(good), &format!("{RESULT} "), Some(&secret)),
            Err(WebhookError::WrongProof)
        );
        assert_eq!(
            verify(Some(other), RESULT, Some(&secret)),
            Err(WebhookError::WrongProof)
        );
        for wrong in ["not base64!", "", &good[..20]] {
            assert_eq!(
                verify(Some(wrong), RESULT, Some(&secret)),
                Err(WebhookError::WrongProof),
                "{wrong}"
            );
        }
        assert_eq!(
            verify(None, RESULT, Some(&secret)),
            Err(WebhookError::MissingProof(SIGNATURE))
        );
        assert_eq!(
            verify(Some(good), RESULT, None),
            Err(WebhookError::NoSecret)
        );
        let headers = HeaderMap::new();
        let call = WebhookCall {
            headers: &headers,
            body: b"",
            received: Default::default(),
        };
        for (verdict, status) in [
            (Disposition::Accepted, 200),
            (Disposition::Unverified, 401),
            (Disposition::Unreadable, 400),
            (Disposition::Failed, 503),
        ] {
            let answer = adapter().acknowledge(&call, verdict);
            assert_eq!((answer.status().as_u16(), answer.body().len()), (status, 0));
        }
        assert!(adapter().protection().contains("sent again"));
    }
}
