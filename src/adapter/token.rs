//! Access tokens: [`Token`].

use std::time::Duration;

use secrecy::SecretString;

/// An access token. `Debug` hides it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// Its lifetime, where stated.
    pub lifetime: Option<Duration>,
}

impl Token {
    /// A token without a stated lifetime.
    #[must_use]
    pub const fn new(secret: SecretString) -> Self {
        Self {
            secret,
            lifetime: None,
        }
    }

    /// Sets the lifetime.
    #[must_use]
    pub const fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Reads `access_token` and `expires_in` (number or text) of an OAuth 2 response.
    ///
    /// ```
    /// use std::time::Duration;
    /// use parceltrail::adapter::Token;
    ///
    /// let body = br#"{"access_token":"sample","token_type":"Bearer","expires_in":3599}"#;
    /// let token = Token::from_oauth(body).unwrap();
    /// assert_eq!(token.lifetime, Some(Duration::from_secs(3599)));
    /// ```
    #[must_use]
    pub fn from_oauth(body: &[u8]) -> Option<Self> {
        Self::from_json(body, "access_token", "expires_in")
    }

    pub(crate) fn from_json(body: &[u8], token: &str, lifetime: &str) -> Option<Self> {
        let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
        let secret = answer
            .get(token)?
            .as_str()
            .filter(|secret| !secret.is_empty())?;
        if !is_sendable(secret) {
            return None;
        }
        let seconds = answer
            .get(lifetime)
            .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        Some(Self {
            secret: SecretString::from(secret),
            lifetime: seconds.map(Duration::from_secs),
        })
    }
}

/// Whether a token can stand in a header: visible ASCII characters only.
pub(crate) fn is_sendable(secret: &str) -> bool {
    secret.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_control_characters_is_none() {
        assert!(Token::from_oauth(br#"{"access_token":"ab.c-1"}"#).is_some());
        for token in ["a\\nb", "a\\r\\nX: y", "a b", "\\u0000", "\\u00e9"] {
            assert!(
                Token::from_oauth(format!("{{\"access_token\":\"{token}\"}}").as_bytes()).is_none(),
                "{token}"
            );
        }
    }
}
