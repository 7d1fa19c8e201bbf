//! Credentials from the environment.

use std::env::{self, VarError};

use crate::Poll;
use crate::adapter::Credentials;
use crate::model::FeedId;

/// The environment variable of a feed's credential: `PARCELTRAIL_<FEED>_<CREDENTIAL>`, in upper
/// case, with `_` for `.` and `-`. The base address stands under `BASE`.
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
pub struct EnvironmentError {
    /// The feed.
    pub feed: FeedId,
    /// Their names.
    pub variables: Vec<String>,
}

/// Adds what the environment holds; says which of the variables demanded it does not.
pub(super) fn read(
    feed: &FeedId,
    poll: &dyn Poll,
    credentials: &mut Credentials,
    base: &mut Option<String>,
) -> Result<(), EnvironmentError> {
    let mut variables = Vec::new();
    let mut value = |name: &str, is_demanded: bool| {
        let variable = environment_variable(feed.as_str(), name);
        match env::var(&variable) {
            Ok(value) if !value.trim().is_empty() => return Some(value.trim().to_owned()),
            Err(VarError::NotUnicode(_)) => variables.push(variable),
            _ if is_demanded => variables.push(variable),
            _ => {}
        }
        None
    };
    let demanded = poll.credentials().iter().map(|name| (*name, true));
    for (name, is_demanded) in demanded.chain(
        poll.optional_credentials()
            .iter()
            .map(|name| (*name, false)),
    ) {
        if credentials.get(name).is_none()
            && let Some(secret) = value(name, is_demanded)
        {
            *credentials = std::mem::take(credentials).with(name, secret);
        }
    }
    if base.is_none() {
        *base = value("base", false);
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
