//! The webhook contract as another's adapter uses it: a scheme that signs its time, and a feed that
//! does not push.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{KeyInit, Mac};
use http::HeaderMap;
use parceltrail::adapter::{
    Descriptor, Disposition, Proof, ReceiveError, Webhook, WebhookCall, WebhookError, receive,
    verify_hmac_sha256, within_window,
};
use parceltrail::{Adapter, Batch, DecodeError, Payload, Registry};
use secrecy::SecretString;

const BODY: &str = r#"{"Body":{"WaybillRoute":{"mailno":"SF1000000000017","acceptTime":"2026-03-11 10:00:00","opCode":"50"}}}"#;

fn now() -> DateTime<Utc> {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

/// A scheme of another's adapter that signs its time, by the contract alone: the window is the
/// scheme's.
#[derive(Debug)]
struct Timed(Registry);

impl Timed {
    /// Reads what SF sends.
    fn reader(&self) -> &dyn Adapter {
        self.0.get("sf.push").unwrap()
    }
}

impl Adapter for Timed {
    fn descriptor(&self) -> &Descriptor {
        self.reader().descriptor()
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        self.reader().decode(payload)
    }

    fn as_webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

impl Webhook for Timed {
    fn protection(&self) -> &'static str {
        "An HMAC-SHA256 of the time and the body proves both."
    }

    fn proof(&self) -> Proof {
        Proof::TimedSignature
    }

    fn verify(
        &self,
        call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let sent = call
            .header("x-sent")
            .ok_or(WebhookError::MissingProof("x-sent"))?;
        let tag = call
            .header("x-tag")
            .and_then(unhex)
            .ok_or(WebhookError::MissingProof("x-tag"))?;
        verify_hmac_sha256(secret, &[sent.as_bytes(), b".", call.body].concat(), &tag)?;
        let sent = sent
            .parse()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or(WebhookError::WrongProof)?;
        within_window(sent, call.received, TimeDelta::minutes(5))
    }

    fn acknowledge(
        &self,
        _call: &WebhookCall<'_>,
        verdict: Disposition,
    ) -> http::Response<Vec<u8>> {
        http::Response::builder()
            .status(verdict.status())
            .body(Vec::new())
            .unwrap()
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[test]
fn a_scheme_that_signs_its_time_has_a_replay_window() {
    let adapter = Timed(Registry::builtin());
    let secret = SecretString::from("a-key");
    let sent = now().timestamp().to_string();
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"a-key")
        .unwrap()
        .chain_update(format!("{sent}.{BODY}"));
    let tag: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let take = |sent: &str, received| {
        let mut headers = HeaderMap::new();
        headers.insert("x-sent", sent.parse().unwrap());
        headers.insert("x-tag", tag.parse().unwrap());
        receive(
            &adapter,
            &WebhookCall {
                headers: &headers,
                body: BODY.as_bytes(),
                received,
            },
            Some(&secret),
        )
        .map(|_| ())
    };
    assert_eq!(take(&sent, now() + TimeDelta::minutes(5)), Ok(()));
    for off in [TimeDelta::minutes(6), TimeDelta::minutes(-6)] {
        let refusal = take(&sent, now() + off).unwrap_err();
        assert_eq!(
            (&refusal, refusal.disposition()),
            (
                &ReceiveError::Unverified(WebhookError::Stale),
                Disposition::Stale
            )
        );
    }
    let later = (now().timestamp() + 600).to_string();
    assert_eq!(
        take(&later, now() + TimeDelta::minutes(10)),
        Err(WebhookError::WrongProof.into()),
        "the time is signed"
    );
}

#[test]
fn a_feed_that_does_not_push_receives_nothing() {
    let feeds = Registry::builtin();
    let call = WebhookCall {
        headers: &HeaderMap::new(),
        body: b"{}",
        received: now(),
    };
    let refusal = receive(
        feeds.get("usps.tracking").unwrap(),
        &call,
        Some(&"a-key".into()),
    )
    .unwrap_err();
    assert_eq!(
        (&refusal, refusal.disposition()),
        (
            &ReceiveError::Unverified(WebhookError::NotPushed),
            Disposition::Unverified
        )
    );
}
