//! The errors of the post: its own object, OAuth's word, and what the gateway before the service
//! says.

use std::time::Duration;

use super::answer::{Answer, OauthError, WireError};
use crate::adapter::{Fault, Outcome};
use crate::wire::json::One;

/// The error that an answer is, if it is one.
pub(super) fn fault(answer: &Answer<'_>, text: &str) -> Option<(Outcome, Fault)> {
    if let Some(error) = answer.error.get() {
        let (status, fault) = of_error(error);
        return Some((by_status(status, &fault, None), fault));
    }
    if answer.number.get().is_some() {
        return None;
    }
    if let Some(gateway) = answer.fault.get() {
        let code = gateway
            .detail
            .get()
            .and_then(|detail| detail.code.get())
            .unwrap_or("fault");
        let fault = Fault::new(code, gateway.text.or_empty());
        return Some((by_status(400, &fault, None), fault));
    }
    oauth(text)
}

/// OAuth's errors are a word where the others are an object.
pub(super) fn oauth(text: &str) -> Option<(Outcome, Fault)> {
    // Only a short body is one, and only one that has the word is looked at.
    if text.len() > LONGEST_OAUTH_ERROR
        || !text.contains("\"error\"")
        || text.contains("\"trackingNumber\"")
    {
        return None;
    }
    let oauth = serde_json::from_str::<One<OauthError<'_>>>(text).ok()?.0?;
    oauth.error.get()?;
    let fault = Fault::new(oauth.error.or_empty(), oauth.description.or_empty());
    let outcome = match oauth.error.or_empty() {
        "invalid_client" | "invalid_token" | "invalid_grant" => Outcome::Reauthorise,
        "unauthorized_client" | "access_denied" | "invalid_scope" | "insufficient_scope" => {
            Outcome::Refused(fault.clone())
        }
        "temporarily_unavailable" | "server_error" | "slow_down" => Outcome::RetryAfter(None),
        _ => Outcome::Invalid(fault.clone()),
    };
    Some((outcome, fault))
}

const LONGEST_OAUTH_ERROR: usize = 64 * 1024;

/// The HTTP status that an error object names, in its code or in its details, and the error as the
/// post words it.
fn of_error(error: &WireError<'_>) -> (u16, Fault) {
    let details = || error.details.iter();
    let codes = || {
        error.code.get().into_iter().chain(
            details()
                .flat_map(|detail| [detail.status.get(), detail.code.get()])
                .flatten(),
        )
    };
    let words = || {
        error.message.get().into_iter().chain(
            details()
                .flat_map(|detail| [detail.detail.get(), detail.title.get()])
                .flatten(),
        )
    };
    let status = codes().find_map(http_status).unwrap_or(400);
    (
        status,
        Fault::new(
            codes().next().unwrap_or_default(),
            words().next().unwrap_or_default(),
        ),
    )
}

/// `404`, and `404001` of a finer numbering.
fn http_status(code: &str) -> Option<u16> {
    code.get(..3)?
        .parse()
        .ok()
        .filter(|status| (400..600).contains(status) && code.bytes().all(|b| b.is_ascii_digit()))
}

/// What a status comes to; what the post words more exactly than by its 400 is told by its words.
pub(super) fn by_status(status: u16, fault: &Fault, wait: Option<Duration>) -> Outcome {
    const UNKNOWN_NUMBER: [&str; 4] = [
        "not yet available",
        "no record of that item",
        "could not locate the tracking information",
        "tracking not available",
    ];
    const TOO_FAST: [&str; 5] = [
        "ratelimit",
        "rate limit",
        "quotaviolation",
        "spikearrest",
        "too many requests",
    ];
    const TOKEN: [&str; 5] = [
        "invalid_access_token",
        "access_token_expired",
        "invalid access token",
        "access token expired",
        "authorization failure",
    ];
    let told = format!("{} {}", fault.code, fault.message.reveal()).to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| told.contains(word));
    match status {
        200..=299 => Outcome::Found,
        401 => Outcome::Reauthorise,
        403 => Outcome::Refused(fault.clone()),
        404 | 410 => Outcome::NotFound,
        408 | 425 | 429 | 500..=599 => Outcome::RetryAfter(wait),
        _ if says(&UNKNOWN_NUMBER) => Outcome::NotFound,
        _ if says(&TOO_FAST) => Outcome::RetryAfter(wait),
        _ if says(&TOKEN) => Outcome::Reauthorise,
        _ => Outcome::Invalid(fault.clone()),
    }
}
