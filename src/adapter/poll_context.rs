//! What a request needs from outside the pure core: [`PollContext`], [`Credentials`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use smol_str::SmolStr;

use super::{Hidden, RequestError};

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
///
/// ```
/// use parceltrail::adapter::Credentials;
///
/// let credentials = Credentials::default()
///     .with("client_id", "sample-id")
///     .with("client_secret", "sample-secret");
/// assert_eq!(credentials.get("client_id"), Some("sample-id"));
/// assert!(!format!("{credentials:?}").contains("sample"));
/// ```
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
