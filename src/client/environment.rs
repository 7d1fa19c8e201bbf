//! Credentials from the environment.

use std::env::{self, VarError};

use crate::Poll;
use crate::adapter::Credentials;
use crate::model::FeedId;

/// The environment variable of a feed's credential: `PARCELTRAIL_<FEED>_<CREDENTIAL>`, in upper
/// case, with `_` for `.` and `-`. The base URL is `PARCELTRAIL_<FEED>_BASE`.
///
/// ```
/// use parceltrail::client::environment_variable;
/// assert_eq!(environment_variable("fedex.track", "client_id"), "PARCELTRAIL_FEDEX_TRACK_CLIENT_ID");
/// assert_eq!(environment_variable("sf.routes-xml", "base"), "PARCELTRAIL_SF_ROUTES_XML_BASE");
/// ```
#[must_use]
pub fn environment_variable(feed: &str, credential: &str) -> String {
    format!("PARCELTRAIL_{feed}_{credential}")
        .to_uppercase()
        .replace(['.', '-'], "_")
}

/// Environment variables that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{feed}: environment variables missing, empty or not text: {}", .variables.join(", "))]
#[non_exhaustive]
pub struct EnvironmentError {
    /// The feed.
    pub feed: FeedId,
    /// Their names.
    pub variables: Vec<String>,
}

/// Adds what the environment holds; the error names required variables that it does not.
pub(super) fn read(
    feed: &FeedId,
    poll: &dyn Poll,
    credentials: &mut Credentials,
    base_url: &mut Option<String>,
) -> Result<(), EnvironmentError> {
    let mut variables = Vec::new();
    let mut value = |name: &str, is_required: bool| {
        let variable = environment_variable(feed.as_str(), name);
        match env::var(&variable) {
            Ok(value) if !value.trim().is_empty() => return Some(value.trim().to_owned()),
            Err(VarError::NotUnicode(_)) => variables.push(variable),
            _ if is_required => variables.push(variable),
            _ => {}
        }
        None
    };
    let required = poll.credentials().iter().map(|name| (*name, true));
    for (name, is_required) in required.chain(
        poll.optional_credentials()
            .iter()
            .map(|name| (*name, false)),
    ) {
        if credentials.get(name).is_none()
            && let Some(secret) = value(name, is_required)
        {
            *credentials = std::mem::take(credentials).with(name, secret);
        }
    }
    if base_url.is_none() {
        *base_url = value("base", false);
    }
    if variables.is_empty() {
        Ok(())
    } else {
        Err(EnvironmentError {
            feed: feed.clone(),
            variables,
        })
    }
}
