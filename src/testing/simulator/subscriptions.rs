//! Hooks in use.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use hyper::Uri;
use secrecy::SecretString;

use super::carrier::Carrier;
use super::hook::Hook;

/// The hooks of all carriers.
#[derive(Debug, Default)]
pub(super) struct Subscriptions(Mutex<Vec<Arc<Subscription>>>);

/// A hook in use, with its state.
#[derive(Debug)]
pub(super) struct Subscription {
    pub carrier: Carrier,
    pub feed: &'static str,
    pub uri: Uri,
    pub secret: SecretString,
    pub id: String,
    /// The secret that DHL sends and expects back.
    pub validation: String,
    pub is_active: AtomicBool,
    pub since: DateTime<Utc>,
    /// Everything published until then was delivered or abandoned.
    pub settled: Mutex<DateTime<Utc>>,
}

impl Subscriptions {
    /// Takes a hook into use.
    ///
    /// # Errors
    /// When the URL is not plain HTTP.
    pub fn add(
        &self,
        carrier: Carrier,
        hook: Hook,
        now: DateTime<Utc>,
    ) -> io::Result<Arc<Subscription>> {
        let invalid = || {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "the URL of a hook starts with http:// and has a host",
            )
        };
        let uri: Uri = hook.url.parse().map_err(|_| invalid())?;
        if uri.scheme_str() != Some("http") || uri.authority().is_none() {
            return Err(invalid());
        }
        let mut hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = hooks.len() + 1;
        let subscribed = Arc::new(Subscription {
            carrier,
            feed: carrier.push_feed(),
            uri,
            secret: hook.secret,
            id: format!("{nth:08}-0000-4000-8000-000000000000"),
            validation: format!("simulated-hook-secret-{nth}"),
            is_active: AtomicBool::new(hook.is_active || carrier != Carrier::Dhl),
            since: now,
            settled: Mutex::new(now),
        });
        hooks.push(Arc::clone(&subscribed));
        Ok(subscribed)
    }

    /// Activates a subscription, if the secret matches.
    pub fn activate(&self, carrier: Carrier, id: &str, secret: &str) -> bool {
        let hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hook = hooks
            .iter()
            .find(|hook| hook.carrier == carrier && hook.id == id && hook.validation == secret);
        hook.inspect(|hook| hook.is_active.store(true, Ordering::Release))
            .is_some()
    }

    /// Since when a carrier's updates are pushed.
    pub fn since(&self, carrier: Carrier) -> Option<DateTime<Utc>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|hook| hook.carrier == carrier)
            .map(|hook| hook.since)
            .min()
    }

    /// Whether everything published until a moment was delivered or abandoned by all hooks.
    pub fn are_settled(&self, until: DateTime<Utc>) -> bool {
        let hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hooks
            .iter()
            .all(|hook| *hook.settled.lock().unwrap_or_else(PoisonError::into_inner) >= until)
    }
}
