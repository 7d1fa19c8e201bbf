//! Authentication: credentials, and tokens that expire.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::carrier::Carrier;
use crate::adapter::Credentials;

/// The credentials and tokens of the one account at a carrier.
#[derive(Debug)]
pub(super) struct Access {
    /// By the names that the adapters require.
    credentials: Vec<(&'static str, String)>,
    lifetime: Duration,
    tokens: Mutex<Tokens>,
    request_ids: Mutex<HashSet<String>>,
}

#[derive(Debug, Default)]
struct Tokens {
    issued: u64,
    ends: HashMap<String, Instant>,
}

impl Access {
    pub fn new(carrier: Carrier, seed: u64, lifetime: Duration) -> Self {
        let names: &[&str] = match carrier {
            Carrier::Dhl => &["api_key"],
            Carrier::Fedex | Carrier::Ups => &["client_id", "client_secret"],
            Carrier::Sf => &["partner_id", "check_word"],
        };
        // Blank, plus, slash and ampersand, so that a wrongly encoded credential is rejected.
        let credentials = names
            .iter()
            .map(|name| {
                (
                    *name,
                    format!("simulated {}+{name}/{seed:04x}&", carrier.id()),
                )
            })
            .collect::<Vec<_>>();
        let credentials = if carrier == Carrier::Dhl {
            vec![("api_key", format!("simulated-key-{seed:04x}"))]
        } else {
            credentials
        };
        Self {
            credentials,
            lifetime,
            tokens: Mutex::default(),
            request_ids: Mutex::default(),
        }
    }

    /// The credentials, for the application.
    pub fn credentials(&self) -> Credentials {
        self.credentials
            .iter()
            .fold(Credentials::default(), |all, (name, secret)| {
                all.with(*name, secret.clone())
            })
    }

    /// Whether a value is the credential of that name.
    pub fn is(&self, name: &str, given: &str) -> bool {
        self.secret(name) == given
    }

    pub fn secret(&self, name: &str) -> &str {
        self.credentials
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, secret)| secret)
    }

    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A new token.
    pub fn issue(&self) -> String {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.issued += 1;
        let token = format!("simulated-token-{:06}", tokens.issued);
        let now = Instant::now();
        tokens.ends.retain(|_, end| *end > now);
        tokens.ends.insert(token.clone(), now + self.lifetime);
        token
    }

    /// Whether a token is valid now.
    pub fn accepts(&self, token: &str) -> bool {
        self.tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ends
            .get(token)
            .is_some_and(|end| *end > Instant::now())
    }

    pub fn revoke(&self, token: &str) {
        self.tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ends
            .remove(token);
    }

    pub fn revoke_all(&self) {
        self.tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ends
            .clear();
    }

    /// Records a request id. False when it was used before.
    pub fn is_fresh(&self, request_id: &str) -> bool {
        self.request_ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(request_id.to_owned())
    }
}
