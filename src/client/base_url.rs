//! The checks of a base URL.

use http::Uri;

/// Whether a base URL is unencrypted, or why it cannot be used.
pub(super) fn check(base: &str, allow_plain_http: bool) -> Result<bool, &'static str> {
    let uri: Uri = base.parse().map_err(|_| "not a URL")?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err("no https:// or no host");
    };
    if uri.query().is_some()
        || uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err("it holds a query or a user");
    }
    let is_loopback = matches!(host, "localhost" | "[::1]")
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => Ok(false),
        "http" if is_loopback || allow_plain_http => Ok(true),
        "http" => {
            Err("http:// would send credentials unencrypted (allow_plain_http for test servers)")
        }
        _ => Err("the scheme is neither https nor http"),
    }
}
