//! What every carrier's wire format provides: [`Wire`].

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::testing::simulator::access::Access;
use crate::testing::simulator::parcel::Parcel;
use crate::testing::simulator::scan::Scan;

/// A request as it was received.
#[derive(Debug)]
pub(in crate::testing::simulator) struct Call {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The real time, for signatures that carry one.
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

    pub fn has_type(&self, kind: &str) -> bool {
        self.header("content-type").starts_with(kind)
    }
}

fn field(encoded: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(encoded)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A response, before faults are injected.
#[derive(Clone, Debug)]
pub(in crate::testing::simulator) struct Answer {
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

    /// The error page of a gateway whose backend does not respond.
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

/// The parcel of a requested number.
#[derive(Debug)]
pub(in crate::testing::simulator) struct Lookup<'w> {
    pub number: String,
    /// The parcel and its scans, newest first unless they are out of order; none when the number is
    /// not known, or not yet.
    pub parcel: Option<(&'w Parcel, Vec<&'w Scan>)>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::testing::simulator) enum Refusal {
    /// The token is not valid.
    Unauthorised,
    Throttled,
    /// An error of the service, with its HTTP status.
    Broken(u16),
}

/// A scan in a carrier's code.
#[derive(Clone, Copy, Debug)]
pub(in crate::testing::simulator) struct Code {
    /// The code of the event.
    pub value: &'static str,
    /// A second part: the coarse status, the type, the reason.
    pub more: &'static str,
    /// A third part, where there is one.
    pub digits: &'static str,
    pub text: &'static str,
}

pub(super) const fn code(
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

/// The wire format of a carrier.
pub(in crate::testing::simulator) trait Wire: Sync {
    /// A scan in the carrier's code.
    fn code(&self, parcel: &Parcel, scan: &Scan) -> Code;

    /// The response to a token request, if it is one; with whether a token was issued.
    fn token(&self, _call: &Call, _access: &Access) -> Option<(Answer, bool)> {
        None
    }

    /// The id of a subscription that a request activates, with its secret.
    fn activation(&self, _call: &Call) -> Option<(String, String)> {
        None
    }

    /// Checks the authentication; returns the token, where the request holds one.
    fn authorise<'c>(
        &self,
        call: &'c Call,
        access: &Access,
    ) -> Result<Option<std::borrow::Cow<'c, str>>, Answer>;

    /// The requested numbers.
    fn numbers(&self, call: &Call) -> Result<Vec<String>, Answer>;

    /// The response for them.
    fn found(&self, call: &Call, lookups: &[Lookup<'_>]) -> Answer;

    /// An error in a 200: for the first number where there are several, else for the request.
    fn fails_inside(&self, call: &Call, lookups: &[Lookup<'_>]) -> Answer;

    /// The response to a refused request.
    fn refused(&self, refusal: Refusal) -> Answer;

    /// The webhook call for new scans. DHL sends the whole parcel, the others the new scans only.
    fn push(&self, news: &[(&Parcel, &Scan)], whole: &[&Scan], secret: &str, nth: u64) -> Message;

    /// Whether a response to a webhook call is the acknowledgement that the carrier demands.
    fn is_acknowledged(&self, status: u16, _body: &[u8]) -> bool {
        status == 200
    }
}

/// A webhook call to be sent.
#[derive(Clone)]
pub(in crate::testing::simulator) struct Message {
    pub kind: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Message {
    pub fn new(kind: &'static str, body: Vec<u8>) -> Self {
        Self {
            kind,
            headers: Vec::new(),
            body,
        }
    }

    pub fn json(body: &Value) -> Self {
        Self::new("application/json", body.to_string().into_bytes())
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }
}
