//! How requests are sent: [`Transport`], one method.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use http::{Request, Response};

use super::ErrorKind;

/// Sends one request and reads its response whole.
///
/// Implementations MUST NOT follow redirects (requests carry credentials), MUST NOT retry (the
/// client does), MUST bound the response's size and MUST stop when the future is dropped. Any HTTP
/// status is a response, not an error.
///
/// ```
/// use parceltrail::client::{Transport, TransportError};
///
/// /// Answers every request with an empty JSON object: for tests.
/// #[derive(Debug)]
/// struct Canned;
///
/// #[async_trait::async_trait]
/// impl Transport for Canned {
///     async fn send(
///         &self,
///         _: http::Request<Vec<u8>>,
///     ) -> Result<http::Response<Vec<u8>>, TransportError> {
///         Ok(http::Response::new(b"{}".to_vec()))
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends and reads.
    ///
    /// # Errors
    /// When no complete response came.
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError>;
}

/// Why no complete response came.
#[derive(Debug)]
pub struct TransportError {
    kind: ErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// An error of one of the kinds [`Connect`](ErrorKind::Connect), [`Tls`](ErrorKind::Tls),
    /// [`Timeout`](ErrorKind::Timeout), [`Interrupted`](ErrorKind::Interrupted),
    /// [`TooLarge`](ErrorKind::TooLarge), [`Redirected`](ErrorKind::Redirected) and
    /// [`Unsendable`](ErrorKind::Unsendable).
    #[must_use]
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// The same error with its cause, which MUST hold no address, token, number or body: it is
    /// shown.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of error.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same request may succeed when it is sent again.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted
        )
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
