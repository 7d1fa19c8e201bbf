//! All feeds by id, and which of them a payload comes from: [`Registry`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::recognise::Sketch;
use super::{Adapter, CodeTable};
use crate::carriers;
use crate::model::CarrierId;
use crate::number::{self, Context, Identification, Identifier, NumberFormat};

/// The adapters and formats of numbers that an application uses: the built-in ones, its own, or
/// both.
///
/// ```
/// use parceltrail::Registry;
/// let registry = Registry::builtin();
/// assert!(registry.get("ups.track").is_some());
/// let body = br#"{"trackResponse":{"shipment":[]}}"#;
/// assert_eq!(registry.recognise(body)?.descriptor().feed.as_str(), "ups.track");
/// # Ok::<(), parceltrail::adapter::Unrecognised>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    adapters: BTreeMap<String, Arc<dyn Adapter>>,
    formats: Arc<Identifier>,
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
            formats: number::builtin(),
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
        }
        registry
    }

    /// Adds an adapter, or replaces the one of the same feed.
    pub fn insert(&mut self, adapter: Arc<dyn Adapter>) {
        self.adapters
            .insert(adapter.descriptor().feed.to_string(), adapter);
    }

    /// Adds formats of tracking numbers, for [`Registry::identify`]; one whose id is known already
    /// is replaced.
    pub fn insert_formats(&mut self, formats: impl IntoIterator<Item = NumberFormat>) {
        Arc::make_mut(&mut self.formats).extend(formats);
    }

    /// Which carriers a number may belong to, by the formats of this registry.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// use parceltrail::number::Context;
    /// let registry = Registry::builtin();
    /// let number = registry.identify("100000000220", &Context::default().expecting("fedex"));
    /// assert!(!number.certainty().is_certain());
    /// assert_eq!(number.best().unwrap().carrier().as_str(), "fedex");
    /// ```
    #[must_use]
    pub fn identify(&self, number: &str, context: &Context) -> Identification<'_> {
        self.formats.identify(number, context)
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

    /// The feed that a payload comes from, told by its bytes.
    ///
    /// # Errors
    /// When no feed, or more than one, has payloads like this; the candidates are named.
    pub fn recognise(&self, bytes: &[u8]) -> Result<&dyn Adapter, Unrecognised> {
        let sketch = Sketch::of(bytes);
        let scored: Vec<_> = self
            .iter()
            .map(|adapter| (sketch.score(adapter.descriptor().marks), adapter))
            .collect();
        let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
        let mut candidates = scored
            .iter()
            .filter(|(score, _)| *score == best && best > 0)
            .map(|(_, adapter)| *adapter);
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => Ok(only),
            _ => {
                let near: BTreeSet<String> = if best > 0 {
                    scored
                        .iter()
                        .filter(|(score, _)| *score == best)
                        .map(|(_, adapter)| adapter.descriptor().feed.to_string())
                        .collect()
                } else {
                    self.adapters.keys().cloned().collect()
                };
                Err(Unrecognised {
                    is_ambiguous: best > 0,
                    candidates: near.into_iter().collect(),
                })
            }
        }
    }
}

/// A payload whose feed cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the feed cannot be told from the payload: {} {}", if *.is_ambiguous { "it may be" } else { "it looks like none of" }, .candidates.join(", "))]
pub struct Unrecognised {
    /// Whether several feeds fit, rather than none.
    pub is_ambiguous: bool,
    /// The feeds that fit; all feeds when none does.
    pub candidates: Vec<String>,
}
