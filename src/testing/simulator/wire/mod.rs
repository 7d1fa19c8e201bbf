//! How each carrier speaks: what it reads of a call, demands for it, and answers.
//!
//! Written from the carriers' documentation, not from the adapters: signatures, forms and digests
//! are read and computed here a second time, so that a mistake in an adapter shows.

mod dhl;
mod fedex;
mod sf;
mod ups;

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Uri};
use serde_json::Value;

use super::Carrier;
use super::access::Access;
use super::push::Message;
use super::story::Scan;
use super::world::Parcel;

/// How a carrier speaks.
pub(super) fn of(carrier: Carrier) -> &'static dyn Wire {
    match carrier {
        Carrier::Dhl => &dhl::Unified,
        Carrier::Fedex => &fedex::Track,
        Carrier::Ups => &ups::Track,
        Carrier::Sf => &sf::Routes,
    }
}

/// A call as it came in.
#[derive(Debug)]
pub(super) struct Call {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The world's time, for signatures that carry one.
    pub received: DateTime<Utc>,
}

impl Call {
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        field(self.uri.query().unwrap_or_default().as_bytes(), name)
    }

    pub fn form(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }

    pub fn bearer(&self) -> &str {
        self.header("authorization")
            .strip_prefix("Bearer ")
            .unwrap_or_default()
    }

    fn has_type(&self, kind: &str) -> bool {
        self.header("content-type").starts_with(kind)
    }
}

fn field(encoded: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(encoded)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// An answer, before anything goes wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
    pub retry_after: Option<String>,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            kind: "application/json",
            body: body.to_string().into_bytes(),
            retry_after: None,
        }
    }

    /// What a gateway says when the service behind it does not answer.
    pub fn page(status: u16) -> Self {
        let body = format!(
            "<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>gateway</body></html>"
        );
        Self {
            status,
            kind: "text/html",
            body: body.into_bytes(),
            retry_after: None,
        }
    }
}

/// What is known of a number that was asked about.
#[derive(Debug)]
pub(super) struct Sight<'w> {
    pub number: String,
    /// The parcel and its scans, newest first unless they are out of order; none when the number is
    /// not known, or not yet.
    pub parcel: Option<(&'w Parcel, Vec<&'w Scan>)>,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReceiveError {
    /// The token died.
    Unauthorised,
    Throttled,
    /// A fault of the service, with its HTTP status.
    Broken(u16),
}

/// A scan in a carrier's code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    /// What the event's code is.
    pub value: &'static str,
    /// What completes it: the coarse status, the type, the reason.
    pub more: &'static str,
    /// A third part, where there is one.
    pub digits: &'static str,
    pub text: &'static str,
}

const fn code(
    value: &'static str,
    more: &'static str,
    digits: &'static str,
    text: &'static str,
) -> Code {
    Code {
        value,
        more,
        digits,
        text,
    }
}

/// How a carrier speaks.
pub(super) trait Wire: Sync {
    /// A scan in the carrier's code.
    fn code(&self, parcel: &Parcel, scan: &Scan) -> Code;

    /// The answer to a call for a token, if it is one; with whether a token was given.
    fn token(&self, _call: &Call, _access: &Access) -> Option<(Answer, bool)> {
        None
    }

    /// The id of a subscription that a call activates, with the secret that proves it.
    fn activation(&self, _call: &Call) -> Option<(String, String)> {
        None
    }

    /// Whether the caller may ask; and the token that he showed, where he showed one.
    fn authorise<'c>(
        &self,
        call: &'c Call,
        access: &Access,
    ) -> Result<Option<std::borrow::Cow<'c, str>>, Answer>;

    /// The numbers that are asked about.
    fn numbers(&self, call: &Call) -> Result<Vec<String>, Answer>;

    /// What is told of them.
    fn found(&self, call: &Call, sights: &[Sight<'_>]) -> Answer;

    /// An error in a 200: for the first number where there are several, else for the call.
    fn fails_inside(&self, call: &Call, sights: &[Sight<'_>]) -> Answer;

    /// A call that is refused.
    fn refused(&self, refusal: ReceiveError) -> Answer;

    /// The webhook call that tells of news. DHL tells the whole parcel, the others the new scans
    /// alone.
    fn push(&self, news: &[(&Parcel, &Scan)], whole: &[&Scan], secret: &str, nth: u64) -> Message;

    /// Whether an answer to a webhook call is the acknowledgement that the carrier demands.
    fn is_acknowledged(&self, status: u16, _body: &[u8]) -> bool {
        status == 200
    }
}
