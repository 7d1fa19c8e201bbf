//! Building requests from their parts, so that no number or credential can change them.

use http::{Method, Request};

use super::{PollContext, PollLimits, Query};

/// Why a request cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A credential that [`Poll::credentials`](super::Poll::credentials) names is not there.
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

/// Refuses none and too many numbers, and numbers that could change the request; a subscription is
/// asked about none.
///
/// # Errors
/// As said.
pub fn check_count(query: &Query<'_>, limits: PollLimits) -> Result<(), RequestError> {
    let (asked, most) = (query.requests.len(), limits.max_numbers);
    if asked.min(1) != most.min(1) || asked > most {
        return Err(RequestError::Numbers { asked, most });
    }
    if query
        .requests
        .iter()
        .any(|asked| !is_askable(asked.number.as_str()))
    {
        return Err(RequestError::Unfit(
            "a number with other characters than letters, digits and single marks",
        ));
    }
    Ok(())
}

/// A request from its parts. Headers that hold credentials are marked as sensitive.
///
/// # Errors
/// When a part cannot stand in a request.
pub fn build(
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

/// The value of an `Authorization` header with `Basic` credentials.
#[must_use]
pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
    )
}

/// The form body of an OAuth 2 client-credentials grant, from the credentials `client_id` and
/// `client_secret`.
///
/// # Errors
/// When one of the two is missing.
pub fn client_credentials_form(
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
