//! Route query (`EXP_RECE_SEARCH_ROUTES`): JSON inside JSON, by pull.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Asia::Shanghai;
use http::{Method, Request};
use secrecy::ExposeSecret;

use super::ask::{FORM, digest, language, phones};
use super::embedded::Embedded;
use super::meaning::{FieldNames, LockerPolicy, Rules, Tables};
use super::{WireRoute, faults, promise, route};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DecodeErrorKind, Descriptor, Mark,
    Outcome, Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, Token,
    build, check_count,
};
use crate::wire::form;
use crate::wire::json::{self, Many, Oddities, One, Text, wire};

const PRODUCTION: &str = "https://sfapi.sf-express.com";
/// Answers wrap JSON in JSON twice at most; what goes deeper is not read.
const DEEPEST: u8 = 4;

/// How a request proves who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signing {
    /// `msgDigest` over the URL-encoded text, as documented.
    #[default]
    Digest,
    /// `msgDigest` over the plain text, which some gateways want.
    PlainDigest,
    /// `accessToken` from the OAuth endpoint, valid for two hours.
    Token,
}

/// The feed `sf.routes`. Clock: no zone in the text, read as China's (UTC+8) everywhere. The answer
/// carries its data as a JSON text inside JSON; the object itself, or that inner text alone, is
/// read as well.
#[derive(Debug)]
pub struct Routes {
    descriptor: Descriptor,
    rules: Rules,
    signing: Signing,
}

impl Routes {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["apiResultCode"]),
            Mark::Json(&["apiResultCode", "apiResultData"]),
            Mark::Json(&["errorCode", "msgData.routeResps"]),
        ];
        let descriptor = Descriptor::new("sf.routes", "SF Express route query")
            .with_clock(Clock::Fixed(Shanghai))
            .with_marks(MARKS);
        Self {
            descriptor,
            rules: Rules::new(codes),
            signing: Signing::default(),
        }
    }

    /// Sets how requests prove who asks.
    #[must_use]
    pub fn with_signing(mut self, signing: Signing) -> Self {
        self.signing = signing;
        self
    }

    /// Sets what "signed" means when the sentence names a locker or shop.
    #[must_use]
    pub fn with_lockers(mut self, policy: LockerPolicy) -> Self {
        self.rules.lockers = policy;
        self
    }
}

wire! {
    /// The platform's answer, the service's answer inside it, and the list inside that: one shape,
    /// because any of them may be left out.
    struct Level {
        platform: Text<'a> = "apiResultCode",
        platform_message: Text<'a> = "apiErrorMsg",
        success: Text<'a> = "success",
        error: Text<'a> = "errorCode",
        error_message: Text<'a> = "errorMsg",
        inner: Embedded<'a, Level<'a>> = "apiResultData" | "msgData",
        answers: Many<RouteAnswer<'a>> = "routeResps",
    }

    struct RouteAnswer {
        number: Text<'a> = "mailNo" | "mailno",
        order: Text<'a> = "orderid" | "orderId",
        routes: Many<WireRoute<'a>> = "routes",
        reason: Text<'a> = "reasonCode",
        reason_message: Text<'a> = "reasonRemark",
        expected: Text<'a> = "deliverTm" | "promiseTm",
    }
}

impl Level<'_> {
    /// What this level by itself comes to, with the field and code that say so. `None`: it is not
    /// about failure.
    fn fault(&self) -> Option<(Outcome, &'static str, &str, &str)> {
        let (code, said) = (self.platform.or_empty(), self.platform_message.or_empty());
        if !matches!(code, "" | "A1000") {
            return Some((faults::platform(code, said), "apiResultCode", code, said));
        }
        let (code, said) = (self.error.or_empty(), self.error_message.or_empty());
        let failed = self.success.get().is_some() && !self.success.is_true();
        (!matches!(code, "" | "S0000") || failed)
            .then(|| (faults::business(code, said), "errorCode", code, said))
    }

    /// Goes down to the level that holds the answers, or the failure; hands it on once.
    fn innermost<R>(
        &self,
        depth: u8,
        odd: &mut Oddities,
        read: &mut dyn FnMut(&Level<'_>) -> R,
    ) -> Result<R, serde_json::Error> {
        if self.fault().is_some() || !self.answers.items.is_empty() || depth == DEEPEST {
            return Ok(read(self));
        }
        Ok(opened(&self.inner, depth + 1, odd, read)?.unwrap_or_else(|| read(self)))
    }
}

/// Opens what is embedded, a text in a text too; nothing where there is no object inside.
fn opened<R>(
    inner: &Embedded<'_, Level<'_>>,
    depth: u8,
    odd: &mut Oddities,
    read: &mut dyn FnMut(&Level<'_>) -> R,
) -> Result<Option<R>, serde_json::Error> {
    match inner {
        Embedded::Object(level) => level.innermost(depth, odd, read).map(Some),
        Embedded::Text(text) if depth <= DEEPEST && !text.trim().is_empty() => {
            let inner: Embedded<'_, Level<'_>> = json::read_with(text, odd)?;
            opened(&inner, depth + 1, odd, read)
        }
        _ => Ok(None),
    }
}

impl Adapter for Routes {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        const FIELDS: FieldNames = FieldNames {
            time: "routes.acceptTime",
            operation: "routes.opCode",
            status: "routes.secondaryStatusCode",
        };
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let level: Level<'_> = out.json(&text)?;
        let tables = self.rules.tables(&FIELDS);
        let mut odd = Oddities::default();
        let found = level.innermost(0, &mut odd, &mut |level| {
            read_level(&mut out, &tables, level)
        });
        out.odd(odd);
        if let Err(error) = found {
            return Err(out.error(DecodeErrorKind::Syntax {
                expected: "JSON",
                detail: error.to_string(),
            }));
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn read_level(out: &mut Collector<'_>, tables: &Tables<'_>, level: &Level<'_>) {
    if let Some((outcome, field, code, said)) = level.fault() {
        let notice = faults::notice(out, &outcome, None, field, code, said);
        out.notice(notice);
    } else if level.answers.items.is_empty() {
        faults::without_routes(out, None, "routeResps");
    }
    out.lost_elements(&level.answers, "routeResps", None);
    for answer in level.answers.iter() {
        read_answer(out, tables, answer);
    }
}

fn read_answer(out: &mut Collector<'_>, tables: &Tables<'_>, answer: &RouteAnswer<'_>) {
    let Some(number) = route::number(out, answer.number.or_empty(), "routeResps.mailNo") else {
        return;
    };
    let mut shipment = out.shipment(number);
    let (code, said) = (answer.reason.or_empty(), answer.reason_message.or_empty());
    if !code.is_empty() {
        let notice = faults::notice(
            out,
            &faults::business(code, said),
            Some(&shipment.number),
            "reasonCode",
            code,
            said,
        );
        out.notice(notice);
    }
    out.lost_elements(&answer.routes, "routes", Some(&shipment.number));
    if answer.routes.items.is_empty() {
        if code.is_empty() {
            faults::without_routes(out, Some(&shipment.number), "routes");
        }
        return;
    }
    route::add_order(&mut shipment, answer.order.or_empty());
    promise::from_field(out, &mut shipment, "deliverTm", answer.expected.or_empty());
    shipment.events.reserve(answer.routes.items.len());
    for route in answer.routes.iter() {
        tables.push(out, &mut shipment, &route.view());
    }
    route::finish(&mut shipment);
    out.push(shipment);
}

impl Poll for Routes {
    /// Ten numbers; 30 calls a second and 3000 a day for a new account.
    fn limits(&self) -> PollLimits {
        PollLimits {
            max_numbers: 10,
            pause: Some(Duration::from_millis(34)),
            per_day: Some(3000),
        }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["partner_id", "check_word"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let numbers: Vec<&str> = query
            .requests
            .iter()
            .map(|asked| asked.number.as_str())
            .collect();
        let mut message = serde_json::json!({
            "language": language(query.language),
            "trackingType": "1",
            "trackingNumber": numbers,
            "methodType": "1",
        });
        if let Some(phones) = phones(query.requests)? {
            message["checkPhoneNo"] = phones.into();
        }
        let message = message.to_string();
        let timestamp = context.now.timestamp_millis().to_string();
        let proof = match self.signing {
            Signing::Token => (
                "accessToken",
                context
                    .token
                    .ok_or(RequestError::MissingToken)?
                    .expose_secret()
                    .to_owned(),
            ),
            signing => {
                let signed = format!("{message}{timestamp}{}", context.credential("check_word")?);
                (
                    "msgDigest",
                    digest(
                        if signing == Signing::PlainDigest {
                            signed
                        } else {
                            form::encode(&signed)
                        }
                        .as_str(),
                    ),
                )
            }
        };
        let body = form::pairs([
            ("partnerID", context.credential("partner_id")?),
            ("requestID", context.request_id),
            ("serviceCode", "EXP_RECE_SEARCH_ROUTES"),
            ("timestamp", &timestamp),
            (proof.0, &proof.1),
            ("msgData", &message),
        ]);
        let uri = format!("{}/std/service", context.base_or(PRODUCTION));
        build(
            Method::POST,
            &uri,
            &[("content-type", FORM)],
            body.into_bytes(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let level = serde_json::from_slice::<One<Level<'_>>>(reply.body)
            .ok()
            .and_then(|level| level.0);
        let told = level.and_then(|level| {
            level
                .innermost(0, &mut Oddities::default(), &mut |level| outcome_of(level))
                .ok()
        });
        match told {
            Some(outcome) if outcome != Outcome::Found => outcome,
            None if serde_json::from_slice::<serde::de::IgnoredAny>(reply.body).is_err() => {
                faults::unreadable(reply)
            }
            _ => reply.outcome_by_status(),
        }
    }

    fn token_request(
        &self,
        context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        if self.signing != Signing::Token {
            return Ok(None);
        }
        let (partner, secret) = (
            context.credential("partner_id")?,
            context.credential("check_word")?,
        );
        let body = form::pairs([
            ("partnerID", partner),
            ("secret", secret),
            ("grantType", "password"),
        ]);
        let uri = format!("{}/oauth2/accessToken", context.base_or(PRODUCTION));
        build(
            Method::POST,
            &uri,
            &[("content-type", FORM)],
            body.into_bytes(),
        )
        .map(Some)
    }

    fn token(&self, reply: &PollResponse<'_>) -> Option<Token> {
        Token::from_json(reply.body, "accessToken", "expiresIn")
    }
}

/// Found when any number has routes; else what is reported the one number, or that nothing is
/// known.
fn outcome_of(level: &Level<'_>) -> Outcome {
    if let Some((outcome, ..)) = level.fault() {
        return outcome;
    }
    let answers = &level.answers.items;
    if answers.iter().any(|answer| !answer.routes.items.is_empty()) {
        return Outcome::Found;
    }
    match answers.as_slice() {
        [only] if only.reason.get().is_some() => {
            faults::business(only.reason.or_empty(), only.reason_message.or_empty())
        }
        several if several.iter().any(|answer| answer.reason.get().is_some()) => Outcome::Found,
        _ => Outcome::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use secrecy::SecretString;

    use super::super::ask::tests::{asked, context, reply};
    use super::*;
    use crate::adapter::{Credentials, Fault, NoticeKind};

    fn adapter() -> Routes {
        Routes::new(Arc::new(super::super::PACK.codes()))
    }

    fn credentials() -> Credentials {
        Credentials::default()
            .with("partner_id", "SAMPLE")
            .with("check_word", "sample/check+word")
    }

    fn field(request: &Request<Vec<u8>>, name: &str) -> String {
        form::field(request.body(), name)
            .map(|value| String::from_utf8(value).unwrap())
            .unwrap_or_default()
    }

    #[test]
    fn the_digest_is_that_of_the_documentation() {
        let text = concat!(
            r#"{"language":"zh-CN","orderId":"QIAO-20200618-004"}"#,
            "12312334453453",
            "fjcg5PGKaNpPSHFAZ4QsCOkV71R3zVci"
        );
        assert_eq!(digest(&form::encode(text)), "IIKJtuLVzoFTu4kHI8M8vA==");
        assert_eq!(digest(text), "OwYXm3XG9fjHK7A+/t7Ckw==");
    }

    #[test]
    fn the_request_is_a_signed_form() {
        let numbers = [
            asked("SF1000000000017", "1234"),
            asked("SF1000000000025", "5678"),
        ];
        let credentials = credentials();
        let request = adapter()
            .request(&Query::new(&numbers), &context(&credentials))
            .unwrap();
        assert_eq!(
            (request.method(), request.uri().to_string().as_str()),
            (&Method::POST, "https://sfapi.sf-express.com/std/service")
        );
        assert_eq!(request.headers()["content-type"], FORM);
        let message: serde_json::Value = serde_json::from_str(&field(&request, "msgData")).unwrap();
        let expected = serde_json::json!({"language": "zh-CN", "trackingType": "1", "methodType": "1", "checkPhoneNo": "1234,5678",
            "trackingNumber": ["SF1000000000017", "SF1000000000025"]});
        assert_eq!(message, expected);
        assert_eq!(field(&request, "timestamp"), "1740787200000");
        assert_eq!(
            (field(&request, "partnerID"), field(&request, "serviceCode")),
            ("SAMPLE".into(), "EXP_RECE_SEARCH_ROUTES".into())
        );
        assert_eq!(
            field(&request, "requestID"),
            "0123456789abcdef0123456789abcdef"
        );
        let signed = format!(
            "{}1740787200000sample/check+word",
            field(&request, "msgData")
        );
        assert_eq!(field(&request, "msgDigest"), digest(&form::encode(&signed)));
        let plain = adapter()
            .with_signing(Signing::PlainDigest)
            .request(&Query::new(&numbers), &context(&credentials))
            .unwrap();
        assert_eq!(field(&plain, "msgDigest"), digest(&signed));
        assert!(!String::from_utf8_lossy(request.body()).contains("check%2Bword"));
    }

    #[test]
    fn a_token_takes_the_digest_s_place() {
        let adapter = adapter().with_signing(Signing::Token);
        let (credentials, numbers) = (credentials(), [asked("SF1000000000017", "")]);
        let mut context = PollContext {
            base: Some("https://sfapi-sbox.sf-express.com/"),
            ..context(&credentials)
        };
        assert_eq!(
            adapter
                .request(&Query::new(&numbers), &context)
                .unwrap_err(),
            RequestError::MissingToken
        );
        let request = adapter.token_request(&context).unwrap().unwrap();
        assert_eq!(
            request.uri(),
            "https://sfapi-sbox.sf-express.com/oauth2/accessToken"
        );
        assert_eq!(
            String::from_utf8_lossy(request.body()),
            "partnerID=SAMPLE&secret=sample%2Fcheck%2Bword&grantType=password"
        );
        let headers = HeaderMap::new();
        let token = adapter
            .token(&reply(
                200,
                &headers,
                r#"{"apiResultCode":"A1000","accessToken":"T","expiresIn":7200}"#,
            ))
            .unwrap();
        assert_eq!(
            (token.secret.expose_secret(), token.lifetime),
            ("T", Some(Duration::from_secs(7200)))
        );
        let secret = SecretString::from("T");
        context.token = Some(&secret);
        let request = adapter.request(&Query::new(&numbers), &context).unwrap();
        assert_eq!(
            (field(&request, "accessToken"), field(&request, "msgDigest")),
            ("T".into(), String::new())
        );
        assert!(
            Routes::new(adapter.rules.codes)
                .token_request(&context)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn ten_numbers_at_most_and_credentials_are_needed() {
        let (credentials, none) = (credentials(), Credentials::default());
        let eleven: Vec<_> = (0..11).map(|_| asked("SF1000000000017", "")).collect();
        let error = adapter()
            .request(&Query::new(&eleven), &context(&credentials))
            .unwrap_err();
        assert_eq!(
            error,
            RequestError::Numbers {
                asked: 11,
                most: 10
            }
        );
        let error = adapter()
            .request(&Query::new(&eleven[..1]), &context(&none))
            .unwrap_err();
        assert_eq!(error, RequestError::MissingCredential("check_word"));
    }

    #[test]
    fn the_outcome_stands_in_the_body() {
        let headers = HeaderMap::new();
        let outcome = |status, body: &str| adapter().outcome(&reply(status, &headers, body));
        let inner = |inner: &str| {
            serde_json::json!({"apiResultCode": "A1000", "apiResultData": inner}).to_string()
        };
        let route = r#"{"mailNo":"SF1","routes":[{"opCode":"50"}]}"#;
        let found = inner(&format!(
            r#"{{"success":true,"errorCode":"S0000","msgData":{{"routeResps":[{{"mailNo":"SF2","routes":[]}},{route}]}}}}"#
        ));
        assert_eq!(outcome(200, &found), Outcome::Found);
        assert_eq!(
            outcome(
                200,
                &inner(
                    r#"{"errorCode":"S0000","msgData":{"routeResps":[{"mailNo":"SF2","routes":[]}]}}"#
                )
            ),
            Outcome::NotFound
        );
        assert_eq!(outcome(200, &inner("")), Outcome::NotFound);
        assert_eq!(
            outcome(200, &inner(r#"{"success":false,"errorCode":"8024"}"#)),
            Outcome::NotFound
        );
        let refused = r#"{"errorCode":"S0000","msgData":{"routeResps":[{"mailNo":"SF2","routes":[],"reasonCode":"20028","reasonRemark":"said"}]}}"#;
        assert_eq!(
            outcome(200, &inner(refused)),
            Outcome::Refused(Fault::new("20028", "said"))
        );
        assert_eq!(
            outcome(200, r#"{"apiResultCode":"A1005"}"#),
            Outcome::RetryAfter(None)
        );
        assert_eq!(
            outcome(200, r#"{"apiResultCode":"A1011"}"#),
            Outcome::Reauthorise
        );
        assert_eq!(
            outcome(200, r#"{"apiResultCode":"A1001","apiErrorMsg":"said"}"#),
            Outcome::Invalid(Fault::new("A1001", "said"))
        );
        assert_eq!(outcome(503, "<html>"), Outcome::RetryAfter(None));
        assert_eq!(
            outcome(200, "<html><body>busy</body></html>"),
            Outcome::RetryAfter(None)
        );
    }

    #[test]
    fn the_data_may_be_wrapped_in_any_way() {
        let list = r#"{"routeResps":[{"mailNo":"SF1000000000017","routes":[{"acceptTime":"2025-03-01 10:20:00","opcode":"31"}]}]}"#;
        let text = |inner: &str| serde_json::Value::from(inner).to_string();
        for body in [
            format!(
                r#"{{"apiResultCode":"A1000","apiResultData":{}}}"#,
                text(&format!(r#"{{"success":"true","msgData":{list}}}"#))
            ),
            format!(
                r#"{{"apiResultCode":"A1000","apiResultData":{}}}"#,
                text(&format!(r#"{{"success":true,"msgData":{}}}"#, text(list)))
            ),
            format!(r#"{{"apiResultCode":"A1000","apiResultData":{{"msgData":{list}}}}}"#),
            format!(r#"{{"apiResultCode":"A1000","apiResultData":{list}}}"#),
            format!(
                r#"{{"apiResultCode":"A1000","apiResultData":[{{"success":true,"msgData":{list}}}]}}"#
            ),
            format!(
                r#"{{"apiResultCode":"A1000","apiResultData":{}}}"#,
                text(&text(list))
            ),
            format!(r#"{{"success":true,"errorCode":"S0000","msgData":{list}}}"#),
        ] {
            let batch = adapter()
                .decode(Payload::new(body.as_bytes(), Default::default()))
                .unwrap();
            assert_eq!(
                (batch.shipments.len(), batch.notices.len()),
                (1, 0),
                "{body}"
            );
        }
    }

    #[test]
    fn broken_text_inside_is_an_error_and_other_json_is_not_ours() {
        let decode =
            |body: &str| adapter().decode(Payload::new(body.as_bytes(), Default::default()));
        assert!(matches!(
            decode(r#"{"apiResultCode":"A1000","apiResultData":"{"}"#)
                .unwrap_err()
                .kind,
            DecodeErrorKind::Syntax { .. }
        ));
        assert!(matches!(
            decode(r#"{"shipments":[]}"#).unwrap_err().kind,
            DecodeErrorKind::Shape { .. }
        ));
        let batch = decode(r#"{"apiResultCode":"A1000","apiResultData":7}"#).unwrap();
        assert_eq!(batch.notices[0].kind, NoticeKind::NotFound);
    }
}
