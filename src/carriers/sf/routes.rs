//! Route query (`EXP_RECE_SEARCH_ROUTES`): JSON inside JSON, by pull.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Asia::Shanghai;
use http::{Method, Request};
use secrecy::ExposeSecret;

use super::ask::{FORM, digest, language, phones};
use super::embedded::Embedded;
use super::meaning::{FieldNames, LockerPolicy, Rules, Tables};
use super::{WireRoute, faults, route};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DecodeErrorKind, Descriptor, Mark, Outcome, Payload, Poll, PollContext, PollLimits,
    Question, Reply, RequestError, Token, build, check_count,
};
use crate::wire::form;
use crate::wire::json::{self, Many, One, Text, wire};

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

/// The feed `sf.routes`. Clock: no zone in the text, read as China's (UTC+8) everywhere. The answer carries its data as a JSON text inside JSON;
/// the object itself, or that inner text alone, is read as well.
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
        const MARKS: &[Mark] =
            &[Mark::Json(&["apiResultCode"]), Mark::Json(&["apiResultCode", "apiResultData"]), Mark::Json(&["errorCode", "msgData.routeResps"])];
        let descriptor = Descriptor::new("sf.routes", "SF Express route query").with_clock(Clock::Fixed(Shanghai)).with_marks(MARKS);
        Self { descriptor, rules: Rules::new(codes), signing: Signing::default() }
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
    /// The platform's answer, the service's answer inside it, and the list inside that: one shape, because any of them may be left out.
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
    }
}

impl Level<'_> {
    /// What this level by itself comes to, with the field and code that say so. `None`: it is not about failure.
    fn fault(&self) -> Option<(Outcome, &'static str, &str, &str)> {
        let (code, said) = (self.platform.or_empty(), self.platform_message.or_empty());
        if !matches!(code, "" | "A1000") {
            return Some((faults::platform(code, said), "apiResultCode", code, said));
        }
        let (code, said) = (self.error.or_empty(), self.error_message.or_empty());
        let failed = self.success.get().is_some() && !self.success.is_true();
        (!matches!(code, "" | "S0000") || failed).then(|| (faults::business(code, said), "errorCode", code, said))
    }

    /// Goes down to the level that holds the answers, or the failure; hands it on once.
    fn innermost<R>(&self, depth: u8, read: &mut dyn FnMut(&Level<'_>) -> R) -> Result<R, serde_json::Error> {
        if self.fault().is_some() || !self.answers.items.is_empty() || depth == DEEPEST {
            return Ok(read(self));
        }
        match &self.inner {
            Embedded::Object(level) => level.innermost(depth + 1, read),
            Embedded::Text(text) if !text.trim().is_empty() => {
                let level: One<Level<'_>> = json::read(text)?;
                level.0.unwrap_or_default().innermost(depth + 1, read)
            }
            _ => Ok(read(self)),
        }
    }
}

impl Adapter for Routes {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        const FIELDS: FieldNames = FieldNames { time: "routes.acceptTime", operation: "routes.opCode", status: "routes.secondaryStatusCode" };
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let level: Level<'_> = out.json(&text)?;
        let tables = self.rules.tables(&FIELDS);
        let found = level.innermost(0, &mut |level| read_level(&mut out, &tables, level));
        if let Err(error) = found {
            return Err(out.error(DecodeErrorKind::Syntax { expected: "JSON", detail: error.to_string() }));
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
    let Some(number) = route::number(out, answer.number.or_empty(), "routeResps.mailNo") else { return };
    let mut shipment = out.shipment(number);
    let (code, said) = (answer.reason.or_empty(), answer.reason_message.or_empty());
    if !code.is_empty() {
        let notice = faults::notice(out, &faults::business(code, said), Some(&shipment.number), "reasonCode", code, said);
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
        PollLimits { max_numbers: 10, pause: Some(Duration::from_millis(34)), per_day: Some(3000) }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["partner_id", "check_word"]
    }

    fn request(&self, question: &Question<'_>, context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(question, self.limits())?;
        let numbers: Vec<&str> = question.numbers.iter().map(|asked| asked.number.as_str()).collect();
        let mut message = serde_json::json!({
            "language": language(question.language),
            "trackingType": "1",
            "trackingNumber": numbers,
            "methodType": "1",
        });
        if let Some(phones) = phones(question.numbers)? {
            message["checkPhoneNo"] = phones.into();
        }
        let message = message.to_string();
        let timestamp = context.now.timestamp_millis().to_string();
        let proof = match self.signing {
            Signing::Token => ("accessToken", context.token.ok_or(RequestError::MissingToken)?.expose_secret().to_owned()),
            signing => {
                let signed = format!("{message}{timestamp}{}", context.credential("check_word")?);
                ("msgDigest", digest(if signing == Signing::PlainDigest { signed } else { form::encode(&signed) }.as_str()))
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
        build(Method::POST, &uri, &[("content-type", FORM)], body.into_bytes())
    }

    fn outcome(&self, reply: &Reply<'_>) -> Outcome {
        let level = serde_json::from_slice::<One<Level<'_>>>(reply.body).ok().and_then(|level| level.0);
        let told = level.and_then(|level| level.innermost(0, &mut |level| outcome_of(level)).ok());
        match told {
            Some(outcome) if outcome != Outcome::Found => outcome,
            _ => reply.outcome_by_status(),
        }
    }

    fn token_request(&self, context: &PollContext<'_>) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        if self.signing != Signing::Token {
            return Ok(None);
        }
        let (partner, secret) = (context.credential("partner_id")?, context.credential("check_word")?);
        let body = form::pairs([("partnerID", partner), ("secret", secret), ("grantType", "password")]);
        let uri = format!("{}/oauth2/accessToken", context.base_or(PRODUCTION));
        build(Method::POST, &uri, &[("content-type", FORM)], body.into_bytes()).map(Some)
    }

    fn token(&self, reply: &Reply<'_>) -> Option<Token> {
        Token::from_json(reply.body, "accessToken", "expiresIn")
    }
}

/// Found when any number has routes; else what is told of the one number, or that nothing is known.
fn outcome_of(level: &Level<'_>) -> Outcome {
    if let Some((outcome, ..)) = level.fault() {
        return outcome;
    }
    let answers = &level.answers.items;
    if answers.iter().any(|answer| !answer.routes.items.is_empty()) {
        return Outcome::Found;
    }
    match answers.as_slice() {
        [only] if only.reason.get().is_some() => faults::business(only.reason.or_empty(), only.reason_message.or_empty()),
        several if several.iter().any(|answer| answer.reason.get().is_some()) => Outcome::Found,
        _ => Outcome::NotFound,
    }
}
