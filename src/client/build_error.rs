//! Why a client cannot be built: [`BuildError`].

use super::environment::EnvironmentError;
use crate::adapter::RequestError;
use crate::model::FeedId;

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The feed cannot be polled.
    #[error("{feed} cannot be polled: it only pushes, or is read from files")]
    NotPollable {
        /// The feed.
        feed: FeedId,
    },
    /// Required credentials are missing or empty.
    #[error("{feed}: missing credentials: {}", .names.join(", "))]
    MissingCredentials {
        /// The feed.
        feed: FeedId,
        /// Their names, as in [`Poll::credentials`](crate::Poll::credentials).
        names: Vec<&'static str>,
    },
    /// Environment variables are missing, empty or not text.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// No request can be built with the credentials.
    #[error("{feed}: {source}")]
    Credentials {
        /// The feed.
        feed: FeedId,
        /// The reason.
        source: RequestError,
    },
    /// The base address is not a URL, or would carry credentials unencrypted.
    #[error("{feed}: invalid base URL: {reason}")]
    BaseUrl {
        /// The feed.
        feed: FeedId,
        /// The reason.
        reason: &'static str,
    },
    /// The HTTP client cannot be created.
    #[error("the HTTP client cannot be created")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
}
