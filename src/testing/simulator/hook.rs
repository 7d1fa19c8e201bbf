//! The receiver of webhook calls: [`Hook`].

use std::fmt;

use secrecy::SecretString;

/// Where a carrier sends its webhook calls, and the secret that authenticates them.
///
/// ```
/// use parceltrail::testing::simulator::Hook;
/// let hook = Hook::new("fedex.webhook", "http://127.0.0.1:8080/hooks/fedex").with_secret("chosen-in-the-portal");
/// assert!(!format!("{hook:?}").contains("chosen"));
/// ```
#[derive(Clone)]
pub struct Hook {
    pub(super) feed: String,
    pub(super) url: String,
    pub(super) secret: SecretString,
    pub(super) is_active: bool,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("feed", &self.feed)
            .finish_non_exhaustive()
    }
}

impl Hook {
    /// A hook for a feed (`dhl.unified`, `fedex.webhook`, `ups.track-alert`, `sf.push`) at a plain
    /// HTTP URL.
    #[must_use]
    pub fn new(feed: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            feed: feed.into(),
            url: url.into(),
            secret: SecretString::from(""),
            is_active: false,
        }
    }

    /// Sets the secret that authenticates the carrier: DHL's hook token, FedEx's security token,
    /// UPS's credential. SF has none.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = SecretString::from(secret.into());
        self
    }

    /// Skips DHL's handshake. Otherwise nothing is pushed before the application has answered
    /// `subscription.validate`.
    #[must_use]
    pub fn without_handshake(mut self) -> Self {
        self.is_active = true;
        self
    }
}
