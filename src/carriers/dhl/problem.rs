//! What an error says, whichever of DHL's gateways wrote it, and what it comes to.

use std::borrow::Cow;

use smol_str::{SmolStr, ToSmolStr};

use crate::adapter::{Collector, Fault, Notice, Outcome};
use crate::wire::json::{Many, One, Text, Texts, wire};

wire! {
    /// An error body: `problem+json`, MyDHL's own, and those of the gateways before them.
    pub(super) struct WireProblem {
        title: Text<'a> = "title",
        detail: Texts<'a> = "detail",
        message: Texts<'a> = "message",
        error: Text<'a> = "error",
        status: Text<'a> = "status" | "statusCode",
        more: Texts<'a> = "additionalDetails",
        reasons: Many<WireReason<'a>> = "reasons" | "errors",
        fault: One<WireFault<'a>> = "fault",
    }

    pub(super) struct WireReason { text: Text<'a> = "msg" | "message" | "detail" | "title", }
    pub(super) struct WireFault { text: Text<'a> = "faultstring", detail: One<WireFaultDetail<'a>> = "detail", }
    pub(super) struct WireFaultDetail { code: Text<'a> = "errorcode", }
}

impl WireProblem<'_> {
    /// What it says, if it says that something went wrong.
    fn said(&self) -> Option<Cow<'_, str>> {
        let own = self
            .detail
            .iter()
            .next()
            .or_else(|| self.message.iter().next());
        let other = || {
            self.reasons
                .iter()
                .find_map(|reason| reason.text.get())
                .or_else(|| self.fault.get()?.text.get())
        };
        let said = own
            .or_else(other)
            .or_else(|| self.title.get())
            .or_else(|| self.error.get())?;
        Some(match self.more.iter().next() {
            Some(more) => Cow::Owned(format!("{said}: {more}")),
            None => Cow::Borrowed(said),
        })
    }

    /// The HTTP status that it repeats: the number at the start of `status`.
    fn status(&self) -> u16 {
        let digits: SmolStr = self
            .status
            .or_empty()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().unwrap_or(0)
    }

    fn code(&self) -> Option<&str> {
        self.fault.get()?.detail.get()?.code.get()
    }

    /// What it comes to; `http` is the status that it came with, where one is known.
    pub fn outcome(&self, http: u16) -> Option<Outcome> {
        let said = self.said();
        let own = self.status();
        let status = if (400..600).contains(&own) { own } else { http };
        (said.is_some() || (400..600).contains(&own))
            .then(|| by_status(status, self.code(), said.as_deref().unwrap_or_default()))
    }

    /// A notice of it, if it says that something went wrong.
    pub fn notice(&self, out: &Collector<'_>) -> Option<Notice> {
        let outcome = self.outcome(0)?;
        let said = self.said().unwrap_or_default();
        Some(
            out.new_notice(outcome.notice_kind(), without_secrets(&said))
                .at("status")
                .value(self.status.or_empty()),
        )
    }
}

/// What the problems of a body come to: of one, or of a list of them the first.
pub(super) fn outcome_of(body: &[u8], http: u16) -> Option<Outcome> {
    serde_json::from_slice::<Many<WireProblem<'_>>>(body)
        .ok()?
        .iter()
        .find_map(|problem| problem.outcome(http))
}

/// Tells of every problem in a body. Says whether there is one.
pub(super) fn tell(out: &mut Collector<'_>, text: &str) -> bool {
    let Ok(problems) = serde_json::from_str::<Many<WireProblem<'_>>>(text) else {
        return false;
    };
    let notices: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.notice(out))
        .collect();
    let is_told = !notices.is_empty();
    notices.into_iter().for_each(|notice| out.notice(notice));
    is_told
}

/// What a status means, by HTTP or inside a body; without one the words tell.
pub(super) fn by_status(status: u16, code: Option<&str>, said: &str) -> Outcome {
    let number = status.to_smolstr();
    let fault = || fault(code.unwrap_or(&number), said);
    match status {
        401 => Outcome::Reauthorise,
        403 => Outcome::Refused(fault()),
        404 | 410 => Outcome::NotFound,
        408 | 425 | 429 | 500..=599 => Outcome::RetryAfter(None),
        400..=499 if is_not_found(said) => Outcome::NotFound,
        0 => by_words(code.unwrap_or_default(), said),
        _ => Outcome::Invalid(fault()),
    }
}

/// What words alone mean: a sentence of an error that carries no code, or one that is in no list.
pub(super) fn by_words(code: &str, said: &str) -> Outcome {
    let low = said.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| low.contains(word));
    if is_not_found(said) {
        Outcome::NotFound
    } else if says(&[
        "too many",
        "rate limit",
        "quota",
        "spike arrest",
        "try again",
        "temporar",
        "unavailable",
        "timeout",
        "timed out",
        "internal",
        "unexpected",
        "technical",
        "technisch",
        "overload",
    ]) {
        Outcome::RetryAfter(None)
    } else if says(&[
        "authentic",
        "unauthor",
        "credential",
        "api key",
        "apikey",
        "log-in failed",
        "login failed",
        "anmeldung",
    ]) {
        Outcome::Reauthorise
    } else if says(&[
        "forbidden",
        "not allowed",
        "not permitted",
        "no permission",
        "berechtigung",
    ]) {
        Outcome::Refused(fault(code, said))
    } else {
        Outcome::Invalid(fault(code, said))
    }
}

fn is_not_found(said: &str) -> bool {
    let low = said.to_lowercase();
    [
        "no result",
        "no shipment",
        "no data found",
        "shipment not found",
        "keine daten",
        "keine elektronischen sendungsdaten",
    ]
    .iter()
    .any(|words| low.contains(words))
}

/// A fault without what its sentence quotes of the credentials.
pub(super) fn fault(code: &str, said: &str) -> Fault {
    Fault::new(code, &without_secrets(said))
}

/// Words that stand beside a secret.
const SECRET: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "secret",
    "token",
    "key",
    "authorization",
    "bearer",
    "basic",
    "siteid",
    "appname",
];
const HIDDEN: &str = "•••";

/// A sentence without the secrets that it quotes: validators repeat the value that they refuse, a
/// password too.
///
/// Only a sentence that names a kind of secret is looked into; there it hides what is quoted, what
/// follows `=` or `:`, and what looks like a key.
pub(super) fn without_secrets(said: &str) -> Cow<'_, str> {
    if !names_secret(said) {
        return Cow::Borrowed(said);
    }
    let mut out = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = &rest[start..=start];
        plain(&rest[..start], &mut out);
        let inside = &rest[start + 1..];
        let end = inside.find(quote).unwrap_or(inside.len());
        let is_name = inside[..end].chars().all(|c| c.is_alphabetic() || c == '-')
            && names_secret(&inside[..end]);
        out.extend([quote, if is_name { &inside[..end] } else { HIDDEN }, quote]);
        rest = inside.get(end + 1..).unwrap_or_default();
    }
    plain(rest, &mut out);
    Cow::Owned(out)
}

fn names_secret(text: &str) -> bool {
    let low = text.to_ascii_lowercase();
    SECRET.iter().any(|word| low.contains(word))
}

/// Adds unquoted words, hiding those that are or may be a secret.
fn plain(text: &str, out: &mut String) {
    let mut is_next = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let core = word.trim_end();
        let (head, value) = core
            .split_once(['=', ':'])
            .map_or((core, ""), |(head, value)| (head, value));
        let is_key = core.len() >= 16
            || (core.len() >= 6
                && core.bytes().any(|b| b.is_ascii_digit())
                && core.bytes().any(|b| b.is_ascii_alphabetic()));
        if core.is_empty() {
            out.push_str(word);
            continue;
        }
        if names_secret(head) && !value.is_empty() {
            out.extend([head, "=", HIDDEN]);
        } else if is_next || is_key {
            out.push_str(HIDDEN);
        } else {
            out.push_str(core);
        }
        out.push_str(&word[core.len()..]);
        is_next = names_secret(core) && core.ends_with([':', '=']);
    }
}

/// Whether a body is a web page: some server before the interface spoke, and will not for long.
pub(super) fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let starts = |with: &str| {
        start
            .get(..with.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    starts("<!doctype html") || starts("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(body: &str) -> Option<Outcome> {
        outcome_of(body.as_bytes(), 0)
    }

    #[test]
    fn every_gateway_s_error_is_classified() {
        let invalid = |code: &str, said: &str| Some(Outcome::Invalid(Fault::new(code, said)));
        assert_eq!(
            kind(
                r#"{"title":"No result found","detail":"No shipment with given tracking number found.","status":404}"#
            ),
            Some(Outcome::NotFound)
        );
        assert_eq!(
            kind(
                r#"{"title":"No result found","detail":"No shipment with given tracking number found."}"#
            ),
            Some(Outcome::NotFound)
        );
        assert_eq!(
            kind(
                r#"{"title":"Unauthorized","detail":"Unauthorized for given resource.","status":401}"#
            ),
            Some(Outcome::Reauthorise)
        );
        let limit = r#"{"title":"Too many requests","detail":"Too many requests within defined time period","status":429}"#;
        assert_eq!(kind(limit), Some(Outcome::RetryAfter(None)));
        assert_eq!(
            kind(r#"[{"status":"404","title":"Not Found","detail":"No data found"}]"#),
            Some(Outcome::NotFound)
        );
        assert_eq!(
            kind(r#"{"status":"400","detail":["Bad date","Bad view"]}"#),
            invalid("400", "Bad date")
        );
        assert_eq!(
            kind(r#"{"status":400,"detail":"see more","additionalDetails":["x is required"]}"#),
            invalid("400", "see more: x is required")
        );
        assert_eq!(
            kind(r#"{"reasons":[{"msg":"Invalid Credentials "}],"details":{"msgId":"1"}}"#),
            Some(Outcome::Reauthorise)
        );
        let fault = r#"{"fault":{"faultstring":"Rate limit quota violation","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}"#;
        assert_eq!(kind(fault), Some(Outcome::RetryAfter(None)));
        assert_eq!(kind(r#"{"status":"500"}"#), Some(Outcome::RetryAfter(None)));
        assert_eq!(kind(r#"{"shipments":[]}"#), None);
    }

    #[test]
    fn a_refused_password_is_not_repeated() {
        let said = "Error: Datatype error: In element 'Password' : Value 'geheim' with length '6' is less than 8";
        let hidden = without_secrets(said);
        assert!(
            hidden.contains("'Password'") && !hidden.contains("geheim"),
            "{hidden}"
        );
        for said in [
            "Invalid ApiKey abcDEF123456",
            "token=abcdef refused",
            "password: geheim",
            "Bearer eyJhbGciOiJub25lIn0 expired",
        ] {
            let hidden = without_secrets(said);
            assert!(
                ["abcDEF123456", "abcdef", "geheim", "eyJ"]
                    .iter()
                    .all(|secret| !hidden.contains(secret)),
                "{hidden}"
            );
        }
        assert_eq!(
            without_secrets("No data found for '123'"),
            "No data found for '123'"
        );
    }

    #[test]
    fn a_page_is_told_from_xml() {
        assert!(
            is_page(b" <!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\"><html>")
                && is_page(b"<HTML><body>")
        );
        assert!(!is_page(b"<?xml version=\"1.0\"?><data/>") && !is_page(b"{}"));
    }
}
