//! The Track API v1: JSON by pull.

use std::sync::Arc;

use http::{Method, Request};
use serde_json::json;

use super::json;
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Mark, Outcome, Payload, Poll,
    PollContext, PollLimits, PollResponse, Query, RequestError, Token, TrackRequest, build,
    check_count, client_credentials_form,
};
use crate::carriers::partner;
use crate::wire::{clock, form};

const PRODUCTION: &str = "https://apis.fedex.com";

/// The feed `fedex.track`. Most times state their offset; those without one are local to the scan's
/// place, and a midnight may stand for a day. Exception codes mean something only on events of
/// exception; on others the same letters are details.
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
        Self {
            descriptor: Descriptor::new("fedex.track", "FedEx Track API v1")
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
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
        PollLimits {
            max_numbers: 30,
            pause: None,
            per_day: Some(100_000),
        }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["client_id", "client_secret"]
    }

    fn optional_credentials(&self) -> &'static [&'static str] {
        &["child_key", "child_secret", "grant_type"]
    }

    /// Asks for all scans of up to thirty numbers. `service` is FedEx's carrier code (`FDXE`,
    /// `FDXG`, `FXSP`, `FXFR`, `FDXC`), `instance` the unique id of one of several shipments under
    /// a number, or its ship date.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let bearer = context.bearer()?;
        let locale = query.language.map_or_else(|| "en_US".to_owned(), locale);
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("x-locale", locale.as_str()),
        ];
        if !context.request_id.is_empty() {
            headers.push(("x-customer-transaction-id", context.request_id));
        }
        let asked: Vec<_> = query.requests.iter().map(tracking_info).collect();
        let body = json!({ "includeDetailedScans": true, "trackingInfo": asked });
        let uri = format!("{}/track/v1/trackingnumbers", context.base_or(PRODUCTION));
        build(Method::POST, &uri, &headers, body.to_string().into_bytes())
    }

    /// Reads the body in any status. FedEx answers 400 or 401 with the same code to a bad client as
    /// to a bad question.
    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let told = json::outcome(reply.body);
        match (reply.status, told) {
            (429 | 500..=599, _) | (_, Some(Outcome::RetryAfter(_))) => {
                Outcome::RetryAfter(reply.retry_after())
            }
            (200..=299, Some(told)) => told,
            // A gateway's page. Half an answer may be one number's fault: the client divides the
            // batch.
            (200..=299, None) if !is_json(reply.body) => Outcome::RetryAfter(reply.retry_after()),
            (200..=299, None) => Outcome::Found,
            (401, Some(Outcome::Invalid(fault))) => Outcome::Refused(fault),
            (_, Some(told)) => told,
            (_, None) => reply.outcome_by_status(),
        }
    }

    /// With the credentials `child_key` and `child_secret` the grant is that of a customer of an
    /// integrator: `csp_credentials`, unless the credential `grant_type` names another
    /// (`client_pc_credentials`).
    fn token_request(
        &self,
        context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        let credentials = context.credentials;
        let body = match (
            credentials.get("child_key"),
            credentials.get("child_secret"),
        ) {
            (Some(key), Some(secret)) => {
                let fields = [
                    (
                        "grant_type",
                        credentials.get("grant_type").unwrap_or("csp_credentials"),
                    ),
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
        build(
            Method::POST,
            &uri,
            &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "application/json"),
            ],
            body,
        )
        .map(Some)
    }

    fn token(&self, reply: &PollResponse<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}

fn is_json(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

fn tracking_info(asked: &TrackRequest) -> serde_json::Value {
    let mut number = json!({ "trackingNumber": asked.number.as_str() });
    if let Some(service) = &asked.service {
        number["carrierCode"] = service.to_uppercase().into();
    }
    let shipped = asked
        .instance
        .as_deref()
        .and_then(|instance| clock::date(instance.get(..10)?));
    match (&asked.instance, shipped) {
        (_, Some(day)) => {
            json!({ "shipDateBegin": day.to_string(), "shipDateEnd": day.to_string(), "trackingNumberInfo": number })
        }
        (Some(id), None) => {
            number["trackingNumberUniqueId"] = id.as_str().into();
            json!({ "trackingNumberInfo": number })
        }
        (None, None) => json!({ "trackingNumberInfo": number }),
    }
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

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use secrecy::SecretString;
    use serde_json::Value;

    use super::*;
    use crate::adapter::Credentials;
    use crate::model::TrackingNumber;

    const NUMBER: &str = "449000000013";

    fn adapter() -> Track {
        Track::new(Arc::new(crate::carriers::fedex::PACK.codes()))
    }

    fn context<'a>(
        credentials: &'a Credentials,
        token: Option<&'a SecretString>,
    ) -> PollContext<'a> {
        PollContext {
            now: Default::default(),
            request_id: "r1",
            credentials,
            token,
            base: None,
        }
    }

    fn header<'r>(request: &'r Request<Vec<u8>>, name: &str) -> &'r str {
        request.headers()[name].to_str().unwrap()
    }

    #[test]
    fn the_request_asks_for_all_scans() {
        let (credentials, token) = (Credentials::default(), SecretString::from("sample-token"));
        let mut asked = vec![
            TrackRequest::new(TrackingNumber::new(NUMBER)),
            TrackRequest::new(TrackingNumber::new("960000000000034")),
        ];
        asked[1].service = Some("fdxg".into());
        let adapter = adapter();
        let request = adapter
            .request(&Query::new(&asked), &context(&credentials, Some(&token)))
            .unwrap();
        assert_eq!(
            (request.method(), request.uri().to_string().as_str()),
            (
                &Method::POST,
                "https://apis.fedex.com/track/v1/trackingnumbers"
            )
        );
        assert_eq!(header(&request, "authorization"), "Bearer sample-token");
        assert!(request.headers()["authorization"].is_sensitive());
        assert_eq!(
            (
                header(&request, "content-type"),
                header(&request, "x-locale")
            ),
            ("application/json", "en_US")
        );
        assert_eq!(header(&request, "x-customer-transaction-id"), "r1");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let expected = json!({ "includeDetailedScans": true, "trackingInfo": [
            { "trackingNumberInfo": { "trackingNumber": NUMBER } },
            { "trackingNumberInfo": { "trackingNumber": "960000000000034", "carrierCode": "FDXG" } }] });
        assert_eq!(body, expected);
        let mut sandbox = context(&credentials, Some(&token));
        sandbox.base = Some("https://apis-sandbox.fedex.com/");
        let query = Query {
            language: Some("zh-CN"),
            ..Query::new(&asked)
        };
        let request = adapter.request(&query, &sandbox).unwrap();
        assert_eq!(request.uri().host(), Some("apis-sandbox.fedex.com"));
        assert_eq!(header(&request, "x-locale"), "zh_CN");
        assert_eq!(
            (
                locale("de").as_str(),
                locale("ja").as_str(),
                locale("fr_ca").as_str()
            ),
            ("de_DE", "ja_JP", "fr_CA")
        );
    }

    #[test]
    fn one_of_several_shipments_is_asked_for_by_its_id_or_its_ship_date() {
        let info = |instance: &str| {
            tracking_info(&TrackRequest {
                instance: Some(instance.into()),
                ..TrackRequest::new(TrackingNumber::new(NUMBER))
            })
        };
        let id = "2455800000~449000000013~FX";
        assert_eq!(
            info(id),
            json!({ "trackingNumberInfo": { "trackingNumber": NUMBER, "trackingNumberUniqueId": id } })
        );
        let by_day = json!({ "shipDateBegin": "2025-01-06", "shipDateEnd": "2025-01-06", "trackingNumberInfo": { "trackingNumber": NUMBER } });
        assert_eq!(info("2025-01-06T00:00:00-06:00"), by_day);
    }

    #[test]
    fn a_page_in_the_place_of_an_answer_is_temporary() {
        let headers = HeaderMap::new();
        let outcome = |body: &str| {
            adapter().outcome(&PollResponse {
                status: 200,
                headers: &headers,
                body: body.as_bytes(),
                received: Default::default(),
            })
        };
        for body in ["<html><body>Service page</body></html>", ""] {
            assert_eq!(outcome(body), Outcome::RetryAfter(None), "{body}");
        }
        // Half an answer is for the decoder to refuse: the client then looks which number of the
        // batch spoils it.
        assert_eq!(outcome("{\"output\":{"), Outcome::Found);
    }

    #[test]
    fn a_request_needs_a_token_and_one_to_thirty_numbers() {
        let (credentials, token) = (Credentials::default(), SecretString::from("t"));
        let asked = vec![TrackRequest::new(TrackingNumber::new(NUMBER)); 31];
        let ask = |count: usize, token| {
            adapter()
                .request(&Query::new(&asked[..count]), &context(&credentials, token))
                .map(drop)
        };
        assert_eq!(ask(1, None), Err(RequestError::MissingToken));
        assert_eq!(ask(30, Some(&token)), Ok(()));
        assert_eq!(
            ask(31, Some(&token)),
            Err(RequestError::Numbers {
                asked: 31,
                most: 30
            })
        );
        assert_eq!(
            ask(0, Some(&token)),
            Err(RequestError::Numbers { asked: 0, most: 30 })
        );
    }

    #[test]
    fn the_token_is_fetched_with_the_secret_in_the_body() {
        let credentials = Credentials::default()
            .with("client_id", "id&1")
            .with("client_secret", "s");
        let form = |credentials: &Credentials| {
            let request = adapter()
                .token_request(&context(credentials, None))
                .unwrap()
                .unwrap();
            assert_eq!(
                (request.method(), request.uri().to_string().as_str()),
                (&Method::POST, "https://apis.fedex.com/oauth/token")
            );
            assert_eq!(
                header(&request, "content-type"),
                "application/x-www-form-urlencoded"
            );
            assert!(!request.headers().contains_key("authorization"));
            String::from_utf8(request.into_body()).unwrap()
        };
        assert_eq!(
            form(&credentials),
            "grant_type=client_credentials&client_id=id%261&client_secret=s"
        );
        let child = credentials.with("child_key", "k").with("child_secret", "c");
        assert_eq!(
            form(&child),
            "grant_type=csp_credentials&client_id=id%261&client_secret=s&child_key=k&child_secret=c"
        );
        assert!(
            form(&child.with("grant_type", "client_pc_credentials"))
                .starts_with("grant_type=client_pc_credentials&")
        );
        let missing = adapter()
            .token_request(&context(&Credentials::default(), None))
            .map(drop);
        assert_eq!(missing, Err(RequestError::MissingCredential("client_id")));
        let body =
            br#"{"access_token":"t","token_type":"bearer","expires_in":3600,"scope":"CXS-TP"}"#;
        let token = adapter()
            .token(&reply(200, body, &HeaderMap::new()))
            .unwrap();
        assert_eq!(
            token.lifetime.map(|lifetime| lifetime.as_secs()),
            Some(3600)
        );
    }

    fn reply<'a>(status: u16, body: &'a [u8], headers: &'a HeaderMap) -> PollResponse<'a> {
        PollResponse {
            status,
            headers,
            body,
            received: Default::default(),
        }
    }

    #[test]
    fn answers_are_classified_by_their_body() {
        let mut headers = HeaderMap::new();
        let error =
            |code: &str| json!({ "errors": [{ "code": code, "message": "m" }] }).to_string();
        let results = |codes: &[&str]| {
            let result = |code: &&str| {
                if code.is_empty() {
                    json!({ "scanEvents": [{ "eventType": "PU" }] })
                } else {
                    json!({ "error": { "code": code } })
                }
            };
            let groups: Vec<_> = codes
                .iter()
                .map(|code| json!({ "trackResults": [result(code)] }))
                .collect();
            json!({ "output": { "completeTrackResults": groups } }).to_string()
        };
        let outcome = |status, body: &str, headers: &HeaderMap| {
            adapter().outcome(&reply(status, body.as_bytes(), headers))
        };
        let plain = HeaderMap::new();
        let absent = "TRACKING.TRACKINGNUMBER.NOTFOUND";
        assert_eq!(outcome(200, &results(&[""]), &plain), Outcome::Found);
        assert_eq!(
            outcome(200, &results(&[absent, absent]), &plain),
            Outcome::NotFound
        );
        assert_eq!(
            outcome(200, &results(&[absent, ""]), &plain),
            Outcome::Found
        );
        assert_eq!(
            outcome(200, &results(&["", absent]), &plain),
            Outcome::Found
        );
        assert_eq!(outcome(200, &results(&[]), &plain), Outcome::NotFound);
        assert_eq!(
            outcome(200, &error("SERVICE.UNAVAILABLE.ERROR"), &plain),
            Outcome::RetryAfter(None)
        );
        assert_eq!(
            outcome(401, &error("NOT.AUTHORIZED.ERROR"), &plain),
            Outcome::Reauthorise
        );
        assert_eq!(outcome(401, "", &plain), Outcome::Reauthorise);
        assert!(matches!(
            outcome(401, &error("BAD.REQUEST.ERROR"), &plain),
            Outcome::Refused(_)
        ));
        assert!(
            matches!(outcome(400, &error("TRACKING.TRACKINGNUMBER.EMPTY"), &plain), Outcome::Invalid(fault) if fault.code == "TRACKING.TRACKINGNUMBER.EMPTY")
        );
        assert!(matches!(
            outcome(403, &error("FORBIDDEN.ERROR"), &plain),
            Outcome::Refused(_)
        ));
        assert!(matches!(
            outcome(403, "<html>", &plain),
            Outcome::Refused(_)
        ));
        assert_eq!(
            outcome(404, &error("NOT.FOUND.ERROR"), &plain),
            Outcome::NotFound
        );
        assert_eq!(
            outcome(500, &error("INTERNAL.SERVER.ERROR"), &plain),
            Outcome::RetryAfter(None)
        );
        headers.insert("retry-after", "7".parse().unwrap());
        assert_eq!(
            outcome(429, "", &headers),
            Outcome::RetryAfter(Some(std::time::Duration::from_secs(7)))
        );
        assert!(
            adapter()
                .next_page(&reply(200, results(&[""]).as_bytes(), &plain))
                .is_none()
        );
    }
}
