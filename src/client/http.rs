//! The transport over `reqwest`: [`HttpTransport`].

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};

use super::{BuildError, ErrorKind, Transport, TransportError};

/// Sends by `reqwest`: connections are kept and reused, redirects refused, response sizes bounded.
///
/// TLS is rustls with the certificates that the operating system trusts, over the process's default
/// provider where the application installed one, else over `aws-lc-rs`, as `reqwest` has it by
/// default; nothing is installed for the whole process. The proxies that the environment names
/// (`HTTPS_PROXY`, `NO_PROXY` …) are used. A proxy, certificate or timeout of your own:
/// [`HttpTransport::with`]. The longest time of a whole exchange is
/// [`RetryPolicy::attempt_timeout`](super::RetryPolicy::attempt_timeout).
///
/// ```
/// use std::time::Duration;
/// use parceltrail::client::HttpTransport;
///
/// let transport = HttpTransport::with(|http| http.no_proxy().read_timeout(Duration::from_secs(5)))?.with_max_body_bytes(1024 * 1024);
/// # Ok::<(), parceltrail::client::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    max_body_bytes: usize,
    /// Whether the client may follow redirects, because it was built elsewhere.
    may_follow: bool,
}

impl HttpTransport {
    /// The time limit of connecting.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// The time limit between two reads.
    pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
    /// The largest response, in bytes after decompression.
    pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

    /// A transport with the settings above.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self, BuildError> {
        Self::with(|http| http)
    }

    /// A transport with settings of your own on top of those above. Redirects stay refused.
    ///
    /// # Errors
    /// When the system's certificates cannot be read, or the settings contradict each other.
    pub fn with(
        settings: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, BuildError> {
        let prepared = reqwest::Client::builder()
            .tls_backend_rustls()
            .user_agent(concat!("parceltrail/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Self::CONNECT_TIMEOUT)
            .read_timeout(Self::READ_TIMEOUT);
        let bounded = settings(prepared)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never());
        let client = bounded.build();
        client
            .map(|client| Self {
                may_follow: false,
                ..Self::from(client)
            })
            .map_err(|error| BuildError::Http(error.without_url().into()))
    }

    /// For URLs without encryption: trusts no certificate, and so need not read any.
    pub(super) fn plain() -> Result<Self, BuildError> {
        Self::with(|http| http.tls_certs_only([]))
    }

    /// Sets the largest response, in bytes after decompression.
    #[must_use]
    pub fn with_max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, TransportError> {
        let stated = response.content_length().unwrap_or(0);
        if stated > self.max_body_bytes as u64 {
            return Err(TransportError::new(ErrorKind::TooLarge));
        }
        let mut body = Vec::with_capacity(usize::try_from(stated).unwrap_or(0));
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if body.len() + chunk.len() > self.max_body_bytes {
                return Err(TransportError::new(ErrorKind::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Takes the proxy, certificates and timeouts of a client built elsewhere. It should be built with
/// `redirect(Policy::none())`: one that follows redirects has sent the credentials on before this
/// transport can notice; it still refuses the response.
impl From<reqwest::Client> for HttpTransport {
    fn from(client: reqwest::Client) -> Self {
        Self {
            client,
            max_body_bytes: Self::MAX_BODY_BYTES,
            may_follow: true,
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(failure)?;
        let requested = self.may_follow.then(|| request.url().clone());
        let mut response = self.client.execute(request).await.map_err(failure)?;
        if requested.is_some_and(|url| *response.url() != url) {
            return Err(TransportError::new(ErrorKind::Redirected));
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut whole = Response::new(self.read(response).await?);
        *whole.status_mut() = status;
        *whole.headers_mut() = headers;
        Ok(whole)
    }
}

/// An error of `reqwest`, without the address that it names.
fn failure(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let kind = match () {
        () if error.is_timeout() => ErrorKind::Timeout,
        () if error.is_builder() => ErrorKind::Unsendable,
        () if error.is_redirect() => ErrorKind::Redirected,
        () if is_tls(&error) => ErrorKind::Tls,
        () if error.is_connect() => ErrorKind::Connect,
        () => ErrorKind::Interrupted,
    };
    TransportError::new(kind).with_source(error)
}

/// Whether a cause is a rustls error; it may be wrapped in I/O errors.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| is_tls(wrapped)) {
            return true;
        }
        next = error.source();
    }
    false
}
