//! Asking a carrier, without asking: [`Poll`] builds requests and reads answers; whoever embeds the
//! crate sends them.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, Request};
use secrecy::{ExposeSecret, SecretString};
use smol_str::SmolStr;

use crate::model::{Country, Personal, TrackingNumber};

/// What a feed that can be asked offers. Pure: requests in bytes, answers from bytes.
pub trait Poll {
    /// How much may be asked at once.
    fn limits(&self) -> PollLimits;

    /// The names under which [`Credentials`] must hold what the feed demands.
    fn credentials(&self) -> &'static [&'static str];

    /// The names of what [`Credentials`] may hold besides.
    fn optional_credentials(&self) -> &'static [&'static str] {
        &[]
    }

    /// Which numbers may stand in one request: those of the same group. One group is the rule.
    fn group(&self, _asked: &Asked) -> u8 {
        0
    }

    /// Builds the request for up to [`PollLimits::max_numbers`] numbers, or for a further page of
    /// an answer.
    ///
    /// # Errors
    /// When a credential is missing, a number cannot be asked about, or there are none or too many
    /// of them.
    fn request(
        &self,
        question: &Question<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError>;

    /// Classifies an answer. It reads the body, because many carriers report errors in a 200.
    ///
    /// [`Outcome::Found`] says that [`Adapter::decode`](super::Adapter::decode) has something to
    /// read, which may still say "not found" for single numbers.
    fn outcome(&self, reply: &Reply<'_>) -> Outcome;

    /// Where the next page is, if the answer has one.
    fn next_page(&self, _reply: &Reply<'_>) -> Option<Page> {
        None
    }

    /// Builds the request for an access token, where the feed wants one.
    ///
    /// # Errors
    /// When a credential is missing.
    fn token_request(
        &self,
        _context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        Ok(None)
    }

    /// Reads the answer to [`Poll::token_request`].
    fn token(&self, _reply: &Reply<'_>) -> Option<Token> {
        None
    }
}

/// How much may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollLimits {
    /// Numbers in one request. Zero when the feed is asked for the news of a subscription, not
    /// about numbers.
    pub max_numbers: usize,
    /// The pause that the carrier asks for between two requests of a new account, where documented.
    pub pause: Option<Duration>,
    /// Requests a day of a new account, where documented.
    pub per_day: Option<u32>,
}

impl PollLimits {
    /// A limit on numbers alone.
    #[must_use]
    pub const fn numbers(max_numbers: usize) -> Self {
        Self {
            max_numbers,
            pause: None,
            per_day: None,
        }
    }

    /// A feed that is asked for the news of a subscription.
    #[must_use]
    pub const fn subscription() -> Self {
        Self::numbers(0)
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The numbers, with what some carriers want to know besides.
    pub numbers: &'a [Asked],
    /// The page, after the first.
    pub page: Option<&'a Page>,
    /// The language of texts (`en`, `de`, `zh-CN` …); the feed's default when absent.
    pub language: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// About these numbers, first page, default language.
    #[must_use]
    pub fn about(numbers: &'a [Asked]) -> Self {
        Self {
            numbers,
            page: None,
            language: None,
        }
    }
}

/// One number, and what some carriers want to know besides. `Debug` hides the postcode and the
/// phone's digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// The number.
    pub number: TrackingNumber,
    /// The product line, where a carrier asks (`express`, `parcel-de` … for DHL; `FDXE` … for
    /// FedEx).
    pub service: Option<SmolStr>,
    /// The recipient's postcode, which opens more detail at some carriers.
    pub postcode: Option<SmolStr>,
    /// The country of origin.
    pub origin: Option<Country>,
    /// The last four digits of the sender's or recipient's phone (SF).
    pub phone_suffix: Option<Personal>,
    /// Which of several shipments under the number, as
    /// [`Shipment::instance`](crate::model::Shipment::instance) names it, where a carrier can be
    /// asked so (FedEx: its unique id, or the ship date).
    pub instance: Option<SmolStr>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("number", &self.number)
            .field("service", &self.service)
            .field("postcode", &self.postcode.as_ref().map(|_| Hidden))
            .field("origin", &self.origin)
            .field("phone_suffix", &self.phone_suffix)
            .finish()
    }
}

/// What stands in `Debug` for a secret or personal value.
pub(crate) struct Hidden;

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

impl Asked {
    /// A number alone.
    #[must_use]
    pub fn number(number: TrackingNumber) -> Self {
        Self {
            number,
            service: None,
            postcode: None,
            origin: None,
            phone_suffix: None,
            instance: None,
        }
    }
}

/// What a request needs from outside the pure core. `Debug` shows the names of the credentials, and
/// no secret.
#[derive(Clone, Copy)]
pub struct PollContext<'a> {
    /// The present, for feeds that sign it.
    pub now: DateTime<Utc>,
    /// A fresh id for this request (a UUID without dashes fits every feed), for feeds that demand
    /// one.
    pub request_id: &'a str,
    /// The credentials.
    pub credentials: &'a Credentials,
    /// The token fetched last, for feeds that want one.
    pub token: Option<&'a SecretString>,
    /// Another host than the carrier's production one: a sandbox, a region, a test server. Without
    /// a slash at its end.
    pub base: Option<&'a str>,
}

impl std::fmt::Debug for PollContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollContext")
            .field("now", &self.now)
            .field("request_id", &self.request_id)
            .field("credentials", &self.credentials)
            .field("token", &self.token.map(|_| Hidden))
            .field("base", &self.base.map(address))
            .finish()
    }
}

/// An address without the password that may stand before its host and without what follows `?`.
fn address(uri: &str) -> String {
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    match (uri.split_once("://"), uri.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://•••@{host}"),
        _ => uri.to_owned(),
    }
}

impl<'a> PollContext<'a> {
    /// A named credential.
    ///
    /// # Errors
    /// When it is missing.
    pub fn credential(&self, name: &'static str) -> Result<&'a str, RequestError> {
        self.credentials
            .get(name)
            .ok_or(RequestError::MissingCredential(name))
    }

    /// The bearer token.
    ///
    /// # Errors
    /// When none was fetched.
    pub fn bearer(&self) -> Result<String, RequestError> {
        let token = self.token.ok_or(RequestError::MissingToken)?;
        Ok(format!("Bearer {}", token.expose_secret()))
    }

    /// The base address: the caller's, else the carrier's.
    #[must_use]
    pub fn base_or(&self, production: &'a str) -> &'a str {
        self.base
            .map_or(production, |base| base.trim_end_matches('/'))
    }
}

/// Secrets by name. `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct Credentials(BTreeMap<SmolStr, SecretString>);

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Credentials {
    /// The same credentials with one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<SmolStr>, secret: impl Into<String>) -> Self {
        self.0
            .insert(name.into(), SecretString::from(secret.into()));
        self
    }

    /// A secret by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret)
    }
}

/// Why a request cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A credential that [`Poll::credentials`] names is not there.
    #[error("the credential {0:?} is missing")]
    MissingCredential(&'static str),
    /// The feed wants a token first.
    #[error("no token was fetched yet")]
    MissingToken,
    /// None, or more than [`PollLimits::max_numbers`].
    #[error("{asked} numbers in one request: at least {} and at most {most} are possible", .most.min(&1))]
    Numbers {
        /// How many were given.
        asked: usize,
        /// How many are possible.
        most: usize,
    },
    /// A value that cannot be put into a request.
    #[error("{0} cannot be put into a request")]
    Unfit(&'static str),
}

/// An answer of a carrier. `Debug` shows its status, the names of its headers and the size of its
/// body.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    /// When it came, for `Retry-After` dates.
    pub received: DateTime<Utc>,
}

impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("headers", &Names(self.headers))
            .field("body", &super::batch::Size(self.body))
            .field("received", &self.received)
            .finish()
    }
}

/// Headers as `Debug` shows them: by their names alone.
pub(crate) struct Names<'a>(pub &'a HeaderMap);

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Reply<'_> {
    /// The longest time that `Retry-After` may ask to wait: a day, after which every quota that is
    /// documented begins anew.
    pub const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

    /// How long `Retry-After` asks to wait: seconds, or until a date; at most
    /// [`Reply::LONGEST_WAIT`], whatever is written there. A date in the past asks for no wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self
            .headers
            .get(http::header::RETRY_AFTER)?
            .to_str()
            .ok()?
            .trim();
        if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
            // More digits than fit are a long time, not none.
            return Some(
                value
                    .parse()
                    .map_or(Self::LONGEST_WAIT, Duration::from_secs)
                    .min(Self::LONGEST_WAIT),
            );
        }
        let at = DateTime::parse_from_rfc2822(value)
            .ok()?
            .with_timezone(&Utc);
        Some(
            at.signed_duration_since(self.received)
                .to_std()
                .unwrap_or_default()
                .min(Self::LONGEST_WAIT),
        )
    }

    /// Whether the body is a web page: what a proxy, a gateway or a maintenance notice answers in
    /// the place of the interface.
    #[must_use]
    pub fn is_page(&self) -> bool {
        let text = self.body.trim_ascii_start();
        let text = text
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(text)
            .trim_ascii_start();
        let starts =
            |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
        starts(b"<!doctype html") || starts(b"<html")
    }

    /// The outcome that the HTTP status alone tells, for bodies that say nothing finer.
    #[must_use]
    pub fn outcome_by_status(&self) -> Outcome {
        match self.status {
            200..=299 if self.is_page() => Outcome::RetryAfter(self.retry_after()),
            200..=299 => Outcome::Found,
            401 => Outcome::Reauthorise,
            403 | 407 => Outcome::Refused(Fault::status(self.status)),
            404 | 410 => Outcome::NotFound,
            408 | 425 | 429 | 500..=599 => Outcome::RetryAfter(self.retry_after()),
            _ => Outcome::Invalid(Fault::status(self.status)),
        }
    }
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is something to decode.
    Found,
    /// The carrier knows nothing of it, or not yet: normal for a fresh label, no reason to ask
    /// again at once.
    NotFound,
    /// Try again: throttled or a passing fault; after this long, where told.
    RetryAfter(Option<Duration>),
    /// The token or password was not accepted: fetch a new token once.
    Reauthorise,
    /// The account may not ask this. Trying again does not help.
    Refused(Fault),
    /// The question is wrong. Trying again does not help.
    Invalid(Fault),
}

impl Outcome {
    /// The kind of notice that says the same inside a batch.
    pub(crate) fn notice_kind(&self) -> super::NoticeKind {
        use super::NoticeKind;
        match self {
            Self::Found => NoticeKind::CarrierMessage,
            Self::NotFound => NoticeKind::NotFound,
            Self::RetryAfter(_) => NoticeKind::RetryLater,
            Self::Reauthorise => NoticeKind::Reauthorise,
            Self::Refused(_) => NoticeKind::Refused,
            Self::Invalid(_) => NoticeKind::InvalidRequest,
        }
    }
}

/// The carrier's own word for what went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The carrier's code, or the HTTP status.
    pub code: SmolStr,
    /// Its sentence.
    pub message: crate::model::FreeText,
}

impl Fault {
    /// A fault by the carrier's code and sentence.
    #[must_use]
    pub fn new(code: &str, message: &str) -> Self {
        Self {
            code: crate::model::clean(code).into(),
            message: crate::model::FreeText::new(message),
        }
    }

    /// A fault of which only the HTTP status is known.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(&status.to_string(), "")
    }
}

/// Which page of an answer: an address of the carrier's, an offset, a bookmark. `Debug` hides it:
/// an address may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Page(pub SmolStr);

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Page").field(&Hidden).finish()
    }
}

/// An access token.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// How long it lasts, where told.
    pub lifetime: Option<Duration>,
}

impl Token {
    /// Reads `access_token` and `expires_in` (number or text) of an OAuth 2 answer.
    #[must_use]
    pub fn from_oauth(body: &[u8]) -> Option<Self> {
        Self::from_json(body, "access_token", "expires_in")
    }

    pub(crate) fn from_json(body: &[u8], token: &str, lifetime: &str) -> Option<Self> {
        let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
        let secret = answer
            .get(token)?
            .as_str()
            .filter(|secret| !secret.is_empty())?;
        if !is_sendable(secret) {
            return None;
        }
        let seconds = answer
            .get(lifetime)
            .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        Some(Self {
            secret: SecretString::from(secret),
            lifetime: seconds.map(Duration::from_secs),
        })
    }
}

/// Whether a token can stand in a header: visible ASCII characters only.
pub(crate) fn is_sendable(secret: &str) -> bool {
    secret.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether a number can be asked about anywhere: in a path, a query, a list or XML it is that
/// number and nothing else.
///
/// Carriers' numbers are letters and digits, some with marks between them. A comma would make two
/// numbers of one, a slash or two dots another path, `?`, `#`, `&` and `=` another query; and
/// servers differ in how often they undo `%2e`, so encoding is no help.
fn is_askable(number: &str) -> bool {
    let is_fit = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'-' | b'_' | b'.' | b'~' | b' ' | b'*' | b':' | b'+')
    };
    number.bytes().all(is_fit)
        && number.bytes().any(|b| b.is_ascii_alphanumeric())
        && !number.contains("..")
}

/// Refuses none and too many, and numbers that could change the request; a subscription is asked
/// about none.
pub(crate) fn check_count(question: &Question<'_>, limits: PollLimits) -> Result<(), RequestError> {
    let (asked, most) = (question.numbers.len(), limits.max_numbers);
    if asked.min(1) != most.min(1) || asked > most {
        return Err(RequestError::Numbers { asked, most });
    }
    if question
        .numbers
        .iter()
        .any(|asked| !is_askable(asked.number.as_str()))
    {
        return Err(RequestError::Unfit(
            "a number with other characters than letters, digits and single marks",
        ));
    }
    Ok(())
}

/// A request from its parts.
pub(crate) fn build(
    method: Method,
    uri: &str,
    headers: &[(&'static str, &str)],
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, RequestError> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        let mut value = http::HeaderValue::from_str(value)
            .map_err(|_| RequestError::Unfit("a credential or option"))?;
        let name_lower = name.to_ascii_lowercase();
        value.set_sensitive(
            ["authorization", "key", "secret", "token"]
                .iter()
                .any(|word| name_lower.contains(word)),
        );
        request = request.header(*name, value);
    }
    request
        .body(body)
        .map_err(|_| RequestError::Unfit("the address"))
}

/// `Basic` credentials.
pub(crate) fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
    )
}

/// The client-credentials grant in the form body, as most carriers want it.
pub(crate) fn client_credentials_form(
    context: &PollContext<'_>,
    extra: &[(&str, &str)],
) -> Result<Vec<u8>, RequestError> {
    let (id, secret) = (
        context.credential("client_id")?,
        context.credential("client_secret")?,
    );
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    Ok(crate::wire::form::pairs(fields.into_iter().chain(extra.iter().copied())).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Reply<'a> {
        Reply {
            status: 200,
            headers,
            body,
            received: "2026-03-05T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn retry_after_is_capped_whatever_it_says() {
        let waits = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::RETRY_AFTER, value.parse().unwrap());
            reply(&headers, b"")
                .retry_after()
                .map(|wait| wait.as_secs())
        };
        assert_eq!(waits("7"), Some(7));
        for absurd in [
            "99999999999",
            "99999999999999999999999999",
            "Fri, 01 Jan 9999 00:00:00 GMT",
        ] {
            assert_eq!(waits(absurd), Some(86_400), "{absurd}");
        }
        assert_eq!(waits("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(waits("Thu, 05 Mar 2026 12:00:30 GMT"), Some(30));
        assert_eq!((waits("-5"), waits("soon")), (None, None));
    }

    #[test]
    fn a_page_in_a_200_is_temporary() {
        let headers = HeaderMap::new();
        for body in ["<!DOCTYPE html><p>busy", "\n <HTML>"] {
            assert_eq!(
                reply(&headers, body.as_bytes()).outcome_by_status(),
                Outcome::RetryAfter(None)
            );
        }
        assert_eq!(reply(&headers, b"{}").outcome_by_status(), Outcome::Found);
    }

    #[test]
    fn a_token_with_control_characters_is_none() {
        assert!(Token::from_oauth(br#"{"access_token":"ab.c-1"}"#).is_some());
        for token in ["a\\nb", "a\\r\\nX: y", "a b", "\\u0000", "\\u00e9"] {
            assert!(
                Token::from_oauth(format!("{{\"access_token\":\"{token}\"}}").as_bytes()).is_none(),
                "{token}"
            );
        }
    }
}
