//! The Track API v1: JSON by pull.

use std::sync::Arc;

use http::{Method, Request};
use serde_json::json;

use super::json;
use crate::adapter::{
    Adapter, Asked, Batch, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, Outcome, Payload, Poll, PollContext, PollLimits, Question,
    Reply, RequestError, Token, build, check_count, client_credentials_form,
};
use crate::wire::form;

const PRODUCTION: &str = "https://apis.fedex.com";

/// The feed `fedex.track`. Most times state their offset; those without one are local to the scan's place, and a midnight may stand for a day.
/// Exception codes mean something only on events of exception; on others the same letters are details.
#[derive(Debug)]
pub struct Track {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Track {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["output", "output.completeTrackResults"]),
            Mark::Json(&["output", "output.alerts", "transactionId"]),
            Mark::Json(&["transactionId", "errors", "errors.code"]),
            Mark::Json(&["customerTransactionId", "errors", "errors.code"]),
            Mark::Json(&["errors", "errors.code", "errors.parameterList"]),
        ];
        Self { descriptor: Descriptor::new("fedex.track", "FedEx Track API v1").with_marks(MARKS), codes }
    }
}

impl Adapter for Track {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        json::read_answer(&mut out, &self.codes, &text)?;
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl Poll for Track {
    fn limits(&self) -> PollLimits {
        PollLimits { max_numbers: 30, pause: None, per_day: Some(100_000) }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["client_id", "client_secret"]
    }

    /// Asks for all scans of up to thirty numbers. `service` is FedEx's carrier code (`FDXE`, `FDXG`, `FXSP`, `FXFR`, `FDXC`).
    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let bearer = context.bearer()?;
        let locale = question.language.map_or_else(|| "en_US".to_owned(), locale);
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("x-locale", locale.as_str()),
        ];
        if !context.request_id.is_empty() {
            headers.push(("x-customer-transaction-id", context.request_id));
        }
        let asked: Vec<_> = question.numbers.iter().map(tracking_info).collect();
        let body = json!({ "includeDetailedScans": true, "trackingInfo": asked });
        let uri = format!("{}/track/v1/trackingnumbers", context.base_or(PRODUCTION));
        build(Method::POST, &uri, &headers, body.to_string().into_bytes())
    }

    /// Reads the body in any status. FedEx answers 400 or 401 with the same code to a bad client as to a bad question.
    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        let told = json::outcome(reply.body);
        match (reply.status, told) {
            (429 | 500..=599, _) | (_, Some(Outcome::RetryAfter(_))) => Outcome::RetryAfter(reply.retry_after()),
            (200..=299, told) => told.unwrap_or(Outcome::Found),
            (401, Some(Outcome::Invalid(fault))) => Outcome::Refused(fault),
            (403, Some(Outcome::Reauthorise)) => Outcome::Refused(Fault::status(403)),
            (_, Some(told)) => told,
            (_, None) => reply.outcome_by_status(),
        }
    }

    /// With the credentials `child_key` and `child_secret` the grant is that of a customer of an integrator: `csp_credentials`, unless the
    /// credential `grant_type` names another (`client_pc_credentials`).
    fn token_request(&self, context: &PollContext<'_>) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        let credentials = context.credentials;
        let body = match (credentials.get("child_key"), credentials.get("child_secret")) {
            (Some(key), Some(secret)) => {
                let fields = [
                    ("grant_type", credentials.get("grant_type").unwrap_or("csp_credentials")),
                    ("client_id", context.credential("client_id")?),
                    ("client_secret", context.credential("client_secret")?),
                    ("child_key", key),
                    ("child_secret", secret),
                ];
                form::pairs(fields).into_bytes()
            }
            _ => client_credentials_form(context, &[])?,
        };
        let uri = format!("{}/oauth/token", context.base_or(PRODUCTION));
        build(Method::POST, &uri, &[("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")], body).map(Some)
    }

    fn token(&self, reply: &Reply<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}

fn tracking_info(asked: &Asked) -> serde_json::Value {
    let mut number = json!({ "trackingNumber": asked.number.as_str() });
    if let Some(service) = &asked.service {
        number["carrierCode"] = service.to_uppercase().into();
    }
    json!({ "trackingNumberInfo": number })
}

/// FedEx's locale of a language tag: `zh-CN` → `zh_CN`, `de` → `de_DE`.
fn locale(language: &str) -> String {
    let (language, region) = language.split_once(['-', '_']).unwrap_or((language, ""));
    let region = match (language, region) {
        ("en", "") => "US",
        ("zh", "") => "CN",
        ("ja", "") => "JP",
        ("ko", "") => "KR",
        ("da", "") => "DK",
        ("sv", "") => "SE",
        ("cs", "") => "CZ",
        (same, "") => same,
        (_, region) => region,
    };
    format!("{language}_{}", region.to_uppercase())
}
