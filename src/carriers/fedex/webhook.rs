//! Advanced Integrated Visibility: the Track API's JSON by push.

use std::sync::Arc;

use base64::Engine as _;
use http::Response;
use secrecy::SecretString;

use super::json;
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, Mark, Payload, Verdict, Webhook, WebhookCall, WebhookError, answer,
    verify_hmac_sha256,
};

const SIGNATURE: &str = "fdx-signature";

/// The feed `fedex.webhook`: news of one parcel or several, in the vocabulary of `fedex.track`, with the same clock.
///
/// A body may be one track result, a list of them, or a whole answer of the Track API. By its bytes alone the last is told as `fedex.track`;
/// this adapter reads it all the same.
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
            Mark::Json(&["trackingNumberInfo", "latestStatusDetail", "latestStatusDetail.code"]),
        ];
        let descriptor =
            Descriptor::new("fedex.webhook", "FedEx Advanced Integrated Visibility").with_delivery(DeliveryKind::Increment).with_marks(MARKS);
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

    fn verify(&self, call: &WebhookCall<'_>, secret: Option<&SecretString>) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let given = call.header(SIGNATURE).ok_or(WebhookError::MissingProof(SIGNATURE))?;
        let tag = base64::engine::general_purpose::STANDARD.decode(given).map_err(|_| WebhookError::WrongProof)?;
        verify_hmac_sha256(secret, call.body, &tag)
    }

    /// 200 is what FedEx takes for received. After anything but 200 or 202 it tries three times more and then keeps the event for seven days.
    fn acknowledge(&self, _call: &WebhookCall<'_>, verdict: Verdict) -> Response<Vec<u8>> {
        answer(verdict.status(), "", Vec::new())
    }
}
