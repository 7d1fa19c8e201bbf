//! The carriers that the simulator implements: [`Carrier`].

/// A carrier that the simulator implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Carrier {
    /// DHL Shipment Tracking – Unified and its Push.
    Dhl,
    /// FedEx Track API v1 and its webhook.
    Fedex,
    /// UPS Tracking API v1 and Track Alert.
    Ups,
    /// SF's route query and route push.
    Sf,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dhl, Self::Fedex, Self::Ups, Self::Sf];

    /// The carrier's id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Dhl => "dhl",
            Self::Fedex => "fedex",
            Self::Ups => "ups",
            Self::Sf => "sf",
        }
    }

    /// The feed that is polled.
    #[must_use]
    pub const fn feed(self) -> &'static str {
        match self {
            Self::Dhl => "dhl.unified",
            Self::Fedex => "fedex.track",
            Self::Ups => "ups.track",
            Self::Sf => "sf.routes",
        }
    }

    /// The feed that pushes.
    #[must_use]
    pub const fn push_feed(self) -> &'static str {
        match self {
            Self::Dhl => "dhl.unified",
            Self::Fedex => "fedex.webhook",
            Self::Ups => "ups.track-alert",
            Self::Sf => "sf.push",
        }
    }

    /// The carrier of a polled or pushing feed.
    #[must_use]
    pub fn of_feed(feed: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|carrier| carrier.feed() == feed || carrier.push_feed() == feed)
    }
}

/// The carrier of a feed.
///
/// # Panics
/// When the simulator does not implement the feed.
pub(super) fn carrier_of(feed: &str) -> Carrier {
    Carrier::of_feed(feed)
        .unwrap_or_else(|| panic!("the simulator does not implement the feed {feed}"))
}
