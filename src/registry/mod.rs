//! What an application uses, in one value: [`Registry`].
//!
//! It knows every feed by its id and tells from the bytes of a payload which one it comes from; it
//! knows the formats of numbers and tells whose a number may be ([`identify`]); it knows which feed
//! of a carrier to ask ([`Registry::default_feed`]) and in which order to ask several
//! ([`QueryPlan`]).

mod default_feed;
mod identify;
mod query_plan;
mod query_step;
mod recognise;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use identify::identify;
pub use query_plan::QueryPlan;
pub use query_step::{QueryCondition, QueryStep, SkipReason, SkippedCarrier};
pub use recognise::Unrecognised;

use crate::adapter::{Adapter, CodeTable};
use crate::carriers;
use crate::model::{CarrierId, FeedId};
use crate::number::Identifier;

/// The adapters and formats of numbers that an application uses: the built-in ones, its own, or
/// both.
///
/// ```
/// use parceltrail::Registry;
/// let registry = Registry::builtin();
/// assert!(registry.get("ups.track").is_some());
/// let body = br#"{"trackResponse":{"shipment":[]}}"#;
/// assert_eq!(registry.recognise(body)?.descriptor().feed.as_str(), "ups.track");
/// # Ok::<(), parceltrail::registry::Unrecognised>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    adapters: BTreeMap<String, Arc<dyn Adapter>>,
    formats: Arc<Identifier>,
    /// The feed to ask by default, by carrier.
    default_feeds: BTreeMap<CarrierId, FeedId>,
}

impl Registry {
    /// No adapters, no formats.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// All adapters of this crate with their built-in code tables, and all formats.
    #[must_use]
    pub fn builtin() -> Self {
        Self::with_overlays(&BTreeMap::new())
    }

    /// All adapters of this crate, with the application's rows laid over the code tables of the
    /// packs named.
    #[must_use]
    pub fn with_overlays(overlays: &BTreeMap<CarrierId, CodeTable>) -> Self {
        let mut registry = Self {
            formats: Arc::clone(carriers::formats()),
            ..Self::default()
        };
        for pack in carriers::packs() {
            let mut codes = pack.codes();
            if let Some(overlay) = overlays.get(pack.carrier()) {
                codes = codes.overlaid_by(overlay.clone());
            }
            for adapter in pack.adapters(&Arc::new(codes)) {
                registry.insert(adapter);
            }
            let default = pack.profile().ok().and_then(|profile| profile.default_feed);
            if let Some(feed) = default {
                registry.set_default_feed(pack.carrier().clone(), feed);
            }
        }
        registry
    }

    /// Adds an adapter, or replaces the one of the same feed.
    pub fn insert(&mut self, adapter: Arc<dyn Adapter>) {
        self.adapters
            .insert(adapter.descriptor().feed.to_string(), adapter);
    }

    /// The adapter of a feed.
    #[must_use]
    pub fn get(&self, feed: &str) -> Option<&dyn Adapter> {
        self.adapters.get(feed).map(AsRef::as_ref)
    }

    /// The adapter of a feed, to be kept: for a client, a server, another thread.
    #[must_use]
    pub fn share(&self, feed: &str) -> Option<Arc<dyn Adapter>> {
        self.adapters.get(feed).cloned()
    }

    /// All adapters, by feed id.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Adapter> {
        self.adapters.values().map(AsRef::as_ref)
    }
}
