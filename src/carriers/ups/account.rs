//! What the REST interfaces of UPS have in common: hosts, headers, the OAuth token, the locale.

use http::{Method, Request};

use crate::adapter::{PollContext, RequestError, basic, build};

const PRODUCTION: &str = "https://onlinetools.ups.com";
/// What the requests name as their source.
const SOURCE: &str = "parceltrail";

/// The credentials that the REST interfaces demand.
pub(super) const CREDENTIALS: &[&str] = &["client_id", "client_secret"];

/// The host, without the `/api` under which the interfaces live.
pub(super) fn host<'a>(context: &PollContext<'a>) -> &'a str {
    let base = context.base_or(PRODUCTION);
    base.strip_suffix("/api").unwrap_or(base)
}

/// A request with the headers that every interface demands.
pub(super) fn request(
    context: &PollContext<'_>,
    method: Method,
    uri: &str,
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, RequestError> {
    let bearer = context.bearer()?;
    // At most 32 characters; a longer id is as unique by its first ones.
    let id = context.request_id.get(..32).unwrap_or(context.request_id);
    let mut headers = vec![
        ("authorization", bearer.as_str()),
        ("transId", id),
        ("transactionSrc", SOURCE),
        ("accept", "application/json"),
    ];
    if !body.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    build(method, uri, &headers, body)
}

/// The client-credentials grant: Basic, with the grant alone in the form.
pub(super) fn token_request(context: &PollContext<'_>) -> Result<Request<Vec<u8>>, RequestError> {
    let authorization = basic(
        context.credential("client_id")?,
        context.credential("client_secret")?,
    );
    let mut headers = vec![
        ("authorization", authorization.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    if let Some(merchant) = context.credentials.get("merchant_id") {
        headers.push(("x-merchant-id", merchant));
    }
    let uri = format!("{}/security/v1/oauth/token", host(context));
    build(
        Method::POST,
        &uri,
        &headers,
        b"grant_type=client_credentials".to_vec(),
    )
}

/// A language tag as UPS wants it, `de_DE`: the country is the language's own where the tag names
/// none.
pub(super) fn locale(language: Option<&str>) -> String {
    let Some(language) = language else {
        return "en_US".to_owned();
    };
    let (language, country) = language.split_once(['-', '_']).unwrap_or((language, ""));
    let language = language.to_ascii_lowercase();
    let country = match (language.as_str(), country) {
        ("en", "") => "US".to_owned(),
        ("zh", "") => "CN".to_owned(),
        ("ja", "") => "JP".to_owned(),
        ("ko", "") => "KR".to_owned(),
        ("sv", "") => "SE".to_owned(),
        ("da", "") => "DK".to_owned(),
        ("cs", "") => "CZ".to_owned(),
        (other, "") => other.to_ascii_uppercase(),
        (_, country) => country.to_ascii_uppercase(),
    };
    format!("{language}_{country}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_have_a_country() {
        for (tag, expected) in [
            (None, "en_US"),
            (Some("de"), "de_DE"),
            (Some("zh-CN"), "zh_CN"),
            (Some("en_gb"), "en_GB"),
            (Some("ja"), "ja_JP"),
        ] {
            assert_eq!(locale(tag), expected);
        }
    }
}
