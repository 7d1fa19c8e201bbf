//! Which feed of a carrier to ask where nothing else is said.

use super::Registry;
use crate::adapter::{Adapter, PollLimits};
use crate::model::{CarrierId, FeedId};

impl Registry {
    /// The feed to ask about a number of this carrier: the one set, which for a built-in pack is
    /// `default_feed` of its `carrier.json`, else the only feed of the carrier that can be asked
    /// about numbers. None where none can, or where one of several would have to be guessed.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// let registry = Registry::builtin();
    /// let feed = |carrier| registry.default_feed(&carrier).map(|feed| feed.as_str());
    /// assert_eq!(feed("dhl".into()), Some("dhl.unified"));
    /// assert_eq!(feed("cn-customs".into()), None, "its messages are files");
    /// ```
    #[must_use]
    pub fn default_feed(&self, carrier: &CarrierId) -> Option<&FeedId> {
        let set = self.default_feeds.get(carrier).and_then(|feed| {
            self.get(feed.as_str())
                .filter(|adapter| limits(*adapter).is_some())
        });
        if let Some(adapter) = set {
            return Some(&adapter.descriptor().feed);
        }
        let mut askable = self.iter().filter(|adapter| {
            adapter.descriptor().carrier == *carrier && limits(*adapter).is_some()
        });
        match (askable.next(), askable.next()) {
            (Some(only), None) => Some(&only.descriptor().feed),
            _ => None,
        }
    }

    /// Sets the feed to ask about numbers of a carrier: of a carrier of one's own, or another feed
    /// than the built-in pack's. It counts as soon as the feed is in the registry and can be asked
    /// about numbers.
    ///
    /// ```
    /// use parceltrail::Registry;
    /// let mut registry = Registry::builtin();
    /// registry.set_default_feed("dhl", "dhl.express");
    /// let feed = registry.default_feed(&"dhl".into());
    /// assert_eq!(feed.map(|feed| feed.as_str()), Some("dhl.express"));
    /// ```
    pub fn set_default_feed(&mut self, carrier: impl Into<CarrierId>, feed: impl Into<FeedId>) {
        self.default_feeds.insert(carrier.into(), feed.into());
    }
}

/// How much may be asked of a feed that can be asked about numbers.
pub(super) fn limits(adapter: &dyn Adapter) -> Option<PollLimits> {
    let limits = adapter.as_poll()?.limits();
    (limits.max_numbers > 0).then_some(limits)
}
